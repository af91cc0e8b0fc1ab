"""The link against peers that fail in every way that was measured."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
import logging
import os
import time
import tty
from typing import NoReturn

import pytest
import serialx

from custom_components.halo_rise.radar import link as link_module, mr60bha2, port
from custom_components.halo_rise.radar.frame import RadarFrame
from custom_components.halo_rise.radar.link import (
    CannotOpen,
    InvalidUrl,
    PortInUse,
    RadarLink,
    identify,
)
from custom_components.halo_rise.radar.modules import MODULES
from custom_components.halo_rise.radar.tinyframe import encode_packet
from models.simulate import RadarSimulator

from .conftest import Handler, Listen, free_port, hang_up, peer, reset, silence

SLEEPER = RadarFrame(
    time=0.0, displacement=1.0, distance=0.75, present=True, respiration_rate=15.0
)


def frames() -> Iterator[RadarFrame]:
    """Somebody sleeps for ever."""
    for number in count():
        yield replace(SLEEPER, time=number / 8)


def talk(seconds: float | None = None, pause: float = 0.1) -> Handler:
    """Return a peer that sends live cycles, for ever or for a time."""

    async def handler(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        encoder = mr60bha2.Encoder()
        ends = None if seconds is None else time.monotonic() + seconds
        while ends is None or time.monotonic() < ends:
            writer.write(encoder.encode(SLEEPER))
            await asyncio.sleep(pause)

    return handler


async def test_listens_and_closes(listen: Listen) -> None:
    """Frames come with the time of day; after closing no connection is left."""
    async with RadarSimulator(frames()) as radar:
        heard = await listen(radar.url)
        assert not heard.link.available
        await heard.until(lambda: len(heard.frames) >= 4)
        assert heard.link.available
        assert heard.states == [(True, None)]
        assert heard.frames[0].time == pytest.approx(time.time(), abs=5.0)
        assert heard.frames[-1].displacement == pytest.approx(1.0)
        statistics = heard.link.statistics
        assert statistics.frames_received >= 36
        assert statistics.frames_lost == statistics.frames_bad == 0
        assert statistics.bytes_received > 500
        assert statistics.connections == 1
        assert statistics.quality == 1.0
        assert radar.connected
        await heard.until(lambda: heard.link.firmware == "1.6.12")
        await heard.link.close()
        async with asyncio.timeout(2.0):
            while radar.connected:
                await asyncio.sleep(0.01)
        assert heard.states == [(True, None)]


@pytest.mark.usefixtures("_fast_stream")
async def test_a_faster_clock_for_a_faster_stream(listen: Listen) -> None:
    """A stream at ten times its speed is an ordinary one to a clock that runs as fast."""
    async with RadarSimulator(frames(), speed=10.0) as radar:
        heard = await listen(radar.url, clock=lambda: 10.0 * time.monotonic())
        await heard.until(lambda: len(heard.frames) >= 60)
    times = [frame.time for frame in heard.frames]
    assert (times[-1] - times[0]) / (len(times) - 1) == pytest.approx(0.125, rel=0.05)


async def test_a_serial_device(listen: Listen) -> None:
    """A USB adapter is a port like any other; unplugged it is gone, as any other."""
    ours, theirs = os.openpty()
    path = os.ttyname(theirs)
    encoder = mr60bha2.Encoder()
    tty.setraw(theirs)
    # What the driver had buffered before anybody listened.
    os.write(ours, encoder.encode(replace(SLEEPER, distance=5.0)))
    os.close(theirs)
    heard = await listen(path)
    with pytest.raises(PortInUse):
        await identify(path)
    async with asyncio.timeout(10.0):
        while len(heard.frames) < 3:
            os.write(ours, encoder.encode(SLEEPER))
            await asyncio.sleep(0.1)
    assert {frame.distance for frame in heard.frames} == {0.75}
    os.close(ours)
    await heard.until(lambda: not heard.link.available)


async def test_nothing_listens(listen: Listen) -> None:
    """The first attempt fails loudly, and leaves the port free for the next."""
    url = f"socket://127.0.0.1:{free_port()}"
    for _ in range(2):
        with pytest.raises(CannotOpen):
            await listen(url)


async def test_a_patient_start_waits_for_the_radar(listen: Listen) -> None:
    """Somebody who ends standby does not get an error for a radar that is unplugged."""
    number = free_port()
    heard = await listen(f"socket://127.0.0.1:{number}", patient=True)
    await heard.until(lambda: heard.states)
    assert heard.states[0][0] is False
    async with RadarSimulator(frames(), port=number):
        await heard.until(lambda: heard.link.available)


@pytest.mark.parametrize("ending", [hang_up, reset])
async def test_an_end_is_noticed_and_the_port_reopened(
    listen: Listen, ending: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    """In order or by a reset: unavailable at once, one line each way, back by itself."""
    caplog.set_level(logging.INFO, "custom_components.halo_rise")

    async def talk_then_end(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await talk(0.5)(reader, writer)
        await ending(reader, writer)

    async with peer(talk_then_end, ending, ending, talk()) as radar:
        heard = await listen(radar.url)
        await heard.until(lambda: len(heard.states) == 3)
        last = heard.frames[-1].time
        assert [available for available, _ in heard.states] == [True, False, True]
        assert heard.states[1][1]
        assert radar.connections == 4
        assert radar.most_open == 1, "the old connection is closed before a new one"
        assert heard.link.statistics.connections == 4
        await heard.until(lambda: heard.frames[-1].time > last)
    times = [frame.time for frame in heard.frames]
    assert times == sorted(set(times))
    lines = [record for record in caplog.records if "radar at" in record.getMessage()]
    assert [line.levelname for line in lines] == ["WARNING", "INFO"]


async def test_the_radar_restarts(listen: Listen) -> None:
    """While it is away there is an attempt after each delay; when it is back it is heard."""
    async with RadarSimulator(frames()) as radar:
        heard = await listen(radar.url)
        await heard.until(lambda: heard.link.available)
    await heard.until(lambda: not heard.link.available)
    await asyncio.sleep(0.5)
    async with RadarSimulator(frames(), port=radar.port):
        await heard.until(lambda: heard.link.available)
    assert [available for available, _ in heard.states[:3]] == [True, False, True]


async def test_wake_ends_the_waiting(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever knows that the node is back need not wait for the next attempt."""
    monkeypatch.setattr(link_module, "RETRY_DELAYS", (60.0,))
    async with peer(hang_up, talk()) as radar:
        heard = await listen(radar.url)
        await heard.until(lambda: heard.states)
        await asyncio.sleep(0.1)
        assert radar.connections == 1
        heard.link.wake()
        await heard.until(lambda: heard.link.available)


