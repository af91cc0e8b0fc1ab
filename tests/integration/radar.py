"""An MR60BHA2 on a TCP port of this machine, whose time the tests move."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import batched, islice
from math import nan
from typing import Self

from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.radar.frame import RadarFrame

FIRMWARE = "6.1.2"
FRAMES_PER_SECOND = 8
START = 1_800_000_000.0


def empty_room() -> Iterator[RadarFrame]:
    """Return what the radar sees where nobody is."""
    index = 0
    while True:
        yield RadarFrame(
            time=START + index / FRAMES_PER_SECOND,
            displacement=0.001 * (index % 2),
            present=False,
        )
        index += 1


class FakeRadar:
    """Serves frames to whoever connects, as the module's own bytes.

    Nothing passes by itself: `play` moves the time, as fast as it can be heard.
    """

    def __init__(self, frames: Iterable[RadarFrame] | None = None) -> None:
        """Take what the radar is going to see."""
        self.now = START
        """The time at the radar, to be used as everybody's clock."""

        self.greets = True
        """Whether a connection is answered with a first cycle at once."""

        self.replies = True
        """Whether it answers the question for its version."""

        self.garbage: bytes | None = None
        """What is sent instead of frames."""

        self.received = b""
        self.connections = 0
        self._frames = iter(empty_room() if frames is None else frames)
        self._encoder = mr60bha2.Encoder()
        self._heard = asyncio.Event()
        self._alone = asyncio.Event()
        self._alone.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Return the address to type."""
        return f"socket://127.0.0.1:{self._port}"

    @property
    def listeners(self) -> int:
        """Return how many connections are open."""
        return len(self._writers)

    def clock(self) -> float:
        """Return the time at the radar."""
        return self.now

    async def __aenter__(self) -> Self:
        """Switch the radar on."""
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        """Switch it off."""
        await self.stop()

    async def start(self) -> None:
        """Listen, at the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Vanish as a module without power does."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.close()
        await self._alone.wait()

    async def heard(self) -> None:
        """Wait until somebody listens and no longer discards a backlog."""
        async with asyncio.timeout(10):
            await self._heard.wait()

    async def left(self) -> None:
        """Wait until nobody is connected any more."""
        async with asyncio.timeout(10):
            await self._alone.wait()

    async def play(self, seconds: float) -> None:
        """Let time pass at the radar while somebody listens."""
        await self.heard()
        frames = islice(self._frames, round(seconds * FRAMES_PER_SECOND))
        # As an ESPHome node does, which sends what has come since it last looked.
        for burst in batched(frames, 4, strict=False):
            self.now = burst[-1].time
            self._send(b"".join(map(self._encoder.encode, burst)))
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    def skip(self, seconds: float) -> None:
        """Let time pass at the radar that nobody hears of."""
        for frame in islice(self._frames, round(seconds * FRAMES_PER_SECOND)):
            self.now = frame.time

    def _send(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self._writers.add(writer)
        self._alone.clear()
        discarded: asyncio.TimerHandle | None = None
        if self.garbage is not None:
            writer.write(self.garbage)
        elif self.greets:
            writer.write(self._encoder.encode(RadarFrame(time=nan, displacement=0.0)))
            discarded = asyncio.get_running_loop().call_later(0.1, self._heard.set)
        with suppress(OSError):
            while data := await reader.read(1024):
                self.received += data
                if mr60bha2.version_query() in data and self.replies:
                    writer.write(mr60bha2.version_reply(FIRMWARE))
        if discarded is not None:
            discarded.cancel()
        writer.close()
        self._writers.discard(writer)
        if not self._writers:
            self._heard.clear()
            self._alone.set()
