"""Fixtures for the tests inside Home Assistant."""

from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from homeassistant.const import CONF_DEVICE, CONF_MODEL
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from custom_components.halo_rise.const import CONF_FIRMWARE, CONF_SIDE, DOMAIN, Side
from custom_components.halo_rise.coordinator import HaloRiseCoordinator

from .radar import FIRMWARE, FakeRadar


@pytest.fixture(autouse=True)
def load_custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find this integration."""
    # The recorder must be there before Home Assistant starts.
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("recorder_mock")
    request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Give each test a configuration folder of its own: archives are written there."""
    return str(tmp_path)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compare with snapshots in the way core does."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
async def radar(socket_enabled: None) -> AsyncGenerator[FakeRadar]:
    """Return a radar that is switched on, in an empty room."""
    async with FakeRadar() as radar:
        yield radar


@pytest.fixture
def entry(hass: HomeAssistant, radar: FakeRadar) -> MockConfigEntry:
    """Return the entry of that radar's bedside, not set up."""
    return add_entry(hass, radar)


@pytest.fixture
async def quiet(
    hass: HomeAssistant, entry: MockConfigEntry
) -> AsyncGenerator[HaloRiseCoordinator]:
    """Return the coordinator of a bedside whose radar says nothing."""
    with patch.object(HaloRiseCoordinator, "_async_connect"):
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        coordinator: HaloRiseCoordinator = entry.runtime_data.coordinator
        yield coordinator


@pytest.fixture
def at_radars_pace(radar: FakeRadar) -> Generator[None]:
    """Let the time of the radar be everybody's, and batches be frequent."""
    coordinator = "custom_components.halo_rise.coordinator"
    with (
        patch(f"{coordinator}.time", radar.clock),
        patch(f"{coordinator}.BATCH_INTERVAL", timedelta(milliseconds=20)),
    ):
        yield


def add_entry(hass: HomeAssistant, radar: FakeRadar) -> MockConfigEntry:
    """Add the entry of a bedside."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Anna",
        entry_id="0123456789",
        unique_id=radar.url.removeprefix("socket://"),
        data={
            CONF_DEVICE: radar.url,
            CONF_MODEL: "mr60bha2",
            CONF_FIRMWARE: FIRMWARE,
        },
        options={CONF_SIDE: Side.LEFT},
    )
    entry.add_to_hass(hass)
    return entry
