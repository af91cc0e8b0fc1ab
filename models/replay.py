"""Score a recording with the engine that users run, as fast as it goes.

A waveform is resampled to the frame rate of the MR60BHA2 and played as frames of such a
module; with `--via-bytes` these frames are first spoken as the module's byte stream and
read back, as they would be from a wire. Rows of rates are played as frames of a module
that hands over nothing else; no byte stream of the MR60BHA2 can carry their movement, so
they never go through bytes.

A recording that does not say when it began begins at ten in the evening of an invented
day. One without distances is a single sleeper 0.8 m away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
import json
from math import floor, isfinite, nan
from pathlib import Path
import sys
import time
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm
import typer

from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.radar.frame import Capabilities, RadarFrame
from custom_components.halo_rise.sleep.engine import LATE, SleepEngine
from custom_components.halo_rise.sleep.epoch import (
    STAGES,
    Epoch,
    EpochScored,
    Night,
    NightSummary,
    SessionEnded,
)

from .errors import UserError
from .recordings import Recording, displacement_mm, load

type Floats = NDArray[np.float64]

INVENTED_START = datetime(2026, 1, 1, 22, tzinfo=UTC)
"""Begin of a recording that does not say when it began."""

USUAL_DISTANCE = 0.8
"""Metres to the sleeper of a recording without distances (design of the recordings)."""

RADAR_RATE = 8.0
"""Frames per second of the MR60BHA2."""

BATCH_SECONDS = 30.0
"""Recorded time between two steps of the progress bar."""

MOTION_SCALE = 100.0
"""A frame's motion says how much of the time somebody moved, in percent."""

QUALITY_SCALES = (1.0, 10.0, 100.0)
"""Scales of quality that modules use; the smallest that holds all values is taken."""


def rates_capabilities(recording: Recording) -> Capabilities:
    """Return what the module would declare that sent these rows."""
    assert recording.time is not None
    rows = np.diff(recording.time)
    return Capabilities(
        model="rates",
        name="Recorded rates",
        manufacturer="",
        frame_interval=float(np.median(rows)) if rows.size else BATCH_SECONDS,
        distance=True,
        motion=recording.motion is not None,
        respiration_rate=True,
        heart_rate=recording.heart_rate is not None,
        vital_range=mr60bha2.CAPABILITIES.vital_range,
    )


def waveform_frames(recording: Recording, start: float) -> Iterator[RadarFrame]:
    """Return the frames of a waveform at the radar's rate, without any noise added."""
    assert recording.respiration is not None
    displacement, missing = displacement_mm(recording)
    recorded = np.arange(displacement.size) / recording.sample_rate
    count = floor(recorded[-1] * RADAR_RATE) + 1
    at = np.arange(count) / RADAR_RATE
    values = np.interp(at, recorded, displacement)
    nearest = np.minimum(
        np.rint(at * recording.sample_rate).astype(np.intp), displacement.size - 1
    )
    values[missing[nearest]] = nan
    distance: Floats = (
        np.full(count, USUAL_DISTANCE)
        if recording.distance is None
        else recording.distance[nearest].astype(np.float64)
    )
    for second, (value, metres) in enumerate(
        zip(values.tolist(), distance.tolist(), strict=True)
    ):
        yield RadarFrame(
            time=start + second / RADAR_RATE, displacement=value, distance=metres
        )


def rates_frames(recording: Recording, start: float) -> Iterator[RadarFrame]:
    """Return the frames of rows of rates."""
    assert recording.time is not None
    rows = recording.time.size

    def column(values: NDArray[Any] | None, missing: float = nan) -> list[float]:
        return [missing] * rows if values is None else values.tolist()

    quality = recording.quality
    if quality is not None and np.isfinite(quality).any():
        greatest = float(np.nanmax(quality))
        scale = next((s for s in QUALITY_SCALES if greatest <= s), greatest)
        quality = quality / np.float32(scale)
    motion = recording.motion
    if motion is not None:
        motion = np.minimum(motion, np.float32(MOTION_SCALE))
    for seconds, rate, moving, metres, trust, heart in zip(
        recording.time.tolist(),
        column(recording.respiration_rate),
        column(motion),
        column(recording.distance, USUAL_DISTANCE),
        column(quality),
        column(recording.heart_rate),
        strict=True,
    ):
        yield RadarFrame(
            time=start + seconds,
            respiration_rate=rate,
            motion=moving,
            distance=metres,
            quality=trust,
            heart_rate=heart,
        )


def batches(frames: Iterator[RadarFrame], seconds: float) -> Iterator[list[RadarFrame]]:
    """Gather frames into batches of recorded time."""
    batch: list[RadarFrame] = []
    for frame in frames:
        if batch and frame.time - batch[0].time >= seconds:
            yield batch
            batch = []
        batch.append(frame)
    if batch:
        yield batch


class Bytes:
    """A wire without losses between a simulated module and our own parser."""

    def __init__(self) -> None:
        """Begin as after power-on."""
        self._encoder = mr60bha2.Encoder()
        self._parser = mr60bha2.Parser()

    def through(self, frames: Sequence[RadarFrame]) -> list[RadarFrame]:
        """Speak frames as bytes and read them back."""
        received: list[RadarFrame] = []
        for frame in frames:
            received += self._parser.feed(self._encoder.encode(frame), frame.time)
        return received


