"""Tests of the sleep engine, without Home Assistant."""
