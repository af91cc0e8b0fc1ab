"""The one format of recordings."""

from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
import tempfile
from typing import Any

from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp
import numpy as np
import pytest

from models.errors import UserError
from models.recordings import (
    EXCURSION_LIMIT_MM,
    MEDIAN_BREATH_MM,
    Recording,
    displacement_mm,
    load,
    median_breath,
    save,
)

WAVEFORM: dict[str, Any] = {
    "respiration": np.sin(np.arange(900, dtype=np.float32)),
    "fs": np.array(10.0),
    "units": np.array("mm"),
}
RATES: dict[str, Any] = {
    "time": np.arange(0, 90, 30.0),
    "respiration_rate": np.array([12, np.nan, 14], np.float32),
}


def write(folder: Path, arrays: dict[str, Any]) -> Path:
    """Write a file; None leaves a key out."""
    path = folder / "night.npz"
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    return path


def attempt(path: Path) -> tuple[Recording | None, str]:
    """Load a file that may be anything; return the recording or what was wrong."""
    try:
        return load(path), ""
    except UserError as error:
        return None, str(error)


def breathing(seconds: float, rate: float, *, per_minute: float = 15.0) -> np.ndarray:
    """Breathe evenly with an amplitude of 1."""
    time = np.arange(round(seconds * rate)) / rate
    return np.sin(2 * np.pi * per_minute / 60 * time)


floats = hnp.arrays(
    np.float32, 60, elements=st.floats(0, 15, width=32) | st.just(np.float32(np.nan))
)
stages = hnp.arrays(np.int8, 2, elements=st.integers(-1, 4))
minutes = st.integers(-12 * 60, 14 * 60)
starts = st.datetimes(
    timezones=minutes.map(lambda offset: timezone(timedelta(minutes=offset)))
)


@given(
    waveform=st.booleans(),
    columns=st.lists(floats, min_size=5, max_size=5),
    optional=st.sets(
        st.sampled_from(["stages", "distance", "motion", "missing", "start", "quality"])
    ),
    night=stages,
    start=starts,
    source=st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20),
)
def test_saved_recording_is_loaded_again(
    waveform: bool,
    columns: list[np.ndarray],
    optional: set[str],
    night: np.ndarray,
    start: datetime,
    source: str,
) -> None:
    """Whatever was recorded comes back as it was."""
    first, distance, motion, quality, heart_rate = columns
    distance = np.where(distance > 0, distance, np.nan).astype(np.float32)
    values: dict[str, Any] = {
        "stages": night,
        "distance": distance,
        "motion": motion,
        "start": start,
        "source": source,
    }
    if waveform:
        first[0] = 1
        values |= {"respiration": first, "sample_rate": 1.0, "units": "a.u."}
        values["missing"] = motion > 1
        optional = optional - {"quality"}
    else:
        values |= {"time": np.arange(60.0), "respiration_rate": first}
        values |= {"quality": quality, "heart_rate": heart_rate}
        optional = optional - {"missing"}
    for key in {
        "stages",
        "distance",
        "motion",
        "missing",
        "start",
        "quality",
    } - optional:
        values.pop(key, None)
    recording = Recording(**values)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "night.npz"
        save(path, recording)
        loaded = load(path)

    assert loaded.is_rates is not waveform
    assert loaded.duration == 60
    for name in Recording.__dataclass_fields__:
        before, after = getattr(recording, name), getattr(loaded, name)
        if isinstance(before, np.ndarray):
            assert after.dtype == before.dtype, name
            assert np.array_equal(after, before, equal_nan=after.dtype.kind == "f"), (
                name
            )
        else:
            assert after == before, name


