"""Scored nights: what a reference says of every epoch, and what our engine says.

Recordings are played as `halo-rise replay` plays them, simulated nights as their module
sends them, each to an engine that has never seen the bedroom. All epochs that the
reference knows are scored, wherever the engine takes nobody to be: there it is silent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, nan
from pathlib import Path
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.radar.frame import Capabilities, RadarFrame
from custom_components.halo_rise.sleep.engine import LATE
from custom_components.halo_rise.sleep.epoch import (
    EPOCH_SECONDS,
    STAGES as ENGINE_STAGES,
    Night,
)
from models.convert.account import Account
from models.convert.command import USUAL_RATE
from models.convert.tables import PassedOver, convert_table
from models.errors import UserError
from models.measures import STAGE_OF, Heard
from models.recordings import Recording, load, read_arrays
from models.replay import (
    BATCH_SECONDS,
    INVENTED_START,
    rates_capabilities,
    rates_frames,
    waveform_frames,
)
from models.scenarios import Listening, end_of, household_seed, render
from models.world.truth import Truth

from .framework import STAGES, Stages
from .statistics import Floats

UNKNOWN = -1
"""The reference does not know the epoch, or the engine says nothing of it."""

FAMILY = "alone"
"""The simulated bedrooms: one sleeper, nobody else."""

PSG = "polysomnography"
DEVICE = "the device's own stages"
SIMULATION = "the simulation's truth"

PARTS = re.compile(r"(slp\d+)[a-z]?")
"""Recordings of slpdb that are parts of one sleeper's night: slp01a and slp01b."""

OWN_MOVEMENT = "the recorder's"
ENGINE_MOVEMENT = "the engine's movement index"

FEATURES = (
    "MeanBB",
    "SDBB",
    "RMSSD",
    "CVBB",
    "MadBB",
    "depth",
    "CV of depth",
    "rate",
    "SD of rate",
    "RMSSD of rate",
    "movement",
    "movement, 5 epochs",
    "movement, 21 epochs",
    "hours",
    "hours squared",
)
"""Of an epoch; the variabilities by the names of NeuroKit2, over 150 s around it."""

WINDOW = 5
"""Epochs around an epoch that its breathing is taken from: 150 s (Fonseca 2015)."""

FEWEST = 8
"""Breaths or rates in a window below which it has no variability."""

GRID_HZ = 4.0
BAND_HZ = (0.1, 0.6)
SHORTEST_BREATH = 1.5
"""Seconds."""

PROMINENCE = 0.5
"""Of a breath, in root mean squares of the minutes around it. Assumption."""

LONGEST_GAP = 3.0
"""Seconds without samples that are bridged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A night to be played."""

    data_set: str
    name: str
    path: Path | None = None
    """A recording, None for a simulated night."""

    kind: str = ""
    household: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Said:
    """What somebody says of a night's epochs."""

    stages: Stages
    """Shape ``[epochs]``, -1 where nothing is said."""

    probabilities: Floats | None = None
    """Shape ``[epochs, 4]``, nan where nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """A night that was played."""

    data_set: str
    name: str
    sleeper: str
    """Whose night it is: a fold never learns from the sleeper it is tried on."""

    against: str
    """What the reference is."""

    reference: Stages
    """Of the framework's stages, shape ``[epochs]``, -1 is unknown."""

    live: Said
    settled: Said
    features: Floats
    """Shape ``[epochs, FEATURES]``, nan is unknown."""

    movement: Floats
    """Shape ``[epochs]``, in whatever unit, nan is unknown."""

    movement_from: str
    source: str = ""

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return which epochs the reference knows."""
        return np.asarray(self.reference != UNKNOWN)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is no scored night, and why."""

    data_set: str
    name: str
    why: str


def tasks(folder: Path) -> list[Task]:
    """Return the recordings of a folder: each folder in it is a data set.

    Args:
        folder: A folder of data sets, one data set, or one recording.

    Raises:
        UserError: There is nothing to be found.
    """
    if not folder.exists():
        raise UserError(f"{folder}: no such folder; give one that holds recordings")
    if folder.is_file():
        return [Task(data_set=folder.stem, name=folder.stem, path=folder)]
    found = [
        Task(data_set=data_set.name, name=path.stem, path=path)
        for data_set in (folder, *sorted(p for p in folder.iterdir() if p.is_dir()))
        for path in sorted(data_set.glob("*.npz"))
    ]
    if not found:
        raise UserError(
            f"{folder}: holds no recordings (.npz), nor do the folders in it; "
            "`halo-rise convert` makes some of laboratories' files"
        )
    return found


