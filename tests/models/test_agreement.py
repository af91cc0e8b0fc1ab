"""The framework for sleep trackers, against its R functions and against small nights."""

from collections.abc import Sequence
import csv
import json
from math import isnan, nan, sqrt
from pathlib import Path
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from scipy import stats

from models import cli
from models.errors import UserError
from models.evaluate import deviations
from models.evaluate.agreement import read_sleepers
from models.evaluate.bland_altman import as_svg, bland_altman, limit_bands
from models.evaluate.framework import (
    MEASURES,
    METRICS,
    STAGES,
    STEPS,
    Agreement,
    ConstantBias,
    ConstantLimits,
    Discrepancy,
    Intervals,
    Measure,
    Options,
    ParallelLimits,
    ProportionalBias,
    RatioLimits,
    Size,
    Sleeper,
    WideningLimits,
    agreement,
    confusion,
    discrepancy,
    overall_scores,
    sleep_measures,
    stage_scores,
)
from models.evaluate.report import cautions, sentences
from models.evaluate.statistics import Floats, fit_line, mean_interval
from models.evaluate.tables import discrepancy_table, json_tree, tables

from .agreement_expected import EXPLANATIONS, Tally, compare

SETS = ("sample_data_sri", "setA_20subj", "setB_propbias_24subj")

DETERMINISTIC = {
    "sample_data_sri": (1184, 73),
    "setA_20subj": (1495, 68),
    "setB_propbias_24subj": (1711, 66),
}
"""Cells that are equal, and those that deviate on purpose."""

FEW = Options(resamples=200)

TIME = Measure("TST", "total sleep time", "min")


def sleeper(name: str, reference: str, device: str) -> Sleeper:
    """Return a night from its stages, one digit for each epoch."""
    return Sleeper(
        name,
        np.array([int(stage) for stage in reference], np.int8),
        np.array([int(stage) for stage in device], np.int8),
    )


def random_sleepers(count: int, seed: int = 1, stages: int = 4) -> list[Sleeper]:
    """Return nights in which the device is right in three of four epochs."""
    rng = np.random.default_rng(seed)
    nights = []
    for number in range(count):
        reference = rng.integers(0, stages, size=120)
        wrong = rng.random(120) < 0.25
        device = np.where(wrong, rng.integers(0, stages, size=120), reference)
        nights.append(
            Sleeper(f"S{number:02}", reference.astype(np.int8), device.astype(np.int8))
        )
    return nights


def write(path: Path, sleepers: Sequence[Sleeper]) -> Path:
    """Write nights as the command reads them."""
    lines = ["subject,epoch,reference,device"]
    for each in sleepers:
        for epoch, (one, other) in enumerate(
            zip(each.reference.tolist(), each.device.tolist(), strict=True), 1
        ):
            lines.append(f"{each.subject},{epoch},{one},{other}")
    path.write_text("\n".join(lines) + "\n")
    return path


def run(*arguments: str | Path) -> None:
    """Run the command, which must succeed."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["evaluate", "agreement", *map(str, arguments)])
    assert ended.value.code in (0, None)


def off(
    device: Sequence[float] | Floats,
    reference: Sequence[float] | Floats,
    size: Size = Size.REFERENCE,
    options: Options = FEW,
    *,
    logarithmic: bool = False,
) -> Discrepancy:
    """Compare values of one measure."""
    names = [str(number) for number in range(len(device))]
    return discrepancy(
        TIME,
        names,
        np.array(device, float),
        np.array(reference, float),
        size=size,
        options=options,
        logarithmic=logarithmic,
    )


# Against the published functions


@pytest.mark.data
@pytest.mark.parametrize("name", SETS)
def test_every_cell_equals_the_published_one_or_says_why(
    name: str, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The deterministic to 1e-5, the bootstrapped within their tolerance."""
    folder = shared_data / "agreement"
    result = agreement(read_sleepers(folder / f"{name}.csv"))
    tally = compare(result, folder / "expected", name)
    with capsys.disabled():
        print(f"\n{described(name, tally)}")  # noqa: T201

    assert tally.unexplained == []
    assert (tally.equal, tally.deviating.total()) == DETERMINISTIC[name]
    assert tally.bootstrapped > 0


