"""Eight hours of a room in which nobody is."""

from collections.abc import Callable

import pytest

from custom_components.halo_rise.radar import mr60bha2
from custom_components.halo_rise.sleep.engine import SleepEngine
from custom_components.halo_rise.sleep.epoch import EpochScored, SessionStarted
from models import scene
from models.replay import batches
from models.sight import FrameArrays


@pytest.mark.parametrize("room", [scene.noise_room, scene.fan_room, scene.curtain_room])
@pytest.mark.parametrize("seed", [11])
def test_an_empty_room_is_no_session(
    room: Callable[..., FrameArrays], seed: int
) -> None:
    engine = SleepEngine(mr60bha2.CAPABILITIES)
    epochs = breathing = 0
    for batch in batches(iter(room(8.0, seed)), 30.0):
        for update in engine.process(batch):
            assert not isinstance(update, SessionStarted)
            if isinstance(update, EpochScored):
                epochs += 1
                breathing += update.epoch.respiration_rate > 0.0
    assert epochs >= 958
    assert breathing / epochs < 0.02
