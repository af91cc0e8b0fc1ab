"""What people do in a bedroom, and how their bodies move and breathe meanwhile.

A plan is a list of steps, one after the other; a body is what becomes of it, second by
second, with its chest eight times a second. Sleep follows models.synthesis: its stages,
breaths and movements and their sources. What has no source is an assumption.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from models.recordings import STAGE_SECONDS
from models.scene import HEART_RATE_SD, HEART_RATE_SECONDS
from models.sight import SAMPLE_RATE, band_noise, wander
from models.synthesis import (
    AFTER_SIGH_INTERVAL,
    DEPTH_CV,
    DEPTH_INTERVAL_CORRELATION,
    FINAL_WAKE_MINUTES,
    HURST,
    INHALE_SHARE,
    INHALE_SHARE_SD,
    INTERVAL_CV,
    LARGE_MM,
    LARGE_PER_HOUR,
    LARGE_SECONDS,
    LARGE_SECONDS_SPREAD,
    LONG_RANGE,
    LONG_RANGE_SHARE,
    LUNG_DRIFT_MM,
    LUNG_DRIFT_SECONDS,
    MOVEMENT_BAND_HZ,
    POSTURE_CHANGE,
    POSTURE_METRES,
    RATE_DRIFT_CV,
    RATE_DRIFT_SECONDS,
    RELATIVE_RATE,
    SIGH_DEPTH,
    SIGH_INTERVAL,
    SIGHS_PER_HOUR,
    SMALL_MM,
    SMALL_PER_HOUR,
    SMALL_SECONDS_MEDIAN,
    SMALL_SECONDS_SPREAD,
    TIDAL_VOLUME,
    WAKE_PER_MINUTE,
    WAKE_SECONDS_MEDIAN,
    WAKE_SECONDS_SPREAD,
    WAKING_MOVEMENT,
    _Breaths,
    _fractional_noise,
    _waveform,
    hypnogram,
)

from .household import Household, Person
from .truth import Seen

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Codes = NDArray[np.int8]
type Point = tuple[float, float, float]

RATE = round(SAMPLE_RATE)
"""Samples of the chest per second."""

EPOCH = round(STAGE_SECONDS)
"""Seconds."""

# Going to bed and getting up.

CLIMBING_SECONDS = (8.0, 25.0)
"""Large movement into bed or out of it. Assumption."""

SETTLING_SECONDS = (4.0, 10.0)
"""From sitting to lying, or to turn over and put the book away. Assumption."""

WALKING_SPEED = (0.5, 1.0)
"""Metres per second in a dark bedroom. Assumption."""

STANDING_SECONDS = (10, 60)
"""Beside the bed before getting in: undressing, an alarm clock. Assumption."""

STANDING_CHEST, EDGE_CHEST = 0.75, 0.4
"""Metres of the chest above the mattress, standing and sitting on the edge. Assumption."""

STRIP_ALONG = (0.2, 0.9)
"""Metres towards the feet where people stand beside the bed. Assumption."""

# Falling asleep.

LATENCY_MEDIAN, LATENCY_SPREAD, LATENCY_LIMITS = 12.0, 0.65, (3.0, 45.0)
"""Minutes from lights-out; log-normal (DOD-H: mean 19.6, standard deviation 19.3)."""

AGAIN_MEDIAN, AGAIN_SPREAD, AGAIN_LIMITS = 6.0, 0.6, (2.0, 25.0)
"""Minutes until asleep again after a trip. Assumption."""

UNREST_LEFT = 1 / 3
"""Share of the unrest that is left when sleep comes. Assumption, as in models.synthesis."""

# Sitting in bed.

SITTING_RISE, SITTING_SHIFT = 0.22, (0.02, 0.15)
"""Metres by which the chest is higher than lying, and by which it is nearer to the sensor or
farther from it. Assumption."""

PAGE_SECONDS = (40.0, 120.0)
PAGE_MM, PAGE_LENGTH = 1.5, (0.8, 2.0)
"""A page takes so long; turning it moves the chest so much, for so many seconds. Assumption:
200 to 300 words a minute, a hand and not the trunk."""

READING_SHIFTS_PER_HOUR, READING_FIDGETS_PER_HOUR = 14.0, 12.0
"""Posture shifts every few minutes, small movements besides pages. Assumption."""

TELEVISION_FIDGETS_PER_HOUR, TELEVISION_SHIFTS_PER_HOUR = 17.0, 4.0
"""A movement every two to five minutes. Assumption."""

SHIFT_SECONDS = 5.0
"""Median length of a posture shift, sitting. Assumption."""

# Out of bed.

EDGE_SMALL_PER_HOUR, EDGE_LARGE_PER_HOUR = 150.0, 50.0
STANDING_SMALL_PER_HOUR, STANDING_LARGE_PER_HOUR = 500.0, 500.0
"""Who dresses or reads a phone moves often; who works at the bed hardly ever stands still.
Assumption."""

UPRIGHT_RATE = 1.12
"""Rate of breathing out of bed relative to lying awake. Assumption."""

WALKING_MM = 40.0
"""Standard deviation of the displacement by limbs while walking. Assumption."""

SHALLOWEST, LONGEST_BREATH = 1.4, 2.2
"""Seconds of the shortest breath; the longest as a multiple of the usual. Assumption."""


class Activity(IntEnum):
    """What a person is doing."""

    AWAY = 0
    WALKING = 1
    STANDING = 2
    """Beside the bed, at work there."""

    EDGE = 3
    """Sitting on the edge of the bed with the feet down."""

    CLIMBING = 4
    """Into bed, out of it, or from one place in it to another."""

    READING = 5
    TELEVISION = 6
    LYING = 7


LEAST_IN_BED = Activity.CLIMBING
"""This activity and all after it are in bed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """Something that a person does for a while."""

    activity: Activity
    seconds: int
    path: tuple[Point, ...] = ()
    """Places, gone through evenly."""

    stages: Codes
    """For each second; -1 out of bed."""

    trying: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Plan:
    """What one person does, in the order of time."""

    rng: np.random.Generator
    home: Household
    person: Person
    who: Seen
    place: Point
    """Where this person lies."""

    steps: list[Step] = field(default_factory=list)
    now: int = 0
    """Seconds since the scene began."""

    trying: bool = False
    """Whether the person means to sleep; it holds through a trip out of bed."""

    def _add(
        self,
        activity: Activity,
        seconds: float,
        *path: Point,
        stages: Codes | None = None,
    ) -> None:
        length = max(round(seconds), 0) if stages is None else stages.size
        if not length:
            return
        if stages is None:
            stage = 0 if activity >= LEAST_IN_BED else -1
            stages = np.full(length, stage, np.int8)
        self.now += length
        self.steps.append(
            Step(
                activity=activity,
                seconds=length,
                path=path,
                stages=stages,
                trying=self.trying,
            )
        )

    # Out of bed.

    @property
    def strip(self) -> Point:
        """Draw a place beside the bed where one can stand."""
        x = self.home.side * float(self.rng.uniform(*STRIP_ALONG))
        y = float(self.rng.uniform(0.12, self.home.edge))
        return (x, y, STANDING_CHEST - self.home.height)

    @property
    def edge(self) -> Point:
        """Draw a place where one can sit on the edge."""
        x = self.home.side * float(self.rng.uniform(0.1, 0.7))
        y = self.home.edge + float(self.rng.uniform(0.0, 0.12))
        return (x, y, EDGE_CHEST - self.home.height)

    def away(self, seconds: float) -> None:
        """Be out of sight."""
        self._add(Activity.AWAY, seconds)

    def away_until(self, second: float) -> None:
        """Be out of sight until a second of the scene."""
        self.away(second - self.now)

    def walk(self, *path: Point) -> None:
        """Go through places."""
        points = np.array(path)
        metres = np.linalg.norm(np.diff(points, axis=0), axis=1).sum()
        seconds = metres / self.rng.uniform(*WALKING_SPEED)
        self._add(Activity.WALKING, max(seconds, 2.0), *path)

    def stand(self, seconds: float, *path: Point) -> None:
        """Stand or work beside the bed."""
        self._add(Activity.STANDING, seconds, *(path or (self.strip,)))

    def sit_on_edge(self, seconds: float, at: Point) -> None:
        """Sit on the edge of the bed."""
        self._add(Activity.EDGE, seconds, at)

    def come(self, *, at: Point | None = None) -> None:
        """Come in, linger beside the bed and get in."""
        strip = self.strip
        self.walk(self.home.door, strip)
        self.stand(self.rng.uniform(*STANDING_SECONDS), strip)
        self._add(
            Activity.CLIMBING,
            self.rng.uniform(*CLIMBING_SECONDS),
            strip,
            self.edge,
            at or self.place,
        )

    def go(self, *, at: Point | None = None) -> None:
        """Get out of bed and leave."""
        strip = self.strip
        self._add(
            Activity.CLIMBING,
            self.rng.uniform(*CLIMBING_SECONDS),
            at or self.place,
            self.edge,
            strip,
        )
        self.walk(strip, self.home.door)

    def trip(self, minutes: float) -> None:
        """Leave the bed and come back; the minutes are those out of bed."""
        strip = self.strip
        self._add(
            Activity.CLIMBING,
            self.rng.uniform(*CLIMBING_SECONDS),
            self.place,
            self.edge,
            strip,
        )
        begin = self.now
        self.walk(strip, self.home.door)
        out = self.now - begin
        self.away(max(60 * minutes - 2 * out, 10))
        strip = self.strip
        self.walk(self.home.door, strip)
        self._add(
            Activity.CLIMBING,
            self.rng.uniform(*CLIMBING_SECONDS),
            strip,
            self.edge,
            self.place,
        )

    # In bed.

    def sitting(self) -> Point:
        """Draw where the chest is when this person sits in bed."""
        shift = self.rng.uniform(*SITTING_SHIFT) * self.rng.choice((-1, 1))
        x, y, z = self.place
        return (x - self.home.side * 0.05, y + float(shift), z + SITTING_RISE)

    def read(self, minutes: float, at: Point, stages: Codes | None = None) -> None:
        """Read, sitting; asleep over the book where the stages say so."""
        self._add(Activity.READING, 60 * minutes, at, stages=stages)

    def watch(self, minutes: float, at: Point) -> None:
        """Watch television, sitting."""
        self._add(Activity.TELEVISION, 60 * minutes, at)

    def settle(self, begin: Point, end: Point | None = None) -> None:
        """Move from one place in bed to another, or lie down and turn off the light."""
        self._add(
            Activity.CLIMBING,
            self.rng.uniform(*SETTLING_SECONDS),
            begin,
            end or self.place,
        )

    def lie(self, stages: Codes, at: Point | None = None) -> None:
        """Lie in bed with these stages, one for each epoch of 30 s."""
        self._add(Activity.LYING, 0, at or self.place, stages=np.repeat(stages, EPOCH))

    def awake(self, minutes: float, at: Point | None = None) -> None:
        """Lie awake."""
        self.lie(np.zeros(max(round(60 * minutes / EPOCH), 1), np.int8), at)


