"""Building an index beside the one in use: vectors that an earlier one holds are copied, the rest is embedded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from typing import Any

from coach.adapters.chroma_store import ChromaStore, StoreBroken, Vector
from coach.adapters.index_shelf import Finished, Origin, Pointer, Shelf
from coach.bank.index import SIDES, Document, Embedding, Side, Update, changes, documents_of
from coach.bank.question import Bank, Question
from coach.errors import EmbeddingError

Progress = Callable[[int, int], None]

_POWER = 0.75  # 1 and 0.5 cost a point and a half of hit@1 on 615 queries to the 60 bundled questions
_BATCH = 256  # documents that are embedded and written together: what an interruption loses at most


@dataclass(frozen=True)
class Builder:
    """Builds indexes on a shelf. Whoever calls it holds the pointer's lock."""

    shelf: Shelf
    pointer: Pointer
    embedding: Embedding

    def build(
        self, origin: Origin, banks: Sequence[Bank], current: str, rebuild: bool, progress: Progress | None
    ) -> Update:
        """Builds the index of these banks, puts it to use, and says what changed.

        `current`: the sound index in use, empty where there is none. `rebuild`: nothing is copied from any earlier one.

        Raises:
            EmbeddingError: the embedding gave no usable vectors; the next build goes on from what is done.
            StoreBroken, StoreUnreachable: the new index can't be written.
            OSError: the pointer can't be written.
        """
        half_built = [name for name in self.shelf.names() if name.startswith(origin.family) and self._unfinished(name)]
        copied = [current] if current.startswith(origin.family) and not rebuild else []
        if rebuild:
            self._remove(half_built)
            half_built = []
        name = self._built(origin, banks, [[*copied, *half_built], copied, []], progress)
        update = self._changes(current, banks, embedded_anew=not copied)
        self.pointer.switch(name)
        self._remove([one for one in half_built if one != name])
        self._remove(self.shelf.strays(self.pointer.kept()))
        return update

    def _built(
        self, origin: Origin, banks: Sequence[Bank], choices: Sequence[Sequence[str]], progress: Progress | None
    ) -> str:
        """The name of an index that is filled and finished, from the first of these choices of sources to be sound."""
        *tries, last = choices
        for earlier in tries:
            with suppress(StoreBroken):
                return self._filled(origin, banks, earlier, progress)
        return self._filled(origin, banks, last, progress)

    def _filled(self, origin: Origin, banks: Sequence[Bank], earlier: Sequence[str], progress: Progress | None) -> str:
        """Fills an index, the half-built one among `earlier` if one is of this origin, and finishes it."""
        name = next((one for one in earlier if one.startswith(origin.fingerprint)), None) or origin.new_name()
        try:
            with ExitStack() as opened:
                store = opened.enter_context(closing(self.shelf.store(name, create=True)))
                sources = [opened.enter_context(closing(self.shelf.store(one))) for one in earlier if one != name]
                documents = fill(store, banks, self.embedding, sources, progress)
                finished = Finished(origin=origin, width=store.width(), documents=documents)
            self.shelf.finish(name, finished)
        except StoreBroken:
            self.shelf.remove(name)
            raise
        return name

    def _changes(self, current: str, banks: Sequence[Bank], embedded_anew: bool) -> Update:
        after = [document for bank in banks for question in bank.questions for document in documents_of(question)]
        if not current:
            return Update(added=len(after))
        with closing(self.shelf.store(current)) as store:
            return changes(store.documents().values(), after, embedded_anew)

    def _unfinished(self, name: str) -> bool:
        with suppress(StoreBroken):
            return self.shelf.finished(name) is None
        return False

    def _remove(self, names: Sequence[str]) -> None:
        for name in names:
            self.shelf.remove(name)


def fill(
    store: ChromaStore,
    banks: Sequence[Bank],
    embedding: Embedding,
    earlier: Sequence[ChromaStore],
    progress: Progress | None = None,
) -> int:
    """Puts into a store what it lacks of these banks, and gives how many documents it holds then.

    `earlier`: stores by the same embedding, to copy vectors from.

    Raises:
        EmbeddingError: the embedding gave no usable vectors. What is in the store stays, to go on from.
        StoreBroken, StoreUnreachable: by any of the stores.
    """
    complete = store.complete_questions()
    groups = [(question, documents_of(question)) for bank in banks for question in bank.questions]
    groups.sort(key=lambda group: not group[1])  # a question without a document takes the width of those before it
    total = sum(len(documents) for _, documents in groups)
    done = sum(len(documents) for question, documents in groups if question.id in complete)
    for batch in _batches([group for group in groups if group[0].id not in complete]):
        documents = [document for _, group in batch for document in group]
        vectors = _vectors(store, documents, embedding, earlier)
        width = len(next(iter(vectors.values()))) if vectors else store.width()
        store.add_questions([(question, _sides(group, vectors)) for question, group in batch], width)
        done += len(documents)
        if progress:
            progress(done, total)
    return total


_Group = tuple[Question, Sequence[Document]]


def _batches(groups: Sequence[_Group]) -> Iterator[Sequence[_Group]]:
    batch: list[_Group] = []
    size = 0
    for group in groups:
        batch.append(group)
        size += len(group[1])
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _vectors(
    store: ChromaStore, documents: Sequence[Document], embedding: Embedding, earlier: Sequence[ChromaStore]
) -> Mapping[str, Vector]:
    """The vectors of these documents by id, all of which are in the store afterwards."""
    if not documents:
        return {}
    vectors = dict(store.vectors([document.id for document in documents]))
    new = [document for document in documents if document.id not in vectors]
    for source in earlier:
        if missing := [document.id for document in new if document.id not in vectors]:
            vectors.update(source.vectors(missing))
    unknown = [document for document in new if document.id not in vectors]
    if unknown:
        embedded = embedding.embed([document.text for document in unknown])
        vectors.update(zip([document.id for document in unknown], embedded, strict=True))
    widths = sorted({len(vector) for vector in vectors.values()})
    if len(widths) > 1:
        raise EmbeddingError(
            "{model} gave vectors of widths {widths}; run `coach index --rebuild`", model=embedding.name, widths=widths
        )
    if new:
        store.add_documents(new, [vectors[document.id] for document in new])
    return vectors


def _sides(documents: Sequence[Document], vectors: Mapping[str, Vector]) -> Mapping[Side, Vector]:
    """The vector of each side; a side without a document, or whose documents have no direction, is left out.

    It is the sum of the documents' directions with each number raised to a power, after Perronnin et al. 2010,
    "Improving the Fisher kernel for large-scale image classification": what all documents share counts for less.
    """
    import numpy

    sides: dict[Side, Any] = {}
    for side, kinds in SIDES.items():
        rows = numpy.array([vectors[document.id] for document in documents if document.kind in kinds], dtype=float)
        if not rows.size:
            continue
        lengths = numpy.linalg.norm(rows, axis=1, keepdims=True)
        summed = (rows / numpy.where(lengths == 0, 1, lengths)).sum(axis=0)
        if summed.any():
            sides[side] = numpy.sign(summed) * numpy.abs(summed) ** _POWER
    return sides
