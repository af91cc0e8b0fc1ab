"""The push coordinator: it owns the radar link, the sleep engine and the archive."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
import json
from math import isfinite, nan
from pathlib import Path
from time import sleep, time
from typing import Any, TypedDict, override

from homeassistant.components import usb
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    CONF_DEVICE,
    CONF_MODEL,
    EVENT_HOMEASSISTANT_STOP,
    UnitOfTemperature,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import ConfigEntryError, HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_time_interval,
)
from homeassistant.helpers.storage import Store
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import TemperatureConverter

from .const import (
    BATCH_INTERVAL,
    CONF_HUMIDITY_ENTITY,
    CONF_ILLUMINANCE_ENTITY,
    CONF_TEMPERATURE_ENTITY,
    CONF_ZONE_FARTHEST,
    CONF_ZONE_NEAREST,
    DOMAIN,
    ENGINE_PATIENCE,
    FLUSH_INTERVAL,
    ISSUE_ARCHIVE_DAMAGED,
    ISSUE_SENSOR_MOVED,
    LEARNED_PROFILE,
    LOGGER,
    PAUSE,
    QUEUE_LENGTH,
    STORAGE_VERSION,
)
from .nights import ArchiveError, ArchiveTooNewError, NightArchive, NightRecord
from .radar.frame import Climate, RadarFrame
from .radar.link import LinkError, LinkStatistics, RadarLink
from .radar.modules import MODULES
from .sleep.engine import SleepEngine
from .sleep.epoch import (
    BedZone,
    EpochScored,
    LiveUpdate,
    Night,
    Owner,
    SensorMoved,
    SessionEnded,
    SleepEvent,
    Update,
)
from .sleep.presence import ZONE
from .sleep.state import dump_state, load_state


class StandbyState(TypedDict):
    """What survives a restart beside the archive."""

    standby: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HaloRiseData:
    """What the entities show."""

    available: bool = False
    """Whether the radar delivers."""

    standby: bool = False
    live: LiveUpdate | None = None
    """None until the engine has said something about the present connection."""

    zone: BedZone | None = None
    """Where the bed is; None until the engine has been made."""

    climate: Climate = field(default_factory=Climate)
    """The room by the linked entities."""

    last_night: NightRecord | None = None
    """The latest main sleep."""

    statistics: LinkStatistics | None = None
    """None until a link has been opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeData:
    """What a loaded config entry holds."""

    coordinator: HaloRiseCoordinator
    archive: NightArchive


type HaloRiseConfigEntry = ConfigEntry[RuntimeData]

type NightListener = Callable[[Mapping[str, Any]], None]
"""Takes an event as the websocket subscription sends it."""

type EventListener = Callable[[SleepEvent], None]
"""Takes what has happened to the sleeper."""


@dataclass(slots=True, kw_only=True)
class _Outcome:
    """What a job in the executor brought to light."""

    live: LiveUpdate | None = None
    zone: BedZone | None = None
    in_session: bool = False
    epochs: list[float] = field(default_factory=list)
    """Starts of the epochs that were scored."""

    nights: list[int] = field(default_factory=list)
    """Numbers of the nights that were stored."""

    last_night: NightRecord | None = None
    events: list[SleepEvent] = field(default_factory=list)
    moved: SensorMoved | None = None


