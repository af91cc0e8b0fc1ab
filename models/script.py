"""Scripts: who is in the room when, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
import json
from math import nan
from pathlib import Path
import re
from typing import Any, Literal, Self

import yaml

from .errors import UserError

GREATEST_DISTANCE = 6.0
"""Metres to which the radar tracks anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Who is where from when to when."""

    who: Literal["nobody", "primary"]
    begin: float
    """Seconds from the start of the recording, or of the day in a script of clock times."""

    end: float
    distance: float | None = None
    """Metres, None for what the recording says."""

    in_bed: bool = True
    moving: bool = False
    """All the time, not only on coming and going."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Who is in the room when; nobody where no interval says otherwise.

    A file in JSON or YAML: a list of intervals, or a mapping of ``intervals`` and ``times``,
    which is ``offset`` (from the start of the recording, the default) or ``clock``::

        times: clock
        intervals:
          - {who: primary, from: "23:10", to: "23:20", distance: 2.5, in_bed: false, moving: true}
          - {who: primary, from: "23:20", to: "07:00:30", distance: 0.8}

    Clock times are those of the zone of the recording's start, UTC where it has none.
    """

    intervals: tuple[Interval, ...]
    clock: bool = False

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a script.

        Raises:
            UserError: The file is missing or not a script.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"{path}: cannot be read as text ({error}); give a script"
            ) from None
        if path.suffix == ".json":
            try:
                data = json.loads(text)
            except ValueError as error:
                raise UserError(
                    f"{path}: is not JSON ({error}); correct it there"
                ) from None
        else:
            try:
                # The base loader leaves 23:10 a text; others take it for 1390 in base 60.
                data = yaml.load(text, yaml.BaseLoader)
            except yaml.YAMLError as error:
                where = " ".join(str(error).split())
                raise UserError(
                    f"{path}: is not YAML ({where}); correct it there"
                ) from None
        return cls.parse(data, str(path))

    @classmethod
    def parse(cls, data: Any, name: str = "script") -> Self:
        """Check what a script file holds; `name` is what errors call it.

        Raises:
            UserError: It is not a script.
        """
        clock = False
        if isinstance(data, dict):
            _only(data, {"times", "intervals"}, name)
            times = data.get("times", "offset")
            if times not in ("offset", "clock"):
                raise UserError(f"{name}: 'times' is {times!r}; say offset or clock")
            clock = times == "clock"
            data = data.get("intervals")
        if not isinstance(data, list):
            raise UserError(
                f"{name}: must be a list of intervals, or have one as 'intervals'"
            )
        intervals = []
        for number, item in enumerate(data, 1):
            intervals.append(_interval(item, f"{name}: interval {number}", clock=clock))
            if clock or number == 1:
                continue
            if intervals[-1].begin < intervals[-2].end:
                raise UserError(
                    f"{name}: interval {number} begins before interval {number - 1} ends; "
                    "put them in order, without overlap"
                )
        return cls(intervals=tuple(intervals), clock=clock)

    def offsets(self, start: datetime) -> list[tuple[float, float, Interval]]:
        """Place the intervals in seconds from the start of the recording."""
        if not self.clock:
            return [(each.begin, each.end, each) for each in self.intervals]
        day = 86_400.0
        origin = (
            start.hour * 3600
            + start.minute * 60
            + start.second
            + start.microsecond / 1e6
        )
        now = origin
        placed = []
        for each in self.intervals:
            # Each time is the next moment at which the clock shows it.
            begin = now + (each.begin - now) % day
            end = begin + (each.end - begin) % day
            placed.append((begin - origin, end - origin, each))
            now = end
        return placed


def _only(data: Mapping[Any, Any], known: set[str], where: str) -> None:
    """Refuse keys that nobody reads, which are most often misspelt."""
    unknown = sorted(str(key) for key in data if key not in known)
    if unknown:
        raise UserError(
            f"{where}: '{unknown[0]}' is unknown; known are {', '.join(sorted(known))}"
        )


def _interval(item: Any, where: str, *, clock: bool) -> Interval:
    """Check one interval."""
    if not isinstance(item, dict):
        raise UserError(f"{where} must be a mapping with who, from and to")
    _only(item, {"who", "from", "to", "distance", "in_bed", "moving"}, where)
    who = item.get("who")
    if who not in ("nobody", "primary"):
        raise UserError(f"{where}: 'who' is {who!r}; say nobody or primary")
    begin = _seconds(item, "from", where, clock=clock)
    end = _seconds(item, "to", where, clock=clock)
    if end == begin or (end < begin and not clock):
        raise UserError(f"{where}: 'to' must come after 'from'")
    distance = item.get("distance")
    if distance is not None:
        try:
            distance = float(distance)
        except TypeError, ValueError:
            distance = nan
        if not 0.1 <= distance <= GREATEST_DISTANCE:
            raise UserError(
                f"{where}: 'distance' must be 0.1 to {GREATEST_DISTANCE:g} metres"
            )
    return Interval(
        who="nobody" if who == "nobody" else "primary",
        begin=begin,
        end=end,
        distance=distance,
        in_bed=_flag(item, "in_bed", where, default=True),
        moving=_flag(item, "moving", where, default=False),
    )


def _seconds(item: Mapping[str, Any], key: str, where: str, *, clock: bool) -> float:
    """Read a time; hours may exceed a day in an offset, not on a clock."""
    text = item.get(key)
    match = re.fullmatch(
        r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?", text if isinstance(text, str) else ""
    )
    if not match or (clock and int(match[1]) > 23):
        kind = "a clock time" if clock else "an offset"
        raise UserError(
            f"{where}: '{key}' is {text!r}; give {kind} as hh:mm or hh:mm:ss"
        )
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)


def _flag(item: Mapping[str, Any], key: str, where: str, *, default: bool) -> bool:
    """Read true or false, which YAML's base loader leaves a text."""
    value = item.get(key, default)
    flag = {"true": True, "false": False}.get(str(value).lower())
    if flag is None:
        raise UserError(f"{where}: '{key}' is {value!r}; say true or false")
    return flag
