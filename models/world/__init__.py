"""A bedroom to test in: people, pets and things, and what each module sees of them."""
