"""Tests of how the cards come into the browser, with the real frontend and dashboards."""

import asyncio
from collections.abc import Generator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.components.lovelace import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.halo_rise import frontend
from custom_components.halo_rise.frontend import (
    async_register_frontend,
    async_unregister_frontend,
)

CONTENT = "customElements.define('halo-rise-night-card', class {});"
URL_STARTS = "/halo_rise_static/0.1.0-"


@pytest.fixture(autouse=True)
def bundle(tmp_path: Path) -> Generator[Path]:
    """Return the file of the dashboard."""
    file = tmp_path / "halo-rise.js"
    file.write_text(CONTENT)
    with patch.object(frontend, "_FILE", file):
        yield file


@pytest.fixture
async def dashboards(hass: HomeAssistant) -> None:
    """Set up dashboards whose resources are managed in the browser."""
    assert await async_setup_component(hass, "frontend", {})


def resources(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return the resources of the dashboards."""
    return list(hass.data[LOVELACE_DATA].resources.async_items())


def extra_modules(hass: HomeAssistant) -> list[str]:
    """Return what every page loads."""
    return list(hass.data[DATA_EXTRA_MODULE_URL].urls)


def stored(*urls: str) -> dict[str, Any]:
    """Return the stored resources with these addresses."""
    items = [
        {"id": str(number), "type": "module", "url": url}
        for number, url in enumerate(urls)
    ]
    return {"version": 1, "key": "lovelace_resources", "data": {"items": items}}


@pytest.mark.usefixtures("dashboards")
async def test_dashboards_load_the_file(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """There is one resource, whose address serves the file for as long as it likes."""
    await async_register_frontend(hass)
    (resource,) = resources(hass)
    assert resource["type"] == "module"
    assert resource["url"].startswith(URL_STARTS)
    assert extra_modules(hass) == []

    client = await hass_client_no_auth()
    response = await client.get(resource["url"])
    assert response.status == HTTPStatus.OK
    assert await response.text() == CONTENT
    assert response.content_type == "text/javascript"
    assert "max-age=2678400" in response.headers["Cache-Control"]
    # Nothing else is served.
    for path in ("", "../manifest.json", "halo-rise.js.map"):
        folder = resource["url"].rpartition("/")[0]
        response = await client.get(f"{folder}/{path}")
        assert response.status == HTTPStatus.NOT_FOUND


@pytest.mark.usefixtures("dashboards")
async def test_several_bedsides_share_one_resource(hass: HomeAssistant) -> None:
    """Entries that are set up at once or later add no second one."""
    await asyncio.gather(*(async_register_frontend(hass) for _ in range(3)))
    await async_register_frontend(hass)
    assert len(resources(hass)) == 1


async def test_a_new_version_takes_the_place_of_the_old(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """Our row is updated, others are left alone, a surplus one is removed."""
    others = ["/halo_rise_static_of_another/x.js", "/local/card.js"]
    hass_storage["lovelace_resources"] = stored(
        others[0],
        "/halo_rise_static/0.0.9-0123456789ab/halo-rise.js",
        others[1],
        "/halo_rise_static/0.0.8-0123456789ab/halo-rise.js",
    )
    assert await async_setup_component(hass, "frontend", {})
    await async_register_frontend(hass)
    found = {item["id"]: item["url"] for item in resources(hass)}
    assert found.pop("1").startswith(URL_STARTS)
    assert found == {"0": others[0], "2": others[1]}


async def test_the_address_changes_with_the_content(
    hass: HomeAssistant, hass_storage: dict[str, Any], bundle: Path
) -> None:
    """Two builds of one version have two addresses."""
    url = f"{URL_STARTS}{frontend._digest()}/halo-rise.js"
    hass_storage["lovelace_resources"] = stored(url)
    bundle.write_text(CONTENT + "\n")
    assert await async_setup_component(hass, "frontend", {})
    await async_register_frontend(hass)
    (resource,) = resources(hass)
    assert resource["url"].startswith(URL_STARTS)
    assert resource["url"] != url


@pytest.mark.usefixtures("dashboards")
async def test_nothing_is_left_behind(hass: HomeAssistant) -> None:
    """The resource goes with the last bedside and comes with a new one."""
    await async_register_frontend(hass)
    collection = hass.data[LOVELACE_DATA].resources
    assert isinstance(collection, ResourceStorageCollection)
    await collection.async_create_item({"res_type": "module", "url": "/local/card.js"})
    await async_unregister_frontend(hass)
    assert [item["url"] for item in resources(hass)] == ["/local/card.js"]
    await async_register_frontend(hass)
    assert len(resources(hass)) == 2


async def test_resources_in_yaml(hass: HomeAssistant) -> None:
    """Where we may not add a resource every page loads the file, once."""
    assert await async_setup_component(
        hass, "frontend", {"lovelace": {"resource_mode": "yaml", "resources": []}}
    )
    await async_register_frontend(hass)
    await async_register_frontend(hass)
    (url,) = extra_modules(hass)
    assert url.startswith(URL_STARTS)
    assert resources(hass) == []
    await async_unregister_frontend(hass)
    assert extra_modules(hass) == []


@pytest.mark.usefixtures("dashboards")
async def test_never_both(hass: HomeAssistant) -> None:
    """Dashboards that come later do not load what every page loads already."""
    lovelace = hass.data.pop(LOVELACE_DATA)
    await async_register_frontend(hass)
    assert len(extra_modules(hass)) == 1
    hass.data[LOVELACE_DATA] = lovelace
    await async_register_frontend(hass)
    assert len(extra_modules(hass)) == 1
    assert resources(hass) == []


async def test_without_a_frontend(hass: HomeAssistant) -> None:
    """A Home Assistant that nobody looks at needs no cards."""
    await async_register_frontend(hass)
    await async_unregister_frontend(hass)
    assert LOVELACE_DATA not in hass.data


@pytest.mark.usefixtures("dashboards")
async def test_a_missing_file(
    hass: HomeAssistant, bundle: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, and all else works."""
    bundle.unlink()
    await async_register_frontend(hass)
    await async_register_frontend(hass)
    assert caplog.text.count("The dashboard cards are missing") == 1
    assert resources(hass) == []
    await async_unregister_frontend(hass)