async def test_silence_is_noticed_and_heals(listen: Listen) -> None:
    """A hung node sends nothing and reports nothing; the port is opened anew."""
    async with RadarSimulator(frames()) as radar:
        heard = await listen(radar.url)
        await heard.until(lambda: heard.link.available)
        radar.silent = True
        await heard.until(lambda: not heard.link.available)
        assert "no frames" in (heard.states[-1][1] or "")
        assert heard.link.statistics.connections == 1
        radar.silent = False
        await heard.until(lambda: heard.link.available)
        assert heard.link.statistics.connections == 1, "it was given time to come back"
        radar.silent = True
        await heard.until(lambda: not heard.link.available)
        async with asyncio.timeout(5.0):
            while heard.link.statistics.connections == 1:
                await asyncio.sleep(0.05)
        radar.silent = False
        await heard.until(lambda: heard.link.available)


async def test_silence_from_the_beginning(listen: Listen) -> None:
    """A port that opens and never speaks is told as unavailable, once."""
    async with peer(silence) as radar:
        heard = await listen(radar.url)
        await heard.until(lambda: heard.states)
        async with asyncio.timeout(5.0):
            while radar.connections < 2:
                await asyncio.sleep(0.05)
        assert [available for available, _ in heard.states] == [False]


async def test_garbage_is_no_radar(listen: Listen) -> None:
    """Bytes alone do not make a radar available, as at the wrong baud rate."""

    async def garbage(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(bytes(range(2, 256)))
            await asyncio.sleep(0.07)

    async with peer(garbage) as radar:
        heard = await listen(radar.url)
        await heard.until(lambda: heard.states)
        assert heard.states[0][0] is False
        assert not heard.frames


async def test_bytes_that_trickle(listen: Listen) -> None:
    """Packets cut into single bytes are packets."""

    async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        encoder = mr60bha2.Encoder()
        while True:
            await asyncio.sleep(0.07)
            for byte in encoder.encode(SLEEPER):
                writer.write(bytes([byte]))
                await asyncio.sleep(0)

    async with peer(trickle) as radar:
        heard = await listen(radar.url)
        await heard.until(lambda: len(heard.frames) >= 3)
        assert heard.link.statistics.frames_bad == 0


@pytest.mark.parametrize("gap", [0, 500])
async def test_the_backlog_is_discarded(listen: Listen, gap: int) -> None:
    """What waited for us is old, however valid it looks."""
    old = replace(SLEEPER, distance=5.0)

    async def backlog(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        encoder = mr60bha2.Encoder()
        stale = b"".join(encoder.encode(old) for _ in range(100))
        for begin in range(0, len(stale), 256):
            writer.write(stale[begin : begin + 256])
            await asyncio.sleep(0.016)
        encoder.sent += gap
        await talk_on(encoder, writer)

    async def talk_on(encoder: mr60bha2.Encoder, writer: asyncio.StreamWriter) -> None:
        while True:
            await asyncio.sleep(0.11)
            writer.write(encoder.encode(SLEEPER))

    async with peer(backlog) as radar:
        heard = await listen(radar.url)
        await heard.until(lambda: len(heard.frames) >= 5)
        assert {frame.distance for frame in heard.frames} == {0.75}
        assert heard.link.statistics.frames_lost == 0


async def test_the_seam_behind_a_missed_backlog(listen: Listen) -> None:
    """A gap just after opening is the end of the backlog and not the radar's loss."""

    async def seam(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        encoder = mr60bha2.Encoder()
        for number in count():
            await asyncio.sleep(0.11)
            if number == 5:
                encoder.sent += 1000
            writer.write(encoder.encode(SLEEPER))

    async with peer(seam) as radar:
        heard = await listen(radar.url)
        await heard.until(lambda: len(heard.frames) >= 10)
        assert heard.link.statistics.frames_lost == 0
        assert heard.link.statistics.quality == 1.0


@pytest.mark.usefixtures("_fast_stream")
async def test_losses_are_told(listen: Listen) -> None:
    """What a bad line loses shows in the statistics."""
    async with RadarSimulator(
        frames(), speed=20.0, dropouts=0.1, byte_errors=0.002, seed=4
    ) as radar:
        heard = await listen(radar.url, clock=lambda: 20.0 * time.monotonic())
        await heard.until(lambda: len(heard.frames) >= 150)
        statistics = heard.link.statistics
    assert statistics.frames_lost > 50
    assert statistics.frames_bad > 5
    assert 0.8 < statistics.quality < 0.95


async def test_one_owner_per_port(listen: Listen) -> None:
    """A second reader would starve the first without an error, so there is none."""
    async with RadarSimulator(frames()) as radar:
        heard = await listen(radar.url)
        for spelling in (
            radar.url,
            f" {radar.url}/ ",
            radar.url.replace("socket", "tcp"),
            radar.url.replace("socket", "SOCKET"),
        ):
            with pytest.raises(PortInUse):
                await listen(spelling)
            with pytest.raises(PortInUse):
                await identify(spelling)
        await heard.until(lambda: heard.frames)
        await heard.link.close()
        heard = await listen(radar.url)
        await heard.until(lambda: heard.frames)


async def test_close_while_waiting_and_while_opening(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing does not wait for anything."""
    monkeypatch.setattr(link_module, "RETRY_DELAYS", (60.0,))
    waiting = await listen(f"socket://127.0.0.1:{free_port()}", patient=True)
    await waiting.until(lambda: waiting.states)

    async def never(**_: object) -> NoReturn:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(serialx, "open_serial_connection", never)
    opening = await listen("socket://127.0.0.1:1", patient=True)
    await asyncio.sleep(0.05)
    async with asyncio.timeout(1.0):
        await waiting.link.close()
        await opening.link.close()
        await opening.link.close()
    assert not opening.states


class ForeignError(Exception):
    """Stands for Home Assistant's ConfigEntryNotReady."""


OPEN_ERRORS = [
    (OSError(16, "Serial proxy port is already in use: "), PortInUse),
    (ConnectionRefusedError(111, "refused"), CannotOpen),
    (ConnectionError("Not connected to radar"), CannotOpen),
    (TimeoutError(), CannotOpen),
    (serialx.SerialException("not loaded"), CannotOpen),
    (serialx.UnsupportedSetting("baud rate"), CannotOpen),
    (ValueError("Serial proxy with name 'X' does not exist"), CannotOpen),
    (ForeignError("ESPHome has not loaded yet"), ForeignError),
]


@pytest.mark.parametrize(("raised", "expected"), OPEN_ERRORS)
async def test_errors_of_opening(
    listen: Listen,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    expected: type[Exception],
) -> None:
    """Whatever can be expected becomes a link error; what is foreign stays what it is."""

    async def fail(**_: object) -> NoReturn:
        raise raised

    monkeypatch.setattr(serialx, "open_serial_connection", fail)
    for _ in range(2):
        with pytest.raises(expected):
            await listen("/dev/ttyUSB0")
        with pytest.raises(expected):
            await identify("/dev/ttyUSB0")


@pytest.mark.parametrize(("raised", "_expected"), OPEN_ERRORS)
async def test_no_error_of_opening_ends_the_trying(
    listen: Listen,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    _expected: type[Exception],
) -> None:
    """In the background every error is one more failure, also a foreign one."""
    real = serialx.open_serial_connection
    attempts = 0

    async def fail(**options: object) -> object:
        nonlocal attempts
        attempts += 1
        if attempts in {2, 3}:
            raise raised
        return await real(**options)

    monkeypatch.setattr(serialx, "open_serial_connection", fail)
    async with peer(talk(0.3), talk()) as radar:
        heard = await listen(radar.url)
        await heard.until(lambda: len(heard.states) == 3)
    assert [available for available, _ in heard.states] == [True, False, True]
    assert attempts == 4


async def test_an_unknown_scheme_is_no_address(listen: Listen) -> None:
    """That nobody can open such a thing is not the radar's fault."""
    with pytest.raises(InvalidUrl):
        await listen("carrier-pigeon://coop/3")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "  ",
        "socket://",
        "socket://host",
        "socket://:6638",
        "socket://host:0",
        "socket://host:99999",
        "socket://host:port",
        "socket://[::1",
        "rfc2217://host",
        "/dev/tty\x00USB0",
        "socket://host:6638/\n",
    ],
)
def test_invalid_addresses(url: str) -> None:
    """What cannot be opened is refused before it is tried."""
    if url.endswith("\n"):
        assert link_module.checked_url(url) == url.strip()
        return
    with pytest.raises(InvalidUrl):
        link_module.checked_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "socket://radar.local:6638",
        "tcp://[fe80::1]:6638",
        "rfc2217://10.0.0.3:2217",
        "/dev/serial/by-id/usb-Seeed",
        "COM3",
        "esphome-hass://esphome/01JA?port_name=MR60BHA2",
        "esphome://radar.local/?port_name=MR60BHA2&key=secret",
    ],
)
def test_valid_addresses(url: str) -> None:
    """Everything that serialx might open is let through."""
    assert link_module.checked_url(f" {url} ") == url


