"""Which files belong together."""

from pathlib import Path

import pytest

from models.convert.sources import find, name, scorings
from models.errors import UserError


def _files(folder: Path, *names: str) -> None:
    for each in names:
        path = folder / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _beside(folder: Path, night: str) -> list[str]:
    found = find(folder)
    return [
        path.relative_to(folder).as_posix() for path in scorings(folder / night, found)
    ]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("mesa-sleep-0001-nsrr.xml", "mesa-sleep-0001"),
        ("shhs1-200001-profusion.xml", "shhs1-200001"),
        ("night-1.edf", "night-1"),
        ("SC4001E0-PSG.edf", "SC4001E0"),
        ("SC4001E0-PSG.edf.hyp", "SC4001E0"),
        ("a_stages.csv", "a"),
        ("stages.csv", "stages"),
    ],
)
def test_names_are_reduced_to_the_night(file: str, expected: str) -> None:
    assert name(Path(file)) == expected


def test_nsrr_keeps_scorings_in_another_folder(tmp_path: Path) -> None:
    _files(
        tmp_path,
        "edfs/mesa-1.edf",
        "edfs/mesa-10.edf",
        "annotations-profusion/mesa-1-profusion.xml",
        "annotations-nsrr/mesa-1-nsrr.xml",
        "annotations-nsrr/mesa-10-nsrr.xml",
    )
    assert _beside(tmp_path, "edfs/mesa-1.edf") == [
        "annotations-nsrr/mesa-1-nsrr.xml",
        "annotations-profusion/mesa-1-profusion.xml",
    ]


def test_the_nearest_comes_first_then_the_richest(tmp_path: Path) -> None:
    _files(
        tmp_path, "n/a.edf", "n/a.csv", "n/a.st", "n/a-Hypnogram.edf", "x/a-nsrr.xml"
    )
    assert _beside(tmp_path, "n/a.edf") == [
        "n/a.st",
        "n/a-Hypnogram.edf",
        "n/a.csv",
        "x/a-nsrr.xml",
    ]


def test_nights_of_one_name_share_nothing(tmp_path: Path) -> None:
    _files(tmp_path, "1/night.edf", "2/night.edf", "2/night.xml", "night.xml")
    assert _beside(tmp_path, "1/night.edf") == []
    assert _beside(tmp_path, "2/night.edf") == ["2/night.xml"]


def test_sleep_edf_changes_a_letter(tmp_path: Path) -> None:
    _files(tmp_path, "SC4001E0-PSG.edf", "SC4001EC-Hypnogram.edf")
    _files(tmp_path, "SC4002E0-PSG.edf", "SC4002EC-Hypnogram.edf")
    assert _beside(tmp_path, "SC4002E0-PSG.edf") == ["SC4002EC-Hypnogram.edf"]
    assert [path.name for path in find(tmp_path).nights] == [
        "SC4001E0-PSG.edf",
        "SC4002E0-PSG.edf",
    ]


def test_hidden_files_are_none(tmp_path: Path) -> None:
    _files(tmp_path, "a.edf", "._a.edf", "README.md")
    assert [path.name for path in find(tmp_path).nights] == ["a.edf"]


def test_a_folder_without_nights_is_said(tmp_path: Path) -> None:
    _files(tmp_path, "README.md")
    with pytest.raises(UserError, match=r"no recordings here; looked for \.edf"):
        find(tmp_path)
    with pytest.raises(UserError, match="no such file or folder"):
        find(tmp_path / "absent")
