"""What each kind of module makes of a scene.

Three kinds: the Seeed MR60BHA2 as in models.sight, a module that tracks targets in space
and knows nothing else, and a module that gives rates every three seconds and nothing of
what they come from. Numbers without a source are assumptions about modules that nobody
here has measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
import gc
from math import nan

import numpy as np
from numpy.typing import NDArray

from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.radar.frame import Capabilities, RadarFrame, Target
from models.scene import FALSE_PRESENCE_SECONDS, PERSON_NOISE_MM, WRAP_MM, noise_room
from models.sight import (
    DISTANCE_NOISE,
    DISTANCE_NOISE_SECONDS,
    DOPPLER_STEP,
    PHASE_STEP_MM,
    PRESENCE_HOLD,
    STILL_TARGET_SECONDS,
    TRACKING_RANGE,
    VITAL_RANGE,
    blocks,
    module_rate,
    once_a_second,
    wander,
)

from .families import Scene
from .people import RATE, Activity
from .things import BURST_EVERY, BURST_SECONDS, interference
from .truth import Seen

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Codes = NDArray[np.int8]

FIELD = np.radians(70.0)
"""Bearing beyond which the antenna sees nothing. Assumption: its lobe is some 120° wide,
and near bodies are seen beside it."""

NEIGHBOUR_METRES, NEIGHBOUR_SHARE = 0.08, 0.85
"""Bodies within so many metres of the measured one leak into its phase, the more the nearer
they are in range: a range bin is 5.7 cm. Assumption."""

LIMB_SPEED = 0.25
"""Metres per second, standard deviation of the fastest reflection of who moves in bed.
Assumption, as in models.scene."""

STILL_SPATIAL_SECONDS = (120.0, 6.0)
"""Mean time for which the second kind lists a motionless target, and not. Assumption."""

SPATIAL_NOISE, SPATIAL_NOISE_SECONDS = 0.03, 2.0
"""Metres. Assumption."""

MOST_TARGETS = 3
"""The module's limit; the second kind's is an assumption."""

PIECE = 20
"""Seconds after which a module may list its targets in another order. Assumption."""

RATES_EVERY = 3
"""Seconds between the frames of the third kind (R60ABD1: breathing rate every 3 s)."""

RATES_WINDOW = 20
"""Seconds over which the third kind averages, and so is late. Assumption, as for the first
kind in models.sight."""

RATES_LOST = 0.35
"""Share of movement in the last ten seconds above which it has no rate. Assumption."""

RATES_WRONG_SECONDS = (25.0, 900.0)
"""Mean time for which it counts half or double, and for which it does not. Assumption."""

MOTION_WALKING, MOTION_LARGE = (60.0, 100.0), (30.0, 75.0)
MOTION_SMALL, MOTION_STILL = (5.0, 30.0), 2.0
"""Motion from 0 to 100 by what moves. Assumption after the R60ABD1's manual: body movement
is 1 when still, 2 to 30 with small movements, 31 to 60 with large ones, more when walking."""

WALKER_LIMBS = 0.12
"""Metres per second, standard deviation of a walker's speed besides the way. Assumption."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """A scene from where the sensor stands, second by second."""

    scene: Scene
    places: Floats
    """In the sensor's coordinates, ``[bodies, seconds, 3]``, nan where unseen."""

    ranges: Floats
    """Metres, ``[bodies, seconds]``."""

    nearest: NDArray[np.intp]
    """Which body the vital signs are of, -1 for none, ``[seconds]``."""

    thing: NDArray[np.intp]
    """Which thing is taken for a body where there is none, -1 for none."""

    seen: Codes
    """Codes of Seen."""

    phantom: Floats
    """Where the module takes noise for a target, ``[seconds, 3]``, nan for nowhere; it is
    nobody."""


