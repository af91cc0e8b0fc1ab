"""Households beside the engine: who sleeps when, and what is reported of it."""

from collections.abc import Callable
from dataclasses import replace
import json
from math import nan
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, override

import pytest

from custom_components.halo_rise.sleep.engine import SleepEngine
from custom_components.halo_rise.sleep.epoch import (
    Epoch,
    LiveUpdate,
    SleepEvent,
    SleepEventKind,
)
from models import cli, scenarios
from models.cli import main
from models.measures import Heard
from models.scenarios import Task, household_seed, live, plan
from models.world.truth import ModuleNight
from tests.models import small_bedroom
from tests.models.small_bedroom import AFTER, IN_BED, LEAD

Drawn = list[tuple[str, int, int, str]]


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """Put small bedrooms in the place of the simulated ones, and note what is drawn."""
    asked: Drawn = []

    def draw(family: str, household: int, number: int, kind: str) -> ModuleNight:
        asked.append((family, household, number, kind))
        return small_bedroom.draw(family, household, number, kind)

    there = {
        name: SimpleNamespace(kind="empty" if name == "fan" else "night", changed=None)
        for name in ("alone", "first_night", "fan")
    }
    monkeypatch.setattr(scenarios, "render", draw)
    monkeypatch.setattr(scenarios, "families", lambda: there)
    monkeypatch.setattr(scenarios, "kinds", lambda: ("stub", "other"))
    return asked


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["scenarios", "--jobs", "1", *arguments])
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def _plan(**changes: Any) -> list[Task]:
    values: dict[str, Any] = {"nights": 6, "seed": 1}
    return plan(scenarios.families(), ["stub", "other"], **(values | changes))


def test_households_settle_in_and_sleep_four_nights() -> None:
    tasks = [task for task in _plan() if task.family == "alone" and task.kind == "stub"]
    assert [task.numbers for task in tasks] == [(0, 1, 2, 3, 4), (0, 1, 2)]
    assert [task.scored for task in tasks] == [(1, 2, 3, 4), (1, 2)]


def test_first_night_has_nothing_before_it() -> None:
    tasks = [t for t in _plan() if t.family == "first_night" and t.kind == "stub"]
    assert len(tasks) == 6
    assert {(task.numbers, task.scored) for task in tasks} == {((0,), (0,))}


def test_every_module_stands_in_the_same_bedrooms() -> None:
    def seeds(kind: str, **changes: Any) -> list[int]:
        return [t.household for t in _plan(**changes) if t.kind == kind]

    assert seeds("stub") == seeds("other")
    assert len(set(seeds("stub"))) == len(seeds("stub"))
    assert not set(seeds("stub")) & set(seeds("stub", seed=2))
    assert household_seed(1, "alone", 0) == household_seed(1, "alone", 0)


def _task(**changes: Any) -> Task:
    task = Task(
        family="alone", kind="stub", household=1, numbers=(0, 1, 2), scored=(1, 2)
    )
    return replace(task, **changes)


def test_household_is_measured_but_for_settling_in(drawn: Drawn) -> None:
    lived = live(_task())
    assert lived.error == ""
    assert [number for _, _, number, _ in drawn] == [0, 1, 2]
    assert [night.number for night in lived.nights] == [1, 2]
    assert lived.seconds == 3 * (LEAD + IN_BED + AFTER)
    assert all(night.sums["bed"] == IN_BED - 30 for night in lived.nights)


def test_engine_that_is_restored_says_the_same() -> None:
    once = live(_task())
    often = live(_task(batch=7.0, restore_every=100.0))
    for one, other in zip(once.nights, often.nights, strict=True):
        assert one.sums == other.sums
        assert one.values == other.values


def test_broken_household_does_not_end_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def draw(family: str, household: int, number: int, kind: str) -> ModuleNight:
        if family == "fan":
            raise ZeroDivisionError("too thin a fan")
        return small_bedroom.draw(family, household, number, kind)

    monkeypatch.setattr(scenarios, "render", draw)
    out = tmp_path / "out.json"
    assert _run("--kind", "stub", "--nights", "1", "--json", str(out)) == 1
    said = capsys.readouterr()
    assert "too thin a fan" in said.err
    assert "in bed found live" in said.out
    report = json.loads(out.read_text())
    assert len(report["broken"]) == 1
    assert report["measured"] == 2


