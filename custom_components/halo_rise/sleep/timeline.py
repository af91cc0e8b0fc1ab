"""Frames of any module and any batch size become seconds on one uniform grid.

Everything after this file works on whole seconds, so its results cannot depend on how
frames were batched on their way here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import floor, isfinite, nan

import numpy as np
import numpy.typing as npt

from ..radar.frame import Capabilities, Climate, RadarFrame, Target

type FloatArray = npt.NDArray[np.float64]

SAMPLE_RATE = 8
"""Samples per second of the grid, the frame rate of the MR60BHA2 (Hz)."""

SHORTEST_GAP = 0.6
"""Frames further apart than this are not interpolated across (s).

Two thirds of a second bridge a burst of four lost frames at 8 Hz, which is still short
against the fastest breath.
"""

RATE_HOLD = 1.6
"""A module's own value stands for this many frame intervals, then it is stale."""

LONGEST_CATCH_UP = 120.0
"""Empty seconds are produced one by one up to this gap, then skipped to its end (s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """One second of what the radar saw; nan is unknown."""

    time: float
    """Start, seconds since the Unix epoch, a whole number."""

    increments: FloatArray
    """Millimetres from each grid sample to the next, shape ``[SAMPLE_RATE]``."""

    covered: bool
    """The radar delivered data during this second."""

    distance: float = nan
    targets: tuple[Target, ...] = ()
    """Bodies as the module listed them last in this second."""

    present: bool | None = None
    motion: float = nan
    respiration_rate: float = nan
    heart_rate: float = nan
    quality: float = nan
    climate: Climate | None = None


def unwrap(
    displacement: FloatArray, period: float, previous: float, wraps: bool
) -> tuple[FloatArray, bool]:
    """Turn displacements that may wrap into increments.

    Args:
        displacement: Millimetres, shape ``[samples]``, without nan.
        period: Millimetres after which the signal wraps (half a wavelength), nan for a
            signal that cannot wrap.
        previous: The sample before the first, nan if there is none.
        wraps: Whether the module is still believed to wrap. A module that unwraps by
            itself betrays it by leaving the range of one period around zero.

    Returns:
        The increments, shape ``[samples]`` (the first is nan without ``previous``), and
        the belief after these samples.

    """
    increments = _steps(displacement, previous)
    if not isfinite(period):
        return increments, False
    # Half a period around zero, or a whole one above it, is what an arctangent yields;
    # a tenth of a period is left for noise and rounding.
    if wraps and displacement.size:
        low, high = displacement.min(), displacement.max()
        if low < -0.6 * period or high > 1.1 * period or high - low > 1.2 * period:
            wraps = False
    if wraps:
        increments -= period * np.round(increments / period)
    return increments, wraps


@dataclass(slots=True)
class Timeline:
    """Collects frames and yields the seconds they complete.

    A second is complete when a frame at or after its end has been seen, or when
    ``advance`` says that time has passed without frames.
    """

    capabilities: Capabilities
    next_second: float = nan
    """Start of the second being gathered, nan before the first frame."""

    pending: list[RadarFrame] = field(default_factory=list)
    wraps: bool = True
    last_raw: float = nan
    """The displacement of the latest usable sample as the module gave it (mm)."""

    last_time: float = nan
    """When that sample was taken."""

    last_position: float = 0.0
    """The same sample, unwrapped, relative to the latest grid point (mm)."""

    last_grid: float = nan
    """Unwrapped displacement at the latest grid point relative to itself: 0 or nan."""

    last_frame: RadarFrame | None = None

    def add(self, frames: Sequence[RadarFrame]) -> Iterator[Second]:
        """Take frames in the order of time and yield each second they complete."""
        for frame in frames:
            if not isfinite(self.next_second):
                self.next_second = float(floor(frame.time))
            elif frame.time < self.next_second or (
                self.pending and frame.time <= self.pending[-1].time
            ):
                # Its second has been told already, or the clock went backwards.
                continue
            if frame.time >= self.next_second + 1.0:
                yield from self._complete_until(frame.time, frame)
            self.pending.append(frame)

    def advance(self, now: float) -> Iterator[Second]:
        """Yield the seconds that have passed before ``now`` without further frames."""
        if isfinite(self.next_second):
            yield from self._complete_until(now, None)

    def _complete_until(
        self, time: float, following: RadarFrame | None
    ) -> Iterator[Second]:
        while time >= self.next_second + 1.0:
            ahead = following if time < self.next_second + 2.0 else None
            yield self._complete(ahead)
            if (
                not self.pending
                and time - self.next_second > LONGEST_CATCH_UP
                and self._stale(self.next_second)
            ):
                # One empty second is told after the jump, so that whoever counts the
                # time without data hears how long it was.
                self.next_second = float(floor(time)) - 1.0

    def _stale(self, time: float) -> bool:
        return (
            self.last_frame is None
            or time - self.last_frame.time
            > RATE_HOLD * self.capabilities.frame_interval
        )

    def _complete(self, following: RadarFrame | None) -> Second:
        """Build the second being gathered and move on to the next."""
        start = self.next_second
        frames = self.pending
        self.pending = []
        self.next_second = start + 1.0
        if self.capabilities.displacement:
            increments = self._increments(start, frames, following)
        else:
            increments = np.full(SAMPLE_RATE, nan)
        if frames:
            self.last_frame = frames[-1]
        latest = self.last_frame
        covered = bool(frames) or not self._stale(start)
        if latest is None or not covered:
            return Second(time=start, increments=increments, covered=False)
        shown = frames or [latest]
        climate = next((f.climate for f in reversed(frames) if f.climate), None)
        return Second(
            time=start,
            increments=increments,
            covered=True,
            distance=_mean([frame.distance for frame in shown]),
            targets=next((f.targets for f in reversed(frames) if f.targets), ()),
            present=latest.present,
            motion=_mean([frame.motion for frame in shown]),
            respiration_rate=_mean([frame.respiration_rate for frame in shown]),
            heart_rate=_mean([frame.heart_rate for frame in shown]),
            quality=_mean([frame.quality for frame in shown]),
            climate=climate,
        )

    def _increments(
        self, start: float, frames: list[RadarFrame], following: RadarFrame | None
    ) -> FloatArray:
        """Interpolate the unwrapped displacement and return its steps on the grid.

        The grid points of a second are ``start + k / SAMPLE_RATE``; the step of a point
        is the way from the point before it.
        """
        usable = [
            (frame.time, frame.displacement)
            for frame in frames
            if isfinite(frame.displacement)
        ]
        own = len(usable)
        if following is not None and isfinite(following.displacement):
            usable.append((following.time, following.displacement))
        grid = start + _GRID
        if not usable:
            self.last_grid = nan
            return np.full(SAMPLE_RATE, nan)
        samples = np.array(usable, dtype=np.float64)
        times, values = samples[:, 0], samples[:, 1]
        steps, wraps = unwrap(
            values, self.capabilities.phase_period, self.last_raw, self.wraps
        )
        if isfinite(self.last_raw):
            # Positions are counted from the latest grid point, so that numbers stay
            # small over a night.
            positions = self.last_position + np.cumsum(steps)
            times = np.concatenate(([self.last_time], times))
            positions = np.concatenate(([self.last_position], positions))
        else:
            steps[0] = 0.0
            positions = np.cumsum(steps)
        on_grid = np.interp(grid, times, positions)
        after = np.searchsorted(times, grid, side="left")
        inside = (after < times.size) & (grid >= times[0])
        right = np.minimum(after, times.size - 1)
        left = np.maximum(right - 1, 0)
        exact = times[right] == grid
        longest = max(SHORTEST_GAP, 2.5 * self.capabilities.frame_interval)
        on_grid[~(inside & (exact | (times[right] - times[left] <= longest)))] = nan
        increments = _steps(on_grid, self.last_grid)
        origin = on_grid[-1] if isfinite(on_grid[-1]) else 0.0
        self.last_grid = 0.0 if isfinite(on_grid[-1]) else nan
        if own:
            kept = own if not isfinite(self.last_raw) else own + 1
            self.last_position = float(positions[kept - 1] - origin)
            self.last_raw = float(values[own - 1])
            self.last_time = float(times[kept - 1])
            self.wraps = wraps
        else:
            self.last_position -= float(origin)
        return increments


_GRID: FloatArray = np.arange(SAMPLE_RATE) / SAMPLE_RATE


def _steps(values: FloatArray, previous: float) -> FloatArray:
    """Return the way from each value to the next, the first from ``previous``."""
    steps = np.empty(values.size)
    if values.size:
        steps[0] = values[0] - previous
        np.subtract(values[1:], values[:-1], out=steps[1:])
    return steps


def _mean(values: list[float]) -> float:
    known = [value for value in values if isfinite(value)]
    return sum(known) / len(known) if known else nan
