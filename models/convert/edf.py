"""EDF and EDF+: Kemp 1992 and 2003, https://www.edfplus.info/specs/.

`edfio` reads signals and annotations. What it repairs in silence, and the gaps of an EDF+D,
which it closes, are looked at here.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import edfio
import numpy as np
from numpy.typing import NDArray

from models.errors import UserError
from models.recordings import LONGEST_SECONDS

from .channels import Channel
from .reading import NoStagesError, reading
from .stages import UNKNOWN, Scoring, lights, number, spans, stage

type Floats = NDArray[np.float64]

_FIELD = 256
"""Bytes of the general header, and of each signal's."""

_ANNOTATIONS = "EDF Annotations"

CENTURY = 1985
"""Two digits of a year before this one are of the next century (EDF specification)."""


@dataclass(frozen=True, slots=True)
class Header:
    """The layout of a file, as far as its completeness and its gaps depend on it."""

    size: int
    records: int
    record_seconds: float
    record_bytes: int
    annotations_at: tuple[int, int] | None
    """Place of the first annotations within a record: first byte, length."""

    gaps: bool
    """The file says that its records need not follow each other."""

    start: datetime | None
    """By the file's own clock, which knows no zone: taken as UTC."""


def header(path: Path) -> Header:
    """Read the layout of an EDF file.

    Raises:
        UserError: It is none, or is shorter than it says.
    """
    try:
        with path.open("rb") as file:
            general = file.read(_FIELD)
            if len(general) < _FIELD or general[:8].rstrip() != b"0":
                raise UserError(f"{path}: is no EDF file")
            layout = _layout(general, file.read(_signals(general) * _FIELD))
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise UserError(
            f"{path}: the header is damaged or cut off; get the file anew"
        ) from None
    return _complete(path, layout)


def _signals(general: bytes) -> int:
    count = int(general[252:256])
    if count < 1:
        raise ValueError("no signals")
    return count


def _layout(general: bytes, fields: bytes) -> Header:
    """Take the header apart.

    Raises:
        ValueError: It is damaged.
    """
    count = _signals(general)
    if len(fields) < count * _FIELD:
        raise ValueError("cut off")
    labels = [fields[16 * i : 16 * i + 16].decode("latin-1") for i in range(count)]
    # Before the samples per record, each signal has 216 bytes of other fields.
    at = 216 * count
    sizes = [2 * int(fields[at + 8 * i : at + 8 * i + 8]) for i in range(count)]
    seconds = float(general[244:252])
    if min(sizes) < 0 or not sum(sizes) or not 0 <= seconds <= LONGEST_SECONDS:
        raise ValueError("sizes")
    annotated = [i for i in range(count) if labels[i].rstrip() == _ANNOTATIONS]
    return Header(
        size=int(general[184:192]),
        records=int(general[236:244]),
        record_seconds=seconds,
        record_bytes=sum(sizes),
        annotations_at=(sum(sizes[: annotated[0]]), sizes[annotated[0]])
        if annotated
        else None,
        gaps=general[192:236].startswith(b"EDF+D"),
        start=_start(general[168:184].decode("latin-1")),
    )


def _start(text: str) -> datetime | None:
    try:
        start = datetime.strptime(text, "%d.%m.%y%H.%M.%S").replace(tzinfo=UTC)
        return start.replace(year=(start.year - CENTURY) % 100 + CENTURY)
    except ValueError:
        return None


def _complete(path: Path, layout: Header) -> Header:
    """Compare a file's length with what its header says."""
    there = (path.stat().st_size - layout.size) // layout.record_bytes
    if layout.records == -1:
        # Left so by recorders that did not finish; all that is there is sound.
        layout = replace(layout, records=there)
    if layout.records < 1:
        raise UserError(f"{path}: says that it has {layout.records} records")
    if there < layout.records:
        raise UserError(
            f"{path}: is cut off: it holds {max(there, 0)} of {layout.records} records "
            f"of {layout.record_seconds:g} s; get the file anew"
        )
    if layout.records * layout.record_seconds > LONGEST_SECONDS:
        raise UserError(f"{path}: says that it lasts longer than two weeks")
    return layout


