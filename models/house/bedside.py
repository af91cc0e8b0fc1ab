"""A bedside: the radar on its port, tonight's sleeper in front of it, and what was before."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
import json
from pathlib import Path
import signal
import socket
import sys
from time import time
from typing import Any, Self

from custom_components.halo_rise.const import LEARNED_PROFILE
from custom_components.halo_rise.nights import NightArchive
from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.sleep.engine import SleepEngine
from custom_components.halo_rise.sleep.epoch import Night
from custom_components.halo_rise.sleep.state import dump_state
from models.recordings import save
from models.scene import frame_arrays
from models.synthesis import synthesise_night

from .history import BATCH
from .home import ROOM, Home, HomeError, until

IN_BED_SINCE = timedelta(minutes=95)
"""So long before now tonight's sleeper went to bed."""

TONIGHT_SEED = 42

LISTENING_SECONDS = 60.0
FLOW_SECONDS = 30.0


class Bedside:
    """A radar that is a process of its own, with somebody asleep in front of it."""

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        jitter: float = 40.0,
        in_bed_since: timedelta = IN_BED_SINCE,
        hours: float = 8.0,
        speed: float = 1.0,
    ) -> None:
        """Invent a sleeper who is in bed already; nothing is served yet.

        Args:
            folder: For the recording and the log.
            port: Where to listen.
            jitter: Greatest delay of a cycle in milliseconds.
            in_bed_since: How long before now they went to bed.
            hours: Their time in bed, of which this is a part.
            speed: How much faster than real time it is served.

        """
        self.port = port
        self.folder = folder
        self._jitter = jitter
        self._speed = speed
        night = synthesise_night(
            TONIGHT_SEED, hours=hours, distance=0.8, empty_after=3600.0
        )
        self.begin = time() - in_bed_since.total_seconds() - night.truth.in_bed[0]
        self._recording = night.recording
        self._file = folder / "tonight.npz"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Return the address for the config flow."""
        return f"socket://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> Self:
        """Start to serve."""
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Serve the night from where it would be by now, and wait for the port."""
        if not self._file.exists():
            save(self._file, self._recording)
        minutes = int((time() - self.begin) // 60)
        with (self.folder / "radar.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(Path(sys.executable).with_name("halo-rise")),
                "simulate",
                str(self._file),
                "--port",
                str(self.port),
                "--start",
                f"{minutes // 60:02}:{minutes % 60:02}",
                "--jitter",
                str(self._jitter),
                "--speed",
                str(self._speed),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        await until(self._answers, LISTENING_SECONDS)

    def _answers(self) -> bool:
        """Return whether something listens at the port, without taking the one place."""
        if self._process is None or self._process.returncode is not None:
            raise HomeError(f"The simulator ended; see {self.folder / 'radar.log'}")
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", self.port))
            return False
        return True

    def hang(self, hanging: bool) -> None:
        """Say nothing while the connection stays, as a node does that has crashed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP if hanging else signal.SIGCONT)

    async def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """Stop serving at once."""
        if self._process is not None:
            if self._process.returncode is None:
                self._process.send_signal(with_signal)
            await self._process.wait()
            self._process = None

    def state(self) -> bytes:
        """Return the engine as it would be if it had listened until now."""
        engine = SleepEngine(mr60bha2.CAPABILITIES)
        arrays = frame_arrays(self._recording, start=self.begin)
        now = time()
        frames = [frame for frame in arrays if frame.time < now]
        for first in range(0, len(frames), BATCH):
            engine.process(frames[first : first + BATCH])
        return dump_state(engine.snapshot())


def seed(
    path: Path,
    nights: list[tuple[Night, float]],
    state: bytes | None,
    profile: Mapping[str, Any] | None = None,
) -> None:
    """Put nights and a session in progress into an archive that nobody has open.

    The profile is what was learned over the nights, None leaves it as it is.
    """
    archive = NightArchive(path)
    archive.open()
    try:
        known = archive.list_nights(limit=100)
        for night, settled_at in nights:
            # What a house has lived through by itself is not overwritten.
            if not any(
                record.start < night.end and night.start < record.end
                for record in known
            ):
                archive.add_night(night, settled_at=settled_at)
        if state is not None:
            archive.save_state(state)
        if profile is not None:
            archive.save_learned(LEARNED_PROFILE, json.dumps(profile))
    finally:
        archive.close()


def archive_path(home: Home, entry_id: str) -> Path:
    """Return where the integration keeps the nights of an entry."""
    return home.folder / "halo_rise" / f"{entry_id}.db"


async def add_radar(home: Home, url: str, name: str, side: str = "left") -> str:
    """Set the integration up as a person would; return the entry's identifier."""
    flows = "/api/config/config_entries/flow"
    step = await home.rest("POST", flows, {"handler": "halo_rise"})
    step = await home.rest(
        "POST",
        f"{flows}/{step['flow_id']}",
        {"device": url, "name": name, "side": side},
    )
    async with asyncio.timeout(FLOW_SECONDS):
        while step["type"] in ("progress", "progress_done"):
            await asyncio.sleep(0.2)
            step = await home.rest("GET", f"{flows}/{step['flow_id']}")
    if step["type"] != "create_entry":
        raise HomeError(f"The config flow stopped: {step}")
    entry_id: str = step["result"]["entry_id"]
    return entry_id


async def link_room(home: Home, entry_id: str, side: str = "left") -> None:
    """Link the bedroom's sensors in the options."""
    flows = "/api/config/config_entries/options/flow"
    step = await home.rest("POST", flows, {"handler": entry_id})
    step = await home.rest("POST", f"{flows}/{step['flow_id']}", {"side": side} | ROOM)
    if step["type"] != "create_entry":
        raise HomeError(f"The options were not taken: {step}")


async def enable(home: Home, entry_id: str, enabled: bool) -> None:
    """Load or unload an entry."""
    await home.ask(
        "config_entries/disable",
        entry_id=entry_id,
        disabled_by=None if enabled else "user",
    )

    async def there() -> bool:
        entries = await home.rest("GET", "/api/config/config_entries/entry")
        (state,) = (e["state"] for e in entries if e["entry_id"] == entry_id)
        return bool(state == ("loaded" if enabled else "not_loaded"))

    await until(there, FLOW_SECONDS)


async def entries(home: Home) -> list[dict[str, Any]]:
    """Return our config entries."""
    found: list[dict[str, Any]] = await home.rest(
        "GET", "/api/config/config_entries/entry?domain=halo_rise"
    )
    return found


async def device_of(home: Home, entry_id: str) -> str:
    """Return the device that a bedside is."""
    for device in await home.ask("config/device_registry/list"):
        if entry_id in device["config_entries"]:
            device_id: str = device["id"]
            return device_id
    raise HomeError("The entry has no device")


async def entities_of(home: Home, entry_id: str) -> dict[str, str]:
    """Return the entities of a bedside: what they are called inside, and outside."""
    return {
        entry["unique_id"].removeprefix(f"{entry_id}_"): entry["entity_id"]
        for entry in await home.ask("config/entity_registry/list")
        if entry["config_entry_id"] == entry_id
    }


DASHBOARD = "halo-rise"


async def hang_up_the_card(home: Home, device_id: str) -> None:
    """Make a dashboard with the card, and let it be what the browser opens first."""
    known = {each["url_path"] for each in await home.ask("lovelace/dashboards/list")}
    if DASHBOARD not in known:
        await home.ask(
            "lovelace/dashboards/create",
            url_path=DASHBOARD,
            title="Sleep",
            icon="mdi:weather-sunset-up",
            show_in_sidebar=True,
        )
    await home.ask(
        "lovelace/config/save",
        url_path=DASHBOARD,
        config={
            "title": "Sleep",
            "views": [
                {
                    "title": "Night",
                    "path": "night",
                    "type": "sections",
                    "max_columns": 2,
                    "sections": [
                        {
                            "type": "grid",
                            "column_span": 2,
                            "cards": [
                                {
                                    "type": "custom:halo-rise-night-card",
                                    "device_id": device_id,
                                    "grid_options": {"columns": "full"},
                                }
                            ],
                        }
                    ],
                }
            ],
        },
    )
    await home.ask(
        "frontend/set_system_data", key="core", value={"default_panel": DASHBOARD}
    )


def machine_zone() -> str:
    """Return the time zone of this computer as Home Assistant wants to have it."""
    with suppress(OSError, ValueError):
        path = Path("/etc/localtime").resolve()
        name = path.relative_to("/usr/share/zoneinfo").as_posix()
        if name not in ("Universal", "UCT", "Zulu", "Etc/UTC"):
            return name
    return "UTC"


def local(moment: float, zone: tzinfo) -> datetime:
    """Return a time as the clock on the wall shows it."""
    return datetime.fromtimestamp(moment, zone)
