"""Trying to sleep, or reading and television? A score and where it changes.

A small network turns each epoch's movement, breathing and place into a score, the
probability that the sleeper is trying to sleep (or sleeps). Single epochs err; when the
sleeper began to try, and stopped, is where a penalised change-point detection (optimal
partitioning, Jackson et al. 2005, the exact form of what PELT prunes) finds the level of
the score to change. Live, a change may be revised for ``COMMIT_AFTER`` epochs, then it
stands; the settled night is partitioned as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from math import exp, isfinite, log, log1p, nan
from pathlib import Path

import numpy as np
import numpy.typing as npt

from . import zone

type FloatArray = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "weights" / "intent.npz"

PENALTY = 1.0
"""Cost of a change, in squared differences of the score: two levels that differ by 0.5
must last four epochs each to be worth it."""

SHORTEST = 6
"""Epochs that a level lasts at least: three minutes."""

COMMIT_AFTER = 20
"""Epochs after which a live change is no longer revised: ten minutes."""

TRYING = 0.35
TRYING_LONG = 0.5
LONG = 60
"""Mean score of a segment from which it is trying to sleep; the same, and length in epochs,
of one that is long. Lying awake in the dark looks much like reading, whose segments have
means of 0.1 to 0.25, but few try for more than half an hour before they sleep."""

RECENT = 10
"""Epochs over which movement is remembered: five minutes."""

RATES = 6
"""Epochs whose breathing rates are compared."""

BRIEF = 3
"""Epochs of the shorter memory."""

USUAL_OFFSET = 0.05
"""Metres; the scale of a change of place, a sleeper's own spread in bed."""

USUAL_HEIGHT = 0.10
"""Metres; the scale of a change of height."""

LONGEST = 4096
"""Epochs that are partitioned, a day and a half; sessions are shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What an epoch offers for intent; nan is unknown."""

    movement: float
    """Seconds of movement, 0 to 30."""

    interval_variation: float = nan
    """Coefficient of variation of the breath intervals over the last minutes."""

    depth_variation: float = nan
    regularity: float = nan
    """Height of the autocorrelation at one breath, 0 to 1."""

    depth: float = nan
    """Millimetres."""

    rate: float = nan
    """Breaths per minute."""

    distance: float = nan
    """Metres."""

    height: float = nan
    """Metres above the sensor."""

    asleep: float = nan
    """Probability of sleep by the stages, 0 to 1."""

    until_sleep: float = nan
    """Minutes until the sleeper sleeps for a while, which only a settled night knows."""

    from_there: float = nan
    """Metres from here to where that sleep begins; also of a settled night alone."""

    known: bool = True
    """The sleeper was there and the radar delivered data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What the sleeper is like asleep; nan and empty are unknown."""

    distance: float = nan
    places: FloatArray = field(default_factory=lambda: np.empty(0))
    """Log density of sleeping at each distance over the highest, shape ``[BINS]``."""

    height: float = nan
    log_rate: float = nan
    log_depth: float = nan


def log_places(shares: FloatArray) -> FloatArray:
    """Return the log density of a histogram of distances over its highest value."""
    if not shares.any():
        return np.empty(0)
    density = zone.smooth(shares)
    return np.asarray(np.log(np.maximum(density / float(density.max()), 0.01)))


INPUTS = 28
"""Number of inputs of the network."""


def inputs(clues: Sequence[Clues], usual: Usual) -> FloatArray:
    """Return what the network sees of the last of these epochs, shape ``[INPUTS]``.

    Every clue that can be unknown is two inputs: its value, nought if unknown, and
    whether it is known.

    Args:
        clues: Of the epoch, last, and of up to ``RECENT`` before it.
        usual: What the sleeper is like asleep.

    """
    now = clues[-1]
    moved = [log1p(each.movement) for each in clues[-RECENT:] if each.known] or [0.0]
    brief = [log1p(each.movement) for each in clues[-BRIEF:] if each.known] or [0.0]
    stirred = sum(each > 0.4 for each in moved) / len(moved)
    still = 0
    for each in reversed(clues[-RECENT:]):
        if each.movement > 0.5:
            break
        still += 1
    values = [
        log1p(now.movement),
        sum(brief) / len(brief),
        sum(moved) / len(moved),
        stirred,
        still / RECENT,
    ]
    for value in (
        (_log(now.interval_variation) + 1.9) / 0.6,
        (_log(now.depth_variation) + 1.5) / 0.6,
        (now.regularity - 0.7) / 0.2,
        (_log(now.rate) - usual.log_rate) / 0.15,
        (_log(_instability(clues[-RATES:])) + 2.7) / 0.7,
        (_log(now.depth) - usual.log_depth) / 0.6,
        abs(now.distance - usual.distance) / USUAL_OFFSET,
        _place(now.distance, usual),
        (now.height - usual.height) / USUAL_HEIGHT,
        log1p(now.until_sleep) - 2.0,
        now.from_there / USUAL_OFFSET,
    ):
        known = isfinite(value)
        values += [min(max(value, -3.0), 3.0) if known else 0.0, float(known)]
    values.append(now.asleep if isfinite(now.asleep) else 0.0)
    return np.array(values)


def _log(value: float) -> float:
    return log(value) if value > 0.0 else nan


def _instability(clues: Sequence[Clues]) -> float:
    """Return the mean step between the logarithms of neighbouring rates."""
    rates = [log(each.rate) for each in clues if each.known and each.rate > 0.0]
    if len(rates) < 3:
        return nan
    steps = [abs(after - before) for before, after in pairwise(rates)]
    return max(sum(steps) / len(steps), 1e-3)


