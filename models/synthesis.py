"""Invent nights of breathing and movement whose truth is known.

A synthesised night is a recording like any other, in mm at 10 Hz, together with what
nobody knows of a real one: the stage, the breaths and the movements of every second. The
stages are drawn from the semi-Markov chain that was fitted to scored nights; what
breathing and movement do in each stage follows the statistics named at each constant.
It serves to test and to demonstrate. It is no evidence for how well stages are told
apart in real sleepers, because it breathes as its author believes they do.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
from math import exp, isnan, log, nan, sqrt
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import signal
import typer

from .errors import UserError
from .fit_transitions import SHIPPED_WEIGHTS
from .recordings import STAGE_SECONDS, Recording, save

type Floats = NDArray[np.float64]

SAMPLE_RATE = 10.0
"""Hz, as the recorded nights."""

WAKE, N1, N2, N3, REM, UNKNOWN = 0, 1, 2, 3, 4, -1
"""Stages as recordings code them."""

FIRST_NIGHT = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
"""When night 0 goes to bed; each seed is one night later."""

# Sleep.

N1_AFTER_WAKE = 0.9
"""Share of light bouts after waking that begin as N1 (DOD-H: W→N1 .145, W→N2 .018)."""

N1_EPOCHS_MEAN = 2.8
"""Mean epochs of such an N1: longer than the 1.9 of DOD-H, because none of the N1 that
follows N2 is drawn, so that N1 has its 7 % of sleep."""

FINAL_WAKE_MINUTES = (1.0, 6.0)
"""Awake in bed before getting up. Assumption."""

# Breaths. Order of the tuples: W, N1, N2, N3, REM.

RATE_MEAN, RATE_SD, RATE_LIMITS = 15.5, 2.0, (11.0, 21.0)
"""Sleeper's breaths per minute in REM sleep. Assumption (resting adults 12 to 20)."""

RELATIVE_RATE = (1.02, 0.95, 0.95, 0.92, 1.0)
"""Rate relative to REM sleep (PMC5078504 T1)."""

INTERVAL_CV = (0.30, 0.13, 0.10, 0.06, 0.20)
"""Coefficient of variation of the breath interval. Assumption: middle of .2–.4 W, .08–.12
N2, .05–.08 N3, .15–.25 REM; N1 a little above N2."""

LONG_RANGE = (True, False, False, False, True)
"""Whether breath intervals are long-range correlated (Kantelhardt 2003)."""

HURST = 0.85
"""Scaling exponent of the long-range correlations (Kantelhardt 2003: about .8 to .9 in
wake and REM, .5 in light and deep sleep)."""

LONG_RANGE_SHARE = 0.7
"""Share of the variance that is long-range correlated where any is. Assumption."""

INTERVAL_LIMITS = (1.6, 9.0)
"""Seconds between which a single breath stays. Assumption."""

RATE_DRIFT_CV, RATE_DRIFT_SECONDS = 0.025, 3600.0
"""Slow wander of the rate over the night and its time constant. Assumption."""

TIDAL_VOLUME = (1.0, 1.0, 1.0, 1.04, 0.73)
"""Depth relative to wake: REM 73 % (Douglas 1982); NREM from its minute ventilation of 7.18
against 7.66 l/min and its relative rate."""

DEPTH_CV = (0.35, 0.14, 0.12, 0.08, 0.30)
"""Coefficient of variation of the depth. Assumption, ordered like the intervals."""

DEPTH_INTERVAL_CORRELATION = 0.4
"""Long breaths are deep. Assumption."""

DEPTH_MM_MEDIAN, DEPTH_MM_SPREAD = 4.5, 0.3
"""Peak to peak of a wake breath in mm, median over sleepers and log-normal spread (radar:
3.6 mm at rest; literature: 4 to 12 mm)."""

POSTURE_DEPTH = (0.45, 1.35)
"""What a posture makes of the depth, drawn anew at each change. Assumption."""

SIGHS_PER_HOUR = (8.0, 6.0, 5.0, 2.0, 5.0)
SIGH_DEPTH, SIGH_INTERVAL, AFTER_SIGH_INTERVAL = 2.3, 1.25, 1.5
"""Sighs, their depth and length, and the pause after them. Assumption."""

