"""The world outside. Each module fulfils a port of a wing; only `coach.compose` knows them."""
