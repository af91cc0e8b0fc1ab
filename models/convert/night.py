"""From a channel and a scoring to a recording."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from models.errors import UserError
from models.recordings import (
    BREATH_BAND_HZ,
    SAMPLE_RATE_LIMITS,
    STAGE_SECONDS,
    Recording,
    displacement_mm,
)

from . import stages as staging
from .account import Account, clock
from .channels import Choice, Kind, scale
from .stages import Scoring, Stages

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]

SLOWEST_HZ = 2 * BREATH_BAND_HZ[1]
"""The fastest breathing must have two samples per breath."""

WAKE_KEPT_SECONDS = 3600.0
"""Wake kept around sleep where nobody noted the lights.

Long enough for the sleep latency of an insomniac, short enough that a recording of a whole
day becomes a night. Assumption.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What a file has, before anything is read from its signals."""

    path: Path
    start: datetime | None
    """By the file's own clock, which knows no zone: taken as UTC."""

    candidates: list[Choice]
    """Channels of breathing, best first."""

    read: Callable[[Choice], Floats]
    """Reads one of them at its own rate, nan in gaps."""


def convert_night(
    night: Night, scoring: Scoring | None, *, rate: float, trim: bool, account: Account
) -> Recording:
    """Make a recording of a night.

    Args:
        night: The night.
        scoring: Its stages, None if there are none.
        rate: Samples per second of the recording.
        trim: Leave out what lies outside lights-off and lights-on.
        account: Is told what was taken.

    Raises:
        UserError: No channel is usable.
    """
    choice, values = _channel(night, rate, account)
    own_rate = choice.channel.rate
    factor, units = scale(choice) or (1.0, "a.u.")
    account.say(_described(choice, units, rate))
    seconds = values.size / own_rate
    begin, end, stages = _scored(scoring, seconds, 1 / own_rate, trim, account)
    values = values[round(begin * own_rate) : round(end * own_rate)]
    if not np.isfinite(values).any():
        raise UserError(
            f"{night.path}: nothing was recorded in the part to keep; try --no-trim"
        )
    start = None if night.start is None else night.start + timedelta(seconds=begin)
    if start is None:
        account.say("start: unknown")
    else:
        account.say(
            f"start: {start:%Y-%m-%d %H:%M:%S} by its own clock, taken as UTC; "
            f"{clock(end - begin)} long"
        )
    lost = _missing(values, choice, rate)
    respiration = resampled(_bridged(values), own_rate, rate)
    missing = _nearest(lost, respiration.size)
    respiration *= factor
    if choice.kind is Kind.FLOW and units == "a.u.":
        # Flow is the derivative of displacement, and the format has no flow of unknown
        # scale: its integral is displacement of unknown scale.
        flow = Recording(
            respiration=respiration.astype(np.float32),
            sample_rate=rate,
            units="L/min",
            missing=missing,
        )
        integral, missing = displacement_mm(flow)
        respiration = integral.astype(np.float64)
    _say_missing(values, own_rate, missing, account)
    described = (
        f"{night.path.name}: channel {choice.channel.label} ({choice.kind}, "
        f"{choice.channel.unit or 'no unit'}, {own_rate:g} Hz)"
    )
    return Recording(
        source=described
        + ("" if stages is None or scoring is None else f"; stages: {scoring.origin}"),
        start=start,
        stages=stages,
        respiration=respiration.astype(np.float32),
        sample_rate=rate,
        units=units,
        missing=missing if missing.any() else None,
    )


