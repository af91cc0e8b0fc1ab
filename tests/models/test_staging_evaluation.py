"""`halo-rise evaluate staging`: figures by hand, folds, floors, and what is left out."""

from collections.abc import Sequence
from dataclasses import replace
import json
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import cli
from models.evaluate import baselines
from models.evaluate.framework import Options
from models.evaluate.nights import (
    DEVICE,
    FEATURES,
    PSG,
    UNKNOWN,
    Said,
    Scored,
    Skipped,
    breaths,
    play,
    simulated,
    tasks,
    true_epochs,
)
from models.evaluate.staging import folds_of, of_data_set
from models.evaluate.staging_figures import (
    METRICS,
    calibration,
    f1_scores,
    headline,
    intervals,
    macro_f1,
    metrics,
)
from models.recordings import Recording, save
from models.world.truth import Truth

FEW = Options(resamples=100)

MATRIX = np.array(
    [
        [6, 2, 0, 0],
        [1, 7, 2, 0],
        [0, 2, 4, 0],
        [0, 1, 0, 0],
    ]
)


def said(stages: Sequence[int], confidence: float = nan) -> Said:
    """Return words, and the same confidence in each of them."""
    words = np.array(stages, np.int8)
    chances = np.full((words.size, 4), nan)
    spoken = words != UNKNOWN
    chances[spoken] = (1.0 - confidence) / 3
    chances[spoken, words[spoken]] = confidence
    return Said(stages=words, probabilities=chances)


def scored(
    name: str,
    reference: Sequence[int],
    settled: Sequence[int],
    *,
    movement: Sequence[float] | None = None,
    against: str = PSG,
) -> Scored:
    """Return a night in which the engine was as sure settled as live."""
    count = len(reference)
    moved = np.full(count, nan) if movement is None else np.array(movement, float)
    features = np.full((count, len(FEATURES)), nan)
    features[:, FEATURES.index("movement")] = np.log1p(moved)
    return Scored(
        data_set="small",
        name=name,
        sleeper=name[:5],
        against=against,
        reference=np.array(reference, np.int8),
        live=said(settled, 0.7),
        settled=said(settled, 0.7),
        features=features,
        movement=moved,
        movement_from="the recorder's",
    )


