"""What the engine said of one night against what really happened in it.

Pure functions over `Truth` and what was heard from the engine. The outcome of a night is
small: sums, short lists and small matrices, from which `figures` draws shares, quantiles
and their intervals over many nights.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from custom_components.halo_rise.sleep.epoch import (
    EPOCH_SECONDS,
    STAGES,
    Epoch,
    EpochScored,
    LiveUpdate,
    Night,
    Owner,
    SensorMoved,
    SessionEnded,
    SleepEvent,
    SleepEventKind,
    Stage,
    Update,
)

from .world.truth import Floats, Mask, Seen, Truth

OWNERS = (Owner.PRIMARY, Owner.OTHER, Owner.NOBODY)
"""The order of owners in every matrix."""

OWNER_OF = {
    Seen.PRIMARY: 0,
    Seen.OTHER: 1,
    Seen.PET: 1,
    Seen.NOBODY: 2,
    Seen.THING: 2,
}
"""Index into ``OWNERS`` of whom a module measures."""

STAGE_OF = np.array([0, 1, 1, 2, 3, -1], dtype=np.int8)
"""Index into ``STAGES`` of a true stage; the last one, reached by -1, is out of bed."""

SETTLING_SECONDS = 30
"""The engine may take so long to find somebody who comes to bed."""

EMPTY_SECONDS = 90
"""A bed that is empty for less has no time to be found empty."""

CLEARED_WITHIN = 60.0
"""Seconds in which a bed that was left must be found empty."""

TRANSITION_SECONDS = 10
"""An epoch in which two owners have so much each belongs to neither."""

COVERED_SECONDS = 15
"""An epoch with less data than that has no owner to be found."""

FAR_APART = 0.12
"""Metres between two sleepers' ranges from which a module can tell them apart."""

TRIP_SECONDS = 60.0
"""Shorter times out of bed need not be found."""

TRIP_SLACK = 90.0
"""Seconds by which a trip that was found may lie beside the true one."""

SPELL_SECONDS = 300
"""Waking and falling asleep count from spells as long as that."""

PASSING_SECONDS = 180.0
"""What is told so near a short sleep or a short waking is not invented."""

EVENT_WINDOW = 1200.0
"""Seconds around a true event in which it may be told to have happened."""

COVERS = 0.5
"""Share of a true session that a stored night must cover to be its night."""

WORST = 50.0
"""Nothing weighs more, or one thing would hide all others."""

MARGIN = 3600.0
"""What is told from an hour before a night on belongs to it."""

type Matrix = NDArray[np.float64]


class Told(NamedTuple):
    """An event and when it became known."""

    kind: SleepEventKind
    time: float
    known: float


@dataclass(slots=True)
class Heard:
    """Everything that was heard from one engine, second by second and in order.

    Live updates are kept as numbers, so that a household of five nights stays small.
    """

    time: array[float] = field(default_factory=lambda: array("d"))
    presence: array[float] = field(default_factory=lambda: array("d"))
    present: array[int] = field(default_factory=lambda: array("b"))
    in_bed: array[int] = field(default_factory=lambda: array("b"))
    owner: array[int] = field(default_factory=lambda: array("b"))
    intent: array[float] = field(default_factory=lambda: array("d"))
    epochs: list[Epoch] = field(default_factory=list)
    nights: list[Night] = field(default_factory=list)
    events: list[Told] = field(default_factory=list)
    moved: list[tuple[SensorMoved, float]] = field(default_factory=list)

    _events: list[SleepEvent] = field(default_factory=list)
    """Told since the last second was over, so not yet dated."""

    _moved: list[SensorMoved] = field(default_factory=list)

    def take(self, updates: Iterable[Update]) -> None:
        """Listen to updates in the order in which the engine made them."""
        for update in updates:
            if isinstance(update, LiveUpdate):
                self._second(update)
            elif isinstance(update, EpochScored):
                self.epochs.append(update.epoch)
            elif isinstance(update, SessionEnded):
                self.nights.append(update.night)
            elif isinstance(update, SleepEvent):
                self._events.append(update)
            elif isinstance(update, SensorMoved):
                self._moved.append(update)

    def close(self) -> None:
        """Date what was told after the last second."""
        self._date(self.time[-1] if self.time else nan)

    def _second(self, live: LiveUpdate) -> None:
        self.time.append(live.time)
        self.presence.append(live.presence)
        self.present.append(live.present)
        self.in_bed.append(live.in_bed)
        self.owner.append(OWNERS.index(live.owner))
        self.intent.append(live.intent)
        if self._events or self._moved:
            self._date(live.time)

    def _date(self, known: float) -> None:
        self.events += [Told(e.kind, e.time, known) for e in self._events]
        self.moved += [(moved, known) for moved in self._moved]
        self._events.clear()
        self._moved.clear()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Output:
    """What the engine said of one night; arrays have the seconds of the truth."""

    presence: Floats
    """nan in seconds of which nothing was said."""

    present: Mask
    told: Mask
    """Whether anything was said of this second."""

    epochs: tuple[Epoch, ...]
    """As they were scored live."""

    nights: tuple[Night, ...]
    events: tuple[Told, ...]
    moved: tuple[float, ...] = ()
    """When it became known that the sensor was moved."""


