"""Numbered places for processes that work: whoever holds a place's lock lives, and the lock of a dead one is free."""

from contextlib import suppress
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, func, select

from coach.adapters.sql_faults import is_sqlite

_ADVISORY = 0x636F6163
"""With the number of a place, an advisory lock that no other program of the database takes."""


class Slots:
    """The places of all processes that share one database of work."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._held: dict[int, FileLock | Connection] = {}
        self._engine: Engine | None = None

    def reach(self) -> None:
        """Raises one of FAULTS where the database is a server that does not answer."""
        if self._engine is not None:
            self._engine.connect().close()

    def take(self) -> int:
        """The first free place, held until `release`, or until this process ends."""
        return next(number for number in count() if self.hold(number))

    def hold(self, number: int) -> bool:
        """Whether the place was free; then it is held."""
        held = self._lock_file(number) if is_sqlite(self._url) else self._advisory_lock(number)
        if held is not None:
            self._held[number] = held
        return held is not None

    def release(self, number: int) -> None:
        """Lets a place go."""
        held = self._held.pop(number)
        if isinstance(held, FileLock):
            held.release()
        else:
            held.close()

    def _lock_file(self, number: int) -> FileLock | None:
        path = Path(f"{self._url.database}.slot-{number}")
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        with suppress(Timeout):
            lock.acquire(timeout=0)
            return lock
        return None

    def _advisory_lock(self, number: int) -> Connection | None:
        # Without a pool: the lock ends with the connection, and the connection with the process.
        self._engine = self._engine or create_engine(self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        connection = self._engine.connect()
        if connection.scalar(select(func.pg_try_advisory_lock(_ADVISORY, number))):
            return connection
        connection.close()
        return None
