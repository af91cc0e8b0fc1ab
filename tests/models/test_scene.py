"""What a radar sees of a recorded sleeper, of a script, and of nobody."""

from itertools import islice
from pathlib import Path

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest
from scipy import signal

from custom_components.halo_rise.radar.mr60bha2 import Encoder, Parser
from models.recordings import Recording, load
from models.scene import (
    EMPTY_ROOMS,
    curtain_room,
    fan_room,
    frame_arrays,
    frames,
    noise_room,
)
from models.script import Script
from models.sight import FrameArrays
from models.synthesis import synthesise_night

SECOND = 8
"""Frames."""


def sleeper(
    seconds: float = 1800, *, rate: float = 10.0, per_minute: float = 15
) -> Recording:
    """Record somebody who breathes evenly, 4 mm deep."""
    time = np.arange(round(seconds * rate)) / rate
    chest = 2 * np.sin(2 * np.pi * per_minute / 60 * time)
    return Recording(
        respiration=chest.astype(np.float32),
        sample_rate=rate,
        units="mm",
        source="test",
    )


def depth(seen: FrameArrays, begin: float, end: float) -> float:
    """Measure from peak to peak between two times, without the heart."""
    low_pass = signal.butter(4, 0.7, fs=SECOND, output="sos")
    piece = seen.displacement[round(begin * SECOND) : round(end * SECOND)]
    return float(np.ptp(signal.sosfiltfilt(low_pass, piece)[40:-40]))


def test_recording_without_distance_is_one_sleeper_all_the_time() -> None:
    """He lies at 0.8 m; rates, distance and presence are the module's own."""
    seen = frame_arrays(sleeper(), start=1000.0)

    assert len(seen) == 1800 * SECOND
    assert np.array_equal(seen.time, 1000 + np.arange(len(seen)) / SECOND)
    assert (seen.present == 1).all()
    assert np.nanmedian(seen.distance) == pytest.approx(0.8)
    assert 0.005 < np.nanstd(seen.distance) < 0.03
    assert np.array_equal(seen.distance, seen.distance.round(2)), "whole centimetres"
    assert np.isnan(seen.respiration_rate[: 10 * SECOND]).all(), "no rate at once"
    assert set(seen.respiration_rate[60 * SECOND :]) <= {14, 15, 16}
    assert np.nanmedian(seen.heart_rate) == pytest.approx(60, abs=3)
    assert depth(seen, 60, 600) == pytest.approx(4, rel=0.05)


def test_heart_beats_on_top_of_the_breath() -> None:
    """A fifth of a millimetre by default, none on request."""
    still = Recording(
        respiration=np.random.default_rng(0).normal(0, 1e-4, 6000).astype(np.float32),
        sample_rate=10.0,
        units="mm",
    )
    assert np.ptp(frame_arrays(still).displacement) == pytest.approx(0.2, abs=0.06)
    assert np.ptp(frame_arrays(still, heartbeat=0).displacement) < 0.06


@pytest.mark.parametrize("rate", [2.0, 4.88, 8.0, 10.0, 25.0])
def test_waveform_keeps_its_time_and_shape(rate: float) -> None:
    """Whatever the recorder's rate, the breath is where it was."""
    seen = frame_arrays(sleeper(7200, rate=rate), heartbeat=0)
    time = np.arange(len(seen)) / SECOND
    expected = 2 * np.sin(2 * np.pi * 0.25 * time)
    assert np.abs(seen.displacement - expected)[80:-80].max() < 0.15


def test_missing_samples_have_no_displacement() -> None:
    """A gap of the recorder is not breathed through, but the sleeper is still there."""
    recording = sleeper()
    missing = np.zeros(18_000, bool)
    missing[3000:3600] = True
    gap = Recording(
        respiration=recording.respiration, sample_rate=10.0, units="mm", missing=missing
    )
    seen = frame_arrays(gap)
    during = slice(round(300 * SECOND), round(360 * SECOND))
    assert np.isnan(seen.displacement[during]).all()
    assert np.isnan(seen.respiration_rate[during]).all()
    assert (seen.present[during] == 1).all()
    assert np.isnan(seen.displacement).mean() == pytest.approx(62 / 1800, abs=0.001)


