"""What each part of a person's record stands on."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from pydantic import BaseModel
from sqlalchemy import URL

from coach.adapters.sql_database import SqlDatabase
from coach.practice.record import LOCAL


class Own:
    """A person's part of a database."""

    def __init__(
        self,
        database: SqlDatabase | str | URL,
        person: str = LOCAL,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._database = database if isinstance(database, SqlDatabase) else SqlDatabase(database)
        self._person = person
        self._clock = clock
        self._new_id = new_id

    @property
    def person(self) -> str:
        """Whose it is."""
        return self._person

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC)


def stored(value: BaseModel) -> str:
    """A value as JSON, for a column of `Letters`."""
    return json.dumps(value.model_dump(mode="json"), ensure_ascii=False)
