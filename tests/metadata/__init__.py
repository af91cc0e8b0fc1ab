"""Tests of what the integration says about itself: manifest, texts, icons, actions."""
