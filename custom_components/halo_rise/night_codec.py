"""How the epochs of a night become a few kilobytes, and epochs again.

Every field is one column of small integers in steps that are finer than the
measurement (a hundredth of a breath per minute, a millimetre, 0.4 % of probability).
Columns of one kind lie together, the low and the high bytes of a column apart, because
that is what zlib makes small: less than 20 kB for eight hours.

The first byte is the version of this format. A version once released stays readable
for ever: the archive keeps what it was given and never rewrites a night.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
import struct
from typing import Any, Final
import zlib

import numpy as np
from numpy.typing import NDArray

from .radar.frame import Climate
from .sleep.epoch import STAGES, Epoch, Owner, Stage

type Probabilities = tuple[float, float, float, float]

VERSION: Final = 1

_HEADER: Final = struct.Struct("<BId")  # Flags, number of epochs, first start.
_SETTLED_STAGES: Final = 1
_SETTLED_PROBABILITIES: Final = 2

_OWNERS: Final = tuple(Owner)
_NO_STAGE: Final = 255
_STAGE_OF: Final = {**dict(enumerate(STAGES)), _NO_STAGE: None}
_CODE_OF_STAGE: Final = {stage: code for code, stage in _STAGE_OF.items()}
_CODE_OF_OWNER: Final = {owner: code for code, owner in enumerate(_OWNERS)}

_PROBABILITY_STEPS: Final = 250.0
_WITHHELD: Final = 254  # The whole vector is None.
_UNKNOWN: Final = 255  # One of its numbers is nan.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A measured quantity: the stored integer is ``(value - lowest) * steps``."""

    name: str
    dtype: str
    steps: float
    lowest: float = 0.0

    @property
    def missing(self) -> int:
        """Return the integer that stands for nan."""
        return int(np.iinfo(self.dtype).max)

    def pack(self, values: Iterable[float]) -> NDArray[Any]:
        """Quantise; what is out of range is held at the nearest value that is not."""
        scaled = (np.fromiter(values, np.float64) - self.lowest) * self.steps
        known = np.clip(np.rint(scaled), 0, self.missing - 1)
        return np.where(np.isnan(scaled), self.missing, known).astype(self.dtype)

    def unpack(self, stored: NDArray[Any]) -> list[float]:
        """Return the values."""
        values = stored / self.steps + self.lowest
        values[stored == self.missing] = np.nan
        return values.tolist()  # type: ignore[no-any-return]


_MEASURED: Final = (
    _Column(name="confidence", dtype="u1", steps=250),
    _Column(name="intent", dtype="u1", steps=250),
    _Column(name="presence", dtype="u1", steps=250),
    _Column(name="respiration_quality", dtype="u1", steps=250),
    _Column(name="coverage", dtype="u1", steps=250),
    _Column(name="respiration_rate", dtype="<u2", steps=100),
    _Column(name="heart_rate", dtype="<u2", steps=100),
    _Column(name="motion", dtype="<u2", steps=100),
    _Column(name="distance", dtype="<u2", steps=1000),
)
_CLIMATE: Final = (
    _Column(name="temperature", dtype="<u2", steps=100, lowest=-100),
    _Column(name="humidity", dtype="<u2", steps=100),
)
# Light spans seven powers of ten, so its column holds floating-point numbers.
_ILLUMINANCE: Final = "<f4"


def encode(
    epochs: Sequence[Epoch],
    settled_stages: Sequence[Stage | None] | None,
    settled_probabilities: Sequence[Probabilities | None] | None,
) -> bytes:
    """Pack the epochs of a night and what was settled about them."""
    flags = 0
    columns = [
        _pack_starts(epochs),
        _pack_stages(epoch.stage for epoch in epochs),
        *_pack_probabilities([epoch.probabilities for epoch in epochs]),
    ]
    if settled_stages is not None:
        flags |= _SETTLED_STAGES
        columns.append(_pack_stages(settled_stages))
    if settled_probabilities is not None:
        flags |= _SETTLED_PROBABILITIES
        columns += _pack_probabilities(settled_probabilities)
    columns.append(
        np.fromiter((_CODE_OF_OWNER[epoch.owner] for epoch in epochs), np.uint8)
    )
    columns += [
        column.pack(getattr(epoch, column.name) for epoch in epochs)
        for column in _MEASURED
    ]
    columns += [
        column.pack(getattr(epoch.climate, column.name) for epoch in epochs)
        for column in _CLIMATE
    ]
    columns.append(
        np.fromiter((epoch.climate.illuminance for epoch in epochs), _ILLUMINANCE)
    )
    if any(len(column) != len(epochs) for column in columns):
        raise ValueError("The settled stages do not belong to these epochs")
    first = epochs[0].start if epochs else 0.0
    header = _HEADER.pack(flags, len(epochs), first)
    payload = header + b"".join(_split_bytes(column) for column in columns)
    return bytes([VERSION]) + zlib.compress(payload, level=9)


