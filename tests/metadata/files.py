"""The files that describe the integration."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "halo_rise"
SCHEMAS = Path(__file__).parent / "schemas"
TRANSLATIONS = sorted((INTEGRATION / "translations").glob("*.json"))

# What automations can use: the file that describes it -> its section in icons.json and in
# the translations.
ACTIONS = {
    INTEGRATION / "services.yaml": "services",
    INTEGRATION / "triggers.yaml": "triggers",
    INTEGRATION / "conditions.yaml": "conditions",
}
ACTION_FILES = [path for path in ACTIONS if path.exists()]


def load(path: Path) -> dict[str, Any]:
    """Return what a JSON or YAML file holds."""
    text = path.read_text(encoding="utf-8")
    content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    assert isinstance(content, dict)
    return content


def actions(path: Path) -> dict[str, dict[str, Any]]:
    """Return the actions of a file, without its YAML anchors."""
    return {
        name: description or {}
        for name, description in load(path).items()
        if not name.startswith(".")
    }


def icons() -> dict[str, Any]:
    """Return the integration's icons."""
    return load(INTEGRATION / "icons.json")


def english() -> dict[str, Any]:
    """Return the integration's English texts."""
    return load(INTEGRATION / "translations" / "en.json")


def texts(content: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Return every text with the path that leads to it."""
    for key, value in content.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from texts(value, here)
        else:
            yield here, value
