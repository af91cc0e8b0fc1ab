"""Two sleep in one bed, one of them goes to the bathroom, and automations act on it.

A real Home Assistant, a byte stream, and automations made as a person makes them. The
moments are compared with what really happened in the simulated night.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
import logging
import signal
from time import time
from typing import Any, Self

import pytest
import pytest_asyncio

from custom_components.halo_rise.sleep.epoch import SleepEventKind
from custom_components.halo_rise.sleep.state import dump_state
from models.bench import WATCH
from models.house.bedside import archive_path, enable, seed
from models.house.couple import Couple
from models.house.home import until
from models.house.house import House
from models.simulate import RadarSimulator

_LOGGER = logging.getLogger(__name__)

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

BEFORE = 180.0
"""Seconds of the night before the sleeper gets up."""

LONGEST = 900.0
"""Seconds of the night after which nothing is waited for any more."""

KNOWN_WITHIN = 60.0
HAPPENED_WITHIN = 30.0
"""Seconds from the truth."""

PREPARED_WITHIN = 20.0
"""Seconds in which the engine lives through the night until then."""

JITTER = 0.04
STARTED_SECONDS = 30.0
WATCHED_SECONDS = 20.0

SEEN = "sleeper_test"
"""The event in which an automation tells that it has run."""

LEFT, BACK = SleepEventKind.LEFT_BED, SleepEventKind.RETURNED_TO_BED
WOKE, ASLEEP = SleepEventKind.WOKE_UP, SleepEventKind.FELL_ASLEEP

CONDITIONED = {
    "left_bed_while_another_is_in_bed": (LEFT, "is_other_in_bed"),
    "left_bed_and_is_in_bed": (LEFT, "is_in_bed"),
    "returned_to_bed_and_is_in_bed": (BACK, "is_in_bed"),
    "fell_asleep_and_is_asleep": (ASLEEP, "is_asleep"),
}
"""Automations with a condition; each kind of event has one without besides."""

ONCE = {
    WOKE,
    LEFT,
    BACK,
    ASLEEP,
    "left_bed_while_another_is_in_bed",
    "returned_to_bed_and_is_in_bed",
    "fell_asleep_and_is_asleep",
}
NEVER = {
    SleepEventKind.GOT_IN_BED,
    SleepEventKind.GOT_UP,
    "left_bed_and_is_in_bed",
}
AUTOMATIONS = (*SleepEventKind, *CONDITIONED)


@pytest.fixture(scope="module")
def couple() -> Couple:
    """Return the night."""
    return Couple.draw()


@pytest_asyncio.fixture(loop_scope="session")
async def bedroom(house: House) -> AsyncIterator[House]:
    """Make the automations, and afterwards have everything as it was."""
    home = house.home
    await house.bedside.stop()
    for name in AUTOMATIONS:
        kind, condition = CONDITIONED.get(name, (name, None))
        target = {"target": {"device_id": house.device_id}}
        what = "{{ trigger.to_state.attributes."
        in_bed, other = (house.entities[key] for key in ("in_bed", "other_in_bed"))
        await home.automate(
            name,
            triggers=[{"trigger": f"halo_rise.{kind}"} | target],
            conditions=[
                {"condition": f"halo_rise.{condition}"}
                | target
                | {"options": {"behavior": "any"}}
            ]
            if condition
            else [],
            actions=[
                {
                    "event": SEEN,
                    "event_data": {
                        "automation": name,
                        "kind": what + "event_type }}",
                        "happened_at": what + "happened_at }}",
                        "in_bed": f"{{{{ states('{in_bed}') }}}}",
                        "other": f"{{{{ states('{other}') }}}}",
                    },
                }
            ],
        )
    yield house
    for name in AUTOMATIONS:
        await home.forget_automation(name)
    await house.bedside.start()
    if home.guests:
        home.guests = ()
        await home.restart()
    await house.put_to_bed()


@dataclass(kw_only=True)
class Evening:
    """What is heard of the night while it streams."""

    house: House
    couple: Couple
    speed: float
    shift: float = 0.0
    """Seconds between the night and the clock by which it is timed."""

    shown: float = 0.0
    since: float = 0.0
    """What that clock showed, and when."""

    heard: list[dict[str, Any]] = field(default_factory=list)

    def scene(self, wall: float) -> float:
        """Return which time of the night it was at a moment."""
        shown = self.shown + self.speed * (wall - self.since)
        return min(shown, wall) - self.shift

    @property
    def now(self) -> float:
        """Return which time of the night it is."""
        return self.scene(time())

    @property
    def caught_up(self) -> bool:
        """Return whether the clock is like any other again."""
        return self.shown + self.speed * (time() - self.since) >= time()

    @asynccontextmanager
    async def begins(self, before: float) -> AsyncIterator[Self]:
        """Let the night have been like this until so many seconds before the trip."""
        house, couple = self.house, self.couple
        home = house.home
        first = couple.left - before
        await enable(home, house.entry_id, False)
        planned = time() + PREPARED_WITHIN
        # A clock that runs faster begins in the past, to meet the others in the end.
        self.shown = planned - LONGEST * (1 - 1 / self.speed)
        self.shift = self.shown - first
        engine = await asyncio.to_thread(couple.engine, first, self.shift)
        path = archive_path(home, house.entry_id)
        seed(path, [], dump_state(engine.snapshot()), engine.profile())
        assert time() < planned, "Too slow to be in time"
        await asyncio.sleep(planned - time())
        if self.speed != 1.0:
            await home.ask("loop_watch/take", speed=self.speed, shown=self.shown)
            self.since = time()
        else:
            self.since = self.shown
        async with (
            home.listening(SEEN, "state_changed") as self.heard,
            self.radar(self.speed),
        ):
            await enable(home, house.entry_id, True)
            yield self

    def radar(self, speed: float = 1.0) -> RadarSimulator:
        """Serve the night from now on."""
        return RadarSimulator(
            self.couple.since(self.now),
            port=self.house.bedside.port,
            speed=speed,
            jitter=JITTER,
        )

    def runs(self, name: str) -> list[dict[str, Any]]:
        """Return what an automation told, in order."""
        return [
            event
            for event in self.heard
            if event["event_type"] == SEEN and event["data"]["automation"] == name
        ]

    async def until_known(self, kind: SleepEventKind, latest: float) -> None:
        """Wait for an automation, or for a time of the night."""
        await until(
            lambda: self.runs(kind) or self.now > latest,
            LONGEST,
        )

    def moments(self, name: str) -> tuple[float, float]:
        """Return when the only run of an automation was, and what it was about."""
        (run,) = self.runs(name)
        known = self.scene(_seconds(run["time_fired"]))
        return known, _seconds(run["data"]["happened_at"]) - self.shift

    def states(self, key: str, begin: float, end: float) -> set[str]:
        """Return what one of our entities said between two times of the night."""
        said = "unknown"
        found = set()
        for event in self.heard:
            data = event["data"]
            if data.get("entity_id") != self.house.entities[key]:
                continue
            at = self.scene(_seconds(event["time_fired"]))
            if at >= end:
                break
            if at > begin:
                found.add(said)
            said = data["new_state"]["state"]
        return found | {said}

    def tell(self) -> None:
        """Log what was heard, in seconds from what really happened."""
        truth = {
            WOKE: self.couple.left,
            LEFT: self.couple.left,
            BACK: self.couple.back,
            ASLEEP: self.couple.asleep,
        }
        for event in self.heard:
            if event["event_type"] != SEEN:
                continue
            data = event["data"]
            kind = data["kind"]
            _LOGGER.info(
                "%g times real speed: %s %+.1f s after the truth, happened at %+.1f s;"
                " in bed %s, somebody else %s (%s)",
                self.speed,
                kind,
                self.scene(_seconds(event["time_fired"]))
                - truth.get(kind, self.couple.left),
                _seconds(data["happened_at"])
                - self.shift
                - truth.get(kind, self.couple.left),
                data["in_bed"],
                data["other"],
                data["automation"],
            )


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


async def test_the_night_is_the_one_that_is_meant(couple: Couple) -> None:
    truth = couple.truth
    assert 120 <= couple.back - couple.left <= 300
    before = couple.during(couple.left - 600, couple.left)
    away = couple.during(couple.left, couple.back)
    assert truth.asleep[before].mean() > 0.9
    assert couple.partner_asleep[before].mean() > 0.9
    whole = couple.during(couple.left - 600, couple.asleep + 600)
    assert truth.others_in_bed[whole].all()
    assert not truth.primary_in_bed[away].any()
    assert couple.asleep - couple.back < 180


async def check_trip(evening: Evening) -> None:
    """Compare with the truth what was heard of leaving the bed and coming back."""
    couple = evening.couple
    known_left, happened = evening.moments(LEFT)
    assert known_left - couple.left == pytest.approx(0.0, abs=KNOWN_WITHIN)
    assert happened - couple.left == pytest.approx(0.0, abs=HAPPENED_WITHIN)
    known_back, happened = evening.moments(BACK)
    assert known_back - couple.back == pytest.approx(0.0, abs=KNOWN_WITHIN)
    assert happened - couple.back == pytest.approx(0.0, abs=HAPPENED_WITHIN)
    assert evening.states("in_bed", known_left, known_back - 0.1) == {"off"}
    assert evening.states("other_in_bed", known_left, known_back - 0.1) == {"on"}
    (run,) = evening.runs(LEFT)
    assert (run["data"]["in_bed"], run["data"]["other"]) == ("off", "on")
    (run,) = evening.runs(BACK)
    assert run["data"]["in_bed"] == "on"


async def ran(house: House) -> dict[str, int]:
    """Return how often each automation did something."""
    return {
        name: sum(
            run["script_execution"] == "finished"
            for run in await house.home.runs(str(name))
        )
        for name in AUTOMATIONS
    }


@pytest.mark.parametrize(
    "speed",
    [
        pytest.param(10.0, id="ten times real speed"),
        pytest.param(1.0, id="real speed", marks=pytest.mark.slow),
    ],
)
async def test_automations_act_on_a_trip_to_the_bathroom(
    bedroom: House, couple: Couple, speed: float
) -> None:
    home = bedroom.home
    if speed != 1.0:
        home.guests = (WATCH,)
        await home.restart()
    evening = Evening(house=bedroom, couple=couple, speed=speed)
    async with evening.begins(BEFORE):
        try:
            await evening.until_known(LEFT, couple.left + KNOWN_WITHIN)
            await evening.until_known(BACK, couple.back + KNOWN_WITHIN)
            await evening.until_known(ASLEEP, couple.left - BEFORE + LONGEST - 60)
        finally:
            evening.tell()
        await check_trip(evening)
        known_awake, happened = evening.moments(WOKE)
        assert happened - couple.left == pytest.approx(0.0, abs=KNOWN_WITHIN)
        assert known_awake < couple.left + KNOWN_WITHIN
        _, happened = evening.moments(ASLEEP)
        assert couple.back < happened
        times = await ran(bedroom)
        assert {name: times[name] for name in ONCE} == dict.fromkeys(ONCE, 1)
        assert {name: times[name] for name in NEVER} == dict.fromkeys(NEVER, 0)
        # They have also been asked, where a condition was not met.
        assert len(await home.runs("left_bed_and_is_in_bed")) == 1
        if speed == 1.0:
            await nothing_is_repeated(evening, times)
        else:
            await until(lambda: evening.caught_up, LONGEST)
    if speed != 1.0:
        home.guests = ()
        async with evening.radar():
            await nothing_is_repeated(evening, times)


async def nothing_is_repeated(evening: Evening, times: dict[str, int]) -> None:
    """Restart Home Assistant, and look for what happens twice."""
    house = evening.house
    sleep = house.entities["sleep"]
    before = await house.home.state(sleep)
    await house.home.restart()
    async with house.home.listening(SEEN) as heard:

        async def in_bed() -> bool:
            return (await house.values())["in_bed"] == "on"

        await until(in_bed, STARTED_SECONDS)
        await asyncio.sleep(WATCHED_SECONDS)
        assert heard == []
    assert await house.home.state(sleep) == before
    assert await ran(house) == times


@pytest.mark.slow
async def test_a_power_cut_while_the_sleeper_is_away(
    bedroom: House, couple: Couple
) -> None:
    home = bedroom.home
    evening = Evening(house=bedroom, couple=couple, speed=1.0)
    async with evening.begins(60.0):
        await evening.until_known(LEFT, couple.left + KNOWN_WITHIN)
        assert len(evening.runs(LEFT)) == 1
        await home.restart(signal.SIGKILL)
        assert evening.now < couple.back, "Too slow to be back before the sleeper is"
        # What is known of the runs before is lost with the power.
        async with home.listening(SEEN, "state_changed") as heard:
            evening.heard += heard
            evening.heard = heard
            await evening.until_known(BACK, couple.back + KNOWN_WITHIN)
            evening.tell()
            known, happened = evening.moments(BACK)
        assert known - couple.back == pytest.approx(0.0, abs=KNOWN_WITHIN)
        assert happened - couple.back == pytest.approx(0.0, abs=HAPPENED_WITHIN)
        times = await ran(bedroom)
        assert {name for name, count in times.items() if count} == {
            BACK,
            "returned_to_bed_and_is_in_bed",
        }
