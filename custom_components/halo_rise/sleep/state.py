"""Engine state as bytes: arrays and JSON in one npz archive, without pickles."""

from io import BytesIO
import json
from math import isfinite, nan
from typing import Any
import zipfile

import numpy as np

from ..radar.frame import Climate, RadarFrame, Target
from .epoch import STAGES, Epoch, Owner
from .intent import Clues
from .sleeper import OwnerEvidence
from .staging import Features

STATE_VERSION = 2
"""Raised whenever an older state can no longer be understood."""

LARGEST_STATE = 4_000_000
"""Bytes; a session of a whole day needs a tenth of it."""


def dump_state(state: dict[str, Any]) -> bytes:
    """Return a snapshot of the engine as bytes."""
    buffer = BytesIO()
    arrays = state.get("arrays", {})
    rest = {key: value for key, value in state.items() if key != "arrays"}
    np.savez_compressed(
        buffer, **arrays, json=np.frombuffer(json.dumps(rest).encode(), dtype=np.uint8)
    )
    return buffer.getvalue()


def load_state(data: bytes) -> dict[str, Any]:
    """Return the snapshot that ``dump_state`` wrote.

    Raises:
        ValueError: If these bytes are no such snapshot, or one of another version.

    """
    if len(data) > LARGEST_STATE:
        raise ValueError(f"engine state of {len(data)} bytes is too large")
    try:
        with np.load(BytesIO(data), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files if name != "json"}
            state = json.loads(archive["json"].tobytes())
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as err:
        raise ValueError(f"no engine state: {err}") from err
    if not isinstance(state, dict) or state.get("version") != STATE_VERSION:
        raise ValueError("engine state of another version")
    state["arrays"] = arrays
    return state


def frame_of(saved: dict[str, Any] | None) -> RadarFrame | None:
    """Return the frame that was saved as a dictionary."""
    if saved is None:
        return None
    climate = saved["climate"]
    return RadarFrame(
        **{
            **saved,
            "targets": tuple(Target(**target) for target in saved["targets"]),
            "climate": Climate(**climate) if climate else None,
        }
    )


_OWNERS = tuple(Owner)


def epoch_row(epoch: Epoch) -> list[float]:
    """Return an epoch as numbers, for an array."""
    return [
        epoch.start,
        *(epoch.probabilities or (nan, nan, nan, nan)),
        -1.0 if epoch.stage is None else float(STAGES.index(epoch.stage)),
        epoch.confidence,
        epoch.intent,
        epoch.presence,
        float(_OWNERS.index(epoch.owner)),
        epoch.respiration_rate,
        epoch.respiration_quality,
        epoch.heart_rate,
        epoch.motion,
        epoch.distance,
        epoch.coverage,
        epoch.climate.temperature,
        epoch.climate.humidity,
        epoch.climate.illuminance,
    ]


def epoch_of(row: list[float]) -> Epoch:
    """Return the epoch of a row."""
    awake, light, deep, rem = row[1:5]
    stage = int(row[5])
    return Epoch(
        start=row[0],
        probabilities=(awake, light, deep, rem) if isfinite(awake) else None,
        stage=None if stage < 0 else STAGES[stage],
        confidence=row[6],
        intent=row[7],
        presence=row[8],
        owner=_OWNERS[int(row[9])],
        respiration_rate=row[10],
        respiration_quality=row[11],
        heart_rate=row[12],
        motion=row[13],
        distance=row[14],
        coverage=row[15],
        climate=Climate(temperature=row[16], humidity=row[17], illuminance=row[18]),
    )


def features_row(features: Features) -> list[float]:
    """Return features as numbers, for an array."""
    return [
        features.movement,
        features.rate,
        features.interval_variation,
        features.depth,
        features.depth_variation,
        features.regularity,
        float(features.out_of_bed),
        float(features.known),
    ]


def features_of(row: list[float]) -> Features:
    """Return the features of a row."""
    return Features(
        movement=row[0],
        rate=row[1],
        interval_variation=row[2],
        depth=row[3],
        depth_variation=row[4],
        regularity=row[5],
        out_of_bed=bool(row[6]),
        known=bool(row[7]),
    )


def clues_row(clues: Clues) -> list[float]:
    """Return clues as numbers, for an array."""
    return [
        clues.movement,
        clues.interval_variation,
        clues.depth_variation,
        clues.regularity,
        clues.depth,
        clues.rate,
        clues.distance,
        clues.height,
        clues.asleep,
        float(clues.known),
    ]


def clues_of(row: list[float]) -> Clues:
    """Return the clues of a row."""
    return Clues(
        movement=row[0],
        interval_variation=row[1],
        depth_variation=row[2],
        regularity=row[3],
        depth=row[4],
        rate=row[5],
        distance=row[6],
        height=row[7],
        asleep=row[8],
        known=bool(row[9]),
    )


def evidence_row(evidence: OwnerEvidence) -> list[float]:
    """Return what an epoch says about its owner as numbers, for an array."""
    return [
        *evidence.evidence,
        evidence.size,
        evidence.present,
        evidence.bearing,
        evidence.second,
        float(evidence.small),
        evidence.body,
    ]


def evidence_of(row: list[float]) -> OwnerEvidence:
    """Return what the epoch of a row says about its owner."""
    alone, other, beside, behind = row[:4]
    return OwnerEvidence(
        evidence=(alone, other, beside, behind),
        size=row[4],
        present=row[5],
        bearing=row[6],
        second=row[7],
        small=bool(row[8]),
        body=row[9],
    )
