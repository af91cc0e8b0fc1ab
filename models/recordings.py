"""Recordings: one format for everything that replays, trains or evaluates.

A recording is an `.npz` file without pickles, of one of two kinds.

A **waveform** is evenly sampled breathing:

- ``respiration`` [samples]: in ``units``: ``"mm"`` is displacement of the chest,
  ``"L/min"`` airflow, anything else, like ``"a.u."``, displacement of unknown scale.
- ``fs``: samples per second.
- optional ``distance`` (metres, nan where nobody is there), ``motion`` (the body moves, in
  the recorder's own unit) and ``missing`` (true where the sample is worthless): one value
  per sample, or one for the whole recording.

A recording of **rates** is rows of what a module worked out by itself:

- ``time`` [rows]: seconds from the start, rising.
- ``respiration_rate`` [rows]: per minute, nan where the module gave none.
- optional ``motion``, ``distance``, ``quality`` (the module's own units), ``heart_rate``
  and ``device_stages`` (the module's opinion, coded like ``stages``, never truth).

Both may have ``start`` (ISO 8601 with zone), ``stages`` (one per 30 s: 0 wake, 1 N1, 2 N2,
3 N3, 4 REM, -1 unknown) and ``source``. Other keys are left alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from .errors import UserError

type Array = NDArray[Any]
type Float32 = NDArray[np.float32]
type Mask = NDArray[np.bool_]

_EXAMPLE = "2026-03-01T22:30:00+01:00"

STAGE_SECONDS = 30.0
"""Length of a scored epoch (AASM manual)."""

SAMPLE_RATE_LIMITS = (1.0, 10_000.0)
"""Hz: breathing reaches 0.5 Hz; no recorder of breathing samples faster than audio."""

LONGEST_SECONDS = 14 * 86_400.0
"""A recording longer than two weeks is a mistake in `fs` or `time`."""

DISTANCE_LIMIT = 20.0
"""Metres; more is a distance in other units."""

RATE_LIMIT = 300.0
"""Per minute, for breathing and for the heart; more is a rate in other units."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """A recorded night; None is what was not recorded."""

    source: str = ""
    start: datetime | None = None
    """Aware."""

    stages: NDArray[np.int8] | None = None
    """One per 30 s: 0 wake, 1 N1, 2 N2, 3 N3, 4 REM, -1 unknown."""

    respiration: Float32 | None = None
    """The waveform, None for a recording of rates."""

    sample_rate: float = 0.0
    """Samples of the waveform per second."""

    units: str = ""
    """Units of the waveform."""

    missing: Mask | None = None
    """One per sample of the waveform."""

    time: NDArray[np.float64] | None = None
    """Seconds of each row of rates from the start."""

    respiration_rate: Float32 | None = None
    heart_rate: Float32 | None = None
    quality: Float32 | None = None
    device_stages: NDArray[np.int8] | None = None

    distance: Float32 | None = None
    """One per sample or per row, in metres; nan is nobody."""

    motion: Float32 | None = None
    """One per sample or per row, in the recorder's own unit."""

    @property
    def is_rates(self) -> bool:
        """Whether this holds rows of rates and no waveform."""
        return self.respiration is None

    @property
    def duration(self) -> float:
        """Seconds from the first sample or row to the end of the last."""
        if self.respiration is not None:
            return self.respiration.size / self.sample_rate
        assert self.time is not None
        row = (
            float(np.median(np.diff(self.time)))
            if self.time.size > 1
            else STAGE_SECONDS
        )
        return float(self.time[-1]) + row


def load(path: Path) -> Recording:
    """Read and check a recording.

    Raises:
        UserError: The file is missing, foreign or contradicts itself.
    """
    hint = "give a recording (.npz with 'respiration' and 'fs', or with 'time')"
    return _from_arrays(path, read_arrays(path, _KEYS, hint=hint))


