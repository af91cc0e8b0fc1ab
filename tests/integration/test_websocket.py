"""Tests of the websocket commands, with a real archive."""

from dataclasses import fields, replace
from math import inf, nan
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.halo_rise.const import DOMAIN
from custom_components.halo_rise.coordinator import HaloRiseConfigEntry
from custom_components.halo_rise.nights import ArchiveError
from custom_components.halo_rise.radar.frame import Climate
from custom_components.halo_rise.sleep.epoch import Epoch, NightSummary, Owner, Stage
from tests.nights import DAY, EVENING, make_night

COMMANDS = ("list", "get", "subscribe")


@pytest.fixture
async def bedside(
    hass: HomeAssistant, entry: HaloRiseConfigEntry
) -> HaloRiseConfigEntry:
    """Return the entry of a bedside that is set up."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    return entry


@pytest.fixture
def device_id(bedside: HaloRiseConfigEntry, device_registry: dr.DeviceRegistry) -> str:
    """Return the device of the bedside."""
    (device,) = dr.async_entries_for_config_entry(device_registry, bedside.entry_id)
    return device.id


@pytest.fixture
async def client(
    bedside: HaloRiseConfigEntry, hass_ws_client: WebSocketGenerator
) -> MockHAClientWebSocket:
    """Return an administrator's connection."""
    return await hass_ws_client()


async def command(
    client: MockHAClientWebSocket, name: str, device_id: str, **arguments: Any
) -> dict[str, Any]:
    """Send a command and return the answer."""
    await client.send_json_auto_id(
        {"type": f"halo_rise/nights/{name}", "device_id": device_id, **arguments}
    )
    answer: dict[str, Any] = await client.receive_json()
    return answer


async def result(
    client: MockHAClientWebSocket, name: str, device_id: str, **arguments: Any
) -> Any:
    """Send a command that succeeds and return its result."""
    answer = await command(client, name, device_id, **arguments)
    assert answer["success"], answer
    return answer["result"]


async def add_nights(
    hass: HomeAssistant, bedside: HaloRiseConfigEntry, *nights: Any
) -> list[int]:
    """Store some nights and return their numbers."""
    return [
        await hass.async_add_executor_job(bedside.runtime_data.archive.add_night, night)
        for night in nights
    ]


class TestList:
    """Heads of nights, page by page."""

    async def test_pages(
        self,
        hass: HomeAssistant,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
    ) -> None:
        """The start of the last night of a page leads to the next page."""
        ids = await add_nights(
            hass,
            bedside,
            *(make_night(EVENING + day * DAY + 0.4567, hours=1) for day in range(7)),
        )
        found = []
        arguments: dict[str, Any] = {"limit": 3}
        more = True
        while more:
            page = await result(client, "list", device_id, **arguments)
            found += [night["id"] for night in page["nights"]]
            arguments["before"] = page["nights"][-1]["start"]
            more = page["more"]
        assert found == ids[::-1]

    async def test_a_head(
        self,
        hass: HomeAssistant,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
    ) -> None:
        """A head has everything but the epochs."""
        night = make_night(rem_latency=nan, final_awakening=None)
        nap = make_night(EVENING + 15 * 3600, hours=0.5, settled=False)
        first, second = await add_nights(hass, bedside, night, nap)
        page = await result(client, "list", device_id)
        assert page["more"] is False
        assert [(head["id"], head["main"]) for head in page["nights"]] == [
            (second, False),
            (first, True),
        ]
        assert page["nights"][0]["settled"] is False
        assert page["nights"][1] == {
            "id": first,
            "start": "2026-11-21T22:30:00+00:00",
            "end": "2026-11-22T06:30:00+00:00",
            "settled": True,
            "main": True,
            "summary": {
                "time_in_bed": 480.0,
                "total_sleep_time": 432.0,
                "sleep_latency": 14.0,
                "wake_after_sleep_onset": 22.5,
                "efficiency": 0.897,
                "awake": 49.5,
                "light": 240.0,
                "deep": 90.5,
                "rem": 100.0,
                "light_share": 0.557,
                "deep_share": 0.21,
                "rem_share": 0.232,
                "awakenings": 7,
                "rem_latency": None,
                "respiration_rate": 13.9,
                "coverage": 0.975,
                "sleep_onset": "2026-11-21T22:44:00+00:00",
                "final_awakening": None,
                "time_trying_to_sleep": 465.0,
                "trying_start": "2026-11-21T22:40:00+00:00",
                "trying_end": "2026-11-22T06:25:00+00:00",
            },
        }
        assert page["nights"][1]["summary"].keys() == {
            field.name for field in fields(NightSummary)
        }

    async def test_no_nights(
        self, client: MockHAClientWebSocket, device_id: str
    ) -> None:
        """An empty archive is an empty list."""
        assert await result(client, "list", device_id) == {"nights": [], "more": False}

    @pytest.mark.parametrize(
        "arguments",
        [
            {"limit": 0},
            {"limit": 101},
            {"limit": "30"},
            {"before": "2026-11-21T22:30:00"},
            {"before": "yesterday"},
            {"before": 1_795_300_200},
        ],
    )
    async def test_nonsense(
        self, client: MockHAClientWebSocket, device_id: str, arguments: dict[str, Any]
    ) -> None:
        """What makes no sense is refused."""
        answer = await command(client, "list", device_id, **arguments)
        assert answer["error"]["code"] == "invalid_format"