def output(heard: Heard, truth: Truth, until: float) -> Output:
    """Return what was said of the night that begins with ``truth``.

    Args:
        heard: Of the whole household.
        truth: Of the night.
        until: Begin of the next night, infinite after the last one.

    """
    size = truth.covered.size
    first, last = truth.start - MARGIN, until - MARGIN
    # The state at the end of a second is that second's.
    index = np.rint(np.frombuffer(heard.time, dtype=np.float64) - 1.0 - truth.start)
    ours = (index >= 0) & (index < size)
    at = index[ours].astype(np.intp)
    presence = np.full(size, nan)
    presence[at] = np.frombuffer(heard.presence, dtype=np.float64)[ours]
    present = np.zeros(size, dtype=np.bool_)
    present[at] = np.frombuffer(heard.present, dtype=np.int8)[ours] > 0
    told = np.zeros(size, dtype=np.bool_)
    told[at] = True
    end = truth.start + size
    return Output(
        presence=presence,
        present=present,
        told=told,
        epochs=tuple(e for e in heard.epochs if first <= e.start < last),
        nights=tuple(
            n
            for n in heard.nights
            if first <= n.start < last or (n.start < end and n.end > truth.start)
        ),
        events=tuple(e for e in heard.events if first <= e.time < last),
        moved=tuple(known for _, known in heard.moved if first <= known < last),
    )


class Problem(NamedTuple):
    """Something that went wrong in a night; worse is larger, 1 just misses the target."""

    weight: float
    what: str


@dataclass(slots=True, kw_only=True)
class Measured:
    """One night, measured; small enough to keep thousands of them."""

    family: str
    household: int
    number: int
    kind: str
    empty: bool
    """A family in whose nights nobody is in bed."""

    lone: bool
    """The primary sleeper, and no other person or pet, was in bed."""

    with_partner: bool
    apart: float
    """Median metres between the ranges of the two sleepers, nan without another."""

    sums: dict[str, float] = field(default_factory=dict)
    values: dict[str, list[float]] = field(default_factory=dict)
    matrices: dict[str, Matrix] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, **sums: float) -> None:
        """Set sums by their names."""
        self.sums.update({name: float(value) for name, value in sums.items()})

    def problem(self, weight: float, what: str) -> None:
        """Note what went wrong, and how much it weighs."""
        self.problems.append(Problem(round(min(float(weight), WORST), 2), what))


def measure(
    truth: Truth,
    said: Output,
    *,
    family: str,
    household: int = 0,
    number: int = 1,
    kind: str = "",
    empty: bool = False,
) -> Measured:
    """Measure one night by every measure there is."""
    slept_in = bool(truth.primary_in_bed.any())
    others = bool(truth.others_in_bed.any())
    pets = bool((truth.seen == Seen.PET).any())
    difference = truth.range_difference[np.isfinite(truth.range_difference)]
    night = Measured(
        family=family,
        household=household,
        number=number,
        kind=kind,
        empty=empty,
        lone=slept_in and not others and not pets,
        with_partner=others,
        apart=float(np.median(difference)) if difference.size else nan,
    )
    night.add(nights=1, stored=len(said.nights))
    in_bed(night, truth, said)
    cleared(night, truth, said)
    owners(night, truth, said)
    trips(night, truth, said)
    sessions(night, truth, said)
    reliability(night, truth, said)
    stages(night, truth, said)
    events(night, truth, said)
    night.problems.sort(reverse=True)
    return night


