"""From the bytes of one module family to radar frames, without Home Assistant."""
