"""Actions, triggers and conditions: what is described is what people read about."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from homeassistant.helpers.selector import validate_selector
import pytest

from .files import ACTION_FILES, ACTIONS, actions, english

ENGLISH = english()

each_file = pytest.mark.parametrize("path", ACTION_FILES, ids=lambda path: path.stem)


def fields(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return an action's fields, those in its sections included."""
    for name, field in description.get("fields", {}).items():
        if "fields" in field:
            yield from field["fields"].items()
        else:
            yield name, field


@each_file
def test_everything_has_a_text(path: Path) -> None:
    """The same names in the description and in the texts, down to the fields."""
    described = {
        name: {field for field, _ in fields(description)}
        for name, description in actions(path).items()
    }
    texts = ENGLISH.get(ACTIONS[path], {})
    assert described == {
        name: set(text.get("fields", {})) for name, text in texts.items()
    }


@each_file
def test_selectors_are_known(path: Path) -> None:
    """Home Assistant itself accepts each field's selector."""
    for description in actions(path).values():
        for _, field in fields(description):
            validate_selector(field["selector"])


@each_file
def test_options_have_a_text(path: Path) -> None:
    """A choice between named options shows a text for each."""
    for description in actions(path).values():
        for _, field in fields(description):
            select = field["selector"].get("select") or {}
            if key := select.get("translation_key"):
                texts = ENGLISH["selector"][key]["options"]
                assert texts.keys() >= {str(option) for option in select["options"]}


def test_texts_without_a_file() -> None:
    """Whoever writes of triggers has triggers."""
    missing = [section for path, section in ACTIONS.items() if path not in ACTION_FILES]
    assert [section for section in missing if section in ENGLISH] == []
