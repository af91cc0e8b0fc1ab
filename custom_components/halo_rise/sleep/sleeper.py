"""Whose breathing is it? Bayesian tracking of the primary sleeper.

A module with one value for vital signs gives those of the nearest body. So with a
sleeper P and others O the truth is one of four: P is alone, O is alone, both are there
and P is nearest, or both and O is nearest. People change places by moving: between two
movements nothing can change, and what a stay in one place says (its distance, above all)
is said once, however long it lasts. Breathing adds to it slowly, epoch by epoch, by its
rate and depth against the sleeper's own history; a module that lists several targets
adds whether a second body is there.
"""

from dataclasses import dataclass, field
from math import exp, isfinite, log, nan
from statistics import median

import numpy as np
import numpy.typing as npt

from . import zone
from .profile import Model

type FloatArray = npt.NDArray[np.float64]
type Belief = tuple[float, float, float, float]

ALONE, OTHER_ALONE, BESIDE, BEHIND = range(4)
"""P alone; O alone; both, and P is measured; both, and O, who is nearer, is measured."""

BIG_BOUT = 5.0
"""Seconds of movement from which somebody may have come, gone or changed places."""

SMALL_BOUT = 0.15
"""How much of what a big bout may change a smaller one may (assumption)."""

LEAST = 1e-9
"""Least probability of a hypothesis, so that each can come back."""

SETTLING = 3.0
"""Seconds after a movement before the distance of the new place is taken."""

SPEAKS_FOR = 8
"""Seconds of distance that together make one observation of a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a module must show another body before it is believed."""

    jump: float = SETTLING
    """Seconds of another distance without a movement."""

    speaks_for: int = SPEAKS_FOR
    """Seconds of distance that together make one observation of a place."""


MEASURED = Patience()
"""A module with vital signs measures somebody as long as there is somebody."""

LISTED = Patience(jump=45.0, speaks_for=25)
"""A module that lists bodies loses still ones for some seconds, and then the next body is
the nearest that it lists (``radar.md`` §1.2)."""

JUMP = 0.10
"""Metres by which the distance may change without a movement before another body must
have become the nearest."""

PLACE_LIMIT = 5.0
"""Largest log likelihood ratio of one stay (outliers)."""

TONIGHT = 0.5
"""Weight of tonight's own places against those of all nights."""

RECENT = 6
"""Places of tonight that are remembered."""

BREATHING_EPOCHS = 10
"""Epochs after which the breathing of a stay has said all it has to say."""

BREATHING_MEMORY_EPOCHS = 30
"""Epochs over which the breathing of a stay is averaged."""

BREATHING_LIMIT = 3.0
"""Largest log likelihood ratio of breathing (outliers)."""

RATE_SPREAD = 0.09
"""Standard deviation of the logarithm of one sleeper's rate over a night (assumption)."""

ANYBODY_RATE = (15.0, 0.20)
"""Breaths per minute of adults asleep, median and spread of the logarithm."""

DEPTH_SPREAD = 0.45
ANYBODY_DEPTH_SPREAD = 0.7
"""Spread of the logarithm of the depth: posture alters it, so it says little."""

SECOND_LISTED = 0.05
SECOND_MISSING = -0.04
"""Log likelihood ratio per second of both over one, while a second target is listed and
while it is not. Still bodies are listed most of the time (``radar.md`` §1.2), but which
second is not independent of the last."""

SHADOWED = 0.3
"""How much less it says that no second body is listed if the sleeper would be behind the
other one (assumption)."""

UNUSUAL = 2.5
"""Log likelihood ratio against places that a hypothesis makes odd (assumption)."""

SECOND_APART = 0.15
"""Metres farther than the measured body at which a target is a second one."""


