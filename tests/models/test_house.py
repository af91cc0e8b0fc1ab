"""The past of a house: its nights lie before today, wherever today is."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custom_components.halo_rise.nights import NightArchive
from custom_components.halo_rise.sleep.epoch import EPOCH_SECONDS
from models.house import history
from models.house.history import PLANS, REFERENCE, Plan, last_evening, room
from tests.nights import make_night

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("hour", "day"), [(0, 8), (3, 8), (10, 8), (11, 9), (15, 9), (23, 9)]
)
def test_the_last_night_is_over(hour: int, day: int) -> None:
    now = datetime(2026, 11, 10, hour, 30, tzinfo=BERLIN)
    assert last_evening(now).day == day
    # Whoever has been in bed for an hour and a half went there after that night.
    up = max(plan.to_bed + plan.hours for plan in PLANS if plan.evening == 13)
    end = last_evening(now).replace(hour=12, minute=0) + timedelta(hours=up)
    assert now - timedelta(hours=1.6) > end


def test_plans_do_not_overlap() -> None:
    def begin(plan: Plan) -> float:
        return 24 * plan.evening + plan.to_bed

    plans = sorted(PLANS, key=begin)
    for one, other in pairwise(plans):
        assert begin(one) + one.hours < begin(other)
    assert {plan.evening for plan in PLANS} == set(range(history.NIGHTS))


def test_nights_go_to_bed_by_the_clock_on_the_wall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(cache: Path, say: object) -> None:
        archive = NightArchive(cache)
        archive.open()
        for evening in (0, 13):
            start = (REFERENCE + timedelta(days=evening, hours=11)).timestamp()
            archive.add_night(make_night(start, hours=7.5))
        archive.close()

    monkeypatch.setattr(history, "CACHE", tmp_path)
    monkeypatch.setattr(history, "_make", make)
    # Between the two nights the clocks go back.
    now = datetime(2026, 11, 1, 15, tzinfo=UTC)
    nights = [night for night, _ in history.stored_nights(BERLIN, now, print)]
    starts = sorted(datetime.fromtimestamp(night.start, BERLIN) for night in nights)
    assert [f"{start:%d %b %H:%M}" for start in starts] == [
        "18 Oct 23:00",
        "31 Oct 23:00",
    ]
    for night in nights:
        assert night.epochs[0].start == night.start
        assert night.start % EPOCH_SECONDS == 0


def test_the_room_cools_down_and_lights_up() -> None:
    evening, night, morning = (room(hours, 11.0, 19.0) for hours in (11.0, 15.0, 18.9))
    assert evening.temperature > night.temperature > morning.temperature
    assert evening.humidity < night.humidity
    assert night.illuminance == 0.0
    assert morning.illuminance > 50.0
