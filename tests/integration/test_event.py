"""What happens to the sleeper is told, once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import restore_state
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.halo_rise.coordinator import HaloRiseCoordinator, _Outcome
from custom_components.halo_rise.nights import NightArchive
from custom_components.halo_rise.sleep.engine import SleepEngine
from custom_components.halo_rise.sleep.epoch import SleepEvent, SleepEventKind, Update
from tests.nights import EVENING

from .radar import FakeRadar
from .test_entities import LIVE

SLEEP = "event.anna_sleep"
IN_BED = "binary_sensor.anna_in_bed"


def happening(kind: SleepEventKind, time: float = EVENING) -> SleepEvent:
    """Return something that has happened."""
    return SleepEvent(kind=kind, time=time)


def shown(hass: HomeAssistant) -> State:
    """Return the state of the event entity."""
    state = hass.states.get(SLEEP)
    assert state is not None
    return state


async def test_an_event_says_what_and_when(
    hass: HomeAssistant, quiet: HaloRiseCoordinator
) -> None:
    # The radar is not there, and yet the entity is.
    assert shown(hass).state == STATE_UNKNOWN
    assert shown(hass).attributes["event_types"] == list(SleepEventKind)
    before = dt_util.utcnow()
    quiet._async_publish(
        _Outcome(events=[happening(SleepEventKind.FELL_ASLEEP, EVENING + 0.7)])
    )
    state = shown(hass)
    known_at = dt_util.parse_datetime(state.state)
    assert known_at is not None
    assert known_at >= before.replace(microsecond=0)
    assert state.attributes["event_type"] == "fell_asleep"
    assert state.attributes["happened_at"] == "2026-11-21T22:30:00+00:00"


async def test_events_of_one_batch_are_told_in_turn_and_after_the_states(
    hass: HomeAssistant, quiet: HaloRiseCoordinator
) -> None:
    quiet.async_set_updated_data(replace(quiet.data, available=True))
    await hass.async_block_till_done()
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    quiet._async_publish(
        _Outcome(
            live=LIVE,
            events=[
                happening(SleepEventKind.GOT_IN_BED),
                happening(SleepEventKind.TRYING_TO_SLEEP),
            ],
        )
    )
    # What the coordinator publishes from now on is none of the entity's business.
    quiet._async_publish(_Outcome(live=replace(LIVE, in_bed=False)))
    await hass.async_block_till_done()
    told = [
        (
            change.data["entity_id"],
            change.data["new_state"].attributes.get("event_type")
            or change.data["new_state"].state,
        )
        for change in changes
        if change.data["entity_id"] in (SLEEP, IN_BED)
    ]
    assert told == [
        (IN_BED, "on"),
        (SLEEP, "got_in_bed"),
        (SLEEP, "trying_to_sleep"),
        (IN_BED, "off"),
    ]


async def test_a_reload_shows_the_last_event_and_tells_none(
    hass: HomeAssistant, quiet: HaloRiseCoordinator
) -> None:
    quiet._async_publish(_Outcome(events=[happening(SleepEventKind.WOKE_UP)]))
    before = shown(hass)
    entry = quiet.config_entry
    await hass.config_entries.async_unload(entry.entry_id)
    assert shown(hass).state == STATE_UNAVAILABLE
    assert quiet._event_listeners == []
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    after = shown(hass)
    assert after.state == before.state
    assert after.attributes == before.attributes


async def test_a_restart_shows_the_last_event(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    known_at = "2026-11-22T06:12:34.567+00:00"
    attributes = {"happened_at": "2026-11-22T06:10:00+00:00"}
    restore_state.async_get(hass).last_states_by_entity_id[SLEEP] = (
        restore_state.StoredState.from_dict(
            {
                "state": State(SLEEP, known_at).as_dict(),
                "extra_data": {
                    "last_event_type": "woke_up",
                    "last_event_attributes": attributes,
                },
                "last_seen": dt_util.utcnow().isoformat(),
            }
        )
    )
    with patch.object(HaloRiseCoordinator, "_async_connect"):
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    assert shown(hass).state == known_at
    assert shown(hass).attributes["event_type"] == "woke_up"
    assert shown(hass).attributes["happened_at"] == attributes["happened_at"]


async def test_what_happened_while_home_assistant_was_down_is_told(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """A session whose end is found while the entry is set up has its event, too."""
    with (
        patch.object(HaloRiseCoordinator, "_async_connect"),
        patch.object(NightArchive, "load_state", return_value=b""),
        patch.object(HaloRiseCoordinator, "_restore", return_value=True),
        patch.object(
            SleepEngine, "flush", return_value=[happening(SleepEventKind.GOT_UP)]
        ),
    ):
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    assert shown(hass).attributes["event_type"] == "got_up"
    assert shown(hass).attributes["happened_at"] == "2026-11-21T22:30:00+00:00"


async def test_the_last_event_of_all_is_not_lost(
    hass: HomeAssistant, quiet: HaloRiseCoordinator
) -> None:
    """The frames that wait when Home Assistant stops may hold one more."""
    with patch.object(
        SleepEngine, "process", return_value=[happening(SleepEventKind.LEFT_BED)]
    ):
        await quiet.async_shutdown()
    assert shown(hass).attributes["event_type"] == "left_bed"


@pytest.mark.usefixtures("at_radars_pace")
async def test_what_was_told_is_saved_at_once(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    """After a crash the engine must not tell it again."""
    original = SleepEngine.process
    left = [happening(SleepEventKind.GOT_IN_BED)]

    def process(self: SleepEngine, frames: Sequence[Any]) -> list[Update]:
        updates = original(self, frames)
        while left:
            updates.append(left.pop())
        return updates

    with (
        patch.object(SleepEngine, "process", process),
        patch.object(SleepEngine, "in_session", True),
        patch.object(NightArchive, "save_state", autospec=True) as save,
    ):
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        await radar.play(3)
        for _ in range(500):
            if shown(hass).state != STATE_UNKNOWN:
                break
            await asyncio.sleep(0.01)
        assert shown(hass).attributes["event_type"] == "got_in_bed"
        assert save.called
        await hass.config_entries.async_unload(entry.entry_id)
