"""Breathing and movement from the displacement of the chest.

Pure functions over a window of displacement steps. Movement is masked and never
integrated across: what lies on either side of a movement is two separate pieces.
"""

from dataclasses import dataclass
from math import exp, isfinite, log, nan

import numpy as np
import numpy.typing as npt
from scipy import signal

type FloatArray = npt.NDArray[np.float64]
type BoolArray = npt.NDArray[np.bool_]

SLOWEST_BREATH = 13.0
"""Seconds; 4.6 breaths per minute, below the slow breathers of ``radar.md`` (6/min)."""

FASTEST_BREATH = 1.5
"""Seconds; 40 breaths per minute, above any adult's rate at rest."""

BREATHING_BAND = (0.06, 0.9)
"""Hz; keeps the second harmonic of a fast breather and drops posture drift."""

MOVEMENT_JERK = (35.0, 55.0)
"""Limits of the movement threshold: RMS second difference in mm/s² at 8 Hz.

A sinusoid of 12 mm peak to peak at 15/min reaches 10, of 6 mm at 28/min 18; a wrapped
phase in a body movement is uniform noise of a quarter wavelength and reaches 65.
"""

MOVEMENT_JERK_FACTOR = 4.0
"""Movement is this many times more abrupt than the sleeper's own breathing."""

MOVEMENT_SPEED = 15.0
"""Radial speed in mm/s that no breath reaches (12 mm at 15/min peaks at 9.4)."""

DOPPLER_SPEED = 0.12
"""Radial speed of a tracked target in m/s that only a moving body has."""

MARGIN_BEFORE = 1
MARGIN_AFTER = 2
"""Seconds around a movement that are masked with it."""

SHORTEST_PIECE = 5.0
"""Seconds of uninterrupted signal below which nothing can be said about breathing."""

AMPLITUDE_GATE = (0.06, 0.14)
"""Millimetres peak to peak between which trust rises from none to full.

Measured with a 60 GHz module: empty room 0.002 to 0.028, cat 0.021 to 0.060, resting
adult 3.6 (``radar.md`` §5). Signal-to-noise and regularity cannot see this: an empty
room can look perfectly regular.
"""


COHERENCE_LAGS = (60.0, 110.0)
"""Seconds; a breather has lost the rhythm of a minute ago, a machine has not."""

COHERENCE_OVERLAP = 25.0
"""Seconds of signal that must overlap at a lag for it to count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breathing:
    """What a window says about breathing; nan is unknown."""

    rate: float = nan
    """Breaths per minute."""

    interval_variation: float = nan
    """Robust coefficient of variation of the breath intervals."""

    depth: float = nan
    """Median peak-to-peak displacement of a breath in millimetres."""

    depth_variation: float = nan
    """Robust coefficient of variation of the depths."""

    regularity: float = 0.0
    """Height of the autocorrelation at one breath, 0 to 1."""

    quality: float = 0.0
    """Trust in all of the above, 0 to 1."""

    coherence: float = nan
    """How well the rhythm of a minute ago still fits, 0 to 1; for long windows."""

    valid: float = 0.0
    """Seconds of the window that could be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaths:
    """Breaths found in a window, each from one end of inspiration to the next."""

    start: FloatArray
    """Seconds since the start of the window, shape ``[breaths]``."""

    interval: FloatArray
    """Seconds, shape ``[breaths]``."""

    depth: FloatArray
    """Millimetres peak to peak, shape ``[breaths]``."""


def jerk(increments: FloatArray, previous: float, rate: float) -> float:
    """Return the RMS second difference of one second of displacement.

    Args:
        increments: Steps in mm, shape ``[samples]``.
        previous: The step before the first, nan if there is none.
        rate: Samples per second.

    Returns:
        mm/s², nan where no two neighbouring steps are known.

    """
    second = np.diff(increments, prepend=previous)
    known = second[np.isfinite(second)]
    if not known.size:
        return nan
    return float(np.sqrt(np.dot(known, known) / known.size)) * rate * rate


def is_abrupt(jerk_now: float, jerk_usual: float, peak: float) -> bool:
    """Tell a movement of the body from breathing.

    Args:
        jerk_now: RMS second difference of this second in mm/s².
        jerk_usual: Its median over the last minutes without movement, nan if unknown.
        peak: Largest radial speed of the chest in this second in mm/s.

    """
    low, high = MOVEMENT_JERK
    usual = jerk_usual if isfinite(jerk_usual) else 0.0
    threshold = min(max(low, MOVEMENT_JERK_FACTOR * usual), high)
    return jerk_now > threshold or peak > MOVEMENT_SPEED


def widen(moving: BoolArray) -> BoolArray:
    """Mask the seconds around each movement with it, shape ``[seconds]``."""
    wide = moving.copy()
    for shift in range(1, MARGIN_BEFORE + 1):
        wide[:-shift] |= moving[shift:]
    for shift in range(1, MARGIN_AFTER + 1):
        wide[shift:] |= moving[:-shift]
    return wide


