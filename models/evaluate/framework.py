"""The standardized framework for sleep trackers (Menghini et al. 2021), in own code.

Menghini L, Cellini N, Goldstone A, Baker FC, de Zambotti M: A standardized framework for
testing the performance of sleep-tracking technology, Sleep 44(2), 2021. It asks three
things of a device that slept beside a reference: how far its measures of the night are
off, whether that depends on the night, and how many epochs it calls by the right name.

Where the published R functions differ from this, `deviations` says why.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import nan, sqrt
from typing import NamedTuple
import zlib

import numpy as np
from numpy.typing import NDArray

from .statistics import (
    UNKNOWN,
    Floats,
    Interval,
    Line,
    Normality,
    Spread,
    basic_interval,
    bootstrap,
    fit_line,
    known_means,
    line_parameters,
    mean_interval,
    normality,
    spread,
    t_quantile,
    without_rounding,
)

type Stages = NDArray[np.int8]
type Counts = NDArray[np.int64]

STAGES = ("wake", "light", "deep", "REM")
"""Names of the stages 0 to 3 of the framework; light is N1 and N2."""

SLEEP_WAKE = ("wake", "sleep")

EPOCH_MINUTES = 0.5
"""Minutes of an epoch of the framework."""

LIMIT = 1.96
"""Standard deviations that hold 95 % of a normal distribution (Bland and Altman 1999)."""

ABSOLUTE_LIMIT = 2.46
"""Mean absolute residuals that hold them: 1.96 times the root of pi/2 (the same)."""

LOG_OFFSET = 1e-4
"""Added before taking a logarithm, as the framework does: latencies may be zero."""

SIGNIFICANT = 0.05
"""Probability below which differences are not taken for normally distributed."""

LEVEL = 0.95
"""Confidence of every interval."""

LEAST_FOR_BOOTSTRAP = 3
"""Sleepers below which resamples say nothing."""


class Measure(NamedTuple):
    """One number that a night is summed up in."""

    name: str
    title: str
    unit: str


MEASURES = (
    Measure("TST", "total sleep time", "min"),
    Measure("SE", "sleep efficiency", "%"),
    Measure("SOL", "sleep onset latency", "min"),
    Measure("WASO", "wake after sleep onset", "min"),
    Measure("Light", "light sleep", "min"),
    Measure("Deep", "deep sleep", "min"),
    Measure("REM", "REM sleep", "min"),
    Measure("LightPerc", "share of light sleep", "%"),
    Measure("DeepPerc", "share of deep sleep", "%"),
    Measure("REMPerc", "share of REM sleep", "%"),
)

METRICS = (
    "accuracy",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "kappa",
    "pabak",
    "pindex",
    "bindex",
)
"""What is said of one stage against all others, in the order of the R functions."""

PERCENT = frozenset(("accuracy", "sensitivity", "specificity", "ppv", "npv"))


@dataclass(frozen=True, slots=True)
class Sleeper:
    """One night of one person, scored twice."""

    subject: str
    reference: Stages
    device: Stages


# A night


def sleep_measures(stages: Stages) -> dict[str, float]:
    """Sum up a night from lights off to lights on.

    A night without sleep has its whole length as latency, no wake after the sleep that
    never began, and no shares of it: they are NaN.
    """
    asleep = np.flatnonzero(stages != 0)
    in_bed = stages.size * EPOCH_MINUTES
    total = asleep.size * EPOCH_MINUTES
    latency = (int(asleep[0]) if asleep.size else stages.size) * EPOCH_MINUTES
    minutes = [float(np.sum(stages == each)) * EPOCH_MINUTES for each in (1, 2, 3)]
    return {
        "TIB": in_bed,
        "TST": total,
        "SE": 100.0 * total / in_bed,
        "SOL": latency,
        "WASO": in_bed - latency - total,
        **dict(zip(("Light", "Deep", "REM"), minutes, strict=True)),
        **{
            name: 100.0 * each / total if total else nan
            for name, each in zip(
                ("LightPerc", "DeepPerc", "REMPerc"), minutes, strict=True
            )
        },
    }


def confusion(reference: Stages, device: Stages) -> Counts:
    """Count the epochs by the reference's stage (rows) and the device's (columns)."""
    kinds = len(STAGES)
    pairs = reference.astype(np.intp) * kinds + device
    return np.bincount(pairs, minlength=kinds * kinds).reshape(kinds, kinds)


def sleep_wake(matrix: Counts) -> Counts:
    """Put all sleep together in an error matrix."""
    return np.array(
        [
            [matrix[0, 0], matrix[0, 1:].sum()],
            [matrix[1:, 0].sum(), matrix[1:, 1:].sum()],
        ]
    )


def shares(matrix: Counts) -> Floats:
    """Return an error matrix as parts of its rows; a stage that never was is NaN."""
    rows = matrix.sum(axis=1, keepdims=True)
    return np.where(rows > 0, matrix / np.maximum(rows, 1), nan)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else nan


def stage_scores(matrix: Counts, stage: int) -> dict[str, float]:
    """Score one stage against all others.

    Returns:
        The metrics; percentages from 0 to 100, the rest from -1 to 1. What has nothing
        to be counted on is NaN: the sensitivity to a stage that never was, the
        predictive value of a stage the device never says.
    """
    n = float(matrix.sum())
    hit = float(matrix[stage, stage])
    truly = float(matrix[stage].sum())
    said = float(matrix[:, stage].sum())
    rejected = n - truly - said + hit
    agreed = _ratio(hit + rejected, n)
    by_chance = _ratio(truly * said + (n - truly) * (n - said), n * n)
    return {
        "accuracy": 100.0 * agreed,
        "sensitivity": 100.0 * _ratio(hit, truly),
        "specificity": 100.0 * _ratio(rejected, n - truly),
        "ppv": 100.0 * _ratio(hit, said),
        "npv": 100.0 * _ratio(rejected, n - said),
        "kappa": _ratio(agreed - by_chance, 1.0 - by_chance),
        "pabak": 2.0 * agreed - 1.0,
        "pindex": _ratio(hit - rejected, n),
        "bindex": _ratio(said - truly, n),
    }


def overall_scores(matrix: Counts) -> dict[str, float]:
    """Return accuracy in percent and Cohen's kappa over all stages at once.

    The framework knows only one stage against the others; elsewhere these are quoted.
    """
    n = float(matrix.sum())
    agreed = _ratio(float(np.trace(matrix)), n)
    by_chance = _ratio(float(matrix.sum(axis=0) @ matrix.sum(axis=1)), n * n)
    return {
        "accuracy": 100.0 * agreed,
        "kappa": _ratio(agreed - by_chance, 1.0 - by_chance),
    }


# Many nights


class Size(StrEnum):
    """What the size of a measure is read from."""

    REFERENCE = "reference"
    MEAN = "mean"


class Intervals(StrEnum):
    """Where intervals come from."""

    CLASSIC = "classic"
    BOOT = "boot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the statistics are made."""

    intervals: Intervals = Intervals.CLASSIC
    resamples: int = 10_000
    """The framework's number."""

    seed: int = 1

    def rng(self, *what: str) -> np.random.Generator:
        """Return random numbers that belong to one figure, whatever else is made."""
        return np.random.default_rng([self.seed, zlib.crc32(" ".join(what).encode())])


