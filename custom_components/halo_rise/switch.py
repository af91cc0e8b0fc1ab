"""Switches of the Halo Rise integration."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import HaloRiseConfigEntry, HaloRiseCoordinator, HaloRiseData
from .entity import HaloRiseEntity, HaloRiseEntityDescription

# The coordinator does one thing after the other, whoever asks.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class HaloRiseSwitchDescription(HaloRiseEntityDescription, SwitchEntityDescription):
    """Describe a Halo Rise switch."""

    is_on_fn: Callable[[HaloRiseData], bool]
    set_fn: Callable[[HaloRiseCoordinator, bool], Awaitable[None]]


DESCRIPTIONS: tuple[HaloRiseSwitchDescription, ...] = (
    HaloRiseSwitchDescription(
        key="standby",
        translation_key="standby",
        live=False,
        is_on_fn=lambda data: data.standby,
        set_fn=lambda coordinator, on: coordinator.async_set_standby(on),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HaloRiseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of a bedside."""
    async_add_entities(
        HaloRiseSwitch(entry.runtime_data.coordinator, description)
        for description in DESCRIPTIONS
    )


class HaloRiseSwitch(HaloRiseEntity, SwitchEntity):
    """Something a person decides about the bedside."""

    entity_description: HaloRiseSwitchDescription

    @property
    @override
    def _value(self) -> bool:
        return self.entity_description.is_on_fn(self.coordinator.data)

    @property
    @override
    def is_on(self) -> bool:
        """Return what was decided."""
        return self._value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn the switch on."""
        await self.entity_description.set_fn(self.coordinator, True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn the switch off."""
        await self.entity_description.set_fn(self.coordinator, False)
