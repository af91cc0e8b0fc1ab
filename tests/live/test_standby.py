"""In standby nothing is sensed, whatever happens to Home Assistant."""

import asyncio
import logging
from pathlib import Path

import pytest

from models.house.home import until
from models.house.house import House

_LOGGER = logging.getLogger(__name__)

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

ESTABLISHED = "01"
WATCHED_SECONDS = 8.0
DATA_SECONDS = 15.0


def connections(house: House) -> int:
    """Count the connections to the radar, whoever on this machine has them."""
    port = f"{house.bedside.port:04X}"
    found = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, _, remote, state, *_ = line.split()
        found += remote.endswith(f":{port}") and state == ESTABLISHED
    return found


async def test_standby_leaves_no_connection(house: House) -> None:
    async def senses() -> bool:
        return (await house.values())["presence"] in ("on", "off")

    await until(senses, DATA_SECONDS)
    assert connections(house) == 1
    switch = house.entities["standby"]
    await house.home.act("switch", "turn_on", entity_id=switch)
    assert connections(house) == 0
    assert await house.night(running=True) is None
    assert (await house.values())["sleep_stage"] == "unavailable"

    await house.home.restart()
    assert (await house.values())["standby"] == "on"
    for _ in range(round(WATCHED_SECONDS / 0.25)):
        assert connections(house) == 0
        await asyncio.sleep(0.25)
    assert (await house.values())["sleep_stage"] == "unavailable"

    await house.home.act("switch", "turn_off", entity_id=switch)
    seconds = await until(senses, DATA_SECONDS)
    _LOGGER.info("Data again after %.1f s", seconds)
    assert connections(house) == 1
