"""Breathing and movement from the displacement of the chest.

Pure functions over a window of displacement steps. Movement is masked and never
integrated across: what lies on either side of a movement is two separate pieces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, isfinite, log, nan, sqrt

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

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
    second = np.empty(increments.size)
    second[0] = increments[0] - previous
    np.subtract(increments[1:], increments[:-1], out=second[1:])
    known = second[np.isfinite(second)]
    if not known.size:
        return nan
    return sqrt(float(np.dot(known, known)) / known.size) * rate * rate


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
    padded = np.zeros(usable.size + 2, dtype=np.bool_)
    padded[1:-1] = usable
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return [
        (int(start), int(stop))
        for start, stop in edges.reshape(-1, 2)
        if stop - start >= shortest
    ]


@cache
def _band_gain(size: int, rate: float) -> FloatArray:
    """Return the squared gain of the band filter at the frequencies of a real FFT."""
    sos = signal.butter(2, BREATHING_BAND, btype="bandpass", fs=rate, output="sos")
    frequencies = np.arange(size // 2 + 1) * (rate / size)
    _, response = signal.freqz_sos(sos, frequencies, fs=rate)
    return np.asarray(np.abs(response) ** 2)


@cache
def _fast_length(least: int) -> int:
    """Return the next length at which an FFT is fast."""
    return int(fft.next_fast_len(least, real=True))


def _band_pass(raw: FloatArray, rate: float) -> FloatArray:
    """Filter forward and backward in one, shape ``[samples]``.

    The ends are continued by their reflection in the end point, as ``sosfiltfilt`` does.
    """
    padding = min(raw.size - 1, round(SLOWEST_BREATH * rate))
    size = _fast_length(raw.size + 2 * padding)
    extended = np.empty(size)
    stop = padding + raw.size
    extended[:padding] = 2.0 * raw[0] - raw[padding:0:-1]
    extended[padding:stop] = raw
    extended[stop : stop + padding] = 2.0 * raw[-1] - raw[-2 : -padding - 2 : -1]
    if size > stop + padding:
        # From one end to the other without a step.
        extended[stop + padding :] = np.linspace(
            extended[stop + padding - 1], extended[0], size - stop - padding
        )
    passed = fft.irfft(fft.rfft(extended) * _band_gain(size, rate), size)
    return np.asarray(passed[padding:stop])


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
    for start, stop in found:
        raw = np.cumsum(increments[start:stop])
        # A straight line is what is left of posture drift and of the unknown origin;
        # without removing it the filter would ring at both ends.
        raw -= np.linspace(raw[0], raw[-1], raw.size)
        displacement[start:stop] = _band_pass(raw, rate)
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
    longest = min(round(SLOWEST_BREATH * rate), displacement.size - 2)
    size = _fast_length(displacement.size + longest + 2)
    products, pairs = (
        fft.irfft(np.abs(fft.rfft(values, size)) ** 2, size)[: longest + 2]
        for values in (displacement, weight)
    )
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
    size = _fast_length(displacement.size + lags.stop)
    spectrum = fft.rfft(displacement, size)
    mask = fft.rfft(weight, size)
    power = fft.rfft(displacement * displacement, size)
    pairs = fft.irfft(np.abs(mask) ** 2, size)[lags]
    enough = pairs > COHERENCE_OVERLAP * rate
    if not enough.any():
        return nan
    products = fft.irfft(np.abs(spectrum) ** 2, size)[lags][enough]
    cross = power * mask.conj()
    earlier = fft.irfft(cross.conj(), size)[lags][enough]
    later = fft.irfft(cross, size)[lags][enough]
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
        low, high = _quantiles(inside, (0.1, 0.9))
        prominence = 0.3 * (high - low)
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
        low, high = _quantiles(displacement[weight > 0.0], (0.05, 0.95))
        return Breathing(regularity=regularity, depth=high - low, valid=valid)
    own = inside > 0.0
    interval, depth = breaths.interval[own], breaths.depth[own]
    frequency = float((inside[own] / interval).sum()) / covered
    (typical_depth,) = _quantiles(depth, (0.5,))
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
    low, middle, high = _quantiles(values, (0.25, 0.5, 0.75))
    # The quartiles of a normal distribution lie 1.349 standard deviations apart.
    return (high - low) / 1.349 / middle if middle > 0.0 else nan


def _quantiles(values: FloatArray, shares: Sequence[float]) -> list[float]:
    """Return quantiles by linear interpolation, as ``np.quantile`` does but quicker."""
    ordered = np.sort(values)
    last = ordered.size - 1
    found = []
    for share in shares:
        at = share * last
        below = int(at)
        low = float(ordered[below])
        high = float(ordered[min(below + 1, last)])
        found.append(low + (at - below) * (high - low))
    return found