def simulated(nights: int, seed: int, kinds: Sequence[str]) -> list[Task]:
    """Return simulated nights, the same households for every kind of module."""
    return [
        Task(
            data_set=f"simulated {kind}",
            name=f"household {index + 1}",
            kind=kind,
            household=household_seed(seed, FAMILY, index),
        )
        for kind in kinds
        for index in range(nights)
    ]


def play(task: Task) -> Scored | Skipped:
    """Play a night to a new engine."""
    if task.path is None:
        return _simulated(task)
    try:
        recording = _recording(task.path)
    except (PassedOver, UserError) as error:
        return Skipped(task.data_set, task.name, str(error))
    reference, against = _reference(recording)
    if reference is None:
        return Skipped(task.data_set, task.name, "it has no stages")
    if not (reference != UNKNOWN).any():
        return Skipped(task.data_set, task.name, "all its stages are unknown")
    start = float(floor((recording.start or INVENTED_START).timestamp()))
    if recording.is_rates:
        capabilities = rates_capabilities(recording)
        frames = list(rates_frames(recording, start))
    else:
        capabilities = mr60bha2.CAPABILITIES
        frames = list(waveform_frames(recording, start))
    parts = PARTS.fullmatch(task.name)
    return _scored(
        task,
        capabilities,
        frames,
        start=start,
        end=start + recording.duration,
        reference=reference,
        against=against,
        # A recorded belt never wraps, though it is played as a module that may.
        period=nan,
        sleeper=parts[1] if parts else task.name,
        source=recording.source,
    )


def _recording(path: Path) -> Recording:
    """Read a recording, or make one of heartbeats or movement."""
    hint = "give a recording, heartbeats or movement (.npz)"
    if read_arrays(path, ("respiration", "time"), hint=hint):
        return load(path)
    return convert_table(path, rate=USUAL_RATE, account=Account())


def _reference(recording: Recording) -> tuple[Stages | None, str]:
    """Return the stages of every epoch and whose they are."""
    if recording.stages is not None:
        return STAGE_OF[recording.stages], PSG
    if recording.device_stages is None or recording.time is None:
        return None, ""
    count = ceil(recording.duration / EPOCH_SECONDS)
    middles = (np.arange(count) + 0.5) * EPOCH_SECONDS
    rows = np.searchsorted(recording.time, middles) - 1
    said = recording.device_stages[np.maximum(rows, 0)]
    # A row that ended long ago says nothing of now.
    late = middles - recording.time[np.maximum(rows, 0)] > 2 * max(
        EPOCH_SECONDS, float(np.median(np.diff(recording.time)))
    )
    said = np.where((rows < 0) | late, UNKNOWN, said)
    return STAGE_OF[said], DEVICE


def _simulated(task: Task) -> Scored:
    night = render(FAMILY, task.household, 0, task.kind)
    return _scored(
        task,
        night.capabilities,
        night.frames,
        start=night.truth.start,
        end=end_of(night.truth),
        reference=true_epochs(night.truth),
        against=SIMULATION,
        period=night.capabilities.phase_period,
        sleeper=task.name,
        source=f"simulated: family {FAMILY}, household {task.household}, {task.kind}",
    )


def true_epochs(truth: Truth) -> Stages:
    """Return the commonest stage of every epoch, unknown where most of it is not in bed."""
    size = int(EPOCH_SECONDS)
    count = truth.stages.size // size
    seconds = STAGE_OF[truth.stages[: count * size]].reshape(count, size)
    by_stage = np.stack([(seconds == s).sum(axis=1) for s in range(len(STAGES))])
    in_bed = by_stage.sum(axis=0) > size / 2
    return np.where(in_bed, by_stage.argmax(axis=0), UNKNOWN).astype(np.int8)


