"""How the tables came to be, one Alembic script a revision. A script that was released never changes."""
