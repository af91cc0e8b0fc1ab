"""A whole night over a bad line: one byte in a hundred is damaged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isnan, pi, sin

import numpy as np
import pytest

from custom_components.halo_rise.radar.frame import RadarFrame, Target
from custom_components.halo_rise.radar.mr60bha2 import Encoder, Parser
from custom_components.halo_rise.radar.tinyframe import PacketParser, encode_packet

START = 1.8e9
CYCLE = 0.125
BYTE_ERRORS = 0.01

TARGETS = (Target(x=0.125, y=0.75),)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A stream that was damaged on its way."""

    sent: int
    cycles: list[int]
    stream: bytes
    intact: list[bytes]


def breathing(seconds: float) -> Iterator[RadarFrame]:
    """Somebody breathes fifteen times a minute."""
    for number in range(round(seconds / CYCLE)):
        time = number * CYCLE
        yield RadarFrame(
            time=START + time,
            displacement=2.0 * sin(2 * pi * time / 4.0),
            distance=0.75,
            targets=TARGETS,
            present=True,
            respiration_rate=15.0,
            heart_rate=60.0,
        )


def damaged(
    packets: list[bytes], rng: np.random.Generator
) -> tuple[bytes, list[bytes]]:
    """Damage bytes; return the stream and the packets that stayed intact."""
    stream = np.frombuffer(b"".join(packets), np.uint8).copy()
    hit = np.flatnonzero(rng.random(stream.size) < BYTE_ERRORS)
    stream[hit] ^= rng.integers(1, 256, hit.size, dtype=np.uint8)
    ends = np.cumsum([len(packet) for packet in packets])
    broken = set(np.searchsorted(ends, hit, side="right").tolist())
    intact = [packet for at, packet in enumerate(packets) if at not in broken]
    return stream.tobytes(), intact


def recovered(intact: list[bytes], found: Iterable[bytes]) -> int:
    """Return how many of the intact packets are, in order, among those that were found."""
    at = 0
    count = 0
    for packet in found:
        for ahead in range(at, min(at + 40, len(intact))):
            if intact[ahead] == packet:
                count += 1
                at = ahead + 1
                break
    return count


@pytest.fixture(scope="module", params=[1 / 6, 8], ids=["ten minutes", "eight hours"])
def line(request: pytest.FixtureRequest) -> Line:
    """Return what was sent over the bad line and what came out of it."""
    encoder = Encoder()
    cycles = [encoder.packets(frame) for frame in breathing(3600 * request.param)]
    sent = [packet for cycle in cycles for packet in cycle]
    stream, intact = damaged(sent, np.random.default_rng(20))
    return Line(
        sent=len(sent),
        cycles=[sum(map(len, cycle)) for cycle in cycles],
        stream=stream,
        intact=intact,
    )


def test_every_intact_packet_is_found_and_every_lost_one_counted(line: Line) -> None:
    """At most one intact packet in two hundred may go down with a damaged one: none does."""
    parser = PacketParser()
    found = [
        encode_packet(*packet)
        for begin in range(0, len(line.stream), 4096)
        for packet in parser.feed(line.stream[begin : begin + 4096])
    ]
    assert recovered(line.intact, found) >= 0.9999 * len(line.intact)
    # The checks of the protocol are one byte each: a few damaged packets pass them, and a
    # few are seen where there is none. Neither may throw off the count of the others.
    assert abs(parser.packets + parser.lost - line.sent) <= 1e-5 * line.sent + 1


def test_breathing_goes_on(line: Line) -> None:
    """The phases that arrived intact stand where they were measured."""
    parser = Parser()
    frames: list[RadarFrame] = []
    begin = 0
    for number, size in enumerate(line.cycles):
        frames += parser.feed(line.stream[begin : begin + size], START + number * CYCLE)
        begin += size
    # Also a cycle whose phase was damaged makes a frame of what else it brought.
    assert len(frames) == pytest.approx(len(line.cycles), rel=0.005)
    with_phase = [frame for frame in frames if not isnan(frame.displacement)]
    assert len(with_phase) == pytest.approx(
        (1 - BYTE_ERRORS) ** 21 * len(line.cycles), rel=0.02
    )

    times = np.array([frame.time for frame in with_phase])
    cycles = (times - START) / CYCLE
    assert (np.diff(times) > 0).all()
    # A misread ID, once in a night or two, shifts less than half a second for a minute.
    assert np.quantile(np.abs(cycles - np.round(cycles)), 0.99) < 0.02
    truth = 2.0 * np.sin(2 * np.pi * (times - START) / 4.0)
    error = np.abs(np.array([frame.displacement for frame in with_phase]) - truth)
    assert np.quantile(error, 0.99) < 0.02
