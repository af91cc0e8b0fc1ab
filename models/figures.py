"""Shares, quantiles and agreement over many nights, each with its 95 % interval.

Seconds of one night resemble each other, so nights are what is drawn anew: every interval
is a seeded bootstrap over nights. Where all nights agree the bootstrap knows no doubt at
all; then the interval is Wilson's, with a night as one trial.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt
from typing import Any, NamedTuple
import zlib

import numpy as np
from numpy.typing import NDArray

from custom_components.halo_rise.sleep.epoch import SleepEventKind

from .measures import FAR_APART, OWNERS, Measured

type Floats = NDArray[np.float64]

RESAMPLES = 1000
LEVEL = 0.95
WILSON_Z = 1.959964
"""Standard normal quantile of a 95 % interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number with its interval; nan is not known."""

    kind: str
    group: str
    name: str
    value: float
    low: float
    high: float
    n: int
    """Nights it was drawn from."""

    count: float
    """How many seconds, epochs, trips it stands on."""

    unit: str
    least: float
    """The target: not below."""

    most: float
    """The target: not above."""

    @property
    def holds(self) -> bool | None:
        """Return whether the target is met, None without target or value."""
        if not isfinite(self.value) or (self.least == -inf and self.most == inf):
            return None
        return self.least <= self.value <= self.most

    def as_json(self) -> dict[str, Any]:
        """Return it without what JSON cannot say."""
        row: dict[str, Any] = {
            "kind": self.kind,
            "group": self.group,
            "name": self.name,
            "value": number(self.value),
            "low": number(self.low),
            "high": number(self.high),
            "n": self.n,
            "count": self.count,
            "unit": self.unit,
        }
        if self.holds is not None:
            row |= {
                "least": number(self.least),
                "most": number(self.most),
                "holds": self.holds,
            }
        return row


def number(value: float) -> float | None:
    """Return a number as JSON can say it."""
    return round(float(value), 6) if isfinite(value) else None


# Statistics: what is taken of every night, and what is made of the sum


type OfNight = Callable[[Measured], Floats]
type OfSums = Callable[[Floats], Floats]


class Summed(NamedTuple):
    """A statistic of sums over nights."""

    take: OfNight
    """Return the night's share of the sums, an array of any shape."""

    make: OfSums
    """Turn sums, with resamples along the first axis, into values."""

    stands_on: Callable[[Floats], float]
    """Return what the value stands on."""

    proportion: bool = False


class Listed(NamedTuple):
    """A statistic of all values of all nights."""

    name: str
    make: Callable[[Floats], float]


type Statistic = Summed | Listed


def _divide(one: Floats, other: Floats) -> Floats:
    result = np.full(np.broadcast(one, other).shape, nan)
    np.divide(one, other, out=result, where=other != 0)
    return result


def ratio(above: str, below: str, *, complement: bool = False) -> Summed:
    """Return the share of one sum in another, or what is missing to one."""

    def make(sums: Floats) -> Floats:
        share = _divide(sums[:, 0], sums[:, 1])
        return 1.0 - share if complement else share

    return Summed(
        lambda night: np.array(
            [night.sums.get(above, 0.0), night.sums.get(below, 0.0)]
        ),
        make,
        lambda sums: float(sums[1]),
        proportion=True,
    )


def total(name: str) -> Summed:
    """Return a sum; it has no interval of its own."""
    return Summed(
        lambda night: np.array([night.sums.get(name, 0.0), 1.0]),
        lambda sums: sums[:, 0] if len(sums) == 1 else np.full(len(sums), nan),
        lambda sums: float(sums[1]),
    )


def per_night(name: str) -> Summed:
    """Return the mean of a sum per night."""
    return Summed(
        lambda night: np.array([night.sums.get(name, 0.0), 1.0]),
        lambda sums: _divide(sums[:, 0], sums[:, 1]),
        lambda sums: float(sums[1]),
    )


def matrix(name: str, size: int) -> OfNight:
    """Return how to take a night's matrix."""
    return lambda night: night.matrices.get(name, np.zeros((size, size)))


def accuracy(sums: Floats) -> Floats:
    """Return the share on the diagonal."""
    return _divide(np.trace(sums, axis1=1, axis2=2), sums.sum(axis=(1, 2)))


