"""Nights that never were, for tests of what comes after the engine."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from custom_components.halo_rise.radar.frame import Climate
from custom_components.halo_rise.sleep.epoch import (
    EPOCH_SECONDS,
    STAGES,
    Epoch,
    Night,
    NightSummary,
    Owner,
)

EVENING = 1_795_300_200.0
"""22:30 UTC on 21 November 2026."""

DAY = 86_400.0

SUMMARY = NightSummary(
    time_in_bed=480.0,
    total_sleep_time=430.5,
    sleep_latency=14.0,
    wake_after_sleep_onset=22.5,
    efficiency=430.5 / 480,
    awake=49.5,
    light=240.0,
    deep=90.5,
    rem=100.0,
    light_share=240 / 430.5,
    deep_share=90.5 / 430.5,
    rem_share=100 / 430.5,
    awakenings=7,
    rem_latency=81.5,
    respiration_rate=13.94,
    coverage=0.975,
    sleep_onset=EVENING + 840,
    final_awakening=EVENING + 27_900,
    time_trying_to_sleep=465.0,
    trying_start=EVENING + 600,
    trying_end=EVENING + 28_500,
)


def make_night(
    start: float = EVENING,
    *,
    hours: float = 8.0,
    asleep: float | None = None,
    seed: int = 0,
    settled: bool = True,
    **summary: Any,
) -> Night:
    """Return a night with the noise of a measured one.

    Args:
        start: When the person went to bed.
        hours: Time in bed.
        asleep: Minutes of sleep, nine tenths of the time in bed unless given.
        seed: Of the random numbers.
        settled: Whether the night is over.
        **summary: What to put into the summary instead of the usual.
    """
    random = np.random.default_rng((seed, int(start)))
    count = round(hours * 3600 / EPOCH_SECONDS)
    codes = np.repeat(random.integers(0, 4, count), random.integers(4, 40, count))
    stages = tuple(STAGES[code] for code in codes[:count])
    warmth = 21 - np.cumsum(random.uniform(0, 0.005, count))
    vectors = [random.dirichlet(np.ones(4) * 0.6) for _ in range(2 * count)]
    epochs = tuple(
        Epoch(
            start=start + number * EPOCH_SECONDS,
            probabilities=_probabilities(vectors[number]),
            stage=stages[number],
            confidence=float(max(vectors[number])),
            intent=float(random.uniform(0.8, 1)),
            presence=float(random.uniform(0.9, 1)),
            owner=Owner.PRIMARY,
            respiration_rate=float(14 + random.normal(0, 1)),
            respiration_quality=float(random.uniform(0.5, 1)),
            heart_rate=float(58 + random.normal(0, 2)),
            motion=float(random.exponential(2) if random.random() < 0.2 else 0),
            distance=float(0.9 + random.normal(0, 0.02)),
            coverage=1.0,
            climate=Climate(
                temperature=float(warmth[number]),
                humidity=float(48 + random.normal(0, 0.2)),
                illuminance=float(random.choice((0.0, 0.2, 0.4))),
            ),
        )
        for number in range(count)
    )
    end = start + hours * 3600
    total = hours * 54 if asleep is None else asleep
    return Night(
        start=start,
        end=end,
        epochs=epochs,
        settled_stages=stages if settled else None,
        settled_probabilities=(
            tuple(_probabilities(vector) for vector in vectors[count:])
            if settled
            else None
        ),
        summary=replace(
            SUMMARY,
            **{
                "time_in_bed": hours * 60,
                "total_sleep_time": total,
                "sleep_onset": start + 840,
                "final_awakening": end - 900,
                "trying_start": start + 600,
                "trying_end": end - 300,
            }
            | summary,
        ),
        model_version="1",
        module="mr60bha2",
        attempts=((start + 600, end - 7200), (end - 6600, end - 300))
        if hours > 3
        else (),
    )


def _probabilities(vector: Iterable[float]) -> tuple[float, float, float, float]:
    awake, light, deep, rem = (float(value) for value in vector)
    return awake, light, deep, rem
