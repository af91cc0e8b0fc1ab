"""Fit the semi-Markov chain of sleep stages to hypnograms.

A bout of a stage does not forget how long it has lasted: most awakenings are over within
a minute, REM sleep goes on for a quarter of an hour. The chain therefore knows the age of
the bout. When a bout of stage `s` has lasted `a` epochs of 30 s at time `t` of the night,
it ends with probability ``hazard[part(t), s, a]``, and the next epoch then belongs to
stage `r` with probability ``transition[part(t), s, r]``.

The time of night counts from sleep onset, the first epoch of any sleep, because REM and
deep sleep follow it and not the clock. Everything before the onset is part 0. In that
part only waking has been observed; its other rows hold what was found right after onset,
so that a filter that guesses the onset wrongly meets no impossible stage.

The file holds, for all nights pooled:

- ``stages`` str [4]: the order of the stage axes.
- ``initial`` [4]: stage of the first epoch in bed.
- ``night_part_edges_hours`` [parts + 1]: part `p` spans ``edges[p] <= hours since onset
  < edges[p + 1]``. The first edge is minus infinity, the second 0, the last infinity, so
  ``np.searchsorted(edges[1:-1], hours, side="right")`` is the part.
- ``transition`` [parts, 4, 4]: from, to; zero diagonal, rows sum to 1.
- ``hazard`` [parts, 4, 120]: ``hazard[p, s, a - 1]`` for a bout that has lasted `a`
  epochs including this one; the last bin stands for all greater ages.
- ``initial_healthy``, ``transition_healthy``, ``hazard_healthy`` and the same with
  ``_apnea``: the two groups of sleepers by themselves.
- ``source``, ``version`` str.

Smoothing. The hazard at an age is the share of bouts that ended there, with neighbouring
ages weighted in by a Gaussian kernel in the logarithm of the age, since a bout of 100
epochs has no detail that a single epoch would show. Estimates of a part lean on those of
the whole night, those of a group on the pooled ones, by pseudo-observations. The
constants were chosen by the likelihood of nights left out.

Unknown epochs break bouts. A bout that a gap or the end of the recording cuts off counts
as having lasted at least so long. A bout that comes out of a gap has an unknown age: how
it ended counts for the transitions alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Annotated, Any
import zipfile

import numpy as np
from numpy.typing import NDArray
import typer

from custom_components.halo_rise.sleep.epoch import EPOCH_SECONDS, STAGES

from .errors import UserError
from .recordings import read_arrays

type Floats = NDArray[np.float64]
type Stages = NDArray[np.int8]

SHIPPED_WEIGHTS = (
    Path(__file__).parents[1]
    / "custom_components/halo_rise/sleep/weights/semi_markov.npz"
)

VERSION = "1"

MAX_AGE = 120
"""Epochs after which a bout no longer ages: an hour, which hardly any bout outlasts."""

NIGHT_PART_EDGES_HOURS = (-inf, 0.0, 0.75, 1.5, 3.0, 4.5, 6.0, inf)
"""Hours since sleep onset; finer in the first cycle, where the night changes most."""

KERNEL_WIDTH = 0.4
"""Standard deviation of the hazard's kernel in natural logarithms of the age."""

PART_STRENGTH = 20.0
"""Pseudo-observations with which a part of the night leans on the whole night."""

GROUP_STRENGTH = 80.0
"""Pseudo-observations with which a group of sleepers leans on all of them."""

LAPLACE = 0.5
"""Pseudo-count that keeps what was never seen possible (Jeffreys)."""

STAGE_OF_FIVE: Stages = np.array([0, 1, 1, 2, 3, -1], np.int8)
"""Index into ``STAGES`` of wake, N1, N2, N3, REM; the last serves unknown, -1."""

