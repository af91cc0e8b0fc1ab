"""What is behind a port, by nothing but the bytes that come."""

import asyncio
import time

import pytest

from custom_components.halo_rise.radar import identify as identify_module, mr60bha2
from custom_components.halo_rise.radar.link import (
    CannotOpen,
    NotARadar,
    PortInUse,
    SilentPort,
    identify,
)
from models.simulate import RadarSimulator

from .conftest import free_port, hang_up, peer, reset, silence
from .test_link import SLEEPER, frames, talk


async def test_a_radar_with_its_version() -> None:
    """It is recognised within a second, and the port is free again at once."""
    async with RadarSimulator(frames()) as radar:
        for _ in range(2):
            begun = time.monotonic()
            found = await identify(radar.url)
            assert time.monotonic() - begun < 1.0
            assert found.capabilities is mr60bha2.CAPABILITIES
            assert found.firmware == "1.6.12"
            async with asyncio.timeout(1.0):
                while radar.connected:
                    await asyncio.sleep(0.01)


async def test_a_radar_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version is waited for, but not long."""
    monkeypatch.setattr(identify_module, "FIRMWARE_PATIENCE", 0.3)
    async with peer(talk()) as radar:
        begun = time.monotonic()
        found = await identify(radar.url)
        assert time.monotonic() - begun < 1.0
    assert found.capabilities is mr60bha2.CAPABILITIES
    assert found.firmware is None


async def test_a_radar_over_a_bad_line() -> None:
    """A few intact packets are enough."""
    async with RadarSimulator(frames(), byte_errors=0.02, dropouts=0.2) as radar:
        assert (await identify(radar.url)).capabilities.model == "mr60bha2"


async def test_a_radar_that_hangs_up_after_a_word() -> None:
    """What was recognised stays recognised."""

    async def word(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(mr60bha2.Encoder().encode(SLEEPER))
        await writer.drain()

    async with peer(word) as radar:
        assert (await identify(radar.url)).capabilities.model == "mr60bha2"


async def test_silence() -> None:
    """A port that says nothing is told from one that is not there."""
    async with peer(silence) as radar:
        with pytest.raises(SilentPort):
            await identify(radar.url, timeout=0.3)
        async with asyncio.timeout(1.0):
            while radar.open:
                await asyncio.sleep(0.01)


async def test_something_else() -> None:
    """Bytes without sense are no radar, and the error says how many came."""

    async def chatter(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"$GPGGA,123519,4807.038,N,01131.000,E,1,08*47\r\n")
            await asyncio.sleep(0.05)

    async with peer(chatter) as radar:
        with pytest.raises(NotARadar) as error:
            await identify(radar.url, timeout=0.4)
    assert error.value.received >= 46


async def test_a_neighbour_of_the_family() -> None:
    """The frames of another module with the same chip are valid and are not this one's."""

    async def neighbour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        encoder = mr60bha2.Encoder()
        for kind, size in ((0x0A13, 4), (0x0A04, 24), (0x0A08, 20), (0x0A0A, 16)) * 20:
            writer.write(encoder.packet(kind, bytes(size)))
        await asyncio.Event().wait()

    async with peer(neighbour) as radar:
        with pytest.raises(NotARadar):
            await identify(radar.url, timeout=0.3)


@pytest.mark.parametrize("ending", [hang_up, reset])
async def test_a_server_that_hangs_up_serves_somebody_else(
    ending: asyncio.StreamReader,
) -> None:
    """Servers of serial ports take one client."""
    async with peer(ending) as radar:  # type: ignore[arg-type]
        with pytest.raises(PortInUse):
            await identify(radar.url)


async def test_the_second_client_of_a_radar() -> None:
    """Who listens already is not disturbed."""
    async with RadarSimulator(frames()) as radar:
        reader, writer = await asyncio.open_connection("127.0.0.1", radar.port)
        assert await reader.read(10)
        with pytest.raises(PortInUse):
            await identify(radar.url)
        assert await reader.read(10)
        writer.close()
        await writer.wait_closed()


async def test_nothing_there() -> None:
    """Nothing listens at the address."""
    with pytest.raises(CannotOpen):
        await identify(f"socket://127.0.0.1:{free_port()}")
