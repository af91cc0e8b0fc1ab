"""Fixtures of the house instead of those for a Home Assistant inside of the test."""

from tests.house import configure_event_loop, enable_event_loop_debug, verify_cleanup

__all__ = ["configure_event_loop", "enable_event_loop_debug", "verify_cleanup"]
