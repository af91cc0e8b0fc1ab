"""What a Seeed MR60BHA2 makes of what is before it.

Whatever moves before the radar, this gives it the module's eyes: frames with its rates,
which are late, its distance, which is rounded, its targets and its presence, which come
and go. Numbers without a source are assumptions about a module that nobody here has
measured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, isnan, nan, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from custom_components.halo_rise.radar.frame import RadarFrame, Target

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]

SAMPLE_RATE = 8.0
"""Frames per second of firmware 1.6.12."""

PHASE_STEP_MM = 0.0004
"""A thousandth of a radian, in which the module gives phases."""

DISTANCE_NOISE, DISTANCE_NOISE_SECONDS = 0.012, 2.0
"""Metres."""

VITAL_RANGE, TRACKING_RANGE = 1.5, 6.0
"""Metres to which it gives rates, and presence (Seeed)."""

PRESENCE_HOLD = 10.0
"""Seconds for which it believes in somebody who has left."""

RATE_WINDOW = 20.0
"""Seconds over which it averages, so that its rates are some 10 s late."""

RATE_BAND_HZ = (0.1, 0.6)
"""Where it looks for breathing."""

RATE_LIMITS = (6.0, 40.0)
"""Breaths per minute that it reports."""

STILL_TARGET_SECONDS = (60.0, 8.0)
"""Mean time for which it lists a motionless target, and for which it then loses it."""

DOPPLER_STEP = 0.1728
"""Metres per second (Seeed's library: RANGE_STEP)."""

BEARING = 0.35
"""Radians between the axis of the sensor and the sleeper."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameArrays:
    """Radar frames as columns; iterating makes the frames one by one."""

    time: Floats
    """Seconds since the Unix epoch."""

    displacement: Floats
    distance: Floats
    respiration_rate: Floats
    heart_rate: Floats
    motion: Floats
    quality: Floats
    present: NDArray[np.int8]
    """1, 0, or -1 where the module does not say."""

    x: Floats
    """Position of the one target, nan where none is listed."""

    y: Floats
    speed: Floats

    def __len__(self) -> int:
        """Return the number of frames."""
        return self.time.size

    def __iter__(self) -> Iterator[RadarFrame]:
        """Make the frames, in the order of time."""
        beliefs = (False, True, None)
        # Lists, and a piece at a time: Python's own numbers are faster than numpy's.
        for begin in range(0, self.time.size, 8192):
            piece = slice(begin, begin + 8192)
            for (
                time,
                mm,
                metres,
                rate,
                heart,
                motion,
                quality,
                present,
                x,
                y,
                speed,
            ) in zip(
                self.time[piece].tolist(),
                self.displacement[piece].tolist(),
                self.distance[piece].tolist(),
                self.respiration_rate[piece].tolist(),
                self.heart_rate[piece].tolist(),
                self.motion[piece].tolist(),
                self.quality[piece].tolist(),
                self.present[piece].tolist(),
                self.x[piece].tolist(),
                self.y[piece].tolist(),
                self.speed[piece].tolist(),
                strict=True,
            ):
                yield RadarFrame(
                    time=time,
                    displacement=mm,
                    distance=metres,
                    motion=motion,
                    targets=() if isnan(x) else (Target(x=x, y=y, radial_speed=speed),),
                    present=beliefs[present],
                    respiration_rate=rate,
                    heart_rate=heart,
                    quality=quality,
                )


def seen(
    rng: np.random.Generator,
    *,
    start: float,
    time: Floats,
    displacement: Floats,
    metres: Floats,
    speed: Floats,
    listed: Mask,
    rate: Floats,
    heart_rate: Floats,
    sample_rate: float,
) -> FrameArrays:
    """Let the module say what it sees: it rounds, it is late, and it loses sight."""
    tracked = np.isfinite(metres)
    wobble = DISTANCE_NOISE * wander(
        rng, time.size, DISTANCE_NOISE_SECONDS * sample_rate
    )
    distance = np.maximum(metres + wobble, 0.05).round(2)
    hold = np.ones(round(PRESENCE_HOLD * sample_rate) + 1)
    present = signal.oaconvolve(tracked, hold)[: time.size] > 0.5
    listed = listed & tracked
    bearing = BEARING + 0.03 * wander(rng, time.size, 5 * sample_rate)
    unknown = np.full(time.size, nan)
    return FrameArrays(
        time=start + time,
        displacement=(displacement / PHASE_STEP_MM).round() * PHASE_STEP_MM,
        distance=distance,
        respiration_rate=rate,
        heart_rate=heart_rate,
        motion=unknown,
        quality=unknown,
        present=present.astype(np.int8),
        x=np.where(listed, distance * np.sin(bearing), nan).round(3),
        y=np.where(listed, distance * np.cos(bearing), nan).round(3),
        speed=np.where(listed, (speed / DOPPLER_STEP).round() * DOPPLER_STEP, nan),
    )


def module_rate(displacement: Floats, valid: Mask, sample_rate: float) -> Floats:
    """Count breaths over the last window as the module does, in whole breaths per minute."""
    window = round(RATE_WINDOW * sample_rate)
    rate = np.full(displacement.size, nan)
    if displacement.size <= window:
        return rate
    band = signal.butter(2, RATE_BAND_HZ, "bandpass", fs=sample_rate, output="sos")
    breathing = signal.sosfilt(band, displacement)
    before, after = breathing[:-1], breathing[1:]
    crossing = np.flatnonzero((before < 0) & (after >= 0))
    if crossing.size < 2:
        return rate
    exact = crossing + before[crossing] / (before[crossing] - after[crossing])
    # The breath under way is taken to be as long as the last.
    exact = np.append(exact, 2 * exact[-1] - exact[-2])
    breaths = np.interp(np.arange(displacement.size), exact, np.arange(exact.size))
    rate[window:] = 60 * (breaths[window:] - breaths[:-window]) / RATE_WINDOW
    # It says nothing before half a window has been filled with the same person.
    half = window // 2
    total: Floats = np.cumsum(np.concatenate((np.zeros(half), valid)))
    steady = valid & (total[half:] - total[:-half] >= half)
    rate = once_a_second(rate.round(), sample_rate)
    low, high = RATE_LIMITS
    with np.errstate(invalid="ignore"):
        steady &= (rate >= low) & (rate <= high)
    return np.where(steady, rate, nan)


def once_a_second(values: Floats, sample_rate: float) -> Floats:
    """Hold values for a second each."""
    every = max(round(sample_rate), 1)
    held: Floats = values[(np.arange(values.size) // every) * every]
    return held


def band_noise(
    rng: np.random.Generator, count: int, band: tuple[float, float], sample_rate: float
) -> Floats:
    """Draw noise of a band, of variance 1."""
    high = min(band[1], 0.45 * sample_rate)
    sos = signal.butter(2, (band[0], high), "bandpass", fs=sample_rate, output="sos")
    noise: Floats = signal.sosfilt(sos, rng.normal(size=count))
    scaled: Floats = noise / max(float(noise.std()), 1e-12)
    return scaled


def wander(rng: np.random.Generator, count: int, samples: float) -> Floats:
    """Draw a slow process (Ornstein-Uhlenbeck) of variance 1 with this time constant."""
    keep = exp(-1 / samples)
    noise = rng.normal(size=count) * sqrt(1 - keep * keep)
    noise[:1] = rng.normal()
    wander: Floats = signal.lfilter([1.0], [1.0, -keep], noise)
    return wander


def moving_mean(values: Floats, samples: int) -> Floats:
    """Average over the past."""
    mean: Floats = signal.oaconvolve(values, np.full(samples, 1 / samples))[
        : values.size
    ]
    return mean


def blocks(
    rng: np.random.Generator,
    count: int,
    sample_rate: float,
    seconds: tuple[float, float],
) -> Mask:
    """Switch on and off for random times of these means, beginning with off."""
    on, off = (mean * sample_rate for mean in seconds)
    pairs = int(4 * count / (on + off)) + 20
    lengths = np.empty(2 * pairs)
    lengths[::2] = rng.exponential(off, pairs)
    lengths[1::2] = rng.exponential(on, pairs)
    edges = np.cumsum(lengths)
    on_now: Mask = np.searchsorted(edges, np.arange(count), side="right") % 2 == 1
    return on_now
