"""The kinds of night that a tracker meets, each drawn anew for a household and a number."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from zlib import crc32

import numpy as np

from models.sight import blocks

from . import things
from .household import Household, Person, Pose
from .people import EPOCH, Body, Codes, Plan, Point, again, embody, sleep
from .truth import Seen

FIRST_DAY = 1772323200
"""Midnight of 2026-03-01, UTC, seconds since the epoch."""

DAY = 86400

EMPTY_BEFORE, EMPTY_AFTER = (240, 480), (2100, 2400)
"""Seconds of empty bed around a night; half an hour of it ends a session."""

EMPTY_HOURS = (5.0, 6.0)
"""Of the scenes without a sleeper."""

NIGHTLY_BED_TIME, NIGHTLY_HOURS = 0.33, 0.4
"""Standard deviation over one person's nights, hours. Assumption."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """All that happens before the sensor."""

    home: Household
    start: int
    """Seconds since the epoch."""

    seconds: int
    bodies: tuple[Body, ...]
    """The primary sleeper, who may be away all the time, is the first."""

    things: tuple[things.Thing, ...] = ()
    disturbed: bool = False
    """Whether a second radar disturbs this one."""

    gaps: tuple[tuple[int, int], ...] = ()
    """Seconds between which no frame arrives."""

    seed: int
    """Of what the modules make of it."""