def _channel(night: Night, rate: float, account: Account) -> tuple[Choice, Floats]:
    """Read the best channel that is alive."""
    dead = []
    for choice in night.candidates:
        own_rate, label = choice.channel.rate, choice.channel.label
        low, high = SLOWEST_HZ, SAMPLE_RATE_LIMITS[1]
        if not own_rate > 0 or own_rate > high:
            dead.append(f"{label} has an impossible {own_rate:g} Hz")
            continue
        values = night.read(choice)
        if values.size < STAGE_SECONDS * own_rate:
            dead.append(f"{label} is shorter than an epoch of 30 s")
        elif _missing(values, choice, rate).all():
            dead.append(f"{label} is flat or missing throughout")
        else:
            for line in dead:
                account.warn(f"{line}; {label} taken instead")
            if own_rate < low:
                account.warn(
                    f"{label} has {own_rate:g} Hz: breathing faster than "
                    f"{30 * own_rate:g} per minute is not in it"
                )
            return choice, values
    raise UserError(f"{night.path}: nothing breathes in it: {'; '.join(dead)}")


def _described(choice: Choice, units: str, rate: float) -> str:
    channel = choice.channel
    text = (
        f"channel: {channel.label} ({choice.kind}), {channel.rate:g} Hz, "
        f"{channel.unit or 'no unit'}; written as {units} at {rate:g} Hz"
    )
    if choice.kind is Kind.FLOW and units == "a.u.":
        text += ", integrated because the flow's scale is unknown"
    return text


def _scored(
    scoring: Scoring | None, seconds: float, sample: float, trim: bool, account: Account
) -> tuple[float, float, Stages | None]:
    """Choose the part of the signal to keep, on the scorer's epochs, and its stages."""
    if scoring is None or not scoring.spans:
        account.warn("no stages found; the recording has none")
        begin, end = _lights(scoring, seconds, account) if trim else (0.0, seconds)
        return begin, end, None
    first = staging.phase(scoring.spans, sample)
    if seconds - first < STAGE_SECONDS:
        first = 0.0
    if first:
        account.say(
            f"epochs: the scorer's begin {first:g} s into the signal; what is before "
            "was left out"
        )
    count = ceil((seconds - first) / STAGE_SECONDS - 1e-6)
    stages, seen = staging.epochs(scoring.spans, first, count)
    _compare_lengths(scoring, stages, seconds, account)
    low, high = (
        _trimmed(scoring, stages, seen, first, account) if trim else (0, stages.size)
    )
    stages = stages[low:high]
    account.say(
        f"stages: {scoring.origin}: {stages.size} epochs: {staging.counts(stages)}"
    )
    if stages.size and (stages == staging.UNKNOWN).all():
        account.warn(
            f"all stages of {scoring.origin} are unknown; nothing can be scored "
            "against this recording"
        )
    for note in scoring.notes:
        account.warn(note)
    end = min(first + high * STAGE_SECONDS, seconds)
    return first + low * STAGE_SECONDS, end, stages


def _compare_lengths(
    scoring: Scoring, stages: Stages, seconds: float, account: Account
) -> None:
    """Say where scoring and signal are not of one length."""
    begin = min(span.start for span in scoring.spans)
    if begin >= seconds or scoring.end <= 0:
        account.warn("the scoring lies outside the signal; does it belong to it?")
        return
    if begin > STAGE_SECONDS:
        account.warn(
            f"the stages begin {clock(begin)} after the signal; before, they are unknown"
        )
    if scoring.end < seconds - STAGE_SECONDS:
        account.warn(
            f"the stages end {clock(seconds - scoring.end)} before the signal; the rest "
            "is unknown"
        )
    longest = max(scoring.spans, key=lambda span: span.end)
    # One that lasts "until the next" goes on forever.
    if longest.start > seconds:
        account.warn(
            f"the stages go on for {clock(scoring.end - seconds)} after the signal; is it "
            "whole?"
        )


def _lights(
    scoring: Scoring | None, seconds: float, account: Account
) -> tuple[float, float]:
    """Return the part between the lights, of a night without stages."""
    off = scoring.lights_off if scoring is not None else None
    on = scoring.lights_on if scoring is not None else None
    begin = min(max(off or 0.0, 0.0), seconds)
    end = min(seconds if on is None else on, seconds)
    if end - begin < STAGE_SECONDS:
        account.warn("the lights' times make no sense; nothing was trimmed")
        return 0.0, seconds
    _say_trimmed(begin, seconds - end, "lights", account)
    return begin, end


