"""Scorings that lie beside a recording: XML of NSRR and Profusion, and tables.

NSRR: https://sleepdata.org, `PSGAnnotation` with `ScoredEvent`s whose `EventConcept` is
like "Stage 2 sleep|2". Profusion: `CMPStudyConfig` with one `SleepStage` per epoch.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
import csv
import io
from pathlib import Path
import re
from xml.etree import ElementTree as ET

from models.errors import UserError
from models.recordings import LONGEST_SECONDS, STAGE_SECONDS

from .reading import NoStagesError
from .stages import (
    UNKNOWN,
    UNSCORED_NUMBERS,
    Numbers,
    Scoring,
    lights,
    number,
    spans,
    stage,
)

LARGEST_BYTES = 64 * 2**20
"""A night's scoring has at most a few thousand entries; more is another kind of file."""


def _text(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise NoStagesError(f"{path}: is too large to be a scoring")
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None


def read_xml(path: Path) -> Scoring:
    """Read a scoring of NSRR or of Profusion.

    Raises:
        NoStagesError: It is other XML.
        UserError: It is damaged.
    """
    content = _text(path)
    if b"<!ENTITY" in content:
        raise UserError(f"{path}: defines entities, which no scoring needs")
    try:
        # Without entities of its own, nothing can blow up, and nothing outside is loaded.
        root = ET.fromstring(content)  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as error:
        raise UserError(f"{path}: is damaged XML ({error}); get it anew") from None
    epoch = _seconds(root.findtext("EpochLength"), STAGE_SECONDS)
    if epoch is None or not 1 <= epoch <= 600:
        raise UserError(f"{path}: has epochs of an impossible length")
    listed = [each.text or "" for each in root.iterfind("SleepStages/SleepStage")]
    rows = (
        [(index * epoch, epoch, word) for index, word in enumerate(listed)]
        if listed
        else list(_stage_events(root, path))
    )
    if not rows:
        raise NoStagesError(f"{path}: has no sleep stages")
    kind = "Profusion" if listed else "NSRR"
    off, on = _switches(root)
    return _scoring(
        f"{kind} XML ({path.name})", rows, Numbers.RK, lights_off=off, lights_on=on
    )


def _seconds(text: str | None, default: float | None = None) -> float | None:
    """Read seconds; None for what is none."""
    if text is None or not text.strip():
        return default
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) <= LONGEST_SECONDS else None


def _stage_events(
    root: ET.Element, path: Path
) -> Iterable[tuple[float, float | None, str]]:
    for event in root.iter("ScoredEvent"):
        kind = event.findtext("EventType") or ""
        if not kind.lower().startswith("stage"):
            continue
        start = _seconds(event.findtext("Start"))
        duration = _seconds(event.findtext("Duration"))
        if start is None or duration is None:
            raise UserError(
                f"{path}: a stage has no Start or Duration in seconds; repair it"
            )
        concept = event.findtext("EventConcept") or ""
        words = concept.split("|")
        # "Stage 2 sleep|2": the number stays the same, the words do not.
        yield start, duration, words[-1] if len(words) > 1 else concept


def _switches(root: ET.Element) -> tuple[float | None, float | None]:
    """Find when the lights went off and on."""
    off: list[float] = []
    on: list[float] = []
    for event in root.iter("ScoredEvent"):
        text = event.findtext("EventConcept") or event.findtext("Name") or ""
        which, at = lights(text), _seconds(event.findtext("Start"))
        if which is not None and at is not None:
            (on if which else off).append(at)
    return min(off, default=None), max(on, default=None)


_STAGE_COLUMNS = (
    "stage",
    "stages",
    "sleepstage",
    "sleepstages",
    "stagename",
    "hypnogram",
    "hypno",
    "score",
    "scoring",
    "label",
    "description",
    "annotation",
    "event",
)
_ONSET_COLUMNS = ("onset", "start", "starttime", "time", "seconds", "second", "sec")
_DURATION_COLUMNS = ("duration", "length", "epochlength")
_EPOCH_COLUMNS = ("epoch", "epochs", "epochnumber", "epochindex", "index", "")
"""Names of columns without case, signs and units, best first."""


