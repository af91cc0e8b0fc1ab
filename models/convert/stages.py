"""What scorers call a stage, and the epochs of 30 s that are made of it.

Rechtschaffen and Kales (1968) scored 1, 2, 3, 4, REM and movement time; the AASM manual
(2007) has N1, N2, N3 and R. Their 3 and 4 are its N3; its N1 and N2 are our light sleep.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import ceil, floor
import re

import numpy as np
from numpy.typing import NDArray

from models.recordings import LONGEST_SECONDS, STAGE_SECONDS

type Stages = NDArray[np.int8]
type Mask = NDArray[np.bool_]

UNKNOWN, WAKE, N1, N2, N3, REM = -1, 0, 1, 2, 3, 4
"""Codes of `recordings`."""

WORDS = {
    **dict.fromkeys(("w", "wake", "awake", "wakefulness", "s0"), WAKE),
    **dict.fromkeys(("n1", "s1", "nrem1"), N1),
    **dict.fromkeys(("n2", "s2", "nrem2"), N2),
    **dict.fromkeys(("n3", "n4", "s3", "s4", "nrem3", "nrem4", "n3n4", "sws"), N3),
    **dict.fromkeys(("r", "rem"), REM),
    # Movement time is scored where movement hides the stage. "N" is any stage but REM.
    **dict.fromkeys(("mt", "m", "movement", "movementtime", "mvt"), UNKNOWN),
    **dict.fromkeys(("", "?", "n", "nrem", "u", "unscored", "unknown"), UNKNOWN),
    **dict.fromkeys(("undefined", "ns", "notscored", "artefact", "artifact"), UNKNOWN),
    **dict.fromkeys(("nan", "none", "na"), UNKNOWN),
}
"""What is left of a word after `_bare`, and its stage."""


class Numbers(Enum):
    """How a scoring counts."""

    RK = "R&K: 3 and 4 are N3, 5 is REM"
    """As NSRR, Profusion, PhysioNet and the EDF specification count."""

    AASM = "AASM: 3 is N3, 4 is REM"
    """As YASA and our own recordings count."""


_NUMBERS = {
    Numbers.RK: {0: WAKE, 1: N1, 2: N2, 3: N3, 4: N3, 5: REM},
    Numbers.AASM: {0: WAKE, 1: N1, 2: N2, 3: N3, 4: REM},
}

UNSCORED_NUMBERS = frozenset((-2, -1, 6, 7, 8, 9, 10))
"""6 is movement time, 9 unscored (EDF specification, NSRR); the rest is used likewise."""


def number(word: str) -> int | None:
    """Read a stage that is written as a number, like 2 or 2.0."""
    try:
        value = float(word)
    except ValueError:
        return None
    return int(value) if value.is_integer() and abs(value) < 100 else None


def stage(word: str, numbers: Numbers = Numbers.RK) -> int | None:
    """Return the stage that a word means, None where it means none."""
    bare = _bare(word)
    value = number(bare)
    if value is None:
        return WORDS.get(bare)
    if value in UNSCORED_NUMBERS:
        return UNKNOWN
    return _NUMBERS[numbers].get(value)


def _bare(word: str) -> str:
    """Leave out of 'Sleep stage N2', 'SLEEP-S2' or 'Stage 2 sleep' all that is no stage."""
    bare = re.sub(r"(sleep|stage)(-|[\s_:]*)", "", word.lower()).strip()
    return bare if number(bare) is not None else re.sub(r"[^a-z0-9?]", "", bare)


_LIGHTS = re.compile(r"\blights?[\s_-]*(off|out|on)\b", re.IGNORECASE)


def lights(text: str) -> bool | None:
    """Return whether a text says that the lights went on, or off, or neither."""
    found = _LIGHTS.search(text)
    return None if found is None else found[1].lower() == "on"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one stage, in seconds from the start of the signal."""

    start: float
    duration: float
    stage: int

    @property
    def end(self) -> float:
        """Seconds from the start of the signal."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """What a scorer said of a night."""

    origin: str
    """The kind of scoring and its file, for people."""

    spans: tuple[Span, ...] = ()
    lights_off: float | None = None
    lights_on: float | None = None
    notes: tuple[str, ...] = ()
    """What had to be assumed."""

    @property
    def end(self) -> float:
        """End of the last stretch."""
        return max((span.end for span in self.spans), default=0.0)


def spans(
    onsets: Sequence[float],
    stages: Sequence[int],
    durations: Sequence[float | None] | None = None,
) -> tuple[Span, ...]:
    """Give every onset its duration, where the scoring says none.

    A scoring that repeats itself has one entry per epoch, as long as most are apart;
    one that never does has an entry wherever the stage changes, which lasts to the next.
    What nobody can believe, like an onset in years, is left out.
    """
    rows = sorted(
        (onset, duration or 0.0, value)
        for onset, duration, value in zip(
            onsets, durations or [None] * len(onsets), stages, strict=True
        )
        if abs(onset) <= LONGEST_SECONDS and 0 <= (duration or 0.0) < float("inf")
    )
    apart = [
        after[0] - before[0] for before, after in pairwise(rows) if after[0] > before[0]
    ]
    per_epoch = any(before[2] == after[2] for before, after in pairwise(rows))
    usual = (
        Counter(round(gap, 3) for gap in apart).most_common(1)[0][0]
        if apart
        else STAGE_SECONDS
    )
    made = []
    for index, (onset, duration, value) in enumerate(rows):
        if not duration:
            following = rows[index + 1][0] if index + 1 < len(rows) else None
            if per_epoch:
                duration = usual
                if following is not None:
                    duration = min(duration, following - onset)
            else:
                end = LONGEST_SECONDS if following is None else following
                duration = end - onset
        if duration > 0:
            made.append(Span(onset, min(duration, LONGEST_SECONDS), value))
    return tuple(made)


def epochs(scored: Sequence[Span], first: float, count: int) -> tuple[Stages, Mask]:
    """Lay a scoring on epochs of 30 s.

    An epoch has the stage of most of its time, and none where less than half of it is
    scored: epochs of 20 s, and epochs that began elsewhere, find their place too.

    Args:
        scored: The scoring.
        first: Second at which the first epoch begins.
        count: How many epochs.

    Returns:
        The stages, and which epochs the scorer has looked at, be it in vain.
    """
    seconds = np.zeros((REM + 2, count))
    for span in scored:
        begin = max((span.start - first) / STAGE_SECONDS, 0.0)
        end = min((span.end - first) / STAGE_SECONDS, float(count))
        if end <= begin:
            continue
        row = seconds[span.stage]  # The last row is that of the unknown, -1.
        low, high = floor(begin), ceil(end)
        row[low:high] += STAGE_SECONDS
        row[low] -= (begin - low) * STAGE_SECONDS
        row[high - 1] -= (high - end) * STAGE_SECONDS
    # A hair's breadth of half an epoch is half an epoch: clocks of 250 Hz begin at 4 ms.
    half = STAGE_SECONDS / 2 - 0.01
    best = seconds[:-1].argmax(axis=0).astype(np.int8)
    most = seconds[:-1].max(axis=0)
    known = (most >= half) & (most >= seconds[-1])
    stages = np.where(known, best, np.int8(UNKNOWN)).astype(np.int8)
    return stages, seconds.sum(axis=0) >= half


def phase(scored: Sequence[Span], tolerance: float) -> float:
    """Return how long after the start of the signal the scorer's first epoch begins.

    Less than `tolerance` from a whole epoch is a whole epoch.
    """
    if not scored:
        return 0.0
    offset = min(span.start for span in scored) % STAGE_SECONDS
    return 0.0 if min(offset, STAGE_SECONDS - offset) <= tolerance else offset


def counts(stages: Stages) -> str:
    """Say how many epochs there are of which stage, in five stages and in our four."""
    of = {value: int((stages == value).sum()) for value in range(UNKNOWN, REM + 1)}
    text = (
        f"{of[WAKE]} wake, {of[N1] + of[N2]} light ({of[N1]} N1, {of[N2]} N2), "
        f"{of[N3]} deep, {of[REM]} REM"
    )
    return text + (f", {of[UNKNOWN]} unknown" if of[UNKNOWN] else "")
