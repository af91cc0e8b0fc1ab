"""A radar on a TCP port: the byte stream of an MR60BHA2, with whatever goes wrong on the way.

Like a serial server it speaks to one client at a time and goes on whether or not anybody
listens. `RadarSimulator` serves any frames and is used by tests too; the command serves a
recording, an invented night, or a night in a simulated bedroom, as a radar beside that bed
would see it.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain, count, pairwise
from pathlib import Path
import random
import re
import signal
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, Self

from numpy.typing import NDArray
import typer

from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.radar.frame import RadarFrame
from custom_components.halo_rise.radar.tinyframe import PacketParser

from . import scene
from .errors import UserError
from .recordings import Recording, load
from .script import Script
from .synthesis import synthesise_night

if TYPE_CHECKING:
    # It takes a second to import, and only a simulated bedroom needs it.
    from .world.truth import ModuleNight

DEFAULT_PORT = 6638
"""The port of the stream server that people put on their ESPHome nodes."""

FIRMWARE = "1.6.12"

_WRITE_LIMIT = 65536
"""Bytes that a client may leave unread; then they are lost, as on a full serial buffer."""


class RadarSimulator:
    """Serve frames on a TCP port, in real time or faster."""

    def __init__(
        self,
        frames: Iterable[RadarFrame],
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        speed: float = 1.0,
        jitter: float = 0.0,
        byte_errors: float = 0.0,
        dropouts: float = 0.0,
        backlog: int = 0,
        seed: int = 0,
    ) -> None:
        """Prepare a server.

        Args:
            frames: What the radar sees; their times set the pace.
            port: 0 for any free one.
            host: The address to listen at.
            speed: How much faster than real time.
            jitter: Greatest delay of a cycle in seconds of the radar's time.
            byte_errors: Probability that a byte is damaged.
            dropouts: Probability that a packet is lost as a whole.
            backlog: Bytes that are kept while nobody listens, and delivered first.
            seed: Of everything random.
        """
        self.port = port
        self.host = host
        self.encoder = mr60bha2.Encoder()
        self.silent = False
        """Whether bytes are held back while the connection stays, like those of a hung node."""
        self._frames = frames
        self._speed = speed
        self._jitter = jitter
        self._byte_errors = byte_errors
        self._dropouts = dropouts
        self._backlog_size = backlog
        self._backlog = bytearray()
        self._random = random.Random(seed)
        self._server: asyncio.Server | None = None
        self._producer: asyncio.Task[None] | None = None
        self._client: asyncio.StreamWriter | None = None

    @property
    def url(self) -> str:
        """Return the address for serialx."""
        return f"socket://{self.host}:{self.port}"

    @property
    def connected(self) -> bool:
        """Return whether somebody listens."""
        return self._client is not None

    async def __aenter__(self) -> Self:
        """Start to serve."""
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self._producer = asyncio.create_task(self._produce(), name="radar simulator")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop: the client's connection ends and nothing listens any more."""
        if self._producer is not None:
            self._producer.cancel()
            await asyncio.wait({self._producer})
        if self._server is not None:
            self._server.close()
            self._server.close_clients()
            await self._server.wait_closed()

    async def finished(self) -> None:
        """Wait for the last frame."""
        if self._producer is not None:
            await asyncio.shield(self._producer)

    def hang_up(self) -> None:
        """End the client's connection."""
        if self._client is not None:
            self._client.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self._client is not None:
            writer.close()
            return
        self._client = writer
        if self._backlog:
            writer.write(bytes(self._backlog))
            self._backlog.clear()
        questions = PacketParser(commands=True)
        try:
            # How the client ends the connection makes no difference.
            with suppress(OSError):
                while data := await reader.read(1024):
                    for packet in questions.feed(data):
                        if packet.type == mr60bha2.TYPE_VERSION:
                            writer.write(mr60bha2.version_reply(FIRMWARE))
        finally:
            self._client = None
            writer.close()

    async def _produce(self) -> None:
        now = asyncio.get_running_loop().time
        started = due = now()
        first: float | None = None
        for frame in self._frames:
            if first is None:
                first = frame.time
            late = self._random.uniform(0.0, self._jitter) if self._jitter else 0.0
            # A delayed cycle delays those behind it, they cannot overtake.
            due = max(due, started + (frame.time - first + late) / self._speed)
            await asyncio.sleep(max(due - now(), 0.0))
            self._emit(self._damaged(self.encoder.packets(frame)))

    def _damaged(self, packets: Iterable[bytes]) -> bytes:
        chance = self._random.random
        if self._dropouts:
            packets = (packet for packet in packets if chance() >= self._dropouts)
        data = bytearray().join(packets)
        if self._byte_errors:
            for position in range(len(data)):
                if chance() < self._byte_errors:
                    data[position] ^= self._random.randrange(1, 256)
        return bytes(data)

    def _emit(self, data: bytes) -> None:
        if self.silent:
            return
        if self._client is None:
            if self._backlog_size:
                self._backlog += data
                del self._backlog[: -self._backlog_size]
        elif self._client.transport.get_write_buffer_size() < _WRITE_LIMIT:
            self._client.write(data)