@given(
    key=st.sampled_from(
        [
            "respiration",
            "fs",
            "units",
            "start",
            "stages",
            "missing",
            "distance",
            "motion",
            "time",
            "source",
            "respiration_rate",
            "quality",
            "heart_rate",
            "device_stages",
        ]
    ),
    value=hnp.arrays(
        hnp.scalar_dtypes(),
        hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=4),
    ),
    base=st.sampled_from([WAVEFORM, RATES]),
)
def test_any_value_of_any_key_is_taken_or_refused_by_name(
    key: str, value: np.ndarray, base: dict[str, Any]
) -> None:
    """No content of a file shows a traceback."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), base | {key: value})
        loaded, refusal = attempt(path)
        if loaded is None:
            assert refusal.startswith(str(path))
            assert "\n" not in refusal
        else:
            assert loaded.duration > 0
            if not loaded.is_rates:
                mm, missing = displacement_mm(loaded)
                assert mm.shape == missing.shape
                assert np.isfinite(mm).all()


@given(
    data=st.binary(max_size=200),
    at=st.integers(0, 2000),
    cut=st.integers(1, 3000),
    whole=st.booleans(),
)
def test_any_bytes_are_taken_or_refused_in_one_line(
    data: bytes, at: int, cut: int, whole: bool
) -> None:
    """A file that was cut off or written over does not show a traceback."""
    buffer = BytesIO()
    np.savez_compressed(buffer, **WAVEFORM)
    good = buffer.getvalue()
    at = min(at, len(good))
    damaged = good[:at] + data + good[at + len(data) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "night.npz"
        path.write_bytes(damaged if whole else damaged[:cut])
        loaded, refusal = attempt(path)
    assert loaded or refusal.startswith(str(path))
    assert "\n" not in refusal


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"respiration": None}, "has neither 'respiration' (a waveform) nor 'time'"),
        ({"respiration": np.zeros(0, np.float32)}, "'respiration' must be one row of"),
        ({"respiration": np.full(9, np.nan)}, "'respiration' holds no number"),
        ({"respiration": np.array(1.0)}, "'respiration' must be one row of"),
        ({"respiration": np.zeros((9, 2))}, "'respiration' must be one row"),
        ({"respiration": np.array(["a"])}, "'respiration' must be numbers"),
        ({"respiration": np.array([{}], object)}, "'respiration' holds Python objects"),
        ({"fs": None}, "'fs' is missing"),
        ({"fs": np.array(0.01)}, "'fs' is 0.01 Hz"),
        ({"fs": np.array(1e9)}, "'fs' is 1e+09 Hz"),
        ({"fs": np.array(np.nan)}, "'fs' is nan Hz"),
        ({"fs": np.array([1.0, 2.0])}, "'fs' must be a single number"),
        ({"units": None}, "'units' is missing"),
        ({"units": np.array(3)}, "'units' must be a text"),
        ({"start": np.array("yesterday")}, "'start' is 'yesterday'"),
        ({"start": np.array("2026-03-01T22:30:00")}, "'start' has no time zone"),
        ({"stages": np.zeros(9, np.int8)}, "'stages' has 9 epochs of 30 s"),
        ({"stages": np.full(3, 5, np.int8)}, "'stages' must lie between"),
        ({"stages": np.zeros(3)}, "'stages' must be one row of whole numbers"),
        ({"missing": np.zeros(3, bool)}, "'missing' has 3 values for 900"),
        ({"missing": np.zeros(900)}, "'missing' must be true or false"),
        ({"distance": np.full(900, 80.0)}, "'distance' has 80, more than 20"),
        ({"motion": np.full(900, -1.0)}, "'motion' must not be negative"),
        ({"time": np.arange(900)}, "holds both 'respiration' and 'time'"),
    ],
)
def test_broken_waveform_is_refused(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    """The message names the file, the key and the problem."""
    path = write(tmp_path, WAVEFORM | changes)

    with pytest.raises(UserError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: {told}")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"time": np.array([0.0, 30, 30])}, "'time' must rise"),
        ({"time": np.array([0.0, np.nan, 30])}, "'time' must rise"),
        ({"time": np.array([0.0, 30, 1e10])}, "'time' goes on for more than two weeks"),
        ({"time": np.array(["a", "b", "c"])}, "'time' must be one row of seconds"),
        ({"respiration_rate": None}, "'respiration_rate' is missing"),
        ({"respiration_rate": np.full(3, 1200.0)}, "'respiration_rate' has 1200"),
        ({"respiration_rate": np.full(2, 12.0)}, "'respiration_rate' has 2 values"),
        ({"device_stages": np.zeros(2, np.int8)}, "'device_stages' has 2 rows"),
    ],
)
def test_broken_rates_are_refused(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    """The message names the file, the key and the problem."""
    path = write(tmp_path, RATES | changes)

    with pytest.raises(UserError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: {told}")


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    """Each with what it is and what to do."""
    (tmp_path / "text.npz").write_text("a diary")
    np.save(tmp_path / "single.npy", np.zeros(3))
    for name, told in (
        ("absent.npz", "no such file; give a recording"),
        ("text.npz", "not an .npz file; give a recording"),
        ("single.npy", "not an .npz file; give a recording"),
        (".", "a folder; give a recording"),
    ):
        with pytest.raises(UserError, match=told):
            load(tmp_path / name)


def test_contradicting_recording_is_not_saved(tmp_path: Path) -> None:
    """What could not be read again is not written."""
    broken = Recording(
        respiration=np.zeros(10, np.float32),
        sample_rate=10.0,
        units="mm",
        missing=np.zeros(3, bool),
    )
    with pytest.raises(UserError, match="'missing'"):
        save(tmp_path / "night.npz", broken)
    assert not list(tmp_path.iterdir())


def test_distance_of_nothing_is_unknown(tmp_path: Path) -> None:
    """Modules write 0 m where they see nobody; one number stands for the whole night."""
    rates = load(write(tmp_path, RATES | {"distance": np.array([0.8, 0, 0.9])}))
    assert rates.distance is not None
    assert rates.distance.tolist() == pytest.approx([0.8, np.nan, 0.9], nan_ok=True)

    waveform = load(write(tmp_path, WAVEFORM | {"distance": np.array(0.7)}))
    assert waveform.distance is not None
    assert waveform.distance == pytest.approx(np.full(900, 0.7))


def test_sample_rate_is_not_rounded(tmp_path: Path) -> None:
    """A rate like 4.88 Hz would drift by seconds in a night as a float32."""
    assert load(write(tmp_path, WAVEFORM | {"fs": np.array(4.88)})).sample_rate == 4.88


# Displacement.


def test_millimetres_pass() -> None:
    """What is displacement already is not scaled, shifted or clipped."""
    chest = (37 * breathing(120, 10) + 55).astype(np.float32)
    mm, missing = displacement_mm(
        Recording(respiration=chest, sample_rate=10.0, units="mm")
    )
    assert np.array_equal(mm, chest)
    assert not missing.any()


def test_flow_becomes_volume_in_phase() -> None:
    """Flow leads volume by a quarter of a breath, whatever the mask leaks."""
    volume = breathing(600, 10)
    flow = np.gradient(volume, 0.1) * 60 + 20 + np.linspace(0, 8, volume.size)
    mm, missing = displacement_mm(
        Recording(respiration=flow.astype(np.float32), sample_rate=10.0, units="L/min")
    )
    middle = slice(600, -600)
    assert np.corrcoef(mm[middle], volume[middle])[0, 1] > 0.99
    assert np.ptp(mm[middle]) == pytest.approx(MEDIAN_BREATH_MM, rel=0.1)
    assert not missing.any()


@given(gain=st.floats(0.001, 1000), offset=st.floats(-1000, 1000))
def test_unknown_scale_is_made_the_usual_breath(gain: float, offset: float) -> None:
    """The recorder's gain and offset do not reach the result."""
    belt = (gain * (breathing(300, 4) + offset)).astype(np.float32)
    mm, _ = displacement_mm(Recording(respiration=belt, sample_rate=4.0, units="a.u."))
    assert median_breath(
        mm.astype(float), 4.0, np.zeros(mm.size, bool)
    ) == pytest.approx(MEDIAN_BREATH_MM, rel=0.05)


