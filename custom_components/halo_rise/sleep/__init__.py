"""From radar frames to epochs and settled nights, without Home Assistant."""
