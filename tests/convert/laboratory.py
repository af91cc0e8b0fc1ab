"""A sleep laboratory that writes the files which the tests read."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from pathlib import Path

import edfio
import numpy as np
from numpy.typing import NDArray

from models.convert.edf import header
from models.recordings import STAGE_SECONDS

type Floats = NDArray[np.float64]

BREATHS_PER_MINUTE = 15.0

NIGHT = (0, 0, 1, 2, 2, 3, 3, 2, 4, 4, 2, 0)
"""Stages of a night of six minutes, in our code."""

SECONDS = STAGE_SECONDS * len(NIGHT)

EDF_TEXTS = {
    0: "Sleep stage W",
    1: "Sleep stage 1",
    2: "Sleep stage 2",
    3: "Sleep stage 4",
    4: "Sleep stage R",
    -1: "Sleep stage ?",
}

NSRR_CONCEPTS = {
    0: "Wake|0",
    1: "Stage 1 sleep|1",
    2: "Stage 2 sleep|2",
    3: "Stage 3 sleep|3",
    4: "REM sleep|5",
    -1: "Unscored|9",
}

PROFUSION = {0: 0, 1: 1, 2: 2, 3: 4, 4: 5, -1: 9}


def chest(seconds: float = SECONDS, rate: float = 32.0) -> Floats:
    """Breathe evenly, with a little noise, as every sensor has."""
    at = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(1).normal(0, 0.005, at.size)
    breathing: Floats = np.sin(2 * np.pi * BREATHS_PER_MINUTE / 60 * at) + noise
    return breathing


def breaths_per_minute(values: NDArray[np.float32], rate: float) -> float:
    """Measure how fast somebody breathes who breathes evenly."""
    spectrum = np.abs(np.fft.rfft(values - values.mean(), 8 * values.size))
    frequencies = np.fft.rfftfreq(8 * values.size, 1 / rate)
    breathing = frequencies > 0.05
    return float(60 * frequencies[breathing][spectrum[breathing].argmax()])


def channel(
    label: str = "THOR RES",
    *,
    rate: float = 32.0,
    unit: str = "mV",
    values: Floats | None = None,
    seconds: float = SECONDS,
) -> edfio.EdfSignal:
    """Make a channel; without values it breathes."""
    values = chest(seconds, rate) if values is None else values
    return edfio.EdfSignal(
        values, rate, label=label, physical_dimension=unit, physical_range=(-50, 50)
    )


def write_edf(
    path: Path,
    channels: Sequence[edfio.EdfSignal] | None = None,
    annotations: Iterable[tuple[float, float | None, str]] | None = None,
) -> Path:
    """Write a recording of half past ten in the evening."""
    path.parent.mkdir(parents=True, exist_ok=True)
    edfio.Edf(
        [channel()] if channels is None else channels,
        recording=edfio.Recording(startdate=date(2020, 3, 1)),
        starttime=time(22, 30),
        annotations=None
        if annotations is None
        else [edfio.EdfAnnotation(*each) for each in annotations],
        data_record_duration=1.0 if channels is None or channels else None,
    ).write(path)
    return path


def edf_stages(
    stages: Sequence[int] = NIGHT, *, start: float = 0.0
) -> list[tuple[float, float | None, str]]:
    """Score as EDF+ annotations, with N3 in the words of R&K."""
    return [
        (start + STAGE_SECONDS * epoch, STAGE_SECONDS, EDF_TEXTS[stage])
        for epoch, stage in enumerate(stages)
    ]


def write_nsrr(
    path: Path,
    stages: Sequence[int] = NIGHT,
    *,
    start: float = 0.0,
    events: Iterable[tuple[float, str]] = (),
) -> Path:
    """Score as NSRR does, with other events among the stages."""
    rows = [
        f"<ScoredEvent><EventType>Stages|Stages</EventType><EventConcept>"
        f"{NSRR_CONCEPTS[stage]}</EventConcept><Start>{start + STAGE_SECONDS * epoch}"
        f"</Start><Duration>{STAGE_SECONDS}</Duration></ScoredEvent>"
        for epoch, stage in enumerate(stages)
    ]
    rows += [
        f"<ScoredEvent><EventType/><EventConcept>{concept}</EventConcept>"
        f"<Start>{at}</Start><Duration>1.0</Duration></ScoredEvent>"
        for at, concept in [(0.0, "Recording Start Time"), *events]
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><PSGAnnotation><EpochLength>30'
        f"</EpochLength><ScoredEvents>{''.join(rows)}</ScoredEvents></PSGAnnotation>"
    )
    return path


def write_profusion(path: Path, stages: Sequence[int] = NIGHT) -> Path:
    """Score as Profusion does."""
    rows = "".join(f"<SleepStage>{PROFUSION[stage]}</SleepStage>" for stage in stages)
    path.write_text(
        "<CMPStudyConfig><EpochLength>30</EpochLength><ScoredEvents/>"
        f"<SleepStages>{rows}</SleepStages></CMPStudyConfig>"
    )
    return path


def write_hypnogram(
    path: Path, annotations: Iterable[tuple[float, float | None, str]]
) -> Path:
    """Score in an EDF+ of its own."""
    return write_edf(path, [], annotations)


def interrupt(path: Path, at_record: int, seconds: float) -> None:
    """Make an EDF+ pause before one of its records of 1 s."""
    layout = header(path)
    assert layout.annotations_at is not None
    first, length = layout.annotations_at
    content = bytearray(path.read_bytes())
    content[192:197] = b"EDF+D"
    for record in range(layout.records):
        later = seconds if record >= at_record else 0.0
        at = layout.size + record * layout.record_bytes + first
        texts = bytes(content[at : at + length]).split(b"\x00", 1)[1]
        onset = f"+{record + later:g}\x14\x14\x00".encode()
        content[at : at + length] = (onset + texts)[:length].ljust(length, b"\x00")
    path.write_bytes(content)
