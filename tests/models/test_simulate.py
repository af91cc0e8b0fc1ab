"""The simulated radar and its command."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from math import isnan
import os
from pathlib import Path
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.radar.frame import RadarFrame
from models.cli import main
from models.errors import UserError
from models.recordings import Recording, save
from models.script import Interval, Script
from models.simulate import RadarSimulator, bedside, in_bedroom, offset, programme
from models.world.render import render
from tests.models import small_bedroom

SLEEPER = RadarFrame(
    time=0.0, displacement=1.0, distance=0.75, present=True, respiration_rate=15.0
)

COMMAND = "from models.cli import main; main()"


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Let these tests connect to this machine."""


def frames(count: int = 100_000) -> Iterator[RadarFrame]:
    """Somebody sleeps."""
    for number in range(count):
        yield replace(SLEEPER, time=number / 8, distance=0.5 + number / 1e6)


def waveform(seconds: float = 120.0) -> Recording:
    """Return somebody who breathes a quarter of a hertz."""
    time = np.arange(round(seconds * 10)) / 10
    return Recording(
        respiration=np.sin(2 * np.pi * 0.25 * time).astype(np.float32),
        sample_rate=10.0,
        units="mm",
    )


async def read(simulator: RadarSimulator, seconds: float) -> mr60bha2.Parser:
    """Listen for a while and return the parser with all its counts."""
    parser = mr60bha2.Parser()
    reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        parser.feed(await reader.read(4096), time.time())
    writer.close()
    await writer.wait_closed()
    return parser


async def test_the_pace_is_the_radars() -> None:
    """Eight cycles a second, times the speed."""
    async with RadarSimulator(frames(), speed=10.0) as simulator:
        parser = await read(simulator, 1.0)
    assert parser.packets.packets == pytest.approx(80 * 9.125, rel=0.2)
    assert (parser.packets.bad, parser.packets.lost) == (0, 0)


async def test_jitter_delays_and_never_reorders() -> None:
    """Delayed cycles push those behind them, and no byte is out of its place."""
    async with RadarSimulator(frames(), speed=20.0, jitter=0.4) as simulator:
        parser = await read(simulator, 1.0)
    assert parser.packets.packets > 500
    assert (parser.packets.bad, parser.packets.lost) == (0, 0)


async def test_damage_is_as_ordered() -> None:
    """Lost packets are gaps in the IDs, damaged bytes are bad checks."""
    async with RadarSimulator(frames(), speed=50.0, dropouts=0.1) as simulator:
        parser = await read(simulator, 1.0)
    assert parser.packets.bad == 0
    total = parser.packets.packets + parser.packets.lost
    assert parser.packets.lost / total == pytest.approx(0.1, abs=0.03)

    async with RadarSimulator(frames(), speed=50.0, byte_errors=0.01) as simulator:
        parser = await read(simulator, 1.0)
    total = parser.packets.packets + parser.packets.lost
    assert parser.packets.lost / total == pytest.approx(0.15, abs=0.04)
    assert parser.packets.bad > 100


async def test_one_client_at_a_time() -> None:
    """A second one is hung up on, the first goes on, and then the second may come."""
    async with RadarSimulator(frames(), speed=10.0) as simulator:
        reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
        assert await reader.read(10)
        second, second_writer = await asyncio.open_connection(
            "127.0.0.1", simulator.port
        )
        assert await second.read(10) == b""
        second_writer.close()
        assert await reader.read(10)
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(1.0):
            while simulator.connected:
                await asyncio.sleep(0.01)
        assert (await read(simulator, 0.2)).packets.packets > 0


@pytest.mark.parametrize("backlog", [0, 2000])
async def test_the_backlog_comes_first(backlog: int) -> None:
    """What was sent while nobody listened is lost, but for as much as the buffer holds."""
    async with RadarSimulator(frames(), speed=20.0, backlog=backlog) as simulator:
        await asyncio.sleep(0.5)
        reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
        first = await reader.read(65536)
        writer.close()
        await writer.wait_closed()
    assert (len(first) >= 2000) is bool(backlog)
    assert len(first) < 3000


async def test_it_answers_for_its_version_and_for_nothing_else() -> None:
    """Like the module."""
    async with RadarSimulator(frames(), speed=10.0) as simulator:
        parser = mr60bha2.Parser()
        reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
        writer.write(b"\x01\x02" + mr60bha2.version_query())
        async with asyncio.timeout(2.0):
            while parser.firmware is None:
                parser.feed(await reader.read(4096), 0.0)
        writer.close()
        await writer.wait_closed()
    assert parser.firmware == "1.6.12"


async def test_it_can_fall_silent_hang_up_and_end() -> None:
    """For tests of those who listen."""
    async with RadarSimulator(frames(40), speed=10.0) as simulator:
        reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
        assert await reader.read(10)
        simulator.silent = True
        await asyncio.sleep(0.05)
        await reader.read(65536)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await reader.read(1)
        simulator.hang_up()
        assert await reader.read() == b""
        writer.close()
        await simulator.finished()


