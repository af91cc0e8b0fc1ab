"""A bedroom, its people and where the sensor stands, drawn from a seed.

All positions are in metres in the coordinates of the room: the origin is where the sensor
was first put, x runs along the bed, y straight ahead across the bed, z up. What has no
source is an assumption about bedrooms that nobody here has measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, radians, sin, sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

# The room.

SENSOR_HEIGHT = (0.1, 0.4)
"""Metres above the mattress. Assumption: a nightstand as high as the bed, or higher."""

EDGE = (0.25, 0.45)
"""Metres from the sensor to the near edge of the bed. Assumption."""

DOUBLE_WIDTH, SINGLE_WIDTH = (1.4, 1.8), (0.9, 1.2)
SINGLE_SHARE = 0.4
"""Metres, and the share of single beds where one person lives. Assumption."""

CHEST_HEIGHT = 0.15
"""Metres of the chest above the mattress. Assumption."""

CHEST_ALONG = (0.05, 0.3)
"""Metres from the sensor's height towards the feet. Assumption: it stands by the pillow."""

CHEST_METRES_MEDIAN, CHEST_METRES_SPREAD = 0.75, 0.16
CHEST_METRES = (0.55, 1.0)
"""Slant distance to the primary sleeper's chest; log-normal. Assumption."""

CHEST_FROM_EDGE = 0.15
"""Metres of bed between its edge and the middle of a chest, at least. Assumption."""

PARTNER_FARTHER = (0.35, 0.85)
"""Metres from the primary's to the partner's chest as the sensor sees them. Assumption:
two sleepers lie 0.6 m apart in a narrow bed, and turn to each other or away."""

DOOR_METRES = (2.5, 4.5)
"""Metres to where a person comes into sight. Assumption."""

WRAPPED_SHARE = 1 / 3
"""Share of modules that leave the phase wrapped: undocumented. Assumption."""

# The people.

RATE_MEAN, RATE_SD, RATE_LIMITS = 15.0, 2.2, (10.0, 22.0)
"""Breaths per minute in REM sleep (resting adults 12 to 20); spread is an assumption."""

DEPTH_MEDIAN, DEPTH_SPREAD = 4.0, 0.3
"""Millimetres peak to peak awake and lying (radar: 3.6 mm at rest; literature 4 to 12)."""

REGULARITY_SPREAD, RESTLESSNESS_SPREAD = 0.2, 0.4
"""Log-normal spread over people; that of movements follows their quartiles of 4.6 and 16.2
per hour (Stefani 2015), less what the nights of one person add. Assumption."""

HEARTBEAT_MM = (0.1, 0.5)
"""Peak to peak (literature); log-uniform."""

HEART_RATE_MEAN, HEART_RATE_SD = 60.0, 6.0
"""Beats per minute asleep. Assumption."""

BED_TIME_MEAN, BED_TIME_SD = 22.75, 0.6
"""Hours of the day, UTC, of going to bed. Assumption."""

