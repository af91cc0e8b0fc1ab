"""Shares and quantiles over nights, and how sure they are."""

from math import inf, nan
from typing import Any

import numpy as np
import pytest

from models import figures
from models.figures import (
    ALL,
    APART,
    Asked,
    Figure,
    evaluate,
    of_matrix,
    quantile,
    ratio,
)
from models.measures import Measured


def _night(
    number: int = 1, family: str = "alone", kind: str = "stub", **changes: Any
) -> Measured:
    names: dict[str, Any] = {
        "household": 1,
        "empty": False,
        "lone": True,
        "with_partner": False,
        "apart": nan,
    }
    return Measured(family=family, number=number, kind=kind, **(names | changes))


def _nights(*pairs: tuple[float, float], **changes: Any) -> list[Measured]:
    nights = [_night(number, **changes) for number in range(len(pairs))]
    for night, (above, below) in zip(nights, pairs, strict=True):
        night.add(above=above, below=below)
    return nights


SHARE = Asked(ALL, "share", ratio("above", "below"), least=0.9)


def _figure(asked: Asked, nights: list[Measured]) -> Figure:
    figure = evaluate(asked, nights, "stub")
    assert figure is not None
    return figure


def test_share_is_of_seconds_and_its_interval_of_nights() -> None:
    figure = _figure(SHARE, _nights((100, 100), (1, 2), (95, 100), (90, 100)))
    assert figure.value == pytest.approx(286 / 302)
    assert figure.n == 4
    assert figure.count == 302
    assert 0.5 <= figure.low < figure.value < figure.high <= 1.0
    assert figure.holds is True
    assert figure == _figure(SHARE, _nights((100, 100), (1, 2), (95, 100), (90, 100)))


def test_nights_without_a_doubt_leave_one() -> None:
    figure = _figure(SHARE, _nights(*[(50, 50)] * 12))
    assert figure.high == 1.0
    assert figure.low == pytest.approx(0.7575, abs=1e-3)


def test_nights_that_say_nothing_are_not_counted() -> None:
    figure = _figure(SHARE, _nights((9, 10), (8, 10), (0, 0)))
    assert figure.n == 2
    assert evaluate(SHARE, _nights((0, 0)), "stub") is None
    assert evaluate(SHARE, [], "stub") is None


def test_target_is_missed() -> None:
    figure = _figure(SHARE, _nights((1, 2), (1, 2)))
    assert figure.holds is False
    row = figure.as_json()
    assert (row["holds"], row["least"], row["most"]) == (False, 0.9, None)


def test_quantiles_of_errors() -> None:
    nights = _nights((0, 0), (0, 0), (0, 0))
    nights[0].values["error"] = [-4.0, 1.0]
    nights[1].values["error"] = [2.0]
    median = Asked(ALL, "e", quantile("error", 0.5, absolute=True), "min", most=2.0)
    figure = _figure(median, nights)
    assert (figure.value, figure.n, figure.count, figure.holds) == (2.0, 2, 3.0, True)
    assert figure.low <= 2.0 <= figure.high
    assert _figure(Asked(ALL, "b", figures.mean("error")), nights).value == (
        pytest.approx(-1 / 3)
    )
    # One night knows nothing of others.
    assert np.isnan(_figure(median, nights[:1]).low)


def test_kappa_and_accuracy() -> None:
    matrix = np.array([[[20.0, 5.0], [10.0, 15.0]]])
    assert figures.accuracy(matrix)[0] == pytest.approx(0.7)
    assert figures.kappa(matrix)[0] == pytest.approx(0.4)
    assert np.isnan(figures.kappa(np.zeros((1, 2, 2)))[0])


def test_four_stages_are_two() -> None:
    four = np.arange(16, dtype=np.float64).reshape(1, 4, 4)
    assert figures.two_stages(four)[0].tolist() == [[0.0, 6.0], [24.0, 90.0]]


