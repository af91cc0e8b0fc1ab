"""Is somebody in the detection zone? A two-state Bayesian filter, second by second.

Somebody comes or goes by moving: without a movement a sleeper cannot have left and an
empty bed cannot have filled. That is what holds a motionless sleeper and what keeps a
curtain, which may well look like irregular breathing, from becoming a person.
"""

from dataclasses import dataclass
from math import exp, inf, isfinite, log, nan

from .respiration import AMPLITUDE_GATE, Breathing

PRESENT_ABOVE = 0.8
ABSENT_BELOW = 0.2
"""Confidence at which presence is taken up and given up (hysteresis)."""

ZONE = (0.15, 1.6)
"""Nearest and farthest distance of the zone in metres.

The far end is the reach of vital signs (1.5 m, ``radar.md`` §1.2) and a hand's breadth.
"""

TARGETS_ZONE = (0.15, 2.2)
"""The same for a module that lists bodies and no vital signs: it reaches across a bed."""

COMING = (1e-5, 0.02)
GOING = (1e-7, 0.005)
"""Chance per second of a change without and with a movement just before (assumption).

Without one it is not nought, because frames can be missing while somebody moves: from
an unbroken record of good breathing a sleeper is still found within minutes, and a bed
that stays still for two minutes is empty, while a pause of breath of one is not.
"""

MOVEMENT_MEMORY = 20.0
"""Seconds for which a movement makes coming and going possible."""

SINCE_MOVEMENT = 8.0
"""Seconds of rest needed before breathing can speak for or against somebody."""

CHANGE_WITHIN = 120.0
"""Seconds after a movement within which it explains a change of presence."""

BREATHING_PAUSE = 60.0
"""Seconds without good breathing that are still one spell of it."""

LIMIT = 16.0
"""Largest log odds; beyond it the filter would take minutes to change its mind."""

# Evidence in nats per second, positive for a person (assumptions, tuned on simulated
# rooms and on the recordings of real sleepers; neighbouring seconds see mostly the same
# signal, so each weighs little).
BREATHING_EVIDENCE = 0.30
STILL_AIR_EVIDENCE = -0.20
IRREGULAR_EVIDENCE = -0.03
MOVING_EVIDENCE = 0.05
OUT_OF_ZONE_EVIDENCE = -0.40
NO_DISTANCE_EVIDENCE = -0.12
MECHANICAL_EVIDENCE = -0.30

TARGET_EVIDENCE = 0.25
NO_TARGET_EVIDENCE = -0.20
"""While a module that tells nothing but targets lists one in the bed, and none."""

CURTAIN_QUALITY = 0.3
"""Breathing of this quality says nothing: a curtain in a draught reaches it at times."""

MECHANICAL_COHERENCE = (0.80, 0.88)
"""Average coherence between which the breather turns from a person into a machine.

Simulated fans average 0.92 to 0.97 over twenty minutes; the highest of any sleeper, in
half an hour of the most regular deep sleep, was 0.80, and 0.64 on a recorded night.
"""


CHEST_DEPTH = 0.6
"""Millimetres peak to peak; simulated fans stay below, a chest seldom does."""

CHEST_ALLOWANCE = 0.14
"""How much more coherent the breather must be to be a machine if it moves that far.

Somebody who breathes evenly on purpose varies by 5 % and reaches 0.90.
"""

ALIVE_COHERENCE = 0.65
"""Average coherence below which the breather is certainly no machine."""


@dataclass(slots=True)
class Presence:
    """The filter's state."""

    log_odds: float = -6.0
    present: bool = False
    resting: float = inf
    """Seconds since the last movement."""

    stirring: float = inf
    """Seconds since the first movement of the latest bout of movements."""

    breathing: float = 0.0
    """Seconds since the present spell of good breathing began, nought without one."""

    unheard: float = 0.0
    """Seconds since the breathing was last good."""

    alive: bool = False
    """Whoever is there has once lost the rhythm, so that no regularity speaks against
    a sleeper any more."""

    @property
    def confidence(self) -> float:
        """Return the probability that somebody is there."""
        return 1.0 / (1.0 + exp(-self.log_odds))

    @property
    def changed(self) -> float:
        """Return how many seconds ago the bed filled, or emptied.

        Presence is only certain some time after the movements that changed it: coming
        begins with the first of them, going ends with the last. Who never came has been
        there as long as the breathing.
        """
        if self.present:
            return self.stirring if self.stirring <= CHANGE_WITHIN else self.breathing
        return self.resting if self.resting <= CHANGE_WITHIN else 0.0

    @property
    def unexplained(self) -> bool:
        """Return whether nobody who could be there has been seen to come."""
        return not self.present and self.resting > MOVEMENT_MEMORY


