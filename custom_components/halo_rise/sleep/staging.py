"""Sleep stages from breathing and movement: a semi-Markov chain seen through features.

What is known about the course of a night (how long a bout of each stage lasts, what
follows it, at which hour) comes from hypnograms of polysomnography; ``models/`` fits it
and ``weights/semi_markov.npz`` holds it. How breathing and movement look in each stage
is written here as densities, each with its source. Features that a module cannot deliver
are left out of the product, so one model serves all modules.

Live, the chain is filtered forward. When the night is over it is smoothed forward and
backward, with features that may look both ways.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from math import isfinite, log, nan
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .epoch import EPOCH_SECONDS

type FloatArray = npt.NDArray[np.float64]

MODEL_VERSION = "semi-markov-2"

WEIGHTS = Path(__file__).parent / "weights" / "semi_markov.npz"

AWAKE, LIGHT, DEEP, REM = range(4)

MOVEMENT_EDGES = (0.5, 3.5, 10.5, 18.5)
"""Seconds of movement in an epoch: none, a twitch, a turn, a long one, restless."""

MOVEMENT_PROBABILITY = np.array(
    [
        [0.45, 0.15, 0.22, 0.09, 0.09],
        [0.79, 0.08, 0.09, 0.034, 0.006],
        [0.91, 0.04, 0.035, 0.013, 0.002],
        [0.79, 0.08, 0.10, 0.025, 0.005],
    ]
)
"""Probability of each class of movement per stage, shape ``[4, 5]``.

Asleep from published rates: 11 movements an hour of 4 s and 7 of 12 s, fewer with depth,
most in light and REM sleep (Stefani 2015, Montini 2024, Ibrahim 2023: ``sleep.md`` §3c),
as a radar sees them in simulated bedrooms. Awake: assumption.
"""

# Means and standard deviations per stage (awake, light, deep, REM) of features of
# breathing. Order of variability and of rate: Kantelhardt 2003, Douglas 1982 and the
# table in ``sleep.md`` §3c; the values are those of simulated sleepers seen by a radar
# (``models/world``), a little wider, because people differ more than their models.
INTERVAL_VARIATION = (
    np.array([-1.85, -2.50, -2.87, -2.03]),
    np.array([0.45, 0.36, 0.33, 0.36]),
)
"""Logarithm of the coefficient of variation of breath intervals."""

RATE_INSTABILITY = (
    np.array([-2.10, -2.85, -3.30, -2.35]),
    np.array([0.60, 0.50, 0.50, 0.50]),
)
"""Logarithm of the spread of the breathing rate over neighbouring epochs."""

RELATIVE_RATE = (
    np.array([0.06, 0.0, -0.02, 0.04]),
    np.array([0.12, 0.06, 0.055, 0.08]),
)
"""Logarithm of the breathing rate over the sleeper's own usual rate of the night."""

RELATIVE_DEPTH = (
    np.array([0.10, 0.0, 0.0, -0.22]),
    np.array([0.50, 0.30, 0.25, 0.35]),
)
"""Logarithm of the depth of a breath over the sleeper's own usual depth."""

DEPTH_VARIATION = (
    np.array([-1.40, -2.00, -2.44, -1.38]),
    np.array([0.45, 0.38, 0.38, 0.36]),
)
"""Logarithm of the coefficient of variation of the depth of breaths."""

REGULARITY = (
    np.array([0.42, 0.75, 0.86, 0.57]),
    np.array([0.20, 0.15, 0.11, 0.15]),
)
"""Height of the autocorrelation at one breath. It is known even where breathing is so
irregular that nothing else is."""

BREATHING_WEIGHT = 0.25
"""Exponent of the breathing densities.

Their windows reach over five epochs, so that neighbouring epochs say mostly the same;
without it the chain would count one observation five times.
"""

WINDOW = 5
"""Epochs over which breathing is described: 150 s, as in Fonseca 2015."""

NORMALISE_AFTER = 40
"""Epochs after which the sleeper's own usual variation outweighs the expected one.

Differences between people are larger than those between stages (Long 2015).
"""

