"""Repairs of the Halo Rise integration."""

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow that tells of what has happened.

    The archive has set the damaged file aside by itself, and where the bed is now is
    learned by itself. What is left is that somebody knows.
    """
    return ConfirmRepairFlow()
