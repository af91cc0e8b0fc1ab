"""Events of the Halo Rise integration."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import HaloRiseConfigEntry
from .entity import HaloRiseEntity, HaloRiseEntityDescription
from .sleep.epoch import SleepEvent, SleepEventKind

# The radar pushes what there is: no entity has anything to fetch.
PARALLEL_UPDATES = 0

ATTR_HAPPENED_AT: Final = "happened_at"
"""When it happened; the state says when it was known, which can be minutes later."""

SLEEP: Final = "sleep"


@dataclass(frozen=True, kw_only=True)
class HaloRiseEventDescription(HaloRiseEntityDescription, EventEntityDescription):
    """Describe a Halo Rise event."""


DESCRIPTIONS: tuple[HaloRiseEventDescription, ...] = (
    HaloRiseEventDescription(
        key=SLEEP,
        translation_key=SLEEP,
        event_types=list(SleepEventKind),
        # Without the radar, too, it may be found that somebody has got up.
        live=False,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HaloRiseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events of a bedside."""
    async_add_entities(
        HaloRiseEvent(entry.runtime_data.coordinator, description)
        for description in DESCRIPTIONS
    )


class HaloRiseEvent(HaloRiseEntity, EventEntity):
    """What happens to the sleeper."""

    entity_description: HaloRiseEventDescription

    @property
    @override
    def _value(self) -> None:
        """Return nothing, for events are not found among the coordinator's data."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for what happens."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.async_add_event_listener(self._async_handle_event)
        )

    @callback
    def _async_handle_event(self, event: SleepEvent) -> None:
        happened_at = dt_util.utc_from_timestamp(event.time)
        self._trigger_event(
            event.kind, {ATTR_HAPPENED_AT: happened_at.isoformat(timespec="seconds")}
        )
        self.async_write_ha_state()