class TestGet:
    """One night with its epochs."""

    async def test_the_latest(
        self,
        hass: HomeAssistant,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
    ) -> None:
        """Without a number it is the latest main night, not the nap after it."""
        first, nap, second, _ = await add_nights(
            hass,
            bedside,
            make_night(),
            make_night(EVENING + 15 * 3600, hours=0.5),
            make_night(EVENING + DAY),
            make_night(EVENING + DAY + 15 * 3600, hours=0.5),
        )
        night = await result(client, "get", device_id)
        assert (night["id"], night["previous"], night["next"]) == (second, first, None)
        night = await result(client, "get", device_id, night_id=nap)
        assert (night["id"], night["previous"], night["next"]) == (nap, first, second)

    @pytest.mark.parametrize("arguments", [{}, {"night_id": 77}, {"running": True}])
    async def test_none(
        self, client: MockHAClientWebSocket, device_id: str, arguments: dict[str, Any]
    ) -> None:
        """Where there is no night the result is null."""
        assert await result(client, "get", device_id, **arguments) is None

    @pytest.mark.parametrize(
        "arguments",
        [{"night_id": 0}, {"night_id": 2**63}, {"night_id": 1, "running": True}],
    )
    async def test_nonsense(
        self, client: MockHAClientWebSocket, device_id: str, arguments: dict[str, Any]
    ) -> None:
        """What makes no sense is refused."""
        answer = await command(client, "get", device_id, **arguments)
        assert answer["error"]["code"] == "invalid_format"

    async def test_columns(
        self,
        hass: HomeAssistant,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
    ) -> None:
        """Every column has a value for every epoch, in codes and few decimals."""
        epochs = (
            Epoch(
                start=EVENING,
                probabilities=(0.1, 0.2, 0.3, 0.4),
                stage=Stage.REM,
                confidence=0.4,
                intent=0.912,
                presence=0.988,
                owner=Owner.PRIMARY,
                respiration_rate=14.26,
                heart_rate=57.94,
                motion=1.27,
                coverage=0.996,
                climate=Climate(temperature=20.26, humidity=48.11, illuminance=0.3),
            ),
            Epoch(start=EVENING + 30, owner=Owner.OTHER, coverage=1.0),
            Epoch(start=EVENING + 60),
        )
        await add_nights(
            hass,
            bedside,
            replace(
                make_night(),
                epochs=epochs,
                settled_stages=(Stage.DEEP, Stage.AWAKE, None),
                settled_probabilities=((0.1, 0.1, 0.72, 0.08), None, None),
            ),
        )
        night = await result(client, "get", device_id)
        assert night["epochs"] == {
            "stage": [3, None, None],
            "settled_stage": [2, 0, None],
            "confidence": [0.72, None, None],
            "owner": [0, 1, 2],
            "presence": [0.99, 0.0, 0.0],
            "intent": [0.91, None, None],
            "respiration_rate": [14.3, None, None],
            "motion": [1.3, None, None],
            "heart_rate": [57.9, None, None],
            "coverage": [1.0, 1.0, 0.0],
            "temperature": [20.3, None, None],
            "humidity": [48.1, None, None],
            "illuminance": [0.3, None, None],
        }
        assert night["epoch_seconds"] == 30
        assert night["first_epoch"] == night["start"] == "2026-11-21T22:30:00+00:00"
        assert night["model_version"] == "1"
        assert night["settled"] is True
        assert night["main"] is True
        assert night["settled_at"] is not None
        assert night["usual"] == {"nights": 0}

    async def test_usual(
        self,
        hass: HomeAssistant,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
    ) -> None:
        """The night is compared with those before it."""
        await add_nights(
            hass,
            bedside,
            *(
                make_night(EVENING + day * DAY, hours=1, asleep=190, awakenings=day)
                for day in range(5)
            ),
        )
        usual = (await result(client, "get", device_id))["usual"]
        assert usual["nights"] == 4
        assert usual["total_sleep_time"] == [190.0, 190.0, 190.0]
        assert usual["awakenings"] == [0.3, 1.5, 2.7]
        assert usual["efficiency"] == [0.897, 0.897, 0.897]
        assert "sleep_onset" not in usual
        assert "trying_start" not in usual

    async def test_running(
        self,
        hass: HomeAssistant,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
    ) -> None:
        """The session in progress has provisional stages and no number."""
        (last,) = await add_nights(hass, bedside, make_night(EVENING - DAY))
        running = make_night(hours=2, settled=False, respiration_rate=inf)
        with patch.object(
            bedside.runtime_data.coordinator,
            "async_running_night",
            return_value=running,
        ):
            night = await result(client, "get", device_id, running=True)
        assert night["id"] is None
        assert night["settled"] is False
        assert night["settled_at"] is None
        assert (night["previous"], night["next"]) == (last, None)
        assert night["epochs"]["settled_stage"] is None
        assert len(night["epochs"]["stage"]) == 240
        assert night["epochs"]["confidence"] == [
            round(epoch.confidence, 2) for epoch in running.epochs
        ]
        assert night["summary"]["respiration_rate"] is None
        assert night["usual"]["nights"] == 1

    @pytest.mark.parametrize(
        ("settled", "attempts", "known", "sent"),
        [
            (
                True,
                ((EVENING + 600, EVENING + 900.5), (EVENING + 1200, EVENING + 3600)),
                50.0,
                [
                    ["2026-11-21T22:40:00+00:00", "2026-11-21T22:45:00.500000+00:00"],
                    ["2026-11-21T22:50:00+00:00", "2026-11-21T23:30:00+00:00"],
                ],
            ),
            (True, (), 0.0, []),
            (True, (), nan, None),
            (False, (), nan, []),
        ],
        ids=["two", "none", "not known", "none yet"],
    )
    async def test_attempts(
        self,
        hass: HomeAssistant,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
        settled: bool,
        attempts: tuple[tuple[float, float], ...],
        known: float,
        sent: list[list[str]] | None,
    ) -> None:
        """Reading in bed is told from trying to sleep, and both from not knowing."""
        night = replace(
            make_night(settled=settled, time_trying_to_sleep=known), attempts=attempts
        )
        await add_nights(hass, bedside, night)
        assert (await result(client, "get", device_id))["attempts"] == sent

    async def test_a_night_without_epochs(
        self,
        hass: HomeAssistant,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
    ) -> None:
        """It has empty columns."""
        await add_nights(hass, bedside, make_night(hours=0))
        night = await result(client, "get", device_id)
        assert all(column == [] for column in night["epochs"].values())
        assert night["first_epoch"] is None


