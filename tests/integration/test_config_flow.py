"""Adding and moving a radar, against real bytes on a real port."""

import asyncio
from collections.abc import Generator
from dataclasses import replace
from errno import EBUSY
import json
from typing import Any
from unittest.mock import AsyncMock, Mock, patch

from homeassistant.components.usb import SerialDevice, SerialPortConsumer, USBDevice
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_DEVICE, CONF_MODEL, CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.halo_rise.const import (
    CONF_FIRMWARE,
    CONF_HUMIDITY_ENTITY,
    CONF_ILLUMINANCE_ENTITY,
    CONF_SIDE,
    CONF_TEMPERATURE_ENTITY,
    CONF_ZONE_FARTHEST,
    CONF_ZONE_NEAREST,
    DOMAIN,
    Side,
)
from custom_components.halo_rise.coordinator import HaloRiseData
from custom_components.halo_rise.sleep.epoch import BedZone
from tests.conftest import ROOT

from .radar import FIRMWARE, FakeRadar

ENGLISH = json.loads(
    (ROOT / "custom_components" / DOMAIN / "translations" / "en.json").read_text()
)

NODE = SerialDevice(
    device="esphome-hass://esphome/01ABC?port_name=MR60BHA2",
    serial_number="622345AFB3EE-mr60bha2",
    manufacturer="seeedstudio",
    description="mr60bha2_kit (MR60BHA2)",
)
ADAPTER = USBDevice(
    device="/dev/serial/by-id/usb-Silicon_Labs_CP2102_a1b2c3-if00-port0",
    resolved_device="/dev/ttyUSB0",
    serial_number="a1b2c3d4e5f6",
    manufacturer="Silicon Labs",
    description="CP2102",
    vid="10C4",
    pid="EA60",
)
NAMELESS_ADAPTER = USBDevice(
    device="/dev/ttyUSB1",
    serial_number=None,
    manufacturer="QinHeng",
    description="CH340",
    vid="1A86",
    pid="7523",
)


@pytest.fixture(autouse=True)
def mock_setup_entry() -> Generator[AsyncMock]:
    """Add entries without setting them up."""

    def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
        entry.runtime_data = Mock(coordinator=Mock(data=HaloRiseData()))

    with (
        patch(
            "custom_components.halo_rise.async_setup_entry", side_effect=set_up
        ) as setup,
        patch("custom_components.halo_rise.async_unload_entry", return_value=None),
    ):
        yield setup


@pytest.fixture
def ports() -> Generator[list[SerialDevice]]:
    """Return the list of ports that a scan finds."""
    found: list[SerialDevice] = []
    with patch(
        "homeassistant.components.usb.async_scan_serial_ports",
        AsyncMock(return_value=found),
    ):
        yield found


async def _start(hass: HomeAssistant) -> str:
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert not result["errors"]
    return result["flow_id"]


async def _submit(
    hass: HomeAssistant, flow_id: str, device: str, **user_input: Any
) -> ConfigFlowResult:
    """Submit the form and wait until the port has been listened to."""
    user_input = {CONF_NAME: "Anna", CONF_SIDE: Side.LEFT} | user_input
    result = await hass.config_entries.flow.async_configure(
        flow_id, {CONF_DEVICE: device} | user_input
    )
    return await _listened(hass, result)


async def _listened(hass: HomeAssistant, result: ConfigFlowResult) -> ConfigFlowResult:
    if result["type"] is FlowResultType.SHOW_PROGRESS:
        assert result["step_id"] == "listen"
        assert result["progress_action"] in ENGLISH["config"]["progress"]
        await hass.async_block_till_done()
        result = await hass.config_entries.flow.async_configure(result["flow_id"])
    return result


def _state(entry: MockConfigEntry) -> ConfigEntryState:
    """Return the state as it is now, whatever it was a line ago."""
    state: ConfigEntryState = entry.state
    return state


