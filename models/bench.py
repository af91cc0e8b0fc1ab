"""How fast the engine is, and how long Home Assistant is kept waiting: measured."""

import asyncio
from dataclasses import replace
from datetime import timedelta
import gc
import json
from pathlib import Path
import platform
import sys
import tempfile
import time
from types import ModuleType
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer

from custom_components.halo_rise.radar.frame import RadarFrame
from custom_components.halo_rise.sleep.engine import SleepEngine
from custom_components.halo_rise.sleep.epoch import EPOCH_SECONDS, SessionEnded
from custom_components.halo_rise.sleep.state import dump_state

from .errors import UserError
from .house.bedside import enable
from .house.home import HomeError
from .house.house import open_house
from .replay import batches
from .scenarios import kinds, render, write
from .world.truth import Floats, ModuleNight

WATCH = Path(__file__).parent / "house" / "loop_watch"

SPEED = 10.0
IN_BED_HOURS = 7.0
"""The state that is saved with every epoch, and a night in progress, are as long as ever."""

UP_AFTER_SECONDS = 60.0
"""After so long the sleeper gets up, half an hour (of theirs) before the night is settled."""

SETTLING_SECONDS = 8.0
"""After the start, until Home Assistant has no more to do."""

LIMIT_MS = 10.0


def bench_loop(
    seconds: Annotated[
        float, typer.Option(help="How long the night streams.", min=10.0)
    ] = 240.0,
    baseline: Annotated[
        float, typer.Option(help="How long to measure without the radar.", min=5.0)
    ] = 30.0,
) -> None:
    """Measure the longest block of the event loop while a night streams ten times too fast."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {text}", flush=True)

    print(
        f"""\