FLOOR = 1e-4
"""Least likelihood of an epoch under a stage, relative to the best (outliers)."""

REM_AFTER = 80
EARLY_REM = 0.05
"""Epochs of sleep before which REM sleep hardly comes, and how hardly."""

ONSET_CONFIDENCE = 0.6
"""Probability of sleep at which the hours of sleep begin to count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What one epoch offers for staging; nan is unknown."""

    movement: float
    """Seconds of movement, 0 to 30."""

    rate: float = nan
    """Breaths per minute in the epoch."""

    interval_variation: float = nan
    """Of the last ``WINDOW`` epochs."""

    depth: float = nan
    """Millimetres, of the last ``WINDOW`` epochs."""

    depth_variation: float = nan
    regularity: float = nan
    """Height of the autocorrelation at one breath, 0 to 1, in the last epochs."""

    out_of_bed: bool = False
    known: bool = True
    """Whether the radar delivered data for at least half of the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The semi-Markov chain; parts of the night count from sleep onset."""

    initial: FloatArray
    """Shape ``[4]``."""

    transition: FloatArray
    """Shape ``[parts, 4, 4]``, zero diagonal."""

    hazard: FloatArray
    """Chance that a bout ends at each age, shape ``[parts, 4, ages]``."""

    edges: FloatArray
    """Inner edges of the parts in hours since onset, shape ``[parts - 1]``."""


@cache
def load_chain() -> Chain:
    """Load the chain that ships with the integration."""
    with np.load(WEIGHTS, allow_pickle=False) as weights:
        return Chain(
            initial=weights["initial"].astype(np.float64),
            transition=weights["transition"].astype(np.float64),
            hazard=weights["hazard"].astype(np.float64),
            edges=weights["night_part_edges_hours"][1:-1].astype(np.float64),
        )


def night_part(chain: Chain, epochs_since_onset: float) -> int:
    """Return the part of the night, 0 before sleep onset (nan)."""
    if not isfinite(epochs_since_onset):
        return 0
    hours = epochs_since_onset * EPOCH_SECONDS / 3600.0
    return int(np.searchsorted(chain.edges, hours, side="right"))


def emission(
    features: Features, history: list[Features], usual: dict[str, float]
) -> FloatArray:
    """Return the likelihood of an epoch under each stage, shape ``[4]``, maximum 1.

    Args:
        features: Of the epoch.
        history: The epochs around it whose rates belong to the same window.
        usual: The sleeper's own usual values, see ``usual_values``.

    """
    if not features.known:
        return np.ones(4)
    if features.out_of_bed:
        return np.array([1.0, FLOOR, FLOOR, FLOOR])
    level = int(np.searchsorted(MOVEMENT_EDGES, features.movement))
    score = np.log(MOVEMENT_PROBABILITY[:, level])
    breathing = np.zeros(4)
    breathing += _density(
        _log(features.interval_variation) - usual["interval_variation"],
        INTERVAL_VARIATION,
    )
    breathing += _density(
        _log(features.depth_variation) - usual["depth_variation"], DEPTH_VARIATION
    )
    breathing += _density(_log(features.rate) - usual["rate"], RELATIVE_RATE)
    breathing += _density(_log(features.depth) - usual["depth"], RELATIVE_DEPTH)
    breathing += _density(
        _log(_rate_instability(history)) - usual["instability"], RATE_INSTABILITY
    )
    breathing += _density(features.regularity, REGULARITY)
    score += BREATHING_WEIGHT * breathing
    score -= score.max()
    likelihood: FloatArray = np.maximum(np.exp(score), FLOOR)
    return likelihood


