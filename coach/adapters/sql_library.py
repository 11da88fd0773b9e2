"""The library: the bundled bank from its files, the imported banks from the database of the record."""

import logging
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pydantic import ValidationError
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from coach.adapters.corpus_files import BundledFiles
from coach.adapters.sql_database import SqlDatabase
from coach.adapters.sql_own import stored
from coach.adapters.sql_tables import BankRow
from coach.bank.library import checked_name, emptied
from coach.bank.question import Bank
from coach.errors import BankError

_LOCK_SECONDS = 15
"""Longest wait for others that update a bank at once; as long as SQLite waits."""
_log = logging.getLogger(__name__)


class SqlLibrary:
    """The `Library` of all who share a database; the bundled bank is each program's own.

    Safe for many threads, and for many processes and machines on one database. The row of a removed bank stays, as a
    bank without questions: it knows which numbers were given, and its version goes on, so nobody keeps the old bank.
    """

    def __init__(self, bundled: BundledFiles, database: SqlDatabase) -> None:
        self._bundled = bundled
        self._database = database
        self._reading = threading.Lock()
        self._versions: Mapping[str, int] = {}
        self._banks: Sequence[Bank] = ()

    def banks(self) -> Sequence[Bank]:
        """All banks, the bundled one first, then the imported ones by name; the same object while nothing has changed.

        An imported bank that can't be read is left out, with one line in the log.

        Raises:
            BankError: a file of the bundled bank breaks the schema.
            RecordUnavailable: the database can't be read.
        """
        with self._reading:
            bundled = self._bundled.bank()
            with self._database.session(writes=False) as session:
                if _versions(session) != self._versions:
                    rows = session.scalars(select(BankRow)).all()
                    imported = sorted(_readable(rows), key=lambda bank: bank.name)
                    # Not those of before: a row may have changed in between.
                    self._versions = {row.folded_name: row.version for row in rows}
                    self._banks = (bundled, *imported)
            if not self._banks or self._banks[0] is not bundled:
                self._banks = (bundled, *self._banks[1:])
            return self._banks

    def imported(self, name: str) -> Bank | None:
        """One imported bank; None where there is none of this name.

        Raises:
            BankError: the name can't be used, or what is stored can't be read.
            RecordUnavailable: the database can't be read.
        """
        name = checked_name(name)
        with self._database.session(writes=False) as session:
            row = session.get(BankRow, name.casefold())
            bank = None if row is None else _earlier(row, name)
        return bank if bank and bank.questions else None

    def update(self, name: str, change: Callable[[Bank | None], Bank]) -> Bank:
        """Puts `change(the imported bank)` in its place, whole or not at all, and gives it.

        Nothing is written where nothing changed. Two that update at once wait for each other.

        Raises:
            BankError: the name can't be used, or what is stored can't be read.
            RecordUnavailable: the database can't be written; the earlier bank is still there.
        """
        name = checked_name(name)
        with self._database.session(writes=True) as session:
            _wait_for_others(session)
            row = session.get(BankRow, name.casefold())
            earlier = None if row is None else _earlier(row, name)
            bank = change(earlier)
            if row is None:
                session.add(BankRow(folded_name=name.casefold(), name=name, content=stored(bank), version=1))
            elif bank != earlier:
                _replace(row, bank)
        return bank

    def remove(self, name: str) -> None:
        """Takes an imported bank out, also one that can't be read. Its numbers are not given again.

        Raises:
            BankError: there is no imported bank of this name.
            RecordUnavailable: the database can't be written; the bank is still there.
        """
        name = unicodedata.normalize("NFC", name)
        with self._database.session(writes=True) as session:
            _wait_for_others(session)
            there = {row.name: row for row in session.scalars(select(BankRow)) if not _is_removed(row)}
            if name not in there:
                if not there:
                    raise BankError("there is no imported bank {name!r}; none was imported", name=name[:80])
                names = ", ".join(sorted(there))
                raise BankError("there is no imported bank {name!r}; there are: {names}", name=name[:80], names=names)
            row = there[name]
            try:
                left = emptied(_bank(row))
            except BankError:
                left = Bank(name=name, questions=())
            _replace(row, left)


def _wait_for_others(session: Session) -> None:
    """Until whoever updates a bank has finished. SQLite does so itself where a transaction begins."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL lock_timeout = {_LOCK_SECONDS * 1000:.0f}"))
        # The whole table: there is no row to lock yet where two import a bank of one name for the first time.
        session.execute(text("LOCK TABLE banks IN SHARE ROW EXCLUSIVE MODE"))


def _versions(session: Session) -> Mapping[str, int]:
    rows = session.execute(select(BankRow.folded_name, BankRow.version))
    return {row.folded_name: row.version for row in rows}


def _readable(rows: Iterable[BankRow]) -> Iterator[Bank]:
    for row in rows:
        try:
            bank = _bank(row)
        except BankError as fault:
            _log.warning("left out a bank: %s", fault)
            continue
        if bank.questions:
            yield bank


def _is_removed(row: BankRow) -> bool:
    try:
        return not _bank(row).questions
    except BankError:
        return False


def _earlier(row: BankRow, name: str) -> Bank:
    """What is stored, under the name that is asked for; a removed bank is in nobody's way."""
    bank = _bank(row)
    if bank.questions and row.name != name:
        raise BankError(
            "bank {name} would be mixed up with {other}; use --name {other}, or another name", name=name, other=row.name
        )
    return bank.model_copy(update={"name": name})


def _bank(row: BankRow) -> Bank:
    try:
        return Bank.model_validate_json(row.content)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        what = ": ".join((*map(str, first["loc"]), first["msg"]))
        raise BankError(
            "bank {bank}: what is stored can't be read ({reason}): it is damaged, or a newer "
            "program's; update the program, or `coach bank remove {bank} --yes` and import it again",
            bank=row.name,
            reason=what,
        ) from None


def _replace(row: BankRow, bank: Bank) -> None:
    row.name = bank.name
    row.content = stored(bank)
    row.version += 1