def save(path: Path, recording: Recording) -> None:
    """Write a recording so that `load` gives it back.

    Raises:
        UserError: The recording contradicts itself, or the file cannot be written.
    """
    arrays: dict[str, Array] = {"source": np.array(recording.source)}
    if recording.start is not None:
        arrays["start"] = np.array(recording.start.isoformat())
    if recording.respiration is not None:
        arrays["fs"] = np.array(recording.sample_rate)
        arrays["units"] = np.array(recording.units)
    for key in (*_COLUMNS, "respiration", "time", "stages", "missing"):
        values = getattr(recording, key)
        if values is not None:
            arrays[key] = values
    _from_arrays(path, arrays)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            # np.savez has a parameter of its own among the names that it takes.
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None


_COLUMNS = (
    "respiration_rate",
    "heart_rate",
    "quality",
    "device_stages",
    "distance",
    "motion",
)
"""Keys with one value per sample or row."""

_KEYS = (
    *_COLUMNS,
    "respiration",
    "time",
    "stages",
    "missing",
    "fs",
    "units",
    "start",
    "source",
)


def read_arrays(path: Path, keys: Iterable[str], *, hint: str) -> dict[str, Array]:
    """Read those arrays of an `.npz` file that are there, refusing pickles.

    Raises:
        UserError: The file is missing, foreign or damaged; ends with `hint`.
    """
    arrays: dict[str, Array] = {}
    key = ""
    try:
        with np.load(path, allow_pickle=False) as file:
            for key in keys:
                if key in file:
                    arrays[key] = file[key]
            return arrays
    except FileNotFoundError:
        problem = "no such file"
    except IsADirectoryError:
        problem = "a folder"
    except PermissionError:
        problem = "may not be read"
    except Exception as error:  # noqa: BLE001  # What comes depends on which byte is wrong.
        if key and "allow_pickle" in str(error):
            problem = f"'{key}' holds Python objects, which are never loaded"
        elif key:
            problem = f"'{key}' is damaged ({type(error).__name__})"
        else:
            problem = "not an .npz file"
    raise UserError(f"{path}: {problem}; {hint}")


def _from_arrays(path: Path, arrays: Mapping[str, Array]) -> Recording:
    """Check the arrays of a file and build the recording."""
    check = _Checker(path, arrays)
    if "respiration" in arrays and "time" in arrays:
        raise UserError(
            f"{path}: holds both 'respiration' and 'time'; keep waveform or rates"
        )
    if "respiration" in arrays:
        recording = check.waveform()
    elif "time" in arrays:
        recording = check.rates()
    else:
        raise UserError(
            f"{path}: has neither 'respiration' (a waveform) nor 'time' (rates); "
            "convert it to a recording first"
        )
    stages = recording.stages
    if stages is not None:
        epochs = recording.duration / STAGE_SECONDS
        # Scoring may stop with the last whole epoch or fill the one that has begun.
        if abs(stages.size - epochs) > 1:
            raise UserError(
                f"{path}: 'stages' has {stages.size} epochs of 30 s, but the recording lasts "
                f"{ceil(epochs)}; correct 'stages' or 'fs'"
            )
    return recording


