"""What happened is told once."""

from collections.abc import Sequence
from math import nan

from hypothesis import given, strategies as st

from custom_components.halo_rise.sleep import happenings
from custom_components.halo_rise.sleep.epoch import SleepEvent, SleepEventKind, Stage
from custom_components.halo_rise.sleep.happenings import (
    ASLEEP_FOR,
    AWAKE_FOR,
    Happenings,
)

KIND = SleepEventKind


def _kinds(events: list[SleepEvent]) -> list[SleepEventKind]:
    return [event.kind for event in events]


def _epochs(
    state: Happenings,
    stages: Sequence[Stage | None],
    start: float = 0.0,
    trying_since: float = nan,
) -> list[SleepEvent]:
    told: list[SleepEvent] = []
    for number, stage in enumerate(stages):
        told += happenings.epoch(
            state,
            start=start + 30.0 * number,
            stage=stage,
            trying_since=trying_since,
            trying_for=20,
        )
    return told


def test_a_night_is_told_in_order() -> None:
    state = Happenings()
    told = happenings.begin(state, 0.0)
    told += _epochs(state, [Stage.AWAKE] * 10 + [Stage.LIGHT] * 20, trying_since=60.0)
    for _ in range(60):
        told += happenings.second(state, left=980.0, arrived=0.0)
    told += happenings.second(state, left=nan, arrived=1290.0)
    told += _epochs(state, [Stage.LIGHT] * 10, start=1320.0, trying_since=60.0)
    told += happenings.end(state, 2000.0)
    assert _kinds(told) == [
        KIND.GOT_IN_BED,
        KIND.TRYING_TO_SLEEP,
        KIND.FELL_ASLEEP,
        KIND.WOKE_UP,
        KIND.LEFT_BED,
        KIND.RETURNED_TO_BED,
        KIND.FELL_ASLEEP,
        KIND.WOKE_UP,
        KIND.GOT_UP,
    ]


def test_falling_asleep_happened_when_it_began() -> None:
    state = Happenings()
    happenings.begin(state, 0.0)
    told = _epochs(state, [Stage.AWAKE] * 3 + [Stage.LIGHT] * ASLEEP_FOR)
    assert told[-1] == SleepEvent(kind=KIND.FELL_ASLEEP, time=90.0)


def test_a_short_awakening_is_none() -> None:
    state = Happenings()
    happenings.begin(state, 0.0)
    _epochs(state, [Stage.LIGHT] * 10)
    told = _epochs(state, [Stage.AWAKE] * (AWAKE_FOR - 1) + [Stage.LIGHT] * 5)
    assert told == []


def test_a_pause_of_the_signal_is_nobody_who_left() -> None:
    state = Happenings()
    happenings.begin(state, 0.0)
    for _ in range(5):
        assert happenings.second(state, left=95.0, arrived=0.0) == []
    assert happenings.second(state, left=nan, arrived=100.0) == []


def test_nothing_happens_outside_a_session() -> None:
    state = Happenings()
    assert happenings.second(state, left=0.0, arrived=nan) == []
    assert _epochs(state, [Stage.LIGHT] * 10) == []
    assert happenings.end(state, 100.0) == []


@given(
    st.lists(
        st.one_of(
            st.sampled_from([None, *Stage]),
            st.sampled_from(["leave", "return", "try"]),
        ),
        max_size=200,
    )
)
def test_leaving_and_returning_falling_asleep_and_waking_take_turns(
    course: list[Stage | str | None],
) -> None:
    state = Happenings()
    told = happenings.begin(state, 0.0)
    left, time, since = nan, 0.0, nan
    for what in course:
        time += 30.0
        match what:
            case "leave":
                left = time - 20.0
            case "return":
                left = nan
            case "try":
                since = time if since != since else nan  # noqa: PLR0124
            case _:
                told += happenings.epoch(
                    state,
                    start=time,
                    stage=what,  # type: ignore[arg-type]
                    trying_since=since,
                    trying_for=9,
                )
        for _ in range(12):
            told += happenings.second(state, left=left, arrived=time)
    told += happenings.end(state, time)
    kinds = _kinds(told)
    for first, second in (
        (KIND.LEFT_BED, KIND.RETURNED_TO_BED),
        (KIND.FELL_ASLEEP, KIND.WOKE_UP),
    ):
        turns = [kind for kind in kinds if kind in (first, second)]
        assert turns[::2] == [first] * len(turns[::2])
        assert turns[1::2] == [second] * len(turns[1::2])
    assert kinds.count(KIND.GOT_IN_BED) == kinds.count(KIND.GOT_UP) == 1
