"""Pictures of nights: from a recording, an archive and a simulated bedroom."""

from datetime import UTC, datetime, timedelta, timezone
from math import nan
from pathlib import Path
import sqlite3
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from custom_components.halo_rise.nights import NightArchive
from models import plot
from models.cli import main
from models.plot import Picture, Sheet, of_archive, of_recording, of_scenario
from models.recordings import Recording, save
from tests.models import small_bedroom

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a small bedroom in the place of the simulated ones."""
    families = {"alone": SimpleNamespace(kind="night")}
    monkeypatch.setattr(plot, "render", small_bedroom.draw)
    monkeypatch.setattr(plot, "families", lambda: families)
    monkeypatch.setattr(plot, "kinds", lambda: ("stub",))


def _run(*arguments: Any) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["plot", *map(str, arguments)])
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def _recording(path: Path, start: datetime | None = None) -> Path:
    """Write forty minutes of a sleeper's breathing."""
    rate = 8.0
    time = np.arange(0, 2400, 1 / rate)
    breath = 2.0 * np.sin(2 * np.pi * 0.25 * time + np.sin(time / 9))
    breath[(time > 200) & (time < 204)] += 30.0
    save(
        path,
        Recording(
            respiration=breath.astype(np.float32),
            sample_rate=rate,
            units="mm",
            start=start,
        ),
    )
    return path


def _archive(path: Path, count: int = 1) -> Path:
    archive = NightArchive(path)
    archive.open()
    for number in range(1, count + 1):
        (night,) = of_scenario("alone", 1, number, "stub").nights
        archive.add_night(night)
    archive.close()
    return path


def _labels(picture: Picture) -> list[str]:
    return [label.replace("\n", " ") for label, _, _ in Sheet(picture).panels]


def test_simulated_night_is_drawn_with_what_is_true(tmp_path: Path) -> None:
    out = tmp_path / "new" / "night.png"
    assert (
        _run("--scenario", "alone", "--kind", "stub", "--night", 1, "--out", out) == 0
    )
    assert out.read_bytes().startswith(PNG)
    picture = of_scenario("alone", 1, 1, "stub")
    labels = _labels(picture)
    assert "Stage, true" in labels
    assert "What is true" in labels
    # The stub tells rates: there is no waveform to see a depth in.
    assert "Depth of breath, mm" not in labels
    assert picture.bed is not None
    assert picture.bed.nights == 1
    # The night before it was lived but is not drawn.
    assert len(picture.nights) == 1
    assert min(picture.time) > picture.start
    assert len(picture.time) == picture.end - picture.start


def test_page_needs_nothing_but_itself(tmp_path: Path) -> None:
    out = tmp_path / "night.html"
    assert _run("--scenario", "alone", "--kind", "stub", "--out", out) == 0
    text = out.read_text()
    for reference in ("<script", "<link", "@import", 'src="', "url(http"):
        assert reference not in text
    assert "<title>alone, household 1, night 1</title>" in text
    assert "Truly in bed" in text
    assert ">What happened</text>" in text
    begin, end = text.index("<svg"), text.index("</svg>") + len("</svg>")
    # Our own words, not those of a stranger.
    assert ET.fromstring(text[begin:end]).tag.endswith("svg")  # noqa: S314


def test_recording_is_drawn_in_its_own_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = datetime(2026, 3, 1, 23, tzinfo=timezone(timedelta(hours=1)))
    path = _recording(tmp_path / "night.npz", start)
    out = tmp_path / "night.png"
    assert _run(path, "--out", out) == 0
    assert out.read_bytes().startswith(PNG)
    assert "23:00 to 23:40" in capsys.readouterr().out
    picture = of_recording(path)
    assert picture.title == "night.npz"
    assert "Depth of breath, mm" in _labels(picture)
    assert np.median(list(picture.depths.values())) == pytest.approx(4.0, rel=0.15)
    assert "What is true" not in _labels(picture)


def test_recording_without_a_time_says_so(tmp_path: Path) -> None:
    picture = of_recording(_recording(tmp_path / "night.npz"))
    assert "invented" in picture.title
    assert picture.zone is UTC


def test_night_of_an_archive_is_drawn_from_its_epochs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _archive(tmp_path / "nights.db", count=2)
    before = path.read_bytes()
    out = tmp_path / "night.png"
    assert _run(path, "--out", out) == 0
    assert out.read_bytes().startswith(PNG)
    assert "in bed" in capsys.readouterr().out
    assert path.read_bytes() == before
    assert of_archive(path, None).title == "nights.db, night 2"
    first = of_archive(path, 1)
    assert first.title == "nights.db, night 1"
    assert "Distance, m" in _labels(first)
    assert "It is the sleeper" not in _labels(first)
    assert len(first.told()) == len(first.nights[0].epochs)


def test_stored_nights_know_more_than_what_was_scored() -> None:
    picture = of_scenario("alone", 1, 1, "stub")
    told = picture.told()
    starts = [epoch.start for epoch, _, _ in told]
    assert starts == sorted(set(starts))
    settled = [stage for _, _, stage in told if stage is not None]
    assert settled == [s for s in picture.nights[0].settled_stages or () if s]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "night.pdf"], "night.pdf: write a picture (.png) or a page (.html)"),
        (["--out", "n.png"], "nothing to draw; give a file or --scenario"),
        (["n.txt", "--out", "n.png"], "n.txt: is neither a recording (.npz) nor"),
        (["n.npz", "--out", "n.png"], "n.npz: no such file"),
        (["n.db", "--out", "n.png"], "n.db: no such file"),
        (
            ["n.db", "--scenario", "alone", "--out", "n.png"],
            "n.db: a file and --scenario; give one of them",
        ),
        (
            ["--scenario", "lion", "--out", "n.png"],
            "lion: no such family; there are alone",
        ),
        (
            ["--scenario", "alone", "--kind", "lion", "--out", "n.png"],
            "lion: no such kind of module; there are stub",
        ),
    ],
)
def test_mistake_is_named(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(*arguments) == 2
    assert capsys.readouterr().err.startswith(f"halo-rise: {message}")


def test_archive_that_is_none_or_empty_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "n.png"
    wrong = tmp_path / "wrong.db"
    wrong.write_text("no database " * 100)
    assert _run(wrong, "--out", out) == 2
    assert "wrong.db: cannot be read as an archive" in capsys.readouterr().err
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    assert _run(other, "--out", out) == 2
    assert "other.db: is no archive of nights" in capsys.readouterr().err
    assert _run(_archive(tmp_path / "none.db", count=0), "--out", out) == 2
    assert "none.db: holds no night yet" in capsys.readouterr().err
    assert _run(_archive(tmp_path / "one.db"), "--id", 7, "--out", out) == 2
    assert "one.db: has no night 7; there are 1" in capsys.readouterr().err


def test_picture_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "night.png"
    assert _run("--scenario", "alone", "--kind", "stub", "--out", out) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_night_without_any_session_is_drawn() -> None:
    picture = of_scenario("fan", 1, 0, "stub")
    assert picture.nights == []
    assert ("Nights stored", "none") in plot.summary(picture)
    assert Sheet(picture).draw().axes


def test_pieces_that_touch_are_one() -> None:
    pieces = [(0.0, 1.0, "a"), (1.0, 2.0, "a"), (2.0, 3.0, "b"), (4.0, 5.0, "b")]
    assert list(plot._joined(pieces)) == [
        (0.0, 2.0, "a"),
        (2.0, 3.0, "b"),
        (4.0, 5.0, "b"),
    ]
    assert plot._duration(61.4) == "1 h 01 min"
    assert plot._percent(nan) == "unknown"
