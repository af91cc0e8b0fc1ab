"""Replaying recordings."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.cli import main
from models.recordings import Recording, load, save
from models.replay import score
from models.synthesis import synthesise_night

EPOCH_KEYS = {
    "start",
    "stage",
    "settled_stage",
    "probabilities",
    "owner",
    "presence",
    "intent",
    "respiration_rate",
    "respiration_quality",
    "motion",
    "coverage",
}


def _run(*arguments: str) -> int:
    """Run the command line and return its exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def _agreement(first: dict[str, Any], second: dict[str, Any], key: str) -> float:
    pairs = zip(first["epochs"], second["epochs"], strict=True)
    same = [one[key] == other[key] for one, other in pairs]
    return float(np.mean(same))


def test_the_command_writes_what_the_engine_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night = synthesise_night(3, hours=1.0)
    save(tmp_path / "night.npz", night.recording)
    out = tmp_path / "out.json"
    assert _run("replay", str(tmp_path / "night.npz"), "--json", str(out)) == 0
    result = json.loads(out.read_text())
    assert "1 sessions" in capsys.readouterr().out
    assert abs(len(result["epochs"]) - night.recording.duration / 30.0) <= 1.0
    assert all(set(epoch) == EPOCH_KEYS for epoch in result["epochs"])
    stages = {epoch["stage"] for epoch in result["epochs"]}
    assert None in stages
    assert stages <= {None, "awake", "light", "deep", "rem"}
    for epoch in result["epochs"]:
        if epoch["stage"] is not None:
            assert sum(epoch["probabilities"].values()) == pytest.approx(1.0, abs=1e-3)
    assert result["summary"]["time_in_bed"] == pytest.approx(60.0, abs=3.0)
    assert result["real_time_factor"] > 0.0


def test_bytes_on_the_way_change_nothing() -> None:
    recording = synthesise_night(4, hours=1.0).recording
    direct, wire = score(recording), score(recording, via_bytes=True)
    assert wire["via_bytes"]
    assert _agreement(direct, wire, "stage") >= 0.97
    assert _agreement(direct, wire, "settled_stage") >= 0.97


def test_rates_are_replayed_without_bytes_and_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = 120
    recording = Recording(
        time=30.0 * np.arange(rows, dtype=np.float64),
        respiration_rate=np.full(rows, 14.0, dtype=np.float32),
        motion=np.where(np.arange(rows) < 4, 50.0, 0.0).astype(np.float32),
    )
    save(tmp_path / "rates.npz", recording)
    assert _run("replay", str(tmp_path / "rates.npz"), "--via-bytes") == 0
    captured = capsys.readouterr()
    assert "cannot carry" in captured.err
    assert "1 sessions" in captured.out


def test_a_file_that_is_no_recording_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "night.npz").write_bytes(b"no recording")
    assert _run("replay", str(tmp_path / "night.npz")) == 2
    assert "night.npz" in capsys.readouterr().err


@pytest.mark.data
def test_a_recorded_night_is_the_same_through_bytes(shared_data: Path) -> None:
    recording = load(shared_data / "breathing" / "cpap_night.npz")
    direct, wire = score(recording), score(recording, via_bytes=True)
    assert len(direct["epochs"]) == pytest.approx(960, abs=3)
    assert _agreement(direct, wire, "stage") >= 0.97


@pytest.mark.data
def test_every_recording_replays(shared_data: Path) -> None:
    files = sorted(shared_data.glob("radar/*.npz"))
    files += [shared_data / "breathing" / "slp60_chest.npz"]
    files += sorted(shared_data.glob("mattress/*.npz"))
    for file in files:
        recording = load(file)
        result = score(recording)
        assert abs(len(result["epochs"]) - recording.duration / 30.0) <= 2.0, file
