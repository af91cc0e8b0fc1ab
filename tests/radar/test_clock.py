"""Time from the order of the frames."""

from hypothesis import given, strategies as st
import numpy as np
from numpy.typing import NDArray
import pytest

from custom_components.halo_rise.radar.clock import FrameClock

START = 1.8e9
NOMINAL = 0.125

type Floats = NDArray[np.float64]


def sent(seconds: float, rate: float = 8.0) -> Floats:
    """Return when a module measures."""
    return START + np.arange(round(seconds * rate)) / rate


def run(arrivals: Floats, cycles: NDArray[np.int_] | None = None) -> Floats:
    """Return what a clock makes of arrivals."""
    clock = FrameClock(NOMINAL)
    counts = np.ones(arrivals.size, int) if cycles is None else cycles
    return np.array(
        [
            clock.tick(float(arrival), int(count))
            for arrival, count in zip(arrivals, counts, strict=True)
        ]
    )


def delayed(times: Floats, jitter: float, seed: int = 0) -> Floats:
    """Delay each frame by up to that much; they cannot overtake one another."""
    delays = np.random.default_rng(seed).uniform(0.0, jitter, times.size)
    return np.asarray(np.maximum.accumulate(times + delays))


def test_even_arrivals_are_kept() -> None:
    """A replay gets its own times back."""
    times = sent(600.0)
    assert run(times) == pytest.approx(times, abs=1e-6)


@pytest.mark.parametrize("rate", [8.0, 7.9, 8.2, 7.4, 8.6])
@pytest.mark.parametrize("seed", [1, 2])
def test_jitter_does_not_reach_the_waveform(rate: float, seed: int) -> None:
    """Of 200 ms at arrival, less than 1 ms is left a minute later, less than 15 ms before."""
    times = sent(600.0, rate)
    found = run(delayed(times, 0.2, seed))
    intervals = np.diff(found)
    settled = slice(round(60 * rate), None)
    assert intervals[settled].std() < 0.001
    assert intervals[settled].mean() == pytest.approx(1 / rate, rel=1e-3)
    assert np.abs(found - times)[settled].max() < 0.15
    assert np.abs(intervals - 1 / rate).max() < 0.015
    assert np.abs(found - times).max() < 0.2


def test_lost_cycles_take_their_time() -> None:
    """A frame after lost ones is as late as they were many."""
    times = sent(300.0)
    keep = np.random.default_rng(3).random(times.size) > 0.3
    keep[0] = True
    cycles = np.diff(np.flatnonzero(keep), prepend=-1)
    found = run(delayed(times[keep], 0.2), cycles)
    steps = (np.diff(found) / cycles[1:])[500:]
    assert steps.std() < 0.001
    assert steps == pytest.approx(NOMINAL, abs=0.004)
    assert np.abs(found - times[keep])[500:].max() < 0.15


@pytest.mark.parametrize("stall", [0.5, 2.0, 10.0])
@pytest.mark.parametrize("rate", [1e9, 30.0])
def test_a_stall_that_is_caught_up_bends_nothing(stall: float, rate: float) -> None:
    """Frames that were held up come at once, or faster than normal, with their own times."""
    times = sent(300.0)
    arrivals = delayed(times, 0.05)
    held = (times >= START + 120) & (times < START + 120 + stall)
    begin = START + 120 + stall
    arrivals[held] = begin + np.arange(held.sum()) / rate
    arrivals = np.maximum.accumulate(arrivals)
    found = run(arrivals)
    assert np.abs(np.diff(found) - NOMINAL).max() < 0.006
    assert np.abs(found - times).max() < 0.15


@pytest.mark.parametrize("gap", [3.0, 60.0, 3600.0])
@pytest.mark.parametrize("counted", [True, False])
def test_a_gap_is_a_gap(gap: float, counted: bool) -> None:
    """After seconds without data the time jumps, at once where the gap was counted."""
    times = np.concatenate([sent(60.0), sent(60.0) + 60.0 + gap])
    cycles = np.ones(times.size, int)
    if counted:
        cycles[480] = round(gap / NOMINAL) + 1
    found = run(delayed(times, 0.2), cycles)
    off = np.abs(found - times)
    assert off[480 if counted else 480 + 14 :].max() < 0.3
    assert off[600:].max() < 0.25
    assert (np.diff(found) > 0).all()


def test_an_incredible_count_is_not_believed() -> None:
    """A gap that ends in the future was read from a damaged packet."""
    times = sent(120.0)
    cycles = np.ones(times.size, int)
    cycles[600] = 300
    found = run(delayed(times, 0.2), cycles)
    assert np.abs(found - times).max() < 0.6
    assert np.abs(found - times)[-1] < 0.15


def test_a_clock_set_back_does_not_turn_time_back() -> None:
    """The wall clock may jump; the waveform goes on evenly and comes closer slowly."""
    times = sent(120.0)
    arrivals = times.copy()
    arrivals[480:] -= 30.0
    steps = np.diff(run(arrivals))
    assert steps.min() > 0.95 * NOMINAL
    assert steps.max() < 1.05 * NOMINAL


def test_reconnecting_anchors_anew_and_never_goes_back() -> None:
    """Where the next anchor lies before the last frame, time goes on behind that."""
    clock = FrameClock(NOMINAL)
    last = [clock.tick(START + 0.2 + k * NOMINAL) for k in range(100)][-1]
    clock.restart()
    assert clock.tick(last - 5.0) > last
    clock.restart()
    assert clock.tick(last + 100.0) == last + 100.0


@given(
    st.lists(
        st.tuples(
            st.floats(-1e4, 1e4) | st.floats(0, 0.3),
            st.integers(1, 500),
            st.booleans(),
        ),
        max_size=200,
    )
)
def test_time_always_rises(events: list[tuple[float, int, bool]]) -> None:
    """Whatever the arrivals do, a frame is later than the one before."""
    clock = FrameClock(NOMINAL)
    arrival = START
    last = -np.inf
    for step, cycles, restart in events:
        arrival += step
        if restart:
            clock.restart()
        now = clock.tick(arrival, cycles)
        assert now > last
        assert 0.9 * NOMINAL <= clock.interval <= 1.1 * NOMINAL
        last = now
