"""A radar that dies, and one that comes back."""

import logging
import signal

import pytest

from models.house.home import until
from models.house.house import House

_LOGGER = logging.getLogger(__name__)

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

NOTICED_SECONDS = 15.0


@pytest.mark.parametrize("fate", ["killed", "hung"])
async def test_a_dead_radar_is_noticed_and_a_new_one_too(
    house: House, fate: str
) -> None:
    async def unavailable() -> bool:
        return (await house.values())["sleep_stage"] == "unavailable"

    async def back() -> bool:
        values = await house.values()
        return "unavailable" not in (values["sleep_stage"], values["presence"])

    await until(back, NOTICED_SECONDS)
    told = len(house.home.our_lines())

    if fate == "killed":
        await house.bedside.stop(signal.SIGKILL)
    else:
        house.bedside.hang(True)
    seconds = await until(unavailable, NOTICED_SECONDS)
    _LOGGER.info("%s: unavailable after %.1f s", fate, seconds)
    values = await house.values()
    live = (
        "in_bed",
        "asleep",
        "presence",
        "respiration_rate",
        "heart_rate",
        "distance",
    )
    assert {values[key] for key in live} == {"unavailable"}
    assert "unavailable" not in (values["time_asleep"], values["standby"])
    (line,) = house.home.our_lines()[told:]
    assert "WARNING" in line
    assert "is unavailable" in line

    if fate == "killed":
        await house.bedside.start()
    else:
        house.bedside.hang(False)
    seconds = await until(back, NOTICED_SECONDS)
    _LOGGER.info("%s: available after %.1f s", fate, seconds)
    (line,) = house.home.our_lines()[told + 1 :]
    assert "INFO" in line
    assert "is available again" in line
