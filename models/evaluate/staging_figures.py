"""Figures of a stager over many nights, with intervals by resampling whole nights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .framework import (
    EPOCH_MINUTES,
    LEVEL,
    LIMIT,
    MEASURES,
    STAGES,
    Counts,
    Measure,
    Options,
    Sleeper,
    Stages,
    agreement,
    confusion,
    discrepancy,
    overall_scores,
    sleep_measures,
    sleep_wake,
    stage_scores,
)
from .nights import UNKNOWN, Said, Scored
from .statistics import (
    Floats,
    Interval,
    basic_interval,
    bootstrap,
    mean_interval,
    spread,
)
from .tables import json_tree

METRICS = (
    Measure("TIB", "time in bed that was scored", "min"),
    *MEASURES,
    Measure("Wake", "wake", "min"),
    Measure("Awakenings", "awakenings", ""),
    Measure("REMLatency", "REM latency", "min"),
)
"""The fourteen sleep metrics: the framework's ten and four more."""

BINS = 10
"""Of the calibration: equal parts of the confidence from 0 to 1."""

LEAST_NIGHTS = 3
"""Below these there are no intervals."""

WAKE = 0
REM = STAGES.index("REM")


# Error matrices


def f1_scores(matrix: Counts) -> list[float]:
    """Return F1 of every stage; nan for one that neither side ever says."""
    hit = np.diag(matrix).astype(float)
    both = (matrix.sum(axis=0) + matrix.sum(axis=1)).astype(float)
    scores: list[float] = np.where(
        both > 0, 2 * hit / np.maximum(both, 1), nan
    ).tolist()
    return scores


def macro_f1(matrix: Counts) -> float:
    """Return the mean of F1 over the stages that either side says."""
    known = [each for each in f1_scores(matrix) if isfinite(each)]
    return sum(known) / len(known) if known else nan


def headline(matrix: Counts) -> dict[str, float]:
    """Return the figures that get intervals; accuracies in percent."""
    two = stage_scores(sleep_wake(matrix), 1)
    return {
        **overall_scores(matrix),
        "macro_f1": macro_f1(matrix),
        "sleep_wake_accuracy": two["accuracy"],
        "sleep_wake_kappa": two["kappa"],
    }


def of_matrix(matrix: Counts, *, two_states: bool = False) -> dict[str, Any]:
    """Return all figures of an error matrix.

    Args:
        matrix: Epochs by the reference's stage (rows) and the one that was said.
        two_states: Only sleep and wake were said.
    """
    two = stage_scores(sleep_wake(matrix), 1)
    figures = headline(matrix)
    result: dict[str, Any] = {
        "epochs": int(matrix.sum()),
        "sleep_wake": {
            "accuracy": two["accuracy"],
            "kappa": two["kappa"],
            "sensitivity_sleep": two["sensitivity"],
            "specificity_wake": two["specificity"],
            "precision_sleep": two["ppv"],
            "precision_wake": two["npv"],
        },
    }
    if two_states:
        return result
    by_stage = {name: stage_scores(matrix, at) for at, name in enumerate(STAGES)}
    return {
        **result,
        "accuracy": figures["accuracy"],
        "kappa": figures["kappa"],
        "macro_f1": figures["macro_f1"],
        "stages": {
            name: {
                "sensitivity": by_stage[name]["sensitivity"],
                "precision": by_stage[name]["ppv"],
                "f1": f1,
            }
            for name, f1 in zip(STAGES, f1_scores(matrix), strict=True)
        },
        "matrix": matrix.tolist(),
    }


