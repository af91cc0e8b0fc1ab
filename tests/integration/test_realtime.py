"""At the pace of a real radar: from the dialog to entities, and what a dead peer does."""

import asyncio
from collections.abc import Callable

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.const import CONF_DEVICE, CONF_NAME, STATE_OFF, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.halo_rise.const import CONF_SIDE, DOMAIN, Side
from models.simulate import FIRMWARE, RadarSimulator

from .radar import empty_room

PRESENCE = "binary_sensor.anna_presence"


async def _until(condition: Callable[[], bool], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


async def test_a_radar_is_added_lost_and_found(
    hass: HomeAssistant, socket_enabled: None, caplog: pytest.LogCaptureFixture
) -> None:
    def presence() -> str | None:
        state = hass.states.get(PRESENCE)
        return state.state if state else None

    async with RadarSimulator(empty_room(), jitter=0.1) as radar:
        port = radar.port
        result = await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"],
            {CONF_DEVICE: radar.url, CONF_NAME: "Anna", CONF_SIDE: Side.LEFT},
        )
        while result["type"] is FlowResultType.SHOW_PROGRESS:
            await hass.async_block_till_done()
            result = await hass.config_entries.flow.async_configure(result["flow_id"])
        assert result["type"] is FlowResultType.CREATE_ENTRY
        entry = result["result"]
        assert entry.data["firmware"] == FIRMWARE
        assert entry.state is ConfigEntryState.LOADED
        await _until(lambda: presence() == STATE_OFF, 10)

        # A hung node keeps its connection and says nothing.
        radar.silent = True
        await _until(lambda: presence() == STATE_UNAVAILABLE, 10)
        radar.silent = False
        await _until(lambda: presence() == STATE_OFF, 10)

    await _until(lambda: presence() == STATE_UNAVAILABLE, 10)
    async with RadarSimulator(empty_room(), port=port):
        await _until(lambda: presence() == STATE_OFF, 15)
        assert await hass.config_entries.async_unload(entry.entry_id)

    assert caplog.text.count("is unavailable") == 2
    assert caplog.text.count("is available again") == 2
