"""Hold the stages of our engine against polysomnography, floors and baselines.

The weights are the shipped ones, as users have them; retraining per fold is not there yet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
import json as js
from math import isfinite
import os
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
import typer

from custom_components.halo_rise.sleep.staging import MODEL_VERSION, WEIGHTS
from models.errors import UserError
from models.scenarios import chosen, kinds, side_by_side

from . import baselines
from .framework import STAGES, Options
from .nights import (
    DEVICE,
    SIMULATION,
    UNKNOWN,
    Said,
    Scored,
    Skipped,
    play,
    simulated as simulated_tasks,
    tasks as found_tasks,
)
from .report import plural
from .staging_figures import Method, of_method, of_nights

LEAVE_ONE_OUT = "leave-one-out"

SETTLED, LIVE = "engine, settled", "engine, live"
LIGHT, PRIOR = "always light", "time of night"
REGRESSION = "logistic regression"
BY_MOVEMENT = {"Cole-Kripke": baselines.cole_kripke, "Sadeh": baselines.sadeh}

NO_FOREST = (
    "random forest: not measured, no library of the workshop has one "
    "(scikit-learn is not installed)"
)
NO_TRAINING = "the shipped weights as they are; retraining per fold is not there yet"

AGREEMENT = "agreement with the device"

ALL_KNOWN = "of all epochs that the reference knows, silence taken for wake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Nights to learn from and nights to be tried on, by their places."""

    train: tuple[int, ...]
    test: tuple[int, ...]


def folds_of(nights: Sequence[Scored], folds: str) -> list[Fold]:
    """Divide nights into folds; a sleeper's nights are never on both sides.

    Args:
        nights: Of one data set.
        folds: `leave-one-out`, or how many.
    """
    sleepers = list(dict.fromkeys(night.sleeper for night in nights))
    count = len(sleepers) if folds == LEAVE_ONE_OUT else min(int(folds), len(sleepers))
    fold_of = {sleeper: place % count for place, sleeper in enumerate(sleepers)}
    places = range(len(nights))
    return [
        Fold(
            train=tuple(p for p in places if fold_of[nights[p].sleeper] != fold),
            test=tuple(p for p in places if fold_of[nights[p].sleeper] == fold),
        )
        for fold in range(count)
    ]


def _checked_folds(folds: str) -> str:
    if folds != LEAVE_ONE_OUT and not (folds.isdigit() and int(folds) >= 2):
        raise UserError(
            f"--folds {folds}: give {LEAVE_ONE_OUT} or a number of folds from 2 on"
        )
    return folds


def methods(nights: Sequence[Scored], folds: str) -> list[Method]:
    """Return the engine, the floors and the baselines, each tried on every night."""
    said: dict[str, list[Said | None]] = {
        name: [None] * len(nights) for name in (LIGHT, PRIOR, REGRESSION, *BY_MOVEMENT)
    }
    scales: dict[str, list[float]] = {name: [] for name in BY_MOVEMENT}
    tried = {
        name: [baselines.by_scale(rule, night) for night in nights]
        for name, rule in BY_MOVEMENT.items()
    }
    for fold in folds_of(nights, folds):
        train = [nights[place] for place in fold.train]
        for place in fold.test:
            said[LIGHT][place] = baselines.always_light(train, nights[place])
        if not train:
            continue
        for place in fold.test:
            said[PRIOR][place] = baselines.time_of_night(train, nights[place])
        for place, words in zip(
            fold.test,
            baselines.logistic(train, [nights[place] for place in fold.test]),
            strict=True,
        ):
            said[REGRESSION][place] = words
        for name, rule in BY_MOVEMENT.items():
            scale = baselines.fit_scale([tried[name][place] for place in fold.train])
            if scale is None:
                continue
            scales[name].append(scale)
            for place in fold.test:
                said[name][place] = baselines.by_movement(rule, nights[place], scale)
    moved = " and ".join(sorted({night.movement_from for night in nights}))
    notes = {
        name: f"movement: {moved}; scale of counts fitted on the other folds: "
        f"{min(found):.3g} to {max(found):.3g}"
        for name, found in scales.items()
        if found
    }
    return [
        Method(name=SETTLED, said=tuple(night.settled for night in nights)),
        Method(name=LIVE, said=tuple(night.live for night in nights)),
        *(
            Method(
                name=name,
                said=tuple(words),
                two_states=name in BY_MOVEMENT,
                note=notes.get(name, ""),
            )
            for name, words in said.items()
        ),
    ]


def _spoken(night: Scored) -> NDArray[np.bool_]:
    """Return the epochs on which methods are compared: those that the engine settled."""
    return np.asarray(night.settled.stages != UNKNOWN)


def _all(night: Scored) -> NDArray[np.bool_]:
    return np.ones(night.reference.size, np.bool_)


