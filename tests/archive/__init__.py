"""Tests of the archive of nights, on real files and without Home Assistant."""
