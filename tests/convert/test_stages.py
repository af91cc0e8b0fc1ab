"""Words of scorers, and the epochs made of them."""

from hypothesis import given, strategies as st
import numpy as np
import pytest

from models.convert.stages import (
    Numbers,
    Span,
    counts,
    epochs,
    lights,
    phase,
    spans,
    stage,
)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Sleep stage W", 0),
        ("Sleep stage N1", 1),
        ("Sleep stage 2", 2),
        ("Sleep stage 3", 3),
        ("Sleep stage 4", 3),
        ("Sleep stage R", 4),
        ("Sleep stage ?", -1),
        ("Movement time", -1),
        ("SLEEP-S0", 0),
        ("SLEEP-S2", 2),
        ("SLEEP-REM", 4),
        ("SLEEP-MT", -1),
        ("Stage - W", 0),
        ("Stage1", 1),
        ("REM sleep", 4),
        ("nrem 2", 2),
        ("5", 4),
        ("6", -1),
        ("9", -1),
        ("-1", -1),
        ("2.0", 2),
        ("", -1),
        ("Obstructive apnea", None),
        ("11", None),
        ("2.5", None),
    ],
)
def test_words_of_every_school_are_understood(word: str, expected: int | None) -> None:
    assert stage(word) == expected


def test_a_scoring_after_the_manual_counts_otherwise() -> None:
    assert stage("4", Numbers.RK) == 3
    assert stage("4", Numbers.AASM) == 4
    assert stage("5", Numbers.AASM) is None


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("Lights off", False),
        ("LIGHTS OUT", False),
        ("lights_on", True),
        ("Lights Off|Lights Off", False),
        ("Highlights on", None),
        ("Sleep stage W", None),
    ],
)
def test_lights_are_found(text: str, on: bool | None) -> None:
    assert lights(text) is on


def test_every_epoch_scored_lasts_an_epoch() -> None:
    """One epoch was left out: it does not take the stage of the one before."""
    scored = spans([0.0, 30.0, 90.0], [2, 2, 3])
    assert scored == (Span(0.0, 30.0, 2), Span(30.0, 30.0, 2), Span(90.0, 30.0, 3))


def test_changes_last_until_the_next() -> None:
    first, second = spans([0.0, 300.0], [0, 2])
    assert first == Span(0.0, 300.0, 0)
    assert second.end > 86_400


def test_an_epoch_has_the_stage_of_most_of_its_time() -> None:
    """Epochs of 20 s: the second of 30 s is half the one, half the other."""
    scored = [Span(0, 20, 2), Span(20, 20, 3), Span(40, 20, 3), Span(60, 10, 4)]
    stages, seen = epochs(scored, 0.0, 4)
    assert stages.tolist() == [2, 3, -1, -1]
    assert seen.tolist() == [True, True, False, False]


def test_what_the_scorer_saw_in_vain_was_seen() -> None:
    stages, seen = epochs([Span(0, 30, -1), Span(30, 30, 2)], 0.0, 3)
    assert stages.tolist() == [-1, 2, -1]
    assert seen.tolist() == [True, True, False]


def test_epochs_begin_where_the_scorer_begins() -> None:
    assert phase([Span(67.0, 30.0, 2)], 0.1) == 7.0
    assert phase([Span(60.004, 30.0, 2)], 0.1) == 0.0
    assert phase([], 0.1) == 0.0


def test_counts_fold_five_stages_to_four() -> None:
    stages = np.array([0, 1, 2, 2, 3, 4, -1], np.int8)
    assert counts(stages) == ("1 wake, 3 light (1 N1, 2 N2), 1 deep, 1 REM, 1 unknown")


@given(
    st.lists(
        st.tuples(st.floats(), st.none() | st.floats(), st.integers(-1, 4)), max_size=20
    ),
    st.floats(0, 30),
    st.integers(0, 20),
)
def test_no_scoring_breaks_the_epochs(
    rows: list[tuple[float, float | None, int]], first: float, count: int
) -> None:
    scored = spans(
        [row[0] for row in rows], [row[2] for row in rows], [row[1] for row in rows]
    )
    stages, seen = epochs(scored, first, count)
    assert stages.size == seen.size == count
    assert not stages.size or (stages.min() >= -1 and stages.max() <= 4)
    assert set(np.unique(stages)) <= {-1, *(row[2] for row in rows)}
