"""Brings the cards into the browser.

The one file of the dashboard is served under an address that changes with its content, so
that browsers may keep it for a month and still never show an old card. Dashboards load it
as one of their resources; where those are written by hand in YAML, or there are no
dashboards, every page loads it instead. Never both: a card can be defined only once.

Home Assistant promises no interface for resources. All that is known about them is here,
and follows what core's own Marketplace does.
"""

import asyncio
from dataclasses import dataclass, field
import hashlib
from pathlib import Path
from typing import Final

from homeassistant.components import frontend
from homeassistant.components.http import StaticPathConfig
from homeassistant.components.lovelace import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.core import HomeAssistant
from homeassistant.helpers.singleton import singleton
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER

_FILE: Final = Path(__file__).parent / "frontend" / "halo-rise.js"

# The slash at its end keeps it from being the beginning of another integration's address.
_NAMESPACE: Final = f"/{DOMAIN}_static/"


@dataclass(slots=True, kw_only=True)
class _Bundle:
    """The file as it is served in this run."""

    url: str
    on_every_page: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Two entries that are set up at once shall not both add a resource."""


_BUNDLE: HassKey[_Bundle | None] = HassKey(f"{DOMAIN}_frontend")


async def async_register_frontend(hass: HomeAssistant) -> None:
    """Make the cards available; calling it again does no harm.

    It works long after start-up as well, but pages that are open then must be reloaded.
    """
    if "frontend" not in hass.config.components:
        return
    if (bundle := await _async_serve(hass)) is None:
        return
    async with bundle.lock:
        # What was decided once holds until the next start.
        if bundle.on_every_page:
            return
        if (resources := _resources(hass)) is None:
            frontend.add_extra_js_url(hass, bundle.url)
            bundle.on_every_page = True
            return

        rows = await _async_rows(resources)
        if not rows:
            await resources.async_create_item({"res_type": "module", "url": bundle.url})
            return
        keep, *surplus = rows
        if rows[keep] != bundle.url:
            await resources.async_update_item(keep, {"url": bundle.url})
        for row in surplus:
            await resources.async_delete_item(row)


async def async_unregister_frontend(hass: HomeAssistant) -> None:
    """Take the cards away again, when the last bedside is removed."""
    if (bundle := hass.data.get(_BUNDLE)) is None:
        return
    async with bundle.lock:
        if bundle.on_every_page:
            frontend.remove_extra_js_url(hass, bundle.url)
            bundle.on_every_page = False
        if (resources := _resources(hass)) is not None:
            for row in await _async_rows(resources):
                await resources.async_delete_item(row)


@singleton(_BUNDLE, async_=True)
async def _async_serve(hass: HomeAssistant) -> _Bundle | None:
    """Serve the file. It can be done only once, for a route cannot be taken back."""
    digest = await hass.async_add_executor_job(_digest)
    if digest is None:
        LOGGER.error("The dashboard cards are missing: %s does not exist", _FILE)
        return None
    integration = await async_get_integration(hass, DOMAIN)
    url = f"{_NAMESPACE}{integration.version}-{digest}/{_FILE.name}"
    await hass.http.async_register_static_paths([StaticPathConfig(url, str(_FILE))])
    return _Bundle(url=url)


def _digest() -> str | None:
    """Return a few characters that tell the file's content from any other."""
    try:
        return hashlib.sha256(_FILE.read_bytes()).hexdigest()[:12]
    except FileNotFoundError:
        return None


def _resources(hass: HomeAssistant) -> ResourceStorageCollection | None:
    """Return the resources of the dashboards, None where we may not change them."""
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return None
    if not isinstance(lovelace.resources, ResourceStorageCollection):
        return None
    return lovelace.resources


async def _async_rows(resources: ResourceStorageCollection) -> dict[str, str]:
    """Return our rows of the resources, of whatever version: id and address."""
    # Loads them, which otherwise happens when the first dashboard is opened.
    await resources.async_get_info()
    return {
        item["id"]: item["url"]
        for item in resources.async_items()
        if item["url"].startswith(_NAMESPACE)
    }
