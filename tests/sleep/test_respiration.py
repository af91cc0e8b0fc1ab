"""Breathing from displacement."""

from hypothesis import given, settings, strategies as st
import numpy as np
import numpy.typing as npt
import pytest

from custom_components.halo_rise.sleep import respiration
from custom_components.halo_rise.sleep.respiration import analyse

type FloatArray = npt.NDArray[np.float64]

RATE = 8.0


def _steps(displacement: FloatArray) -> FloatArray:
    return np.diff(displacement, prepend=displacement[0])


def _breathing(
    rate: float, depth: float, seconds: float = 90.0, noise: float = 0.004
) -> FloatArray:
    time = np.arange(0.0, seconds, 1.0 / RATE)
    wave = 0.5 * depth * np.sin(2.0 * np.pi * rate / 60.0 * time)
    return np.asarray(wave + np.random.default_rng(0).normal(0.0, noise, time.size))


@settings(max_examples=60)
@given(
    rate=st.floats(min_value=6.0, max_value=30.0),
    depth=st.floats(min_value=0.3, max_value=12.0),
)
def test_the_rate_of_a_steady_breather_is_found(rate: float, depth: float) -> None:
    steps = _steps(_breathing(rate, depth))
    result = analyse(steps, np.ones(steps.size, dtype=bool), RATE, 30.0)
    assert result.rate == pytest.approx(rate, abs=0.3)
    assert result.quality > 0.8
    assert result.depth == pytest.approx(depth, rel=0.15)


@pytest.mark.parametrize("depth", [0.002, 0.01, 0.028, 0.05])
def test_what_is_too_small_for_a_person_has_no_quality(depth: float) -> None:
    steps = _steps(_breathing(14.0, depth, noise=0.0))
    result = analyse(steps, np.ones(steps.size, dtype=bool), RATE, 30.0)
    assert result.quality == 0.0


def test_noise_does_not_breathe() -> None:
    noise = np.random.default_rng(5).normal(0.0, 0.5, (200, 720))
    quality = [
        analyse(_steps(row), np.ones(720, dtype=bool), RATE, 30.0).quality
        for row in noise
    ]
    assert np.median(quality) < 0.2


def test_a_movement_is_never_integrated_across() -> None:
    displacement = _breathing(15.0, 4.0)
    displacement[400:] += 300.0
    steps = _steps(displacement)
    usable = np.ones(steps.size, dtype=bool)
    usable[392:420] = False
    shown, pieces = respiration.breathing_displacement(steps, usable, RATE)
    assert [start for start, _ in pieces] == [0, 420]
    assert np.abs(shown).max() < 4.0
    assert analyse(steps, usable, RATE, 30.0).rate == pytest.approx(15.0, abs=0.3)


def test_unknown_samples_are_not_breathed_through() -> None:
    steps = _steps(_breathing(15.0, 4.0))
    steps[-200:] = np.nan
    result = analyse(steps, np.ones(steps.size, dtype=bool), RATE, 30.0)
    assert np.isnan(result.rate)
    assert result.quality == 0.0


def test_irregular_breathing_varies_more_than_regular_breathing() -> None:
    rng = np.random.default_rng(2)

    def variation(spread: float) -> float:
        ends = np.cumsum(4.0 * np.exp(rng.normal(0.0, spread, 60)))
        time = np.arange(0.0, 150.0, 1.0 / RATE)
        cycles = np.interp(time, ends, np.arange(60))
        steps = _steps(2.0 * np.sin(2.0 * np.pi * cycles))
        usable = np.ones(steps.size, dtype=bool)
        return analyse(steps, usable, RATE, 150.0).interval_variation

    assert variation(0.04) < 0.09 < variation(0.25)


def test_a_deep_breather_does_not_move_but_a_turning_body_does() -> None:
    deep = _steps(_breathing(15.0, 12.0))[:8]
    turn = np.random.default_rng(1).uniform(-1.25, 1.25, 8)
    moving = [
        respiration.is_abrupt(
            respiration.jerk(steps, np.nan, RATE),
            6.0,
            float(np.abs(steps).max()) * RATE,
        )
        for steps in (deep, turn)
    ]
    assert moving == [False, True]


def test_a_machine_keeps_its_rhythm_and_a_sleeper_does_not() -> None:
    rng = np.random.default_rng(7)

    def coherence(spread: float) -> float:
        ends = np.cumsum(4.0 * (1.0 + rng.normal(0.0, spread, 60)))
        time = np.arange(0.0, 150.0, 1.0 / RATE)
        steps = _steps(np.sin(2.0 * np.pi * np.interp(time, ends, np.arange(60))))
        return analyse(steps, np.ones(steps.size, dtype=bool), RATE, 150.0).coherence

    assert np.mean([coherence(0.003) for _ in range(20)]) > 0.95
    assert np.mean([coherence(0.05) for _ in range(20)]) < 0.85