def sleep(
    rng: np.random.Generator, hours: float, latency: float | None = None
) -> Codes:
    """Draw stages from lights-out to getting up, with a latency of so many minutes."""
    if latency is None:
        drawn = rng.lognormal(np.log(LATENCY_MEDIAN), LATENCY_SPREAD)
        latency = float(np.clip(drawn, *LATENCY_LIMITS))
    awake = round(60 * latency / EPOCH)
    epochs = max(round(hours * 3600 / EPOCH), awake + 20)
    # The chain's own latency is left out; it has fallen asleep after this much more.
    stages = hypnogram(rng, epochs + 240, "healthy")
    onset = int((stages > 0).argmax())
    taken = stages[onset : onset + epochs - awake]
    taken[-round(60 * rng.uniform(*FINAL_WAKE_MINUTES) / EPOCH) :] = 0
    return np.concatenate((np.zeros(awake, np.int8), taken))


def again(rng: np.random.Generator) -> Codes:
    """Draw the time awake until sleep comes again."""
    drawn = rng.lognormal(np.log(AGAIN_MEDIAN), AGAIN_SPREAD)
    return np.zeros(round(60 * float(np.clip(drawn, *AGAIN_LIMITS)) / EPOCH), np.int8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Body:
    """A person or an animal; arrays of shape ``[seconds]`` unless they say otherwise."""

    who: Seen
    position: Floats
    """Of the chest, ``[seconds, 3]``, metres in the room; nan where it is away."""

    activity: Codes
    stages: Codes
    trying: Mask
    moving: Floats
    """Share of the second in which it moves."""

    large: Mask
    """Whether it moves much in this second."""

    echo: Mask
    """Whether its echo is strong enough to be noticed when it holds still."""

    breaths: _Breaths
    movements: Floats
    """Start, end and millimetres of each movement, ``[movements, 3]``."""

    heartbeat: float
    heart_rate: float
    seed: int
    """Of the noise in its chest."""

    @property
    def here(self) -> Mask:
        """Return where the body is in the room."""
        return np.isfinite(self.position[:, 0])

    @property
    def in_bed(self) -> Mask:
        """Return where the body is in bed."""
        return self.activity >= LEAST_IN_BED

    def breath_count(self) -> Floats:
        """Return how many breaths were drawn before each second."""
        second = np.arange(self.activity.size, dtype=np.float64)
        if not self.breaths.start.size:
            return np.zeros(second.size)
        count = np.arange(self.breaths.start.size, dtype=np.float64)
        counted: Floats = np.interp(second, self.breaths.start, count)
        return counted

    def rate(self, before: int, after: int) -> Floats:
        """Return breaths per minute over a window around each second."""
        count = self.breath_count()
        last = count.size - 1
        second = np.arange(count.size)
        begin = np.maximum(second - before, 0)
        end = np.minimum(second + after, last)
        drawn: Floats = 60 * (count[end] - count[begin]) / np.maximum(end - begin, 1)
        return drawn

    def chest(self) -> tuple[Floats, Floats]:
        """Return displacement in millimetres and beats per minute, ``[8 x seconds]``."""
        rng = np.random.default_rng([self.seed, 0xC4E57])
        time = np.arange(RATE * self.activity.size) / RATE
        chest = np.zeros(time.size)
        if self.breaths.start.size:
            chest += _waveform(rng, time, self.breaths)
        if self.heartbeat:
            chest += LUNG_DRIFT_MM * wander(rng, time.size, LUNG_DRIFT_SECONDS * RATE)
        beats = self.heart_rate + HEART_RATE_SD * wander(
            rng, time.size, HEART_RATE_SECONDS * RATE
        )
        # A pulse rises faster than it falls; peak to peak of the bracket is 2.2.
        pulse = 2 * np.pi * np.cumsum(beats) / 60 / RATE
        chest += self.heartbeat / 2.2 * (np.sin(pulse) - 0.35 * np.sin(2 * pulse))
        envelope = np.zeros(time.size)
        for begin, end, millimetres in self.movements.tolist():
            first, last = round(begin * RATE), round(end * RATE)
            # A movement starts at once and comes to rest over half a second.
            rest = np.arange(last - first, 0, -1) / (0.5 * RATE)
            span = envelope[first:last]
            span[:] = millimetres * np.minimum(rest, 1.0)[: span.size]
        chest += envelope * band_noise(rng, time.size, MOVEMENT_BAND_HZ, SAMPLE_RATE)
        return chest, beats


def embody(plan: Plan, total: int) -> Body:
    """Let a person do what is planned."""
    rng, person = plan.rng, plan.person
    activity = np.zeros(total, np.int8)
    stages = np.full(total, -1, np.int8)
    trying = np.zeros(total, bool)
    position = np.full((total, 3), np.nan)
    unrest = np.ones(total)
    now = 0
    for step in plan.steps:
        part = slice(now, min(now + step.seconds, total))
        size = max(part.stop - now, 0)
        now += step.seconds
        if not size:
            continue
        activity[part] = step.activity
        stages[part] = step.stages[:size]
        trying[part] = step.trying
        if step.path:
            position[part] = _along(step.path, step.seconds)[:size]
        if step.activity == Activity.LYING:
            asleep = np.flatnonzero(step.stages > 0)
            onset = int(asleep[0]) if asleep.size else step.seconds
            fading = np.linspace(1.0, UNREST_LEFT, onset)[:size]
            unrest[part][: fading.size] = fading
    movements, postural = _movements(rng, person, activity, stages, unrest)

    # Each change of posture moves the chest and alters how deep it is seen to breathe.
    offsets = rng.normal(0.0, 1.0, (len(postural) + 1, 3)) * POSTURE_METRES
    offsets[:, 2] *= 0.3
    offsets[0] = 0.0
    low, high = np.log(person.posture_depth)
    depths = np.exp(rng.uniform(low, high, len(postural) + 1))
    begins = np.array(postural)
    second = np.arange(total)
    posture = np.searchsorted(begins, second, side="right")
    settled = np.isin(activity, (Activity.LYING, Activity.READING, Activity.TELEVISION))
    amount = settled * np.where(activity == Activity.LYING, 1.0, 0.4)
    moved = offsets[posture] * amount[:, None]
    # Between two places the body goes its way in some seconds.
    kernel = np.full(3, 1 / 3)
    for axis in range(3):
        position[:, axis] += np.convolve(moved[:, axis], kernel, "same")

    breaths = _breaths(rng, person, activity, stages)
    breaths.depth *= depths[np.searchsorted(begins, breaths.start, side="right")]
    moving, large = _per_second(movements, total)
    return Body(
        who=plan.who,
        position=position,
        activity=activity,
        stages=stages,
        trying=trying,
        moving=moving,
        large=large | (activity == Activity.WALKING),
        echo=np.ones(total, bool),
        breaths=breaths,
        movements=movements,
        heartbeat=person.heartbeat,
        heart_rate=person.heart_rate,
        seed=int(rng.integers(2**31)),
    )


def _along(path: tuple[Point, ...], seconds: int) -> Floats:
    """Go through places evenly."""
    points = np.array(path)
    if len(path) == 1:
        return np.repeat(points, seconds, axis=0)
    legs = np.linalg.norm(np.diff(points, axis=0), axis=1)
    reached = np.concatenate(([0.0], np.cumsum(legs)))
    way = np.linspace(0.0, reached[-1], seconds)
    return np.stack(
        [np.interp(way, reached, points[:, axis]) for axis in range(3)], axis=1
    )


def _per_second(movements: Floats, total: int) -> tuple[Floats, Mask]:
    """Return the share of each second that is movement, and where it is large."""
    moving = np.zeros(total)
    large = np.zeros(total, bool)
    for begin, end, millimetres in movements.tolist():
        first, last = int(begin), min(int(end), total - 1)
        for second in range(first, last + 1):
            moving[second] += max(min(end, second + 1) - max(begin, second), 0.0)
        if millimetres > 2 * SMALL_MM:
            large[first : last + 1] = True
    return np.minimum(moving, 1.0), large


def _movements(
    rng: np.random.Generator,
    person: Person,
    activity: Codes,
    stages: Codes,
    unrest: Floats,
) -> tuple[Floats, list[float]]:
    """Draw movements, start, end and millimetres, and when the posture changes."""
    total = activity.size
    small = np.zeros(total)
    large = np.zeros(total)
    lying = activity == Activity.LYING
    asleep = (stages > 0) & (activity >= LEAST_IN_BED)
    awake = lying & ~asleep
    own = person.restlessness
    small[asleep] = own * np.array(SMALL_PER_HOUR)[stages[asleep]]
    large[asleep] = own * np.array(LARGE_PER_HOUR)[stages[asleep]]
    small[awake] = own * 40 * WAKE_PER_MINUTE * unrest[awake]
    large[awake] = own * 20 * WAKE_PER_MINUTE * unrest[awake]
    for kind, fidgets, shifts in (
        (Activity.READING, READING_FIDGETS_PER_HOUR, READING_SHIFTS_PER_HOUR),
        (
            Activity.TELEVISION,
            TELEVISION_FIDGETS_PER_HOUR,
            TELEVISION_SHIFTS_PER_HOUR,
        ),
        (Activity.EDGE, EDGE_SMALL_PER_HOUR, EDGE_LARGE_PER_HOUR),
        (Activity.STANDING, STANDING_SMALL_PER_HOUR, STANDING_LARGE_PER_HOUR),
    ):
        here = (activity == kind) & ~asleep
        small[here], large[here] = fidgets, shifts

    spans: list[tuple[float, float, float]] = []
    postural: list[float] = []
    for begin in np.flatnonzero(rng.random(total) < small / 3600).tolist():
        median, spread = SMALL_SECONDS_MEDIAN, SMALL_SECONDS_SPREAD
        if not asleep[begin]:
            median, spread = WAKE_SECONDS_MEDIAN, WAKE_SECONDS_SPREAD
        length = rng.lognormal(np.log(median), spread)
        spans.append((begin + rng.random(), length, SMALL_MM * rng.lognormal(0, 0.3)))
    woke = np.flatnonzero((stages[1:] == 0) & (stages[:-1] > 0)) + 1
    stirring = rng.random(woke.size) < WAKING_MOVEMENT * min(own, 1.0)
    often = rng.random(total) < large / 3600
    often[woke[stirring]] = True
    for begin in np.flatnonzero(often).tolist():
        if asleep[begin] or lying[begin]:
            mean = np.log(LARGE_SECONDS[int(stages[begin])])
            length = rng.lognormal(
                mean - LARGE_SECONDS_SPREAD**2 / 2, LARGE_SECONDS_SPREAD
            )
        else:
            length = rng.lognormal(np.log(SHIFT_SECONDS), LARGE_SECONDS_SPREAD)
        spans.append((begin + rng.random(), length, LARGE_MM * rng.lognormal(0, 0.3)))
        if not lying[begin] or rng.random() < POSTURE_CHANGE:
            postural.append(float(begin))
    for begin, end in runs((activity == Activity.READING) & ~asleep):
        page = begin + rng.uniform(*PAGE_SECONDS)
        while page < end:
            spans.append((page, rng.uniform(*PAGE_LENGTH), PAGE_MM))
            page += rng.uniform(*PAGE_SECONDS)
    for kind, millimetres in (
        (Activity.CLIMBING, 1.5 * LARGE_MM),
        (Activity.WALKING, WALKING_MM),
    ):
        for begin, end in runs(activity == kind):
            spans.append((begin, end - begin, millimetres))
            postural.append(float(begin))
    return _merged(spans, activity), sorted(postural)


def _merged(spans: list[tuple[float, float, float]], activity: Codes) -> Floats:
    """Order movements given by start, length and size, and join those that overlap."""
    here = [0.0, *(float(end) for _, end in runs(activity != Activity.AWAY))]
    last = max(here)
    joined: list[list[float]] = []
    for begin, length, millimetres in sorted(spans):
        end = min(begin + length, last)
        if joined and begin <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
            joined[-1][2] = max(joined[-1][2], millimetres)
        elif begin < end:
            joined.append([begin, end, millimetres])
    return np.array(joined).reshape(-1, 3)


def runs(mask: Mask) -> Iterable[tuple[int, int]]:
    """Return begin and end of each stretch where the mask holds."""
    edges = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    begins, ends = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    return list(zip(begins.tolist(), ends.tolist(), strict=True))


def _breaths(
    rng: np.random.Generator, person: Person, activity: Codes, stages: Codes
) -> _Breaths:
    """Draw breath after breath wherever the person is in the room.

    As models.synthesis does, but with limits that follow the person's own rate, because one
    of six breaths a minute takes longer over each than any average sleeper.
    """
    present = list(runs(activity != Activity.AWAY))
    seconds = sum(end - begin for begin, end in present)
    most = int(seconds * person.rate / 60 * 1.6) + int(seconds / 60) + 50
    most = min(most, int(seconds / SHALLOWEST) + 50)
    long_range = _fractional_noise(rng, most, HURST)
    white, depth_white, depth_long = rng.normal(size=(3, most))
    depth_long = 0.5 * depth_long + sqrt(0.75) * _fractional_noise(rng, most, HURST)
    mixed = sqrt(LONG_RANGE_SHARE) * long_range + sqrt(1 - LONG_RANGE_SHARE) * white
    drift = 1 + RATE_DRIFT_CV * wander(rng, most, RATE_DRIFT_SECONDS * person.rate / 60)
    noises = (white.tolist(), mixed.tolist())
    depth_noises = (depth_white.tolist(), depth_long.tolist())
    drifts, sighs = drift.tolist(), rng.random(most).tolist()
    kinds, per_stage = activity.tolist(), stages.tolist()
    starts, intervals, depths, of = [], [], [], []
    correlation, index = DEPTH_INTERVAL_CORRELATION, 0
    for begin, end in present:
        now, sighed = float(begin), False
        while now < end:
            second = int(now)
            stage = max(per_stage[second], 0)
            noise = min(max(noises[LONG_RANGE[stage]][index], -2.8), 2.8)
            cv = INTERVAL_CV[stage] * person.irregularity
            usual = 60 / (person.rate * RELATIVE_RATE[stage] * drifts[index])
            if kinds[second] < LEAST_IN_BED:
                usual /= UPRIGHT_RATE
            interval = usual * exp(cv * noise - cv * cv / 2)
            spread = DEPTH_CV[stage] * person.irregularity
            own = min(max(depth_noises[LONG_RANGE[stage]][index], -2.8), 2.8)
            own = correlation * noise + sqrt(1 - correlation**2) * own
            depth = person.depth * TIDAL_VOLUME[stage]
            depth *= exp(spread * own - spread * spread / 2)
            if sighed:
                interval *= AFTER_SIGH_INTERVAL
            sighed = sighs[index] < SIGHS_PER_HOUR[stage] * usual / 3600
            if sighed:
                interval *= SIGH_INTERVAL
                depth *= SIGH_DEPTH
            interval = min(max(interval, SHALLOWEST), LONGEST_BREATH * usual)
            starts.append(now)
            intervals.append(interval)
            depths.append(depth)
            of.append(stage)
            now += interval
            index = min(index + 1, most - 1)
    return _Breaths(
        start=np.array(starts),
        interval=np.array(intervals),
        depth=np.array(depths),
        inhale=np.clip(
            rng.normal(INHALE_SHARE, INHALE_SHARE_SD, len(starts)), 0.25, 0.55
        ),
        stage=np.array(of, np.int8),
    )