class _Checker:
    """Reads one key after the other and knows how to complain."""

    def __init__(self, path: Path, arrays: Mapping[str, Array]) -> None:
        self._path = path
        self._arrays = arrays

    def fail(self, key: str, problem: str) -> UserError:
        """Make the error that names file and key."""
        return UserError(f"{self._path}: '{key}' {problem}")

    def waveform(self) -> Recording:
        """Read a recording of a waveform."""
        respiration = self.numbers("respiration")
        if respiration is None or respiration.ndim != 1 or not respiration.size:
            raise self.fail("respiration", "must be one row of at least one sample")
        if not np.isfinite(respiration).any():
            raise self.fail("respiration", "holds no number at all")
        if "fs" not in self._arrays:
            raise self.fail("fs", "is missing; give the samples per second")
        sample_rate = self.scalar("fs")
        low, high = SAMPLE_RATE_LIMITS
        if not low <= sample_rate <= high:
            raise self.fail(
                "fs", f"is {sample_rate:g} Hz; it must lie in {low:g} to {high:g}"
            )
        rows = respiration.size
        if rows / sample_rate > LONGEST_SECONDS:
            raise self.fail(
                "fs", f"of {sample_rate:g} Hz makes this longer than two weeks"
            )
        missing = self._arrays.get("missing")
        if missing is not None:
            if missing.dtype.kind not in "biu":
                raise self.fail(
                    "missing", f"must be true or false, not {missing.dtype}"
                )
            missing = self._column("missing", missing.astype(bool), rows)
        units = self.text("units")
        if units is None:
            raise self.fail("units", 'is missing; say "mm", "L/min" or "a.u."')
        return Recording(
            source=self.text("source") or "",
            start=self.start(),
            stages=self.stages("stages"),
            respiration=respiration,
            sample_rate=sample_rate,
            units=units,
            missing=missing,
            distance=self.distance(rows),
            motion=self.not_negative("motion", rows),
        )

    def rates(self) -> Recording:
        """Read a recording of rates."""
        time = self._arrays["time"]
        if time.dtype.kind not in "fiu" or time.ndim != 1 or not time.size:
            raise self.fail("time", "must be one row of seconds from the start")
        time = time.astype(np.float64)
        if not np.isfinite(time).all() or time[0] < 0 or (np.diff(time) <= 0).any():
            raise self.fail("time", "must rise from 0 on, in seconds")
        if time[-1] > LONGEST_SECONDS:
            raise self.fail("time", "goes on for more than two weeks; give seconds")
        rows = time.size
        rate = self.not_negative("respiration_rate", rows, limit=RATE_LIMIT)
        if rate is None:
            raise self.fail(
                "respiration_rate", "is missing; rates need it beside 'time'"
            )
        device_stages = self.stages("device_stages")
        if device_stages is not None and device_stages.size != rows:
            raise self.fail(
                "device_stages", f"has {device_stages.size} rows, 'time' {rows}"
            )
        return Recording(
            source=self.text("source") or "",
            start=self.start(),
            stages=self.stages("stages"),
            time=time,
            respiration_rate=rate,
            heart_rate=self.not_negative("heart_rate", rows, limit=RATE_LIMIT),
            quality=self.not_negative("quality", rows),
            device_stages=device_stages,
            distance=self.distance(rows),
            motion=self.not_negative("motion", rows),
        )

    def numbers(self, key: str) -> Float32 | None:
        """Read a row of numbers; infinite ones are unknown ones."""
        values = self._arrays.get(key)
        if values is None:
            return None
        if values.dtype.kind not in "fiu":
            raise self.fail(key, f"must be numbers (float32), not {values.dtype}")
        if values.ndim > 1:
            raise self.fail(key, f"must be one row, not of shape {values.shape}")
        with np.errstate(over="ignore"):
            numbers = values.astype(np.float32)
        numbers[~np.isfinite(numbers)] = np.nan
        return numbers

    def not_negative(
        self, key: str, rows: int, limit: float = np.inf
    ) -> Float32 | None:
        """Read one number per row that is between 0 and `limit`, or unknown."""
        values = self.numbers(key)
        if values is None:
            return None
        if (values < 0).any():
            raise self.fail(key, "must not be negative; use nan for unknown")
        if (values > limit).any():
            raise self.fail(
                key, f"has {np.nanmax(values):g}, more than {limit:g}; check its units"
            )
        column: Float32 = self._column(key, values, rows)
        return column

    def distance(self, rows: int) -> Float32 | None:
        """Read distances; modules write 0 where they see nobody."""
        distance = self.not_negative("distance", rows, limit=DISTANCE_LIMIT)
        return (
            None
            if distance is None
            else np.where(distance > 0, distance, np.float32(np.nan))
        )

    def _column(self, key: str, values: Array, rows: int) -> Array:
        """Bring a value for the whole recording, or one per row, to one per row."""
        if values.ndim == 0:
            return np.full(rows, values)
        if values.shape != (rows,):
            raise self.fail(key, f"has {values.size} values for {rows} samples or rows")
        return values

    def stages(self, key: str) -> NDArray[np.int8] | None:
        """Read stages."""
        values = self._arrays.get(key)
        if values is None:
            return None
        if values.dtype.kind not in "iu" or values.ndim != 1:
            raise self.fail(key, "must be one row of whole numbers (int8)")
        if values.size and (int(values.min()) < -1 or int(values.max()) > 4):
            raise self.fail(key, "must lie between -1 (unknown) and 4 (REM)")
        return values.astype(np.int8)

    def scalar(self, key: str) -> float:
        """Read a single number."""
        values = self.numbers(key)
        if values is None or values.size != 1:
            raise self.fail(key, "must be a single number")
        # Not through the float32 of a row, which would shift a rate like 4.88 Hz.
        return float(self._arrays[key].reshape(()))

    def text(self, key: str) -> str | None:
        """Read a text."""
        value = self._arrays.get(key)
        if value is None:
            return None
        if value.dtype.kind != "U" or value.size != 1:
            raise self.fail(key, "must be a text")
        return str(value.reshape(()))

    def start(self) -> datetime | None:
        """Read when the recording began."""
        text = self.text("start")
        if text is None:
            return None
        try:
            start = datetime.fromisoformat(text)
        except ValueError:
            raise self.fail(
                "start", f"is {text!r}; give ISO 8601 like {_EXAMPLE}"
            ) from None
        if start.utcoffset() is None:
            raise self.fail("start", f"has no time zone; give it like {_EXAMPLE}")
        return start


