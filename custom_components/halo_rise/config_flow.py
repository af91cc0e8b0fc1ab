"""Config flow of the Halo Rise integration."""

import asyncio
from math import isfinite
from typing import Any, override

from homeassistant.components import usb
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorDeviceClass
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_DEVICE, CONF_MODEL, CONF_NAME, UnitOfLength
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    SerialPortSelector,
    TextSelector,
)
from homeassistant.helpers.translation import async_get_translations
import probatio
from yarl import URL

from .const import (
    CONF_FIRMWARE,
    CONF_HUMIDITY_ENTITY,
    CONF_ILLUMINANCE_ENTITY,
    CONF_SIDE,
    CONF_TEMPERATURE_ENTITY,
    CONF_ZONE_FARTHEST,
    CONF_ZONE_NEAREST,
    DEFAULT_NAME,
    DOMAIN,
    LOGGER,
    ZONE_REACH,
    ZONE_SPAN,
    Side,
)
from .coordinator import HaloRiseConfigEntry
from .radar.link import (
    Identification,
    InvalidUrl,
    LinkError,
    NotARadar,
    PortInUse,
    SilentPort,
    identify,
)
from .sleep.presence import ZONE

LISTEN_TIMEOUT = 10.0
"""Seconds: a module speaks several times a second, but a node may be slow to connect."""

SIDE_SELECTOR = SelectSelector(
    SelectSelectorConfig(
        options=list(Side),
        mode=SelectSelectorMode.LIST,
        translation_key=CONF_SIDE,
    )
)

DISTANCE_SELECTOR = NumberSelector(
    NumberSelectorConfig(
        min=ZONE_REACH[0],
        max=ZONE_REACH[1],
        step=0.05,
        unit_of_measurement=UnitOfLength.METERS,
        mode=NumberSelectorMode.BOX,
    )
)

RECONFIGURE_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_DEVICE): SerialPortSelector(),
        probatio.Required(CONF_NAME): TextSelector(),
    }
)

USER_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_DEVICE): SerialPortSelector(),
        probatio.Required(CONF_NAME, default=DEFAULT_NAME): TextSelector(),
        probatio.Required(CONF_SIDE): SIDE_SELECTOR,
    }
)

ROOM_ENTITIES: dict[str, SensorDeviceClass] = {
    CONF_TEMPERATURE_ENTITY: SensorDeviceClass.TEMPERATURE,
    CONF_HUMIDITY_ENTITY: SensorDeviceClass.HUMIDITY,
    CONF_ILLUMINANCE_ENTITY: SensorDeviceClass.ILLUMINANCE,
}
"""What may be linked in the options, and what a sensor must measure for it."""


def _error_key(err: BaseException) -> str:
    """Return the error that the form shows for a failed identification."""
    match err:
        case InvalidUrl():
            return "invalid_url"
        case PortInUse():
            return "port_in_use"
        case SilentPort():
            return "silent"
        case NotARadar():
            return "not_a_radar"
        # Until the ESPHome integration has loaded, its addresses answer with an error
        # of Home Assistant's own.
        case LinkError() | HomeAssistantError():
            return "cannot_open"
    LOGGER.error("Unexpected error while listening for a radar", exc_info=err)
    return "unknown"


def _address_id(device: str) -> str:
    """Return what an address names, without spellings and secrets."""
    try:
        url = URL(device)
        port = url.explicit_port
    except ValueError:
        return device
    if url.host is None:
        return device
    parts = [url.host if port is None else f"{url.host}:{port}"]
    if name := url.query.get("port_name"):
        parts.append(name)
    return "/".join(parts)


async def _async_resolve(hass: HomeAssistant, device: str) -> tuple[str, str]:
    """Return the lasting address of a port, and what identifies the radar behind it."""
    for port in await usb.async_scan_serial_ports(hass):
        if device not in (port.device, port.resolved_device):
            continue
        if port.serial_number and usb.has_unique_serial_number(port):
            return port.device, port.serial_number
        return port.device, _address_id(port.device)
    return device, _address_id(device)


async def _async_has_other_owner(hass: HomeAssistant, device: str) -> bool:
    """Return whether another integration or an app uses the port.

    Opening an ESPHome port twice from one Home Assistant succeeds, and starves the
    first owner when the second one closes: it must not even be tried.
    """
    consumers = await usb.async_get_serial_port_consumers(
        hass, await usb.async_scan_serial_ports(hass)
    )
    return any(
        consumer.active and consumer.domain != DOMAIN
        for consumer in consumers.get(device, ())
    )


