"""Draw a night: what was sensed, what the engine made of it, and what was true.

A recording and a simulated night are played through the engine that users run. A night
from an archive is drawn from its epochs, which is all that was kept of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from html import escape
from io import StringIO
from itertools import pairwise
from math import floor, isfinite, nan
from pathlib import Path
import re
import sqlite3
import tempfile
from typing import Annotated, Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
import numpy as np
from numpy.typing import NDArray
import typer

from custom_components.halo_rise.nights import ArchiveError, NightArchive
from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.radar.frame import Capabilities, RadarFrame
from custom_components.halo_rise.sleep import intent, presence
from custom_components.halo_rise.sleep.engine import LATE, SleepEngine
from custom_components.halo_rise.sleep.epoch import (
    EPOCH_SECONDS,
    STAGES,
    BedZone,
    Epoch,
    EpochScored,
    LiveUpdate,
    Night,
    Owner,
    SensorMoved,
    SessionEnded,
    SleepEvent,
    SleepEventKind,
    Stage,
    Update,
)

from .errors import UserError
from .measures import STAGE_OF, runs, true_events
from .recordings import load
from .replay import (
    INVENTED_START,
    batches,
    rates_capabilities,
    rates_frames,
    waveform_frames,
)
from .scenarios import chosen, families, kinds, render
from .world.truth import Seen, Truth

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]

BATCH_SECONDS = 30.0
DAY = 86_400.0

TICKS = (300.0, 600.0, 1800.0, 3600.0, 7200.0, 6 * 3600.0, DAY, 7 * DAY)
MOST_TICKS = 16
"""Seconds between labels of the time axis, and how many have room."""

# The colours of Okabe and Ito (2008), which the colour-blind tell apart too.
ORANGE, SKY, GREEN, BLUE, RED, PINK = (
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
INK, GREY, PALE, PAPER = "#22282f", "#8a929b", "#e3e6ea", "#ffffff"

STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "sans-serif"],
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0,
    "ytick.labelsize": 7.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "halo-rise",
}
"""Of matplotlib, while a sheet is drawn and while it is written."""

STAGE_COLOURS = {
    Stage.AWAKE: ORANGE,
    Stage.REM: PINK,
    Stage.LIGHT: SKY,
    Stage.DEEP: BLUE,
}
HEIGHTS = {Stage.DEEP: 0, Stage.LIGHT: 1, Stage.REM: 2, Stage.AWAKE: 3}
"""Rows of a hypnogram, the deepest sleep below."""

OWNER_COLOURS = {Owner.PRIMARY: GREEN, Owner.OTHER: RED, Owner.NOBODY: PALE}
OWNER_WORDS = {
    Owner.PRIMARY: "the sleeper",
    Owner.OTHER: "somebody else",
    Owner.NOBODY: "nobody",
}
SEEN_COLOURS = {
    Seen.PRIMARY: GREEN,
    Seen.OTHER: RED,
    Seen.PET: ORANGE,
    Seen.THING: GREY,
    Seen.NOBODY: PALE,
}
SEEN_WORDS = {
    Seen.PRIMARY: "the sleeper",
    Seen.OTHER: "another person",
    Seen.PET: "a pet",
    Seen.THING: "a thing",
    Seen.NOBODY: "nobody",
}
EVENT_WORDS = {
    SleepEventKind.GOT_IN_BED: "got in bed",
    SleepEventKind.TRYING_TO_SLEEP: "trying to sleep",
    SleepEventKind.FELL_ASLEEP: "fell asleep",
    SleepEventKind.WOKE_UP: "woke up",
    SleepEventKind.LEFT_BED: "left bed",
    SleepEventKind.RETURNED_TO_BED: "returned to bed",
    SleepEventKind.GOT_UP: "got up",
}


@dataclass(slots=True, kw_only=True)
class Picture:
    """All that is drawn of a night; empty is not known."""

    title: str
    module: str
    start: float
    """Seconds since the epoch."""

    end: float
    zone: tzinfo
    """In which the times are told."""

    bed: BedZone | None = None
    """As it was learned before this night."""

    time: list[float] = field(default_factory=list)
    """Ends of the seconds, and what was said at each of them."""

    distance: list[float] = field(default_factory=list)
    presence: list[float] = field(default_factory=list)
    primary: list[float] = field(default_factory=list)
    """Probability that what is measured is the primary sleeper."""

    depths: dict[float, float] = field(default_factory=dict)
    """Millimetres peak to peak, by the begin of half a minute."""

    epochs: list[Epoch] = field(default_factory=list)
    nights: list[Night] = field(default_factory=list)
    events: list[SleepEvent] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)
    truth: Truth | None = None
    _trace: list[float] = field(default_factory=list)

    def take(self, updates: Iterable[Update]) -> None:
        """Keep what belongs to this night."""
        for update in updates:
            if isinstance(update, LiveUpdate):
                if self.start < update.time <= self.end:
                    self._second(update)
            elif isinstance(update, EpochScored):
                if self.start <= update.epoch.start < self.end:
                    self.epochs.append(update.epoch)
            elif isinstance(update, SessionEnded):
                if update.night.end > self.start:
                    self.nights.append(update.night)
            elif isinstance(update, SleepEvent):
                if update.time >= self.start:
                    self.events.append(update)
            elif isinstance(update, SensorMoved):
                self.moved.append(update.time)

    def _second(self, live: LiveUpdate) -> None:
        self.time.append(live.time)
        self.distance.append(live.distance)
        self.presence.append(live.presence)
        mine = live.owner is Owner.PRIMARY
        self.primary.append(
            live.owner_confidence if mine else 1.0 - live.owner_confidence
        )
        self._trace += [] if live.moving else live.displacement
        if live.time % EPOCH_SECONDS == 0.0:
            if self._trace:
                # Not the extremes: a cough is no breath.
                low, high = np.quantile(self._trace, (0.05, 0.95))
                self.depths[live.time - EPOCH_SECONDS] = float(high - low)
            self._trace = []

    def told(self) -> list[tuple[Epoch, Stage | None, Stage | None]]:
        """Return every epoch with its live and its settled stage.

        Those of the stored nights count, which know more than what was scored live.
        """
        inside: dict[float, tuple[Epoch, Stage | None, Stage | None]] = {}
        for night in self.nights:
            settled = night.settled_stages or (None,) * len(night.epochs)
            for epoch, stage in zip(night.epochs, settled, strict=True):
                inside[epoch.start] = epoch, epoch.stage, stage
        scored = {e.start: inside.get(e.start, (e, None, None)) for e in self.epochs}
        return [(inside | scored)[start] for start in sorted(inside | scored)]


# Sources


def of_recording(path: Path) -> Picture:
    """Play a recording and return what is to be drawn of it."""
    recording = load(path)
    began = recording.start or INVENTED_START
    start = float(floor(began.timestamp()))
    if recording.is_rates:
        capabilities = rates_capabilities(recording)
        frames: Iterable[RadarFrame] = rates_frames(recording, start)
    else:
        capabilities = mr60bha2.CAPABILITIES
        frames = waveform_frames(recording, start)
    picture = Picture(
        title=path.name + ("" if recording.start else ", at an invented time"),
        module=capabilities.name,
        start=start,
        end=start + recording.duration,
        zone=began.tzinfo or UTC,
    )
    _play(capabilities, start, [(frames, start + recording.duration)], picture)
    return picture


def of_scenario(family: str, household: int, number: int, kind: str) -> Picture:
    """Let a household live until this night and return what is to be drawn of it."""
    nights = [render(family, household, each, kind) for each in range(number + 1)]
    last = nights[-1]
    ends = [night.truth.start + night.truth.covered.size for night in nights]
    picture = Picture(
        title=f"{family}, household {household}, night {number}",
        module=last.capabilities.name,
        start=last.truth.start,
        end=ends[-1],
        # The simulated bedrooms go by the clock of UTC.
        zone=UTC,
        truth=last.truth,
    )
    played = [(night.frames, end) for night, end in zip(nights, ends, strict=True)]
    _play(last.capabilities, nights[0].truth.start, played, picture)
    return picture


def _play(
    capabilities: Capabilities,
    origin: float,
    nights: Sequence[tuple[Iterable[RadarFrame], float]],
    picture: Picture,
) -> None:
    engine = SleepEngine(capabilities, epoch_origin=origin)
    for place, (frames, _) in enumerate(nights, 1):
        if place == len(nights):
            picture.bed = engine.zone
        for batch in batches(iter(frames), BATCH_SECONDS):
            picture.take(engine.process(batch))
    picture.take(engine.flush(nights[-1][1] + LATE))
    picture.take(engine.close_session())
    if picture.bed is not None and picture.bed.nights == 0:
        # Nothing was known before, so show what this night taught.
        picture.bed = engine.zone


def of_archive(path: Path, number: int | None) -> Picture:
    """Return what is to be drawn of a night in an archive, the latest by default."""
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    with tempfile.TemporaryDirectory(prefix="halo-rise-") as folder:
        # Home Assistant may be writing, and an archive that is opened is brought up to
        # date: a copy leaves it as it is.
        copy = Path(folder) / "nights.db"
        try:
            with (
                closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
            archive = NightArchive(copy)
            archive.open()
        except (sqlite3.Error, ArchiveError) as err:
            raise UserError(f"{path}: cannot be read as an archive ({err})") from None
        try:
            if archive.set_aside is not None:
                raise UserError(f"{path}: is no archive of nights")
            wanted = archive.latest_id() if number is None else number
            stored = None if wanted is None else archive.get_night(wanted)
            there = [record.id for record in archive.list_nights(limit=1000)]
        except ArchiveError as err:
            raise UserError(f"{path}: {err}") from None
        finally:
            archive.close()
    if stored is None:
        if not there:
            raise UserError(f"{path}: holds no night yet")
        raise UserError(
            f"{path}: has no night {number}; there are {', '.join(map(str, there))}"
        )
    night = stored.night
    local = datetime.fromtimestamp(night.start, UTC).astimezone().tzinfo
    return Picture(
        title=f"{path.name}, night {stored.record.id}",
        module=night.module,
        start=night.start,
        end=night.end,
        zone=local or UTC,
        nights=[night],
    )


# Drawing


class Sheet:
    """A page of panels over one axis of time."""

    def __init__(self, picture: Picture) -> None:
        """Take a picture."""
        self.picture = picture
        self.told = picture.told()
        self.epochs = [epoch for epoch, _, _ in self.told]
        self.panels: list[tuple[str, float, Callable[[Axes], None]]] = []
        truth = picture.truth
        if picture.events or truth is not None:
            self._add("What happened", 1.55, self._events)
        self._add("Distance, m", 1.5, self._distance)
        self._add("Breaths\nper minute", 1.0, self._rate)
        if picture.depths:
            self._add("Depth of\nbreath, mm", 0.8, self._depth)
        self._add("Moving,\ns in 30 s", 0.8, self._movement)
        self._add("Somebody\nis there", 0.9, self._presence)
        if np.isfinite(picture.primary).any():
            self._add("It is the\nsleeper", 0.8, self._owner)
        self._add("Whose it is", 0.55 if truth is not None else 0.3, self._owners)
        self._add("Trying to\nsleep", 1.0, self._intent)
        self._add("Stage, live", 1.05, self._live)
        self._add("Stage, settled", 1.05, self._settled)
        if truth is not None:
            self._add("Stage, true", 1.05, self._true_stages)
            self._add("What is true", 0.95, self._true_strips)

    def _add(self, label: str, height: float, draw: Callable[[Axes], None]) -> None:
        self.panels.append((label, height, draw))

    def draw(self) -> Figure:
        """Return the figure."""
        heights = [height for _, height, _ in self.panels]
        with mpl.rc_context(STYLE):
            figure = Figure(
                figsize=(14.0, 0.86 * sum(heights) + 1.5), facecolor=PAPER, dpi=120
            )
            axes = figure.subplots(
                len(heights),
                1,
                sharex=True,
                squeeze=False,
                gridspec_kw={"height_ratios": heights, "hspace": 0.16},
            )[:, 0]
            inches = figure.get_size_inches()[1]
            figure.subplots_adjust(
                left=0.155, right=0.88, top=1 - 0.72 / inches, bottom=0.55 / inches
            )
            for panel, (label, _, draw) in zip(axes, self.panels, strict=True):
                self._prepare(panel, label)
                draw(panel)
                self._marks(panel)
            self._time(axes[-1])
            self._heading(figure, inches)
        return figure

    def _prepare(self, panel: Axes, label: str) -> None:
        panel.set_ylabel(
            label, rotation=0, ha="left", va="center", labelpad=0, fontweight="bold"
        )
        panel.yaxis.set_label_coords(-0.205, 0.5)
        panel.grid(visible=True, axis="x", color=PALE, linewidth=0.6)
        panel.set_axisbelow(True)
        panel.tick_params(axis="x", which="both", bottom=False)
        panel.spines["bottom"].set_color(PALE)

    def _heading(self, figure: Figure, inches: float) -> None:
        picture = self.picture
        day = datetime.fromtimestamp(picture.start, picture.zone)
        figure.text(
            0.006,
            1 - 0.18 / inches,
            picture.title,
            fontsize=14,
            fontweight="bold",
            va="top",
        )
        figure.text(
            0.006,
            1 - 0.47 / inches,
            f"{picture.module}; evening of {day:%A} {day.day} {day:%B %Y}",
            fontsize=9,
            color="#5a636d",
            va="top",
        )

    def _time(self, panel: Axes) -> None:
        picture = self.picture
        zone = picture.zone
        panel.set_xlim(self.at(picture.start), self.at(picture.end))
        every = next(
            step for step in TICKS if (picture.end - picture.start) / step <= MOST_TICKS
        )
        # Full hours are full by the clock on the wall, whatever its zone.
        wall = datetime.fromtimestamp(picture.start, zone)
        passed = wall.hour * 3600 + wall.minute * 60 + wall.second
        ticks = np.arange(picture.start - passed, picture.end, every)
        ticks = ticks[ticks >= picture.start]
        panel.set_xticks(
            self._places(ticks.tolist()),
            [f"{datetime.fromtimestamp(t, zone):%H:%M}" for t in ticks.tolist()],
        )
        panel.tick_params(axis="x", which="both", bottom=True, labelbottom=True)
        panel.tick_params(axis="x", which="major", labelsize=9)
        offset = datetime.fromtimestamp(picture.start, zone).strftime("%z")
        panel.set_xlabel(f"Local time (UTC{offset[:3]}:{offset[3:]})", labelpad=3)

    @staticmethod
    def at(seconds: float) -> float:
        """Return a time as a place on the axis."""
        return seconds / DAY

    def _places(self, seconds: Sequence[float] | Floats) -> Floats:
        return np.asarray(seconds, dtype=np.float64) / DAY

    def _marks(self, panel: Axes) -> None:
        """Mark where stored nights begin and end, and where the sensor was moved."""
        for night in self.picture.nights:
            for edge in (night.start, night.end):
                panel.axvline(
                    self.at(edge), color=GREY, linewidth=0.7, linestyle=(0, (4, 3))
                )
        for moved in self.picture.moved:
            panel.axvline(self.at(moved), color=RED, linewidth=1.2)

    @staticmethod
    def _legend(panel: Axes, handles: Sequence[Any] | None = None) -> None:
        """Explain a panel at its right."""
        if handles is None:
            handles, labels = panel.get_legend_handles_labels()
        else:
            labels = [handle.get_label() for handle in handles]
        if labels:
            panel.legend(
                handles,
                labels,
                loc="center left",
                bbox_to_anchor=(1.005, 0.5),
                frameon=False,
                fontsize=7.5,
                handlelength=1.4,
                labelspacing=0.25,
                borderaxespad=0.0,
            )

    def _of_epochs(self, take: Callable[[Epoch], float]) -> tuple[Floats, Floats]:
        """Return the middles of the epochs and a value of each, with a hole in gaps."""
        times: list[float] = []
        values: list[float] = []
        for epoch in self.epochs:
            middle = epoch.start + EPOCH_SECONDS / 2
            if times and middle - times[-1] > 1.5 * EPOCH_SECONDS:
                times.append(times[-1] + EPOCH_SECONDS)
                values.append(nan)
            times.append(middle)
            values.append(take(epoch))
        return self._places(times), np.array(values, dtype=np.float64)

    def _seconds(self, values: Sequence[float]) -> tuple[Floats, Floats]:
        times = np.array(self.picture.time, dtype=np.float64)
        return self._places(times), np.array(values, dtype=np.float64)

    # Panels

    def _events(self, panel: Axes) -> None:
        rows = {kind: row for row, kind in enumerate(reversed(EVENT_WORDS))}
        truth = self.picture.truth
        if truth is not None:
            wanted = true_events(truth)
            spells = [truth.start + begin for begin, _ in runs(truth.trying)]
            wanted[SleepEventKind.TRYING_TO_SLEEP] = spells
            points = [(t, rows[kind]) for kind, times in wanted.items() for t in times]
            panel.plot(
                self._places([t for t, _ in points]),
                [row for _, row in points],
                "o",
                markersize=8,
                markerfacecolor="none",
                markeredgecolor=GREY,
                label="true",
            )
        told = self.picture.events
        panel.plot(
            self._places([event.time for event in told]),
            [rows[event.kind] for event in told],
            "o",
            color=BLUE,
            markersize=4.5,
            label="told",
        )
        panel.set_yticks(list(rows.values()), [EVENT_WORDS[kind] for kind in rows])
        panel.set_ylim(-0.7, len(rows) - 0.3)
        panel.grid(visible=True, axis="y", color=PALE, linewidth=0.6)
        self._legend(panel)

    def _distance(self, panel: Axes) -> None:
        picture = self.picture
        if picture.time:
            times, metres = self._seconds(picture.distance)
        else:
            times, metres = self._of_epochs(lambda epoch: epoch.distance)
        bed = picture.bed
        handles: list[Any] = []
        top = 1.6
        if bed is not None:
            panel.axhspan(bed.nearest, bed.farthest, color="#f3f5f7", zorder=0)
            handles.append(Patch(color="#f3f5f7", label="zone", ec=PALE))
            top = bed.farthest
            if isfinite(bed.bed_near):
                panel.axhspan(bed.bed_near, bed.bed_far, color="#d6ebf7", zorder=0.5)
                handles.append(Patch(color="#d6ebf7", label="bed, learned"))
        handles += panel.plot(
            times,
            metres,
            ".",
            color=INK,
            markersize=1.6,
            rasterized=True,
            label="measured",
            zorder=2,
        )
        known = metres[np.isfinite(metres)]
        if known.size:
            top = max(top, float(np.quantile(known, 0.98)) + 0.1)
        panel.set_ylim(0, top + 0.1)
        handles[-1].set_markersize(1.6)
        self._legend(panel, handles)

    def _rate(self, panel: Axes) -> None:
        truth = self.picture.truth
        if truth is not None:
            rate = truth.respiration_rate[:: int(EPOCH_SECONDS)]
            times = truth.start + np.arange(rate.size) * EPOCH_SECONDS
            panel.plot(
                self._places(times.tolist()),
                rate,
                color=GREY,
                lw=2.4,
                alpha=0.5,
                label="true",
            )
        times, rate = self._of_epochs(lambda epoch: epoch.respiration_rate)
        panel.plot(
            times, rate, color=BLUE, lw=0.9, marker=".", ms=1.5, label="measured"
        )
        _span(panel, rate, 10, 20)
        self._legend(panel)

    def _depth(self, panel: Axes) -> None:
        starts = sorted(self.picture.depths)
        depth = np.array([self.picture.depths[start] for start in starts])
        times = self._places([start + EPOCH_SECONDS / 2 for start in starts])
        panel.plot(times, depth, ".", color=BLUE, ms=2.0)
        panel.set_yscale("log")
        panel.set_ylim(0.03, 30)
        panel.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
        panel.minorticks_off()

    def _movement(self, panel: Axes) -> None:
        times, moving = self._of_epochs(lambda epoch: epoch.motion)
        panel.fill_between(times, 0, moving, step="mid", color=INK, lw=0)
        panel.set_ylim(0, EPOCH_SECONDS)
        panel.set_yticks([0, 15, 30])

    def _presence(self, panel: Axes) -> None:
        if self.picture.time:
            times, stated = self._seconds(self.picture.presence)
        else:
            times, stated = self._of_epochs(lambda epoch: epoch.presence)
        handles = panel.plot(
            times, stated, color=BLUE, lw=0.9, rasterized=True, label="confidence"
        )
        handles.append(
            panel.axhline(
                presence.PRESENT_ABOVE,
                color=GREEN,
                lw=0.8,
                ls="--",
                label="taken up above",
            )
        )
        handles.append(
            panel.axhline(
                presence.ABSENT_BELOW,
                color=RED,
                lw=0.8,
                ls="--",
                label="given up below",
            )
        )
        _probability(panel)
        self._legend(panel, handles)

    def _owner(self, panel: Axes) -> None:
        times, mine = self._seconds(self.picture.primary)
        panel.plot(
            times, mine, color=GREEN, lw=0.9, rasterized=True, label="probability"
        )
        panel.axhline(0.5, color=GREY, lw=0.8, ls="--")
        _probability(panel)
        self._legend(panel)

    def _owners(self, panel: Axes) -> None:
        truth = self.picture.truth
        rows = ["found"] if truth is None else ["true", "found"]
        self._strip(
            panel,
            len(rows) - 1,
            (
                (epoch.start, epoch.start + EPOCH_SECONDS, OWNER_COLOURS[epoch.owner])
                for epoch in self.epochs
            ),
        )
        shown: dict[str, str] = {
            OWNER_WORDS[owner]: colour for owner, colour in OWNER_COLOURS.items()
        }
        if truth is not None:
            self._strip(
                panel,
                0,
                (
                    (truth.start + a, truth.start + b, SEEN_COLOURS[Seen(code)])
                    for a, b, code in _pieces(truth.seen)
                ),
            )
            shown = {
                SEEN_WORDS[Seen(code)]: SEEN_COLOURS[Seen(code)]
                for code in sorted({Seen.PRIMARY, *map(int, np.unique(truth.seen))})
            } | {
                OWNER_WORDS[owner]: OWNER_COLOURS[owner]
                for owner in {epoch.owner for epoch in self.epochs}
                if owner is Owner.NOBODY
            }
        panel.set_yticks(range(len(rows)), rows)
        panel.set_ylim(-0.55, len(rows) - 0.45)
        self._legend(
            panel, [Patch(color=colour, label=word) for word, colour in shown.items()]
        )

    def _intent(self, panel: Axes) -> None:
        times, score = self._of_epochs(lambda epoch: epoch.intent)
        truth = self.picture.truth
        if truth is not None:
            for first, last in runs(truth.trying):
                panel.axvspan(
                    self.at(truth.start + first),
                    self.at(truth.start + last),
                    color="#e4f3ee",
                    lw=0,
                    zorder=0,
                )
        handles: list[Any] = panel.plot(times, score, color=BLUE, lw=0.9, label="score")
        handles.append(
            panel.axhline(intent.TRYING, color=GREY, lw=0.8, ls="--", label="threshold")
        )
        attempts = [spell for night in self.picture.nights for spell in night.attempts]
        for attempt in attempts:
            for edge in attempt:
                panel.axvline(self.at(edge), color=RED, lw=1.2)
        if attempts:
            lines = panel.hlines(
                [0.0] * len(attempts),
                self._places([begin for begin, _ in attempts]),
                self._places([end for _, end in attempts]),
                color=RED,
                lw=3.5,
                label="found trying",
            )
            handles.append(lines)
        if truth is not None:
            handles.append(Patch(color="#cfe9df", label="truly trying"))
        _probability(panel)
        self._legend(panel, handles)

    def _live(self, panel: Axes) -> None:
        self._hypnogram(panel, [(e.start, live) for e, live, _ in self.told])

    def _settled(self, panel: Axes) -> None:
        self._hypnogram(panel, [(e.start, settled) for e, _, settled in self.told])

    def _true_stages(self, panel: Axes) -> None:
        truth = self.picture.truth
        assert truth is not None
        codes = STAGE_OF[truth.stages][:: int(EPOCH_SECONDS)]
        self._hypnogram(
            panel,
            [
                (
                    truth.start + index * EPOCH_SECONDS,
                    None if code < 0 else STAGES[code],
                )
                for index, code in enumerate(codes.tolist())
            ],
        )

    def _hypnogram(self, panel: Axes, stages: list[tuple[float, Stage | None]]) -> None:
        """Draw a line through the stages, with a coloured bar for each."""
        for stage, colour in STAGE_COLOURS.items():
            boxes = [
                Rectangle(
                    (self.at(begin), HEIGHTS[stage] - 0.36),
                    (end - begin) / DAY,
                    0.72,
                )
                for begin, end in _spells(stages, stage)
            ]
            panel.add_collection(
                PatchCollection(
                    boxes, facecolor=colour, edgecolor=colour, linewidth=0.4
                )
            )
        steps = [
            (second[0], HEIGHTS[first[1]], HEIGHTS[second[1]])
            for first, second in pairwise(stages)
            if first[1] is not None
            and second[1] is not None
            and first[1] is not second[1]
            and second[0] - first[0] <= EPOCH_SECONDS
        ]
        if steps:
            panel.vlines(
                self._places([at for at, _, _ in steps]),
                [below for _, below, _ in steps],
                [above for _, _, above in steps],
                color=GREY,
                linewidth=0.5,
                zorder=0.9,
            )
        panel.set_ylim(-0.6, 3.6)
        panel.set_yticks(
            list(HEIGHTS.values()),
            ["REM" if stage is Stage.REM else stage.value for stage in HEIGHTS],
        )
        minutes = [
            (stage, sum(one is stage for _, one in stages) * EPOCH_SECONDS / 60)
            for stage in reversed(HEIGHTS)
        ]
        self._legend(
            panel,
            [
                Patch(color=STAGE_COLOURS[stage], label=_duration(amount))
                for stage, amount in minutes
            ],
        )

    def _true_strips(self, panel: Axes) -> None:
        truth = self.picture.truth
        assert truth is not None
        rows: list[tuple[str, Mask, str]] = [
            ("no data", ~truth.covered, INK),
            ("others in bed", truth.others_in_bed, RED),
            ("trying to sleep", truth.trying, "#7cc7b0"),
            ("sleeper in bed", truth.primary_in_bed, GREEN),
        ]
        for row, (_, mask, colour) in enumerate(rows):
            self._strip(
                panel,
                row,
                ((truth.start + a, truth.start + b, colour) for a, b in runs(mask)),
            )
        panel.set_yticks(range(len(rows)), [word for word, _, _ in rows])
        panel.set_ylim(-0.6, len(rows) - 0.4)

    def _strip(
        self, panel: Axes, row: float, pieces: Iterable[tuple[float, float, str]]
    ) -> None:
        """Draw coloured pieces of time in a row."""
        by_colour: dict[str, list[Rectangle]] = {}
        for begin, end, colour in _joined(pieces):
            by_colour.setdefault(colour, []).append(
                Rectangle((self.at(begin), row - 0.36), (end - begin) / DAY, 0.72)
            )
        for colour, boxes in by_colour.items():
            panel.add_collection(PatchCollection(boxes, facecolor=colour, linewidth=0))


def _span(panel: Axes, values: Floats, low: float, high: float) -> None:
    """Show what nearly all values need, and these limits at least."""
    known = values[np.isfinite(values)]
    if known.size:
        low = min(low, float(np.quantile(known, 0.01)))
        high = max(high, float(np.quantile(known, 0.99)))
    panel.set_ylim(low - 1, high + 1)


def _probability(panel: Axes) -> None:
    panel.set_ylim(-0.06, 1.06)
    panel.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])


def _pieces(codes: NDArray[Any]) -> Iterator[tuple[int, int, int]]:
    """Return begin, end and code of every run of equal codes."""
    edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), codes.size]
    for first, last in pairwise(edges):
        yield first, last, int(codes[first])


def _joined(
    pieces: Iterable[tuple[float, float, str]],
) -> Iterator[tuple[float, float, str]]:
    """Join pieces of one colour that touch, or fine lines would show between them."""
    current: tuple[float, float, str] | None = None
    for begin, end, colour in pieces:
        if current is not None and current[1:] == (begin, colour):
            current = current[0], end, colour
            continue
        if current is not None:
            yield current
        current = begin, end, colour
    if current is not None:
        yield current


def _spells(
    stages: list[tuple[float, Stage | None]], wanted: Stage
) -> Iterator[tuple[float, float]]:
    pieces = (
        (start, start + EPOCH_SECONDS, "") for start, stage in stages if stage is wanted
    )
    for begin, end, _ in _joined(pieces):
        yield begin, end


def _duration(minutes: float) -> str:
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"


# Words


def summary(picture: Picture) -> list[tuple[str, str]]:
    """Return a night in words: what and how much."""

    def clock(seconds: float | None) -> str:
        if seconds is None or not isfinite(seconds):
            return "unknown"
        return datetime.fromtimestamp(seconds, picture.zone).strftime("%H:%M")

    def minutes(value: float) -> str:
        return _duration(value) if isfinite(value) else "unknown"

    rows = [
        ("Module", picture.module),
        ("Drawn", f"{clock(picture.start)} to {clock(picture.end)}"),
    ]
    if picture.bed is not None and isfinite(picture.bed.bed_near):
        bed = picture.bed
        rows.append(
            (
                "Bed, as learned",
                f"{bed.bed_near:.2f} to {bed.bed_far:.2f} m, nights: {bed.nights}",
            )
        )
    if not picture.nights:
        rows.append(("Nights stored", "none"))
    for night in picture.nights:
        what = night.summary
        stages = ", ".join(
            f"{stage} {minutes(getattr(what, stage))}"
            for stage in ("awake", "light", "deep", "rem")
        )
        rows += [
            ("Night", f"in bed {clock(night.start)} to {clock(night.end)}"),
            ("Asleep", f"{minutes(what.total_sleep_time)} ({stages})"),
            (
                "Fell asleep",
                f"{clock(what.sleep_onset)}, {minutes(what.sleep_latency)} after "
                f"beginning to try at {clock(what.trying_start)}",
            ),
            ("Efficiency", _percent(what.efficiency)),
            ("Covered by the radar", _percent(what.coverage)),
        ]
    rows += [
        ("Told", f"{clock(event.time)} {EVENT_WORDS[event.kind]}")
        for event in picture.events
    ]
    rows += [
        ("Told", f"{clock(moved)} the sensor was moved") for moved in picture.moved
    ]
    truth = picture.truth
    if truth is not None:
        for begin, end in truth.sessions:
            rows.append(("Truly in bed", f"{clock(begin)} to {clock(end)}"))
        for begin, end in truth.trips:
            rows.append(("Truly out of bed", f"{clock(begin)}, {end - begin:.0f} s"))
        tried = np.flatnonzero(truth.trying)
        asleep = np.flatnonzero(truth.asleep)
        for words, found in (("try", tried), ("sleep", asleep)):
            if found.size:
                rows.append(
                    (f"Truly began to {words}", clock(truth.start + float(found[0])))
                )
        rows.append(("Truly asleep", minutes(float(truth.asleep.sum()) / 60)))
    return rows


def _percent(share: float) -> str:
    return f"{share:.0%}" if isfinite(share) else "unknown"


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 1.5rem auto; max-width: 84rem; padding: 0 1rem;
  font: 15px/1.5 system-ui, sans-serif; color: #22282f; background: #fff; }}
figure {{ margin: 0; overflow-x: auto; }}
svg {{ width: 100%; min-width: 56rem; height: auto; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .15rem 1.5rem .15rem 0; text-align: left; vertical-align: top; }}
th {{ font-weight: 600; white-space: nowrap; }}
tr {{ border-bottom: 1px solid #e3e6ea; }}
</style>
</head>
<body>
<figure role="img" aria-label="{title}: panels over the time of the night; the table below says it in words">
{svg}
</figure>
<h1>{title}</h1>
<table>
{rows}
</table>
</body>
</html>
"""


