"""The one type in which every radar module speaks to the sleep engine."""

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A reflection that the module tracks, seen from the sensor."""

    x: float
    """Sideways position in metres, positive to the sensor's right."""

    y: float
    """Distance straight ahead in metres."""

    z: float = nan
    """Height in metres, or nan where the module cannot tell."""

    radial_speed: float = 0.0
    """Metres per second, positive away from the sensor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """The air and the light of the bedroom; nan is unknown."""

    temperature: float = nan
    """Degrees Celsius."""

    humidity: float = nan
    """Relative humidity in percent."""

    illuminance: float = nan
    """Lux."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarFrame:
    """What a module knows at one instant; nan is unknown, and nothing is carried over.

    A module that refreshes a value less often than it sends frames repeats the value
    while it is fresh and reports nan once it is stale.
    """

    time: float
    """Seconds since the Unix epoch, monotonic within a link."""

    displacement: float = nan
    """Radial displacement of the chest in millimetres, of arbitrary origin.

    It may jump by whole multiples of ``Capabilities.phase_period``.
    """

    distance: float = nan
    """Distance to the person in metres."""

    motion: float = nan
    """Body movement as the module judges it, dimensionless, not negative."""

    targets: tuple[Target, ...] = ()
    """Tracked reflections, in the order the module lists them."""

    present: bool | None = None
    """Whether the module believes somebody is there, None where it does not say."""

    respiration_rate: float = nan
    """Breaths per minute by the module's own estimate."""

    heart_rate: float = nan
    """Beats per minute by the module's own estimate."""

    quality: float = nan
    """The module's own trust in its vital signs, 0 to 1."""

    climate: Climate | None = None
    """Room readings that arrived with this frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a module can deliver, declared and never guessed."""

    model: str
    """Identifier of the module family, for instance ``mr60bha2``."""

    name: str
    """The module's name as people know it."""

    manufacturer: str
    """Who makes it."""

    frame_interval: float
    """Nominal seconds between frames."""

    displacement: bool = False
    distance: bool = False
    motion: bool = False
    targets: bool = False
    respiration_rate: bool = False
    heart_rate: bool = False

    phase_period: float = nan
    """Millimetres after which the displacement wraps, half a wavelength.

    It is nan for a signal that cannot wrap, such as a recorded belt.
    """

    vital_range: float = nan
    """Greatest distance in metres at which vital signs are valid."""
