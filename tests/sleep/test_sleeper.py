"""Whose breathing it is."""

from math import log, nan

from hypothesis import given, strategies as st
import numpy as np
import pytest

from custom_components.halo_rise.sleep import sleeper, zone
from custom_components.halo_rise.sleep.profile import Model, Profile, model_of
from custom_components.halo_rise.sleep.sleeper import (
    ALONE,
    BEHIND,
    BESIDE,
    OTHER_ALONE,
    OwnerEvidence,
    Sleeper,
)


def _profile(*, company: float, rate: float = 14.0) -> Profile:
    random = np.random.default_rng(1)
    return Profile(
        nights=5,
        primary=zone.histogram(random.normal(0.75, 0.05, 4000)),
        other=zone.histogram(random.normal(1.35, 0.06, 4000))
        if company
        else np.zeros(zone.BINS),
        log_rate=log(rate),
        company=company,
    )


SHARED = model_of(_profile(company=1.0))
LONE = model_of(_profile(company=0.0))


def _stay(
    state: Sleeper,
    model: Model,
    distance: float,
    *,
    seconds: int = 120,
    moving: int = 12,
    second: float | None = nan,
    rate: float = nan,
) -> Sleeper:
    """Let the measured body move for a while and then rest somewhere."""
    for number in range(moving + seconds):
        state, _, _ = sleeper.step(
            state,
            model,
            distance=distance,
            moving=number < moving,
            second=second,
        )
        if number % 30 == 29:
            sleeper.breathe(state, model, log(rate) if rate > 0.0 else nan, nan)
    return state


def test_who_sleeps_alone_may_turn_over() -> None:
    state = sleeper.arrive(LONE, Sleeper())
    for distance in (0.75, 0.83, 0.68, 0.93, 0.75):
        state = _stay(state, LONE, distance)
        assert state.primary > 0.95


def test_the_partner_who_comes_first_is_not_the_sleeper() -> None:
    state = _stay(sleeper.arrive(SHARED, Sleeper()), SHARED, 1.35)
    assert state.belief[OTHER_ALONE] > 0.8
    state = _stay(state, SHARED, 0.75, second=1.35)
    assert state.belief[BESIDE] > 0.9


def test_who_is_left_behind_is_the_partner() -> None:
    state = _stay(sleeper.arrive(SHARED, Sleeper()), SHARED, 0.75, second=1.35)
    state = _stay(state, SHARED, 1.35)
    assert state.there < 0.1
    state = _stay(state, SHARED, 0.75, second=1.35)
    assert state.there > 0.9


@pytest.mark.parametrize("second", [0.80, None])
def test_a_partner_who_comes_nearer_hides_the_sleeper(second: float | None) -> None:
    beside = nan if second is None else 1.35
    listed = None if second is None else beside
    state = _stay(
        sleeper.arrive(SHARED, Sleeper()),
        SHARED,
        0.75,
        second=listed,
        rate=14.0,
        seconds=600,
    )
    state = _stay(state, SHARED, 0.48, second=second, rate=18.0, seconds=900)
    assert state.primary < 0.5
    if second is not None:
        assert state.belief[BEHIND] > 0.9
        assert state.there > 0.9


def test_without_a_movement_nobody_comes_or_goes() -> None:
    state = _stay(sleeper.arrive(LONE, Sleeper()), LONE, 0.75)
    later = _stay(state, LONE, 0.75, moving=0, seconds=3600)
    assert later.belief == pytest.approx(state.belief, abs=0.02)


def test_one_stay_speaks_once() -> None:
    state = _stay(sleeper.arrive(SHARED, Sleeper()), SHARED, 1.05, second=None)
    later = _stay(state, SHARED, 1.05, second=None, moving=0, seconds=7200)
    assert later.belief == pytest.approx(state.belief, abs=1e-9)


def test_breathing_of_many_epochs_is_that_of_one_person() -> None:
    state = _stay(sleeper.arrive(SHARED, Sleeper()), SHARED, 1.05)
    ratios = [sleeper.breathe(state, SHARED, log(14.0), nan) for _ in range(500)]
    assert 0.0 < sum(ratios) <= sleeper.BREATHING_LIMIT
    assert sleeper.breathe(state, SHARED, nan, nan) == 0.0


def test_the_whole_night_knows_better_than_its_beginning() -> None:
    """An hour of somebody at a doubtful distance, before somebody nearer comes."""
    doubtful = OwnerEvidence(evidence=(0.0, 0.3, 0.0, 0.0), present=1.0)
    arrival = OwnerEvidence(evidence=(-5.0, -5.0, 3.0, -5.0), size=1.0, present=1.0)
    rest = OwnerEvidence(evidence=(0.0, 0.0, 1.0, 0.0), present=1.0)
    first = sleeper.arrive(SHARED, Sleeper())
    settled = sleeper.settle([doubtful, doubtful, arrival, rest, rest], first, SHARED)
    assert settled.sum(axis=1) == pytest.approx(1.0)
    assert settled[0, OTHER_ALONE] > settled[0, ALONE]
    assert settled[-1, BESIDE] > 0.9


@given(
    st.lists(
        st.tuples(
            st.one_of(st.just(nan), st.floats(0.0, 5.0)),
            st.booleans(),
            st.sampled_from([None, nan, 0.4, 1.4]),
        ),
        max_size=120,
    )
)
def test_whatever_is_seen_the_beliefs_are_probabilities(
    seconds: list[tuple[float, bool, float | None]],
) -> None:
    state = sleeper.arrive(SHARED, Sleeper())
    for distance, moving, second in seconds:
        state, _, size = sleeper.step(
            state, SHARED, distance=distance, moving=moving, second=second
        )
        assert sum(state.belief) == pytest.approx(1.0)
        assert min(state.belief) > 0.0
        assert 0.0 <= size <= 1.0


def test_a_profile_survives_being_saved() -> None:
    profile = _profile(company=0.6)
    again = Profile.load(profile.dump())
    assert again.primary == pytest.approx(profile.primary, abs=1e-5)
    assert (again.nights, again.company) == (profile.nights, profile.company)
    assert again.log_rate == profile.log_rate


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", 99),
        ("primary", [0.1, 0.2]),
        ("primary", [-1.0] * zone.BINS),
        ("breathing", [1.0]),
        ("nights", None),
    ],
)
def test_a_damaged_profile_is_refused(key: str, value: object) -> None:
    saved = {**_profile(company=0.0).dump(), key: value}
    with pytest.raises(ValueError, match="profile|places|unpack|values"):
        Profile.load(saved)
