"""What one epoch gathers, second by second."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite, nan

from ..radar.frame import Climate
from .timeline import Second

MODULE_MOTION = 100.0
"""A module's own motion index counts on this scale: share of the time in percent."""

MODULE_STILL = 3.0
"""Up to here the index is the module's own noise."""


@dataclass(slots=True)
class Gathering:
    """The epoch being gathered."""

    start: float = nan
    """Seconds since the Unix epoch, nan before the first second."""

    seconds: int = 0
    covered: int = 0
    """Seconds for which the radar delivered data."""

    movement: float = 0.0
    """Seconds of movement."""

    body: int = 0
    """Seconds in which the chest itself moved."""

    presence: float = 0.0
    """Sum of the confidences."""

    owned: float = 0.0
    """Sum of the probabilities that the measured body is the primary sleeper."""

    owned_seconds: int = 0
    """Seconds in which somebody was measured."""

    small: int = 0
    """Seconds in which a pet was measured."""

    evidence: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0, 0.0])
    """Log likelihood of what the seconds say about the owner, one per hypothesis."""

    bout: float = 0.0
    """Size of the biggest movement that ended in the epoch, 0 to 1."""

    bearing: list[float] = field(default_factory=list)
    height: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)
    """Metres to a second body."""

    distance: list[float] = field(default_factory=list)
    heart_rate: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    quality: list[float] = field(default_factory=list)
    temperature: list[float] = field(default_factory=list)
    humidity: list[float] = field(default_factory=list)
    illuminance: list[float] = field(default_factory=list)

    def add(
        self,
        second: Second,
        *,
        distance: float,
        moving: bool | None,
        presence: float,
    ) -> None:
        """Take one second.

        Args:
            second: What the radar saw.
            distance: Metres to the measured body, nan if nothing is.
            moving: Whether somebody moved, None where only the module itself can tell.
            presence: Confidence that somebody is there.

        """
        self.seconds += 1
        self.covered += second.covered
        self.presence += presence
        if moving is not None:
            self.movement += moving
        elif second.motion > MODULE_STILL:
            self.movement += min(second.motion / MODULE_MOTION, 1.0)
        room = second.climate or Climate()
        for values, value in (
            (self.distance, distance),
            (self.heart_rate, second.heart_rate),
            (self.rate, second.respiration_rate),
            (self.quality, second.quality),
            (self.temperature, room.temperature),
            (self.humidity, room.humidity),
            (self.illuminance, room.illuminance),
        ):
            if isfinite(value):
                values.append(value)

    def add_owner(
        self,
        *,
        primary: float,
        small: bool,
        evidence: Sequence[float],
        bout: float,
        bearing: float,
        height: float,
        second: float,
    ) -> None:
        """Take what a second with somebody there says about whose it is."""
        self.owned += primary
        self.owned_seconds += 1
        self.small += small
        if any(evidence):
            self.evidence = [
                total + value
                for total, value in zip(self.evidence, evidence, strict=True)
            ]
        self.bout = max(self.bout, bout)
        if isfinite(bearing):
            self.bearing.append(bearing)
        if isfinite(height):
            self.height.append(height)
        if isfinite(second):
            self.second.append(second)

    @property
    def climate(self) -> Climate:
        """Return the mean of the room readings."""
        return Climate(
            temperature=mean(self.temperature),
            humidity=mean(self.humidity),
            illuminance=mean(self.illuminance),
        )


def mean(values: list[float]) -> float:
    """Return the mean, nan of nothing."""
    return sum(values) / len(values) if values else nan