def _trimmed(
    scoring: Scoring, stages: Stages, seen: Mask, first: float, account: Account
) -> tuple[int, int]:
    """Return the first epoch to keep and that after the last.

    The lights decide where they were noted. Where they were not, more than an hour of what
    the scorer saw and did not call sleep is left out at either end.
    """
    low, high = 0, stages.size
    why = []
    asleep = np.flatnonzero(stages > staging.WAKE)
    kept = round(WAKE_KEPT_SECONDS / STAGE_SECONDS)
    if scoring.lights_off is not None:
        low = floor((scoring.lights_off - first) / STAGE_SECONDS)
        why.append("lights off")
    elif asleep.size and seen[: asleep[0]].all():
        low = asleep[0] - kept
    if scoring.lights_on is not None:
        high = ceil((scoring.lights_on - first) / STAGE_SECONDS)
        why.append("lights on")
    elif asleep.size and seen[asleep[-1] :].all():
        high = asleep[-1] + 1 + kept
    low, high = max(low, 0), min(high, stages.size)
    if low >= high:
        account.warn("the lights' times make no sense; nothing was trimmed")
        return 0, stages.size
    _say_trimmed(
        low * STAGE_SECONDS,
        (stages.size - high) * STAGE_SECONDS,
        " and ".join(why) or f"more than {clock(WAKE_KEPT_SECONDS)} from sleep",
        account,
    )
    return int(low), int(high)


def _say_trimmed(before: float, after: float, why: str, account: Account) -> None:
    if before or after:
        account.say(
            f"trimmed: {clock(before)} at the beginning, {clock(after)} at the end ({why})"
        )
    else:
        account.say("trimmed: nothing")


def _say_missing(
    values: Floats, own_rate: float, missing: Mask, account: Account
) -> None:
    """Say how much no breathing can be read from."""
    holes = np.isnan(values)
    edges = np.flatnonzero(np.diff(holes.astype(np.int8)) == 1).size + int(holes[0])
    share = 100 * missing.mean()
    text = f"missing: {share:.1f} %" if missing.any() else "missing: nothing"
    if holes.any():
        text += f"; {edges} gaps of the file, {clock(holes.sum() / own_rate)} in all"
    account.say(text)


def _missing(values: Floats, choice: Choice, rate: float) -> Mask:
    """Find gaps, flat lines and rails, looking about as often as `rate`.

    It has to be done before resampling: that gives digits of their own to what is flat.
    """
    step = max(1, floor(choice.channel.rate / rate))
    looked = Recording(
        respiration=values[::step].astype(np.float32),
        sample_rate=choice.channel.rate / step,
        units="a.u.",
        missing=np.isnan(values[::step]),
    )
    return displacement_mm(looked)[1]


def _nearest(mask: Mask, size: int) -> Mask:
    """Stretch a mask to another number of samples."""
    index = np.floor((np.arange(size) + 0.5) * mask.size / size).astype(np.intp)
    stretched: Mask = mask[np.minimum(index, mask.size - 1)]
    return stretched


def _bridged(values: Floats) -> Floats:
    """Replace gaps by straight lines, so that filters do not spread them."""
    known = np.isfinite(values)
    if known.all():
        return values
    index = np.arange(values.size)
    bridged: Floats = np.interp(index, index[known], values[known])
    return bridged


def resampled(values: Floats, rate: float, wanted: float) -> Floats:
    """Bring a signal without gaps to another rate, nothing folded into breathing."""
    if rate == wanted:
        return values.copy()
    # Ten thousandths keep the ends of a night within a few milliseconds.
    ratio = Fraction(wanted / rate).limit_denominator(10_000)
    result: Floats = signal.resample_poly(
        values, ratio.numerator, ratio.denominator, padtype="line"
    )
    return result