def of_data_set(
    nights: Sequence[Scored], skipped: Sequence[Skipped], folds: str, options: Options
) -> dict[str, Any]:
    """Return all that is measured on a data set."""
    against = nights[0].against
    made: dict[str, Any] = {}
    known = sum(int(night.known.sum()) for night in nights)
    spoken = sum(int((night.known & _spoken(night)).sum()) for night in nights)
    compared = _spoken if spoken else _all
    for method in methods(nights, folds):
        # The live engine is asked about its own epochs.
        own = method.name == LIVE
        made[method.name] = {
            "compared": of_method(nights, method, options, _all if own else compared),
            "all_epochs": of_method(
                nights, method, options, _all, silence_is_wake=True
            ),
            "note": method.note,
        }
    result = {
        "reference": against,
        "simulated": against == SIMULATION,
        "is": AGREEMENT if against == DEVICE else "accuracy",
        "nights": len(nights),
        "fold_groups": len({night.sleeper for night in nights}),
        "scored_epochs": known,
        "spoken_epochs": spoken,
        "coverage": 100.0 * spoken / known,
        "silent_nights": [n.name for n in nights if not (n.known & _spoken(n)).any()],
        "reference_shares": {
            name: 100.0
            * sum(int((night.reference == stage).sum()) for night in nights)
            / known
            for stage, name in enumerate(STAGES)
        },
        "movement": sorted({night.movement_from for night in nights}),
        "methods": made,
        "engine": {
            "settled": of_nights(nights, [night.settled for night in nights]),
            "live": of_nights(nights, [night.live for night in nights]),
        },
        "skipped": [{"name": each.name, "why": each.why} for each in skipped],
    }
    return _renamed(result) if against == DEVICE else result


def _renamed(tree: Any) -> Any:
    """Call agreement with a device what it is; it is no accuracy."""
    match tree:
        case dict():
            return {
                name.replace("accuracy", "agreement"): _renamed(each)
                for name, each in tree.items()
            }
        case list():
            return [_renamed(each) for each in tree]
        case _:
            return tree


def _known(tree: Any) -> Any:
    """Return a tree without what JSON has no word for."""
    match tree:
        case dict():
            return {name: _known(each) for name, each in tree.items()}
        case list() | tuple():
            return [_known(each) for each in tree]
        case float():
            return tree if isfinite(tree) else None
        case _:
            return tree


# For a person

WIDTHS = (20, 7, 18, 18, 6, 24, 9, 6)


def _row(cells: Iterable[str]) -> str:
    return "  ".join(
        cell.ljust(width) if place == 0 else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    ).rstrip()


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None or not isfinite(value) else f"{value:.{digits}f}"


def _around(figures: dict[str, Any], name: str, digits: int) -> str:
    text = _number(figures.get(name), digits)
    interval = figures["intervals"].get(name)
    if interval is None or text == "-":
        return text
    return f"{text} ({_number(interval.low, digits)}..{_number(interval.high, digits)})"


def table(name: str, found: dict[str, Any]) -> list[str]:
    """Return the table of a data set."""
    device = found["is"] == AGREEMENT
    right = "agreement" if device else "accuracy"
    lines = [
        "",
        f"{name}: "
        f"{plural(found['nights'], 'night')}, "
        f"{plural(found['fold_groups'], 'group')} for the folds, "
        f"{found['scored_epochs']:,} scored epochs; reference: {found['reference']}",
    ]
    if device:
        lines.append(f"{AGREEMENT}, which is no truth")
    lines.append(
        f"the engine settled {found['spoken_epochs']:,} of them "
        f"({found['coverage']:.1f} %); all but the live row are compared on these, the "
        "last column on all (silence taken for wake)"
        if found["spoken_epochs"]
        else "the engine settled none of them; the rest are compared on all"
    )
    if found["silent_nights"]:
        lines.append(f"silent all night: {', '.join(found['silent_nights'])}")
    lines.append(
        _row(
            (
                "",
                "epochs",
                f"{right} %",
                "kappa",
                "F1",
                "sensitivity W/L/D/R %",
                "s/w kappa",
                "ECE",
            )
        )
        + "   kappa of all"
    )
    for method, both in found["methods"].items():
        figures, everything = both["compared"], both["all_epochs"]
        if figures is None:
            lines.append(f"{method.ljust(WIDTHS[0])}  -")
            continue
        stages = figures.get("stages")
        trust = figures["calibration"]
        whole = "-" if everything is None else _number(everything.get("kappa"), 2)
        lines.append(
            _row(
                (
                    method,
                    f"{figures['epochs']}",
                    _around(figures, right, 1),
                    _around(figures, "kappa", 2),
                    _number(figures.get("macro_f1"), 2),
                    "/".join(_number(stages[s]["sensitivity"], 0) for s in STAGES)
                    if stages
                    else "-",
                    _number(figures["sleep_wake"]["kappa"], 2),
                    _number(trust["error"], 2) if trust else "-",
                )
            )
            + f"   {whole}"
        )
        if both["note"]:
            lines.append(f"    {both['note']}")
    if found["methods"][REGRESSION]["all_epochs"] is None:
        lines.append("no other sleeper's night to fit the baselines on")
    lines += _metric_lines(found["engine"]["settled"]["metrics"])
    return lines


