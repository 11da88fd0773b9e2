"""The vector store: Chroma, embedded in the data folder or on a server.

Chroma's own traps decide the shape: several processes on one folder lose data in silence, an open reader goes stale,
and a collection does not notice that it was built by another embedding. So an index is named by what it was built
from, is built aside, and is never changed once it is finished.
"""

import logging
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from filelock import Timeout

from coach.adapters.chroma_store import ChromaStore, StoreBroken, StoreUnreachable
from coach.adapters.index_building import Builder, Progress
from coach.adapters.index_shelf import Finished, FolderShelf, Origin, Pointer, ServerShelf, Shelf
from coach.bank.index import Embedding, Found, Ranked, ReferenceAnswer, Update, own_wording, ranked
from coach.bank.question import Bank, version_of
from coach.errors import EmbeddingError, IndexUnavailable
from coach.folding import folded
from coach.language import Sentence

_SIDES_LOOKED_AT = 180  # all sides of sixty questions; of more questions the nearest
_DOCUMENTS_LOOKED_AT = 120  # of the first five questions, 1 in 400 has none of its documents among them
_log = logging.getLogger("coach.index")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class _Open:
    """An index that is being read."""

    name: str
    finished: Finished
    store: ChromaStore

    def fits(self, wanted: Origin, searching: bool) -> bool:
        """Whether it is what should be read: to read a question, the index of any embedding will do."""
        return _fits(self.finished.origin, wanted, searching)

    def serves(self, wanted: Origin, searching: bool) -> bool:
        """Whether it is better than nothing."""
        return not searching or self.finished.origin.embedding == wanted.embedding


