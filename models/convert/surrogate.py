"""Breathing from heartbeats.

Breathing in speeds the heart up, breathing out slows it down (respiratory sinus
arrhythmia): the R-R intervals swing with the chest. It is a surrogate, with these limits:
no breathing faster than half the heart's rate shows, the swing weakens with age and in
deep apnea, and its depth says little about the breath's.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy import interpolate, signal

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]

RR_LIMITS = (0.3, 2.0)
"""Seconds between beats of a sleeping adult: 200 to 30 per minute."""

ECTOPIC_SHARE = 0.2
"""A beat this far from its neighbours is none of the sinus node's (Malik 1996: 20 %)."""

NEIGHBOURS = 5
"""Beats whose median a beat is held against.

With 11, a tenth of one apnea patient's night (slpdb slp04) went: after every apnea the
heart races for ten seconds, and all of that is sinus rhythm. With 5 it is a hundredth.
"""

LONGEST_BRIDGE = 3.0
"""Seconds without a normal beat that may be bridged: less than a breath. Assumption."""

FEWEST_BEATS = 8
"""A stretch with fewer beats holds no two breaths."""

GRID_HZ = 4.0
"""Least rate of interpolation: what studies of the heart's variability use."""

BAND_HZ = (0.1, 0.5)
"""Breathing of 6 to 30 per minute; slower swings are those of blood pressure."""


def normal_beats(intervals: Floats, beat_types: NDArray[np.str_] | None) -> Mask:
    """Find the intervals that the sinus node alone has made.

    Both ends of an interval must be normal beats, the interval possible, and near the
    median of those around it.
    """
    low, high = RR_LIMITS
    normal: Mask = (intervals >= low) & (intervals <= high)
    # The first interval began before the recording.
    normal[:1] = False
    if beat_types is not None:
        sinus = beat_types == "N"
        normal &= sinus
        normal[1:] &= sinus[:-1]
    around = _median(np.where(normal, intervals, np.nan))
    with np.errstate(invalid="ignore"):
        near = np.abs(intervals - around) <= ECTOPIC_SHARE * around
    return normal & near


def _median(values: Floats) -> Floats:
    """Return the running median of those values that are known."""
    side = NEIGHBOURS // 2
    padded = np.pad(values, side, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, NEIGHBOURS)
    medians = np.full(values.size, np.nan)
    known = np.isfinite(windows).any(axis=1)
    medians[known] = np.nanmedian(windows[known], axis=1)
    return medians


def breathing(
    beats: Floats,
    intervals: Floats,
    beat_types: NDArray[np.str_] | None,
    *,
    seconds: float,
    rate: float,
) -> tuple[Floats, Mask]:
    """Derive breathing from heartbeats.

    Args:
        beats: Second of every beat.
        intervals: Seconds from the beat before to this one.
        beat_types: Symbols of PhysioNet, N for normal.
        seconds: How long the recording is.
        rate: Samples per second to return.

    Returns:
        Breathing, where more is in, in units of nothing, and where it is missing.
    """
    finer = max(1, ceil(GRID_HZ / rate))
    at = np.arange(round(seconds * rate) * finer) / (rate * finer)
    kept = normal_beats(intervals, beat_types)
    # The heart is ahead of the chest. An interval that is placed at its end makes up for
    # it: on slp60, it goes with the chest belt at r = .40, placed at its middle at .17.
    times, lengths = beats[kept], intervals[kept]
    swing = np.zeros(at.size)
    missing = np.ones(at.size, dtype=bool)
    # A cubic over a pause would invent breaths of any size.
    pauses = np.flatnonzero(np.diff(times) > LONGEST_BRIDGE) + 1
    for run_times, run_lengths in zip(
        np.split(times, pauses), np.split(lengths, pauses), strict=True
    ):
        if run_times.size < FEWEST_BEATS:
            continue
        inside = slice(*np.searchsorted(at, (run_times[0], run_times[-1])))
        cubic = interpolate.CubicSpline(run_times, run_lengths)
        swing[inside] = cubic(at[inside])
        missing[inside] = False
    if missing.all():
        return np.zeros(at[::finer].size), missing[::finer]
    index = np.arange(at.size)
    swing = np.interp(index, index[~missing], swing[~missing])
    band = signal.butter(2, BAND_HZ, "bandpass", fs=rate * finer, output="sos")
    # A short interval is breath drawn.
    filtered: Floats = -signal.sosfiltfilt(band, swing)
    return filtered[::finer], missing[::finer]