def moved(nights: Sequence[Measured], said: Sequence[Output], on: int | None) -> None:
    """Measure whether a household was told that the sensor had been moved.

    Args:
        nights: Of one household, in order.
        said: In each of them.
        on: The first night with the sensor elsewhere, None if it never moved.

    """
    after: list[float] = []
    for night, words in zip(nights, said, strict=True):
        rightly = on is not None and night.number >= on and not after
        told = len(words.moved)
        wrong = max(told - rightly, 0)
        if told and on is not None and rightly:
            after.append(float(night.number - on))
        night.add(moved_falsely=wrong)
        if wrong:
            night.problem(5, "the sensor was falsely said to have moved")
    if on is None or not nights or nights[-1].number < on:
        return
    last = nights[-1]
    last.add(moved=1, moved_told=len(after))
    last.values["moved_after"] = after
    if not after:
        last.problem(5, f"nothing said of the sensor that was moved before night {on}")


# Presence


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Return begin and end, exclusive, of every run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def at_rest_in_bed(truth: Truth) -> Mask:
    """Return the seconds in which the primary sleeper must be found."""
    wanted = truth.primary_in_bed & truth.covered
    for begin, _ in truth.sessions:
        first = max(int(begin - truth.start), 0)
        wanted[first : first + SETTLING_SECONDS] = False
    return wanted


def in_bed(night: Measured, truth: Truth, said: Output) -> None:
    """Count the seconds in bed that were found, live and in the stored nights."""
    wanted = at_rest_in_bed(truth)
    stored = np.zeros(wanted.size, dtype=np.bool_)
    for one in said.nights:
        for epoch in one.epochs:
            if epoch.owner is Owner.PRIMARY:
                first = int(epoch.start - truth.start)
                stored[max(first, 0) : max(first + int(EPOCH_SECONDS), 0)] = True
    count = int(wanted.sum())
    found = int((wanted & said.present).sum())
    kept = int((wanted & stored).sum())
    night.add(bed=count, bed_present=found, bed_stored=kept)
    if count and night.lone:
        for share, what in ((found / count, "found live"), (kept / count, "stored")):
            if share < 0.995:
                night.problem(
                    (1 - share) / 0.005, f"{share:.1%} of the time in bed {what}"
                )


def cleared(night: Measured, truth: Truth, said: Output) -> None:
    """Measure how long a bed that was left stays occupied in the engine's eyes."""
    delays = []
    empty = ~truth.occupied
    for first, end in runs(empty):
        if first == 0 or end - first < EMPTY_SECONDS:
            continue
        if not truth.covered[first - 1 : first + EMPTY_SECONDS].all():
            continue
        clear = ~said.present[first:end] & said.told[first:end]
        # A bed that is never found empty has been wrong for at least as long as it was.
        delay = int(clear.argmax()) if clear.any() else end - first
        delays.append(float(delay))
        if delay > CLEARED_WITHIN:
            night.problem(
                delay / CLEARED_WITHIN,
                f"bed left at {first / 3600:.2f} h, found empty after {delay} s",
            )
    night.values["cleared"] = delays
    night.add(left=len(delays), left_cleared=sum(d <= CLEARED_WITHIN for d in delays))


def reliability(night: Measured, truth: Truth, said: Output) -> None:
    """Count, by stated confidence, how often somebody was really there.

    Seconds in which somebody lies in bed but beyond the reach of the module, who is
    neither in the detection zone nor seen, say nothing about the confidence.
    """
    beyond = truth.occupied & (truth.seen == Seen.NOBODY)
    known = truth.covered & ~beyond & np.isfinite(said.presence)
    stated = said.presence[known]
    there = truth.occupied[known]
    night.matrices["reliability"] = _bins(stated, there)
    middle = (stated > 0.02) & (stated < 0.98)
    night.matrices["reliability_middle"] = _bins(stated[middle], there[middle])


