"""The websocket commands through which the dashboard reads nights.

Times are ISO 8601 in UTC, unknown numbers are null. Nights are health data: whoever may
not read the bedside's sleep stage entity may not read them either.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from math import isfinite, nan
from typing import Any, Final

from homeassistant.auth.permissions.const import CAT_ENTITIES, POLICY_READ
from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ERR_NOT_FOUND
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import probatio

from .const import DOMAIN
from .coordinator import HaloRiseConfigEntry
from .nights import CLOCK_TIMES, ArchiveError, NightArchive, NightRecord, Usual
from .sleep.epoch import EPOCH_SECONDS, STAGES, Night, NightSummary, Owner

ERR_NOT_LOADED: Final = "not_loaded"

_CODE_OF_STAGE: Final = {None: None} | {
    stage: code for code, stage in enumerate(STAGES)
}
_CODE_OF_OWNER: Final = {owner: code for code, owner in enumerate(Owner)}

# Decimals that a person could tell apart; more would only be carried around.
_DECIMALS_OF_SUMMARY: Final = {
    "efficiency": 3,
    "light_share": 3,
    "deep_share": 3,
    "rem_share": 3,
    "coverage": 3,
    "awakenings": 0,
}
_DECIMALS_OF_EPOCH: Final = {
    "presence": 2,
    "intent": 2,
    "respiration_rate": 1,
    "motion": 1,
    "heart_rate": 1,
    "coverage": 2,
}
_DECIMALS_OF_CLIMATE: Final = {"temperature": 1, "humidity": 1, "illuminance": 1}


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the commands, once and for all entries."""
    websocket_api.async_register_command(hass, websocket_list)
    websocket_api.async_register_command(hass, websocket_get)
    websocket_api.async_register_command(hass, websocket_subscribe)


def _aware_datetime(value: Any) -> datetime:
    """Validate a point in time that says its zone."""
    moment = dt_util.parse_datetime(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise probatio.Invalid("expected an ISO 8601 time with its offset")
    return moment


@websocket_api.websocket_command(
    {
        probatio.Required("type"): "halo_rise/nights/list",
        probatio.Required("device_id"): str,
        probatio.Optional("before"): _aware_datetime,
        probatio.Optional("limit", default=30): probatio.All(
            int, probatio.Range(min=1, max=100)
        ),
    }
)
@websocket_api.async_response
async def websocket_list(
    hass: HomeAssistant,
    connection: websocket_api.ActiveConnection,
    msg: dict[str, Any],
) -> None:
    """Send the heads of stored nights, the newest first."""
    if (entry := _async_get_entry(hass, connection, msg)) is None:
        return

    def read(archive: NightArchive) -> dict[str, Any]:
        before = msg["before"].timestamp() if "before" in msg else None
        limit: int = msg["limit"]
        # One more than asked for tells whether there are more.
        records = archive.list_nights(before=before, limit=limit + 1)
        return {
            "nights": [_head(record) for record in records[:limit]],
            "more": len(records) > limit,
        }

    with _archive_errors():
        result = await hass.async_add_executor_job(read, entry.runtime_data.archive)
    connection.send_result(msg["id"], result)


@websocket_api.websocket_command(
    {
        probatio.Required("type"): "halo_rise/nights/get",
        probatio.Required("device_id"): str,
        probatio.Exclusive("night_id", "which"): probatio.All(
            int, probatio.Range(min=1, max=2**63 - 1)
        ),
        probatio.Exclusive("running", "which"): True,
    }
)
@websocket_api.async_response
async def websocket_get(
    hass: HomeAssistant,
    connection: websocket_api.ActiveConnection,
    msg: dict[str, Any],
) -> None:
    """Send one night: the latest, a certain one, or the session in progress."""
    if (entry := _async_get_entry(hass, connection, msg)) is None:
        return
    coordinator, archive = entry.runtime_data.coordinator, entry.runtime_data.archive
    result: dict[str, Any] | None = None
    with _archive_errors():
        if "running" not in msg:
            result = await hass.async_add_executor_job(
                _stored_night, archive, msg.get("night_id")
            )
        elif (night := await coordinator.async_running_night()) is not None:
            result = await hass.async_add_executor_job(_running_night, archive, night)
    connection.send_result(msg["id"], result)


@websocket_api.websocket_command(
    {
        probatio.Required("type"): "halo_rise/nights/subscribe",
        probatio.Required("device_id"): str,
    }
)
@callback
def websocket_subscribe(
    hass: HomeAssistant,
    connection: websocket_api.ActiveConnection,
    msg: dict[str, Any],
) -> None:
    """Tell of nights that settle and epochs that are scored."""
    if (entry := _async_get_entry(hass, connection, msg)) is None:
        return

    @callback
    def forward(event: Mapping[str, Any]) -> None:
        connection.send_event(msg["id"], event)

    stop_listening = entry.runtime_data.coordinator.async_add_night_listener(forward)

    @callback
    def follow() -> None:
        """Listen to the coordinator that comes with a reload."""
        nonlocal stop_listening
        if entry.state is ConfigEntryState.LOADED:
            stop_listening()
            coordinator = entry.runtime_data.coordinator
            stop_listening = coordinator.async_add_night_listener(forward)

    stop_following = entry.async_on_state_change(follow)

    @callback
    def unsubscribe() -> None:
        stop_following()
        stop_listening()

    connection.subscriptions[msg["id"]] = unsubscribe
    connection.send_result(msg["id"])


@callback
def _async_get_entry(
    hass: HomeAssistant,
    connection: websocket_api.ActiveConnection,
    msg: dict[str, Any],
) -> HaloRiseConfigEntry | None:
    """Return the entry of a bedside, or send why it is not to be had and return None.

    Raises:
        Unauthorized: The user may not read this bedside's sleep stage.
    """
    entry: HaloRiseConfigEntry | None = None
    if (device := dr.async_get(hass).async_get(msg["device_id"])) is not None:
        entry = hass.config_entries.async_get_entry(device.config_entry_id)
    if entry is None or entry.domain != DOMAIN:
        connection.send_error(msg["id"], ERR_NOT_FOUND, "No such bedside")
        return None

    entity_id = er.async_get(hass).async_get_entity_id(
        Platform.SENSOR, DOMAIN, f"{entry.entry_id}_sleep_stage"
    )
    # Permissions are given per entity: without one nobody but an administrator has any.
    allowed = (
        connection.user.is_admin
        if entity_id is None
        else connection.user.permissions.check_entity(entity_id, POLICY_READ)
    )
    if not allowed:
        raise Unauthorized(
            context=connection.context(msg),
            entity_id=entity_id,
            perm_category=CAT_ENTITIES,
            permission=POLICY_READ,
        )

    if entry.state is not ConfigEntryState.LOADED:
        connection.send_error(
            msg["id"], ERR_NOT_LOADED, "The bedside is not set up now"
        )
        return None
    return entry


@contextmanager
def _archive_errors() -> Iterator[None]:
    """Say what is wrong with the archive in the user's language."""
    try:
        yield
    except ArchiveError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="archive_unavailable",
            translation_placeholders={"error": str(err)},
        ) from err


