"""Tell a person what an agreement says: a few lines, and one page that needs no other."""

from collections.abc import Iterable, Sequence
from html import escape
from math import isfinite
from pathlib import Path

import numpy as np

from .bland_altman import as_svg, bland_altman, on_page
from .deviations import DEVIATIONS, KEPT
from .framework import (
    ABSOLUTE_LIMIT,
    EPOCH_MINUTES,
    MEASURES,
    METRICS,
    PERCENT,
    SLEEP_WAKE,
    STAGES,
    Agreement,
    Average,
    ConstantBias,
    ConstantLimits,
    Counts,
    Discrepancy,
    Intervals,
    ParallelLimits,
    ProportionalBias,
    RatioLimits,
    Size,
    WideningLimits,
    sleep_wake,
)
from .statistics import LINE_PARAMETERS, Interval, Line, Spread

REPORT = "report.html"
PLOTS = "plots"

UNKNOWN_WORD = "–"

FEW_SLEEPERS = 20
"""Below these the report says that intervals are wide."""

LEVELS = 5
"""Depths of colour in an error matrix."""


# Words and numbers


def number(value: float, digits: int = 1) -> str:
    """Write a number for a person."""
    if not isfinite(value):
        return UNKNOWN_WORD
    text = f"{round(value, digits) + 0.0:.{digits}f}"
    return text.replace("-", "−")


def signed(value: float, digits: int = 1) -> str:
    """Write a difference for a person."""
    text = number(value, digits)
    return f"+{text}" if isfinite(value) and value > 0.0 and text[0] != "−" else text


def between(interval: Interval, digits: int = 1) -> str:
    """Write an interval."""
    if not (isfinite(interval.low) and isfinite(interval.high)):
        return UNKNOWN_WORD
    return f"[{number(interval.low, digits)}, {number(interval.high, digits)}]"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Write how many there are of something."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Write words as a sentence lists them."""
    return (
        " and ".join(words)
        if len(words) < 3
        else f"{', '.join(words[:-1])} and {words[-1]}"
    )


def digits_of(metric: str) -> int:
    """Return the decimals that a metric deserves."""
    return 1 if metric in PERCENT else 2


def formula(line: Line, size: Size) -> str:
    """Write a line as an equation."""
    sign = "−" if line.slope < 0.0 else "+"
    what = "reference" if size is Size.REFERENCE else "mean"
    return f"{number(line.intercept, 2)} {sign} {abs(line.slope):.3f} × {what}"


# In short


def sentences(result: Agreement) -> list[str]:
    """Say the most important in a few sentences, without markup."""
    wake, sleep = (result.pooled_sleep_wake[name] for name in SLEEP_WAKE)
    lines = []
    if isfinite(wake["sensitivity"]):
        lines.append(
            f"Of all epochs in which the reference is awake, the device notices "
            f"{number(wake['sensitivity'])} %; of those asleep "
            f"{number(sleep['sensitivity'])} % (κ {number(wake['kappa'], 2)})."
        )
    else:
        lines.append("The reference is never awake, so nothing is known of wake.")
    found = [
        f"{number(result.pooled_scores[name]['sensitivity'])} % of {name}"
        for name in STAGES[1:]
        if isfinite(result.pooled_scores[name]["sensitivity"])
    ]
    if found:
        lines.append(
            f"It finds {listed(found)} sleep. Over all four stages it agrees in "
            f"{number(result.overall['accuracy'])} % of the epochs "
            f"(κ {number(result.overall['kappa'], 2)})."
        )
    table = result.discrepancies[0]
    lines.append(_of_measure(table[0]))
    changing = [each.measure.title for each in table if each.proportional]
    if changing:
        lines.append(
            f"How far it is off depends on the night itself for {listed(changing)}: "
            "there a single mean would mislead, and the bias is a line."
        )
    return lines