def evidence(
    *,
    breathing: Breathing,
    moving: bool,
    resting: float,
    distance: float,
    distance_expected: bool,
    coherence: float,
    coherence_expected: bool = False,
    limits: tuple[float, float] = ZONE,
    strip: bool = False,
    holding: bool = False,
) -> float:
    """Return the log likelihood ratio of one second, somebody over nobody.

    Args:
        breathing: Of the time since the last movement.
        moving: Whether there is a movement in this second.
        resting: Seconds since the last movement.
        distance: Metres to whatever the module tracks, nan if nothing.
        distance_expected: Whether the module reports a distance when somebody is there.
        coherence: Of the breathing, averaged over the last minutes, nan if unknown.
        coherence_expected: Whether breathing counts only once its coherence is known,
            because nobody has been seen to come.
        limits: Nearest and farthest distance of the zone in metres.
        strip: Whether what is measured is before the bed, not in it.
        holding: Whether somebody has been there. Then irregular breathing at a known
            distance, as of people who watch television, says nothing against them.
    """
    low, high = MECHANICAL_COHERENCE
    if breathing.depth > CHEST_DEPTH:
        low, high = low + CHEST_ALLOWANCE, high + CHEST_ALLOWANCE
    machine = min(max((coherence - low) / (high - low), 0.0), 1.0)
    if machine > 0.0:
        return machine * MECHANICAL_EVIDENCE
    total = 0.0
    if isfinite(distance):
        if strip or not limits[0] <= distance <= limits[1]:
            # What moves or breathes out there is not in this bed.
            return OUT_OF_ZONE_EVIDENCE
    elif distance_expected:
        total += NO_DISTANCE_EVIDENCE
    if moving:
        return total + MOVING_EVIDENCE
    if resting < SINCE_MOVEMENT:
        return total
    if breathing.quality > CURTAIN_QUALITY:
        if coherence_expected and not isfinite(coherence):
            return total
        share = (breathing.quality - CURTAIN_QUALITY) / (1.0 - CURTAIN_QUALITY)
        return total + BREATHING_EVIDENCE * share
    if breathing.depth < AMPLITUDE_GATE[0]:
        return total + STILL_AIR_EVIDENCE
    if isfinite(breathing.depth):
        if holding and isfinite(distance):
            return total
        return total + IRREGULAR_EVIDENCE
    return total


def target_evidence(
    *, distance: float, moving: bool, limits: tuple[float, float], strip: bool
) -> float:
    """Return the log likelihood ratio of one second of targets, somebody over nobody.

    Args:
        distance: Metres to the nearest target in the zone, nan if none is listed.
        moving: Whether it moves.
        limits: Nearest and farthest distance of the zone in metres.
        strip: Whether it is before the bed, not in it.
    """
    if not isfinite(distance):
        return NO_TARGET_EVIDENCE
    if strip or not limits[0] <= distance <= limits[1]:
        return OUT_OF_ZONE_EVIDENCE
    return MOVING_EVIDENCE if moving else TARGET_EVIDENCE


def step(
    state: Presence,
    *,
    likelihood: float,
    moving: bool,
    covered: bool,
    coherence: float = nan,
    breathing: bool = False,
) -> Presence:
    """Advance the filter by one second.

    Args:
        state: Before this second.
        likelihood: Of ``evidence``.
        moving: Whether there is a movement in this second.
        covered: Whether the radar delivered data; without it only time passes.
        coherence: Of the breathing, averaged over the last minutes, nan if unknown.
        breathing: Whether the breathing is good.

    """
    resting = 0.0 if moving else state.resting + 1.0
    stirring = state.stirring + 1.0
    if moving and state.resting > MOVEMENT_MEMORY:
        stirring = 1.0
    recent = resting <= MOVEMENT_MEMORY
    unheard = 0.0 if breathing else state.unheard + 1.0
    spell = state.breathing + 1.0 if breathing or state.breathing > 0.0 else 0.0
    if unheard > BREATHING_PAUSE:
        spell = 0.0
    there = state.confidence
    there += (1.0 - there) * COMING[recent] - there * GOING[recent]
    log_odds = log(there / (1.0 - there)) if 0.0 < there < 1.0 else state.log_odds
    if covered:
        log_odds += likelihood
    log_odds = min(max(log_odds, -LIMIT), LIMIT)
    confidence = 1.0 / (1.0 + exp(-log_odds))
    present = confidence > (ABSENT_BELOW if state.present else PRESENT_ABOVE)
    return Presence(
        log_odds=log_odds,
        present=present,
        resting=resting,
        stirring=stirring,
        breathing=spell,
        unheard=unheard,
        alive=present and (state.alive or coherence < ALIVE_COHERENCE),
    )


def rates_breathing(rate: float, quality: float) -> Breathing:
    """Return what a module that hands over only rates lets us say about breathing.

    Args:
        rate: The module's own breaths per minute, nan while it finds none.
        quality: The module's trust in it, nan where it does not say.

    """
    if not 4.0 <= rate <= 45.0:
        return Breathing(valid=1.0)
    trusted = quality if isfinite(quality) else 0.7
    return Breathing(
        rate=rate, quality=min(max(trusted, 0.2), 1.0), depth=nan, valid=1.0
    )
