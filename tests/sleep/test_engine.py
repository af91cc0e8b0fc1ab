"""The whole engine on invented nights."""

from dataclasses import replace
from functools import cache
from itertools import islice, pairwise
from math import isfinite
from statistics import median

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.halo_rise.radar.frame import Climate, RadarFrame, Target
from custom_components.halo_rise.sleep.engine import SleepEngine
from custom_components.halo_rise.sleep.epoch import (
    EpochScored,
    LiveUpdate,
    Night,
    Owner,
    SessionEnded,
    SessionStarted,
    Stage,
    Update,
)
from custom_components.halo_rise.sleep.state import dump_state, load_state

from .rooms import RADAR, RATES, START, Room, night


def _run(room: Room) -> list[Update]:
    engine = SleepEngine(RADAR)
    updates = engine.process(list(room.frames()))
    return updates + engine.flush(START + 100_000.0)


def _nights(updates: list[Update]) -> list[Night]:
    return [update.night for update in updates if isinstance(update, SessionEnded)]


@cache
def _reference() -> tuple[list[RadarFrame], list[Update]]:
    frames = list(night(hours=0.5).frames())
    engine = SleepEngine(RADAR)
    return frames, engine.process(frames)


def test_a_night_is_one_session_with_the_true_ends() -> None:
    updates = _run(night(hours=2.0))
    (found,) = _nights(updates)
    assert found.start == pytest.approx(START + 120.0, abs=30.0)
    assert found.end == pytest.approx(START + 120.0 + 15.0 + 7200.0, abs=60.0)
    assert found.summary.coverage > 0.99
    assert found.summary.total_sleep_time > 90.0
    assert all(
        later.start - earlier.start == 30.0 for earlier, later in pairwise(found.epochs)
    )


def test_the_breathing_rate_of_each_epoch_is_the_sleepers() -> None:
    room = Room().movement(15).sleeper(1800, rate=14.0, variation=0.06).empty(2400)
    (found,) = _nights(_run(room))
    rates = [e.respiration_rate for e in found.epochs[4:58]]
    assert all(isfinite(rate) for rate in rates)
    assert median(rates) == pytest.approx(14.0, abs=0.3)
    assert max(rates) - min(rates) < 4.0


def test_an_empty_bed_has_no_session_and_no_breath() -> None:
    updates = _run(Room().empty(4 * 3600))
    assert not any(isinstance(u, SessionStarted) for u in updates)
    scored = [u.epoch for u in updates if isinstance(u, EpochScored)]
    assert len(scored) > 470
    assert all(epoch.owner is Owner.NOBODY for epoch in scored)
    assert not any(isfinite(epoch.respiration_rate) for epoch in scored)
    assert not any(u.present for u in updates if isinstance(u, LiveUpdate))


def test_a_bathroom_trip_is_out_of_bed_within_one_night() -> None:
    room = Room().movement(15).sleeper(3000).movement(10).empty(480)
    room.movement(15).sleeper(3000).movement(10).empty(2400)
    (found,) = _nights(_run(room))
    away = [e for e in found.epochs if e.owner is Owner.NOBODY]
    assert len(away) * 0.5 == pytest.approx(8.0, abs=1.5)
    assert all(epoch.stage is None for epoch in away)
    assert found.summary.wake_after_sleep_onset >= len(away) * 0.5


def test_a_gap_is_a_gap() -> None:
    room = Room().movement(15).sleeper(3000).silence(600).sleeper(3000)
    (found,) = _nights(_run(room.movement(10).empty(2400)))
    gap = [e for e in found.epochs if e.coverage < 0.5]
    assert len(gap) == pytest.approx(20, abs=1)
    assert all(e.stage is None and not isfinite(e.respiration_rate) for e in gap)
    assert found.settled_stages is not None
    assert all(
        settled is None
        for settled, epoch in zip(found.settled_stages, found.epochs, strict=True)
        if epoch.coverage < 0.5
    )


def test_a_radar_silent_for_half_a_day_separates_two_nights() -> None:
    room = Room().movement(15).sleeper(3000).silence(14 * 3600)
    room.movement(15).sleeper(3000).movement(10).empty(2400)
    engine = SleepEngine(RADAR)
    first, second = _nights(engine.process(list(room.frames())))
    assert first.end == pytest.approx(START + 3015.0, abs=30.0)
    assert second.start == pytest.approx(START + 3015.0 + 14 * 3600.0, abs=30.0)


@settings(max_examples=5)
@given(sizes=st.lists(st.integers(1, 4000), min_size=3, max_size=12))
def test_results_do_not_depend_on_the_size_of_batches(sizes: list[int]) -> None:
    frames, expected = _reference()
    engine, updates, rest = SleepEngine(RADAR), [], iter(frames)
    position = 0
    while batch := list(islice(rest, sizes[position % len(sizes)])):
        updates += engine.process(batch)
        position += 1
    assert repr(updates) == repr(expected)


