"""What a night becomes when it is over."""

from custom_components.halo_rise.sleep import settling
from custom_components.halo_rise.sleep.epoch import Epoch
from custom_components.halo_rise.sleep.intent import Clues
from custom_components.halo_rise.sleep.settling import Scored
from custom_components.halo_rise.sleep.sleeper import OwnerEvidence
from custom_components.halo_rise.sleep.staging import Features


def _night(hours: float, *, flickers: int, stirs: int) -> list[Scored]:
    """Make epochs in every so manieth of which a target, or the chest, moves."""
    return [
        Scored(
            epoch=Epoch(start=30.0 * number),
            features=Features(
                movement=8.0 if flickers and not number % flickers else 0.0
            ),
            clues=Clues(movement=0.0),
            owner=OwnerEvidence(body=5.0 if stirs and not number % stirs else 0.0),
        )
        for number in range(round(hours * 120))
    ]


def test_what_flickers_all_night_and_never_stirs_is_a_machine() -> None:
    night = _night(6.0, flickers=3, stirs=0)
    assert settling._is_machine(night, len(night))


def test_who_stirs_every_hour_is_none() -> None:
    night = _night(6.0, flickers=3, stirs=120)
    assert not settling._is_machine(night, len(night))


def test_a_recording_without_any_movement_says_nothing() -> None:
    night = _night(6.0, flickers=0, stirs=0)
    assert not settling._is_machine(night, len(night))
