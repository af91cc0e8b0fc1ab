"""Nights as a module sends them, with what really happened."""

from math import nan

import numpy as np
from numpy.typing import NDArray

from .families import FAMILIES, Scene
from .modules import KINDS, View, frames, view
from .people import Mask, runs
from .truth import ModuleNight, Seen, Truth

SESSION_GAP = 1800
"""Seconds out of bed above which a session is over."""

RATE_WINDOW = 15
"""Seconds before and after over which breaths are counted for the truth."""


def render(family: str, household_seed: int, number: int, kind: str) -> ModuleNight:
    """Render a night of a household as a module sends it.

    Args:
        family: One of the names of FAMILIES.
        household_seed: Not negative.
        number: Which night of the household; 0 is an ordinary one.
        kind: One of the names of KINDS.

    """
    return render_scene(
        FAMILIES[family].night(household_seed, number),
        family,
        household_seed,
        number,
        kind,
    )


def render_scene(
    scene: Scene, family: str, household_seed: int, number: int, kind: str
) -> ModuleNight:
    """Render a scene that has been drawn already."""
    sight = view(scene)
    return ModuleNight(
        family=family,
        household=household_seed,
        number=number,
        kind=kind,
        capabilities=KINDS[kind].capabilities,
        truth=truth(scene, sight, kind),
        frames=frames(sight, kind),
    )


def truth(scene: Scene, sight: View, kind: str) -> Truth:
    """Return what really happened in a scene, and whom a kind of module measures in it."""
    primary = scene.bodies[0]
    mine = primary.in_bed
    others = np.zeros(scene.seconds, bool)
    apart = np.full(scene.seconds, np.inf)
    own = np.linalg.norm(primary.position - _origin(scene), axis=1)
    for body in scene.bodies[1:]:
        if body.who != Seen.OTHER:
            continue
        others |= body.in_bed
        metres = np.linalg.norm(body.position - _origin(scene), axis=1)
        both = body.in_bed & mine
        apart[both] = np.minimum(apart[both], np.abs(metres - own)[both])
    seen = sight.seen
    if kind == "targets":
        seen = np.where(others, np.int8(Seen.OTHER), np.int8(Seen.NOBODY))
        seen[mine] = Seen.PRIMARY
    covered = np.ones(scene.seconds, bool)
    for begin, end in scene.gaps:
        covered[begin:end] = False
    sessions, trips = _sessions(mine, scene.start)
    return Truth(
        start=float(scene.start),
        primary_in_bed=mine,
        occupied=mine | others,
        others_in_bed=others,
        seen=seen.astype(np.int8),
        stages=primary.stages,
        trying=primary.trying,
        range_difference=np.where(np.isfinite(apart), apart, nan),
        respiration_rate=np.where(mine, primary.rate(RATE_WINDOW, RATE_WINDOW), nan),
        sessions=sessions,
        trips=trips,
        covered=covered,
    )


def _origin(scene: Scene) -> NDArray[np.float64]:
    pose = scene.home.pose
    return np.array((pose.x, pose.y, pose.z))


type Spans = tuple[tuple[float, float], ...]


def _sessions(in_bed: Mask, start: int) -> tuple[Spans, Spans]:
    """Return sessions and the trips within them."""
    sessions: list[tuple[float, float]] = []
    trips: list[tuple[float, float]] = []
    for begin, end in runs(in_bed):
        if sessions and start + begin - sessions[-1][1] <= SESSION_GAP:
            trips.append((sessions[-1][1], float(start + begin)))
            sessions[-1] = (sessions[-1][0], float(start + end))
        else:
            sessions.append((float(start + begin), float(start + end)))
    return tuple(sessions), tuple(trips)
