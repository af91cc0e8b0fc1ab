"""A browser in front of a real Home Assistant."""
