"""The connection to a radar module: open, listen, notice that it is gone, open again.

The transports differ, but what goes wrong with them is the same and was measured: a peer
that died is often just silent, an end may be an error or none, and what waited in a buffer
while nobody listened comes first and looks perfectly valid.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
import logging
import time

from serialx import redact_uri

from . import mr60bha2
from .frame import RadarFrame
from .identify import Identification, NotARadar, SilentPort, identify
from .modules import MODULES, Module, Parser
from .port import (
    CannotOpen,
    Claim,
    InvalidUrl,
    LinkError,
    Port,
    PortInUse,
    checked_url,
    describe,
)

__all__ = [
    "CannotOpen",
    "Identification",
    "InvalidUrl",
    "LinkError",
    "LinkStatistics",
    "NotARadar",
    "PortInUse",
    "RadarLink",
    "SilentPort",
    "checked_url",
    "identify",
]

_LOGGER = logging.getLogger(__name__)

SILENCE_UNAVAILABLE = 4.0
"""Seconds without a frame after which the radar is unavailable."""

SILENCE_REOPEN = 15.0
"""Seconds without a frame after which the port is opened anew: a reader that was starved by
a second one hears nothing until it does."""

RETRY_DELAYS = (1.0, 2.0, 5.0, 10.0)
"""Seconds before each further attempt. The last one repeats, so that a module that is back
is heard within seconds however long it was away."""

BACKLOG_PAUSE = 0.06
"""Seconds. A backlog arrives in pieces 16 ms apart, live cycles about 100 ms apart."""

BACKLOG_LIMIT = 3.0
"""Seconds after which the discarding ends even without a pause."""

SEAM = 2.0
"""Seconds after the backlog within which a first gap is still the end of it."""

QUALITY_STEP = 10.0
QUALITY_STEPS = 18
"""The quality speaks of the last three minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStatistics:
    """How well a link hears, counted in packets since it was made."""

    frames_received: int
    frames_lost: int
    frames_bad: int
    bytes_received: int
    connections: int
    quality: float
    """Share of packets that arrived intact in the last minutes."""


