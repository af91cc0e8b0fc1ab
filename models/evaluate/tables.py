"""Write an agreement as tables like those of the R functions, and as JSON.

The tables have the names and columns of the published functions, so that both can be
laid side by side; the figures of a cell are separate only in the JSON.
"""

from collections.abc import Iterable, Sequence
import csv
import json
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from .deviations import DEVIATIONS, KEPT
from .framework import (
    ABSOLUTE_LIMIT,
    LEVEL,
    MEASURES,
    METRICS,
    SLEEP_WAKE,
    STAGES,
    TABLES,
    Agreement,
    Average,
    ConstantBias,
    ConstantLimits,
    Counts,
    Discrepancy,
    ParallelLimits,
    ProportionalBias,
    RatioLimits,
    Size,
    WideningLimits,
)
from .statistics import Interval, Spread

DIGITS = 6
"""Decimals of a table."""

SLEEP_WAKE_MEASURES = 4
"""How many of the measures need no stages; they come first."""

SIZE_WORDS = {Size.REFERENCE: "ref", Size.MEAN: "mean"}

type Row = list[str]


def number(value: float) -> str:
    """Write a number as R does."""
    if not isfinite(value):
        return "NA"
    # The sum turns a negative zero into zero.
    return np.format_float_positional(round(value, DIGITS) + 0.0, trim="-")


def flag(value: bool | None) -> str:
    """Write a truth value as R does."""
    return "NA" if value is None else str(value).upper()


def _interval(interval: Interval) -> str:
    return f"[{number(interval.low)}, {number(interval.high)}]"


def _spread(spread: Spread) -> str:
    return f"{number(spread.mean)} ({number(spread.sd)})"


def _average(average: Average) -> str:
    return f"{_spread(average.spread)} {_interval(average.interval)}"


def sleep_table(result: Agreement, measures: int = len(MEASURES)) -> list[Row]:
    """Return the sleep measures of every sleeper."""
    names = [measure.name for measure in MEASURES[:measures]]
    rows = [
        ["subject", "TIB"] + [f"{n}_{who}" for n in names for who in ("ref", "device")]
    ]
    for place, subject in enumerate(result.subjects):
        row = [subject, number(float(result.reference["TIB"][place]))]
        for name in names:
            row.append(number(float(result.reference[name][place])))
            row.append(number(float(result.device[name][place])))
        rows.append(row)
    return rows


def difference_table(result: Agreement) -> list[Row]:
    """Return the discrepancies of every sleeper."""
    names = [measure.name for measure in MEASURES]
    return [["subject", *(f"{name}_diff" for name in names)]] + [
        [
            subject,
            *(
                number(
                    float(result.device[name][place] - result.reference[name][place])
                )
                for name in names
            ),
        ]
        for place, subject in enumerate(result.subjects)
    ]


DISCREPANCY_COLUMNS = [
    "measure",
    "device",
    "reference",
    "CI.type",
    "CI.level",
    "prop.bias",
    "logTransf",
    "normality",
    "heterosced",
    "bias",
    "bias_CI",
    "LOA.lower",
    "LOA.lower_CI",
    "LOA.upper",
    "LOA.upper_CI",
    "n",
]


def discrepancy_table(table: Iterable[Discrepancy]) -> list[Row]:
    """Return the discrepancies of the group; `n` is the one column R has not."""
    return [DISCREPANCY_COLUMNS] + [
        [
            f"{each.measure.name} ({each.measure.unit})",
            _spread(each.device),
            _spread(each.reference),
            each.intervals.value,
            number(LEVEL),
            flag(each.proportional),
            flag(each.logarithmic),
            flag(each.normal),
            flag(each.heteroscedastic),
            *_bias_cells(each),
            *_limit_cells(each),
            f"{each.differences.size}",
        ]
        for each in table
    ]


def _bias_cells(each: Discrepancy) -> Row:
    match each.bias:
        case ConstantBias(spread=spread, interval=interval):
            return [_spread(spread), _interval(interval)]
        case ProportionalBias(line=line):
            return [
                f"{number(line.intercept)} + {number(line.slope)} x "
                f"{SIZE_WORDS[each.size]}",
                f"b0 = {_interval(line.intercept_interval)}, "
                f"b1 = {_interval(line.slope_interval)}",
            ]