INHALE_SHARE, INHALE_SHARE_SD = 0.40, 0.03
"""Share of the interval that is inhalation (1 : 1.5). Assumption."""

EXHALE_END, EXHALE_POWER = 0.8, 0.8
"""Exhalation is over after this share of its time, then comes a pause; it starts faster
than it ends. Assumption."""

LUNG_DRIFT_MM, LUNG_DRIFT_SECONDS = 0.25, 40.0
"""Wander of the end-expiratory level, as standard deviation. Assumption."""

GRAIN_MM = 0.002
"""Recorder's noise; the radar's own noise belongs to the scene."""

# Apnea. Obstructive events: the chest struggles on with less, then recovers.

APNEAS_PER_HOUR = (0.0, 25.0, 22.0, 5.0, 35.0)
"""Events per hour of each stage in the apnea group: moderate disease. Assumption."""

APNEA_SECONDS = (12.0, 40.0)
APNEA_DEPTH, RECOVERY_DEPTH, RECOVERY_BREATHS = 0.3, 1.7, 4
APNEA_MOVEMENT = 0.3
"""Share of events that end in a movement. Assumption."""

# Movement.

SMALL_PER_HOUR = (0.0, 17.0, 9.5, 4.0, 17.0)
"""Movements per hour asleep: median 11, order N1/REM > N2 > N3 (Montini 2024)."""

SMALL_SECONDS_MEDIAN, SMALL_SECONDS_SPREAD = 4.0, 0.5
"""Median 4 s (Montini 2024); log-normal spread is an assumption."""

LARGE_PER_HOUR = (0.0, 9.0, 6.8, 3.5, 8.0)
"""Large-muscle movements: 6.8 per hour asleep (Ibrahim 2023); order as above."""

LARGE_SECONDS = (12.7, 12.7, 12.7, 12.7, 10.3)
LARGE_SECONDS_SPREAD = 0.35
"""Mean 12.7 s in NREM, 10.3 s in REM sleep (Ibrahim 2023); spread is an assumption."""

WAKING_MOVEMENT = 0.7
"""Share of awakenings that begin with a large movement. Assumption."""

WAKE_PER_MINUTE = 1.3
"""Movements per minute awake in bed; the unrest before sleep fades to a third. Assumption."""

WAKE_SECONDS_MEDIAN, WAKE_SECONDS_SPREAD = 5.0, 0.6
"""Length of such a movement. Assumption."""

POSTURE_CHANGE = 0.3
"""Share of large movements that end in another posture. Assumption."""

MOVEMENT_BAND_HZ = (0.3, 3.5)
"""Where the motion of trunk and limbs lies. Assumption."""

SMALL_MM, LARGE_MM = 5.0, 25.0
"""Standard deviation of the displacement while moving. Assumption."""

DISTANCE_MEDIAN, DISTANCE_SPREAD, DISTANCE_LIMITS = 0.8, 0.15, (0.45, 1.3)
"""Metres from the bedside to the chest."""

POSTURE_METRES = 0.05
"""Standard deviation of the distance between postures. Assumption."""

ARRIVAL_SECONDS, LEAVING_SECONDS = (14.0, 25.0), (8.0, 15.0)
"""Time it takes to get into bed and out of it. Assumption."""