def test_secrets_stay_out_of_logs_and_do_not_make_another_port() -> None:
    """The key of an encrypted connection is not part of the port's identity."""
    url = "esphome://radar.local/?port_name=A&key="
    claim = port.Claim(url + "one")
    try:
        with pytest.raises(PortInUse):
            port.Claim(url + "two")
        port.Claim(url.replace("=A", "=B")).release()
    finally:
        claim.release()


async def test_a_callback_that_fails_does_not_end_the_link(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever stumbles over frames gets the next ones all the same."""
    taken = 0

    def fail(*_: object) -> None:
        nonlocal taken
        taken += 1
        raise ValueError("stumbled")

    async with RadarSimulator(frames()) as radar:
        link = RadarLink(radar.url, on_frames=fail, on_availability=fail)
        await link.start()
        try:
            async with asyncio.timeout(5.0):
                while taken < 4:
                    await asyncio.sleep(0.05)
            assert link.available
        finally:
            await link.close()
    assert "stumbled" in caplog.text


FORBIDDEN = [
    encode_packet(0, 0x3000),
    encode_packet(0, 0x4000),
    encode_packet(0, 0x0A14),
    encode_packet(0, 0x0A15),
    encode_packet(0, 0xFFFF, b"\x00"),
    b"",
    b"\x01",
]


@pytest.mark.parametrize("command", FORBIDDEN)
async def test_nothing_but_the_version_can_be_asked(command: bytes) -> None:
    """The command that erases the firmware is one number away, and cannot be sent."""
    written: list[bytes] = []

    class Writer:
        """Takes what would be written."""

        def write(self, data: bytes) -> None:
            written.append(data)

    open_port = port.Port(asyncio.StreamReader(), Writer())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Only the version"):
        open_port.ask(command)
    assert not written
    open_port.ask(None)
    open_port.ask(mr60bha2.version_query())
    assert written == [mr60bha2.version_query()]


def test_modules_ask_for_nothing_else() -> None:
    """Nor does a module's description hold another question."""
    assert {module.version_query for module in MODULES.values()} <= {
        None,
        mr60bha2.version_query(),
    }


async def test_all_that_reaches_the_wire_is_the_version_query(listen: Listen) -> None:
    """Over a whole life of a link with reconnections and an identification."""
    async with peer(talk(0.4), talk()) as radar:
        await identify(radar.url)
        heard = await listen(radar.url)
        await heard.until(lambda: len(heard.frames) >= 3)
        await heard.link.close()
        query = mr60bha2.version_query()
        assert radar.received.count(query) * len(query) == len(radar.received) > 0


async def test_a_port_that_refuses_to_be_written_to(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version is a luxury."""

    def refuse(*_: object) -> NoReturn:
        raise OSError(5, "read-only")

    async with RadarSimulator(frames()) as radar:
        monkeypatch.setattr(serialx.SerialStreamWriter, "write", refuse)
        heard = await listen(radar.url)
        await heard.until(lambda: len(heard.frames) >= 2)
        assert heard.link.firmware is None
