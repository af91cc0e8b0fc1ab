"""EDF and EDF+ files, from the header to the recording."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.convert import sources
from models.convert.account import Account
from models.convert.command import Wishes, convert_file
from models.convert.edf import EdfNight, header, hypnogram
from models.convert.reading import NoStagesError
from models.errors import UserError
from models.recordings import Recording, displacement_mm, load, save

from .laboratory import (
    BREATHS_PER_MINUTE,
    NIGHT,
    SECONDS,
    breaths_per_minute,
    channel,
    chest,
    edf_stages,
    interrupt,
    write_edf,
    write_hypnogram,
    write_nsrr,
)

START = datetime(2020, 3, 1, 22, 30, tzinfo=UTC)


def _convert(path: Path, wishes: Wishes | None = None) -> tuple[Recording, Account]:
    """Convert one file, and let the result go through a file of its own."""
    account = Account()
    found = sources.find(path)
    recording = convert_file(path, found, wishes or Wishes(), account)
    saved = path.with_name("converted") / "night.npz"
    save(saved, recording)
    return load(saved), account


def _lines(account: Account, begin: str) -> list[str]:
    return [line for line in account.lines if line.startswith(begin)]


@pytest.mark.parametrize("rate", [10.0, 32.0, 256.0])
def test_a_belt_of_any_rate_becomes_the_same_recording(
    tmp_path: Path, rate: float
) -> None:
    path = write_edf(tmp_path / "a.edf", [channel(rate=rate)], edf_stages())
    recording, account = _convert(path)
    assert recording.respiration is not None
    assert recording.sample_rate == 10.0
    assert recording.respiration.size == SECONDS * 10
    assert recording.units == "a.u."
    assert recording.start == START
    assert recording.missing is None
    assert recording.stages is not None
    assert recording.stages.tolist() == list(NIGHT)
    expected = chest(rate=10.0)
    assert np.corrcoef(recording.respiration, expected)[0, 1] > 0.999
    assert account.warnings == 0
    assert _lines(account, "channel") == [
        f"channel: THOR RES (effort), {rate:g} Hz, mV; written as a.u. at 10 Hz"
    ]
    assert _lines(account, "stages") == [
        "stages: EDF+ annotations (its own annotations): 12 epochs: 3 wake, "
        "5 light (1 N1, 4 N2), 2 deep, 2 REM"
    ]
    assert _lines(account, "start") == [
        "start: 2020-03-01 22:30:00 by its own clock, taken as UTC; 0:06:00 long"
    ]
    assert "THOR RES" in recording.source
    assert "EDF+" in recording.source


def test_nothing_is_folded_into_breathing(tmp_path: Path) -> None:
    """A heart of 10.3 Hz beside the belt would be 0.3 Hz at the new rate."""
    at = np.arange(round(SECONDS * 256)) / 256
    values = chest(rate=256.0) + np.sin(2 * np.pi * 10.3 * at)
    path = write_edf(tmp_path / "a.edf", [channel(rate=256.0, values=values)])
    recording, _ = _convert(path)
    assert recording.respiration is not None
    assert np.std(recording.respiration - chest(rate=10.0)) < 0.02


@pytest.mark.parametrize("rate", [4.0, 12.5, 25.0])
def test_the_rate_is_free(tmp_path: Path, rate: float) -> None:
    recording, _ = _convert(write_edf(tmp_path / "a.edf"), Wishes(rate=rate))
    assert recording.sample_rate == rate
    assert recording.duration == pytest.approx(SECONDS)


def test_known_scales_are_kept(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", [channel("Flow", unit="L/s")])
    recording, _ = _convert(path)
    assert recording.units == "L/min"
    assert recording.respiration is not None
    assert recording.respiration.max() == pytest.approx(60, rel=0.05)
    path = write_edf(tmp_path / "a.edf", [channel("Chest", unit="cm")])
    recording, _ = _convert(path)
    assert recording.units == "mm"
    assert recording.respiration is not None
    assert recording.respiration.max() == pytest.approx(10, rel=0.05)


def test_flow_of_unknown_scale_becomes_what_a_chest_does(tmp_path: Path) -> None:
    """The chest is a quarter of a breath behind the air."""
    path = write_edf(tmp_path / "a.edf", [channel("NEW AIR", unit="")])
    recording, account = _convert(path)
    assert recording.units == "a.u."
    assert "integrated" in _lines(account, "channel")[0]
    assert recording.respiration is not None
    middle = slice(600, 3000)
    at = np.arange(recording.respiration.size) / 10
    behind = -np.cos(2 * np.pi * BREATHS_PER_MINUTE / 60 * at)
    assert np.corrcoef(recording.respiration[middle], behind[middle])[0, 1] > 0.98


def test_a_channel_that_is_dead_is_not_taken(tmp_path: Path) -> None:
    flat = channel("Thor", values=np.zeros(round(SECONDS * 32)))
    path = write_edf(tmp_path / "a.edf", [flat, channel("Abdo")])
    recording, account = _convert(path)
    assert "Abdo" in recording.source
    assert "WARNING: Thor is flat or missing throughout; Abdo taken instead" in (
        account.lines
    )
    path = write_edf(tmp_path / "b.edf", [flat])
    with pytest.raises(UserError, match="nothing breathes in it: Thor is flat"):
        _convert(path)


def test_a_slow_channel_is_said(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", [channel("Resp oro-nasal", rate=1.0)])
    _, account = _convert(path)
    assert any("1 Hz: breathing faster than 30" in line for line in account.lines)


def test_what_resampling_would_hide_is_missing(tmp_path: Path) -> None:
    """A minute of a flat line, a minute at the rail."""
    values = chest(rate=100.0)
    values[6000:12_000] = values[6000]
    values[18_000:24_000] = 49.0
    path = write_edf(tmp_path / "a.edf", [channel(rate=100.0, values=values)])
    recording, account = _convert(path)
    assert recording.missing is not None
    assert recording.missing[600:1200].all()
    assert recording.missing[1800:2400].all()
    assert recording.missing.mean() == pytest.approx(1 / 3, abs=0.02)
    assert _lines(account, "missing")[0].startswith("missing: 3")


def test_gaps_are_where_they_were(tmp_path: Path) -> None:
    """An EDF+D that pauses for a minute; the stages know of the pause."""
    path = write_edf(
        tmp_path / "a.edf", None, [*edf_stages((*NIGHT, 2, 2)), (0.5, None, "x" * 60)]
    )
    interrupt(path, at_record=100, seconds=60.0)
    recording, account = _convert(path)
    assert recording.respiration is not None
    assert recording.missing is not None
    assert recording.duration == SECONDS + 60
    assert recording.missing[1010:1590].all()
    assert not recording.missing[:980].any()
    assert not recording.missing[1620:].any()
    after = recording.respiration[1600:]
    assert np.corrcoef(after, chest(rate=10.0)[1000:])[0, 1] > 0.99
    assert recording.stages is not None
    assert recording.stages.tolist() == [*NIGHT, 2, 2]
    assert "; 1 gaps of the file, 0:01:00 in all" in _lines(account, "missing")[0]
    assert displacement_mm(recording)[1][1010:1590].all()


def test_records_that_overlap_are_refused(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", None, [(0.5, None, "x" * 60)])
    interrupt(path, at_record=100, seconds=-5.0)
    with pytest.raises(UserError, match="overlap"):
        _convert(path)


def test_the_scorers_epochs_are_kept(tmp_path: Path) -> None:
    """They began 12 s into the signal."""
    path = write_edf(tmp_path / "a.edf", None, edf_stages(start=12.0))
    recording, account = _convert(path)
    assert recording.start is not None
    assert (recording.start - START).total_seconds() == 12
    assert recording.duration == SECONDS - 12
    assert recording.stages is not None
    assert recording.stages.tolist() == list(NIGHT)
    assert _lines(account, "epochs")[0].startswith("epochs: the scorer's begin 12 s")


def test_stages_that_end_early_are_unknown_from_there_on(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", None, edf_stages(NIGHT[:8]))
    recording, account = _convert(path)
    assert recording.stages is not None
    assert recording.stages.tolist() == [*NIGHT[:8], -1, -1, -1, -1]
    assert (
        "WARNING: the stages end 0:02:00 before the signal; the rest is unknown"
        in account.lines
    )


def test_stages_that_go_on_are_said(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf")
    write_nsrr(tmp_path / "a-nsrr.xml", (*NIGHT, 2, 2, 2))
    recording, account = _convert(path)
    assert recording.stages is not None
    assert recording.stages.tolist() == list(NIGHT)
    assert any("go on for 0:01:30 after the signal" in line for line in account.lines)


def test_stages_of_another_night_are_said(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf")
    write_nsrr(tmp_path / "a-nsrr.xml", start=36_000.0)
    _, account = _convert(path)
    assert any("lies outside the signal" in line for line in account.lines)


def test_stages_that_are_all_unknown_are_said(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", None, edf_stages([-1] * 12))
    recording, account = _convert(path)
    assert recording.stages is not None
    assert set(recording.stages.tolist()) == {-1}
    assert any(
        line.startswith("WARNING: all stages of EDF+ annotations")
        for line in account.lines
    )


def test_a_recording_without_stages_is_said(tmp_path: Path) -> None:
    recording, account = _convert(write_edf(tmp_path / "a.edf"))
    assert recording.stages is None
    assert "WARNING: no stages found; the recording has none" in account.lines


def test_lights_decide_what_is_left_out(tmp_path: Path) -> None:
    """They are in the recording, the stages are beside it."""
    lights = [(65.0, None, "Lights off"), (305.0, None, "Lights on")]
    path = write_edf(tmp_path / "a.edf", None, lights)
    write_nsrr(tmp_path / "a-nsrr.xml")
    recording, account = _convert(path)
    assert recording.stages is not None
    assert recording.stages.tolist() == list(NIGHT[2:11])
    assert recording.start is not None
    assert (recording.start - START).total_seconds() == 60
    assert recording.duration == 270
    assert _lines(account, "trimmed") == [
        "trimmed: 0:01:00 at the beginning, 0:00:30 at the end (lights off and lights on)"
    ]
    recording, account = _convert(path, Wishes(trim=False))
    assert recording.duration == SECONDS
    assert not _lines(account, "trimmed")


def test_lights_that_make_no_sense_are_said(tmp_path: Path) -> None:
    lights = [(305.0, None, "Lights off"), (5.0, None, "Lights on")]
    path = write_edf(tmp_path / "a.edf", None, [*edf_stages(), *lights])
    recording, account = _convert(path)
    assert recording.duration == SECONDS
    assert any("make no sense" in line for line in account.lines)


def test_a_gap_from_lights_off_on_is_no_night(tmp_path: Path) -> None:
    lights = [(101.0, None, "Lights off"), (400.0, None, "Lights on")]
    path = write_edf(tmp_path / "a.edf", None, [*lights, (0.5, None, "x" * 60)])
    interrupt(path, at_record=100, seconds=3600.0)
    with pytest.raises(UserError, match="nothing was recorded in the part to keep"):
        _convert(path)
    recording, _ = _convert(path, Wishes(trim=False))
    assert recording.duration == SECONDS + 3600
    assert "stages" not in recording.source


def test_a_day_around_the_night_is_left_out(tmp_path: Path) -> None:
    """As in Sleep-EDF: hours of wake, and of nothing scored, but no lights."""
    seconds = 7 * 3600.0
    scored = [
        (0.0, 3 * 3600.0, "Sleep stage W"),
        (3 * 3600.0, 1800.0, "Sleep stage 2"),
        (3.5 * 3600, 3.5 * 3600, "Sleep stage ?"),
    ]
    path = write_edf(
        tmp_path / "SC4001E0-PSG.edf",
        [channel("Resp oro-nasal", rate=2.0, seconds=seconds)],
    )
    write_hypnogram(tmp_path / "SC4001EC-Hypnogram.edf", scored)
    recording, account = _convert(path)
    assert recording.duration == 2.5 * 3600
    assert _lines(account, "trimmed")[0].startswith(
        "trimmed: 2:00:00 at the beginning, 2:30:00 at the end"
    )


def test_a_scoring_of_its_own_may_begin_later(tmp_path: Path) -> None:
    path = write_hypnogram(tmp_path / "a-Hypnogram.edf", edf_stages())
    assert hypnogram(path, START.replace(minute=29)).spans[0].start == 60.0
    assert hypnogram(path, None).spans[0].start == 0.0
    strange = hypnogram(path, START.replace(hour=3))
    assert strange.spans[0].start == 0.0
    assert "at another time" in strange.notes[0]


def test_annotations_of_other_things_are_no_stages(tmp_path: Path) -> None:
    others = [(30.0, 5.0, "Movement"), (60.0, 10.0, "2"), (90.0, None, "Apnea")]
    path = write_edf(tmp_path / "a.edf", None, [*edf_stages(), *others])
    recording, _ = _convert(path)
    assert recording.stages is not None
    assert recording.stages.tolist() == list(NIGHT)
    lone = write_hypnogram(tmp_path / "b-Hypnogram.edf", others)
    with pytest.raises(NoStagesError):
        hypnogram(lone, None)


@pytest.mark.parametrize("kept", [0, 100, 300, 800, 20_000])
def test_a_truncated_file_is_named(tmp_path: Path, kept: int) -> None:
    path = write_edf(tmp_path / "a.edf", None, edf_stages())
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(UserError) as raised:
        _convert(path)
    message = str(raised.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message


def test_how_much_is_left_of_a_truncated_file_is_said(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf")
    path.write_bytes(path.read_bytes()[: 512 + 64 * 90 + 7])
    with pytest.raises(UserError, match="it holds 90 of 360 records of 1 s"):
        _convert(path)


def test_other_bytes_are_no_edf(tmp_path: Path) -> None:
    path = tmp_path / "a.edf"
    path.write_bytes(b"\x89PNG" * 200)
    with pytest.raises(UserError, match="is no EDF file"):
        _convert(path)


@pytest.mark.parametrize("seed", range(30))
def test_damage_of_any_kind_is_a_clear_message(tmp_path: Path, seed: int) -> None:
    """Or does no harm, where it hits a sample."""
    random = np.random.default_rng(seed)
    path = write_edf(tmp_path / "a.edf", None, edf_stages())
    content = bytearray(path.read_bytes())
    end = 768 if seed % 2 else len(content)
    for at in random.integers(0, end, 20):
        content[at] = random.integers(256)
    path.write_bytes(content)
    try:
        recording, _ = _convert(path)
    except UserError as error:
        message = str(error)
        assert message.startswith(str(path)) and "\n" not in message
    else:
        assert recording.respiration is not None


def test_a_recorder_that_did_not_finish_is_believed(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf")
    content = bytearray(path.read_bytes())
    content[236:244] = b"-1      "
    path.write_bytes(content)
    recording, _ = _convert(path)
    assert recording.duration == SECONDS


def test_a_date_that_is_none_is_no_start(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf")
    content = bytearray(path.read_bytes())
    content[168:176] = b"xx.xx.xx"
    path.write_bytes(content)
    recording, account = _convert(path)
    assert recording.start is None
    assert "start: unknown" in account.lines
    content[168:176] = b"01.01.84"
    path.write_bytes(content)
    assert header(path).start == datetime(2084, 1, 1, 22, 30, tzinfo=UTC)


def test_channels_are_listed_as_they_are(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", [channel("ECG"), channel("Thor", unit="")])
    night = EdfNight(path)
    assert [(each.label, each.unit, each.rate) for each in night.channels] == [
        ("ECG", "mV", 32.0),
        ("Thor", "", 32.0),
    ]


def test_a_wish_for_a_channel_is_followed(tmp_path: Path) -> None:
    slow = np.sin(2 * np.pi * 0.15 * np.arange(round(SECONDS * 32)) / 32)
    other = channel("Radar", values=slow)
    path = write_edf(tmp_path / "a.edf", [channel(), other])
    recording, _ = _convert(path, replace(Wishes(), channel="radar"))
    assert recording.respiration is not None
    assert breaths_per_minute(recording.respiration, 10.0) == pytest.approx(9, abs=0.1)
    with pytest.raises(UserError, match="no channel 'Nose'.*Channels: THOR RES, Radar"):
        _convert(path, Wishes(channel="Nose"))