def _place(distance: float, usual: Usual) -> float:
    """Return how usual it is to sleep at this distance, nought if it is most usual."""
    if not usual.places.size or not 0.0 <= distance < zone.BIN * zone.BINS:
        return nan
    return float(usual.places[int(distance / zone.BIN)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One hidden layer."""

    hidden: FloatArray
    """Shape ``[INPUTS, units]``."""

    hidden_bias: FloatArray
    output: FloatArray
    """Shape ``[units]``."""

    direct: FloatArray
    """Shape ``[INPUTS]``, straight from inputs to output."""

    bias: float


@cache
def load_network() -> Network:
    """Load the network that ships with the integration."""
    with np.load(WEIGHTS, allow_pickle=False) as weights:
        return Network(
            hidden=weights["hidden"].astype(np.float64),
            hidden_bias=weights["hidden_bias"].astype(np.float64),
            output=weights["output"].astype(np.float64),
            direct=weights["direct"].astype(np.float64),
            bias=float(weights["bias"]),
        )


def score(values: FloatArray, network: Network) -> float:
    """Return the probability of trying to sleep, for inputs of shape ``[INPUTS]``."""
    hidden = np.tanh(values @ network.hidden + network.hidden_bias)
    total = float(hidden @ network.output + values @ network.direct) + network.bias
    return 1.0 / (1.0 + exp(-min(max(total, -30.0), 30.0)))


@dataclass(slots=True, kw_only=True)
class Partition:
    """The best partition of the scores so far, extended score by score."""

    scores: list[float] = field(default_factory=list)
    committed: list[int] = field(default_factory=list)
    """Changes that are no longer revised."""

    _sums: FloatArray = field(default_factory=lambda: np.zeros(LONGEST + 1))
    _squares: FloatArray = field(default_factory=lambda: np.zeros(LONGEST + 1))
    _best: FloatArray = field(default_factory=lambda: np.full(LONGEST + 1, np.inf))
    _last: npt.NDArray[np.intp] = field(
        default_factory=lambda: np.zeros(LONGEST + 1, dtype=np.intp)
    )

    def __post_init__(self) -> None:
        """Begin with the empty partition."""
        self._best[0] = -PENALTY

    @classmethod
    def restored(
        cls,
        scores: Sequence[float],
        committed: Sequence[int],
        best: FloatArray,
        last: npt.NDArray[np.intp],
    ) -> Partition:
        """Return the state of which ``saved`` gave the arrays.

        Raises:
            ValueError: If they do not belong together.

        """
        count = len(scores)
        if count > LONGEST or best.shape != (count + 1,) or last.shape != best.shape:
            raise ValueError("the saved partition of the night is damaged")
        state = cls(scores=list(scores), committed=list(committed))
        for at, value in enumerate(scores):
            state._sums[at + 1] = state._sums[at] + value
            state._squares[at + 1] = state._squares[at] + value * value
        state._best[: count + 1] = best
        state._last[: count + 1] = np.clip(last, 0, count)
        return state

    def saved(self) -> tuple[FloatArray, npt.NDArray[np.intp]]:
        """Return the costs and predecessors so far, each of shape ``[scores + 1]``."""
        count = len(self.scores) + 1
        return self._best[:count].copy(), self._last[:count].copy()

    def add(self, value: float, *, commit: bool = True) -> None:
        """Take the next score; later ones than ``LONGEST`` are not partitioned."""
        count = len(self.scores) + 1
        if count > LONGEST:
            return
        self.scores.append(value)
        self._sums[count] = self._sums[count - 1] + value
        self._squares[count] = self._squares[count - 1] + value * value
        first = self.committed[-1] if self.committed else 0
        starts = np.arange(first, count - SHORTEST + 1)
        if starts.size:
            length = count - starts
            total = self._sums[count] - self._sums[starts]
            cost = self._squares[count] - self._squares[starts] - total**2 / length
            candidates = self._best[starts] + cost + PENALTY
            index = int(np.argmin(candidates))
            self._best[count] = candidates[index]
            self._last[count] = starts[index]
        if commit:
            for change in self.changes():
                if first < change <= count - COMMIT_AFTER:
                    self.committed.append(change)

    def changes(self) -> list[int]:
        """Return where the level changes, in order; empty if it never does."""
        at = len(self.scores)
        found: list[int] = []
        first = self.committed[-1] if self.committed else 0
        while at > first and isfinite(self._best[at]):
            at = int(self._last[at])
            if at > first:
                found.append(at)
        return self.committed + found[::-1]


def partition(scores: Sequence[float]) -> list[int]:
    """Return where the level of a whole night's scores changes."""
    whole = Partition()
    for value in scores:
        whole.add(value, commit=False)
    return whole.changes()


def attempts(scores: Sequence[float], changes: Sequence[int]) -> list[tuple[int, int]]:
    """Return the times of trying to sleep as ``[start, stop)`` in epochs.

    Neighbouring segments of trying to sleep are one.
    """
    edges = [0, *changes, len(scores)]
    found: list[tuple[int, int]] = []
    for start, stop in pairwise(edges):
        count = stop - start
        least = TRYING if count < LONG else TRYING_LONG
        if not count or sum(scores[start:stop]) / count < least:
            continue
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], stop)
        else:
            found.append((start, stop))
    return found
