"""The triggers and conditions that a bedside brings, in real automations."""

from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import (
    condition,
    device_registry as dr,
    entity_registry as er,
    trigger,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.halo_rise.condition import CONDITIONS
from custom_components.halo_rise.const import DOMAIN
from custom_components.halo_rise.coordinator import HaloRiseCoordinator, _Outcome
from custom_components.halo_rise.sleep.epoch import SleepEvent, SleepEventKind
from custom_components.halo_rise.trigger import TRIGGERS
from tests.nights import EVENING

SLEEP = "event.anna_sleep"
FOREIGN_EVENT = "event.phone"
FOREIGN_SENSOR = "binary_sensor.mat"

SENSOR_OF = {
    "is_asleep": "binary_sensor.anna_asleep",
    "is_in_bed": "binary_sensor.anna_in_bed",
    "is_other_in_bed": "binary_sensor.anna_somebody_else_in_bed",
    "is_trying_to_sleep": "binary_sensor.anna_trying_to_sleep",
}


@pytest.fixture
def calls(hass: HomeAssistant) -> list[ServiceCall]:
    """Return what the automations have called."""
    recorded: list[ServiceCall] = async_mock_service(hass, "test", "run")
    return recorded


@pytest.fixture
def device_id(quiet: HaloRiseCoordinator, device_registry: dr.DeviceRegistry) -> str:
    """Return the device of the bedside."""
    (device,) = dr.async_entries_for_config_entry(
        device_registry, quiet.config_entry.entry_id
    )
    return device.id


@pytest.fixture
def foreign(hass: HomeAssistant, entity_registry: er.EntityRegistry) -> None:
    """Add entities of another integration that look like ours."""
    entry = MockConfigEntry(domain="other", entry_id="9876543210")
    entry.add_to_hass(hass)
    for entity_id, key in ((FOREIGN_EVENT, "sleep"), (FOREIGN_SENSOR, "asleep")):
        domain, _, name = entity_id.partition(".")
        entity = entity_registry.async_get_or_create(
            domain,
            entry.domain,
            f"{entry.entry_id}_{key}",
            config_entry=entry,
            suggested_object_id=name,
        )
        assert entity.entity_id == entity_id
    hass.states.async_set(FOREIGN_EVENT, "2026-11-21T22:00:00.000+00:00")
    hass.states.async_set(FOREIGN_SENSOR, "on")
    # Not in the registry at all.
    hass.states.async_set("binary_sensor.yaml", "on")


async def automate(hass: HomeAssistant, **automation: Any) -> None:
    """Set up an automation."""
    assert await async_setup_component(
        hass,
        AUTOMATION_DOMAIN,
        {
            AUTOMATION_DOMAIN: {
                "alias": "Test",
                "actions": {
                    "action": "test.run",
                    "data": {"entity_id": "{{ trigger.entity_id }}"},
                },
                **automation,
            }
        },
    )
    await hass.async_block_till_done()
    state = hass.states.get("automation.test")
    assert state is not None
    assert state.state == "on"


async def happen(
    hass: HomeAssistant, coordinator: HaloRiseCoordinator, kind: SleepEventKind
) -> None:
    """Let something happen to the sleeper."""
    coordinator._async_publish(_Outcome(events=[SleepEvent(kind=kind, time=EVENING)]))
    await hass.async_block_till_done()


# Triggers


def test_there_is_a_trigger_for_everything_that_happens() -> None:
    assert TRIGGERS.keys() == set(SleepEventKind)


@pytest.mark.parametrize("kind", SleepEventKind)
async def test_a_trigger_is_for_one_kind(
    hass: HomeAssistant,
    quiet: HaloRiseCoordinator,
    calls: list[ServiceCall],
    kind: SleepEventKind,
) -> None:
    await automate(
        hass,
        triggers={"trigger": f"halo_rise.{kind}", "target": {"entity_id": SLEEP}},
    )
    for other in SleepEventKind:
        if other is not kind:
            await happen(hass, quiet, other)
    assert calls == []
    await happen(hass, quiet, kind)
    await happen(hass, quiet, kind)
    assert [call.data["entity_id"] for call in calls] == [SLEEP, SLEEP]


async def test_the_first_event_of_all_triggers(
    hass: HomeAssistant,
    quiet: HaloRiseCoordinator,
    calls: list[ServiceCall],
    device_id: str,
) -> None:
    """By the device, of which only the event counts."""
    await automate(
        hass,
        triggers={
            "trigger": "halo_rise.fell_asleep",
            "target": {"device_id": device_id},
        },
    )
    await happen(hass, quiet, SleepEventKind.FELL_ASLEEP)
    assert len(calls) == 1


async def test_a_restart_triggers_nothing(
    hass: HomeAssistant, quiet: HaloRiseCoordinator, calls: list[ServiceCall]
) -> None:
    await happen(hass, quiet, SleepEventKind.FELL_ASLEEP)
    await automate(
        hass,
        triggers={"trigger": "halo_rise.fell_asleep", "target": {"entity_id": SLEEP}},
    )
    assert await hass.config_entries.async_reload(quiet.config_entry.entry_id)
    await hass.async_block_till_done()
    state = hass.states.get(SLEEP)
    assert state is not None
    assert state.attributes["event_type"] == "fell_asleep"
    assert calls == []
    await happen(
        hass,
        quiet.config_entry.runtime_data.coordinator,
        SleepEventKind.FELL_ASLEEP,
    )
    assert len(calls) == 1


@pytest.mark.usefixtures("quiet", "foreign")
async def test_somebody_elses_event_triggers_nothing(
    hass: HomeAssistant, calls: list[ServiceCall]
) -> None:
    await automate(
        hass,
        triggers={
            "trigger": "halo_rise.fell_asleep",
            "target": {"entity_id": [FOREIGN_EVENT, "event.yaml"]},
        },
    )
    for entity_id in (FOREIGN_EVENT, "event.yaml"):
        for second in (1, 2):
            hass.states.async_set(
                entity_id,
                f"2026-11-21T22:30:0{second}.000+00:00",
                {"event_type": "fell_asleep"},
            )
            await hass.async_block_till_done()
    assert calls == []


# Conditions


@pytest.mark.parametrize("behavior", ["any", "all"])
@pytest.mark.parametrize("name", CONDITIONS)
async def test_a_condition_is_for_one_sensor(
    hass: HomeAssistant,
    quiet: HaloRiseCoordinator,
    calls: list[ServiceCall],
    device_id: str,
    name: str,
    behavior: str,
) -> None:
    await automate(
        hass,
        triggers={"trigger": "event", "event_type": "look"},
        conditions={
            "condition": f"halo_rise.{name}",
            "target": {"device_id": device_id},
            "options": {"behavior": behavior},
        },
        actions={"action": "test.run"},
    )

    async def passes() -> bool:
        calls.clear()
        hass.bus.async_fire("look")
        await hass.async_block_till_done()
        return bool(calls)

    own = SENSOR_OF[name]
    for state, passed in (
        ("unavailable", False),
        ("unknown", False),
        ("off", False),
        ("on", True),
    ):
        for other in SENSOR_OF.values():
            hass.states.async_set(other, "off" if passed else "on")
        hass.states.async_set(own, state)
        assert await passes() is passed, state


async def test_all_bedsides_must_be_known(
    hass: HomeAssistant,
    quiet: HaloRiseCoordinator,
    calls: list[ServiceCall],
    entity_registry: er.EntityRegistry,
) -> None:
    ben = MockConfigEntry(domain=DOMAIN, entry_id="9876543210")
    ben.add_to_hass(hass)
    targets = [SENSOR_OF["is_asleep"], SENSOR_OF["is_in_bed"]]
    for key in ("asleep", "in_bed"):
        entity = entity_registry.async_get_or_create(
            "binary_sensor",
            DOMAIN,
            f"{ben.entry_id}_{key}",
            config_entry=ben,
            suggested_object_id=f"ben_{key}",
        )
        targets.append(entity.entity_id)
        # Of each bedside only one of both counts.
        hass.states.async_set(SENSOR_OF[f"is_{key}"], "off")
        hass.states.async_set(entity.entity_id, "off")
    await automate(
        hass,
        triggers={"trigger": "event", "event_type": "look"},
        conditions={
            "condition": "halo_rise.is_asleep",
            "target": {"entity_id": targets},
            "options": {"behavior": "all"},
        },
        actions={"action": "test.run"},
    )
    for anna, ben_too, passed in (
        ("on", "on", True),
        ("on", "off", False),
        ("on", "unknown", False),
        ("unavailable", "on", False),
    ):
        calls.clear()
        hass.states.async_set("binary_sensor.anna_asleep", anna)
        hass.states.async_set("binary_sensor.ben_asleep", ben_too)
        hass.bus.async_fire("look")
        await hass.async_block_till_done()
        assert bool(calls) is passed, (anna, ben_too)


@pytest.mark.usefixtures("quiet", "foreign")
@pytest.mark.parametrize("behavior", ["any", "all"])
async def test_somebody_elses_sensor_satisfies_nothing(
    hass: HomeAssistant, calls: list[ServiceCall], behavior: str
) -> None:
    await automate(
        hass,
        triggers={"trigger": "event", "event_type": "look"},
        conditions={
            "condition": "halo_rise.is_asleep",
            "target": {"entity_id": [FOREIGN_SENSOR, "binary_sensor.yaml"]},
            "options": {"behavior": behavior},
        },
        actions={"action": "test.run"},
    )
    hass.bus.async_fire("look")
    await hass.async_block_till_done()
    assert calls == []


# Both are offered in the automation editor.


@pytest.mark.usefixtures("quiet")
async def test_they_are_described(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, AUTOMATION_DOMAIN, {})
    await hass.async_block_till_done()
    triggers = await trigger.async_get_all_descriptions(hass)
    conditions = await condition.async_get_all_descriptions(hass)
    for name in TRIGGERS:
        description = triggers[f"halo_rise.{name}"]
        assert description is not None
        assert description["target"]["entity"] == [
            {"integration": "halo_rise", "domain": ["event"]}
        ]
    for name in CONDITIONS:
        description = conditions[f"halo_rise.{name}"]
        assert description is not None
        assert description["target"]["entity"] == [
            {"integration": "halo_rise", "domain": ["binary_sensor"]}
        ]
        assert description["fields"].keys() == {"behavior", "for"}