def _scored(
    task: Task,
    capabilities: Capabilities,
    frames: list[RadarFrame],
    *,
    start: float,
    end: float,
    reference: Stages,
    against: str,
    period: float,
    sleeper: str,
    source: str,
) -> Scored:
    engine = Listening(capabilities, start)
    engine.live(frames, BATCH_SECONDS)
    heard = engine.end(end + LATE)
    count = reference.size
    live, settled = _said(heard.nights, start, count)
    movement, origin = _movement(frames, heard, start, count)
    known = np.flatnonzero(reference != UNKNOWN)
    return Scored(
        data_set=task.data_set,
        name=task.name,
        sleeper=sleeper,
        against=against,
        reference=reference,
        live=live,
        settled=settled,
        features=features(
            frames,
            movement,
            start=start,
            first=int(known[0]) if known.size else 0,
            period=period,
        ),
        movement=movement,
        movement_from=origin,
        source=source,
    )


def _said(nights: Iterable[Night], start: float, count: int) -> tuple[Said, Said]:
    """Return what the engine said live, and settled when the night was over."""
    stages = np.full((2, count), UNKNOWN, np.int8)
    probabilities = np.full((2, count, len(STAGES)), nan)
    for night in nights:
        silent = (None,) * len(night.epochs)
        for epoch, stage, chances in zip(
            night.epochs,
            night.settled_stages or silent,
            night.settled_probabilities or silent,
            strict=True,
        ):
            at = round((epoch.start - start) / EPOCH_SECONDS)
            if not 0 <= at < count:
                continue
            for row, (word, believed) in enumerate(
                ((epoch.stage, epoch.probabilities), (stage, chances))
            ):
                if word is not None:
                    stages[row, at] = ENGINE_STAGES.index(word)
                    if believed is not None:
                        probabilities[row, at] = believed
    live, settled = (
        Said(stages=one, probabilities=chances)
        for one, chances in zip(stages, probabilities, strict=True)
    )
    return live, settled


# Features for the baselines


def _movement(
    frames: Sequence[RadarFrame], heard: Heard, start: float, count: int
) -> tuple[Floats, str]:
    """Return the movement in every epoch and who measured it."""
    said = [(f.time - start, f.motion) for f in frames if isfinite(f.motion)]
    origin = OWN_MOVEMENT
    if not said:
        said = [(e.start - start, e.motion) for e in heard.epochs if isfinite(e.motion)]
        origin = ENGINE_MOVEMENT
    if not said:
        return np.full(count, nan), origin
    times, values = np.array(said).T
    return _by_epoch(times, values, count), origin


def _by_epoch(times: Floats, values: Floats, count: int) -> Floats:
    """Return the mean of the values in every epoch."""
    # Hours in single precision put a row a moment before its epoch.
    at = np.floor(times / EPOCH_SECONDS + 0.01).astype(np.intp)
    inside = (at >= 0) & (at < count)
    number = np.bincount(at[inside], minlength=count)
    total = np.bincount(at[inside], values[inside], minlength=count)
    return np.where(number > 0, total / np.maximum(number, 1), nan)


def features(
    frames: Sequence[RadarFrame],
    movement: Floats,
    *,
    start: float,
    first: int,
    period: float,
) -> Floats:
    """Return the features of every epoch, each breathing feature beside its night's usual.

    Args:
        frames: Of the night.
        movement: In every epoch.
        start: Of the first epoch.
        first: The epoch from which the night's hours count.
        period: Millimetres after which the displacement wraps, or nan.
    """
    count = movement.size
    table = np.full((count, len(FEATURES)), nan)
    times, values, rates = np.array(
        [(f.time - start, f.displacement, f.respiration_rate) for f in frames]
    ).T
    if np.isfinite(values).any():
        at, depths = breaths(times, values, period)
        _describe_breaths(table, at, depths)
    known = np.isfinite(rates)
    if known.any():
        _describe_rates(table, times[known], rates[known])
    breathing = table[:, : FEATURES.index("movement")]
    breathing[:] = _beside_usual(breathing)
    moved = np.log1p(movement)
    table[:, FEATURES.index("movement")] = moved
    for name, width in (("movement, 5 epochs", 5), ("movement, 21 epochs", 21)):
        table[:, FEATURES.index(name)] = _running_mean(moved, width)
    hours = (np.arange(count) - first) * EPOCH_SECONDS / 3600
    table[:, FEATURES.index("hours")] = hours
    table[:, FEATURES.index("hours squared")] = hours**2
    return table


