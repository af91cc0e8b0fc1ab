"""What a stager must beat: floors that see no sleeper, and simple known methods.

All are fitted on the folds that are not being tried. A random forest is not among them:
no library of the workshop has one.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from .framework import STAGES, Counts, confusion, sleep_wake, stage_scores
from .nights import UNKNOWN, Said, Scored
from .statistics import Floats

type Rule = Callable[[Floats], NDArray[np.bool_]]
"""Says which minutes are sleep by their counts."""

WAKE, LIGHT = 0, 1

BIN_EPOCHS = 60
"""Half an hour of the time-of-night prior."""

PRIOR_WEIGHT = 20.0
"""Epochs by which every half hour leans on the whole night. Assumption."""

PENALTY = 1.0
"""Of the logistic regression's squared weights, as libraries have it by default."""

COLE_KRIPKE = np.array([106.0, 54.0, 58.0, 76.0, 230.0, 74.0, 67.0]) / 1000.0
"""Weights of four minutes before, the minute itself and two after; awake from 1 on.

Cole RJ et al.: Automatic sleep/wake identification from wrist activity, Sleep 15, 1992.
"""

SADEH = (7.601, 0.065, 1.08, 0.056, 0.703)
"""Sadeh A et al.: Activity-based sleep-wake identification, Sleep 17, 1994."""

SADEH_MINUTES = (5, 6)
"""Minutes on each side of the mean, and up to now of the standard deviation."""

SADEH_ACTIVE = (50.0, 100.0)
"""Counts of a minute that NAT counts."""

SCALES = np.geomspace(1e-2, 1e4, 61)
"""By which counts are multiplied: every recorder has a unit of its own."""


def always_light(_train: Sequence[Scored], night: Scored) -> Said:
    """Say light sleep, the commonest stage, of every epoch."""
    return Said(stages=np.full(night.reference.size, LIGHT, np.int8))


def _hours_bin(night: Scored) -> NDArray[np.intp]:
    first = int(np.flatnonzero(night.known)[0])
    after = np.maximum(np.arange(night.reference.size) - first, 0)
    return np.asarray(after // BIN_EPOCHS)


def time_of_night(train: Sequence[Scored], night: Scored) -> Said:
    """Say how often the others were in each stage at this time of their night."""
    ours = _hours_bin(night)
    bins = [_hours_bin(each) for each in train]
    counts = np.zeros((max(int(b.max()) for b in (*bins, ours)) + 1, len(STAGES)))
    for each, places in zip(train, bins, strict=True):
        known = each.known
        np.add.at(counts, (places[known], each.reference[known]), 1.0)
    whole = (counts.sum(axis=0) + 1.0) / (counts.sum() + len(STAGES))
    counts += PRIOR_WEIGHT * whole
    probabilities = (counts / counts.sum(axis=1, keepdims=True))[ours]
    return Said(
        stages=probabilities.argmax(axis=1).astype(np.int8),
        probabilities=probabilities,
    )


def logistic(train: Sequence[Scored], test: Sequence[Scored]) -> list[Said]:
    """Regress the stages on the features of the epochs."""
    table = np.concatenate([each.features[each.known] for each in train])
    stages = np.concatenate([each.reference[each.known] for each in train])
    known = np.isfinite(table)
    number = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, table, 0.0).sum(axis=0) / number
    off = np.where(known, table - mean, 0.0)
    spread = np.sqrt((off**2).sum(axis=0) / number)
    spread[spread < 1e-9] = 1.0
    weights = fit_logistic(_with_one(off / spread), stages)
    said = []
    for night in test:
        # What is unknown is as usual.
        ours = np.where(np.isfinite(night.features), night.features - mean, 0.0)
        chances: Floats = special.softmax(_with_one(ours / spread) @ weights, axis=1)
        said.append(
            Said(stages=chances.argmax(axis=1).astype(np.int8), probabilities=chances)
        )
    return said


def _with_one(table: Floats) -> Floats:
    return np.asarray(np.column_stack([table, np.ones(table.shape[0])]))


def fit_logistic(table: Floats, stages: NDArray[np.int8]) -> Floats:
    """Fit a multinomial logistic regression; return weights ``[columns, stages]``.

    Args:
        table: One row for each epoch; the last column is of ones and goes unpunished.
        stages: Of the epochs.
    """
    shape = (table.shape[1], len(STAGES))
    truth = np.eye(len(STAGES))[stages]
    penalty = np.full(shape, PENALTY)
    penalty[-1] = 0.0

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(shape)
        logs = special.log_softmax(table @ weights, axis=1)
        value = -float((truth * logs).sum()) + 0.5 * float((penalty * weights**2).sum())
        gradient = table.T @ (np.exp(logs) - truth) + penalty * weights
        return value, gradient.ravel()

    found = optimize.minimize(
        loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B"
    )
    return np.asarray(found.x, np.float64).reshape(shape)


# Sleep and wake from movement, by minutes


def minutes(movement: Floats) -> Floats:
    """Return the sum of the movement in every minute; what is unknown is stillness."""
    still = np.nan_to_num(movement)
    whole = np.append(still, np.zeros(still.size % 2))
    return np.asarray(whole.reshape(-1, 2).sum(axis=1))


def cole_kripke(counts: Floats) -> NDArray[np.bool_]:
    """Return which minutes are sleep."""
    padded = np.pad(counts, (4, 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, COLE_KRIPKE.size)
    asleep: NDArray[np.bool_] = windows @ COLE_KRIPKE < 1.0
    return asleep


def sadeh(counts: Floats) -> NDArray[np.bool_]:
    """Return which minutes are sleep."""
    side, back = SADEH_MINUTES
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(counts, side), 2 * side + 1
    )
    low, high = SADEH_ACTIVE
    active = ((windows >= low) & (windows < high)).sum(axis=1)
    lately = np.lib.stride_tricks.sliding_window_view(
        np.pad(counts, (back - 1, 0)), back
    ).std(axis=1, ddof=1)
    base, mean, nat, sd, log = SADEH
    score = (
        base
        - mean * windows.mean(axis=1)
        - nat * active
        - sd * lately
        - log * np.log1p(counts)
    )
    asleep: NDArray[np.bool_] = score > 0.0
    return asleep


def by_movement(rule: Rule, night: Scored, scale: float) -> Said:
    """Say sleep (as light sleep) or wake of every epoch whose movement is known."""
    asleep = np.repeat(rule(scale * minutes(night.movement)), 2)
    stages = np.where(asleep[: night.movement.size], LIGHT, WAKE)
    stages[~np.isfinite(night.movement)] = UNKNOWN
    return Said(stages=stages.astype(np.int8))


def by_scale(rule: Rule, night: Scored) -> Counts:
    """Return a night's error matrix under every one of `SCALES`, ``[scales, 4, 4]``."""
    matrices = []
    for scale in SCALES.tolist():
        said = by_movement(rule, night, scale).stages
        both = night.known & (said != UNKNOWN)
        matrices.append(confusion(night.reference[both], said[both]))
    return np.array(matrices)


def fit_scale(train: Sequence[Counts]) -> float | None:
    """Return the scale of counts at which a rule agrees best with the references.

    Args:
        train: What `by_scale` returned for each night to learn from.

    Returns:
        The scale, or None where none agrees better than chance, as without movement.
    """
    kappas = np.array(
        [
            stage_scores(sleep_wake(matrix), 1)["kappa"]
            for matrix in np.sum(train, axis=0)
        ]
    )
    if not (kappas > 0.0).any():
        return None
    return float(SCALES[np.nanargmax(kappas)])