def bedside(
    recording: Recording,
    *,
    script: Script | None = None,
    seed: int = 0,
    begin: float = 0.0,
    loop: bool = False,
) -> Iterator[RadarFrame]:
    """See a recording as a radar beside that bed.

    Args:
        recording: A waveform.
        script: Who is there when; None leaves it to the recording.
        seed: Of all noise.
        begin: Seconds of the recording to leave out.
        loop: Whether the recording begins again after its end.
    """
    for lap in count():
        shift = lap * recording.duration
        first: float | None = None
        for frame in scene.frames(recording, script=script, seed=seed + lap):
            if first is None:
                first = frame.time
            if lap:
                yield replace(frame, time=frame.time + shift)
            elif frame.time - first >= begin:
                yield frame
        if not loop:
            return


def in_bedroom(
    night: ModuleNight, *, begin: float = 0.0, loop: bool = False
) -> Iterator[RadarFrame]:
    """Return what a module sends of a night in a simulated bedroom.

    Args:
        night: Of the module.
        begin: Seconds of the night to leave out.
        loop: Whether the night begins again after its end.
    """
    start, seconds = night.truth.start, night.truth.covered.size
    for lap in count():
        for frame in night.frames:
            if lap:
                yield replace(frame, time=frame.time + lap * seconds)
            elif frame.time - start >= begin:
                yield frame
        if not loop:
            return


def programme(night: ModuleNight) -> list[str]:
    """Return what happens in a night, in hours and minutes from its beginning."""
    truth = night.truth

    def spans(mask: NDArray[Any]) -> str:
        edges = [0, *(1 + (mask[1:] != mask[:-1]).nonzero()[0]).tolist(), mask.size]
        return ", ".join(
            f"{_hours(begin)} to {_hours(end)}"
            for begin, end in pairwise(edges)
            if mask[begin]
        )

    lines = {
        "The sleeper is in bed": spans(truth.primary_in_bed),
        "and wants to sleep": spans(truth.trying),
        "Somebody else is in bed": spans(truth.others_in_bed),
        "Nothing is sent": spans(~truth.covered),
    }
    return [f"{what}: {when}" for what, when in lines.items() if when]


def _hours(seconds: float) -> str:
    minutes = int(seconds) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def offset(text: str) -> float:
    """Return the seconds of hh:mm or hh:mm:ss."""
    if not re.fullmatch(r"\d{1,3}:[0-5]\d(:[0-5]\d)?", text):
        raise UserError(
            f"--start {text}: is not hh:mm; 03:10 leaves out three hours and ten"
        )
    hours, minutes, seconds = (int(part) for part in f"{text}:00".split(":")[:3])
    return 3600.0 * hours + 60.0 * minutes + seconds


