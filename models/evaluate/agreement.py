"""Read what a device and a reference say of the same nights, and compare them."""

from collections.abc import Iterator
import csv
from pathlib import Path
import sys
from typing import Annotated

import numpy as np
from tqdm import tqdm
import typer

from models.errors import UserError

from .framework import (
    STAGES,
    STEPS,
    Agreement,
    Intervals,
    Options,
    Sleeper,
    agreement as compare,
)
from .report import describe, write_report
from .tables import as_json, write_tables

COLUMNS = ("subject", "epoch", "reference", "device")

STAGE_WORDS = ", ".join(f"{number} {name}" for number, name in enumerate(STAGES))

STAGE_NUMBERS = {
    text: stage for stage in range(len(STAGES)) for text in (f"{stage}", f"{stage}.0")
}
"""Also as tables write whole numbers that once stood beside a missing one."""


def read_sleepers(path: Path) -> tuple[Sleeper, ...]:
    """Read the epochs of all sleepers, in the order they first appear.

    Raises:
        UserError: Something is wrong with the file; the message names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as err:
        raise UserError(f"{path}: cannot be read ({err.strerror})") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: is no text in UTF-8; save it as CSV") from None
    epochs: dict[str, int] = {}
    stages: dict[str, tuple[list[int], list[int]]] = {}
    for line, subject, epoch, reference, device in _rows(path, text):
        expected = epochs.get(subject, epoch)
        if epoch != expected:
            raise UserError(
                f"{path}, line {line}: epoch {epoch} of {subject} follows epoch "
                f"{expected - 1}; there must be one night of each sleeper, in order and "
                "without gaps"
            )
        epochs[subject] = epoch + 1
        ours = stages.setdefault(subject, ([], []))
        ours[0].append(reference)
        ours[1].append(device)
    if not stages:
        raise UserError(f"{path}: holds no epochs")
    return tuple(
        Sleeper(subject, np.array(ours[0], np.int8), np.array(ours[1], np.int8))
        for subject, ours in stages.items()
    )


def _rows(path: Path, text: str) -> Iterator[tuple[int, str, int, int, int]]:
    """Read the lines of a file, whatever the order of its columns.

    Yields:
        Number of the line, subject, epoch, and the stages of both.
    """
    rows = csv.reader(text.splitlines(), strict=True)
    try:
        places = _places(path, next(rows, []))
        for row in rows:
            if any(field.strip() for field in row):
                where = f"{path}, line {rows.line_num}"
                yield rows.line_num, *_epoch(where, row, places)
    except csv.Error as err:
        raise UserError(f"{path}, line {rows.line_num}: is no CSV ({err})") from None


def _places(path: Path, head: list[str]) -> list[int]:
    """Return where the columns are."""
    names = [name.strip() for name in head]
    if not names:
        raise UserError(
            f"{path}: is empty; it must begin with the line {','.join(COLUMNS)}"
        )
    for name in names:
        if name not in COLUMNS:
            raise UserError(
                f"{path}, line 1: unknown column {name!r}; the columns are "
                f"{', '.join(COLUMNS)}"
            )
        if names.count(name) > 1:
            raise UserError(f"{path}, line 1: column {name!r} is there twice")
    for name in COLUMNS:
        if name not in names:
            raise UserError(f"{path}, line 1: column {name!r} is missing")
    return [names.index(name) for name in COLUMNS]


def _epoch(where: str, row: list[str], places: list[int]) -> tuple[str, int, int, int]:
    """Read one line."""
    if len(row) != len(COLUMNS):
        raise UserError(f"{where}: has {len(row)} fields instead of {len(COLUMNS)}")
    subject, epoch, *said = (row[place].strip() for place in places)
    if not subject:
        raise UserError(f"{where}: has no subject")
    if not (epoch.isascii() and epoch.isdigit()):
        raise UserError(f"{where}: epoch is {epoch!r}, not a whole number")
    for name, value in zip(COLUMNS[2:], said, strict=True):
        if value not in STAGE_NUMBERS:
            raise UserError(f"{where}: {name} is {value!r}, not one of {STAGE_WORDS}")
    return subject, int(epoch), STAGE_NUMBERS[said[0]], STAGE_NUMBERS[said[1]]


def agreement(
    recordings: Annotated[
        Path,
        typer.Argument(
            metavar="CSV",
            help="Epochs of 30 s: subject, epoch, reference, device (0 wake, 1 light, "
            "2 deep, 3 REM), from lights off to lights on.",
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for the tables, the plots and report.html.")
    ],
    json: Annotated[
        bool, typer.Option("--json", help="Write agreement.json too.")
    ] = False,
    intervals: Annotated[
        Intervals,
        typer.Option(
            help="Intervals by Student's t, or by bootstrap; limits of agreement beside "
            "a proportional bias always have the latter."
        ),
    ] = Intervals.CLASSIC,
    resamples: Annotated[
        int, typer.Option(help="Of each bootstrap.", min=100)
    ] = 10_000,
    seed: Annotated[int, typer.Option(help="Of the bootstraps.", min=0)] = 1,
) -> None:
    """Compare a sleep tracker with a reference, epoch by epoch.

    The standardized framework of Menghini et al. (2021): measures of every night, their
    discrepancies, limits of agreement, error matrices and epoch-by-epoch scores.
    """
    sleepers = read_sleepers(recordings)
    result = measured(
        sleepers, Options(intervals=intervals, resamples=resamples, seed=seed)
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_tables(result, out)
        if json:
            as_json(result, recordings.name, out / "agreement.json")
        report = write_report(result, recordings.name, out)
    except OSError as err:
        raise UserError(
            f"{err.filename or out}: cannot be written ({err.strerror})"
        ) from None
    typer.echo(describe(result))
    typer.echo(f"report: {report}")


def measured(sleepers: tuple[Sleeper, ...], options: Options) -> Agreement:
    """Compare, and show how far it is where somebody watches."""
    with tqdm(
        total=STEPS,
        disable=not sys.stderr.isatty(),
        file=sys.stderr,
        leave=False,
        bar_format="{percentage:3.0f}% |{bar}| {remaining}",
    ) as bar:
        return compare(sleepers, options, bar.update)
