"""`halo-rise convert`."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models import cli
from models.recordings import load

from .laboratory import (
    NIGHT,
    channel,
    edf_stages,
    write_edf,
    write_hypnogram,
    write_nsrr,
    write_profusion,
)


def _run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["convert", *map(str, arguments)])
    return int(ended.value.code or 0)


def _stages(path: Path) -> list[int] | None:
    stages = load(path).stages
    return None if stages is None else stages.tolist()


def test_a_folder_is_converted_with_all_its_kinds_of_scoring(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lab, out = tmp_path / "lab", tmp_path / "out"
    write_edf(lab / "edfs" / "nsrr.edf", [channel("Thor"), channel("EKG")])
    write_nsrr(lab / "annotations" / "nsrr-nsrr.xml")
    write_edf(lab / "profusion.edf")
    write_profusion(lab / "profusion-profusion.xml")
    write_edf(lab / "inside.edf", None, edf_stages())
    write_edf(lab / "beside-PSG.edf")
    write_hypnogram(lab / "beside-Hypnogram.edf", edf_stages())
    write_edf(lab / "table.edf")
    (lab / "table.csv").write_text("stage\n" + "\n".join(map(str, NIGHT)))
    (lab / "table_events.csv").write_text("event\nApnea\n")

    assert _run(lab, "--out", out) == 0
    names = ("edfs/nsrr", "profusion", "inside", "beside-PSG", "table")
    for each in names:
        assert _stages(out / f"{each}.npz") == list(NIGHT), each
    text = capsys.readouterr().out
    assert "channel: Thor (effort), 32 Hz, mV; written as a.u. at 10 Hz" in text
    assert "stages: NSRR XML (nsrr-nsrr.xml): 12 epochs" in text
    assert text.endswith(f"5 recordings written to {out}, 1 of them with warnings\n")


def test_a_corrupt_file_is_named_and_the_run_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lab, out = tmp_path / "lab", tmp_path / "out"
    write_edf(lab / "a.edf", None, edf_stages())
    broken = write_edf(lab / "b.edf", None, edf_stages())
    broken.write_bytes(broken.read_bytes()[:3000])
    write_edf(lab / "c.edf", [channel("EEG")], edf_stages())
    write_edf(lab / "d.edf", None, edf_stages())
    (lab / "e.npz").write_bytes(b"nothing")

    assert _run(lab, "--out", out) == 1
    assert sorted(path.name for path in out.iterdir()) == ["a.npz", "d.npz"]
    captured = capsys.readouterr()
    assert f"{broken}: NOT CONVERTED\n  {broken}: is cut off" in captured.out
    assert captured.out.endswith(f"2 recordings written to {out}\n")
    first, *failures = captured.err.splitlines()
    assert first == "3 files could not be converted:"
    assert [failure.split(": ")[0].strip() for failure in failures] == [
        str(broken),
        str(lab / "c.edf"),
        str(lab / "e.npz"),
    ]
    assert "Channels: EEG" in failures[1]


def test_a_damaged_scoring_leaves_its_night_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rather than to let it pass for a night that nobody scored."""
    lab = tmp_path / "lab"
    write_edf(lab / "a.edf")
    (lab / "a-nsrr.xml").write_text("<PSGAnnotation><Sco")
    assert _run(lab, "--out", tmp_path / "out") == 1
    assert f"{lab / 'a-nsrr.xml'}: is damaged XML" in capsys.readouterr().err


def test_one_wrong_file_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.edf"
    path.write_text("no EDF")
    assert _run(path, "--out", tmp_path / "out") == 2
    captured = capsys.readouterr()
    assert captured.err == f"halo-rise: {path}: is no EDF file\n"
    assert captured.out == ""


def test_options_reach_the_conversion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_edf(tmp_path / "a.edf", [channel(), channel("Abdo")])
    scored = write_nsrr(
        tmp_path / "elsewhere" / "scored.xml", events=[(60, "Lights Off")]
    )
    out = tmp_path / "out"
    options = ("--channel", "abdo", "--rate", "8", "--annotations", scored)
    assert _run(path, "--out", out, *options, "--no-trim") == 0
    recording = load(out / "a.npz")
    assert recording.sample_rate == 8
    assert "Abdo" in recording.source
    assert _stages(out / "a.npz") == list(NIGHT)
    assert _run(path, "--out", out, *options) == 0
    assert _stages(out / "a.npz") == list(NIGHT[2:])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--rate", "0.5"), "--rate 0.5: give 1.4 to 10000"),
        (("--annotations", "a.xml"), "SOURCE must be the one recording"),
        (("--channel", "Nose"), "no channel 'Nose'"),
    ],
)
def test_wrong_options_are_a_clear_message(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, str],
    problem: str,
) -> None:
    write_edf(tmp_path / "lab" / "a.edf")
    assert _run(tmp_path / "lab", "--out", tmp_path / "out", *options) in (1, 2)
    assert problem in capsys.readouterr().err


def test_nothing_is_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a source nor what another source became."""
    lab = tmp_path / "lab"
    lab.mkdir()
    seconds = np.arange(0, 90, 30)
    path = lab / "moved.npz"
    np.savez(path, hours=seconds / 3600, activity=seconds * 1.0)
    content = path.read_bytes()
    assert _run(lab, "--out", lab) == 1
    assert path.read_bytes() == content
    assert "would overwrite itself" in capsys.readouterr().err
    write_edf(lab / "moved.edf")
    assert _run(lab, "--out", tmp_path / "out") == 1
    assert "would overwrite what" in capsys.readouterr().err
    blocked = tmp_path / "file"
    blocked.touch()
    assert _run(lab, "--out", blocked) == 2


def test_a_second_run_passes_over_what_the_first_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_edf(tmp_path / "a.edf", None, edf_stages())
    assert _run(tmp_path, "--out", tmp_path / "out") == 0
    assert _run(tmp_path, "--out", tmp_path / "out") == 0
    text = capsys.readouterr().out
    assert "a.npz: is a recording already; passed over" in text


@pytest.mark.data
def test_the_shared_data_is_converted(
    tmp_path: Path, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Heartbeats and movement become recordings; recordings are passed over."""
    assert _run(shared_data, "--out", tmp_path) == 0
    kinds = Counter(path.parent.name for path in tmp_path.rglob("*.npz"))
    assert kinds == {"heart_rate_variability": 13, "movement": 21}
    for path in tmp_path.rglob("*.npz"):
        recording = load(path)
        assert recording.stages is not None
        assert (recording.stages >= 0).mean() > 0.85, path
        if path.parent.name == "heart_rate_variability":
            assert recording.units == "a.u."
            assert recording.source.startswith("surrogate of breathing")
            assert recording.missing is None or recording.missing.mean() < 0.02, path
    text = capsys.readouterr().out
    assert "dod.npz: holds neither" in text
    assert "34 recordings written" in text