def test_a_recording_as_seen_from_the_bedside() -> None:
    """It begins where it is told to, and begins again if it is told to."""
    seen = list(bedside(waveform(60.0), begin=50.0))
    assert len(seen) == 80
    assert not isnan(seen[0].displacement)
    assert len(list(islice(bedside(waveform(60.0), loop=True), 1000))) == 1000
    times = [frame.time for frame in islice(bedside(waveform(60.0), loop=True), 1000)]
    assert np.diff(times) == pytest.approx(0.125, abs=1e-6)

    script = Script(intervals=(Interval(who="primary", begin=0.0, end=30.0),))
    present = [frame.present for frame in bedside(waveform(60.0), script=script)]
    assert present[200]
    assert not present[-1]


def test_a_night_in_a_bedroom() -> None:
    """It begins where it is told to, and begins again if it is told to."""
    night = small_bedroom.draw("alone", 1, 1, "stub")
    seconds = night.truth.covered.size
    assert list(in_bedroom(night)) == night.frames
    late = list(in_bedroom(night, begin=600.0))
    assert late == night.frames[600:]
    twice = [frame.time for frame in islice(in_bedroom(night, loop=True), 2 * seconds)]
    assert set(np.diff(twice)) == {1.0}
    assert programme(night) == [
        "The sleeper is in bed: 00:05 to 00:45",
        "and wants to sleep: 00:05 to 00:45",
    ]


def test_two_in_a_bedroom_survive_the_bytes() -> None:
    """Where the partner lies is in them, and that somebody else is there in the list."""
    night = render("partner_last", 1, 1, "mr60bha2")
    assert any(line.startswith("Somebody else is in bed") for line in programme(night))
    sent = list(islice(in_bedroom(night, begin=4 * 3600.0), 4000))
    assert max(len(frame.targets) for frame in sent) > 1
    encoder, parser = mr60bha2.Encoder(), mr60bha2.Parser()
    read = [
        frame for each in sent for frame in parser.feed(encoder.encode(each), each.time)
    ]
    assert len(read) == len(sent)
    for one, other in zip(read, sent, strict=True):
        assert [(t.x, t.y) for t in one.targets] == [
            pytest.approx((t.x, t.y), abs=1e-4) for t in other.targets
        ]


def test_offsets() -> None:
    """Hours and minutes, and seconds where they are wanted."""
    assert offset("00:00") == 0.0
    assert offset("3:10") == 11400.0
    assert offset("03:10:30") == 11430.0
    for wrong in ("3", "3h", "03:60", "-1:00", "03:10:99"):
        with pytest.raises(UserError):
            offset(wrong)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_asked_to_stop(
    tmp_path: Path, number: signal.Signals
) -> None:
    """It prints the address, serves it, and ends without a word."""
    night = tmp_path / "night.npz"
    save(night, waveform())
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "simulate", str(night), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        port = int(line.split("127.0.0.1:")[1].split(";")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=10.0) as client:
            client.settimeout(10.0)
            assert client.recv(64)[0] == 0x01
            process.send_signal(number)
            assert process.wait(10.0) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_the_command_serves_a_bedroom() -> None:
    """It says what is going to happen, and speaks like any other radar."""
    options = ["--scenario", "partner_last", "--household", "2", "--night", "0"]
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "simulate", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        said: list[str] = []
        while not said or "127.0.0.1:" not in said[-1]:
            said.append(process.stdout.readline())
            assert said[-1], process.communicate()[1]
        assert said[0].startswith("The sleeper is in bed: 00:")
        port = int(said[-1].split("127.0.0.1:")[1].split(";")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=10.0) as client:
            client.settimeout(10.0)
            assert client.recv(64)[0] == 0x01
            process.send_signal(signal.SIGTERM)
            assert process.wait(10.0) == 0


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--scenario", "alone"], "leave out the file"),
        (["--night", "2"], "by --scenario"),
        (["--start", "00:59"], "only 0.0 h long"),
        (["--start", "soon"], "is not hh:mm"),
        (["--script", "missing.yaml"], "missing.yaml"),
    ],
)
def test_mistakes(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    complaint: str,
) -> None:
    """Each is one line that says what to do."""
    night = tmp_path / "night.npz"
    save(night, waveform())
    with pytest.raises(SystemExit) as ended:
        main(["simulate", str(night), *options])
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--scenario", "nobody"], "no such family; there are after_midnight"),
        (["--scenario", "alone", "--start", "23:00"], "the night is only"),
    ],
)
def test_mistakes_with_bedrooms(
    capsys: pytest.CaptureFixture[str], options: list[str], complaint: str
) -> None:
    """So are these."""
    with pytest.raises(SystemExit) as ended:
        main(["simulate", *options])
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_rates_are_no_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A recording without a waveform cannot be served."""
    night = tmp_path / "rates.npz"
    save(
        night,
        Recording(
            time=np.arange(60, dtype=np.float64),
            respiration_rate=np.full(60, 15.0, np.float32),
        ),
    )
    with pytest.raises(SystemExit):
        main(["simulate", str(night)])
    assert "rates" in capsys.readouterr().err


def test_a_port_in_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who wanted two radars is told how to get them."""
    night = tmp_path / "night.npz"
    save(night, waveform())
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SystemExit):
            main(["simulate", str(night), "--port", str(port)])
    assert "--port" in capsys.readouterr().err
