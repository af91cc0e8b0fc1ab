"""Scorings in XML and in tables."""

from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from models.convert.reading import NoStagesError
from models.convert.scorings import read_table, read_xml
from models.convert.stages import Scoring, epochs
from models.errors import UserError

from .laboratory import NIGHT, write_nsrr, write_profusion


def _stages(scoring: Scoring, count: int = len(NIGHT)) -> list[int]:
    return [int(value) for value in epochs(scoring.spans, 0.0, count)[0]]


def test_nsrr_is_read_with_its_lights(tmp_path: Path) -> None:
    path = write_nsrr(
        tmp_path / "a-nsrr.xml",
        events=[(15.0, "Lights Off"), (300.0, "Lights On"), (60.0, "Hypopnea|x")],
    )
    scoring = read_xml(path)
    assert _stages(scoring) == list(NIGHT)
    assert (scoring.lights_off, scoring.lights_on) == (15.0, 300.0)
    assert scoring.origin == "NSRR XML (a-nsrr.xml)"


def test_profusion_is_read(tmp_path: Path) -> None:
    scoring = read_xml(write_profusion(tmp_path / "a.xml", (*NIGHT, -1)))
    assert _stages(scoring, 13) == [*NIGHT, -1]


def test_words_that_nobody_knows_are_unknown_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    text = write_nsrr(path).read_text().replace("Stage 1 sleep|1", "Doze|42")
    path.write_text(text)
    scoring = read_xml(path)
    assert _stages(scoring)[2] == -1
    assert scoring.notes == ("1 entries are no stage that is known here: '42'",)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("<PSGAnnotation><ScoredEv", "damaged XML"),
        ("", "damaged XML"),
        ("<html/>", "no sleep stages"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "entities"),
        ("<a><EpochLength>-3</EpochLength></a>", "impossible"),
        (
            "<a><ScoredEvent><EventType>Stages</EventType><Start>soon</Start>"
            "</ScoredEvent></a>",
            "Start or Duration",
        ),
    ],
)
def test_bad_xml_is_a_clear_message(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(content)
    with pytest.raises(UserError, match=problem) as raised:
        read_xml(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("stage\nW\nN2\nN3\nR\n", [0, 2, 3, 4]),
        ("W\n1\n2\n4\nREM\n", [0, 1, 2, 3, 4]),
        ("epoch,stage\n0,W\n1,N1\n3,N2\n", [0, 1, -1, 2]),
        ("Epoch;Sleep Stage\n1;0\n2;2\n3;5\n", [0, 2, 4]),
        ("epoch,stage\n1,0\n2,2\n3,4\n", [0, 2, 4]),
        ("epoch,stage\n1,0\n2,4\n3,5\n", [0, 3, 4]),
        ("onset\tduration\tdescription\n0\t60\tSleep stage W\n60\t30\tN3\n", [0, 0, 3]),
        ("Start (s),Stage\n0,W\n30,W\n60,N2\n", [0, 0, 2]),
        ("time,stage\n0,0.0\n30,1.0\n60,-1\n90,2.0\n", [0, 1, -1, 2]),
        (",stage\n0,Wake\n1,REM\n", [0, 4]),
    ],
)
def test_tables_of_every_kind_are_read(
    tmp_path: Path, table: str, expected: list[int]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table)
    assert _stages(read_table(path), len(expected)) == expected


def test_how_numbers_were_read_is_said_where_it_is_a_guess(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("stage\n0\n2\n4\n")
    assert "4 is REM" in read_table(path).notes[0]
    for certain in ("stage\n0\n4\n5\n", "stage\nW\n4\nR\n"):
        path.write_text(certain)
        assert read_table(path).notes == ()


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("", "is empty"),
        ("subject,age\na,3\n", "no column of stages.*'subject', 'age'"),
        ("event\nApnea\nDesaturation\n", "none of its words is a stage"),
        ("time,stage\n22:30:00,W\n", "'22:30:00' is no time; give seconds"),
        ("epoch,stage\nx,W\n", "'x' is no number of an epoch"),
    ],
)
def test_bad_tables_are_a_clear_message(
    tmp_path: Path, table: str, problem: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table)
    with pytest.raises(UserError, match=problem):
        read_table(path)


def test_other_tables_are_known_to_be_no_scoring(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("subject,age\na,3\n")
    with pytest.raises(NoStagesError):
        read_table(path)


_cells = st.sampled_from(
    [
        *("W", "2", "5", "N3", "?", "-1", "", "nan", "1e308", "22:00", '"', "0", "30"),
        *("stage", "epoch", "onset", "duration", "\x00", "é", "inf", "-30"),
    ]
)
_tables = st.lists(st.lists(_cells, min_size=1, max_size=4), max_size=8).map(
    lambda rows: "\n".join(",".join(row) for row in rows).encode()
)
_values = st.sampled_from(
    ["0", "30", "-5", "nan", "1e308", "", "x", "Wake|0", "Stages|Stages", "REM sleep|5"]
)
_events = st.lists(
    st.dictionaries(
        st.sampled_from(["EventType", "EventConcept", "Start", "Duration", "Name"]),
        _values,
    ),
    max_size=5,
)


def _xml(events: list[dict[str, str]], epoch: str, stages: list[str]) -> bytes:
    rows = "".join(
        "<ScoredEvent>"
        + "".join(f"<{key}>{value}</{key}>" for key, value in event.items())
        + "</ScoredEvent>"
        for event in events
    )
    listed = "".join(f"<SleepStage>{word}</SleepStage>" for word in stages)
    return (
        f"<a><EpochLength>{epoch}</EpochLength><SleepStages>{listed}</SleepStages>"
        f"<ScoredEvents>{rows}</ScoredEvents></a>"
    ).encode()


_xmls = st.builds(_xml, _events, _values, st.lists(_values, max_size=5))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | _tables | _xmls)
def test_no_content_breaks_the_readers(tmp_path: Path, content: bytes) -> None:
    """They read it, or say in one line what is wrong with it."""
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    for read in (read_xml, read_table):
        with suppress(UserError):
            assert len(_stages(read(path))) == len(NIGHT)