DATASETS = {"dodh": "healthy", "dodo": "apnea"}
"""The group of sleepers behind the name of a data set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypnograms:
    """Nights of four-state stages in the order of ``STAGES``; -1 is unknown."""

    nights: tuple[Stages, ...]
    groups: tuple[str, ...]
    """The group of sleepers each night belongs to."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A semi-Markov chain of the four stages; shapes as in the module's description."""

    initial: Floats
    transition: Floats
    hazard: Floats
    edges_hours: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was seen: numbers of epochs, by part of the night, stage and age."""

    initial: Floats
    """[4]: nights that began with the stage."""

    moves: Floats
    """[parts, 4, 4]: bouts that were followed by another stage."""

    ended: Floats
    """[parts, 4, ages]: bouts that ended at the age."""

    lasted: Floats
    """[parts, 4, ages]: bouts that reached the age and whose next epoch is known."""


def count(
    nights: Iterable[Stages],
    *,
    edges_hours: Sequence[float] = NIGHT_PART_EDGES_HOURS,
    max_age: int = MAX_AGE,
) -> Counts:
    """Count how bouts age, end and follow each other."""
    parts = len(edges_hours) - 1
    states = len(STAGES)
    initial = np.zeros(states)
    moves = np.zeros((parts, states, states))
    ended = np.zeros((parts, states, max_age))
    lasted = np.zeros((parts, states, max_age))
    for night in nights:
        known = np.flatnonzero(night >= 0)
        if not known.size:
            continue
        # Recordings start before the lights go out; the night starts with its first score.
        night = night[known[0] : known[-1] + 1]
        initial[night[0]] += 1
        starts = np.flatnonzero(np.diff(night, prepend=night[0] - 1))
        lengths = np.diff(starts, append=night.size)
        of_unknown_age = np.zeros(starts.size, bool)
        of_unknown_age[1:] = night[starts[:-1]] < 0
        age = np.arange(night.size) - np.repeat(starts, lengths)
        age_known = ~np.repeat(of_unknown_age, lengths)

        asleep = np.flatnonzero(night > 0)
        onset = asleep[0] if asleep.size else night.size
        # An epoch's fate is decided when it ends, hence the epoch after it.
        hours = (np.arange(1, night.size + 1) - onset) * EPOCH_SECONDS / 3600
        hours[:onset] = -1
        part = np.searchsorted(edges_hours[1:-1], hours, side="right")

        here, after = night[:-1], night[1:]
        part, age, age_known = (
            part[:-1],
            np.minimum(age[:-1], max_age - 1),
            age_known[:-1],
        )
        seen = (here >= 0) & (after >= 0)
        left = seen & (here != after)
        np.add.at(moves, (part[left], here[left], after[left]), 1)
        left &= age_known
        np.add.at(ended, (part[left], here[left], age[left]), 1)
        stayed = seen & age_known
        np.add.at(lasted, (part[stayed], here[stayed], age[stayed]), 1)
    return Counts(initial=initial, moves=moves, ended=ended, lasted=lasted)


def fit(
    counts: Counts,
    *,
    edges_hours: Sequence[float] = NIGHT_PART_EDGES_HOURS,
    kernel_width: float = KERNEL_WIDTH,
    part_strength: float = PART_STRENGTH,
    group_strength: float = GROUP_STRENGTH,
    pooled: Chain | None = None,
) -> Chain:
    """Turn counts into smoothed probabilities, leaning on `pooled` where it is given."""
    if pooled is None:
        initial = counts.initial + LAPLACE
        moves = _off_diagonal(counts.moves.sum(0) + LAPLACE)
        transition = _with_parts(counts.moves, _normalised(moves), part_strength)
        ended, lasted = _kernel_sums(counts, kernel_width)
        whole = (ended.sum(0) + LAPLACE) / (lasted.sum(0) + 2 * LAPLACE)
        prior_hazard = np.broadcast_to(whole, ended.shape)
        strength = part_strength
    else:
        initial = counts.initial + LAPLACE + group_strength / 10 * pooled.initial
        transition = _normalised(counts.moves + group_strength * pooled.transition)
        ended, lasted = _kernel_sums(counts, kernel_width)
        prior_hazard = pooled.hazard
        strength = group_strength
    hazard = (ended + strength * prior_hazard) / (lasted + strength)
    # Before the onset nobody slept: what comes right after it is the best guess.
    transition[0, 1:] = transition[1, 1:]
    hazard[0, 1:] = hazard[1, 1:]
    return Chain(
        initial=_normalised(initial),
        transition=transition,
        hazard=hazard,
        edges_hours=tuple(edges_hours),
    )


def _normalised(weights: Floats) -> Floats:
    """Scale the last axis to a sum of 1."""
    normalised: Floats = weights / weights.sum(-1, keepdims=True)
    return normalised


def _off_diagonal(weights: Floats) -> Floats:
    """Clear the diagonal of the last two axes: a bout is not followed by its own stage."""
    return weights * (1 - np.eye(weights.shape[-1]))


def _with_parts(moves: Floats, whole: Floats, strength: float) -> Floats:
    """Estimate each part of the night with the whole night as its prior."""
    return _normalised(moves + strength * whole)


def _kernel_sums(counts: Counts, width: float) -> tuple[Floats, Floats]:
    """Add up ends and survivals over neighbouring ages.

    The kernel's peak is 1, so the sums remain numbers of observations, those at the age
    itself in full and others in part.
    """
    age = np.log(np.arange(1, counts.ended.shape[-1] + 1))
    kernel = np.exp(-0.5 * ((age[:, None] - age) / width) ** 2)
    return counts.ended @ kernel, counts.lasted @ kernel


def log_likelihood(chain: Chain, nights: Iterable[Stages]) -> float:
    """Sum the logarithms of the probabilities of what the nights did, epoch by epoch."""
    seen = count(nights, edges_hours=chain.edges_hours, max_age=chain.hazard.shape[-1])
    hazard = np.clip(chain.hazard, 1e-12, 1 - 1e-12)
    survived = seen.lasted - seen.ended
    moved = seen.moves > 0
    return float(
        (seen.ended * np.log(hazard)).sum()
        + (survived * np.log1p(-hazard)).sum()
        + (seen.moves[moved] * np.log(np.maximum(chain.transition[moved], 1e-12))).sum()
        + (seen.initial * np.log(chain.initial)).sum()
    )


def load_hypnograms(path: Path) -> Hypnograms:
    """Read nights of five-stage scores: `stages`, `offsets`, `dataset` and `source`.

    Raises:
        UserError: The file is missing, foreign or contradicts itself.
    """
    keys = ("stages", "offsets", "dataset", "source")
    arrays = read_arrays(
        path, keys, hint="give a hypnogram file (.npz of scored nights)"
    )
    for key in keys:
        if key not in arrays:
            raise UserError(f"{path}: has no '{key}'; it needs {', '.join(keys)}")
    stages, offsets, dataset = arrays["stages"], arrays["offsets"], arrays["dataset"]
    if stages.ndim != 1 or stages.dtype.kind not in "iu" or not stages.size:
        raise UserError(f"{path}: 'stages' must be one row of whole numbers")
    if stages.min() < -1 or stages.max() > 4:
        raise UserError(f"{path}: 'stages' must lie between -1 (unknown) and 4 (REM)")
    if (
        offsets.ndim != 1
        or offsets.dtype.kind not in "iu"
        or offsets.size < 2
        or offsets[0] != 0
        or offsets[-1] != stages.size
        or (np.diff(offsets) <= 0).any()
    ):
        raise UserError(f"{path}: 'offsets' must rise from 0 to the number of stages")
    if dataset.shape != (offsets.size - 1,):
        raise UserError(f"{path}: 'dataset' must name one data set per night")
    unknown = sorted({str(name) for name in dataset} - DATASETS.keys())
    if unknown:
        raise UserError(
            f"{path}: 'dataset' names {unknown[0]!r}, known are {', '.join(DATASETS)}"
        )
    return Hypnograms(
        nights=tuple(
            STAGE_OF_FIVE[stages[start:end]] for start, end in pairwise(offsets)
        ),
        groups=tuple(DATASETS[str(name)] for name in dataset),
        source=str(arrays["source"]),
    )


def fit_groups(hypnograms: Hypnograms) -> dict[str, Chain]:
    """Fit all nights, under the name ``""``, and each group of sleepers by its name."""
    pooled = fit(count(hypnograms.nights))
    chains = {"": pooled}
    for group in sorted(set(hypnograms.groups)):
        nights = [
            night
            for night, of in zip(hypnograms.nights, hypnograms.groups, strict=True)
            if of == group
        ]
        chains[group] = fit(count(nights), pooled=pooled)
    return chains


def weights(chains: dict[str, Chain], *, source: str) -> dict[str, NDArray[Any]]:
    """Lay chains out as the arrays of the weights file."""
    arrays: dict[str, NDArray[Any]] = {
        "stages": np.array([stage.value for stage in STAGES]),
        "night_part_edges_hours": np.array(chains[""].edges_hours, np.float32),
        "source": np.array(source),
        "version": np.array(VERSION),
    }
    for group, chain in chains.items():
        suffix = f"_{group}" if group else ""
        arrays[f"initial{suffix}"] = chain.initial.astype(np.float32)
        arrays[f"transition{suffix}"] = chain.transition.astype(np.float32)
        arrays[f"hazard{suffix}"] = chain.hazard.astype(np.float32)
    return arrays


def save_weights(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write the file so that equal numbers give equal bytes, whatever the day.

    Raises:
        UserError: The file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(
            path, "w", zipfile.ZIP_DEFLATED, compresslevel=9
        ) as archive:
            for name in sorted(arrays):
                # The fixed date of ZipInfo keeps the time of the run out of the file.
                entry = zipfile.ZipInfo(f"{name}.npy")
                entry.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(entry, "w") as file:
                    np.save(file, arrays[name], allow_pickle=False)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None


def fit_transitions(
    hypnograms: Annotated[
        Path, typer.Argument(help="Scored nights, an .npz file of stages and offsets.")
    ],
    out: Annotated[
        Path, typer.Option(help="The weights file to write.")
    ] = SHIPPED_WEIGHTS,
) -> None:
    """Fit the semi-Markov chain of sleep stages to scored nights."""
    data = load_hypnograms(hypnograms)
    save_weights(out, weights(fit_groups(data), source=data.source))
    typer.echo(f"{out}: fitted on {len(data.nights)} nights")