def _suggested(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form is filled with."""
    schema = result["data_schema"]
    assert schema is not None
    return {
        str(key): key.description["suggested_value"]
        for key in schema.schema
        if key.description and "suggested_value" in key.description
    }


def _assert_error(result: ConfigFlowResult, error: str) -> None:
    """Check that the form is shown again with what was entered and an error."""
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {CONF_DEVICE: error}
    assert error in ENGLISH["config"]["error"]


async def test_a_radar_is_recognised_by_its_bytes(
    hass: HomeAssistant, radar: FakeRadar, mock_setup_entry: AsyncMock
) -> None:
    result = await _submit(hass, await _start(hass), f" {radar.url} ")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Anna"
    assert result["data"] == {
        CONF_DEVICE: radar.url,
        CONF_MODEL: "mr60bha2",
        CONF_FIRMWARE: FIRMWARE,
    }
    assert result["options"] == {CONF_SIDE: Side.LEFT}
    assert result["result"].unique_id == radar.url.removeprefix("socket://")
    await hass.async_block_till_done()
    assert mock_setup_entry.call_count == 1


async def test_the_port_is_free_again_before_the_entry_is_created(
    hass: HomeAssistant, radar: FakeRadar, mock_setup_entry: AsyncMock
) -> None:
    listeners = []
    mock_setup_entry.side_effect = lambda *_: listeners.append(radar.listeners)
    await _submit(hass, await _start(hass), radar.url)
    await hass.async_block_till_done()
    assert listeners == [0]


async def test_a_port_that_cannot_ask_has_no_firmware(
    hass: HomeAssistant, radar: FakeRadar
) -> None:
    radar.replies = False
    result = await _submit(hass, await _start(hass), radar.url)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_FIRMWARE] is None


async def test_every_failure_keeps_what_was_entered_and_can_be_repaired(
    hass: HomeAssistant, radar: FakeRadar
) -> None:
    await radar.stop()
    flow_id = await _start(hass)
    result = await _submit(hass, flow_id, radar.url, name="Ben", side=Side.RIGHT)
    _assert_error(result, "cannot_open")
    assert _suggested(result) == {
        CONF_DEVICE: radar.url,
        CONF_NAME: "Ben",
        CONF_SIDE: Side.RIGHT,
    }

    result = await _submit(hass, flow_id, "socket://192.168.1.20")
    _assert_error(result, "invalid_url")

    await radar.start()
    radar.greets = radar.replies = False
    with patch("custom_components.halo_rise.config_flow.LISTEN_TIMEOUT", 0.2):
        result = await _submit(hass, flow_id, radar.url)
    _assert_error(result, "silent")

    radar.greets = radar.replies = True
    result = await _submit(hass, flow_id, radar.url)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_something_else_that_sends_is_not_taken_for_a_radar(
    hass: HomeAssistant, radar: FakeRadar
) -> None:
    radar.garbage = b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M\r\n" * 9
    flow_id = await _start(hass)
    with patch("custom_components.halo_rise.config_flow.LISTEN_TIMEOUT", 0.2):
        result = await _submit(hass, flow_id, radar.url)
    _assert_error(result, "not_a_radar")


async def test_a_port_that_somebody_listens_to_is_named_as_such(
    hass: HomeAssistant, radar: FakeRadar
) -> None:
    with patch(
        "serialx.open_serial_connection",
        side_effect=OSError(EBUSY, "Serial proxy port is already in use"),
    ):
        result = await _submit(hass, await _start(hass), radar.url)
    _assert_error(result, "port_in_use")


async def test_esphome_that_has_not_loaded_cannot_be_opened(
    hass: HomeAssistant, radar: FakeRadar
) -> None:
    with patch(
        "serialx.open_serial_connection", side_effect=ConfigEntryNotReady("not yet")
    ):
        result = await _submit(hass, await _start(hass), radar.url)
    _assert_error(result, "cannot_open")


async def test_what_nobody_expected_is_logged(
    hass: HomeAssistant, radar: FakeRadar, caplog: pytest.LogCaptureFixture
) -> None:
    with patch("serialx.open_serial_connection", side_effect=ZeroDivisionError):
        result = await _submit(hass, await _start(hass), radar.url)
    _assert_error(result, "unknown")
    assert "ZeroDivisionError" in caplog.text


async def test_one_radar_has_one_entry(hass: HomeAssistant, radar: FakeRadar) -> None:
    await _submit(hass, await _start(hass), radar.url)
    connections = radar.connections
    result = await _submit(hass, await _start(hass), radar.url, name="Ben")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    # Another spelling of the same address, which is not made the entry's.
    spelling = radar.url.replace("socket:", "rfc2217:")
    result = await _submit(hass, await _start(hass), spelling)
    assert result["reason"] == "already_configured"
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.data[CONF_DEVICE] == radar.url
    assert radar.connections == connections


async def test_one_radar_has_one_dialog(hass: HomeAssistant, radar: FakeRadar) -> None:
    radar.greets = False
    first, second = await _start(hass), await _start(hass)
    user_input = {CONF_DEVICE: radar.url, CONF_NAME: "Anna", CONF_SIDE: Side.LEFT}
    result = await hass.config_entries.flow.async_configure(first, user_input)
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    result = await hass.config_entries.flow.async_configure(second, user_input)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_in_progress"
    hass.config_entries.flow.async_abort(first)
    await hass.async_block_till_done()
    await radar.left()


@pytest.mark.parametrize(
    ("typed", "port", "device", "unique_id"),
    [
        (NODE.device, NODE, NODE.device, NODE.serial_number),
        (ADAPTER.device, ADAPTER, ADAPTER.device, ADAPTER.serial_number),
        ("/dev/ttyUSB0", ADAPTER, ADAPTER.device, ADAPTER.serial_number),
        ("/dev/ttyUSB1", NAMELESS_ADAPTER, "/dev/ttyUSB1", "/dev/ttyUSB1"),
        ("socket://Radar.local:6638", NODE, None, "radar.local:6638"),
        (
            "esphome://Node.local:6053/?port_name=MR60BHA2&key=c2VjcmV0",
            NODE,
            None,
            "node.local:6053/MR60BHA2",
        ),
    ],
)
async def test_a_radar_is_known_by_what_lasts(
    hass: HomeAssistant,
    radar: FakeRadar,
    ports: list[SerialDevice],
    typed: str,
    port: SerialDevice,
    device: str | None,
    unique_id: str,
) -> None:
    ports.append(port)

    async def connect(**_kwargs: Any) -> Any:
        return await original(url=radar.url, baudrate=115200)

    from serialx import open_serial_connection as original

    with patch("serialx.open_serial_connection", connect):
        result = await _submit(hass, await _start(hass), typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_DEVICE] == (device or typed)
    assert result["result"].unique_id == unique_id


async def test_a_port_without_a_form_is_refused(
    hass: HomeAssistant, radar: FakeRadar
) -> None:
    result = await _submit(hass, await _start(hass), "socket://[::1")
    _assert_error(result, "invalid_url")


async def test_a_known_radar_at_a_new_address_moves_its_entry(
    hass: HomeAssistant, ports: list[SerialDevice]
) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=NODE.serial_number,
        data={CONF_DEVICE: "esphome-hass://esphome/removed?port_name=MR60BHA2"},
    )
    entry.add_to_hass(hass)
    ports.append(NODE)
    result = await _submit(hass, await _start(hass), NODE.device)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert entry.data[CONF_DEVICE] == NODE.device


async def test_a_port_of_another_integration_is_not_even_tried(
    hass: HomeAssistant, ports: list[SerialDevice]
) -> None:
    ports.append(NODE)
    consumer = SerialPortConsumer(
        kind="config_entry", title="Meter", active=True, domain="dsmr"
    )
    with (
        patch(
            "homeassistant.components.usb.async_get_serial_port_consumers",
            AsyncMock(return_value={NODE.device: [consumer]}),
        ),
        patch("serialx.open_serial_connection") as connect,
    ):
        result = await _submit(hass, await _start(hass), NODE.device)
    _assert_error(result, "port_in_use")
    assert not connect.called


# Reconfiguring


async def _reconfigure(
    hass: HomeAssistant, entry: MockConfigEntry, device: str, name: str = "Anna"
) -> ConfigFlowResult:
    result = await entry.start_reconfigure_flow(hass)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "reconfigure"
    assert _suggested(result) == {
        CONF_DEVICE: entry.data[CONF_DEVICE],
        CONF_NAME: entry.title,
    }
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_DEVICE: device, CONF_NAME: name}
    )
    return await _listened(hass, result)


async def test_a_new_name_leaves_the_port_alone(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    result = await _reconfigure(hass, entry, radar.url, "Ben")
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert entry.title == "Ben"
    assert radar.connections == 0


async def test_a_radar_moves_to_another_port(
    hass: HomeAssistant, radar: FakeRadar, entry: MockConfigEntry
) -> None:
    async with FakeRadar() as other:
        result = await _reconfigure(hass, entry, other.url)
        await hass.async_block_till_done()
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "reconfigure_successful"
        assert entry.data[CONF_DEVICE] == other.url
        assert entry.unique_id == other.url.removeprefix("socket://")
        assert entry.options == {CONF_SIDE: Side.LEFT}
        assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_a_move_to_the_port_of_another_bedside_is_refused(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    ports: list[SerialDevice],
) -> None:
    MockConfigEntry(
        domain=DOMAIN,
        unique_id=ADAPTER.serial_number,
        data={CONF_DEVICE: "/dev/ttyUSB0"},
    ).add_to_hass(hass)
    ports.append(ADAPTER)
    result = await _reconfigure(hass, entry, ADAPTER.device)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_a_failed_move_gives_the_entry_its_radar_back(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    mock_setup_entry: AsyncMock,
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    other = FakeRadar()
    await other.start()
    await other.stop()
    result = await _reconfigure(hass, entry, other.url)
    _assert_error(result, "cannot_open")
    assert result["step_id"] == "reconfigure"
    await hass.async_block_till_done()
    assert mock_setup_entry.call_count == 2
    assert _state(entry) is ConfigEntryState.LOADED
    assert entry.data[CONF_DEVICE] == radar.url


async def test_a_dialog_closed_while_listening_gives_the_radar_back(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    mock_setup_entry: AsyncMock,
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    async with FakeRadar() as other:
        other.greets = False
        result = await entry.start_reconfigure_flow(hass)
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {CONF_DEVICE: other.url, CONF_NAME: "Anna"}
        )
        assert result["type"] is FlowResultType.SHOW_PROGRESS
        while not other.listeners:
            await asyncio.sleep(0.01)
        assert _state(entry) is ConfigEntryState.NOT_LOADED
        hass.config_entries.flow.async_abort(result["flow_id"])
        await other.left()
        await hass.async_block_till_done()
    assert _state(entry) is ConfigEntryState.LOADED
    assert mock_setup_entry.call_count == 2


async def test_a_dialog_closed_before_the_last_step_gives_the_radar_back(
    hass: HomeAssistant,
    radar: FakeRadar,
    entry: MockConfigEntry,
    mock_setup_entry: AsyncMock,
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    async with FakeRadar() as other:
        result = await entry.start_reconfigure_flow(hass)
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {CONF_DEVICE: other.url, CONF_NAME: "Anna"}
        )
        await hass.async_block_till_done()
        assert _state(entry) is ConfigEntryState.NOT_LOADED
        # The radar was found, but nobody looks any more.
        hass.config_entries.flow.async_abort(result["flow_id"])
        await hass.async_block_till_done()
    assert _state(entry) is ConfigEntryState.LOADED
    assert entry.data[CONF_DEVICE] == radar.url
    assert mock_setup_entry.call_count == 2


# Options


@pytest.fixture
def bedroom(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    area_registry: ar.AreaRegistry,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> ar.AreaEntry:
    """Return an area with a thermometer and a light sensor in it."""
    area = area_registry.async_create("Bedroom")
    climate = MockConfigEntry(domain="climate_sensor")
    climate.add_to_hass(hass)
    thermometer = device_registry.async_get_or_create(
        config_entry_id=climate.entry_id, identifiers={("climate_sensor", "1")}
    )
    device_registry.async_update_device(thermometer.id, area_id=area.id)
    for key, device_class in (
        ("b_temperature", "temperature"),
        ("a_temperature", "temperature"),
        ("battery", "battery"),
    ):
        entity_registry.async_get_or_create(
            "sensor",
            "climate_sensor",
            key,
            config_entry=climate,
            device_id=thermometer.id,
            original_device_class=device_class,
            original_name=key,
            suggested_object_id=key,
        )
    elsewhere = entity_registry.async_get_or_create(
        "sensor",
        "climate_sensor",
        "outdoor",
        device_id=thermometer.id,
        original_device_class="humidity",
        original_name="outdoor",
    )
    entity_registry.async_update_entity(
        elsewhere.entity_id, area_id=area_registry.async_create("Garden").id
    )
    light = entity_registry.async_get_or_create(
        "sensor",
        "other",
        "light",
        original_device_class="illuminance",
        original_name="bedroom_light",
        suggested_object_id="bedroom_light",
    )
    entity_registry.async_update_entity(light.entity_id, area_id=area.id)
    device = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, entry.entry_id)}
    )
    entity_registry.async_get_or_create(
        "sensor",
        DOMAIN,
        f"{entry.entry_id}_room_temperature",
        config_entry=entry,
        device_id=device.id,
        original_device_class="temperature",
        original_name="a_mirror",
        suggested_object_id="a_mirror",
    )
    return area


async def test_sensors_of_the_same_area_are_suggested(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    bedroom: ar.AreaEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert _suggested(result) == {CONF_SIDE: Side.LEFT}

    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, entry.entry_id), entry.entry_id
    )
    assert device is not None
    device_registry.async_update_device(device.id, area_id=bedroom.id)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert _suggested(result) == {
        CONF_SIDE: Side.LEFT,
        CONF_TEMPERATURE_ENTITY: "sensor.a_temperature",
        CONF_ILLUMINANCE_ENTITY: "sensor.bedroom_light",
    }

    result = await hass.config_entries.options.async_configure(
        result["flow_id"],
        {CONF_SIDE: Side.RIGHT, CONF_TEMPERATURE_ENTITY: "sensor.b_temperature"},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {
        CONF_SIDE: Side.RIGHT,
        CONF_ZONE_NEAREST: 0.15,
        CONF_ZONE_FARTHEST: 1.6,
        CONF_TEMPERATURE_ENTITY: "sensor.b_temperature",
        CONF_HUMIDITY_ENTITY: None,
        CONF_ILLUMINANCE_ENTITY: None,
    }

    # What was taken out is not suggested again.
    result = await hass.config_entries.options.async_init(entry.entry_id)
    suggested = _suggested(result)
    assert suggested[CONF_TEMPERATURE_ENTITY] == "sensor.b_temperature"
    assert suggested.get(CONF_ILLUMINANCE_ENTITY) is None


async def test_a_bedside_cannot_be_linked_to_itself(
    hass: HomeAssistant, entry: MockConfigEntry, bedroom: ar.AreaEntry
) -> None:
    result = await hass.config_entries.options.async_init(entry.entry_id)
    schema = result["data_schema"]
    assert schema is not None
    selector = schema.schema[CONF_TEMPERATURE_ENTITY]
    assert selector.config["exclude_entities"] == ["sensor.a_mirror"]


async def test_the_zone_is_asked_for(
    hass: HomeAssistant, entry: MockConfigEntry, mock_setup_entry: AsyncMock
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    result = await hass.config_entries.options.async_configure(
        result["flow_id"],
        {CONF_SIDE: Side.LEFT, CONF_ZONE_NEAREST: 0.9, CONF_ZONE_FARTHEST: 1.2},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options[CONF_ZONE_NEAREST] == 0.9
    assert entry.options[CONF_ZONE_FARTHEST] == 1.2
    # The coordinator takes it up with a reload.
    await hass.async_block_till_done()
    assert mock_setup_entry.call_count == 2

    result = await hass.config_entries.options.async_init(entry.entry_id)
    suggested = _suggested(result)
    assert (suggested[CONF_ZONE_NEAREST], suggested[CONF_ZONE_FARTHEST]) == (0.9, 1.2)


@pytest.mark.parametrize(
    ("nearest", "farthest", "error"),
    [
        (0.9, 0.9, "zone_order"),
        (1.6, 0.15, "zone_order"),
        (0.9, 1.15, "zone_narrow"),
    ],
)
async def test_a_zone_that_holds_no_sleeper_is_refused(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nearest: float,
    farthest: float,
    error: str,
) -> None:
    result = await hass.config_entries.options.async_init(entry.entry_id)
    entered = {
        CONF_SIDE: Side.RIGHT,
        CONF_ZONE_NEAREST: nearest,
        CONF_ZONE_FARTHEST: farthest,
        CONF_TEMPERATURE_ENTITY: "sensor.thermometer",
    }
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], entered
    )
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {CONF_ZONE_FARTHEST: error}
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    # It has a text, and whatever that names is there.
    assert ENGLISH["options"]["error"][error].format(**placeholders)
    assert _suggested(result) == entered
    assert entry.options == {CONF_SIDE: Side.LEFT}


@pytest.mark.parametrize(
    ("key", "distance"), [(CONF_ZONE_NEAREST, 0.05), (CONF_ZONE_FARTHEST, 3.05)]
)
async def test_a_zone_beyond_the_reach_of_a_radar_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, distance: float
) -> None:
    result = await hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            result["flow_id"], {CONF_SIDE: Side.RIGHT, key: distance}
        )


NOT_LEARNED = BedZone(nearest=0.15, farthest=1.6)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        (None, "bed_unknown"),
        (NOT_LEARNED, "bed_not_learned"),
        (replace(NOT_LEARNED, bed_near=0.6213, nights=1), "bed_not_learned"),
        (
            replace(NOT_LEARNED, bed_near=0.6213, bed_far=0.984, nights=9),
            "bed_learned",
        ),
    ],
)
async def test_the_form_says_where_the_bed_was_found(
    hass: HomeAssistant, entry: MockConfigEntry, zone: BedZone | None, text: str
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    entry.runtime_data.coordinator.data = HaloRiseData(zone=zone)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    expected = ENGLISH["common"][text].format(near="62", far="98", nights="9")
    assert placeholders["bed"] == expected
    assert expected in ENGLISH["options"]["step"]["init"]["description"].format(
        **placeholders
    )


async def test_the_form_works_without_the_bedside(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """An entry that could not be set up has options, too."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["bed"] == ENGLISH["common"]["bed_unknown"]
