"""A browser in front of a home."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    async_playwright,
    expect,
)

from .bedside import DASHBOARD
from .home import Home

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE_SECONDS = 60.0
"""A page needs seconds on two shared cores, and the first one many."""

OURS = "halo_rise_static"
"""In the address of every file that we serve."""


@dataclass(kw_only=True)
class Window:
    """A page and what it complained about."""

    page: Page
    errors: list[str] = field(default_factory=list)
    """Errors of our own file; those of other parts of the frontend are not ours to judge."""

    @property
    def card(self) -> Locator:
        """Return the card."""
        return self.page.locator("halo-rise-night-card")

    @property
    def title(self) -> Locator:
        """Return the heading with the date of the night."""
        return self.card.locator("header h2")

    def step(self, direction: Literal["previous", "next"]) -> Locator:
        """Return the button for the night before or after."""
        return self.card.get_by_role("button", name=f"{direction} night".capitalize())

    async def open_card(self, home: Home) -> None:
        """Open the dashboard and wait until a night is there."""
        await self.page.goto(f"{home.url}/{DASHBOARD}/night")
        await self.settled()

    async def settled(self) -> None:
        """Wait until a night is drawn."""
        await self.card.wait_for()
        await self.card.locator("header h2:not(:has(.unseen))").wait_for()

    async def changed(self, title: str) -> None:
        """Wait until another night than the one with this title is drawn."""
        await expect(self.title).not_to_have_text(title, timeout=PAGE_SECONDS * 1000)
        await self.settled()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start the browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=FLAGS
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def window(
    browser: Browser, zone: str, *, width: int = 1280, height: int = 1000, **more: Any
) -> AsyncIterator[Window]:
    """Open a window with a fresh profile."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        locale="en-GB",
        timezone_id=zone,
        reduced_motion="reduce",
        **more,
    )
    context.set_default_timeout(PAGE_SECONDS * 1000)
    opened = Window(page=await context.new_page())

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and (
            OURS in message.location.get("url", "") or "halo-rise" in message.text
        ):
            opened.errors.append(message.text)

    def fail(error: Any) -> None:
        if OURS in (error.stack or "") or "halo-rise" in str(error):
            opened.errors.append(str(error))

    opened.page.on("console", listen)
    opened.page.on("pageerror", fail)
    try:
        yield opened
    finally:
        await context.close()
