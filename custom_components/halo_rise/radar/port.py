"""A port with a radar behind it: one owner, opened and closed in order, hardly written to.

A port reaches us in many ways (a network socket, a serial proxy on an ESPHome node, a USB
adapter), all of them through serialx.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
import errno
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import serialx
from serialx.common import UnknownUriScheme

from . import mr60bha2

OPEN_TIMEOUT = 15.0
"""Seconds for opening a port; serialx itself gives a socket ten."""

CLOSE_TIMEOUT = 5.0
"""Seconds for closing it."""

_READ_SIZE = 4096
_SECRETS = frozenset({"key", "password", "noise_psk"})
_NETWORK_SCHEMES = frozenset({"socket", "tcp", "rfc2217"})

_WRITABLE = frozenset({mr60bha2.version_query()})
"""All that may ever be sent. Other commands of the same form erase the module's firmware."""

_claimed: set[str] = set()


class LinkError(Exception):
    """A radar cannot be listened to."""


class InvalidUrl(LinkError):
    """The address is none that could be opened."""


class CannotOpen(LinkError):
    """Nothing answers at the address."""


class PortInUse(LinkError):
    """Somebody else listens there, and a port has one listener at a time."""


def checked_url(url: str) -> str:
    """Return an address without surrounding space, or raise `InvalidUrl`."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        complete = bool(parts.hostname and parts.port)
    except ValueError as err:
        raise InvalidUrl(f"Not an address: {err}") from err
    if not url.isprintable() or not (parts.netloc or parts.path):
        raise InvalidUrl("Not an address")
    if parts.scheme in _NETWORK_SCHEMES and not complete:
        raise InvalidUrl(f"{parts.scheme}:// needs a host and a port")
    return url


def _identity(url: str) -> str:
    """Return what two spellings of one port have in common."""
    parts = urlsplit(url)
    scheme = "socket" if parts.scheme == "tcp" else parts.scheme
    query = sorted(
        item for item in parse_qsl(parts.query) if item[0].lower() not in _SECRETS
    )
    host = f"{parts.hostname or ''}:{parts.port or ''}"
    return f"{scheme}://{host}{parts.path.rstrip('/')}?{urlencode(query)}"


def describe(err: Exception) -> str:
    """Return what an error says, or at least its kind."""
    return str(err) or type(err).__name__


class Claim:
    """The right to open a port: a second reader would starve the first without an error."""

    def __init__(self, url: str) -> None:
        """Take it, or raise `PortInUse`."""
        self._identity = _identity(url)
        if self._identity in _claimed:
            raise PortInUse("Already listening to this radar")
        _claimed.add(self._identity)

    def release(self) -> None:
        """Give it back."""
        _claimed.discard(self._identity)


class Port:
    """An open port."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Wrap what serialx opened."""
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, url: str, baudrate: int) -> Self:
        """Open a port.

        Raises:
            LinkError: What can be expected of serialx and of the network.
            Exception: Anything else that a foreign transport raises, untouched. Until the
                ESPHome integration has loaded, Home Assistant's stand-in for its transport
                raises ConfigEntryNotReady here, which must reach Home Assistant.
        """
        try:
            async with asyncio.timeout(OPEN_TIMEOUT):
                return cls(
                    *await serialx.open_serial_connection(url=url, baudrate=baudrate)
                )
        except UnknownUriScheme as err:
            raise InvalidUrl(str(err)) from err
        except (OSError, serialx.SerialException, ValueError) as err:
            if isinstance(err, OSError) and err.errno == errno.EBUSY:
                raise PortInUse(str(err)) from err
            raise CannotOpen(describe(err)) from err

    async def close(self) -> None:
        """Close and wait for it; a late close would starve whoever opens the port next."""
        # A link that broke raises its error, of whatever type, a second time here.
        with suppress(Exception):
            self._writer.close()
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._writer.wait_closed()
            return
        with suppress(Exception):
            self._writer.transport.abort()

    async def read(self) -> bytes:
        """Return the next bytes, none at the end, or raise what broke the link."""
        return await self._reader.read(_READ_SIZE)

    def ask(self, question: bytes | None) -> None:
        """Send a question to the module, the only way in which anything is ever written."""
        if question is None:
            return
        if question not in _WRITABLE:
            raise ValueError("Only the version may be asked for")
        # A port may be read-only, and the answer is a luxury.
        with suppress(OSError, serialx.SerialException):
            self._writer.write(question)


@asynccontextmanager
async def opened(url: str, baudrate: int) -> AsyncGenerator[Port]:
    """Claim and open a port, and close it in any case."""
    claim = Claim(url)
    try:
        port = await Port.open(url, baudrate)
        try:
            yield port
        finally:
            await port.close()
    finally:
        claim.release()
