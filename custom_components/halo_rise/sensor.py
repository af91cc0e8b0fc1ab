"""Sensors of the Halo Rise integration."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Final, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    LIGHT_LUX,
    EntityCategory,
    UnitOfLength,
    UnitOfRatio,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .const import (
    CONF_HUMIDITY_ENTITY,
    CONF_ILLUMINANCE_ENTITY,
    CONF_TEMPERATURE_ENTITY,
    DIAGNOSTIC_INTERVAL,
    DOMAIN,
    LIVE_INTERVAL,
)
from .coordinator import HaloRiseConfigEntry, HaloRiseData
from .entity import HaloRiseEntity, HaloRiseEntityDescription
from .radar.frame import Capabilities, Climate
from .radar.link import LinkStatistics
from .sleep.epoch import STAGES, BedZone, LiveUpdate, NightSummary

# The radar pushes what there is: no entity has anything to fetch.
PARALLEL_UPDATES = 0

NOT_IN_BED: Final = "not_in_bed"

BEATS_PER_MINUTE: Final = "bpm"
BREATHS_PER_MINUTE: Final = "br/min"


@dataclass(frozen=True, kw_only=True)
class HaloRiseSensorDescription(HaloRiseEntityDescription, SensorEntityDescription):
    """Describe a Halo Rise sensor."""

    has_fn: Callable[[Capabilities], bool] = lambda capabilities: True
    value_fn: Callable[[HaloRiseData], StateType]


@dataclass(frozen=True, kw_only=True)
class HaloRiseRoomDescription(HaloRiseSensorDescription):
    """Describe a sensor that repeats an entity that was linked in the options."""

    option: str


def _rounded(value: float, digits: int) -> float | None:
    """Return a value with the digits that mean something, None where it is unknown."""
    return round(value, digits) if isfinite(value) else None


def _live(
    value_fn: Callable[[LiveUpdate], StateType],
) -> Callable[[HaloRiseData], StateType]:
    """Return a function for a value of the present second."""
    return lambda data: None if data.live is None else value_fn(data.live)


def _link(
    value_fn: Callable[[LinkStatistics], StateType],
) -> Callable[[HaloRiseData], StateType]:
    """Return a function for a value of the link."""
    return lambda data: None if data.statistics is None else value_fn(data.statistics)


def _room(
    value_fn: Callable[[Climate], float], digits: int
) -> Callable[[HaloRiseData], StateType]:
    """Return a function for a value of the room."""
    return lambda data: _rounded(value_fn(data.climate), digits)


def _zone(
    value_fn: Callable[[BedZone], float],
) -> Callable[[HaloRiseData], StateType]:
    """Return a function for a distance that was learned."""
    return lambda data: None if data.zone is None else _rounded(value_fn(data.zone), 2)


def _night(
    value_fn: Callable[[NightSummary], float], digits: int = 1
) -> Callable[[HaloRiseData], StateType]:
    """Return a function for a value of the last night."""
    return lambda data: (
        None
        if data.last_night is None
        else _rounded(value_fn(data.last_night.summary), digits)
    )


def _stage(live: LiveUpdate) -> str | None:
    """Return the provisional stage; without one it is unknown, except out of bed."""
    return live.stage if live.in_bed else NOT_IN_BED


LIVE_DESCRIPTIONS: tuple[HaloRiseSensorDescription, ...] = (
    HaloRiseSensorDescription(
        key="sleep_stage",
        translation_key="sleep_stage",
        device_class=SensorDeviceClass.ENUM,
        options=[NOT_IN_BED, *STAGES],
        value_fn=_live(_stage),
    ),
    HaloRiseSensorDescription(
        key="respiration_rate",
        translation_key="respiration_rate",
        native_unit_of_measurement=BREATHS_PER_MINUTE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        interval=LIVE_INTERVAL,
        has_fn=lambda module: module.displacement or module.respiration_rate,
        value_fn=_live(lambda live: _rounded(live.respiration_rate, 1)),
    ),
    HaloRiseSensorDescription(
        key="heart_rate",
        translation_key="heart_rate",
        native_unit_of_measurement=BEATS_PER_MINUTE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        interval=LIVE_INTERVAL,
        has_fn=lambda module: module.heart_rate,
        value_fn=_live(lambda live: _rounded(live.heart_rate, 0)),
    ),
    HaloRiseSensorDescription(
        key="distance",
        translation_key="distance",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.METERS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        interval=LIVE_INTERVAL,
        has_fn=lambda module: module.distance,
        value_fn=_live(lambda live: _rounded(live.distance, 2)),
    ),
    HaloRiseSensorDescription(
        key="intent_score",
        translation_key="intent_score",
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        interval=LIVE_INTERVAL,
        value_fn=_live(lambda live: _rounded(100.0 * live.intent, 0)),
    ),
    HaloRiseSensorDescription(
        key="owner_confidence",
        translation_key="owner_confidence",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        interval=LIVE_INTERVAL,
        value_fn=_live(lambda live: _rounded(100.0 * live.owner_confidence, 0)),
    ),
    HaloRiseSensorDescription(
        key="presence_confidence",
        translation_key="presence_confidence",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        interval=LIVE_INTERVAL,
        value_fn=_live(lambda live: _rounded(100.0 * live.presence, 0)),
    ),
    HaloRiseSensorDescription(
        key="respiration_quality",
        translation_key="respiration_quality",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        interval=LIVE_INTERVAL,
        has_fn=lambda module: module.displacement or module.respiration_rate,
        value_fn=_live(lambda live: _rounded(100.0 * live.respiration_quality, 0)),
    ),
    HaloRiseSensorDescription(
        key="frames_lost",
        translation_key="frames_lost",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.TOTAL_INCREASING,
        interval=DIAGNOSTIC_INTERVAL,
        value_fn=_link(lambda link: link.frames_lost),
    ),
    HaloRiseSensorDescription(
        key="link_quality",
        translation_key="link_quality",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        interval=DIAGNOSTIC_INTERVAL,
        value_fn=_link(lambda link: _rounded(100.0 * link.quality, 1)),
    ),
)


def _bed_distance(
    key: str, value_fn: Callable[[BedZone], float]
) -> HaloRiseSensorDescription:
    """Describe a distance at which the sleeper was found to rest."""
    return HaloRiseSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.DISTANCE,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfLength.METERS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        # Learned over the nights, and no less true while the radar is away.
        live=False,
        has_fn=lambda module: module.distance,
        value_fn=_zone(value_fn),
    )


BED_DESCRIPTIONS: tuple[HaloRiseSensorDescription, ...] = (
    _bed_distance("bed_nearest", lambda zone: zone.bed_near),
    _bed_distance("bed_farthest", lambda zone: zone.bed_far),
)

ROOM_DESCRIPTIONS: tuple[HaloRiseRoomDescription, ...] = (
    HaloRiseRoomDescription(
        key="room_temperature",
        translation_key="room_temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        live=False,
        option=CONF_TEMPERATURE_ENTITY,
        value_fn=_room(lambda room: room.temperature, 2),
    ),
    HaloRiseRoomDescription(
        key="room_humidity",
        translation_key="room_humidity",
        device_class=SensorDeviceClass.HUMIDITY,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        live=False,
        option=CONF_HUMIDITY_ENTITY,
        value_fn=_room(lambda room: room.humidity, 1),
    ),
    HaloRiseRoomDescription(
        key="room_light",
        translation_key="room_light",
        device_class=SensorDeviceClass.ILLUMINANCE,
        native_unit_of_measurement=LIGHT_LUX,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        live=False,
        option=CONF_ILLUMINANCE_ENTITY,
        value_fn=_room(lambda room: room.illuminance, 1),
    ),
)


def _night_duration(
    key: str, value_fn: Callable[[NightSummary], float]
) -> HaloRiseSensorDescription:
    """Describe one of the minutes of the last night."""
    return HaloRiseSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        live=False,
        value_fn=_night(value_fn),
    )


NIGHT_DESCRIPTIONS: tuple[HaloRiseSensorDescription, ...] = (
    _night_duration("time_asleep", lambda night: night.total_sleep_time),
    _night_duration("time_trying_to_sleep", lambda night: night.time_trying_to_sleep),
    _night_duration("sleep_latency", lambda night: night.sleep_latency),
    _night_duration(
        "wake_after_sleep_onset", lambda night: night.wake_after_sleep_onset
    ),
    _night_duration("deep_sleep", lambda night: night.deep),
    _night_duration("rem_sleep", lambda night: night.rem),
    _night_duration("light_sleep", lambda night: night.light),
    HaloRiseSensorDescription(
        key="sleep_efficiency",
        translation_key="sleep_efficiency",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        live=False,
        value_fn=_night(lambda night: 100.0 * night.efficiency),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HaloRiseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a bedside."""
    coordinator = entry.runtime_data.coordinator
    registry = er.async_get(hass)
    descriptions = [*LIVE_DESCRIPTIONS, *BED_DESCRIPTIONS, *NIGHT_DESCRIPTIONS]
    for description in ROOM_DESCRIPTIONS:
        if entry.options.get(description.option):
            descriptions.append(description)
        # The link was removed in the options, and nothing will come here any more.
        elif entity_id := registry.async_get_entity_id(
            SENSOR_DOMAIN, DOMAIN, f"{entry.entry_id}_{description.key}"
        ):
            registry.async_remove(entity_id)
    async_add_entities(
        HaloRiseSensor(coordinator, description)
        for description in descriptions
        if description.has_fn(coordinator.capabilities)
    )


class HaloRiseSensor(HaloRiseEntity, SensorEntity):
    """Something measured, now or last night."""

    entity_description: HaloRiseSensorDescription

    @property
    @override
    def _value(self) -> StateType:
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def native_value(self) -> StateType:
        """Return what was measured."""
        return self._value