def _bins(stated: Floats, there: Mask) -> Matrix:
    """Return seconds, summed confidence and seconds occupied, of ten bins."""
    bins = np.minimum((stated * 10).astype(np.intp), 9)
    columns = (None, stated, there.astype(np.float64))
    result = np.zeros((10, len(columns)))
    for column, weights in enumerate(columns):
        result[:, column] = np.bincount(bins, weights, minlength=10)
    return result


# Epochs


class EpochTruth(NamedTuple):
    """What was true in each of a row of epochs."""

    owner: NDArray[np.int8]
    """Index into ``OWNERS``, -1 in a transition or with too little data."""

    stage: NDArray[np.int8]
    """Index into ``STAGES``, -1 out of bed."""


def epoch_truth(truth: Truth, starts: Floats) -> EpochTruth:
    """Return the truth of the epochs that begin at these times.

    They must lie within the night as a whole.
    """
    length = int(EPOCH_SECONDS)
    first = np.rint(starts - truth.start).astype(np.intp)
    seen = np.array([OWNER_OF[Seen(code)] for code in range(len(Seen))], dtype=np.intp)[
        truth.seen
    ]
    # Who stands or sits before the bed is measured too, but is nobody in it; nor does a
    # pet alone make a bed occupied.
    in_it = truth.occupied & np.select(
        [truth.seen == Seen.PRIMARY, truth.seen == Seen.OTHER],
        [truth.primary_in_bed, truth.others_in_bed],
        default=True,
    )
    seen = np.where(in_it, seen, OWNERS.index(Owner.NOBODY))

    def count(mask: Mask) -> NDArray[np.intp]:
        total = np.concatenate(([0], np.cumsum(mask)))
        inside: NDArray[np.intp] = total[first + length] - total[first]
        return inside

    by_owner = np.stack(
        [count((seen == one) & truth.covered) for one in range(len(OWNERS))]
    )
    mixed = (by_owner >= TRANSITION_SECONDS).sum(axis=0) > 1
    clear = ~mixed & (by_owner.sum(axis=0) >= COVERED_SECONDS)
    stage = STAGE_OF[truth.stages]
    by_stage = np.stack([count(stage == one) for one in range(-1, len(STAGES))])
    return EpochTruth(
        owner=np.where(clear, by_owner.argmax(axis=0), -1).astype(np.int8),
        stage=(by_stage.argmax(axis=0) - 1).astype(np.int8),
    )


def epoch_starts(truth: Truth, epochs: Sequence[Epoch]) -> Floats:
    """Return the begin of every epoch of the night, on the engine's grid.

    The last one is left out: nothing closes it before the next night.
    """
    offset = (epochs[0].start - truth.start) % EPOCH_SECONDS if epochs else 0.0
    end = truth.covered.size - 2 * EPOCH_SECONDS
    starts: Floats = np.arange(offset, end + 1.0, EPOCH_SECONDS, dtype=np.float64)
    return starts + truth.start


def confusion(truth: NDArray[np.int8], said: NDArray[np.int8], size: int) -> Matrix:
    """Return how often each truth, in rows, was called what, in columns."""
    known = (truth >= 0) & (said >= 0)
    both = truth[known].astype(np.intp) * size + said[known]
    counts = np.bincount(both, minlength=size * size).reshape(size, size)
    return counts.astype(np.float64)


