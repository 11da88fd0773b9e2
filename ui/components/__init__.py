"""One value each."""
