"""Home Assistant is restarted while somebody sleeps."""

import signal

import pytest

from models.house.home import until
from models.house.house import House

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

IN_BED_SECONDS = 30.0


@pytest.mark.parametrize(
    "ended_by", [signal.SIGTERM, signal.SIGKILL], ids=["restart", "power cut"]
)
async def test_the_session_goes_on(house: House, ended_by: signal.Signals) -> None:
    if (before := await house.night(running=True)) is None:
        await house.put_to_bed()
        before = await house.night(running=True)
    count = len(before["epochs"]["stage"])
    assert count > 150

    await house.home.restart(ended_by)

    async def in_bed() -> bool:
        return (await house.values())["in_bed"] == "on"

    await until(in_bed, IN_BED_SECONDS)
    after = await house.night(running=True)
    assert after["start"] == before["start"]
    assert len(after["epochs"]["stage"]) >= count
    for column in ("stage", "respiration_rate", "motion", "owner", "presence"):
        assert after["epochs"][column][:count] == before["epochs"][column]