def pieces(usable: BoolArray, shortest: int) -> list[tuple[int, int]]:
    """Return the ``[start, stop)`` of each run of True of at least ``shortest``."""
    edges = np.flatnonzero(np.diff(usable.astype(np.int8), prepend=0, append=0))
    return [
        (int(start), int(stop))
        for start, stop in edges.reshape(-1, 2)
        if stop - start >= shortest
    ]


_band_cache: dict[float, FloatArray] = {}


def _band_filter(rate: float) -> FloatArray:
    if rate not in _band_cache:
        _band_cache[rate] = signal.butter(
            2, BREATHING_BAND, btype="bandpass", fs=rate, output="sos"
        )
    return _band_cache[rate]


def breathing_displacement(
    increments: FloatArray, usable: BoolArray, rate: float
) -> tuple[FloatArray, list[tuple[int, int]]]:
    """Integrate each usable piece by itself and keep the breathing band of it.

    Args:
        increments: Steps in mm, shape ``[samples]``; nan where unknown.
        usable: Samples outside movements, shape ``[samples]``.
        rate: Samples per second.

    Returns:
        Displacement in mm (0 outside the pieces), shape ``[samples]``, and the pieces.

    """
    displacement = np.zeros(increments.size)
    found = pieces(usable & np.isfinite(increments), round(SHORTEST_PIECE * rate))
    sos = _band_filter(rate)
    for start, stop in found:
        raw = np.cumsum(increments[start:stop])
        # A straight line is what is left of posture drift and of the unknown origin;
        # without removing it the filter would ring at both ends.
        ramp = np.linspace(raw[0], raw[-1], raw.size)
        padding = min(raw.size - 1, round(SLOWEST_BREATH * rate))
        displacement[start:stop] = signal.sosfiltfilt(sos, raw - ramp, padlen=padding)
    return displacement, found


def autocorrelation_period(
    displacement: FloatArray, weight: FloatArray, rate: float
) -> tuple[float, float]:
    """Find the breath period as the first high peak of the masked autocorrelation.

    Args:
        displacement: mm, zero where the weight is zero, shape ``[samples]``.
        weight: 1 where the sample counts and 0 elsewhere, shape ``[samples]``.
        rate: Samples per second.

    Returns:
        The period in seconds (nan if there is none) and the height of its peak, 0 to 1.

    """
    size = 1 << int(2 * displacement.size - 1).bit_length()
    spectrum = np.fft.rfft(displacement, size)
    mask = np.fft.rfft(weight, size)
    longest = min(round(SLOWEST_BREATH * rate), displacement.size - 2)
    products = np.fft.irfft(spectrum * spectrum.conj(), size)[: longest + 2]
    pairs = np.fft.irfft(mask * mask.conj(), size)[: longest + 2]
    enough = pairs > 4.0 * rate
    if not enough[0] or products[0] <= 0.0:
        return nan, 0.0
    correlation = np.where(enough, products / np.maximum(pairs, 1.0), 0.0)
    correlation /= correlation[0]
    first = int(FASTEST_BREATH * rate)
    inner = correlation[first : longest + 1]
    is_peak = (
        (inner > correlation[first - 1 : longest])
        & (inner >= correlation[first + 1 : longest + 2])
        & (inner > 0.1)
    )
    at = np.flatnonzero(is_peak)
    if not at.size:
        return nan, 0.0
    heights = inner[at]
    # Multiples of the period are peaks too; the first that comes close to the highest
    # is the breath itself.
    chosen = int(at[np.argmax(heights >= 0.8 * heights.max())]) + first
    before, height, after = correlation[chosen - 1 : chosen + 2]
    curvature = before - 2.0 * height + after
    shift = 0.5 * (before - after) / curvature if curvature < 0.0 else 0.0
    return (chosen + float(shift)) / rate, float(min(max(height, 0.0), 1.0))


def coherence(displacement: FloatArray, weight: FloatArray, rate: float) -> float:
    """Return how well a rhythm fits itself after one to two minutes.

    The highest normalised autocorrelation among ``COHERENCE_LAGS``. The interval of even
    the most regular breather wanders, so that after twenty breaths nothing is left of
    the phase; a fan keeps time.

    Args:
        displacement: mm, zero where the weight is zero, shape ``[samples]``.
        weight: 1 where the sample counts and 0 elsewhere, shape ``[samples]``.
        rate: Samples per second.

    Returns:
        At most 1, nan if the window is too short or has too many holes.

    """
    lags = slice(*(round(seconds * rate) for seconds in COHERENCE_LAGS))
    if displacement.size <= lags.start:
        return nan
    size = 1 << int(2 * displacement.size - 1).bit_length()
    spectrum = np.fft.rfft(displacement, size)
    mask = np.fft.rfft(weight, size)
    power = np.fft.rfft(displacement * displacement, size)
    pairs = np.fft.irfft(mask * mask.conj(), size)[lags]
    enough = pairs > COHERENCE_OVERLAP * rate
    if not enough.any():
        return nan
    products = np.fft.irfft(spectrum * spectrum.conj(), size)[lags][enough]
    earlier = np.fft.irfft(power.conj() * mask, size)[lags][enough]
    later = np.fft.irfft(power * mask.conj(), size)[lags][enough]
    scale = np.sqrt(np.maximum(earlier, 0.0) * np.maximum(later, 0.0))
    return float(np.max(products / np.maximum(scale, 1e-9)))