def kappa(sums: Floats) -> Floats:
    """Return Cohen's kappa."""
    size = sums.sum(axis=(1, 2))
    agreed = _divide(np.trace(sums, axis1=1, axis2=2), size)
    chance = _divide((sums.sum(axis=1) * sums.sum(axis=2)).sum(axis=1), size**2)
    return _divide(agreed - chance, 1.0 - chance)


def two_stages(sums: Floats) -> Floats:
    """Return the matrix of wake and sleep of one of four stages."""
    wake, sleep = slice(0, 1), slice(1, None)
    rows = [
        np.stack(
            [sums[:, row, column].sum(axis=(1, 2)) for column in (wake, sleep)], axis=1
        )
        for row in (wake, sleep)
    ]
    return np.stack(rows, axis=1)


def of_matrix(
    name: str, size: int, make: OfSums, *, proportion: bool = False
) -> Summed:
    """Return a statistic of the sum of the nights' matrices."""
    return Summed(
        matrix(name, size), make, lambda sums: float(sums.sum()), proportion=proportion
    )


def calibration_error(sums: Floats) -> Floats:
    """Return the expected calibration error of sums of bins."""
    wrong = np.abs(sums[..., 1] - sums[..., 2]).sum(axis=-1)
    return _divide(wrong, sums[..., 0].sum(axis=-1))


def of_bins(name: str) -> Summed:
    """Return the calibration error of bins."""
    return Summed(
        lambda night: night.matrices.get(name, np.zeros((10, 3))),
        calibration_error,
        lambda sums: float(sums[:, 0].sum()),
    )


def recall(sums: Floats) -> Floats:
    """Return the share of what was found in what there was."""
    return _divide(sums[:, 0], sums[:, 0] + sums[:, 1])


def precision(sums: Floats) -> Floats:
    """Return the share of what was right in what was found."""
    return _divide(sums[:, 0], sums[:, 0] + sums[:, 2])


def f1(sums: Floats) -> Floats:
    """Return the harmonic mean of recall and precision."""
    return _divide(2 * sums[:, 0], 2 * sums[:, 0] + sums[:, 1] + sums[:, 2])


def of_trips(make: OfSums, *, proportion: bool = False) -> Summed:
    """Return a statistic of trips found, missed and invented."""
    return Summed(
        lambda night: night.matrices.get("trips", np.zeros(3)),
        make,
        lambda sums: float(sums.sum()),
        proportion=proportion,
    )


def quantile(name: str, share: float, *, absolute: bool = False) -> Listed:
    """Return a quantile of all values."""
    return Listed(
        name,
        lambda values: float(
            np.quantile(np.abs(values) if absolute else values, share)
        ),
    )


def mean(name: str) -> Listed:
    """Return the mean of all values, the bias of errors."""
    return Listed(name, lambda values: float(values.mean()))


def limit_of_agreement(name: str, side: int) -> Listed:
    """Return the lower (-1) or upper (1) limit of agreement of errors."""
    return Listed(
        name,
        lambda values: (
            float(values.mean() + side * 1.96 * values.std(ddof=1))
            if values.size > 1
            else nan
        ),
    )


# Groups: over which nights


class Group(NamedTuple):
    """Nights that are judged together."""

    name: str
    holds: Callable[[Measured], bool]


def _named(*prefixes: str) -> Callable[[Measured], bool]:
    return lambda night: night.family.startswith(prefixes)


def _everybody(night: Measured) -> bool:
    return not night.empty


def _away(night: Measured) -> bool:
    return not night.empty and night.sums.get("sessions", 0.0) == 0


def _sensor(night: Measured) -> bool:
    return night.family.startswith("sensor_")


def _lone(night: Measured) -> bool:
    return night.lone and not _sensor(night)


def _child(night: Measured) -> bool:
    return night.with_partner and "child" in night.family


def _partner(night: Measured) -> bool:
    return night.with_partner and not _child(night) and isfinite(night.apart)


