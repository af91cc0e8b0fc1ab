"""The network of intent learns what it is shown."""

import numpy as np
import pytest

from custom_components.halo_rise.sleep import intent, zone
from models.fit_intent import Examples, fit


def _examples(seed: int, count: int = 800) -> Examples:
    """Invent epochs in which whoever moves little is trying to sleep."""
    random = np.random.default_rng(seed)
    inputs = random.normal(size=(count, intent.INPUTS))
    return Examples(inputs, (inputs[:, 0] + inputs[:, 1] < 0.0).astype(np.float64))


def test_a_rule_is_learned_from_examples() -> None:
    network, loss = fit(_examples(1), seed=3)
    unseen = _examples(2, 400)
    said = np.array([intent.score(row, network) > 0.5 for row in unseen.inputs])
    assert np.mean(said == (unseen.trying > 0.5)) > 0.85
    assert 0.0 < loss < 0.6


def test_the_same_seed_gives_the_same_network() -> None:
    first, _ = fit(_examples(1, 200), seed=3)
    again, _ = fit(_examples(1, 200), seed=3)
    assert first.hidden == pytest.approx(again.hidden)
    assert first.bias == again.bias


def test_the_shipped_network_knows_sleep_when_it_sees_it() -> None:
    """Somebody asleep for long, and somebody who fidgets where nobody ever slept."""
    network = intent.load_network()
    usual = intent.Usual(
        distance=0.7,
        places=intent.log_places(zone.histogram([0.7] * 50)),
        log_rate=2.65,
        log_depth=1.4,
    )
    asleep = intent.Clues(
        movement=0.0,
        interval_variation=0.06,
        depth_variation=0.1,
        regularity=0.85,
        depth=4.0,
        rate=14.0,
        distance=0.7,
        asleep=0.99,
        until_sleep=0.0,
        from_there=0.0,
    )
    reading = intent.Clues(
        movement=2.0,
        interval_variation=0.3,
        depth_variation=0.4,
        regularity=0.3,
        depth=4.0,
        rate=18.0,
        distance=0.84,
        asleep=0.02,
        until_sleep=50.0,
        from_there=0.14,
    )
    for clues, trying in ((asleep, True), (reading, False)):
        values = intent.inputs([clues] * intent.RECENT, usual)
        assert (intent.score(values, network) > intent.TRYING) is trying
