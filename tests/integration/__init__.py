"""Tests inside a Home Assistant that the test process itself runs."""