How: a real Home Assistant with recorder and frontend. Every turn of its event loop (one
callback, or one task between two awaits) is timed inside of the process; while a turn runs
the loop is blocked. A radar streams a night at {SPEED:.0f} times real speed, and the clock by which
its frames are timed runs as fast: parser, engine and archive have {SPEED:.0f} times the usual work
per second. Somebody has been in bed for {IN_BED_HOURS:.0f} h and gets up in the middle, so the night is
settled too. A dashboard follows: it gets all states, and the whole night with every epoch.
The baseline is the same process with the radar's entry unloaded. Times are of the wall
clock: what other processes take from this computer is in them; beside the slowest turns
stands how much processor they used themselves.
"""
    )
    try:
        with tempfile.TemporaryDirectory(prefix="halo-rise-") as folder:
            asyncio.run(_measure(Path(folder), seconds, baseline, say))
    except HomeError as err:
        raise UserError(str(err)) from None


async def _measure(folder: Path, seconds: float, baseline: float, say: Any) -> None:
    hours = IN_BED_HOURS + UP_AFTER_SECONDS * SPEED / 3600
    async with open_house(
        folder,
        zone="UTC",
        guests=(WATCH,),
        say=say,
        in_bed_since=timedelta(hours=IN_BED_HOURS),
        hours=hours,
        speed=SPEED,
    ) as house:
        home = house.home
        nights = len((await house.nights(limit=100))["nights"])
        await enable(home, house.entry_id, False)
        await asyncio.sleep(SETTLING_SECONDS)
        say(f"Without the radar, for {baseline:.0f} s.")
        await home.ask("loop_watch/take")
        await asyncio.sleep(baseline)
        await home.ask("loop_watch/take", path=str(folder / "baseline.json"))

        await house.bedside.stop()
        await house.bedside.start()
        await home.ask("subscribe_entities")
        await home.ask("loop_watch/take", speed=SPEED)
        await house.put_to_bed()
        say(f"A night at {SPEED:.0f} times real speed, for {seconds:.0f} s.")
        await home.ask("loop_watch/take")
        epochs = 0
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(30.0 / SPEED)
            if (night := await house.night(running=True)) is not None:
                epochs = max(epochs, len(night["epochs"]["stage"]))
        await home.ask("loop_watch/take", path=str(folder / "stream.json"))
        settled = len((await house.nights(limit=100))["nights"]) - nights
        print()
        _report("Without the radar", json.loads((folder / "baseline.json").read_text()))
        longest = _report(
            f"{SPEED:.0f} times real speed",
            json.loads((folder / "stream.json").read_text()),
        )
        print(
            f"The night grew to {epochs} epochs; nights settled meanwhile: {settled}."
        )
        verdict = "within" if longest <= LIMIT_MS else "MORE THAN"
        print(f"Longest block: {longest:.1f} ms, {verdict} {LIMIT_MS:.0f} ms.")


def _report(title: str, watch: dict[str, Any]) -> float:
    """Print what was measured; return the longest turn in milliseconds."""

    def line(what: str, values: list[float]) -> float:
        times = np.array(values or [0.0]) * 1000
        p50, p99 = np.percentile(times, (50, 99))
        print(
            f"  {what:22} {len(values):8} {p50:9.3f} {p99:9.3f} {times.max():9.3f}"
            f" {times.sum() / 1000:8.2f}"
        )
        return float(times.max())

    print(
        f"{title:24} {'turns':>8} {'p50 ms':>9} {'p99 ms':>9} {'max ms':>9} {'sum s':>8}"
    )
    longest = line("all", watch["turns"])
    line("ours", watch["ours"])
    line("garbage collections", watch["collections"])
    for took, cpu, what in sorted(watch["slow"], reverse=True)[:5]:
        print(f"    {took * 1000:6.1f} ms, {cpu * 1000:6.1f} ms of processor: {what}")
    return longest


# The engine alone

FAMILY = "alone"
"""Whose nights the engine is timed with."""

FACTOR_TARGET = 2000.0
"""Times real time that one core must manage, so that a night replays in seconds."""

BATCH_TARGET_MS = 3.0
"""The longest second of frames may take so long, or a small computer falls behind."""

STATE_TARGET_KB = 256.0
GROWTH_TARGET_MB = 5.0

SAVED_EVERY = 300.0
"""Seconds of frames between two looks at the size of the state."""

SHORT_BED, SHORT_AFTER = 2400.0, 2100.0
"""Seconds in bed and after it of a shortened night; half an hour after it is settled."""

WARM_NIGHTS = 5
"""Nights after which memory should not grow any more."""

DAY = 86_400.0
LARGEST_BLOCK = 512
"""Bytes of the largest object that Python counts in `sys.getallocatedblocks`; numpy's
arrays are larger, and counted with what holds them."""

KILOBYTE, MEGABYTE = 1024.0, 1024.0 * 1024.0


class Timed(NamedTuple):
    """One night through the engine, in batches of a second."""

    seconds: float
    """Of frames."""

    wall: float
    """Seconds on the clock."""

    processor: float
    """Seconds of one core."""

    batches: Floats
    """Milliseconds of processor for each batch."""


def time_night(night: ModuleNight) -> Timed:
    """Send a night through a new engine; its frames are there before the clock starts."""
    some = list(batches(iter(night.frames), 1.0))
    engine = SleepEngine(night.capabilities, epoch_origin=night.truth.start)
    took = np.zeros(len(some))
    gc.collect()
    # The frames of a night are many objects that no collector need look at again.
    gc.freeze()
    began, core = time.perf_counter(), time.process_time()
    for index, batch in enumerate(some):
        before = time.thread_time_ns()
        engine.process(batch)
        took[index] = time.thread_time_ns() - before
    core, wall = time.process_time() - core, time.perf_counter() - began
    gc.unfreeze()
    seconds = some[-1][-1].time - some[0][0].time
    return Timed(seconds, wall, core, took / 1e6)


def state_sizes(night: ModuleNight) -> tuple[int, int]:
    """Return the bytes of the saved engine after the night and at their most."""
    engine = SleepEngine(night.capabilities, epoch_origin=night.truth.start)
    most = 0
    for batch in batches(iter(night.frames), SAVED_EVERY):
        engine.process(batch)
        most = max(most, len(dump_state(engine.snapshot())))
    return len(dump_state(engine.snapshot())), most


def shortened(night: ModuleNight) -> list[RadarFrame]:
    """Return the frames of a night with most of its time in bed left out."""
    start, (begin, end) = night.truth.start, night.truth.sessions[0]
    cut = begin + SHORT_BED / 2
    back = max(end - SHORT_BED / 2, cut)
    late = [f for f in night.frames if back <= f.time < end + SHORT_AFTER]
    early = [f for f in night.frames if start <= f.time < cut]
    return early + [replace(f, time=f.time - (back - cut)) for f in late]


def in_use() -> float:
    """Return the megabytes that Python's small objects take at the very most.

    Not what the process holds, which never shrinks: growth would hide in what earlier
    work has left.
    """
    gc.collect()
    return sys.getallocatedblocks() * LARGEST_BLOCK / MEGABYTE


def held_by(thing: object) -> float:
    """Return the megabytes of everything that can be reached from an object."""
    total = 0
    seen: set[int] = set()
    stack: list[Any] = [thing]
    while stack:
        each = stack.pop()
        if id(each) in seen or isinstance(each, (ModuleType, type)) or callable(each):
            continue
        seen.add(id(each))
        total += sys.getsizeof(each)
        stack += gc.get_referents(each)
        if isinstance(each, np.ndarray) and each.base is not None:
            stack.append(each.base)
    return total / MEGABYTE


class Held(NamedTuple):
    """Megabytes after a night."""

    engine: float
    objects: float


def memory(night: ModuleNight, nights: int) -> tuple[list[Held], int]:
    """Let many nights pass before one engine; return what is held after each of them.

    How many of the nights it settled comes with it.
    """
    frames = shortened(night)
    engine = SleepEngine(night.capabilities, epoch_origin=night.truth.start)
    held = []
    settled = 0
    for number in range(nights):
        later = (replace(f, time=f.time + DAY * number) for f in frames)
        for batch in batches(later, EPOCH_SECONDS):
            updates = engine.process(batch)
            settled += sum(isinstance(update, SessionEnded) for update in updates)
        held.append(Held(held_by(engine), in_use()))
    return held, settled


def bench(
    out: Annotated[
        Path | None, typer.Option("--json", help="Where to write the figures.")
    ] = None,
    runs: Annotated[
        int, typer.Option(help="Nights timed of each kind of module.", min=1)
    ] = 3,
    nights: Annotated[
        int, typer.Option(help="Nights through one engine, for its memory.", min=2)
    ] = 30,
    seed: Annotated[int, typer.Option(help="Of the household.", min=0)] = 1,
) -> None:
    """Measure how fast the engine is on one core, and what it holds."""
    report: dict[str, Any] = {
        "processor": _processor(),
        "seed": seed,
        "runs": runs,
        "kinds": {},
    }
    print(
        f"{report['processor']}; one core, linear algebra in one thread. Frames are "
        "prepared before\nthe clock starts; times are the processor's own unless said "
        "otherwise.\n"
    )
    judged: dict[str, tuple[float, bool]] = {}
    drawn: ModuleNight | None = None
    for kind in kinds():
        night = render(FAMILY, seed, 1, kind)
        timed = [time_night(night) for _ in range(runs)]
        report["kinds"][kind] = figures = _speed(timed)
        figures["state_bytes"], figures["state_bytes_most"] = state_sizes(night)
        print(
            f"{kind:9} {timed[0].seconds / 3600:4.1f} h of frames: "
            f"{figures['factor_best']:7,.0f} times real time at best, "
            f"{figures['factor_median']:,.0f} in the median of {runs} runs "
            f"({figures['factor_wall_best']:,.0f} by the clock)\n"
            f"{'':10}one second of frames: {figures['batch_ms_p50']:.3f} ms, 99th "
            f"percentile {figures['batch_ms_p99']:.3f} ms, longest "
            f"{figures['batch_ms_max']:.2f} ms\n"
            f"{'':10}saved state: {figures['state_bytes'] / KILOBYTE:.0f} kB after the "
            f"night, at most {figures['state_bytes_most'] / KILOBYTE:.0f} kB"
        )
        if drawn is None:
            drawn = night
            judged = {
                f"{FACTOR_TARGET:,.0f} times real time": (
                    figures["factor_median"],
                    figures["factor_median"] >= FACTOR_TARGET,
                ),
                f"at most {BATCH_TARGET_MS:g} ms for a second, 99th percentile": (
                    figures["batch_ms_p99"],
                    figures["batch_ms_p99"] <= BATCH_TARGET_MS,
                ),
            }
    assert drawn is not None
    most = max(figures["state_bytes_most"] for figures in report["kinds"].values())
    held, settled = memory(drawn, nights)
    warm = min(WARM_NIGHTS, nights - 1)
    first, then, now = held[0], held[warm - 1], held[-1]
    # Whichever has grown more: the engine, or small objects anywhere.
    grown = max(now.engine - then.engine, now.objects - then.objects)
    report["engine_mb"] = [round(one.engine, 4) for one in held]
    report["objects_mb"] = [round(one.objects, 2) for one in held]
    report["growth_mb"] = round(grown, 2)
    report["settled"] = settled
    print(
        f"memory    the engine holds {first.engine:.2f} MB after the first of {nights} "
        f"short nights, {then.engine:.2f} MB after\n{'':10}night {warm}, "
        f"{now.engine:.2f} MB after the last ({settled} sessions were settled);\n"
        f"{'':10}small objects of the whole process grew by "
        f"{now.objects - then.objects:.2f} MB at most"
    )
    judged |= {
        f"at most {STATE_TARGET_KB:g} kB of state": (
            most / KILOBYTE,
            most <= STATE_TARGET_KB * KILOBYTE,
        ),
        f"at most {GROWTH_TARGET_MB:g} MB more after {nights} nights": (
            grown,
            grown <= GROWTH_TARGET_MB,
        ),
    }
    report["targets"] = {
        name: {"value": round(value, 3), "holds": holds}
        for name, (value, holds) in judged.items()
    }
    print()
    for name, (value, holds) in judged.items():
        print(f"{name}: {value:,.2f}, {'holds' if holds else 'MISSED'}")
    if out is not None:
        write(out, report)


def _speed(timed: list[Timed]) -> dict[str, Any]:
    factors = [one.seconds / one.processor for one in timed]
    batch = np.concatenate([one.batches for one in timed])
    p50, p99 = np.percentile(batch, (50, 99))
    return {
        "seconds": round(timed[0].seconds, 1),
        "factor_best": round(max(factors), 1),
        "factor_median": round(float(np.median(factors)), 1),
        "factor_wall_best": round(max(one.seconds / one.wall for one in timed), 1),
        "batch_ms_p50": round(float(p50), 4),
        "batch_ms_p99": round(float(p99), 4),
        "batch_ms_max": round(float(batch.max()), 3),
    }


def _processor() -> str:
    """Return what the system calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.split(":")[1].strip() for line in lines if "model name" in line)
    return next(names, platform.machine())