def owners(night: Measured, truth: Truth, said: Output) -> None:
    """Compare whose every epoch is, live and settled."""
    starts = epoch_starts(truth, said.epochs)
    true = epoch_truth(truth, starts).owner
    nobody = OWNERS.index(Owner.NOBODY)
    live = {e.start: OWNERS.index(e.owner) for e in said.epochs}
    settled = {e.start: OWNERS.index(e.owner) for n in said.nights for e in n.epochs}
    # An epoch that was never scored is nobody's.
    of_live = [live.get(start, nobody) for start in starts.tolist()]
    of_settled = [
        settled.get(start, own)
        for start, own in zip(starts.tolist(), of_live, strict=True)
    ]
    night.add(epochs=true.size, epochs_in_transition=int((true < 0).sum()))
    for name, codes in (("live", of_live), ("settled", of_settled)):
        matrix = confusion(true, np.array(codes, dtype=np.int8), len(OWNERS))
        night.matrices[f"owner_{name}"] = matrix
        total = matrix.sum()
        share = float(np.trace(matrix) / total) if total else 1.0
        if share < 0.98:
            wrong = matrix - np.diag(np.diag(matrix))
            row, column = np.unravel_index(int(wrong.argmax()), wrong.shape)
            night.problem(
                (1 - share) / 0.02,
                f"owner {name} right in {share:.1%}; most often "
                f"{OWNERS[int(row)]} called {OWNERS[int(column)]} ({wrong.max():.0f})",
            )


def stages(night: Measured, truth: Truth, said: Output) -> None:
    """Compare the stages of the primary sleeper's own epochs, live and settled."""
    starts = epoch_starts(truth, said.epochs)
    true = epoch_truth(truth, starts)
    wanted = np.where(true.owner == 0, true.stage, -1).astype(np.int8)
    live = {e.start: e.stage for e in said.epochs}
    settled: dict[float, Stage | None] = {}
    for one in said.nights:
        # A night knows its first minutes, which were scored before it was one.
        live.update({e.start: e.stage for e in one.epochs})
        if one.settled_stages is not None:
            settled.update(
                {
                    e.start: stage
                    for e, stage in zip(one.epochs, one.settled_stages, strict=True)
                }
            )
    night.add(staged=int((wanted >= 0).sum()))
    for name, by_start in (("live", live), ("settled", settled)):
        codes = [_stage_code(by_start.get(start)) for start in starts.tolist()]
        night.matrices[f"stages_{name}"] = confusion(
            wanted, np.array(codes, dtype=np.int8), len(STAGES)
        )


def _stage_code(stage: Stage | None) -> int:
    return -1 if stage is None else STAGES.index(stage)


# Sessions


def gaps(events_told: Sequence[Told]) -> list[tuple[float, float]]:
    """Return the times out of bed that were told, from leaving to returning."""
    found = []
    left: float | None = None
    for told in sorted(events_told, key=lambda e: e.time):
        if told.kind is SleepEventKind.LEFT_BED:
            left = told.time
        elif told.kind is SleepEventKind.RETURNED_TO_BED:
            if left is not None:
                found.append((left, told.time))
            left = None
        elif told.kind in (SleepEventKind.GOT_UP, SleepEventKind.GOT_IN_BED):
            left = None
    return found


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    return min(one[1], other[1]) - max(one[0], other[0])


def _delivered(truth: Truth, trip: tuple[float, float]) -> bool:
    """Return whether any second of a trip was delivered."""
    first, last = (round(time - truth.start) for time in trip)
    return bool(truth.covered[first:last].any())


def trips(night: Measured, truth: Truth, said: Output) -> None:
    """Compare the trips out of bed with those found.

    A trip that began and ended while the module delivered nothing cannot be found, and is
    not asked for.
    """
    wanted = [
        t for t in truth.trips if t[1] - t[0] >= TRIP_SECONDS and _delivered(truth, t)
    ]
    short = [t for t in truth.trips if t[1] - t[0] < TRIP_SECONDS]
    found = gaps(said.events)
    missed = 0
    for trip in wanted:
        near = [gap for gap in found if _overlap(trip, gap) >= -TRIP_SLACK]
        if near:
            found.remove(max(near, key=lambda gap: _overlap(trip, gap)))
        else:
            missed += 1
            night.problem(
                2,
                f"a trip of {trip[1] - trip[0]:.0f} s at "
                f"{(trip[0] - truth.start) / 3600:.2f} h was missed",
            )
    # Nobody asked for the short ones, but who finds them is not wrong.
    invented = [
        gap for gap in found if not any(_overlap(t, gap) >= -TRIP_SLACK for t in short)
    ]
    for gap in invented:
        night.problem(
            2,
            f"a trip of {gap[1] - gap[0]:.0f} s at "
            f"{(gap[0] - truth.start) / 3600:.2f} h never happened",
        )
    night.matrices["trips"] = np.array(
        [len(wanted) - missed, missed, len(invented)], dtype=np.float64
    )
    night.add(trips=len(wanted))