def described(name: str, tally: Tally) -> str:
    """Say what a comparison found."""
    listed = ", ".join(f"{count} {key}" for key, count in tally.deviating.items())
    return (
        f"{name}: {tally.deterministic} deterministic cells, {tally.equal} equal "
        f"({tally.numbers} numbers), {tally.deviating.total()} listed ({listed}); "
        f"{tally.bootstrapped} bootstrapped cells, the farthest off by "
        f"{100 * tally.worst_bootstrap:.1f} % of its width"
    )


@pytest.mark.data
def test_a_change_in_a_published_cell_is_noticed(
    shared_data: Path, tmp_path: Path
) -> None:
    """A deviation explains only the cell that its mistake gives."""
    name = "sample_data_sri"
    folder = shared_data / "agreement"
    result = agreement(read_sleepers(folder / f"{name}.csv"))
    sums = folder / "expected" / f"{name}_groupEBE_sum.csv"
    (tmp_path / sums.name).write_text(
        sums.read_text().replace("68.862049", "68.862149").replace("0.36057", "0.37057")
    )
    tally = compare(result, tmp_path, name)
    assert [(cell.row, cell.column) for cell in tally.unexplained] == [
        ("wake", "ppv"),
        ("light", "kappa"),
    ]


@pytest.mark.data
@pytest.mark.parametrize("name", SETS)
def test_bootstrapped_intervals_are_near_the_classic(
    name: str, shared_data: Path
) -> None:
    """Where both exist they tell the same story of so many sleepers."""
    sleepers = read_sleepers(shared_data / "agreement" / f"{name}.csv")
    classic = agreement(sleepers)
    boot = agreement(sleepers, Options(intervals=Intervals.BOOT))
    for one, other in zip(classic.discrepancies[0], boot.discrepancies[0], strict=True):
        if isinstance(one.bias, ConstantBias) and isinstance(other.bias, ConstantBias):
            width = one.bias.interval.high - one.bias.interval.low
            assert other.bias.interval == pytest.approx(
                one.bias.interval, abs=0.2 * width
            )
    for stage in STAGES:
        first = classic.average_scores[stage]["accuracy"].interval
        second = boot.average_scores[stage]["accuracy"].interval
        assert second == pytest.approx(first, abs=0.2 * (first.high - first.low))


def test_every_deviation_shown_is_documented() -> None:
    """And none is documented twice."""
    keys = [each.key for each in deviations.DEVIATIONS]
    assert len(set(keys)) == len(keys)
    assert {each.key for each, _ in EXPLANATIONS} <= set(keys)


# A night


def test_a_night_is_summed_up() -> None:
    night = np.array([0, 0, 1, 0, 2, 2, 3, 1, 0, 0], np.int8)
    assert sleep_measures(night) == {
        "TIB": 5.0,
        "TST": 2.5,
        "SE": 50.0,
        "SOL": 1.0,
        "WASO": 1.5,
        "Light": 1.0,
        "Deep": 1.0,
        "REM": 0.5,
        "LightPerc": 40.0,
        "DeepPerc": 40.0,
        "REMPerc": 20.0,
    }


def test_a_night_without_sleep_has_no_wake_after_it() -> None:
    """R gives one minute, and its latency is the whole night in both."""
    night = sleep_measures(np.zeros(8, np.int8))
    assert (night["TST"], night["SOL"], night["WASO"]) == (0.0, 4.0, 0.0)
    assert isnan(night["LightPerc"])


