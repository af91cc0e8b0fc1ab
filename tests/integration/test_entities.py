"""What a bedside looks like in Home Assistant."""

from collections.abc import Generator
from dataclasses import replace
from math import nan
from typing import Any
from unittest.mock import patch

from homeassistant.const import CONF_DEVICE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.halo_rise.const import (
    CONF_HUMIDITY_ENTITY,
    CONF_ILLUMINANCE_ENTITY,
    CONF_TEMPERATURE_ENTITY,
    DOMAIN,
)
from custom_components.halo_rise.coordinator import HaloRiseCoordinator
from custom_components.halo_rise.diagnostics import redact_address
from custom_components.halo_rise.nights import NightRecord
from custom_components.halo_rise.radar.link import LinkStatistics
from custom_components.halo_rise.sleep.epoch import BedZone, LiveUpdate, Owner, Stage
from tests.nights import EVENING, SUMMARY

from .radar import FakeRadar

LIVE = LiveUpdate(
    time=1_800_000_000.0,
    presence=0.987,
    present=True,
    in_bed=True,
    asleep=True,
    stage=Stage.DEEP,
    respiration_rate=13.947,
    respiration_quality=0.81,
    heart_rate=57.6,
    distance=0.7834,
    moving=False,
    displacement=(0.1, 0.2),
    owner=Owner.PRIMARY,
    owner_confidence=0.934,
    others=False,
    intent=0.871,
    trying=True,
)
ZONE = BedZone(
    nearest=0.15,
    farthest=1.6,
    bed_near=0.6213,
    bed_far=0.9784,
    bearing=0.12,
    nights=9,
)
STATISTICS = LinkStatistics(
    frames_received=40_000,
    frames_lost=12,
    frames_bad=3,
    bytes_received=1_000_000,
    connections=2,
    quality=0.9987,
)
LAST_NIGHT = NightRecord(
    id=1,
    start=EVENING,
    end=EVENING + 8 * 3600,
    module="mr60bha2",
    model_version="1",
    settled_at=EVENING + 9 * 3600,
    main=True,
    summary=SUMMARY,
)


