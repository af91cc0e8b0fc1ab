"""How many cycles of a module lie between two of its packets, also where some were lost."""

from math import ceil, inf

from .tinyframe import NUMBER_MASK

_LEARNING = 0.1
_TOO_SOON = 0.7
"""Share of a cycle before whose end a repeated type is no sign of the next cycle."""


class CycleCounter:
    """Count cycles by the IDs of the packets.

    A cycle ends with its phase packet. Where a packet stands is told in cycles since the
    last phase and not since the last frame, so that no rounding adds up. A module that
    numbers nothing is counted by what arrived.
    """

    def __init__(self) -> None:
        """Begin in the middle of a cycle, of unknown length."""
        self.received = 0
        """Packets received since the reference; the caller counts them."""
        self._length = inf
        self._refer_to(0, 0.5)

    def _refer_to(self, packet_id: int, position: float) -> None:
        """Count from this packet on; a phase ends a cycle and has position 0."""
        self._reference_id = packet_id
        self._reference = self._ended_at = position
        self.received = self._ended = 0

    def _sent(self, packet_id: int) -> int:
        """Return how many packets the module sent since the reference, lost ones too."""
        if packet_id and self._reference_id:
            sent = (packet_id - self._reference_id) & NUMBER_MASK
            if self.received <= sent < NUMBER_MASK // 2:
                return sent
        return self.received

    def end_with_phase(self, packet_id: int) -> int:
        """Return how many cycles after the last end this phase ends one."""
        sent = self._sent(packet_id)
        cycles = round(self._reference + sent / self._length) - self._ended
        if sent == self.received and self._reference == 0:
            # Nothing was lost since the last phase, so this is what a cycle has. Packets
            # that do not come in every cycle make it a fraction.
            learned = self._length if self._length < inf else sent
            self._length = learned + _LEARNING * (sent - learned)
        self._refer_to(packet_id, 0.0)
        return max(cycles, 1)

    def end_before(self, packet_id: int) -> int:
        """Return how many cycles ended without a phase before a packet of a repeated type."""
        if self._length == inf:
            return 1
        position = self._reference + self._sent(packet_id) / self._length
        if position < self._ended_at + _TOO_SOON:
            # The type comes more than once per cycle.
            return 0
        # Rather one too few: the phase that comes next makes up for it.
        cycles = max(ceil(position - 0.3) - 1 - self._ended, 1)
        self._ended += cycles
        self._ended_at = position
        if self._ended > 1:
            # Without the phase's own packet a cycle is shorter: do not let that add up.
            self._refer_to(packet_id, min(max(position - self._ended, 0.1), 0.9))
        return cycles
