"""A second radar is added as a person would do it: in the browser, by hand."""

from pathlib import Path
import re

from playwright.async_api import Browser
import pytest

from models.house.bedside import Bedside, entries
from models.house.browser import window
from models.house.home import free_port
from models.house.house import House
from tests.house import ZONE

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_a_radar_is_added_by_hand(
    house: House, browser: Browser, tmp_path: Path, screenshots: Path
) -> None:
    async with (
        Bedside(tmp_path, free_port()) as radar,
        window(browser, ZONE) as view,
    ):
        page = view.page
        await page.goto(f"{house.home.url}/config/integrations/dashboard")
        await page.get_by_role("button", name="Add integration").click()
        await page.get_by_placeholder("Search for a brand name").fill("Halo Rise")
        await page.get_by_role("button", name="Halo Rise", exact=True).click()

        async def submit(address: str) -> None:
            await page.get_by_role("button", name=re.compile(r"^Port \*")).click()
            await page.get_by_role("option", name="Enter manually").click()
            await page.get_by_role("textbox", name="Port*").fill(address)
            await page.get_by_role("button", name="Submit").click()

        # Nobody listens at a port that was free a moment ago: the form says so.
        await submit(f"socket://127.0.0.1:{free_port()}")
        await page.get_by_text("Nothing could be opened there.").wait_for()
        await page.screenshot(path=screenshots / "config-flow-error.png")

        await page.get_by_role("textbox", name="Name*").fill("Guest room")
        await page.get_by_role("radio", name="Right").click()
        await submit(radar.url)
        await page.get_by_text("Name and assign").wait_for()
        await page.screenshot(path=screenshots / "config-flow-done.png")
        await page.get_by_role("button", name="Skip and finish").click()
        await page.get_by_role("button", name="Skip and finish").wait_for(
            state="hidden"
        )

        (entry,) = [e for e in await entries(house.home) if e["title"] == "Guest room"]
        assert entry["state"] == "loaded"
        assert not view.errors
        await house.home.rest(
            "DELETE", f"/api/config/config_entries/entry/{entry['entry_id']}"
        )
