"""Let simulated households sleep beside the engine that users run, and measure it.

A task is one household of one family in front of one kind of module. Its engine lives
through all its nights: first one to settle in, which is not measured, then up to four
which are. Tasks run side by side; each returns only what was measured.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
import json
from math import ceil, inf, isnan
import multiprocessing
import os
from pathlib import Path
import sys
import time
import traceback
from typing import Annotated, Any, NamedTuple
import zlib

import numpy as np
from tqdm import tqdm
import typer

from custom_components.halo_rise.radar.frame import Capabilities, RadarFrame
from custom_components.halo_rise.sleep.engine import LATE, SleepEngine
from custom_components.halo_rise.sleep.epoch import Update
from custom_components.halo_rise.sleep.state import dump_state, load_state

from . import cli
from .errors import UserError
from .figures import Figure, confusions, diagrams, figures, of_families
from .measures import Heard, Measured, measure, moved, output
from .replay import batches
from .world.truth import ModuleNight, Truth

NIGHTS_PER_HOUSEHOLD = 4
"""Nights that are measured of one household."""

FIRST_NIGHT = "first_night"
"""The family whose engine has never seen its bedroom: nobody settles in."""

SENSOR = "sensor_"
"""What the families begin with in which the sensor is moved."""

COMPARED_BATCHES = (0.1, 1.0, 30.0)
COMPARED_RESTORE = 600.0
"""Seconds of a batch, and between saving and restoring, in a comparison."""

WORST = 30
"""Nights in a list of failures."""

DIFFERENCES_SHOWN = 20


def families() -> dict[str, Any]:
    """Return the families there are; the bedrooms take a second to import."""
    from .world.families import FAMILIES  # noqa: PLC0415

    return dict(FAMILIES)


def kinds() -> tuple[str, ...]:
    """Return the kinds of module there are."""
    from .world.modules import KINDS  # noqa: PLC0415

    return tuple(KINDS)


def render(family: str, household: int, number: int, kind: str) -> ModuleNight:
    """Return one night of a household."""
    from .world.render import render as draw  # noqa: PLC0415

    return draw(family, household, number, kind)


def moved_on(family: str, household: int, numbers: Sequence[int]) -> int | None:
    """Return the first night in which the sensor stands elsewhere, None if it stays."""
    described = families()[family]
    if not family.startswith(SENSOR) or described.changed is None:
        return None
    before = described.household(household, 0).pose
    for number in numbers:
        if described.household(household, number).pose != before:
            return number
    return None


# Tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One household of one family in front of one kind of module."""

    family: str
    kind: str
    household: int
    """The seed of the household; the kind of module does not matter for it."""

    numbers: tuple[int, ...]
    """The nights that are lived."""

    scored: tuple[int, ...]
    """Those of them that are measured."""

    empty: bool = False
    batch: float = 1.0
    restore_every: float = 0.0


class Lived(NamedTuple):
    """What came of a task."""

    task: Task
    nights: list[Measured]
    seconds: float
    """Of frames that the engine took in."""

    took: float
    """Seconds of the engine's work."""

    error: str = ""


def household_seed(seed: int, family: str, index: int) -> int:
    """Return the seed of a household; every module stands in the same bedroom."""
    sequence = np.random.SeedSequence([seed, zlib.crc32(family.encode()), index])
    return int(sequence.generate_state(1)[0])


def plan(
    names: dict[str, Any],
    modules: Sequence[str],
    *,
    nights: int,
    seed: int,
    batch: float = 1.0,
    restore_every: float = 0.0,
) -> list[Task]:
    """Return the tasks in which every family sleeps so many nights, by kind."""
    tasks = []
    for family, described in names.items():
        settles = family != FIRST_NIGHT
        each = NIGHTS_PER_HOUSEHOLD if settles else 1
        for index in range(ceil(nights / each)):
            count = min(each, nights - index * each)
            scored = tuple(range(1, count + 1)) if settles else (0,)
            tasks += [
                Task(
                    family=family,
                    kind=kind,
                    household=household_seed(seed, family, index),
                    numbers=(0, *scored) if settles else scored,
                    scored=scored,
                    empty=described.kind == "empty",
                    batch=batch,
                    restore_every=restore_every,
                )
                for kind in modules
            ]
    return tasks