def test_pauses_do_not_inflate_the_scale() -> None:
    """A belt that breathes for a third of the time has the same breaths."""
    belt = breathing(900, 10)
    belt[3000:] *= 0.001
    belt[3000:6000] += np.random.default_rng(0).normal(0, 0.01, 3000)
    mm, _ = displacement_mm(
        Recording(respiration=belt.astype(np.float32), sample_rate=10.0, units="a.u.")
    )
    assert np.ptp(mm[300:2700]) == pytest.approx(MEDIAN_BREATH_MM, rel=0.2)


def test_worthless_samples_are_marked_with_a_margin_and_bridged() -> None:
    """Neither gaps, nor rails, nor a stuck converter breathe."""
    rng = np.random.default_rng(1)
    belt = 1000 * breathing(1200, 10) + rng.normal(0, 5, 12_000)
    expected = np.zeros(belt.size, bool)
    belt[1000:1100] = np.nan
    belt[2000:2100] = 123.0
    belt[3000:3005] = 32_760
    belt[3020] = 32_760
    declared = np.zeros(belt.size, bool)
    declared[4000:4100] = True
    for begin, end in (
        (1000, 1100),
        (2000, 2100),
        (3000, 3005),
        (3020, 3021),
        (4000, 4100),
    ):
        expected[begin - 10 : end + 10] = True

    mm, missing = displacement_mm(
        Recording(
            respiration=belt.astype(np.float32),
            sample_rate=10.0,
            units="a.u.",
            missing=declared,
        )
    )
    assert np.array_equal(missing, expected)
    assert np.isfinite(mm).all()
    assert np.abs(mm).max() < MEDIAN_BREATH_MM
    assert np.abs(np.diff(mm, 2)[1010:1090]).max() < 1e-4, "a straight line"