@pytest.fixture
def entity_registry_enabled_by_default() -> Generator[None]:
    """Enable what is disabled at first."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", True
    ):
        yield


@pytest.fixture
async def coordinator(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    entity_registry_enabled_by_default: None,
    request: pytest.FixtureRequest,
) -> HaloRiseCoordinator:
    """Return the coordinator of a bedside with all that can be known."""
    hass.config_entries.async_update_entry(
        entry,
        options=entry.options
        | {
            CONF_TEMPERATURE_ENTITY: "sensor.thermometer",
            CONF_HUMIDITY_ENTITY: "sensor.hygrometer",
            CONF_ILLUMINANCE_ENTITY: "sensor.lux",
        },
    )
    hass.states.async_set("sensor.thermometer", "19.4", {"unit_of_measurement": "°C"})
    hass.states.async_set("sensor.hygrometer", "47")
    hass.states.async_set("sensor.lux", "0.4")
    platforms = getattr(request, "param", None)
    with patch.object(HaloRiseCoordinator, "_async_connect"):
        if platforms:
            with patch("custom_components.halo_rise.PLATFORMS", platforms):
                await hass.config_entries.async_setup(entry.entry_id)
        else:
            await hass.config_entries.async_setup(entry.entry_id)
    coordinator: HaloRiseCoordinator = entry.runtime_data.coordinator
    coordinator.async_set_updated_data(
        replace(
            coordinator.data,
            available=True,
            live=LIVE,
            zone=ZONE,
            last_night=LAST_NIGHT,
            statistics=STATISTICS,
        )
    )
    await hass.async_block_till_done()
    return coordinator


@pytest.mark.parametrize(
    "coordinator",
    [[Platform.BINARY_SENSOR], [Platform.EVENT], [Platform.SENSOR], [Platform.SWITCH]],
    ids=lambda platforms: platforms[0],
    indirect=True,
)
async def test_entities(
    hass: HomeAssistant,
    coordinator: HaloRiseCoordinator,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    await snapshot_platform(
        hass, entity_registry, snapshot, coordinator.config_entry.entry_id
    )


async def test_device(
    coordinator: HaloRiseCoordinator,
    device_registry: dr.DeviceRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, coordinator.config_entry.entry_id), coordinator.config_entry.entry_id
    )
    assert device == snapshot


async def test_details_are_disabled_at_first(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    disabled = {
        entity.unique_id.removeprefix(f"{entry.entry_id}_")
        for entity in er.async_entries_for_config_entry(entity_registry, entry.entry_id)
        if entity.disabled
    }
    assert disabled == {
        "bed_farthest",
        "bed_nearest",
        "frames_lost",
        "intent_score",
        "link_quality",
        "owner_confidence",
        "presence_confidence",
        "respiration_quality",
    }


@pytest.mark.parametrize(
    ("changes", "states"),
    [
        (
            {
                "in_bed": False,
                "stage": None,
                "asleep": None,
                "trying": None,
                "intent": nan,
                "others": True,
            },
            {
                "sensor.anna_sleep_stage": "not_in_bed",
                "binary_sensor.anna_asleep": "off",
                "binary_sensor.anna_trying_to_sleep": "off",
                "binary_sensor.anna_somebody_else_in_bed": "on",
                "sensor.anna_sleep_intent": "unknown",
            },
        ),
        (
            {
                "stage": None,
                "asleep": None,
                "trying": None,
                "others": None,
                "owner_confidence": nan,
            },
            {
                "sensor.anna_sleep_stage": "unknown",
                "binary_sensor.anna_asleep": "unknown",
                "binary_sensor.anna_trying_to_sleep": "unknown",
                "binary_sensor.anna_somebody_else_in_bed": "unknown",
                "sensor.anna_owner_confidence": "unknown",
            },
        ),
        (
            {"stage": Stage.AWAKE, "asleep": False, "trying": False},
            {
                "sensor.anna_sleep_stage": "awake",
                "binary_sensor.anna_asleep": "off",
                "binary_sensor.anna_trying_to_sleep": "off",
            },
        ),
    ],
)
async def test_live_states(
    hass: HomeAssistant,
    coordinator: HaloRiseCoordinator,
    changes: dict[str, Any],
    states: dict[str, str],
) -> None:
    # A reload of what is known, so that no value is held back for the recorder's sake.
    coordinator.async_set_updated_data(replace(coordinator.data, available=False))
    coordinator.async_set_updated_data(
        replace(coordinator.data, available=True, live=replace(LIVE, **changes))
    )
    found = {entity_id: hass.states.get(entity_id) for entity_id in states}
    assert {key: state and state.state for key, state in found.items()} == states


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        (None, "unknown"),
        (replace(ZONE, bed_near=nan, bed_far=nan), "unknown"),
        (replace(ZONE, bed_near=0.5, bed_far=0.5), "0.5"),
    ],
)
async def test_the_bed_is_learned_and_stays_so_without_the_radar(
    hass: HomeAssistant,
    coordinator: HaloRiseCoordinator,
    zone: BedZone | None,
    shown: str,
) -> None:
    coordinator.async_set_updated_data(
        replace(coordinator.data, available=False, zone=zone)
    )
    for name in ("nearest", "farthest"):
        state = hass.states.get(f"sensor.anna_{name}_distance_of_the_bed")
        assert state is not None
        assert state.state == shown


async def test_a_night_without_sleep_has_no_latency(
    hass: HomeAssistant, coordinator: HaloRiseCoordinator
) -> None:
    summary = replace(SUMMARY, sleep_latency=float("nan"))
    coordinator.async_set_updated_data(
        replace(coordinator.data, last_night=replace(LAST_NIGHT, summary=summary))
    )
    state = hass.states.get("sensor.anna_time_to_fall_asleep_last_night")
    assert state is not None
    assert state.state == "unknown"


# Diagnostics


async def test_diagnostics(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    coordinator: HaloRiseCoordinator,
    snapshot: SnapshotAssertion,
) -> None:
    entry = coordinator.config_entry
    found = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert found == snapshot(exclude=props(CONF_DEVICE))
    text = str(found)
    assert "127.0.0.1" not in text
    assert "Anna" not in text
    # Neither the waveform nor anything about the person's sleep.
    assert "displacement=" not in text
    assert "57.6" not in text
    assert Stage.DEEP not in text
    assert "430.5" not in text


async def test_diagnostics_say_what_is_not_known(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    coordinator: HaloRiseCoordinator,
) -> None:
    """In JSON, which has no word for nan."""
    coordinator.async_set_updated_data(
        replace(
            coordinator.data,
            live=replace(LIVE, distance=nan, intent=nan),
            zone=replace(ZONE, bed_near=nan, bed_far=nan, bearing=nan),
        )
    )
    found = await get_diagnostics_for_config_entry(
        hass, hass_client, coordinator.config_entry
    )
    assert isinstance(found, dict)
    assert found["engine"]["distance"] is None
    assert found["engine"]["intent"] is None
    assert found["zone"] == {
        "nearest": 0.15,
        "farthest": 1.6,
        "bed_near": None,
        "bed_far": None,
        "bearing": None,
        "nights": 9,
    }


async def test_diagnostics_in_standby(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    coordinator: HaloRiseCoordinator,
) -> None:
    await coordinator.async_set_standby(True)
    coordinator.async_set_updated_data(replace(coordinator.data, statistics=None))
    found = await get_diagnostics_for_config_entry(
        hass, hass_client, coordinator.config_entry
    )
    assert isinstance(found, dict)
    assert found["standby"] is True
    assert found["engine"] is None
    assert found["link"] is None


@pytest.mark.parametrize(
    ("address", "redacted"),
    [
        ("socket://192.168.1.20:6638", "socket://**REDACTED**:6638"),
        ("socket://anna:secret@radar.local:6638", "socket://**REDACTED**:6638"),
        (
            "esphome://radar.local/?port_name=MR60BHA2&key=c2VjcmV0",
            "esphome://**REDACTED**/?port_name=MR60BHA2&key=**REDACTED**",
        ),
        (
            "esphome-hass://esphome/01ABC?port_name=MR60BHA2",
            "esphome-hass://**REDACTED**/?port_name=MR60BHA2",
        ),
        (
            "/dev/serial/by-id/usb-Silicon_Labs_CP2102_a1b2c3-if00-port0",
            "/dev/serial/by-id/**REDACTED**",
        ),
        ("/dev/ttyUSB0", "/dev/**REDACTED**"),
        ("COM3", "**REDACTED**"),
        ("socket://[::1", "**REDACTED**"),
    ],
)
def test_addresses_are_redacted(address: str, redacted: str) -> None:
    assert redact_address(address) == redacted
