"""Frames become seconds on a uniform grid."""

from math import nan

from hypothesis import given, strategies as st
import numpy as np
import pytest

from custom_components.halo_rise.radar.frame import RadarFrame
from custom_components.halo_rise.sleep.timeline import SAMPLE_RATE, Timeline, unwrap

from .rooms import RADAR, RATES, START


@given(
    steps=st.lists(st.floats(min_value=-1.2, max_value=1.2), min_size=2, max_size=200)
)
def test_a_wrapped_phase_is_unwrapped_when_it_stays_below_half_a_period(
    steps: list[float],
) -> None:
    truth = np.cumsum(steps, dtype=np.float64)
    wrapped = np.mod(truth + 1.25, 2.5, dtype=np.float64) - 1.25
    increments, wraps = unwrap(wrapped, 2.5, nan, True)
    assert wraps
    np.testing.assert_allclose(increments[1:], np.diff(truth), atol=1e-9)


def test_a_module_that_unwraps_by_itself_is_left_alone() -> None:
    ramp = 2.0 * np.arange(10, dtype=np.float64)
    increments, wraps = unwrap(ramp, 2.5, nan, True)
    assert not wraps
    np.testing.assert_allclose(increments[1:], 2.0)


def test_a_signal_without_a_period_is_never_unwrapped() -> None:
    increments, _ = unwrap(np.array([0.0, 30.0]), nan, nan, True)
    assert increments[1] == 30.0


def _frames(times: list[float], values: list[float]) -> list[RadarFrame]:
    return [
        RadarFrame(time=START + time, displacement=value, distance=0.8)
        for time, value in zip(times, values, strict=True)
    ]


def test_uneven_frames_land_on_the_grid() -> None:
    rng = np.random.default_rng(3)
    times = np.sort(np.arange(0.0, 10.0, 0.125) + rng.uniform(0.0, 0.1, 80))
    frames = _frames(times.tolist(), (0.3 * times).tolist())
    seconds = list(Timeline(RADAR).add(frames))
    steps = np.concatenate([second.increments for second in seconds[1:]])
    # Seconds since 1970 have a resolution of 0.2 microseconds as floats.
    np.testing.assert_allclose(steps, 0.3 / SAMPLE_RATE, atol=1e-6)


def test_a_gap_is_not_interpolated_across() -> None:
    times = [*np.arange(0.0, 3.0, 0.125), *np.arange(4.5, 8.0, 0.125)]
    frames = _frames([float(t) for t in times], [0.0] * 24 + [1.0] * 28)
    seconds = list(Timeline(RADAR).add(frames))
    assert np.isnan(seconds[3].increments).all()
    steps = np.concatenate([second.increments for second in seconds])
    assert np.nansum(np.abs(steps)) == 0.0


def test_a_second_without_frames_is_not_covered() -> None:
    timeline = Timeline(RADAR)
    list(timeline.add(_frames([0.0, 0.5], [0.0, 0.0])))
    assert [s.covered for s in timeline.advance(START + 4.0)] == [
        True,
        False,
        False,
        False,
    ]


def test_a_module_of_rates_stands_until_its_next_row() -> None:
    timeline = Timeline(RATES)
    rows = [
        RadarFrame(time=START + 30.0 * row, respiration_rate=14.0 + row)
        for row in range(3)
    ]
    seconds = list(timeline.add(rows))
    assert len(seconds) == 60
    assert all(second.covered for second in seconds)
    assert seconds[45].respiration_rate == 15.0
    late = list(timeline.advance(START + 60.0 + 120.0))
    assert late[10].covered
    assert not late[100].covered
    assert np.isnan(late[100].respiration_rate)


def test_hours_without_frames_are_skipped_and_not_told_one_by_one() -> None:
    timeline = Timeline(RADAR)
    list(timeline.add(_frames([0.0], [0.0])))
    assert len(list(timeline.advance(START + 50_000.0))) < 300


@pytest.mark.parametrize("late", [-0.2, -10.0])
def test_a_frame_from_the_past_is_dropped(late: float) -> None:
    timeline = Timeline(RADAR)
    list(timeline.add(_frames([0.0, 5.0], [0.0, 0.0])))
    assert not list(timeline.add(_frames([5.0 + late], [9.0])))
    assert len(timeline.pending) == 1