def _limit_cells(each: Discrepancy) -> Row:
    match each.limits:
        case ConstantLimits() as limits:
            return [
                number(limits.lower),
                _interval(limits.lower_interval),
                number(limits.upper),
                _interval(limits.upper_interval),
            ]
        case ParallelLimits(half=half, interval=interval):
            width, around = number(half), _interval(interval)
        case WideningLimits(line=line):
            width = (
                f"{ABSOLUTE_LIMIT}({number(line.intercept)} + {number(line.slope)} x "
                f"{SIZE_WORDS[each.size]})"
            )
            around = (
                f"c0 = {_interval(line.intercept_interval)}, "
                f"c1 = {_interval(line.slope_interval)}"
            )
            return [f"bias - {width}", around, f"bias + {width}", around]
        case RatioLimits(slope=slope, interval=interval):
            width = f"{each.size} x {number(slope)}"
            around = f"{each.size} x {_interval(interval)}"
    return [
        f"bias - {width}",
        f"bias - {around}",
        f"bias + {width}",
        f"bias + {around}",
    ]


def matrix_table(matrix: Counts, names: Sequence[str]) -> list[Row]:
    """Return an error matrix with its sums."""
    rows = [["reference", *(f"device_{name}" for name in names), "reference_tot"]]
    for name, counts in zip(names, matrix.tolist(), strict=True):
        rows.append([name, *(f"{count}" for count in counts), f"{sum(counts)}"])
    rows.append(
        [
            "device_tot",
            *(f"{count}" for count in matrix.sum(axis=0).tolist()),
            f"{matrix.sum()}",
        ]
    )
    return rows


def shares_table(result: Agreement) -> list[Row]:
    """Return the error matrix as parts of the reference's stages."""
    return [["reference", *(f"device_{name}" for name in STAGES)]] + [
        [name, *(_average(row[column]) for column in STAGES)]
        for name, row in result.matrix_shares.items()
    ]


def sleeper_scores_table(result: Agreement) -> list[Row]:
    """Return accuracy, sensitivity and specificity of every sleeper."""
    short = {"accuracy": "acc", "sensitivity": "sens", "specificity": "spec"}
    rows = [["subject", *(f"{s} {m}" for s in STAGES for m in short.values())]]
    for subject, scores in zip(result.subjects, result.scores, strict=True):
        rows.append([subject, *(number(scores[s][m]) for s in STAGES for m in short)])
    return rows


def average_scores_table(result: Agreement) -> list[Row]:
    """Return the scores, averaged over sleepers."""
    return [["stage", *METRICS]] + [
        [name, *(_average(row[metric]) for metric in METRICS)]
        for name, row in result.average_scores.items()
    ]


def pooled_scores_table(scores: dict[str, dict[str, float]]) -> list[Row]:
    """Return the scores of all epochs together."""
    return [["stage", *METRICS]] + [
        [name, *(number(row[metric]) for metric in METRICS)]
        for name, row in scores.items()
    ]


def overall_table(result: Agreement) -> list[Row]:
    """Return the scores over all stages at once."""
    return [["figure", "pooled", "average"]] + [
        [name, number(value), _average(result.average_overall[name])]
        for name, value in result.overall.items()
    ]


def tables(result: Agreement) -> dict[str, list[Row]]:
    """Return all tables by the names of their files."""
    intervals = result.options.intervals
    return {
        "ebe2sleep": sleep_table(result),
        "ebe2sleep_sleepwake": sleep_table(result, SLEEP_WAKE_MEASURES),
        "indDiscr": difference_table(result),
        **{
            f"groupDiscr_size-{size}_log-{flag(logarithmic)}_{intervals}": (
                discrepancy_table(table)
            )
            for (size, logarithmic), table in zip(
                TABLES, result.discrepancies, strict=True
            )
        },
        "errorMatrix_sum": matrix_table(result.matrix, STAGES),
        "errorMatrix_sum_sleepwake": matrix_table(result.matrix_sleep_wake, SLEEP_WAKE),
        f"errorMatrix_prop_{intervals}": shares_table(result),
        "indEBE": sleeper_scores_table(result),
        f"groupEBE_avg_{intervals}": average_scores_table(result),
        "groupEBE_sum": pooled_scores_table(result.pooled_scores),
        "groupEBE_sum_sleepwake": pooled_scores_table(result.pooled_sleep_wake),
        "overall": overall_table(result),
    }


