"""What a Seeed MR60BHA2 on the nightstand would see of a recorded sleeper, or of nobody.

A scene turns a recording into radar frames: its chest with the heart on top of it, the
radar's noise, movements, and what the module makes of it all by itself (rates, distance,
targets, presence). A script says who is there when; without one the recording's own
distance does, and without that one sleeper lies 0.8 m away all the time.

The three empty rooms are what must not be taken for a sleeper. A fan moves in the band of
breathing but like clockwork; a curtain moves as far as a chest but neither regularly nor
without end. The module is fooled by both, now and then, as users report.

Numbers without a source are assumptions about a module that nobody here has measured.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from math import exp, log, nan

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from custom_components.halo_rise.radar.frame import RadarFrame

from .recordings import Recording, displacement_mm
from .script import Interval, Script
from .sight import (
    DOPPLER_STEP,
    SAMPLE_RATE,
    STILL_TARGET_SECONDS,
    TRACKING_RANGE,
    VITAL_RANGE,
    Floats,
    FrameArrays,
    Mask,
    band_noise,
    blocks,
    module_rate,
    moving_mean,
    once_a_second,
    seen,
    wander,
)

DEFAULT_START = datetime(2026, 3, 1, 22, 30, tzinfo=UTC).timestamp()
"""When a recording that does not say so began."""

DEFAULT_DISTANCE = 0.8
"""Metres, where neither recording nor script say."""

WRAP_MM = 2.5
"""Displacement after which the phase repeats: half the wavelength at 60 GHz."""

# A person.

PERSON_NOISE_MM = 0.006
"""Standard deviation at 0.8 m; grows with the square of the distance, as echoes weaken."""

HEARTBEAT_MM = 0.2
"""Peak to peak; the literature has 0.1 to 0.5."""

HEART_RATE = 60.0
HEART_RATE_SD, HEART_RATE_SECONDS = 2.0, 30.0
"""Beats per minute, and how they wander."""

MOVEMENT_MM, MOVEMENT_BAND_HZ = 15.0, (0.3, 3.5)
"""Standard deviation of the displacement while somebody moves in bed, and its band."""

WALKING_SPEED = 0.4
"""Metres per second, standard deviation of the radial speed of somebody up and about."""

LIMB_SPEED = 0.25
"""The same of the fastest reflection of somebody who moves in bed."""

COMING_SECONDS, GOING_SECONDS = 14.0, 9.0
"""Movement after somebody comes to a place and before they leave it."""

# Rates recorded by other modules.

QUALITY_SCALE = 10.0
"""Greatest signal quality of a module that does not rate it from 0 to 1 (Somnofy: 0 to 10)."""

# Empty rooms.

EMPTY_NOISE_MM = (0.002, 0.028)
"""Peak to peak over half a minute (measured with this module: esphome-mr60-breathing)."""

STRIKES_PER_HOUR, STRIKE_MM = 6.0, 0.01
"""Footsteps and lorries that shake the nightstand: how often, and the median strength."""

FALSE_PRESENCE_SECONDS = (2400.0, 15.0)
"""Mean time between two false alarms in an empty room, and their length."""

FAN_SWEEP_SECONDS = (6.0, 20.0)
FAN_SWEEP_CV = 0.003
"""Period of the head's turning and its variation: a gear, not a lung."""

FAN_BLADE_HZ, FAN_BLADE_CV = (3.0, 15.0), 0.003
"""Blades passing per second and how the motor's speed varies."""

FAN_MM = (0.15, 0.5)
"""Peak to peak of the turning head."""

FAN_BLADE_SHARE = (0.1, 0.5)
"""Peak to peak of the blades relative to the head's."""

FAN_DISTANCE = (0.7, 2.5)
FAN_TRACKED_SECONDS = (25.0, 90.0)
"""Mean time for which the module takes the fan for a person, and for which it does not."""

CURTAIN_BAND_HZ, CURTAIN_WANDER_SECONDS = (0.05, 0.5), 6.0
"""Where its swinging wanders, and how fast it changes."""

CURTAIN_MM = (0.2, 3.0)
"""Peak to peak in a usual gust, log-uniform over rooms."""

CURTAIN_GUST_SECONDS, CURTAIN_CALM = 60.0, 0.2
"""Time constant of the wind, and the strength (in standard deviations) below which
nothing stirs."""

