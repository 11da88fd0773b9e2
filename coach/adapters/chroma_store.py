"""One index in Chroma: a collection of documents, and one of questions with a vector for each of their sides."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from coach.bank.index import Document, NearDocument, NearSide, Side
from coach.bank.question import Question
from coach.language import Sentence

Vector = Sequence[float]

# Half of Chroma's defaults, which is half the time to build: the questions' sides, which are few, carry the search.
_DOCUMENTS_GRAPH = {"space": "cosine", "ef_construction": 20, "max_neighbors": 6}
_QUESTIONS_GRAPH = {"space": "cosine"}
_DOCUMENTS, _QUESTIONS = "documents", "questions"
_NO_SIDE = "none"
_WHOLE = (Side.ALL.value, _NO_SIDE)  # of a question's rows, the one that holds its text
_SERVER_SECONDS = 60  # for one request; a batch of documents takes about one
# Left alone, Chroma takes its settings from any .env in the current folder.
_OUR_OWN: Mapping[str, Any] = {"_env_file": None, "anonymized_telemetry": False}


class _StoreFault(Exception):
    def __init__(self, why: Sentence | str) -> None:
        super().__init__(str(why))
        self.why = why
        """A sentence of ours, or what others say, for a message to people."""


class StoreBroken(_StoreFault):
    """Chroma can't read or write this index: it is not there, or damaged, or the disk is full."""


class StoreUnreachable(_StoreFault):
    """The Chroma server does not answer, or refuses us."""


class ChromaStore:
    """The two collections of one index, made where they are missing and `create` is set.

    Every method raises StoreBroken or StoreUnreachable.
    """

    def __init__(self, client: Any, prefix: str = "", create: bool = False) -> None:
        self._client = client
        with chroma_faults():
            self._documents = _collection(client, prefix + _DOCUMENTS, _DOCUMENTS_GRAPH if create else None)
            self._questions = _collection(client, prefix + _QUESTIONS, _QUESTIONS_GRAPH if create else None)

    def documents(self, ids: Sequence[str] | None = None) -> Mapping[str, Document]:
        """Those of these documents that are here, by id; all where no ids are given."""
        if ids is not None and not ids:
            return {}
        with chroma_faults():
            found = self._documents.get(ids=None if ids is None else list(ids), include=["metadatas", "documents"])
            rows = zip(found["metadatas"], found["documents"], strict=True)
            documents = [Document(**about, text=text) for about, text in rows]
        return {document.id: document for document in documents}

    def vectors(self, ids: Sequence[str]) -> Mapping[str, Vector]:
        """The vectors of those of these documents that are here, by id."""
        if not ids:
            return {}
        with chroma_faults():
            found = self._documents.get(ids=list(ids), include=["embeddings"])
            return dict(zip(found["ids"], found["embeddings"], strict=True))

    def width(self) -> int:
        """How many numbers a vector has; 1 while there is no document."""
        with chroma_faults():
            found = self._documents.get(limit=1, include=["embeddings"])["embeddings"]
        return len(found[0]) if len(found) else 1

    def complete_questions(self) -> frozenset[str]:
        """The ids of the questions that `add_questions` has put here."""
        with chroma_faults():
            found: Sequence[str] = self._questions.get(include=[])["ids"]
        rows = (row.partition(":") for row in found)
        return frozenset(question_id for side, _, question_id in rows if side in _WHOLE)

    def add_documents(self, documents: Sequence[Document], vectors: Sequence[Vector]) -> None:
        """Adds documents that are not here yet."""
        with chroma_faults():
            self._documents.add(
                ids=[one.id for one in documents],
                embeddings=_rows(vectors),
                metadatas=[{"question_id": one.question_id, "kind": one.kind.value} for one in documents],
                documents=[one.text for one in documents],
            )

    def add_questions(self, questions: Sequence[tuple[Question, Mapping[Side, Vector]]], width: int) -> None:
        """Adds questions that are not here yet, with their sides: last of all that belongs to them."""
        rows = [(question, side.value, vector) for question, sides in questions for side, vector in sides.items()]
        # A question without a word to be found by is kept to be read.
        unsided = [question for question, sides in questions if Side.ALL not in sides]
        rows += [(question, _NO_SIDE, [1.0] + [0.0] * (width - 1)) for question in unsided]
        with chroma_faults():
            self._questions.add(
                ids=[f"{side}:{question.id}" for question, side, _ in rows],
                embeddings=_rows([vector for _, _, vector in rows]),
                documents=[question.model_dump_json() if side in _WHOLE else "" for question, side, _ in rows],
            )

    def questions(self, ids: Sequence[str]) -> Mapping[str, Question]:
        """Those of these questions that are here, by id."""
        rows = [f"{side}:{question_id}" for question_id in ids for side in _WHOLE]
        if not rows:
            return {}
        with chroma_faults():
            found: Sequence[str] = self._questions.get(ids=rows, include=["documents"])["documents"]
            questions = [Question.model_validate_json(one) for one in found]
        return {question.id: question for question in questions}

    def near_sides(self, vector: Vector, limit: int) -> Sequence[NearSide]:
        """The nearest sides of questions, nearest first."""
        rows = ((row.partition(":"), similarity) for row, similarity in _near(self._questions, vector, limit))
        return [
            NearSide(question_id, Side(side), similarity)
            for (side, _, question_id), similarity in rows
            if side != _NO_SIDE
        ]

    def near_documents(self, vector: Vector, limit: int) -> Sequence[NearDocument]:
        """The nearest documents, nearest first."""
        rows = _near(self._documents, vector, limit)
        return [NearDocument(row.partition(" ")[0], row, similarity) for row, similarity in rows]

    def write_files(self) -> None:
        """Has the next opening write all vectors to files, which else waits for a thousand changes; then closes.

        A vector that stands in the log alone is put into the graph anew by every process that opens the index.
        """
        with chroma_faults():
            for collection in (self._documents, self._questions):
                collection.modify(configuration={"hnsw": {"sync_threshold": 2, "batch_size": 2}})
        self.close()

    def touch(self) -> None:
        """Changes nothing, but counts as a change, upon which files are written; then closes."""
        with chroma_faults():
            for collection in (self._documents, self._questions):
                found = collection.get(limit=1, include=["embeddings"])
                if found["ids"]:
                    collection.update(ids=found["ids"], embeddings=found["embeddings"])
        self.close()

    def mark(self, note: str) -> None:
        """Keeps a note with the questions."""
        with chroma_faults():
            self._questions.modify(metadata={"note": note})

    @property
    def note(self) -> str:
        """The note of `mark`; empty where there is none."""
        metadata: Mapping[str, str] = self._questions.metadata or {}
        return metadata.get("note", "")

    def close(self) -> None:
        """Lets go of files and connections; the store is not used any more."""
        close_client(self._client)


