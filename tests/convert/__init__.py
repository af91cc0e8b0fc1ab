"""Tests of what turns others' recordings into ours."""
