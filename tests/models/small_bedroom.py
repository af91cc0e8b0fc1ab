"""A bedroom small enough for tests: the same contract as the simulated ones."""

from math import nan

import numpy as np

from custom_components.halo_rise.radar.frame import Capabilities, RadarFrame
from models.world.truth import ModuleNight, Seen, Truth

CAPABILITIES = Capabilities(
    model="stub",
    name="Stub",
    manufacturer="",
    frame_interval=1.0,
    distance=True,
    motion=True,
    respiration_rate=True,
    vital_range=1.5,
)
LEAD, IN_BED, AFTER = 300, 2400, 2100
"""Seconds before, in and after bed."""

FIRST_NIGHT = 1_700_000_000.0


def draw(family: str, household: int, number: int, kind: str) -> ModuleNight:
    """Return forty minutes in bed before a module that tells rates."""
    start = FIRST_NIGHT + 86400 * number
    size = LEAD + IN_BED + AFTER
    mine = np.zeros(size, dtype=np.bool_)
    if family != "fan":
        mine[LEAD : LEAD + IN_BED] = True
    rng = np.random.default_rng([household, number])
    edges = {LEAD, LEAD + 1, LEAD + 2, LEAD + IN_BED - 2, LEAD + IN_BED - 1}
    frames = [
        RadarFrame(
            time=start + second,
            distance=0.8 if there else nan,
            motion=80.0 if second in edges and mine.any() else 1.0,
            respiration_rate=15.0 + float(rng.normal()) if there else nan,
        )
        for second, there in enumerate(mine.tolist())
    ]
    session = (start + LEAD, start + LEAD + IN_BED)
    truth = Truth(
        start=start,
        primary_in_bed=mine,
        occupied=mine,
        others_in_bed=np.zeros(size, dtype=np.bool_),
        seen=np.where(mine, Seen.PRIMARY, Seen.NOBODY).astype(np.int8),
        stages=np.where(mine, 2, -1).astype(np.int8),
        trying=mine,
        range_difference=np.full(size, nan),
        respiration_rate=np.where(mine, 15.0, nan),
        sessions=(session,) if mine.any() else (),
        trips=(),
        covered=np.ones(size, dtype=np.bool_),
    )
    return ModuleNight(
        family=family,
        household=household,
        number=number,
        kind=kind,
        capabilities=CAPABILITIES,
        truth=truth,
        frames=frames,
    )