def archive_path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return where the nights of a bedside are kept."""
    return Path(hass.config.path(DOMAIN, f"{entry_id}.db"))


def standby_store(hass: HomeAssistant, entry_id: str) -> Store[StandbyState]:
    """Return where standby is remembered."""
    return Store(hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}")


def archive_issue_id(entry_id: str) -> str:
    """Return the repair issue that tells of a damaged archive."""
    return f"{ISSUE_ARCHIVE_DAMAGED}_{entry_id}"


def moved_issue_id(entry_id: str) -> str:
    """Return the repair issue that tells of a sensor that was moved."""
    return f"{ISSUE_SENSOR_MOVED}_{entry_id}"


class HaloRiseCoordinator(DataUpdateCoordinator[HaloRiseData]):
    """Take frames from the link through the engine to the entities and the archive.

    Methods whose name does not begin with ``async`` and that are no callbacks run in the
    executor. They alone touch the engine, one at a time: ``_lock`` sees to it.
    """

    config_entry: HaloRiseConfigEntry

    def __init__(self, hass: HomeAssistant, entry: HaloRiseConfigEntry) -> None:
        """Initialize the coordinator."""
        super().__init__(
            hass, LOGGER, config_entry=entry, name=f"{DOMAIN} {entry.title}"
        )
        self.data = HaloRiseData()
        self._module = MODULES[entry.data[CONF_MODEL]]
        self.capabilities = self._module.capabilities
        self.archive = NightArchive(archive_path(hass, entry.entry_id))
        self.frames_dropped = 0
        """Frames that came faster than the engine could take them."""

        self._limits: tuple[float, float] = (
            entry.options.get(CONF_ZONE_NEAREST, ZONE[0]),
            entry.options.get(CONF_ZONE_FARTHEST, ZONE[1]),
        )
        self._store = standby_store(hass, entry.entry_id)
        self._lock = asyncio.Lock()
        self._link: RadarLink | None = None
        self._queue: deque[RadarFrame] = deque(maxlen=QUEUE_LENGTH)
        self._stepped_at = 0.0
        self._reported: Path | None = None
        self._opened = _Outcome()
        self._night_listeners: list[NightListener] = []
        self._event_listeners: list[EventListener] = []
        self._unsubscribe: list[CALLBACK_TYPE] = []
        self._unsubscribe_stop: CALLBACK_TYPE | None = None

        self._engine: SleepEngine | None = None
        self._engine_failures = 0
        self._saved_state: bytes | None = None
        self._profile: str | None = None
        """What was learned over the nights, as JSON: a new engine begins with it."""

        self._saved_profile: str | None = None
        self._unsaved_nights: list[Night] = []
        self._archive_works = True
        self._present = False

    # Life

    @override
    async def _async_setup(self) -> None:
        """Open the archive and take up the session that was in progress."""
        stored = await self._store.async_load()
        standby = stored is not None and stored["standby"]
        try:
            outcome = await self.hass.async_add_executor_job(self._open, standby)
        except ArchiveTooNewError as err:
            raise ConfigEntryError(
                translation_domain=DOMAIN, translation_key="archive_too_new"
            ) from err
        except ArchiveError as err:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="archive_unavailable",
                translation_placeholders={"error": str(err)},
            ) from err
        self.data = HaloRiseData(
            standby=standby,
            zone=outcome.zone,
            climate=self._room(),
            last_night=outcome.last_night,
        )
        # Nobody listens yet to what has happened while Home Assistant was down.
        self._opened = outcome
        self._async_report_damage()

    @override
    async def _async_update_data(self) -> HaloRiseData:
        """Return what was pushed, for there is nothing to fetch."""
        return self.data

    async def async_start(self) -> None:
        """Connect to the radar and begin to work."""
        linked = [
            entity_id
            for key in (
                CONF_TEMPERATURE_ENTITY,
                CONF_HUMIDITY_ENTITY,
                CONF_ILLUMINANCE_ENTITY,
            )
            if (entity_id := self.config_entry.options.get(key))
        ]
        self._unsubscribe = [
            # A node with a serial port has come or gone: there is no need to wait for
            # the next attempt.
            usb.async_register_scan_request_callback(
                self.hass, self._async_handle_port_change
            ),
            async_track_state_change_event(
                self.hass, linked, self._async_handle_room_change
            ),
            async_track_time_interval(
                self.hass,
                self._async_handle_tick,
                BATCH_INTERVAL,
                name=f"{self.name} batches",
                cancel_on_shutdown=True,
            ),
        ]
        # Home Assistant stops without unloading its entries.
        self._unsubscribe_stop = self.hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_STOP, self._async_handle_stop
        )
        self._async_publish(self._opened)
        if not self.data.standby:
            await self._async_connect()

    @override
    async def async_shutdown(self) -> None:
        """Let go of the radar, save what is known and close the archive."""
        await super().async_shutdown()
        if self._unsubscribe_stop is not None:
            self._unsubscribe_stop()
            self._unsubscribe_stop = None
        while self._unsubscribe:
            self._unsubscribe.pop()()
        async with self._lock:
            await self._async_disconnect()
            outcome = await self.hass.async_add_executor_job(
                self._close, self._take_frames()
            )
            self._async_tell(outcome)

    async def _async_handle_stop(self, _event: Event) -> None:
        self._unsubscribe_stop = None
        await self.async_shutdown()

    async def _async_connect(self) -> None:
        """Begin to listen; the link goes on trying where nothing answers."""
        link = RadarLink(
            self.config_entry.data[CONF_DEVICE],
            on_frames=self._async_handle_frames,
            on_availability=self._async_handle_availability,
            module=self._module,
            clock=time,
        )
        try:
            await link.start(patient=True)
        except LinkError as err:
            # A dialog listens there at this moment; the next tick tries again.
            LOGGER.debug("The port is taken: %s", err)
        else:
            self._link = link

    async def _async_disconnect(self) -> None:
        if self._link is not None:
            link, self._link = self._link, None
            await link.close()

    # What others ask for

    async def async_set_standby(self, standby: bool) -> None:
        """Stop sensing altogether, or begin again."""
        async with self._lock:
            if standby is self.data.standby or self._engine is None:
                return
            # Written first: whatever happens next, a restart respects the wish.
            await self._store.async_save({"standby": standby})
            data = replace(self.data, standby=standby, available=False, live=None)
            if not standby:
                self.async_set_updated_data(data)
                await self._async_connect()
                return
            await self._async_disconnect()
            self._queue.clear()
            self.async_set_updated_data(data)
            self._async_publish(await self.hass.async_add_executor_job(self._stand_by))

    async def async_running_night(self) -> Night | None:
        """Return the session in progress with its provisional stages."""
        async with self._lock:
            if self._engine is None:
                return None
            return await self.hass.async_add_executor_job(self._engine.running_night)

    @callback
    def async_add_night_listener(self, listener: NightListener) -> CALLBACK_TYPE:
        """Tell a listener of nights that settled and epochs that were scored."""
        self._night_listeners.append(listener)

        @callback
        def remove() -> None:
            self._night_listeners.remove(listener)

        return remove

    @callback
    def async_add_event_listener(self, listener: EventListener) -> CALLBACK_TYPE:
        """Tell a listener what happens to the sleeper."""
        self._event_listeners.append(listener)

        @callback
        def remove() -> None:
            self._event_listeners.remove(listener)

        return remove

    # What comes in

    @callback
    def _async_handle_frames(self, frames: Sequence[RadarFrame]) -> None:
        """Put frames in the queue; when it is full the oldest make room.

        The last frame of each read carries the room as it is now.
        """
        excess = len(self._queue) + len(frames) - QUEUE_LENGTH
        self.frames_dropped += max(excess, 0)
        *before, last = frames
        self._queue.extend(before)
        self._queue.append(
            replace(last, climate=_merged(self.data.climate, last.climate))
        )

    @callback
    def _async_handle_availability(self, available: bool, _reason: str | None) -> None:
        if not self.data.standby:
            self.async_set_updated_data(
                replace(self.data, available=available, live=None)
            )

    @callback
    def _async_handle_port_change(self) -> None:
        if self._link is not None:
            self._link.wake()

    @callback
    def _async_handle_room_change(self, _event: Event[EventStateChangedData]) -> None:
        self.async_set_updated_data(replace(self.data, climate=self._room()))

    @callback
    def _async_handle_tick(self, _now: datetime) -> None:
        # A batch that takes longer than the interval is not overtaken: frames wait.
        if not self._lock.locked():
            self.config_entry.async_create_task(
                self.hass, self._async_step(), f"{self.name} batch"
            )

    async def _async_step(self) -> None:
        """Take the engine one step further in time."""
        async with self._lock:
            if self._engine is None or self.data.standby:
                return
            now = self.hass.loop.time()
            if frames := self._take_frames():
                job = self.hass.async_add_executor_job(self._process, frames)
            elif not self.data.available and now - self._stepped_at >= FLUSH_INTERVAL:
                if self._link is None:
                    await self._async_connect()
                # Without the radar time passes all the same, and sessions end.
                job = self.hass.async_add_executor_job(self._flush, time())
            else:
                return
            self._stepped_at = now
            self._async_publish(await job)

    @callback
    def _take_frames(self) -> list[RadarFrame]:
        """Return the frames that wait."""
        frames = list(self._queue)
        self._queue.clear()
        return frames

    @callback
    def _room(self) -> Climate:
        """Return the readings of the linked entities."""
        return Climate(
            temperature=self._reading(CONF_TEMPERATURE_ENTITY),
            humidity=self._reading(CONF_HUMIDITY_ENTITY),
            illuminance=self._reading(CONF_ILLUMINANCE_ENTITY),
        )

    def _reading(self, key: str) -> float:
        entity_id = self.config_entry.options.get(key)
        if not entity_id or (state := self.hass.states.get(entity_id)) is None:
            return nan
        try:
            value = float(state.state)
            if key == CONF_TEMPERATURE_ENTITY:
                value = TemperatureConverter.convert(
                    value,
                    state.attributes.get(ATTR_UNIT_OF_MEASUREMENT),
                    UnitOfTemperature.CELSIUS,
                )
        # Unavailable, unknown, or in a unit that is no temperature.
        except ValueError, HomeAssistantError:
            return nan
        return value if isfinite(value) else nan

    # What goes out

    @callback
    def _async_publish(self, outcome: _Outcome) -> None:
        """Tell the entities and the listeners what a job brought to light."""
        data = self.data
        if outcome.live is not None and data.available:
            data = replace(data, live=outcome.live)
        if outcome.zone is not None:
            data = replace(data, zone=outcome.zone)
        if outcome.nights:
            data = replace(data, last_night=outcome.last_night)
        if self._link is not None:
            data = replace(data, statistics=self._link.statistics)
        self.async_set_updated_data(data)
        for night_id in outcome.nights:
            self._async_notify({"type": "settled", "night_id": night_id})
        if outcome.in_session:
            for start in outcome.epochs:
                moment = dt_util.utc_from_timestamp(start)
                self._async_notify({"type": "epoch", "start": moment.isoformat()})
        # After the states: whoever acts on an event finds them as they are now.
        self._async_tell(outcome)
        self._async_report_damage()

    @callback
    def _async_tell(self, outcome: _Outcome) -> None:
        """Tell what has happened to the sleeper and to the sensor."""
        for event in outcome.events:
            for listener in list(self._event_listeners):
                listener(event)
        if outcome.moved is not None:
            self._async_report_move(outcome.moved)

    @callback
    def _async_notify(self, event: Mapping[str, Any]) -> None:
        for listener in list(self._night_listeners):
            listener(event)

    @callback
    def _async_report_damage(self) -> None:
        """Raise a repair issue when a damaged archive was set aside."""
        if (set_aside := self.archive.set_aside) in (None, self._reported):
            return
        self._reported = set_aside
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            archive_issue_id(self.config_entry.entry_id),
            is_fixable=True,
            # The file that was set aside is not found damaged again after a restart.
            is_persistent=True,
            severity=ir.IssueSeverity.ERROR,
            translation_key=ISSUE_ARCHIVE_DAMAGED,
            translation_placeholders={
                "name": self.config_entry.title,
                "path": str(set_aside),
            },
        )

    @callback
    def _async_report_move(self, moved: SensorMoved) -> None:
        """Raise a repair issue when the bed lies elsewhere than before."""
        before, after = _centimetres(moved.before), _centimetres(moved.after)
        LOGGER.warning(
            "The sensor of %s seems to have been moved: the bed was %s cm away and is %s"
            " cm away now; it is learned again",
            self.config_entry.title,
            before,
            after,
        )
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            moved_issue_id(self.config_entry.entry_id),
            is_fixable=True,
            # It is found once, and a restart before anybody looks must not hide it.
            is_persistent=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_SENSOR_MOVED,
            translation_placeholders={
                "name": self.config_entry.title,
                "before": before,
                "after": after,
            },
        )

    # In the executor

    def _new_engine(self) -> SleepEngine:
        """Make an engine that knows what was learned over the nights."""
        make = partial(
            SleepEngine, self.capabilities, relax=_let_go, limits=self._limits
        )
        try:
            return make(profile=json.loads(self._profile) if self._profile else None)
        except ValueError as err:
            LOGGER.warning(
                "What was learned about the bed could not be taken up and is learned"
                " again: %s",
                err,
            )
            self._profile = None
            return make()

    def _open(self, standby: bool) -> _Outcome:
        """Open the archive and make the engine."""
        self.archive.open()
        self._profile = self.archive.load_learned(LEARNED_PROFILE)
        self._saved_profile = self._profile
        self._engine = self._new_engine()
        outcome = _Outcome()
        if standby:
            self.archive.clear_state()
        elif (state := self.archive.load_state()) is not None:
            self._saved_state = state
            if self._restore(self._engine, state):
                # What was missed while Home Assistant was down is time without data. If
                # it was too long, the next step settles the session at its last data.
                outcome = self._run(lambda engine: engine.flush(time()))
            else:
                self._saved_state = None
                self.archive.clear_state()
        outcome.zone = self._engine.zone
        outcome.last_night = self._last_night()
        return outcome

    def _process(self, frames: Sequence[RadarFrame]) -> _Outcome:
        return self._run(lambda engine: engine.process(frames))

    def _flush(self, now: float) -> _Outcome:
        return self._run(lambda engine: engine.flush(now))

    def _stand_by(self) -> _Outcome:
        """End the session and forget every sample."""
        outcome = self._run(lambda engine: engine.close_session())
        self._engine = self._new_engine()
        self._present = False
        self._save_state()
        return outcome

    def _close(self, frames: Sequence[RadarFrame]) -> _Outcome:
        """Take the last frames, save the session in progress and close the archive."""
        if self._engine is None:
            return _Outcome()
        outcome = self._process(frames)
        self._store_nights(outcome)
        self._save_state()
        self._engine = None
        self.archive.close()
        return outcome

    def _run(self, step: Callable[[SleepEngine], list[Update]]) -> _Outcome:
        """Take the engine one step further and keep what must not be lost."""
        assert self._engine is not None
        try:
            updates = step(self._engine)
        except Exception:  # noqa: BLE001
            # A bug shall cost an epoch, not the night: go on from the last epoch's end,
            # or from scratch if that is no help.
            if not self._engine_failures:
                LOGGER.exception("The sleep engine failed and is started again")
            self._engine_failures += 1
            # The saved session is given up first, then what was learned.
            if self._engine_failures > 2 * ENGINE_PATIENCE:
                self._profile = None
            self._engine = self._new_engine()
            if self._engine_failures > ENGINE_PATIENCE:
                self._present = False
                self._save_state()
            elif self._saved_state is not None:
                self._restore(self._engine, self._saved_state)
            return _Outcome()

        outcome = _Outcome(in_session=self._engine.in_session, zone=self._engine.zone)
        ended = False
        for update in updates:
            match update:
                case LiveUpdate():
                    outcome.live = update
                case EpochScored(epoch=epoch):
                    outcome.epochs.append(epoch.start)
                    self._present = epoch.owner is not Owner.NOBODY
                    self._engine_failures = 0
                case SessionEnded(night=night):
                    self._unsaved_nights.append(night)
                    ended = True
                case SleepEvent():
                    outcome.events.append(update)
                case SensorMoved():
                    outcome.moved = update
        if outcome.epochs or outcome.events or outcome.moved or ended:
            self._store_nights(outcome)
            # With what is told, so that nothing is told again after a crash.
            self._save_state()
        return outcome

    def _store_nights(self, outcome: _Outcome) -> None:
        """Add the nights that have settled to the archive."""
        try:
            while self._unsaved_nights:
                outcome.nights.append(self.archive.add_night(self._unsaved_nights[0]))
                del self._unsaved_nights[0]
            if outcome.nights:
                outcome.last_night = self._last_night()
        except ArchiveError as err:
            self._warn(err)

    def _save_state(self) -> None:
        """Save the engine while somebody is there, and always what it has learned.

        Nothing else of an empty room is kept.
        """
        assert self._engine is not None
        self._profile = json.dumps(self._engine.profile())
        # The older state still holds a night that could not be stored.
        if self._unsaved_nights:
            return
        try:
            if self._profile != self._saved_profile:
                self.archive.save_learned(LEARNED_PROFILE, self._profile)
                self._saved_profile = self._profile
            if self._engine.in_session or self._present:
                self._saved_state = dump_state(self._engine.snapshot())
                self.archive.save_state(self._saved_state)
            elif self._saved_state is not None:
                self._saved_state = None
                self.archive.clear_state()
        except ArchiveError as err:
            self._warn(err)
        else:
            self._archive_works = True

    def _warn(self, err: ArchiveError) -> None:
        """Say once that the archive fails."""
        if self._archive_works:
            LOGGER.warning("The night cannot be saved now, trying again: %s", err)
        self._archive_works = False

    def _restore(self, engine: SleepEngine, state: bytes) -> bool:
        """Take up a saved session; return whether that was possible."""
        try:
            engine.restore(load_state(state))
        except ValueError as err:
            LOGGER.warning("The session in progress could not be taken up: %s", err)
            return False
        return True

    def _last_night(self) -> NightRecord | None:
        return next(iter(self.archive.list_nights(limit=1, main_only=True)), None)


def _centimetres(zone: BedZone) -> str:
    """Return where the sleeper rests, as text for a person."""
    return "–".join(
        f"{100 * distance:.0f}" if isfinite(distance) else "?"
        for distance in (zone.bed_near, zone.bed_far)
    )


def _let_go() -> None:
    """Pause for a moment in which the event loop gets the interpreter.

    A thread that computes gives it up only every five milliseconds, and a callback that
    writes to a socket asks for it more than once.
    """
    sleep(PAUSE)


def _merged(linked: Climate, own: Climate | None) -> Climate:
    """Return the linked readings, and the module's own where none is linked."""
    if own is None:
        return linked
    return Climate(
        temperature=_first(linked.temperature, own.temperature),
        humidity=_first(linked.humidity, own.humidity),
        illuminance=_first(linked.illuminance, own.illuminance),
    )


def _first(linked: float, own: float) -> float:
    return linked if isfinite(linked) else own
