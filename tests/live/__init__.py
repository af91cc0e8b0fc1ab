"""A real Home Assistant, and what befalls it."""
