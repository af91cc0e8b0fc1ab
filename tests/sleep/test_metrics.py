"""Sleep measures, counted by hand."""

from dataclasses import replace
from math import isnan

import pytest

from custom_components.halo_rise.sleep.epoch import Epoch, NightSummary, Owner, Stage
from custom_components.halo_rise.sleep.metrics import summarise

from .rooms import START

CODES = {"W": Stage.AWAKE, "L": Stage.LIGHT, "D": Stage.DEEP, "R": Stage.REM}


def _summary(text: str) -> NightSummary:
    """Summarise a night written as letters; ``o`` is out of bed, ``-`` no data."""
    epochs = []
    for index, letter in enumerate(text):
        epoch = Epoch(
            start=START + 30.0 * index,
            owner=Owner.PRIMARY,
            coverage=1.0,
            respiration_rate=14.0,
        )
        if letter == "o":
            epoch = replace(epoch, owner=Owner.NOBODY)
        elif letter == "-":
            epoch = replace(epoch, owner=Owner.NOBODY, coverage=0.0)
        epochs.append(epoch)
    return summarise(
        epochs,
        [CODES.get(letter) for letter in text],
        start=START,
        end=START + 30.0 * len(text),
    )


def test_a_plain_night() -> None:
    night = _summary("WWWWLLLLDDDDLLRRRRWWLLLLWW")
    assert night.time_in_bed == 13.0
    assert night.total_sleep_time == 9.0
    assert night.sleep_latency == 2.0
    assert night.wake_after_sleep_onset == 2.0
    assert night.awakenings == 1
    assert night.efficiency == pytest.approx(9.0 / 13.0)
    assert (night.awake, night.light, night.deep, night.rem) == (4.0, 5.0, 2.0, 2.0)
    assert night.rem_latency == 5.0
    assert night.deep_share == pytest.approx(2.0 / 9.0)
    assert night.sleep_onset == START + 120.0
    assert night.final_awakening == START + 24 * 30.0
    assert night.respiration_rate == 14.0
    assert night.coverage == 1.0


def test_time_out_of_bed_is_awake() -> None:
    night = _summary("LLLLooooLLLL")
    assert night.wake_after_sleep_onset == 2.0
    assert night.awakenings == 1


def test_time_without_data_is_neither_sleep_nor_wake() -> None:
    night = _summary("LLLL----LLLL")
    assert night.total_sleep_time == 4.0
    assert night.wake_after_sleep_onset == 0.0
    assert night.awakenings == 0
    assert night.efficiency == 1.0
    assert night.coverage == pytest.approx(8.0 / 12.0)


def test_a_night_without_sleep_has_no_latency() -> None:
    night = _summary("WWWW")
    assert night.total_sleep_time == 0.0
    assert night.efficiency == 0.0
    assert isnan(night.sleep_latency)
    assert isnan(night.wake_after_sleep_onset)
    assert isnan(night.light_share)
    assert night.sleep_onset is None


def test_a_night_without_rem_has_no_rem_latency() -> None:
    assert isnan(_summary("WLLDD").rem_latency)


def test_no_epoch_at_all_is_no_error() -> None:
    assert _summary("").coverage == 0.0
