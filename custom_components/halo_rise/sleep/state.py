"""Engine state as bytes: arrays and JSON in one npz archive, without pickles."""

from io import BytesIO
import json
from typing import Any
import zipfile

import numpy as np

STATE_VERSION = 1
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