def test_scores_of_a_stage_are_those_of_its_counts() -> None:
    """All from twenty epochs counted by hand."""
    one = sleeper("A", "00000111111111122223", "00011111111100022223")
    matrix = confusion(one.reference, one.device)
    assert matrix.tolist() == [
        [3, 2, 0, 0],
        [3, 7, 0, 0],
        [0, 0, 4, 0],
        [0, 0, 0, 1],
    ]
    scores = stage_scores(matrix, 0)
    assert list(scores) == list(METRICS)
    agreed, chance = 15 / 20, (5 * 6 + 15 * 14) / 400
    assert scores == pytest.approx(
        {
            "accuracy": 75.0,
            "sensitivity": 60.0,
            "specificity": 80.0,
            "ppv": 50.0,
            "npv": 100 * 12 / 14,
            "kappa": (agreed - chance) / (1 - chance),
            "pabak": 0.5,
            "pindex": (3 - 12) / 20,
            "bindex": 1 / 20,
        }
    )
    chance = (5 * 6 + 10 * 9 + 4 * 4 + 1) / 400
    assert overall_scores(matrix) == pytest.approx(
        {"accuracy": 75.0, "kappa": (0.75 - chance) / (1 - chance)}
    )


# Many nights


def test_a_line_is_that_of_scipy() -> None:
    """And so are the intervals of its parameters."""
    rng = np.random.default_rng(2)
    x = rng.normal(400.0, 30.0, 18)
    y = 20.0 - 0.3 * x + rng.normal(0.0, 9.0, 18)
    line = fit_line(x, y, 0.95)
    other = stats.linregress(x, y)
    t = stats.t.ppf(0.975, 16)
    assert line is not None
    assert line.slope == pytest.approx(other.slope)
    assert line.intercept == pytest.approx(other.intercept)
    assert line.slope_interval == pytest.approx(
        (other.slope - t * other.stderr, other.slope + t * other.stderr)
    )
    half = t * other.intercept_stderr
    assert line.intercept_interval == pytest.approx(
        (other.intercept - half, other.intercept + half)
    )
    low, high = line.band(np.array([0.0]))
    assert (low[0], high[0]) == pytest.approx(line.intercept_interval)


def test_a_constant_error_has_constant_limits() -> None:
    reference = np.linspace(300.0, 480.0, 8)
    errors = np.array([3.0, -3.0, -3.0, 3.0, 3.0, -3.0, -3.0, 3.0])
    each = off(reference + 10.0 + errors, reference)
    sd = 3.0 * sqrt(8 / 7)
    assert (each.proportional, each.heteroscedastic) == (False, False)
    assert isinstance(each.bias, ConstantBias)
    assert each.bias.spread == pytest.approx((10.0, sd))
    assert isinstance(each.limits, ConstantLimits)
    assert each.limits.lower == pytest.approx(10.0 - 1.96 * sd)
    half = stats.t.ppf(0.975, 7) * sqrt(3 * sd**2 / 8)
    assert each.limits.upper_interval == pytest.approx(
        (each.limits.upper - half, each.limits.upper + half)
    )


def test_an_error_that_grows_is_a_line() -> None:
    """The limits run beside it."""
    rng = np.random.default_rng(4)
    reference = rng.uniform(300.0, 480.0, 30)
    each = off(150.0 + 0.6 * reference + rng.normal(0.0, 5.0, 30), reference)
    assert isinstance(each.bias, ProportionalBias)
    assert each.bias.line.slope == pytest.approx(-0.4, abs=0.05)
    assert isinstance(each.limits, ParallelLimits)
    assert each.limits.half == pytest.approx(9.8, abs=2.5)
    low, high = each.limits.interval
    assert low < each.limits.half < high
    lower, upper = each.limits_at(np.array([400.0]))
    assert (lower[0] + upper[0]) / 2 == pytest.approx(150.0 - 0.4 * 400.0, abs=4.0)


