"""Draw the differences of a device over the size of what is measured."""

from io import StringIO
import re
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
import numpy as np

from .framework import (
    ABSOLUTE_LIMIT,
    ConstantLimits,
    Discrepancy,
    ParallelLimits,
    RatioLimits,
    Size,
    WideningLimits,
)
from .statistics import Floats

INK, SOFT, FAINT, PAPER = "#22282f", "#69727c", "#e3e6ea", "#ffffff"

POINT, BIAS, LIMIT_COLOUR = "#0072b2", "#d55e00", "#7a5195"
"""The first two of Okabe and Ito (2008), which the colour-blind tell apart."""

ON_PAGE = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    FAINT: "var(--faint)",
    PAPER: "var(--paper)",
    POINT: "var(--point)",
    BIAS: "var(--bias)",
    LIMIT_COLOUR: "var(--limit)",
}
"""What the colours are called on a page, which may be dark."""

PLACES = 101
"""Points of a drawn line."""

MARGIN = 0.04
"""Of the width, on both sides of the points."""

NAMED = 3
"""Sleepers outside the limits whose names are written beside them, the farthest first."""

INCHES = (5.0, 3.3)

STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "sans-serif"],
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.color": SOFT,
    "ytick.labelcolor": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "halo-rise",
}


def bland_altman(each: Discrepancy) -> Figure:
    """Draw one measure: the sleepers, the bias and the limits of agreement."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=INCHES, facecolor=PAPER, layout="constrained")
        axes = figure.subplots()
        axes.set_facecolor(PAPER)
        unit = each.measure.unit
        axes.set_xlabel(
            f"{'reference' if each.size is Size.REFERENCE else 'mean of both'}, {unit}"
        )
        axes.set_ylabel(f"device − reference, {unit}")
        axes.axhline(0.0, color=SOFT, linewidth=0.8, linestyle=(0, (1, 2)))
        if each.sizes.size:
            _lines(axes, each)
            axes.scatter(
                each.sizes,
                each.differences,
                s=24,
                color=POINT,
                alpha=0.75,
                linewidths=0,
                zorder=4,
            )
            _names(axes, each)
        else:
            axes.text(
                0.5,
                0.5,
                "no sleeper in whom both know it",
                transform=axes.transAxes,
                ha="center",
            )
    return figure


def _lines(axes: Axes, each: Discrepancy) -> None:
    low, high = float(each.sizes.min()), float(each.sizes.max())
    margin = MARGIN * (high - low) or 1.0
    places = np.linspace(low - margin, high + margin, PLACES)
    axes.set_xlim(places[0], places[-1])
    bias, bias_low, bias_high = each.bias.at(places)
    axes.fill_between(places, bias_low, bias_high, color=BIAS, alpha=0.18, linewidth=0)
    axes.plot(places, bias, color=BIAS, linewidth=1.6)
    for (from_, to), limit in zip(
        limit_bands(each, places), each.limits_at(places), strict=True
    ):
        axes.fill_between(
            places, from_, to, color=LIMIT_COLOUR, alpha=0.13, linewidth=0
        )
        axes.plot(places, limit, color=LIMIT_COLOUR, linewidth=1.3, linestyle="--")


def limit_bands(
    each: Discrepancy, places: Floats
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the intervals of the lower and of the upper limit of agreement.

    Beside a bias that is a line they are those of the distance from it.
    """
    ones = np.ones_like(places)
    bias = each.bias.at(places)[0]
    match each.limits:
        case ConstantLimits(lower_interval=lower, upper_interval=upper):
            return (
                (lower.low * ones, lower.high * ones),
                (upper.low * ones, upper.high * ones),
            )
        case ParallelLimits(interval=interval):
            near, far = interval.low * ones, interval.high * ones
        case WideningLimits(line=line):
            near, far = (
                ABSOLUTE_LIMIT * np.maximum(end, 0.0) for end in line.band(places)
            )
        case RatioLimits(interval=interval):
            near, far = interval.low * places, interval.high * places
    return (bias - far, bias - near), (bias + near, bias + far)


def _names(axes: Axes, each: Discrepancy) -> None:
    lower, upper = each.limits_at(each.sizes)
    beyond = np.maximum(lower - each.differences, each.differences - upper)
    middle = (each.sizes.min() + each.sizes.max()) / 2.0
    for place in np.argsort(-beyond, kind="stable")[:NAMED]:
        if beyond[place] > 0.0:
            right = each.sizes[place] > middle
            axes.annotate(
                each.subjects[place],
                (each.sizes[place], each.differences[place]),
                xytext=(-6 if right else 6, 0),
                textcoords="offset points",
                ha="right" if right else "left",
                va="center",
                fontsize=7.5,
                color=INK,
            )


def as_svg(figure: Figure) -> str:
    """Return a figure as SVG, the same for the same figure."""
    buffer = StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(
            buffer,
            format="svg",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    return buffer.getvalue()


def on_page(svg: str, label: str) -> str:
    """Return a figure to be put into a page, in that page's colours.

    Args:
        svg: The figure.
        label: What somebody hears who does not see it; must be escaped.
    """
    start = svg.index("<svg")
    head, body = svg[start:].split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    for colour, name in ON_PAGE.items():
        body = body.replace(colour, name)
    # Letters of the page rather than those of the machine that drew.
    body = re.sub(r"font: ([\d.]+px)[^;\"]*", r"font: \1 var(--sans)", body)
    return f'{head} role="img" aria-label="{label}">{body}'