def _of_measure(each: Discrepancy) -> str:
    """Say how far the device is off in a measure that is minutes of sleep."""
    unit = each.measure.unit
    if not each.sizes.size:
        return f"Nothing is known of {each.measure.title}."
    match each.bias:
        case ConstantBias(spread=whole, interval=interval):
            more = "more" if whole.mean >= 0.0 else "less"
            when = "On average" if each.sizes.size > 1 else "In the one night"
            text = (
                f"{when} it says {number(abs(whole.mean))} {unit} {more} "
                f"{each.measure.title} than the reference"
            )
            if interval.excludes_zero() is False:
                text += f", which may be chance (95 % interval {between(interval)})"
            elif interval.excludes_zero():
                text += f" (95 % interval {between(interval)})"
        case ProportionalBias():
            low, high = _ends(each)
            bias = each.bias.at(np.array([low, high]))[0].tolist()
            text = (
                f"Its error in {each.measure.title} goes from {signed(bias[0])} {unit} "
                f"in the night of {number(low, 0)} {unit} to {signed(bias[1])} in that of "
                f"{number(high, 0)}"
            )
    lower, upper = each.limits_at(np.array([np.median(each.sizes)]))
    if isfinite(lower[0]) and isfinite(upper[0]):
        text += (
            f"; in 95 of 100 nights the difference lies between {signed(float(lower[0]))} and "
            f"{signed(float(upper[0]))} {unit}"
        )
        if not isinstance(each.limits, ConstantLimits):
            text += " at the median night"
    return f"{text}."


def cautions(result: Agreement) -> list[str]:
    """Say what one should know before believing it, without markup."""
    lines = []
    count = len(result.sleepers)
    if count < 3:
        lines.append(
            f"With {plural(count, 'sleeper')} neither trends nor limits can be told: what "
            "needs more is left out (–), and the bias is taken for constant."
        )
    elif count < FEW_SLEEPERS:
        lines.append(
            f"{count} sleepers are few: the intervals are wide, and a trend that is not "
            "found may still be there."
        )
    pairs = (
        ("the reference", result.matrix.sum(axis=1)),
        ("the device", result.matrix.sum(axis=0)),
    )
    for who, totals in pairs:
        missing = [
            name
            for name, total in zip(STAGES, totals.tolist(), strict=True)
            if total == 0
        ]
        if missing:
            lines.append(f"{who.capitalize()} never says {listed(missing)}.")
    for who, measures in (
        ("the reference", result.reference),
        ("the device", result.device),
    ):
        sleepless = [
            subject
            for subject, total in zip(
                result.subjects, measures["TST"].tolist(), strict=True
            )
            if total == 0.0
        ]
        if sleepless:
            lines.append(
                f"By {who} {listed(sleepless)} never slept: the latency is the whole "
                "night, and the shares of sleep are left out."
            )
    for name in STAGES:
        n = result.average_scores[name]["sensitivity"].n
        if 0 < n < count:
            lines.append(
                f"The reference finds {name} in {n} of {count} sleepers; means of its "
                "sensitivity are over these."
            )
    only_by_reference = [
        one.measure.name
        for one, other in zip(*result.discrepancies[:2], strict=True)
        if one.proportional and other.proportional is False
    ]
    if only_by_reference:
        lines.append(
            f"For {listed(only_by_reference)} the bias depends on the reference, but not "
            "on the mean of both methods. Some of such a trend is always there: a night "
            "that a reference finds long is more often one it takes for too long. See "
            "“By other rules”."
        )
    unusual = [
        each.measure.name for each in result.discrepancies[0] if each.normal is False
    ]
    if unusual:
        lines.append(
            f"Differences are not normally distributed for {listed(unusual)} "
            "(Shapiro and Wilk, p ≤ .05): mind the single points in the plots; intervals "
            "by bootstrap (--intervals boot) are safer."
        )
    return lines


def describe(result: Agreement) -> str:
    """Return the agreement in a few lines for a person."""
    return "\n".join([heading(result), *sentences(result)])


def heading(result: Agreement) -> str:
    """Say what was compared."""
    epochs = int(result.matrix.sum())
    hours = epochs * EPOCH_MINUTES / 60.0
    return (
        f"{plural(len(result.sleepers), 'sleeper')}, {plural(epochs, 'epoch')} "
        f"({hours:,.1f} h)"
    )


# Page