ALL = Group("all", _everybody)
LONE = Group("lone", _lone)
MOTIONLESS = Group("motionless", _named("motionless"))
EMPTY = Group("empty", lambda night: night.empty)
AWAY = Group("away", _away)
APART = Group("partner", lambda night: _partner(night) and night.apart >= FAR_APART)
CLOSE = Group(
    "partner_close", lambda night: _partner(night) and night.apart < FAR_APART
)
CAT = Group("cat", lambda night: "cat" in night.family.split("_"))
CHILD = Group("child", _child)
TRIPS = Group("with_trips", lambda night: night.sums.get("trips", 0.0) > 0)
READING = Group("reading", _named("reading", "television"))
ALONE = Group("alone", _named("alone"))
BOOK = Group("asleep_over_a_book", _named("asleep_over_a_book"))
FOUR = Group("awake_at_four", _named("awake_at_four"))


class Asked(NamedTuple):
    """A figure that is wanted."""

    group: Group
    name: str
    statistic: Statistic
    unit: str = "%"
    least: float = -inf
    most: float = inf


def _asked() -> list[Asked]:
    rows = [
        Asked(LONE, "in bed found live", ratio("bed_present", "bed"), least=0.995),
        Asked(LONE, "in bed stored", ratio("bed_stored", "bed"), least=0.995),
        Asked(MOTIONLESS, "in bed found live", ratio("bed_present", "bed"), least=0.98),
        Asked(MOTIONLESS, "in bed stored", ratio("bed_stored", "bed"), least=0.98),
        Asked(EMPTY, "sessions stored", total("stored"), "", most=0),
        Asked(EMPTY, "sessions per night", per_night("stored"), ""),
        Asked(AWAY, "sessions stored", total("stored"), "", most=0),
        Asked(AWAY, "sessions per night", per_night("stored"), ""),
        Asked(
            ALL,
            "bed left, empty within 60 s",
            ratio("left_cleared", "left"),
            least=0.95,
        ),
        Asked(ALL, "bed left, empty after, median", quantile("cleared", 0.5), "s"),
        Asked(
            ALL,
            "bed left, empty after, 95th percentile",
            quantile("cleared", 0.95),
            "s",
        ),
    ]
    for group, least in (
        (LONE, 0.98),
        (APART, 0.95),
        (CLOSE, -inf),
        (CAT, 0.95),
        (CHILD, 0.95),
    ):
        for when in ("live", "settled"):
            statistic = of_matrix(
                f"owner_{when}", len(OWNERS), accuracy, proportion=True
            )
            rows.append(Asked(group, f"owner right, {when}", statistic, least=least))
        rows.append(
            Asked(
                group,
                "epochs of two owners or without data",
                ratio("epochs_in_transition", "epochs"),
            )
        )
    rows += [
        Asked(ALL, "trips, recall", of_trips(recall, proportion=True)),
        Asked(ALL, "trips, precision", of_trips(precision, proportion=True)),
        Asked(ALL, "trips, F1", of_trips(f1, proportion=True), least=0.95),
        Asked(TRIPS, "just one session", ratio("as_it_was", "nights"), least=0.99),
        Asked(ALL, "just one session", ratio("as_it_was", "nights")),
        Asked(ALL, "sessions rightly stored", ratio("sessions_right", "sessions")),
    ]
    for side in ("start", "end"):
        rows += [
            Asked(
                ALL,
                f"session's {side}, {words}",
                quantile(f"{side}_error", share, absolute=True),
                "min",
            )
            for words, share in (("median error", 0.5), ("90th percentile", 0.9))
        ]
    for group in (READING, ALONE, BOOK, FOUR):
        limits = (2.0, 8.0) if group is READING else (inf, inf)
        latency = 2.0 if group is READING else inf
        rows += [
            Asked(
                group,
                "start of trying, median error",
                quantile("trying_error", 0.5, absolute=True),
                "min",
                most=limits[0],
            ),
            Asked(
                group,
                "start of trying, 90th percentile",
                quantile("trying_error", 0.9, absolute=True),
                "min",
                most=limits[1],
            ),
            Asked(group, "start of trying, bias", mean("trying_error"), "min"),
            Asked(group, "start of trying unknown", ratio("tried_unknown", "tried")),
            Asked(
                group, "trying, seconds right", ratio("trying_right", "trying_seconds")
            ),
            Asked(
                group,
                "sleep latency, bias",
                mean("latency_error"),
                "min",
                -latency,
                latency,
            ),
            Asked(
                group,
                "sleep latency, lower limit of agreement",
                limit_of_agreement("latency_error", -1),
                "min",
            ),
            Asked(
                group,
                "sleep latency, upper limit of agreement",
                limit_of_agreement("latency_error", 1),
                "min",
            ),
        ]
    both = Group("everything", lambda night: True)
    rows += [
        Asked(
            both, "presence, calibration error", of_bins("reliability"), "", most=0.05
        ),
        Asked(
            both,
            "presence, calibration error between 2 and 98 %",
            of_bins("reliability_middle"),
            "",
        ),
    ]
    for when in ("live", "settled"):
        name = f"stages_{when}"
        for group in (LONE, ALL):
            rows += [
                Asked(
                    group,
                    f"sleep or wake, {when}, accuracy (simulated)",
                    of_matrix(
                        name,
                        4,
                        lambda sums: accuracy(two_stages(sums)),
                        proportion=True,
                    ),
                ),
                Asked(
                    group,
                    f"sleep or wake, {when}, kappa (simulated)",
                    of_matrix(name, 4, lambda sums: kappa(two_stages(sums))),
                    "",
                ),
                Asked(
                    group,
                    f"four stages, {when}, accuracy (simulated)",
                    of_matrix(name, 4, accuracy, proportion=True),
                ),
                Asked(
                    group,
                    f"four stages, {when}, kappa (simulated)",
                    of_matrix(name, 4, kappa),
                    "",
                ),
            ]
    for kind in (
        SleepEventKind.GOT_IN_BED,
        SleepEventKind.FELL_ASLEEP,
        SleepEventKind.WOKE_UP,
        SleepEventKind.LEFT_BED,
        SleepEventKind.RETURNED_TO_BED,
        SleepEventKind.GOT_UP,
    ):
        words = kind.replace("_", " ")
        rows += [
            Asked(ALL, f"{words}, told", ratio(f"{kind}_told", f"{kind}_true")),
            Asked(ALL, f"{words}, invented per night", per_night(f"{kind}_false"), ""),
            Asked(
                ALL, f"{words}, told after, median", quantile(f"{kind}_delay", 0.5), "s"
            ),
            Asked(
                ALL,
                f"{words}, told after, 95th percentile",
                quantile(f"{kind}_delay", 0.95),
                "s",
            ),
            Asked(
                ALL,
                f"{words}, time wrong by, median",
                quantile(f"{kind}_error", 0.5, absolute=True),
                "s",
            ),
        ]
    rows += [
        Asked(both, "events told twice", total("events_twice"), "", most=0),
        Asked(both, "sensor moved, told", ratio("moved_told", "moved")),
        Asked(both, "sensor moved, told after, nights", mean("moved_after"), ""),
        Asked(both, "sensor falsely said to have moved", total("moved_falsely"), ""),
    ]
    return rows