@pytest.mark.parametrize("intervals", Intervals)
def test_a_spread_that_grows_is_found(intervals: Intervals) -> None:
    """By bootstrap too, where R resamples the sizes alone and finds nothing."""
    rng = np.random.default_rng(5)
    reference = rng.uniform(0.0, 100.0, 40)
    device = reference + rng.normal(0.0, 1.0, 40) * (1.0 + 0.3 * reference)
    each = off(device, reference, options=Options(intervals=intervals, resamples=1000))
    assert each.heteroscedastic
    assert isinstance(each.limits, WideningLimits)
    lower, upper = each.limits_at(np.array([1.0, 99.0]))
    assert (upper - lower)[1] > 3 * (upper - lower)[0]


def test_limits_from_logarithms_are_tested_on_logarithms() -> None:
    """An error of a fifth of the size is even on their scale, however large the size."""
    rng = np.random.default_rng(6)
    reference = np.exp(rng.uniform(1.0, 5.0, 60))
    device = reference * np.exp(rng.normal(0.0, 0.2, 60))
    assert off(device, reference).heteroscedastic
    each = off(device, reference, logarithmic=True)
    assert each.heteroscedastic is False
    assert isinstance(each.limits, RatioLimits)
    spread = np.exp(1.96 * np.log(device / reference).std(ddof=1))
    assert each.limits.slope == pytest.approx(2 * (spread - 1) / (spread + 1), rel=1e-3)


def test_bootstrapped_limits_know_the_spread_is_uncertain() -> None:
    """R keeps the standard deviation; then the limit is no less sure than the mean."""
    rng = np.random.default_rng(7)
    reference = rng.uniform(300.0, 480.0, 25)
    each = off(
        reference + rng.normal(0.0, 10.0, 25),
        reference,
        options=Options(intervals=Intervals.BOOT),
    )
    assert isinstance(each.bias, ConstantBias)
    assert isinstance(each.limits, ConstantLimits)
    bias = each.bias.interval.high - each.bias.interval.low
    limit = each.limits.upper_interval.high - each.limits.upper_interval.low
    assert limit > 1.3 * bias


def test_an_error_that_is_always_the_same_has_no_trend() -> None:
    """Not even of the computer's rounding; nothing in R would come of it but an error."""
    reference = np.array([300.1, 333.3, 371.7, 402.9])
    each = off(reference + 0.1, reference)
    assert (each.proportional, each.heteroscedastic) == (False, False)
    assert each.normal is None
    assert isinstance(each.limits, ConstantLimits)
    assert each.limits.lower == pytest.approx(0.1)
    boot = off(reference + 0.1, reference, options=Options(intervals=Intervals.BOOT))
    assert boot.proportional is False


def test_a_sleeper_without_the_measure_is_left_out() -> None:
    each = off([10.0, nan, 12.0, 15.0], [9.0, 8.0, 11.0, nan])
    assert each.subjects == ("0", "2")
    assert each.differences.tolist() == [1.0, 1.0]


def test_the_same_seed_gives_the_same_intervals() -> None:
    """Whatever else is computed; another seed gives others."""
    nights = random_sleepers(12)
    boot = Options(intervals=Intervals.BOOT, resamples=300)
    other = Options(intervals=Intervals.BOOT, resamples=300, seed=2)
    assert tables(agreement(nights, boot)) == tables(agreement(nights, boot))
    assert tables(agreement(nights, boot)) != tables(agreement(nights, other))


def test_every_step_is_told() -> None:
    told: list[None] = []
    agreement(random_sleepers(3), FEW, lambda: told.append(None))
    assert len(told) == STEPS


# At the edges


def whole(sleepers: Sequence[Sleeper], folder: Path) -> Agreement:
    """Compare and write all there is; nothing in it may be what JSON has no word for."""
    file = write(folder / "nights.csv", sleepers)
    run(file, "--out", folder / "out", "--json", "--resamples", "200")
    text = (folder / "out" / "report.html").read_text()
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    json.loads((folder / "out" / "agreement.json").read_text())
    return agreement(sleepers, FEW)


