"""Means, lines and their intervals, over plain arrays.

What cannot be known from so few values is NaN, or `None` for a whole line: one sleeper
has no spread, and two have no line that could be doubted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

type Floats = NDArray[np.float64]

ROUNDING = 1e-10
"""Relative size below which a residual is taken for the rounding of the computer."""

CHUNK = 500
"""Resamples that are held in memory at once."""

LINE_PARAMETERS = 2

NORMAL_AT_LEAST = 3
"""Values that the test of Shapiro and Wilk (1965) needs."""


class Interval(NamedTuple):
    """Where a value lies with some confidence."""

    low: float
    high: float

    def excludes_zero(self) -> bool | None:
        """Say whether the value is surely not zero; `None` where nothing is known."""
        if not (isfinite(self.low) and isfinite(self.high)):
            return None
        return self.low > 0.0 or self.high < 0.0

    def clipped(self, low: float, high: float) -> Interval:
        """Cut off what no such value can be."""
        return Interval(
            *(float(np.clip(each, low, high)) for each in (self.low, self.high))
        )


UNKNOWN = Interval(nan, nan)


class Spread(NamedTuple):
    """A mean and the standard deviation around it."""

    mean: float
    sd: float


def spread(values: Floats) -> Spread:
    """Return mean and standard deviation of the values that are known."""
    known = values[np.isfinite(values)]
    return Spread(float(known.mean()) if known.size else nan, _sd(known))


def _sd(values: Floats) -> float:
    return float(values.std(ddof=1)) if values.size > 1 else nan


def t_quantile(level: float, degrees: int) -> float:
    """Return the factor of Student's t that belongs to a two-sided interval."""
    return float(stats.t.ppf((1.0 + level) / 2.0, degrees)) if degrees > 0 else nan


def mean_interval(values: Floats, level: float) -> Interval:
    """Return the t interval of the mean of the values that are known."""
    known = values[np.isfinite(values)]
    if known.size < 2:
        return UNKNOWN
    half = t_quantile(level, known.size - 1) * _sd(known) / sqrt(known.size)
    return Interval(float(known.mean()) - half, float(known.mean()) + half)


def basic_interval(estimate: float, draws: Floats, level: float) -> Interval:
    """Return the basic bootstrap interval (Davison and Hinkley 1997, equation 5.6)."""
    known = draws[np.isfinite(draws)]
    if not isfinite(estimate) or not known.size:
        return UNKNOWN
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(known, (tail, 1.0 - tail), method="weibull")
    return Interval(2.0 * estimate - float(high), 2.0 * estimate - float(low))


