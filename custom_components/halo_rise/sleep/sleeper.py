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
from typing import Any

import numpy as np
import numpy.typing as npt

from . import zone

type FloatArray = npt.NDArray[np.float64]
type Belief = tuple[float, float, float, float]

ALONE, OTHER_ALONE, BESIDE, BEHIND = range(4)
"""P alone; O alone; both, and P is measured; both, and O, who is nearer, is measured."""

PROFILE_VERSION = 1

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

JUMP = 0.10
"""Metres by which the distance may change without a movement before another body must
have become the nearest."""

PLACE_LIMIT = 5.0
"""Largest log likelihood ratio of one stay (outliers)."""

TONIGHT = 0.5
"""Weight of tonight's own places against those of all nights."""

RECENT = 6
"""Places of tonight that are remembered."""

USUAL_PLACE = (0.75, 0.22)
"""Mean and standard deviation of the sleeper's distance before anything is known (m):
chest within 1.5 m of a nightstand (``radar.md`` §1.2), the nearer half of a bed."""

OTHER_PLACE = (1.30, 0.30)
"""The same for somebody beside (assumption: half a double bed farther)."""

BREATHING_WEIGHT = 0.15
"""Weight of an epoch's breathing: neighbouring epochs say mostly the same."""

BREATHING_LIMIT = 1.0

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

SECOND_APART = 0.15
"""Metres farther than the measured body at which a target is a second one."""

PARTNERED = 0.02
LONE = 0.0005
"""Chance that somebody else comes to bed during a big movement, in a household where
others were seen in bed before and where never."""

HOUSEHOLD_MEMORY = 0.9
"""Weight of the earlier nights in the share of nights with others."""


@dataclass(slots=True, kw_only=True)
class Profile:
    """What was learned about the bed and its people over the nights."""

    nights: int = 0
    primary: FloatArray = field(default_factory=lambda: np.zeros(zone.BINS))
    """Where the sleeper rested, shape ``[BINS]``."""

    other: FloatArray = field(default_factory=lambda: np.zeros(zone.BINS))
    """Where others rested."""

    log_rate: float = nan
    """Mean logarithm of the sleeper's breathing rate."""

    log_depth: float = nan
    other_log_rate: float = nan
    company: float = 0.1
    """Share of nights with somebody else in bed."""

    bearing: float = nan
    """Radians from the sensor's axis to the sleeper."""

    candidate: float = 0.0
    """Metres by which the last night was shifted, while that is not yet believed."""

    def dump(self) -> dict[str, Any]:
        """Return it as numbers, strings and lists."""
        return {
            "version": PROFILE_VERSION,
            "nights": self.nights,
            "primary": [round(value, 5) for value in self.primary.tolist()],
            "other": [round(value, 5) for value in self.other.tolist()],
            "breathing": [
                value if isfinite(value) else None
                for value in (self.log_rate, self.log_depth, self.other_log_rate)
            ],
            "company": self.company,
            "bearing": self.bearing if isfinite(self.bearing) else None,
            "candidate": self.candidate,
        }

    @classmethod
    def load(cls, saved: Any) -> Profile:
        """Return the profile that ``dump`` laid out.

        Raises:
            ValueError: If it is none, or one of another version.

        """
        try:
            if saved["version"] != PROFILE_VERSION:
                raise ValueError("the learned profile belongs to another version")
            primary = np.array(saved["primary"], dtype=np.float64)
            other = np.array(saved["other"], dtype=np.float64)
            log_rate, log_depth, other_log_rate = (
                nan if value is None else float(value) for value in saved["breathing"]
            )
            bearing = saved["bearing"]
            profile = cls(
                nights=int(saved["nights"]),
                primary=primary,
                other=other,
                log_rate=log_rate,
                log_depth=log_depth,
                other_log_rate=other_log_rate,
                company=float(saved["company"]),
                bearing=nan if bearing is None else float(bearing),
                candidate=float(saved["candidate"]),
            )
        except (KeyError, TypeError) as err:
            raise ValueError(f"the learned profile is incomplete: {err}") from err
        for places in (primary, other):
            if places.shape != (zone.BINS,) or not (
                np.isfinite(places).all() and (places >= 0.0).all()
            ):
                raise ValueError("the learned places are damaged")
        return profile


@dataclass(slots=True, kw_only=True)
class Model:
    """The profile made ready for use: log densities of distance, shape ``[BINS]``."""

    primary: FloatArray
    other: FloatArray
    company: float
    """Chance that somebody comes to a sleeper during a big movement."""

    accompanied: float
    """Chance that others are in bed at all."""

    log_rate: float
    log_depth: float
    other_log_rate: float


def model_of(profile: Profile) -> Model:
    """Prepare a profile."""
    own = _normal(*USUAL_PLACE)
    if profile.primary.any():
        trust = profile.nights / (profile.nights + 1.0)
        own = trust * zone.smooth(profile.primary) + (1.0 - trust) * own
    others = _normal(*OTHER_PLACE)
    if profile.other.any():
        others = 0.6 * zone.smooth(profile.other) + 0.4 * others
    flat = np.full(zone.BINS, 1.0 / (zone.BIN * zone.BINS))
    return Model(
        primary=np.log(0.9 * own + 0.1 * flat),
        other=np.log(0.7 * others + 0.3 * flat),
        company=LONE + (PARTNERED - LONE) * min(1.0, 2.0 * profile.company),
        accompanied=profile.company,
        log_rate=profile.log_rate,
        log_depth=profile.log_depth,
        other_log_rate=profile.other_log_rate,
    )