def score(
    recording: Recording, *, via_bytes: bool = False, progress: bool = False
) -> dict[str, Any]:
    """Play a recording through the engine and lay out what it says.

    The real-time factor counts everything after reading the file: resampling, frames,
    bytes where they are asked for, and the engine.
    """
    began = time.perf_counter()
    first = (recording.start or INVENTED_START).timestamp()
    # Epochs begin with the recording, so that they meet the epochs of its scoring.
    start = float(floor(first))
    if recording.is_rates:
        capabilities = rates_capabilities(recording)
        frames = rates_frames(recording, start)
    else:
        capabilities = mr60bha2.CAPABILITIES
        frames = waveform_frames(recording, start)
    wire = Bytes() if via_bytes and not recording.is_rates else None
    engine = SleepEngine(capabilities, epoch_origin=start)
    epochs: list[Epoch] = []
    nights: list[Night] = []

    def keep(updates: Sequence[object]) -> None:
        for update in updates:
            if isinstance(update, EpochScored):
                epochs.append(update.epoch)
            elif isinstance(update, SessionEnded):
                nights.append(update.night)

    seconds = round(recording.duration)
    with tqdm(
        total=seconds,
        unit="s",
        disable=not progress,
        file=sys.stderr,
        bar_format="{percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt} s {remaining}",
    ) as bar:
        for batch in batches(frames, BATCH_SECONDS):
            keep(engine.process(wire.through(batch) if wire else batch))
            bar.update(round(batch[-1].time - start) - bar.n)
        keep(engine.flush(start + recording.duration + LATE))
        keep(engine.close_session())
        bar.update(seconds - bar.n)
    elapsed = time.perf_counter() - began
    return {
        "epochs": _epoch_rows(epochs, nights),
        "summary": _summary(max(nights, key=_length).summary) if nights else None,
        "nights": [
            {
                "start": _iso(night.start),
                "end": _iso(night.end),
                "summary": _summary(night.summary),
            }
            for night in nights
        ],
        "model_version": nights[0].model_version if nights else None,
        "source": recording.source,
        "via_bytes": wire is not None,
        "real_time_factor": round(recording.duration / elapsed, 1),
    }


def _length(night: Night) -> float:
    return night.end - night.start


def _epoch_rows(epochs: list[Epoch], nights: list[Night]) -> list[dict[str, Any]]:
    """Join the epochs as they came with those of the nights, which know more."""
    inside: dict[float, tuple[Epoch, str | None]] = {}
    for night in nights:
        settled = night.settled_stages or (None,) * len(night.epochs)
        for epoch, stage in zip(night.epochs, settled, strict=True):
            inside[epoch.start] = epoch, stage
    rows = []
    for scored in epochs:
        epoch, settled_stage = inside.get(
            scored.start, (replace(scored, stage=None, probabilities=None), None)
        )
        rows.append(
            {
                "start": _iso(epoch.start),
                "stage": epoch.stage,
                "settled_stage": settled_stage,
                "probabilities": None
                if epoch.probabilities is None
                else {
                    stage: round(value, 4)
                    for stage, value in zip(STAGES, epoch.probabilities, strict=True)
                },
                "owner": epoch.owner,
                "presence": _number(epoch.presence),
                "intent": _number(epoch.intent),
                "respiration_rate": _number(epoch.respiration_rate),
                "respiration_quality": _number(epoch.respiration_quality),
                "motion": _number(epoch.motion),
                "coverage": _number(epoch.coverage),
            }
        )
    return rows


def _number(value: float) -> float | None:
    return round(value, 4) if isfinite(value) else None


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _summary(summary: NightSummary) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in NightSummary.__dataclass_fields__:
        value = getattr(summary, name)
        if name in ("sleep_onset", "final_awakening"):
            values[name] = None if value is None else _iso(value)
        else:
            values[name] = _number(value)
    return values


def replay(
    recording: Annotated[Path, typer.Argument(help="A recording (.npz).")],
    out: Annotated[
        Path | None, typer.Option("--json", help="Where to write the result.")
    ] = None,
    via_bytes: Annotated[
        bool,
        typer.Option(
            "--via-bytes", help="Through the byte stream of an MR60BHA2 and its parser."
        ),
    ] = False,
) -> None:
    """Score a recording with the engine users run."""
    loaded = load(recording)
    if via_bytes and loaded.is_rates:
        typer.echo(
            f"{recording}: holds rates, which the MR60BHA2's byte stream cannot carry; "
            "replayed without it",
            err=True,
        )
    result = score(loaded, via_bytes=via_bytes, progress=sys.stderr.isatty())
    if out is not None:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json.dumps(result, indent=1) + "\n")
        except OSError as err:
            raise UserError(f"{out}: cannot be written ({err.strerror})") from None
    typer.echo(describe(result))


def describe(result: dict[str, Any]) -> str:
    """Return the result in a few lines for a person."""
    lines = [
        f"{len(result['epochs'])} epochs, {len(result['nights'])} sessions, "
        f"{result['real_time_factor']:,.0f} times real time"
        + (", via bytes" if result["via_bytes"] else "")
    ]
    for night in result["nights"]:
        summary = night["summary"]
        shares = ", ".join(f"{stage} {summary[stage]:.0f}" for stage in STAGES)
        lines.append(
            f"{night['start']} to {night['end']}: asleep "
            f"{summary['total_sleep_time']:.0f} min ({shares})"
        )
    return "\n".join(lines)
