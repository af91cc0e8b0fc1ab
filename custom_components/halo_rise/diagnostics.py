"""Diagnostics of the Halo Rise integration."""

from dataclasses import asdict
from math import isfinite
from typing import Any

from homeassistant.components.diagnostics import REDACTED
from homeassistant.const import CONF_DEVICE
from homeassistant.core import HomeAssistant
from yarl import URL

from .config_flow import ROOM_ENTITIES
from .const import CONF_SIDE
from .coordinator import HaloRiseConfigEntry
from .sleep.staging import MODEL_VERSION

SCORES = (
    "presence",
    "present",
    "moving",
    "respiration_quality",
    "distance",
    "owner",
    "owner_confidence",
    "others",
    "intent",
)
"""What tells how well the radar sees; rates and stages are nobody's business."""

PUBLIC_QUERY = {"port_name"}
"""Parts of an address that help to understand it and give nobody away."""


def redact_address(device: str) -> str:
    """Return the kind of an address, without host, user and keys.

    A local path names the adapter by its serial number; an address of ESPHome has its
    key in the query.
    """
    try:
        url = URL(device)
        if not url.host:
            return f"{url.parent}/{REDACTED}" if url.path.startswith("/") else REDACTED
        port = f":{url.explicit_port}" if url.explicit_port else ""
        query = "&".join(
            f"{key}={value if key in PUBLIC_QUERY else REDACTED}"
            for key, value in url.query.items()
        )
    except ValueError:
        return REDACTED
    return f"{url.scheme}://{REDACTED}{port}" + (f"/?{query}" if query else "")


def _known(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as JSON can hold them, which knows no nan."""
    return {
        key: None if isinstance(value, float) and not isfinite(value) else value
        for key, value in values.items()
    }


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: HaloRiseConfigEntry
) -> dict[str, Any]:
    """Return what helps to find a fault, and nothing about how anybody sleeps."""
    coordinator = entry.runtime_data.coordinator
    data = coordinator.data
    return {
        "entry": {
            "data": entry.data | {CONF_DEVICE: redact_address(entry.data[CONF_DEVICE])},
            CONF_SIDE: entry.options.get(CONF_SIDE),
            "linked": [key for key in ROOM_ENTITIES if entry.options.get(key)],
        },
        "module": asdict(coordinator.capabilities),
        "model_version": MODEL_VERSION,
        "standby": data.standby,
        "available": data.available,
        "link": asdict(data.statistics) if data.statistics else None,
        "frames_dropped": coordinator.frames_dropped,
        "zone": _known(asdict(data.zone)) if data.zone else None,
        "engine": (
            _known({score: getattr(data.live, score) for score in SCORES})
            if data.live
            else None
        ),
    }
