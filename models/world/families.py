"""The kinds of night that a tracker meets, each drawn anew for a household and a number."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal
from zlib import crc32

import numpy as np

from models.sight import blocks

from . import things
from .household import Household, Person
from .people import Body, Codes, Plan, Point, again, embody, sleep
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
    """Seconds the scene lasts at least."""

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
        total = max(self.primary.now + after, self.until)
        if not self.primary.now:
            total = max([self.until, *(plan.now + after for plan in self.plans)])
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

    changed: Callable[[Household, int], Household] | None = None
    """What makes the household another one in this night."""

    def household(self, seed: int) -> Household:
        """Draw a household of this family."""
        key = [seed, crc32(self.name.encode())]
        partner = self.partner or (
            np.random.default_rng([*key, 1]).random() < self.sometimes
        )
        return Household.draw(key, partner=partner)

    def night(self, household_seed: int, number: int) -> Scene:
        """Return a night of a household; number 0 is an ordinary one, for settling in."""
        key = [household_seed, crc32(self.name.encode())]
        home = self.household(household_seed)
        partner = home.partner_place[1] > home.place[1] and (
            self.partner or np.random.default_rng([*key, 1]).random() < self.sometimes
        )
        if self.changed:
            home = self.changed(home, number)
        rng = np.random.default_rng([*key, number])
        person = home.primary
        night = Night(
            rng=rng,
            home=home,
            number=number,
            bed_hour=person.bed_time + float(rng.normal(0, NIGHTLY_BED_TIME)),
            hours=float(
                np.clip(person.hours + rng.normal(0, NIGHTLY_HOURS), 5.75, 8.0)
            ),
            lead=int(rng.integers(*EMPTY_BEFORE)),
        )
        night.plan(person, Seen.PRIMARY)
        if number == 0 or self.write is ordinary:
            (both if partner else ordinary)(night)
        elif self.sometimes and partner:
            sleeping_partner(night)
            self.write(night)
        else:
            self.write(night)
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


def sleeping_partner(night: Night, *, at: Point | None = None) -> Plan:
    """Have a partner come within a quarter of an hour of the primary sleeper, and go so."""
    rng = night.rng
    partner = night.partner()
    if at:
        partner.place = at
    shift = int(rng.integers(-900, 900))
    if shift < 0:
        night.later += -shift
        partner.away_until(night.lead)
    else:
        partner.away_until(night.lead + shift)
    partner.come()
    hours = night.hours + float(rng.uniform(-0.3, 0.3)) + 0.3
    through(night, partner, hours)
    finish(partner)
    return partner


def both(night: Night) -> None:
    """Sleep beside a partner."""
    sleeping_partner(night)
    ordinary(night)


# Pets.

CAT_RATE, CAT_MM = (20.0, 35.0), (0.021, 0.060)
"""Breaths per minute and peak to peak in millimetres of a cat (measured at 60 GHz:
esphome-mr60-breathing; the rates are an assumption within a cat's usual ones)."""

CAT_CAPTURE_SECONDS = (240.0, 360.0)
"""Mean time for which the module follows a resting cat, and for which it does not, together
40 % of it: its echo is weak. Assumption."""

CAT_VISITS, CAT_MINUTES = (2, 5), (20.0, 150.0)
"""Visits a night and how long they are. Assumption."""

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
            restlessness=float(rng.uniform(2.0, 6.0)) / 78,
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
        # Between the sleeper and the sensor, against the belly, or at the feet.
        x = home.side * float(rng.uniform(-0.1, 1.1))
        y = home.edge + float(rng.uniform(0.05, min(home.width - 0.1, 0.8)))
        spot = (x, y, home.place[2] - 0.05)
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
    through(night, partner, night.hours + night.later / 3600 - rng.uniform(0, 0.5))
    finish(partner)
    ordinary(night)


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family(
            name="alone",
            summary="One sleeper, nobody else.",
            kind="night",
            write=ordinary,
        ),
        Family(
            name="partner_first",
            summary="The partner is in bed before the primary sleeper comes.",
            kind="night",
            write=partner_first,
            partner=True,
        ),
        Family(
            name="cat_on_bed",
            summary="A cat comes and goes, now and then nearer than the sleeper.",
            kind="night",
            write=with_cat,
        ),
    )
}
