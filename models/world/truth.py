"""What really happened in a night, which no module ever tells."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from custom_components.halo_rise.radar.frame import Capabilities, RadarFrame

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]


class Seen(IntEnum):
    """Whose chest a module measures."""

    NOBODY = 0
    PRIMARY = 1
    OTHER = 2
    """A partner, a child or a visitor."""

    PET = 3
    THING = 4
    """A fan, a curtain, laundry."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """A night, second by second; all arrays have the shape ``[seconds]``."""

    start: float
    """Begin of the first second, seconds since the Unix epoch, a whole number."""

    primary_in_bed: Mask
    """Lying or sitting in bed; sitting on its edge with the feet down is not in bed."""

    occupied: Mask
    """A person, not a pet, is in bed."""

    others_in_bed: Mask
    """A person other than the primary sleeper is in bed."""

    seen: NDArray[np.int8]
    """Codes of ``Seen``: the nearest body within reach of vital signs."""

    stages: NDArray[np.int8]
    """Of the primary sleeper: 0 wake, 1 N1, 2 N2, 3 N3, 4 REM, -1 out of bed."""

    trying: Mask
    """The primary sleeper wants to sleep, or sleeps."""

    range_difference: Floats
    """Metres between the primary sleeper and the nearest other person in bed, nan
    where they are not both in bed."""

    respiration_rate: Floats
    """Of the primary sleeper, breaths per minute, nan out of bed."""

    sessions: tuple[tuple[float, float], ...]
    """From going to bed to getting up, seconds since the epoch; more than half an hour out
    of bed divides two."""

    trips: tuple[tuple[float, float], ...]
    """Times out of bed within a session, start and end."""

    covered: Mask
    """Whether the module delivers; false in a dropout."""

    @property
    def asleep(self) -> Mask:
        """Return where the primary sleeper sleeps."""
        return self.stages > 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModuleNight:
    """What one kind of module sends of a night."""

    family: str
    household: int
    number: int
    """Which night of the household, 0 is the one for settling in."""

    kind: str
    capabilities: Capabilities
    truth: Truth
    frames: list[RadarFrame]
    """In the order of time; absolute times."""
