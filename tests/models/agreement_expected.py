"""Lay our tables beside those of the published R functions, cell by cell.

A cell is equal where its words are the same and its numbers are within the tolerance. One
that is not must be explained by a documented deviation: what R does wrong is done here on
purpose, and must give R's cell.
"""

from collections import Counter
from collections.abc import Callable, Iterator
import csv
from dataclasses import dataclass, field
from pathlib import Path
import re

import numpy as np

from models.evaluate.deviations import (
    LOA_DIGITS,
    LOG_FLAG,
    LOG_SPREAD,
    PREVALENCE_DIGITS,
    Deviation,
)
from models.evaluate.framework import (
    LEVEL,
    LOG_OFFSET,
    STAGES,
    TABLES,
    Agreement,
    ConstantLimits,
    Discrepancy,
    ParallelLimits,
)
from models.evaluate.statistics import fit_line, mean_interval, spread
from models.evaluate.tables import flag, tables

TOLERANCE = 1e-5
"""Of every deterministic number; the published ones have six decimals."""

BOOTSTRAP_TOLERANCE = 0.08
"""Of the width of a bootstrapped interval.

How many resamples the published ends were made of is not recorded; they lie around ours
as those of about 2,000 would, with a standard deviation of 0.015 of the width.
"""

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
R_DIGITS = 6
"""Decimals that the R functions were asked for."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of both."""

    table: str
    row: str
    column: str
    ours: str
    theirs: str

    def words_agree(self) -> bool:
        """Say whether all but the numbers is the same; R is free with its spaces."""
        return _words(self.ours) == _words(self.theirs)

    def numbers(self) -> tuple[list[float], list[float]]:
        """Return the numbers of both."""
        return _numbers(self.ours), _numbers(self.theirs)

    def equals(self) -> bool:
        """Say whether both say the same."""
        return self.words_agree() and close(*self.numbers())


def _words(text: str) -> str:
    return " ".join(NUMBER.sub("#", text).split())


def _numbers(text: str) -> list[float]:
    return [float(each) for each in NUMBER.findall(text)]


def close(one: list[float], other: list[float]) -> bool:
    """Say whether numbers are the same."""
    return len(one) == len(other) and bool(
        np.all(np.abs(np.subtract(one, other)) <= TOLERANCE)
    )


@dataclass
class Tally:
    """What a comparison found."""

    equal: int = 0
    numbers: int = 0
    """In deterministic cells that are equal."""

    deviating: Counter[str] = field(default_factory=Counter)
    bootstrapped: int = 0
    worst_bootstrap: float = 0.0
    """Largest difference, as part of the interval's width."""

    unexplained: list[Cell] = field(default_factory=list)

    @property
    def deterministic(self) -> int:
        """Return how many deterministic cells were compared."""
        return self.equal + self.deviating.total() + len(self.unexplained)


def cells(result: Agreement, folder: Path, name: str) -> Iterator[Cell]:
    """Return all cells that were published of one set."""
    ours = tables(result)
    paths = sorted(folder.glob(f"{name}_*.csv"))
    assert paths, f"nothing is expected of {name}"
    for path in paths:
        table = path.stem.removeprefix(f"{name}_")
        columns, *rows = ours[table]
        by_row = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
        with path.open(newline="") as file:
            published = list(csv.DictReader(file))
        key = next(iter(published[0]))
        assert [row[key] for row in published] == list(by_row), path.name
        for row in published:
            for column, theirs in row.items():
                if column != key:
                    yield Cell(
                        table, row[key], column, by_row[row[key]][column], theirs
                    )


def compare(result: Agreement, folder: Path, name: str) -> Tally:
    """Compare all that was published of one set."""
    tally = Tally()
    for cell in cells(result, folder, name):
        if _is_bootstrapped(result, cell):
            tally.bootstrapped += 1
            ours, theirs = cell.numbers()
            apart = np.abs(np.subtract(ours, theirs)).max() / np.ptp(theirs)
            tally.worst_bootstrap = max(tally.worst_bootstrap, float(apart))
            if not cell.words_agree() or apart > BOOTSTRAP_TOLERANCE:
                tally.unexplained.append(cell)
        elif cell.equals():
            tally.equal += 1
            tally.numbers += len(_numbers(cell.theirs))
        else:
            for deviation, explains in EXPLANATIONS:
                if explains(result, cell):
                    tally.deviating[deviation.key] += 1
                    break
            else:
                tally.unexplained.append(cell)
    return tally