# Bringing any waveform to what a radar would see of the chest.

MEDIAN_BREATH_MM = 4.0
"""Peak to peak of the median breath in mm, for waveforms of unknown scale. Assumption.

A belt's volts and a mask's litres say how deep a breath is against its neighbours, but
nothing across recordings: gain, fit and leak are chosen anew each night. A radar saw 3.6 mm
of a resting adult at 60 cm and the literature says 4 to 12 mm frontally, so 4 mm.
"""

BREATH_BAND_HZ = (0.08, 0.7)
"""What counts as breathing when depths are measured: 5 to 42 per minute."""

VOLUME_HIGH_PASS_HZ = 0.04
"""Integrated flow drifts with leak and offset; slower than 2.4 per minute is not breathing."""

EXCURSION_LIMIT_MM = 20.0
"""A chest moves no farther than five breaths from its place; more is an artefact of belts."""

MARGIN_SECONDS = 1.0
"""Worthless on either side of what is missing: amplifiers take time to recover."""

FLAT_SECONDS = 2.0
"""A signal that does not change in any digit for so long comes from no living sensor."""

DROPOUT_SECONDS = 90.0
"""Nobody holds their breath in sleep for so long: near-silence means a slack belt."""

DROPOUT_SHARE = 0.08
"""Near-silence, as a share of how strong the recording is for a quarter of its time."""

RAIL_RANGES = 1.2
"""A repeated extreme value this many usual ranges (5 to 95 %) from the middle is the
converter's rail."""


