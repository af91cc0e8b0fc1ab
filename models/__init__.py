"""The workshop: simulate, synthesise, train and replay; nothing here is installed by users."""