def decode(
    data: bytes,
) -> tuple[
    tuple[Epoch, ...],
    tuple[Stage | None, ...] | None,
    tuple[Probabilities | None, ...] | None,
]:
    """Unpack what ``encode`` packed.

    Raises:
        ValueError: It is no such thing, is damaged or of a newer version.
    """
    if data[:1] != bytes([VERSION]):
        raise ValueError(f"Epochs are in format {data[:1].hex()}, not known here")
    try:
        payload = zlib.decompress(data[1:])
        flags, count, first = _HEADER.unpack_from(payload)
    except (struct.error, zlib.error) as err:
        raise ValueError(f"Epochs are damaged: {err}") from err
    reader = _Reader(payload, count)

    starts = [
        first + milliseconds / 1000
        for milliseconds in accumulate(reader.take("<u4").tolist())
    ]
    stages = reader.take_stages()
    probabilities = reader.take_probabilities()
    settled_stages = reader.take_stages() if flags & _SETTLED_STAGES else None
    settled_probabilities = (
        reader.take_probabilities() if flags & _SETTLED_PROBABILITIES else None
    )
    owners = reader.take("u1").tolist()
    measured = [column.unpack(reader.take(column.dtype)) for column in _MEASURED]
    climate = [column.unpack(reader.take(column.dtype)) for column in _CLIMATE]
    illuminance = reader.take(_ILLUMINANCE).tolist()

    names = [column.name for column in _MEASURED]
    epochs = tuple(
        Epoch(
            start=start,
            stage=stage,
            probabilities=probability,
            owner=_OWNERS[owner],
            climate=Climate(
                temperature=temperature, humidity=humidity, illuminance=lux
            ),
            **dict(zip(names, values, strict=True)),
        )
        for start, stage, probability, owner, temperature, humidity, lux, values in zip(
            starts,
            stages,
            probabilities,
            owners,
            *climate,
            illuminance,
            zip(*measured, strict=True),
            strict=True,
        )
    )
    return epochs, settled_stages, settled_probabilities


class _Reader:
    """Takes one column after the other."""

    def __init__(self, payload: bytes, count: int) -> None:
        """Start with the first column."""
        self._payload = payload
        self._count = count
        self._position = _HEADER.size

    def take(self, dtype: str) -> NDArray[Any]:
        """Return the next column."""
        size = np.dtype(dtype).itemsize
        planes = np.frombuffer(
            self._payload, np.uint8, self._count * size, self._position
        )
        self._position += self._count * size
        return np.ascontiguousarray(planes.reshape(size, -1).T).view(dtype).ravel()

    def take_stages(self) -> tuple[Stage | None, ...]:
        """Return the next column as stages."""
        return tuple(_STAGE_OF[code] for code in self.take("u1").tolist())

    def take_probabilities(self) -> tuple[Probabilities | None, ...]:
        """Return the next four columns as probabilities."""
        stored = np.stack([self.take("u1") for _ in STAGES], axis=1)
        values = stored / _PROBABILITY_STEPS
        values[stored == _UNKNOWN] = np.nan
        return tuple(
            None if withheld else tuple(vector)
            for withheld, vector in zip(
                (stored[:, 0] == _WITHHELD).tolist(), values.tolist(), strict=True
            )
        )


def _pack_starts(epochs: Sequence[Epoch]) -> NDArray[Any]:
    """Pack the milliseconds from each start to the next: always the same number."""
    if not epochs:
        return np.zeros(0, "<u4")
    starts = np.array([epoch.start for epoch in epochs])
    milliseconds = np.rint((starts - starts[0]) * 1000)
    return np.diff(milliseconds, prepend=0).astype("<u4")


def _pack_stages(stages: Iterable[Stage | None]) -> NDArray[Any]:
    return np.fromiter((_CODE_OF_STAGE[stage] for stage in stages), np.uint8)


def _pack_probabilities(
    probabilities: Sequence[Probabilities | None],
) -> list[NDArray[Any]]:
    """Pack four columns, one for each stage."""
    withheld = [vector is None for vector in probabilities]
    values = np.array(
        [vector or (0.0, 0.0, 0.0, 0.0) for vector in probabilities]
    ).reshape(-1, len(STAGES))
    stored = np.clip(np.rint(values * _PROBABILITY_STEPS), 0, _PROBABILITY_STEPS)
    stored[np.isnan(values)] = _UNKNOWN
    stored[withheld] = _WITHHELD
    return list(stored.astype(np.uint8).T)


def _split_bytes(column: NDArray[Any]) -> bytes:
    """Return all low bytes of a column, then the next ones."""
    size = column.dtype.itemsize
    return column.view(np.uint8).reshape(-1, size).T.tobytes()