def session_nights(truth: Truth, nights: Sequence[Night]) -> list[Night | None]:
    """Return the one stored night of each true session, None where it has not just one."""
    result: list[Night | None] = []
    for session in truth.sessions:
        inside = [n for n in nights if _overlap((n.start, n.end), session) > 0]
        only = inside[0] if len(inside) == 1 else None
        if only is not None:
            shared = _overlap((only.start, only.end), session)
            alone = sum(_overlap((only.start, only.end), s) > 0 for s in truth.sessions)
            if alone > 1 or shared < COVERS * (session[1] - session[0]):
                only = None
        result.append(only)
    return result


def sessions(night: Measured, truth: Truth, said: Output) -> None:
    """Compare stored nights with true sessions, and when trying to sleep began."""
    night.values.update(
        {
            name: []
            for name in ("start_error", "end_error", "trying_error", "latency_error")
        }
    )
    tried = unknown = invented = 0
    seconds = right = 0
    matched = session_nights(truth, said.nights)
    for session, stored in zip(truth.sessions, matched, strict=True):
        hours = (session[0] - truth.start) / 3600
        first, end = int(session[0] - truth.start), int(session[1] - truth.start)
        trying = first + np.flatnonzero(truth.trying[first:end])
        tried += trying.size > 0
        if stored is None:
            unknown += trying.size > 0
            count = sum(_overlap((n.start, n.end), session) > 0 for n in said.nights)
            night.problem(5, f"the session at {hours:.2f} h is in {count} nights")
            continue
        for name, wrong in (
            ("start", (stored.start - session[0]) / 60),
            ("end", (stored.end - session[1]) / 60),
        ):
            night.values[f"{name}_error"].append(wrong)
            if abs(wrong) > 5:
                night.problem(
                    abs(wrong) / 5, f"session's {name} wrong by {wrong:+.1f} min"
                )
        told = stored.summary.trying_start
        if trying.size == 0:
            invented += told is not None
            continue
        began = truth.start + float(trying[0])
        if told is None:
            unknown += 1
            night.problem(2, "start of trying to sleep unknown")
        else:
            wrong = (told - began) / 60
            night.values["trying_error"].append(wrong)
            if abs(wrong) > 8:
                night.problem(
                    abs(wrong) / 8, f"start of trying wrong by {wrong:+.1f} min"
                )
        asleep = first + np.flatnonzero(truth.asleep[first:end])
        if asleep.size and np.isfinite(stored.summary.sleep_latency):
            latency = max(float(asleep[0] - trying[0]), 0.0) / 60
            night.values["latency_error"].append(stored.summary.sleep_latency - latency)
        claimed = np.zeros(truth.trying.size, dtype=np.bool_)
        for attempt in stored.attempts:
            claimed[
                max(int(attempt[0] - truth.start), 0) : max(
                    int(attempt[1] - truth.start), 0
                )
            ] = True
        counted = slice(first, end)
        here = truth.primary_in_bed[counted] & truth.covered[counted]
        seconds += int(here.sum())
        right += int((here & (claimed[counted] == truth.trying[counted])).sum())
    spare = [
        n
        for n in said.nights
        if not any(_overlap((n.start, n.end), s) > 0 for s in truth.sessions)
    ]
    for other in spare:
        night.problem(
            5 if truth.sessions else 10,
            f"a night of {(other.end - other.start) / 60:.0f} min "
            f"at {(other.start - truth.start) / 3600:.2f} h that nobody slept",
        )
    night.add(
        sessions=len(truth.sessions),
        sessions_right=sum(stored is not None for stored in matched),
        spare=len(spare),
        as_it_was=None not in matched and not spare,
        tried=tried,
        tried_unknown=unknown,
        tried_invented=invented,
        trying_seconds=seconds,
        trying_right=right,
    )


# Events