def without_rounding(deviations: Floats, values: Floats) -> Floats:
    """Set to zero what differs from zero only by the computer's rounding.

    Without it a device that is always five minutes late would have a significant trend.
    """
    scale = float(np.abs(values).max(initial=0.0))
    return np.where(np.abs(deviations) <= ROUNDING * scale, 0.0, deviations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points by least squares."""

    intercept: float
    slope: float
    intercept_interval: Interval
    slope_interval: Interval
    residuals: Floats
    level: float
    centre: float
    """Mean of the points' places."""

    around: float
    """Sum of the squared distances from the centre."""

    draws: Floats | None = None
    """Intercepts and slopes of resamples, where the intervals are bootstrapped."""

    def at(self, places: Floats) -> Floats:
        """Return the height of the line."""
        return self.intercept + self.slope * places

    def band(self, places: Floats) -> tuple[Floats, Floats]:
        """Return the interval of the height of the line."""
        height = self.at(places)
        if self.draws is not None:
            drawn = self.draws[0][:, None] + self.draws[1][:, None] * places
            ends = [
                basic_interval(float(each), column, self.level)
                for each, column in zip(height, drawn.T, strict=True)
            ]
            return np.array([e.low for e in ends]), np.array([e.high for e in ends])
        n = self.residuals.size
        error = sqrt(float(np.sum(self.residuals**2)) / (n - LINE_PARAMETERS))
        half = (
            t_quantile(self.level, n - LINE_PARAMETERS)
            * error
            * np.sqrt(1.0 / n + (places - self.centre) ** 2 / self.around)
        )
        return height - half, height + half


def fit_line(
    x: Floats, y: Floats, level: float, draws: Floats | None = None
) -> Line | None:
    """Fit a line with the intervals of its parameters.

    Args:
        x: Places of the points.
        y: Their heights.
        level: Of the intervals.
        draws: Intercepts and slopes of resamples; without them the t intervals are
            taken.

    Returns:
        The line, or `None` where the points are fewer than three or in one place.
    """
    n = x.size
    if n <= LINE_PARAMETERS:
        return None
    centre = float(x.mean())
    off = without_rounding(x - centre, x)
    around = float(np.sum(off**2))
    if around == 0.0:
        return None
    rise = without_rounding(y - y.mean(), y)
    slope = float(np.sum(off * rise)) / around
    intercept = float(y.mean()) - slope * centre
    residuals = without_rounding(rise - slope * off, y)
    if draws is None:
        t = t_quantile(level, n - LINE_PARAMETERS)
        error = sqrt(float(np.sum(residuals**2)) / (n - LINE_PARAMETERS))
        half = t * error / sqrt(around)
        slope_interval = Interval(slope - half, slope + half)
        half = t * error * sqrt(1.0 / n + centre**2 / around)
        intercept_interval = Interval(intercept - half, intercept + half)
    else:
        intercept_interval = basic_interval(intercept, draws[0], level)
        slope_interval = basic_interval(slope, draws[1], level)
    return Line(
        intercept=intercept,
        slope=slope,
        intercept_interval=intercept_interval,
        slope_interval=slope_interval,
        residuals=residuals,
        level=level,
        centre=centre,
        around=around,
        draws=draws,
    )


def line_parameters(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return intercept and slope over the last axis; NaN where all is in one place."""
    centre = x.mean(axis=-1)
    off = without_rounding(x - centre[..., None], x)
    rise = without_rounding(y - y.mean(axis=-1, keepdims=True), y)
    around = np.sum(off**2, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(around > 0.0, np.sum(off * rise, axis=-1) / around, nan)
    return y.mean(axis=-1) - slope * centre, slope


def bootstrap(
    columns: Floats,
    statistics: Callable[[Floats], Floats],
    resamples: int,
    rng: np.random.Generator,
) -> Floats:
    """Return statistics of resamples of whole cases.

    Args:
        columns: Values of the cases, one row for each of what is known of them.
        statistics: Takes rows by resamples by cases, returns statistics by resamples.
        resamples: How many are drawn.
        rng: Draws them.

    Returns:
        Statistics by resamples.
    """
    cases = columns.shape[1]
    drawn = []
    for begin in range(0, resamples, CHUNK):
        count = min(CHUNK, resamples - begin)
        chosen = rng.integers(0, cases, size=(count, cases))
        drawn.append(statistics(columns[:, chosen]))
    return np.concatenate(drawn, axis=1)


def known_means(sample: Floats) -> Floats:
    """Return the means over the last axis of what is known."""
    known = np.isfinite(sample)
    count = known.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(
            count > 0, np.where(known, sample, 0.0).sum(axis=-1) / count, nan
        )


class Normality(NamedTuple):
    """The test of Shapiro and Wilk."""

    w: float
    p: float


def normality(values: Floats) -> Normality | None:
    """Test whether values can come from a normal distribution.

    Returns:
        The test, or `None` where the values are fewer than three or all the same.
    """
    if values.size < NORMAL_AT_LEAST:
        return None
    off = without_rounding(values - values.mean(), values)
    if not off.any():
        return None
    result = stats.shapiro(values)
    return Normality(float(result.statistic), float(result.pvalue))