def test_seed_decides_the_noise() -> None:
    """The same seed gives the same frames, another one other noise on the same chest."""
    first, again, other = (frame_arrays(sleeper(60), seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.displacement, again.displacement)
    assert np.array_equal(first.x, again.x, equal_nan=True)
    assert not np.array_equal(first.displacement, other.displacement)


def test_frames_are_the_rows_of_the_arrays() -> None:
    """One by one or as columns, it is the same scene."""
    seen = frame_arrays(sleeper(60))
    made = list(frames(sleeper(60)))
    assert len(made) == len(seen) == 480
    assert [each.displacement for each in made] == seen.displacement.tolist()
    assert {each.present for each in made} == {True}
    assert all(len(each.targets) <= 1 for each in made)
    assert next(each for each in made if each.targets).targets[0].y == pytest.approx(
        0.75, abs=0.1
    )


def test_wrapped_phase_jumps_by_whole_periods() -> None:
    """What a module leaves wrapped can be unwrapped again."""
    plain = frame_arrays(sleeper(120))
    wrapped = frame_arrays(sleeper(120), wrapped=True)
    assert 0 <= wrapped.displacement.min() <= wrapped.displacement.max() <= 2.5
    turns = (plain.displacement - wrapped.displacement) / 2.5
    assert turns == pytest.approx(turns.round(), abs=0.001)


SCRIPT = Script.parse(
    [
        {
            "who": "primary",
            "from": "00:05",
            "to": "00:10",
            "distance": 2.5,
            "in_bed": False,
        },
        {"who": "primary", "from": "00:10", "to": "00:20", "distance": 0.6},
        {
            "who": "primary",
            "from": "00:20",
            "to": "00:25",
            "distance": 0.6,
            "moving": True,
        },
    ]
)


def test_scene_obeys_the_script() -> None:
    """Nobody, somebody up and about, somebody in bed, restless, and nobody again."""
    seen = frame_arrays(sleeper(), script=SCRIPT)
    minute = 60 * SECOND

    def part(begin: float, end: float) -> slice:
        return slice(round(begin * minute), round(end * minute))

    empty, up, asleep, restless, gone = (
        part(0, 5), part(5, 10), part(10.5, 19.8), part(20, 25), part(25.3, 30)
    )  # fmt: skip
    for nobody in (empty, gone):
        assert not seen.present[nobody].any()
        assert np.isnan(seen.distance[nobody]).all()
        assert np.isnan(seen.x[nobody]).all()
        assert np.isnan(seen.respiration_rate[nobody]).all()
        assert np.ptp(seen.displacement[part(1, 1.5)]) < 0.03
    assert np.nanmedian(seen.distance[up]) == pytest.approx(2.5, abs=0.1)
    assert np.isnan(seen.respiration_rate[up]).all(), "out of the range of vital signs"
    assert np.nanmedian(seen.distance[asleep]) == pytest.approx(0.6)
    assert not np.nan_to_num(seen.speed[asleep]).any()
    assert depth(seen, 660, 1180) == pytest.approx(4, rel=0.1)
    assert (np.abs(seen.speed[restless]) > 0.1).mean() > 0.3
    assert seen.displacement[restless].std() > 10


def test_coming_and_going_moves() -> None:
    """Nobody changes place in a script without moving there, nor moves for no change."""
    seen = frame_arrays(sleeper(), script=SCRIPT)
    moving = np.asarray(np.abs(np.nan_to_num(seen.speed)) > 0.1)
    per_second = np.asarray(moving.reshape(-1, SECOND).any(1))
    for change in (300, 600, 1500):
        assert per_second[change - 9 : change + 9].any()
    assert per_second[600:614].mean() > 0.5
    assert not per_second[620:1195].any()

    calm = Script.parse(
        [
            {"who": "primary", "from": "00:00", "to": "00:10", "distance": 0.6},
            {"who": "primary", "from": "00:10", "to": "01:00", "distance": 0.6},
        ]
    )
    assert not np.nan_to_num(frame_arrays(sleeper(), script=calm).speed).any()


def test_presence_lingers_for_seconds_after_leaving() -> None:
    """The module holds it, distance and targets go at once."""
    seen = frame_arrays(sleeper(), script=SCRIPT)
    left = 25 * 60 * SECOND
    assert (seen.present[left : left + 10 * SECOND] == 1).all()
    assert not seen.present[left + 11 * SECOND :].any()
    assert np.isnan(seen.distance[left:]).all()


def test_synthesised_night_brings_its_own_presence() -> None:
    """Its distance says when the bed is empty; movements have speed."""
    recording, truth = synthesise_night(2, hours=1)
    seen = frame_arrays(recording)
    begin, end = (round(each * SECOND) for each in truth.in_bed)
    assert np.isfinite(seen.distance[begin:end]).all()
    assert not np.isfinite(seen.distance[:begin]).any()
    assert not np.isfinite(seen.distance[end:]).any()
    moving = np.zeros(len(seen), bool)
    for start, stop in truth.movements:
        moving[round(start * SECOND) - 1 : round(stop * SECOND) + 1] = True
    fast = np.abs(np.nan_to_num(seen.speed)) > 0.1
    assert fast[moving].mean() > 0.4
    assert not fast[~moving].any()
    assert recording.start is not None
    assert seen.time[0] == recording.start.timestamp()


@given(
    samples=st.integers(1, 400),
    rate=st.floats(1, 60),
    units=st.sampled_from(["mm", "L/min", "a.u."]),
    seed=st.integers(0, 100),
)
@settings(max_examples=50)
def test_any_short_recording_makes_a_scene(
    samples: int, rate: float, units: str, seed: int
) -> None:
    """However short, it is seen for as long as it lasts."""
    chest = np.random.default_rng(seed).normal(size=samples).astype(np.float32)
    seen = frame_arrays(Recording(respiration=chest, sample_rate=rate, units=units))
    assert len(seen) == max(int(samples / rate * 8), 1)
    assert len(list(seen)) == len(seen)


def test_rates_become_frames_at_their_own_times(shared_data: Path) -> None:
    """A module without a waveform is passed on as it spoke."""
    recording = load(shared_data / "radar/somnofy_home_01.npz")
    assert recording.time is not None
    assert recording.respiration_rate is not None
    made = list(frames(recording, start=0.0))

    assert [each.time for each in made] == recording.time.tolist()
    rates = np.array([each.respiration_rate for each in made])
    assert np.array_equal(
        rates, np.where(recording.respiration_rate > 0, recording.respiration_rate, np.nan),
        equal_nan=True,
    )  # fmt: skip
    assert np.isnan([each.displacement for each in made]).all()
    assert 0.1 < np.nanmean([each.quality for each in made]) <= 1
    assert np.nanmax([each.motion for each in made]) > 10
    assert {each.present for each in made} == {None}


def test_module_speaks_the_scene(shared_data: Path) -> None:
    """Through bytes and back the chest, the rates and the place are the same."""
    recording = load(shared_data / "breathing/cpap_night.npz")
    made = list(islice(frames(recording), 2000))
    parser, encoder = Parser(), Encoder()
    parsed = []
    for frame in made:
        parsed.extend(parser.feed(encoder.encode(frame), frame.time))
    assert len(parsed) >= len(made) - 1
    sent = np.array([each.displacement for each in made[: len(parsed)]])
    received = np.array([each.displacement for each in parsed])
    assert received == pytest.approx(sent, abs=1e-4)
    assert parsed[-5].respiration_rate == made[-5].respiration_rate
    assert parsed[-5].distance == pytest.approx(made[-5].distance, abs=1e-6)


# Empty rooms.


def half_minutes(seen: FrameArrays) -> np.ndarray:
    """Measure each half minute from peak to peak."""
    pieces = seen.displacement[: len(seen) // 240 * 240].reshape(-1, 240)
    return np.asarray(np.ptp(pieces, axis=1))


def line_width(seen: FrameArrays) -> float:
    """Share of the band of breathing's power that lies within 2 % of its highest line."""
    frequency, power = signal.welch(seen.displacement, SECOND, nperseg=8192)
    band = (frequency > 0.08) & (frequency < 0.7)
    top = frequency[band][power[band].argmax()]
    line = np.abs(frequency - top) < max(0.02 * top, 2 * frequency[1])
    return float(power[line].sum() / power[band].sum())


@pytest.mark.parametrize("name", EMPTY_ROOMS)
def test_empty_room_is_the_same_again(name: str) -> None:
    """A seed decides everything, and all of it is a number the module can send."""
    first, again, other = (EMPTY_ROOMS[name](0.5, seed) for seed in (1, 1, 2))
    assert len(first) == 0.5 * 3600 * SECOND
    assert np.array_equal(first.displacement, again.displacement)
    assert np.array_equal(first.distance, again.distance, equal_nan=True)
    assert not np.array_equal(first.displacement, other.displacement)
    assert np.isfinite(first.displacement).all()


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_as_weak_as_measured(seed: int) -> None:
    """2 to 28 µm from peak to peak but for a passing lorry, hardly ever a target."""
    seen = noise_room(8, seed)
    strength = half_minutes(seen)
    assert np.percentile(strength, 1) > 0.001
    assert np.percentile(strength, 97) < 0.03
    assert np.isfinite(seen.distance).mean() < 0.03


@pytest.mark.parametrize("seed", range(3))
def test_fan_is_strong_and_regular(seed: int) -> None:
    """It moves in the band of breathing, always, with hardly any width of its line."""
    seen = fan_room(8, seed, sweep_seconds=6)
    strength = half_minutes(seen)
    assert 0.1 < strength.min() < strength.max() < 0.8
    assert strength.std() / strength.mean() < 0.1
    assert line_width(seen) > 0.5
    assert 0.1 < np.isfinite(seen.distance).mean() < 0.4


@pytest.mark.parametrize("seed", range(3))
def test_curtain_is_strong_irregular_and_stops(seed: int) -> None:
    """At times it moves like a chest, at times not at all, and never at one rate."""
    seen = curtain_room(8, seed, amplitude=3)
    strength = half_minutes(seen)
    assert np.percentile(strength, 90) > 1
    assert np.percentile(strength, 10) < 0.03
    assert line_width(seen) < 0.2
    assert 0.01 < np.isfinite(seen.distance).mean() < 0.2


def test_module_can_be_fooled_all_the_time() -> None:
    """At worst it takes the fan for a person who lies there."""
    seen = fan_room(
        1, 0, sweep_seconds=6, distance=0.8, amplitude=0.5, tracked_seconds=(1e9, 1e-3)
    )
    assert seen.present.mean() > 0.99
    assert np.nanmedian(seen.distance) == pytest.approx(0.8, abs=0.02)
    assert np.isfinite(seen.respiration_rate).mean() > 0.9