class Listening:
    """An engine that lives through nights, and is saved and restored now and then."""

    def __init__(self, capabilities: Capabilities, origin: float) -> None:
        """Begin with an engine that knows nothing."""
        self.heard = Heard()
        self.took = 0.0
        self._new = partial(SleepEngine, capabilities, epoch_origin=origin)
        self._engine = self._new()
        self._saved_at = -inf

    def live(
        self, frames: Sequence[RadarFrame], batch: float, restore_every: float = 0.0
    ) -> None:
        """Play a night."""
        for some in batches(iter(frames), batch):
            began = time.perf_counter()
            updates = self._engine.process(some)
            self.took += time.perf_counter() - began
            self.heard.take(updates)
            if restore_every and some[-1].time - self._saved_at >= restore_every:
                self._saved_at = some[-1].time
                saved = dump_state(self._engine.snapshot())
                self._engine = self._new()
                self._engine.restore(load_state(saved))

    def end(self, now: float) -> Heard:
        """Let the last night end."""
        began = time.perf_counter()
        updates: list[Update] = [
            *self._engine.flush(now),
            *self._engine.close_session(),
        ]
        self.took += time.perf_counter() - began
        self.heard.take(updates)
        self.heard.close()
        return self.heard


def end_of(truth: Truth) -> float:
    """Return the end of a night's last second."""
    return truth.start + truth.covered.size


def live(task: Task) -> Lived:
    """Let a household live, and measure its nights."""
    truths: dict[int, Truth] = {}
    engine: Listening | None = None
    seconds = 0.0
    try:
        for number in task.numbers:
            night = render(task.family, task.household, number, task.kind)
            truths[number] = night.truth
            seconds += night.truth.covered.size
            if engine is None:
                engine = Listening(night.capabilities, night.truth.start)
            engine.live(night.frames, task.batch, task.restore_every)
        assert engine is not None
        heard = engine.end(end_of(truths[task.numbers[-1]]) + LATE)
        begins = [truths[number].start for number in task.numbers] + [inf]
        said = {
            number: output(heard, truths[number], begins[place + 1])
            for place, number in enumerate(task.numbers)
            if number in task.scored
        }
        measured = [
            measure(
                truths[number],
                words,
                family=task.family,
                household=task.household,
                number=number,
                kind=task.kind,
                empty=task.empty,
            )
            for number, words in said.items()
        ]
        on = moved_on(task.family, task.household, task.numbers)
        moved(measured, list(said.values()), on)
    except Exception:  # noqa: BLE001 - one broken household must not end the others.
        return Lived(task, [], seconds, 0.0, traceback.format_exc())
    return Lived(task, measured, seconds, engine.took)


# Side by side


def side_by_side[T, R](
    work: Callable[[T], R], tasks: Sequence[T], jobs: int, label: str
) -> Iterator[R]:
    """Work on tasks on so many cores, with a progress bar; results come as they do."""
    with tqdm(
        total=len(tasks), unit="household", desc=label, disable=not sys.stderr.isatty()
    ) as bar:
        if jobs == 1:
            for task in tasks:
                yield work(task)
                bar.update()
            return
        # New processes, not copies: a copy of a process with threads may hang.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, context, cli.begin_worker) as pool:
            running: list[Future[R]] = [pool.submit(work, task) for task in tasks]
            for done in as_completed(running):
                yield done.result()
                bar.update()


# Comparing


class Compared(NamedTuple):
    """Whether batches and restarts make no difference."""

    family: str
    kind: str
    household: int
    compared: int
    """Values that were compared: epochs, events, nights and seconds."""

    differences: list[str]
    error: str = ""


def compare(task: Task) -> Compared:
    """Play the same night in other batches, and with restarts."""
    where = (task.family, task.kind, task.household)
    try:
        nights = [
            render(task.family, task.household, number, task.kind)
            for number in task.numbers
        ]
        runs = {
            f"batches of {batch:g} s": (batch, 0.0) for batch in COMPARED_BATCHES
        } | {"restored every ten minutes": (1.0, COMPARED_RESTORE)}
        heard: dict[str, Heard] = {}
        for name, (batch, restore_every) in runs.items():
            engine = Listening(nights[0].capabilities, nights[0].truth.start)
            for night in nights:
                engine.live(night.frames, batch, restore_every)
            heard[name] = engine.end(end_of(nights[-1].truth) + LATE)
        count = 0
        differences: list[str] = []
        first, *others = heard
        for other in others:
            number, found = difference(heard[first], heard[other])
            count += number
            differences += [f"{first} against {other}: {text}" for text in found]
    except Exception:  # noqa: BLE001 - one broken household must not end the others.
        return Compared(*where, 0, [], traceback.format_exc())
    return Compared(*where, count, differences)


LISTS = ("epochs", "nights", "events", "moved")
SECONDS = ("time", "presence", "present", "in_bed", "owner", "intent")


