"""Tests of Halo Rise; the folders mirror the packages."""
