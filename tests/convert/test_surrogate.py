"""Breathing from heartbeats."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
import pytest
from scipy import signal

from models.convert.account import Account
from models.convert.night import resampled
from models.convert.surrogate import breathing, normal_beats
from models.convert.tables import PassedOver, convert_table
from models.errors import UserError
from models.recordings import displacement_mm, load, save

from .laboratory import breaths_per_minute

type Floats = NDArray[np.float64]


def _heart(
    seconds: float = 600.0, per_minute: float = 14.0, swing: float = 0.05
) -> tuple[Floats, Floats]:
    """Let a heart beat at 65 per minute, and faster whenever breath is drawn."""
    beats, at = [], 0.0
    while at < seconds:
        beats.append(at)
        at += 60 / 65 * (1 - swing * np.sin(2 * np.pi * per_minute / 60 * at))
    times = np.array(beats)
    return times, np.diff(times, prepend=0.0)


@pytest.mark.parametrize("per_minute", [8.0, 14.0, 22.0])
@pytest.mark.parametrize("rate", [2.0, 10.0])
def test_the_rate_of_breathing_comes_back(per_minute: float, rate: float) -> None:
    beats, intervals = _heart(per_minute=per_minute)
    found, missing = breathing(beats, intervals, None, seconds=600.0, rate=rate)
    assert found.size == missing.size == 600 * rate
    assert breaths_per_minute(found.astype(np.float32), rate) == pytest.approx(
        per_minute, abs=0.1
    )
    assert missing[round(5 * rate) : round(-5 * rate)].sum() == 0


def test_breath_drawn_is_up() -> None:
    """An interval after the breath that made it."""
    beats, intervals = _heart()
    found, _ = breathing(beats, intervals, None, seconds=600.0, rate=10.0)
    drawn = np.sin(2 * np.pi * 14 / 60 * (np.arange(6000) / 10 - 60 / 65))
    assert np.corrcoef(found, drawn)[0, 1] > 0.9


def test_slow_and_fast_swings_are_not_breathing() -> None:
    """Blood pressure swings at 0.04 Hz, far more than breathing does."""
    beats, intervals = _heart(per_minute=2.4, swing=0.1)
    slow, _ = breathing(beats, intervals, None, seconds=600.0, rate=10.0)
    beats, intervals = _heart(per_minute=14.0, swing=0.1)
    breaths, _ = breathing(beats, intervals, None, seconds=600.0, rate=10.0)
    assert np.std(slow) < 0.2 * np.std(breaths)


def test_beats_out_of_turn_leave_no_trace() -> None:
    beats, intervals = _heart()
    types = np.full(beats.size, "N")
    clean, _ = breathing(beats, intervals, types, seconds=600.0, rate=10.0)
    disturbed = beats.copy()
    extra = np.arange(50, beats.size, 50)
    disturbed[extra] -= 0.35
    shorter = np.diff(disturbed, prepend=0.0)
    unlabelled, missing = breathing(disturbed, shorter, None, seconds=600.0, rate=10.0)
    assert np.corrcoef(clean, unlabelled)[0, 1] > 0.95
    assert not missing[50:-50].any()
    types[extra] = "V"
    labelled, _ = breathing(disturbed, shorter, types, seconds=600.0, rate=10.0)
    assert np.corrcoef(clean, labelled)[0, 1] > 0.95


def test_normal_beats_are_between_normal_beats() -> None:
    intervals = np.array([0.9, 0.9, 0.9, 0.9, 0.5, 1.3, 0.9, 0.9, 2.5, 0.9])
    kept = normal_beats(intervals, None)
    assert kept.tolist() == [False, *[True] * 3, False, False, True, True, False, True]
    types = np.array(["N", "N", "V", "N", "N", "N", "N", "N", "N", "N"])
    assert not normal_beats(np.full(10, 0.9), types)[[0, 2, 3]].any()
    assert normal_beats(np.full(10, 0.9), types).sum() == 7


def test_a_pause_is_missing_and_nothing_else() -> None:
    beats, _ = _heart()
    kept = (beats < 200) | (beats > 260)
    beats = beats[kept]
    found, missing = breathing(
        beats, np.diff(beats, prepend=0.0), None, seconds=600.0, rate=10.0
    )
    assert missing[2010:2590].all()
    assert not missing[50:1980].any()
    assert not missing[2630:5950].any()
    assert np.abs(found).max() < 5 * np.std(found)


def test_no_beats_are_no_breathing() -> None:
    found, missing = breathing(
        np.array([1.0, 2.0]), np.array([1.0, 1.0]), None, seconds=60.0, rate=10.0
    )
    assert missing.all()
    assert not found.any()


def _write(path: Path, **arrays: object) -> Path:
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def test_heartbeats_become_a_recording(tmp_path: Path) -> None:
    beats, intervals = _heart()
    stages = np.array([0, 1, 2, 3, 4] * 4, np.int8)
    path = _write(
        tmp_path / "a.npz",
        beat_time=beats.astype(np.float32),
        rr_interval=intervals.astype(np.float32),
        stages=stages,
        source=np.array("a heart"),
    )
    account = Account()
    recording = convert_table(path, rate=10.0, account=account)
    save(tmp_path / "b.npz", recording)
    recording = load(tmp_path / "b.npz")
    assert recording.units == "a.u."
    assert recording.source == "surrogate of breathing from R-R intervals; a heart"
    assert recording.stages is not None
    assert recording.stages.tolist() == stages.tolist()
    assert recording.duration == 600
    assert not account.warnings
    displacement, missing = displacement_mm(recording)
    assert breaths_per_minute(displacement, 10.0) == pytest.approx(14, abs=0.1)
    assert missing.mean() < 0.02


def test_stages_shorter_than_the_heart_are_said(tmp_path: Path) -> None:
    beats, intervals = _heart()
    path = _write(
        tmp_path / "a.npz",
        beat_time=beats,
        rr_interval=intervals,
        stages=np.array([2] * 10, np.int8),
    )
    account = Account()
    recording = convert_table(path, rate=10.0, account=account)
    assert recording.stages is not None
    assert recording.stages.tolist() == [2] * 10 + [-1] * 10
    assert any("0:05:00 are scored" in line for line in account.lines)


def test_counts_of_movement_become_rows_in_their_time(tmp_path: Path) -> None:
    """Two epochs were lost before the last."""
    seconds = np.array([0, 30, 60, 150])
    path = _write(
        tmp_path / "a.npz",
        activity=np.array([50, 3.5, 0, 8], np.float32),
        hours=(seconds / 3600).astype(np.float32),
        stages=np.array([0, 2, 2, 4], np.int8),
        source=np.array("a wrist"),
    )
    account = Account()
    save(tmp_path / "b.npz", convert_table(path, rate=10.0, account=account))
    recording = load(tmp_path / "b.npz")
    assert recording.is_rates
    assert recording.time is not None
    assert recording.time.tolist() == seconds.tolist()
    assert recording.motion is not None
    assert recording.motion.tolist() == [50, 3.5, 0, 8]
    assert recording.respiration_rate is not None
    assert np.isnan(recording.respiration_rate).all()
    assert recording.stages is not None
    assert recording.stages.tolist() == [0, 2, 2, -1, -1, 4]
    assert "missing: 1 gaps, 0:01:00 in all" in account.lines


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"beat_time": np.array([1.0, 0.5, 2.0])}, "'beat_time' must rise"),
        ({"rr_interval": np.array([1.0])}, "'rr_interval' must be one row"),
        ({"beat_time": np.array(["a", "b", "c"])}, "'beat_time' must be one row"),
        ({"stages": np.array([7, 7], np.int8)}, "'stages' must be"),
        ({"beat_type": np.array(["N"])}, "'beat_type' must be"),
        ({"beat_time": np.array([1.0, 2.0, 3e7])}, "two weeks"),
        ({}, "shorter than a minute"),
        ({"beat_time": np.array([1.0, 2.0, 90.0])}, "no stretch of normal"),
        ({"beat_time": np.array([1, None, 2], object)}, "Python objects"),
    ],
)
def test_bad_heartbeats_are_a_clear_message(
    tmp_path: Path, changed: dict[str, object], problem: str
) -> None:
    arrays = {
        "beat_time": np.array([1.0, 2.0, 3.0]),
        "rr_interval": np.array([1.0, 1.0, 1.0]),
    }
    path = _write(tmp_path / "a.npz", **{**arrays, **changed})
    with pytest.raises(UserError, match=problem) as raised:
        convert_table(path, rate=10.0, account=Account())
    assert str(raised.value).startswith(str(path))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"hours": np.array([0.0, -1.0])}, "'hours' must rise"),
        ({"activity": np.array([1.0, -1.0])}, "must not be negative"),
        ({"stages": np.array([1], np.int8)}, "'stages' has 1 rows, 'hours' 2"),
    ],
)
def test_bad_movement_is_a_clear_message(
    tmp_path: Path, changed: dict[str, object], problem: str
) -> None:
    arrays = {"hours": np.array([0.0, 1 / 120]), "activity": np.array([1.0, 2.0])}
    path = _write(tmp_path / "a.npz", **{**arrays, **changed})
    with pytest.raises(UserError, match=problem):
        convert_table(path, rate=10.0, account=Account())


def test_other_arrays_are_passed_over(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.npz", offsets=np.arange(3))
    with pytest.raises(PassedOver, match="neither"):
        convert_table(path, rate=10.0, account=Account())


@pytest.mark.data
def test_the_surrogate_breathes_as_the_chest_did(shared_data: Path) -> None:
    """slp60, minute by minute: most minutes within 2 breaths, and breath drawn is up."""
    heart = shared_data / "heart_rate_variability" / "slp60.npz"
    recording = convert_table(heart, rate=10.0, account=Account())
    surrogate, lost = displacement_mm(recording)
    chest, missing = displacement_mm(
        load(shared_data / "breathing" / "slp60_chest.npz")
    )
    slow = resampled(surrogate.astype(np.float64), 10.0, 2.0)
    minute = 120
    apart, together = [], []
    for at in range(0, chest.size - minute, minute):
        window = slice(at, at + minute)
        if missing[window].any() or lost[5 * at : 5 * (at + minute)].any():
            continue
        rates = []
        for values in (chest[window], slow[window]):
            frequency, power = signal.welch(values, 2.0, nperseg=minute, nfft=2048)
            band = (frequency >= 0.1) & (frequency <= 0.5)
            rates.append(60 * frequency[band][power[band].argmax()])
        apart.append(abs(rates[0] - rates[1]))
        together.append(np.corrcoef(chest[window], slow[window])[0, 1])
    assert len(apart) > 200
    assert np.median(apart) < 1.0
    assert np.mean(np.array(apart) < 2.0) > 0.65
    assert np.median(together) > 0.3
