"""Invented nights: what they say is true of them, and how they breathe."""

from collections.abc import Callable
import json
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

from models.errors import UserError
from models.recordings import STAGE_SECONDS, load
from models.synthesis import (
    INTERVAL_CV,
    N1,
    N2,
    N3,
    REM,
    SAMPLE_RATE,
    WAKE,
    SyntheticNight,
    Truth,
    hypnogram,
    synthesise,
    synthesise_night,
)

LAYERS = (WAKE, N1, N2, N3, REM)


@pytest.fixture(scope="module")
def nights() -> list[SyntheticNight]:
    """Invent nights of two dozen healthy sleepers."""
    return [synthesise_night(seed) for seed in range(24)]


def test_seed_decides_everything() -> None:
    """The same seed gives the same night to the bit, another seed another."""
    first, again, other = (synthesise_night(seed, hours=1) for seed in (3, 3, 4))
    assert first.recording.respiration is not None
    assert other.recording.respiration is not None
    assert np.array_equal(first.recording.respiration, again.recording.respiration)  # type: ignore[arg-type]
    assert np.array_equal(first.truth.stages, again.truth.stages)
    assert not np.array_equal(first.recording.respiration, other.recording.respiration)


def test_night_is_whole(nights: list[SyntheticNight]) -> None:
    """Empty bed, eight hours in bed, empty bed; all columns of one length."""
    for recording, truth in nights:
        assert recording.respiration is not None
        assert recording.distance is not None
        assert recording.stages is not None
        begin, end = truth.in_bed
        assert end - begin == 8 * 3600
        samples = round(recording.duration * SAMPLE_RATE)
        assert recording.respiration.shape == recording.distance.shape == (samples,)
        assert recording.stages.size * STAGE_SECONDS == recording.duration
        in_bed = slice(round(begin * SAMPLE_RATE), round(end * SAMPLE_RATE))
        occupied = np.isfinite(recording.distance)
        assert occupied[in_bed].all()
        assert occupied.sum() == in_bed.stop - in_bed.start
        assert (recording.stages[int(begin / 30) : int(end / 30)] >= 0).all()
        assert (recording.stages >= 0).sum() == 960
        empty = recording.respiration[: in_bed.start]
        assert np.ptp(empty) < 0.028, "an empty bed lies still"


def test_sleeper_arrives_and_leaves_with_movement(nights: list[SyntheticNight]) -> None:
    """Nobody appears in bed without having moved there."""
    for _, truth in nights:
        first, last = truth.movements[0], truth.movements[-1]
        assert first[0] == truth.in_bed[0]
        assert first[1] - first[0] > 10
        assert last[1] == pytest.approx(truth.in_bed[1])
        assert last[1] - last[0] > 7
        assert truth.stages[int(truth.in_bed[0] / 30)] == WAKE
        assert truth.stages[int(truth.in_bed[1] / 30) - 1] == WAKE


def test_true_rate_counts_the_breaths(nights: list[SyntheticNight]) -> None:
    """In epochs without movement it is the breaths that began, give or take the ends."""
    _, truth = nights[0]
    still = truth.movement_seconds == 0
    epochs = np.flatnonzero(still & np.isfinite(truth.respiration_rate))
    assert epochs.size > 500
    edges = np.concatenate((truth.breath_start, [np.inf]))
    for epoch in epochs:
        begin, end = epoch * STAGE_SECONDS, (epoch + 1) * STAGE_SECONDS
        breaths = np.searchsorted(edges, end) - np.searchsorted(edges, begin)
        assert abs(2 * breaths - truth.respiration_rate[epoch]) <= 2.001


def test_rate_can_be_read_from_the_waveform(nights: list[SyntheticNight]) -> None:
    """In still sleep the chest rises as often as the truth says."""
    recording, truth = nights[1]
    assert recording.respiration is not None
    band = signal.butter(2, (0.1, 0.6), "bandpass", fs=SAMPLE_RATE, output="sos")
    chest = signal.sosfiltfilt(band, recording.respiration)
    rises = np.flatnonzero((chest[:-1] < 0) & (chest[1:] >= 0)) / SAMPLE_RATE
    errors = []
    for epoch in np.flatnonzero((truth.movement_seconds == 0) & (truth.stages >= N2)):
        begin, end = np.searchsorted(rises, [30 * epoch - 2, 30 * epoch + 32])
        rate = 60 / np.diff(rises[begin:end]).mean()
        errors.append(abs(rate - truth.respiration_rate[epoch]))
    assert np.median(errors) < 0.3