@dataclass(slots=True, kw_only=True)
class Sleeper:
    """The tracker's state."""

    belief: Belief = (1.0, 0.0, 0.0, 0.0)
    bout: float = 0.0
    """Seconds of movement in the present bout."""

    rest: float = 0.0
    """Seconds since the last movement."""

    place: list[float] = field(default_factory=list)
    """Distances of the new stay, until there are enough of them."""

    here: float = nan
    """Distance of the present stay in metres."""

    own_places: list[float] = field(default_factory=list)
    other_places: list[float] = field(default_factory=list)
    """Places of tonight, latest last."""

    behind: list[float] = field(default_factory=list)
    """Distances of a second body in the present stay, until there are enough."""

    behind_said: bool = False
    """What they say has been taken into account."""

    breaths: int = 0
    """Epochs of breathing since the place changed."""

    log_rate: float = 0.0
    log_depth: float = 0.0
    """Their means."""

    breathing_said: float = 0.0
    """Log likelihood ratio that they have added."""

    last_place: float = nan
    """Distance of the stay before this one."""

    away: float = 0.0
    """Seconds for which another distance than ``here`` was measured without a movement."""

    @property
    def primary(self) -> float:
        """Return the probability that the measured body is the primary sleeper."""
        return self.belief[ALONE] + self.belief[BESIDE]

    @property
    def there(self) -> float:
        """Return the probability that the primary sleeper is in bed, if anybody is."""
        return 1.0 - self.belief[OTHER_ALONE]

    @property
    def company(self) -> float:
        """Return the probability that somebody else is in bed, if anybody is."""
        return 1.0 - self.belief[ALONE]


def arrive(model: Model, before: Sleeper) -> Sleeper:
    """Return the state when the bed has just filled; tonight's places are remembered."""
    accompanied = model.accompanied
    first = 0.45 * accompanied
    both = 0.1 * accompanied
    return Sleeper(
        belief=(1.0 - first - both, first, 0.8 * both, 0.2 * both),
        own_places=before.own_places,
        other_places=before.other_places,
    )


def transition(model: Model, size: float) -> FloatArray:
    """Return what a bout of movement may change, shape ``[4, 4]``, rows sum to 1.

    Args:
        model: The prepared profile.
        size: 1 for a bout in which somebody may come or go, less for a smaller one.

    """
    come = model.company * size
    go = 0.05 * size
    cross = 0.03 * size
    swap = 1e-4 * model.company * size
    matrix = np.array(
        [
            [0.0, swap, 0.85 * come, 0.15 * come],
            [swap, 0.0, 0.10 * size, 0.02 * size],
            [0.3 * go, go, 0.0, cross],
            [0.3 * go, 0.1 * go, 4.0 * cross, 0.0],
        ]
    )
    matrix[np.diag_indices(4)] = 1.0 - matrix.sum(axis=1)
    return matrix


def place_evidence(
    model: Model, state: Sleeper, distance: float, *, lists: bool = True
) -> Belief:
    """Return the log likelihood of a stay at a distance under each hypothesis.

    Args:
        model: The prepared profile.
        state: The tracker.
        distance: Metres.
        lists: Whether the module would list a body behind the nearest one. Without that
            it makes no difference whether the sleeper lies hidden there.

    """
    index = min(max(int(distance / zone.BIN), 0), zone.BINS - 1)
    own = _near(state.own_places, distance, float(model.primary[index]))
    other = _near(state.other_places, distance, float(model.other[index]))
    # Both are there and the other one is nearest: nearer than the sleeper's own place.
    # Alone, the other one lies there seldom.
    behind, alone = other - UNUSUAL, other
    if _nearer(model, state, distance):
        behind, alone = other, other - UNUSUAL * lists
    floor = max(own, other) - PLACE_LIMIT
    return max(own, floor), max(alone, floor), max(own, floor), max(behind, floor)


def _nearer(model: Model, state: Sleeper, distance: float) -> bool:
    usual = (
        state.own_places[-1]
        if state.own_places
        else float(zone.CENTRES[int(model.primary.argmax())])
    )
    return distance < usual + 0.03


def _near(places: list[float], distance: float, usual: float) -> float:
    """Mix the places of tonight into a log density."""
    if not places:
        return usual
    total = 0.0
    for place in places:
        z = (distance - place) / zone.SPREAD
        total += exp(-0.5 * z * z)
    tonight = total / len(places) / (zone.SPREAD * 2.5066)
    return log((1.0 - TONIGHT) * exp(usual) + TONIGHT * tonight + 1e-9)


