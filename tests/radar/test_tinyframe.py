"""The framing layer against everything a line can do to it."""

from collections.abc import Iterable

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.halo_rise.radar.tinyframe import (
    MAX_PACKET,
    Packet,
    PacketParser,
    encode_packet,
)

WORDS = st.integers(0, 0xFFFF)
PAYLOADS = st.binary(max_size=40)

# Bytes that look like headers are the hard ones.
HOSTILE = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from([0x00, 0x01, 0x04, 0xFE, 0xFF]), max_size=200).map(bytes),
    st.builds(lambda i, t, p: encode_packet(i, t, p), WORDS, WORDS, PAYLOADS),
    st.builds(lambda i, t, p: encode_packet(i, t, p)[:-1], WORDS, WORDS, PAYLOADS),
    st.just(b"\x01\x80\x00\x04\x00\x0a\x13\xe3"),  # A header that promises a kilobyte.
)
STREAMS = st.lists(HOSTILE, max_size=12).map(b"".join)


def numbered(
    ids: Iterable[int], kind: int = 0x0A14, payload: bytes = b"\x00\x00\x60\x41"
) -> bytes:
    """Return packets with these IDs."""
    return b"".join(encode_packet(number, kind, payload) for number in ids)


def test_bytes_as_in_captures() -> None:
    """Header fields are big-endian and both checks are inverted XORs."""
    assert encode_packet(0x8000, 0x0A14, b"\x00\x00\x60\x41") == bytes.fromhex(
        "01 8000 0004 0a14 64 00006041 de"
    )
    # A command known from captures, as the payload is empty it ends with its header.
    assert encode_packet(0, 0x0A14) == bytes.fromhex("01 0000 0000 0a14 e0")


@given(WORDS, WORDS, st.binary(max_size=1024))
def test_round_trip(number: int, kind: int, payload: bytes) -> None:
    """What is encoded is parsed."""
    parser = PacketParser(commands=True)
    assert parser.feed(encode_packet(number, kind, payload)) == [
        Packet(number, kind, payload)
    ]
    assert (parser.packets, parser.bad, parser.buffered) == (1, 0, 0)


@given(STREAMS, st.lists(st.integers(1, 60)), st.booleans())
def test_pieces_make_no_difference(
    stream: bytes, sizes: list[int], commands: bool
) -> None:
    """The same packets and counts come out however the stream is cut."""
    whole, cut = PacketParser(commands=commands), PacketParser(commands=commands)
    expected = whole.feed(stream)
    found = []
    at = 0
    for size in [*sizes, len(stream)]:
        found += cut.feed(stream[at : at + size])
        at += size
        assert cut.buffered < MAX_PACKET
    assert found == expected
    for count in ("packets", "bad", "lost", "discarded_bytes", "buffered"):
        assert getattr(cut, count) == getattr(whole, count)


@given(STREAMS)
def test_every_byte_is_accounted_for(stream: bytes) -> None:
    """A byte belongs to a packet, was discarded, or waits."""
    parser = PacketParser()
    packets = parser.feed(stream)
    in_packets = sum(8 + len(p.payload) + bool(p.payload) for p in packets)
    assert in_packets + parser.discarded_bytes + parser.buffered == len(stream)


@given(STREAMS)
def test_always_finds_back(noise: bytes) -> None:
    """After any noise and one kilobyte at most, an intact stream is read again."""
    parser = PacketParser()
    parser.feed(noise)
    parser.feed(bytes(MAX_PACKET))
    stream = numbered(range(0x8000, 0x8010))
    assert len(parser.feed(stream)) == 16


@settings(max_examples=30)
@given(st.binary(min_size=1, max_size=30), st.data())
def test_a_damaged_packet_costs_only_itself(
    payload: bytes, data: st.DataObject
) -> None:
    """A changed byte loses the packet it is in and no other."""
    packets = [encode_packet(0x8000 + i, 0x0A13, payload) for i in range(8)]
    where = data.draw(st.integers(0, len(packets[0]) - 1))
    damaged = bytearray(packets[3])
    damaged[where] ^= data.draw(st.integers(1, 255))
    parser = PacketParser()
    found = parser.feed(b"".join([*packets[:3], bytes(damaged), *packets[4:]]))
    intact = [packet for packet in found if packet.payload == payload]
    assert [packet.id & 0x7FFF for packet in intact] == [0, 1, 2, 4, 5, 6, 7]
    assert parser.bad >= 1
    assert parser.lost == 1


