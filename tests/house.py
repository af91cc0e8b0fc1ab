"""The house that the tests in a browser and those on a live process share.

It takes half a minute to start, so it is started once, and the tests that live in it come
last and together.
"""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from models.house.house import House, open_house

ZONE = "Europe/Berlin"


def _needs_house(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("e2e", "live"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in the house last, or it would take its share of the processor."""
    items.sort(key=_needs_house)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Open the house."""
    folder = tmp_path_factory.mktemp("house")
    async with open_house(folder, zone=ZONE, say=print) as opened:
        yield opened


# What Home Assistant's own test plugin does to every test is meant for a Home Assistant
# inside of it: the loop here lives on between tests, with what belongs to the house.


@pytest.fixture
def verify_cleanup() -> Iterator[None]:
    """Leave tasks, timers and threads alone."""
    yield  # noqa: PT022 - replaces a fixture that tears down


@pytest.fixture
def enable_event_loop_debug() -> None:
    """Leave the loop as fast as it is."""


@pytest.fixture
def configure_event_loop() -> None:
    """Need no other loop than the house's."""