def test_slack_belt_is_missing_and_an_apnea_is_not() -> None:
    """A minute without effort may be an apnea; minutes of sensor noise are none."""
    rng = np.random.default_rng(2)
    belt = breathing(1800, 4) + rng.normal(0, 0.01, 7200)
    apnea, slack = slice(1200, 1200 + 4 * 60), slice(4000, 4000 + 4 * 300)
    belt[apnea] = belt[slack] = 0.0
    belt += rng.normal(0, 0.002, belt.size)
    _, missing = displacement_mm(
        Recording(respiration=belt.astype(np.float32), sample_rate=4.0, units="a.u.")
    )
    assert not missing[apnea].any()
    assert missing[slack].mean() > 0.95
    assert missing.sum() < 1.1 * (slack.stop - slack.start)


def test_spikes_are_bounded() -> None:
    """One bump of the belt does not throw the chest across the room."""
    belt = breathing(600, 10)
    belt[3000:3010] += 500
    mm, _ = displacement_mm(
        Recording(respiration=belt.astype(np.float32), sample_rate=10.0, units="a.u.")
    )
    assert np.abs(mm).max() <= EXCURSION_LIMIT_MM


def test_recording_of_nothing_stays_nothing() -> None:
    """Only missing samples give a flat line, all of it missing."""
    mm, missing = displacement_mm(
        Recording(
            respiration=np.zeros(900, np.float32), sample_rate=10.0, units="L/min"
        )
    )
    assert missing.all()
    assert not mm.any()


def test_every_shared_recording_loads(shared_data: Path) -> None:
    """The recordings of strangers keep to the format."""
    loaded = [
        load(path)
        for folder in ("breathing", "radar", "mattress")
        for path in sorted((shared_data / folder).glob("*.npz"))
    ]
    assert sum(not each.is_rates for each in loaded) == 2
    assert len(loaded) == 30


def test_night_on_a_mask_is_all_there(shared_data: Path) -> None:
    """Eight hours of flow make breaths of the usual depth, without a gap."""
    recording = load(shared_data / "breathing/cpap_night.npz")
    mm, missing = displacement_mm(recording)
    assert not missing.any()
    assert median_breath(mm.astype(float), 10.0, missing) == pytest.approx(
        MEDIAN_BREATH_MM, rel=0.05
    )


def test_dropouts_of_a_real_belt_are_found(shared_data: Path) -> None:
    """The belt lost the chest from minute 171 to 182 and hit the rails around 141."""
    recording = load(shared_data / "breathing/slp60_chest.npz")
    _, missing = displacement_mm(recording)
    per_minute = missing[: missing.size // 120 * 120].reshape(-1, 120).mean(1)
    assert per_minute[171:182].min() > 0.9
    assert per_minute[141:143].min() > 0.1
    assert per_minute[:120].max() < 0.1
    assert 0.03 < missing.mean() < 0.08
