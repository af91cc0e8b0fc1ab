"""The nights that a house starts with: real and invented breathing, scored by the engine.

Scoring them takes a minute or two. They are kept in the cache until the code that they
came from changes; what moves with the calendar is only their dates.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
import hashlib
from math import exp
from pathlib import Path
import tempfile

from custom_components.halo_rise.nights import NightArchive
from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.radar.frame import Climate, RadarFrame
from custom_components.halo_rise.sleep.engine import LATE, SleepEngine
from custom_components.halo_rise.sleep.epoch import Night, SessionEnded
from models.cli import _spare_home_assistant
from models.recordings import load
from models.scene import frame_arrays
from models.script import Interval, Script
from models.synthesis import synthesise_night

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "house"

REAL_NIGHT = ROOT.parent / "shared" / "data" / "breathing" / "cpap_night.npz"
"""Eight hours of a real sleeper's breathing, if the recordings lie beside the repository."""

NIGHTS = 14

PROCESSES = 2

BATCH = 240
"""Frames that go through the engine at once."""

SETTLING = 900.0
"""Seconds after getting up at which a night is said to have settled."""

REFERENCE = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""Noon of the day on which the oldest night begins while it waits in the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A time in bed that is to be scored."""

    evening: int
    """Days from the first evening."""

    to_bed: float
    """Hours from noon."""

    hours: float
    """Time in bed."""

    seed: int
    distance: float = 0.8
    real: bool = False
    """From recorded breathing, where that is at hand."""

    bathroom: tuple[float, ...] = ()
    """Hours after going to bed at which the person is up for a few minutes."""

    gap: float | None = None
    """Hours after going to bed at which the radar is not heard for twelve minutes."""


PLANS = (
    Plan(evening=0, to_bed=10.9, hours=7.6, seed=1),
    Plan(evening=1, to_bed=11.2, hours=7.1, seed=2, bathroom=(4.4,)),
    Plan(evening=2, to_bed=10.7, hours=8.0, seed=3),
    Plan(evening=3, to_bed=10.8, hours=7.4, seed=4),
    Plan(evening=4, to_bed=12.3, hours=6.2, seed=5, distance=0.95),
    Plan(evening=5, to_bed=12.6, hours=8.3, seed=6, bathroom=(3.1, 6.2)),
    Plan(evening=6, to_bed=10.5, hours=7.9, seed=7),
    Plan(evening=6, to_bed=2.4, hours=1.3, seed=107),
    Plan(evening=7, to_bed=10.9, hours=7.3, seed=8, gap=5.2),
    Plan(evening=8, to_bed=11.1, hours=7.0, seed=9),
    Plan(evening=9, to_bed=10.6, hours=7.8, seed=10, distance=1.1),
    Plan(evening=10, to_bed=11.0, hours=6.6, seed=11, bathroom=(5.0,)),
    Plan(evening=11, to_bed=11.9, hours=7.5, seed=12),
    Plan(evening=12, to_bed=10.8, hours=7.9, seed=13, real=True),
    Plan(evening=13, to_bed=10.75, hours=7.7, seed=14, bathroom=(4.1,)),
)

GAP_SECONDS = 720.0
BATHROOM_SECONDS = (25.0, 260.0, 20.0)
"""Walking away, out of the room, and back."""


def stored_nights(
    zone: tzinfo, now: datetime, say: Callable[[str], None]
) -> list[tuple[Night, float]]:
    """Return the nights before today and when each of them settled."""
    cache = CACHE / f"nights-{_fingerprint()}.db"
    if not cache.exists():
        _make(cache, say)
    archive = NightArchive(cache)
    archive.open()
    try:
        nights = [
            stored.night
            for record in archive.list_nights(limit=100)
            if (stored := archive.get_night(record.id)) is not None
        ]
    finally:
        archive.close()
    last = last_evening(now.astimezone(zone))
    moved = []
    for night in nights:
        evening = int((night.start - REFERENCE.timestamp()) // 86400)
        day = last - timedelta(days=NIGHTS - 1 - evening)
        noon = datetime.combine(day, time(12), zone).timestamp()
        shift = noon - REFERENCE.timestamp() - evening * 86400
        moved.append(_shifted(night, shift))
    return [(night, night.end + SETTLING) for night in moved]


def last_evening(now: datetime) -> datetime:
    """Return the day on which the last night began that is over for certain."""
    return now - timedelta(days=1 if now.hour >= 11 else 2)


def room(hours: float, to_bed: float, get_up: float) -> Climate:
    """Return the air and the light of the bedroom, all in hours from noon."""
    asleep = min(max(hours - to_bed, 0.0), get_up - to_bed)
    # It cools down behind closed shutters, and breath moistens the air.
    temperature = 18.1 + 2.4 * exp(-asleep / 3.0)
    humidity = 52.0 - 7.0 * exp(-asleep / 4.0)
    # The reading lamp is on for a while; a quarter of an hour before getting up it dawns.
    lamp = 14.0 if hours < to_bed + 0.2 else 0.0
    dawn = 160.0 * exp(min(hours - get_up, 0.2) / 0.35)
    light = lamp + (dawn if dawn >= 0.2 else 0.0)
    return Climate(
        temperature=round(temperature, 2),
        humidity=round(humidity, 1),
        illuminance=round(light, 1),
    )


def _shifted(night: Night, shift: float) -> Night:
    """Move a night to another day."""

    def moved(moment: float | None) -> float | None:
        return None if moment is None else moment + shift

    return replace(
        night,
        start=night.start + shift,
        end=night.end + shift,
        epochs=tuple(
            replace(epoch, start=epoch.start + shift) for epoch in night.epochs
        ),
        summary=replace(
            night.summary,
            sleep_onset=moved(night.summary.sleep_onset),
            final_awakening=moved(night.summary.final_awakening),
        ),
    )


def _fingerprint() -> str:
    """Return what changes with any code that a night comes from."""
    integration = ROOT / "custom_components" / "halo_rise"
    files = [
        Path(__file__),
        *(
            ROOT / "models" / f"{name}.py"
            for name in ("recordings", "scene", "script", "sight", "synthesis")
        ),
        integration / "nights.py",
        integration / "night_codec.py",
        integration / "radar" / "frame.py",
        integration / "radar" / "mr60bha2.py",
        *sorted((integration / "sleep").rglob("*.py")),
        *sorted((integration / "sleep").rglob("*.npz")),
    ]
    digest = hashlib.sha256(str(REAL_NIGHT.exists()).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _make(cache: Path, say: Callable[[str], None]) -> None:
    """Score all nights and put them into the cache at once."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    say(f"Scoring {NIGHTS} nights, once until the engine changes. A minute or two.")
    with tempfile.TemporaryDirectory(dir=cache.parent) as folder:
        archive = NightArchive(Path(folder) / cache.name)
        archive.open()
        try:
            with ProcessPoolExecutor(
                PROCESSES, initializer=_spare_home_assistant
            ) as pool:
                jobs = [pool.submit(_score, plan) for plan in PLANS]
                for done, job in enumerate(as_completed(jobs), 1):
                    for night in job.result():
                        archive.add_night(night)
                    say(f"Scored {done} of {len(PLANS)}.")
        finally:
            archive.close()
        archive.path.rename(cache)
    for older in cache.parent.glob("nights-*.db"):
        if older != cache:
            older.unlink()


