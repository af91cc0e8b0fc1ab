"""What the packets of the MR60BHA2 mean."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import inf, isnan, nan, pi
import struct

from hypothesis import given, strategies as st
import pytest

from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.radar.frame import RadarFrame, Target
from custom_components.halo_rise.radar.mr60bha2 import Encoder, Parser
from custom_components.halo_rise.radar.tinyframe import PacketParser, encode_packet

START = 1.8e9

SLEEPER = RadarFrame(
    time=START,
    displacement=1.5,
    distance=0.75,
    targets=(Target(x=-0.25, y=0.75, radial_speed=-0.1728),),
    present=True,
    respiration_rate=14.5,
    heart_rate=58.0,
)
EMPTY = RadarFrame(time=START, displacement=0.01, present=False)


def night(frame: RadarFrame, count: int) -> Iterator[RadarFrame]:
    """Repeat a frame eight times a second."""
    for number in range(count):
        yield replace(frame, time=START + number / 8)


def through(
    frames: Iterable[RadarFrame], parser: Parser, encoder: Encoder | None = None
) -> list[RadarFrame]:
    """Send frames through the bytes."""
    encoder = encoder or Encoder()
    return [
        found
        for frame in frames
        for found in parser.feed(encoder.encode(frame), frame.time)
    ]


def packets(*contents: tuple[int, bytes]) -> bytes:
    """Return numbered packets of these types and payloads."""
    return b"".join(
        encode_packet(0x8000 + number, kind, payload)
        for number, (kind, payload) in enumerate(contents)
    )


PHASE = (mr60bha2.TYPE_PHASE, struct.pack("<fff", 1.0, 0.5, 0.1))


def one_frame(*contents: tuple[int, bytes]) -> RadarFrame:
    """Return the frame that these packets and a phase make."""
    (frame,) = Parser().feed(packets(*contents, PHASE), START)
    return frame


@pytest.mark.parametrize("frame", [SLEEPER, EMPTY])
def test_round_trip(frame: RadarFrame) -> None:
    """What is encoded comes out again, with its own times."""
    parser = Parser()
    found = through(night(frame, 100), parser)
    assert len(found) == 100
    for expected, actual in zip(night(frame, 100), found, strict=True):
        assert actual.time == pytest.approx(expected.time, abs=1e-6)
        assert actual.displacement == pytest.approx(expected.displacement, abs=1e-6)
        assert actual.distance == pytest.approx(expected.distance, nan_ok=True)
        assert actual.respiration_rate == pytest.approx(
            expected.respiration_rate, nan_ok=True
        )
        assert actual.heart_rate == pytest.approx(expected.heart_rate, nan_ok=True)
        assert len(actual.targets) == len(expected.targets)
        for target, other in zip(actual.targets, expected.targets, strict=True):
            assert (target.x, target.y) == (other.x, other.y)
            assert target.radial_speed == pytest.approx(other.radial_speed)
        assert actual.present is expected.present
        assert isnan(actual.motion)
        assert isnan(actual.quality)
    assert parser.rejected == 0
    assert not parser.unknown
    assert parser.packets.lost == 0


def test_a_radian_is_the_wavelength_over_four_pi() -> None:
    """The phase turns once while the chest moves half a wavelength."""
    assert pytest.approx(0.39789, abs=1e-5) == mr60bha2.MM_PER_RADIAN
    turn = packets((mr60bha2.TYPE_PHASE, struct.pack("<fff", 2 * pi, 0, 0)))
    (frame,) = Parser().feed(turn, START)
    assert frame.displacement == pytest.approx(mr60bha2.CAPABILITIES.phase_period)


def test_zero_means_none() -> None:
    """The module says 0.0 where it has no rate, and a flag where it has no distance."""
    frame = one_frame(
        (mr60bha2.TYPE_RESPIRATION, struct.pack("<f", 0.0)),
        (mr60bha2.TYPE_HEART, struct.pack("<f", 0.0)),
        (mr60bha2.TYPE_DISTANCE, struct.pack("<If", 0, 123.0)),
    )
    assert isnan(frame.respiration_rate)
    assert isnan(frame.heart_rate)
    assert isnan(frame.distance)


@pytest.mark.parametrize(
    ("payload", "present", "rejected"),
    [
        (b"\x01\x00", True, 0),
        (b"\x00\x00", False, 0),
        (b"\x01\x00\x00\x00", True, 0),
        (b"\x01", True, 0),
        (b"\x07\x00", None, 1),
        (b"\x01\x00\x00", None, 1),
    ],
)
def test_presence(payload: bytes, present: bool | None, rejected: int) -> None:
    """Presence comes in two bytes or in four."""
    parser = Parser()
    (frame,) = parser.feed(packets((mr60bha2.TYPE_PRESENCE, payload), PHASE), START)
    assert frame.present is present
    assert parser.rejected == rejected


@pytest.mark.parametrize("value", [nan, inf, -inf, 1e30, -1e30, -1.0])
@pytest.mark.parametrize(
    ("kind", "layout", "before", "after"),
    [
        (mr60bha2.TYPE_RESPIRATION, "<f", (), ()),
        (mr60bha2.TYPE_HEART, "<f", (), ()),
        (mr60bha2.TYPE_DISTANCE, "<If", (1,), ()),
        (mr60bha2.TYPE_TARGETS, "<Iffii", (1, 0.1), (0, 0)),
    ],
)
def test_absurd_numbers_are_unknown(
    kind: int,
    layout: str,
    before: tuple[float, ...],
    after: tuple[float, ...],
    value: float,
) -> None:
    """What cannot be true is not passed on, and is counted."""
    parser = Parser()
    payload = struct.pack(layout, *before, value, *after)
    (frame,) = parser.feed(packets((kind, payload), PHASE), START)
    assert isnan(frame.respiration_rate)
    assert isnan(frame.heart_rate)
    assert isnan(frame.distance)
    assert frame.targets == ()
    assert parser.rejected == 1


@pytest.mark.parametrize("value", [nan, inf, -inf, 1e30, -1e30])
def test_an_absurd_phase_is_unknown(value: float) -> None:
    """The cycle is there all the same, and the frame says what else is known."""
    parser = Parser()
    cycle = packets(
        (mr60bha2.TYPE_PRESENCE, b"\x01\x00"),
        (mr60bha2.TYPE_PHASE, struct.pack("<fff", value, 0, 0)),
    )
    (frame,) = parser.feed(cycle, START)
    assert isnan(frame.displacement)
    assert frame.present
    assert parser.rejected == 1


@pytest.mark.parametrize(
    ("x", "y", "doppler"), [(20.0, 1.0, 0), (nan, 1.0, 0), (0.1, 1.0, 100_000)]
)
def test_absurd_targets_are_left_out(x: float, y: float, doppler: int) -> None:
    """One impossible target does not take the possible ones with it."""
    frame = one_frame(
        (
            mr60bha2.TYPE_TARGETS,
            struct.pack("<Iffii", 2, x, y, doppler, 0)
            + struct.pack("<ffii", 0.5, 1.0, 0, 1),
        )
    )
    assert [target.x for target in frame.targets] == [0.5]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (mr60bha2.TYPE_RESPIRATION, b"\x00\x00\x60"),
        (mr60bha2.TYPE_HEART, b"\x00"),
        (mr60bha2.TYPE_DISTANCE, b"\x01\x00\x00\x00"),
        (mr60bha2.TYPE_DISTANCE, struct.pack("<If", 1, 1001.0)),
        (mr60bha2.TYPE_TARGETS, b"\x00"),
        (mr60bha2.TYPE_TARGETS, struct.pack("<I", 3)),
        (mr60bha2.TYPE_TARGETS, struct.pack("<I", 0xFFFFFFFF)),
        (mr60bha2.TYPE_TARGETS, struct.pack("<I", 4) + bytes(64)),
        (mr60bha2.TYPE_TARGETS, struct.pack("<Iffii", 0, 0.1, 1.0, 0, 0)),
        (mr60bha2.TYPE_PHASE, b"\x00" * 4),
    ],
)
def test_wrong_layouts_are_rejected(kind: int, payload: bytes) -> None:
    """A payload of the wrong length or with a wrong count is not guessed at."""
    parser = Parser()
    (frame, *_) = parser.feed(packets((kind, payload), PHASE), START)
    assert parser.rejected == 1
    assert isnan(frame.distance)
    assert frame.targets == ()


def test_targets() -> None:
    """Up to three targets, empty slots left out, speed away from the sensor positive."""
    frame = one_frame(
        (
            mr60bha2.TYPE_TARGETS,
            struct.pack("<I", 3)
            + struct.pack("<ffii", -0.5, 1.0, 2, 7)
            + struct.pack("<ffii", 0.0, 0.0, 0, 0)
            + struct.pack("<ffii", 0.5, 2.0, -1, 8),
        )
    )
    assert [(target.x, target.y) for target in frame.targets] == [
        (-0.5, 1.0),
        (0.5, 2.0),
    ]
    assert [target.radial_speed for target in frame.targets] == pytest.approx(
        [-0.3456, 0.1728]
    )


def test_values_go_stale() -> None:
    """A value that is not refreshed for three seconds is unknown, and comes back."""
    parser, encoder = Parser(), Encoder()
    through(night(SLEEPER, 8), parser, encoder)
    found = []
    for number in range(8, 80):
        cycle = packets(PHASE)
        found += parser.feed(cycle, START + number / 8)
    ages = [frame.time - (START + 7 / 8) for frame in found]
    for frame, age in zip(found, ages, strict=True):
        fresh = age < 3.0 + 1e-6
        assert isnan(frame.distance) is not fresh
        assert (frame.present is None) is not fresh
        assert bool(frame.targets) is fresh
    (frame,) = through([replace(SLEEPER, time=START + 10.0)], parser, encoder)
    assert frame.distance == 0.75


def test_values_that_come_with_the_frame_after_a_gap_are_fresh() -> None:
    """After lost minutes the first cycle counts for itself."""
    parser, encoder = Parser(), Encoder()
    through(night(SLEEPER, 16), parser, encoder)
    for frame in night(SLEEPER, 40):
        encoder.encode(frame)  # Lost.
    (found,) = through(
        [replace(SLEEPER, time=START + 7.0, distance=1.0)], parser, encoder
    )
    assert found.time == pytest.approx(START + 7.0, abs=1e-6)
    assert found.distance == 1.0


def test_lost_packets_leave_the_times_of_the_others_alone() -> None:
    """Cycles are counted by IDs, so that no dropout shifts what follows."""
    parser, encoder = Parser(), Encoder()
    times = []
    for number, frame in enumerate(night(SLEEPER, 2000)):
        cycle = encoder.packets(frame)
        # Every third cycle loses its phase, every tenth all of it.
        if number % 10 == 9:
            cycle = []
        elif number % 3 == 2:
            cycle.pop(8)
        found = parser.feed(b"".join(cycle), frame.time)
        if number % 10 < 9 and number % 3 < 2:
            assert found[-1].time == pytest.approx(frame.time, abs=0.03)
        times += [frame.time for frame in found]
    assert parser.packets.lost > 0
    assert times == sorted(set(times))


def test_frames_go_on_where_the_phase_stops() -> None:
    """Some firmware sends no phase into an empty room; presence is still worth a frame."""
    parser, encoder = Parser(), Encoder()
    through(night(SLEEPER, 40), parser, encoder)
    silent = replace(EMPTY, displacement=nan)
    found = through(
        (replace(silent, time=START + 5 + number / 8) for number in range(80)),
        parser,
        encoder,
    )
    assert 78 <= len(found) <= 80
    assert all(isnan(frame.displacement) for frame in found)
    assert found[-1].present is False
    assert found[-1].time == pytest.approx(START + 14.9, abs=0.3)


def test_frames_come_even_if_there_never_is_a_phase() -> None:
    """Nor does a frame need a first phase."""
    found = through(night(replace(EMPTY, displacement=nan), 80), Parser())
    assert len(found) >= 78


def test_a_type_sent_twice_per_cycle_makes_no_frame_of_its_own() -> None:
    """Firmware that reports presence at twice the rate still gives one frame per phase."""
    parser = Parser()
    found = []
    number = 0
    for cycle in range(100):
        content = b""
        for kind in (0x0F09, 0x0A14, 0x0F09, 0x0A15, 0x0A13):
            payload = (
                b"\x01\x00" if kind == 0x0F09 else bytes(12 if kind == 0x0A13 else 4)
            )
            content += encode_packet(0x8000 | number & 0x7FFF, kind, payload)
            number += 1
        found += parser.feed(content, START + cycle / 8)
    assert len([frame for frame in found[5:] if isnan(frame.displacement)]) == 0


def test_modules_that_number_nothing() -> None:
    """With all IDs zero nothing counts as lost and every frame comes."""
    parser = Parser()
    found = []
    for number in range(200):
        content = b"".join(
            encode_packet(0, kind, payload)
            for kind, payload in (
                (mr60bha2.TYPE_DISTANCE, struct.pack("<If", 1, 80.0)),
                (mr60bha2.TYPE_RESPIRATION, struct.pack("<f", 15.0)),
                PHASE,
            )
        )
        found += parser.feed(content, START + number / 8)
    assert len(found) == 200
    assert parser.packets.lost == 0
    assert found[-1].time == pytest.approx(START + 199 / 8, abs=1e-6)


def test_version() -> None:
    """The module answers with four bytes, newer descriptions know twelve."""
    parser = Parser()
    parser.feed(mr60bha2.version_reply("1.6.12"), START)
    assert parser.firmware == "1.6.12"
    parser = Parser()
    parser.feed(packets((0xFFFF, struct.pack("<IIHH", 1, 1, 6, 12))), START)
    assert parser.firmware == "1.6.12"
    parser.feed(packets((0xFFFF, b"?")), START)
    assert parser.firmware == "1.6.12"


def test_only_the_version_can_be_asked_for() -> None:
    """The query is the known one and carries no payload."""
    assert mr60bha2.version_query() == bytes.fromhex("01 0000 0000 ffff fe")


def test_unknown_types_are_counted_within_bounds() -> None:
    """A stream of ever new types fills no memory; text is no surprise."""
    parser = Parser()
    parser.feed(packets((0x0100, b"breath rate = 14 ")), START)
    assert not parser.unknown
    for kind in range(0x2000, 0x2100):
        parser.feed(packets((kind, b"\x00")), START)
    assert len(parser.unknown) == 32


def test_recognition() -> None:
    """Three packets with the module's own layouts tell it, a neighbour's do not."""
    stream = PacketParser().feed(Encoder().encode(SLEEPER))
    assert mr60bha2.recognises(stream)
    assert not mr60bha2.recognises(stream[:1])
    # The same types of the LD6002B mean other things and have other lengths.
    other = PacketParser().feed(
        packets(
            (0x0A04, struct.pack("<I", 1) + bytes(20)),
            (0x0A13, bytes(4)),
            (0x0A08, bytes(4)),
            (0x0A0A, bytes(16)),
        )
        * 5
    )
    assert not mr60bha2.recognises(other)

    parser = Parser()
    assert not parser.recognised
    for packet in Encoder().packets(SLEEPER):
        parser.feed(packet, START)
    assert parser.recognised


def test_restart_keeps_time_and_counters() -> None:
    """After a reconnection time goes on, old values do not."""
    parser = Parser()
    before = through(night(SLEEPER, 16), parser)[-1]
    received = parser.packets.packets
    parser.restart()
    (frame,) = parser.feed(packets(PHASE), before.time - 10.0)
    assert frame.time > before.time
    assert isnan(frame.distance)
    assert parser.packets.packets == received + 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [0x0A04, 0x0A13, 0x0A14, 0x0A15, 0x0A16, 0x0F09, 0xFFFF, 0x0100, 0x1234]
            ),
            st.binary(max_size=60),
        ),
        max_size=40,
    )
)
def test_no_payload_makes_it_stumble(contents: list[tuple[int, bytes]]) -> None:
    """Valid packets with any payload never raise and never give a false number."""
    for frame in Parser().feed(packets(*contents), START):
        assert isnan(frame.displacement) or abs(frame.displacement) < 1e6
        assert isnan(frame.distance) or 0 < frame.distance <= 10
        assert isnan(frame.respiration_rate) or 0 < frame.respiration_rate <= 90
        assert isnan(frame.heart_rate) or 0 < frame.heart_rate <= 250
        assert len(frame.targets) <= 3
        for target in frame.targets:
            assert abs(target.x) <= 10
            assert 0 <= target.y <= 10


@given(st.binary(max_size=3000))
def test_no_bytes_make_it_stumble(stream: bytes) -> None:
    """Arbitrary bytes never raise."""
    Parser().feed(stream, START)
