"""Where the bed is."""

from math import isnan

import numpy as np
import pytest

from custom_components.halo_rise.sleep import zone


def _night(distance: float, seed: int = 0) -> zone.FloatArray:
    random = np.random.default_rng(seed)
    return zone.histogram(random.normal(distance, 0.04, 800))


def test_the_bed_is_where_somebody_rested() -> None:
    near, far = zone.bed(_night(0.8), nights=50)
    assert near == pytest.approx(0.8 - 0.08 - zone.BED_MARGIN, abs=0.03)
    assert far == pytest.approx(0.8 + 0.08 + zone.BED_MARGIN, abs=0.03)


def test_nothing_is_known_before_the_first_night() -> None:
    near, far = zone.bed(np.zeros(zone.BINS))
    assert isnan(near)
    assert isnan(far)
    assert zone.has_moved(np.zeros(zone.BINS), _night(0.8)) == 0.0


def test_a_night_elsewhere_in_bed_is_no_moved_sensor() -> None:
    usual = zone.learn(_night(0.8), _night(0.86, 1))
    assert zone.has_moved(usual, _night(0.76, 2)) == 0.0


@pytest.mark.parametrize("by", [-0.3, 0.3])
def test_a_night_that_is_shifted_as_a_whole_is(by: float) -> None:
    assert zone.has_moved(_night(0.8), _night(0.8 + by, 1)) == pytest.approx(
        by, abs=0.03
    )


def test_places_move_with_the_sensor() -> None:
    moved = zone.shift(_night(1.3), 0.3)
    assert zone.quantile(moved, 0.5) == pytest.approx(1.6, abs=0.03)
    assert zone.quantile(zone.shift(moved, -0.3), 0.5) == pytest.approx(1.3, abs=0.03)


def test_a_density_adds_up_to_one() -> None:
    density = zone.smooth(_night(0.8))
    assert float(density.sum()) * zone.BIN == pytest.approx(1.0, abs=1e-3)


def test_distances_that_cannot_be_are_not_counted() -> None:
    assert not zone.histogram([float("nan"), -1.0, 1e9]).any()