def displacement_mm(recording: Recording) -> tuple[Float32, Mask]:
    """Turn a waveform into displacement of the chest in mm, and say what is missing.

    Missing samples are bridged by a straight line, so that the result can be filtered, but
    must not be taken for breathing.

    Raises:
        ValueError: The recording holds rates.
    """
    if recording.respiration is None:
        raise ValueError("a recording of rates has no displacement")
    rate = recording.sample_rate
    values = recording.respiration.astype(np.float64)
    missing = _missing(values, recording)
    values = _bridged(values, missing)
    if recording.units == "mm":
        return values.astype(np.float32), missing
    if recording.units == "L/min":
        values -= np.median(values[~missing]) if not missing.all() else 0.0
        values[missing] = 0.0
        values = np.cumsum(values) / (60 * rate)
        if values.size > 30 * rate:
            high_pass = signal.butter(
                2, VOLUME_HIGH_PASS_HZ, "highpass", fs=rate, output="sos"
            )
            values = signal.sosfiltfilt(high_pass, values)
    if not missing.all():
        values -= np.median(values[~missing])
    depth = median_breath(values, rate, missing)
    if depth > 0:
        values *= MEDIAN_BREATH_MM / depth
    np.clip(values, -EXCURSION_LIMIT_MM, EXCURSION_LIMIT_MM, out=values)
    return values.astype(np.float32), missing


def median_breath(values: Array, sample_rate: float, missing: Mask) -> float:
    """Measure the median breath from peak to trough, 0 where nothing breathes."""
    if values.size < 30 * sample_rate or missing.all():
        return 0.0
    low, high = BREATH_BAND_HZ
    band = signal.butter(
        2,
        (low, min(high, 0.45 * sample_rate)),
        "bandpass",
        fs=sample_rate,
        output="sos",
    )
    breathing = signal.sosfiltfilt(band, values)
    crossings = np.flatnonzero((breathing[:-1] < 0) & (breathing[1:] >= 0)) + 1
    if crossings.size < 2:
        return 0.0
    highest = np.maximum.reduceat(breathing, crossings)[:-1]
    lowest = np.minimum.reduceat(breathing, crossings)[:-1]
    whole = ~np.logical_or.reduceat(missing, crossings)[:-1]
    depths = (highest - lowest)[whole]
    # Pauses are crossed by noise, which must not count as breaths.
    depths = depths[depths > 0.1 * np.percentile(depths, 90)] if depths.size else depths
    return float(np.median(depths)) if depths.size else 0.0


def _missing(values: Array, recording: Recording) -> Mask:
    """Find what no breathing can be read from, with a margin."""
    rate = recording.sample_rate
    missing = ~np.isfinite(values)
    if recording.missing is not None:
        missing |= recording.missing
    known = values[~missing]
    if not known.size:
        return missing

    same = np.diff(values) == 0
    same = np.append(same, False) | np.insert(same, 0, False)
    missing |= _long_runs(same, FLAT_SECONDS * rate)

    if recording.units != "mm":
        low, middle, high = np.percentile(known, (5, 50, 95))
        for rail in (known.min(), known.max()):
            at_rail = values == rail
            if abs(rail - middle) > RAIL_RANGES * (high - low) and at_rail.sum() > 2:
                missing |= at_rail
        missing |= _dropouts(_bridged(values, missing), rate)

    margin = round(MARGIN_SECONDS * rate)
    if missing.any() and margin:
        missing = ndimage.binary_dilation(missing, iterations=margin)
    return missing


def _dropouts(values: Array, rate: float) -> Mask:
    """Find where the sensor lost the chest, though its noise goes on."""
    window = round(10 * rate) | 1
    mean = ndimage.uniform_filter1d(values, window, mode="nearest")
    variance = ndimage.uniform_filter1d((values - mean) ** 2, window, mode="nearest")
    # Rounding can leave a variance of nought a little below it.
    strength = np.sqrt(np.maximum(variance, 0.0))
    silence = DROPOUT_SHARE * np.percentile(strength, 75)
    return _long_runs(strength < silence, DROPOUT_SECONDS * rate)


def _long_runs(mask: Mask, length: float) -> Mask:
    """Keep the runs of true that are longer than `length` samples."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    kept = np.zeros_like(mask)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= length:
            kept[start:end] = True
    return kept


def _bridged(values: Array, missing: Mask) -> Array:
    """Replace what is missing by straight lines."""
    if not missing.any() or missing.all():
        return np.where(missing, 0.0, values)
    index = np.arange(values.size)
    bridged: Array = np.interp(index, index[~missing], values[~missing])
    return bridged