CURTAIN_DISTANCE = (0.9, 3.0)
CURTAIN_TRACKED_SECONDS = (15.0, 60.0)
"""As for the fan, but only in a gust."""


# Scenes.


def frames(
    recording: Recording,
    *,
    script: Script | None = None,
    sample_rate: float = SAMPLE_RATE,
    seed: int = 0,
    start: float | None = None,
    heartbeat: float = HEARTBEAT_MM,
    wrapped: bool = False,
) -> Iterator[RadarFrame]:
    """See a recording through the radar, frame by frame; arguments of `frame_arrays`."""
    return iter(
        frame_arrays(
            recording,
            script=script,
            sample_rate=sample_rate,
            seed=seed,
            start=start,
            heartbeat=heartbeat,
            wrapped=wrapped,
        )
    )


def frame_arrays(
    recording: Recording,
    *,
    script: Script | None = None,
    sample_rate: float = SAMPLE_RATE,
    seed: int = 0,
    start: float | None = None,
    heartbeat: float = HEARTBEAT_MM,
    wrapped: bool = False,
) -> FrameArrays:
    """See a recording through the radar.

    Args:
        recording: A waveform, or rates, which become frames at their own times.
        script: Who is there when; None leaves it to the recording.
        sample_rate: Frames per second.
        seed: Of all noise.
        start: Seconds since the Unix epoch, None for when it was recorded.
        heartbeat: Millimetres peak to peak.
        wrapped: Whether the phase is left wrapped, as some modules do.

    """
    if start is None:
        start = recording.start.timestamp() if recording.start else DEFAULT_START
    zone = recording.start.tzinfo if recording.start else UTC
    placed = (
        None if script is None else script.offsets(datetime.fromtimestamp(start, zone))
    )
    if recording.is_rates:
        return _rates(recording, placed, start)

    rng = np.random.default_rng([seed, 0x5CE7E])
    count = max(int(recording.duration * sample_rate), 1)
    time = np.arange(count) / sample_rate
    chest, missing = displacement_mm(recording)
    displacement = _resampled(chest, recording.sample_rate, time, sample_rate)
    nearest = np.minimum(
        (time * recording.sample_rate + 0.5).astype(int), chest.size - 1
    )
    lost = missing[nearest]
    metres = np.full(count, DEFAULT_DISTANCE)
    if recording.distance is not None:
        metres = recording.distance[nearest].astype(float)
    limbs = np.zeros(count, bool)
    if recording.motion is not None:
        limbs = np.nan_to_num(recording.motion[nearest]) > 0
    walking = np.zeros(count, bool)
    stirring = np.zeros(count, bool)
    if placed is not None:
        metres, stirring, walking = _staged(time, placed, metres)
        limbs &= np.isfinite(metres)
    there = np.isfinite(metres)
    limbs |= stirring
    near = np.where(there, metres, 0.0)

    # The radar sees an empty room where nobody is, and more noise the farther they are.
    noise = _empty_noise(rng, count, sample_rate)
    displacement = np.where(there, displacement, 0.0)
    displacement += np.where(
        there, PERSON_NOISE_MM * (near / 0.8) ** 2 * rng.normal(size=count), noise
    )
    heart_rate = HEART_RATE + HEART_RATE_SD * wander(
        rng, count, HEART_RATE_SECONDS * sample_rate
    )
    displacement += np.where(there, _heartbeat(heart_rate, sample_rate, heartbeat), 0.0)
    displacement += (
        MOVEMENT_MM * stirring * band_noise(rng, count, MOVEMENT_BAND_HZ, sample_rate)
    )
    stride = walking * WALKING_SPEED * wander(rng, count, sample_rate)
    displacement += 1000 * np.cumsum(stride) / sample_rate
    metres = metres + 0.3 * np.tanh(moving_mean(stride, round(4 * sample_rate)))
    speed = np.where(limbs, LIMB_SPEED * rng.normal(size=count), 0.0)
    speed = np.where(walking, stride, speed)

    vital = there & (near <= VITAL_RANGE)
    rate = module_rate(displacement, vital & ~lost, sample_rate)
    pulse = np.where(vital & ~lost, once_a_second(heart_rate.round(), sample_rate), nan)
    if wrapped:
        displacement = np.mod(displacement, WRAP_MM)
    displacement[lost & there] = nan
    return seen(
        rng,
        start=start,
        time=time,
        displacement=displacement,
        metres=np.where(there & (near <= TRACKING_RANGE), metres, nan),
        speed=speed,
        listed=limbs | walking | blocks(rng, count, sample_rate, STILL_TARGET_SECONDS),
        rate=rate,
        heart_rate=pulse,
        sample_rate=sample_rate,
    )