def intervals(
    matrices: Sequence[Counts], options: Options, *what: str
) -> dict[str, Interval]:
    """Return the intervals of the headline figures, by resampling nights."""
    if len(matrices) < LEAST_NIGHTS:
        return {}
    kinds = len(STAGES)
    columns = np.array([matrix.ravel() for matrix in matrices], np.float64).T

    def statistics(sample: Floats) -> Floats:
        sums = sample.sum(axis=-1).T.reshape(-1, kinds, kinds).astype(np.int64)
        return np.array([list(headline(each).values()) for each in sums]).T

    drawn = bootstrap(columns, statistics, options.resamples, options.rng(*what))
    whole = headline(np.sum(matrices, axis=0))
    return {
        name: basic_interval(value, draws, LEVEL).clipped(
            *((0.0, 100.0) if name.endswith("accuracy") else (-1.0, 1.0))
        )
        for (name, value), draws in zip(whole.items(), drawn, strict=True)
    }


# Calibration


def calibration(reference: Stages, said: Stages, chances: Floats) -> dict[str, Any]:
    """Say how far probabilities can be believed.

    Args:
        reference: Stages of the epochs.
        said: The stages that were chosen.
        chances: Probability of every stage, shape ``[epochs, 4]``.

    Returns:
        The expected calibration error of the chosen stage's probability, the same of the
        probability of sleep, Brier's score over all stages, and the bins.
    """
    if not reference.size:
        return {}
    confidence = chances[np.arange(said.size), said]
    rows = reliability(confidence, reference == said)
    asleep = 1.0 - chances[:, WAKE]
    truth = np.eye(len(STAGES))[reference]
    return {
        "error": calibration_error(rows),
        "sleep_error": calibration_error(reliability(asleep, reference != WAKE)),
        "brier": float(((chances - truth) ** 2).sum(axis=1).mean()),
        "bins": [
            {"confidence": mean, "right": right, "epochs": count}
            for mean, right, count in rows
        ],
    }


def reliability(
    confidence: Floats, right: NDArray[np.bool_]
) -> list[tuple[float, float, int]]:
    """Return mean confidence, share of right ones and epochs of every bin that has any."""
    bins = np.minimum((confidence * BINS).astype(np.intp), BINS - 1)
    return [
        (
            float(confidence[bins == each].mean()),
            float(right[bins == each].mean()),
            int((bins == each).sum()),
        )
        for each in np.unique(bins).tolist()
    ]


def calibration_error(rows: Sequence[tuple[float, float, int]]) -> float:
    """Return how far confidence and share differ, by epochs."""
    total = sum(count for *_, count in rows)
    return sum(abs(mean - right) * count for mean, right, count in rows) / total


# The metrics of a night


def metrics(stages: Stages) -> dict[str, float]:
    """Sum up the epochs of a night in the fourteen metrics.

    An awakening is wake between sleep; the latency of REM sleep counts from the first
    epoch of sleep, and is nan where there is none.
    """
    values = sleep_measures(stages)
    asleep = np.flatnonzero(stages != WAKE)
    rem = np.flatnonzero(stages == REM)
    inside = stages[asleep[0] : asleep[-1] + 1] if asleep.size else stages[:0]
    return {
        **values,
        "Wake": float((stages == WAKE).sum()) * EPOCH_MINUTES,
        "Awakenings": float((np.diff((inside == WAKE).astype(int)) == 1).sum()),
        "REMLatency": float(rem[0] - asleep[0]) * EPOCH_MINUTES if rem.size else nan,
    }


def compared_metrics(
    names: Sequence[str],
    device: Sequence[dict[str, float]],
    reference: Sequence[dict[str, float]],
) -> list[dict[str, Any]]:
    """Return bias and limits of agreement of the metrics over nights."""
    rows = []
    for measure in METRICS:
        each = discrepancy(
            measure,
            names,
            np.array([night[measure.name] for night in device]),
            np.array([night[measure.name] for night in reference]),
        )
        bias, sd = spread(each.differences)
        rows.append(
            {
                "metric": measure.name,
                "title": measure.title,
                "unit": measure.unit,
                "nights": each.differences.size,
                "device": each.device._asdict(),
                "reference": each.reference._asdict(),
                "bias": bias,
                "bias_interval": mean_interval(each.differences, LEVEL),
                "limits": [bias - LIMIT * sd, bias + LIMIT * sd],
                "proportional_bias": each.proportional,
                "heteroscedastic": each.heteroscedastic,
            }
        )
    return rows