@pytest.mark.filterwarnings("error")
def test_one_sleeper(tmp_path: Path) -> None:
    """What one can tell is told; what needs others is NA."""
    result = whole([sleeper("A", "0011223300", "0111223000")], tmp_path)
    rows = discrepancy_table(result.discrepancies[0])
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["bias"] == "0 (NA)"
    assert first["LOA.lower"] == "NA"
    assert first["prop.bias"] == "NA"
    assert first["n"] == "1"
    assert result.average_scores["wake"]["sensitivity"].spread.mean == 75.0
    assert "With 1 sleeper" in cautions(result)[0]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("intervals", Intervals)
def test_two_sleepers(tmp_path: Path, intervals: Intervals) -> None:
    """They have a mean with an interval, but no trend."""
    nights = random_sleepers(2)
    whole(nights, tmp_path)
    each = agreement(nights, Options(intervals=intervals)).discrepancies[0][0]
    assert each.proportional is None
    assert isinstance(each.bias, ConstantBias)
    assert isnan(each.bias.interval.low) == (intervals is Intervals.BOOT)


@pytest.mark.filterwarnings("error")
def test_a_stage_that_never_occurs(tmp_path: Path) -> None:
    """It has no sensitivity, and no row of shares."""
    result = whole(random_sleepers(6, stages=3), tmp_path)
    scores = result.average_scores["REM"]
    assert scores["sensitivity"].n == 0
    assert isnan(scores["sensitivity"].spread.mean)
    assert scores["specificity"].spread.mean == 100.0
    assert isnan(result.matrix_shares["REM"]["wake"].spread.mean)
    assert "The device never says REM." in cautions(result)


@pytest.mark.filterwarnings("error")
def test_a_stage_that_one_sleeper_has_not(tmp_path: Path) -> None:
    """The interval is of the others, where R's would be NA."""
    nights = [*random_sleepers(5), *random_sleepers(1, seed=9, stages=3)]
    nights[-1] = Sleeper("last", nights[-1].reference, nights[-1].device)
    result = whole(nights, tmp_path)
    average = result.average_scores["REM"]["sensitivity"]
    known = np.array([each["REM"]["sensitivity"] for each in result.scores[:5]])
    assert average.n == 5
    assert average.interval == pytest.approx(mean_interval(known, 0.95))
    assert any("REM in 5 of 6 sleepers" in line for line in cautions(result))


@pytest.mark.filterwarnings("error")
def test_a_device_that_never_sleeps(tmp_path: Path) -> None:
    """Its latency is the night; there are no shares of no sleep."""
    nights = [
        Sleeper(each.subject, each.reference, np.zeros_like(each.device))
        for each in random_sleepers(5)
    ]
    result = whole(nights, tmp_path)
    assert result.device["SOL"].tolist() == [60.0] * 5
    assert result.device["WASO"].tolist() == [0.0] * 5
    by_name = {each.measure.name: each for each in result.discrepancies[0]}
    assert by_name["DeepPerc"].sizes.size == 0
    assert isnan(result.pooled_scores["deep"]["ppv"])
    assert result.pooled_sleep_wake["wake"]["sensitivity"] == 100.0
    assert any("never slept" in line for line in cautions(result))


@pytest.mark.filterwarnings("error")
def test_a_device_that_never_sleeps_beside_one_sleeper(tmp_path: Path) -> None:
    """In the night of one sleeper among others."""
    nights = random_sleepers(6)
    nights[2] = Sleeper("awake", nights[2].reference, np.zeros_like(nights[2].device))
    result = whole(nights, tmp_path)
    by_name = {each.measure.name: each for each in result.discrepancies[0]}
    assert by_name["DeepPerc"].sizes.size == 5
    assert by_name["TST"].sizes.size == 6
    report = (tmp_path / "out" / "report.html").read_text()
    assert "5 of 6 sleepers" in report