def page(picture: Picture, figure: Figure) -> str:
    """Return a page that needs nothing but itself."""
    drawn = StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    svg = re.sub(r"^.*?(?=<svg)", "", drawn.getvalue(), count=1, flags=re.DOTALL)
    rows = "\n".join(
        f"<tr><th scope=row>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in summary(picture)
    )
    return PAGE.format(title=escape(picture.title), svg=svg, rows=rows)


def _picture(
    source: Path | None,
    number: int | None,
    scenario: str | None,
    seed: int,
    night: int,
    kind: str,
) -> Picture:
    if scenario is not None:
        if source is not None:
            raise UserError(f"{source}: a file and --scenario; give one of them")
        chosen(families(), (scenario,), "family")
        chosen(dict.fromkeys(kinds(), ""), (kind,), "kind of module")
        return of_scenario(scenario, seed, night, kind)
    if source is None:
        raise UserError("nothing to draw; give a file or --scenario")
    if source.suffix == ".npz":
        return of_recording(source)
    if source.suffix == ".db":
        return of_archive(source, number)
    raise UserError(
        f"{source}: is neither a recording (.npz) nor an archive of nights (.db)"
    )


def plot(
    out: Annotated[Path, typer.Option(help="Picture (.png) or page (.html) to write.")],
    source: Annotated[
        Path | None,
        typer.Argument(help="A recording (.npz) or an archive of nights (.db)."),
    ] = None,
    number: Annotated[
        int | None,
        typer.Option("--id", help="Which night of an archive; the latest by default."),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(help="Draw a night of this family of simulated bedrooms."),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Of the household, as in a list of failures.", min=0)
    ] = 1,
    night: Annotated[
        int,
        typer.Option(help="Night of the household; those before it are lived.", min=0),
    ] = 1,
    kind: Annotated[str, typer.Option(help="Kind of module.")] = "mr60bha2",
) -> None:
    """Draw a night with all that the engine says of it."""
    if out.suffix not in (".png", ".html"):
        raise UserError(f"{out}: write a picture (.png) or a page (.html)")
    picture = _picture(source, number, scenario, seed, night, kind)
    figure = Sheet(picture).draw()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix == ".html":
            out.write_text(page(picture, figure))
        else:
            with mpl.rc_context(STYLE):
                figure.savefig(out)
    except OSError as err:
        raise UserError(f"{out}: cannot be written ({err.strerror})") from None
    for name, value in summary(picture):
        print(f"{name:24} {value}")
