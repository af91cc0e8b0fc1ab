"""Which files are nights, and which of them belong together."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
import re

from models.errors import UserError

NIGHTS = frozenset((".edf", ".rec", ".hea", ".npz"))
"""What may be a night: EDF (some call it REC), PhysioNet's records, numpy's arrays."""

PHYSIONET = (".st", ".hyp", ".arousal")
"""Extensions of PhysioNet's scorings: slpdb and CAP, Sleep-EDF, the challenge of 2018."""

TABLES = (".csv", ".tsv")

_TAGS = re.compile(
    r"[-_. ](nsrr|profusion|hypnogram|hypno|stages?|staging|scoring|annotations?|psg)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to convert."""

    nights: tuple[Path, ...]
    scorings: tuple[Path, ...]
    """Everything whose name is that of a scoring."""


def find(source: Path) -> Found:
    """Look for nights in a folder, or for one file's neighbours.

    Raises:
        UserError: There is nothing.
    """
    if source.is_file():
        files = sorted(source.parent.iterdir())
        return Found((source,), tuple(filter(_is_scoring, files)))
    if not source.is_dir():
        raise UserError(f"{source}: no such file or folder")
    files = sorted(
        path
        for path in source.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )
    nights = tuple(path for path in files if _is_night(path))
    if not nights:
        raise UserError(
            f"{source}: no recordings here; looked for {', '.join(sorted(NIGHTS))}"
        )
    return Found(nights, tuple(filter(_is_scoring, files)))


def _is_hypnogram(path: Path) -> bool:
    return path.suffix.lower() == ".edf" and "hypno" in path.stem.lower()


def _is_night(path: Path) -> bool:
    return path.suffix.lower() in NIGHTS and not _is_hypnogram(path)


def _is_scoring(path: Path) -> bool:
    suffixes = (".xml", *PHYSIONET, *TABLES)
    return path.suffix.lower() in suffixes or _is_hypnogram(path)


def name(path: Path) -> str:
    """Reduce 'night-nsrr.xml', 'night-PSG.edf' and 'night.edf.hyp' to 'night'."""
    stem = path.stem
    while True:
        shorter = _TAGS.sub("", stem)
        if shorter.lower().endswith((".edf", ".rec")):
            shorter = shorter[:-4]
        if shorter == stem or not shorter:
            return stem
        stem = shorter


def scorings(night: Path, found: Found) -> list[Path]:
    """Return what may be the scoring of a night, best first.

    In the night's own folder, or, where the night's name is the only one of its kind,
    anywhere: NSRR keeps signals and scorings in folders of their own.
    """
    mine = name(night)
    alone = Counter(map(name, found.nights))[mine] == 1
    same = [
        path
        for path in found.scorings
        if path != night
        and name(path) == mine
        and (alone or path.parent == night.parent)
    ]
    if not same and night.stem.lower().endswith("-psg"):
        # Sleep-EDF: SC4001E0-PSG.edf belongs to SC4001EC-Hypnogram.edf.
        same = [
            path
            for path in found.scorings
            if _is_hypnogram(path)
            and name(path)[:-1] == mine[:-1]
            and path.parent == night.parent
        ]
    return _sorted(same, night)


def _sorted(paths: Iterable[Path], night: Path) -> list[Path]:
    """Sort by nearness, then by how much a format can say."""
    return sorted(
        paths, key=lambda path: (path.parent != night.parent, _rank(path), path)
    )


def _rank(path: Path) -> int:
    lowered = path.name.lower()
    if lowered.endswith("-nsrr.xml"):
        return 0
    if lowered.endswith(".xml"):
        return 1
    if path.suffix.lower() in PHYSIONET:
        return 2
    return 3 if _is_hypnogram(path) else 4
