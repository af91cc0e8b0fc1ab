"""Scripts: who is in the room when."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from models.errors import UserError
from models.script import Script

START = datetime.fromisoformat("2026-03-01T22:30:00+01:00")
NIGHT: dict[str, Any] = {"who": "primary", "from": "00:05", "to": "07:00:30"}


def test_file_in_yaml_and_in_json_say_the_same(tmp_path: Path) -> None:
    """Times are understood with and without quotes."""
    (tmp_path / "night.yaml").write_text(
        "- {who: primary, from: 0:05, to: 10:30:15, distance: 1.2, in_bed: no}\n"
        "- {who: nobody, from: '10:30:15', to: 11:00}\n".replace("no}", "false}")
    )
    (tmp_path / "night.json").write_text(
        '[{"who": "primary", "from": "00:05", "to": "10:30:15", "distance": 1.2,'
        ' "in_bed": false}, {"who": "nobody", "from": "10:30:15", "to": "11:00"}]'
    )
    script = Script.load(tmp_path / "night.yaml")

    assert script == Script.load(tmp_path / "night.json")
    first, second = script.intervals
    assert (first.who, first.begin, first.end) == ("primary", 300, 37_815)
    assert (first.distance, first.in_bed, first.moving) == (1.2, False, False)
    assert (second.who, second.begin, second.end) == ("nobody", 37_815, 39_600)


def test_clock_times_follow_the_clock() -> None:
    """Each time is the next moment at which the clock shows it, past midnight too."""
    script = Script.parse(
        {
            "times": "clock",
            "intervals": [
                {"who": "primary", "from": "23:00", "to": "00:30"},
                {"who": "primary", "from": "00:40", "to": "22:00"},
            ],
        }
    )
    placed = [(begin, end) for begin, end, _ in script.offsets(START)]
    assert placed == [(1800, 7200), (7800, 84_600)]


def test_offsets_do_not_look_at_the_clock() -> None:
    """They count from the start of the recording."""
    ((begin, end, _),) = Script.parse([NIGHT]).offsets(START)
    assert (begin, end) == (300, 25_230)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("a diary", "must be a list of intervals"),
        ({"times": "clock"}, "must be a list of intervals"),
        ({"times": "local", "intervals": []}, "'times' is 'local'"),
        ({"interval": []}, "'interval' is unknown"),
        (["primary"], "interval 1 must be a mapping"),
        ([NIGHT | {"who": "cat"}], "interval 1: 'who' is 'cat'"),
        ([NIGHT | {"distanse": 1}], "interval 1: 'distanse' is unknown"),
        ([NIGHT | {"from": "late"}], "interval 1: 'from' is 'late'"),
        ([NIGHT | {"from": 300}], "interval 1: 'from' is 300"),
        ([NIGHT | {"to": "00:61"}], "interval 1: 'to' is '00:61'"),
        ([NIGHT | {"to": None}], "interval 1: 'to' is None"),
        ([NIGHT | {"to": "00:01"}], "interval 1: 'to' must come after 'from'"),
        ([NIGHT | {"distance": "near"}], "interval 1: 'distance' must be 0.1 to 6"),
        ([NIGHT | {"distance": 80}], "interval 1: 'distance' must be 0.1 to 6"),
        ([NIGHT | {"in_bed": "perhaps"}], "interval 1: 'in_bed' is 'perhaps'"),
        ([NIGHT, NIGHT], "interval 2 begins before interval 1 ends"),
        (
            {"times": "clock", "intervals": [NIGHT | {"to": "24:30"}]},
            "interval 1: 'to' is '24:30'; give a clock time",
        ),
    ],
)
def test_mistake_is_named(data: object, told: str) -> None:
    """The message says which interval, which key and what to write."""
    with pytest.raises(UserError) as caught:
        Script.parse(data, "night.yaml")
    assert str(caught.value).startswith("night.yaml: ")
    assert told in str(caught.value)


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    """Neither a missing nor a broken file shows a traceback, and all fit in a line."""
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "broken.yaml").write_text("a: [\nb: }")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    for name, told in (
        ("absent.yaml", "cannot be read"),
        ("broken.json", "is not JSON"),
        ("broken.yaml", "is not YAML"),
        ("bytes.yaml", "cannot be read as text|is not YAML"),
    ):
        with pytest.raises(UserError, match=told) as caught:
            Script.load(tmp_path / name)
        assert str(caught.value).startswith(str(tmp_path / name))
        assert "\n" not in str(caught.value)
