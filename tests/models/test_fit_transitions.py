"""The semi-Markov chain fitted to hypnograms."""

from math import inf
from pathlib import Path

from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp
import numpy as np
import pytest

from custom_components.halo_rise.sleep.epoch import STAGES
from models.errors import UserError
from models.fit_transitions import (
    MAX_AGE,
    NIGHT_PART_EDGES_HOURS,
    SHIPPED_WEIGHTS,
    count,
    fit,
    fit_groups,
    fit_transitions,
    load_hypnograms,
    log_likelihood,
)

WHOLE_NIGHT = (-inf, 0.0, inf)


def night(text: str) -> np.ndarray:
    """Read one letter per epoch: a, l, d, r, and ? for unknown."""
    return np.array(["aldr".find(letter) for letter in text], np.int8)


def save_hypnograms(path: Path, **changes: object) -> Path:
    """Write a valid hypnogram file of two nights, but for `changes`."""
    arrays: dict[str, object] = {
        "stages": np.array([0, 0, 1, 2, 3, 2, 4, 0, 0, 1, 2, 2, -1, 2], np.int8),
        "offsets": np.array([0, 8, 14]),
        "dataset": np.array(["dodh", "dodo"]),
        "source": np.array("a test"),
    }
    arrays |= changes
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})  # type: ignore[arg-type]
    return path


def test_bouts_are_counted_by_age_stage_and_successor() -> None:
    """One night, by hand: awake 2, light 3, deep 1, light 1 and then the end."""
    counts = count([night("aallldl")], edges_hours=WHOLE_NIGHT, max_age=4)

    assert counts.initial.tolist() == [1, 0, 0, 0]
    # Before the onset, part 0, only waking can be.
    assert counts.lasted[0].tolist() == [[1, 1, 0, 0], [0] * 4, [0] * 4, [0] * 4]
    assert counts.ended[0, 0].tolist() == [0, 1, 0, 0]
    assert counts.moves[0, 0].tolist() == [0, 1, 0, 0]
    assert counts.lasted[1, 1].tolist() == [1, 1, 1, 0], (
        "the last bout's fate is unknown"
    )
    assert counts.ended[1, 1].tolist() == [0, 0, 1, 0]
    assert counts.ended[1, 2].tolist() == [1, 0, 0, 0]
    assert counts.moves[1, 1].tolist() == [0, 0, 1, 0]
    assert counts.moves[1, 2].tolist() == [0, 1, 0, 0]


def test_gap_breaks_bouts_and_hides_the_age_of_the_next() -> None:
    """What touches a gap is not taken for a whole bout."""
    counts = count([night("ll??lld")], edges_hours=WHOLE_NIGHT, max_age=4)

    assert counts.lasted[1, 1].tolist() == [1, 0, 0, 0]
    assert counts.ended.sum() == 0
    assert counts.moves[1].sum() == counts.moves[1, 1, 2] == 1


def test_unscored_ends_of_a_recording_do_not_count() -> None:
    """A night begins and ends with its first and last score."""
    trimmed = count([night("aaldl")])
    padded = count([night("???aaldl??")])

    assert np.array_equal(trimmed.lasted, padded.lasted)
    assert np.array_equal(trimmed.ended, padded.ended)
    assert np.array_equal(trimmed.initial, padded.initial)


def test_time_of_night_counts_from_sleep_onset() -> None:
    """An hour awake in bed does not move the night's parts."""
    sleep = "l" * 119 + "d" + "l" * 10
    early = count([night(sleep)], edges_hours=(-inf, 0.0, 1.0, inf))
    late = count([night("a" * 120 + sleep)], edges_hours=(-inf, 0.0, 1.0, inf))

    assert early.moves[1, 1, 2] == late.moves[1, 1, 2] == 1
    assert early.moves[2, 2, 1] == late.moves[2, 2, 1] == 1
    assert late.moves[0, 0, 1] == 1


def simulate(rng: np.random.Generator, epochs: int) -> np.ndarray:
    """Draw a hypnogram whose parameters are known.

    Awake lasts exactly 2 epochs, light and REM sleep end with a probability of 0.1 and
    0.05 at any age, deep sleep never before its 10th epoch and then with 0.5.
    """
    followers: dict[int, list[float]] = {
        0: [0, 1, 0, 0],
        1: [0.5, 0, 0.3, 0.2],
        2: [0, 1, 0, 0],
        3: [0.5, 0.5, 0, 0],
    }
    stages: list[int] = []
    stage = 0
    while len(stages) < epochs:
        length = {
            0: 2,
            1: rng.geometric(0.1),
            2: 9 + rng.geometric(0.5),
            3: rng.geometric(0.05),
        }[stage]
        stages += [stage] * int(length)
        stage = int(rng.choice(np.arange(4), p=followers[stage]))
    return np.array(stages[:epochs], np.int8)


def test_known_parameters_are_found_again() -> None:
    """Fitted to hypnograms drawn from a known chain, the fit is that chain."""
    rng = np.random.default_rng(4)
    chain = fit(
        count([simulate(rng, 1000) for _ in range(100)], edges_hours=WHOLE_NIGHT),
        edges_hours=WHOLE_NIGHT,
        kernel_width=0.05,
    )

    assert chain.initial[0] > 0.95
    assert chain.transition[1, 1] == pytest.approx([0.5, 0, 0.3, 0.2], abs=0.02)
    assert chain.transition[1, 3] == pytest.approx([0.5, 0.5, 0, 0], abs=0.03)
    assert chain.hazard[1, 0, :2] == pytest.approx([0, 1], abs=0.01)
    assert chain.hazard[1, 1, :20] == pytest.approx(np.full(20, 0.1), abs=0.03)
    assert chain.hazard[1, 3, :20] == pytest.approx(np.full(20, 0.05), abs=0.03)
    assert chain.hazard[1, 2, :8].max() < 0.01
    assert chain.hazard[1, 2, 9:12] == pytest.approx(np.full(3, 0.5), abs=0.05)