def _metric_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the metrics of the settled nights, a line for some of them."""
    texts = []
    for row in rows:
        if row["nights"]:
            low, high = row["limits"]
            limits = f" ({low:.1f}..{high:.1f})" if isfinite(low) else ""
            texts.append(
                f"{row['metric']} {row['bias']:+.1f}{limits} {row['unit']}".rstrip()
            )
    if not texts:
        return []
    return ["settled, bias (limits of agreement):"] + [
        "    " + "; ".join(texts[place : place + 4])
        for place in range(0, len(texts), 4)
    ]


def staging(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of data sets, each a folder of recordings (.npz); or one data "
            "set, or one recording."
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="This data set; may be repeated.")
    ] = None,
    folds: Annotated[
        str,
        typer.Option(
            metavar="FOLDS",
            help="Of what the baselines learn from: leave-one-out, or how many. No "
            "sleeper is on both sides.",
        ),
    ] = LEAVE_ONE_OUT,
    simulated: Annotated[
        int, typer.Option(help="Simulated nights of every kind of module too.", min=0)
    ] = 0,
    seed: Annotated[
        int, typer.Option(help="Of the bootstraps and the simulated households.", min=0)
    ] = 1,
    resamples: Annotated[
        int, typer.Option(help="Of each bootstrap, over nights.", min=100)
    ] = 2000,
    jobs: Annotated[
        int, typer.Option(help="Nights at the same time; 0 is one per core.", min=0)
    ] = 0,
    out: Annotated[
        Path | None, typer.Option("--json", help="Where to write everything.")
    ] = None,
) -> None:
    """Hold the stages of the engine against polysomnography, floors and baselines.

    The weights are the shipped ones; retraining them per fold is not there yet. Nights
    with a device's own stages give agreement with that device, never accuracy.
    """
    _checked_folds(folds)
    # Before anything is played: somebody may be at work on the engine.
    engine = fingerprint()
    tasks = [] if data is None else found_tasks(data)
    tasks += simulated_tasks(simulated, seed, kinds())
    if not tasks:
        raise UserError("nothing to evaluate: give --data DIR, --simulated N, or both")
    names = chosen(
        dict.fromkeys(task.data_set for task in tasks), only or (), "data set"
    )
    tasks = [task for task in tasks if task.data_set in names]
    jobs = min(jobs or os.process_cpu_count() or 1, len(tasks))
    played = list(side_by_side(play, tasks, jobs, "Nights"))
    played.sort(key=lambda one: (list(names).index(one.data_set), one.name))
    options = Options(resamples=resamples, seed=seed)
    results: dict[str, Any] = {}
    skipped = [one for one in played if isinstance(one, Skipped)]
    for name in names:
        for nights, against in _by_reference(
            [o for o in played if isinstance(o, Scored) and o.data_set == name]
        ):
            results[name if against is None else f"{name}, {against}"] = of_data_set(
                nights, [s for s in skipped if s.data_set == name], folds, options
            )
    for line in _report(results, skipped, engine):
        typer.echo(line)
    if not results:
        raise UserError(f"{data}: not one scored night; see above")
    if out is not None:
        _write(out, results, skipped, folds, options, engine)


def _by_reference(
    nights: Sequence[Scored],
) -> list[tuple[list[Scored], str | None]]:
    """Keep apart what is held against different things."""
    kinds_there = sorted({night.against for night in nights})
    return [
        (
            [night for night in nights if night.against == against],
            None if len(kinds_there) == 1 else against,
        )
        for against in kinds_there
    ]


def fingerprint() -> str:
    """Return a fingerprint of the engine and all its weights.

    The model's version says how stages are told, not when somebody is there to be told.
    """
    digest = sha256()
    sleep = WEIGHTS.parents[1]
    for path in sorted((*sleep.glob("*.py"), *sleep.glob("weights/*"))):
        digest.update(f"{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _report(
    results: dict[str, Any], skipped: Sequence[Skipped], engine: str
) -> list[str]:
    lines = [f"{MODEL_VERSION}, engine {engine}: {NO_TRAINING}", NO_FOREST]
    for name, found in results.items():
        lines += table(name, found)
    if skipped:
        lines.append("")
    lines += [f"skipped {one.data_set}/{one.name}: {one.why}" for one in skipped]
    return lines


def _write(
    out: Path,
    results: dict[str, Any],
    skipped: Sequence[Skipped],
    folds: str,
    options: Options,
    engine: str,
) -> None:
    tree = {
        "model_version": MODEL_VERSION,
        "engine": engine,
        "weights": NO_TRAINING,
        "random_forest": NO_FOREST,
        "folds": folds,
        "seed": options.seed,
        "resamples": options.resamples,
        "units": "accuracies, agreements, sensitivities, precisions, coverage: percent; "
        "kappa and F1: 1 is best",
        "all_epochs": ALL_KNOWN,
        "data_sets": results,
        "skipped": [
            {"data_set": one.data_set, "name": one.name, "why": one.why}
            for one in skipped
        ],
    }
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(js.dumps(_known(tree), indent=1, allow_nan=False) + "\n")
    except OSError as error:
        raise UserError(f"{out}: cannot be written ({error.strerror})") from None