def read_table(path: Path) -> Scoring:
    """Read a scoring from CSV or the like.

    There must be a column of stages. Where they are in time is said by a column of
    seconds or of epochs; otherwise they follow each other, 30 s apart.

    Raises:
        NoStagesError: It is another table.
        UserError: The table contradicts itself.
    """
    content = _text(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    first = text.strip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        table = [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise UserError(f"{path}: is damaged ({error}); get it anew") from None
    if not table:
        raise NoStagesError(f"{path}: is empty")
    names = [re.sub(r"\(.*\)|\[.*\]|[^a-z]", "", cell.lower()) for cell in table[0]]
    column = _column(names, _STAGE_COLUMNS)
    if column is None and len(names) == 1 and stage(table[0][0]) is not None:
        return _words(path, [row[0] for row in table])
    if column is None:
        raise NoStagesError(
            f"{path}: has no column of stages, like 'stage'; it has "
            + (", ".join(repr(cell) for cell in table[0][:12]))
        )
    rows = [row for row in table[1:] if len(row) > column]
    words = [row[column] for row in rows]
    onset = _column(names, _ONSET_COLUMNS)
    if onset is not None and onset != column:
        return _timed(path, rows, words, onset, _column(names, _DURATION_COLUMNS))
    counted = _column(names, _EPOCH_COLUMNS)
    if counted is not None and counted != column:
        return _counted(path, rows, words, counted)
    return _words(path, words)


def _column(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _words(path: Path, words: Sequence[str]) -> Scoring:
    """One stage after the other."""
    rows = [(STAGE_SECONDS * i, STAGE_SECONDS, word) for i, word in enumerate(words)]
    return _table(path, rows)


def _timed(
    path: Path,
    rows: Sequence[Sequence[str]],
    words: Sequence[str],
    onset: int,
    duration: int | None,
) -> Scoring:
    """Stages with their time."""
    timed: list[tuple[float, float | None, str]] = []
    for row, word in zip(rows, words, strict=True):
        at = _seconds(row[onset]) if len(row) > onset else None
        if at is None:
            raise UserError(
                f"{path}: {row[onset] if len(row) > onset else ''!r} is no time; give "
                "seconds from the start of the recording"
            )
        lasts = row[duration] if duration is not None and len(row) > duration else None
        timed.append((at, _seconds(lasts), word))
    return _table(path, timed)


def _counted(
    path: Path, rows: Sequence[Sequence[str]], words: Sequence[str], counted: int
) -> Scoring:
    """Stages with the number of their epoch, from 0 or from 1 on."""
    numbers = []
    for row in rows:
        text = row[counted] if len(row) > counted else ""
        value = _seconds(text)
        if value is None or not value.is_integer() or value < 0:
            raise UserError(f"{path}: {text!r} is no number of an epoch")
        numbers.append(int(value))
    base = 0 if 0 in numbers else 1
    timed = [
        ((value - base) * STAGE_SECONDS, STAGE_SECONDS, word)
        for value, word in zip(numbers, words, strict=True)
    ]
    return _table(path, timed)


def _table(path: Path, rows: Sequence[tuple[float, float | None, str]]) -> Scoring:
    """Understand the words of a table."""
    origin = f"table ({path.name})"
    numbers = [number(word) for _, _, word in rows]
    known = [
        value
        for value in numbers
        if value is not None and value not in UNSCORED_NUMBERS
    ]
    # Where words stand beside numbers, the word is REM, and 4 can only be of R&K.
    worded = any(
        value is None and stage(word) not in (None, UNKNOWN)
        for value, (_, _, word) in zip(numbers, rows, strict=True)
    )
    counting = (
        Numbers.RK if worded or max(known, default=0) > 4 or not known else Numbers.AASM
    )
    # Without a 5, a night without REM of the one looks like a night of the other.
    notes = (
        (f"{path.name}: numbers read as those of {counting.value}",)
        if counting is Numbers.AASM
        else ()
    )
    scoring = _scoring(origin, rows, counting, notes=notes)
    if not any(stage(word, counting) is not None for _, _, word in rows):
        raise NoStagesError(f"{path}: none of its words is a stage")
    return scoring


def _scoring(
    origin: str,
    rows: Sequence[tuple[float, float | None, str]],
    counting: Numbers,
    *,
    lights_off: float | None = None,
    lights_on: float | None = None,
    notes: tuple[str, ...] = (),
) -> Scoring:
    """Build a scoring; what no word is known for is unknown, and said."""
    values = [stage(word, counting) for _, _, word in rows]
    strange = Counter(
        word for (_, _, word), value in zip(rows, values, strict=True) if value is None
    )
    if strange:
        listed = ", ".join(f"{word[:40]!r}" for word, _ in strange.most_common(5))
        notes = (
            *notes,
            f"{strange.total()} entries are no stage that is known here: {listed}",
        )
    return Scoring(
        origin=origin,
        spans=spans(
            [row[0] for row in rows],
            [UNKNOWN if value is None else value for value in values],
            [row[1] for row in rows],
        ),
        lights_off=lights_off,
        lights_on=lights_on,
        notes=notes,
    )