def test_calibration_error_weighs_bins_by_their_seconds() -> None:
    bins = np.zeros((1, 10, 3))
    bins[0, 9] = [100, 95, 90]
    bins[0, 0] = [300, 0, 0]
    assert figures.calibration_error(bins)[0] == pytest.approx(5 / 400)


def test_trips() -> None:
    nights = _nights((0, 0), (0, 0))
    nights[0].matrices["trips"] = np.array([2.0, 1.0, 0.0])
    nights[1].matrices["trips"] = np.array([1.0, 0.0, 1.0])
    found = {
        asked.name: _figure(asked, nights).value
        for asked in figures.ASKED
        if asked.name.startswith("trips")
    }
    assert found == {
        "trips, recall": pytest.approx(0.75),
        "trips, precision": pytest.approx(0.75),
        "trips, F1": pytest.approx(0.75),
    }


def test_wilson() -> None:
    assert figures.wilson(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert figures.wilson(0.0, 10)[0] == 0.0


@pytest.mark.parametrize(
    ("changes", "groups"),
    [
        ({}, {"all", "lone", "alone"}),
        ({"family": "motionless"}, {"all", "lone", "motionless"}),
        ({"family": "sensor_turned"}, {"all"}),
        ({"family": "fan", "lone": False, "empty": True}, {"empty"}),
        ({"family": "cat_on_bed", "lone": False}, {"all", "cat"}),
        (
            {"family": "partner", "lone": False, "with_partner": True, "apart": 0.5},
            {"all", "partner"},
        ),
        (
            {"family": "partner", "lone": False, "with_partner": True, "apart": 0.1},
            {"all", "partner_close"},
        ),
        (
            {
                "family": "child_comes",
                "lone": False,
                "with_partner": True,
                "apart": 0.5,
            },
            {"all", "child"},
        ),
    ],
)
def test_groups_of_nights(changes: dict[str, Any], groups: set[str]) -> None:
    night = _night(**changes)
    night.add(sessions=1)
    inside = {
        asked.group.name for asked in figures.ASKED if asked.group.holds(night)
    } - {"everything"}
    assert inside == groups


def test_every_kind_and_family_has_its_own_figures() -> None:
    nights = [
        *_nights((1, 1), kind="one"),
        *_nights((1, 1), kind="two"),
        *_nights((1, 1), kind="two", family="reading"),
    ]
    for night in nights:
        night.add(bed=100, bed_present=100)
    found = [f for f in figures.figures(nights) if f.name == "in bed found live"]
    assert [(f.kind, f.group, f.n) for f in found] == [
        ("one", "lone", 1),
        ("two", "lone", 2),
    ]
    families = figures.of_families(nights)
    assert set(families) == {"alone", "reading"}
    own = [f for f in families["reading"] if f.name == "in bed found live"]
    assert [(f.kind, f.group, f.n) for f in own] == [("two", "reading", 1)]


def test_confusions_and_diagrams_are_sums() -> None:
    nights = _nights((0, 0), (0, 0), lone=False, with_partner=True, apart=0.4)
    for night in nights:
        night.matrices = {
            "owner_live": np.eye(3),
            "owner_settled": np.eye(3),
            "stages_live": np.eye(4),
            "stages_settled": np.eye(4),
            "reliability": np.full((10, 3), 5.0),
        }
    own = figures.confusions(nights)["stub"][APART.name]
    assert own["owner_live"] == (2 * np.eye(3)).tolist()
    row = figures.diagrams(nights)["stub"][0]
    assert (row["seconds"], row["stated"], row["occupied"]) == (10, 1.0, 1.0)


def test_names_are_asked_once_per_group() -> None:
    names = [(asked.group.name, asked.name) for asked in figures.ASKED]
    assert len(names) == len(set(names))
    assert figures.number(inf) is None
    assert of_matrix("m", 2, figures.accuracy).take(_night()).shape == (2, 2)