@settings(max_examples=5)
@given(sizes=st.lists(st.integers(1000, 9000), min_size=2, max_size=6))
def test_results_do_not_depend_on_restarts(sizes: list[int]) -> None:
    frames, expected = _reference()
    engine, updates, rest = SleepEngine(RADAR), [], iter(frames)
    position = 0
    while batch := list(islice(rest, sizes[position % len(sizes)])):
        updates += engine.process(batch)
        saved = dump_state(engine.snapshot())
        assert len(saved) < 256_000
        engine = SleepEngine(RADAR)
        engine.restore(load_state(saved))
        position += 1
    assert repr(updates) == repr(expected)


def test_a_module_that_unwraps_by_itself_gives_the_same_night() -> None:
    room = night(hours=1.0)
    (wrapped,) = _nights(SleepEngine(RADAR).process(list(room.frames())))
    (plain,) = _nights(SleepEngine(RADAR).process(list(room.frames(wrapped=False))))
    assert wrapped.settled_stages is not None
    assert plain.settled_stages is not None
    same = [
        a == b
        for a, b in zip(wrapped.settled_stages, plain.settled_stages, strict=False)
    ]
    assert sum(same) / len(same) > 0.97


def test_a_module_of_rates_gets_a_night_too() -> None:
    rows = []
    for row in range(240):
        restless = row < 6 or row >= 236
        rows.append(
            RadarFrame(
                time=START + 30.0 * row,
                respiration_rate=float("nan") if restless else 14.0 + 0.2 * (row % 2),
                motion=40.0 if restless else 0.0,
                distance=0.7,
            )
        )
    engine = SleepEngine(RATES)
    updates = engine.process(rows) + engine.close_session()
    (found,) = _nights(updates)
    assert found.summary.total_sleep_time > 90.0
    assert found.epochs[40].respiration_rate == pytest.approx(14.1, abs=0.2)


def test_closing_a_session_settles_it_at_once() -> None:
    engine = SleepEngine(RADAR)
    engine.process(list(Room().movement(15).sleeper(1800).frames()))
    assert engine.in_session
    running = engine.running_night()
    assert running is not None
    assert running.settled_stages is None
    (found,) = _nights(engine.close_session())
    assert found.settled_stages is not None
    assert not engine.in_session
    assert engine.running_night() is None


def test_sitting_on_the_bed_is_not_kept() -> None:
    room = Room().movement(15).sleeper(500).movement(10).empty(2400)
    updates = _run(room)
    assert any(isinstance(u, SessionStarted) for u in updates)
    assert not _nights(updates)


def test_a_doppler_target_is_a_movement_but_nobody_coming_to_bed() -> None:
    frames = [
        replace(frame, targets=(Target(x=0.0, y=0.8, radial_speed=0.1728),))
        for frame in Room().empty(300).frames()
    ]
    updates = SleepEngine(RADAR).process(frames)
    live = [update for update in updates if isinstance(update, LiveUpdate)]
    assert all(update.moving for update in live[1:])
    assert not any(update.present for update in live)


def test_room_readings_are_averaged_over_the_epoch() -> None:
    frames = [
        RadarFrame(
            time=START + index / 8.0,
            displacement=0.0,
            climate=Climate(temperature=19.0 + index % 2) if index % 4 < 2 else None,
        )
        for index in range(400)
    ]
    (epoch,) = [
        u.epoch
        for u in SleepEngine(RADAR).process(frames)
        if isinstance(u, EpochScored)
    ]
    assert epoch.climate.temperature == 20.0
    assert not isfinite(epoch.climate.humidity)


def test_live_values_are_unknown_when_nobody_is_there() -> None:
    engine = SleepEngine(RADAR)
    updates = engine.process(
        list(Room().movement(15).sleeper(900).movement(10).empty(300).frames())
    )
    live = [u for u in updates if isinstance(u, LiveUpdate)]
    assert live[800].present
    assert live[800].in_bed
    assert live[800].stage in Stage
    assert live[800].respiration_rate == pytest.approx(15.0, abs=1.5)
    assert not live[-1].present
    assert not live[-1].in_bed
    assert live[-1].stage is None
    assert live[-1].asleep is None
    assert not isfinite(live[-1].respiration_rate)


@pytest.mark.parametrize("key", ["version", "model", "module"])
def test_a_foreign_state_is_refused_and_changes_nothing(key: str) -> None:
    engine = SleepEngine(RADAR)
    engine.process(list(Room().movement(15).sleeper(600).frames()))
    before = repr(engine.snapshot())
    state = engine.snapshot()
    state[key] = "another"
    with pytest.raises(ValueError, match="another version"):
        engine.restore(state)
    assert repr(engine.snapshot()) == before


def test_a_damaged_state_is_refused() -> None:
    state = SleepEngine(RADAR).snapshot()
    del state["presence"]
    with pytest.raises(ValueError, match="incomplete"):
        SleepEngine(RADAR).restore(state)


@given(data=st.binary(max_size=200))
def test_arbitrary_bytes_are_no_state(data: bytes) -> None:
    with pytest.raises(ValueError, match="engine state"):
        load_state(data)


def test_who_was_in_bed_before_the_radar_has_been_there_from_the_start() -> None:
    engine = SleepEngine(RADAR)
    updates = engine.process(list(Room().sleeper(1800).frames()))
    (found,) = _nights(updates + engine.close_session())
    assert found.start == pytest.approx(START, abs=60.0)