def _rates(
    recording: Recording,
    placed: list[tuple[float, float, Interval]] | None,
    start: float,
) -> FrameArrays:
    """Make one frame of each row."""
    assert recording.time is not None
    rows = recording.time.size
    there = np.ones(rows, bool)
    if placed is not None:
        there = np.isfinite(_staged(recording.time, placed, np.full(rows, 1.0))[0])

    def column(values: NDArray[np.float32] | None, nobody: float = nan) -> Floats:
        if values is None:
            return np.full(rows, nan)
        return np.where(there, values.astype(float), nobody)

    rate = column(recording.respiration_rate)
    heart_rate = column(recording.heart_rate)
    quality = column(recording.quality)
    if np.nanmax(quality, initial=0.0) > 1:
        quality = np.minimum(quality / QUALITY_SCALE, 1.0)
    unknown = np.full(rows, nan)
    return FrameArrays(
        time=start + recording.time,
        displacement=unknown,
        distance=column(recording.distance),
        respiration_rate=np.where(rate > 0, rate, nan),
        heart_rate=np.where(heart_rate > 0, heart_rate, nan),
        motion=column(recording.motion, nobody=0.0),
        quality=quality,
        present=np.full(rows, -1, np.int8),
        x=unknown,
        y=unknown,
        speed=unknown,
    )


def _staged(
    time: Floats, placed: list[tuple[float, float, Interval]], recorded: Floats
) -> tuple[Floats, Mask, Mask]:
    """Follow a script: distance (nan is nobody), moving in bed, moving about."""
    metres = np.full(time.size, nan)
    stirring, walking = np.zeros((2, time.size), bool)
    usual = np.where(np.isfinite(recorded), recorded, DEFAULT_DISTANCE)
    people = [
        (begin, end, (each.distance, each.in_bed), each)
        for begin, end, each in placed
        if each.who == "primary"
    ]
    # Whoever stays where they are from one interval to the next does not get up for it.
    begun = {(begin, place) for begin, _, place, _ in people}
    ended = {(end, place) for _, end, place, _ in people}
    for begin, end, place, each in people:
        during = (time >= begin) & (time < end)
        metres[during] = usual[during] if each.distance is None else each.distance
        moving = stirring if each.in_bed else walking
        if begin > 0 and (begin, place) not in ended:
            moving |= during & (time < begin + COMING_SECONDS)
        if (end, place) not in begun:
            moving |= during & (time >= end - GOING_SECONDS)
        if each.moving:
            moving |= during
    return metres, stirring, walking


# Empty rooms.


def noise_room(
    hours: float = 8.0,
    seed: int = 0,
    *,
    sample_rate: float = SAMPLE_RATE,
    start: float = DEFAULT_START,
) -> FrameArrays:
    """See an empty room: the radar's own noise, a door or a lorry, and false alarms."""
    rng, time, noise = _empty_room(hours, seed, sample_rate, 0x401)
    count = time.size
    strikes = rng.random(count) < STRIKES_PER_HOUR / 3600 / sample_rate
    fade = signal.lfilter(
        [1.0],
        [1.0, -exp(-1 / sample_rate)],
        strikes * rng.lognormal(log(STRIKE_MM), 0.7, count),
    )
    displacement = noise + fade * rng.normal(size=count)
    alarms = blocks(rng, count, sample_rate, FALSE_PRESENCE_SECONDS[::-1])
    metres = np.where(alarms, rng.uniform(0.5, 4.0, count)[_starts(alarms)], nan)
    return _empty(rng, time, displacement, metres, alarms, start, sample_rate)


