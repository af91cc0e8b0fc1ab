"""PhysioNet's own format: records (`.hea`), which `wfdb` reads, and annotations.

slpdb (`.st`) and Sleep-EDF (`.hyp`) have one note per epoch of 30 s, like "2", or "2 HA"
where an apnea follows; the challenge of 2018 (`.arousal`) has one where the stage changes,
among others of breathing. The CAP database (`.st`) writes "SLEEP-S2".
"""

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
import re
import struct

import numpy as np
from numpy.typing import NDArray
import wfdb

from models.errors import UserError

from .channels import Channel
from .reading import NoStagesError, reading
from .stages import Scoring, spans, stage

USUAL_RATE = 250.0
"""Hz of annotations that do not say it (WFDB's own default, and that of slpdb)."""

_SKIP, _AUX, _LAST_KIND = 59, 63, 49
"""Words that are no annotation: a long way to go, a note. Kinds end before them."""

_RESOLUTION = re.compile(r"## time resolution: ([\d.]+)")


def notes(content: bytes) -> tuple[list[tuple[int, str]], float | None]:
    """Take an annotation file apart: https://physionet.org/physiotools/wag/annot-5.htm.

    Not with `wfdb`, which goes round in circles at a comment that it does not know, and
    loses what is noted at the first sample.

    Returns:
        Ticks and texts, and ticks per second where the file says them.

    Raises:
        ValueError: The file is damaged or cut off.
    """
    found: list[tuple[int, str]] = []
    tick, at, rate = 0, 0, None
    while True:
        # The file ends with a word of nothing; struct complains where there is none.
        (word,) = struct.unpack_from("<H", content, at)
        at += 2
        kind, value = word >> 10, word & 0x3FF
        if not word:
            return found, rate
        if kind == _SKIP:
            high, low = struct.unpack_from("<hH", content, at)
            tick += (high << 16) + low
            at += 4
        elif kind == _AUX:
            if at + value > len(content):
                raise ValueError("a note is cut off")
            text = content[at : at + value].decode("latin-1").strip("\x00 ")
            at += value + value % 2
            said = _RESOLUTION.match(text)
            if said:
                rate = float(said[1])
            elif not text.startswith("##"):
                found.append((tick, text))
        elif kind <= _LAST_KIND:
            tick += value


def annotations(path: Path, rate: float | None = None) -> Scoring:
    """Read the stages of an annotation file.

    Args:
        path: The file.
        rate: Ticks per second, where neither the file nor a header beside it says them.

    Raises:
        NoStagesError: Its notes are of something else.
        UserError: It is damaged.
    """
    beside = path.with_suffix(".hea")
    with reading(path, "PhysioNet annotation file"):
        noted, said = notes(path.read_bytes())
        if not said and rate is None and beside.is_file():
            rate = Record(beside).rate
    ticks = said or rate or USUAL_RATE
    rows = [
        (tick / ticks, value)
        for tick, text in noted
        if (value := _stage(text.split())) is not None
    ]
    if not rows:
        raise NoStagesError(f"{path}: none of its notes is a stage")
    sure = said or rate
    return Scoring(
        origin=f"PhysioNet annotations ({path.name})",
        spans=spans([row[0] for row in rows], [row[1] for row in rows]),
        notes=()
        if sure
        else (f"{path.name}: ticks taken as {ticks:g} per second, as WFDB does",),
    )


def _stage(words: Sequence[str]) -> int | None:
    """Read '2 HA' as well as 'Sleep stage 2', but not '(N', which is a rhythm."""
    if not words or words[0].startswith("(") or words[0].endswith(")"):
        return None
    return (
        stage(" ".join(words))
        if words[0].lower() in ("sleep", "stage", "movement")
        else stage(words[0])
    )


class Record:
    """A record of signals."""

    def __init__(self, path: Path) -> None:
        """Read a header.

        Raises:
            UserError: It is damaged.
        """
        self.path = path
        with reading(path, "PhysioNet header"):
            head = wfdb.rdheader(str(path.with_suffix("")))
            if head.fs is None or not head.fs > 0:
                raise UserError(f"{path}: says no samples per second")
            self.rate = float(head.fs)
            begun = head.base_datetime
            self.start = None if begun is None else begun.replace(tzinfo=UTC)
            self.channels = [
                Channel(index, name or "", unit or "", self.rate)
                for index, (name, unit) in enumerate(
                    zip(head.sig_name or [], head.units or [], strict=True)
                )
            ]

    def values(self, channel: Channel) -> NDArray[np.float64]:
        """Read a channel, nan where it has none.

        Raises:
            UserError: The signals are missing, damaged or cut off.
        """
        with reading(self.path, "PhysioNet record"):
            read = wfdb.rdrecord(
                str(self.path.with_suffix("")), channels=[channel.index]
            )
            values: NDArray[np.float64] = read.p_signal[:, 0].astype(np.float64)
        return values
