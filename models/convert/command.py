"""Turn what others recorded into our own format, and say what was taken.

EDF and EDF+ with belts or airflow, PhysioNet's records, and `.npz` files of heartbeats or
of movement become recordings; a scoring is looked for beside them. A file that is damaged
or does not fit is named and left out, and the others are converted all the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
import sys
from typing import Annotated

from tqdm import tqdm
import typer

from models.errors import UserError
from models.recordings import SAMPLE_RATE_LIMITS, Recording, save

from . import edf, physionet, scorings, sources
from .account import Account
from .channels import choices
from .night import SLOWEST_HZ, Night, convert_night
from .reading import NoStagesError
from .stages import Scoring
from .tables import PassedOver, convert_table

USUAL_RATE = 10.0
"""Samples per second: breathing reaches 0.7 Hz, its shape some multiples of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The options."""

    channel: str | None = None
    rate: float = USUAL_RATE
    annotations: Path | None = None
    trim: bool = True


def read_scoring(path: Path, night: edf.EdfNight | physionet.Record) -> Scoring:
    """Read a scoring that is a file of its own.

    Raises:
        NoStagesError: It is something else.
        UserError: It is damaged.
    """
    suffix = path.suffix.lower()
    if suffix == ".xml":
        return scorings.read_xml(path)
    if suffix in (".edf", ".rec"):
        return edf.hypnogram(path, night.start)
    if suffix in sources.TABLES or suffix == ".txt":
        return scorings.read_table(path)
    rate = night.rate if isinstance(night, physionet.Record) else None
    return physionet.annotations(path, rate)


def _scoring(
    night: edf.EdfNight | physionet.Record,
    found: sources.Found,
    wishes: Wishes,
    account: Account,
) -> Scoring | None:
    """Choose a night's scoring: the one asked for, one beside it, its own annotations."""
    own = night.scoring() if isinstance(night, edf.EdfNight) else None
    if wishes.annotations is not None:
        return _with_lights(read_scoring(wishes.annotations, night), own)
    for path in sources.scorings(night.path, found):
        try:
            return _with_lights(read_scoring(path, night), own)
        except NoStagesError as error:
            account.say(f"passed over: {error}")
    return own


def _with_lights(scoring: Scoring, own: Scoring | None) -> Scoring:
    """Let the recording's own annotations say what the scoring does not: the lights."""
    if own is None:
        return scoring
    return replace(
        scoring,
        lights_off=own.lights_off if scoring.lights_off is None else scoring.lights_off,
        lights_on=own.lights_on if scoring.lights_on is None else scoring.lights_on,
    )


def convert_file(
    path: Path, found: sources.Found, wishes: Wishes, account: Account
) -> Recording:
    """Make a recording of a file.

    Raises:
        PassedOver: It needs none.
        UserError: It is damaged, or has nothing that breathes.
    """
    if path.suffix.lower() == ".npz":
        return convert_table(path, rate=wishes.rate, account=account)
    opened = (
        physionet.Record(path) if path.suffix.lower() == ".hea" else edf.EdfNight(path)
    )
    if not opened.channels:
        raise PassedOver("holds no signals")
    night = Night(
        path=path,
        start=opened.start,
        candidates=choices(path, opened.channels, wishes.channel),
        read=lambda choice: opened.values(choice.channel),
    )
    scoring = _scoring(opened, found, wishes, account)
    return convert_night(
        night, scoring, rate=wishes.rate, trim=wishes.trim, account=account
    )


def _refuse_to_overwrite(
    target: Path, path: Path, targets: Mapping[Path, Path]
) -> None:
    """Keep the source, and what another source became.

    Raises:
        UserError: One of them would be lost.
    """
    if target.resolve() == path.resolve():
        raise UserError(f"{path}: would overwrite itself; choose another --out")
    if target in targets:
        raise UserError(
            f"{path}: would overwrite what {targets[target]} became; convert it alone"
        )


def run(
    source: Path, out: Path, wishes: Wishes, say: Callable[[str], None]
) -> list[str]:
    """Convert everything in `source`.

    Returns:
        What went wrong, a line per file.

    Raises:
        UserError: There is nothing to convert, or the one file there is went wrong.
    """
    found = sources.find(source)
    base = source if source.is_dir() else source.parent
    failures: list[str] = []
    targets: dict[Path, Path] = {}
    written = warned = passed = 0
    with tqdm(
        found.nights,
        unit="file",
        disable=not sys.stderr.isatty(),
        file=sys.stderr,
        leave=False,
    ) as bar:
        for path in bar:
            bar.set_postfix_str(path.name)
            account = Account()
            target = (out / path.relative_to(base)).with_suffix(".npz")
            try:
                recording = convert_file(path, found, wishes, account)
                _refuse_to_overwrite(target, path, targets)
                save(target, recording)
            except PassedOver as reason:
                passed += 1
                say(f"{path}: {reason}; passed over")
            except UserError as error:
                if path == source:
                    raise
                failures.append(str(error))
                say(f"{path}: NOT CONVERTED\n  {error}")
            else:
                targets[target] = path
                written += 1
                warned += account.warnings > 0
                lines = "".join(f"\n  {line}" for line in account.lines)
                say(f"{path}{lines}\n  written: {target}")
    text = f"{written} recordings written to {out}"
    if warned:
        text += f", {warned} of them with warnings"
    if passed:
        text += f"; {passed} files passed over"
    say(text)
    return failures


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            help="A recording (EDF, EDF+, PhysioNet's .hea, .npz of heartbeats or of "
            "movement), or a folder of them."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    channel: Annotated[
        str | None,
        typer.Option(help="The channel to take, instead of the best one known."),
    ] = None,
    rate: Annotated[
        float, typer.Option(help="Samples per second to write.")
    ] = USUAL_RATE,
    annotations: Annotated[
        Path | None,
        typer.Option(
            help="The scoring, where it does not lie beside the recording by name."
        ),
    ] = None,
    trim: Annotated[
        bool,
        typer.Option(
            "--trim/--no-trim",
            help="Leave out what is before lights off and after lights on, or, where "
            "these were not noted, more than an hour from sleep.",
        ),
    ] = True,
) -> None:
    """Turn sleep laboratories' recordings into ours."""
    low, high = SLOWEST_HZ, SAMPLE_RATE_LIMITS[1]
    if not low <= rate <= high:
        raise UserError(f"--rate {rate:g}: give {low:g} to {high:g} samples per second")
    if annotations is not None and not source.is_file():
        raise UserError(
            f"--annotations {annotations}: SOURCE must be the one recording"
        )
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is no folder; choose another --out")
    wishes = Wishes(channel=channel, rate=rate, annotations=annotations, trim=trim)
    failures = run(source, out, wishes, lambda text: tqdm.write(text, file=sys.stdout))
    if not failures:
        return
    typer.echo(f"{len(failures)} files could not be converted:", err=True)
    for failure in failures:
        typer.echo(f"  {failure}", err=True)
    raise typer.Exit(1)