def difference(one: Heard, other: Heard) -> tuple[int, list[str]]:
    """Return how many things were compared and what is not exactly the same."""
    count = 0
    found = []
    for name in LISTS:
        ours, theirs = getattr(one, name), getattr(other, name)
        count += max(len(ours), len(theirs))
        if len(ours) != len(theirs):
            found.append(f"{len(ours)} and {len(theirs)} {name}")
        for index, (mine, yours) in enumerate(zip(ours, theirs, strict=False)):
            if (what := unlike(mine, yours)) is not None:
                found.append(f"{name}[{index}]{what}")
    for name in SECONDS:
        mine, yours = np.array(getattr(one, name)), np.array(getattr(other, name))
        count += max(mine.size, yours.size)
        if mine.size != yours.size:
            found.append(f"{mine.size} and {yours.size} seconds of {name}")
            continue
        same = (mine == yours) | (np.isnan(mine) & np.isnan(yours))
        if not same.all():
            at = int(np.argmin(same))
            found.append(
                f"{name} in {int((~same).sum())} seconds, first {at}: "
                f"{mine[at]} and {yours[at]}"
            )
    return count, found


def unlike(one: Any, other: Any) -> str | None:
    """Return where two results differ, None if they are exactly the same."""
    if type(one) is not type(other):
        return f": {one!r} and {other!r}"
    if is_dataclass(one):
        for each in fields(one):
            what = unlike(getattr(one, each.name), getattr(other, each.name))
            if what is not None:
                return f".{each.name}{what}"
        return None
    if isinstance(one, tuple):
        if len(one) != len(other):
            return f": {len(one)} and {len(other)} values"
        for index, (mine, yours) in enumerate(zip(one, other, strict=True)):
            if (what := unlike(mine, yours)) is not None:
                return f"[{index}]{what}"
        return None
    if one == other or (isinstance(one, float) and isnan(one) and isnan(other)):
        return None
    return f": {one!r} and {other!r}"


# Reports


def table(result: Sequence[Figure]) -> Iterator[str]:
    """Return one line per figure, by kind."""
    kind = ""
    groups = max((len(figure.group) for figure in result), default=0)
    names = max((len(figure.name) for figure in result), default=0)
    for figure in result:
        if figure.kind != kind:
            kind = figure.kind
            yield ""
            yield (
                f"{kind:{groups + names + 3}} {'value':>10} {'95 % interval':>22} "
                f"{'nights':>6}  target"
            )
        yield (
            f"  {figure.group:{groups}} {figure.name:{names}} "
            f"{shown(figure.value, figure.unit):>10} {interval(figure):>22} "
            f"{figure.n:6}  {target(figure)}"
        ).rstrip()


def shown(value: float, unit: str) -> str:
    """Return a value with its unit."""
    if isnan(value):
        return "-"
    if unit == "%":
        return f"{value * 100:.2f} %"
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{'0' if text == '-0' else text} {unit}".strip()


def interval(figure: Figure) -> str:
    """Return an interval."""
    if isnan(figure.low):
        return ""
    return f"{shown(figure.low, figure.unit)} .. {shown(figure.high, figure.unit)}"


def target(figure: Figure) -> str:
    """Return the target and whether it holds."""
    if figure.holds is None:
        return ""
    least, most = shown(figure.least, figure.unit), shown(figure.most, figure.unit)
    if figure.least == -inf:
        words = f"<= {most}"
    elif figure.most == inf:
        words = f">= {least}"
    else:
        words = f"{least} .. {most}"
    return f"{words}  {'holds' if figure.holds else 'MISSED'}"


def failures(nights: Sequence[Measured]) -> list[dict[str, Any]]:
    """Return the nights in which anything went wrong, the worst first."""
    bad = [night for night in nights if night.problems]
    bad.sort(key=lambda night: -sum(problem.weight for problem in night.problems))
    return [
        {
            "family": night.family,
            "seed": night.household,
            "number": night.number,
            "kind": night.kind,
            "weight": round(sum(problem.weight for problem in night.problems), 2),
            "what": [problem.what for problem in night.problems],
        }
        for night in bad
    ]


