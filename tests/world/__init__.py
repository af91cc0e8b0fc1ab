"""Tests of the world to test in."""
