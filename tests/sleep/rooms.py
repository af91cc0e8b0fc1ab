"""Frames of invented sleepers and beds, small enough to reason about."""

from collections.abc import Iterator
from math import nan

import numpy as np
import numpy.typing as npt

from custom_components.halo_rise.radar.frame import Capabilities, RadarFrame

RADAR = Capabilities(
    model="mr60bha2",
    name="Test radar",
    manufacturer="Nobody",
    frame_interval=0.125,
    displacement=True,
    distance=True,
    targets=True,
    respiration_rate=True,
    phase_period=2.5,
    vital_range=1.5,
)

RATES = Capabilities(
    model="rates",
    name="Test sensor",
    manufacturer="Nobody",
    frame_interval=30.0,
    distance=True,
    motion=True,
    respiration_rate=True,
    vital_range=1.5,
)

START = 1_800_000_000.0
"""A whole number of epochs."""

FRAMES_PER_SECOND = 8


class Room:
    """A bed under a radar, told second by second."""

    def __init__(self, seed: int = 1) -> None:
        """Begin with nothing."""
        self._random = np.random.default_rng(seed)
        self._displacement: list[npt.NDArray[np.float64]] = []
        self._distance: list[npt.NDArray[np.float64]] = []
        self._known: list[npt.NDArray[np.bool_]] = []
        self._phase = 0.0

    def _add(
        self, values: npt.NDArray[np.float64], distance: float, known: bool = True
    ) -> Room:
        offset = self._displacement[-1][-1] if self._displacement else 0.0
        noise = self._random.normal(0.0, 0.004, values.size)
        self._displacement.append(offset + values - values[0] + noise)
        self._distance.append(np.full(values.size, distance))
        self._known.append(np.full(values.size, known))
        return self

    def sleeper(
        self,
        seconds: float,
        *,
        rate: float = 15.0,
        depth: float = 4.0,
        variation: float = 0.1,
        distance: float = 0.8,
    ) -> Room:
        """Add somebody who lies still; ``depth`` is peak to peak in mm."""
        count = round(seconds * FRAMES_PER_SECOND)
        period = 60.0 / rate
        breaths = int(seconds / period * 1.5) + 10
        intervals = period * np.exp(self._random.normal(0.0, variation, breaths))
        ends = np.concatenate(([0.0], np.cumsum(intervals)))
        time = np.arange(count) / FRAMES_PER_SECOND
        cycles = np.interp(time, ends, np.arange(ends.size))
        return self._add(-0.5 * depth * np.cos(2.0 * np.pi * cycles), distance)

    def movement(self, seconds: float, *, distance: float = 0.8) -> Room:
        """Add a body that turns over."""
        count = round(seconds * FRAMES_PER_SECOND)
        return self._add(np.cumsum(self._random.normal(0.0, 4.0, count)), distance)

    def empty(self, seconds: float) -> Room:
        """Add an empty bed."""
        return self._add(np.zeros(round(seconds * FRAMES_PER_SECOND)), nan)

    def silence(self, seconds: float) -> Room:
        """Add time without any frame."""
        count = round(seconds * FRAMES_PER_SECOND)
        return self._add(np.zeros(count), nan, known=False)

    def frames(self, *, wrapped: bool = True) -> Iterator[RadarFrame]:
        """Return what the radar sends."""
        displacement = np.concatenate(self._displacement)
        if wrapped:
            displacement = (displacement + 1.25) % 2.5 - 1.25
        distance = np.concatenate(self._distance)
        known = np.concatenate(self._known)
        for index in np.flatnonzero(known).tolist():
            yield RadarFrame(
                time=START + index / FRAMES_PER_SECOND,
                displacement=float(displacement[index]),
                distance=float(distance[index]),
            )


def night(seed: int = 1, hours: float = 2.0) -> Room:
    """Somebody comes to bed, sleeps and turns over now and then, and gets up."""
    room = Room(seed).empty(120).movement(15)
    for part in range(round(hours * 6)):
        room.sleeper(588, rate=13.0 + part % 3, variation=0.05 + 0.05 * (part % 4))
        room.movement(12)
    return room.empty(2400)
