"""Measures, inside of Home Assistant, how long each turn of the event loop's work takes.

Put beside the integration by `halo-rise bench-loop` only. A turn is one call of a handle:
a callback, or a task from one await to the next. While it runs nothing else does, so the
longest one is the longest block of the loop.
"""

import asyncio
import gc
import json
from pathlib import Path
from time import perf_counter, thread_time, time
from typing import Any

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType
import probatio

from custom_components.halo_rise import coordinator

DOMAIN = "loop_watch"
CONFIG_SCHEMA = cv.empty_config_schema(DOMAIN)

SLOW = 0.002
"""Seconds from which on it is written down what a turn was about."""

OURS = "halo_rise"


class Watch:
    """What was measured since the last look."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.turns: list[float] = []
        self.ours: list[float] = []
        self.slow: list[tuple[float, float, str]] = []
        self.collections: list[float] = []

    def result(self) -> str:
        """Return everything as JSON."""
        return json.dumps(vars(self))


class FastClock:
    """A wall clock that may run faster, for a radar that does."""

    def __init__(self) -> None:
        """Run as fast as any other."""
        self._since = self._shown = time()
        self._speed = 1.0
        self._catches_up = False

    def run(self, speed: float, shown: float | None = None) -> None:
        """Run so much faster from now on.

        Args:
            speed: How much.
            shown: What the clock shows now, a time that has passed; it catches up with
                the others and then runs as they do. None lets it run ahead of them.

        """
        self._since, self._speed = time(), speed
        self._catches_up = shown is not None
        self._shown = self._since if shown is None else shown

    def __call__(self) -> float:
        """Return the time."""
        now = time()
        shown = self._shown + (now - self._since) * self._speed
        return min(shown, now) if self._catches_up else shown


def _describe(work: Any) -> str:
    """Say what a callback belongs to, and where that is written."""
    work = getattr(work, "func", work)
    owner = getattr(work, "__self__", None)
    if isinstance(owner, asyncio.Task):
        coroutine: Any = owner.get_coro()
        code = getattr(coroutine, "cr_code", None)
        return f"{owner.get_name()} ({getattr(code, 'co_filename', '?')})"
    code = getattr(getattr(work, "__func__", work), "__code__", None)
    name = getattr(work, "__qualname__", None) or repr(work)
    return f"{name} ({getattr(code, 'co_filename', '?')})"


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Begin to measure, and take questions about it."""
    watch = Watch()
    clock = FastClock()
    run = asyncio.Handle._run  # noqa: SLF001

    def measured_run(handle: Any) -> None:
        cpu, began = thread_time(), perf_counter()
        run(handle)
        took = perf_counter() - began
        watch.turns.append(took)
        work = handle._callback  # noqa: SLF001
        owner = getattr(work, "__self__", None)
        if isinstance(owner, asyncio.Task):
            code = getattr(owner.get_coro(), "cr_code", None)
            if code is not None and OURS in code.co_filename:
                watch.ours.append(took)
        if took >= SLOW:
            watch.slow.append((took, thread_time() - cpu, _describe(work)))

    asyncio.Handle._run = measured_run  # type: ignore[method-assign, assignment] # noqa: SLF001

    # This one is called by a timer of Home Assistant's, whose turn does not bear our name.
    tick = coordinator.HaloRiseCoordinator._async_handle_tick  # noqa: SLF001

    def measured_tick(*args: Any) -> None:
        began = perf_counter()
        tick(*args)
        watch.ours.append(perf_counter() - began)

    coordinator.HaloRiseCoordinator._async_handle_tick = callback(  # type: ignore[method-assign, assignment] # noqa: SLF001
        measured_tick
    )
    coordinator.time = clock  # type: ignore[attr-defined]

    started = 0.0

    def collected(phase: str, _info: Any) -> None:
        nonlocal started
        if phase == "start":
            started = perf_counter()
        else:
            watch.collections.append(perf_counter() - started)

    gc.callbacks.append(collected)

    @websocket_api.websocket_command(
        {
            probatio.Required("type"): "loop_watch/take",
            probatio.Optional("path"): str,
            probatio.Optional("speed"): float,
            probatio.Optional("shown"): float,
        }
    )
    @websocket_api.async_response
    async def take(
        hass: HomeAssistant,
        connection: websocket_api.ActiveConnection,
        msg: dict[str, Any],
    ) -> None:
        """Write down what was measured, and begin anew."""
        nonlocal watch
        taken, watch = watch, Watch()
        if "speed" in msg:
            clock.run(msg["speed"], msg.get("shown"))
        if "path" in msg:
            path = Path(msg["path"])
            await hass.async_add_executor_job(
                lambda: path.write_text(taken.result(), encoding="utf-8")
            )
        connection.send_result(msg["id"])

    websocket_api.async_register_command(hass, take)
    return True