def true_events(truth: Truth) -> dict[SleepEventKind, list[float]]:
    """Return when what happened to the primary sleeper."""
    asleep, awake = [], []
    for begin, end in truth.sessions:
        first, last = int(begin - truth.start), int(end - truth.start)
        inside = truth.asleep[first:last].copy()
        # A minute awake in between is no awakening, and a nod is no sleep.
        for one, other in runs(~inside):
            if one > 0 and other < inside.size and other - one < SPELL_SECONDS:
                inside[one:other] = True
        for one, other in runs(inside):
            if other - one >= SPELL_SECONDS:
                asleep.append(begin + one)
                awake.append(begin + other)
    wanted = [t for t in truth.trips if t[1] - t[0] >= TRIP_SECONDS]
    return {
        SleepEventKind.GOT_IN_BED: [begin for begin, _ in truth.sessions],
        SleepEventKind.FELL_ASLEEP: asleep,
        SleepEventKind.WOKE_UP: awake,
        SleepEventKind.LEFT_BED: sorted(
            [begin for begin, _ in wanted] + [end for _, end in truth.sessions]
        ),
        SleepEventKind.RETURNED_TO_BED: [end for _, end in wanted],
        SleepEventKind.GOT_UP: [end for _, end in truth.sessions],
    }


def passing(truth: Truth) -> dict[SleepEventKind, Floats]:
    """Return when sleep and waking, however short, began."""
    asleep = runs(truth.asleep)
    return {
        SleepEventKind.FELL_ASLEEP: truth.start + np.array([a for a, _ in asleep]),
        SleepEventKind.WOKE_UP: truth.start + np.array([b for _, b in asleep]),
    }


PAIRS = (
    {SleepEventKind.FELL_ASLEEP, SleepEventKind.WOKE_UP},
    {SleepEventKind.LEFT_BED, SleepEventKind.RETURNED_TO_BED},
    {SleepEventKind.GOT_IN_BED, SleepEventKind.GOT_UP},
)
"""Events that take turns."""

BOUNDS = {SleepEventKind.GOT_IN_BED, SleepEventKind.GOT_UP}
"""Events after which every turn begins anew."""

SAME_SECONDS = 60.0
"""An event of a kind that is dated so near to one before is the same, told again."""


def duplicates(told: Sequence[Told]) -> int:
    """Count events that were told again, or with nothing between that undoes them."""
    latest: dict[int, SleepEventKind] = {}
    count = 0
    for place, event in enumerate(told):
        if any(
            before.kind is event.kind and abs(before.time - event.time) < SAME_SECONDS
            for before in told[:place]
        ):
            count += 1
            continue
        for index, pair in enumerate(PAIRS):
            if event.kind in pair:
                count += latest.get(index) is event.kind
                latest[index] = event.kind
        if event.kind in BOUNDS:
            latest = {index: kind for index, kind in latest.items() if kind in BOUNDS}
    return count


def events(night: Measured, truth: Truth, said: Output) -> None:
    """Measure how soon events are told and how well they are dated."""
    end = truth.start + truth.covered.size
    twice = duplicates(said.events)
    night.add(events=len(said.events), events_twice=twice)
    if twice:
        night.problem(3, f"{twice} events told twice")
    short = passing(truth)
    for kind, times in true_events(truth).items():
        left = [told for told in said.events if told.kind is kind]
        delays, errors = [], []
        for time in times:
            near = [told for told in left if abs(told.time - time) <= EVENT_WINDOW]
            if not near:
                continue
            nearest = min(near, key=lambda told: abs(told.time - time))
            left.remove(nearest)
            errors.append(nearest.time - time)
            # Told after the end of the recording is told by the next night.
            if nearest.known <= end:
                delays.append(nearest.known - time)
        if kind in short:
            left = [
                told
                for told in left
                if not (np.abs(short[kind] - told.time) <= PASSING_SECONDS).any()
            ]
        night.values[f"{kind}_delay"] = delays
        night.values[f"{kind}_error"] = errors
        night.add(
            **{
                f"{kind}_true": len(times),
                f"{kind}_told": len(errors),
                f"{kind}_false": len(left),
            }
        )
