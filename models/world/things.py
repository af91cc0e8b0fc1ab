"""What is in a bedroom besides bodies: things that move, and what disturbs the sensor."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from models.scene import curtain_room, fan_room
from models.sight import SAMPLE_RATE, FrameArrays, blocks

from .household import Household

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]

RATE = round(SAMPLE_RATE)

THING_METRES = (0.8, 1.45)
"""Metres to a fan or a curtain that can be taken for a chest at all. Assumption: what is
farther than the vital range of 1.5 m never is."""

LAUNDRY_TRACKED_SECONDS = (15.0, 240.0)
"""Mean time for which a heap that settles is listed as a target, and is not. Assumption."""

BURST_SECONDS, BURST_EVERY = 1.5, 60.0
"""Mean length of the interference of a second radar and its mean distance in time: two
chirps that are not synchronised drift through each other. Assumption."""

BURST_MM = (0.05, 0.6)
"""Standard deviation of the phase noise in a burst, log-uniform. Assumption."""

TURN_DEGREES, MOVE_METRES = 20.0, 0.3
"""How far the sensor is bumped."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Thing:
    """Something that moves without living."""

    position: tuple[float, float, float]
    seconds: int
    seed: int
    room: Callable[..., FrameArrays] | None
    """Which room shows it; None is a heap that only settles."""

    since: int = 0
    """Second from which it is there."""

    @property
    def metres(self) -> float:
        """Return its distance from where the sensor was put first."""
        return sqrt(sum(axis * axis for axis in self.position))

    @cached_property
    def _seen(self) -> FrameArrays | None:
        if self.room is None:
            return None
        return self.room(self.seconds / 3600, self.seed, distance=self.metres)

    @cached_property
    def tracked(self) -> Mask:
        """Return the seconds in which the module takes it for a person."""
        if self._seen is None:
            rng = np.random.default_rng([self.seed, 0x1A0D])
            tracked = blocks(rng, self.seconds, 1.0, LAUNDRY_TRACKED_SECONDS)
            tracked[: self.since] = False
            return tracked
        return np.isfinite(self._seen.distance[::RATE][: self.seconds])

    @property
    def displacement(self) -> Floats:
        """Return its displacement with the radar's noise, mm, ``[8 x seconds]``."""
        if self._seen is None:
            return np.zeros(RATE * self.seconds)
        return self._seen.displacement


def _place(rng: np.random.Generator, home: Household) -> tuple[float, float, float]:
    metres = float(rng.uniform(*THING_METRES))
    angle = float(rng.uniform(-0.7, 0.7))
    return (
        home.side * metres * float(np.sin(angle)),
        metres * float(np.cos(angle)),
        0.0,
    )


def fan(rng: np.random.Generator, home: Household, seconds: int) -> Thing:
    """Put a fan that turns its head into the room."""
    seed = int(rng.integers(2**31))
    return Thing(position=_place(rng, home), seconds=seconds, seed=seed, room=fan_room)


def curtain(rng: np.random.Generator, home: Household, seconds: int) -> Thing:
    """Hang a curtain in the draught."""
    seed = int(rng.integers(2**31))
    return Thing(
        position=_place(rng, home), seconds=seconds, seed=seed, room=curtain_room
    )


def laundry(
    rng: np.random.Generator, home: Household, seconds: int, since: int
) -> Thing:
    """Drop a heap on the bed."""
    x, y, z = home.place
    return Thing(
        position=(x + 0.2 * home.side, y, z),
        seconds=seconds,
        seed=int(rng.integers(2**31)),
        room=None,
        since=since,
    )


def interference(rng: np.random.Generator, seconds: int) -> Floats:
    """Draw the phase noise that a second radar adds, mm, ``[8 x seconds]``."""
    count = RATE * seconds
    burst = blocks(rng, count, SAMPLE_RATE, (BURST_SECONDS, BURST_EVERY))
    number = np.cumsum(np.diff(burst.astype(np.int8), prepend=0) > 0)
    low, high = (log(millimetres) for millimetres in BURST_MM)
    size: Floats = np.exp(rng.uniform(low, high, int(number[-1]) + 1))[number]
    noise: Floats = burst * size * rng.normal(size=count)
    return noise