async def _serve(simulator: RadarSimulator) -> None:
    """Serve until the recording is over or somebody asks to stop."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        async with simulator:
            typer.echo(f"A radar speaks at {simulator.url}; end with Ctrl-C")
            waits = {
                asyncio.ensure_future(stopped.wait()),
                asyncio.ensure_future(simulator.finished()),
            }
            done, pending = await asyncio.wait(
                waits, return_when=asyncio.FIRST_COMPLETED
            )
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            for task in done:
                task.result()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def simulate(
    recording: Annotated[
        Path | None,
        typer.Argument(
            help="A recording of breathing (.npz); without it an invented night."
        ),
    ] = None,
    script: Annotated[
        Path | None, typer.Option(help="Who is there when (JSON or YAML).")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="TCP port, 0 for any free one.", min=0, max=65535)
    ] = DEFAULT_PORT,
    speed: Annotated[
        float,
        typer.Option(help="How much faster than real time.", min=0.01, max=1000.0),
    ] = 1.0,
    start: Annotated[
        str, typer.Option(help="How far into the recording to begin, hh:mm.")
    ] = "00:00",
    loop: Annotated[
        bool, typer.Option("--loop", help="Begin again at the end, instead of ending.")
    ] = False,
    jitter: Annotated[
        float, typer.Option(help="Greatest delay in milliseconds.", min=0.0)
    ] = 0.0,
    byte_errors: Annotated[
        float, typer.Option(help="Share of bytes to damage.", min=0.0, max=1.0)
    ] = 0.0,
    dropouts: Annotated[
        float, typer.Option(help="Share of packets to lose.", min=0.0, max=1.0)
    ] = 0.0,
    backlog: Annotated[
        int, typer.Option(help="Bytes to keep while nobody listens.", min=0)
    ] = 0,
    seed: Annotated[
        int, typer.Option(help="Of the invented night and all noise.", min=0)
    ] = 0,
    scenario: Annotated[
        str | None,
        typer.Option(help="A night of this family of simulated bedrooms."),
    ] = None,
    household: Annotated[
        int | None,
        typer.Option(help="Which household of that family; 1 by default.", min=0),
    ] = None,
    night: Annotated[
        int | None,
        typer.Option(
            help="Which of its nights; 0 is an ordinary one, 1 is the default.", min=0
        ),
    ] = None,
) -> None:
    """Serve the byte stream of an MR60BHA2 on a TCP port.

    Add it to Home Assistant with the address that is printed.
    """
    begin = offset(start)
    if scenario is None:
        if household is not None or night is not None:
            raise UserError("--household and --night: say which family by --scenario")
        frames = _of_recording(recording, script, seed=seed, begin=begin, loop=loop)
    elif recording is not None or script is not None:
        raise UserError("--scenario: has a night of its own; leave out the file")
    else:
        frames = _of_scenario(
            scenario,
            1 if household is None else household,
            1 if night is None else night,
            begin=begin,
            loop=loop,
        )
    # The first frame takes seconds, in which nobody could be served.
    simulator = RadarSimulator(
        chain([next(frames)], frames),
        host=host,
        port=port,
        speed=speed,
        jitter=jitter / 1000,
        byte_errors=byte_errors,
        dropouts=dropouts,
        backlog=backlog,
        seed=seed,
    )
    try:
        asyncio.run(_serve(simulator))
    except OSError as err:
        raise UserError(
            f"port {port}: cannot be opened ({err.strerror}); choose another by --port"
        ) from None


def _of_recording(
    file: Path | None, script: Path | None, *, seed: int, begin: float, loop: bool
) -> Iterator[RadarFrame]:
    recording = synthesise_night(seed).recording if file is None else load(file)
    if recording.is_rates:
        raise UserError(
            f"{file}: holds rates, which the MR60BHA2's byte stream cannot carry; "
            "take a recording of breathing"
        )
    _check_begin(begin, recording.duration, "recording")
    return bedside(
        recording,
        script=None if script is None else Script.load(script),
        seed=seed,
        begin=begin,
        loop=loop,
    )


def _of_scenario(
    family: str, household: int, number: int, *, begin: float, loop: bool
) -> Iterator[RadarFrame]:
    from . import scenarios  # noqa: PLC0415

    scenarios.chosen(scenarios.families(), (family,), "family")
    night = scenarios.render(family, household, number, mr60bha2.CAPABILITIES.model)
    _check_begin(begin, night.truth.covered.size, "night")
    for line in programme(night):
        typer.echo(line)
    return in_bedroom(night, begin=begin, loop=loop)


def _check_begin(begin: float, duration: float, what: str) -> None:
    if begin >= duration:
        raise UserError(
            f"--start {_hours(begin)}: the {what} is only {duration / 3600:.1f} h long"
        )