def breaths(times: Floats, values: Floats, period: float) -> tuple[Floats, Floats]:
    """Return when each breath was, in seconds, and how deep in its own unit."""
    known = np.isfinite(values)
    times, values = times[known], values[known]
    if isfinite(period):
        steps = np.diff(values, prepend=values[:1])
        values = np.cumsum(steps - period * np.round(steps / period))
    grid = np.arange(times[0], times[-1], 1 / GRID_HZ)
    if grid.size < GRID_HZ * 2 * EPOCH_SECONDS:
        return np.array([]), np.array([])
    band = signal.butter(2, BAND_HZ, "bandpass", fs=GRID_HZ, output="sos")
    chest = signal.sosfiltfilt(band, np.interp(grid, times, values))
    around = np.sqrt(_running_mean(chest**2, int(60 * GRID_HZ) + 1))
    relative = chest / np.maximum(around, 1e-9)
    peaks, found = signal.find_peaks(
        relative, distance=int(SHORTEST_BREATH * GRID_HZ), prominence=PROMINENCE
    )
    at, depths = grid[peaks], found["prominences"] * around[peaks]
    # No breath is told where nothing was recorded.
    right = np.minimum(np.searchsorted(times, at), times.size - 1)
    there = times[right] - times[np.maximum(right - 1, 0)] <= LONGEST_GAP
    return at[there], depths[there]


def _log(value: Any) -> float:
    return float(np.log(max(float(value), 1e-4)))


def _windows(times: Floats, count: int) -> Iterable[tuple[int, slice]]:
    """Yield which of the times lie in the window around each epoch, where enough do."""
    edges = (np.arange(count) + 0.5) * EPOCH_SECONDS
    half = WINDOW * EPOCH_SECONDS / 2
    ends = np.searchsorted(times, edges + half)
    for epoch, (begin, end) in enumerate(
        zip(np.searchsorted(times, edges - half), ends, strict=True)
    ):
        yield epoch, slice(int(begin), int(end))


def _describe_breaths(table: Floats, at: Floats, depths: Floats) -> None:
    for epoch, inside in _windows(at, table.shape[0]):
        intervals = np.diff(at[inside])
        near = intervals < 1 / BAND_HZ[0]
        whole = intervals[near]
        if whole.size < FEWEST:
            continue
        deep = depths[inside]
        middle = np.median(whole)
        table[epoch, : FEATURES.index("rate")] = (
            _log(whole.mean()),
            _log(whole.std(ddof=1)),
            _log(np.sqrt(np.mean(np.diff(whole) ** 2))),
            _log(whole.std(ddof=1) / whole.mean()),
            _log(np.median(np.abs(whole - middle))),
            _log(deep.mean()),
            _log(deep.std(ddof=1) / deep.mean()),
        )


def _describe_rates(table: Floats, times: Floats, rates: Floats) -> None:
    place = FEATURES.index("rate")
    # Three rows of half a minute are a window of a module that sends no more.
    for epoch, inside in _windows(times, table.shape[0]):
        some = rates[inside]
        if some.size >= 3:
            table[epoch, place : place + 3] = (
                _log(some.mean()),
                np.log(some.std(ddof=1) + 0.1),
                np.log(np.sqrt(np.mean(np.diff(some) ** 2)) + 0.1),
            )


def _beside_usual(columns: Floats) -> Floats:
    """Return columns as distances from their night's median, in its usual spread."""
    result = np.full_like(columns, nan)
    for place, column in enumerate(columns.T):
        known = column[np.isfinite(column)]
        if known.size:
            low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
            result[:, place] = np.clip((column - middle) / max(high - low, 1e-3), -5, 5)
    return result


def _running_mean(values: Floats, width: int) -> Floats:
    """Return the mean of what is known around each value."""
    known = np.isfinite(values)
    ones = np.ones(min(width, 2 * (values.size // 2) - 1) if values.size > 2 else 1)
    total = signal.fftconvolve(np.where(known, values, 0.0), ones, "same")
    number = np.rint(signal.fftconvolve(known.astype(float), ones, "same"))
    return np.where(number > 0, np.maximum(total, 0.0) / np.maximum(number, 1), nan)