class EdfNight:
    """An EDF file with signals."""

    def __init__(self, path: Path) -> None:
        """Open a file and read all but its signals.

        Raises:
            UserError: It is none, is damaged or is cut off.
        """
        self.path = path
        self._header = header(path)
        self.start = self._header.start
        with reading(path, "EDF file"):
            self._edf = edfio.read_edf(path, header_encoding="latin-1")
            self.channels = [
                Channel(
                    index,
                    each.label.strip(),
                    each.physical_dimension.strip(),
                    each.sampling_frequency,
                )
                for index, each in enumerate(self._edf.signals)
            ]

    def values(self, channel: Channel) -> Floats:
        """Read a channel at its own rate, nan in the gaps.

        Raises:
            UserError: The file is damaged.
        """
        layout = self._header
        with reading(self.path, "EDF file"):
            values = self._edf.signals[channel.index].data
            per_record = values.size // self._edf.num_data_records
            values = np.array(values[: per_record * layout.records], dtype=np.float64)
            if not layout.gaps or layout.annotations_at is None:
                return values
            return _spread(values.reshape(layout.records, -1), self._onsets(), layout)

    def _onsets(self) -> Floats:
        """Read when each record begins, in seconds after the first."""
        layout = self._header
        assert layout.annotations_at is not None
        first, length = layout.annotations_at
        records = np.memmap(
            self.path,
            np.uint8,
            "r",
            layout.size,
            (layout.records, layout.record_bytes),
        )
        onsets = np.array(
            [
                float(bytes(record).split(b"\x14", 1)[0])
                for record in records[:, first : first + length]
            ]
        )
        onsets -= onsets[0]
        # Onsets are written in decimals that need not meet the records' end.
        if (np.diff(onsets) < layout.record_seconds - 0.01).any():
            raise UserError(f"{self.path}: its records overlap; get the file anew")
        if not 0 <= onsets[-1] + layout.record_seconds <= LONGEST_SECONDS:
            raise UserError(f"{self.path}: says that it lasts longer than two weeks")
        return onsets

    def scoring(self) -> Scoring:
        """Return what the file's own annotations say of stages and lights.

        Raises:
            UserError: The annotations are damaged.
        """
        return _scoring(self._edf, self.path, "its own annotations")


def _spread(records: Floats, onsets: Floats, layout: Header) -> Floats:
    """Put records where they belong in time."""
    size = records.shape[1]
    rate = size / layout.record_seconds
    firsts = np.rint(onsets * rate).astype(np.intp)
    values = np.full(firsts[-1] + size, np.nan)
    for first, record in zip(firsts, records, strict=True):
        values[first : first + size] = record
    return values


def hypnogram(path: Path, start: datetime | None) -> Scoring:
    """Read the stages from the annotations of a file of their own.

    Args:
        path: The file.
        start: When the signals began, if that is known.

    Raises:
        NoStagesError: There are no stages in it.
        UserError: It is no EDF file, is damaged or cut off.
    """
    layout = header(path)
    with reading(path, "EDF file"):
        edf = edfio.read_edf(path, header_encoding="latin-1")
    scoring = _scoring(edf, path, path.name)
    if not scoring.spans:
        raise NoStagesError(f"{path}: has no annotation that is a stage")
    later = (
        (layout.start - start).total_seconds()
        if layout.start is not None and start is not None
        else 0.0
    )
    if not later:
        return scoring
    if abs(later) > scoring.end:
        note = f"{path.name} began at another time, by its clock; taken as if with it"
        return replace(scoring, notes=(*scoring.notes, note))
    return _later(scoring, later)


def _later(scoring: Scoring, seconds: float) -> Scoring:
    """Move a scoring in time."""

    def moved(at: float | None) -> float | None:
        return None if at is None else at + seconds

    return replace(
        scoring,
        spans=tuple(
            replace(span, start=span.start + seconds) for span in scoring.spans
        ),
        lights_off=moved(scoring.lights_off),
        lights_on=moved(scoring.lights_on),
    )


def _scoring(edf: edfio.Edf, path: Path, where: str) -> Scoring:
    """Find stages and lights among annotations."""
    with reading(path, "EDF file"):
        annotations = edf.annotations
    switches = [(each.onset, lights(each.text)) for each in annotations]
    rows = [
        (each.onset, each.duration, value)
        for each in annotations
        if (value := _stage(each.text)) is not None
    ]
    return Scoring(
        origin=f"EDF+ annotations ({where})",
        spans=spans(
            [row[0] for row in rows],
            [row[2] for row in rows],
            [row[1] for row in rows],
        ),
        lights_off=min((at for at, on in switches if on is False), default=None),
        lights_on=max((at for at, on in switches if on), default=None),
    )


def _stage(text: str) -> int | None:
    """Return the stage of an annotation, which may be of anything else as well.

    The standard's texts are 'Sleep stage W' and the like, and 'Movement time'. Others
    leave out the first words; a bare number or 'Movement' may be anything.
    """
    lowered = text.lower().strip()
    if lowered == "movement time":
        return UNKNOWN
    if lowered.startswith(("sleep", "stage")):
        return stage(text)
    found = stage(text)
    return found if found != UNKNOWN and number(lowered) is None else None