@pytest.mark.filterwarnings("error")
def test_a_device_that_is_always_right(tmp_path: Path) -> None:
    """R stops here: there is nothing to test."""
    nights = [
        Sleeper(each.subject, each.reference, each.reference)
        for each in random_sleepers(5)
    ]
    result = whole(nights, tmp_path)
    each = result.discrepancies[0][0]
    assert (each.proportional, each.heteroscedastic, each.normal) == (
        False,
        False,
        None,
    )
    assert result.overall == {"accuracy": 100.0, "kappa": 1.0}


@pytest.mark.filterwarnings("error")
def test_nobody_is_ever_awake(tmp_path: Path) -> None:
    result = whole(
        [sleeper("A", "1111", "1112"), sleeper("B", "1122", "1122")], tmp_path
    )
    assert sentences(result)[0].startswith("The reference is never awake")


@pytest.mark.filterwarnings("error")
def test_one_epoch(tmp_path: Path) -> None:
    whole([sleeper("A", "0", "0")], tmp_path)


# Reading


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    """With a byte order mark, spaces, interleaved sleepers and decimals of nothing."""
    path = tmp_path / "nights.csv"
    path.write_text(
        "\ufeffdevice, reference,epoch,subject\n1,0,5,B\n3,2.0,1,A\n\n0,1,6, B\n",
        encoding="utf-8",
    )
    first, second = read_sleepers(path)
    assert (first.subject, first.reference.tolist(), first.device.tolist()) == (
        "B",
        [0, 1],
        [1, 0],
    )
    assert (second.subject, second.device.tolist()) == ("A", [3])


