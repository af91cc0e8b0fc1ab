"""The measurements of the engine alone; its speed is judged by the command, not here."""

from dataclasses import replace
import json
from pathlib import Path

import numpy as np
import pytest

from models import bench
from models.cli import main
from tests.models import small_bedroom


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a small bedroom in the place of the simulated one."""
    monkeypatch.setattr(bench, "render", small_bedroom.draw)
    monkeypatch.setattr(bench, "kinds", lambda: ("stub", "other"))


def test_command_reports_every_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "bench.json"
    with pytest.raises(SystemExit) as ended:
        main(["bench", "--runs", "2", "--nights", "3", "--json", str(out)])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.count("times real time at best") == 2
    report = json.loads(out.read_text())
    assert len(report["engine_mb"]) == report["settled"] == 3
    assert len(report["targets"]) == 4
    for figures in report["kinds"].values():
        assert figures["factor_best"] >= figures["factor_median"] > 0
        assert (
            figures["batch_ms_p50"]
            <= figures["batch_ms_p99"]
            <= figures["batch_ms_max"]
        )
        assert 0 < figures["state_bytes"] <= figures["state_bytes_most"]


def test_every_second_is_a_batch() -> None:
    night = small_bedroom.draw("alone", 1, 1, "stub")
    timed = bench.time_night(night)
    assert timed.batches.size == len(night.frames)
    assert timed.seconds == len(night.frames) - 1
    assert (timed.batches > 0).all()


def test_shortened_night_has_no_hole() -> None:
    night = small_bedroom.draw("alone", 1, 1, "stub")
    hour = 3600.0
    cut = night.truth.start + small_bedroom.LEAD + 1200
    frames = [
        replace(f, time=f.time + hour) if f.time >= cut else f for f in night.frames
    ]
    middle = [
        replace(night.frames[1200], time=cut + second) for second in range(int(hour))
    ]
    truth = replace(
        night.truth,
        sessions=((night.truth.sessions[0][0], night.truth.sessions[0][1] + hour),),
    )
    long = replace(
        night, truth=truth, frames=sorted(frames + middle, key=lambda f: f.time)
    )
    times = np.array([frame.time for frame in bench.shortened(long)])
    assert np.diff(times).tolist() == [1.0] * (times.size - 1)
    assert times[-1] < night.truth.start + len(night.frames)


def test_what_is_held_is_counted_with_arrays_and_once() -> None:
    large = np.zeros(1_000_000)
    held = bench.held_by({"one": large, "same": large, "view": large[5:]})
    assert held == pytest.approx(8_000_000 / bench.MEGABYTE, rel=0.01)
    assert bench.held_by([bench, int, len]) < 0.01
