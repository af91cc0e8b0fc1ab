"""The automations of the documentation are loaded into Home Assistant, and run."""

from datetime import timedelta
from pathlib import Path
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.halo_rise.condition import CONDITIONS
from custom_components.halo_rise.const import DOMAIN
from custom_components.halo_rise.coordinator import HaloRiseCoordinator, _Outcome
from custom_components.halo_rise.sleep import happenings, session
from custom_components.halo_rise.sleep.epoch import (
    EPOCH_SECONDS,
    SleepEvent,
    SleepEventKind,
)
from tests.nights import EVENING

from .conftest import add_entry
from .radar import FakeRadar

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "automations.md").read_text(encoding="utf-8")


def blocks() -> dict[str, dict[str, Any]]:
    """Return the automations by their names."""
    found = {}
    text = TEXT + (ROOT / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
        automation = parse_yaml(block)
        assert isinstance(automation, dict)
        found[automation["alias"]] = automation
    return found


def conditions_of(automation: dict[str, Any]) -> dict[str, bool]:
    """Return which of our conditions it has, and whether they must hold."""
    found: dict[str, bool] = {}
    for each in automation.get("conditions", []):
        if each["condition"] == "not":
            found |= {inner["condition"]: False for inner in each["conditions"]}
        else:
            found[each["condition"]] = True
    return {
        name.removeprefix("halo_rise."): holds
        for name, holds in found.items()
        if name.startswith("halo_rise.")
    }


@pytest.fixture
def entry(hass: HomeAssistant, radar: FakeRadar) -> MockConfigEntry:
    """Return the entry of the bedside that the documentation speaks of."""
    entry = add_entry(hass, radar)
    hass.config_entries.async_update_entry(entry, title="Bedroom radar")
    return entry


def test_everything_has_an_example() -> None:
    triggers = {
        trigger["trigger"] for each in blocks().values() for trigger in each["triggers"]
    }
    assert {f"halo_rise.{kind}" for kind in SleepEventKind} <= triggers
    conditions = {name for each in blocks().values() for name in conditions_of(each)}
    assert conditions == set(CONDITIONS)
    for name in (*SleepEventKind, *CONDITIONS):
        assert f"`halo_rise.{name}`" in TEXT
        assert f"| `{name}` |" in TEXT


def test_the_times_are_those_of_the_engine() -> None:
    def row(kind: SleepEventKind) -> str:
        (line,) = (line for line in TEXT.splitlines() if line.startswith(f"| `{kind}`"))
        return line.split("|")[3].strip()

    def minutes(seconds: float) -> str:
        return f"{seconds / 60:g} min"

    kind = SleepEventKind
    assert row(kind.GOT_IN_BED).startswith(minutes(session.STARTS_AFTER))
    assert row(kind.TRYING_TO_SLEEP).startswith(
        minutes(happenings.TRYING_FOR * EPOCH_SECONDS)
    )
    assert row(kind.FELL_ASLEEP).startswith(
        minutes(happenings.ASLEEP_FOR * EPOCH_SECONDS)
    )
    assert row(kind.WOKE_UP).startswith(minutes(happenings.AWAKE_FOR * EPOCH_SECONDS))
    assert row(kind.LEFT_BED).startswith(f"{happenings.AWAY_FOR:g} s")
    assert row(kind.GOT_UP).startswith(minutes(session.ENDS_AFTER))
    assert f"after {session.ENDS_WITHOUT_DATA / 60:g} minutes without any data" in TEXT


@pytest.mark.parametrize("name", blocks())
async def test_an_automation_does_what_it_says(
    hass: HomeAssistant,
    quiet: HaloRiseCoordinator,
    freezer: FrozenDateTimeFactory,
    entity_registry: er.EntityRegistry,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    automation = blocks()[name]
    calls: list[ServiceCall] = []
    for action in automation["actions"]:
        domain, service = action["action"].split(".")
        calls = async_mock_service(hass, domain, service)
    morning = dt_util.now().replace(hour=7, minute=0) + timedelta(days=1)
    freezer.move_to(morning)
    (trigger,) = automation["triggers"]
    if "entity_id" in trigger:
        before = "off" if trigger["to"] == "on" else "on"
        hass.states.async_set(trigger["entity_id"], before)
    assert await async_setup_component(
        hass, AUTOMATION_DOMAIN, {AUTOMATION_DOMAIN: automation}
    )
    await hass.async_block_till_done()
    (state,) = hass.states.async_all(AUTOMATION_DOMAIN)
    assert state.state == "on"

    async def happen() -> None:
        calls.clear()
        kind = trigger["trigger"].removeprefix("halo_rise.")
        if "entity_id" in trigger:
            hass.states.async_set(trigger["entity_id"], before)
            hass.states.async_set(trigger["entity_id"], trigger["to"])
        else:
            for each in SleepEventKind:
                quiet._async_publish(
                    _Outcome(events=[SleepEvent(kind=each, time=EVENING)])
                )
            assert kind in set(SleepEventKind)
        await hass.async_block_till_done()

    def own(key: str, domain: str = "binary_sensor") -> str:
        unique_id = f"{quiet.config_entry.entry_id}_{key}"
        entity_id = entity_registry.async_get_entity_id(domain, DOMAIN, unique_id)
        assert entity_id is not None
        return entity_id

    conditions = {
        own(condition.removeprefix("is_")): holds
        for condition, holds in conditions_of(automation).items()
    }
    for fulfilled in (True, False) if conditions else (True,):
        for entity_id, holds in conditions.items():
            hass.states.async_set(entity_id, "on" if holds is fulfilled else "off")
        await happen()
        assert len(calls) == (1 if fulfilled else 0)
    # What is not known counts as not so, and what is turned around as so.
    for entity_id, holds in conditions.items():
        hass.states.async_set(entity_id, "unavailable")
        await happen()
        assert len(calls) == (0 if holds else 1)
    # The names of our entities are the right ones.
    for ours in re.findall(r"\w+\.bedroom_radar_\w+", str(automation)):
        assert entity_registry.async_get(ours) is not None
    assert "ERROR" not in caplog.text


async def test_a_message_says_when_it_happened(
    hass: HomeAssistant, quiet: HaloRiseCoordinator
) -> None:
    (automation,) = (
        each for each in blocks().values() if "happened_at" in str(each["actions"])
    )
    calls = async_mock_service(hass, "notify", "send_message")
    sensor = "sensor.bedroom_radar_time_asleep_last_night"
    hass.states.async_set(sensor, "431.5")
    assert await async_setup_component(
        hass, AUTOMATION_DOMAIN, {AUTOMATION_DOMAIN: automation}
    )
    await hass.async_block_till_done()
    event = SleepEvent(kind=SleepEventKind.GOT_UP, time=EVENING)
    quiet._async_publish(_Outcome(events=[event]))
    await hass.async_block_till_done()
    (call,) = calls
    moment = dt_util.as_local(dt_util.utc_from_timestamp(EVENING))
    assert (
        call.data["message"] == f"Up at {moment:%H:%M}, after 431.5 minutes of sleep."
    )