def breathe(state: Sleeper, model: Model, log_rate: float, log_depth: float) -> float:
    """Take an epoch's breathing into account.

    What is compared is the mean since the place changed, and it speaks once: as many
    epochs as there are, they are those of one person.

    Args:
        state: The tracker, changed in place.
        model: The prepared profile.
        log_rate: Logarithm of the breaths per minute, nan if unknown.
        log_depth: Logarithm of the depth in mm, nan if unknown.

    Returns:
        The log likelihood ratio that this epoch adds, the sleeper over others.

    """
    if not isfinite(log_rate):
        return 0.0
    state.breaths += 1
    share = 1.0 / min(state.breaths, BREATHING_MEMORY_EPOCHS)
    state.log_rate += share * (log_rate - state.log_rate)
    if isfinite(log_depth):
        state.log_depth += share * (log_depth - state.log_depth)
    total = 0.0
    if isfinite(model.log_rate):
        mean, spread = log(ANYBODY_RATE[0]), ANYBODY_RATE[1]
        if isfinite(model.other_log_rate):
            mean, spread = model.other_log_rate, 1.3 * RATE_SPREAD
        total += _log_normal(state.log_rate, model.log_rate, RATE_SPREAD)
        total -= _log_normal(state.log_rate, mean, spread)
    if isfinite(log_depth) and isfinite(model.log_depth):
        total += _log_normal(state.log_depth, model.log_depth, DEPTH_SPREAD)
        total -= _log_normal(state.log_depth, model.log_depth, ANYBODY_DEPTH_SPREAD)
    said = min(1.0, state.breaths / BREATHING_EPOCHS) * min(
        max(total, -BREATHING_LIMIT), BREATHING_LIMIT
    )
    ratio = said - state.breathing_said
    state.breathing_said = said
    state.belief = _weighed(state.belief, (ratio, 0.0, ratio, 0.0))
    return ratio


def _log_normal(value: float, mean: float, deviation: float) -> float:
    z = min(max((value - mean) / deviation, -3.0), 3.0)
    return -0.5 * z * z - log(deviation)


def step(
    state: Sleeper,
    model: Model,
    *,
    distance: float,
    moving: bool,
    second: float | None,
    patience: Patience = MEASURED,
) -> tuple[Sleeper, Belief, float]:
    """Advance by one second in which somebody is there.

    Args:
        state: Before this second.
        model: The prepared profile.
        distance: Metres to the measured body, nan if unknown.
        moving: Whether it moves.
        second: Metres to a second body behind it, nan if none is listed, None if the
            module does not list bodies.
        patience: Of the module.

    Returns:
        The state after it, the log likelihood of this second under each hypothesis, and
        the size of the movement that ended with it (0 without one).

    """
    belief = state.belief
    here, place = state.here, state.place
    bout = state.bout + 1.0 if moving else state.bout
    rest = 0.0 if moving else state.rest + 1.0
    behind, behind_said = state.behind, state.behind_said
    size = away = 0.0
    if not moving and abs(distance - here) > JUMP:
        away = state.away + 1.0
    jumped = away >= patience.jump
    if (bout and rest >= SETTLING) or jumped:
        # A new stay begins. What is measured jumps without a movement only if somebody
        # else became, or ceased to be, the nearest.
        size = 1.0 if jumped or bout >= BIG_BOUT else SMALL_BOUT
        belief = _belief(np.array(belief) @ transition(model, size))
        bout, place, here, away = 0.0, [], nan, 0.0
        behind, behind_said = [], False
    evidence = (0.0, 0.0, 0.0, 0.0)
    own_places, other_places = state.own_places, state.other_places
    breaths, breathing_said = state.breaths, state.breathing_said
    last_place = state.last_place
    arrived = False
    if moving or rest < SETTLING or not isfinite(distance):
        pass
    elif not isfinite(here):
        place = [*place, distance]
        if len(place) >= patience.speaks_for:
            here = median(place)
            place = []
            evidence = place_evidence(model, state, here, lists=second is not None)
            arrived = True
    elif abs(distance - here) <= JUMP:
        here += 0.02 * (distance - here)
    if second is not None:
        listed = isfinite(second)
        by_other = SECOND_LISTED if listed else SECOND_MISSING
        # Who lies behind another body is lost more easily.
        by_own = SECOND_LISTED if listed else SHADOWED * SECOND_MISSING
        if listed and not behind_said and not moving:
            behind = [*behind, second]
            if len(behind) >= patience.speaks_for:
                own, other, _, _ = place_evidence(model, state, median(behind))
                by_own += own - max(own, other)
                by_other += other - max(own, other)
                behind, behind_said = [], True
        evidence = (
            evidence[ALONE],
            evidence[OTHER_ALONE],
            evidence[BESIDE] + by_other,
            evidence[BEHIND] + by_own,
        )
    if second is not None or arrived:
        belief = _weighed(belief, evidence)
    if arrived:
        if abs(here - last_place) > JUMP:
            breaths, breathing_said = 0, 0.0
        last_place = here
        # While it is in doubt whose place this is, it would be either's next time.
        primary = belief[ALONE] + belief[BESIDE]
        if primary > 0.2:
            own_places = [*own_places, here][-RECENT:]
        if primary < 0.8:
            other_places = [*other_places, here][-RECENT:]
    return (
        Sleeper(
            belief=belief,
            bout=bout,
            rest=rest,
            place=place,
            here=here,
            own_places=own_places,
            other_places=other_places,
            behind=behind,
            behind_said=behind_said,
            breaths=breaths,
            log_rate=state.log_rate,
            log_depth=state.log_depth,
            breathing_said=breathing_said,
            last_place=last_place,
            away=away,
        ),
        evidence,
        size,
    )