def test_movement_hides_epochs_from_the_truth(nights: list[SyntheticNight]) -> None:
    """Where less than 10 s were still there is no rate, and out of bed never."""
    for _, truth in nights[:4]:
        unknown = np.isnan(truth.respiration_rate)
        assert (unknown == ((truth.movement_seconds > 20) | (truth.stages < 0))).all()
        length = (truth.movements[:, 1] - truth.movements[:, 0]).sum()
        assert truth.movement_seconds.sum() == pytest.approx(length, rel=0.01)


def test_architecture_is_that_of_healthy_sleepers(nights: list[SyntheticNight]) -> None:
    """Means over sleepers are near those of the scored nights (DOD-H)."""
    asleep, latency, shares = [], [], []
    for _, truth in nights:
        stages = truth.stages[truth.stages >= 0]
        asleep.append((stages > WAKE).mean())
        latency.append(np.flatnonzero(stages > WAKE)[0] / 2)
        shares.append(
            [(stages == each).sum() / (stages > WAKE).sum() for each in LAYERS[1:]]
        )
    assert np.mean(asleep) == pytest.approx(0.853, abs=0.07)
    assert np.mean(latency) == pytest.approx(19.6, abs=12)
    assert np.mean(shares, axis=0) == pytest.approx(
        [0.070, 0.555, 0.159, 0.216], abs=0.04
    )


def test_stages_differ_in_rate_as_published(nights: list[SyntheticNight]) -> None:
    """Relative to REM: wake 1.02, light 0.95, deep 0.92."""
    rates = per_stage(
        nights, lambda truth, mask: 60 / truth.breath_interval[mask].mean()
    )
    relative = rates / rates[:, 4:]
    assert np.nanmean(relative, axis=0) == pytest.approx(
        [1.02, 0.95, 0.95, 0.92, 1.0], abs=0.03
    )
    assert 13 < np.nanmean(rates) < 18


def test_regularity_orders_the_stages(nights: list[SyntheticNight]) -> None:
    """Variation of the breath interval: deep < light < REM < wake, as assumed."""
    variation = np.nanmean(
        per_stage(
            nights,
            lambda truth, mask: (
                truth.breath_interval[mask].std() / truth.breath_interval[mask].mean()
            ),
        ),
        axis=0,
    )
    # Sighs and the slow wander of the rate add a little.
    assert variation == pytest.approx(INTERVAL_CV, abs=0.02)
    assert (
        variation[N3] < variation[N2] < variation[N1] < variation[REM] < variation[WAKE]
    )


def test_breath_intervals_remember_only_in_wake_and_rem(
    nights: list[SyntheticNight],
) -> None:
    """Long-range correlations: ten breaths later (Kantelhardt 2003)."""

    def memory(truth: Truth, mask: np.ndarray) -> float:
        values = np.where(mask, np.log(truth.breath_interval), np.nan)
        values -= np.nanmean(values)
        return float(np.nanmean(values[:-10] * values[10:]) / np.nanvar(values))

    remembered = np.nanmean(per_stage(nights, memory), axis=0)
    assert remembered[WAKE] > 0.12
    assert remembered[REM] > 0.1
    assert remembered[N2] < 0.08
    assert remembered[N3] < 0.1


def test_rem_breaths_are_shallow(nights: list[SyntheticNight]) -> None:
    """Tidal volume in REM sleep is 73 % of that awake (Douglas 1982)."""
    depths = per_stage(nights, lambda truth, mask: truth.breath_depth[mask].mean())
    relative = np.exp(np.nanmean(np.log(depths / depths[:, :1]), axis=0))
    assert relative[REM] == pytest.approx(0.73, abs=0.08)
    assert relative[N2] == pytest.approx(1.0, abs=0.12)


