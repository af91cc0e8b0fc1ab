"""Binary sensors of the Halo Rise integration."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import HaloRiseConfigEntry
from .entity import HaloRiseEntity, HaloRiseEntityDescription
from .sleep.epoch import LiveUpdate

# The radar pushes what there is: no entity has anything to fetch.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class HaloRiseBinarySensorDescription(
    HaloRiseEntityDescription, BinarySensorEntityDescription
):
    """Describe a Halo Rise binary sensor."""

    value_fn: Callable[[LiveUpdate], bool | None]


DESCRIPTIONS: tuple[HaloRiseBinarySensorDescription, ...] = (
    HaloRiseBinarySensorDescription(
        key="in_bed",
        translation_key="in_bed",
        device_class=BinarySensorDeviceClass.OCCUPANCY,
        value_fn=lambda live: live.in_bed,
    ),
    HaloRiseBinarySensorDescription(
        key="presence",
        translation_key="presence",
        device_class=BinarySensorDeviceClass.OCCUPANCY,
        value_fn=lambda live: live.present,
    ),
    HaloRiseBinarySensorDescription(
        key="other_in_bed",
        translation_key="other_in_bed",
        device_class=BinarySensorDeviceClass.OCCUPANCY,
        value_fn=lambda live: live.others,
    ),
    HaloRiseBinarySensorDescription(
        key="trying_to_sleep",
        translation_key="trying_to_sleep",
        value_fn=lambda live: live.trying if live.in_bed else False,
    ),
    HaloRiseBinarySensorDescription(
        key="asleep",
        translation_key="asleep",
        value_fn=lambda live: live.asleep if live.in_bed else False,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HaloRiseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of a bedside."""
    async_add_entities(
        HaloRiseBinarySensor(entry.runtime_data.coordinator, description)
        for description in DESCRIPTIONS
    )


class HaloRiseBinarySensor(HaloRiseEntity, BinarySensorEntity):
    """Something that is so or is not."""

    entity_description: HaloRiseBinarySensorDescription

    @property
    @override
    def _value(self) -> bool | None:
        if (live := self.coordinator.data.live) is None:
            return None
        return self.entity_description.value_fn(live)

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it is so, None where that is not known."""
        return self._value