def embedded_client(folder: Path) -> Any:
    """A client for the Chroma files in a folder, which is made where it is missing. Raises StoreBroken."""
    import chromadb
    from chromadb.config import Settings

    path = str(folder)
    with chroma_faults():
        settings = Settings(**_OUR_OWN, is_persistent=True, persist_directory=path)
        return chromadb.PersistentClient(path, settings=settings)


def server_client(url: str) -> Any:
    """A client for a Chroma server. Raises StoreUnreachable."""
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url)
    host, secure = parts.hostname or "127.0.0.1", parts.scheme == "https"
    port = parts.port or (443 if secure else 8000)
    settings = Settings(**_OUR_OWN, chroma_server_host=host, chroma_server_http_port=port)
    with chroma_faults():
        try:
            client = chromadb.HttpClient(host, port, ssl=secure, settings=settings)
        except ValueError as fault:  # all that Chroma says when nobody answers
            raise StoreUnreachable(str(fault)) from fault
    for session in _sessions(client):
        session.timeout = _SERVER_SECONDS
    return client


def close_client(client: Any) -> None:
    """Lets go of a client's files and connections."""
    sessions = _sessions(client)
    client.close()
    for session in sessions:
        session.close()


def _sessions(client: Any) -> Sequence[Any]:
    """The HTTP sessions of a client, none where it is embedded.

    Chroma waits for ever in them, and leaves them open: https://github.com/chroma-core/chroma/issues/2702
    """
    servers = [part._server for part in (client, client._admin_client)]
    return [server._session for server in servers if hasattr(server, "_session")]


@contextmanager
def chroma_faults() -> Generator[None]:
    """Turns what Chroma raises into StoreBroken and StoreUnreachable."""
    import httpx
    from chromadb.errors import ChromaAuthError, ChromaError

    try:
        yield
    except (httpx.HTTPError, ChromaAuthError) as fault:
        raise StoreUnreachable(f"{type(fault).__name__}: {fault}") from fault
    # ValueError: a text that is not ours any more. TypeError: a column is missing. AttributeError: closed meanwhile.
    except (ChromaError, OSError, ValueError, TypeError, AttributeError) as fault:
        raise StoreBroken(f"{type(fault).__name__}: {fault}") from fault


def _collection(client: Any, name: str, graph: Mapping[str, object] | None) -> Any:
    """The collection of a name, made by `graph` where it is missing and one is given."""
    if graph is None:
        return client.get_collection(name, embedding_function=None)
    return client.get_or_create_collection(name, configuration={"hnsw": graph}, embedding_function=None)


def _rows(vectors: Sequence[Vector]) -> Sequence[Any]:
    """Vectors of every kind as Chroma takes them: it refuses a mixture."""
    import numpy

    return list(numpy.array(vectors, dtype=numpy.float32))


def _near(collection: Any, vector: Vector, limit: int) -> Sequence[tuple[str, float]]:
    """The nearest ids with their similarity; with metadata or texts it would take three times as long."""
    with chroma_faults():
        found = collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        return [(row, 1 - distance) for row, distance in zip(found["ids"][0], found["distances"][0], strict=True)]
