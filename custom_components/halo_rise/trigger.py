"""Triggers of the Halo Rise integration: what happens to the sleeper."""

from typing import ClassVar, override

from homeassistant.components.event import (
    DOMAIN as EVENT_DOMAIN,
    EventEntityStateAttribute,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
)

from .entity import own_entities
from .event import SLEEP
from .sleep.epoch import SleepEventKind


class SleepEventTrigger(StatelessEntityTriggerBase):
    """Trigger for one kind of what happens to a sleeper."""

    _domain_specs = {EVENT_DOMAIN: DomainSpec()}
    _kind: ClassVar[SleepEventKind]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave nothing but the events of our bedsides.

        Those of other integrations have the same domain, and may use the same words.
        """
        return own_entities(self._hass, super().entity_filter(entities), SLEEP)

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Return whether it is this kind that has happened."""
        return state.attributes.get(EventEntityStateAttribute.EVENT_TYPE) == self._kind


def _make_trigger(kind: SleepEventKind) -> type[SleepEventTrigger]:
    class CustomTrigger(SleepEventTrigger):
        """Trigger for one kind of what happens to a sleeper."""

        _kind = kind

    return CustomTrigger


TRIGGERS: dict[str, type[Trigger]] = {
    kind.value: _make_trigger(kind) for kind in SleepEventKind
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of a bedside."""
    return TRIGGERS
