"""`.npz` files of others: heartbeats, and counts of movement."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import UserError
from models.recordings import (
    LONGEST_SECONDS,
    STAGE_SECONDS,
    Recording,
    load,
    read_arrays,
)

from . import stages as staging
from .account import Account, clock
from .stages import Stages
from .surrogate import breathing

type Arrays = Mapping[str, NDArray[Any]]

HEART = ("beat_time", "rr_interval")
MOVEMENT = ("activity", "hours")
_OPTIONAL = ("beat_type", "stages", "source")


class PassedOver(Exception):
    """A file that needs no conversion; says why."""


def convert_table(path: Path, *, rate: float, account: Account) -> Recording:
    """Make a recording of heartbeats or of movement.

    Args:
        path: An `.npz` file.
        rate: Samples per second of what becomes a waveform.
        account: Is told what was taken.

    Raises:
        PassedOver: It is a recording already, or something else that is no night.
        UserError: It is damaged or contradicts itself.
    """
    arrays = read_arrays(
        path,
        (*HEART, *MOVEMENT, *_OPTIONAL, "respiration", "time"),
        hint="get it anew",
    )
    if "respiration" in arrays or "time" in arrays:
        load(path)
        raise PassedOver("is a recording already")
    if all(key in arrays for key in HEART):
        return _heart(path, arrays, rate, account)
    if all(key in arrays for key in MOVEMENT):
        return _movement(path, arrays, account)
    raise PassedOver("holds neither breathing nor heartbeats nor movement")


def _numbers(path: Path, arrays: Arrays, key: str, size: int) -> NDArray[np.float64]:
    values = arrays[key]
    if values.dtype.kind not in "fiu" or values.shape != (size,) or not size:
        raise UserError(f"{path}: '{key}' must be one row of numbers, {size} of them")
    return values.astype(np.float64)


def _times(path: Path, key: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    if not np.isfinite(values).all() or values[0] < 0 or (np.diff(values) <= 0).any():
        raise UserError(f"{path}: '{key}' must rise from 0 on")
    if values[-1] > LONGEST_SECONDS:
        raise UserError(f"{path}: '{key}' goes on for more than two weeks")
    return values


def _stages(path: Path, arrays: Arrays) -> Stages | None:
    values = arrays.get("stages")
    if values is None:
        return None
    whole = values.dtype.kind in "iu" and values.ndim == 1
    if not whole or not np.isin(values, range(staging.UNKNOWN, staging.REM + 1)).all():
        raise UserError(f"{path}: 'stages' must be one row of -1 to 4")
    return values.astype(np.int8)


def _source(path: Path, arrays: Arrays) -> str:
    source = arrays.get("source")
    return path.name if source is None else str(source.reshape(-1)[0])


def _say_stages(stages: Stages | None, account: Account) -> None:
    if stages is None:
        account.warn("no stages found; the recording has none")
        return
    account.say(f"stages: its own: {stages.size} epochs: {staging.counts(stages)}")
    if (stages == staging.UNKNOWN).all():
        account.warn("all its stages are unknown")


def _heart(path: Path, arrays: Arrays, rate: float, account: Account) -> Recording:
    """Derive breathing from R-R intervals."""
    size = arrays["beat_time"].size
    beats = _times(path, "beat_time", _numbers(path, arrays, "beat_time", size))
    intervals = _numbers(path, arrays, "rr_interval", size)
    types = arrays.get("beat_type")
    if types is not None and (types.dtype.kind != "U" or types.shape != (size,)):
        raise UserError(f"{path}: 'beat_type' must be one symbol per beat")
    stages = _stages(path, arrays)
    # The recording is as long as its scoring; beats say only when the last one came.
    seconds = float(beats[-1])
    if stages is not None:
        scored = stages.size * STAGE_SECONDS
        if abs(scored - seconds) > STAGE_SECONDS:
            account.warn(
                f"{clock(scored)} are scored, the heart beats for {clock(seconds)}; "
                "beyond the shorter, the other is unknown"
            )
        seconds = max(seconds, scored)
        filled = np.full(round(seconds / STAGE_SECONDS), staging.UNKNOWN, np.int8)
        filled[: stages.size] = stages[: filled.size]
        stages = filled
    if seconds < 2 * STAGE_SECONDS:
        raise UserError(f"{path}: is shorter than a minute")
    respiration, missing = breathing(
        beats, intervals, types, seconds=seconds, rate=rate
    )
    if missing.all():
        raise UserError(f"{path}: holds no stretch of normal heartbeats")
    account.say(
        f"channel: R-R intervals of {size} beats; written as a surrogate of breathing "
        f"(respiratory sinus arrhythmia), a.u. at {rate:g} Hz"
    )
    account.say(f"start: unknown; {clock(seconds)} long")
    _say_stages(stages, account)
    account.say(f"missing: {100 * missing.mean():.1f} %")
    return Recording(
        source=f"surrogate of breathing from R-R intervals; {_source(path, arrays)}",
        stages=stages,
        respiration=respiration.astype(np.float32),
        sample_rate=rate,
        units="a.u.",
        missing=missing if missing.any() else None,
    )


def _movement(path: Path, arrays: Arrays, account: Account) -> Recording:
    """Make rows of rates, without any rate, of counts of movement."""
    size = arrays["hours"].size
    hours = _numbers(path, arrays, "hours", size)
    # Hours of single precision are off by some milliseconds.
    time = _times(path, "hours", np.round(hours * 3600, 1))
    motion = _numbers(path, arrays, "activity", size)
    if (motion < 0).any():
        raise UserError(f"{path}: 'activity' must not be negative")
    account.say(
        f"channel: activity, {size} counts; written as rows of motion without rates"
    )
    stages = _stages(path, arrays)
    if stages is not None:
        stages = _placed(path, time, stages)
    account.say(f"start: unknown; {clock(time[-1] + STAGE_SECONDS)} long")
    _say_stages(stages, account)
    if size > 1:
        gaps = np.diff(time)
        holes = gaps > 1.5 * np.median(gaps)
        lost = float((gaps[holes] - np.median(gaps)).sum())
        account.say(
            f"missing: {int(holes.sum())} gaps, {clock(lost)} in all"
            if holes.any()
            else "missing: nothing"
        )
    return Recording(
        source=f"counts of movement; {_source(path, arrays)}",
        stages=stages,
        time=time,
        respiration_rate=np.full(size, np.nan, np.float32),
        motion=motion.astype(np.float32),
    )


def _placed(path: Path, time: NDArray[np.float64], stages: Stages) -> Stages:
    """Put one stage per row where its row is in time."""
    if stages.size != time.size:
        raise UserError(f"{path}: 'stages' has {stages.size} rows, 'hours' {time.size}")
    epochs = np.rint(time / STAGE_SECONDS).astype(np.intp)
    placed = np.full(epochs[-1] + 1, staging.UNKNOWN, np.int8)
    placed[epochs] = stages
    return placed