class RadarLink:
    """Listen to one radar for as long as it takes.

    `on_frames` and `on_availability` are called in the event loop and must be quick.
    """

    def __init__(
        self,
        url: str,
        *,
        on_frames: Callable[[list[RadarFrame]], None],
        on_availability: Callable[[bool, str | None], None],
        module: Module = MODULES[mr60bha2.CAPABILITIES.model],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare a link; nothing is opened yet.

        Args:
            url: What serialx can open.
            on_frames: Gets the frames of each read.
            on_availability: Gets whether frames come in, at first and at each change, and
                the reason where they do not.
            module: What is expected there.
            clock: Seconds since the Unix epoch.
        """
        self.url = checked_url(url)
        self._name = redact_uri(self.url)
        self._on_frames = on_frames
        self._on_availability = on_availability
        self._module = module
        self._clock = clock
        self._parser: Parser = module.parser()
        self._available: bool | None = None
        self._connections = 0
        self._bytes_received = 0
        self._lost_at_seams = 0
        self._history: deque[tuple[float, int, int]] = deque(maxlen=QUALITY_STEPS)
        self._wake = asyncio.Event()
        self._claim: Claim | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def available(self) -> bool:
        """Return whether frames come in."""
        return bool(self._available)

    @property
    def firmware(self) -> str | None:
        """Return the version of the module's firmware, if it told."""
        return self._parser.firmware

    @property
    def statistics(self) -> LinkStatistics:
        """Return how well the link hears."""
        counts = self._parser.packets
        lost = counts.lost - self._lost_at_seams
        _, received_then, missed_then = self._history[0] if self._history else (0, 0, 0)
        received = counts.packets - received_then
        expected = received + self._missed - missed_then
        return LinkStatistics(
            frames_received=counts.packets,
            frames_lost=lost,
            frames_bad=counts.bad,
            bytes_received=self._bytes_received,
            connections=self._connections,
            quality=received / expected if expected else 1.0,
        )

    @property
    def _missed(self) -> int:
        # A module that numbers nothing shows its losses only as damage.
        counts = self._parser.packets
        return max(counts.lost - self._lost_at_seams, counts.bad)

    async def start(self, *, patient: bool = False) -> None:
        """Open the port and begin to listen.

        Args:
            patient: Whether to go on trying in the background where it cannot be opened.

        Raises:
            LinkError: The port cannot be opened; the link may be started again.
            Exception: Whatever else a foreign transport raises (see `Port.open`).
        """
        self._claim = Claim(self.url)
        port = None
        if not patient:
            try:
                port = await Port.open(self.url, self._module.baudrate)
            except BaseException:
                self._release()
                raise
        self._task = asyncio.create_task(
            self._run(port), name=f"radar link {self._name}"
        )

    async def close(self) -> None:
        """Stop listening and close the port. Nothing is called any more afterwards."""
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            await asyncio.wait({task})
        self._available = None
        self._release()

    def wake(self) -> None:
        """Try again at once, where the next attempt is waited for."""
        self._wake.set()

    def _release(self) -> None:
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    async def _run(self, port: Port | None) -> None:
        """Listen, and open the port again whenever that ends."""
        attempts = 0
        while True:
            reason = ""
            if port is None:
                try:
                    port = await Port.open(self.url, self._module.baudrate)
                except Exception as err:  # noqa: BLE001 - a foreign transport raises anything
                    reason = describe(err)
            if port is not None:
                received = self._parser.packets.packets
                try:
                    reason = await self._listen(port)
                except Exception as err:
                    _LOGGER.exception("Listening to the radar at %s failed", self._name)
                    reason = describe(err)
                finally:
                    # The old one is closed before a new one is opened, or both starve.
                    await port.close()
                    port = None
                if self._parser.packets.packets > received:
                    attempts = 0
            self._set_available(False, reason)
            delay = RETRY_DELAYS[min(attempts, len(RETRY_DELAYS) - 1)]
            attempts += 1
            # A call while the last attempt was under way counts: it may have come too soon.
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._wake.wait()
            self._wake.clear()

    async def _listen(self, port: Port) -> str:
        """Pass on what comes until the connection ends; return why it ended."""
        now = asyncio.get_running_loop().time
        self._connections += 1
        self._parser.restart()
        lost_before = self._parser.packets.lost
        opened_at = heard_at = now()
        read_at: float | None = None
        seam_until: float | None = None
        while True:
            silence = now() - heard_at
            if silence >= SILENCE_REOPEN:
                return f"no frames for {SILENCE_REOPEN:.0f} s"
            if silence >= SILENCE_UNAVAILABLE:
                self._set_available(False, f"no frames for {SILENCE_UNAVAILABLE:.0f} s")
                patience = SILENCE_REOPEN
            else:
                patience = SILENCE_UNAVAILABLE
            try:
                async with asyncio.timeout_at(heard_at + patience) as limit:
                    data = await port.read()
            except Exception as err:  # noqa: BLE001 - a foreign transport raises anything
                # A connection that timed out raises TimeoutError too.
                if isinstance(err, TimeoutError) and limit.expired():
                    continue
                return describe(err)
            if not data:
                return "closed by the other side"
            self._bytes_received += len(data)

            if seam_until is None:
                # At first comes what had waited; it is over when there is a pause.
                previous, read_at = read_at, now()
                paused = previous is not None and read_at - previous >= BACKLOG_PAUSE
                if not paused and read_at - opened_at < BACKLOG_LIMIT:
                    continue
                heard_at = read_at
                seam_until = read_at + SEAM
                if self._parser.firmware is None:
                    port.ask(self._module.version_query)
            frames = self._parser.feed(data, self._clock())
            lost = self._parser.packets.lost
            if lost > lost_before and now() < seam_until:
                # The backlog went on after all, and this gap is where it ended.
                self._lost_at_seams += lost - lost_before
                self._parser.restart()
                seam_until = 0.0
            elif frames:
                heard_at = now()
                self._pass_on(frames, heard_at)

    def _pass_on(self, frames: list[RadarFrame], now: float) -> None:
        if not self._history or now - self._history[-1][0] >= QUALITY_STEP:
            self._history.append((now, self._parser.packets.packets, self._missed))
        self._set_available(True, None)
        try:
            self._on_frames(frames)
        except Exception:
            _LOGGER.exception("Frames of the radar at %s were not taken", self._name)

    def _set_available(self, available: bool, reason: str | None) -> None:
        if available is self._available:
            return
        if not available:
            _LOGGER.warning("The radar at %s is unavailable: %s", self._name, reason)
        elif self._available is False:
            _LOGGER.info("The radar at %s is available again", self._name)
        self._available = available
        try:
            self._on_availability(available, reason)
        except Exception:
            _LOGGER.exception("The state of the radar at %s was not taken", self._name)