def _score(plan: Plan) -> list[Night]:
    """Let the engine score one time in bed."""
    engine = SleepEngine(mr60bha2.CAPABILITIES)
    nights = []
    batch: list[RadarFrame] = []
    updates = []
    for frame in _frames(plan):
        batch.append(frame)
        if len(batch) == BATCH:
            updates += engine.process(batch)
            batch = []
    updates += engine.process(batch)
    if engine.in_session and batch:
        updates += engine.flush(batch[-1].time + LATE)
    updates += engine.close_session()
    nights += [update.night for update in updates if isinstance(update, SessionEnded)]
    return nights


def _frames(plan: Plan) -> Iterator[RadarFrame]:
    """See a time in bed through the radar, with what goes wrong, and with the room."""
    start = REFERENCE + timedelta(days=plan.evening, hours=plan.to_bed)
    if plan.real and REAL_NIGHT.exists():
        recording = load(REAL_NIGHT)
        in_bed = 0.0, recording.duration
    else:
        recording, truth = synthesise_night(
            plan.seed, hours=plan.hours, distance=plan.distance, start=start
        )
        in_bed = truth.in_bed
    begin = start.timestamp() - in_bed[0]
    get_up = plan.to_bed + (in_bed[1] - in_bed[0]) / 3600
    gap = None if plan.gap is None else in_bed[0] + plan.gap * 3600
    noon = start.timestamp() - plan.to_bed * 3600
    for number, frame in enumerate(
        frame_arrays(
            recording,
            script=_trips(plan, in_bed) if plan.bathroom else None,
            seed=plan.seed,
            start=begin,
        )
    ):
        if gap is not None and gap <= frame.time - begin < gap + GAP_SECONDS:
            continue
        if number % BATCH == BATCH - 1:
            hours = (frame.time - noon) / 3600
            yield replace(frame, climate=room(hours, plan.to_bed, get_up))
        else:
            yield frame


def _trips(plan: Plan, in_bed: tuple[float, float]) -> Script:
    """Be in bed but for some trips to the bathroom."""
    away, out, back = BATHROOM_SECONDS
    begin = in_bed[0]
    intervals = []
    for hours in plan.bathroom:
        up = in_bed[0] + hours * 3600
        intervals += [
            Interval(who="primary", begin=begin, end=up),
            Interval(
                who="primary",
                begin=up,
                end=up + away,
                distance=2.5,
                in_bed=False,
                moving=True,
            ),
            Interval(
                who="primary",
                begin=up + away + out,
                end=up + away + out + back,
                distance=2.5,
                in_bed=False,
                moving=True,
            ),
        ]
        begin = up + away + out + back
    intervals.append(Interval(who="primary", begin=begin, end=in_bed[1]))
    return Script(intervals=tuple(intervals))