ASKED = _asked()


# Values and intervals


def wilson(share: float, trials: float) -> tuple[float, float]:
    """Return Wilson's interval of a proportion."""
    if trials <= 0 or not isfinite(share):
        return nan, nan
    z2 = WILSON_Z**2 / trials
    centre = (share + z2 / 2) / (1 + z2)
    half = WILSON_Z / (1 + z2) * sqrt(share * (1 - share) / trials + z2 / trials / 4)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def _interval(values: Floats) -> tuple[float, float]:
    values = values[np.isfinite(values)]
    if values.size == 0:
        return nan, nan
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values, (tail, 1 - tail))
    return float(low), float(high)


def evaluate(
    asked: Asked, nights: Sequence[Measured], kind: str, *, group: str | None = None
) -> Figure | None:
    """Return a figure over the nights of its group, None without any.

    Args:
        asked: What is wanted.
        nights: Of one kind.
        kind: Of module.
        group: Its name where all nights are one group, whatever was asked for.

    """
    name = asked.group.name if group is None else group
    statistic = asked.statistic
    # The same nights are drawn whatever else is asked for.
    rng = np.random.default_rng(zlib.crc32(f"{kind}/{name}/{asked.name}".encode()))
    used = [n for n in nights if group is not None or asked.group.holds(n)]
    if isinstance(statistic, Listed):
        lists = [
            np.array(night.values.get(statistic.name, []), float) for night in used
        ]
        lists = [values for values in lists if values.size]
        if not lists:
            return None
        everything = np.concatenate(lists)
        value, count = statistic.make(everything), float(everything.size)
        draws = rng.integers(len(lists), size=(RESAMPLES, len(lists)))
        low, high = _interval(
            np.array(
                [
                    statistic.make(np.concatenate([lists[i] for i in draw]))
                    for draw in draws.tolist()
                ]
            )
        )
        size = len(lists)
        if size == 1:
            # One night cannot say how nights differ.
            low = high = nan
    else:
        taken = [statistic.take(night) for night in used]
        # A night without a trip says nothing on trips.
        taken = [sums for sums in taken if sums.any()]
        size = len(taken)
        if not taken:
            return None
        rows = np.array(taken, dtype=np.float64)
        whole = rows.sum(axis=0)
        value, count = float(statistic.make(whole[None])[0]), statistic.stands_on(whole)
        if count == 0:
            return None
        draws = rng.multinomial(size, np.full(size, 1 / size), size=RESAMPLES)
        sums = np.tensordot(draws.astype(np.float64), rows, axes=1).astype(np.float64)
        low, high = _interval(statistic.make(sums))
        if not high > low:
            agreed = statistic.proportion and value in (0.0, 1.0)
            low, high = wilson(value, size) if agreed else (nan, nan)
    return Figure(
        kind=kind,
        group=name,
        name=asked.name,
        value=value,
        low=low,
        high=high,
        n=size,
        count=count,
        unit=asked.unit,
        least=asked.least,
        most=asked.most,
    )


