"""What was said of a night against what was true, in nights made by hand."""

from dataclasses import replace
from math import nan
from typing import Any

import numpy as np
import pytest

from custom_components.halo_rise.sleep.epoch import (
    Epoch,
    EpochScored,
    LiveUpdate,
    Night,
    NightSummary,
    Owner,
    SensorMoved,
    SessionEnded,
    SleepEvent,
    SleepEventKind,
    Stage,
)
from models import measures
from models.measures import Heard, Measured, Output, Told, measure, output
from models.world.truth import Seen, Truth

START = 1_700_000_000.0
HOUR = 3600
SIZE = 4 * HOUR
IN_BED = (1800, 3 * HOUR)
"""Seconds from the start of the session of every night here."""


def _mask(*spans: tuple[int, int]) -> Any:
    mask = np.zeros(SIZE, dtype=np.bool_)
    for first, last in spans:
        mask[first:last] = True
    return mask


def _truth(trips: tuple[tuple[int, int], ...] = (), **changes: Any) -> Truth:
    """Return a night in bed, awake for ten minutes, reading for the first five of them."""
    first, last = IN_BED
    mine = _mask(IN_BED)
    stages = np.where(mine, 2, -1).astype(np.int8)
    stages[first : first + 600] = 0
    trying = _mask((first + 300, last))
    for begin, end in trips:
        mine[begin:end] = trying[begin:end] = False
        stages[begin:end] = -1
    truth = Truth(
        start=START,
        primary_in_bed=mine,
        occupied=mine.copy(),
        others_in_bed=np.zeros(SIZE, dtype=np.bool_),
        seen=np.where(mine, Seen.PRIMARY, Seen.NOBODY).astype(np.int8),
        stages=stages,
        trying=trying,
        range_difference=np.full(SIZE, nan),
        respiration_rate=np.where(mine, 15.0, nan),
        sessions=((START + first, START + last),),
        trips=tuple((START + one, START + other) for one, other in trips),
        covered=np.ones(SIZE, dtype=np.bool_),
    )
    return replace(truth, **changes)


def _epochs(owner_of: Any, stage_of: Any = lambda second: Stage.LIGHT) -> list[Epoch]:
    return [
        Epoch(
            start=START + second,
            owner=owner_of(second),
            stage=stage_of(second) if owner_of(second) is Owner.PRIMARY else None,
        )
        for second in range(0, SIZE, 30)
    ]


def _in_bed(second: int) -> Owner:
    return Owner.PRIMARY if IN_BED[0] <= second < IN_BED[1] else Owner.NOBODY


def _night(
    first: int = IN_BED[0], last: int = IN_BED[1], epochs: Any = None, **summary: Any
) -> Night:
    values: dict[str, Any] = dict.fromkeys(NightSummary.__dataclass_fields__, nan) | {
        "trying_start": None,
        "sleep_onset": None,
        "final_awakening": None,
    }
    if epochs is None:
        epochs = _epochs(_in_bed)
    inside = tuple(e for e in epochs if START + first <= e.start < START + last)
    return Night(
        start=START + first,
        end=START + last,
        epochs=inside,
        settled_stages=tuple(e.stage for e in inside),
        settled_probabilities=None,
        summary=NightSummary(**(values | summary)),
        model_version="0",
        module="stub",
    )


def _said(**changes: Any) -> Output:
    """Return an engine that is right, and knows of everything at once."""
    present = _mask(IN_BED)
    values: dict[str, Any] = {
        "presence": np.where(present, 1.0, 0.0),
        "present": present,
        "told": np.ones(SIZE, dtype=np.bool_),
        "epochs": tuple(_epochs(_in_bed)),
        "nights": (_night(),),
        "events": (),
    }
    return Output(**(values | changes))


def _measure(truth: Truth, said: Output, **names: Any) -> Measured:
    return measure(truth, said, **({"family": "alone"} | names))


def _event(kind: SleepEventKind, second: float, known: float | None = None) -> Told:
    return Told(kind, START + second, START + (second if known is None else known))


def test_runs_have_a_begin_and_an_end() -> None:
    assert measures.runs(np.array([1, 1, 0, 1, 0], dtype=np.bool_)) == [(0, 2), (3, 4)]
    assert measures.runs(np.zeros(0, dtype=np.bool_)) == []