HEAD = "subject,epoch,reference,device\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty; it must begin with"),
        ("\n", "is empty; it must begin with"),
        (HEAD, "holds no epochs"),
        ("subject,epoch,reference,devise\n", "line 1: unknown column 'devise'"),
        ("subject,epoch,reference\n", "line 1: column 'device' is missing"),
        ("subject,epoch,device,device\n", "line 1: column 'device' is there twice"),
        (HEAD + "A,1,0,0\nA,2,0\n", "line 3: has 3 fields instead of 4"),
        (HEAD + "A,1,0,0,0\n", "line 2: has 5 fields instead of 4"),
        (HEAD + "A,1,0,0\n\nA,2,0,4\n", "line 4: device is '4', not one of 0 wake"),
        (HEAD + "A,1,NaN,0\n", "line 2: reference is 'NaN', not one of 0 wake"),
        (HEAD + "A,1,0,\n", "line 2: device is '', not one of 0 wake"),
        (HEAD + "A,1,-1,0\n", "line 2: reference is '-1'"),
        (HEAD + "A,1,1.5,0\n", "line 2: reference is '1.5'"),
        (HEAD + "A,x,1,0\n", "line 2: epoch is 'x', not a whole number"),
        (HEAD + ",1,1,0\n", "line 2: has no subject"),
        (HEAD + "A,1,0,0\nA,3,0,0\n", "line 3: epoch 3 of A follows epoch 1"),
        (HEAD + "A,1,0,0\nA,1,0,0\n", "line 3: epoch 1 of A follows epoch 1"),
        (HEAD + 'A,1,0,"0"x\n', "line 2: is no CSV"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    content: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "nights.csv"
    path.write_text(content)
    with pytest.raises(UserError) as mistake:
        read_sleepers(path)
    assert str(mistake.value).startswith(f"{path}")
    assert message in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_sleepers(tmp_path / "absent.csv")
    with pytest.raises(UserError, match="cannot be read"):
        read_sleepers(tmp_path)
    (tmp_path / "night.npz").write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(UserError, match="is no text"):
        read_sleepers(tmp_path / "night.npz")


# The command


def test_the_command_writes_all_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tables, plots, JSON where it is asked for, and a page that needs no other file."""
    nights = random_sleepers(8)
    file = write(tmp_path / "nights.csv", nights)
    out = tmp_path / "some" / "where"
    run(file, "--out", out)
    assert not (out / "agreement.json").exists()
    run(file, "--out", out, "--json")
    result = agreement(nights)
    for name, rows in tables(result).items():
        with (out / f"{name}.csv").open(newline="") as table:
            assert list(csv.reader(table)) == rows
    for measure in MEASURES:
        root = ET.parse(out / "plots" / f"bland_altman_{measure.name}.svg")  # noqa: S314
        assert root.getroot().tag.endswith("svg")
    tree = json.loads((out / "agreement.json").read_text())
    assert tree == json.loads(json.dumps(json_tree(result, "nights.csv")))
    assert tree["sleepers"] == 8
    assert tree["epochs"] == 960
    report = (out / "report.html").read_text()
    assert not re.search(r'(src|href)="(?!#)', report)
    assert "@import" not in report
    for measure in MEASURES:
        assert measure.title in report
    for deviation in deviations.DEVIATIONS:
        assert deviation.where in report
    said = capsys.readouterr().out
    assert "8 sleepers, 960 epochs (8.0 h)" in said
    assert str(out / "report.html") in said


def test_names_in_the_report_are_only_names(tmp_path: Path) -> None:
    """Somebody may be called like markup."""
    nights = [
        Sleeper("<b>A & B</b>", each.reference, each.device)
        for each in random_sleepers(1)
    ]
    run(write(tmp_path / "n.csv", nights), "--out", tmp_path)
    report = (tmp_path / "report.html").read_text()
    assert "<b>A" not in report
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in report


def test_a_plot_names_who_is_outside_the_limits() -> None:
    reference = np.linspace(300.0, 480.0, 21)
    device = reference + np.tile([4.0, -4.0, 0.0], 7)
    device[10] += 60.0
    assert ">10<" in as_svg(bland_altman(off(device, reference)))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("intervals", Intervals)
def test_every_kind_of_limits_is_drawn_inside_its_interval(
    intervals: Intervals, logarithmic: bool
) -> None:
    """With its bias a line or not, its spread growing or not."""
    rng = np.random.default_rng(8)
    reference = rng.uniform(20.0, 100.0, 40)
    places = np.linspace(40.0, 80.0, 5)
    noise = rng.normal(0.0, 1.0, 40)
    kinds = set()
    for slope, widening in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.4), (0.5, 0.4)):
        each = off(
            reference * (1.0 + slope) + noise * (4.0 + widening * reference) / 4.0,
            reference,
            options=Options(intervals=intervals, resamples=500),
            logarithmic=logarithmic,
        )
        kinds.add((type(each.bias), type(each.limits)))
        bias, low, high = each.bias.at(places)
        assert np.all((low < bias) & (bias < high))
        for (from_, to), limit in zip(
            limit_bands(each, places), each.limits_at(places), strict=True
        ):
            assert np.all((from_ < limit) & (limit < to))
        assert as_svg(bland_altman(each)).count("<svg") == 1
    assert len(kinds) == (2 if logarithmic else 4)


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "nights.csv", random_sleepers(1))
    with pytest.raises(SystemExit) as ended:
        cli.main(["evaluate", "agreement", str(file), "--out", str(file)])
    assert ended.value.code == 2
    assert f"{file}: cannot be written" in capsys.readouterr().err


def test_the_group_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """Without loading any of them, and says so when there is no such command."""
    for arguments in (["evaluate"], ["evaluate", "--help"]):
        with pytest.raises(SystemExit):
            cli.main(arguments)
        said = capsys.readouterr()
        assert "agreement" in said.out + said.err
    with pytest.raises(SystemExit) as ended:
        cli.main(["evaluate", "dreams"])
    assert ended.value.code == 2
    assert "dreams" in capsys.readouterr().err