def _table(
    caption: str,
    head: Iterable[str],
    rows: Iterable[tuple[str, Iterable[str]]],
    kind: str = "",
) -> str:
    """Return a table; its cells are markup already."""
    heads = "".join(f'<th scope="col">{each}</th>' for each in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>'
        + "".join(
            each if each.startswith("<td") else f"<td>{each}</td>" for each in cells
        )
        + "</tr>"
        for first, cells in rows
    )
    return (
        f'<div class="wide"><table class="{kind}"><caption>{caption}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _small(text: str) -> str:
    return f'<span class="small">{text}</span>'


def _spread_cell(spread: Spread, digits: int = 1) -> str:
    text = number(spread.mean, digits)
    if isfinite(spread.sd):
        text += _small(f"± {number(spread.sd, digits)}")
    return text


def _ends(each: Discrepancy) -> tuple[float, float]:
    return float(each.sizes.min()), float(each.sizes.max())


def _bias_cell(each: Discrepancy) -> str:
    match each.bias:
        case ConstantBias(spread=whole, interval=interval):
            text = signed(whole.mean)
            if isfinite(interval.low):
                text += _small(between(interval))
            return text
        case ProportionalBias(line=line):
            ends = _ends(each)
            bias = each.bias.at(np.array(ends))[0].tolist()
            at = "<br>".join(
                f"at {number(end)}: {signed(value)}"
                for end, value in zip(ends, bias, strict=True)
            )
            return f"{formula(line, each.size)} {_small(at)}"


def _limits_cell(each: Discrepancy) -> str:
    match each.limits:
        case ConstantLimits() as limits:
            if not isfinite(limits.lower):
                return UNKNOWN_WORD
            return f"{signed(limits.lower)} … {signed(limits.upper)} " + _small(
                f"{between(limits.lower_interval)}<br>{between(limits.upper_interval)}"
            )
        case ParallelLimits(half=half, interval=interval):
            text = f"bias ± {number(half)} {_small(between(interval))}"
        case WideningLimits(line=line):
            text = f"bias ± {ABSOLUTE_LIMIT} × ({formula(line, each.size)})"
        case RatioLimits(slope=slope, interval=interval):
            if not isfinite(slope):
                return UNKNOWN_WORD
            what = "reference" if each.size is Size.REFERENCE else "mean"
            return f"bias ± {number(slope, 3)} × {what} {_small(between(interval, 3))}"
    ends = _ends(each)
    lower, upper = each.limits_at(np.array(ends))
    at = "<br>".join(
        f"at {number(end)}: {signed(low)} … {signed(high)}"
        for end, low, high in zip(ends, lower.tolist(), upper.tolist(), strict=True)
    )
    return f"{text} {_small(at)}"


def _marks(each: Discrepancy) -> str:
    """Return what one should notice of a measure as small labels."""
    marks = []
    if each.proportional:
        marks.append(("bias", "bias depends on size"))
    if each.heteroscedastic:
        marks.append(("limit", "spread depends on size"))
    if each.normal is False:
        marks.append(("plain", "not normal"))
    if each.proportional is None and each.sizes.size > LINE_PARAMETERS:
        marks.append(("plain", "not testable"))
    return "".join(f'<span class="mark {kind}">{text}</span>' for kind, text in marks)


def _measure_name(each: Discrepancy) -> str:
    return (
        f"{escape(each.measure.title)} "
        f"{_small(f'{each.measure.name}, {each.measure.unit}')}"
    )


def discrepancy_section(table: Sequence[Discrepancy], caption: str, count: int) -> str:
    """Return a table of discrepancies."""
    rows = [
        (
            _measure_name(each),
            [
                _spread_cell(each.reference),
                _spread_cell(each.device),
                _bias_cell(each),
                _limits_cell(each),
                _marks(each)
                + (
                    _small(f"{each.sizes.size} of {count} sleepers")
                    if each.sizes.size < count
                    else ""
                ),
            ],
        )
        for each in table
    ]
    return _table(
        caption,
        ["Measure", "Reference", "Device", "Bias", "Limits of agreement", "Mind"],
        rows,
        "discrepancies",
    )


def _shade(share: float, *, right: bool) -> str:
    """Return the class of a cell, the deeper the larger its share."""
    if not isfinite(share):
        return "none"
    depth = min(int(share * LEVELS), LEVELS - 1)
    return f"{'right' if right else 'wrong'}{depth}"


def matrix_section(result: Agreement) -> str:
    """Return the error matrices."""
    rows = []
    for place, (name, averages) in enumerate(result.matrix_shares.items()):
        cells = []
        for column, (_, average) in enumerate(averages.items()):
            share = average.spread.mean
            shade = _shade(share, right=place == column)
            cells.append(
                f'<td class="{shade}">{number(100.0 * share)} %'
                f"{_small(between(_percent(average.interval)))}"
                f"{_small(plural(int(result.matrix[place, column]), 'epoch'))}</td>"
            )
        cells.append(f"{int(result.matrix[place].sum()):,}")
        rows.append((name, cells))
    rows.append(
        (
            "device, total",
            [f"{total:,}" for total in result.matrix.sum(axis=0).tolist()]
            + [f"{int(result.matrix.sum()):,}"],
        )
    )
    stages = _table(
        "What the device says (columns) of the reference's stages (rows): mean share over "
        "sleepers, 95 % interval, epochs of all sleepers",
        ["Reference", *(f"device: {name}" for name in STAGES), "total"],
        rows,
        "matrix",
    )
    return stages + _two_states(sleep_wake(result.matrix))


def _percent(interval: Interval) -> Interval:
    return Interval(100.0 * interval.low, 100.0 * interval.high)


def _two_states(matrix: Counts) -> str:
    rows = []
    for place, name in enumerate(SLEEP_WAKE):
        total = int(matrix[place].sum())
        cells = []
        for column in range(len(SLEEP_WAKE)):
            count = int(matrix[place, column])
            share = count / total if total else float("nan")
            cells.append(
                f'<td class="{_shade(share, right=place == column)}">'
                f"{number(100.0 * share)} %{_small(plural(count, 'epoch'))}</td>"
            )
        cells.append(f"{total:,}")
        rows.append((name, cells))
    return _table(
        "Sleep and wake: shares of all epochs together",
        ["Reference", *(f"device: {name}" for name in SLEEP_WAKE), "total"],
        rows,
        "matrix narrow",
    )


METRIC_WORDS = {
    "accuracy": "accuracy, %",
    "sensitivity": "sensitivity, %",
    "specificity": "specificity, %",
    "ppv": "PPV, %",
    "npv": "NPV, %",
    "kappa": "κ",
    "pabak": "PABAK",
    "pindex": "prevalence index",
    "bindex": "bias index",
}


def _average_cell(average: Average, digits: int, count: int) -> str:
    text = _spread_cell(average.spread, digits)
    if isfinite(average.interval.low):
        text += _small(between(average.interval, digits))
    if average.n < count:
        text += _small(f"n = {average.n}")
    return text


def score_section(result: Agreement) -> str:
    """Return the tables of epoch-by-epoch scores."""
    count = len(result.sleepers)
    averaged = _table(
        "Each stage against all others: mean over sleepers, standard deviation, 95 % "
        "interval, and n where it cannot be known in all",
        ["Stage", *(METRIC_WORDS[metric] for metric in METRICS)],
        [
            (name, [_average_cell(row[m], digits_of(m), count) for m in METRICS])
            for name, row in result.average_scores.items()
        ],
        "scores",
    )
    pooled = _table(
        "The same of all epochs together, as if one had slept them all",
        ["Stage", *(METRIC_WORDS[metric] for metric in METRICS)],
        [
            (name, [number(row[m], digits_of(m)) for m in METRICS])
            for name, row in {
                **result.pooled_scores,
                "sleep": result.pooled_sleep_wake["sleep"],
            }.items()
        ],
        "scores",
    )
    overall = _table(
        "All four stages at once (not part of the framework)",
        ["Figure", "mean over sleepers", "all epochs together"],
        [
            (
                METRIC_WORDS[name],
                [
                    _average_cell(result.average_overall[name], digits_of(name), count),
                    number(value, digits_of(name)),
                ],
            )
            for name, value in result.overall.items()
        ],
        "scores narrow",
    )
    return averaged + pooled + overall


def plot_section(plots: dict[str, str], table: Sequence[Discrepancy]) -> str:
    """Return the Bland-Altman plots."""
    figures = "".join(
        f"<figure><figcaption>{escape(each.measure.title)} {_marks(each)}</figcaption>"
        + on_page(
            plots[each.measure.name],
            escape(
                f"Bland-Altman plot of {each.measure.title}: "
                f"{plural(each.sizes.size, 'sleeper')}"
            ),
        )
        + "</figure>"
        for each in table
    )
    return f'<div class="plots">{figures}</div>'


def sleeper_section(result: Agreement) -> str:
    """Return what was found of every sleeper."""
    measures = _table(
        "Sleep measures: reference → device",
        ["Sleeper", "in bed", *(measure.name for measure in MEASURES)],
        [
            (
                escape(subject),
                [
                    number(float(result.reference["TIB"][place])),
                    *(
                        f"{number(float(result.reference[m.name][place]))} → "
                        f"{number(float(result.device[m.name][place]))}"
                        for m in MEASURES
                    ),
                ],
            )
            for place, subject in enumerate(result.subjects)
        ],
        "people",
    )
    differences = _table(
        "Discrepancies: device − reference",
        ["Sleeper", *(f"{measure.name}, {measure.unit}" for measure in MEASURES)],
        [
            (
                escape(subject),
                [
                    signed(
                        float(
                            result.device[m.name][place]
                            - result.reference[m.name][place]
                        )
                    )
                    for m in MEASURES
                ],
            )
            for place, subject in enumerate(result.subjects)
        ],
        "people",
    )
    shown = ("accuracy", "sensitivity", "specificity")
    scores = _table(
        "Epoch by epoch: accuracy / sensitivity / specificity, %",
        ["Sleeper", *STAGES],
        [
            (
                escape(subject),
                [
                    " / ".join(number(each[name][metric]) for metric in shown)
                    for name in STAGES
                ],
            )
            for subject, each in zip(result.subjects, result.scores, strict=True)
        ],
        "people",
    )
    return measures + differences + scores


def _paragraphs(lines: Iterable[str]) -> str:
    together = (
        line.replace(" %", "\u00a0%").replace("κ ", "κ\u00a0") for line in lines
    )
    return "".join(f"<li>{escape(line)}</li>" for line in together)


def _made(result: Agreement) -> str:
    options = result.options
    if options.intervals is Intervals.CLASSIC:
        how = (
            "Intervals are of 95 % by Student's t; those of limits beside a proportional "
            "bias are"
        )
    else:
        how = "Intervals are of 95 %, all of them"
    return f"{how} basic bootstraps of {options.resamples:,} resamples, seed {options.seed}."


def page(result: Agreement, source: str, plots: dict[str, str]) -> str:
    """Return the report as one page of HTML that needs no other file.

    Args:
        result: What is told.
        source: Name of the file it was made from.
        plots: Bland-Altman plots as SVG by measure.
    """
    by_reference, by_mean, logarithmic = result.discrepancies
    count = len(result.sleepers)
    warned = cautions(result)
    deviations = _table(
        "Done otherwise",
        ["R function", "There", "Here"],
        [
            (escape(each.where), [escape(each.theirs), escape(each.ours)])
            for each in DEVIATIONS
        ],
        "text",
    )
    kept = _table(
        "Kept as published",
        ["What", "How"],
        [(escape(each.where), [escape(each.what)]) for each in KEPT],
        "text",
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Agreement of {escape(source)}</title>
<style>{CSS}</style>
</head>
<body>
<header>
<p class="over">Agreement of a sleep tracker with its reference</p>
<h1>{escape(source)}</h1>
<p class="lead">{escape(heading(result))}. {escape(_made(result))}</p>
</header>
<main>
<section id="short">
<h2>In short</h2>
<ul class="short">{_paragraphs(sentences(result))}</ul>
{f'<h3>Mind</h3><ul class="mind">{_paragraphs(warned)}</ul>' if warned else ""}
</section>
<section id="measures">
<h2>How far the measures of a night are off</h2>
<p>The bias is the mean of device minus reference, with its interval; 95 of 100 further
nights would fall between the limits of agreement. Where the bias depends on the size of
the measure, it is a line over the reference, and its height is given at the smallest and
at the largest reference that was seen.</p>
{discrepancy_section(by_reference, "Bias and limits over the reference's size", count)}
</section>
<section id="plots">
<h2>Bland-Altman plots</h2>
<p><span class="key bias"></span> bias, <span class="key limit"></span> limits of agreement,
each with its interval; <span class="key point"></span> a sleeper. Those farthest outside
the limits are named.</p>
{plot_section(plots, by_reference)}
</section>
<section id="matrix">
<h2>What is taken for what</h2>
{matrix_section(result)}
</section>
<section id="scores">
<h2>Epoch by epoch</h2>
<p>Sensitivity: of the epochs that are this stage, how many the device calls so.
Specificity: of all others, how many it does not. PPV: of the epochs that the device calls
so, how many are. NPV: of all others, how many are not. κ is agreement beyond chance; PABAK
is what κ would be if the stage were half of the night.</p>
{score_section(result)}
</section>
<section id="sleepers">
<h2>Every sleeper</h2>
<details><summary>{plural(count, "sleeper")}</summary>{sleeper_section(result)}</details>
</section>
<section id="others">
<h2>By other rules</h2>
<details><summary>Over the mean of both methods</summary>
{discrepancy_section(by_mean, "Bias and limits over the mean of device and reference", count)}
</details>
<details><summary>Limits from logarithms</summary>
{discrepancy_section(logarithmic, "Limits as parts of the reference's size", count)}
</details>
</section>
<section id="deviations">
<h2>Where this differs from the published R functions</h2>
<p>The framework is that of Menghini, Cellini, Goldstone, Baker and de Zambotti
(<i>Sleep</i> 44(2), 2021), written anew. Cells may differ from those of its R functions for
these reasons only:</p>
{deviations}
<p>And these may surprise, but belong to the framework:</p>
{kept}
</section>
</main>
</body>
</html>
"""


CSS = """
:root{--ink:#22282f;--soft:#69727c;--faint:#e3e6ea;--paper:#fff;--card:#f6f7f9;
--point:#0072b2;--bias:#c25400;--limit:#7a5195;--good:0,114,178;--bad:194,84,0;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ed;--soft:#98a2ad;--faint:#343b44;
--paper:#15191e;--card:#1d2228;--point:#56b4e9;--bias:#f08c3c;--limit:#c39bd8;
--good:86,180,233;--bad:240,140,60}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:72rem;background:var(--paper);
color:var(--ink);font:16px/1.5 var(--sans)}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:0 0 .6rem}h3{font-size:1rem;margin:1rem 0 .3rem}
p{max-width:46rem;margin:.4rem 0 1rem}.over{color:var(--soft);margin:0}
.lead{color:var(--soft)}section{margin-top:2.6rem}
ul{max-width:50rem;padding-left:1.2rem;margin:.3rem 0}li{margin:.35rem 0}
ul.short li{font-size:1.08rem}ul.mind{color:var(--soft)}
.wide{overflow-x:auto;margin:0 0 1.6rem}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
table.narrow{width:auto}
caption{text-align:left;color:var(--soft);padding:0 0 .4rem;caption-side:top}
th,td{padding:.4rem .6rem;text-align:left;vertical-align:top;
border-bottom:1px solid var(--faint)}
thead th{font-weight:600;color:var(--soft);border-bottom-color:var(--soft);
vertical-align:bottom}
tbody th{font-weight:600}
.small{display:block;color:var(--soft);font-size:.8rem;font-weight:400}
table.discrepancies{min-width:52rem}table.scores{min-width:48rem}
table.narrow{min-width:0}table.people th,table.people td{white-space:nowrap;font-size:.78rem;padding:.35rem .4rem}
table.matrix td{min-width:6.5rem;border:2px solid var(--paper)}
table.matrix td[class] .small{color:inherit;opacity:.8}
table.text td{min-width:14rem}table.text tbody th{font-weight:400;min-width:11rem}
.mark{display:inline-block;font-size:.75rem;line-height:1.3;padding:.05rem .5rem;
margin:0 .25rem .2rem 0;border:1px solid currentColor;border-radius:1rem;color:var(--soft);
white-space:nowrap;font-weight:400}
.mark.bias{color:var(--bias)}.mark.limit{color:var(--limit)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));
gap:1.2rem}
figure{margin:0;padding:.8rem;background:var(--paper);border:1px solid var(--faint);
border-radius:.6rem}
figcaption{font-weight:600;margin-bottom:.3rem}figcaption .mark{margin-left:.25rem}
figure svg{display:block;width:100%;height:auto}
.key{display:inline-block;width:1.4rem;height:0;border-top:2px solid var(--bias);
vertical-align:middle}
.key.limit{border-top:2px dashed var(--limit)}
.key.point{width:.6rem;height:.6rem;border:0;border-radius:50%;background:var(--point)}
details{margin:.5rem 0 1rem;border:1px solid var(--faint);border-radius:.6rem;
padding:.6rem .9rem}
summary{cursor:pointer;font-weight:600}details[open] summary{margin-bottom:.8rem}
@media print{body{max-width:none;font-size:11px}figure,tr{break-inside:avoid}}
""" + "".join(
    f".{kind}{depth}{{background:rgba(var(--{colour}),{0.06 + 0.13 * depth:.2f})}}"
    for kind, colour in (("right", "good"), ("wrong", "bad"))
    for depth in range(LEVELS)
)
"""Of the page; its variables are those of `bland_altman.ON_PAGE`."""


def write_report(result: Agreement, source: str, folder: Path) -> Path:
    """Write the plots and the page.

    Returns:
        Where the page is.
    """
    plots = {
        each.measure.name: as_svg(bland_altman(each))
        for each in result.discrepancies[0]
    }
    (folder / PLOTS).mkdir(exist_ok=True)
    for name, svg in plots.items():
        (folder / PLOTS / f"bland_altman_{name}.svg").write_text(svg, encoding="utf-8")
    report = folder / REPORT
    report.write_text(page(result, source, plots), encoding="utf-8")
    return report
