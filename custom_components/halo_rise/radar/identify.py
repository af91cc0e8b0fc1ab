"""Find out what is behind a port, by nothing but the bytes that come."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from .frame import Capabilities
from .modules import MODULES, Module, Parser
from .port import LinkError, Port, PortInUse, checked_url, describe, opened

IDENTIFY_TIMEOUT = 10.0
"""Seconds: a module speaks several times a second, but a node may be slow to connect."""

FIRMWARE_PATIENCE = 1.0
"""Seconds for which an answer with the version is waited for; not every port can ask."""


class SilentPort(LinkError):
    """The port is open but nothing comes."""


class NotARadar(LinkError):
    """Something comes that no known module would send."""

    def __init__(self, received: int) -> None:
        """Say how much came."""
        super().__init__(f"{received} bytes came, none of them from a known radar")
        self.received = received


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """What was found at a port."""

    capabilities: Capabilities
    firmware: str | None = None


class _Listener:
    """Every known module's parser, until one of them recognises its own."""

    def __init__(self) -> None:
        self.received = 0
        self.ended: str | None = None
        self.found: tuple[Module, Parser] | None = None
        self._candidates = [(module, module.parser()) for module in MODULES.values()]

    async def listen(self, port: Port, timeout: float) -> None:
        """Listen until the module and its version are known, or time is up."""
        for query in {module.version_query for module in MODULES.values()}:
            port.ask(query)
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout) as limit:
                while not (self.found and self.found[1].firmware):
                    try:
                        data = await port.read()
                    except Exception as err:  # noqa: BLE001 - a transport raises anything
                        self.ended = describe(err)
                        return
                    if not data:
                        self.ended = "closed by the other side"
                        return
                    if self._take(data):
                        now = asyncio.get_running_loop().time()
                        limit.reschedule(
                            min(now + FIRMWARE_PATIENCE, limit.when() or now)
                        )

    def _take(self, data: bytes) -> bool:
        """Return whether these bytes were the ones that told the module."""
        self.received += len(data)
        if self.found:
            self.found[1].feed(data, 0.0)
            return False
        for module, parser in self._candidates:
            parser.feed(data, 0.0)
            if parser.recognised:
                self.found = module, parser
                return True
        return False


async def identify(url: str, *, timeout: float = IDENTIFY_TIMEOUT) -> Identification:
    """Listen at a port until a module is recognised.

    Raises:
        LinkError: The port cannot be opened, is silent, or has something else behind it.
        Exception: Whatever else a foreign transport raises (see `Port.open`).
    """
    url = checked_url(url)
    listener = _Listener()
    baudrate = next(iter(MODULES.values())).baudrate
    async with opened(url, baudrate) as port:
        await listener.listen(port, timeout)
    if listener.found:
        module, parser = listener.found
        return Identification(
            capabilities=module.capabilities, firmware=parser.firmware
        )
    if listener.received:
        raise NotARadar(listener.received)
    if listener.ended is not None:
        # Servers of serial ports take one client and hang up on the next.
        raise PortInUse(f"Hung up without a byte: {listener.ended}")
    raise SilentPort(f"Nothing came for {timeout:.0f} s")