class ConstantBias(NamedTuple):
    """The device is off by the same in every night."""

    spread: Spread
    interval: Interval

    def at(self, places: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the bias and both ends of its interval."""
        ones = np.ones_like(places)
        return (
            self.spread.mean * ones,
            self.interval.low * ones,
            self.interval.high * ones,
        )


class ProportionalBias(NamedTuple):
    """The device is off by more or less, the larger the measure."""

    line: Line

    def at(self, places: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the bias and both ends of its interval."""
        return self.line.at(places), *self.line.band(places)


type Bias = ConstantBias | ProportionalBias


class ConstantLimits(NamedTuple):
    """The limits of agreement are two numbers."""

    lower: float
    lower_interval: Interval
    upper: float
    upper_interval: Interval


class ParallelLimits(NamedTuple):
    """The limits run beside a line of bias."""

    half: float
    interval: Interval


class WideningLimits(NamedTuple):
    """The limits depend on the size: 2.46 times a line of absolute residuals."""

    line: Line


class RatioLimits(NamedTuple):
    """The limits are parts of the size (Euser et al. 2008)."""

    slope: float
    interval: Interval


type Limits = ConstantLimits | ParallelLimits | WideningLimits | RatioLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """How far a device is off in one measure, over all sleepers."""

    measure: Measure
    size: Size
    logarithmic: bool
    intervals: Intervals
    sizes: Floats
    differences: Floats
    subjects: tuple[str, ...]
    """Of those in whom both know the measure."""

    device: Spread
    reference: Spread
    proportional: bool | None
    """`None`: cannot be tested, and is taken for constant. So with the next two."""

    heteroscedastic: bool | None
    shapiro: Normality | None
    bias: Bias
    limits: Limits

    @property
    def normal(self) -> bool | None:
        """Say whether the differences may be normally distributed."""
        return None if self.shapiro is None else self.shapiro.p > SIGNIFICANT

    def limits_at(self, places: Floats) -> tuple[Floats, Floats]:
        """Return the lower and the upper limit of agreement at these sizes.

        A line of spreads may fall below zero at its end; there is no less than none.
        """
        bias = self.bias.at(places)[0]
        match self.limits:
            case ConstantLimits(lower=lower, upper=upper):
                ones = np.ones_like(places)
                return lower * ones, upper * ones
            case ParallelLimits(half=half):
                return bias - half, bias + half
            case WideningLimits(line=line):
                width = ABSOLUTE_LIMIT * np.maximum(line.at(places), 0.0)
                return bias - width, bias + width
            case RatioLimits(slope=slope):
                return bias - slope * places, bias + slope * places


def ratio_slope(half: Floats) -> Floats:
    """Turn limits of logarithms into parts of the size (Euser et al. 2008)."""
    # The same as 2 (exp(x) - 1) / (exp(x) + 1), without its overflow.
    return 2.0 * np.tanh(half / 2.0)


_DIFFERENCES = (
    "mean",
    "half",
    "lower",
    "upper",
    "intercept",
    "slope",
    "residual_half",
    "spread_intercept",
    "spread_slope",
)


def difference_statistics(sample: Floats) -> Floats:
    """Return all that the intervals of a discrepancy are made of, for every resample.

    Both lines are fitted anew in every resample: the spread is that around its own bias.
    """
    size, difference = sample
    mean = difference.mean(axis=-1)
    half = LIMIT * difference.std(axis=-1, ddof=1)
    intercept, slope = line_parameters(size, difference)
    residuals = without_rounding(
        difference - intercept[:, None] - slope[:, None] * size, difference
    )
    around, widening = line_parameters(size, np.abs(residuals))
    return np.stack(
        [
            mean,
            half,
            mean - half,
            mean + half,
            intercept,
            slope,
            LIMIT * residuals.std(axis=-1, ddof=1),
            around,
            widening,
        ]
    )


class _Draws:
    """Resamples of one discrepancy, drawn when the first of them is needed."""

    def __init__(
        self, sizes: Floats, differences: Floats, options: Options, *what: str
    ) -> None:
        self._columns = np.stack([sizes, differences])
        self._options = options
        self._what = what
        self._drawn: dict[str, Floats] | None = None

    def __getitem__(self, name: str) -> Floats:
        if self._columns.shape[1] < LEAST_FOR_BOOTSTRAP:
            return np.array([])
        if self._drawn is None:
            drawn = bootstrap(
                self._columns,
                difference_statistics,
                self._options.resamples,
                self._options.rng(*self._what),
            )
            self._drawn = dict(zip(_DIFFERENCES, drawn, strict=True))
        return self._drawn[name]

    def line(self, intercept: str, slope: str) -> Floats:
        return np.stack([self[intercept], self[slope]])


def discrepancy(
    measure: Measure,
    subjects: Sequence[str],
    device: Floats,
    reference: Floats,
    *,
    size: Size = Size.REFERENCE,
    logarithmic: bool = False,
    options: Options = Options(),
) -> Discrepancy:
    """Say how far the device is off in one measure.

    Args:
        measure: What is measured.
        subjects: The sleepers.
        device: The device's values; NaN where a measure has none.
        reference: The reference's.
        size: What bias and spread may depend on.
        logarithmic: Take the limits of agreement from logarithms.
        options: Of the intervals.
    """
    known = np.isfinite(device) & np.isfinite(reference)
    device, reference = device[known], reference[known]
    differences = device - reference
    sizes = reference if size is Size.REFERENCE else (device + reference) / 2.0
    boot = options.intervals is Intervals.BOOT
    draws = _Draws(sizes, differences, options, measure.name, size)
    line = fit_line(
        sizes,
        differences,
        LEVEL,
        draws.line("intercept", "slope") if boot else None,
    )
    proportional = None if line is None else line.slope_interval.excludes_zero()
    bias: Bias
    if line is not None and proportional:
        bias = ProportionalBias(line)
    else:
        whole = spread(differences)
        bias = ConstantBias(
            whole,
            basic_interval(whole.mean, draws["mean"], LEVEL)
            if boot
            else mean_interval(differences, LEVEL),
        )
    tested_sizes, tested, tested_line = sizes, differences, line
    if logarithmic:
        one, other = np.log(device + LOG_OFFSET), np.log(reference + LOG_OFFSET)
        tested = one - other
        tested_sizes = other if size is Size.REFERENCE else (one + other) / 2.0
        draws = _Draws(tested_sizes, tested, options, measure.name, size, "log")
        tested_line = fit_line(tested_sizes, tested, LEVEL)
    widening = (
        None
        if tested_line is None
        else fit_line(
            tested_sizes,
            np.abs(tested_line.residuals),
            LEVEL,
            draws.line("spread_intercept", "spread_slope") if boot else None,
        )
    )
    heteroscedastic = (
        None if widening is None else widening.slope_interval.excludes_zero()
    )
    limits: Limits
    if logarithmic:
        limits = _ratio_limits(tested, draws, boot=boot)
    elif widening is not None and heteroscedastic:
        limits = WideningLimits(widening)
    elif isinstance(bias, ProportionalBias):
        half = LIMIT * spread(bias.line.residuals).sd
        limits = ParallelLimits(
            half, basic_interval(half, draws["residual_half"], LEVEL)
        )
    else:
        limits = _constant_limits(differences, draws, boot=boot)
    return Discrepancy(
        measure=measure,
        size=size,
        logarithmic=logarithmic,
        intervals=options.intervals,
        sizes=sizes,
        differences=differences,
        subjects=tuple(
            subject
            for subject, there in zip(subjects, known.tolist(), strict=True)
            if there
        ),
        device=spread(device),
        reference=spread(reference),
        proportional=proportional,
        heteroscedastic=heteroscedastic,
        shapiro=normality(tested),
        bias=bias,
        limits=limits,
    )


def _half_error(sd: float, n: int) -> float:
    """Return half the t interval of a limit of agreement (Bland and Altman 1999)."""
    return t_quantile(LEVEL, n - 1) * sqrt(3.0 * sd**2 / n) if n else nan


def _constant_limits(
    differences: Floats, draws: _Draws, *, boot: bool
) -> ConstantLimits:
    mean, sd = spread(differences)
    lower, upper = mean - LIMIT * sd, mean + LIMIT * sd
    if boot:
        around = [
            basic_interval(lower, draws["lower"], LEVEL),
            basic_interval(upper, draws["upper"], LEVEL),
        ]
    else:
        error = _half_error(sd, differences.size)
        around = [Interval(each - error, each + error) for each in (lower, upper)]
    return ConstantLimits(lower, around[0], upper, around[1])


def _ratio_limits(logarithms: Floats, draws: _Draws, *, boot: bool) -> RatioLimits:
    sd = spread(logarithms).sd
    slope = float(ratio_slope(np.array(LIMIT * sd)))
    if boot:
        interval = basic_interval(slope, ratio_slope(draws["half"]), LEVEL)
    else:
        error = _half_error(sd, logarithms.size)
        ends = ratio_slope(np.array([LIMIT * sd - error, LIMIT * sd + error]))
        interval = Interval(float(ends[0]), float(ends[1]))
    return RatioLimits(slope, interval)


class Average(NamedTuple):
    """A figure over the sleepers in whom it can be known."""

    spread: Spread
    interval: Interval
    n: int


def average(
    values: Floats, low: float, high: float, options: Options, *what: str
) -> Average:
    """Return mean, standard deviation and interval over sleepers.

    Args:
        values: One for each sleeper; NaN where it cannot be known.
        low: The least such a figure can be, at which the interval is cut.
        high: The most.
        options: Of the interval.
        what: Names the figure, for its random numbers.
    """
    known = values[np.isfinite(values)]
    whole = spread(known)
    if options.intervals is Intervals.CLASSIC:
        interval = mean_interval(known, LEVEL)
    elif known.size < LEAST_FOR_BOOTSTRAP:
        interval = UNKNOWN
    else:
        drawn = bootstrap(
            known[None], known_means, options.resamples, options.rng(*what)
        )
        interval = basic_interval(whole.mean, drawn[0], LEVEL)
    return Average(whole, interval.clipped(low, high), int(known.size))


def bounds(metric: str) -> tuple[float, float]:
    """Return the least and the most a metric can be."""
    return (0.0, 100.0) if metric in PERCENT else (-1.0, 1.0)


type Averages = dict[str, dict[str, Average]]
"""Averages by row and column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """All that the framework says of a device."""

    options: Options
    sleepers: tuple[Sleeper, ...]
    reference: dict[str, Floats]
    """Sleep measures by name, one value for each sleeper."""

    device: dict[str, Floats]
    discrepancies: tuple[tuple[Discrepancy, ...], ...]
    """By size, by mean, and with limits from logarithms; see `TABLES`."""

    matrix: Counts
    matrix_shares: Averages
    """Parts of the reference's stages, averaged over sleepers."""

    scores: tuple[dict[str, dict[str, float]], ...]
    """Of each sleeper, by stage and metric."""

    average_scores: Averages
    pooled_scores: dict[str, dict[str, float]]
    pooled_sleep_wake: dict[str, dict[str, float]]
    overall: dict[str, float]
    """Over all stages at once, all epochs together."""

    average_overall: dict[str, Average]

    @property
    def subjects(self) -> list[str]:
        """Return the names of the sleepers."""
        return [sleeper.subject for sleeper in self.sleepers]

    @property
    def matrix_sleep_wake(self) -> Counts:
        """Return the error matrix of sleep and wake."""
        return sleep_wake(self.matrix)


TABLES = ((Size.REFERENCE, False), (Size.MEAN, False), (Size.REFERENCE, True))
"""Size and logarithm of the tables of discrepancies; the first is the framework's own."""

STEPS = len(TABLES) * len(MEASURES) + len(STAGES) * 2 + 1
"""Calls of `step` in `agreement`."""


def agreement(
    sleepers: Sequence[Sleeper],
    options: Options = Options(),
    step: Callable[[], object] = lambda: None,
) -> Agreement:
    """Hold a device against a reference.

    Args:
        sleepers: Their nights, at least one.
        options: Of the intervals.
        step: Is called when another part is done.
    """
    reference = _columns(sleep_measures(each.reference) for each in sleepers)
    device = _columns(sleep_measures(each.device) for each in sleepers)
    subjects = [sleeper.subject for sleeper in sleepers]
    discrepancies = []
    for size, logarithmic in TABLES:
        table = []
        for measure in MEASURES:
            table.append(
                discrepancy(
                    measure,
                    subjects,
                    device[measure.name],
                    reference[measure.name],
                    size=size,
                    logarithmic=logarithmic,
                    options=options,
                )
            )
            step()
        discrepancies.append(tuple(table))
    matrices = [confusion(each.reference, each.device) for each in sleepers]
    parts = np.array([shares(each) for each in matrices])
    matrix_shares: Averages = {}
    for row, name in enumerate(STAGES):
        matrix_shares[name] = {
            column: average(
                parts[:, row, place], 0.0, 1.0, options, "shares", name, column
            )
            for place, column in enumerate(STAGES)
        }
        step()
    scores = tuple(
        {name: stage_scores(each, stage) for stage, name in enumerate(STAGES)}
        for each in matrices
    )
    average_scores: Averages = {}
    for name in STAGES:
        average_scores[name] = {
            metric: average(
                np.array([each[name][metric] for each in scores]),
                *bounds(metric),
                options,
                "scores",
                name,
                metric,
            )
            for metric in METRICS
        }
        step()
    overall = _columns(overall_scores(each) for each in matrices)
    average_overall = {
        metric: average(values, *bounds(metric), options, "overall", metric)
        for metric, values in overall.items()
    }
    step()
    matrix: Counts = np.sum(matrices, axis=0)
    two = sleep_wake(matrix)
    return Agreement(
        options=options,
        sleepers=tuple(sleepers),
        reference=reference,
        device=device,
        discrepancies=tuple(discrepancies),
        matrix=matrix,
        matrix_shares=matrix_shares,
        scores=scores,
        average_scores=average_scores,
        pooled_scores={
            name: stage_scores(matrix, stage) for stage, name in enumerate(STAGES)
        },
        pooled_sleep_wake={
            name: stage_scores(two, stage) for stage, name in enumerate(SLEEP_WAKE)
        },
        overall=overall_scores(matrix),
        average_overall=average_overall,
    )


def _columns(rows: Iterator[dict[str, float]]) -> dict[str, Floats]:
    there = list(rows)
    return {name: np.array([row[name] for row in there]) for name in there[0]}