EMPTY_BEFORE, EMPTY_AFTER = 180.0, 900.0
"""Seconds of empty bed around the night; long enough to notice that nobody came back."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """What happened, by epochs of 30 s from the start of the recording."""

    stages: NDArray[np.int8]
    """As in recordings: 0 wake, 1 N1, 2 N2, 3 N3, 4 REM; -1 out of bed."""

    respiration_rate: Floats
    """Breaths over the epoch's time without movement, per minute; nan where less than
    10 s of it was left."""

    movement_seconds: Floats
    """Of each epoch."""

    in_bed: tuple[float, float]
    """Seconds from the start of the recording at which the person lay and rose."""

    breath_start: Floats
    """Seconds from the start of the recording, one per breath."""

    breath_interval: Floats
    """Seconds to the next breath."""

    breath_depth: Floats
    """Millimetres."""

    breath_stage: NDArray[np.int8]
    """Stage in which the breath began."""

    movements: Floats
    """Start and end of each movement in seconds, [movements, 2]; they do not overlap."""

    movement_large: NDArray[np.bool_]
    """Whether large muscles moved, one per movement."""

    def as_json(self, recording: Recording) -> dict[str, Any]:
        """Lay the epochs out as a replay's output does."""
        names = ("awake", "light", "light", "deep", "rem", None)
        start = recording.start or FIRST_NIGHT
        return {
            "in_bed": [
                (start + timedelta(seconds=second)).isoformat()
                for second in self.in_bed
            ],
            "epochs": [
                {
                    "start": (
                        start + timedelta(seconds=STAGE_SECONDS * index)
                    ).isoformat(),
                    "stage": names[stage],
                    "respiration_rate": None if isnan(rate) else round(rate, 3),
                    "motion": round(moving, 2),
                }
                for index, (stage, rate, moving) in enumerate(
                    zip(
                        self.stages.tolist(),
                        self.respiration_rate.tolist(),
                        self.movement_seconds.tolist(),
                        strict=True,
                    )
                )
            ],
        }


class SyntheticNight(NamedTuple):
    """A recording and what nobody knows of a real one."""

    recording: Recording
    truth: Truth