# From here on: in the executor


def _stored_night(archive: NightArchive, night_id: int | None) -> dict[str, Any] | None:
    """Return the night with this number, without one the latest."""
    if night_id is None and (night_id := archive.latest_id()) is None:
        return None
    if (stored := archive.get_night(night_id)) is None:
        return None
    previous, following = archive.neighbours(night_id)
    return {
        "id": night_id,
        "main": stored.record.main,
        "settled": stored.record.settled_at is not None,
        "settled_at": _iso(stored.record.settled_at),
        "previous": previous,
        "next": following,
        **_night(stored.night, archive.usual(stored.record.start)),
    }


def _running_night(archive: NightArchive, night: Night) -> dict[str, Any]:
    """Return the session in progress, which has no number yet."""
    return {
        "id": None,
        "main": True,
        "settled": False,
        "settled_at": None,
        "previous": archive.latest_id(),
        "next": None,
        **_night(night, archive.usual(night.start)),
    }


def _night(night: Night, usual: Usual) -> dict[str, Any]:
    """Return what a stored night and a running one have in common."""
    epochs = night.epochs
    columns: dict[str, list[Any] | None] = {
        "stage": [_CODE_OF_STAGE[epoch.stage] for epoch in epochs],
        "settled_stage": (
            None
            if night.settled_stages is None
            else [_CODE_OF_STAGE[stage] for stage in night.settled_stages]
        ),
        "confidence": _rounded(_confidences(night), 2),
        "owner": [_CODE_OF_OWNER[epoch.owner] for epoch in epochs],
    }
    for name, decimals in _DECIMALS_OF_EPOCH.items():
        columns[name] = _rounded((getattr(epoch, name) for epoch in epochs), decimals)
    for name, decimals in _DECIMALS_OF_CLIMATE.items():
        columns[name] = _rounded(
            (getattr(epoch.climate, name) for epoch in epochs), decimals
        )
    return {
        "start": _iso(night.start),
        "end": _iso(night.end),
        "model_version": night.model_version,
        "epoch_seconds": int(EPOCH_SECONDS),
        "first_epoch": _iso(epochs[0].start) if epochs else None,
        "epochs": columns,
        "attempts": _attempts(night),
        "summary": _summary(night.summary),
        "usual": {
            "nights": usual.nights,
            **{
                # Between two whole numbers of awakenings lies a half.
                name: _rounded(values, _DECIMALS_OF_SUMMARY.get(name) or 1)
                for name, values in usual.ranges.items()
            },
        },
    }


def _attempts(night: Night) -> list[list[str | None]] | None:
    """Return start and end of each time of trying to sleep.

    Null where it is not known: nobody has searched the nights of earlier versions.
    """
    searched = night.settled_stages is None or isfinite(
        night.summary.time_trying_to_sleep
    )
    if not night.attempts and not searched:
        return None
    return [[_iso(start), _iso(end)] for start, end in night.attempts]


def _confidences(night: Night) -> Iterable[float]:
    """Return how sure the stages that are shown are: the settled ones if there are."""
    if night.settled_stages is None or night.settled_probabilities is None:
        return (epoch.confidence for epoch in night.epochs)
    return (
        nan if stage is None or vector is None else vector[STAGES.index(stage)]
        for stage, vector in zip(
            night.settled_stages, night.settled_probabilities, strict=True
        )
    )


def _head(record: NightRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "start": _iso(record.start),
        "end": _iso(record.end),
        "settled": record.settled_at is not None,
        "main": record.main,
        "summary": _summary(record.summary),
    }


def _summary(summary: NightSummary) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for field in fields(NightSummary):
        value = getattr(summary, field.name)
        if field.name in CLOCK_TIMES:
            result[field.name] = _iso(value)
        else:
            result[field.name] = _number(value, _DECIMALS_OF_SUMMARY.get(field.name, 1))
    return result


def _rounded(values: Iterable[float], decimals: int) -> list[float | None]:
    return [_number(value, decimals) for value in values]


def _number(value: float, decimals: int) -> float | None:
    """Return a number as JSON can hold it."""
    if not isfinite(value):
        return None
    return round(value, decimals) if decimals else round(value)


def _iso(timestamp: float | None) -> str | None:
    if timestamp is None:
        return None
    return dt_util.utc_from_timestamp(timestamp).isoformat()
