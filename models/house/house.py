"""Puts a home and a bedside together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.halo_rise.sleep.epoch import Night

from .bedside import (
    Bedside,
    add_radar,
    archive_path,
    device_of,
    enable,
    entities_of,
    entries,
    hang_up_the_card,
    link_room,
    seed,
)
from .history import stored_nights
from .home import Home, free_port

RADAR_PORT = 16638
"""Where the simulator listens if nobody else does."""

NAME = "Bedroom radar"


@dataclass(frozen=True, kw_only=True)
class House:
    """A home with one bedside."""

    home: Home
    bedside: Bedside
    entry_id: str
    device_id: str
    entities: dict[str, str]
    """What the integration calls an entity, and its identifier."""

    async def nights(self, **fields: Any) -> Any:
        """Return the list of nights as the dashboard gets it."""
        return await self.home.ask(
            "halo_rise/nights/list", device_id=self.device_id, **fields
        )

    async def night(self, **fields: Any) -> Any:
        """Return one night as the dashboard gets it."""
        return await self.home.ask(
            "halo_rise/nights/get", device_id=self.device_id, **fields
        )

    async def put_to_bed(self, nights: list[tuple[Night, float]] | None = None) -> None:
        """Let somebody have been in bed since long before now, after these nights."""
        # Nobody else may have the archive open meanwhile.
        await enable(self.home, self.entry_id, False)
        path = archive_path(self.home, self.entry_id)
        seed(path, nights or [], self.bedside.state())
        await enable(self.home, self.entry_id, True)

    async def values(self) -> dict[str, str | None]:
        """Return the states of our entities by what the integration calls them."""
        states = await self.home.states()
        return {key: states.get(entity) for key, entity in self.entities.items()}


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    zone: str,
    port: int = 0,
    guests: tuple[Path, ...] = (),
    say: Callable[[str], None],
    **sleeper: Any,
) -> AsyncIterator[House]:
    """Start everything, furnish what is missing, and stop everything afterwards.

    `sleeper` says more about tonight: arguments of `Bedside`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    memory = folder / "house.json"
    known = json.loads(memory.read_text()) if memory.exists() else {}
    nights = stored_nights(ZoneInfo(zone), datetime.now(UTC), say)
    # The entry of an earlier run knows the radar at this address.
    radar_port = known.get("radar_port") or free_port(RADAR_PORT if port else 0)
    (folder / "tonight.npz").unlink(missing_ok=True)
    say("Starting the simulated radar, with somebody asleep in front of it.")
    async with Bedside(folder, radar_port, **sleeper) as bedside:
        memory.write_text(json.dumps({"radar_port": radar_port}))
        say("Starting Home Assistant; the first time takes a minute.")
        async with Home(folder, port=port, zone=zone, guests=guests) as home:
            found = await entries(home)
            if found:
                entry_id = found[0]["entry_id"]
            else:
                say("Adding the radar through the config flow.")
                entry_id = await add_radar(home, bedside.url, NAME)
                await link_room(home, entry_id)
            house = House(
                home=home,
                bedside=bedside,
                entry_id=entry_id,
                device_id=await device_of(home, entry_id),
                entities={},
            )
            say("Putting the past nights and tonight so far in their place.")
            await house.put_to_bed(nights)
            await hang_up_the_card(home, house.device_id)
            # Only now: those of the room came with the options.
            yield replace(house, entities=await entities_of(home, entry_id))
