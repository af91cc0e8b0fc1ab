"""Base entity of the Halo Rise integration."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import override

from homeassistant.const import CONF_MODEL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.typing import StateType
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import CONF_FIRMWARE, DOMAIN
from .coordinator import HaloRiseCoordinator


def own_entities(hass: HomeAssistant, entities: set[str], key: str) -> set[str]:
    """Return those of some entities that are of one kind and belong to a bedside."""
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entities
        if (entity := registry.async_get(entity_id)) is not None
        and entity.platform == DOMAIN
        and entity.unique_id == _unique_id(entity.config_entry_id, key)
    }


def _unique_id(entry_id: str | None, key: str) -> str:
    return f"{entry_id}_{key}"


@dataclass(frozen=True, kw_only=True)
class HaloRiseEntityDescription(EntityDescription):
    """Describe what all entities of a bedside have in common."""

    interval: float = 0.0
    """Seconds for which a written value is kept although newer ones have come."""

    live: bool = True
    """The value comes from the radar, and there is none without it."""


class HaloRiseEntity(CoordinatorEntity[HaloRiseCoordinator]):
    """One of the entities of a bedside."""

    _attr_has_entity_name = True
    entity_description: HaloRiseEntityDescription

    def __init__(
        self, coordinator: HaloRiseCoordinator, description: HaloRiseEntityDescription
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        self.entity_description = description
        self._attr_unique_id = _unique_id(entry.entry_id, description.key)
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)},
            manufacturer=coordinator.capabilities.manufacturer,
            model=coordinator.capabilities.name,
            model_id=entry.data[CONF_MODEL],
            name=entry.title,
            sw_version=entry.data[CONF_FIRMWARE],
        )
        self._written: tuple[bool, StateType] | None = None
        self._written_at = 0.0

    @property
    @abstractmethod
    def _value(self) -> StateType:
        """Return the value that the state shows."""

    @property
    @override
    def available(self) -> bool:
        """Return whether there is a value to show."""
        return super().available and (
            not self.entity_description.live or self.coordinator.data.available
        )

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if it has changed, and a measured value not too often.

        The coordinator publishes every second. Written as they come, a night of these
        values would fill the recorder with tens of thousands of rows.
        """
        state = (self.available, self._value)
        if state == self._written:
            return
        now = self.hass.loop.time()
        if (
            self._written is not None
            and self._written[0] == state[0]
            and now - self._written_at < self.entity_description.interval
        ):
            return
        self._written = state
        self._written_at = now
        super()._handle_coordinator_update()
