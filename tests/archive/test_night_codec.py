"""Tests of how epochs are packed."""

from dataclasses import replace
from math import inf, isnan, nan
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.halo_rise import night_codec
from custom_components.halo_rise.radar.frame import Climate
from custom_components.halo_rise.sleep.epoch import Epoch, Owner, Stage
from tests.nights import EVENING, make_night

type PackableNight = tuple[
    tuple[Epoch, ...],
    tuple[Stage | None, ...] | None,
    tuple[night_codec.Probabilities | None, ...] | None,
]

STEPS = {
    "confidence": 1 / 250,
    "intent": 1 / 250,
    "presence": 1 / 250,
    "respiration_quality": 1 / 250,
    "coverage": 1 / 250,
    "respiration_rate": 0.01,
    "heart_rate": 0.01,
    "motion": 0.01,
    "distance": 0.001,
}


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Return a measured quantity that may be unknown."""
    return st.one_of(st.just(nan), st.floats(low, high))


shares = numbers(0, 1)
stages = st.sampled_from([None, *Stage])
probabilities = st.one_of(st.none(), st.tuples(shares, shares, shares, shares))
epochs = st.builds(
    Epoch,
    start=st.just(0.0),
    probabilities=probabilities,
    stage=stages,
    confidence=shares,
    intent=shares,
    presence=shares,
    owner=st.sampled_from(Owner),
    respiration_rate=numbers(0, 60),
    respiration_quality=shares,
    heart_rate=numbers(0, 250),
    motion=numbers(0, 30),
    distance=numbers(0, 12),
    coverage=shares,
    climate=st.builds(
        Climate,
        temperature=numbers(-40, 85),
        humidity=numbers(0, 100),
        illuminance=numbers(0, 130_000),
    ),
)


@st.composite
def packable_nights(draw: st.DrawFn) -> PackableNight:
    """Return epochs in the order of time and, perhaps, what was settled about them."""
    items = draw(st.lists(epochs, max_size=40))
    start = draw(st.floats(0, 4e9))
    gaps = draw(
        st.lists(
            st.sampled_from([30.0, 30.0, 30.0, 18_000.0, 0.001]),
            min_size=len(items),
            max_size=len(items),
        )
    )
    placed = []
    for item, gap in zip(items, gaps, strict=True):
        placed.append(replace(item, start=start))
        start += gap
    count = len(placed)

    def of_each[T](
        strategy: st.SearchStrategy[T],
    ) -> st.SearchStrategy[tuple[T, ...] | None]:
        lists = st.lists(strategy, min_size=count, max_size=count)
        return st.one_of(st.none(), lists.map(tuple))

    return tuple(placed), draw(of_each(stages)), draw(of_each(probabilities))


def close(left: float, right: float, tolerance: float) -> bool:
    """Tell whether two numbers are equal but for rounding, nan being equal to nan."""
    return (isnan(left) and isnan(right)) or abs(left - right) <= tolerance * 1.001


def close_vectors(left: object, right: object) -> bool:
    """Tell whether two probability vectors are equal but for rounding."""
    if not isinstance(left, tuple) or not isinstance(right, tuple):
        return left is right
    return all(close(*pair, 1 / 500) for pair in zip(left, right, strict=True))


@given(packable_nights())
def test_everything_comes_back(night: PackableNight) -> None:
    """Every field comes back within half a step, unknown as unknown."""
    packed = night_codec.encode(*night)
    unpacked = night_codec.decode(packed)
    for before, after in zip(night[0], unpacked[0], strict=True):
        assert abs(before.start - after.start) <= 0.0005
        assert after.stage is before.stage
        assert after.owner is before.owner
        assert close_vectors(before.probabilities, after.probabilities)
        for name, step in STEPS.items():
            assert close(getattr(before, name), getattr(after, name), step / 2), name
        assert close(before.climate.temperature, after.climate.temperature, 0.005)
        assert close(before.climate.humidity, after.climate.humidity, 0.005)
        assert close(
            before.climate.illuminance,
            after.climate.illuminance,
            1e-7 * abs(before.climate.illuminance) + 1e-40,
        )
    assert unpacked[1] == night[1]
    if night[2] is None:
        assert unpacked[2] is None
    else:
        assert unpacked[2] is not None
        assert all(map(close_vectors, night[2], unpacked[2], strict=True))


@given(packable_nights())
def test_what_was_packed_once_packs_to_the_same_bytes(night: PackableNight) -> None:
    """Rounding happens once: a night that is read and stored again does not drift."""
    packed = night_codec.encode(*night)
    assert night_codec.encode(*night_codec.decode(packed)) == packed


def test_regular_starts_are_exact() -> None:
    """Epochs on a grid keep their starts to the last bit."""
    night = make_night(EVENING + 0.4375)
    epochs, _, _ = night_codec.decode(night_codec.encode(night.epochs, None, None))
    assert [epoch.start for epoch in epochs] == [epoch.start for epoch in night.epochs]


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("respiration_rate", 1e9, 655.34),
        ("respiration_rate", inf, 655.34),
        ("respiration_rate", -3.0, 0.0),
        ("confidence", 1.0000001, 1.016),
        ("distance", 80.0, 65.534),
    ],
)
def test_values_out_of_range_are_held_at_the_edge(
    field: str, value: float, stored: float
) -> None:
    """An impossible value becomes the nearest that can be stored, never another one."""
    values: dict[str, Any] = {field: value}
    epoch = Epoch(start=0.0, **values)
    (after,), _, _ = night_codec.decode(night_codec.encode([epoch], None, None))
    assert getattr(after, field) == pytest.approx(
        min(stored, max(value, 0.0)), abs=0.002
    )


def test_settled_stages_must_match_the_epochs() -> None:
    """A night whose parts do not belong together is refused, not stored."""
    night = make_night(hours=1)
    with pytest.raises(ValueError, match="do not belong"):
        night_codec.encode(night.epochs, (Stage.REM,), None)


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(data: bytes) -> None:
    """Bytes that are no epochs raise ValueError and nothing else."""
    with pytest.raises(ValueError, match="Epochs are"):
        night_codec.decode(data)


@given(st.integers(0), st.integers(1, 255))
def test_flipped_bits_are_noticed(position: int, difference: int) -> None:
    """No byte can change without being noticed, unless it changes nothing."""
    packed = bytearray(PACKED)
    packed[position % len(packed)] ^= difference
    try:
        night = night_codec.decode(bytes(packed))
    except ValueError:
        return
    assert night_codec.encode(*night) == PACKED


@pytest.mark.parametrize("hours", [0.0, 8.0, 26.0])
def test_size(hours: float) -> None:
    """An hour takes less than two and a half kilobytes, whatever was measured."""
    night = make_night(hours=hours)
    packed = night_codec.encode(
        night.epochs, night.settled_stages, night.settled_probabilities
    )
    assert len(packed) < 100 + 2500 * hours


PACKED = night_codec.encode(make_night(hours=1).epochs, None, None)