class HaloRiseConfigFlow(ConfigFlow, domain=DOMAIN):
    """Choose a port, listen until the radar is recognised, and name it."""

    VERSION = 1

    def __init__(self) -> None:
        """Initialize the flow."""
        self._errors: dict[str, str] = {}
        self._found: Identification | None = None
        self._input: dict[str, Any] = {}
        self._task: asyncio.Task[Identification] | None = None
        self._unloaded = False

    @staticmethod
    @callback
    @override
    def async_get_options_flow(
        config_entry: HaloRiseConfigEntry,
    ) -> HaloRiseOptionsFlow:
        """Return the options flow."""
        return HaloRiseOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the port, the name and the side of the bed."""
        if user_input is not None:
            device, identity = await self._async_accept(user_input)
            self._async_abort_entries_match({CONF_DEVICE: device})
            await self.async_set_unique_id(identity)
            # The same radar at a new address, for instance behind an ESPHome node that
            # was removed and added again: the entry that knows it only has to move. What
            # is known by nothing but its address cannot have moved.
            moved = identity != _address_id(device)
            self._abort_if_unique_id_configured(
                updates={CONF_DEVICE: device} if moved else None
            )
            if not self._errors:
                return await self.async_step_listen()

        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(USER_SCHEMA, self._input),
            errors=self._errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another port or another name."""
        entry: HaloRiseConfigEntry = self._get_reconfigure_entry()

        if user_input is not None:
            device, identity = await self._async_accept(user_input)
            self._async_abort_entries_match({CONF_DEVICE: device})
            owner = await self.async_set_unique_id(identity)
            if owner is not None and owner.entry_id != entry.entry_id:
                return self.async_abort(reason="already_configured")
            # The entry itself sits on this port, and what it is connected to is known.
            if entry.data[CONF_DEVICE] == device or entry.unique_id == identity:
                return self.async_update_reload_and_abort(
                    entry,
                    title=self._input[CONF_NAME],
                    data_updates={CONF_DEVICE: device},
                )
            if not self._errors:
                return await self.async_step_listen()

        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                RECONFIGURE_SCHEMA,
                self._input
                or {CONF_DEVICE: entry.data[CONF_DEVICE], CONF_NAME: entry.title},
            ),
            errors=self._errors,
        )

    async def async_step_listen(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Listen at the port until the radar is recognised."""
        if self._task is None:
            self._task = self.hass.async_create_task(
                self._async_listen(self._input[CONF_DEVICE]), eager_start=False
            )
        if not self._task.done():
            return self.async_show_progress(
                step_id="listen",
                progress_action="listening",
                progress_task=self._task,
            )

        task, self._task = self._task, None
        if (err := task.exception()) is not None:
            self._errors = {CONF_DEVICE: _error_key(err)}
            return self.async_show_progress_done(
                next_step_id=(
                    "reconfigure" if self.source == SOURCE_RECONFIGURE else "user"
                )
            )
        self._found = task.result()
        return self.async_show_progress_done(next_step_id="finish")

    async def async_step_finish(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Create or update the entry for the radar that was found."""
        assert self._found is not None
        data = {
            CONF_DEVICE: self._input[CONF_DEVICE],
            CONF_MODEL: self._found.capabilities.model,
            CONF_FIRMWARE: self._found.firmware,
        }
        if self.source == SOURCE_RECONFIGURE:
            self._unloaded = False
            return self.async_update_reload_and_abort(
                self._get_reconfigure_entry(),
                unique_id=self.unique_id,
                title=self._input[CONF_NAME],
                data=data,
            )
        return self.async_create_entry(
            title=self._input[CONF_NAME],
            data=data,
            options={CONF_SIDE: self._input[CONF_SIDE]},
        )

    async def _async_accept(self, user_input: dict[str, Any]) -> tuple[str, str]:
        """Keep what was entered; return the port's address and the radar's identity."""
        self._input = user_input
        self._errors = {}
        device, identity = await _async_resolve(
            self.hass, user_input[CONF_DEVICE].strip()
        )
        self._input = user_input | {CONF_DEVICE: device}
        if await _async_has_other_owner(self.hass, device):
            self._errors[CONF_DEVICE] = "port_in_use"
        return device, identity

    async def _async_listen(self, device: str) -> Identification:
        """Identify the radar at a port."""
        if self.source != SOURCE_RECONFIGURE:
            return await identify(device, timeout=LISTEN_TIMEOUT)

        # One radar may go by two addresses, and it serves one listener at a time: the
        # entry lets go of it first, and takes it back if nothing comes of the change.
        entry = self._get_reconfigure_entry()
        if entry.state is ConfigEntryState.LOADED:
            self._unloaded = await self.hass.config_entries.async_unload(entry.entry_id)
        try:
            return await identify(device, timeout=LISTEN_TIMEOUT)
        except BaseException:
            self._async_take_back()
            raise

    @callback
    def _async_take_back(self) -> None:
        """Load the entry again that was unloaded to free its radar."""
        if self._unloaded:
            self._unloaded = False
            self.hass.config_entries.async_schedule_reload(
                self._get_reconfigure_entry().entry_id
            )

    @callback
    @override
    def async_remove(self) -> None:
        """Give the radar back when the dialog is closed before the end."""
        # A task that is still listening does so itself, once its port is closed.
        if self._task is None or self._task.done():
            self._async_take_back()


class HaloRiseOptionsFlow(OptionsFlowWithReload):
    """Link the bedroom's sensors and say where the bed is."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the options."""
        errors: dict[str, str] = {}
        if user_input is not None:
            # A link that was removed is remembered as such: it is not suggested again.
            links = {key: user_input.get(key) for key in ROOM_ENTITIES}
            span = user_input[CONF_ZONE_FARTHEST] - user_input[CONF_ZONE_NEAREST]
            # To the millimetre, for 1.2 less 0.9 is not quite 0.3.
            if round(span, 3) >= ZONE_SPAN:
                return self.async_create_entry(data=user_input | links)
            errors[CONF_ZONE_FARTHEST] = "zone_order" if span <= 0 else "zone_narrow"

        own = [
            entity.entity_id
            for entity in er.async_entries_for_config_entry(
                er.async_get(self.hass), self.config_entry.entry_id
            )
        ]
        schema = probatio.Schema(
            {
                probatio.Required(CONF_SIDE): SIDE_SELECTOR,
                probatio.Required(
                    CONF_ZONE_NEAREST, default=ZONE[0]
                ): DISTANCE_SELECTOR,
                probatio.Required(
                    CONF_ZONE_FARTHEST, default=ZONE[1]
                ): DISTANCE_SELECTOR,
                **{
                    probatio.Optional(key): EntitySelector(
                        EntitySelectorConfig(
                            exclude_entities=own,
                            filter=EntityWithDeviceFilterSelectorConfig(
                                domain=SENSOR_DOMAIN, device_class=device_class
                            ),
                        )
                    )
                    for key, device_class in ROOM_ENTITIES.items()
                },
            }
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                schema,
                self._suggestions() | self.config_entry.options
                if user_input is None
                else user_input,
            ),
            errors=errors,
            description_placeholders={
                "bed": await self._async_learned_bed(),
                "span": f"{100 * ZONE_SPAN:.0f}",
            },
        )

    async def _async_learned_bed(self) -> str:
        """Return in words where the bed was found."""
        entry: HaloRiseConfigEntry = self.config_entry
        zone = (
            entry.runtime_data.coordinator.data.zone
            if entry.state is ConfigEntryState.LOADED
            else None
        )
        found: dict[str, str] = {}
        if zone is None:
            key = "bed_unknown"
        elif isfinite(zone.bed_near) and isfinite(zone.bed_far):
            key = "bed_learned"
            found = {
                "near": f"{100 * zone.bed_near:.0f}",
                "far": f"{100 * zone.bed_far:.0f}",
                "nights": str(zone.nights),
            }
        else:
            key = "bed_not_learned"
        # Whole sentences: the form's own text cannot choose between them.
        translations = await async_get_translations(
            self.hass, self.hass.config.language, "common", {DOMAIN}
        )
        return translations[f"component.{DOMAIN}.common.{key}"].format(**found)

    @callback
    def _suggestions(self) -> dict[str, str]:
        """Return sensors of the area in which the radar is."""
        devices = dr.async_get(self.hass)
        radar = devices.async_get_device_by_identifier(
            (DOMAIN, self.config_entry.entry_id), self.config_entry.entry_id
        )
        if radar is None or radar.area_id is None:
            return {}

        entities = er.async_get(self.hass)
        nearby = er.async_entries_for_area(entities, radar.area_id)
        for device in dr.async_entries_for_area(devices, radar.area_id):
            nearby += [
                entity
                for entity in er.async_entries_for_device(entities, device.id)
                if entity.area_id is None
            ]
        suggestions: dict[str, str] = {}
        for entity in sorted(nearby, key=lambda entity: entity.entity_id):
            if (
                entity.domain != SENSOR_DOMAIN
                or entity.config_entry_id == self.config_entry.entry_id
            ):
                continue
            measures = entity.device_class or entity.original_device_class
            for key, device_class in ROOM_ENTITIES.items():
                if measures == device_class:
                    suggestions.setdefault(key, entity.entity_id)
        return suggestions