def view(scene: Scene) -> View:
    """Look at a scene."""
    places = scene.home.pose.sees(np.stack([body.position for body in scene.bodies]))
    with np.errstate(invalid="ignore"):
        hidden = (places[..., 1] <= 0) | (
            np.abs(np.arctan2(places[..., 0], places[..., 1])) > FIELD
        )
    places[hidden] = nan
    ranges = np.linalg.norm(places, axis=-1)
    near = np.where(np.isfinite(ranges) & (ranges <= VITAL_RANGE), ranges, np.inf)
    near[~np.stack([body.echo for body in scene.bodies])] = np.inf
    nearest = np.where(np.isfinite(near.min(0)), near.argmin(0), -1)
    thing = np.full(scene.seconds, -1)
    for index, each in enumerate(scene.things):
        if each.metres <= VITAL_RANGE:
            thing[each.tracked & (nearest < 0) & (thing < 0)] = index
    who = np.array([*(body.who for body in scene.bodies), Seen.NOBODY], np.int8)
    seen = who[nearest]
    seen[thing >= 0] = Seen.THING
    return View(
        scene=scene,
        places=places,
        ranges=ranges,
        nearest=nearest,
        thing=thing,
        seen=seen,
        phantom=_phantom(scene),
    )


def _phantom(scene: Scene) -> Floats:
    """Draw false alarms: rare ones, and many while a second radar disturbs."""
    rng = np.random.default_rng([scene.seed, 0xFA15E])
    on, off = FALSE_PRESENCE_SECONDS[::-1]
    alarm = blocks(rng, scene.seconds, 1.0, (on, off))
    if scene.disturbed:
        alarm |= blocks(rng, scene.seconds, 1.0, (BURST_SECONDS, BURST_EVERY))
    number = np.cumsum(np.diff(alarm.astype(np.int8), prepend=0) > 0)
    # As far as models.scene has them: half a metre to four.
    metres = rng.uniform(0.5, 4.0, int(number[-1]) + 1)[number]
    bearing = rng.uniform(-FIELD, FIELD, int(number[-1]) + 1)[number]
    place = np.stack(
        (metres * np.sin(bearing), metres * np.cos(bearing), 0 * metres), axis=1
    )
    place[~alarm] = nan
    return place


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of module."""

    capabilities: Capabilities
    frames: Callable[[View], list[RadarFrame]]


def _fine(values: Floats, rate: int) -> Floats:
    """Read values of each second several times a second, along the last axis."""
    # A straight line between two seconds; nothing where either is unknown.
    follow = np.concatenate((values[..., 1:], values[..., -1:]), axis=-1)
    steps = np.arange(rate) / rate
    fine = values[..., None] + (follow - values)[..., None] * steps
    fine = np.where(np.isnan(fine), values[..., None], fine)
    return fine.reshape(*values.shape[:-1], -1)


def _covered(scene: Scene, rate: int) -> Mask:
    covered = np.ones(scene.seconds * rate, bool)
    for begin, end in scene.gaps:
        covered[begin * rate : end * rate] = False
    return covered


# Targets.


def _targets(
    rng: np.random.Generator,
    sight: View,
    rate: int,
    still: tuple[float, float],
    noise: tuple[float, float],
) -> tuple[Floats, Floats, Mask]:
    """Return x, y, z and radial speed of up to three targets, [count, 3, 4], and which."""
    scene = sight.scene
    count = scene.seconds * rate
    places, listed, priority = [], [], []
    for body, place, metres in zip(
        scene.bodies, sight.places, sight.ranges, strict=True
    ):
        if np.isnan(metres).all():
            continue
        moving = np.repeat(body.moving > 0.2, rate)
        within = np.repeat(metres <= TRACKING_RANGE, rate)
        echo = np.repeat(body.echo, rate)
        at = _fine(place.T, rate)
        spread = np.where(moving, LIMB_SPEED, 0.0) + WALKER_LIMBS * np.repeat(
            body.activity == Activity.WALKING, rate
        )
        speed = spread * rng.normal(size=count)
        drift = np.gradient(np.nan_to_num(metres))
        drift[np.abs(drift) > 2] = 0.0
        speed += np.repeat(np.where(body.moving > 0.2, drift, 0.0), rate)
        places.append(np.concatenate((at, speed[None])))
        listed.append(
            within & (moving | (echo & blocks(rng, count, float(rate), still)))
        )
        priority.append(moving)
    for each in scene.things:
        at = np.repeat(
            scene.home.pose.sees(np.array(each.position))[:, None], count, axis=1
        )
        spin = DOPPLER_STEP * rng.integers(-2, 3, count) * (rng.random(count) < 0.3)
        places.append(np.concatenate((at, spin[None])))
        listed.append(np.repeat(each.tracked, rate))
        priority.append(np.zeros(count, bool))
    if np.isfinite(sight.phantom).any():
        at = np.repeat(sight.phantom.T, rate, axis=1)
        spin = DOPPLER_STEP * rng.integers(-3, 4, count)
        places.append(np.concatenate((at, spin[None])))
        listed.append(np.isfinite(at[0]))
        priority.append(np.zeros(count, bool))
    if not places:
        empty = np.zeros((count, MOST_TARGETS, 4))
        return empty[..., :3], empty[..., 3], np.zeros((count, MOST_TARGETS), bool)
    table = np.stack(places)
    for axis in range(3):
        for row in table[:, axis]:
            row += noise[0] * wander(rng, count, noise[1] * rate)
    on = np.stack(listed)
    # Whatever moves comes before what is still; beyond that the order means nothing.
    pieces = -(-scene.seconds // PIECE)
    chance = np.repeat(rng.random((on.shape[0], pieces)), PIECE * rate, axis=1)
    chance = chance[:, :count]
    rank = np.where(on, chance - np.stack(priority), np.inf)
    order = np.argsort(rank, axis=0)[:MOST_TARGETS]
    # Among those listed a moving one is not first for being important.
    ahead = np.take_along_axis(np.where(on, chance, np.inf), order, axis=0)
    order = np.take_along_axis(order, np.argsort(ahead, axis=0), axis=0)
    which = np.take_along_axis(on, order, axis=0).T
    picked = np.take_along_axis(table, order[:, None, :], axis=0)
    xyz = np.moveaxis(picked[:, :3], 2, 0)
    return xyz, picked[:, 3].T, which


def _lists(
    xyz: Floats, speed: Floats, which: Mask, *, height: bool
) -> list[tuple[Target, ...]]:
    """Make the targets of each frame."""
    xyz = xyz.round(3)
    xyz[..., 1] = np.maximum(xyz[..., 1], 0.01)
    columns = [
        [axis.tolist() for axis in (x, y, z, v, on)]
        for x, y, z, v, on in zip(
            xyz[..., 0].T, xyz[..., 1].T, xyz[..., 2].T, speed.T, which.T, strict=True
        )
    ]
    made: list[tuple[Target, ...]] = [()] * len(speed)
    for slot in columns:
        for index, (x, y, z, v, on) in enumerate(zip(*slot, strict=True)):
            if on:
                made[index] += (
                    Target(x=x, y=y, z=z if height else nan, radial_speed=v),
                )
    return made


# The MR60BHA2.


def _mr60bha2(sight: View) -> list[RadarFrame]:
    scene = sight.scene
    rng = np.random.default_rng([scene.seed, 0x60])
    count = scene.seconds * RATE
    room = noise_room(scene.seconds / 3600, int(rng.integers(2**31)))
    nearest = np.repeat(sight.nearest, RATE)
    displacement = room.displacement.copy()
    # A false alarm within reach gets a distance and rates of noise.
    metres = np.repeat(np.linalg.norm(sight.phantom, axis=1), RATE)
    metres[metres > VITAL_RANGE] = nan
    pulse = np.full(count, nan)
    pulse[np.isfinite(metres)] = 72.0
    chests: dict[int, Floats] = {}
    paths = _fine(sight.ranges, RATE)
    for index in range(len(scene.bodies)):
        chosen = nearest == index
        leaking = _leaks(sight, index)
        if not (chosen.any() or leaking):
            continue
        chest, beats = scene.bodies[index].chest()
        path = paths[index]
        # The phase follows the way to the body, too.
        chests[index] = chest + 1000 * np.nan_to_num(path)
        near = path[chosen]
        noise = PERSON_NOISE_MM * (near / 0.8) ** 2 * rng.normal(size=near.size)
        displacement[chosen] = chests[index][chosen] + noise
        metres[chosen] = near
        pulse[chosen] = beats[chosen]
    displacement += _leakage(sight, chests)
    for index, each in enumerate(scene.things):
        chosen = np.repeat(sight.thing == index, RATE)
        # A thing that is not taken for a person still moves what the phase shows.
        idle = (nearest < 0) & np.repeat(sight.thing < 0, RATE)
        displacement[chosen | idle] += each.displacement[chosen | idle]
        metres[chosen] = each.metres
        pulse[chosen] = 70.0
    if scene.disturbed:
        displacement += interference(rng, scene.seconds)

    vital = np.isfinite(metres)
    rate = module_rate(displacement, vital, float(RATE))
    heart = np.where(vital, once_a_second(pulse.round(), float(RATE)), nan)
    if scene.home.wrapped:
        displacement = np.mod(displacement, WRAP_MM)
    wobble = DISTANCE_NOISE * wander(rng, count, DISTANCE_NOISE_SECONDS * RATE)
    distance = np.maximum(metres + wobble, 0.05).round(2)
    xyz, speed, which = _targets(
        rng, sight, RATE, STILL_TARGET_SECONDS, (DISTANCE_NOISE, DISTANCE_NOISE_SECONDS)
    )
    there = which.any(1) | vital
    last = np.maximum.accumulate(np.where(there, np.arange(count), -count))
    present = np.arange(count) - last <= PRESENCE_HOLD * RATE
    displacement = (displacement / PHASE_STEP_MM).round() * PHASE_STEP_MM
    speed = (speed / DOPPLER_STEP).round() * DOPPLER_STEP
    targets = _lists(xyz, speed, which, height=False)
    covered = _covered(scene, RATE)
    time = scene.start + np.arange(count) / RATE
    return [
        RadarFrame(
            time=at,
            displacement=mm,
            distance=far,
            targets=listed,
            present=believed,
            respiration_rate=breaths,
            heart_rate=beats,
        )
        for at, mm, far, listed, believed, breaths, beats, delivered in zip(
            time.tolist(),
            displacement.tolist(),
            distance.tolist(),
            targets,
            present.tolist(),
            rate.tolist(),
            heart.tolist(),
            covered.tolist(),
            strict=True,
        )
        if delivered
    ]


def _leaks(sight: View, index: int) -> bool:
    """Tell whether a body is ever so near to the measured one in range that it leaks."""
    return bool(_beside(sight, index).any())


def _beside(sight: View, index: int) -> Mask:
    nearest = sight.nearest
    measured = np.take_along_axis(sight.ranges, np.maximum(nearest, 0)[None], axis=0)[0]
    apart = np.abs(sight.ranges[index] - measured)
    with np.errstate(invalid="ignore"):
        beside: Mask = (nearest >= 0) & (nearest != index) & (apart < NEIGHBOUR_METRES)
    return beside


def _leakage(sight: View, chests: dict[int, Floats]) -> Floats:
    """Return what other bodies add to the phase of the measured one, mm.

    Two echoes in one range bin add as vectors: the weaker one pulls the phase of the
    stronger one to and fro.
    """
    added = np.zeros(sight.scene.seconds * RATE)
    nearest = np.repeat(sight.nearest, RATE)
    for index, chest in chests.items():
        beside = np.repeat(_beside(sight, index), RATE)
        if not beside.any():
            continue
        for other in np.unique(nearest[beside]).tolist():
            span = beside & (nearest == other)
            apart = np.abs(sight.ranges[index] - sight.ranges[other])
            weight = NEIGHBOUR_SHARE * (
                1 - np.repeat(apart, RATE)[span] / NEIGHBOUR_METRES
            )
            if sight.scene.bodies[index].who == Seen.PET:
                weight = 0.3 * weight
            turn = (chest[span] - chests[other][span]) / mr60bha2.MM_PER_RADIAN
            added[span] += mr60bha2.MM_PER_RADIAN * np.angle(
                1 + weight * np.exp(1j * turn)
            )
    return added


# Targets in space.

SPATIAL_RATE = 4
"""Frames per second of the second kind. Assumption."""

SPATIAL = Capabilities(
    model="targets",
    name="3-D targets",
    manufacturer="",
    frame_interval=1 / SPATIAL_RATE,
    targets=True,
)


def _spatial(sight: View) -> list[RadarFrame]:
    scene = sight.scene
    rng = np.random.default_rng([scene.seed, 0x3D])
    xyz, speed, which = _targets(
        rng,
        sight,
        SPATIAL_RATE,
        STILL_SPATIAL_SECONDS,
        (SPATIAL_NOISE, SPATIAL_NOISE_SECONDS),
    )
    targets = _lists(xyz, speed.round(2), which, height=True)
    covered = _covered(scene, SPATIAL_RATE).tolist()
    return [
        RadarFrame(time=scene.start + index / SPATIAL_RATE, targets=listed)
        for index, (listed, delivered) in enumerate(zip(targets, covered, strict=True))
        if delivered
    ]


# Rates only.

RATES = Capabilities(
    model="rates",
    name="Rates only",
    manufacturer="",
    frame_interval=float(RATES_EVERY),
    distance=True,
    motion=True,
    respiration_rate=True,
)


def _rates(sight: View) -> list[RadarFrame]:
    scene = sight.scene
    rng = np.random.default_rng([scene.seed, 0x4A7E])
    seconds = scene.seconds
    rate = np.full(seconds, nan)
    motion = rng.uniform(0, MOTION_STILL, seconds)
    moving = np.zeros(seconds)
    for index, body in enumerate(scene.bodies):
        chosen = sight.nearest == index
        rate[chosen] = body.rate(RATES_WINDOW, 0)[chosen]
        moving[chosen] = body.moving[chosen]
        # The fastest of all that it sees decides about motion.
        near = np.isfinite(sight.ranges[index])
        for share, during, (low, high) in (
            (body.moving, ~body.large, MOTION_SMALL),
            (body.moving, body.large, MOTION_LARGE),
            (1.0, body.activity == Activity.WALKING, MOTION_WALKING),
        ):
            amount = share * rng.uniform(low, high, seconds)
            motion = np.maximum(motion, np.where(near & during, amount, 0.0))
    taken = sight.thing >= 0
    rate[taken] = rng.integers(8, 25, seconds)[taken]
    rate *= 1 + 0.03 * wander(rng, seconds, 30.0)
    wrong = blocks(rng, seconds, 1.0, RATES_WRONG_SECONDS)
    rate[wrong] *= np.where(rng.random(seconds) < 0.5, 0.5, 2.0)[wrong]
    # It has none while somebody moves, nor before half a window is the same person's.
    code = np.where(taken, -2 - sight.thing, sight.nearest)
    changed = np.diff(code, prepend=code[0]) != 0
    lost = np.convolve(moving, np.full(10, 0.1))[:seconds] > RATES_LOST
    lost |= np.convolve(changed, np.ones(RATES_WINDOW // 2))[:seconds] > 0.5
    rate[lost | (code == -1) | (rate < 6) | (rate > 35)] = nan

    near = np.where(np.isfinite(sight.ranges), sight.ranges, np.inf)
    echo = np.stack([body.echo for body in scene.bodies])
    metres = np.where(echo & (near <= TRACKING_RANGE), near, np.inf).min(0)
    for index, each in enumerate(scene.things):
        metres[sight.thing == index] = each.metres
    metres[~np.isfinite(metres)] = nan
    metres += DISTANCE_NOISE * wander(rng, seconds, DISTANCE_NOISE_SECONDS)
    phantom = np.linalg.norm(sight.phantom, axis=1)
    alarm = np.isfinite(phantom)
    motion[alarm] = np.maximum(motion, rng.uniform(*MOTION_SMALL, seconds))[alarm]
    metres = np.where(np.isnan(metres), phantom, metres)
    covered = _covered(scene, 1)
    ends = np.arange(RATES_EVERY - 1, seconds, RATES_EVERY)
    over = motion[: ends.size * RATES_EVERY].reshape(-1, RATES_EVERY).max(1)
    return [
        RadarFrame(
            time=float(scene.start + second),
            distance=far,
            motion=moved,
            respiration_rate=breaths,
        )
        for second, far, moved, breaths, delivered in zip(
            ends.tolist(),
            np.maximum(metres, 0.05).round(2)[ends].tolist(),
            over.round().tolist(),
            rate.round()[ends].tolist(),
            covered[ends].tolist(),
            strict=True,
        )
        if delivered
    ]


KINDS = {
    "mr60bha2": Kind(capabilities=mr60bha2.CAPABILITIES, frames=_mr60bha2),
    "targets": Kind(capabilities=SPATIAL, frames=_spatial),
    "rates": Kind(capabilities=RATES, frames=_rates),
}
"""By name."""


def frames(sight: View, kind: str) -> list[RadarFrame]:
    """Return what a kind of module sends of a scene."""
    # So many small objects, none of them in a cycle, would set off the collector often.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return KINDS[kind].frames(sight)
    finally:
        if collecting:
            gc.enable()
