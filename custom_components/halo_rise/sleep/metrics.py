"""Sleep measures of a night (definitions: Menghini et al. 2021, and AASM manual)."""

from collections.abc import Sequence
from math import isfinite, nan
from statistics import median

from .epoch import EPOCH_SECONDS, Epoch, NightSummary, Owner, Stage

EPOCH_MINUTES = EPOCH_SECONDS / 60.0


def summarise(
    epochs: Sequence[Epoch],
    stages: Sequence[Stage | None],
    *,
    start: float,
    end: float,
    attempts: Sequence[tuple[float, float]] = (),
) -> NightSummary:
    """Compute the sleep measures of one session.

    Sleep latency counts from when the sleeper began to try to sleep, which may be long
    after going to bed; where that is not known, from going to bed.

    Epochs without a stage are either out of bed, which is awake, or without data, which
    counts neither as sleep nor as wake: efficiency refers to the known part of the time
    in bed, and ``coverage`` says how large that is.

    Args:
        epochs: Gapless, in the order of time.
        stages: One for each epoch, settled or provisional.
        start: When the person went to bed, seconds since the Unix epoch.
        end: When the person got up.
        attempts: Start and end of each time of trying to sleep, in order.

    Raises:
        ValueError: If the lengths differ.

    """
    known = [_known(epoch, stage) for epoch, stage in zip(epochs, stages, strict=True)]
    count = {stage: known.count(stage) for stage in Stage}
    minutes = {stage: count[stage] * EPOCH_MINUTES for stage in Stage}
    asleep = [i for i, s in enumerate(known) if s is not None and s is not Stage.AWAKE]
    total_sleep_time = len(asleep) * EPOCH_MINUTES
    known_minutes = sum(minutes.values())
    time_in_bed = (end - start) / 60.0
    latency = waso = rem_latency = respiration_rate = nan
    awakenings = 0
    onset = final = trying_start = trying_end = None
    trying = nan
    if attempts:
        trying_start, trying_end = attempts[0][0], attempts[-1][1]
        trying = (trying_end - trying_start) / 60.0
    if asleep:
        first, last = asleep[0], asleep[-1]
        onset = epochs[first].start
        final = epochs[last].start + EPOCH_SECONDS
        begun = start if trying_start is None else trying_start
        latency = max(0.0, (onset - begun) / 60.0)
        waso = known[first:].count(Stage.AWAKE) * EPOCH_MINUTES
        awakenings = _bouts(known[first : last + 1], Stage.AWAKE)
        rem = [i for i in asleep if known[i] is Stage.REM]
        if rem:
            rem_latency = (epochs[rem[0]].start - onset) / 60.0
        rates = [
            epochs[i].respiration_rate
            for i in asleep
            if isfinite(epochs[i].respiration_rate)
        ]
        respiration_rate = median(rates) if rates else nan

    def share(stage: Stage) -> float:
        return minutes[stage] / total_sleep_time if total_sleep_time else nan

    return NightSummary(
        time_in_bed=time_in_bed,
        total_sleep_time=total_sleep_time,
        sleep_latency=latency,
        wake_after_sleep_onset=waso,
        efficiency=total_sleep_time / known_minutes if known_minutes else nan,
        awake=minutes[Stage.AWAKE],
        light=minutes[Stage.LIGHT],
        deep=minutes[Stage.DEEP],
        rem=minutes[Stage.REM],
        light_share=share(Stage.LIGHT),
        deep_share=share(Stage.DEEP),
        rem_share=share(Stage.REM),
        awakenings=awakenings,
        rem_latency=rem_latency,
        respiration_rate=respiration_rate,
        coverage=sum(epoch.coverage for epoch in epochs) / len(epochs)
        if epochs
        else 0.0,
        sleep_onset=onset,
        final_awakening=final,
        time_trying_to_sleep=trying,
        trying_start=trying_start,
        trying_end=trying_end,
    )


def _known(epoch: Epoch, stage: Stage | None) -> Stage | None:
    if stage is None and epoch.owner is Owner.NOBODY and epoch.coverage >= 0.5:
        return Stage.AWAKE
    return stage


def _bouts(stages: Sequence[Stage | None], wanted: Stage) -> int:
    """Count the unbroken runs of a stage; a gap does not split one."""
    bouts = 0
    previous: Stage | None = None
    for stage in stages:
        if stage is None:
            continue
        if stage is wanted and previous is not wanted:
            bouts += 1
        previous = stage
    return bouts
