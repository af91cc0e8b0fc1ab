"""Fit the network of sleep intent to simulated nights.

The examples come from the engine as it is, whose stages depend on the intent by the
weights it has. So weights that were fitted are themselves the beginning of a better fit;
the shipped ones come from several such rounds, the last one with the defaults below.

Nobody publishes nights in which somebody noted when they put the book away, so this is
learned from `models/world`: whatever it believes about reading, television and lying
awake is in these weights, and figures of simulated nights say no more than that.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
import multiprocessing
import os
from pathlib import Path
import sys
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from tqdm import tqdm
import typer

from custom_components.halo_rise.sleep import intent, settling
from custom_components.halo_rise.sleep.engine import LATE, SleepEngine
from custom_components.halo_rise.sleep.epoch import EPOCH_SECONDS
from custom_components.halo_rise.sleep.intent import WEIGHTS, Clues, Network, Usual

from . import cli
from .replay import batches
from .scenarios import household_seed, kinds, render
from .world.truth import Truth

type Floats = NDArray[np.float64]

FAMILIES = (
    "alone",
    "reading",
    "television",
    "asleep_over_a_book",
    "awake_at_four",
    "restless",
    "two_bathroom_trips",
    "partner_first",
    "first_night",
)
"""Families with and without reading; the rest of the world is left to the measuring."""

UNITS = 12
DECAY = 1e-3
"""Weight of the squared weights beside the mean loss."""

NOT_TRYING_WEIGHT = 8.0
"""A night has ten times as much sleep as reading; each error shall count."""

TRYING_SHARE = 0.2
"""Share of the epochs of sleep that is enough to learn from."""

RUNS = 3
"""Starts of the optimiser, of which the best is kept."""


class Examples(NamedTuple):
    """What the network sees, and what is true."""

    inputs: Floats
    """Shape ``[epochs, INPUTS]``."""

    trying: Floats
    """Shape ``[epochs]``, the share of each epoch with the wish to sleep."""


class Noted(NamedTuple):
    """A night as it was seen."""

    start: float
    live: Sequence[Clues]
    settled: Sequence[Clues]
    usual: Usual


@contextmanager
def _recorded() -> Iterator[list[Noted]]:
    """Note the clues of every night that is settled."""
    noted: list[Noted] = []
    own = settling.settled_clues

    def note(scored: Sequence[settling.Scored], *others: Any) -> Any:
        clues, usual = own(scored, *others)
        noted.append(
            Noted(
                scored[0].epoch.start, [one.clues for one in scored], list(clues), usual
            )
        )
        return clues, usual

    settling.settled_clues = note  # type: ignore[assignment]
    try:
        yield noted
    finally:
        settling.settled_clues = own


def _last_of_each(noted: Sequence[Noted]) -> list[Noted]:
    """Return the last note of every night, which is looked at more than once."""
    return list({night.start: night for night in noted}.values())


def examples(task: tuple[str, str, int], nights: int) -> Examples:
    """Let a household sleep and return what its engine saw, settled and live."""
    family, kind, household = task
    engine: SleepEngine | None = None
    truths: list[Truth] = []
    end = 0.0
    rows: list[Floats] = []
    wanted: list[float] = []
    with _recorded() as noted:
        for number in range(nights + 1):
            night = render(family, household, number, kind)
            truths.append(night.truth)
            engine = engine or SleepEngine(night.capabilities)
            for some in batches(iter(night.frames), 30.0):
                engine.process(some)
            end = night.frames[-1].time
        assert engine is not None
        engine.flush(end + LATE)
        engine.close_session()
    before = Usual()
    for seen in _last_of_each(noted):
        truth = next(
            one
            for one in truths
            if one.start <= seen.start < one.start + one.trying.size
        )
        # By what is known at the end of the night, and live by the nights before.
        for clues, known in ((seen.settled, seen.usual), (seen.live, before)):
            for index, one in enumerate(clues):
                at = int(seen.start - truth.start + index * EPOCH_SECONDS)
                span = slice(at, at + int(EPOCH_SECONDS))
                if not one.known or not truth.primary_in_bed[span].all():
                    continue
                around = clues[max(0, index - intent.RECENT + 1) : index + 1]
                rows.append(intent.inputs(around, known))
                wanted.append(float(truth.trying[span].mean()))
        before = seen.usual
    return Examples(
        np.array(rows).reshape(-1, intent.INPUTS), np.array(wanted, dtype=np.float64)
    )


def fit(data: Examples, *, seed: int) -> tuple[Network, float]:
    """Fit the network; return it and its mean loss (cross entropy in nats)."""
    rng = np.random.default_rng(seed)
    kept = (data.trying < 0.5) | (rng.random(data.trying.size) < TRYING_SHARE)
    data = Examples(data.inputs[kept], data.trying[kept])
    weight = np.where(data.trying < 0.5, NOT_TRYING_WEIGHT, 1.0 / TRYING_SHARE)
    weight /= weight.sum()
    shapes = ((intent.INPUTS, UNITS), (UNITS,), (UNITS,), (intent.INPUTS,), (1,))
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])

    def unpack(values: Floats) -> list[Floats]:
        return [
            part.reshape(shape)
            for part, shape in zip(np.split(values, ends[:-1]), shapes, strict=True)
        ]

    def loss(values: Floats) -> tuple[float, Floats]:
        hidden, hidden_bias, output, direct, bias = unpack(values)
        units = np.tanh(data.inputs @ hidden + hidden_bias)
        total = units @ output + data.inputs @ direct + bias
        mean = float(weight @ (np.logaddexp(0.0, total) - data.trying * total))
        error = weight * (1.0 / (1.0 + np.exp(-total)) - data.trying)
        back = np.outer(error, output) * (1.0 - units * units)
        gradient = np.concatenate(
            [
                (data.inputs.T @ back).ravel(),
                back.sum(axis=0),
                units.T @ error,
                data.inputs.T @ error,
                [error.sum()],
            ]
        )
        return (
            mean + 0.5 * DECAY * float(values @ values),
            gradient + DECAY * values,
        )

    found = min(
        (
            optimize.minimize(
                loss,
                rng.normal(0.0, 0.3, ends[-1]),
                jac=True,
                method="L-BFGS-B",
                options={"maxiter": 400},
            )
            for _ in range(RUNS)
        ),
        key=lambda result: float(result.fun),
    )
    hidden, hidden_bias, output, direct, bias = unpack(found.x)
    return (
        Network(
            hidden=hidden,
            hidden_bias=hidden_bias,
            output=output,
            direct=direct,
            bias=float(bias[0]),
        ),
        float(found.fun),
    )


def fit_intent(
    out: Annotated[Path, typer.Option(help="Where to write the weights.")] = WEIGHTS,
    households: Annotated[
        int, typer.Option(help="Of each family and kind of module.", min=1)
    ] = 4,
    nights: Annotated[int, typer.Option(help="Of each household.", min=1)] = 1,
    seed: Annotated[int, typer.Option(help="Of the households.", min=0)] = 7,
) -> None:
    """Fit the network of sleep intent to simulated nights."""
    tasks = [
        (family, kind, household_seed(seed, family, index))
        for family in FAMILIES
        for kind in kinds()
        for index in range(households)
    ]
    with ProcessPoolExecutor(
        os.process_cpu_count() or 1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=cli.begin_worker,
    ) as pool:
        found = list(
            tqdm(
                pool.map(partial(examples, nights=nights), tasks),
                total=len(tasks),
                file=sys.stderr,
                unit="household",
            )
        )
    data = Examples(
        np.concatenate([each.inputs for each in found]),
        np.concatenate([each.trying for each in found]),
    )
    network, loss = fit(data, seed=seed)
    np.savez_compressed(
        out,
        hidden=network.hidden.astype(np.float32),
        hidden_bias=network.hidden_bias.astype(np.float32),
        output=network.output.astype(np.float32),
        direct=network.direct.astype(np.float32),
        bias=np.float32(network.bias),
    )
    typer.echo(
        f"{data.trying.size} epochs, {np.mean(data.trying < 0.5):.1%} of them not "
        f"trying; loss {loss:.4f}; written to {out}"
    )
