"""Where indexes stand: their names, which one is in use, who may write, and whether one is sound.

An index is named by what it was built from, and never changed once it is finished. A writer builds beside the one in
use, under a lock, and then switches the pointer; a reader looks at the pointer. No name is used twice, so that nobody
finds a new index behind a name under which they hold an old one open.
"""

import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from coach.adapters.chroma_store import (
    ChromaStore,
    StoreBroken,
    chroma_faults,
    close_client,
    embedded_client,
    server_client,
)

_SCHEMA = 2  # one higher with every change of what is stored, or how
_NAME = re.compile(r"\d+-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")
_DATABASE = "chroma.sqlite3"
_WRITTEN_LAST = "index_metadata.pickle"


@dataclass(frozen=True)
class Origin:
    """What an index is built from."""

    embedding: str
    """Name of the embedding."""
    banks: str
    """`version_of` the banks."""

    @property
    def family(self) -> str:
        """What the names of all indexes begin with whose vectors can be copied."""
        return f"{_SCHEMA}-{sha256(self.embedding.encode()).hexdigest()[:8]}-"

    @property
    def fingerprint(self) -> str:
        """What the name begins with."""
        return self.family + self.banks

    def new_name(self) -> str:
        """A name that no index has had."""
        return f"{self.fingerprint}-{secrets.token_hex(4)}"


class Finished(BaseModel):
    """What a finished index says of itself."""

    model_config = ConfigDict(frozen=True)

    origin: Origin
    width: int
    documents: int
    files: Mapping[str, int] = {}
    """CRC-32 of the files that reading leaves alone, by path; empty on a server."""


class Shelf(Protocol):
    """The indexes that there are. Every method raises StoreBroken or StoreUnreachable."""

    def names(self) -> Sequence[str]:
        """All indexes, finished or not."""
        ...

    def finished(self, name: str) -> Finished | None:
        """What an index says of itself, its files looked at as a whole; None where it is not finished.

        Raises:
            StoreBroken: it is not there, or damaged.
        """
        ...

    def store(self, name: str, create: bool = False) -> ChromaStore:
        """Opens an index. `create`: makes it where it is missing."""
        ...

    def finish(self, name: str, finished: Finished) -> None:
        """Declares an index finished that is filled and closed."""
        ...

    def strays(self, kept: Sequence[str]) -> Sequence[str]:
        """Finished indexes beside these that nobody can need."""
        ...

    def remove(self, name: str) -> None:
        """Takes an index away; nothing where there is none."""
        ...


