"""A night is over: whose it was, its stages and intent, with all of it in view."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite, log, nan

import numpy as np
import numpy.typing as npt

from . import intent, session, sleeper, staging, zone
from .epoch import EPOCH_SECONDS, STAGES, Epoch, Night, Owner, Stage
from .intent import Clues, Usual
from .metrics import summarise
from .profile import HOUSEHOLD_MEMORY, Model, Profile
from .sleeper import OwnerEvidence, Sleeper
from .staging import MODEL_VERSION, Chain, Features

type FloatArray = npt.NDArray[np.float64]

LEARN_FROM = 60
"""Epochs of the sleeper's own rest from which a night teaches: half an hour."""

BREATHING_MEMORY = 0.8
"""Weight of the earlier nights in the usual breathing."""

STIRRING = 2.0
FLICKERING = 10
EPOCHS_PER_STIRRING = 180
"""Seconds of movement that make an epoch one in which something stirs; how many times
more often a target must flicker than a chest moves; and the epochs, an hour and a half, in
which a chest moves once at least. People move 11 times an hour (``sleep.md`` §3c) and the
stillest now and then, where a fan and a curtain never do."""

LASTING = 10
"""Epochs of which more than half must be asleep for sleep to have come."""

AWAKE_UNLESS_TRYING = 0.15
"""Likelihood of sleep in what is reading or television by its intent (assumption)."""

SHORTEST_ATTEMPT = 40
"""Epochs; trying to sleep for less than twenty minutes without sleeping is none: people
who come to bed and settle to read are restless for as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """An epoch and what it was scored from."""

    epoch: Epoch
    features: Features
    clues: Clues
    owner: OwnerEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a night."""

    night: Night | None
    """None if the sleeper was hardly there."""

    profile: Profile
    moved: bool = False
    """The sensor stands elsewhere than before."""


def usual_of(profile: Profile) -> Usual:
    """Return what the sleeper is like asleep by the nights before."""
    return Usual(
        distance=zone.quantile(profile.primary, 0.5),
        places=intent.log_places(profile.primary),
        height=profile.height,
        log_rate=profile.log_rate,
        log_depth=profile.log_depth,
    )


def settle(
    scored: Sequence[Scored],
    *,
    first: Sleeper,
    model: Model,
    profile: Profile,
    chain: Chain,
    network: intent.Network,
    module: str,
    several: bool,
    relax: Callable[[], None],
) -> Settled:
    """Settle a night and learn from it.

    Args:
        scored: Every epoch from coming to bed to getting up.
        first: The tracker's state before the first.
        model: The profile made ready for use.
        profile: What is known of the bed and its people.
        chain: Of the stages.
        network: Of the intent.
        module: Model identifier of the radar module.
        several: Whether the module tells several bodies apart, so that the sleeper is
            followed even while somebody else is nearer.
        relax: Called now and then.

    """
    owners = _owners(scored, first, model, several)
    own = [i for i, owner in enumerate(owners) if owner is Owner.PRIMARY]
    if len(own) * EPOCH_SECONDS < session.SHORTEST:
        return Settled(night=None, profile=profile)
    scored = scored[own[0] : own[-1] + 1]
    owners = owners[own[0] : own[-1] + 1]
    features = [
        one.features
        if owner is not Owner.OTHER
        else replace(one.features, known=False, out_of_bed=False)
        for one, owner in zip(scored, owners, strict=True)
    ]
    epochs = [
        replace(one.epoch, owner=owner) if one.epoch.owner is not owner else one.epoch
        for one, owner in zip(scored, owners, strict=True)
    ]
    said = [
        owner is Owner.PRIMARY and one.known and not one.out_of_bed
        for one, owner in zip(features, owners, strict=True)
    ]
    # Who sleeps is trying to, and who is not trying seldom sleeps: each is judged by the
    # other once.
    attempts: list[tuple[int, int]] = [(0, len(scored))]
    for _ in range(2):
        probabilities = staging.settle(
            features, chain, relax, _least_awake(attempts, len(scored))
        )
        stages = tuple(
            STAGES[int(row.argmax())] if known else None
            for row, known in zip(probabilities, said, strict=True)
        )
        asleep = [stage not in {None, Stage.AWAKE} for stage in stages]
        clues, usual = settled_clues(scored, owners, asleep, probabilities)
        attempts = _attempts(clues, usual, asleep, network, relax)
    if (
        sum(asleep) * EPOCH_SECONDS < session.SHORTEST_SLEEP
        and len(own) * EPOCH_SECONDS < session.SHORTEST_AWAKE
    ):
        return Settled(night=None, profile=profile)
    if _is_machine(scored, len(own)):
        return Settled(night=None, profile=profile)
    start = epochs[0].start
    times = tuple(
        (start + EPOCH_SECONDS * begin, start + EPOCH_SECONDS * stop)
        for begin, stop in attempts
    )
    night = night_of(
        epochs,
        stages,
        tuple(
            _four(row) if known else None
            for row, known in zip(probabilities, said, strict=True)
        ),
        attempts=times,
        module=module,
    )
    profile, moved = _learn(profile, scored, owners, asleep)
    return Settled(night=night, profile=profile, moved=moved)