def fan_room(
    hours: float = 8.0,
    seed: int = 0,
    *,
    sample_rate: float = SAMPLE_RATE,
    start: float = DEFAULT_START,
    sweep_seconds: float | None = None,
    blade_hz: float | None = None,
    amplitude: float | None = None,
    distance: float | None = None,
    tracked_seconds: tuple[float, float] = FAN_TRACKED_SECONDS,
) -> FrameArrays:
    """See an empty room in which a fan turns its head; what is None is drawn.

    The head's radial movement repeats with each sweep, and in part twice with each, so that
    it lies in the band of breathing. The blades are too fast for 8 frames per second and
    fold down to any frequency, at worst that of a breath.

    Args:
        hours: Length.
        seed: Of everything drawn.
        sample_rate: Frames per second.
        start: Seconds since the Unix epoch.
        sweep_seconds: Period of the head.
        blade_hz: Blades per second.
        amplitude: Millimetres from peak to peak of the head.
        distance: Metres.
        tracked_seconds: Mean times for which the module takes it for a person, and not.

    """
    rng, time, noise = _empty_room(hours, seed, sample_rate, 0xFA4)
    drawn = {
        "sweep": rng.uniform(*FAN_SWEEP_SECONDS),
        "blade": rng.uniform(*FAN_BLADE_HZ),
        "mm": rng.uniform(*FAN_MM),
        "metres": rng.uniform(*FAN_DISTANCE),
    }
    sweep = sweep_seconds or drawn["sweep"]
    half = 0.5 * (amplitude or drawn["mm"])
    turn = _phase(rng, time, 1 / sweep, FAN_SWEEP_CV, 3 * sweep)
    shares = rng.dirichlet((2.0, 2.0, 0.7))
    offsets = rng.uniform(0, 2 * np.pi, 3)
    head = sum(
        share * np.sin((number + 1) * turn + offset)
        for number, (share, offset) in enumerate(zip(shares, offsets, strict=True))
    )
    # Seen sidelong the blades echo less than seen from the front.
    facing = 0.55 + 0.45 * np.cos(turn + rng.uniform(0, 2 * np.pi))
    blades = np.sin(_phase(rng, time, blade_hz or drawn["blade"], FAN_BLADE_CV, 20.0))
    displacement = noise + half * (
        head + rng.uniform(*FAN_BLADE_SHARE) * facing * blades
    )
    tracked = blocks(rng, time.size, sample_rate, tracked_seconds)
    metres = np.where(tracked, distance or drawn["metres"], nan)
    spin = rng.random(time.size) < 0.3
    return _empty(rng, time, displacement, metres, spin, start, sample_rate)


def curtain_room(
    hours: float = 8.0,
    seed: int = 0,
    *,
    sample_rate: float = SAMPLE_RATE,
    start: float = DEFAULT_START,
    amplitude: float | None = None,
    distance: float | None = None,
    tracked_seconds: tuple[float, float] = CURTAIN_TRACKED_SECONDS,
) -> FrameArrays:
    """See an empty room in which a draught stirs a curtain; what is None is drawn.

    Args:
        hours: Length.
        seed: Of everything drawn.
        sample_rate: Frames per second.
        start: Seconds since the Unix epoch.
        amplitude: Millimetres from peak to peak in a usual gust.
        distance: Metres.
        tracked_seconds: Mean times for which the module takes it for a person, and not.

    """
    rng, time, noise = _empty_room(hours, seed, sample_rate, 0xC027)
    count = time.size
    drawn_mm = exp(rng.uniform(log(CURTAIN_MM[0]), log(CURTAIN_MM[1])))
    drawn_metres = rng.uniform(*CURTAIN_DISTANCE)
    wind = wander(rng, count, CURTAIN_GUST_SECONDS * sample_rate)
    wind = moving_mean(np.maximum(wind - CURTAIN_CALM, 0.0), round(2 * sample_rate))
    low, high = CURTAIN_BAND_HZ
    middle, spread = log(low * high) / 2, log(high / low) / 4
    samples = CURTAIN_WANDER_SECONDS * sample_rate
    frequency = np.exp(
        np.clip(middle + spread * wander(rng, count, samples), log(low), log(high))
    )
    swing = 2 * np.pi * np.cumsum(frequency) / sample_rate
    # Two independent amplitudes make each swing differ from the last, as free cloth does.
    cloth = wander(rng, count, samples) * np.cos(swing) + wander(
        rng, count, samples
    ) * np.sin(swing)
    cloth += 0.15 * band_noise(rng, count, (0.3, 2.0), sample_rate)
    displacement = noise + 0.5 * (amplitude or drawn_mm) * wind * cloth
    tracked = blocks(rng, count, sample_rate, tracked_seconds) & (wind > 0.3)
    metres = (distance or drawn_metres) + 0.04 * wander(rng, count, 10 * sample_rate)
    metres = np.where(tracked, metres, nan)
    return _empty(
        rng, time, displacement, metres, rng.random(count) < 0.1, start, sample_rate
    )