class TestSubscribe:
    """Events as they come."""

    async def test_events(
        self,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
    ) -> None:
        """Events are passed on until the subscription ends."""
        coordinator = bedside.runtime_data.coordinator
        assert await result(client, "subscribe", device_id) is None
        coordinator._async_notify({"type": "settled", "night_id": 5})
        event = await client.receive_json()
        assert event["event"] == {"type": "settled", "night_id": 5}

        await client.send_json_auto_id(
            {"type": "unsubscribe_events", "subscription": event["id"]}
        )
        assert (await client.receive_json())["success"]
        assert coordinator._night_listeners == []

    async def test_a_reload(
        self,
        hass: HomeAssistant,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
    ) -> None:
        """A dashboard stays subscribed while the options are changed."""
        before = bedside.runtime_data.coordinator
        await result(client, "subscribe", device_id)
        await hass.config_entries.async_reload(bedside.entry_id)
        after = bedside.runtime_data.coordinator
        assert after is not before
        assert before._night_listeners == []
        after._async_notify({"type": "settled", "night_id": 6})
        assert (await client.receive_json())["event"]["night_id"] == 6

        await client.close()
        await hass.async_block_till_done()
        assert after._night_listeners == []


class TestRefusal:
    """Who may not, cannot, or is wrong, is told so."""

    @pytest.mark.parametrize("name", COMMANDS)
    async def test_an_unknown_device(
        self, client: MockHAClientWebSocket, name: str
    ) -> None:
        """There is no such device."""
        answer = await command(client, name, "nonsense")
        assert answer["error"]["code"] == "not_found"

    @pytest.mark.parametrize("name", COMMANDS)
    async def test_another_integrations_device(
        self,
        hass: HomeAssistant,
        client: MockHAClientWebSocket,
        device_registry: dr.DeviceRegistry,
        name: str,
    ) -> None:
        """There is such a device, but it is no bedside."""
        other = MockConfigEntry(domain="other")
        other.add_to_hass(hass)
        device = device_registry.async_get_or_create(
            config_entry_id=other.entry_id, identifiers={("other", "1")}, name="Other"
        )
        answer = await command(client, name, device.id)
        assert answer["error"]["code"] == "not_found"

    @pytest.mark.parametrize("name", COMMANDS)
    async def test_not_loaded(
        self,
        hass: HomeAssistant,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
        name: str,
    ) -> None:
        """The bedside is there but not set up."""
        await hass.config_entries.async_unload(bedside.entry_id)
        answer = await command(client, name, device_id)
        assert answer["error"]["code"] == "not_loaded"

    @pytest.mark.parametrize("name", COMMANDS)
    async def test_somebody_elses_sleep(
        self,
        client: MockHAClientWebSocket,
        hass_admin_user: MockUser,
        device_id: str,
        name: str,
    ) -> None:
        """A user who may see other entities only sees no nights."""
        hass_admin_user.groups = []
        hass_admin_user.mock_policy({"entities": {"entity_ids": {"light.lamp": True}}})
        answer = await command(client, name, device_id)
        assert answer["error"]["code"] == "unauthorized"

    @pytest.mark.parametrize("name", COMMANDS)
    async def test_ones_own_sleep(
        self,
        client: MockHAClientWebSocket,
        hass_admin_user: MockUser,
        entity_registry: er.EntityRegistry,
        bedside: HaloRiseConfigEntry,
        device_id: str,
        name: str,
    ) -> None:
        """A user who may see the sleep stage sees the nights."""
        entity_id = entity_registry.async_get_entity_id(
            "sensor", DOMAIN, f"{bedside.entry_id}_sleep_stage"
        )
        assert entity_id is not None
        hass_admin_user.groups = []
        hass_admin_user.mock_policy({"entities": {"entity_ids": {entity_id: True}}})
        await result(client, name, device_id)

    async def test_without_the_entity(
        self,
        client: MockHAClientWebSocket,
        hass_admin_user: MockUser,
        entity_registry: er.EntityRegistry,
        bedside: HaloRiseConfigEntry,
        device_id: str,
    ) -> None:
        """When nothing says who may read, administrators may."""
        for item in er.async_entries_for_config_entry(
            entity_registry, bedside.entry_id
        ):
            entity_registry.async_remove(item.entity_id)
        await result(client, "list", device_id)
        hass_admin_user.groups = []
        hass_admin_user.mock_policy({"entities": True})
        answer = await command(client, "list", device_id)
        assert answer["error"]["code"] == "unauthorized"

    @pytest.mark.parametrize(
        ("name", "method"), [("list", "list_nights"), ("get", "latest_id")]
    )
    async def test_trouble_with_the_archive(
        self,
        bedside: HaloRiseConfigEntry,
        client: MockHAClientWebSocket,
        device_id: str,
        name: str,
        method: str,
    ) -> None:
        """The reason reaches the user."""
        with patch.object(
            bedside.runtime_data.archive,
            method,
            side_effect=ArchiveError("locked", "Another program keeps the file locked"),
        ):
            answer = await command(client, name, device_id)
        assert answer["error"]["code"] == "home_assistant_error"
        assert answer["error"]["translation_key"] == "archive_unavailable"
        assert "keeps the file locked" in answer["error"]["message"]
