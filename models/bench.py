"""How long the event loop of Home Assistant is kept waiting, measured and not assumed."""

import asyncio
from datetime import timedelta
import json
from pathlib import Path
import tempfile
import time
from typing import Annotated, Any

import numpy as np
import typer

from .errors import UserError
from .house.bedside import enable
from .house.home import HomeError
from .house.house import open_house

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