EMPTY_ROOMS = {"noise": noise_room, "fan": fan_room, "curtain": curtain_room}
"""By name."""


def _empty_room(
    hours: float, seed: int, sample_rate: float, kind: int
) -> tuple[np.random.Generator, Floats, Floats]:
    """Begin a room: generator, time and noise."""
    rng = np.random.default_rng([seed, kind])
    time = np.arange(round(hours * 3600 * sample_rate)) / sample_rate
    return rng, time, _empty_noise(rng, time.size, sample_rate)


def _empty(
    rng: np.random.Generator,
    time: Floats,
    displacement: Floats,
    metres: Floats,
    flickers: Mask,
    start: float,
    sample_rate: float,
) -> FrameArrays:
    """Let the module say what it takes for a person, with rates and all."""
    steps = rng.integers(-3, 4, time.size) * flickers
    tracked = np.isfinite(metres)
    vital = tracked & (np.nan_to_num(metres) <= VITAL_RANGE)
    pulse = once_a_second(rng.integers(55, 90, time.size).astype(float), sample_rate)
    return seen(
        rng,
        start=start,
        time=time,
        displacement=displacement,
        metres=metres,
        speed=DOPPLER_STEP * steps.astype(np.float64),
        listed=tracked,
        rate=module_rate(displacement, vital, sample_rate),
        heart_rate=np.where(vital, pulse, nan),
        sample_rate=sample_rate,
    )


# Signals.


def _resampled(
    values: NDArray[np.float32], rate: float, time: Floats, to_rate: float
) -> Floats:
    """Read evenly sampled values at other times, without what would fold down."""
    smooth = values.astype(np.float64)
    if rate > to_rate and smooth.size > 100:
        low_pass = signal.butter(6, 0.45 * to_rate, fs=rate, output="sos")
        smooth = signal.sosfiltfilt(low_pass, smooth)
    read: Floats = ndimage.map_coordinates(
        smooth, [time * rate], order=3, mode="nearest"
    )
    return read


def _empty_noise(rng: np.random.Generator, count: int, sample_rate: float) -> Floats:
    """Draw the phase noise of an empty room, of a strength that wanders over minutes."""
    low, high = EMPTY_NOISE_MM
    # Noise and drift of this spread fill some 7 standard deviations in half a minute.
    middle, spread = log(low * high) / 2, log(high / low) / 4
    strength = np.exp(
        np.clip(
            middle + spread * wander(rng, count, 600 * sample_rate),
            log(low),
            log(high),
        )
    )
    noise = 0.9 * rng.normal(size=count) + 0.4 * wander(rng, count, 3 * sample_rate)
    return strength / 7 * np.clip(noise, -3.5, 3.5)


def _heartbeat(rate: Floats, sample_rate: float, millimetres: float) -> Floats:
    """Draw a pulse that rises faster than it falls."""
    phase = 2 * np.pi * np.cumsum(rate) / 60 / sample_rate
    # Peak to peak of the bracket is 2.2.
    return millimetres / 2.2 * (np.sin(phase) - 0.35 * np.sin(2 * phase))


def _phase(
    rng: np.random.Generator,
    time: Floats,
    hertz: float,
    variation: float,
    seconds: float,
) -> Floats:
    """Turn at a frequency that wanders by `variation` with a time constant."""
    step = time[1] - time[0] if time.size > 1 else 0.0
    slip = variation * wander(rng, time.size, seconds / step) if step else 0.0 * time
    phase: Floats = 2 * np.pi * np.cumsum(hertz * (1 + slip)) * step
    return phase


def _starts(mask: Mask) -> NDArray[np.intp]:
    """Return for each sample where its run began."""
    begins = np.concatenate(([True], mask[1:] != mask[:-1]))
    index: NDArray[np.intp] = np.maximum.accumulate(
        np.where(begins, np.arange(mask.size), 0)
    )
    return index