def usual_values(history: list[Features]) -> dict[str, float]:
    """Return how this sleeper differs from the expected one, as offsets of logarithms.

    Rate and depth have no expected value: they are the medians themselves. Variations
    move from the expected value to the sleeper's own as the night goes on.
    """
    calm = [f for f in history if f.known and not f.out_of_bed and f.movement < 3.5]
    if len(calm) < 10:
        return {
            "rate": nan,
            "depth": nan,
            "interval_variation": 0.0,
            "depth_variation": 0.0,
            "instability": 0.0,
        }
    trust = len(calm) / (len(calm) + NORMALISE_AFTER)
    table = np.array(
        [(f.rate, f.interval_variation, f.depth, f.depth_variation) for f in calm]
    )
    logs = np.log(np.where(table > 0.0, table, nan))
    medians = [
        float(np.median(column[np.isfinite(column)]))
        if np.isfinite(column).any()
        else nan
        for column in logs.T
    ]

    def offset(median: float, density: tuple[FloatArray, FloatArray]) -> float:
        # The median of a night is that of light sleep, its commonest stage.
        return trust * (median - density[0][LIGHT]) if isfinite(median) else 0.0

    rates = logs[:, 0]
    steps = np.abs(np.diff(rates[np.isfinite(rates)]))
    instability = log(max(float(np.median(steps)), 1e-3)) if steps.size > 5 else nan
    return {
        "rate": medians[0],
        "depth": medians[2],
        "interval_variation": offset(medians[1], INTERVAL_VARIATION),
        "depth_variation": offset(medians[3], DEPTH_VARIATION),
        "instability": offset(instability, RATE_INSTABILITY),
    }


def _rate_instability(history: list[Features]) -> float:
    """Return the median step between neighbouring log rates, nan below three."""
    rates = [f.rate for f in history if f.known and f.rate > 0.0]
    if len(rates) < 3:
        return nan
    steps = np.abs(np.diff(np.log(rates)))
    return max(float(np.mean(steps)), 1e-3)


