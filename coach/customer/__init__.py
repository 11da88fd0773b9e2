"""The played customer: what a scenario holds, how the mood moves, what is said next."""