def write(out: Path, content: dict[str, Any]) -> None:
    """Write a report as JSON."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n")
    except OSError as err:
        raise UserError(f"{out}: cannot be written ({err.strerror})") from None


def chosen[T](there: dict[str, T], wanted: Sequence[str], what: str) -> dict[str, T]:
    """Return what was asked for by name, or everything."""
    for name in wanted:
        if name not in there:
            raise UserError(
                f"{name}: no such {what}; there are {', '.join(sorted(there))}"
            )
    return {
        name: value for name, value in there.items() if not wanted or name in wanted
    }


def scenarios(
    only: Annotated[
        list[str] | None, typer.Option("--only", help="This family; may be repeated.")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="This kind of module; may be repeated."),
    ] = None,
    nights: Annotated[
        int, typer.Option(help="Measured nights of each family and kind.", min=1)
    ] = 12,
    seed: Annotated[
        int, typer.Option(help="Another seed means other households.", min=0)
    ] = 1,
    jobs: Annotated[
        int, typer.Option(help="Households at the same time; 0 is one per core.", min=0)
    ] = 0,
    batch: Annotated[
        float, typer.Option(help="Seconds of frames the engine gets at once.", min=0.01)
    ] = 1.0,
    restore_every: Annotated[
        float,
        typer.Option(
            help="Seconds between saving the engine and restoring it; 0 is never.",
            min=0.0,
        ),
    ] = 0.0,
    comparing: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="Check that batches and restarts make no difference, instead.",
        ),
    ] = False,
    list_failures: Annotated[
        bool, typer.Option("--failures", help="List the worst nights too.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--json", help="Where to write the figures.")
    ] = None,
) -> None:
    """Measure the engine in simulated bedrooms."""
    names = chosen(families(), only or (), "family")
    modules = list(chosen(dict.fromkeys(kinds(), ""), kind or (), "kind of module"))
    tasks = plan(
        names,
        modules,
        nights=1 if comparing else nights,
        seed=seed,
        batch=batch,
        restore_every=restore_every,
    )
    jobs = min(jobs or os.process_cpu_count() or 1, len(tasks))
    if comparing:
        broken = _compare(tasks, seed, jobs, out)
    else:
        broken = _measure(tasks, seed, nights, jobs, list_failures, out)
    for line in broken:
        print(line, file=sys.stderr)
    if broken:
        raise typer.Exit(1)


def _measure(
    tasks: Sequence[Task],
    seed: int,
    nights: int,
    jobs: int,
    list_failures: bool,
    out: Path | None,
) -> list[str]:
    """Let all households live and report; return what broke."""
    began = time.perf_counter()
    lived = list(side_by_side(live, tasks, jobs, "Nights"))
    lived.sort(key=lambda one: tasks.index(one.task))
    took = time.perf_counter() - began
    measured = [night for one in lived for night in one.nights]
    result = figures(measured)
    bad = failures(measured)
    seconds, work = sum(one.seconds for one in lived), sum(one.took for one in lived)
    broken = [
        f"{one.task.family}, household {one.task.household}, {one.task.kind}: "
        f"the engine or the bedroom broke\n{one.error}"
        for one in lived
        if one.error
    ]
    if out is not None:
        write(
            out,
            {
                "seed": seed,
                "nights": nights,
                "measured": len(measured),
                "took_seconds": round(took, 1),
                "figures": [figure.as_json() for figure in result],
                "families": {
                    family: [figure.as_json() for figure in rows]
                    for family, rows in of_families(measured).items()
                },
                "reliability": diagrams(measured),
                "confusion": confusions(measured),
                "failures": bad,
                "broken": broken,
            },
        )
    for line in table(result):
        print(line)
    if list_failures:
        print()
        for row in bad[:WORST]:
            print(
                f"{row['weight']:7.1f}  {row['family']} seed {row['seed']} "
                f"night {row['number']} {row['kind']}: {'; '.join(row['what'])}"
            )
    missed = sum(figure.holds is False for figure in result)
    judged = sum(figure.holds is not None for figure in result)
    print(
        f"\n{len(measured)} nights of {len(lived)} households in {took:.0f} s "
        f"({jobs} at a time; engine {seconds / work if work else 0.0:,.0f} times real "
        f"time); {judged - missed} of {judged} targets hold."
    )
    return broken


def _compare(
    tasks: Sequence[Task], seed: int, jobs: int, out: Path | None
) -> list[str]:
    """Compare batches and restarts in all tasks and report; return what broke."""
    results = sorted(side_by_side(compare, tasks, jobs, "Comparisons"))
    differences = [
        f"{one.family}, household {one.household}, {one.kind}: {text}"
        for one in results
        for text in one.differences
    ]
    broken = [
        f"{one.family}, household {one.household}, {one.kind}: "
        f"the engine or the bedroom broke\n{one.error}"
        for one in results
        if one.error
    ]
    count = sum(one.compared for one in results)
    if out is not None:
        write(
            out,
            {
                "seed": seed,
                "scenes": len(results),
                "compared": count,
                "differences": differences,
                "broken": broken,
            },
        )
    for text in differences[:DIFFERENCES_SHOWN]:
        print(text)
    print(
        f"{count:,} epochs, events, nights and seconds compared in {len(results)} "
        f"scenes, {len(differences)} differences."
    )
    return broken + (["Batches or restarts make a difference."] if differences else [])
