"""The breathing rate against another method and against the truth.

With `pytest -s` the figures are shown that the README states.
"""

from pathlib import Path
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
import pytest

from models.recordings import displacement_mm, load
from models.replay import score
from models.synthesis import synthesise_night

GOOD = 0.3
"""Quality from which the engine itself reports a rate."""


def _rates(result: dict[str, Any]) -> NDArray[np.float64]:
    return np.array(
        [
            epoch["respiration_rate"]
            if epoch["respiration_rate"] is not None
            and epoch["respiration_quality"] >= GOOD
            else np.nan
            for epoch in result["epochs"]
        ]
    )


def _show(difference: NDArray[np.float64]) -> None:
    good = np.isfinite(difference)
    sys.stdout.write(
        f"{good.sum()} of {good.size} epochs good, median difference "
        f"{np.median(difference[good]):.3f} breaths/min\n"
    )


@pytest.mark.data
def test_the_rate_of_a_recorded_night_agrees_with_neurokit(shared_data: Path) -> None:
    import neurokit2

    recording = load(shared_data / "breathing" / "cpap_night.npz")
    own = _rates(score(recording))
    displacement, _ = displacement_mm(recording)
    rate = round(recording.sample_rate)
    clean = neurokit2.rsp_clean(displacement.astype(float), sampling_rate=rate)
    peaks = neurokit2.rsp_findpeaks(clean, sampling_rate=rate)["RSP_Peaks"]
    reference = neurokit2.signal_rate(
        peaks, sampling_rate=rate, desired_length=len(clean)
    )
    epochs = min(own.size, len(reference) // (30 * rate))
    reference = reference[: epochs * 30 * rate].reshape(epochs, -1).mean(axis=1)
    difference = np.abs(own[:epochs] - reference)
    good = np.isfinite(difference)
    _show(difference)
    assert good.mean() > 0.8
    assert np.median(difference[good]) <= 0.5


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_the_rate_of_an_invented_night_is_the_true_one(seed: int) -> None:
    night = synthesise_night(seed, hours=4.0)
    own = _rates(score(night.recording))
    truth = night.truth.respiration_rate[: own.size]
    difference = np.abs(own[: truth.size] - truth)
    good = np.isfinite(difference)
    _show(difference)
    assert good.mean() > 0.6
    assert np.median(difference[good]) <= 0.3
