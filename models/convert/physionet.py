"""PhysioNet's own format: records (`.hea`) and annotations, read by `wfdb`.

slpdb (`.st`) and Sleep-EDF (`.hyp`) have one note per epoch of 30 s, like "2", or "2 HA"
where an apnea follows; the challenge of 2018 (`.arousal`) has one where the stage changes,
among others of breathing. The CAP database (`.st`) writes "SLEEP-S2".
"""

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
import wfdb

from models.errors import UserError

from .channels import Channel
from .reading import NoStagesError, reading
from .stages import Scoring, spans, stage

USUAL_RATE = 250.0
"""Hz of annotations that do not say it (WFDB's own default, and that of slpdb)."""


def annotations(path: Path, rate: float | None = None) -> Scoring:
    """Read the stages of an annotation file.

    Args:
        path: The file.
        rate: Ticks per second, where the file does not say them.

    Raises:
        NoStagesError: Its notes are of something else.
        UserError: It is damaged.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    with reading(path, "PhysioNet annotation file"):
        read = wfdb.rdann(str(path.with_suffix("")), path.suffix[1:])
        ticks = [int(tick) for tick in read.sample]
        notes = [(note or "").strip("\x00 ").split() for note in read.aux_note]
        said = float(read.fs) if read.fs else None
    rate = said or rate or USUAL_RATE
    rows = [
        (tick / rate, value)
        for tick, words in zip(ticks, notes, strict=True)
        if words and (value := _stage(words)) is not None
    ]
    if not rows:
        raise NoStagesError(f"{path}: none of its notes is a stage")
    assumed = () if said else (f"{path.name}: ticks taken as {rate:g} per second",)
    return Scoring(
        origin=f"PhysioNet annotations ({path.name})",
        spans=spans([row[0] for row in rows], [row[1] for row in rows]),
        notes=assumed,
    )


def _stage(words: Sequence[str]) -> int | None:
    """Read '2 HA' as well as 'Sleep stage 2', but not '(N', which is a rhythm."""
    if words[0].startswith("(") or words[0].endswith(")"):
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