def test_night_that_is_right_has_only_the_start_of_trying_against_it() -> None:
    night = _measure(_truth(), _said())
    assert night.lone
    assert [problem.what for problem in night.problems] == [
        "start of trying to sleep unknown"
    ]
    assert night.sums["as_it_was"] == 1
    assert night.sums["bed"] == night.sums["bed_present"] == night.sums["bed_stored"]
    assert night.sums["bed"] == IN_BED[1] - IN_BED[0] - 30


def test_seconds_in_bed_that_were_not_found() -> None:
    present = _mask((IN_BED[0] + 130, IN_BED[1]))
    covered = ~_mask((IN_BED[0], IN_BED[0] + 80))
    stored = _night(first=IN_BED[0] + 300)
    night = _measure(_truth(covered=covered), _said(present=present, nights=(stored,)))
    # Thirty seconds are allowed; of what is not covered nobody can say anything.
    assert night.sums["bed"] - night.sums["bed_present"] == 50
    assert night.sums["bed"] - night.sums["bed_stored"] == 220


@pytest.mark.parametrize(("until", "delay"), [(0, 0.0), (45, 45.0), (HOUR, 3600.0)])
def test_bed_that_was_left_is_found_empty(until: int, delay: float) -> None:
    present = _mask((IN_BED[0], IN_BED[1] + until))
    night = _measure(_truth(), _said(present=present))
    assert night.values["cleared"] == [delay]
    assert night.sums["left_cleared"] == (delay <= 60)


def test_bed_left_for_a_moment_or_out_of_sight_is_not_asked_for() -> None:
    moment = _measure(_truth(trips=((6000, 6080),)), _said())
    assert moment.sums["left"] == 1
    unseen = _measure(_truth(covered=~_mask((IN_BED[1], IN_BED[1] + 20))), _said())
    assert unseen.sums["left"] == 0


def test_whose_an_epoch_truly_is() -> None:
    truth = _truth()
    seen = truth.seen.copy()
    first = IN_BED[0]
    others_in_bed = _mask((first, first + 60))
    seen[first : first + 12] = Seen.PET
    seen[first + 30 : first + 39] = Seen.OTHER
    # Somebody who stands before the empty bed is nobody in it.
    seen[first - 30 : first] = Seen.PRIMARY
    seen[first + 60 : first + 90] = Seen.PET
    seen[first + 90 : first + 120] = Seen.THING
    covered = ~_mask((first + 120, first + 136))
    true = measures.epoch_truth(
        replace(truth, seen=seen, others_in_bed=others_in_bed, covered=covered),
        START + first + np.arange(-30.0, 180.0, 30.0, dtype=np.float64),
    )
    # Nobody; two owners; the primary with a little of another; a pet; a thing; too
    # little data; the primary.
    assert true.owner.tolist() == [2, -1, 0, 1, 2, -1, 0]
    assert true.stage.tolist() == [-1, 0, 0, 0, 0, 0, 0]


def test_confusion_of_owners_live_and_settled() -> None:
    first, half = IN_BED[0], IN_BED[0] + HOUR
    seen = _truth().seen.copy()
    seen[half : IN_BED[1]] = Seen.OTHER
    others_in_bed = _mask((half, IN_BED[1]))
    live = _epochs(_in_bed)
    settled = [
        replace(e, owner=Owner.OTHER if e.start >= START + half else e.owner)
        for e in live
    ]
    night = _measure(
        _truth(seen=seen, others_in_bed=others_in_bed),
        _said(nights=(_night(epochs=settled),)),
        family="partner",
    )
    others = (IN_BED[1] - half) / 30
    mine = (half - first) / 30
    assert night.matrices["owner_live"][:2].tolist() == [[mine, 0, 0], [others, 0, 0]]
    assert night.matrices["owner_settled"][:2].tolist() == [
        [mine, 0, 0],
        [0, others, 0],
    ]
    assert any("other called primary" in problem.what for problem in night.problems)


def test_epoch_that_was_never_scored_is_nobodys() -> None:
    epochs = tuple(e for e in _epochs(_in_bed) if e.start != START + 6000)
    night = _measure(_truth(), _said(epochs=epochs, nights=()))
    assert night.matrices["owner_live"][0].tolist() == [299, 0, 1]


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ([(6000, 6300)], [1, 0, 0]),
        ([(6380, 6600)], [1, 0, 0]),
        ([(6400, 6600)], [0, 1, 1]),
        ([], [0, 1, 0]),
        ([(6000, 6100), (6200, 6300)], [1, 0, 1]),
        ([(6000, 6300), (8000, 8030)], [1, 0, 0]),
    ],
)
def test_trips_found_missed_and_invented(
    told: list[tuple[int, int]], outcome: list[int]
) -> None:
    truth = _truth(trips=((6000, 6300), (8000, 8040)))
    events = [
        event
        for left, back in told
        for event in (
            _event(SleepEventKind.LEFT_BED, left),
            _event(SleepEventKind.RETURNED_TO_BED, back),
        )
    ]
    night = _measure(truth, _said(events=tuple(events)))
    assert night.matrices["trips"].tolist() == outcome


