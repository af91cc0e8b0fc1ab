"""A browser for the tests, and the fixtures of the house."""

from collections.abc import AsyncIterator
import os
from pathlib import Path

from playwright.async_api import Browser
import pytest
import pytest_asyncio

from models.house.browser import CHROMIUM, chromium
from tests.house import configure_event_loop, enable_event_loop_debug, verify_cleanup

__all__ = ["configure_event_loop", "enable_event_loop_debug", "verify_cleanup"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Start the browser."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    async with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the pictures go; to look at them, name a folder."""
    if folder := os.environ.get("HALO_RISE_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        return Path(folder)
    return tmp_path_factory.mktemp("screenshots")
