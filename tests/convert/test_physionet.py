"""PhysioNet's records and annotations."""

from contextlib import suppress
from datetime import UTC, datetime, time
from pathlib import Path
import struct

from hypothesis import given, strategies as st
import numpy as np
import pytest
import wfdb

from models.convert import sources
from models.convert.account import Account
from models.convert.command import Wishes, convert_file
from models.convert.physionet import annotations, notes
from models.convert.reading import NoStagesError
from models.convert.stages import epochs
from models.errors import UserError

from .laboratory import NIGHT, SECONDS, chest, write_edf

RATE = 250.0

SLPDB = {0: "W", 1: "1", 2: "2", 3: "4 HA", 4: "R LA OA"}


def _annotate(
    folder: Path,
    name: str,
    extension: str,
    rows: list[tuple[float, str]],
    *,
    rate: float | None = RATE,
) -> Path:
    wfdb.wrann(
        name,
        extension,
        np.array([round(second * (rate or RATE)) + 1 for second, _ in rows]),
        symbol=['"'] * len(rows),
        aux_note=[note for _, note in rows],
        fs=rate,
        write_dir=str(folder),
    )
    return folder / f"{name}.{extension}"


def _per_epoch() -> list[tuple[float, str]]:
    return [(30.0 * epoch, SLPDB[stage]) for epoch, stage in enumerate(NIGHT)]


def _record(folder: Path, name: str = "slp") -> Path:
    wfdb.wrsamp(
        name,
        fs=RATE,
        units=["mV", "l"],
        sig_name=["ECG", "Resp (chest)"],
        p_signal=np.column_stack([chest(rate=RATE)[::-1], chest(rate=RATE)]),
        fmt=["16", "16"],
        base_time=time(23, 15),
        base_date=datetime(1994, 5, 2, tzinfo=UTC).date(),
        write_dir=str(folder),
    )
    return folder / f"{name}.hea"


def test_slpdb_is_read(tmp_path: Path) -> None:
    """Its first tick is 4 ms after the first sample, which moves no epoch."""
    path = _record(tmp_path)
    _annotate(tmp_path, "slp", "st", _per_epoch())
    account = Account()
    recording = convert_file(path, sources.find(path), Wishes(), account)
    assert recording.stages is not None
    assert recording.stages.tolist() == list(NIGHT)
    assert recording.start == datetime(1994, 5, 2, 23, 15, tzinfo=UTC)
    assert recording.respiration is not None
    assert recording.respiration.size == SECONDS * 10
    assert np.corrcoef(recording.respiration, chest(rate=10.0))[0, 1] > 0.999
    assert account.warnings == 0


def test_the_challenge_of_2018_is_read(tmp_path: Path) -> None:
    """Stages where they change, among events of breathing."""
    path = _annotate(
        tmp_path,
        "tr03",
        "arousal",
        [
            *((0.0, "W"), (60.0, "N1"), (75.0, "(resp_hypopnea"), (90.0, "N2")),
            *((95.0, "resp_hypopnea)"), (150.0, "N3"), (210.0, "N2"), (240.0, "R")),
            *((300.0, "N2"), (330.0, "W")),
        ],
    )
    stages, _ = epochs(annotations(path).spans, 0.0, len(NIGHT))
    assert stages.tolist() == list(NIGHT)


def test_annotations_stand_beside_an_edf_by_its_whole_name(tmp_path: Path) -> None:
    """As in Sleep-EDF, and they say no rate."""
    path = write_edf(tmp_path / "SC4001E0-PSG.edf")
    scored = _annotate(tmp_path, "SC", "hyp", _per_epoch(), rate=None)
    scored.rename(tmp_path / "SC4001E0-PSG.edf.hyp")
    account = Account()
    recording = convert_file(path, sources.find(path), Wishes(), account)
    assert recording.stages is not None
    assert recording.stages.tolist() == list(NIGHT)
    assert any("ticks taken as 250 per second" in line for line in account.lines)


def test_annotations_of_beats_are_no_scoring(tmp_path: Path) -> None:
    path = _annotate(tmp_path, "a", "st", [(1.0, "(AFIB"), (2.0, "(N")])
    with pytest.raises(NoStagesError):
        annotations(path)


def test_a_stage_at_the_first_sample_is_not_lost(tmp_path: Path) -> None:
    rows = [(-1 / RATE, "W"), (30.0, "W"), (60.0, "2")]
    scoring = annotations(_annotate(tmp_path, "a", "st", rows))
    assert epochs(scoring.spans, 0.0, 3)[0].tolist() == [0, 0, 2]


def test_stages_far_apart_are_where_they_are(tmp_path: Path) -> None:
    scoring = annotations(
        _annotate(tmp_path, "a", "st", [(0.0, "W"), (5000.0, "2"), (5030.0, "R")])
    )
    assert [round(span.start) for span in scoring.spans] == [0, 5000, 5030]


def test_a_header_beside_them_says_the_rate(tmp_path: Path) -> None:
    _record(tmp_path, "a")
    scoring = annotations(_annotate(tmp_path, "a", "st", _per_epoch(), rate=None))
    assert scoring.notes == ()


def test_comments_are_passed_over(tmp_path: Path) -> None:
    """Wfdb never comes back from one."""
    rows = [(-1 / RATE, "## scored by nobody"), (0.0, "W"), (30.0, "2")]
    scoring = annotations(_annotate(tmp_path, "a", "st", rows))
    assert [span.stage for span in scoring.spans] == [0, 2]


def test_damaged_annotations_are_named(tmp_path: Path) -> None:
    path = _annotate(tmp_path, "a", "st", _per_epoch())
    whole = path.read_bytes()
    for size in range(len(whole) - 2):
        path.write_bytes(whole[:size])
        with pytest.raises(UserError, match="a.st"):
            annotations(path)
    with pytest.raises(UserError, match="no such file"):
        annotations(tmp_path / "b.st")


@given(content=st.binary(max_size=100))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    with suppress(ValueError, struct.error):
        notes(content)


def test_a_record_without_its_samples_is_named(tmp_path: Path) -> None:
    path = _record(tmp_path)
    samples = tmp_path / "slp.dat"
    samples.write_bytes(samples.read_bytes()[:1000])
    with pytest.raises(UserError, match="slp.hea"):
        convert_file(path, sources.find(path), Wishes(), Account())
    samples.unlink()
    with pytest.raises(UserError, match="slp.dat: no such file"):
        convert_file(path, sources.find(path), Wishes(), Account())
    path.write_text("slp many 250\n")
    with pytest.raises(UserError, match="slp.hea"):
        convert_file(path, sources.find(path), Wishes(), Account())