def test_leaving_for_good_is_no_trip() -> None:
    events = (
        _event(SleepEventKind.LEFT_BED, IN_BED[1]),
        _event(SleepEventKind.GOT_UP, IN_BED[1]),
        _event(SleepEventKind.RETURNED_TO_BED, IN_BED[1] + 900),
    )
    assert measures.gaps(events) == []


@pytest.mark.parametrize(
    ("nights", "right"),
    [
        ([IN_BED], True),
        ([(IN_BED[0], 5000), (6000, IN_BED[1])], False),
        ([(IN_BED[1] - 600, IN_BED[1])], False),
        ([IN_BED, (IN_BED[1] + 600, SIZE)], False),
        ([], False),
    ],
)
def test_session_is_in_just_one_night(
    nights: list[tuple[int, int]], right: bool
) -> None:
    stored = tuple(_night(first, last) for first, last in nights)
    assert _measure(_truth(), _said(nights=stored)).sums["as_it_was"] == right


def test_two_sessions_in_one_night_are_wrong() -> None:
    first, last = IN_BED
    sessions = ((START + first, START + 6000), (START + 8000, START + last))
    night = _measure(_truth(sessions=sessions), _said())
    assert night.sums["sessions_right"] == 0


def test_night_that_nobody_slept() -> None:
    nobody = np.zeros(SIZE, dtype=np.bool_)
    truth = _truth(
        primary_in_bed=nobody,
        occupied=nobody,
        trying=nobody,
        sessions=(),
        seen=np.zeros(SIZE, dtype=np.int8),
        stages=np.full(SIZE, -1, dtype=np.int8),
    )
    night = _measure(truth, _said(), family="fan", empty=True)
    assert (night.sums["stored"], night.sums["as_it_was"], night.lone) == (1, 0, False)
    assert any("nobody slept" in problem.what for problem in night.problems)


def test_start_of_trying_and_latency() -> None:
    first = IN_BED[0]
    stored = replace(
        _night(trying_start=START + first + 420, sleep_latency=4.0),
        attempts=((START + first + 420, START + IN_BED[1]),),
    )
    night = _measure(_truth(), _said(nights=(stored,)))
    assert night.values["trying_error"] == [2.0]
    assert night.values["latency_error"] == [-1.0]
    assert night.sums["tried_unknown"] == 0
    assert night.sums["trying_seconds"] - night.sums["trying_right"] == 120
    assert night.values["start_error"] == night.values["end_error"] == [0.0]


def test_reliability_bins() -> None:
    presence = np.full(SIZE, 0.25)
    presence[:100] = 1.0
    presence[100:150] = nan
    matrix = _measure(_truth(), _said(presence=presence)).matrices["reliability"]
    assert matrix[9].tolist() == [100, 100, 0]
    assert matrix[2, 0] == SIZE - 150
    assert matrix[2, 2] == IN_BED[1] - IN_BED[0]


def test_stages_of_the_primary_sleeper_only() -> None:
    seen = _truth().seen.copy()
    seen[9000 : IN_BED[1]] = Seen.OTHER
    night = _measure(_truth(seen=seen), _said())
    assert night.matrices["stages_live"].sum() == (9000 - IN_BED[0]) / 30
    assert night.matrices["stages_live"][0].tolist() == [0, 20, 0, 0]
    assert np.array_equal(
        night.matrices["stages_settled"], night.matrices["stages_live"]
    )


def test_delay_and_date_of_events() -> None:
    asleep = IN_BED[0] + 600
    events = (
        _event(SleepEventKind.FELL_ASLEEP, asleep + 60, asleep + 300),
        _event(SleepEventKind.FELL_ASLEEP, asleep + 3000, asleep + 3100),
        _event(SleepEventKind.GOT_UP, IN_BED[1], SIZE + 100),
    )
    night = _measure(_truth(), _said(events=events))
    assert night.values["fell_asleep_delay"] == [300.0]
    assert night.values["fell_asleep_error"] == [60.0]
    assert night.sums["fell_asleep_false"] == 1
    assert night.sums["events_twice"] == 1
    assert night.values["got_up_error"] == [0.0]
    assert night.values["got_up_delay"] == []
    # Who gets up leaves the bed.
    assert night.sums["left_bed_true"] == 1
    assert night.sums["left_bed_told"] == 0