def _discrepancy(result: Agreement, cell: Cell) -> Discrepancy | None:
    for (size, logarithmic), table in zip(TABLES, result.discrepancies, strict=True):
        if cell.table.startswith(f"groupDiscr_size-{size}_log-{flag(logarithmic)}_"):
            return next(
                each for each in table if cell.row.split(" ")[0] == each.measure.name
            )
    return None


def _is_bootstrapped(result: Agreement, cell: Cell) -> bool:
    each = _discrepancy(result, cell)
    return (
        each is not None
        and isinstance(each.limits, ParallelLimits)
        and cell.column in {"LOA.lower_CI", "LOA.upper_CI"}
    )


# What R does, done on purpose


def _log_flag(result: Agreement, cell: Cell) -> bool:
    each = _discrepancy(result, cell)
    return (
        each is not None
        and cell.column == "logTransf"
        and cell.theirs == flag(not each.logarithmic)
    )


def _log_spread(result: Agreement, cell: Cell) -> bool:
    each = _discrepancy(result, cell)
    if each is None or cell.column != "heterosced" or not each.logarithmic:
        return False
    minutes = fit_line(each.sizes, each.differences, LEVEL)
    assert minutes is not None
    mixed = fit_line(np.log(each.sizes + LOG_OFFSET), np.abs(minutes.residuals), LEVEL)
    assert mixed is not None
    return cell.theirs == flag(mixed.slope_interval.excludes_zero())


def _loa_digits(result: Agreement, cell: Cell) -> bool:
    each = _discrepancy(result, cell)
    if each is None or not isinstance(each.limits, ConstantLimits):
        return False
    interval = {
        "LOA.lower_CI": each.limits.lower_interval,
        "LOA.upper_CI": each.limits.upper_interval,
    }.get(cell.column)
    return (
        interval is not None
        and cell.words_agree()
        and close([round(interval.low, 2), interval.high], _numbers(cell.theirs))
    )


def _backwards(scores: dict[str, float], prevalence: float, metric: str) -> float:
    """Compute a predictive value back from rounded percentages."""
    sensitivity = round(scores["sensitivity"], R_DIGITS)
    specificity = round(scores["specificity"], R_DIGITS)
    rounded = round(prevalence, 2)
    if metric == "ppv":
        good, bad = sensitivity * rounded, (100 - specificity) * (100 - rounded)
    else:
        good, bad = specificity * (100 - rounded), rounded * (100 - sensitivity)
    return round(100 * good / (good + bad), R_DIGITS)


def _prevalence_digits(result: Agreement, cell: Cell) -> bool:
    if cell.column not in {"ppv", "npv"}:
        return False
    stage = STAGES.index(cell.row) if cell.row in STAGES else None
    if cell.table.startswith("groupEBE_sum"):
        truly = result.matrix.sum(axis=1) / result.matrix.sum()
        prevalence = 100.0 * float(1.0 - truly[0] if stage is None else truly[stage])
        scores = (
            result.pooled_sleep_wake["sleep"]
            if stage is None
            else result.pooled_scores[cell.row]
        )
        return close(
            [_backwards(scores, prevalence, cell.column)], _numbers(cell.theirs)
        )
    assert cell.table.startswith("groupEBE_avg")
    values = np.array(
        [
            _backwards(
                scores[cell.row],
                100.0 * float(np.mean(sleeper.reference == stage)),
                cell.column,
            )
            for sleeper, scores in zip(result.sleepers, result.scores, strict=True)
        ]
    )
    return cell.words_agree() and close(
        [*spread(values), *mean_interval(values, LEVEL)], _numbers(cell.theirs)
    )


EXPLANATIONS: tuple[tuple[Deviation, Callable[[Agreement, Cell], bool]], ...] = (
    (LOG_FLAG, _log_flag),
    (LOG_SPREAD, _log_spread),
    (LOA_DIGITS, _loa_digits),
    (PREVALENCE_DIGITS, _prevalence_digits),
)
"""The deviations that the published examples show."""