def test_movements_are_as_frequent_and_as_long_as_published(
    nights: list[SyntheticNight],
) -> None:
    """Small: median 11 per hour of 4 s, N1/REM > N2 > N3. Large: 6.8 per hour of 12.4 s."""
    small: list[list[float]] = []
    rates: dict[bool, list[float]] = {True: [], False: []}
    lengths: dict[bool, list[float]] = {True: [], False: []}
    for _, truth in nights:
        stage = truth.stages[(truth.movements[:, 0] / STAGE_SECONDS).astype(int)]
        hours = [(truth.stages == each).sum() / 120 for each in LAYERS]
        length = truth.movements[:, 1] - truth.movements[:, 0]
        for large in (True, False):
            chosen = (stage > WAKE) & (truth.movement_large == large)
            rates[large].append(chosen.sum() / sum(hours[1:]))
            lengths[large].extend(length[chosen])
        small.append(
            [
                ((stage == each) & ~truth.movement_large).sum() / time
                if time
                else np.nan
                for each, time in zip(LAYERS, hours, strict=True)
            ]
        )
    assert np.median(rates[False]) == pytest.approx(11, abs=2)
    assert np.median(lengths[False]) == pytest.approx(4, abs=0.5)
    assert np.median(rates[True]) == pytest.approx(6.8, abs=1.5)
    assert np.mean(lengths[True]) == pytest.approx(12.4, abs=1.5)
    by_stage = np.nanmean(small, axis=0)
    assert by_stage[N3] < by_stage[N2] < min(by_stage[N1], by_stage[REM])


def test_apnea_patients_sleep_worse_and_pause() -> None:
    """Their nights are those of the apnea group, and breaths fail in series."""
    healthy = [synthesise_night(seed) for seed in range(8)]
    apnea = [synthesise_night(seed, group="apnea") for seed in range(8)]

    def asleep(night: SyntheticNight) -> float:
        return float((night.truth.stages > WAKE).mean())

    assert np.mean([asleep(each) for each in apnea]) < np.mean(
        [asleep(each) for each in healthy]
    )

    def shallow(night: SyntheticNight) -> float:
        depth = night.truth.breath_depth[night.truth.breath_stage == N2]
        return float((depth < 0.5 * np.median(depth)).mean())

    assert np.mean([shallow(each) for each in apnea]) > 0.08
    assert np.mean([shallow(each) for each in healthy]) < 0.08


def test_every_group_must_be_known() -> None:
    """Sleepers nobody has scored cannot be invented."""
    with pytest.raises(UserError, match="no group of sleepers is called 'cats'"):
        hypnogram(np.random.default_rng(0), 10, "cats")


def test_settings_are_obeyed() -> None:
    """Rate, distance and times are the caller's where given."""
    recording, truth = synthesise_night(
        5, hours=2, rate=12, distance=1.1, empty_before=60, empty_after=0
    )
    assert truth.in_bed == (60, 7260)
    assert recording.duration == 7260
    assert 10 < np.nanmedian(truth.respiration_rate) < 13.5
    assert recording.distance is not None
    assert recording.distance[650] == pytest.approx(1.1, abs=0.02)


def test_command_writes_nights_and_their_truth(tmp_path: Path) -> None:
    """A night and its truth lie side by side, epoch for epoch."""
    synthesise(tmp_path / "new", nights=2, seed=7, hours=0.5)

    for seed in (7, 8):
        recording = load(tmp_path / f"new/synthesised_healthy_{seed:04}.npz")
        text = (tmp_path / f"new/synthesised_healthy_{seed:04}.truth.json").read_text()
        truth = json.loads(text)
        assert recording.stages is not None
        assert len(truth["epochs"]) == recording.stages.size
        assert truth["epochs"][0]["stage"] is None
        assert truth["epochs"][0]["start"] == recording.start.isoformat()  # type: ignore[union-attr]
        assert "NaN" not in text


def per_stage(
    nights: list[SyntheticNight], measure: Callable[[Truth, np.ndarray], float]
) -> np.ndarray:
    """Measure the breaths of each stage that has some; shape [nights, stages]."""
    table = np.full((len(nights), len(LAYERS)), np.nan)
    for row, (_, truth) in enumerate(nights):
        for stage in LAYERS:
            mask = truth.breath_stage == stage
            if mask.sum() > 50:
                table[row, stage] = measure(truth, mask)
    return table
