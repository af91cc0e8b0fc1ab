"""The night card on a real dashboard, with nights that the engine has scored."""

from collections.abc import AsyncIterator
from datetime import datetime
from math import floor
from pathlib import Path
import re
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, expect
import pytest
import pytest_asyncio

from models.house.browser import Window, window
from models.house.house import House
from tests.conftest import ROOT
from tests.house import ZONE

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

AXE = ROOT / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"width": 390, "height": 1250},
}


@pytest_asyncio.fixture(loop_scope="session")
async def view(house: House, browser: Browser) -> AsyncIterator[Window]:
    """Open the dashboard at the last night."""
    async with window(browser, ZONE) as opened:
        await opened.open_card(house.home)
        await show_last_night(house, opened)
        yield opened
        assert not opened.errors


async def show_last_night(house: House, view: Window) -> None:
    """Go back from tonight, with which the card begins while somebody is in bed."""
    if await house.night(running=True) is not None:
        tonight = await view.title.inner_text()
        await view.step("previous").click()
        await view.changed(tonight)


def plain(text: str) -> str:
    """Return a text with ordinary spaces, for the card uses some that do not break."""
    return re.sub(r"\s+", " ", text)


def written(minutes: float) -> str:
    """Return a duration as the card writes it."""
    hours, rest = divmod(floor(minutes + 0.5), 60)
    return f"{hours} h {rest:02}" if hours else f"{rest} min"


def day(moment: str) -> str:
    """Return the beginning of a date as the card writes it."""
    date = datetime.fromisoformat(moment).astimezone(ZoneInfo(ZONE))
    return f"{date:%A} {date.day}"


async def test_the_card_says_what_is_stored(house: House, view: Window) -> None:
    night = await house.night()
    summary = night["summary"]

    title = plain(await view.title.inner_text())
    assert title.startswith(day(night["start"]))
    assert day(night["end"]) in title

    hours, minutes = divmod(floor(summary["total_sleep_time"] + 0.5), 60)
    hero = "".join((await view.card.locator(".hero").inner_text()).split())
    assert hero == f"{hours}h{minutes:02}min"

    said = plain(await view.card.aria_snapshot())
    for stage in ("Awake", "REM", "Light", "Deep"):
        assert stage in said
    for key in ("wake_after_sleep_onset", "rem", "light", "deep"):
        assert written(summary[key]) in said
    metrics = plain(await view.card.locator(".metrics").inner_text())
    assert f"{floor(summary['efficiency'] * 100 + 0.5)}%" in metrics.replace(" ", "")
    assert str(summary["awakenings"]) in metrics

    # What is drawn is there for those who do not see it, too.
    spoken = await view.card.get_by_role("img").first.get_attribute("aria-label")
    assert spoken is not None
    assert spoken.startswith("Night of ")


async def test_nights_are_changed_by_keyboard(house: House, view: Window) -> None:
    page = view.page
    last = await house.night()
    before = await house.night(night_id=last["previous"])

    focused = """() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element?.getAttribute("aria-label") ?? "";
    }"""
    await page.evaluate("document.activeElement?.blur?.()")
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate(focused) == "Previous night":
            break
    assert await page.evaluate(focused) == "Previous night"

    title = await view.title.inner_text()
    await page.keyboard.press("Enter")
    await view.changed(title)
    assert plain(await view.title.inner_text()).startswith(day(before["start"]))

    # From within the plot by the keys for pages.
    await view.card.get_by_role("slider").focus()
    await page.keyboard.press("PageDown")
    await expect(view.title).to_have_text(title)
    await page.keyboard.press("PageUp")
    await view.changed(title)


async def test_the_night_is_a_table_too(house: House, view: Window) -> None:
    button = view.card.get_by_role("button", name="Show as table")
    await button.focus()
    await view.page.keyboard.press("t")
    table = view.card.locator(".table")
    await table.wait_for()
    assert await button.get_attribute("aria-pressed") == "true"
    assert await table.locator("tr").count() > 10
    await view.page.keyboard.press("t")
    await view.card.locator("halo-rise-night-plot").wait_for()


@pytest.mark.parametrize("look", LOOKS)
async def test_nobody_is_left_out(
    house: House, browser: Browser, screenshots: Path, look: str
) -> None:
    async with window(browser, ZONE, device_scale_factor=2, **LOOKS[look]) as view:
        await view.open_card(house.home)
        await view.page.add_script_tag(path=AXE)
        await view.page.screenshot(path=screenshots / f"tonight-{look}.png")
        found = await violations(view)
        await show_last_night(house, view)
        await view.page.mouse.move(0, 0)
        await view.page.screenshot(path=screenshots / f"dashboard-{look}.png")
        await view.card.screenshot(path=screenshots / f"night-{look}.png")
        found += await violations(view)
        await view.card.get_by_role("button", name="Show as table").click()
        await view.card.locator(".table").wait_for()
        await view.card.screenshot(path=screenshots / f"table-{look}.png")
        found += await violations(view)
        assert not found
        assert not view.errors


async def violations(view: Window) -> list[str]:
    """Return what axe has against the card, in all of its shadows."""
    result = await view.card.evaluate("(card) => axe.run(card)")
    assert len(result["passes"]) > 5
    return [
        f"{violation['id']}: {node['failureSummary']} {node['html']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
