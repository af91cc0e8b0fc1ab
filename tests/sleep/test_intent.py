"""Trying to sleep, or reading."""

import itertools
from math import inf, nan

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest
import ruptures

from custom_components.halo_rise.sleep import intent
from custom_components.halo_rise.sleep.intent import (
    COMMIT_AFTER,
    INPUTS,
    PENALTY,
    SHORTEST,
    Clues,
    Partition,
    Usual,
)

SCORES = st.lists(
    st.floats(0.0, 1.0, allow_nan=False, width=32), min_size=1, max_size=60
)


def _cost(scores: list[float], changes: list[int]) -> float:
    edges = [0, *changes, len(scores)]
    segments = [np.array(scores[a:b]) for a, b in itertools.pairwise(edges)]
    return sum(float(((s - s.mean()) ** 2).sum()) for s in segments) + PENALTY * len(
        changes
    )


def _oracle(scores: list[float]) -> float:
    """Return the least cost of any partition, found by ruptures' dynamic programme."""
    signal = np.array(scores)[:, None]
    best = _cost(scores, [])
    if len(scores) < 2 * SHORTEST:
        return best
    search = ruptures.Dynp(model="l2", min_size=SHORTEST, jump=1).fit(signal)
    for count in range(1, len(scores) // SHORTEST):
        best = min(best, _cost(scores, search.predict(n_bkps=count)[:-1]))
    return best


def _night(seed: int, levels: list[tuple[float, int]]) -> list[float]:
    random = np.random.default_rng(seed)
    return [
        float(np.clip(random.normal(level, 0.2), 0.0, 1.0))
        for level, epochs in levels
        for _ in range(epochs)
    ]


@settings(max_examples=40, deadline=None)
@given(SCORES)
def test_no_partition_is_better_than_the_settled_one(scores: list[float]) -> None:
    changes = intent.partition(scores)
    assert _cost(scores, changes) == pytest.approx(_oracle(scores), abs=1e-6)
    edges = [0, *changes, len(scores)]
    assert not changes or min(np.diff(edges)) >= SHORTEST


@pytest.mark.parametrize("seed", range(5))
def test_a_night_is_divided_as_ruptures_divides_it(seed: int) -> None:
    scores = _night(seed, [(0.1, 80), (0.9, 300), (0.2, 40), (0.95, 380)])
    pelt = ruptures.Pelt(model="l2", min_size=SHORTEST, jump=1)
    expected = pelt.fit(np.array(scores)[:, None]).predict(pen=PENALTY)[:-1]
    assert intent.partition(scores) == expected
    assert len(expected) == 3


def test_reading_ends_where_the_light_went_out() -> None:
    scores = _night(1, [(0.15, 80), (0.85, 700)])
    ((begin, stop),) = intent.attempts(scores, intent.partition(scores))
    assert abs(begin - 80) <= 2
    assert stop == len(scores)


def test_a_live_change_stands_after_ten_minutes() -> None:
    live = Partition()
    seen: list[list[int]] = []
    for value in _night(2, [(0.1, 60), (0.9, 60), (0.1, 60)]):
        live.add(value)
        seen.append(live.changes())
    for count, (now, later) in enumerate(itertools.pairwise(seen), 1):
        settled = [change for change in now if change <= count - COMMIT_AFTER]
        assert later[: len(settled)] == settled
    assert live.changes() == pytest.approx([60, 120], abs=2)


def test_a_restored_partition_goes_on_as_if_nothing_had_happened() -> None:
    scores = _night(3, [(0.1, 70), (0.8, 50), (0.3, 40), (0.9, 60)])
    whole, part = Partition(), Partition()
    for count, value in enumerate(scores):
        whole.add(value)
        part.add(value)
        if count % 20 == 19:
            part = Partition.restored(
                list(part.scores), list(part.committed), *part.saved()
            )
    assert part.changes() == whole.changes()
    assert part.committed == whole.committed


def test_a_damaged_partition_is_refused() -> None:
    with pytest.raises(ValueError, match="damaged"):
        Partition.restored([0.5, 0.5], [], np.zeros(2), np.zeros(2, dtype=np.intp))


@given(
    st.lists(
        st.builds(
            Clues,
            movement=st.floats(0.0, 30.0),
            interval_variation=st.sampled_from([nan, 0.0, 0.1, 3.0]),
            depth_variation=st.sampled_from([nan, 0.2]),
            depth=st.sampled_from([nan, 4.0]),
            rate=st.sampled_from([nan, 14.0]),
            distance=st.sampled_from([nan, 0.8, inf]),
            asleep=st.sampled_from([nan, 0.0, 1.0]),
            known=st.booleans(),
        ),
        min_size=1,
        max_size=12,
    ),
    st.builds(
        Usual,
        distance=st.sampled_from([nan, 0.7]),
        log_rate=st.sampled_from([nan, 2.7]),
        log_depth=st.sampled_from([nan, 1.4]),
    ),
)
def test_whatever_is_unknown_there_is_a_score(clues: list[Clues], usual: Usual) -> None:
    values = intent.inputs(clues, usual)
    assert values.shape == (INPUTS,)
    assert np.isfinite(values).all()
    assert 0.0 <= intent.score(values, intent.load_network()) <= 1.0
