"""Where this implementation differs from the published R functions, and why.

The functions are those of the repository SRI-human-sleep/sleep-trackers-performance at
bd34433, of January 2024. `DEVIATIONS` are done otherwise because they are mistakes; each
cell that differs in the published examples belongs to one of them, which the tests hold.
`KEPT` looks odd too, but belongs to the framework as it was published, so that results
can be compared with others'.
"""

from typing import NamedTuple


class Deviation(NamedTuple):
    """Something that is done otherwise."""

    key: str
    where: str
    """R function and column."""

    theirs: str
    ours: str


class Peculiarity(NamedTuple):
    """Something that is done as published, though one may stumble over it."""

    where: str
    what: str


LOG_FLAG = Deviation(
    "log-flag",
    "groupDiscr: logTransf",
    "says TRUE where no logarithm was taken, and FALSE where one was",
    "says what was done",
)
LOG_SPREAD = Deviation(
    "log-spread",
    "groupDiscr, BAplot: heterosced with logTransf",
    "holds the residuals of the differences in minutes against the logarithm of the size",
    "holds the residuals of the differences of logarithms against it: these are what the "
    "limits are made of",
)
LOA_DIGITS = Deviation(
    "loa-digits",
    "groupDiscr: LOA.lower_CI and LOA.upper_CI of constant limits",
    "rounds the first end to two decimals, whatever was asked for",
    "rounds both ends alike",
)
PREVALENCE_DIGITS = Deviation(
    "prevalence-digits",
    "groupEBE: ppv, npv",
    "computes them back from a prevalence that is rounded to two decimals, and from "
    "rounded sensitivity and specificity; in the published sample this makes the PPV for "
    "wake 68.862 instead of 68.854",
    "counts epochs",
)
ROUNDED_BEFORE_AVERAGING = Deviation(
    "rounded-before-averaging",
    "ebe2sleep, indEBE, groupEBE",
    "rounds every sleeper's figures before averaging them",
    "rounds only what is written; at six digits no cell shows it",
)
UNDEFINED_SLEEPER = Deviation(
    "undefined-sleeper",
    "groupEBE, errorMatrix: intervals of means",
    "one sleeper without a figure (a stage that never was) makes the interval NA, though "
    "not the mean",
    "leaves that sleeper out of both and says how many remain",
)
TOO_FEW = Deviation(
    "too-few",
    "errorMatrix, groupDiscr",
    "stop with an error when fewer than two sleepers have a stage, when fewer than three "
    "have a measure, or when device and reference always agree",
    "write NA for what cannot be known, take the bias for constant, and go on",
)
NO_SLEEP = Deviation(
    "no-sleep",
    "ebe2sleep: WASO of a night without sleep",
    "gives 1 min, because R counts n + 1 down to n",
    "gives 0 min: there is no wake after a sleep that never began",
)
BOOT_SPREAD = Deviation(
    "boot-spread",
    "groupDiscr, BAplot: heterosced with CI.type = boot",
    "resamples the sizes but not the residuals beside them, so that the trend is lost in "
    "every resample and the interval says nothing",
    "resamples sleepers and fits both lines anew in each resample",
)
BOOT_LIMITS = Deviation(
    "boot-limits",
    "groupDiscr, BAplot: intervals of constant limits with CI.type = boot",
    "resample only the mean and keep the standard deviation, and take the two ends from "
    "two different bootstraps: too narrow",
    "bootstrap the limit itself, both ends from the same resamples",
)
LEVEL_IGNORED = Deviation(
    "level-ignored",
    "groupEBE, errorMatrix: CI.level",
    "is ignored by classic intervals, which are always of 95 %",
    "every interval is of 95 %, and there is no such option",
)
IMPOSSIBLE_ENDS = Deviation(
    "impossible-ends",
    "groupEBE, errorMatrix: intervals of means",
    "may reach below 0 or above 100 %; only in errorMatrix is the lower end cut",
    "are cut at both ends of what can be",
)
PLOTTED_LIMITS = Deviation(
    "plotted-limits",
    "BAplot: intervals of limits beside a proportional bias",
    "shows the interval of the bias around the limits, another than groupDiscr gives",
    "shows the interval that the table gives",
)

DEVIATIONS = (
    LOG_FLAG,
    LOG_SPREAD,
    LOA_DIGITS,
    PREVALENCE_DIGITS,
    ROUNDED_BEFORE_AVERAGING,
    UNDEFINED_SLEEPER,
    TOO_FEW,
    NO_SLEEP,
    BOOT_SPREAD,
    BOOT_LIMITS,
    LEVEL_IGNORED,
    IMPOSSIBLE_ENDS,
    PLOTTED_LIMITS,
)

KEPT = (
    Peculiarity(
        "WASO",
        "counts all wake after the first epoch of sleep to the end of the recording, the "
        "morning's included; other tools end it with the last sleep. The first epoch of "
        "sleep may be a single one.",
    ),
    Peculiarity(
        "SOL of a night without sleep",
        "is the whole night, because all of it is wake before sleep.",
    ),
    Peculiarity(
        "Limits beside a proportional bias",
        "take the standard deviation of the residuals with n - 1, though the line has "
        "taken two degrees of freedom, which makes them slightly narrow. Their interval "
        "is always bootstrapped.",
    ),
    Peculiarity(
        "Test of the spread",
        "uses the residuals around the line of bias even where the bias is then taken for "
        "constant.",
    ),
    Peculiarity(
        "Limits from logarithms",
        "are a slope that Euser et al. (2008) derived for the mean of both methods, also "
        "where the size is the reference's; 0.0001 is added before the logarithm. With a "
        "latency of zero they become close to 2, which says nothing.",
    ),
    Peculiarity(
        "Kappa, PABAK and the indices",
        "are of one stage against all others. Kappa over all stages at once is given in "
        "addition.",
    ),
    Peculiarity(
        "Percentages of sleep",
        "of a sleeper who by one of the methods never slept are left out of the group.",
    ),
)