def test_garbage_from_the_start_is_not_a_bad_packet() -> None:
    """Whoever comes in the middle of a packet has lost nothing."""
    parser = PacketParser()
    parser.feed(numbered([0x8000])[5:] + numbered([0x8001]))
    assert (parser.packets, parser.bad, parser.lost) == (1, 0, 0)


def test_length_beyond_the_longest_is_no_header() -> None:
    """A header that promises more than a module sends is not waited for."""
    header = bytearray.fromhex("01 8000 0401 0a13 00")
    header[7] = 0xFF ^ 0x01 ^ 0x80 ^ 0x04 ^ 0x01 ^ 0x0A ^ 0x13
    assert len(PacketParser().feed(bytes(header) + numbered([0x8001]))) == 1


def test_a_module_sends_no_empty_packets() -> None:
    """A header alone is found in many a damaged payload, for instance in this one."""
    payload = b"\x00\x01" + bytes(6) + b"\xfe"
    assert PacketParser(commands=True).feed(payload)
    assert not PacketParser().feed(payload)


def test_check_of_nothing_may_follow_an_empty_packet() -> None:
    """Some end an empty packet with 0xFF; that is no damage."""
    parser = PacketParser(commands=True)
    found = parser.feed(
        encode_packet(0x8000, 0xFFFF) + b"\xff" + numbered([0x8001, 0x8002])
    )
    assert len(found) == 3
    assert (parser.bad, parser.lost) == (0, 0)


@pytest.mark.parametrize(
    ("ids", "lost"),
    [
        (range(0x8000, 0x8100), 0),
        ([0x8000, 0x8001, 0x8005, 0x8006], 3),
        ([0x8000, 0x8003, 0x8006, 0x8009, 0x800A], 6),
        # The fifteen bits below the peer bit wrap.
        ([0xFFFE, 0xFFFF, 0x8000, 0x8001], 0),
        ([0xFFFE, 0x8001, 0x8002], 2),
        # Without a peer bit, in fifteen bits and in sixteen.
        ([0x7FFE, 0x7FFF, 0x0000, 0x0001], 0),
        ([0x7FFE, 0x7FFF, 0x8000, 0x8001], 0),
        # A module that numbers nothing, and an answer among numbered packets.
        ([0] * 20, 0),
        ([0x8010, 0, 0x8011, 0, 0x8012], 0),
        # Restarts: from far, and from close enough for a gap to be thinkable.
        ([0x9F00, 0x9F01, 0x8000, 0x8001, 0x8002], 0),
        ([0xFC00, 0xFC01, 0x8000, 0x8001, 0x8002], 0),
        ([0x9F00, 0x9F01, 0x8000, 0x8002, 0x8003], 1),
        # Misread IDs: far off, near, beside a gap.
        ([0x8000, 0x8001, 0xA002, 0x8003, 0x8004], 0),
        ([0x8000, 0x8001, 0x8012, 0x8003, 0x8004], 0),
        ([0x8000, 0x8001, 0xA002, 0x8006, 0x8007], 3),
        ([0x8000, 0x8001, 0x8103, 0x8004, 0x8005], 1),
    ],
)
def test_lost_packets_are_counted_by_their_ids(ids: Iterable[int], lost: int) -> None:
    """Every gap counts, and nothing but a gap does."""
    parser = PacketParser()
    parser.feed(numbered(ids))
    assert parser.lost == lost


@given(st.integers(0, 0x7FFF), st.lists(st.integers(0, 200), min_size=1, max_size=60))
def test_every_gap_is_counted(first: int, gaps: list[int]) -> None:
    """Received and lost add up to what was sent."""
    numbers = [first]
    for gap in gaps:
        numbers.append(numbers[-1] + gap + 1)
    # One in step at the end confirms what is still in doubt.
    numbers.append(numbers[-1] + 1)
    parser = PacketParser()
    parser.feed(numbered(0x8000 | number & 0x7FFF for number in numbers))
    assert parser.lost == sum(gaps)


def test_restart_forgets_the_unfinished_packet_and_the_sequence() -> None:
    """After a reconnection nothing is left over, and nothing was lost."""
    parser = PacketParser()
    parser.feed(numbered([0x8000, 0x8001]) + numbered([0x8002])[:7])
    parser.restart()
    assert parser.buffered == 0
    assert len(parser.feed(numbered([0x9000, 0x9001, 0x9002]))) == 3
    assert (parser.lost, parser.packets) == (0, 5)