def test_short_sleep_that_is_told_is_not_invented() -> None:
    truth = _truth()
    truth.stages[7000:7060] = 0
    events = (
        _event(SleepEventKind.WOKE_UP, 7100),
        _event(SleepEventKind.FELL_ASLEEP, 7200),
        _event(SleepEventKind.WOKE_UP, 9000),
    )
    night = _measure(truth, _said(events=events))
    assert night.sums["woke_up_false"] == 1
    assert night.sums["fell_asleep_false"] == 0


def test_a_minute_awake_is_no_awakening() -> None:
    truth = _truth()
    truth.stages[7000:7060] = 0
    truth.stages[8000:8400] = 0
    times = measures.true_events(truth)
    assert times[SleepEventKind.FELL_ASLEEP] == [START + 2400, START + 8400]
    assert times[SleepEventKind.WOKE_UP] == [START + 8000, START + IN_BED[1]]


def _hourly(kinds: list[SleepEventKind]) -> list[Told]:
    return [_event(kind, hour * 3600) for hour, kind in enumerate(kinds)]


def test_events_take_turns() -> None:
    kinds = SleepEventKind
    twice = [kinds.GOT_IN_BED, kinds.LEFT_BED, kinds.LEFT_BED, kinds.GOT_UP]
    assert measures.duplicates(_hourly(twice)) == 1
    again = [
        kinds.GOT_IN_BED,
        kinds.FELL_ASLEEP,
        kinds.LEFT_BED,
        kinds.GOT_UP,
        kinds.GOT_IN_BED,
        kinds.FELL_ASLEEP,
    ]
    assert measures.duplicates(_hourly(again)) == 0


def test_event_that_is_told_again_is_a_duplicate() -> None:
    trying = SleepEventKind.TRYING_TO_SLEEP
    told = [_event(trying, 0), _event(trying, 3000), _event(trying, 20, 4000)]
    assert measures.duplicates(told) == 1


def test_sensor_that_was_moved() -> None:
    nights = [
        Measured(
            family="sensor_turned",
            household=1,
            number=number,
            kind="stub",
            empty=False,
            lone=True,
            with_partner=False,
            apart=nan,
        )
        for number in (1, 2, 3, 4)
    ]
    said = [_said(moved=(0.0,) if told else ()) for told in (True, False, True, True)]
    measures.moved(nights, said, 2)
    assert [night.sums["moved_falsely"] for night in nights] == [1, 0, 0, 1]
    assert nights[-1].values["moved_after"] == [1.0]
    assert nights[-1].sums["moved_told"] == 1


def _live(second: int, presence: float) -> LiveUpdate:
    return LiveUpdate(
        time=START + second + 1.0,
        presence=presence,
        present=presence > 0.5,
        in_bed=False,
        asleep=None,
        stage=None,
        respiration_rate=nan,
        respiration_quality=nan,
        heart_rate=nan,
        distance=nan,
        moving=False,
    )


def test_what_is_heard_belongs_to_its_second_and_its_night() -> None:
    heard = Heard()
    day = 86400
    told = SleepEvent(kind=SleepEventKind.LEFT_BED, time=START + 3)
    heard.take([_live(0, 0.1), EpochScored(epoch=Epoch(start=START)), told])
    heard.take([_live(5, 0.9), SessionEnded(night=_night())])
    later = SleepEvent(kind=SleepEventKind.GOT_UP, time=START + day)
    moved = SensorMoved.__new__(SensorMoved)
    heard.take([_live(day, 0.7), later, moved])
    heard.close()
    first = output(heard, _truth(), START + day)
    assert first.presence[0] == pytest.approx(0.1)
    assert first.present[5]
    assert first.told.sum() == 2
    assert first.events == (Told(told.kind, told.time, START + 6),)
    assert (len(first.nights), len(first.epochs), first.moved) == (1, 1, ())
    second = output(heard, replace(_truth(), start=START + day), np.inf)
    assert second.presence[0] == pytest.approx(0.7)
    assert second.events[0].known == START + day + 1
    assert second.moved == (START + day + 1,)
    assert second.nights == ()
