"""Which of a laboratory's channels is breathing, and what its numbers mean.

Names are those of the large collections: MESA (Thor, Abdo, Flow), SHHS (THOR RES, ABDO
RES, NEW AIR, AIRFLOW), CFS and CCSHS (THOR EFFORT, ABDO EFFORT, NASAL PRES), MrOS
(Thoracic, Abdominal, Cannula Flow), Sleep-EDF (Resp oro-nasal), slpdb (Resp (chest),
Resp (sum)), the PhysioNet challenge of 2018 (CHEST, ABD, AIRFLOW), ucddb (ribcage, abdo,
Flow), and those that Nox, SOMNO and Natus write (RIP Thorax, Effort THO, Chest). Harmonised
names: NSRR, https://github.com/nsrr.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
import re

from models.errors import UserError


class Kind(StrEnum):
    """What a channel follows."""

    EFFORT = "effort"
    """The circumference or the impedance of the trunk: displacement of the chest."""

    FLOW = "flow"
    """Air at nose and mouth: the derivative of displacement."""


PREFERENCE: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    # A radar at the bedside sees the chest first, the belly less, the air not at all.
    (
        Kind.EFFORT,
        (
            *("thorax", "thor", "tho", "thora", "thoracic", "chest", "thrx", "thx"),
            "ribcage",
        ),
    ),
    (Kind.EFFORT, ("abdomen", "abdo", "abd", "abdom", "abdominal", "abdm")),
    (Kind.EFFORT, ("sum", "xsum", "thorabdosum")),
    (
        Kind.FLOW,
        (
            *("flow", "newair", "airflow", "air", "flowpatient"),
            *("nasalpressure", "nasalpres", "nasalpress", "pres", "ptaf", "pflow"),
            *("nasalcannula", "cannulaflow", "cannula", "nasalflow", "nasalairflow"),
            *("oronasal", "nasaloral", "nasal", "thermistor", "therm"),
        ),
    ),
)
"""Best first, in the words that `_core` leaves."""

_FILLING = frozenset(
    ("rip", "resp", "respiration", "respiratory", "res", "effort", "belt", "band")
)
"""Words that all of them may carry."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that a file has."""

    index: int
    """Its place in the file."""

    label: str
    unit: str
    rate: float
    """Samples per second."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A channel and what it follows."""

    channel: Channel
    kind: Kind


def choices(
    path: Path, channels: Sequence[Channel], wanted: str | None
) -> list[Choice]:
    """Return the channels that may be taken, best first.

    Args:
        path: The file, for the message.
        channels: What the file has.
        wanted: The name that somebody asks for.

    Raises:
        UserError: There is none; lists those that there are.
    """
    if wanted is not None:
        found = [each for each in channels if _same(each.label, wanted)] or [
            each for each in channels if _core(each.label) == _core(wanted)
        ]
        if found:
            return [Choice(each, _kind(each)) for each in found]
        problem = f"no channel {wanted!r}"
    else:
        known = [
            Choice(each, kind)
            for kind, names in PREFERENCE
            for name in names
            for each in channels
            if _core(each.label) == name
        ]
        if known:
            return known
        problem = "no channel is known to be breathing"
    listed = ", ".join(each.label or "(nameless)" for each in channels) or "none"
    raise UserError(f"{path}: {problem}; choose one with --channel. Channels: {listed}")


def _same(label: str, wanted: str) -> bool:
    return label.strip().casefold() == wanted.strip().casefold()


def _core(label: str) -> str:
    """Reduce 'RIP Thorax', 'THOR RES' or 'Resp (chest)' to the word that matters."""
    words = re.split(r"[^a-z0-9]+", label.casefold())
    return "".join(word for word in words if word not in _FILLING)


def _kind(channel: Channel) -> Kind:
    """Return what a channel follows that somebody has chosen."""
    core = _core(channel.label)
    for kind, names in PREFERENCE:
        if core in names:
            return kind
    unit = channel.unit.strip().casefold()
    return Kind.FLOW if unit in LITRES_PER_MINUTE else Kind.EFFORT


MILLIMETRES = {"um": 0.001, "µm": 0.001, "mm": 1.0, "cm": 10.0, "m": 1000.0}
"""Units of length in mm."""

LITRES_PER_MINUTE = {
    **dict.fromkeys(("l/min", "lpm", "l/m"), 1.0),
    **dict.fromkeys(("l/s", "l/sec", "lps"), 60.0),
    **dict.fromkeys(("ml/s", "ml/sec", "cc/s"), 0.06),
    **dict.fromkeys(("ml/min",), 0.001),
}
"""Units of flow in L/min."""


def scale(choice: Choice) -> tuple[float, str] | None:
    """Return the factor to our units, and these; None for a scale that nobody knows."""
    unit = choice.channel.unit.strip().casefold()
    if choice.kind is Kind.EFFORT and unit in MILLIMETRES:
        return MILLIMETRES[unit], "mm"
    if choice.kind is Kind.FLOW and unit in LITRES_PER_MINUTE:
        return LITRES_PER_MINUTE[unit], "L/min"
    return None
