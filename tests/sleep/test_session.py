"""Going to bed and getting up."""

from hypothesis import given, strategies as st

from custom_components.halo_rise.sleep import session
from custom_components.halo_rise.sleep.session import Ended, Session, Started


def _run(*spans: tuple[int, bool, bool]) -> tuple[Session, list[Started | Ended]]:
    """Live through spans of (seconds, present, covered)."""
    state, time, events = Session(), 0.0, []
    for seconds, present, covered in spans:
        for _ in range(seconds):
            state, event = session.step(
                state, time=time, present=present, covered=covered
            )
            if event:
                events.append(event)
            time += 1.0
    return state, events


def test_a_session_begins_after_five_minutes_and_reaches_back() -> None:
    state, events = _run((100, False, True), (299, True, True))
    assert not events
    state, events = _run((100, False, True), (300, True, True))
    assert events == [Started(start=100.0)]
    assert state.in_progress


def test_a_short_visit_is_no_session() -> None:
    _, events = _run((240, True, True), (120, False, True), (240, True, True))
    assert not events


def test_a_bathroom_trip_does_not_end_the_night() -> None:
    state, events = _run((3600, True, True), (900, False, True), (3600, True, True))
    assert events == [Started(start=0.0)]
    assert state.in_progress


def test_the_night_ends_when_the_person_got_up_not_when_that_was_certain() -> None:
    _, events = _run((3600, True, True), (2400, False, True))
    assert events == [Started(start=0.0), Ended(start=0.0, end=3600.0)]


def test_ten_minutes_without_data_are_part_of_the_night() -> None:
    state, events = _run((3600, True, True), (600, True, False), (600, True, True))
    assert len(events) == 1
    assert state.in_progress


def test_a_radar_that_stays_silent_ends_the_night_at_its_last_data() -> None:
    _, events = _run((3600, True, True), (6000, True, False))
    assert events[-1] == Ended(start=0.0, end=3600.0)


@given(
    spans=st.lists(
        st.tuples(st.integers(1, 3000), st.booleans(), st.booleans()), max_size=12
    )
)
def test_sessions_never_overlap_and_always_begin_before_they_end(
    spans: list[tuple[int, bool, bool]],
) -> None:
    _, events = _run(*spans)
    kinds = [type(event) for event in events]
    assert kinds == [Started, Ended] * (len(kinds) // 2) + [Started] * (len(kinds) % 2)
    previous_end = 0.0
    for event in events:
        assert event.start >= previous_end
        if isinstance(event, Ended):
            assert event.end > event.start
            previous_end = event.end
