"""The semi-Markov chain and what it sees."""

from itertools import product
from math import nan

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from custom_components.halo_rise.sleep import staging
from custom_components.halo_rise.sleep.staging import (
    AWAKE,
    DEEP,
    LIGHT,
    REM,
    Chain,
    Features,
    LiveStaging,
    StageFilter,
    load_chain,
)

REGULAR = Features(
    movement=0.0, rate=13.0, interval_variation=0.06, depth=4.0, depth_variation=0.1
)
ERRATIC = Features(
    movement=0.0, rate=14.5, interval_variation=0.2, depth=3.0, depth_variation=0.35
)
RESTLESS = Features(
    movement=22.0, rate=16.0, interval_variation=0.4, depth=5.0, depth_variation=0.5
)

features = st.builds(
    Features,
    movement=st.floats(0.0, 30.0),
    rate=st.one_of(st.just(nan), st.floats(4.0, 40.0)),
    interval_variation=st.one_of(st.just(nan), st.floats(0.0, 2.0)),
    depth=st.one_of(st.just(nan), st.floats(0.0, 20.0)),
    depth_variation=st.one_of(st.just(nan), st.floats(0.0, 3.0)),
    out_of_bed=st.booleans(),
    known=st.booleans(),
)


@settings(max_examples=50)
@given(night=st.lists(features, min_size=1, max_size=60))
def test_probabilities_are_probabilities_whatever_is_missing(
    night: list[Features],
) -> None:
    chain, live = load_chain(), LiveStaging()
    for epoch in night:
        probabilities = live.add(epoch, chain)
        assert probabilities.sum() == pytest.approx(1.0)
        assert (probabilities >= 0.0).all()
    settled = staging.settle(night, chain)
    assert settled.shape == (len(night), 4)
    np.testing.assert_allclose(settled.sum(axis=1), 1.0)


def _live(epochs: list[Features]) -> np.ndarray:
    chain, live = load_chain(), LiveStaging()
    return np.array([live.add(epoch, chain) for epoch in epochs])


def test_somebody_restless_is_awake() -> None:
    assert _live([RESTLESS] * 20)[-1].argmax() == AWAKE


def test_slow_regular_breathing_becomes_deep_sleep() -> None:
    evening = [RESTLESS] * 5 + [
        Features(
            movement=0.0,
            rate=14.0 + 0.5 * (-1) ** i,
            interval_variation=0.11,
            depth=4.0,
            depth_variation=0.2,
        )
        for i in range(40)
    ]
    night = _live(evening + [REGULAR] * 40)
    assert night[30].argmax() == LIGHT
    assert night[-1].argmax() == DEEP


def test_erratic_breathing_without_movement_late_in_the_night_is_rem() -> None:
    night = [RESTLESS] * 5 + ([REGULAR] * 60 + [ERRATIC] * 25) * 4
    assert _live(night)[-5].argmax() == REM


def test_a_single_restless_epoch_in_the_night_is_an_awakening() -> None:
    night = [RESTLESS] * 5 + [REGULAR] * 100 + [RESTLESS] * 2 + [REGULAR] * 20
    settled = staging.settle(night, load_chain())
    assert settled[105:107].argmax(axis=1).tolist() == [AWAKE, AWAKE]
    assert settled[112].argmax() != AWAKE


def test_an_epoch_without_data_changes_nothing_but_time() -> None:
    likelihood = staging.emission(
        Features(movement=nan, known=False), [], staging.usual_values([])
    )
    np.testing.assert_array_equal(likelihood, 1.0)


def test_smoothing_equals_the_sum_over_all_paths() -> None:
    """Compare with brute force on a chain small enough to enumerate."""
    rng = np.random.default_rng(4)
    ages = 3
    transition = rng.uniform(0.1, 1.0, (1, 4, 4))
    for row in range(4):
        transition[0, row, row] = 0.0
    transition /= transition.sum(axis=2, keepdims=True)
    chain = Chain(
        initial=np.array([0.4, 0.3, 0.2, 0.1]),
        transition=transition,
        hazard=rng.uniform(0.2, 0.8, (1, 4, ages)),
        edges=np.empty(0),
    )
    night = [RESTLESS, REGULAR, ERRATIC, REGULAR, RESTLESS]
    usual = staging.usual_values(night)
    likelihood = [
        staging.emission(
            staging._centred(night, i, 2), night[max(0, i - 2) : i + 3], usual
        )
        # The night is too short for REM sleep.
        * staging.early(0.0)
        for i in range(5)
    ]
    expected = np.zeros((5, 4))
    for path in product(range(4), repeat=5):
        weight, age = chain.initial[path[0]] * likelihood[0][path[0]], 0
        for i in range(1, 5):
            ends = chain.hazard[0, path[i - 1], min(age, ages - 1)]
            if path[i] == path[i - 1]:
                weight, age = weight * (1.0 - ends), age + 1
            else:
                weight, age = weight * ends * transition[0, path[i - 1], path[i]], 0
            weight *= likelihood[i][path[i]]
        for i in range(5):
            expected[i, path[i]] += weight
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(staging.settle(night, chain), expected, atol=1e-12)


def test_the_shipped_chain_is_a_chain() -> None:
    chain = load_chain()
    np.testing.assert_allclose(chain.transition.sum(axis=2), 1.0, atol=1e-5)
    np.testing.assert_array_equal(np.diagonal(chain.transition, axis1=1, axis2=2), 0.0)
    assert ((chain.hazard > 0.0) & (chain.hazard <= 1.0)).all()


def test_hours_of_sleep_count_from_the_onset() -> None:
    chain = load_chain()
    assert staging.night_part(chain, nan) == 0
    assert staging.night_part(chain, 0.0) == 1
    assert staging.night_part(chain, 960.0) == len(chain.edges)
    awake = np.array([1.0, 1e-4, 1e-4, 1e-4])
    asleep = np.array([1e-4, 1.0, 0.1, 0.1])
    state, _ = staging.advance(StageFilter(), awake, chain)
    assert np.isnan(state.since_onset)
    for _ in range(3):
        state, _ = staging.advance(state, asleep, chain)
    assert state.since_onset >= 0.0


def test_what_looks_like_rem_at_bedtime_is_somebody_awake() -> None:
    settled = staging.settle([ERRATIC] * 60 + [REGULAR] * 200, load_chain())
    assert set(settled[:50].argmax(axis=1).tolist()) <= {AWAKE, LIGHT}
