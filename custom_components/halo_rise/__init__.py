"""Halo Rise: a bedside radar becomes a sleep tracker."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, issue_registry as ir
from homeassistant.helpers.typing import ConfigType

from .const import DOMAIN
from .coordinator import (
    HaloRiseConfigEntry,
    HaloRiseCoordinator,
    RuntimeData,
    archive_issue_id,
    archive_path,
    moved_issue_id,
    standby_store,
)
from .frontend import async_register_frontend, async_unregister_frontend
from .websocket import async_register as async_register_websocket

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what all bedsides share."""
    async_register_websocket(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: HaloRiseConfigEntry) -> None:
    """Set up a bedside.

    A radar that cannot be reached does not stop this: the link keeps trying, and what
    rests on no radar, the past nights first of all, works without it.
    """
    # Here and not once and for all: with the last bedside the cards go, and they come
    # back with the next one.
    await async_register_frontend(hass)
    coordinator = HaloRiseCoordinator(hass, entry)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = RuntimeData(
        coordinator=coordinator, archive=coordinator.archive
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await coordinator.async_start()


async def async_unload_entry(hass: HomeAssistant, entry: HaloRiseConfigEntry) -> None:
    """Unload a bedside."""
    await hass.config_entries.async_unload_platforms_or_raise(entry, PLATFORMS)
    # Awaited here and not left to the entry's own clean-up: whoever opens the port or
    # the archive next must find them free.
    await entry.runtime_data.coordinator.async_shutdown()


async def async_remove_entry(hass: HomeAssistant, entry: HaloRiseConfigEntry) -> None:
    """Delete everything that was stored about the person at this bedside."""
    await standby_store(hass, entry.entry_id).async_remove()
    ir.async_delete_issue(hass, DOMAIN, archive_issue_id(entry.entry_id))
    ir.async_delete_issue(hass, DOMAIN, moved_issue_id(entry.entry_id))
    archive = archive_path(hass, entry.entry_id)

    def delete() -> None:
        # The archive, its journals and what was set aside as damaged.
        for file in archive.parent.glob(f"{archive.stem}.*"):
            file.unlink(missing_ok=True)

    await hass.async_add_executor_job(delete)
    if not hass.config_entries.async_entries(DOMAIN):
        await async_unregister_frontend(hass)
