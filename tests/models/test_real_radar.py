"""Real nights and days before another maker's bedside radar, which gives rates alone.

With `pytest -s` the figures are shown that the README states. The device's own stages are
no truth: how far two methods agree says nothing of how right either is.
"""

from pathlib import Path
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
import pytest

from custom_components.halo_rise.sleep.epoch import STAGES
from models.recordings import Recording, load
from models.replay import score

EMPTY = (12, 13, 15, 16)
"""Daytime, or an empty room."""

OF_DEVICE = np.array([0, 1, 1, 2, 3])
"""From the device's stages (wake, N1, N2, N3, REM) to ours."""

EPOCH_SECONDS = 30.0


@pytest.fixture(scope="module")
def replays(shared_data: Path) -> dict[int, tuple[Recording, dict[str, Any]]]:
    """Play every recording through the engine."""
    found = {}
    for path in sorted((shared_data / "radar").glob("somnofy_home_*.npz")):
        recording = load(path)
        found[int(path.stem[-2:])] = recording, score(recording)
    assert len(found) == 18
    return found


def _kappa(ours: NDArray[np.intp], theirs: NDArray[np.intp]) -> float:
    """Return Cohen's kappa."""
    table = np.zeros((len(STAGES), len(STAGES)))
    np.add.at(table, (theirs, ours), 1.0)
    table /= table.sum()
    chance = float(table.sum(axis=0) @ table.sum(axis=1))
    return (float(np.trace(table)) - chance) / (1.0 - chance)


@pytest.mark.data
def test_every_night_is_one_session_and_no_day_is(
    replays: dict[int, tuple[Recording, dict[str, Any]]],
) -> None:
    sessions = {
        number: len(result["nights"]) for number, (_, result) in replays.items()
    }
    assert sessions == {number: int(number not in EMPTY) for number in sessions}


@pytest.mark.data
@pytest.mark.parametrize("which", ["stage", "settled_stage"])
def test_stages_agree_with_the_devices_own(
    replays: dict[int, tuple[Recording, dict[str, Any]]], which: str
) -> None:
    ours, theirs = [], []
    for recording, result in replays.values():
        assert recording.time is not None
        assert recording.device_stages is not None
        for number, epoch in enumerate(result["epochs"]):
            middle = (number + 0.5) * EPOCH_SECONDS
            row = int(np.searchsorted(recording.time, middle)) - 1
            theirs_now = int(recording.device_stages[row]) if row >= 0 else -1
            if theirs_now < 0 or epoch["settled_stage"] is None:
                continue
            ours.append(STAGES.index(epoch[which]))
            theirs.append(int(OF_DEVICE[theirs_now]))
    kappa = _kappa(np.array(ours), np.array(theirs))
    sys.stdout.write(f"{which}: kappa {kappa:.3f} over {len(ours)} epochs\n")
    # Measured 0.55 live and 0.57 settled; far less would be a fault.
    assert kappa > 0.45