class ChromaIndex:
    """An `Index` that heals itself: missing, damaged or out of date, it is built from the banks when it is read.

    `banks`: gives the banks as they are now; cheap where nothing changed, and then the same object. `url`: address of
    a Chroma server; empty: embedded in `folder`.
    """

    def __init__(self, folder: Path, embedding: Embedding, banks: Callable[[], Sequence[Bank]], url: str = "") -> None:
        self._place = urlsplit(url).netloc.rpartition("@")[2] if url else str(folder)
        self._pointer = Pointer(folder)
        self._shelf: Shelf = ServerShelf(url) if url else FolderShelf(folder)
        self._builder = Builder(self._shelf, self._pointer, embedding)
        self._embedding = embedding
        self._banks = banks
        self._one_at_a_time = threading.RLock()
        self._open: _Open | None = None
        self._version: tuple[Sequence[Bank], str] | None = None
        self._former: _Open | None = None
        self._distrusted: dict[str, str] = {}
        self._given_up: Origin | None = None

    def update(self, banks: Sequence[Bank], rebuild: bool = False, progress: Progress | None = None) -> Update:
        """Makes the index hold exactly these banks; an unchanged document is not embedded again.

        Another process that is updating is waited for. On a fault the old index stays, and what is done of the new
        one is gone on from next time.

        Raises:
            EmbeddingError: the embedding gave no usable vectors.
            IndexUnavailable: the store can't be written.
        """
        began = time.monotonic()
        origin = self._origin(banks)
        with self._told(), self._pointer.lock():
            name, finished, _ = self._sound()
            if finished and finished.origin == origin and not rebuild:
                update = Update(unchanged=finished.documents)
            else:
                update = self._builder.build(origin, banks, name if finished else "", rebuild, progress)
        self._given_up = None
        return update.model_copy(update={"seconds": time.monotonic() - began})

    def search(self, text: str, limit: int) -> Sequence[Found]:
        """The nearest questions, best first, at most `limit`; none for a text without a letter or digit.

        Raises:
            EmbeddingError: the text can't be embedded, or the banks can't.
            IndexUnavailable: the store can't be read or built.
        """
        if not folded(text):
            return []
        (vector,) = self._embedding.embed([text])

        def look(index: _Open) -> Sequence[Found]:
            if not index.finished.documents:
                return []
            if len(vector) != index.finished.width:
                raise StoreBroken(Sentence.of("{model} gives vectors of another width now", model=self._embedding.name))
            sides = index.store.near_sides(vector, max(_SIDES_LOOKED_AT, 3 * limit))
            documents = index.store.near_documents(vector, max(_DOCUMENTS_LOOKED_AT, 3 * limit))
            return _found(index.store, ranked(sides, documents, limit))

        return self._read(look, searching=True)

    def reference(self, question_id: str) -> ReferenceAnswer | None:
        """What the index holds for a question; None where it holds no such question.

        Raises:
            EmbeddingError: there is no index yet, and the banks can't be embedded.
            IndexUnavailable: the store can't be read or built.
        """

        def look(index: _Open) -> ReferenceAnswer | None:
            question = index.store.questions([question_id]).get(question_id)
            return question and ReferenceAnswer.of(question, index.finished.origin.fingerprint)

        return self._read(look, searching=False)

    def close(self) -> None:
        """Lets go of files and connections; the next use opens them again."""
        with self._one_at_a_time:
            self._let_go()
            if self._former is not None:
                self._former.store.close()
                self._former = None

    def _read(self, look: Callable[[_Open], _Result], searching: bool) -> _Result:
        """What `look` finds; an index that can't be read is opened again, and then built again."""
        with self._told():
            index = self._in_use(searching)
            try:
                return look(index)
            except StoreBroken:
                self._let_go()  # it may have been replaced and taken away
            index = self._in_use(searching)
            try:
                return look(index)
            except StoreBroken as fault:
                self._distrusted[index.name] = str(fault)
                self._let_go()
            return look(self._in_use(searching))

    def _in_use(self, searching: bool) -> _Open:
        """The index to read, brought up to date first where it does not fit what it should be built from."""
        with self._one_at_a_time:
            banks = self._banks()
            if self._open is None or self._open.name != self._pointer.read():
                self._reopen()
            if self._open is None or not self._open.fits(self._origin(banks), searching):
                self._bring_up_to_date(banks, searching)
            if self._open is None:
                raise StoreBroken(Sentence.of("it can't be opened after it was built"))
            return self._open

    def _bring_up_to_date(self, banks: Sequence[Bank], searching: bool) -> None:
        """Builds what should be read. Where that can't be done just now, and the old index can serve, it does."""
        origin = self._origin(banks)
        serves = self._open is not None and self._open.serves(origin, searching)
        if serves and self._given_up == origin:
            return
        try:
            with self._pointer.lock(wait=not serves):
                self._heal(banks, origin, searching)
        except Timeout:
            return
        except EmbeddingError as fault:
            if not serves:
                raise
            _log.warning("the search index in %s stays as it was: %s", self._place, fault)
            self._given_up = origin
            return
        self._reopen()

    def _heal(self, banks: Sequence[Bank], origin: Origin, searching: bool) -> None:
        """Puts the right index to use, with one line in the log; nothing where another process just did."""
        name, finished, fault = self._sound()
        if finished and _fits(finished.origin, origin, searching):
            return
        if finished and finished.origin.embedding != origin.embedding:
            fault = f"it was built by {finished.origin.embedding}, and the embedding is {origin.embedding} now"
        level = logging.WARNING if fault else logging.INFO
        fault = fault or "the banks have changed"
        if built_before := self._built_before(origin):
            _log.log(level, "the search index in %s is changed for an earlier one: %s", self._place, fault)
            self._pointer.switch(built_before)
        else:
            _log.log(level, "the search index in %s is built from the banks: %s", self._place, fault)
            self._builder.build(origin, banks, name if finished else "", rebuild=False, progress=None)

    def _built_before(self, origin: Origin) -> str | None:
        """A sound index of this origin that is not in use."""
        for name in self._shelf.names():
            if name.startswith(origin.fingerprint) and name not in self._distrusted:
                with suppress(StoreBroken):
                    if self._shelf.finished(name):
                        return name
        return None

    def _sound(self) -> tuple[str, Finished | None, str]:
        """The index that the pointer names; what it says of itself, None where it can't be used; and why it can't."""
        name = self._pointer.read()
        if not name:
            return "", None, "there is none"
        if name in self._distrusted:
            return name, None, f"it can't be read: {self._distrusted[name]}"
        try:
            finished = self._shelf.finished(name)
        except StoreBroken as fault:
            return name, None, f"it is damaged: {fault}"
        return name, finished, "" if finished else "its note is missing"

    def _reopen(self) -> None:
        self._let_go()
        name, finished, _ = self._sound()
        if finished:
            try:
                self._open = _Open(name, finished, self._shelf.store(name))
            except StoreBroken as fault:
                self._distrusted[name] = str(fault)

    def _let_go(self) -> None:
        """Takes no new reader to the open index; the one before is closed, for by now nobody reads it."""
        with self._one_at_a_time:
            if self._open is not None:
                if self._former is not None:
                    self._former.store.close()
                self._former, self._open = self._open, None

    def _origin(self, banks: Sequence[Bank]) -> Origin:
        if self._version is None or self._version[0] is not banks:
            self._version = banks, version_of(banks)
        return Origin(self._embedding.name, self._version[1])

    @contextmanager
    def _told(self) -> Generator[None]:
        """Tells faults of the store in words that say what to do."""
        try:
            yield
        except StoreUnreachable as fault:
            raise IndexUnavailable(
                "the Chroma server at {place} gave no answer ({why}); start it, or correct COACH_CHROMA_URL",
                place=self._place,
                why=fault.why,
            ) from fault
        except (StoreBroken, OSError) as fault:
            raise IndexUnavailable(
                "the search index in {place} can't be read or built ({why}); see that the disk has room and "
                "may be written, then try again",
                place=self._place,
                why=fault.why if isinstance(fault, StoreBroken) else fault,
            ) from fault


def _fits(built_from: Origin, wanted: Origin, searching: bool) -> bool:
    """Whether an index may be read: to read a question, that of any embedding will do."""
    return built_from == wanted if searching else built_from.banks == wanted.banks


def _found(store: ChromaStore, order: Sequence[Ranked]) -> Sequence[Found]:
    questions = store.questions([one.question_id for one in order])
    documents = store.documents([one.document_id for one in order if one.document_id])
    return [
        Found(
            question_id=one.question_id,
            question=(question := questions[one.question_id]).question,
            score=one.score,
            matched=documents[one.document_id] if one.document_id else own_wording(question),
        )
        for one in order
    ]