def _is_machine(scored: Sequence[Scored], count: int) -> bool:
    """Tell a night of a fan or a curtain: it moves all the time, but never as a body does.

    Of a recording without any movement nothing can be said.
    """
    stirred = sum(one.owner.body >= STIRRING for one in scored)
    flickered = sum(one.features.movement >= STIRRING for one in scored)
    return stirred < count // EPOCHS_PER_STIRRING and flickered > FLICKERING * (
        stirred + 1
    )


def _least_awake(attempts: Sequence[tuple[int, int]], count: int) -> FloatArray:
    """Return how likely sleep is in each epoch by its intent alone, shape ``[count]``."""
    likely = np.full(count, AWAKE_UNLESS_TRYING)
    for begin, stop in attempts:
        likely[begin:stop] = 1.0
    return likely


def night_of(
    epochs: Sequence[Epoch],
    stages: tuple[Stage | None, ...] | None,
    probabilities: tuple[tuple[float, float, float, float] | None, ...] | None,
    *,
    attempts: tuple[tuple[float, float], ...],
    module: str,
) -> Night:
    """Put a night together; it begins and ends with whole epochs."""
    start, end = epochs[0].start, epochs[-1].start + EPOCH_SECONDS
    return Night(
        start=start,
        end=end,
        epochs=tuple(epochs),
        settled_stages=stages,
        settled_probabilities=probabilities,
        summary=summarise(
            epochs,
            stages if stages is not None else [epoch.stage for epoch in epochs],
            start=start,
            end=end,
            attempts=attempts,
        ),
        model_version=MODEL_VERSION,
        module=module,
        attempts=attempts,
    )


def _owners(
    scored: Sequence[Scored], first: Sleeper, model: Model, several: bool
) -> list[Owner]:
    """Return whose each epoch is, with the whole night in view."""
    beliefs = sleeper.settle([one.owner for one in scored], first, model)
    if several:
        own = 1.0 - beliefs[:, sleeper.OTHER_ALONE]
    else:
        own = beliefs[:, sleeper.ALONE] + beliefs[:, sleeper.BESIDE]
    owners = []
    for one, share in zip(scored, own.tolist(), strict=True):
        owner = one.epoch.owner
        if owner is not Owner.NOBODY and not one.owner.small:
            owner = Owner.PRIMARY if share >= 0.5 else Owner.OTHER
        owners.append(owner)
    return owners


def settled_clues(
    scored: Sequence[Scored],
    owners: Sequence[Owner],
    asleep: Sequence[bool],
    probabilities: FloatArray,
) -> tuple[list[Clues], Usual]:
    """Return the clues to intent and the sleeper's rest by what the night became."""
    rest = [one.clues for one, sleeps in zip(scored, asleep, strict=True) if sleeps]
    distances = [clues.distance for clues in rest]
    usual = Usual(
        distance=_median(distances),
        places=intent.log_places(zone.histogram(distances)),
        height=_median([clues.height for clues in rest]),
        log_rate=_log(_median([clues.rate for clues in rest])),
        log_depth=_log(_median([clues.depth for clues in rest])),
    )
    return [
        replace(
            one.clues,
            asleep=1.0 - float(row[staging.AWAKE]),
            until_sleep=minutes,
            from_there=abs(one.clues.distance - there),
            known=one.clues.known and owner is Owner.PRIMARY,
        )
        for one, owner, row, (minutes, there) in zip(
            scored,
            owners,
            probabilities,
            _next_sleep(asleep, [one.clues.distance for one in scored]),
            strict=True,
        )
    ], usual


def _next_sleep(
    asleep: Sequence[bool], distances: Sequence[float]
) -> list[tuple[float, float]]:
    """Return minutes to, and distance at, the beginning of the next lasting sleep."""
    slept = np.concatenate(([0], np.cumsum(asleep)))
    found = [(nan, nan)] * len(asleep)
    minutes = there = nan
    for i in range(len(asleep) - 1, -1, -1):
        minutes += EPOCH_SECONDS / 60.0
        stop = min(i + LASTING, len(asleep))
        if asleep[i] and slept[stop] - slept[i] > LASTING / 2:
            minutes, there = 0.0, distances[i]
        found[i] = minutes, there
    return found