def write_tables(result: Agreement, folder: Path) -> None:
    """Write all tables as CSV."""
    for name, rows in tables(result).items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


# JSON


def _known(value: Any) -> Any:
    """Return a tree without what JSON has no word for."""
    match value:
        case dict():
            return {name: _known(each) for name, each in value.items()}
        case list() | tuple():
            return [_known(each) for each in value]
        case float():
            return value if isfinite(value) else None
        case _:
            return value


def _json_average(average: Average) -> dict[str, Any]:
    return {
        "mean": average.spread.mean,
        "sd": average.spread.sd,
        "interval": average.interval,
        "n": average.n,
    }


def _json_discrepancy(each: Discrepancy) -> dict[str, Any]:
    bias: dict[str, Any]
    match each.bias:
        case ConstantBias(spread=spread, interval=interval):
            bias = {
                "kind": "constant",
                "mean": spread.mean,
                "sd": spread.sd,
                "interval": interval,
            }
        case ProportionalBias(line=line):
            bias = {
                "kind": "proportional",
                "b0": line.intercept,
                "b0_interval": line.intercept_interval,
                "b1": line.slope,
                "b1_interval": line.slope_interval,
            }
    limits: dict[str, Any]
    match each.limits:
        case ConstantLimits() as constant:
            limits = {"kind": "constant", **constant._asdict()}
        case ParallelLimits(half=half, interval=interval):
            limits = {
                "kind": "beside the bias",
                "half_width": half,
                "half_width_interval": interval,
            }
        case WideningLimits(line=line):
            limits = {
                "kind": "by size",
                "factor": ABSOLUTE_LIMIT,
                "c0": line.intercept,
                "c0_interval": line.intercept_interval,
                "c1": line.slope,
                "c1_interval": line.slope_interval,
            }
        case RatioLimits(slope=slope, interval=interval):
            limits = {
                "kind": "parts of the size",
                "slope": slope,
                "slope_interval": interval,
            }
    return {
        "measure": each.measure.name,
        "unit": each.measure.unit,
        "size": each.size,
        "logarithmic": each.logarithmic,
        "n": each.differences.size,
        "device": each.device._asdict(),
        "reference": each.reference._asdict(),
        "proportional_bias": each.proportional,
        "heteroscedastic": each.heteroscedastic,
        "normal": each.normal,
        "shapiro_wilk": None if each.shapiro is None else each.shapiro._asdict(),
        "bias": bias,
        "limits_of_agreement": limits,
    }


def json_tree(result: Agreement, source: str) -> dict[str, Any]:
    """Return everything as JSON knows it."""
    options = result.options
    tree: dict[str, Any] = {
        "source": source,
        "sleepers": len(result.sleepers),
        "epochs": int(result.matrix.sum()),
        "stages": list(STAGES),
        "intervals": {
            "kind": options.intervals,
            "level": LEVEL,
            "resamples": options.resamples,
            "seed": options.seed,
        },
        "nights": [
            {
                "subject": subject,
                "reference": {
                    name: float(values[place])
                    for name, values in result.reference.items()
                },
                "device": {
                    name: float(values[place]) for name, values in result.device.items()
                },
                "scores": result.scores[place],
            }
            for place, subject in enumerate(result.subjects)
        ],
        "discrepancies": [
            _json_discrepancy(each) for table in result.discrepancies for each in table
        ],
        "error_matrix": result.matrix.tolist(),
        "error_matrix_shares": {
            name: {column: _json_average(each) for column, each in row.items()}
            for name, row in result.matrix_shares.items()
        },
        "scores_averaged": {
            name: {metric: _json_average(each) for metric, each in row.items()}
            for name, row in result.average_scores.items()
        },
        "scores_pooled": result.pooled_scores,
        "scores_pooled_sleep_wake": result.pooled_sleep_wake,
        "overall_pooled": result.overall,
        "overall_averaged": {
            name: _json_average(each) for name, each in result.average_overall.items()
        },
        "deviations_from_r": [each._asdict() for each in DEVIATIONS],
        "kept_from_r": [each._asdict() for each in KEPT],
    }
    known: dict[str, Any] = _known(tree)
    return known


def as_json(result: Agreement, source: str, path: Path) -> None:
    """Write everything as JSON."""
    path.write_text(
        json.dumps(json_tree(result, source), indent=1, allow_nan=False) + "\n",
        encoding="utf-8",
    )
