"""The icons: each belongs to something that exists, and what is shown has one."""

from typing import Any

import pytest

from .files import english, icons

ICONS = icons()
ENGLISH = english()


@pytest.mark.parametrize("section", ["conditions", "services", "triggers"])
def test_actions_have_an_icon_and_a_text(section: str) -> None:
    """What a person picks in the automation editor shows both."""
    assert ICONS.get(section, {}).keys() == ENGLISH.get(section, {}).keys()


def entity(content: dict[str, Any], platform: str, key: str) -> dict[str, Any]:
    """Return what a file says of an entity."""
    found: dict[str, Any] = content.get("entity", {}).get(platform, {}).get(key, {})
    return found


ENTITIES = [(p, key) for p, keys in ICONS.get("entity", {}).items() for key in keys]


@pytest.mark.parametrize(("platform", "key"), ENTITIES)
def test_icon_belongs_to_an_entity(platform: str, key: str) -> None:
    """An icon of an entity, state or attribute that has no text is a leftover."""
    icon, text = entity(ICONS, platform, key), entity(ENGLISH, platform, key)
    assert text
    # A switch or binary sensor has its states' texts from core.
    if "state" in text:
        assert icon.get("state", {}).keys() <= text["state"].keys()
    attributes = text.get("state_attributes", {})
    assert icon.get("state_attributes", {}).keys() <= attributes.keys()
