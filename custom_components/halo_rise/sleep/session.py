"""When somebody went to bed and when they got up."""

from dataclasses import dataclass
from math import isfinite, nan

STARTS_AFTER = 300.0
"""Seconds of presence that make a session; it then reaches back to their start."""

FARTHEST_BACK = 900.0
"""Seconds that the start of a session may lie before it was noticed."""

DIP = 60.0
"""Seconds for which presence may be lost on the way to a session."""

ENDS_AFTER = 1800.0
"""Seconds out of bed after which the person has got up.

Bathroom trips are minutes; what is longer than half an hour is the morning.
"""

ENDS_WITHOUT_DATA = 5400.0
"""Seconds without data after which a session cannot be said to go on."""

SHORTEST = 900.0
"""Sessions shorter than this are somebody sitting on the bed and are not kept (s)."""

SHORTEST_SLEEP = 300.0
SHORTEST_AWAKE = 2700.0
"""Nor are those with less sleep than this, unless somebody lay awake for so long (s)."""


@dataclass(slots=True)
class Session:
    """The state machine of going to bed and getting up; nan is not set."""

    start: float = nan
    """When the person came to bed, set while a session is in progress."""

    arrived: float = nan
    """When presence began, for the first time or after a time out of bed."""

    left: float = nan
    """When presence was lost."""

    last_data: float = nan
    """End of the latest second with data."""

    @property
    def in_progress(self) -> bool:
        """Return whether there is a session."""
        return isfinite(self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A session began."""

    start: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A session is over."""

    start: float
    end: float


def step(
    state: Session, *, time: float, present: bool, covered: bool, changed: float = 0.0
) -> tuple[Session, Started | Ended | None]:
    """Advance by one second.

    Args:
        state: Before this second.
        time: Start of the second, seconds since the Unix epoch.
        present: Whether somebody is there.
        covered: Whether the radar delivered data.
        changed: Seconds before the end of this one at which the bed filled or emptied,
            if presence changes now.

    """
    start, arrived, left = state.start, state.arrived, state.left
    last_data = time + 1.0 if covered else state.last_data
    changed_at = min(time + 1.0 - min(changed, FARTHEST_BACK), time)
    if present and covered:
        if not isfinite(arrived) or (isfinite(start) and isfinite(left)):
            # Nobody comes to bed before having left it.
            arrived = max(changed_at, left) if isfinite(left) else changed_at
        left = nan
    elif not present and not isfinite(left):
        left = max(changed_at, arrived) if isfinite(arrived) else changed_at
    event: Started | Ended | None = None
    if isfinite(start):
        silent = time - last_data if isfinite(last_data) else 0.0
        if isfinite(left) and covered and time - left >= ENDS_AFTER:
            event = Ended(start=start, end=left)
        elif silent >= ENDS_WITHOUT_DATA:
            event = Ended(
                start=start, end=min(left, last_data) if isfinite(left) else last_data
            )
        if event is not None:
            start = arrived = nan
    elif time - left >= DIP or time - last_data >= DIP:
        arrived = nan
    elif isfinite(arrived) and time + 1.0 - arrived >= STARTS_AFTER and present:
        start = arrived
        event = Started(start=start)
    return (
        Session(start=start, arrived=arrived, left=left, last_data=last_data),
        event,
    )