def _density(value: float, density: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Return the log density under each stage, nought for an unknown value."""
    if not isfinite(value):
        return np.zeros(4)
    mean, deviation = density
    z = np.clip((value - mean) / deviation, -3.5, 3.5)
    return np.asarray(-0.5 * z * z - np.log(deviation))


def _log(value: float) -> float:
    return log(value) if value > 0.0 else nan


@dataclass(slots=True)
class StageFilter:
    """The live belief over stage and age of the bout."""

    belief: FloatArray | None = None
    """Shape ``[4, ages]``, None before the first epoch."""

    since_onset: float = nan
    """Epochs since the person fell asleep."""


def advance(
    state: StageFilter, likelihood: FloatArray, chain: Chain
) -> tuple[StageFilter, FloatArray]:
    """Take one epoch into account.

    Args:
        state: Before the epoch.
        likelihood: Of ``emission``.
        chain: The semi-Markov chain.

    Returns:
        The state after it and the probability of each stage, shape ``[4]``.

    """
    ages = chain.hazard.shape[2]
    if state.belief is None:
        belief = np.zeros((4, ages))
        belief[:, 0] = chain.initial
    else:
        belief = _predict(state.belief, chain, night_part(chain, state.since_onset))
    belief *= likelihood[:, None]
    belief /= belief.sum()
    probabilities = belief.sum(axis=1)
    since_onset = state.since_onset + 1.0
    if (
        not isfinite(state.since_onset)
        and 1.0 - probabilities[AWAKE] > ONSET_CONFIDENCE
    ):
        since_onset = 0.0
    return StageFilter(belief=belief, since_onset=since_onset), probabilities


def _predict(belief: FloatArray, chain: Chain, part: int) -> FloatArray:
    ending = belief * chain.hazard[part]
    staying = belief - ending
    following = np.empty_like(belief)
    following[:, 1:] = staying[:, :-1]
    following[:, -1] += staying[:, -1]
    following[:, 0] = ending.sum(axis=1) @ chain.transition[part]
    return following


def early(since_onset: float) -> FloatArray:
    """Return how likely each stage is by the time since sleep onset alone, shape ``[4]``.

    The chain knows parts of the night, but within the first of them not that REM sleep
    takes more than an hour to come (``sleep.md`` §3b: median 109 min): what looks like
    it before is somebody who watches television.

    Args:
        since_onset: Epochs since the person fell asleep, nan before.

    """
    if since_onset >= REM_AFTER:
        return np.ones(4)
    return np.array([1.0, 1.0, 1.0, EARLY_REM])


@dataclass(slots=True)
class LiveStaging:
    """Live staging of one session: the filter and the features it has seen."""

    filter: StageFilter = field(default_factory=StageFilter)
    history: list[Features] = field(default_factory=list)
    usual: dict[str, float] = field(default_factory=lambda: usual_values([]))

    def add(self, features: Features, chain: Chain) -> FloatArray:
        """Score one epoch and return the probability of each stage, shape ``[4]``."""
        self.history.append(features)
        if len(self.history) % USUAL_EVERY == 0:
            self.usual = usual_values(self.history)
        likelihood = emission(features, self.history[-WINDOW:], self.usual)
        likelihood *= early(self.filter.since_onset)
        self.filter, probabilities = advance(self.filter, likelihood, chain)
        return probabilities


RELAX_EVERY = 10
"""Epochs between two pauses while a night is settled, about a millisecond."""

USUAL_EVERY = 10
"""Epochs between two computations of the sleeper's usual values."""


def settle(
    history: list[Features],
    chain: Chain,
    relax: Callable[[], None] | None = None,
    sleep: FloatArray | None = None,
) -> FloatArray:
    """Score a whole night with all of it in view.

    Args:
        history: Features of every epoch.
        chain: The semi-Markov chain.
        relax: Called now and then, so that a thread can let go of the interpreter.
        sleep: Likelihood of sleep by other evidence, over that of being awake, shape
            ``[epochs]``.

    Returns:
        Probability of each stage in each epoch, shape ``[epochs, 4]``.

    """
    count = len(history)
    if not count:
        return np.empty((0, 4))
    usual = usual_values(history)
    half = WINDOW // 2
    likelihoods = np.empty((count, 4))
    for i in range(count):
        around = history[max(0, i - half) : i + half + 1]
        likelihoods[i] = emission(_centred(history, i, half), around, usual)
        if sleep is not None:
            likelihoods[i, LIGHT:] *= sleep[i]
        if relax and not i % RELAX_EVERY:
            relax()
    forward = np.empty((count, 4, chain.hazard.shape[2]))
    parts = np.empty(count, dtype=np.intp)
    state = StageFilter()
    for i in range(count):
        likelihoods[i] *= early(state.since_onset)
        # The part that leads from this epoch into the next.
        state, _ = advance(state, likelihoods[i], chain)
        if state.belief is not None:
            forward[i] = state.belief
        parts[i] = night_part(chain, state.since_onset)
        if relax and not i % RELAX_EVERY:
            relax()
    probabilities = np.empty((count, 4))
    probabilities[-1] = forward[-1].sum(axis=1)
    backward = np.ones(forward.shape[1:])
    for i in range(count - 2, -1, -1):
        weighted = backward * likelihoods[i + 1][:, None]
        hazard = chain.hazard[parts[i]]
        entering = chain.transition[parts[i]] @ weighted[:, 0]
        staying = np.concatenate((weighted[:, 1:], weighted[:, -1:]), axis=1)
        backward = (1.0 - hazard) * staying + hazard * entering[:, None]
        backward /= backward.max()
        joint = (forward[i] * backward).sum(axis=1)
        probabilities[i] = joint / joint.sum()
        if relax and not i % RELAX_EVERY:
            relax()
    return probabilities


def _centred(history: list[Features], index: int, half: int) -> Features:
    """Return an epoch with the breathing of the window around it, not before it."""
    own = history[index]
    later = history[min(index + half, len(history) - 1)]
    if not later.known or later.out_of_bed:
        return own
    return Features(
        movement=own.movement,
        rate=own.rate,
        interval_variation=later.interval_variation,
        depth=later.depth,
        depth_variation=later.depth_variation,
        regularity=later.regularity,
        out_of_bed=own.out_of_bed,
        known=own.known,
    )