@given(
    nights=st.lists(
        hnp.arrays(np.int8, st.integers(1, 200), elements=st.integers(-1, 3)),
        max_size=4,
    )
)
def test_any_hypnogram_gives_proper_probabilities(nights: list[np.ndarray]) -> None:
    """However little was seen, nothing is impossible, certain or not a number."""
    chain = fit(count(nights))

    parts = len(NIGHT_PART_EDGES_HOURS) - 1
    assert chain.hazard.shape == (parts, 4, MAX_AGE)
    assert ((chain.hazard > 0) & (chain.hazard < 1)).all()
    assert chain.initial.sum() == pytest.approx(1)
    assert chain.transition.sum(-1) == pytest.approx(np.ones((parts, 4)))
    off_diagonal = ~np.eye(4, dtype=bool)
    assert (chain.transition[:, off_diagonal] > 0).all()
    assert (chain.transition[:, ~off_diagonal] == 0).all()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"stages": None}, "has no 'stages'"),
        ({"source": None}, "has no 'source'"),
        ({"stages": np.array([0.5, 1.0])}, "'stages' must be one row of whole numbers"),
        ({"stages": np.full(14, 7, np.int8)}, "'stages' must lie between -1"),
        ({"offsets": np.array([0, 8, 13])}, "'offsets' must rise"),
        ({"dataset": np.array(["dodh"])}, "'dataset' must name one data set per night"),
        ({"dataset": np.array(["dodh", "mine"])}, "'dataset' names 'mine'"),
        ({"dataset": np.array([{}, {}], object)}, "'dataset' holds Python objects"),
    ],
)
def test_foreign_hypnogram_file_is_refused(
    tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    """The message names the file and what is wrong with it."""
    path = save_hypnograms(tmp_path / "nights.npz", **changes)

    with pytest.raises(UserError, match="nights.npz") as caught:
        load_hypnograms(path)
    assert told in str(caught.value)


def test_missing_or_mangled_file_is_refused(tmp_path: Path) -> None:
    """Neither shows a traceback."""
    with pytest.raises(UserError, match="no such file"):
        load_hypnograms(tmp_path / "absent.npz")
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(UserError, match="text.npz: not an .npz file"):
        load_hypnograms(tmp_path / "text.npz")


def test_same_nights_give_the_same_file(tmp_path: Path) -> None:
    """The file carries no trace of when it was made."""
    path = save_hypnograms(tmp_path / "nights.npz")
    fit_transitions(path, tmp_path / "first.npz")
    fit_transitions(path, tmp_path / "second.npz")

    assert (tmp_path / "first.npz").read_bytes() == (
        tmp_path / "second.npz"
    ).read_bytes()


def test_shipped_weights_are_whole() -> None:
    """The file users install has every key, in the stages' order, and is small."""
    assert SHIPPED_WEIGHTS.stat().st_size < 40_000
    with np.load(SHIPPED_WEIGHTS, allow_pickle=False) as file:
        assert tuple(file["stages"]) == tuple(STAGES)
        edges = file["night_part_edges_hours"]
        assert edges == pytest.approx(NIGHT_PART_EDGES_HOURS)
        for group in ("", "_healthy", "_apnea"):
            assert file[f"initial{group}"].shape == (4,)
            assert file[f"transition{group}"].shape == (edges.size - 1, 4, 4)
            assert file[f"hazard{group}"].shape == (edges.size - 1, 4, MAX_AGE)
        assert str(file["source"])
        assert str(file["version"])


def test_shipped_weights_are_those_of_the_shared_hypnograms(
    shared_data: Path, tmp_path: Path
) -> None:
    """Anybody with the data can make the weights again."""
    fit_transitions(shared_data / "hypnograms/dod.npz", tmp_path / "again.npz")

    with (
        np.load(SHIPPED_WEIGHTS, allow_pickle=False) as shipped,
        np.load(tmp_path / "again.npz", allow_pickle=False) as again,
    ):
        assert shipped.files == again.files
        for key in shipped.files:
            if shipped[key].dtype.kind == "f":
                assert again[key] == pytest.approx(shipped[key], abs=1e-6), key
            else:
                assert np.array_equal(again[key], shipped[key]), key


def test_nights_left_out_are_likelier_than_under_a_memoryless_chain(
    shared_data: Path,
) -> None:
    """Age and time of night earn their keep on sleepers the fit has not seen."""
    data = load_hypnograms(shared_data / "hypnograms/dod.npz")
    gains = []
    for fold in range(4):
        rest = [each for i, each in enumerate(data.nights) if i % 4 != fold]
        held_out = [each for i, each in enumerate(data.nights) if i % 4 == fold]
        markov = fit(
            count(rest, edges_hours=WHOLE_NIGHT, max_age=1), edges_hours=WHOLE_NIGHT
        )
        gains.append(
            log_likelihood(fit(count(rest)), held_out)
            - log_likelihood(markov, held_out)
        )
    # Some 36 nats a night were found; 20 leave room for other smoothing.
    assert sum(gains) / len(data.nights) > 20


def test_healthy_sleepers_leave_light_sleep_later_than_apnea_patients(
    shared_data: Path,
) -> None:
    """The groups differ as the groups of sleepers do, with all of them in between."""
    chains = fit_groups(load_hypnograms(shared_data / "hypnograms/dod.npz"))

    hazard = {group: chain.hazard[1:, 1, :4].mean() for group, chain in chains.items()}
    assert hazard["healthy"] < hazard[""] < hazard["apnea"]