def _weighed(belief: Belief, evidence: Belief) -> Belief:
    best = max(evidence)
    alone, other, beside, behind = (
        max(share * exp(value - best), LEAST)
        for share, value in zip(belief, evidence, strict=True)
    )
    total = alone + other + beside + behind
    return alone / total, other / total, beside / total, behind / total


def _belief(values: FloatArray) -> Belief:
    alone, other, beside, behind = (values / values.sum()).tolist()
    return alone, other, beside, behind


@dataclass(slots=True, kw_only=True)
class OwnerEvidence:
    """What one epoch says about the owner, for the whole night in view."""

    evidence: Belief = (0.0, 0.0, 0.0, 0.0)
    size: float = 0.0
    """Of the biggest movement in it."""

    present: float = 0.0
    """Share of it with somebody there."""

    bearing: float = nan
    """Radians from the sensor's axis to the measured body."""

    second: float = nan
    """Metres to a second body behind it."""

    small: bool = False
    """What was measured breathes too shallowly for a person: a pet."""

    body: float = 0.0
    """Seconds in which the chest itself moved."""


def settle(evidence: list[OwnerEvidence], first: Sleeper, model: Model) -> FloatArray:
    """Return the probability of each hypothesis with the whole night in view.

    Args:
        evidence: Of every epoch.
        first: The state before the first.
        model: The prepared profile.

    Returns:
        Shape ``[epochs, 4]``.

    """
    count = len(evidence)
    forward = np.empty((count, 4))
    likelihood = np.empty((count, 4))
    steps: list[FloatArray] = []
    belief = np.array(first.belief)
    stay = np.eye(4)
    arrival = np.array(arrive(model, first).belief)
    empty = False
    for i, one in enumerate(evidence):
        matrix = transition(model, one.size) if one.size else stay
        if one.present < 0.5:
            empty = True
        elif empty:
            # The bed was empty: whoever comes now, comes anew.
            matrix = np.tile(arrival, (4, 1))
            empty = False
        logs = np.array(one.evidence)
        likelihood[i] = np.exp(logs - logs.max())
        belief = (belief @ matrix) * likelihood[i]
        belief = np.maximum(belief, 1e-12)
        belief /= belief.sum()
        forward[i] = belief
        steps.append(matrix)
    backward = np.ones(4)
    settled = np.empty((count, 4))
    for i in range(count - 1, -1, -1):
        joint = forward[i] * backward
        settled[i] = joint / joint.sum()
        backward = steps[i] @ (likelihood[i] * backward)
        backward /= backward.max()
    return settled
