"""The manifest says what Home Assistant, the marketplace and this project agree on."""

from pathlib import Path
import re
import tomllib

import homeassistant
from homeassistant import loader
from packaging.requirements import Requirement
import pytest

from .files import INTEGRATION, ROOT, load

CORE = Path(homeassistant.__file__).parent
MANIFEST = load(INTEGRATION / "manifest.json")
PINS = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def pins(path: Path) -> dict[str, str]:
    """Return the versions that a list of requirements pins."""
    return {name.lower(): version for name, version in PINS.findall(path.read_text())}


def test_keys_are_in_order() -> None:
    """Domain and name first, the others by the alphabet: hassfest insists."""
    rest = [key for key in MANIFEST if key not in ("domain", "name")]
    assert list(MANIFEST) == ["domain", "name", *sorted(rest)]


def test_domain_is_the_folder_and_nobody_elses() -> None:
    """A custom integration in the name of a core one would replace it."""
    assert MANIFEST["domain"] == INTEGRATION.name
    assert not (CORE / "components" / MANIFEST["domain"]).exists()
    assert MANIFEST["domain"] not in loader.BLOCKED_CUSTOM_INTEGRATIONS


def test_repository_holds_one_integration() -> None:
    """The marketplace takes the first folder that it finds."""
    manifests = INTEGRATION.parent.glob("*/manifest.json")
    assert list(manifests) == [INTEGRATION / "manifest.json"]


def test_version_is_the_projects() -> None:
    """One release has one version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert MANIFEST["version"] == project["version"]


@pytest.mark.parametrize("key", ["after_dependencies", "dependencies"])
def test_dependencies_are_core_integrations(key: str) -> None:
    """A misspelt dependency keeps the integration from loading."""
    domains = MANIFEST.get(key, [])
    assert [d for d in domains if not (CORE / "components" / d).is_dir()] == []


def test_requirements_agree_with_core() -> None:
    """Where core pins a library, ours is that pin: another one would break core."""
    core = pins(CORE / "package_constraints.txt")
    for requirement in map(Requirement, MANIFEST["requirements"]):
        if pin := core.get(requirement.name.lower()):
            assert str(requirement.specifier) == f"=={pin}"


def test_requirements_are_tested_as_users_get_them() -> None:
    """The development environment holds versions that the manifest accepts."""
    locked = pins(ROOT / "requirements" / "development.txt")
    for requirement in map(Requirement, MANIFEST["requirements"]):
        assert locked[requirement.name.lower()] in requirement.specifier


def test_serial_links_need_usb() -> None:
    """The library for radar links comes with core's usb integration, not by ourselves."""
    usb = load(CORE / "components" / "usb" / "manifest.json")
    assert any(name.startswith("serialx==") for name in usb["requirements"])
    assert "usb" in MANIFEST["dependencies"]


def test_oldest_home_assistant_is_the_tested_one() -> None:
    """The marketplace refuses older versions than hacs.json names."""
    locked = pins(ROOT / "requirements" / "development.txt")
    assert load(ROOT / "hacs.json")["homeassistant"] == locked["homeassistant"]
