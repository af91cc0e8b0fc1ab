"""What is learned of a bed and its people over the nights.

It is small, outlives every session and is all that the tracker of the sleeper knows
when the evening begins.
"""

from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Any

import numpy as np
import numpy.typing as npt

from . import zone

type FloatArray = npt.NDArray[np.float64]

PROFILE_VERSION = 1

USUAL_PLACE = (0.75, 0.22)
"""Mean and standard deviation of the sleeper's distance before anything is known (m):
chest within 1.5 m of a nightstand (``radar.md`` §1.2), the nearer half of a bed."""

ELSEWHERE = 0.04
"""Share of the stays of a sleeper that are where he never lay before (assumption)."""

FIRST_TRUST = 0.3
"""Nights that what is expected counts for against what was learned."""

OTHER_PLACE = (1.30, 0.30)
"""The same for somebody beside (assumption: half a double bed farther)."""

PARTNERED = 0.02
LONE = 0.0005
"""Chance that somebody else comes to bed during a big movement, in a household where
others were seen in bed before and where never."""

SEEN_ALONE = 0.005
UNSEEN = 0.04
"""Least share of nights with others, where a module would have seen them and where it
would not (assumption: many beds are shared, but a lone sleeper must not become two)."""

HOUSEHOLD_MEMORY = 0.9
"""Weight of the earlier nights in the share of nights with others."""


@dataclass(slots=True, kw_only=True)
class Profile:
    """What was learned about the bed and its people over the nights."""

    nights: int = 0
    primary: FloatArray = field(default_factory=lambda: np.zeros(zone.BINS))
    """Where the sleeper rested, shape ``[BINS]``."""

    other: FloatArray = field(default_factory=lambda: np.zeros(zone.BINS))
    """Where others rested."""

    log_rate: float = nan
    """Mean logarithm of the sleeper's breathing rate."""

    log_depth: float = nan
    other_log_rate: float = nan
    company: float = 0.1
    """Share of nights with somebody else in bed."""

    bearing: float = nan
    """Radians from the sensor's axis to the sleeper."""

    height: float = nan
    """Metres from the sensor up to the sleeper's chest."""

    candidate: float = 0.0
    """Metres by which the last night was shifted, while that is not yet believed."""

    candidate_bearing: float = nan
    """Radians to the sleeper in the last night, while that is not yet believed."""

    def dump(self) -> dict[str, Any]:
        """Return it as numbers, strings and lists."""
        return {
            "version": PROFILE_VERSION,
            "nights": self.nights,
            "primary": self.primary.tolist(),
            "other": self.other.tolist(),
            "breathing": [
                value if isfinite(value) else None
                for value in (self.log_rate, self.log_depth, self.other_log_rate)
            ],
            "company": self.company,
            "bearing": self.bearing if isfinite(self.bearing) else None,
            "height": self.height if isfinite(self.height) else None,
            "candidate": self.candidate,
            "candidate_bearing": self.candidate_bearing
            if isfinite(self.candidate_bearing)
            else None,
        }

    @classmethod
    def load(cls, saved: Any) -> Profile:
        """Return the profile that ``dump`` laid out.

        Raises:
            ValueError: If it is none, or one of another version.

        """
        try:
            if saved["version"] != PROFILE_VERSION:
                raise ValueError("the learned profile belongs to another version")
            primary = np.array(saved["primary"], dtype=np.float64)
            other = np.array(saved["other"], dtype=np.float64)
            log_rate, log_depth, other_log_rate = (
                nan if value is None else float(value) for value in saved["breathing"]
            )
            bearing, height, candidate = (
                nan if saved[name] is None else float(saved[name])
                for name in ("bearing", "height", "candidate_bearing")
            )
            profile = cls(
                nights=int(saved["nights"]),
                primary=primary,
                other=other,
                log_rate=log_rate,
                log_depth=log_depth,
                other_log_rate=other_log_rate,
                company=float(saved["company"]),
                bearing=bearing,
                height=height,
                candidate_bearing=candidate,
                candidate=float(saved["candidate"]),
            )
        except (KeyError, TypeError) as err:
            raise ValueError(f"the learned profile is incomplete: {err}") from err
        for places in (primary, other):
            if places.shape != (zone.BINS,) or not (
                np.isfinite(places).all() and (places >= 0.0).all()
            ):
                raise ValueError("the learned places are damaged")
        return profile


@dataclass(slots=True, kw_only=True)
class Model:
    """The profile made ready for use: log densities of distance, shape ``[BINS]``."""

    primary: FloatArray
    other: FloatArray
    company: float
    """Chance that somebody comes to a sleeper during a big movement."""

    accompanied: float
    """Chance that others are in bed at all."""

    log_rate: float
    log_depth: float
    other_log_rate: float


def model_of(profile: Profile, *, sees_company: bool = True) -> Model:
    """Prepare a profile.

    Args:
        profile: What was learned.
        sees_company: Whether the module would list a second body, so that nights in
            which none was are nights alone.

    """
    company = max(profile.company, SEEN_ALONE if sees_company else UNSEEN)
    own = _normal(*USUAL_PLACE)
    if profile.primary.any():
        trust = profile.nights / (profile.nights + FIRST_TRUST)
        own = trust * zone.smooth(profile.primary) + (1.0 - trust) * own
    others = _normal(*OTHER_PLACE)
    if profile.other.any():
        others = 0.6 * zone.smooth(profile.other) + 0.4 * others
    flat = np.full(zone.BINS, 1.0 / (zone.BIN * zone.BINS))
    return Model(
        primary=np.log((1.0 - ELSEWHERE) * own + ELSEWHERE * flat),
        other=np.log(0.7 * others + 0.3 * flat),
        company=LONE + (PARTNERED - LONE) * min(1.0, 2.0 * company),
        accompanied=company,
        log_rate=profile.log_rate,
        log_depth=profile.log_depth,
        other_log_rate=profile.other_log_rate,
    )


def _normal(mean: float, deviation: float) -> FloatArray:
    z = (zone.CENTRES - mean) / deviation
    density: FloatArray = np.exp(-0.5 * z * z) / (deviation * np.sqrt(2.0 * np.pi))
    return density