# A method over the nights of a data set


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Method:
    """Somebody who stages nights."""

    name: str
    said: tuple[Said | None, ...]
    """One for each night, None where there was nothing to learn from or to see."""

    two_states: bool = False
    note: str = ""


def of_method(
    nights: Sequence[Scored],
    method: Method,
    options: Options,
    among: Callable[[Scored], NDArray[np.bool_]],
    *,
    silence_is_wake: bool = False,
) -> dict[str, Any] | None:
    """Return a method's figures over a data set.

    Args:
        nights: Of the data set.
        method: Who staged them.
        options: Of the intervals.
        among: The epochs of a night that are asked about.
        silence_is_wake: Take silence for wake instead of leaving it out.

    Returns:
        The figures, or None where the method says nothing at all.
    """
    matrices, references, words, chances = [], [], [], []
    per_night = []
    asked = 0

    def shown(name: str) -> bool:
        return not method.two_states or name.startswith("sleep_wake")

    for night, said in zip(nights, method.said, strict=True):
        if said is None:
            continue
        chosen = among(night) & night.known
        asked += int(chosen.sum())
        stages = said.stages
        if silence_is_wake:
            stages = np.where(stages == UNKNOWN, np.int8(WAKE), stages)
        both = chosen & (stages != UNKNOWN)
        if not both.any():
            continue
        matrices.append(confusion(night.reference[both], stages[both]))
        scores = headline(matrices[-1])
        per_night.append(
            {"night": night.name, "epochs": int(both.sum())}
            | {name: value for name, value in scores.items() if shown(name)}
        )
        if said.probabilities is not None:
            believed = both & np.isfinite(said.probabilities).all(axis=1)
            references.append(night.reference[believed])
            words.append(stages[believed])
            chances.append(said.probabilities[believed])
    if not matrices:
        return None
    matrix = np.sum(matrices, axis=0)
    around = intervals(matrices, options, method.name)
    return {
        **of_matrix(matrix, two_states=method.two_states),
        "nights": len(matrices),
        "coverage": 100.0 * float(matrix.sum()) / asked,
        "intervals": {name: each for name, each in around.items() if shown(name)},
        "per_night": per_night,
        "calibration": calibration(
            np.concatenate(references), np.concatenate(words), np.concatenate(chances)
        )
        if chances
        else None,
    }


def of_nights(nights: Sequence[Scored], said: Sequence[Said]) -> dict[str, Any]:
    """Return the engine's figures of every night, their metrics, and the framework's.

    Metrics are of the epochs of which both say something, but for the time in bed: it
    is all that the reference knows against all that the engine scored.
    """
    rows: list[dict[str, Any]] = []
    ours: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    sleepers: list[Sleeper] = []
    for night, words in zip(nights, said, strict=True):
        both = night.known & (words.stages != UNKNOWN)
        scored = int(night.known.sum())
        row: dict[str, Any] = {
            "night": night.name,
            "sleeper": night.sleeper,
            "source": night.source,
            "scored_epochs": scored,
            "silent_epochs": scored - int(both.sum()),
            "unknown_to_reference": int((~night.known).sum()),
        }
        if both.any():
            device, reference = words.stages[both], night.reference[both]
            ours.append(metrics(device))
            theirs.append({**metrics(reference), "TIB": scored * EPOCH_MINUTES})
            sleepers.append(Sleeper(night.name, reference, device))
            row["figures"] = of_matrix(confusion(reference, device))
            row["metrics"] = {"device": ours[-1], "reference": theirs[-1]}
        rows.append(row)
    if not sleepers:
        return {"per_night": rows, "metrics": [], "framework": None}
    tree = json_tree(agreement(sleepers), nights[0].data_set)
    for constant in ("deviations_from_r", "kept_from_r", "nights"):
        del tree[constant]
    names = [sleeper.subject for sleeper in sleepers]
    return {
        "per_night": rows,
        "metrics": compared_metrics(names, ours, theirs),
        "framework": tree,
    }