def _attempts(
    clues: Sequence[Clues],
    usual: Usual,
    asleep: Sequence[bool],
    network: intent.Network,
    relax: Callable[[], None],
) -> list[tuple[int, int]]:
    """Return the times of trying to sleep in epochs."""
    scores: list[float] = []
    for i, one in enumerate(clues):
        if one.known or not scores:
            around = clues[max(0, i - intent.RECENT + 1) : i + 1]
            scores.append(intent.score(intent.inputs(around, usual), network))
        else:
            # Out of bed, or hidden: what was wanted before still stands.
            scores.append(scores[-1])
        if not i % staging.RELAX_EVERY:
            relax()
    found = intent.attempts(scores, intent.partition(scores))
    return [
        (begin, stop)
        for begin, stop in found
        if stop - begin >= SHORTEST_ATTEMPT or any(asleep[begin:stop])
    ]


def _learn(
    profile: Profile,
    scored: Sequence[Scored],
    owners: Sequence[Owner],
    asleep: Sequence[bool],
) -> tuple[Profile, bool]:
    """Return the profile with this night in it, and whether the sensor was moved."""
    own = [
        one
        for one, owner, sleeps in zip(scored, owners, asleep, strict=True)
        if owner is Owner.PRIMARY and sleeps and isfinite(one.clues.distance)
    ]
    if len(own) < LEARN_FROM:
        return profile, False
    places = zone.histogram([one.clues.distance for one in own])
    others = zone.histogram(
        [
            one.clues.distance
            for one, owner in zip(scored, owners, strict=True)
            if owner is Owner.OTHER and not one.owner.small
        ]
        + [one.owner.second for one in own if isfinite(one.owner.second)]
    )
    shared = sum(
        isfinite(one.owner.second) or owner is Owner.OTHER
        for one, owner in zip(scored, owners, strict=True)
    )
    company = float(shared > 0.1 * len(scored))
    bearing = _median([one.owner.bearing for one in own])
    by = zone.has_moved(profile.primary, places)
    turned = (
        isfinite(profile.bearing)
        and isfinite(bearing)
        and abs(bearing - profile.bearing) > zone.TURNED_BY
    )
    candidate, candidate_bearing = 0.0, nan
    if turned and not abs(bearing - profile.candidate_bearing) < zone.TURNED_BY / 2.0:
        # Where several bodies are listed, one night's bearing may be another body's.
        turned, candidate_bearing = False, bearing
    if by and not turned and profile.company > 0.3:
        # The sleeper may lie on the other side of the bed for once. Two nights running
        # are the sensor's doing.
        if abs(by - profile.candidate) > zone.MOVED_BY:
            candidate, by = by, 0.0
    moved = bool(by) or turned
    memory = BREATHING_MEMORY if profile.nights else 0.0
    rates = [one.clues.rate for one in own]
    depths = [one.clues.depth for one in own]
    strange = [
        one.clues.rate
        for one, owner in zip(scored, owners, strict=True)
        if owner is Owner.OTHER
    ]
    if moved:
        primary, other = places, zone.shift(profile.other, by)
    elif candidate:
        primary, other = profile.primary, profile.other
    else:
        primary = zone.learn(profile.primary, places)
        other = zone.learn(profile.other, others)
    return (
        Profile(
            nights=1 if moved else profile.nights + (not candidate),
            primary=primary,
            other=other,
            log_rate=_blend(profile.log_rate, _log(_median(rates)), memory),
            log_depth=_blend(profile.log_depth, _log(_median(depths)), memory),
            other_log_rate=_blend(
                profile.other_log_rate, _log(_median(strange)), BREATHING_MEMORY
            ),
            company=_blend(profile.company, company, HOUSEHOLD_MEMORY)
            if profile.nights > 2
            else (profile.company * profile.nights + company) / (profile.nights + 1),
            height=_blend(
                profile.height, _median([one.clues.height for one in own]), memory
            ),
            bearing=bearing
            if moved
            else profile.bearing
            if isfinite(candidate_bearing)
            else _blend(profile.bearing, bearing, BREATHING_MEMORY),
            candidate=candidate,
            candidate_bearing=candidate_bearing,
        ),
        moved,
    )


def _blend(before: float, now: float, memory: float) -> float:
    if not isfinite(now):
        return before
    return memory * before + (1.0 - memory) * now if isfinite(before) else now


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if isfinite(value)]
    return float(np.median(known)) if known else nan


def _log(value: float) -> float:
    return log(value) if value > 0.0 else nan


def _four(row: FloatArray) -> tuple[float, float, float, float]:
    awake, light, deep, rem = row.tolist()
    return awake, light, deep, rem
