"""`scripts/develop`: the house, opened to a person, or checked and closed again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
import signal
import tempfile
import time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from models.errors import UserError

from .bedside import DASHBOARD, IN_BED_SINCE, machine_zone
from .browser import CHROMIUM, chromium, window
from .history import NIGHTS, ROOT
from .home import USUAL_PORT, HomeError, forget, until
from .house import House, open_house

FOLDER = ROOT / ".cache" / "develop"

LIVE_SECONDS = 30.0
"""Until the first values come: the radar's backlog, a second of frames, a look at them."""


def develop(
    smoke: Annotated[
        bool,
        typer.Option(
            "--smoke", help="Do everything once in a new folder, and check it."
        ),
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget what earlier runs have left.")
    ] = False,
    port: Annotated[
        int, typer.Option(help="Where Home Assistant listens, if that port is free.")
    ] = USUAL_PORT,
) -> None:
    """Start a real Home Assistant with a radar, a sleeper, past nights and the dashboard."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {text}", flush=True)

    if fresh and not smoke:
        forget(FOLDER)
    try:
        if smoke:
            with tempfile.TemporaryDirectory(prefix="halo-rise-") as folder:
                passed = asyncio.run(_until_told(_smoke(Path(folder), say)))
            say("Everything is as it should be." if passed else "Something is wrong.")
            raise typer.Exit(0 if passed else 1)
        asyncio.run(_until_told(_stay(FOLDER, port, say)))
    except HomeError as err:
        raise UserError(str(err)) from None


async def _until_told[T](work: Awaitable[T]) -> T | None:
    """Do something until it is done, or until Ctrl-C or the system wants us to stop."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        return await task
    return None


async def _stay(folder: Path, port: int, say: Callable[[str], None]) -> None:
    async with open_house(folder, zone=machine_zone(), port=port, say=say) as house:
        home = house.home
        print(
            f"""
Open {home.url} in a browser on this computer. You are let in without a password.

  The night card      {home.url}/{DASHBOARD}/night
                      It begins with tonight so far; the stored nights lie before it.
                      By keyboard: arrows and Page Up/Down on the plot, T for the table.
  The radar's device  {home.url}/config/devices/device/{house.device_id}
  The log             {home.log}

Somebody has been in bed for {IN_BED_SINCE.total_seconds() / 60:.0f} minutes. To see what a lost radar does:
  kill -STOP {house.bedside.pid}    and back:    kill -CONT {house.bedside.pid}
After a change in Python: Ctrl-C and scripts/develop again. Nights and settings stay (--fresh forgets them).
Ctrl-C stops everything.
""",
            flush=True,
        )
        try:
            while home.running:
                await asyncio.sleep(0.5)
            say(f"Home Assistant ended by itself; see {home.log}.")
        finally:
            say("Stopping.")


async def _smoke(folder: Path, say: Callable[[str], None]) -> bool:
    """Check a new house from every side."""
    failures = 0

    async def check(what: str, probe: Callable[[House], Awaitable[str]]) -> None:
        nonlocal failures
        try:
            found = await probe(house)
        except Exception as err:  # noqa: BLE001 - whatever goes wrong is the finding
            failures += 1
            say(f"FAILED  {what}: {str(err) or type(err).__name__}")
        else:
            say(f"fine    {what}: {found}")

    async with open_house(folder, zone="Europe/Berlin", say=say) as house:
        await check("The entities are there and plausible", _check_entities)
        await check(f"{NIGHTS} nights or more are stored", _check_nights)
        await check("Tonight goes on", _check_tonight)
        if CHROMIUM.exists():
            await check("The card shows the night in a browser", _check_card)
        else:
            say(f"left out: the card in a browser, for there is no {CHROMIUM}")
        await check("The integration logged nothing unusual", _check_log)
        say("Stopping.")
    return not failures


async def _check_entities(house: House) -> str:
    wrong: list[str] = []

    async def plausible() -> bool:
        values = await house.values()
        nonlocal wrong
        wrong = [
            f"{key} is {values.get(key)}"
            for key, right in PLAUSIBLE.items()
            if not right(values.get(key) or "")
        ]
        return not wrong

    try:
        await until(plausible, LIVE_SECONDS, every=0.5)
    except TimeoutError:
        raise HomeError(", ".join(wrong)) from None
    values = await house.values()
    return ", ".join(
        f"{key} {values[key]}"
        for key in ("sleep_stage", "respiration_rate", "distance", "time_asleep")
    )


def _within(low: float, high: float) -> Callable[[str], bool]:
    def right(state: str) -> bool:
        with suppress(ValueError):
            return low <= float(state) <= high
        return False

    return right


PLAUSIBLE: dict[str, Callable[[str], bool]] = {
    "sleep_stage": lambda state: state in ("awake", "light", "deep", "rem"),
    "respiration_rate": _within(8, 25),
    "heart_rate": _within(40, 110),
    "distance": _within(0.4, 1.5),
    "presence": lambda state: state == "on",
    "in_bed": lambda state: state == "on",
    "asleep": lambda state: state in ("on", "off"),
    "standby": lambda state: state == "off",
    "room_temperature": _within(10, 30),
    "room_humidity": _within(20, 80),
    "room_light": _within(0, 1000),
    "time_asleep": _within(180, 600),
    "sleep_latency": _within(0, 120),
    "wake_after_sleep_onset": _within(0, 240),
    "deep_sleep": _within(0, 300),
    "rem_sleep": _within(0, 300),
    "light_sleep": _within(30, 500),
    "sleep_efficiency": _within(40, 100),
}


async def _check_nights(house: House) -> str:
    nights = (await house.nights(limit=100))["nights"]
    main = [night for night in nights if night["main"]]
    if len(main) < NIGHTS:
        raise HomeError(f"there are {len(main)}")
    hypnograms = set()
    for night in main[:3]:
        full = await house.night(night_id=night["id"])
        hypnograms.add(tuple(full["epochs"]["settled_stage"]))
    if len(hypnograms) < 3:
        raise HomeError("their hypnograms are alike")
    return f"{len(main)}, and {len(nights) - len(main)} naps"


async def _check_tonight(house: House) -> str:
    night = await house.night(running=True)
    if night is None:
        raise HomeError("there is no session in progress")
    start = datetime.fromisoformat(night["start"]).timestamp()
    minutes = (time.time() - start) / 60
    if abs(minutes - IN_BED_SINCE.total_seconds() / 60) > 15:
        raise HomeError(f"the session began {minutes:.0f} minutes ago")
    return f"in bed for {minutes:.0f} minutes, {len(night['epochs']['stage'])} epochs"


async def _check_card(house: House) -> str:
    night = await house.night()
    zone = house.home.zone
    async with chromium() as browser, window(browser, zone) as view:
        await view.open_card(house.home)
        tonight = await view.title.inner_text()
        await view.step("previous").click()
        await view.changed(tonight)
        title = await view.title.inner_text()
        if view.errors:
            raise HomeError("; ".join(view.errors))
    day = datetime.fromisoformat(night["end"]).astimezone(ZoneInfo(zone))
    if str(day.day) not in title:
        raise HomeError(f"its title is {title!r}, and the night ended on {day:%d %B}")
    return f"{tonight!r}, and before it {title!r}"


async def _check_log(house: House) -> str:
    unusual = [
        line
        for line in house.home.our_lines()
        if any(level in line for level in (" WARNING ", " ERROR ", " CRITICAL "))
    ]
    # Once, while its own entry is unloaded for the nights, the radar may fall silent.
    if unusual:
        raise HomeError(unusual[0])
    return f"{len(house.home.our_lines())} lines"