def synthesise_night(
    seed: int,
    *,
    hours: float = 8.0,
    group: str = "healthy",
    rate: float | None = None,
    distance: float | None = None,
    start: datetime | None = None,
    empty_before: float = EMPTY_BEFORE,
    empty_after: float = EMPTY_AFTER,
) -> SyntheticNight:
    """Invent a night; the same seed and settings always give the same one.

    Args:
        seed: Not negative.
        hours: Time in bed.
        group: ``healthy`` or ``apnea``, for stages and breathing.
        rate: Breaths per minute in REM sleep, drawn where None.
        distance: Metres to the chest, drawn where None.
        start: Start of the recording, aware; drawn around half past ten where None.
        empty_before: Seconds of empty bed before, brought to whole epochs.
        empty_after: Seconds of empty bed after.

    """
    rng = np.random.default_rng([seed, 0x5EED])
    epochs = max(round(hours * 3600 / STAGE_SECONDS), 1)
    before = round(empty_before / STAGE_SECONDS)
    after = round(empty_after / STAGE_SECONDS)
    in_bed = (before * STAGE_SECONDS, (before + epochs) * STAGE_SECONDS)
    stages = np.full(before + epochs + after, UNKNOWN, np.int8)
    stages[before : before + epochs] = hypnogram(rng, epochs, group)

    movements, large = _movements(rng, stages, in_bed)
    breaths = _breaths(rng, stages, in_bed, group, rate)
    if group == "apnea":
        movements, large = _apneas(rng, breaths, movements, large)

    time = np.arange(round(stages.size * STAGE_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    occupied = (time >= in_bed[0]) & (time < in_bed[1])
    moving = _inside(time, movements)
    posture = np.cumsum(large & (rng.random(large.size) < POSTURE_CHANGE))
    own_distance = distance or float(
        np.clip(
            rng.lognormal(np.log(DISTANCE_MEDIAN), DISTANCE_SPREAD), *DISTANCE_LIMITS
        )
    )
    places = rng.normal(own_distance, POSTURE_METRES, posture.max(initial=0) + 1)
    places[0] = own_distance
    postures = _of_last_movement(time, movements, posture)
    # Between two postures the body goes its way during the movement itself.
    metres = _moving_average(places[postures], 3.0)
    depths = _log_uniform(rng, POSTURE_DEPTH, places.size)
    breaths.depth *= depths[_of_last_movement(breaths.start, movements, posture)]

    chest = _waveform(rng, time, breaths)
    chest += LUNG_DRIFT_MM * _wander(rng, time.size, LUNG_DRIFT_SECONDS * SAMPLE_RATE)
    chest += _movement_waveform(rng, time, movements, large)
    chest += 1000.0 * (metres - own_distance)
    chest[~occupied] = chest[occupied][0] if occupied.any() else 0.0
    chest += rng.normal(0.0, GRAIN_MM, time.size)

    respiration_rate, movement_seconds = _epoch_truth(time, moving, breaths, stages)
    return SyntheticNight(
        recording=Recording(
            source=f"synthesised, seed {seed}, {group}",
            start=start
            or FIRST_NIGHT + timedelta(days=seed, minutes=int(rng.integers(-45, 46))),
            stages=stages,
            respiration=chest.astype(np.float32),
            sample_rate=SAMPLE_RATE,
            units="mm",
            distance=np.where(occupied, metres, nan).round(2).astype(np.float32),
            motion=(moving & occupied).astype(np.float32),
        ),
        truth=Truth(
            stages=stages,
            respiration_rate=respiration_rate,
            movement_seconds=movement_seconds,
            in_bed=in_bed,
            breath_start=breaths.start,
            breath_interval=breaths.interval,
            breath_depth=breaths.depth,
            breath_stage=breaths.stage,
            movements=movements,
            movement_large=large,
        ),
    )


def hypnogram(rng: np.random.Generator, epochs: int, group: str) -> NDArray[np.int8]:
    """Draw the stages of a night in bed, from lights out to getting up."""
    with np.load(SHIPPED_WEIGHTS, allow_pickle=False) as file:
        if f"hazard_{group}" not in file:
            raise UserError(
                f"no group of sleepers is called {group!r}; take healthy or apnea"
            )
        hazard = file[f"hazard_{group}"].astype(float)
        transition = file[f"transition_{group}"].astype(float)
        edges = file["night_part_edges_hours"][1:-1].astype(float)
    leaving = np.cumsum(transition, axis=-1)
    stages = np.empty(epochs, np.int8)
    draws = rng.random((epochs, 2))
    stage, age, onset, n1 = 0, 0, epochs, 0
    for epoch in range(epochs):
        age += 1
        if stage and onset == epochs:
            onset = epoch
        n1 -= 1
        stages[epoch] = N1 if stage == 1 and n1 >= 0 else (WAKE, N2, N3, REM)[stage]
        hours = (epoch + 1 - onset) * STAGE_SECONDS / 3600
        part = int(np.searchsorted(edges, hours, side="right"))
        if draws[epoch, 0] < hazard[part, stage, min(age, hazard.shape[-1]) - 1]:
            was = stage
            stage = int(
                np.searchsorted(
                    leaving[part, stage], draws[epoch, 1] * leaving[part, stage, -1]
                )
            )
            age = 0
            if was == 0 and stage == 1 and rng.random() < N1_AFTER_WAKE:
                n1 = int(rng.geometric(1 / N1_EPOCHS_MEAN))
    awake = round(rng.uniform(*FINAL_WAKE_MINUTES) * 60 / STAGE_SECONDS)
    stages[max(epochs - awake, 0) :] = WAKE
    return stages


def _movements(
    rng: np.random.Generator, stages: NDArray[np.int8], in_bed: tuple[float, float]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Draw when the body moves and whether it is a large movement."""
    spans: list[tuple[float, float, bool]] = []
    asleep = np.flatnonzero(stages > WAKE)
    onset = asleep[0] if asleep.size else stages.size
    first = int(in_bed[0] / STAGE_SECONDS)
    for epoch in np.flatnonzero(stages >= WAKE):
        stage = int(stages[epoch])
        begin = epoch * STAGE_SECONDS
        if stage == WAKE:
            unrest = WAKE_PER_MINUTE
            if epoch < onset:
                unrest *= 1 - 2 / 3 * (epoch - first) / max(onset - first, 1)
            spans.extend(
                (
                    begin + rng.uniform(0, STAGE_SECONDS),
                    rng.lognormal(np.log(WAKE_SECONDS_MEDIAN), WAKE_SECONDS_SPREAD),
                    bool(rng.random() < 1 / 3),
                )
                for _ in range(rng.poisson(unrest * STAGE_SECONDS / 60))
            )
            woke = epoch > first and stages[epoch - 1] > WAKE
            if woke and rng.random() < WAKING_MOVEMENT:
                spans.append(
                    (begin + rng.uniform(0, 5), _large_seconds(rng, stage), True)
                )
            continue
        spans.extend(
            (
                begin + rng.uniform(0, STAGE_SECONDS),
                rng.lognormal(np.log(SMALL_SECONDS_MEDIAN), SMALL_SECONDS_SPREAD),
                False,
            )
            for _ in range(rng.poisson(SMALL_PER_HOUR[stage] * STAGE_SECONDS / 3600))
        )
        spans.extend(
            (begin + rng.uniform(0, STAGE_SECONDS), _large_seconds(rng, stage), True)
            for _ in range(rng.poisson(LARGE_PER_HOUR[stage] * STAGE_SECONDS / 3600))
        )
    arrival, leaving = rng.uniform(*ARRIVAL_SECONDS), rng.uniform(*LEAVING_SECONDS)
    spans.append((in_bed[0], arrival, True))
    spans.append((in_bed[1] - leaving, leaving, True))
    return _merged(spans, in_bed)


def _large_seconds(rng: np.random.Generator, stage: int) -> float:
    """Draw the length of a large movement."""
    mean = np.log(LARGE_SECONDS[stage]) - LARGE_SECONDS_SPREAD**2 / 2
    return float(rng.lognormal(mean, LARGE_SECONDS_SPREAD))


def _merged(
    spans: list[tuple[float, float, bool]], in_bed: tuple[float, float]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Order movements given by start and length, and join those that overlap."""
    joined: list[list[float]] = []
    for begin, length, large in sorted(spans):
        finish = min(begin + length, in_bed[1])
        if joined and begin <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], finish)
            joined[-1][2] = max(joined[-1][2], large)
        else:
            joined.append([begin, finish, large])
    table = np.array(joined).reshape(-1, 3)
    return table[:, :2], table[:, 2] > 0


@dataclass(slots=True, kw_only=True)
class _Breaths:
    start: Floats
    interval: Floats
    depth: Floats
    inhale: Floats
    """Share of the interval."""

    stage: NDArray[np.int8]


def _breaths(
    rng: np.random.Generator,
    stages: NDArray[np.int8],
    in_bed: tuple[float, float],
    group: str,
    rate: float | None,
) -> _Breaths:
    """Draw breath after breath until the night is over."""
    own_rate = rate or float(np.clip(rng.normal(RATE_MEAN, RATE_SD), *RATE_LIMITS))
    own_depth = rng.lognormal(np.log(DEPTH_MM_MEDIAN), DEPTH_MM_SPREAD)
    most = int((in_bed[1] - in_bed[0]) / INTERVAL_LIMITS[0]) + 2
    long_range = _fractional_noise(rng, most, HURST)
    white, depth_noise, depth_long = rng.normal(size=(3, most))
    depth_long = 0.5 * depth_long + sqrt(0.75) * _fractional_noise(rng, most, HURST)
    mixed = sqrt(LONG_RANGE_SHARE) * long_range + sqrt(1 - LONG_RANGE_SHARE) * white
    drift = 1 + RATE_DRIFT_CV * _wander(rng, most, RATE_DRIFT_SECONDS * own_rate / 60)
    sigh = rng.random(most)
    correlation = DEPTH_INTERVAL_CORRELATION

    # One breath decides when the next begins, and so its stage: this cannot be vectorised.
    starts, intervals, depths, of = [], [], [], []
    now, last_sigh = in_bed[0], False
    per_stage = stages.tolist()
    sources = (white.tolist(), mixed.tolist())
    depth_sources = (depth_noise.tolist(), depth_long.tolist())
    drifts, sighs = drift.tolist(), sigh.tolist()
    low, high = INTERVAL_LIMITS
    index = 0
    while now < in_bed[1]:
        stage = per_stage[int(now / STAGE_SECONDS)]
        noise = min(max(sources[LONG_RANGE[stage]][index], -2.8), 2.8)
        cv = INTERVAL_CV[stage]
        usual = 60 / (own_rate * RELATIVE_RATE[stage] * drifts[index])
        interval = usual * exp(cv * noise - cv * cv / 2)
        spread = DEPTH_CV[stage]
        own = min(max(depth_sources[LONG_RANGE[stage]][index], -2.8), 2.8)
        own = correlation * noise + sqrt(1 - correlation**2) * own
        depth = (
            own_depth * TIDAL_VOLUME[stage] * exp(spread * own - spread * spread / 2)
        )
        if last_sigh:
            interval *= AFTER_SIGH_INTERVAL
        last_sigh = sighs[index] < SIGHS_PER_HOUR[stage] * usual / 3600
        if last_sigh:
            interval *= SIGH_INTERVAL
            depth *= SIGH_DEPTH
        interval = min(max(interval, low), high)
        starts.append(now)
        intervals.append(interval)
        depths.append(depth)
        of.append(stage)
        now += interval
        index += 1
    inhale = np.clip(rng.normal(INHALE_SHARE, INHALE_SHARE_SD, len(starts)), 0.25, 0.55)
    return _Breaths(
        start=np.array(starts),
        interval=np.array(intervals),
        depth=np.array(depths),
        inhale=inhale,
        stage=np.array(of, np.int8),
    )


def _apneas(
    rng: np.random.Generator,
    breaths: _Breaths,
    movements: Floats,
    large: NDArray[np.bool_],
) -> tuple[Floats, NDArray[np.bool_]]:
    """Make obstructive events of some breaths; return the movements with theirs."""
    per_breath = np.array(APNEAS_PER_HOUR)[breaths.stage] * breaths.interval / 3600
    begins = np.flatnonzero(rng.random(breaths.start.size) < per_breath)
    spans = [
        (float(begin), float(end - begin), bool(is_large))
        for (begin, end), is_large in zip(movements, large, strict=True)
    ]
    free = 0
    for begin in begins.tolist():
        if begin < free:
            continue
        over = breaths.start[begin] + rng.uniform(*APNEA_SECONDS)
        end = int(np.searchsorted(breaths.start, over))
        free = end + RECOVERY_BREATHS
        breaths.depth[begin:end] *= APNEA_DEPTH * rng.uniform(0.5, 1.5)
        breaths.depth[end:free] *= RECOVERY_DEPTH
        if rng.random() < APNEA_MOVEMENT:
            length = rng.lognormal(np.log(SMALL_SECONDS_MEDIAN), SMALL_SECONDS_SPREAD)
            spans.append((over, length, False))
    last = float(movements[-1, 1])
    return _merged([span for span in spans if span[0] < last], (0.0, last))


def _waveform(rng: np.random.Generator, time: Floats, breaths: _Breaths) -> Floats:
    """Draw the chest's rise and fall."""
    index = np.searchsorted(breaths.start, time, side="right") - 1
    index = np.clip(index, 0, breaths.start.size - 1)
    phase = (time - breaths.start[index]) / breaths.interval[index]
    inhale = breaths.inhale[index]
    rise = np.clip(phase / inhale, 0, 1)
    fall = np.clip((phase - inhale) / ((1 - inhale) * EXHALE_END), 0, 1) ** EXHALE_POWER
    height: Floats = 0.5 * (np.cos(np.pi * fall) - np.cos(np.pi * rise))
    height[(phase < 0) | (phase > 1)] = 0.0
    return breaths.depth[index] * height


def _movement_waveform(
    rng: np.random.Generator, time: Floats, movements: Floats, large: NDArray[np.bool_]
) -> Floats:
    """Draw broad-band displacement while the body moves."""
    band = signal.butter(2, MOVEMENT_BAND_HZ, "bandpass", fs=SAMPLE_RATE, output="sos")
    noise = signal.sosfilt(band, rng.normal(size=time.size))
    noise /= noise.std()
    size = np.where(large, LARGE_MM, SMALL_MM) * rng.lognormal(0, 0.3, large.size)
    envelope = np.zeros(time.size)
    for (begin, end), millimetres in zip(movements, size, strict=True):
        span = slice(*np.searchsorted(time, (begin, end)))
        # A movement starts at once and comes to rest over half a second.
        rest = np.minimum(1.0, np.maximum(0.1, (end - time[span]) / 0.5))
        envelope[span] = millimetres * rest
    return noise * envelope


def _epoch_truth(
    time: Floats, moving: NDArray[np.bool_], breaths: _Breaths, stages: NDArray[np.int8]
) -> tuple[Floats, Floats]:
    """Count breaths over the time without movement, epoch by epoch."""
    index = np.searchsorted(breaths.start, time, side="right") - 1
    breathing = (
        (index >= 0) & ~moving & np.repeat(stages >= WAKE, time.size // stages.size)
    )
    per_sample = np.zeros(time.size)
    per_sample[breathing] = 1 / breaths.interval[index[breathing]]
    seconds = breathing.reshape(stages.size, -1).sum(1) / SAMPLE_RATE
    count = per_sample.reshape(stages.size, -1).sum(1) / SAMPLE_RATE
    rates = np.full(stages.size, nan)
    enough = seconds >= 10
    rates[enough] = 60 * count[enough] / seconds[enough]
    return rates, moving.reshape(stages.size, -1).sum(1) / SAMPLE_RATE


def _inside(time: Floats, spans: Floats) -> NDArray[np.bool_]:
    """Tell which times lie in one of the spans."""
    index = np.searchsorted(spans[:, 0], time, side="right") - 1
    inside: NDArray[np.bool_] = (index >= 0) & (time < spans[np.maximum(index, 0), 1])
    return inside


def _of_last_movement(time: Floats, movements: Floats, values: Any) -> NDArray[np.intp]:
    """Return the value that the last movement before each time has left."""
    index = np.searchsorted(movements[:, 0], time, side="right") - 1
    left: NDArray[np.intp] = np.where(index >= 0, values[np.maximum(index, 0)], 0)
    return left


def _log_uniform(
    rng: np.random.Generator, limits: tuple[float, float], size: int
) -> Floats:
    """Draw factors evenly spread in their logarithm."""
    return np.exp(rng.uniform(log(limits[0]), log(limits[1]), size))


def _moving_average(values: Floats, seconds: float) -> Floats:
    """Smooth with the past only, so that a change begins when its movement begins."""
    window = round(seconds * SAMPLE_RATE)
    padded = np.concatenate((np.full(window - 1, values[0]), values))
    smooth: Floats = signal.oaconvolve(padded, np.full(window, 1 / window), "valid")
    return smooth


def _wander(rng: np.random.Generator, size: int, samples: float) -> Floats:
    """Draw a slow process (Ornstein-Uhlenbeck) of variance 1 with this time constant."""
    keep = exp(-1 / samples)
    noise = rng.normal(size=size) * sqrt(1 - keep * keep)
    noise[0] = rng.normal()
    wander: Floats = signal.lfilter([1.0], [1.0, -keep], noise)
    return wander


def _fractional_noise(rng: np.random.Generator, size: int, hurst: float) -> Floats:
    """Draw fractional Gaussian noise of variance 1 exactly (Davies and Harte 1987)."""
    lag = np.arange(size + 1)
    covariance = 0.5 * (
        np.abs(lag + 1) ** (2 * hurst)
        - 2 * lag ** (2 * hurst)
        + np.abs(lag - 1) ** (2 * hurst)
    )
    eigenvalues = np.fft.fft(np.concatenate((covariance, covariance[-2:0:-1]))).real
    count = eigenvalues.size
    noise = rng.normal(size=count) + 1j * rng.normal(size=count)
    drawn: Floats = np.fft.fft(
        np.sqrt(np.maximum(eigenvalues, 0) / count) * noise
    ).real[:size]
    return drawn


def synthesise(
    out: Annotated[Path, typer.Argument(help="The folder to write the nights to.")],
    nights: Annotated[int, typer.Option(help="How many.", min=1)] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the first night.", min=0)] = 0,
    hours: Annotated[float, typer.Option(help="Time in bed.", min=0.1, max=24)] = 8.0,
    group: Annotated[str, typer.Option(help="healthy or apnea.")] = "healthy",
) -> None:
    """Write invented nights: NAME.npz and its truth, NAME.truth.json."""
    for number in range(seed, seed + nights):
        night = synthesise_night(number, hours=hours, group=group)
        path = out / f"synthesised_{group}_{number:04}.npz"
        save(path, night.recording)
        truth = path.with_suffix(".truth.json")
        try:
            truth.write_text(json.dumps(night.truth.as_json(night.recording)))
        except OSError as error:
            raise UserError(f"{truth}: cannot be written ({error.strerror})") from None
        typer.echo(str(path))
