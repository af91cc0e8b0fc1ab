"""The last minutes of the measured chest: does it move, and how does it breathe?"""

from collections.abc import Callable
from math import isfinite, nan
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from ..radar.frame import Capabilities
from . import presence, respiration, staging
from .epoch import EPOCH_SECONDS
from .gathering import Gathering, mean
from .respiration import Breathing
from .timeline import SAMPLE_RATE, Second

type FloatArray = npt.NDArray[np.float64]
type BoolArray = npt.NDArray[np.bool_]

MEMORY = 160
"""Seconds of displacement kept: five epochs and the filters' run-up."""

LOOK_SPAN = 30.0
LOOK_BACK = 60
"""Seconds a live look describes, and seconds it may look back."""

MODULE_MOVING = 10.0
"""Module motion index above which somebody moves."""

USUAL_FROM = 20
"""Seconds without movement after which it is known how abrupt this breathing is."""

RUN_UP = 60.0
"""Seconds before an epoch that the filters get as run-up."""


class Chest:
    """What the radar saw of the chest, and what that says."""

    def __init__(self, capabilities: Capabilities) -> None:
        """Begin with nothing seen."""
        self._capabilities = capabilities
        self._increments: FloatArray = np.full(MEMORY * SAMPLE_RATE, nan)
        self._moving: BoolArray = np.zeros(MEMORY, dtype=np.bool_)
        self._jerks: FloatArray = np.full(MEMORY, nan)
        self._usual_jerk = nan
        self.clock = nan
        """The latest second."""

        self.look = Breathing()
        """The breathing when it was last looked at."""

    def remember(self, second: Second) -> None:
        """Move the memory on to this second; seconds that were skipped are unknown."""
        passed = second.time - self.clock if isfinite(self.clock) else MEMORY
        shift = int(min(max(passed, 1.0), MEMORY))
        self.clock = second.time
        for array, width, empty in (
            (self._increments, SAMPLE_RATE, nan),
            (self._moving, 1, False),
            (self._jerks, 1, nan),
        ):
            count = shift * width
            array[:-count] = array[count:]
            array[-count:] = empty
        self._increments[-SAMPLE_RATE:] = second.increments

    def judge_movement(self, second: Second, speed: float) -> tuple[bool, bool]:
        """Return whether the measured body moves, and whether its chest does.

        A Doppler target may be a hand, but also a curtain or a fan; nobody comes to bed
        or leaves it without moving the chest.

        Args:
            second: The one that was remembered last.
            speed: Radial speed of the measured body in m/s.

        """
        if self._capabilities.displacement:
            increments = second.increments
            now = respiration.jerk(
                increments, self._increments[-SAMPLE_RATE - 1], float(SAMPLE_RATE)
            )
            peak = float(np.abs(increments).max()) * SAMPLE_RATE
            body = respiration.is_abrupt(now, self._usual_jerk, peak)
            moving = body or speed >= respiration.DOPPLER_SPEED
            if not moving:
                self._jerks[-1] = now
        elif self._capabilities.motion:
            moving = body = second.motion >= MODULE_MOVING
        else:
            moving = body = speed >= respiration.DOPPLER_SPEED
        self._moving[-1] = moving
        return moving, body

    def look_at_breathing(self, second: Second, resting: float) -> bool:
        """Describe the breathing since the last movement; return whether one could.

        Args:
            second: The one that was remembered last.
            resting: Seconds since the last movement.

        """
        if self._capabilities.displacement:
            known = self._jerks[np.isfinite(self._jerks)]
            self._usual_jerk = (
                float(np.median(known)) if known.size > USUAL_FROM else nan
            )
            rest = int(min(resting + 1 - respiration.MARGIN_AFTER, LOOK_BACK))
            if rest < presence.SINCE_MOVEMENT:
                return False
            increments = self._increments[-rest * SAMPLE_RATE :]
            self.look = respiration.analyse(
                increments,
                np.isfinite(increments),
                float(SAMPLE_RATE),
                min(LOOK_SPAN, float(rest)),
            )
        elif self._capabilities.respiration_rate:
            self.look = presence.rates_breathing(
                second.respiration_rate, second.quality
            )
        return True

    def breathing(self, second: Second) -> Breathing:
        """Return the breathing as far as it is known in this second."""
        if self._capabilities.displacement:
            return self.look
        return presence.rates_breathing(second.respiration_rate, second.quality)

    def epoch_breathing(
        self, now: Gathering, relax: Callable[[], None]
    ) -> tuple[Breathing, Breathing]:
        """Return the breathing of the epoch and of the window that ends with it."""
        if not self._capabilities.displacement:
            rate = median(now.rate) if now.rate else nan
            own = presence.rates_breathing(rate, mean(now.quality))
            return own, Breathing()
        # The memory ends with the second after the epoch, which closed it.
        end = int(min(max(self.clock - now.start - EPOCH_SECONDS + 1.0, 0.0), MEMORY))
        stop = MEMORY - end
        increments = self._increments[: stop * SAMPLE_RATE]
        calm = np.repeat(~respiration.widen(self._moving[:stop]), SAMPLE_RATE)
        rate = float(SAMPLE_RATE)
        run_up = round((EPOCH_SECONDS + RUN_UP) * rate)
        epoch = respiration.analyse(
            increments[-run_up:], calm[-run_up:], rate, EPOCH_SECONDS
        )
        relax()
        span = staging.WINDOW * EPOCH_SECONDS
        window = round(span * rate)
        return epoch, respiration.analyse(
            increments[-window:], calm[-window:], rate, span
        )

    def arrays(self) -> dict[str, Any]:
        """Return the arrays to be saved."""
        return {
            "increments": self._increments.copy(),
            "moving": self._moving.copy(),
            "jerks": self._jerks.copy(),
        }

    def numbers(self) -> list[float]:
        """Return the numbers to be saved."""
        return [self.clock, self._usual_jerk]

    def load(
        self, arrays: dict[str, Any], numbers: list[float], look: Breathing
    ) -> None:
        """Take up what was saved.

        Raises:
            ValueError: If the arrays have another shape.

        """
        for name, own in (
            ("increments", self._increments),
            ("moving", self._moving),
            ("jerks", self._jerks),
        ):
            if arrays[name].shape != own.shape:
                raise ValueError(f"the saved {name} have another shape")
            own[:] = arrays[name]
        self.clock, self._usual_jerk = numbers
        self.look = look
