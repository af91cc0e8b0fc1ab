"""What the packets of the Seeed MR60BHA2 mean (60 GHz, ADT6101P, firmware 1.6).

Meanings as in Seeed's own Arduino library and in public captures of firmware 1.6.12. Every
kind of packet comes about eight times a second; a frame is made of what one such cycle
brought. Whatever is not a number that could be true is unknown, never passed on.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from math import inf, isnan, nan, pi
from struct import Struct
from typing import Any

from .clock import FrameClock
from .cycles import CycleCounter
from .frame import Capabilities, RadarFrame, Target
from .tinyframe import NUMBER_MASK, PEER_BIT, Packet, PacketParser, encode_packet

WAVELENGTH = 5.0
"""Millimetres, at 60 GHz."""

MM_PER_RADIAN = WAVELENGTH / (4 * pi)
"""The wave goes there and back: 0.398 mm of the chest turn the phase by one radian."""

SPEED_PER_DOPPLER = 0.1728
"""Metres per second of one step of the Doppler index (Seeed's library: RANGE_STEP)."""

CAPABILITIES = Capabilities(
    model="mr60bha2",
    name="MR60BHA2",
    manufacturer="Seeed Studio",
    frame_interval=0.125,
    displacement=True,
    distance=True,
    targets=True,
    respiration_rate=True,
    heart_rate=True,
    phase_period=WAVELENGTH / 2,
    vital_range=1.5,
)

TYPE_TEXT = 0x0100
TYPE_TARGETS = 0x0A04
TYPE_POINTS = 0x0A08
TYPE_PHASE = 0x0A13
TYPE_RESPIRATION = 0x0A14
TYPE_HEART = 0x0A15
TYPE_DISTANCE = 0x0A16
TYPE_POSITION = 0x0A17
TYPE_STATUS = 0x0A29
TYPE_PRESENCE = 0x0F09
TYPE_VERSION = 0xFFFF

MAX_TARGETS = 3
MAX_METRES = 10.0
MAX_SPEED = 10.0
MAX_RADIANS = 1e6
MAX_RESPIRATION_RATE = 90.0
MAX_HEART_RATE = 250.0
STALE_AFTER = 3.0
"""Seconds after which a value that was not refreshed is unknown."""

_FLOAT = Struct("<f")
_PHASES = Struct("<fff")
_DISTANCE = Struct("<If")
_COUNT = Struct("<I")
_TARGET = Struct("<ffii")
_POSITION = Struct("<ff")
_VERSION = Struct("BBBB")
_LONG_VERSION = Struct("<IIHH")
_TEXT_EVERY = 72
_MAX_UNKNOWN_TYPES = 32

_IGNORED = frozenset({TYPE_TEXT, TYPE_POINTS, TYPE_POSITION, TYPE_STATUS})
_LENGTHS: dict[int, tuple[int, ...]] = {
    TYPE_TARGETS: tuple(4 + 16 * count for count in range(MAX_TARGETS + 1)),
    TYPE_PHASE: (12,),
    TYPE_RESPIRATION: (4,),
    TYPE_HEART: (4,),
    TYPE_DISTANCE: (8,),
    TYPE_PRESENCE: (1, 2, 4),
}
"""Other modules of the family give the same types other meanings and other lengths."""

_TELLING = frozenset({TYPE_PHASE, TYPE_RESPIRATION, TYPE_DISTANCE, TYPE_PRESENCE})
_ENOUGH_PACKETS = 3


def version_query() -> bytes:
    """Return the question for the firmware's version, all that may be sent to the module.

    The same bytes with type 0x3000 would erase the firmware, so nothing else is ever built.
    """
    return encode_packet(0, TYPE_VERSION)


def recognises(packets: Iterable[Packet]) -> bool:
    """Tell whether packets come from this module: their types and lengths are its own."""
    known = [
        packet.type
        for packet in packets
        if len(packet.payload) in _LENGTHS.get(packet.type, ())
    ]
    return len(known) >= _ENOUGH_PACKETS and not _TELLING.isdisjoint(known)


class Parser:
    """Turn the module's bytes into radar frames."""

    def __init__(self, clock: FrameClock | None = None) -> None:
        """Begin in the middle of a stream; the clock gives the frames their times."""
        self.packets = PacketParser()
        self.clock = clock or FrameClock(CAPABILITIES.frame_interval)
        self.firmware: str | None = None
        """The version the module gave when asked."""
        self.recognised = False
        """Whether the bytes have shown that this is the module."""
        self.rejected = 0
        """Values that cannot be true."""
        self.unknown: Counter[int] = Counter()
        """How many packets came of each type that has no meaning here."""
        self._readers: dict[int, Callable[[bytes], object]] = {
            TYPE_TARGETS: self._read_targets,
            TYPE_RESPIRATION: self._read_respiration,
            TYPE_HEART: self._read_heart,
            TYPE_DISTANCE: self._read_distance,
            TYPE_PRESENCE: self._read_presence,
        }
        self._clear()

    def restart(self) -> None:
        """Forget everything that was read before a reconnection, but not the time."""
        self.packets.restart()
        self.clock.restart()
        self._clear()

    def _clear(self) -> None:
        self._cycles = CycleCounter()
        self._values: dict[int, Any] = dict.fromkeys(self._readers)
        self._times = dict.fromkeys(self._readers, -inf)
        self._seen: set[int] = set()
        self._first_packets: list[Packet] = []

    def feed(self, data: bytes, arrival: float) -> list[RadarFrame]:
        """Take bytes and the time they arrived, return the frames they complete."""
        frames: list[RadarFrame] = []
        packets = self.packets.feed(data)
        for packet_id, kind, payload in packets:
            self._cycles.received += 1
            if kind == TYPE_PHASE:
                cycles = self._cycles.end_with_phase(packet_id)
                frames.append(self._frame(arrival, cycles, self._phase(payload)))
            elif reader := self._readers.get(kind):
                if kind in self._seen and (
                    cycles := self._cycles.end_before(packet_id)
                ):
                    # The cycle before this packet had no phase: it was lost, or the
                    # firmware sends none when nobody is near. The rest makes a frame.
                    before = arrival - self.clock.interval
                    frames.append(self._frame(before, cycles, nan))
                self._values[kind] = reader(payload)
                self._seen.add(kind)
            elif kind not in _IGNORED:
                self._read_other(kind, payload)

        if not self.recognised:
            self._first_packets = [*self._first_packets[-_ENOUGH_PACKETS:], *packets]
            self.recognised = recognises(self._first_packets)
        return frames

    def _frame(self, arrival: float, cycles: int, phase: float) -> RadarFrame:
        now = self.clock.tick(arrival, cycles)
        for kind in self._seen:
            self._times[kind] = now
        self._seen.clear()
        oldest = now - STALE_AFTER
        values, times = self._values, self._times
        return RadarFrame(
            time=now,
            displacement=phase * MM_PER_RADIAN,
            distance=values[TYPE_DISTANCE] if times[TYPE_DISTANCE] >= oldest else nan,
            targets=values[TYPE_TARGETS] if times[TYPE_TARGETS] >= oldest else (),
            present=values[TYPE_PRESENCE] if times[TYPE_PRESENCE] >= oldest else None,
            respiration_rate=(
                values[TYPE_RESPIRATION] if times[TYPE_RESPIRATION] >= oldest else nan
            ),
            heart_rate=values[TYPE_HEART] if times[TYPE_HEART] >= oldest else nan,
        )

    # A comparison with nan is false, so each test below also rejects what is not a number.

    def _phase(self, payload: bytes) -> float:
        if len(payload) == _PHASES.size:
            total: float = _PHASES.unpack(payload)[0]
            if -MAX_RADIANS <= total <= MAX_RADIANS:
                return total
        self.rejected += 1
        return nan

    def _rate(self, payload: bytes, greatest: float) -> float:
        if len(payload) == _FLOAT.size:
            rate: float = _FLOAT.unpack(payload)[0]
            if 0 <= rate <= greatest:
                return rate or nan  # Zero is the module's way to say that it has none.
        self.rejected += 1
        return nan

    def _read_respiration(self, payload: bytes) -> float:
        return self._rate(payload, MAX_RESPIRATION_RATE)

    def _read_heart(self, payload: bytes) -> float:
        return self._rate(payload, MAX_HEART_RATE)

    def _read_distance(self, payload: bytes) -> float:
        if len(payload) == _DISTANCE.size:
            valid, centimetres = _DISTANCE.unpack(payload)
            if not valid:
                return nan
            if 0 < centimetres <= 100 * MAX_METRES:
                return float(centimetres / 100)
        self.rejected += 1
        return nan

    def _read_presence(self, payload: bytes) -> bool | None:
        # One, two or four bytes, depending on the firmware; the first one tells.
        if len(payload) in _LENGTHS[TYPE_PRESENCE] and payload[0] <= 1:
            return payload[0] == 1
        self.rejected += 1
        return None

    def _read_targets(self, payload: bytes) -> tuple[Target, ...]:
        if len(payload) not in _LENGTHS[TYPE_TARGETS] or payload[:4] != (
            _COUNT.pack(len(payload) // _TARGET.size)
        ):
            self.rejected += 1
            return ()
        targets = []
        for x, y, doppler, _cluster in _TARGET.iter_unpack(payload[_COUNT.size :]):
            # The sign follows the only driver that states one: positive comes closer.
            speed = 0.0 - SPEED_PER_DOPPLER * doppler
            inside = -MAX_METRES <= x <= MAX_METRES and 0 <= y <= MAX_METRES
            if not inside or not -MAX_SPEED <= speed <= MAX_SPEED:
                self.rejected += 1
            elif x or y:  # An empty slot is all zeros.
                targets.append(Target(x=x, y=y, radial_speed=speed))
        return tuple(targets)

    def _read_other(self, kind: int, payload: bytes) -> None:
        if kind == TYPE_VERSION:
            for layout in (_VERSION, _LONG_VERSION):
                if len(payload) == layout.size:  # Project, major, minor, patch.
                    parts = layout.unpack(payload)[1:]
                    self.firmware = ".".join(str(part) for part in parts)
        elif kind in self.unknown or len(self.unknown) < _MAX_UNKNOWN_TYPES:
            self.unknown[kind] += 1


class Encoder:
    """Speak like the module: the other side of the parser, for simulation and replay."""

    def __init__(self) -> None:
        """Begin as after power-on."""
        self.sent = 0
        """Packets made so far."""

    def packet(self, kind: int, payload: bytes) -> bytes:
        """Return the bytes of any packet, numbered like the others."""
        packet_id = PEER_BIT | (self.sent & NUMBER_MASK)
        self.sent += 1
        return encode_packet(packet_id, kind, payload)

    def packets(self, frame: RadarFrame) -> list[bytes]:
        """Return the packets of one cycle, each on its own.

        What the frame does not know the module has no word for either: it sends zeros. Only
        a frame without displacement goes without a phase packet, as one that was lost.
        """
        speech = self.packet
        rate = _or_zero(frame.respiration_rate)
        distance = _or_zero(frame.distance)
        targets = frame.targets[:MAX_TARGETS]
        x, y = (targets[0].x, targets[0].y) if targets else (0.0, 0.0)
        tracked = [_COUNT.pack(len(targets))]
        for cluster, target in enumerate(targets):
            doppler = round(-target.radial_speed / SPEED_PER_DOPPLER)
            tracked.append(_TARGET.pack(target.x, target.y, doppler, cluster))
        cycle = [
            speech(TYPE_PRESENCE, _COUNT.pack(bool(frame.present))),
            speech(TYPE_TARGETS, b"".join(tracked)),
            speech(TYPE_POINTS, _COUNT.pack(0)),
            speech(TYPE_POSITION, _POSITION.pack(x, y)),
            speech(TYPE_STATUS, b"\x02\x00" if targets else b"\x01\x00"),
            speech(TYPE_DISTANCE, _DISTANCE.pack(distance > 0, 100 * distance)),
            speech(TYPE_RESPIRATION, _FLOAT.pack(rate)),
            speech(TYPE_HEART, _FLOAT.pack(_or_zero(frame.heart_rate))),
        ]
        if not isnan(frame.displacement):
            total = frame.displacement / MM_PER_RADIAN
            # Nothing reads the parts; all of it is breathing.
            cycle.append(speech(TYPE_PHASE, _PHASES.pack(total, total, 0.0)))
        if self.sent % _TEXT_EVERY < len(cycle):
            cycle.append(speech(TYPE_TEXT, b"breath rate = %f \0" % rate))
        return cycle

    def encode(self, frame: RadarFrame) -> bytes:
        """Return the bytes of one cycle."""
        return b"".join(self.packets(frame))


def version_reply(version: str) -> bytes:
    """Return the module's answer to the question for its version."""
    parts = [int(part) for part in version.split(".")]
    return encode_packet(0, TYPE_VERSION, _VERSION.pack(1, *parts))


def _or_zero(value: float) -> float:
    return 0.0 if isnan(value) else value
