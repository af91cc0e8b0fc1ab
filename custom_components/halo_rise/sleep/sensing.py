"""Which body is measured, and who else is there."""

from math import atan2, isfinite, nan, sqrt
from typing import NamedTuple

from ..radar.frame import Capabilities
from . import respiration, sleeper, zone
from .timeline import Second

NEAR_BODY = 0.25
"""Metres from the measured body within which a target's speed is its own."""

BEYOND = 0.7
"""Metres beyond the zone in which a second body is still in the same bed."""


class Sensed(NamedTuple):
    """The bodies of one second."""

    distance: float
    """Metres to the measured body, nan if there is none."""

    speed: float
    """Its radial speed in m/s, or that of whatever moves if nothing is measured."""

    second: float
    """Metres to a second body behind it, nan if none is listed."""

    bearing: float
    """Radians to the measured body, nan if it is not listed."""

    height: float
    """Metres from the sensor up to it, nan if it is not listed or has none."""


def sense(
    second: Second, capabilities: Capabilities, limits: tuple[float, float]
) -> Sensed:
    """Find the measured body and a second one among what the module lists.

    Args:
        second: What the radar saw.
        capabilities: What the module delivers.
        limits: Nearest and farthest distance of the detection zone in metres.

    """
    distance = second.distance
    if not capabilities.targets:
        return Sensed(distance, 0.0, nan, nan, nan)
    nearest, farthest = limits
    bodies = sorted(
        (
            sqrt(t.x * t.x + t.y * t.y + (t.z * t.z if isfinite(t.z) else 0.0)),
            abs(t.radial_speed),
            atan2(t.x, t.y),
            t.z,
        )
        for t in second.targets
    )
    if not capabilities.distance:
        # Nothing says which body is measured: the nearest in the zone is.
        distance = next((r for r, *_ in bodies if nearest <= r <= farthest), nan)
    speed, further, bearing, height = 0.0, nan, nan, nan
    for metres, fast, angle, above in bodies:
        if not abs(metres - distance) > NEAR_BODY:
            speed = max(speed, fast)
            if abs(metres - distance) < zone.SPREAD * 2.0:
                bearing, height = angle, above
        elif (
            metres > distance + sleeper.SECOND_APART
            and metres <= farthest + BEYOND
            and fast < respiration.DOPPLER_SPEED
            and not isfinite(further)
        ):
            further = metres
    return Sensed(distance, speed, further, bearing, height)