def find_breaths(
    displacement: FloatArray,
    found: list[tuple[int, int]],
    rate: float,
    period: float,
) -> Breaths:
    """Find breaths as the peaks that stand out, piece by piece.

    Args:
        displacement: mm in the breathing band, shape ``[samples]``.
        found: Pieces as ``[start, stop)``.
        rate: Samples per second.
        period: Dominant breath period in seconds, nan if unknown.

    """
    starts: list[FloatArray] = []
    intervals: list[FloatArray] = []
    depths: list[FloatArray] = []
    if found:
        inside = np.concatenate([displacement[start:stop] for start, stop in found])
        low, high = np.percentile(inside, (10.0, 90.0))
        prominence = 0.3 * float(high - low)
        apart = FASTEST_BREATH if not isfinite(period) else max(0.4 * period, 1.2)
        for start, stop in found:
            piece = displacement[start:stop]
            at, properties = signal.find_peaks(
                piece, prominence=max(prominence, 1e-9), distance=max(1, apart * rate)
            )
            if at.size < 2:
                continue
            before, height, after = piece[at - 1], piece[at], piece[at + 1]
            curvature = before - 2.0 * height + after
            exact = at + np.where(
                curvature < 0.0, 0.5 * (before - after) / curvature, 0.0
            )
            interval = np.diff(exact) / rate
            kept = interval <= SLOWEST_BREATH
            starts.append((start + exact[:-1][kept]) / rate)
            intervals.append(interval[kept])
            depths.append(properties["prominences"][1:][kept])
    if not starts:
        empty = np.empty(0)
        return Breaths(start=empty, interval=empty, depth=empty)
    return Breaths(
        start=np.concatenate(starts),
        interval=np.concatenate(intervals),
        depth=np.concatenate(depths),
    )


def analyse(
    increments: FloatArray, usable: BoolArray, rate: float, span: float
) -> Breathing:
    """Describe the breathing of the last ``span`` seconds of a window.

    Args:
        increments: Steps in mm, shape ``[samples]``; nan where unknown. The samples
            before the span give the filters their run-up.
        usable: Samples outside movements, shape ``[samples]``.
        rate: Samples per second.
        span: Seconds at the end of the window to describe.

    """
    displacement, found = breathing_displacement(increments, usable, rate)
    if not found:
        return Breathing()
    weight = np.zeros(displacement.size)
    for start, stop in found:
        weight[start:stop] = 1.0
    valid = float(weight[-round(span * rate) :].sum()) / rate
    if valid < 0.25 * span:
        return Breathing(valid=valid)
    period, regularity = autocorrelation_period(displacement, weight, rate)
    breaths = find_breaths(displacement, found, rate, period)
    begin = displacement.size / rate - span
    inside = np.minimum(
        breaths.interval, breaths.start + breaths.interval - begin
    ).clip(min=0.0)
    covered = float(inside.sum())
    if covered < 0.2 * span:
        low, high = np.percentile(displacement[weight > 0.0], (5.0, 95.0))
        return Breathing(regularity=regularity, depth=float(high - low), valid=valid)
    own = inside > 0.0
    interval, depth = breaths.interval[own], breaths.depth[own]
    frequency = float((inside[own] / interval).sum()) / covered
    typical_depth = float(np.median(depth))
    agreement = (
        exp(-((log(frequency * period) / 0.35) ** 2)) if isfinite(period) else 0.3
    )
    return Breathing(
        rate=60.0 * frequency,
        interval_variation=_variation(interval),
        depth=typical_depth,
        depth_variation=_variation(depth),
        regularity=regularity,
        coherence=coherence(displacement, weight, rate),
        quality=amplitude_gate(typical_depth)
        * min(max((regularity - 0.15) / 0.45, 0.0), 1.0)
        * agreement
        * min(1.0, valid / (0.6 * span)),
        valid=valid,
    )


def amplitude_gate(depth: float) -> float:
    """Return how far a breath of this depth (mm) may be believed, 0 to 1."""
    low, high = AMPLITUDE_GATE
    if not depth > low:
        return 0.0
    return min(1.0, log(depth / low) / log(high / low))


def _variation(values: FloatArray) -> float:
    """Return the robust coefficient of variation, nan below three values."""
    if values.size < 3:
        return nan
    low, middle, high = np.percentile(values, (25.0, 50.0, 75.0))
    # The quartiles of a normal distribution lie 1.349 standard deviations apart.
    return float((high - low) / 1.349 / middle) if middle > 0.0 else nan
