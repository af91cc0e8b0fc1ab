"""A night of two in one bed, in which the sleeper goes to the bathroom while the partner stays.

Which night it is was chosen by what happens in it, not by what the engine says about it:
counted from household 0 it is the first in which the trip takes two to five minutes, the
partner is within the module's reach all along, both sleep for nine tenths of the ten
minutes before, and the sleeper is asleep again within three minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import batched
from typing import Any, Self

import numpy as np

from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.radar.frame import RadarFrame
from custom_components.halo_rise.sleep.engine import SleepEngine
from models.world.families import Family, Night, beside, two_trips
from models.world.modules import view
from models.world.render import render_scene, truth
from models.world.truth import Mask, ModuleNight, Truth

from .history import BATCH

KIND = "mr60bha2"
HOUSEHOLD, NIGHT, TRIP = 103, 1, 1


def _write(night: Night) -> None:
    beside(night, two_trips)


COUPLE = Family(
    name="couple",
    summary="Two trips to the bathroom, with a partner in bed.",
    kind="night",
    write=_write,
    partner=True,
)


def _render(number: int) -> ModuleNight:
    scene = COUPLE.night(HOUSEHOLD, number)
    return render_scene(scene, COUPLE.name, HOUSEHOLD, number, KIND)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Couple:
    """The night and what was learned before it; times are those of the simulated world."""

    frames: list[RadarFrame]
    truth: Truth
    partner_asleep: Mask
    """Of each second."""

    left: float
    """When the sleeper gets up."""

    back: float
    """When the sleeper lies down again."""

    asleep: float
    """When the sleeper sleeps again."""

    profile: dict[str, Any]

    @classmethod
    def draw(cls) -> Self:
        """Render the night, and let an engine live through the one before it."""
        engine = SleepEngine(mr60bha2.CAPABILITIES)
        _feed(engine, _render(0).frames)
        scene = COUPLE.night(HOUSEHOLD, NIGHT)
        happened = truth(scene, view(scene), KIND)
        left, back = happened.trips[TRIP]
        again = int(np.argmax(happened.asleep[int(back - happened.start) :]))
        return cls(
            frames=_render(NIGHT).frames,
            truth=happened,
            partner_asleep=scene.bodies[1].stages > 0,
            left=left,
            back=back,
            asleep=back + again,
            profile=engine.profile(),
        )

    def during(self, begin: float, end: float) -> slice:
        """Return where some seconds lie in the arrays of the truth."""
        first = self.truth.start
        return slice(int(begin - first), int(end - first))

    def engine(self, until: float, shift: float) -> SleepEngine:
        """Return the engine as it would be if it had listened until then.

        Args:
            until: The last moment.
            shift: Seconds by which the night is said to have been later than it was.

        """
        engine = SleepEngine(mr60bha2.CAPABILITIES, profile=self.profile)
        before = (frame for frame in self.frames if frame.time < until)
        _feed(engine, (replace(each, time=each.time + shift) for each in before))
        return engine

    def since(self, begin: float) -> Iterator[RadarFrame]:
        """Return the frames from then on."""
        return (frame for frame in self.frames if frame.time >= begin)


def _feed(engine: SleepEngine, frames: Iterator[RadarFrame] | list[RadarFrame]) -> None:
    for some in batched(frames, BATCH, strict=False):
        engine.process(some)