HOURS = (6.0, 7.75)
"""In bed. Assumption: as short as nights commonly are, because nights cost time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is a person's own, night after night."""

    rate: float
    """Breaths per minute in REM sleep."""

    depth: float
    """Millimetres peak to peak, awake and lying."""

    irregularity: float = 1.0
    """Factor on the variation of breaths."""

    restlessness: float = 1.0
    """Factor on the frequency of movements."""

    posture_depth: tuple[float, float] = (0.55, 1.35)
    """What postures make of the depth, log-uniform. Assumption, as in models.synthesis."""

    heartbeat: float = 0.2
    """Millimetres peak to peak."""

    heart_rate: float = 60.0
    """Beats per minute."""

    bed_time: float = BED_TIME_MEAN
    """Hours of the day, UTC; past 24 is after midnight."""

    hours: float = 7.0
    """In bed."""

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        """Draw an adult."""
        return cls(
            rate=float(np.clip(rng.normal(RATE_MEAN, RATE_SD), *RATE_LIMITS)),
            depth=float(rng.lognormal(np.log(DEPTH_MEDIAN), DEPTH_SPREAD)),
            irregularity=float(rng.lognormal(0.0, REGULARITY_SPREAD)),
            restlessness=float(
                rng.lognormal(-(RESTLESSNESS_SPREAD**2) / 2, RESTLESSNESS_SPREAD)
            ),
            heartbeat=float(np.exp(rng.uniform(*np.log(HEARTBEAT_MM)))),
            heart_rate=float(rng.normal(HEART_RATE_MEAN, HEART_RATE_SD)),
            bed_time=float(rng.normal(BED_TIME_MEAN, BED_TIME_SD)),
            hours=float(rng.uniform(*HOURS)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Where the sensor stands and looks."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    turn: float = 0.0
    """Degrees to the left."""

    def sees(self, position: Floats) -> Floats:
        """Return positions ``[..., 3]`` of the room as the sensor has them."""
        moved = position - np.array((self.x, self.y, self.z))
        angle = radians(self.turn)
        seen: Floats = moved.copy()
        seen[..., 0] = cos(angle) * moved[..., 0] + sin(angle) * moved[..., 1]
        seen[..., 1] = cos(angle) * moved[..., 1] - sin(angle) * moved[..., 0]
        return seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A bedroom with its people."""

    side: int
    """1 where the feet lie to the sensor's right, -1 where they lie to its left."""

    height: float
    """Metres of the sensor above the mattress."""

    edge: float
    """Metres from the sensor to the bed."""

    width: float
    """Metres of the bed."""

    primary: Person
    partner: Person
    child: Person
    place: tuple[float, float, float]
    """The primary sleeper's chest."""

    partner_place: tuple[float, float, float]
    door: tuple[float, float, float]
    """Where a person comes into sight."""

    shared: bool
    """Whether the partner sleeps here."""

    pose: Pose = Pose()
    wrapped: bool = False
    """Whether the module leaves the phase wrapped."""

    @classmethod
    def draw(cls, seed: int | Sequence[int], *, partner: bool = False) -> Self:
        """Draw a household; the same seed always gives the same one."""
        rng = np.random.default_rng(seed)
        side = int(rng.choice((-1, 1)))
        height = float(rng.uniform(*SENSOR_HEIGHT))
        edge = float(rng.uniform(*EDGE))
        single = bool(rng.random() < SINGLE_SHARE) and not partner
        width = float(rng.uniform(*(SINGLE_WIDTH if single else DOUBLE_WIDTH)))
        metres = float(
            np.clip(
                rng.lognormal(np.log(CHEST_METRES_MEDIAN), CHEST_METRES_SPREAD),
                *CHEST_METRES,
            )
        )
        x = side * float(rng.uniform(*CHEST_ALONG))
        farther = float(rng.uniform(*PARTNER_FARTHER))
        z = CHEST_HEIGHT - height
        room = cls(
            side=side,
            height=height,
            edge=edge,
            width=width,
            primary=Person.draw(rng),
            partner=Person.draw(rng),
            child=replace(
                Person.draw(rng),
                # Children of three to nine years breathe 18 to 25 times. Assumption.
                rate=float(rng.uniform(18.0, 25.0)),
                depth=float(rng.uniform(2.0, 3.5)),
            ),
            place=(x, 0.0, z),
            partner_place=(x, 0.0, z),
            door=(
                side * float(rng.uniform(0.3, 1.5)),
                float(rng.uniform(*DOOR_METRES)),
                0.3,
            ),
            shared=partner,
            wrapped=bool(rng.random() < WRAPPED_SHARE),
        )
        place = room.at(metres)
        own = sqrt(sum(axis * axis for axis in place))
        return replace(room, place=place, partner_place=room.at(own + farther))

    def at(self, metres: float, x: float | None = None) -> tuple[float, float, float]:
        """Return where on the bed a chest is so far from the sensor, as far as may be."""
        x = self.place[0] if x is None else x
        z = self.place[2]
        across = sqrt(max(metres * metres - x * x - z * z, 0.0))
        near = self.edge + CHEST_FROM_EDGE
        far = self.edge + self.width - CHEST_FROM_EDGE
        return (x, min(max(across, near), far), z)