class FolderShelf:
    """Indexes as folders, Chroma embedded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> Sequence[str]:
        """All indexes, finished or not."""
        return [path.name for path in self._folder.glob("*") if _NAME.fullmatch(path.name)]

    def finished(self, name: str) -> Finished | None:
        """What an index says of itself; None where it is not finished. Raises StoreBroken."""
        folder = self._folder / name
        if not folder.is_dir():
            raise StoreBroken("its folder is missing")
        try:
            finished = Finished.model_validate_json(_note_in(folder).read_bytes())
            _check_database(folder / _DATABASE)
            if _checksums(folder) != finished.files:
                raise StoreBroken("its files are not as they were written")
        except FileNotFoundError:
            return None
        except (OSError, ValidationError, sqlite3.Error) as fault:
            raise StoreBroken(f"{type(fault).__name__} in its files") from fault
        return finished

    def store(self, name: str, create: bool = False) -> ChromaStore:
        """Opens an index. Raises StoreBroken."""
        return ChromaStore(embedded_client(self._folder / name), create=create)

    def finish(self, name: str, finished: Finished) -> None:
        """Declares an index finished that is filled and closed. Raises StoreBroken."""
        self.store(name).write_files()
        self.store(name).touch()
        folder = self._folder / name
        try:
            finished = finished.model_copy(update={"files": _checksums(folder)})
            _replace(_note_in(folder), finished.model_dump_json())
        except OSError as fault:
            raise StoreBroken(str(fault)) from fault

    def strays(self, kept: Sequence[str]) -> Sequence[str]:
        """Finished indexes beside these."""
        return [name for name in self.names() if name not in kept and _note_in(self._folder / name).exists()]

    def remove(self, name: str) -> None:
        """Takes an index away; nothing where there is none."""
        shutil.rmtree(self._folder / name, ignore_errors=True)


class ServerShelf:
    """Indexes as pairs of collections on a Chroma server."""

    def __init__(self, url: str) -> None:
        self._url = url

    def names(self) -> Sequence[str]:
        """All indexes, finished or not."""
        with chroma_faults(), _connected(self._url) as client:
            found = (_NAME.search(collection.name) for collection in client.list_collections())
            return sorted({match[0] for match in found if match})

    def finished(self, name: str) -> Finished | None:
        """What an index says of itself; None where it is not finished. Raises StoreBroken, StoreUnreachable."""
        with closing(self.store(name)) as store:
            note = store.note
        try:
            return Finished.model_validate_json(note) if note else None
        except ValidationError as fault:
            raise StoreBroken("its note can't be read") from fault

    def store(self, name: str, create: bool = False) -> ChromaStore:
        """Opens an index. Raises StoreBroken, StoreUnreachable."""
        return ChromaStore(server_client(self._url), prefix=_on_server(name), create=create)

    def finish(self, name: str, finished: Finished) -> None:
        """Declares an index finished that is filled. Raises StoreBroken, StoreUnreachable."""
        with closing(self.store(name)) as store:
            store.mark(finished.model_dump_json())

    def strays(self, kept: Sequence[str]) -> Sequence[str]:
        """None: another machine may read them."""
        return []

    def remove(self, name: str) -> None:
        """Takes an index away; nothing where there is none. Raises StoreBroken, StoreUnreachable."""
        with chroma_faults(), _connected(self._url) as client:
            for collection in client.list_collections():
                if collection.name.startswith(_on_server(name)):
                    client.delete_collection(collection.name)


class Pointer:
    """Which index is in use and which one was before, in a file that is replaced as a whole; and the writers' lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> str:
        """The name of the index in use; empty where there is none, or the file makes no sense."""
        return next(iter(self.kept()), "")

    def kept(self) -> Sequence[str]:
        """The index in use, and the one before, which somebody may still be reading."""
        try:
            names = (self._folder / "current").read_text("ascii").split()
        except (OSError, UnicodeDecodeError):
            return []
        return names if all(_NAME.fullmatch(name) for name in names) else []

    def switch(self, name: str) -> None:
        """Puts an index to use. Raises OSError."""
        before = [one for one in self.kept() if one != name][:1]
        _replace(self._folder / "current", "\n".join([name, *before]) + "\n")

    def lock(self, wait: bool = True) -> FileLock:
        """The lock that every writer enters. Raises OSError; on entering, `filelock.Timeout` where it may not wait."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self._folder / "lock", timeout=-1 if wait else 0)


@contextmanager
def _connected(url: str) -> Generator[Any]:
    client = server_client(url)
    try:
        yield client
    finally:
        close_client(client)


def _note_in(folder: Path) -> Path:
    return folder / "finished.json"


def _on_server(name: str) -> str:
    return f"coach-{name}-"


def _replace(path: Path, text: str) -> None:
    """Writes a file as a whole or not at all."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        aside.write_text(text, "utf-8")
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _checksums(folder: Path) -> Mapping[str, int]:
    """CRC-32 of the files of Chroma's graphs; the database is left out, for every opening writes to it."""
    graphs = [path.parent for path in folder.glob(f"*/{_WRITTEN_LAST}")]  # without it, a graph's files are not read
    paths = sorted(path for graph in graphs for path in graph.iterdir() if path.is_file())
    return {path.relative_to(folder).as_posix(): crc32(path.read_bytes()) for path in paths}


def _check_database(path: Path) -> None:
    """Raises StoreBroken or `sqlite3.Error` where a database is not sound in itself."""
    # Not read-only: what a killed process left half-written is rolled back by whoever opens next.
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as database:
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if verdict != "ok" or not tables:
        raise StoreBroken("its database is damaged")
