"""Conditions of the Halo Rise integration: how things are at a bedside."""

from typing import ClassVar, override

from homeassistant.components.binary_sensor import DOMAIN as BINARY_SENSOR_DOMAIN
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import Condition, EntityStateConditionBase

from .entity import own_entities


class BedsideCondition(EntityStateConditionBase):
    """Condition for one of the binary sensors of a bedside."""

    _domain_specs = {BINARY_SENSOR_DOMAIN: DomainSpec()}
    _states = {STATE_ON}
    _key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave nothing but the one binary sensor of each bedside."""
        return own_entities(self._hass, super().entity_filter(entities), self._key)

    @override
    def _should_include(self, _state: State) -> bool:
        """Let what is not known count as not so.

        The base leaves it out, and all of no bedsides would be asleep.
        """
        return True

    @override
    def _check_all_match_state(self, states: list[State]) -> bool:
        return bool(states) and super()._check_all_match_state(states)


def _make_condition(key: str) -> type[BedsideCondition]:
    class CustomCondition(BedsideCondition):
        """Condition for one of the binary sensors of a bedside."""

        _key = key

    return CustomCondition


CONDITIONS: dict[str, type[Condition]] = {
    "is_asleep": _make_condition("asleep"),
    "is_in_bed": _make_condition("in_bed"),
    "is_other_in_bed": _make_condition("other_in_bed"),
    "is_trying_to_sleep": _make_condition("trying_to_sleep"),
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions of a bedside."""
    return CONDITIONS