def test_workers_are_new_processes_with_one_thread_each() -> None:
    threads = scenarios.side_by_side(os.getenv, cli.THREADS, 2, "")
    assert list(threads) == ["1"] * len(cli.THREADS)


def test_night_before_which_a_sensor_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert scenarios.moved_on("sensor_moved", 1, (0, 1, 2, 3, 4)) == 3
    assert scenarios.moved_on("sensor_turned", 1, (0, 1, 2)) is None
    assert scenarios.moved_on("partner_nearer", 1, (0, 1, 2, 3, 4)) is None


def test_command_reports_figures_and_failures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "out.json"
    assert _run("--nights", "1", "--seed", "3", "--failures", "--json", str(out)) == 0
    said = capsys.readouterr().out
    assert "stub " in said
    assert "other " in said
    report = json.loads(out.read_text())
    assert (report["seed"], report["nights"], report["measured"]) == (3, 1, 6)
    assert set(report["families"]) == {"alone", "first_night", "fan"}
    empty = [
        row
        for row in report["figures"]
        if (row["group"], row["name"]) == ("empty", "sessions stored")
    ]
    assert [(row["kind"], row["value"], row["holds"]) for row in empty] == [
        ("stub", 0, True),
        ("other", 0, True),
    ]
    assert set(report["reliability"]) == set(report["confusion"]) == {"stub", "other"}


def test_only_some_families_and_kinds(drawn: Drawn) -> None:
    assert _run("--only", "fan", "--kind", "other", "--nights", "1") == 0
    assert {(family, kind) for family, _, _, kind in drawn} == {("fan", "other")}


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--only", "lion: no such family; there are alone, fan, first_night"),
        ("--kind", "lion: no such kind of module; there are other, stub"),
    ],
)
def test_unknown_name_says_which_there_are(
    option: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(option, "lion") == 2
    assert capsys.readouterr().err == f"halo-rise: {message}\n"


def test_comparison_finds_no_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert _run("--compare", "--only", "alone", "--json", str(out)) == 0
    report = json.loads(out.read_text())
    assert (report["scenes"], report["differences"]) == (2, [])
    assert report["compared"] > 1000
    assert "0 differences" in capsys.readouterr().out


def test_comparison_finds_a_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Forgetful(SleepEngine):
        @override
        def restore(self, state: dict[str, Any]) -> None:
            pass

    monkeypatch.setattr(scenarios, "SleepEngine", Forgetful)
    assert _run("--compare", "--only", "alone", "--kind", "stub") == 1
    said = capsys.readouterr()
    assert "alone, household" in said.out
    assert "Batches or restarts make a difference." in said.err


def _heard(change: Callable[[LiveUpdate], LiveUpdate] = lambda live: live) -> Heard:
    heard = Heard()
    live = LiveUpdate(
        time=1.0,
        presence=0.5,
        present=True,
        in_bed=False,
        asleep=None,
        stage=None,
        respiration_rate=nan,
        respiration_quality=nan,
        heart_rate=nan,
        distance=nan,
        moving=False,
    )
    heard.take([SleepEvent(kind=SleepEventKind.GOT_UP, time=0.5), change(live)])
    heard.epochs.append(Epoch(start=0.0))
    heard.close()
    return heard


def test_nan_is_the_same_as_nan() -> None:
    count, found = scenarios.difference(_heard(), _heard())
    assert count == 2 + len(scenarios.SECONDS)
    assert found == []


def test_differences_are_named() -> None:
    other = _heard(lambda live: replace(live, presence=0.25))
    other.epochs[0] = replace(other.epochs[0], intent=0.1)
    other.events.clear()
    _, found = scenarios.difference(_heard(), other)
    assert found == [
        "epochs[0].intent: nan and 0.1",
        "1 and 0 events",
        "presence in 1 seconds, first 0: 0.5 and 0.25",
    ]