@dataclass(slots=True, kw_only=True)
class Night:
    """A night being written."""

    rng: np.random.Generator
    home: Household
    number: int
    plans: list[Plan] = field(default_factory=list)
    bed_hour: float = 22.5
    """Hours of the first day, UTC, at which the primary sleeper goes to bed."""

    hours: float = 7.0
    """In bed."""

    lead: int = 300
    """Seconds before the first one comes."""

    later: int = 0
    """Seconds that the primary sleeper comes after the beginning besides the lead."""

    until: int = 0
    """Seconds the scene lasts; 0 is until some time after the last one has got up."""

    made: list[Callable[[int], things.Thing]] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    disturbed: bool = False
    cats: list[Plan] = field(default_factory=list)

    def plan(
        self, person: Person, who: Seen = Seen.OTHER, place: Point | None = None
    ) -> Plan:
        """Begin the plan of one more person or animal."""
        plan = Plan(
            rng=self.rng,
            home=self.home,
            person=person,
            who=who,
            place=place or self.home.place,
        )
        self.plans.append(plan)
        return plan

    @property
    def primary(self) -> Plan:
        """Return the primary sleeper's plan."""
        return self.plans[0]

    def partner(self) -> Plan:
        """Begin the partner's plan."""
        return self.plan(self.home.partner, place=self.home.partner_place)

    def scene(self) -> Scene:
        """Let everybody do what is planned."""
        rng = self.rng
        after = int(rng.integers(*EMPTY_AFTER))
        total = self.until or after + max(
            plan.now for plan in self.plans if plan.who != Seen.PET
        )
        bodies = []
        for plan in self.plans:
            body = embody(plan, total)
            if plan in self.cats:
                echo = blocks(rng, total, 1.0, CAT_CAPTURE_SECONDS)
                body = replace(body, echo=echo | (body.moving > 0))
            bodies.append(body)
        day = FIRST_DAY + DAY * self.number
        return Scene(
            home=self.home,
            start=round(day + 3600 * self.bed_hour) - self.lead - self.later,
            seconds=total,
            bodies=tuple(bodies),
            things=tuple(make(total) for make in self.made),
            disturbed=self.disturbed,
            gaps=tuple(self.gaps),
            seed=int(rng.integers(2**31)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of night."""

    name: str
    summary: str
    kind: Literal["night", "empty"]
    write: Callable[[Night], None]
    partner: bool = False
    """Whether a partner lives here."""

    sometimes: float = 0.0
    """Share of the households with a partner otherwise."""

    changed: Callable[[Household, int, np.random.Generator], Household] | None = None
    """What makes the household a special one, from the number of the night on."""

    def household(self, seed: int, number: int = 0) -> Household:
        """Draw a household of this family, as it is in one of its nights."""
        # Numbers of nights are small: these keys are none of theirs.
        rng = np.random.default_rng([seed, crc32(self.name.encode()), 0x7A17])
        shared = self.partner or rng.random() < self.sometimes
        home = Household.draw(
            (seed, crc32(self.name.encode()), 0x4005E), partner=shared
        )
        return self.changed(home, number, rng) if self.changed else home

    def night(self, household_seed: int, number: int) -> Scene:
        """Return a night of a household; number 0 is an ordinary one, for settling in."""
        home = self.household(household_seed, number)
        key = [household_seed, crc32(self.name.encode()), number]
        rng = np.random.default_rng(key)
        hours = home.primary.hours + float(rng.normal(0, NIGHTLY_HOURS))
        night = Night(
            rng=rng,
            home=home,
            number=number,
            bed_hour=home.primary.bed_time + float(rng.normal(0, NIGHTLY_BED_TIME)),
            hours=float(np.clip(hours, 5.75, 8.0)),
            lead=int(rng.integers(*EMPTY_BEFORE)),
        )
        night.plan(home.primary, Seen.PRIMARY)
        write = ordinary if number == 0 else self.write
        if home.shared and write is ordinary:
            beside(night, write)
        else:
            write(night)
        return night.scene()


# What nights are made of.


def begin(night: Night) -> Plan:
    """Have the primary sleeper come to bed."""
    primary = night.primary
    primary.away_until(night.lead + night.later)
    primary.come()
    return primary


def through(
    night: Night,
    plan: Plan,
    hours: float,
    events: Iterable[tuple[float, Callable[[Plan], None]]] = (),
    *,
    latency: float | None = None,
) -> None:
    """Sleep from lights-out to getting up, but for what comes between.

    Args:
        night: In which it happens.
        plan: Of the sleeper.
        hours: From lights-out to getting up, without the events.
        events: Share of the night and what happens then.
        latency: Minutes until asleep, drawn where None.

    """
    plan.trying = True
    stages = sleep(night.rng, hours, latency)
    done = 0
    for share, event in sorted(events, key=lambda pair: pair[0]):
        cut = max(_waking(stages, round(share * stages.size)), done)
        plan.lie(stages[done:cut])
        # Whoever gets up has lain awake for a moment.
        plan.awake(float(night.rng.uniform(0.5, 2.0)))
        event(plan)
        plan.trying = True
        plan.lie(again(night.rng))
        done = cut
    plan.lie(stages[done:])


def _waking(stages: Codes, near: int) -> int:
    """Return the awakening within a quarter of an hour of an epoch, or the epoch itself."""
    begin = max(near - 30, 1)
    awake = np.flatnonzero(stages[begin : near + 30] == 0)
    return begin + int(awake[0]) if awake.size else near


def finish(plan: Plan) -> None:
    """Get up for the day."""
    plan.go()
    plan.trying = False


def ordinary(night: Night) -> None:
    """Sleep alone through a night."""
    primary = begin(night)
    through(night, primary, night.hours)
    finish(primary)


def beside(
    night: Night, write: Callable[[Night], None], *, stays: float | None = None
) -> Plan:
    """Have a partner come within a quarter of an hour of the primary sleeper.

    Args:
        night: In which it happens.
        write: What the primary sleeper does.
        stays: Minutes for which the partner stays longer, drawn around zero where None.

    """
    rng = night.rng
    shift = int(rng.integers(-900, 900))
    night.later = max(-shift, 0)
    write(night)
    partner = night.partner()
    partner.away_until(night.lead + max(shift, 0))
    partner.come()
    if stays is None:
        stays = float(rng.uniform(-30, 15))
    hours = (night.primary.now - partner.now) / 3600 + stays / 60
    through(night, partner, hours)
    finish(partner)
    return partner


# Pets.

CAT_RATE, CAT_MM = (20.0, 35.0), (0.021, 0.060)
"""Breaths per minute and peak to peak in millimetres of a cat (measured at 60 GHz:
esphome-mr60-breathing; the rates are an assumption within a cat's usual ones)."""

CAT_CAPTURE_SECONDS = (240.0, 360.0)
"""Mean time for which the module follows a resting cat, and for which it does not, together
40 % of it: its echo is weak. Assumption."""

CAT_VISITS, CAT_MINUTES = (2, 5), (20.0, 150.0)
"""Visits a night and how long they are. Assumption."""

CAT_NEARER = 0.5
"""Share of its visits that it spends between the sleeper and the sensor; otherwise it is
anywhere on the bed. Assumption."""

DOG_PASSES, DOG_SECONDS = (2, 7), (20.0, 60.0)
"""How often a dog walks by in a night, and for how long."""


def with_cat(night: Night) -> None:
    """Sleep with a cat that comes and goes."""
    rng, home = night.rng, night.home
    ordinary(night)
    cat = night.plan(
        Person(
            rate=float(rng.uniform(*CAT_RATE)),
            depth=float(rng.uniform(*CAT_MM)),
            irregularity=0.35,
            # Moves every 10 to 30 minutes.
            restlessness=float(rng.uniform(3.0, 9.0)) / 78,
            posture_depth=(0.8, 1.2),
            heartbeat=0.0,
        ),
        Seen.PET,
    )
    night.cats.append(cat)
    end = night.primary.now
    visits = int(rng.integers(*CAT_VISITS))
    for begins in np.sort(rng.uniform(0, 0.95, visits)) * end:
        if begins < cat.now:
            continue
        x, y, z = home.place
        if rng.random() < CAT_NEARER:
            y = float(rng.uniform(home.edge + 0.03, max(home.edge + 0.06, y - 0.1)))
        else:
            x = home.side * float(rng.uniform(-0.1, 1.1))
            y = home.edge + float(rng.uniform(0.05, min(home.width - 0.1, 0.9)))
        spot = (x, y, z - 0.05)
        floor = (home.side * 0.8, 0.3, -home.height - 0.3)
        cat.away_until(float(begins))
        cat.walk(home.door, floor, spot)
        minutes = float(rng.uniform(*CAT_MINUTES))
        cat.awake(minutes, spot)
        cat.walk(spot, floor, home.door)


def dog_passing(night: Night) -> None:
    """Sleep with a dog that walks by the bed."""
    rng, home = night.rng, night.home
    ordinary(night)
    dog = night.plan(
        Person(rate=20.0, depth=0.5, heartbeat=0.0, restlessness=0.1), Seen.PET
    )
    passes = int(rng.integers(*DOG_PASSES))
    for begins in np.sort(rng.uniform(0, 1, passes)) * night.primary.now:
        if begins < dog.now:
            continue
        dog.away_until(float(begins))
        until = dog.now + float(rng.uniform(*DOG_SECONDS))
        place = home.door
        while dog.now < until:
            y = float(rng.uniform(0.1, max(home.edge, 0.2)))
            to = (home.side * float(rng.uniform(-0.2, 1.5)), y, -home.height - 0.1)
            dog.walk(place, to)
            place = to
        dog.walk(place, home.door)


# Partners.


def partner_first(night: Night) -> None:
    """Come to bed when the partner already lies there."""
    rng = night.rng
    partner = night.partner()
    partner.away_until(night.lead)
    partner.come()
    night.later = int(60 * rng.uniform(20, 90))
    ordinary(night)
    through(
        night,
        partner,
        (night.primary.now - partner.now) / 3600 - rng.uniform(0, 0.5),
    )
    finish(partner)


def partner_last(night: Night) -> None:
    """Get up while the partner sleeps on."""
    partner = beside(night, ordinary, stays=float(night.rng.uniform(45, 70)))
    night.until = partner.now + 300


NEARER_MINUTES = (50.0, 75.0)
"""How long the partner lies between the sensor and the primary sleeper."""

ROOM_METRES = 0.45
"""Metres from the edge of the bed at which somebody lies who leaves room beside them."""


def room_beside(home: Household, _number: int, _rng: np.random.Generator) -> Household:
    """Let the primary sleeper leave room for another on the near side."""
    own = _metres(home.place)
    place = home.at(max(own, home.edge + ROOM_METRES))
    apart = _metres(home.partner_place) - own
    return replace(home, place=place, partner_place=home.at(_metres(place) + apart))


def partner_nearer(night: Night) -> None:
    """Have the partner come over to the near side for an hour, and go back."""
    rng, home = night.rng, night.home
    ordinary(night)
    partner = night.partner()
    partner.away_until(night.lead + rng.uniform(0, 600))
    partner.come()
    partner.trying = True
    epochs = (night.primary.now - partner.now) // EPOCH
    stages = sleep(rng, epochs * EPOCH / 3600)
    begin = round(stages.size * rng.uniform(0.35, 0.6))
    end = begin + round(rng.uniform(*NEARER_MINUTES) * 60 / EPOCH)
    near = home.at(home.edge + float(rng.uniform(0.12, 0.2)))
    partner.lie(stages[:begin])
    partner.settle(partner.place, near)
    partner.lie(stages[begin:end], near)
    partner.settle(near)
    partner.lie(stages[end:])
    finish(partner)


def primary_away(night: Night) -> None:
    """Have the partner sleep alone, now and then a little nearer than usual."""
    rng, home = night.rng, night.home
    partner = night.partner()
    if rng.random() < 0.5:
        nearer = float(rng.uniform(0.05, 0.2))
        partner.place = home.at(_metres(partner.place) - nearer)
    partner.away_until(night.lead)
    partner.come()
    through(night, partner, night.hours)
    finish(partner)


CLOSE_METRES = (0.02, 0.12)
"""Difference in range of two who lie close."""


def close(home: Household, _number: int, rng: np.random.Generator) -> Household:
    """Put two sleepers at nearly the same range, one lying farther down the bed."""
    x = home.place[0] + 0.35 * home.side
    # Whoever lies farther down must still find a place on the bed at this range.
    own = max(_metres(home.place), home.edge + 0.35)
    place = home.at(own)
    apart = float(rng.uniform(*CLOSE_METRES))
    return replace(home, place=place, partner_place=home.at(_metres(place) + apart, x))


def _metres(place: Point) -> float:
    return float(np.linalg.norm(place))


# Trips and visits.

BATHROOM_MINUTES = (2.0, 12.0)


def bathroom(plan: Plan) -> None:
    """Go to the bathroom and come back."""
    plan.trip(float(plan.rng.uniform(*BATHROOM_MINUTES)))


def bathroom_trips(night: Night, *shares: float) -> None:
    """Go to the bathroom at about these shares of the night."""
    primary = begin(night)
    events = [
        (share + float(night.rng.uniform(-0.1, 0.1)), bathroom) for share in shares
    ]
    through(night, primary, night.hours, events)
    finish(primary)


def two_trips(night: Night) -> None:
    """Go to the bathroom twice."""
    bathroom_trips(night, 0.35, 0.7)


def three_trips(night: Night) -> None:
    """Go to the bathroom three times."""
    bathroom_trips(night, 0.25, 0.5, 0.75)


CHILD_MINUTES = (20.0, 90.0)


def child_visiting(night: Night) -> None:
    """Have a child climb into bed for a while, nearer than the sleeper or farther."""
    rng, home = night.rng, night.home
    came: list[int] = []

    def woken(plan: Plan) -> None:
        came.append(plan.now)
        plan.awake(float(rng.uniform(1.0, 4.0)))

    primary = begin(night)
    through(night, primary, night.hours, [(float(rng.uniform(0.25, 0.75)), woken)])
    finish(primary)
    own = _metres(home.place)
    nearer = rng.random() < 0.5
    place = home.at(own - 0.3 if nearer else own + float(rng.uniform(0.25, 0.45)))
    child = night.plan(home.child, place=place)
    child.away_until(came[0])
    child.come()
    child.trying = True
    child.lie(sleep(rng, float(rng.uniform(*CHILD_MINUTES)) / 60, 3.0))
    finish(child)


SHORT_UP, LONG_UP = (5.0, 25.0), (40.0, 90.0)
"""Minutes; more than half an hour makes another session."""


def up_and_down_again(night: Night) -> None:
    """Get up at night or in the morning, and lie down again."""
    rng = night.rng
    primary = begin(night)
    morning, long = rng.random() < 0.6, rng.random() < 0.6
    first = night.hours * float(rng.uniform(0.75, 0.9) if morning else 0.5)
    through(night, primary, first)
    primary.trying = not long
    primary.go()
    primary.away(60 * float(rng.uniform(*(LONG_UP if long else SHORT_UP))))
    primary.come()
    through(night, primary, night.hours - first)
    finish(primary)


# Awake in bed.

READING_MINUTES, TELEVISION_MINUTES = (25.0, 55.0), (40.0, 80.0)
BOOK_MINUTES, OVER_BOOK_MINUTES = (12.0, 40.0), (20.0, 60.0)
"""Read before falling asleep over it, and how long that lasts."""

FOUR = 28.0
"""Hours of the first day, UTC."""

AT_FOUR_MINUTES = (20.0, 50.0)


def reading(night: Night) -> None:
    """Read in bed, then turn off the light."""
    rng, primary = night.rng, night.primary
    primary.away_until(night.lead + night.later)
    seat = primary.sitting()
    primary.come(at=seat)
    primary.read(float(rng.uniform(*READING_MINUTES)), seat)
    primary.settle(seat)
    through(night, primary, night.hours - 0.5)
    finish(primary)


def television(night: Night) -> None:
    """Watch television in bed, then turn it off."""
    rng, primary = night.rng, night.primary
    primary.away_until(night.lead + night.later)
    seat = primary.sitting()
    primary.come(at=seat)
    primary.watch(float(rng.uniform(*TELEVISION_MINUTES)), seat)
    primary.settle(seat)
    through(night, primary, night.hours - 0.75)
    finish(primary)


def asleep_over_a_book(night: Night) -> None:
    """Fall asleep over a book, wake, put it away and sleep on."""
    rng, primary = night.rng, night.primary
    primary.away_until(night.lead + night.later)
    seat = primary.sitting()
    primary.come(at=seat)
    primary.read(float(rng.uniform(*BOOK_MINUTES)), seat)
    primary.trying = True
    nap = sleep(rng, 2.0, 0.0)[: round(60 * rng.uniform(*OVER_BOOK_MINUTES) / EPOCH)]
    # A light doze: whoever wakes in between puts the book away then.
    nap[nap == 0] = 1
    primary.read(0.0, seat, np.repeat(nap, EPOCH))
    primary.trying = False
    primary.read(float(rng.uniform(0.5, 2.0)), seat)
    primary.trying = True
    primary.settle(seat)
    primary.lie(again(rng))
    through(night, primary, night.hours - 1.0, latency=0.0)
    finish(primary)


def awake_at_four(night: Night) -> None:
    """Wake around four, read, and try again."""
    rng = night.rng

    def read(plan: Plan) -> None:
        plan.awake(float(rng.uniform(5.0, 15.0)))
        plan.trying = False
        seat = plan.sitting()
        plan.settle(plan.place, seat)
        plan.read(float(rng.uniform(*AT_FOUR_MINUTES)), seat)
        plan.settle(seat)

    primary = begin(night)
    until = 3600 * (FOUR - night.bed_hour + float(rng.normal(0, 0.4)))
    share = (until + night.lead + night.later - primary.now) / (3600 * night.hours)
    through(night, primary, night.hours, [(min(max(share, 0.3), 0.85), read)])
    finish(primary)


# Nobody sleeps.

EDGE_MINUTES, BED_MINUTES, SORTING_MINUTES = (3.0, 25.0), (3.0, 8.0), (3.0, 10.0)
LEANING_CHEST = 0.5
"""Metres of the chest above the mattress of somebody who leans over it. Assumption."""


def empty(night: Night) -> None:
    """Leave the bed empty for hours."""
    night.until = int(3600 * night.rng.uniform(*EMPTY_HOURS))
    night.bed_hour = float(night.rng.uniform(8.0, 22.0))


def edge(night: Night) -> None:
    """Sit on the edge of the bed once or twice, and leave."""
    empty(night)
    rng, primary = night.rng, night.primary
    for share in (0.2, 0.6)[: int(rng.integers(1, 3))]:
        primary.away_until(night.until * (share + float(rng.uniform(0, 0.2))))
        seat = primary.edge
        primary.walk(night.home.door, seat)
        primary.sit_on_edge(60 * float(rng.uniform(*EDGE_MINUTES)), seat)
        primary.walk(seat, night.home.door)


def _over_bed(night: Night, number: int) -> list[Point]:
    """Draw places beside and above the bed where somebody works at it."""
    rng, home = night.rng, night.home
    return [
        (
            home.side * float(rng.uniform(0.0, 1.2)),
            home.edge + float(rng.uniform(-0.2, 0.35)),
            LEANING_CHEST - home.height,
        )
        for _ in range(number)
    ]


def making_the_bed(night: Night) -> None:
    """Make the bed and leave it."""
    empty(night)
    rng, primary = night.rng, night.primary
    primary.away_until(night.until * float(rng.uniform(0.2, 0.7)))
    places = _over_bed(night, 12)
    primary.walk(night.home.door, places[0])
    primary.stand(60 * float(rng.uniform(*BED_MINUTES)), *places)
    primary.walk(places[-1], night.home.door)


def laundry(night: Night) -> None:
    """Drop laundry on the bed, sort it, and leave it there."""
    empty(night)
    rng, home, primary = night.rng, night.home, night.primary
    primary.away_until(night.until * float(rng.uniform(0.15, 0.6)))
    places = _over_bed(night, 6)
    primary.walk(home.door, places[0])
    dropped = primary.now
    primary.stand(60 * float(rng.uniform(*SORTING_MINUTES)), *places)
    primary.walk(places[-1], home.door)
    night.made.append(lambda total: things.laundry(rng, home, total, dropped))


def fan_and_curtain(night: Night) -> None:
    """Let a fan turn, or a curtain stir, or both."""
    empty(night)
    rng, home = night.rng, night.home
    which = int(rng.integers(3))
    if which != 0:
        night.made.append(lambda total: things.fan(rng, home, total))
    if which != 1:
        night.made.append(lambda total: things.curtain(rng, home, total))


# Other times.

NAP_HOURS = (20 / 60, 90 / 60)
NAP_LATENCY = (3.0, 15.0)
"""Minutes. Assumption."""

NAP_GAP_SECONDS = 3 * 3600
"""Empty bed between nap and night; really it is four to six hours, shortened here because
rendered hours cost time."""


def _nap(night: Night) -> Plan:
    primary = begin(night)
    latency = float(night.rng.uniform(*NAP_LATENCY))
    hours = float(night.rng.uniform(*NAP_HOURS)) + latency / 60
    through(night, primary, hours, latency=latency)
    finish(primary)
    return primary


def afternoon_nap(night: Night) -> None:
    """Sleep in the afternoon and get up for hours."""
    night.bed_hour = float(night.rng.uniform(12.5, 16.5))
    primary = _nap(night)
    night.until = primary.now + int(3600 * night.rng.uniform(1.5, 2.5))


def nap_and_night(night: Night) -> None:
    """Sleep in the afternoon and again at night."""
    evening = night.bed_hour
    primary = _nap(night)
    primary.away(NAP_GAP_SECONDS)
    night.bed_hour = evening - (primary.now - night.lead) / 3600
    primary.come()
    through(night, primary, night.hours)
    finish(primary)


def after_midnight(night: Night) -> None:
    """Go to bed long after midnight and sleep until noon."""
    rng = night.rng
    night.bed_hour = float(rng.uniform(25.5, 28.0))
    up = rng.uniform(max(34.0, night.bed_hour + 6.5), min(37.0, night.bed_hour + 9.0))
    night.hours = float(up) - night.bed_hour
    ordinary(night)


def short_night(night: Night) -> None:
    """Sleep for three to four and a half hours."""
    night.hours = float(night.rng.uniform(3.0, 4.5))
    night.bed_hour += float(night.rng.uniform(1.0, 3.0))
    ordinary(night)


def first_night(night: Night) -> None:
    """Put the sensor up in the evening and sleep beside it for the first time."""
    rng, primary = night.rng, night.primary
    primary.away_until(30)
    place = primary.strip
    primary.walk(night.home.door, place)
    primary.stand(60 * float(rng.uniform(1.0, 4.0)), place)
    primary.walk(place, night.home.door)
    night.later = primary.now
    ordinary(night)


# The sensor and its data.

BUMPED_BEFORE = 3
"""Number of the first night after somebody bumped into the sensor in the daytime."""


def turned(home: Household, number: int, rng: np.random.Generator) -> Household:
    """Turn the sensor."""
    turn = things.TURN_DEGREES * float(rng.choice((-1, 1)))
    return home if number < BUMPED_BEFORE else replace(home, pose=Pose(turn=turn))


def moved(home: Household, number: int, rng: np.random.Generator) -> Household:
    """Move the sensor aside or away from the bed, not into it."""
    angle = float(rng.uniform(-np.pi, 0.0))
    pose = Pose(
        x=things.MOVE_METRES * float(np.cos(angle)),
        y=things.MOVE_METRES * float(np.sin(angle)),
    )
    return home if number < BUMPED_BEFORE else replace(home, pose=pose)


GAP_SECONDS = 600
GAP_ON_TRIP = 0.4
"""Share of the nights in which the sleeper is out of bed in the gap."""


def gap(night: Night) -> None:
    """Lose ten minutes of data, in some nights during a trip to the bathroom."""
    rng = night.rng
    primary = begin(night)
    first = primary.now
    begins: list[int] = []

    def away(plan: Plan) -> None:
        begins.append(plan.now - int(rng.integers(0, 240)))
        plan.trip(float(rng.uniform(2.0, 6.0)))

    on_trip = rng.random() < GAP_ON_TRIP
    share = float(rng.uniform(0.15, 0.85))
    through(night, primary, night.hours, [(share, away)] if on_trip else [])
    finish(primary)
    at = begins[0] if begins else int(rng.integers(first, primary.now))
    night.gaps.append((at, at + GAP_SECONDS))


def disturbed(night: Night) -> None:
    """Sleep while a second radar disturbs this one."""
    night.disturbed = True
    ordinary(night)


# Unusual sleepers.


def motionless(home: Household, _number: int, rng: np.random.Generator) -> Household:
    """Let the sleeper breathe shallowly and move every half hour or more."""
    person = replace(
        home.primary,
        depth=float(rng.uniform(0.3, 0.8)),
        irregularity=0.7,
        # Others move 18 times an hour asleep.
        restlessness=float(rng.uniform(0.7, 2.0)) / 18,
        posture_depth=(0.85, 1.15),
    )
    return replace(home, primary=person)


def slow(home: Household, _number: int, rng: np.random.Generator) -> Household:
    """Let the sleeper breathe six times a minute."""
    # Asleep it is a twentieth less than in REM sleep, and sighs take their time.
    rate = float(rng.uniform(6.2, 6.8))
    return replace(home, primary=replace(home.primary, rate=rate, irregularity=0.6))


def fast(home: Household, _number: int, rng: np.random.Generator) -> Household:
    """Let the sleeper breathe 28 times a minute."""
    rate = float(rng.uniform(28.5, 31.0))
    return replace(home, primary=replace(home.primary, rate=rate, irregularity=0.8))


def restless(home: Household, _number: int, rng: np.random.Generator) -> Household:
    """Let the sleeper move far more often than others."""
    factor = float(rng.uniform(2.5, 4.0))
    return replace(home, primary=replace(home.primary, restlessness=factor))


def _night(
    name: str, summary: str, write: Callable[[Night], None] = ordinary, **settings: Any
) -> Family:
    return Family(name=name, summary=summary, kind="night", write=write, **settings)


def _empty(name: str, summary: str, write: Callable[[Night], None]) -> Family:
    return Family(name=name, summary=summary, kind="empty", write=write)


_ALL = (
    _night("alone", "One sleeper, nobody else."),
    _night("first_night", "The sensor is put up in the evening.", first_night),
    _night(
        "partner_first",
        "The partner is in bed before the primary sleeper comes.",
        partner_first,
        partner=True,
    ),
    _night(
        "partner_last",
        "The partner stays in bed after the primary sleeper got up.",
        partner_last,
        partner=True,
    ),
    _night(
        "partner_nearer",
        "The partner lies between sensor and sleeper for an hour.",
        partner_nearer,
        partner=True,
        changed=room_beside,
    ),
    _night(
        "primary_away",
        "The partner is alone in bed all night.",
        primary_away,
        partner=True,
    ),
    _night(
        "partner_close",
        "Two sleepers at nearly the same range.",
        partner=True,
        changed=close,
    ),
    _night("cat_on_bed", "A cat comes and goes, now and then nearer.", with_cat),
    _night("dog_walking_by", "A dog walks by several times.", dog_passing),
    _night("two_bathroom_trips", "Two trips to the bathroom.", two_trips),
    _night("three_bathroom_trips", "Three trips to the bathroom.", three_trips),
    _night(
        "child_visiting",
        "A child climbs in for a while, nearer or farther.",
        child_visiting,
        changed=room_beside,
    ),
    _night("reading", "Some 40 minutes of reading before lights-out.", reading),
    _night("television", "An hour of television before lights-out.", television),
    _night(
        "asleep_over_a_book",
        "Asleep over a book, half-sitting, then properly.",
        asleep_over_a_book,
    ),
    _night("awake_at_four", "Awake around four, reading.", awake_at_four),
    _empty("sitting_on_the_edge", "Somebody sits on the edge of the bed.", edge),
    _empty("making_the_bed", "Somebody makes the bed.", making_the_bed),
    _empty("fan_and_curtain", "A fan, a curtain or both.", fan_and_curtain),
    _empty("laundry", "Laundry is dropped and sorted on the bed.", laundry),
    _empty("empty_bed", "Nothing but noise and false alarms.", empty),
    _night("afternoon_nap", "A nap, then an empty bed.", afternoon_nap),
    _night("nap_and_night", "A nap, an empty bed, a night.", nap_and_night),
    _night("up_and_down_again", "Up for a while, then back.", up_and_down_again),
    _night(
        "sensor_turned",
        "Before the third night the sensor is turned.",
        changed=turned,
        sometimes=1 / 3,
    ),
    _night(
        "sensor_moved",
        "Before the third night the sensor is moved.",
        changed=moved,
        sometimes=1 / 3,
    ),
    _night("data_gap", "Ten minutes without any frame.", gap),
    _night("motionless", "A deep sleeper of shallow breath.", changed=motionless),
    _night("slow_breather", "Six breaths a minute.", changed=slow),
    _night("fast_breather", "28 breaths a minute.", changed=fast),
    _night("second_radar", "A second radar disturbs this one.", disturbed),
    _night(
        "after_midnight_to_noon", "To bed after midnight, up at noon.", after_midnight
    ),
    _night("restless", "Many movements.", changed=restless),
    _night("short_night", "Three to four and a half hours.", short_night),
)

FAMILIES: dict[str, Family] = {family.name: family for family in _ALL}
"""By name."""
