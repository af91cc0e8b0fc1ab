"""The framing layer of the ADT6101P modules: Hi-Link's and Seeed's "Tiny Frame Interface".

A packet is ``01 | id | length | type | header check | payload | payload check``. The three
numbers are 16 bits wide and big-endian, a check is the inverted XOR of what it covers. A
packet without payload ends with its header; some modules append the check of nothing, 0xFF.
"""

from struct import Struct
from typing import NamedTuple

START = 0x01
MAX_PAYLOAD = 1024
"""Longest payload a module sends, a tile of its collection mode."""

_HEADER = Struct(">BHHHB")
_HEADER_SIZE = _HEADER.size
MAX_PACKET = _HEADER_SIZE + MAX_PAYLOAD + 1

PEER_BIT = 0x8000
NUMBER_MASK = 0x7FFF
"""A module sets the highest bit of each ID and counts in the other fifteen."""

_PLAUSIBLE_GAP = 2048
"""Half a minute of packets: what is silent for longer is reopened by the link anyway."""

_RESTART_NUMBERS = 32
_RESTART_GAP = 256
"""A long jump that lands on one of the first IDs is a module that restarted."""


class Packet(NamedTuple):
    """A packet whose two checks were right."""

    id: int
    type: int
    payload: bytes


def check(data: bytes) -> int:
    """Return the check byte of a payload."""
    value = 0xFF
    for byte in data:
        value ^= byte
    return value


def encode_packet(packet_id: int, packet_type: int, payload: bytes = b"") -> bytes:
    """Return the bytes of a packet."""
    length = len(payload)
    folded = packet_id ^ length ^ packet_type
    header = _HEADER.pack(
        START,
        packet_id,
        length,
        packet_type,
        ~(START ^ folded ^ folded >> 8) & 0xFF,
    )
    return b"%b%b%c" % (header, payload, check(payload)) if payload else header


class PacketParser:
    """Find the packets in a stream of bytes, whatever else the stream contains.

    A damaged packet costs itself and no other: the search for the next one begins a single
    byte later. How the stream is cut into pieces makes no difference. Between two calls never
    more than one unfinished packet is held.
    """

    def __init__(self, *, commands: bool = False) -> None:
        """Begin with an empty buffer, in the middle of a stream.

        Args:
            commands: Whether packets without payload are expected. Modules only receive
                such ones, and a header alone is often seen where there is none.
        """
        self._shortest = 0 if commands else 1
        self.packets = 0
        """Packets that arrived intact."""
        self.bad = 0
        """Packets of which a check was seen to fail."""
        self.discarded_bytes = 0
        """Bytes that belonged to no intact packet."""
        self._rest = b""
        self._in_step = False
        self._lost = 0
        self._next: int | None = None
        self._doubt: int | None = None

    @property
    def lost(self) -> int:
        """Return how many packets are missing from the sequence of IDs.

        A gap counts once the packet after it has confirmed the numbers, because the checks
        of this protocol let one damaged header in thousands pass.
        """
        return self._lost

    @property
    def buffered(self) -> int:
        """Return how many bytes wait for the end of their packet."""
        return len(self._rest)

    def restart(self) -> None:
        """Forget the unfinished packet and the sequence, for instance after reconnecting."""
        self._rest = b""
        self._in_step = False
        self._next = None
        self._doubt = None

    def feed(self, data: bytes) -> list[Packet]:
        """Take the next bytes of the stream and return the packets that they complete."""
        stream = self._rest + data if self._rest else bytes(data)
        packets: list[Packet] = []
        size = len(stream)
        in_step = self._in_step
        at = 0
        while True:
            start = stream.find(START, at)
            if start != at:
                if start < 0:
                    start = size
                if start > at:
                    self.bad += in_step
                    in_step = False
                    self.discarded_bytes += start - at
                    at = start
            if size - at < _HEADER_SIZE:
                break
            _, number, length, kind, header_check = _HEADER.unpack_from(stream, at)
            folded = number ^ length ^ kind
            if (
                START ^ folded ^ folded >> 8 ^ header_check
            ) & 0xFF != 0xFF or not self._shortest <= length <= MAX_PAYLOAD:
                self.bad += in_step
                in_step = False
                self.discarded_bytes += 1
                at += 1
                continue
            begin = at + _HEADER_SIZE
            if length:
                end = begin + length + 1
                if end > size:
                    break
                payload = stream[begin : end - 1]
                value = stream[end - 1] ^ 0xFF
                for byte in payload:
                    value ^= byte
                if value:
                    in_step = False
                    self.bad += 1
                    self.discarded_bytes += 1
                    at += 1
                    continue
                in_step = True
                at = end
            else:
                # The check of nothing may follow and is no damage.
                payload = b""
                in_step = False
                at = begin
            if number & NUMBER_MASK == self._next and self._doubt is None:
                self._next = (number + 1) & NUMBER_MASK
            else:
                self._follow(number)
            packets.append(Packet(number, kind, payload))
        self._rest = stream[at:]
        self._in_step = in_step
        self.packets += len(packets)
        return packets

    def _follow(self, packet_id: int) -> None:
        """Continue the sequence with an ID that was not the expected one.

        A single unexpected ID is doubted until the next packet arrives: it stands at the end
        of a gap if that one continues from it, and it was misread if that one continues from
        before. Either way every number between two believed ones is counted once.
        """
        number = packet_id & NUMBER_MASK
        if self._next is None:
            # A module that numbers nothing sends zeros only.
            if packet_id:
                self._next = (number + 1) & NUMBER_MASK
            return
        if packet_id == 0 and number != self._next:
            return
        doubt = self._doubt
        if doubt is None:
            self._doubt = number
            return
        after_doubt = (doubt + 1) & NUMBER_MASK
        gap = self._gap(self._next, doubt)
        continues = self._gap(after_doubt, number) is not None
        if number == after_doubt or (continues and gap is not None):
            # The doubted one was right: a gap, or a restart where no gap is plausible.
            self._lost += gap or 0
            self._next = after_doubt
        elif self._gap(self._next, number) is not None:
            # The doubted one was misread. It stood where the next one was due, unless that
            # one came after it, in which case it stood for nothing.
            if number != self._next:
                self._next = (self._next + 1) & NUMBER_MASK
        elif continues or gap is not None:
            self._lost += gap or 0
            self._next = after_doubt
        else:
            # Nothing fits together: believe whatever comes now, if it continues.
            self._doubt = number
            return
        if number == self._next:
            self._next = (number + 1) & NUMBER_MASK
            self._doubt = None
        else:
            self._doubt = number

    @staticmethod
    def _gap(expected: int, number: int) -> int | None:
        """Return how many packets are missing before a number, None for no plausible gap."""
        gap = (number - expected) & NUMBER_MASK
        if gap > _PLAUSIBLE_GAP or (gap > _RESTART_GAP and number < _RESTART_NUMBERS):
            return None
        return gap
