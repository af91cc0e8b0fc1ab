"""The sleep engine: frames in, what can be said about the sleeper out.

Synchronous, deterministic and without a clock of its own: time comes with the frames.
Results do not depend on how frames are batched, and a snapshot can be taken after any
batch.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from math import floor, isfinite, nan
from typing import Any

import numpy as np
import numpy.typing as npt

from ..radar.frame import Capabilities, RadarFrame
from . import presence, respiration, session, staging
from .epoch import (
    EPOCH_SECONDS,
    STAGES,
    Epoch,
    EpochScored,
    LiveUpdate,
    Night,
    Owner,
    SessionEnded,
    SessionStarted,
    Stage,
    Update,
)
from .gathering import Gathering, mean
from .metrics import summarise
from .respiration import Breathing
from .staging import MODEL_VERSION, Features, LiveStaging, StageFilter
from .state import (
    STATE_VERSION,
    epoch_of,
    epoch_row,
    features_of,
    features_row,
    frame_of,
)
from .timeline import SAMPLE_RATE, Second, Timeline

type FloatArray = npt.NDArray[np.float64]
type BoolArray = npt.NDArray[np.bool_]

MEMORY = 160
"""Seconds of displacement kept: five epochs and the filters' run-up."""

LOOK_EVERY = 5
"""Seconds between two looks at the breathing for the live values."""

LOOK_SPAN = 30.0
LOOK_BACK = 60
"""Seconds a live look describes, and seconds it may look back."""

SHOWN_FOR = 30.0
"""Seconds for which a live breathing rate stands before it is unknown."""

GOOD_BREATHING = 0.3
"""Quality above which a breathing rate is reported."""

COHERENCE_EPOCHS = (4, 40)
"""Fewest and most epochs over which the coherence of the breathing is averaged."""

LONGEST_REACH_BACK = 40
"""Epochs kept before a session, more than it can reach back."""

MODULE_MOVING = 10.0
"""Module motion index above which somebody moves."""

