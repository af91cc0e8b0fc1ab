"""The radar modules that are understood, each a parser and what it can deliver."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from . import mr60bha2
from .frame import Capabilities, RadarFrame


class PacketCounts(Protocol):
    """The counters of a framing layer."""

    packets: int
    bad: int

    @property
    def lost(self) -> int:
        """Return how many packets are missing."""


class Parser(Protocol):
    """From one module's bytes to frames."""

    @property
    def packets(self) -> PacketCounts:
        """Return the counters of the framing layer."""

    @property
    def firmware(self) -> str | None:
        """Return the version the module gave, None until it did."""

    @property
    def recognised(self) -> bool:
        """Return whether the bytes have shown that this is the module."""

    def feed(self, data: bytes, arrival: float) -> list[RadarFrame]:
        """Take bytes and the time they arrived, return the frames they complete."""

    def restart(self) -> None:
        """Forget what was read, but not the time, which never goes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A radar module."""

    capabilities: Capabilities
    parser: Callable[[], Parser]
    baudrate: int
    version_query: bytes | None
    """The one question it may be asked."""


MODULES: Mapping[str, Module] = {
    mr60bha2.CAPABILITIES.model: Module(
        capabilities=mr60bha2.CAPABILITIES,
        parser=mr60bha2.Parser,
        baudrate=115200,
        version_query=mr60bha2.version_query(),
    ),
}
