"""What others recorded, turned into our own format of recordings."""
