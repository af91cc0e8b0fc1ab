"""What happens to the sleeper, told once each."""

from dataclasses import dataclass
from math import isfinite, nan

from .epoch import SleepEvent, SleepEventKind, Stage

AWAY_FOR = 10.0
"""Seconds for which nobody must have been found before it is told that the sleeper has
left, so that a pause of the signal is none."""

LISTED_AWAY_FOR = 30.0
"""The same for a module that loses still bodies now and then."""

ASLEEP_FOR = 4
"""Epochs of sleep after which somebody has fallen asleep."""

AWAKE_FOR = 4
"""Epochs awake after which somebody has woken up: most awakenings last a minute or less
and are none that anybody remembers (``sleep.md`` §3b)."""

TRYING_FOR = 8
"""Epochs of trying to sleep before it is told, and of not trying before it may be told
again."""


SAME_ATTEMPT = 300.0
"""Seconds by which two attempts at sleep must begin apart to be two."""


@dataclass(slots=True, kw_only=True)
class Happenings:
    """What has been told of the session in progress."""

    in_bed: bool = False
    away: bool = False
    gone: float = 0.0
    """Seconds for which nobody has been found."""

    asleep: bool = False
    trying: bool = False
    attempt: float = nan
    """Beginning of the latest attempt at sleep that was told."""

    idle: int = 0
    """Epochs in a row of not trying."""

    run: int = 0
    """Epochs in a row that contradict ``asleep``."""

    run_start: float = nan


def begin(state: Happenings, start: float) -> list[SleepEvent]:
    """Begin a session."""
    state.in_bed = True
    state.away = state.asleep = state.trying = False
    state.run = state.idle = 0
    state.gone = 0.0
    state.attempt = nan
    return [SleepEvent(kind=SleepEventKind.GOT_IN_BED, time=start)]


def end(state: Happenings, time: float) -> list[SleepEvent]:
    """End a session at the moment the sleeper got up."""
    if not state.in_bed:
        return []
    events = _wake(state, time)
    state.in_bed = state.away = state.trying = False
    state.run = 0
    return [*events, SleepEvent(kind=SleepEventKind.GOT_UP, time=time)]


def second(
    state: Happenings, *, left: float, arrived: float, patience: float = AWAY_FOR
) -> list[SleepEvent]:
    """Look at one second of a session.

    Args:
        state: What has been told.
        left: When the sleeper left the bed, nan while in bed.
        arrived: When the sleeper came to bed last.
        patience: Seconds for which nobody must have been found.

    """
    if not state.in_bed:
        return []
    state.gone = state.gone + 1.0 if isfinite(left) else 0.0
    if not state.away and state.gone >= patience:
        state.away = True
        return [
            *_wake(state, left),
            SleepEvent(kind=SleepEventKind.LEFT_BED, time=left),
        ]
    if state.away and not isfinite(left):
        state.away = False
        return [SleepEvent(kind=SleepEventKind.RETURNED_TO_BED, time=arrived)]
    return []


def epoch(
    state: Happenings,
    *,
    start: float,
    stage: Stage | None,
    trying_since: float,
    trying_for: int,
) -> list[SleepEvent]:
    """Look at one epoch of a session.

    Args:
        state: What has been told.
        start: Of the epoch.
        stage: The provisional stage, None where nothing may be said.
        trying_since: When the sleeper began to try, nan while not trying.
        trying_for: Epochs since then.

    """
    if not state.in_bed:
        return []
    events: list[SleepEvent] = []
    state.idle = 0 if isfinite(trying_since) or state.asleep else state.idle + 1
    if state.idle >= TRYING_FOR:
        state.trying = False
    if not isfinite(trying_since):
        pass
    elif not state.trying and trying_for >= TRYING_FOR and not state.away:
        events += _try(state, trying_since)
    if stage is None or state.away:
        return events
    sleeps = stage is not Stage.AWAKE
    if sleeps is state.asleep:
        state.run = 0
        return events
    if not state.run:
        state.run_start = start
    state.run += 1
    if sleeps and state.run >= ASLEEP_FOR:
        if not state.trying:
            # Whoever sleeps has been trying; nobody is told so afterwards.
            events += _try(state, state.run_start)
        state.asleep = True
        state.run = 0
        events.append(SleepEvent(kind=SleepEventKind.FELL_ASLEEP, time=state.run_start))
    elif not sleeps and state.run >= AWAKE_FOR:
        events += _wake(state, state.run_start)
    return events


def _try(state: Happenings, time: float) -> list[SleepEvent]:
    state.trying = True
    if time < state.attempt + SAME_ATTEMPT:
        # It seemed to be over, and now turns out to be the same attempt.
        return []
    state.attempt = time
    return [SleepEvent(kind=SleepEventKind.TRYING_TO_SLEEP, time=time)]


def _wake(state: Happenings, time: float) -> list[SleepEvent]:
    if not state.asleep:
        return []
    state.asleep = False
    state.run = 0
    return [SleepEvent(kind=SleepEventKind.WOKE_UP, time=time)]