LATE = 2.0
"""Seconds by which frames may be late before their time counts as without data."""


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
    ) -> None:
        """Start with an empty bed.

        Args:
            capabilities: What the module delivers.
            epoch_origin: Epochs begin at whole multiples of 30 s from this time, in
                whole seconds since the Unix epoch.
            relax: Called after every few milliseconds of work, so that a thread beside
                an event loop can let go of the interpreter.

        """
        self._relax = relax
        self._capabilities = capabilities
        self._origin = epoch_origin
        self._chain = staging.load_chain()
        self._timeline = Timeline(capabilities)
        self._increments: FloatArray = np.full(MEMORY * SAMPLE_RATE, nan)
        self._moving: BoolArray = np.zeros(MEMORY, dtype=np.bool_)
        self._jerks: FloatArray = np.full(MEMORY, nan)
        self._usual_jerk = nan
        self._clock = nan
        self._presence = presence.Presence()
        self._session = session.Session()
        self._look = Breathing()
        self._coherence = nan
        self._coherence_count = 0
        self._shown_rate = nan
        self._shown_quality = 0.0
        self._shown_at = nan
        self._trace = 0.0
        self._gathering = Gathering()
        self._epochs: list[Epoch] = []
        """Of the session, or the last ones before one."""

        self._features: list[Features] = []
        self._staging = LiveStaging()

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
        return updates

    def running_night(self) -> Night | None:
        """Return the session in progress with its provisional stages."""
        if not self._session.in_progress:
            return None
        left = self._session.left
        epochs = [e for e in self._epochs if not e.start >= left]
        return self._night(epochs, None) if epochs else None

    # Seconds

    def _take(self, second: Second, updates: list[Update]) -> None:
        self._remember(second)
        moving, body = self._judge_movement(second)
        if second.time % LOOK_EVERY == LOOK_EVERY - 1:
            self._look_at_breathing(second)
        coherence = (
            self._coherence if self._coherence_count >= COHERENCE_EPOCHS[0] else nan
        )
        breathing = self._breathing_evidence(second)
        likelihood = presence.evidence(
            breathing=breathing,
            moving=body,
            resting=self._presence.resting,
            distance=second.distance,
            distance_expected=self._capabilities.distance,
            coherence=nan if self._presence.alive else coherence,
            coherence_expected=(
                self._capabilities.displacement and self._presence.unexplained
            ),
        )
        self._presence = presence.step(
            self._presence,
            likelihood=likelihood,
            moving=body,
            covered=second.covered,
            coherence=coherence,
            breathing=breathing.quality > presence.CURTAIN_QUALITY,
        )
        self._session, event = session.step(
            self._session,
            time=second.time,
            present=self._presence.present,
            covered=second.covered,
            changed=self._presence.changed,
        )
        if isinstance(event, session.Ended):
            self._end_session(event.start, event.end, updates)
        self._turn_epoch(second.time, updates)
        if isinstance(event, session.Started):
            self._begin_session(event.start, updates)
        self._gathering.add(
            second,
            moving=moving if self._capabilities.displacement else None,
            presence=self._presence.confidence,
        )
        updates.append(self._live(second, moving))
        self._relax()

    def _remember(self, second: Second) -> None:
        """Move the memory on to this second; seconds that were skipped are unknown."""
        passed = second.time - self._clock if isfinite(self._clock) else MEMORY
        shift = int(min(max(passed, 1.0), MEMORY))
        self._clock = second.time
        for array, width, empty in (
            (self._increments, SAMPLE_RATE, nan),
            (self._moving, 1, False),
            (self._jerks, 1, nan),
        ):
            count = shift * width
            array[:-count] = array[count:]
            array[-count:] = empty
        self._increments[-SAMPLE_RATE:] = second.increments

    def _judge_movement(self, second: Second) -> tuple[bool, bool]:
        """Return whether anything moves, and whether it is the body that breathes.

        A Doppler target may be a hand, but also a curtain or a fan; nobody comes to bed
        or leaves it without moving the chest.
        """
        if not self._capabilities.displacement:
            moving = body = second.motion >= MODULE_MOVING
        else:
            increments = second.increments
            now = respiration.jerk(
                increments, self._increments[-SAMPLE_RATE - 1], float(SAMPLE_RATE)
            )
            peak = float(np.abs(increments).max()) * SAMPLE_RATE
            body = respiration.is_abrupt(now, self._usual_jerk, peak)
            moving = body or second.speed >= respiration.DOPPLER_SPEED
            if not moving:
                self._jerks[-1] = now
        self._moving[-1] = moving
        return moving, body

    def _look_at_breathing(self, second: Second) -> None:
        """Describe the breathing since the last movement, for presence and display."""
        if self._capabilities.displacement:
            known = self._jerks[np.isfinite(self._jerks)]
            self._usual_jerk = float(np.median(known)) if known.size > 20 else nan
            rest = int(
                min(self._presence.resting + 1 - respiration.MARGIN_AFTER, LOOK_BACK)
            )
            if rest < presence.SINCE_MOVEMENT:
                return
            count = rest * SAMPLE_RATE
            increments = self._increments[-count:]
            self._look = respiration.analyse(
                increments,
                np.isfinite(increments),
                float(SAMPLE_RATE),
                min(LOOK_SPAN, float(rest)),
            )
        else:
            self._look = presence.rates_breathing(
                second.respiration_rate, second.quality
            )
        if self._look.quality >= GOOD_BREATHING:
            self._shown_rate = self._look.rate
            self._shown_quality = self._look.quality
            self._shown_at = second.time

    def _breathing_evidence(self, second: Second) -> Breathing:
        if self._capabilities.displacement:
            return self._look
        return presence.rates_breathing(second.respiration_rate, second.quality)

    def _live(self, second: Second, moving: bool) -> LiveUpdate:
        fresh = second.covered and second.time - self._shown_at < SHOWN_FOR
        present = self._presence.present
        in_bed = self._session.in_progress and present
        latest = (
            self._epochs[-1] if self._session.in_progress and self._epochs else None
        )
        stage = latest.stage if in_bed and latest else None
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
            distance=second.distance,
            moving=moving,
            displacement=tuple(trace) if self._capabilities.displacement else (),
        )

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
        breathing, variation = self._epoch_breathing(now)
        if isfinite(variation.coherence):
            self._coherence_count = min(self._coherence_count + 1, COHERENCE_EPOCHS[1])
            before = self._coherence if self._coherence_count > 1 else 0.0
            self._coherence = (
                before + (variation.coherence - before) / self._coherence_count
            )
        good = there and breathing.quality >= GOOD_BREATHING
        steady = there and variation.quality >= GOOD_BREATHING / 2.0
        features = Features(
            movement=now.movement,
            rate=breathing.rate if good else nan,
            interval_variation=variation.interval_variation if steady else nan,
            depth=variation.depth if steady else nan,
            depth_variation=variation.depth_variation if steady else nan,
            out_of_bed=known and not there,
            known=known,
        )
        epoch = Epoch(
            start=now.start,
            presence=confidence,
            owner=Owner.PRIMARY if there else Owner.NOBODY,
            respiration_rate=breathing.rate if good else nan,
            respiration_quality=breathing.quality if there else 0.0,
            heart_rate=mean(now.heart_rate) if there else nan,
            motion=now.movement if known else nan,
            distance=float(np.median(now.distance)) if now.distance else nan,
            coverage=coverage,
            climate=now.climate,
        )
        if self._session.in_progress:
            epoch = self._stage(epoch, features)
        self._epochs.append(epoch)
        self._features.append(features)
        if not self._session.in_progress:
            del self._epochs[:-LONGEST_REACH_BACK]
            del self._features[:-LONGEST_REACH_BACK]
        updates.append(EpochScored(epoch=epoch))

    def _epoch_breathing(self, now: Gathering) -> tuple[Breathing, Breathing]:
        """Return the breathing of the epoch and of the window that ends with it."""
        if not self._capabilities.displacement:
            rate = float(np.median(now.rate)) if now.rate else nan
            own = presence.rates_breathing(rate, mean(now.quality))
            return own, Breathing()
        # The memory ends with the second after the epoch, which closed it.
        end = int(min(max(self._clock - now.start - EPOCH_SECONDS + 1.0, 0.0), MEMORY))
        stop = MEMORY - end
        increments = self._increments[: stop * SAMPLE_RATE]
        calm = np.repeat(~respiration.widen(self._moving[:stop]), SAMPLE_RATE)
        rate = float(SAMPLE_RATE)
        run_up = round((EPOCH_SECONDS + 60.0) * rate)
        epoch = respiration.analyse(
            increments[-run_up:], calm[-run_up:], rate, EPOCH_SECONDS
        )
        self._relax()
        span = staging.WINDOW * EPOCH_SECONDS
        window = round(span * rate)
        return epoch, respiration.analyse(
            increments[-window:], calm[-window:], rate, span
        )

    def _stage(self, epoch: Epoch, features: Features) -> Epoch:
        probabilities = self._staging.add(features, self._chain)
        if not features.known:
            return epoch
        if features.out_of_bed:
            return replace(epoch, intent=0.0)
        best = int(probabilities.argmax())
        return replace(
            epoch,
            probabilities=_four(probabilities),
            stage=STAGES[best],
            confidence=float(probabilities[best]),
            # Nothing here can tell reading from trying to sleep: whoever lies in bed is
            # taken to try, as surely as anybody lies there.
            intent=max(epoch.presence, 0.5),
        )

    # Sessions

    def _begin_session(self, start: float, updates: list[Update]) -> None:
        first = self._epoch_start(start)
        # Only now is it known that the person was there while presence was in doubt.
        kept = [
            (
                replace(epoch, owner=Owner.PRIMARY if features.known else epoch.owner),
                replace(features, out_of_bed=False),
            )
            for epoch, features in zip(self._epochs, self._features, strict=True)
            if epoch.start >= first
        ]
        self._staging = LiveStaging()
        self._features = [features for _, features in kept]
        self._epochs = [self._stage(epoch, features) for epoch, features in kept]
        updates.append(SessionStarted(start=first))

    def _end_session(self, start: float, end: float, updates: list[Update]) -> None:
        count = sum(epoch.start < end for epoch in self._epochs)
        epochs, features = self._epochs[:count], self._features[:count]
        self._session.start = nan
        self._staging = LiveStaging()
        if end - start >= session.SHORTEST and epochs:
            settled = staging.settle(features, self._chain, self._relax)
            updates.append(SessionEnded(night=self._night(epochs, settled)))
        del self._epochs[:-LONGEST_REACH_BACK]
        del self._features[:-LONGEST_REACH_BACK]

    def _night(self, epochs: list[Epoch], settled: FloatArray | None) -> Night:
        """Put a night together; it begins and ends with whole epochs."""
        start, end = epochs[0].start, epochs[-1].start + EPOCH_SECONDS
        stages: tuple[Stage | None, ...] | None = None
        probabilities: tuple[tuple[float, float, float, float] | None, ...] | None
        probabilities = None
        if settled is not None:
            said = [epoch.stage is not None for epoch in epochs]
            stages = tuple(
                STAGES[int(row.argmax())] if known else None
                for row, known in zip(settled, said, strict=True)
            )
            probabilities = tuple(
                _four(row) if known else None
                for row, known in zip(settled, said, strict=True)
            )
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
            ),
            model_version=MODEL_VERSION,
            module=self._capabilities.model,
        )

    # State

    def snapshot(self) -> dict[str, Any]:
        """Return everything the engine knows, for ``restore``."""
        timeline = self._timeline
        belief = self._staging.filter.belief
        self._relax()
        arrays: dict[str, Any] = {
            "increments": self._increments.copy(),
            "moving": self._moving.copy(),
            "jerks": self._jerks.copy(),
            "belief": np.empty((0, 0)) if belief is None else belief,
            "epochs": np.array([epoch_row(e) for e in self._epochs], dtype=np.float64),
            "features": np.array(
                [features_row(f) for f in self._features], dtype=np.float64
            ),
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
            "look": asdict(self._look),
            "clock": self._clock,
            "usual_jerk": self._usual_jerk,
            "coherence": [self._coherence, self._coherence_count],
            "shown": [self._shown_rate, self._shown_quality, self._shown_at],
            "trace": self._trace,
            "since_onset": self._staging.filter.since_onset,
            "usual": self._staging.usual,
            "staged": len(self._staging.history),
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
            self._capabilities, epoch_origin=state["origin"], relax=self._relax
        )
        try:
            restored._load(state)
        except (KeyError, TypeError, IndexError, AttributeError) as err:
            raise ValueError(f"the saved engine state is incomplete: {err}") from err
        self.__dict__.update(restored.__dict__)

    def _load(self, state: dict[str, Any]) -> None:
        arrays = state["arrays"]
        for name, own in (
            ("increments", self._increments),
            ("moving", self._moving),
            ("jerks", self._jerks),
        ):
            if arrays[name].shape != own.shape:
                raise ValueError(f"the saved {name} have another shape")
            own[:] = arrays[name]
        saved = dict(state["timeline"])
        saved["pending"] = [frame_of(frame) for frame in saved["pending"]]
        saved["last_frame"] = frame_of(saved["last_frame"])
        self._timeline = Timeline(self._capabilities, **saved)
        self._presence = presence.Presence(**state["presence"])
        self._session = session.Session(**state["session"])
        self._gathering = Gathering(**state["gathering"])
        self._look = Breathing(**state["look"])
        self._clock = state["clock"]
        self._usual_jerk = state["usual_jerk"]
        self._coherence, self._coherence_count = state["coherence"]
        self._shown_rate, self._shown_quality, self._shown_at = state["shown"]
        self._trace = state["trace"]
        self._epochs = [epoch_of(row) for row in arrays["epochs"].tolist()]
        self._features = [features_of(row) for row in arrays["features"].tolist()]
        belief = arrays["belief"]
        staged = int(state["staged"])
        self._staging = LiveStaging(
            filter=StageFilter(
                belief=belief.copy() if belief.size else None,
                since_onset=state["since_onset"],
            ),
            history=list(self._features[-staged:]) if staged else [],
            usual=state["usual"],
        )


def _four(row: FloatArray) -> tuple[float, float, float, float]:
    awake, light, deep, rem = row.tolist()
    return awake, light, deep, rem