def _normal(mean: float, deviation: float) -> FloatArray:
    z = (zone.CENTRES - mean) / deviation
    density: FloatArray = np.exp(-0.5 * z * z) / (deviation * np.sqrt(2.0 * np.pi))
    return density


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
    cross = 0.01 * size
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


def place_evidence(model: Model, state: Sleeper, distance: float) -> Belief:
    """Return the log likelihood of a stay at a distance under each hypothesis."""
    index = min(max(int(distance / zone.BIN), 0), zone.BINS - 1)
    own = _near(state.own_places, distance, float(model.primary[index]))
    other = _near(state.other_places, distance, float(model.other[index]))
    # Both are there and the other one is nearest: nearer than the sleeper's own place.
    nearer = other if _nearer(model, state, distance) else other - 3.0
    best = max(own, other)
    floor = best - PLACE_LIMIT
    return max(own, floor), max(other, floor), max(own, floor), max(nearer, floor)


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


def breathing_evidence(model: Model, log_rate: float, log_depth: float) -> float:
    """Return the log likelihood ratio of an epoch's breathing, the sleeper over others.

    Args:
        model: The prepared profile.
        log_rate: Logarithm of the breaths per minute, nan if unknown.
        log_depth: Logarithm of the depth in mm, nan if unknown.

    """
    total = 0.0
    if isfinite(log_rate) and isfinite(model.log_rate):
        mean, spread = log(ANYBODY_RATE[0]), ANYBODY_RATE[1]
        if isfinite(model.other_log_rate):
            mean, spread = model.other_log_rate, 1.3 * RATE_SPREAD
        total += _log_normal(log_rate, model.log_rate, RATE_SPREAD)
        total -= _log_normal(log_rate, mean, spread)
    if isfinite(log_depth) and isfinite(model.log_depth):
        total += _log_normal(log_depth, model.log_depth, DEPTH_SPREAD)
        total -= _log_normal(log_depth, model.log_depth, ANYBODY_DEPTH_SPREAD)
    return min(max(BREATHING_WEIGHT * total, -BREATHING_LIMIT), BREATHING_LIMIT)


def _log_normal(value: float, mean: float, deviation: float) -> float:
    z = min(max((value - mean) / deviation, -3.0), 3.0)
    return -0.5 * z * z - log(deviation)


def step(
    state: Sleeper,
    model: Model,
    *,
    distance: float,
    moving: bool,
    second: bool | None,
) -> tuple[Sleeper, Belief, float]:
    """Advance by one second in which somebody is there.

    Args:
        state: Before this second.
        model: The prepared profile.
        distance: Metres to the measured body, nan if unknown.
        moving: Whether it moves.
        second: Whether a second body is listed behind it, None if the module does not
            list bodies.

    Returns:
        The state after it, the log likelihood of this second under each hypothesis, and
        the size of the movement that ended with it (0 without one).

    """
    belief = state.belief
    here, place = state.here, state.place
    bout = state.bout + 1.0 if moving else state.bout
    rest = 0.0 if moving else state.rest + 1.0
    size = away = 0.0
    if not moving and abs(distance - here) > JUMP:
        away = state.away + 1.0
    jumped = away >= SETTLING
    if (bout and rest >= SETTLING) or jumped:
        # A new stay begins. What is measured jumps without a movement only if somebody
        # else became, or ceased to be, the nearest.
        size = 1.0 if jumped or bout >= BIG_BOUT else SMALL_BOUT
        belief = _belief(np.array(belief) @ transition(model, size))
        bout, place, here, away = 0.0, [], nan, 0.0
    evidence = (0.0, 0.0, 0.0, 0.0)
    own_places, other_places = state.own_places, state.other_places
    arrived = False
    if moving or rest < SETTLING or not isfinite(distance):
        pass
    elif not isfinite(here):
        place = [*place, distance]
        if len(place) >= SPEAKS_FOR:
            here = median(place)
            place = []
            evidence = place_evidence(model, state, here)
            arrived = True
    elif abs(distance - here) <= JUMP:
        here += 0.02 * (distance - here)
    if second is not None:
        ratio = SECOND_LISTED if second else SECOND_MISSING
        alone, other, beside, behind = evidence
        evidence = (alone, other, beside + ratio, behind + ratio)
    if second is not None or arrived:
        belief = _weighed(belief, evidence)
    if arrived:
        primary = belief[ALONE] + belief[BESIDE]
        if primary > 0.7:
            own_places = [*own_places, here][-RECENT:]
        elif primary < 0.3:
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
            away=away,
        ),
        evidence,
        size,
    )


def weigh(state: Sleeper, ratio: float) -> None:
    """Take a log likelihood ratio of the measured body being the sleeper's into account."""
    state.belief = _weighed(state.belief, (ratio, 0.0, ratio, 0.0))


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
