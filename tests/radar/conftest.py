"""Peers to connect to, and links that are closed after each test."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import socket
import struct

import pytest

from custom_components.halo_rise.radar import link as link_module
from custom_components.halo_rise.radar.frame import RadarFrame
from custom_components.halo_rise.radar.link import RadarLink

type Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
type Listen = Callable[..., Awaitable[Heard]]


@dataclass
class Heard:
    """A link and all it told."""

    link: RadarLink
    frames: list[RadarFrame] = field(default_factory=list)
    states: list[tuple[bool, str | None]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something that a frame or a change of state brings."""
        async with asyncio.timeout(10.0):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Let these tests connect to peers on this machine."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let time pass ten times faster where nothing but waiting is tested."""
    monkeypatch.setattr(link_module, "SILENCE_UNAVAILABLE", 0.4)
    monkeypatch.setattr(link_module, "SILENCE_REOPEN", 1.5)
    monkeypatch.setattr(link_module, "RETRY_DELAYS", (0.05, 0.1))


@pytest.fixture
def _fast_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream without pauses is listened to once the limit of the backlog is over."""
    monkeypatch.setattr(link_module, "BACKLOG_LIMIT", 0.2)


@pytest.fixture
async def listen() -> AsyncIterator[Listen]:
    """Return a function that starts a link and keeps what it tells."""
    started: list[RadarLink] = []

    async def start(url: str, *, patient: bool = False, **options: object) -> Heard:
        def take_frames(frames: list[RadarFrame]) -> None:
            heard.frames += frames
            heard.changed.set()

        def take_state(available: bool, reason: str | None) -> None:
            heard.states.append((available, reason))
            heard.changed.set()

        heard = Heard(
            RadarLink(
                url,
                on_frames=take_frames,
                on_availability=take_state,
                **options,  # type: ignore[arg-type]
            )
        )
        await heard.link.start(patient=patient)
        started.append(heard.link)
        return heard

    yield start
    for link in started:
        await link.close()


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@asynccontextmanager
async def peer(*handlers: Handler, port: int = 0) -> AsyncGenerator[Peer]:
    """Serve one connection after another, each by the next handler, the last for good."""
    server = Peer(handlers)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", port)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        listener.close_clients()
        await listener.wait_closed()


class Peer:
    """Something at the other end of a TCP connection."""

    def __init__(self, handlers: tuple[Handler, ...]) -> None:
        """Prepare it."""
        self.port = 0
        self.connections = 0
        self.open = 0
        self.most_open = 0
        self.received = b""
        self._handlers = handlers

    @property
    def url(self) -> str:
        """Return the address for serialx."""
        return f"socket://127.0.0.1:{self.port}"

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Handle a connection until the handler is done with it."""
        handler = self._handlers[min(self.connections, len(self._handlers) - 1)]
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        work = asyncio.ensure_future(handler(reader, writer))
        try:
            while not work.done():
                read = asyncio.ensure_future(reader.read(1024))
                await asyncio.wait({read, work}, return_when="FIRST_COMPLETED")
                if read.done() and not read.exception() and read.result():
                    self.received += read.result()
                    continue
                read.cancel()
                with suppress(asyncio.CancelledError, OSError):
                    await read
                break
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await work
            self.open -= 1
            writer.close()


async def silence(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hold the connection and say nothing."""
    await asyncio.Event().wait()


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End the connection at once, in order."""


async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Tear the connection down."""
    linger = struct.pack("ii", 1, 0)
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
    await asyncio.sleep(0.05)
