"""From bytes on a port to entities and nights, with the real engine and a real archive."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
import json
import logging
from math import isnan, nan
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.components.switch import DOMAIN as SWITCH_DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    ATTR_ENTITY_ID,
    EVENT_HOMEASSISTANT_STOP,
    EVENT_STATE_CHANGED,
    EVENT_STATE_REPORTED,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import Event, EventStateReportedData, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.halo_rise.const import (
    CONF_HUMIDITY_ENTITY,
    CONF_ILLUMINANCE_ENTITY,
    CONF_TEMPERATURE_ENTITY,
    CONF_ZONE_FARTHEST,
    CONF_ZONE_NEAREST,
    DOMAIN,
    ENGINE_PATIENCE,
    LEARNED_PROFILE,
    LIVE_INTERVAL,
    QUEUE_LENGTH,
)
from custom_components.halo_rise.coordinator import HaloRiseCoordinator, _Outcome
from custom_components.halo_rise.entity import HaloRiseEntity
from custom_components.halo_rise.nights import ArchiveError, NightArchive, NightRecord
from custom_components.halo_rise.radar.frame import Climate, RadarFrame
from custom_components.halo_rise.radar.port import Claim
from custom_components.halo_rise.sleep.engine import SleepEngine
from custom_components.halo_rise.sleep.epoch import BedZone, SensorMoved
from custom_components.halo_rise.sleep.presence import ZONE
from tests.sleep.rooms import START, Room

from .radar import FakeRadar

COORDINATOR = "custom_components.halo_rise.coordinator"
LINK = "custom_components.halo_rise.radar.link"

STAGE = "sensor.anna_sleep_stage"
RESPIRATION_RATE = "sensor.anna_respiration_rate"
DISTANCE = "sensor.anna_distance"
IN_BED = "binary_sensor.anna_in_bed"
PRESENCE = "binary_sensor.anna_presence"
ASLEEP = "binary_sensor.anna_asleep"
SLEEP = "event.anna_sleep"
STANDBY = "switch.anna_standby"
TIME_ASLEEP = "sensor.anna_time_asleep_last_night"
LIVE = (STAGE, RESPIRATION_RATE, DISTANCE, IN_BED, PRESENCE, ASLEEP)


def sleeper() -> Iterator[RadarFrame]:
    """Return what the radar sees of somebody who goes to bed and stays there."""
    room = Room().empty(60).movement(15)
    for _ in range(15):
        room.sleeper(190, rate=14.0, variation=0.1).movement(6)
    return room.empty(3000).frames()


@pytest.fixture
async def radar(socket_enabled: None) -> Any:
    """Return a radar beside a bed to which somebody is about to go."""
    async with FakeRadar(sleeper()) as radar:
        yield radar


@pytest.fixture(autouse=True)
def pace(at_radars_pace: None) -> Any:
    """Run at the radar's pace, and try to reconnect without delay."""
    with patch(f"{LINK}.RETRY_DELAYS", (0.05,)):
        yield


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> HaloRiseCoordinator:
    """Set up a bedside."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    coordinator: HaloRiseCoordinator = entry.runtime_data.coordinator
    return coordinator


async def settle(hass: HomeAssistant, coordinator: HaloRiseCoordinator) -> None:
    """Wait until everything that was heard has gone through the engine."""
    # What is on the line must reach the queue first.
    await asyncio.sleep(0.02)
    while coordinator._queue or coordinator._lock.locked():
        await asyncio.sleep(0.01)
    await hass.async_block_till_done()


async def play(
    hass: HomeAssistant,
    radar: FakeRadar,
    coordinator: HaloRiseCoordinator,
    seconds: float,
) -> None:
    """Let time pass in the bedroom, the engine keeping up."""
    while seconds > 0:
        await radar.play(min(seconds, 240))
        await settle(hass, coordinator)
        seconds -= 240


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity that must exist."""
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.state


def nights(hass: HomeAssistant) -> list[NightRecord]:
    """Return what is stored, read from the file as it lies on the disk."""
    archive = NightArchive(Path(hass.config.path(DOMAIN, "0123456789.db")))
    archive.open()
    try:
        return archive.list_nights()
    finally:
        archive.close()


def saved_state(hass: HomeAssistant) -> bytes | None:
    """Return the saved session, read from the file."""
    archive = NightArchive(Path(hass.config.path(DOMAIN, "0123456789.db")))
    archive.open()
    try:
        return archive.load_state()
    finally:
        archive.close()