def figures(nights: Iterable[Measured]) -> list[Figure]:
    """Return every figure of every kind of module."""
    result = []
    for kind, own in _by(nights, lambda night: night.kind).items():
        for asked in ASKED:
            figure = evaluate(asked, own, kind)
            if figure is not None:
                result.append(figure)
    return result


def of_families(nights: Iterable[Measured]) -> dict[str, list[Figure]]:
    """Return the figures of every family, by kind; the name of the group is the family's."""
    result: dict[str, list[Figure]] = {}
    for family, own in _by(nights, lambda night: night.family).items():
        rows = []
        for kind, nights_of_kind in _by(own, lambda night: night.kind).items():
            seen = set()
            for asked in ASKED:
                if asked.name in seen or not any(map(asked.group.holds, own)):
                    continue
                figure = evaluate(asked, nights_of_kind, kind, group=family)
                if figure is not None:
                    seen.add(asked.name)
                    rows.append(figure)
        result[family] = rows
    return result


def diagrams(nights: Iterable[Measured]) -> dict[str, Any]:
    """Return the reliability diagram of every kind."""
    result: dict[str, Any] = {}
    for kind, own in _by(nights, lambda night: night.kind).items():
        sums = np.sum([night.matrices["reliability"] for night in own], axis=0)
        result[kind] = [
            {
                "from": index / 10,
                "to": (index + 1) / 10,
                "seconds": int(seconds),
                "stated": number(stated / seconds) if seconds else None,
                "occupied": number(there / seconds) if seconds else None,
            }
            for index, (seconds, stated, there) in enumerate(sums.tolist())
        ]
    return result


CONFUSED = (LONE, APART, CLOSE, CAT, CHILD)


def confusions(nights: Iterable[Measured]) -> dict[str, Any]:
    """Return by kind and group how owners, and stages, were confused: truth in rows."""
    result: dict[str, Any] = {}
    for kind, own in _by(nights, lambda night: night.kind).items():
        result[kind] = {}
        for group in (*CONFUSED, ALL):
            inside = [night for night in own if group.holds(night)]
            if inside:
                names = ("owner_live", "owner_settled", "stages_live", "stages_settled")
                result[kind][group.name] = {
                    name: np.sum([n.matrices[name] for n in inside], axis=0).tolist()
                    for name in names
                }
    return result


def _by(
    nights: Iterable[Measured], key: Callable[[Measured], str]
) -> dict[str, list[Measured]]:
    result: dict[str, list[Measured]] = {}
    for night in nights:
        result.setdefault(key(night), []).append(night)
    return result
