"""Somebody is there, or nobody is."""

from math import nan

import pytest

from custom_components.halo_rise.sleep import presence
from custom_components.halo_rise.sleep.presence import Presence
from custom_components.halo_rise.sleep.respiration import Breathing

BREATHING = Breathing(
    rate=14.0, quality=0.9, depth=3.0, interval_variation=0.06, valid=30.0
)
STILL = Breathing(depth=0.01, valid=30.0, interval_variation=0.3)
CURTAIN = Breathing(
    depth=1.0, quality=0.05, regularity=0.2, interval_variation=0.5, valid=30.0
)


def _live(
    state: Presence,
    seconds: int,
    breathing: Breathing,
    *,
    moving: bool = False,
    distance: float = 0.8,
    coherence: float = 0.5,
) -> Presence:
    for _ in range(seconds):
        likelihood = presence.evidence(
            breathing=breathing,
            moving=moving,
            resting=state.resting,
            distance=distance,
            distance_expected=True,
            coherence=coherence,
        )
        state = presence.step(
            state,
            likelihood=likelihood,
            moving=moving,
            covered=True,
            coherence=coherence,
        )
    return state


def _somebody() -> Presence:
    arrived = _live(Presence(), 10, BREATHING, moving=True)
    return _live(arrived, 60, BREATHING)


def test_somebody_who_comes_and_breathes_is_present_within_a_minute() -> None:
    assert _somebody().present


def test_an_empty_bed_clears_within_a_minute() -> None:
    gone = _live(_somebody(), 10, STILL, moving=True)
    assert not _live(gone, 50, STILL, distance=nan).present


def test_a_motionless_sleeper_is_held_through_a_minute_without_breath() -> None:
    asleep = _live(_somebody(), 3600, BREATHING)
    assert _live(asleep, 60, STILL).present


def test_hours_of_a_curtain_are_nobody() -> None:
    assert not _live(Presence(), 8 * 3600, CURTAIN, distance=nan).present


def test_a_machine_is_nobody_however_well_it_breathes() -> None:
    fan = Breathing(
        rate=20.0, quality=1.0, depth=1.0, interval_variation=0.001, valid=30.0
    )
    switched_on = _live(Presence(), 30, fan, moving=True)
    assert not _live(switched_on, 3600, fan, coherence=0.96).present


def test_a_person_beyond_the_zone_is_nobody() -> None:
    assert not _live(Presence(), 600, BREATHING, moving=True, distance=3.0).present


def test_a_sleeper_already_in_bed_is_found_in_the_end() -> None:
    assert _live(Presence(), 300, BREATHING).present


def test_without_data_belief_fades_and_jumps_nowhere() -> None:
    state = _somebody()
    before = state.confidence
    for _ in range(600):
        state = presence.step(state, likelihood=0.0, moving=False, covered=False)
    assert before - 0.01 < state.confidence <= before


@pytest.mark.parametrize(
    ("rate", "quality", "expected"),
    [(14.0, 0.8, 0.8), (14.0, nan, 0.7), (nan, 0.8, 0.0), (0.0, 0.8, 0.0)],
)
def test_rates_of_a_module_count_as_breathing(
    rate: float, quality: float, expected: float
) -> None:
    assert presence.rates_breathing(rate, quality).quality == expected