async def switch(hass: HomeAssistant, service: str) -> None:
    """Turn standby on or off."""
    await hass.services.async_call(
        SWITCH_DOMAIN, service, {ATTR_ENTITY_ID: STANDBY}, blocking=True
    )


async def test_somebody_goes_to_bed(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    assert state(hass, STAGE) == STATE_UNAVAILABLE

    await play(hass, radar, coordinator, 30)
    assert state(hass, STAGE) == "not_in_bed"
    assert state(hass, IN_BED) == STATE_OFF
    assert state(hass, PRESENCE) == STATE_OFF
    assert state(hass, ASLEEP) == STATE_OFF
    assert state(hass, RESPIRATION_RATE) == STATE_UNKNOWN
    assert state(hass, TIME_ASLEEP) == STATE_UNKNOWN

    with patch("custom_components.halo_rise.sensor.LIVE_INTERVAL", 0):
        await play(hass, radar, coordinator, 600)
    assert state(hass, PRESENCE) == STATE_ON
    assert state(hass, IN_BED) == STATE_ON
    assert state(hass, STAGE) in ("awake", "light", "deep", "rem")
    assert state(hass, ASLEEP) in (STATE_ON, STATE_OFF)

    night = await coordinator.async_running_night()
    assert night is not None
    assert night.start == pytest.approx(START + 60, abs=45)
    event = hass.states.get(SLEEP)
    assert event is not None
    happened_at = datetime.fromisoformat(event.attributes["happened_at"])
    assert happened_at.timestamp() == pytest.approx(START + 60, abs=600)


async def test_measured_values_are_written_now_and_then_and_others_at_once(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 2)
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    reports: list[Event[EventStateReportedData]] = []
    hass.bus.async_listen(
        EVENT_STATE_REPORTED,
        callback(lambda e: reports.append(e)),
        callback(lambda _: True),
    )
    for _ in range(6):
        await play(hass, radar, coordinator, 60)
    written = [event.data["entity_id"] for event in changes]
    assert PRESENCE in written
    # Minutes have passed at the radar, but not ten seconds here.
    assert written.count(RESPIRATION_RATE) <= 1
    assert written.count(DISTANCE) <= 1
    # What has not changed is not even reported.
    assert not reports

    entity = hass.data[DATA_INSTANCES]["sensor"].get_entity(DISTANCE)
    assert isinstance(entity, HaloRiseEntity)
    entity._written_at -= LIVE_INTERVAL
    changes.clear()
    await play(hass, radar, coordinator, 60)
    assert [event.data["entity_id"] for event in changes].count(DISTANCE) == 1


async def test_the_radar_goes_and_comes(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 10)
    assert STATE_UNAVAILABLE not in [state(hass, entity) for entity in LIVE]

    await radar.stop()
    await asyncio.sleep(0.3)
    await hass.async_block_till_done()
    assert [state(hass, entity) for entity in LIVE] == [STATE_UNAVAILABLE] * len(LIVE)
    assert state(hass, STANDBY) == STATE_OFF
    assert state(hass, TIME_ASLEEP) == STATE_UNKNOWN

    await radar.start()
    await play(hass, radar, coordinator, 10)
    assert STATE_UNAVAILABLE not in [state(hass, entity) for entity in LIVE]

    warnings = [
        r
        for r in caplog.records
        if r.levelno >= logging.WARNING and "custom_components" in r.name
    ]
    assert [r.getMessage().partition(": ")[0] for r in warnings] == [
        f"The radar at {radar.url} is unavailable"
    ]
    assert caplog.text.count("is available again") == 1


async def test_a_bedside_is_set_up_without_its_radar(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    await radar.stop()
    coordinator = await set_up(hass, entry)
    assert state(hass, STAGE) == STATE_UNAVAILABLE
    assert state(hass, STANDBY) == STATE_OFF
    await radar.start()
    await play(hass, radar, coordinator, 5)
    assert state(hass, STAGE) == "not_in_bed"


async def test_a_node_that_came_back_is_not_waited_for(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    await radar.stop()
    with (
        patch(f"{LINK}.RETRY_DELAYS", (600.0,)),
        patch(
            "homeassistant.components.usb.async_register_scan_request_callback",
            return_value=lambda: None,
        ) as register,
    ):
        coordinator = await set_up(hass, entry)
        await asyncio.sleep(0.1)
        await radar.start()
        _, scan_requested = register.call_args.args
        scan_requested()
        await play(hass, radar, coordinator, 5)
    assert state(hass, STAGE) == "not_in_bed"


async def test_a_port_that_is_listened_to_elsewhere_is_tried_again(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    claim = Claim(radar.url)
    with patch(f"{COORDINATOR}.FLUSH_INTERVAL", 0.0):
        coordinator = await set_up(hass, entry)
        await asyncio.sleep(0.1)
        assert radar.connections == 0
        claim.release()
        await play(hass, radar, coordinator, 5)
    assert state(hass, STAGE) == "not_in_bed"


# Sessions and restarts


async def test_a_session_goes_on_after_a_restart(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 900)
    before = await coordinator.async_running_night()
    assert before is not None
    stage = state(hass, STAGE)
    told = state(hass, SLEEP)
    assert told != STATE_UNKNOWN

    assert await hass.config_entries.async_unload(entry.entry_id)
    await radar.left()
    assert nights(hass) == []

    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 1)
    assert state(hass, IN_BED) == STATE_ON
    assert state(hass, STAGE) == stage
    # What was told is not told again, not even after the event entity was away.
    assert state(hass, SLEEP) == told

    assert await hass.config_entries.async_unload(entry.entry_id)
    radar.skip(60)
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 3)
    assert state(hass, IN_BED) == STATE_ON
    await play(hass, radar, coordinator, 60)
    after = await coordinator.async_running_night()
    assert after is not None
    assert after.start == before.start
    # Compared as text, for nan is not equal to itself.
    assert repr(after.epochs[: len(before.epochs)]) == repr(before.epochs)
    starts = [epoch.start for epoch in after.epochs]
    assert starts == [starts[0] + 30 * number for number in range(len(starts))]


async def test_a_session_survives_a_crash_up_to_its_last_epoch(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 900)
    running = await coordinator.async_running_night()
    assert running is not None

    # Nothing that would happen in order happens: the engine is simply gone.
    def die(frames: Sequence[RadarFrame]) -> _Outcome:
        coordinator.archive.close()
        return _Outcome()

    with patch.object(coordinator, "_close", die):
        await hass.config_entries.async_unload(entry.entry_id)
    coordinator = await set_up(hass, entry)
    restored = await coordinator.async_running_night()
    assert restored is not None
    assert repr(restored.epochs) == repr(running.epochs)


async def test_home_assistant_stops(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 600)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    await radar.left()
    assert saved_state(hass) is not None
    with pytest.raises(ArchiveError):
        coordinator.archive.list_nights()
    assert await coordinator.async_running_night() is None


async def test_a_session_that_ended_while_home_assistant_was_down_is_settled(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 1260)
    last_data = radar.now
    assert await hass.config_entries.async_unload(entry.entry_id)
    radar.now += 13 * 3600

    await radar.stop()
    with patch(f"{COORDINATOR}.FLUSH_INTERVAL", 0.0):
        coordinator = await set_up(hass, entry)
        radar.now += 15
        await asyncio.sleep(0.2)
        await settle(hass, coordinator)
    (night,) = nights(hass)
    assert night.end == pytest.approx(last_data, abs=2)
    assert night.summary.time_in_bed == pytest.approx((1260 - 60) / 60, abs=1)
    assert float(state(hass, TIME_ASLEEP)) == pytest.approx(
        night.summary.total_sleep_time, abs=0.1
    )
    assert saved_state(hass) is None


async def test_without_the_radar_time_passes_all_the_same(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    events: list[Any] = []
    remove = coordinator.async_add_night_listener(events.append)
    await play(hass, radar, coordinator, 1260)
    assert {event["type"] for event in events} == {"epoch"}
    assert len(events) == pytest.approx((1260 - 360) / 30, abs=3)
    assert events[0]["start"].endswith("+00:00")
    events.clear()

    await radar.stop()
    with patch(f"{COORDINATOR}.FLUSH_INTERVAL", 0.0):
        await asyncio.sleep(0.2)
        assert nights(hass) == []
        radar.now += 3 * 3600
        await asyncio.sleep(0.2)
        radar.now += 15
        await asyncio.sleep(0.2)
        await settle(hass, coordinator)
    (night,) = nights(hass)
    assert {"type": "settled", "night_id": night.id} in events
    assert float(state(hass, TIME_ASLEEP)) == pytest.approx(
        night.summary.total_sleep_time, abs=0.1
    )
    assert state(hass, STAGE) == STATE_UNAVAILABLE
    remove()
    assert coordinator._night_listeners == []


async def test_a_foreign_state_is_dropped(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    archive = NightArchive(Path(hass.config.path(DOMAIN, "0123456789.db")))
    archive.open()
    archive.save_state(b"what a later version wrote")
    archive.close()
    coordinator = await set_up(hass, entry)
    assert saved_state(hass) is None
    assert caplog.text.count("could not be taken up") == 1
    await play(hass, radar, coordinator, 5)
    assert state(hass, STAGE) == "not_in_bed"


async def test_nothing_of_an_empty_room_is_kept(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 60)
    assert saved_state(hass) is None
    await play(hass, radar, coordinator, 180)
    assert saved_state(hass) is not None


# Standby


async def test_standby_stops_sensing(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 1260)
    await switch(hass, SERVICE_TURN_ON)
    await radar.left()
    assert state(hass, STANDBY) == STATE_ON
    assert [state(hass, entity) for entity in LIVE] == [STATE_UNAVAILABLE] * len(LIVE)
    # The session until then is a night, and of what came after there is nothing.
    (night,) = nights(hass)
    assert night.end == pytest.approx(radar.now, abs=3)
    assert state(hass, TIME_ASLEEP) != STATE_UNKNOWN
    assert saved_state(hass) is None
    assert await coordinator.async_running_night() is None

    # Nothing changes by asking twice.
    await switch(hass, SERVICE_TURN_ON)

    # It survives a restart.
    connections = radar.connections
    assert await hass.config_entries.async_reload(entry.entry_id)
    await asyncio.sleep(0.2)
    assert state(hass, STANDBY) == STATE_ON
    assert radar.connections == connections
    assert radar.listeners == 0

    await switch(hass, SERVICE_TURN_OFF)
    assert state(hass, STANDBY) == STATE_OFF
    await play(hass, radar, entry.runtime_data.coordinator, 5)
    assert state(hass, STAGE) != STATE_UNAVAILABLE
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert state(hass, STANDBY) == STATE_OFF


async def test_a_short_session_is_not_kept_by_standby(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 600)
    assert state(hass, IN_BED) == STATE_ON
    await switch(hass, SERVICE_TURN_ON)
    assert nights(hass) == []
    assert saved_state(hass) is None


async def test_standby_begun_while_home_assistant_was_down_forgets_the_session(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 600)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert saved_state(hass) is not None
    hass_storage["halo_rise.0123456789"] = {
        "version": 1,
        "minor_version": 1,
        "key": "halo_rise.0123456789",
        "data": {"standby": True},
    }
    await set_up(hass, entry)
    assert state(hass, STANDBY) == STATE_ON
    assert saved_state(hass) is None


# What is learned over the nights

PROFILE = {"version": 1, "bed": [0.62, 0.98]}


def saved_profile(hass: HomeAssistant) -> Any:
    """Return what was learned, read from the file."""
    archive = NightArchive(Path(hass.config.path(DOMAIN, "0123456789.db")))
    archive.open()
    try:
        saved = archive.load_learned(LEARNED_PROFILE)
    finally:
        archive.close()
    return None if saved is None else json.loads(saved)


def learn(hass: HomeAssistant, profile: str) -> None:
    """Write what was learned into the file of a bedside that is not set up."""
    archive = NightArchive(Path(hass.config.path(DOMAIN, "0123456789.db")))
    archive.open()
    archive.save_learned(LEARNED_PROFILE, profile)
    archive.close()


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        ({}, ZONE),
        ({CONF_ZONE_NEAREST: 0.3, CONF_ZONE_FARTHEST: 1.1}, (0.3, 1.1)),
    ],
)
async def test_the_zone_of_the_options_is_the_engines(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    options: dict[str, float],
    limits: tuple[float, float],
) -> None:
    hass.config_entries.async_update_entry(entry, options=entry.options | options)
    coordinator = await set_up(hass, entry)
    zone = coordinator.data.zone
    assert zone is not None
    assert (zone.nearest, zone.farthest) == limits
    assert isnan(zone.bed_near)
    assert zone.nights == 0


async def test_a_night_teaches_and_standby_and_restarts_do_not_forget(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 1260)
    with patch.object(SleepEngine, "profile", return_value=PROFILE):
        # The session ends and settles, and the engine is a new one.
        await switch(hass, SERVICE_TURN_ON)
        assert saved_profile(hass) == PROFILE
    assert saved_state(hass) is None

    made: list[Any] = []
    original = SleepEngine.__init__

    def init(self: SleepEngine, *args: Any, profile: Any = None, **more: Any) -> None:
        made.append(profile)
        original(self, *args, **more)

    with (
        patch.object(SleepEngine, "__init__", init),
        patch.object(SleepEngine, "profile", return_value=PROFILE),
    ):
        # Still in standby, and afterwards.
        assert await hass.config_entries.async_reload(entry.entry_id)
        await switch(hass, SERVICE_TURN_OFF)
        assert await hass.config_entries.async_reload(entry.entry_id)
        coordinator = entry.runtime_data.coordinator
        with patch.object(SleepEngine, "process", side_effect=ZeroDivisionError):
            await play(hass, radar, coordinator, 1)
    assert made[:3] == [PROFILE] * 3

    # With the bedside it goes, too.
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert not Path(hass.config.path(DOMAIN, "0123456789.db")).exists()


async def test_what_was_learned_is_saved_at_the_end(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    await set_up(hass, entry)
    with patch.object(SleepEngine, "profile", return_value=PROFILE):
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert saved_profile(hass) == PROFILE


async def test_what_was_learned_is_written_when_it_changes(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    with patch.object(
        NightArchive,
        "save_learned",
        autospec=True,
        side_effect=NightArchive.save_learned,
    ) as save:
        await play(hass, radar, coordinator, 600)
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert save.call_count == 1


@pytest.mark.parametrize("profile", ["{", "[]", '{"version": 99}', "null", ""])
async def test_a_profile_that_is_not_understood_is_learned_again(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    profile: str,
) -> None:
    learn(hass, profile)
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 5)
    assert state(hass, STAGE) == "not_in_bed"
    assert coordinator.data.zone is not None
    assert coordinator.data.zone.nights == 0
    # Nothing at all is no news.
    expected = 0 if profile in ("null", "") else 1
    assert caplog.text.count("is learned again") == expected
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert caplog.text.count("is learned again") == expected


async def test_what_makes_the_engine_fail_is_given_up_in_the_end(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    coordinator._profile = "what the engine chokes on"
    coordinator._engine_failures = 2 * ENGINE_PATIENCE
    with patch.object(SleepEngine, "process", side_effect=ZeroDivisionError):
        await play(hass, radar, coordinator, 1)
    await play(hass, radar, coordinator, 5)
    assert state(hass, STAGE) == "not_in_bed"
    assert coordinator.data.zone is not None


async def test_a_sensor_that_was_moved_is_reported_until_somebody_knows(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    coordinator = await set_up(hass, entry)
    before = BedZone(nearest=0.15, farthest=1.6, bed_near=0.62, bed_far=0.984)
    after = replace(before, bed_near=1.1, bed_far=nan)
    moved = SensorMoved(time=START, before=before, after=after)
    with patch.object(SleepEngine, "process", return_value=[moved]):
        await radar.play(1)
        await settle(hass, coordinator)
    assert caplog.text.count("62–98 cm away") == 1
    issue = issue_registry.async_get_issue(DOMAIN, "sensor_moved_0123456789")
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.WARNING
    assert issue.is_fixable
    assert issue.is_persistent
    assert issue.translation_placeholders == {
        "name": "Anna",
        "before": "62–98",
        "after": "110–?",
    }

    flows = repairs_flow_manager(hass)
    assert flows is not None
    form = await flows.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    assert form["step_id"] == "confirm"
    assert form["description_placeholders"] == issue.translation_placeholders
    await flows.async_configure(form["flow_id"], {})
    assert issue_registry.async_get_issue(DOMAIN, issue.issue_id) is None

    # A notice that nobody has seen goes with the bedside.
    coordinator._async_report_move(moved)
    assert issue_registry.async_get_issue(DOMAIN, issue.issue_id) is not None
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert issue_registry.async_get_issue(DOMAIN, issue.issue_id) is None


# The room


async def test_the_room_belongs_to_the_night(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(
        entry,
        options=entry.options
        | {
            CONF_TEMPERATURE_ENTITY: "sensor.thermometer",
            CONF_HUMIDITY_ENTITY: "sensor.hygrometer",
            CONF_ILLUMINANCE_ENTITY: None,
        },
    )
    hass.states.async_set("sensor.thermometer", "68", {"unit_of_measurement": "°F"})
    coordinator = await set_up(hass, entry)
    assert state(hass, "sensor.anna_room_temperature") == "20.0"
    assert state(hass, "sensor.anna_room_humidity") == STATE_UNKNOWN
    assert hass.states.get("sensor.anna_room_light") is None

    hass.states.async_set("sensor.hygrometer", "48.5")
    await hass.async_block_till_done()
    assert state(hass, "sensor.anna_room_humidity") == "48.5"
    await play(hass, radar, coordinator, 600)
    night = await coordinator.async_running_night()
    assert night is not None
    climate = night.epochs[-2].climate
    assert climate.temperature == pytest.approx(20.0)
    assert climate.humidity == pytest.approx(48.5)
    assert isnan(climate.illuminance)

    for useless in (STATE_UNAVAILABLE, "warm", "nan"):
        hass.states.async_set(
            "sensor.thermometer", useless, {"unit_of_measurement": "°F"}
        )
        await hass.async_block_till_done()
        assert state(hass, "sensor.anna_room_temperature") == STATE_UNKNOWN
    hass.states.async_set("sensor.thermometer", "20", {"unit_of_measurement": "W"})
    await hass.async_block_till_done()
    assert state(hass, "sensor.anna_room_temperature") == STATE_UNKNOWN

    # A link that was removed leaves no dead entity behind.
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_HUMIDITY_ENTITY: None}
    )
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.states.get("sensor.anna_room_humidity") is None
    assert hass.states.get("sensor.anna_room_temperature") is not None


async def test_a_modules_own_sensors_fill_what_is_not_linked(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(
        entry, options=entry.options | {CONF_TEMPERATURE_ENTITY: "sensor.thermometer"}
    )
    hass.states.async_set("sensor.thermometer", "21", {"unit_of_measurement": "°C"})
    coordinator = await set_up(hass, entry)
    coordinator._async_handle_frames(
        [RadarFrame(time=START, climate=Climate(temperature=30.0, illuminance=5.0))]
    )
    (frame,) = coordinator._take_frames()
    assert frame.climate is not None
    assert frame.climate.temperature == 21.0
    assert frame.climate.illuminance == 5.0
    assert isnan(frame.climate.humidity)


# What can go wrong


async def test_a_full_queue_drops_the_oldest_and_counts_them(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    async with coordinator._lock:
        frames = [RadarFrame(time=START + number) for number in range(QUEUE_LENGTH)]
        coordinator._async_handle_frames(frames)
        assert coordinator.frames_dropped == 0
        coordinator._async_handle_frames([RadarFrame(time=START + QUEUE_LENGTH)] * 3)
        assert coordinator.frames_dropped == 3
        assert coordinator._take_frames()[0].time == START + 3


async def test_an_engine_that_fails_goes_on_from_its_last_epoch(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 600)
    before = await coordinator.async_running_night()
    assert before is not None
    failing = patch.object(SleepEngine, "process", side_effect=ZeroDivisionError)
    with failing:
        await play(hass, radar, coordinator, 1)
    after = await coordinator.async_running_night()
    assert after is not None
    assert after.start == before.start
    await play(hass, radar, coordinator, 60)
    assert state(hass, IN_BED) == STATE_ON
    assert caplog.text.count("The sleep engine failed") == 1

    # A state that is itself the trouble is not taken up for ever.
    with failing:
        for _ in range(ENGINE_PATIENCE + 1):
            await play(hass, radar, coordinator, 1)
    assert await coordinator.async_running_night() is None
    assert saved_state(hass) is None
    assert caplog.text.count("The sleep engine failed") == 2


async def test_a_night_that_cannot_be_stored_is_not_lost(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 1260)
    full = ArchiveError("full", "The disk is full")
    await radar.stop()
    with patch(f"{COORDINATOR}.FLUSH_INTERVAL", 0.0):
        with (
            patch.object(NightArchive, "add_night", side_effect=full),
            patch.object(NightArchive, "save_state", side_effect=full),
        ):
            radar.now += 3 * 3600
            await asyncio.sleep(0.2)
            radar.now += 60
            await asyncio.sleep(0.2)
            await settle(hass, coordinator)
        assert nights(hass) == []
        assert saved_state(hass) is not None
        assert caplog.text.count("cannot be saved now") == 1
        radar.now += 60
        await asyncio.sleep(0.2)
        await settle(hass, coordinator)
    assert len(nights(hass)) == 1
    assert saved_state(hass) is None


async def test_a_night_that_could_not_be_stored_is_tried_again_at_the_end(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 1260)
    full = ArchiveError("full", "The disk is full")
    with patch.object(NightArchive, "add_night", side_effect=full):
        await switch(hass, SERVICE_TURN_ON)
    assert nights(hass) == []
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert len(nights(hass)) == 1


async def test_a_state_that_cannot_be_saved_is_said_once(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    coordinator = await set_up(hass, entry)
    full = ArchiveError("full", "The disk is full")
    with patch.object(NightArchive, "save_state", side_effect=full):
        await play(hass, radar, coordinator, 600)
    assert caplog.text.count("cannot be saved now") == 1
    await play(hass, radar, coordinator, 60)
    assert saved_state(hass) is not None
    assert state(hass, IN_BED) == STATE_ON


async def test_an_archive_of_a_newer_version_is_left_alone(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    import sqlite3

    path = Path(hass.config.path(DOMAIN, "0123456789.db"))
    archive = NightArchive(path)
    archive.open()
    archive.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    content = path.read_bytes()
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "archive_too_new"
    assert path.read_bytes() == content
    assert radar.connections == 0


async def test_an_archive_that_cannot_be_opened_is_tried_again(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    locked = ArchiveError("locked", "Another program keeps the file locked")
    with patch.object(NightArchive, "open", side_effect=locked):
        assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "archive_unavailable"
    assert radar.connections == 0


async def test_a_damaged_archive_is_reported(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
) -> None:
    path = Path(hass.config.path(DOMAIN, "0123456789.db"))
    path.parent.mkdir()
    path.write_bytes(b"what a failing memory card left")
    assert await async_setup_component(hass, "repairs", {})
    coordinator = await set_up(hass, entry)
    issue = issue_registry.async_get_issue(DOMAIN, "archive_damaged_0123456789")
    assert issue is not None
    assert issue.is_fixable
    assert issue.is_persistent
    assert issue.translation_placeholders is not None
    aside = Path(issue.translation_placeholders["path"])
    assert aside.read_bytes() == b"what a failing memory card left"

    # Once somebody knows, it is not raised again.
    flows = repairs_flow_manager(hass)
    assert flows is not None
    form = await flows.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    assert form["step_id"] == "confirm"
    assert form["description_placeholders"] == issue.translation_placeholders
    await flows.async_configure(form["flow_id"], {})
    await play(hass, radar, coordinator, 5)
    assert issue_registry.async_get_issue(DOMAIN, issue.issue_id) is None

    # With the bedside everything goes that was stored about the person.
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert list(path.parent.iterdir()) == []


async def test_removing_a_bedside_deletes_what_it_knew(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 1260)
    await switch(hass, SERVICE_TURN_ON)
    assert "halo_rise.0123456789" in hass_storage
    other = Path(hass.config.path(DOMAIN, "9876543210.db"))
    other.touch()
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert list(other.parent.iterdir()) == [other]
    assert "halo_rise.0123456789" not in hass_storage


async def test_an_update_that_is_asked_for_changes_nothing(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    await play(hass, radar, coordinator, 5)
    data = coordinator.data
    await coordinator.async_refresh()
    assert coordinator.data is data
    assert coordinator.last_update_success


async def test_batches_do_not_overtake_each_other(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    coordinator = await set_up(hass, entry)
    running = most = 0
    original = SleepEngine.process

    def process(self: SleepEngine, frames: list[RadarFrame]) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            import time

            time.sleep(0.1)
            return original(self, frames)
        finally:
            running -= 1

    with patch.object(SleepEngine, "process", process):
        for _ in range(5):
            await radar.play(5)
            await asyncio.sleep(0.05)
        await settle(hass, coordinator)
    assert most == 1
    assert coordinator.data.live is not None
    assert timedelta(seconds=coordinator.data.live.time - START) > timedelta(seconds=20)
