"""When to wake somebody, decided without Home Assistant."""
