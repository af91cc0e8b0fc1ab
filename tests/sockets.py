"""Say which sockets a test may open.

Loaded as early as tests.ha_compat: hooks of plugins run in the opposite order, and this one
must come after Home Assistant's, which blocks everything, and before the fixtures.
"""

import pytest
import pytest_socket


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let tests with a real process talk to it; none reaches beyond this machine."""
    if item.get_closest_marker("e2e") or item.get_closest_marker("live"):
        pytest_socket.enable_socket()
    # A socket without an address is how Python's own worker processes talk.
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
