"""The sleep engine: frames in, what can be said about the sleeper out.

Synchronous, deterministic and without a clock of its own: time comes with the frames.
Results do not depend on how frames are batched, and a snapshot can be taken after any
batch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from math import floor, isfinite, log, nan
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from ..radar.frame import Capabilities, RadarFrame
from . import (
    happenings,
    intent,
    presence,
    respiration,
    session,
    settling,
    sleeper,
    staging,
    zone,
)
from .chest import Chest
from .epoch import (
    EPOCH_SECONDS,
    STAGES,
    BedZone,
    Epoch,
    EpochScored,
    LiveUpdate,
    Night,
    Owner,
    SensorMoved,
    SessionEnded,
    SessionStarted,
    Stage,
    Update,
)
from .gathering import Gathering, mean
from .happenings import Happenings
from .intent import Clues, Partition
from .profile import Profile, model_of
from .respiration import Breathing
from .sensing import Sensed, sense
from .settling import Scored
from .sleeper import OwnerEvidence, Sleeper
from .staging import MODEL_VERSION, Features, LiveStaging, StageFilter
from .state import (
    STATE_VERSION,
    clues_of,
    clues_row,
    epoch_of,
    epoch_row,
    evidence_of,
    evidence_row,
    features_of,
    features_row,
    frame_of,
)
from .timeline import Second, Timeline

type FloatArray = npt.NDArray[np.float64]
type BoolArray = npt.NDArray[np.bool_]

LOOK_EVERY = 5
"""Seconds between two looks at the breathing for the live values."""

LOOK_AT_REST = 10
SETTLED_REST = 60.0
"""The same once there has been no movement for so many seconds: nothing changes fast."""

SHOWN_FOR = 30.0
"""Seconds for which a live breathing rate stands before it is unknown."""

GOOD_BREATHING = 0.3
"""Quality above which a breathing rate is reported."""

COHERENCE_EPOCHS = (4, 40)
"""Fewest and most epochs over which the coherence of the breathing is averaged."""

LONGEST_REACH_BACK = 40
"""Epochs kept before a session, more than it can reach back."""

LATE = 2.0
"""Seconds by which frames may be late before their time counts as without data."""

PET_DEPTH = 0.10
PET_REGULARITY = 0.4
"""Millimetres below which regular breathing is a pet's (cat 0.021 to 0.060, ``radar.md``
§5; the shallowest sleeper 0.3), and how regular it must be."""

THERE_ABOVE = 0.7
THERE_BELOW = 0.3
"""Probability at which the primary sleeper is taken to be in bed and to have left."""

SECOND_FOR = 0.5
"""Share of an epoch for which a second body must be listed to have a place."""

STRIP_PATIENCE = 900.0
"""Seconds of quiet breathing after which somebody who seemed to sit before the bed is
taken to lie in it: the sensor must have been moved."""


def _go_on() -> None:
    """Work without a pause."""


class SleepEngine:
    """Turns the frames of one radar into epochs and nights."""

    def __init__(
        self,
        capabilities: Capabilities,
        *,
        epoch_origin: float = 0.0,
        relax: Callable[[], None] = _go_on,
        limits: tuple[float, float] | None = None,
        profile: Mapping[str, Any] | None = None,
    ) -> None:
        """Start with an empty bed.

        Args:
            capabilities: What the module delivers.
            epoch_origin: Epochs begin at whole multiples of 30 s from this time, in
                whole seconds since the Unix epoch.
            relax: Called after every few milliseconds of work, so that a thread beside
                an event loop can let go of the interpreter.
            limits: Nearest and farthest distance of the detection zone in metres, None
                for what suits the module.
            profile: What was learned before, of ``profile``.

        Raises:
            ValueError: If the profile cannot be understood.

        """
        self._relax = relax
        vital = capabilities.displacement or capabilities.respiration_rate
        self._limits = limits or (presence.ZONE if vital else presence.TARGETS_ZONE)
        self._capabilities = capabilities
        self._origin = epoch_origin
        self._chain = staging.load_chain()
        self._timeline = Timeline(capabilities)
        self._chest = Chest(capabilities)
        self._presence = presence.Presence()
        self._session = session.Session()
        self._coherence = nan
        self._coherence_count = 0
        self._shown_rate = nan
        self._shown_quality = 0.0
        self._shown_at = nan
        self._trace = 0.0
        self._gathering = Gathering()
        self._scored: list[Scored] = []
        """Of the session, or the last ones before one."""

        self._staging = LiveStaging()
        self._network = intent.load_network()
        self._partition = Partition()
        self._happenings = Happenings()
        self._sleeper = Sleeper()
        self._there = False
        """The primary sleeper is in bed."""

        self._occupied = False
        """Somebody is."""

        self._strip_rest = 0.0
        """Seconds of quiet breathing before the bed."""

        self._set_profile(Profile() if profile is None else Profile.load(profile))

    def _set_profile(self, profile: Profile) -> None:
        self._profile = profile
        self._model = model_of(profile, sees_company=self._capabilities.targets)
        self._usual = settling.usual_of(profile)
        self._bed = zone.bed(profile.primary, profile.nights)

    def profile(self) -> dict[str, Any]:
        """Return what was learned about the bed and its people, to be kept for ever."""
        return self._profile.dump()

    @property
    def zone(self) -> BedZone:
        """Return the detection zone and what was learned in it."""
        nearest, farthest = self._limits
        near, far = self._bed
        return BedZone(
            nearest=nearest,
            farthest=farthest,
            bed_near=near,
            bed_far=far,
            bearing=self._profile.bearing,
            nights=self._profile.nights,
        )

    @property
    def in_session(self) -> bool:
        """Return whether a session is in progress."""
        return self._session.in_progress

    def process(self, frames: Sequence[RadarFrame]) -> list[Update]:
        """Take frames in the order of time and return what they made known."""
        updates: list[Update] = []
        for second in self._timeline.add(frames):
            self._take(second, updates)
        return updates

    def flush(self, now: float) -> list[Update]:
        """Let time pass without frames, up to ``now`` in seconds since the epoch."""
        updates: list[Update] = []
        for second in self._timeline.advance(now - LATE):
            self._take(second, updates)
        return updates

    def close_session(self) -> list[Update]:
        """End a session in progress at the last data and forget who was there."""
        updates: list[Update] = []
        if self._session.in_progress:
            self._close_epoch(updates)
            end = self._session.last_data
            left = self._session.left
            self._end_session(
                self._session.start, min(left, end) if isfinite(left) else end, updates
            )
        self._session = session.Session()
        self._presence = presence.Presence()
        self._gathering = Gathering()
        self._there = False
        return updates

    def running_night(self) -> Night | None:
        """Return the session in progress with its provisional stages."""
        if not self._session.in_progress:
            return None
        left = self._session.left
        epochs = [one.epoch for one in self._scored if not one.epoch.start >= left]
        if not epochs:
            return None
        start = epochs[0].start
        return settling.night_of(
            epochs,
            None,
            None,
            attempts=tuple(
                (start + begin * EPOCH_SECONDS, start + stop * EPOCH_SECONDS)
                for begin, stop in self._attempts()
                if begin < len(epochs)
            ),
            module=self._capabilities.model,
        )

    def _attempts(self) -> list[tuple[int, int]]:
        scores = self._partition.scores
        return intent.attempts(scores, self._partition.changes())

    # Seconds

    def _take(self, second: Second, updates: list[Update]) -> None:
        if second.time - self._chest.clock > session.ENDS_WITHOUT_DATA:
            # Hours ago somebody may have been there: that says nothing about now.
            self._presence = presence.Presence()
            self._there = self._occupied = False
        self._chest.remember(second)
        sensed = sense(second, self._capabilities, self._limits)
        moving, body = self._chest.judge_movement(second, sensed.speed)
        every = LOOK_EVERY if self._presence.resting < SETTLED_REST else LOOK_AT_REST
        if second.time % every == every - 1:
            self._look_at_breathing(second)
        coherence = (
            self._coherence if self._coherence_count >= COHERENCE_EPOCHS[0] else nan
        )
        breathing = self._chest.breathing(second)
        small = self._is_pet(sensed, breathing)
        likelihood = self._likelihood(sensed, body, breathing, coherence, small=small)
        self._presence = presence.step(
            self._presence,
            likelihood=likelihood,
            moving=body,
            covered=second.covered,
            coherence=coherence,
            breathing=breathing.quality > presence.CURTAIN_QUALITY,
        )
        changed = self._follow_sleeper(second, sensed, moving=moving, small=small)
        self._session, event = session.step(
            self._session,
            time=second.time,
            present=self._there,
            covered=second.covered,
            changed=changed,
        )
        if isinstance(event, session.Ended):
            self._end_session(event.start, event.end, updates)
        self._turn_epoch(second.time, updates)
        if isinstance(event, session.Started):
            self._begin_session(event.start, updates)
        self._gathering.body += body
        self._gathering.add(
            second,
            distance=sensed.distance,
            moving=None if self._capabilities.motion else moving,
            presence=self._presence.confidence,
        )
        updates += happenings.second(
            self._happenings,
            left=self._session.left,
            arrived=self._session.arrived,
            patience=happenings.LISTED_AWAY_FOR
            if self._several
            else happenings.AWAY_FOR,
        )
        updates.append(self._live(second, sensed, moving, small=small))
        self._relax()

    def _is_pet(self, sensed: Sensed, breathing: Breathing) -> bool:
        """Tell a cat, which breathes far too shallowly, from the person behind it."""
        return (
            self._capabilities.displacement
            and self._presence.present
            and isfinite(sensed.distance)
            and breathing.depth < PET_DEPTH
            and breathing.regularity > PET_REGULARITY
        )

    def _likelihood(
        self,
        sensed: Sensed,
        body: bool,
        breathing: Breathing,
        coherence: float,
        *,
        small: bool,
    ) -> float:
        """Return the log likelihood ratio of this second, somebody over nobody."""
        # Whoever lies in bed may come nearer; only who comes may sit before it.
        strip = (
            sensed.distance < self._bed[0]
            and not self._presence.present
            and self._strip_rest < STRIP_PATIENCE
        )
        if sensed.distance < self._bed[0]:
            quiet = breathing.quality > presence.CURTAIN_QUALITY and not body
            self._strip_rest += quiet
        elif isfinite(sensed.distance) or self._presence.resting > 60.0:
            self._strip_rest = 0.0
        if not self._capabilities.displacement and not (
            self._capabilities.respiration_rate
        ):
            return presence.target_evidence(
                distance=sensed.distance,
                moving=body,
                limits=self._limits,
                strip=strip,
            )
        if small:
            return 0.0
        return presence.evidence(
            breathing=breathing,
            moving=body,
            resting=self._presence.resting,
            distance=sensed.distance,
            distance_expected=self._capabilities.distance,
            coherence=nan if self._presence.alive else coherence,
            coherence_expected=(
                self._capabilities.displacement and self._presence.unexplained
            ),
            limits=self._limits,
            strip=strip,
            holding=self._presence.present,
        )

    def _follow_sleeper(
        self, second: Second, sensed: Sensed, *, moving: bool, small: bool
    ) -> float:
        """Judge who is there; return how long ago the sleeper came or went (s)."""
        was = self._there
        if not self._presence.present:
            self._there = False
            self._occupied = False
            return self._presence.changed
        if not self._occupied:
            self._occupied = True
            self._sleeper = sleeper.arrive(self._model, self._sleeper)
        evidence: sleeper.Belief = (0.0, 0.0, 0.0, 0.0)
        size = 0.0
        if second.covered and not small:
            self._sleeper, evidence, size = sleeper.step(
                self._sleeper,
                self._model,
                distance=sensed.distance,
                moving=moving,
                second=sensed.second if self._capabilities.targets else None,
                patience=sleeper.LISTED if self._several else sleeper.MEASURED,
            )
        there = self._sleeper.there
        self._gathering.add_owner(
            primary=self._own(small=small),
            small=small,
            evidence=evidence,
            bout=size,
            bearing=sensed.bearing,
            height=sensed.height,
            second=sensed.second,
        )
        self._there = there > (THERE_BELOW if was else THERE_ABOVE)
        return self._sleeper.rest if was else self._presence.changed

    @property
    def _several(self) -> bool:
        """Return whether the sleeper is followed even while somebody else is nearer."""
        return not (
            self._capabilities.displacement or self._capabilities.respiration_rate
        )

    def _own(self, *, small: bool) -> float:
        """Return the probability that what is measured is the sleeper's."""
        if self._several:
            return self._sleeper.there
        return 0.0 if small else self._sleeper.primary

    def _look_at_breathing(self, second: Second) -> None:
        if not self._chest.look_at_breathing(second, self._presence.resting):
            return
        look = self._chest.look
        if look.quality >= GOOD_BREATHING:
            self._shown_rate = look.rate
            self._shown_quality = look.quality
            self._shown_at = second.time

    def _live(
        self, second: Second, sensed: Sensed, moving: bool, *, small: bool
    ) -> LiveUpdate:
        fresh = second.covered and second.time - self._shown_at < SHOWN_FOR
        present = self._presence.present
        in_bed = self._session.in_progress and self._there
        latest = (
            self._scored[-1].epoch
            if self._session.in_progress and self._scored
            else None
        )
        stage = latest.stage if in_bed and latest else None
        own = self._own(small=small)
        owner = Owner.NOBODY
        if present:
            owner = Owner.PRIMARY if own >= 0.5 else Owner.OTHER
        trying = None
        if self._session.in_progress and self._partition.scores:
            trying = in_bed and self._trying()[0]
        trace = []
        for step in second.increments.tolist():
            # A first-order high-pass of 0.02 Hz keeps the trace around zero.
            self._trace = 0.984 * self._trace + step if isfinite(step) else 0.0
            trace.append(round(self._trace, 3))
        return LiveUpdate(
            time=second.time + 1.0,
            presence=self._presence.confidence,
            present=present,
            in_bed=in_bed,
            asleep=None if stage is None else stage is not Stage.AWAKE,
            stage=stage,
            respiration_rate=self._shown_rate if fresh and present else nan,
            respiration_quality=self._shown_quality if fresh else 0.0,
            heart_rate=second.heart_rate if present else nan,
            distance=sensed.distance,
            moving=moving,
            displacement=tuple(trace) if self._capabilities.displacement else (),
            owner=owner,
            owner_confidence=max(own, 1.0 - own) if present else nan,
            others=self._others(owner, small=small),
            intent=latest.intent if in_bed and latest else nan,
            trying=trying,
        )

    def _others(self, owner: Owner, *, small: bool) -> bool | None:
        """Return whether somebody else is in bed, None where the module cannot tell."""
        if owner is Owner.NOBODY or small:
            return False
        if owner is Owner.OTHER:
            return True
        if self._capabilities.targets:
            return self._sleeper.company > 0.5
        # Behind the nearest body this module sees nobody.
        return (
            None if self._profile.company > 0.0 or not self._profile.nights else False
        )

    def _trying(self) -> tuple[bool, int]:
        """Return whether the sleeper is trying to sleep, and since which epoch."""
        found = self._attempts()
        count = len(self._partition.scores)
        if found and found[-1][1] == count:
            return True, found[-1][0]
        return False, count

    # Epochs

    def _epoch_start(self, time: float) -> float:
        return (
            self._origin + floor((time - self._origin) / EPOCH_SECONDS) * EPOCH_SECONDS
        )

    def _turn_epoch(self, time: float, updates: list[Update]) -> None:
        """Close the epoch being gathered when ``time`` belongs to a later one."""
        start = self._epoch_start(time)
        if start == self._gathering.start:
            return
        if isfinite(self._gathering.start):
            self._close_epoch(updates)
            while (
                self._session.in_progress
                and self._gathering.start + EPOCH_SECONDS < start
            ):
                self._gathering = Gathering(start=self._gathering.start + EPOCH_SECONDS)
                self._close_epoch(updates)
        self._gathering = Gathering(start=start)

    def _close_epoch(self, updates: list[Update]) -> None:
        now = self._gathering
        if not isfinite(now.start):
            return
        coverage = now.covered / EPOCH_SECONDS
        confidence = now.presence / now.seconds if now.seconds else 0.0
        known = coverage >= 0.5
        there = known and confidence >= 0.5
        breathing, variation = self._chest.epoch_breathing(now, self._relax)
        if isfinite(variation.coherence):
            self._coherence_count = min(self._coherence_count + 1, COHERENCE_EPOCHS[1])
            before = self._coherence if self._coherence_count > 1 else 0.0
            self._coherence = (
                before + (variation.coherence - before) / self._coherence_count
            )
        small = now.small > now.owned_seconds / 2
        primary = now.owned / now.owned_seconds if now.owned_seconds else 0.0
        owner = Owner.NOBODY
        if there:
            owner = Owner.PRIMARY if primary >= 0.5 else Owner.OTHER
        elsewhere = known and (
            not there or (owner is Owner.OTHER and not small and not self._there)
        )
        own = there and owner is Owner.PRIMARY
        good = there and breathing.quality >= GOOD_BREATHING
        steady = own and variation.quality >= GOOD_BREATHING / 2.0
        distance = median(now.distance) if now.distance else nan
        features = Features(
            movement=now.movement,
            rate=breathing.rate if good and own else nan,
            interval_variation=variation.interval_variation if steady else nan,
            depth=variation.depth if steady else nan,
            depth_variation=variation.depth_variation if steady else nan,
            regularity=variation.regularity
            if own and variation.depth > respiration.AMPLITUDE_GATE[1]
            else nan,
            out_of_bed=elsewhere,
            known=known and (own or elsewhere),
        )
        clues = Clues(
            movement=now.movement,
            interval_variation=features.interval_variation,
            depth_variation=features.depth_variation,
            regularity=features.regularity,
            depth=breathing.depth if good and own else nan,
            rate=breathing.rate if good else nan,
            distance=distance,
            height=median(now.height) if now.height else nan,
            known=own,
        )
        evidence = list(now.evidence)
        if good:
            ratio = sleeper.breathe(
                self._sleeper, self._model, _log(breathing.rate), _log(breathing.depth)
            )
            evidence[sleeper.ALONE] += ratio
            evidence[sleeper.BESIDE] += ratio
        scored = Scored(
            epoch=Epoch(
                start=now.start,
                presence=confidence,
                owner=owner,
                respiration_rate=breathing.rate if good else nan,
                respiration_quality=breathing.quality if there else 0.0,
                heart_rate=mean(now.heart_rate) if there else nan,
                motion=now.movement if known else nan,
                distance=distance,
                coverage=coverage,
                climate=now.climate,
            ),
            features=features,
            clues=clues,
            owner=OwnerEvidence(
                evidence=_four(evidence),
                size=now.bout,
                present=now.owned_seconds / now.seconds if now.seconds else 0.0,
                bearing=median(now.bearing) if now.bearing else nan,
                second=median(now.second)
                if len(now.second) > SECOND_FOR * EPOCH_SECONDS
                else nan,
                small=small,
                body=now.body,
            ),
        )
        if self._session.in_progress:
            scored = self._stage(scored)
        self._scored.append(scored)
        if not self._session.in_progress:
            self._forget()
        updates.append(EpochScored(epoch=scored.epoch))
        if self._session.in_progress:
            trying, since = self._trying()
            count = len(self._partition.scores)
            updates += happenings.epoch(
                self._happenings,
                start=now.start,
                stage=scored.epoch.stage,
                trying_since=self._scored[0].epoch.start + since * EPOCH_SECONDS
                if trying
                else nan,
                trying_for=count - since,
            )

    def _stage(self, scored: Scored) -> Scored:
        """Score the stage and the intent of an epoch of a session."""
        features, epoch = scored.features, scored.epoch
        probabilities = self._staging.add(features, self._chain)
        said = features.known and not features.out_of_bed
        if said:
            best = int(probabilities.argmax())
            epoch = replace(
                epoch,
                probabilities=_four(probabilities.tolist()),
                stage=STAGES[best],
                confidence=float(probabilities[best]),
            )
        clues = replace(
            scored.clues, asleep=1.0 - float(probabilities[staging.AWAKE]), known=said
        )
        scores = self._partition.scores
        if said or not scores:
            recent = [one.clues for one in self._scored[-intent.RECENT + 1 :]]
            value = intent.score(
                intent.inputs([*recent, clues], self._usual), self._network
            )
        else:
            # Out of bed, or hidden: what was wanted before still stands.
            value = scores[-1]
        self._partition.add(value)
        if said:
            epoch = replace(epoch, intent=value)
        return replace(scored, epoch=epoch, clues=clues)

    def _forget(self) -> None:
        """Keep no more epochs than a session can reach back."""
        del self._scored[:-LONGEST_REACH_BACK]

    # Sessions

    def _begin_session(self, start: float, updates: list[Update]) -> None:
        first = self._epoch_start(start)
        kept = [one for one in self._scored if one.epoch.start >= first]
        self._staging = LiveStaging()
        self._partition = Partition()
        self._scored = []
        for one in kept:
            if one.epoch.owner is Owner.NOBODY and one.epoch.coverage >= 0.5:
                # Only now is it known that somebody was there while it was in doubt.
                one = replace(
                    one,
                    epoch=replace(one.epoch, owner=Owner.PRIMARY),
                    features=replace(one.features, out_of_bed=False, known=True),
                    clues=replace(one.clues, known=True),
                )
            self._scored.append(self._stage(one))
        updates.append(SessionStarted(start=first))
        updates += happenings.begin(self._happenings, first)

    def _end_session(self, start: float, end: float, updates: list[Update]) -> None:
        count = sum(one.epoch.start < end for one in self._scored)
        scored = self._scored[:count]
        self._session.start = nan
        self._staging = LiveStaging()
        self._partition = Partition()
        updates += happenings.end(self._happenings, end)
        if end - start >= session.SHORTEST and scored:
            before = self.zone
            settled = settling.settle(
                scored,
                first=sleeper.arrive(self._model, Sleeper()),
                model=self._model,
                profile=self._profile,
                chain=self._chain,
                network=self._network,
                module=self._capabilities.model,
                several=self._several,
                relax=self._relax,
            )
            self._set_profile(settled.profile)
            if settled.night is not None:
                updates.append(SessionEnded(night=settled.night))
            if settled.moved:
                updates.append(SensorMoved(time=end, before=before, after=self.zone))
        self._forget()

    # State

    def snapshot(self) -> dict[str, Any]:
        """Return everything the engine knows, for ``restore``."""
        timeline = self._timeline
        belief = self._staging.filter.belief
        best, last = self._partition.saved()
        self._relax()
        arrays: dict[str, Any] = {
            **self._chest.arrays(),
            "belief": np.empty((0, 0)) if belief is None else belief,
            "intent": np.array(self._partition.scores, dtype=np.float64),
            "intent_best": best,
            "intent_last": last,
            **{
                name: np.array([row(one) for one in self._scored], dtype=np.float64)
                for name, row in _ROWS.items()
            },
        }
        return {
            "version": STATE_VERSION,
            "model": MODEL_VERSION,
            "module": self._capabilities.model,
            "origin": self._origin,
            "timeline": {
                "next_second": timeline.next_second,
                "pending": [asdict(frame) for frame in timeline.pending],
                "last_frame": asdict(timeline.last_frame)
                if timeline.last_frame
                else None,
                "wraps": timeline.wraps,
                "last_raw": timeline.last_raw,
                "last_time": timeline.last_time,
                "last_position": timeline.last_position,
                "last_grid": timeline.last_grid,
            },
            "presence": asdict(self._presence),
            "session": asdict(self._session),
            "gathering": asdict(self._gathering),
            "look": asdict(self._chest.look),
            "chest": self._chest.numbers(),
            "coherence": [self._coherence, self._coherence_count],
            "shown": [self._shown_rate, self._shown_quality, self._shown_at],
            "trace": self._trace,
            "since_onset": self._staging.filter.since_onset,
            "usual": self._staging.usual,
            "staged": len(self._staging.history),
            "committed": self._partition.committed,
            "happenings": asdict(self._happenings),
            "sleeper": asdict(self._sleeper),
            "there": [self._there, self._occupied, self._strip_rest],
            "profile": self._profile.dump(),
            "arrays": arrays,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a snapshot.

        Raises:
            ValueError: If it belongs to another model, module or version; the engine
                is then unchanged.

        """
        if (
            state.get("version") != STATE_VERSION
            or state.get("model") != MODEL_VERSION
            or state.get("module") != self._capabilities.model
        ):
            raise ValueError("the saved engine state belongs to another version")
        restored = SleepEngine(
            self._capabilities,
            epoch_origin=state["origin"],
            relax=self._relax,
            limits=self._limits,
        )
        try:
            restored._load(state)
        except (KeyError, TypeError, IndexError, AttributeError) as err:
            raise ValueError(f"the saved engine state is incomplete: {err}") from err
        self.__dict__.update(restored.__dict__)

    def _load(self, state: dict[str, Any]) -> None:
        arrays = state["arrays"]
        self._chest.load(arrays, state["chest"], Breathing(**state["look"]))
        saved = dict(state["timeline"])
        saved["pending"] = [frame_of(frame) for frame in saved["pending"]]
        saved["last_frame"] = frame_of(saved["last_frame"])
        self._timeline = Timeline(self._capabilities, **saved)
        self._presence = presence.Presence(**state["presence"])
        self._session = session.Session(**state["session"])
        self._gathering = Gathering(**state["gathering"])
        self._coherence, self._coherence_count = state["coherence"]
        self._shown_rate, self._shown_quality, self._shown_at = state["shown"]
        self._trace = state["trace"]
        self._scored = [
            Scored(
                epoch=epoch_of(epoch),
                features=features_of(features),
                clues=clues_of(clues),
                owner=evidence_of(evidence),
            )
            for epoch, features, clues, evidence in zip(
                *(arrays[name].tolist() for name in _ROWS), strict=True
            )
        ]
        belief = arrays["belief"]
        staged = int(state["staged"])
        self._staging = LiveStaging(
            filter=StageFilter(
                belief=belief.copy() if belief.size else None,
                since_onset=state["since_onset"],
            ),
            history=[one.features for one in self._scored[-staged:]] if staged else [],
            usual=state["usual"],
        )
        self._partition = Partition.restored(
            arrays["intent"].tolist(),
            [int(at) for at in state["committed"]],
            arrays["intent_best"],
            arrays["intent_last"],
        )
        self._happenings = Happenings(**state["happenings"])
        saved_sleeper = dict(state["sleeper"])
        saved_sleeper["belief"] = _four(saved_sleeper["belief"])
        self._sleeper = Sleeper(**saved_sleeper)
        self._there, self._occupied, self._strip_rest = state["there"]
        self._set_profile(Profile.load(state["profile"]))


_ROWS: Mapping[str, Callable[[Scored], list[float]]] = {
    "epochs": lambda one: epoch_row(one.epoch),
    "features": lambda one: features_row(one.features),
    "clues": lambda one: clues_row(one.clues),
    "owners": lambda one: evidence_row(one.owner),
}
"""What is saved of every epoch."""


def _four(values: Sequence[float]) -> tuple[float, float, float, float]:
    first, second, third, fourth = values
    return first, second, third, fourth


def _log(value: float) -> float:
    return log(value) if value > 0.0 else nan
