"""Where people rest before the sensor, learned night by night.

A place is a distance, because that is the one position that every module tells. How
often somebody rested at each distance is kept as a histogram that forgets over a week of
nights; the bed is where most of it lies, and the out-of-bed strip is what is nearer.
"""

from collections.abc import Sequence
from math import isfinite, nan
from typing import Any

import numpy as np
import numpy.typing as npt

type FloatArray = npt.NDArray[np.float64]

BIN = 0.02
"""Width of a bin in metres, half the range resolution of 60 GHz modules."""

BINS = 150
"""Three metres."""

SPREAD = 0.05
"""Metres by which the place of somebody who lies down again differs (standard deviation):
two bodies closer than 12 cm are not told apart (``radar.md`` §5)."""

KEEP = 0.8
"""Weight that earlier nights keep when a night is added: a memory of five nights."""

FLOOR = 0.04
"""Density per metre of a distance at which somebody never rested (assumption)."""

BED_SHARE = (0.02, 0.98)
"""Quantiles of the resting distances that count as the ends of the bed."""

BED_MARGIN = 0.10
"""Metres by which the bed goes on beyond where somebody has rested (assumption)."""

MOVED_BY = 0.12
"""Metres by which a whole night must be shifted for the sensor to have been moved."""

TURNED_BY = 0.20
"""Radians by which the bearing must have changed for the same; people who lie down
elsewhere in bed differ by less than 0.1 (assumption)."""

CENTRES: npt.NDArray[Any] = (np.arange(BINS) + 0.5) * BIN

_KERNEL: npt.NDArray[Any] = np.exp(-0.5 * (np.arange(-10, 11) * BIN / SPREAD) ** 2)


def histogram(distances: Sequence[float] | FloatArray) -> FloatArray:
    """Count distances in metres into shares, shape ``[BINS]``, all zero for none."""
    values = np.asarray(distances, dtype=np.float64)
    values = values[np.isfinite(values) & (values >= 0.0) & (values < BIN * BINS)]
    counts = np.bincount((values / BIN).astype(np.intp), minlength=BINS)
    shares: FloatArray = counts / max(int(counts.sum()), 1)
    return shares


def learn(places: FloatArray, night: FloatArray) -> FloatArray:
    """Add the shares of a night to those of the nights before, shape ``[BINS]``."""
    if not places.any():
        return night.copy()
    if not night.any():
        return places.copy()
    return KEEP * places + (1.0 - KEEP) * night


def shift(places: FloatArray, metres: float) -> FloatArray:
    """Move a histogram by a distance; what leaves the range is lost."""
    steps = round(metres / BIN)
    moved = np.zeros(BINS)
    if steps >= 0:
        moved[steps:] = places[: BINS - steps]
    else:
        moved[:steps] = places[-steps:]
    return moved


def smooth(places: FloatArray) -> FloatArray:
    """Return the density per metre of resting at each distance, shape ``[BINS]``."""
    scale = float(_KERNEL.sum()) * BIN
    return np.asarray(np.convolve(places, _KERNEL, mode="same") / scale)


def quantile(places: FloatArray, share: float) -> float:
    """Return the distance below which this share rested, nan if nobody did."""
    total = float(places.sum())
    if total <= 0.0:
        return nan
    below = np.cumsum(places) / total
    return float(CENTRES[int(np.searchsorted(below, share))])


def bed(places: FloatArray, nights: int = 1) -> tuple[float, float]:
    """Return the nearest and the farthest end of the bed in metres, nan unlearned.

    After few nights it may well go on farther than where somebody has rested.
    """
    near, far = (quantile(places, share) for share in BED_SHARE)
    margin = BED_MARGIN * (1.0 + 0.5 / max(nights, 1))
    return (near - margin, far + margin) if isfinite(near) else (nan, nan)


def has_moved(places: FloatArray, night: FloatArray) -> float:
    """Return by how much a night is shifted as a whole, nought if it is not (m).

    Nearly all of the night must lie where before nearly nobody rested, and its middle be
    more than ``MOVED_BY`` away from the usual one.
    """
    usual, now = quantile(places, 0.5), quantile(night, 0.5)
    if not isfinite(usual) or not isfinite(now) or abs(now - usual) <= MOVED_BY:
        return 0.0
    near, far = (quantile(places, share) for share in BED_SHARE)
    inside = (near - SPREAD <= CENTRES) & (far + SPREAD >= CENTRES)
    total = float(night.sum())
    return now - usual if float(night[inside].sum()) < 0.2 * total else 0.0
