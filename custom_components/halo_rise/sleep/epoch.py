"""The results of the sleep engine: epochs, nights and what happened in between."""

from dataclasses import dataclass, field
from enum import StrEnum
from math import nan

from ..radar.frame import Climate

EPOCH_SECONDS = 30.0
"""Length of an epoch, the unit of sleep scoring (AASM manual)."""


class Stage(StrEnum):
    """The four stages that breathing and movement can tell apart."""

    AWAKE = "awake"
    LIGHT = "light"
    DEEP = "deep"
    REM = "rem"


STAGES = tuple(Stage)
"""The order in which probabilities are listed everywhere."""


class Owner(StrEnum):
    """Whose epoch it is."""

    PRIMARY = "primary"
    OTHER = "other"
    NOBODY = "nobody"


class SleepEventKind(StrEnum):
    """What happens to the primary sleeper, each told once."""

    GOT_IN_BED = "got_in_bed"
    TRYING_TO_SLEEP = "trying_to_sleep"
    FELL_ASLEEP = "fell_asleep"
    WOKE_UP = "woke_up"
    LEFT_BED = "left_bed"
    RETURNED_TO_BED = "returned_to_bed"
    GOT_UP = "got_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """Thirty seconds as they were scored from what had been streamed so far."""

    start: float
    """Seconds since the Unix epoch."""

    probabilities: tuple[float, float, float, float] | None = None
    """Probability of each of ``STAGES``, None where nothing may be said."""

    stage: Stage | None = None
    """The provisional stage, None outside a session or without data."""

    confidence: float = nan
    """Probability of the stage that was chosen."""

    intent: float = nan
    """Probability that the person is trying to sleep."""

    presence: float = 0.0
    """Confidence that somebody is in the detection zone, 0 to 1."""

    owner: Owner = Owner.NOBODY
    respiration_rate: float = nan
    """Breaths per minute."""

    respiration_quality: float = nan
    """Trust in the breathing measurement, 0 to 1."""

    heart_rate: float = nan
    """Beats per minute."""

    motion: float = nan
    """Movement index: seconds of the epoch spent moving, 0 to 30."""

    distance: float = nan
    """Metres."""

    coverage: float = 0.0
    """Share of the epoch for which the radar delivered data, 0 to 1."""

    climate: Climate = field(default_factory=Climate)
    """Mean of the room readings in the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightSummary:
    """Sleep measures of one session; nan and None are unknown.

    Durations are minutes. The definitions are those of the standardized framework for
    sleep trackers (Menghini et al. 2021).
    """

    time_in_bed: float
    total_sleep_time: float
    sleep_latency: float
    wake_after_sleep_onset: float
    efficiency: float
    """Total sleep time over time in bed, 0 to 1."""

    awake: float
    light: float
    deep: float
    rem: float
    light_share: float
    """Share of total sleep time, 0 to 1."""

    deep_share: float
    rem_share: float
    awakenings: int
    rem_latency: float
    """Minutes from sleep onset to the first REM epoch."""

    respiration_rate: float
    """Median breaths per minute asleep."""

    coverage: float
    """Share of the session for which the radar delivered data, 0 to 1."""

    sleep_onset: float | None
    """Seconds since the Unix epoch."""

    final_awakening: float | None
    """Seconds since the Unix epoch."""

    time_trying_to_sleep: float = nan
    """From the first to the last moment of trying to sleep; latency counts from there."""

    trying_start: float | None = None
    """Seconds since the Unix epoch, None where nobody tried or it is not known."""

    trying_end: float | None = None
    """Seconds since the Unix epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One session, from going to bed to getting up."""

    start: float
    end: float
    epochs: tuple[Epoch, ...]
    """Gapless, in the order of time, with the provisional stages."""

    settled_stages: tuple[Stage | None, ...] | None
    """Stages scored with the whole night in view, None while it runs."""

    settled_probabilities: tuple[tuple[float, float, float, float] | None, ...] | None
    summary: NightSummary
    """Of the settled stages, or of the provisional ones while the night runs."""

    model_version: str
    module: str
    """Model identifier of the radar module."""

    attempts: tuple[tuple[float, float], ...] = ()
    """Start and end of each time of trying to sleep, in order; seconds since the epoch.

    What lies between them, and before the first, was reading or television. Settled with
    the whole night, provisional while it runs.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveUpdate:
    """The state of things at the end of a second."""

    time: float
    presence: float
    """Confidence that somebody is in the detection zone, 0 to 1."""

    present: bool
    in_bed: bool
    """A session is in progress and the person has not left."""

    asleep: bool | None
    stage: Stage | None
    respiration_rate: float
    respiration_quality: float
    heart_rate: float
    distance: float
    moving: bool
    displacement: tuple[float, ...] = ()
    """Millimetres, the samples of this second with the drift removed."""

    owner: Owner = Owner.NOBODY
    """Whose breathing and movement this is."""

    owner_confidence: float = nan
    """Probability of the owner, 0 to 1."""

    others: bool | None = False
    """Somebody else is in bed, None where the module cannot tell."""

    intent: float = nan
    """Sleep-intent score, 0 to 1, nan outside a session."""

    trying: bool | None = None
    """The sleeper is trying to sleep (or asleep), None outside a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochScored:
    """An epoch was completed."""

    epoch: Epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted:
    """Somebody has been in bed long enough for a session."""

    start: float
    """When the person came to bed, minutes before this was known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded:
    """The person has got up; the night is settled."""

    night: Night


@dataclass(frozen=True, slots=True, kw_only=True)
class SleepEvent:
    """Something happened to the primary sleeper."""

    kind: SleepEventKind
    time: float
    """When it happened, which may lie minutes before it was known (s since the epoch)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BedZone:
    """The detection zone and what was learned in it; metres, nan is not learned yet."""

    nearest: float
    """Nearer than this nothing counts; set by the user."""

    farthest: float
    """Farther than this nothing counts; set by the user."""

    bed_near: float = nan
    """Nearest distance at which the sleeper rests."""

    bed_far: float = nan
    """Farthest distance at which the sleeper rests."""

    bearing: float = nan
    """Radians from the sensor's axis to the sleeper, for modules that tell positions."""

    nights: int = 0
    """Nights it was learned from."""

    @property
    def strip(self) -> tuple[float, float]:
        """Return the out-of-bed strip between sensor and bed, nearest and farthest."""
        return self.nearest, self.bed_near


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorMoved:
    """The bed lies elsewhere than before, so the sensor was moved; it is learned again."""

    time: float
    before: BedZone
    after: BedZone


type Update = (
    LiveUpdate | EpochScored | SessionStarted | SessionEnded | SleepEvent | SensorMoved
)