def run(*arguments: object) -> None:
    """Run the command."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["evaluate", "staging", *map(str, arguments)])
    assert ended.value.code == 0


def mistaken(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the command with a mistake and return what it says of it."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["evaluate", "staging", *map(str, arguments)])
    assert ended.value.code == 2
    return capsys.readouterr().err


# Figures by hand


def test_kappa_and_f1_by_hand() -> None:
    # 17 of 25 agree; by chance (8*7 + 10*12 + 6*6 + 1*0) / 625 = 0.3392.
    figures = headline(MATRIX)
    assert figures["accuracy"] == pytest.approx(68.0)
    assert figures["kappa"] == pytest.approx((0.68 - 0.3392) / (1 - 0.3392))
    # Sleep and wake: 6 + 16 agree; by chance (8*7 + 17*18) / 625.
    assert figures["sleep_wake_accuracy"] == pytest.approx(88.0)
    assert figures["sleep_wake_kappa"] == pytest.approx((0.88 - 0.5792) / 0.4208)
    assert f1_scores(MATRIX) == pytest.approx([12 / 15, 14 / 22, 8 / 12, 0.0])
    assert macro_f1(MATRIX) == pytest.approx((12 / 15 + 14 / 22 + 8 / 12) / 4)


def test_a_stage_that_neither_side_says_has_no_f1() -> None:
    matrix = MATRIX.copy()
    matrix[3] = 0
    assert isnan(f1_scores(matrix)[3])
    assert macro_f1(matrix) == pytest.approx((12 / 15 + 14 / 21 + 8 / 12) / 3)


def test_calibration_error_by_hand() -> None:
    # Four epochs at 0.9 of which three are right, one at 0.55 that is wrong.
    words = np.array([0, 1, 1, 2, 3], np.int8)
    truth = np.array([0, 1, 2, 2, 1], np.int8)
    chances = np.array(
        [
            [0.9, 0.1, 0.0, 0.0],
            [0.1, 0.9, 0.0, 0.0],
            [0.0, 0.9, 0.1, 0.0],
            [0.0, 0.1, 0.9, 0.0],
            [0.0, 0.45, 0.0, 0.55],
        ]
    )
    found = calibration(truth, words, chances)
    assert found["error"] == pytest.approx((4 * 0.15 + 0.55) / 5)
    assert [row["epochs"] for row in found["bins"]] == [1, 4]
    # Sleep: 0.1 of an epoch awake, 0.9 of one asleep, three that are certain.
    assert found["sleep_error"] == pytest.approx((0.1 + 0.1) / 5)
    assert found["brier"] == pytest.approx(
        (3 * 0.02 + (0.9**2 + 0.9**2) + 2 * 0.55**2) / 5
    )


def test_there_are_fourteen_metrics_and_they_are_right() -> None:
    assert len({measure.name for measure in METRICS}) == 14
    night = metrics(np.array([0, 0, 1, 0, 0, 2, 0, 3, 1, 0], np.int8))
    assert {name: night[name] for name in ("TIB", "TST", "SOL", "WASO", "Wake")} == {
        "TIB": 5.0,
        "TST": 2.0,
        "SOL": 1.0,
        "WASO": 2.0,
        "Wake": 3.0,
    }
    assert night["Awakenings"] == 2.0
    assert night["REMLatency"] == 2.5
    assert isnan(metrics(np.array([0, 1], np.int8))["REMLatency"])
    assert metrics(np.zeros(4, np.int8))["Awakenings"] == 0.0


def test_intervals_hold_the_figure_and_need_three_nights() -> None:
    nights = [MATRIX, MATRIX + 1, MATRIX.T]
    assert intervals(nights[:2], FEW, "x") == {}
    found = intervals(nights, FEW, "x")
    assert found == intervals(nights, FEW, "x")
    whole = headline(np.sum(nights, axis=0))
    for name, interval in found.items():
        assert interval.low <= whole[name] <= interval.high, name


# Folds, floors and baselines


def test_no_sleeper_is_on_both_sides_of_a_fold() -> None:
    names = ("slp01a", "slp01b", "slp02a", "slp03")
    nights = [scored(name, [0, 1], [0, 1]) for name in names]
    for folds, count in (("leave-one-out", 3), ("2", 2), ("9", 3)):
        found = folds_of(nights, folds)
        assert len(found) == count
        assert sorted(place for fold in found for place in fold.test) == [0, 1, 2, 3]
        for fold in found:
            assert not set(fold.train) & set(fold.test)
            assert {nights[p].sleeper for p in fold.train}.isdisjoint(
                nights[p].sleeper for p in fold.test
            )


def test_the_prior_says_what_the_others_did_at_this_time() -> None:
    half = baselines.BIN_EPOCHS
    course = [UNKNOWN] * 5 + [0] * half + [2] * half + [1] * half
    night = scored("other", course, course)
    words = baselines.time_of_night([night], night)
    assert words.stages[5:].tolist() == course[5:]
    assert words.probabilities is not None
    assert words.probabilities.sum(axis=1) == pytest.approx(1.0)
    # After three half hours of a third each: 60 of 60 epochs and 20 of the whole night.
    third = (60 + 1) / (180 + 4)
    assert words.probabilities[5, 0] == pytest.approx((60 + 20 * third) / 80)


def test_the_regression_finds_what_divides_the_stages() -> None:
    rng = np.random.default_rng(1)
    stages = rng.integers(0, 4, 400)
    features = np.full((400, len(FEATURES)), nan)
    features[:, 0] = (stages == 0) * 3.0 + rng.normal(size=400) * 0.3
    features[:, 1] = stages * 5.0 + 40.0 + rng.normal(size=400) * 0.3
    features[7, 1] = nan
    night = replace(scored("a", stages.tolist(), stages.tolist()), features=features)
    words = baselines.logistic([night], [night])[0]
    right = words.stages == stages
    assert right.mean() > 0.98


def test_the_regression_weighs_as_its_optimum_demands() -> None:
    # With ones alone the probabilities are the shares.
    stages = np.array([0] * 1 + [1] * 5 + [2] * 2 + [3] * 2, np.int8)
    weights = baselines.fit_logistic(np.ones((10, 1)), stages)
    chances = np.exp(weights[0]) / np.exp(weights[0]).sum()
    assert chances == pytest.approx([0.1, 0.5, 0.2, 0.2], abs=1e-3)


def test_cole_kripke_by_hand() -> None:
    # 0.23 a count in the minute itself, 0.106 four minutes later, 0.067 two before.
    counts = np.zeros(12)
    counts[5] = 5.0
    assert not baselines.cole_kripke(counts)[5]
    counts[5] = 9.5
    awake = np.flatnonzero(~baselines.cole_kripke(counts)).tolist()
    # 106 at +4 gives 1.007; 54, 58, 76 at +3, +2, +1 and 74, 67 at -1, -2 give less.
    assert awake == [5, 9]


def test_sadeh_by_hand() -> None:
    assert baselines.sadeh(np.zeros(20)).all()
    counts = np.zeros(30)
    counts[15] = 66.0
    # Mean 6, one active minute, deviation of (0, 0, 0, 0, 0, 66), log of 67.
    score = 7.601 - 0.065 * 6 - 1.08 - 0.056 * 66 / np.sqrt(6) - 0.703 * np.log(67)
    assert baselines.sadeh(counts)[15] == (score > 0)
    counts[15] = 600.0
    assert not baselines.sadeh(counts)[15]


def test_the_scale_of_counts_is_found() -> None:
    reference = ([0] * 20 + [1] * 60) * 3
    movement = np.where(np.array(reference) == 0, 40.0, 0.1)
    night = scored("a", reference, reference, movement=movement.tolist())
    scale = baselines.fit_scale([baselines.by_scale(baselines.cole_kripke, night)])
    assert scale is not None
    words = baselines.by_movement(baselines.cole_kripke, night, scale).stages
    assert (words == np.array(reference)).mean() > 0.9
    still = scored("b", reference, reference)
    assert baselines.fit_scale([baselines.by_scale(baselines.sadeh, still)]) is None


def test_breaths_are_counted_even_where_the_phase_wraps() -> None:
    times = np.arange(4800) / 8.0
    chest = 4.0 * np.sin(2 * np.pi * times / 4.0)
    for period, values in ((nan, chest), (2.5, np.mod(chest, 2.5))):
        at, depths = breaths(times, values, period)
        assert np.median(np.diff(at)) == pytest.approx(4.0, abs=0.05)
        assert np.median(depths) == pytest.approx(8.0, rel=0.1)


# A data set


def test_silence_is_counted_apart_and_left_out() -> None:
    reference = [UNKNOWN, 0, 1, 1, 2, UNKNOWN, 3, 1]
    settled = [0, UNKNOWN, 1, 1, 1, 1, 3, UNKNOWN]
    nights = [
        scored("night a", reference, settled),
        scored("night b", [1, 1], [UNKNOWN, UNKNOWN]),
    ]
    found = of_data_set(nights, [], "leave-one-out", FEW)
    assert found["scored_epochs"] == 8
    assert found["spoken_epochs"] == 4
    assert found["coverage"] == 50.0
    assert found["silent_nights"] == ["night b"]
    engine = found["methods"]["engine, settled"]
    assert engine["compared"]["accuracy"] == 75.0
    # Silence for wake: one of four is right.
    assert engine["all_epochs"]["accuracy"] == 50.0
    assert engine["compared"]["calibration"]["error"] == pytest.approx(0.05)
    night, silent = found["engine"]["settled"]["per_night"]
    assert (night["silent_epochs"], night["unknown_to_reference"]) == (2, 2)
    assert "figures" not in silent
    light = found["methods"]["always light"]["compared"]
    assert (light["epochs"], light["accuracy"]) == (4, 50.0)
    assert [row["epochs"] for row in light["per_night"]] == [4]


def _keys(tree: Any) -> set[str]:
    match tree:
        case dict():
            return set(tree).union(*(_keys(each) for each in tree.values()))
        case list() | tuple():
            return set().union(*(_keys(each) for each in tree))
        case _:
            return set()


def test_agreement_with_a_device_is_never_called_accuracy() -> None:
    nights = [
        scored(name, [0, 1, 1, 2], [0, 1, 2, 2], against=DEVICE) for name in "abc"
    ]
    found = of_data_set(nights, [], "leave-one-out", FEW)
    assert found["is"] == "agreement with the device"
    keys = _keys(found)
    assert "agreement" in keys
    assert not [key for key in keys if "accuracy" in key]


def test_one_sleeper_alone_has_no_baselines() -> None:
    nights = [scored("slp01a", [0, 1], [0, 1]), scored("slp01b", [0, 1], [0, 1])]
    found = of_data_set(nights, [], "leave-one-out", FEW)["methods"]
    assert found["always light"]["compared"]["kappa"] == 0.0
    assert found["time of night"]["compared"] is None
    assert found["logistic regression"]["compared"] is None


def test_true_epochs_are_the_commonest_stage_in_bed() -> None:
    seconds = [-1] * 30 + [0] * 10 + [2] * 20 + [-1] * 16 + [3] * 14 + [4] * 30 + [1]
    stages = np.array(seconds, np.int8)
    size = stages.size
    no, nobody = np.zeros(size, bool), np.zeros(size, np.int8)
    truth = Truth(
        start=0.0,
        primary_in_bed=no,
        occupied=no,
        others_in_bed=no,
        seen=nobody,
        stages=stages,
        trying=no,
        range_difference=np.full(size, nan),
        respiration_rate=np.full(size, nan),
        sessions=(),
        trips=(),
        covered=~no,
    )
    assert true_epochs(truth).tolist() == [UNKNOWN, 1, UNKNOWN, 3]


def test_simulated_households_are_the_same_before_every_module() -> None:
    found = simulated(2, 1, ("one", "other"))
    assert [task.data_set for task in found] == ["simulated one"] * 2 + [
        "simulated other"
    ] * 2
    assert found[0].household == found[2].household != found[1].household


# The command


def test_a_wrong_folder_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "no such folder" in mistaken(capsys, "--data", tmp_path / "nowhere")
    assert "holds no recordings" in mistaken(capsys, "--data", tmp_path)
    assert "give --data DIR" in mistaken(capsys)
    assert "leave-one-out or a number" in mistaken(
        capsys, "--data", tmp_path, "--folds", "1"
    )


def _breathing(minutes: int) -> Recording:
    times = np.arange(minutes * 60 * 4) / 4.0
    return Recording(
        source="invented",
        respiration=(3.0 * np.sin(2 * np.pi * times / 4.0)).astype(np.float32),
        sample_rate=4.0,
        units="mm",
        stages=np.full(minutes * 2, 2, np.int8),
    )


def test_what_has_no_stages_is_named_and_skipped(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    night = _breathing(60)
    assert night.stages is not None
    stages = night.stages.copy()
    stages[:20] = 0
    stages[100:] = UNKNOWN
    for name in ("first", "second"):
        save(tmp_path / "set" / f"{name}.npz", replace(night, stages=stages))
    save(
        tmp_path / "set" / "unscored.npz",
        replace(night, stages=np.full(120, UNKNOWN, np.int8)),
    )
    save(tmp_path / "set" / "bare.npz", replace(night, stages=None))
    (tmp_path / "set" / "torn.npz").write_text("no archive")
    out = tmp_path / "out.json"

    run("--data", tmp_path, "--json", out, "--jobs", "1", "--resamples", "100")

    text = capsys.readouterr().out
    assert "skipped set/unscored: all its stages are unknown" in text
    assert "skipped set/bare: it has no stages" in text
    assert "skipped set/torn: " in text
    assert "random forest: not measured" in text
    tree = json.loads(out.read_text())
    assert f"engine {tree['engine']}: " in text
    found = tree["data_sets"]["set"]
    assert found["nights"] == 2
    assert found["scored_epochs"] == 200
    assert found["methods"]["logistic regression"]["compared"]["epochs"] > 0
    assert len(tree["skipped"]) == 3


def test_only_unscored_nights_are_an_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    save(tmp_path / "bare.npz", replace(_breathing(10), stages=None))
    assert "not one scored night" in mistaken(capsys, "--data", tmp_path)


@pytest.mark.data
def test_a_real_night_is_scored_from_its_first_epoch_to_its_last(
    shared_data: Path,
) -> None:
    (task,) = tasks(shared_data / "breathing" / "slp60_chest.npz")
    night = play(task)
    assert not isinstance(night, Skipped)
    assert night.against == PSG
    assert (int(night.known.sum()), night.sleeper) == (566, "slp60_chest")
    found = of_data_set([night], [], "leave-one-out", FEW)
    # Measured: all but the first minutes.
    assert found["coverage"] > 90.0
    assert np.isfinite(night.features[:, FEATURES.index("MeanBB")]).mean() > 0.5
