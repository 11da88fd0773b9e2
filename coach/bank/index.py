"""Finding questions: the documents that stand for one, how hits become an order, and the port to a vector store."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from coach.bank.question import Bank, KeyPoint, Question
from coach.folding import folded

NEAREST_MIN_SCORE = 0.22
"""Below this score the best question for a free text is not taken for the same question.

With the built-in embedding 1 of 45 questions about other things reached it, and 69% of 615 wordings of the bank's own
questions; 95% of these led to the right one.
"""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Kind(StrEnum):
    """What a document of the index is for its question."""

    QUESTION = "question"
    ALIAS = "alias"
    SITUATION = "situation"
    KEY_POINT = "key_point"
    CUE = "cue"


class Side(StrEnum):
    """A question seen as a whole from one side: the mean direction of some of its documents' vectors."""

    ASKED = "asked"
    HAPPENS = "happens"
    ALL = "all"


SIDES: Mapping[Side, frozenset[Kind]] = {
    Side.ASKED: frozenset({Kind.QUESTION, Kind.ALIAS}),
    Side.HAPPENS: frozenset({Kind.SITUATION}),
    Side.ALL: frozenset({Kind.QUESTION, Kind.ALIAS, Kind.SITUATION, Kind.KEY_POINT}),
}
"""The documents that make up each side. Cues are in none: there are many, and questions share what they say."""


class Document(_Value):
    """One text that can be found, and the question that it leads to."""

    question_id: str
    kind: Kind
    text: str

    @property
    def id(self) -> str:
        """The question's id, a blank, and what differs with any difference of the content."""
        return f"{self.question_id} " + sha256(f"{self.kind}\n{self.text}".encode()).hexdigest()[:24]


class NearSide(NamedTuple):
    """A side of a question near a query; `similarity` is the cosine, -1 to 1."""

    question_id: str
    side: Side
    similarity: float


class NearDocument(NamedTuple):
    """A document near a query; `similarity` is the cosine, -1 to 1."""

    question_id: str
    document_id: str
    similarity: float


class Ranked(NamedTuple):
    """A question in the order of a search."""

    question_id: str
    score: float
    document_id: str | None
    """The question's nearest document; None where none is near."""


class Found(_Value):
    """A question near a query."""

    question_id: str
    question: str
    score: float
    """0 to 1, higher is nearer; comparable between queries to the same index only."""
    matched: Document
    """The document of the question that came nearest; its own wording where none came near."""


class ReferenceAnswer(_Value):
    """What an answer to one question is held against, as it came out of the index."""

    question_id: str
    question: str
    topic: str
    text: str
    """The reference answer; empty where there is none."""
    key_points: tuple[KeyPoint, ...]
    situations: tuple[str, ...] = ()
    version: str
    """`Question.version` of the question when it was indexed."""
    fingerprint: str
    """The index that it was retrieved from."""

    @classmethod
    def of(cls, question: Question, fingerprint: str) -> "ReferenceAnswer":
        """What the index of this fingerprint holds for a question."""
        return cls(
            question_id=question.id,
            question=question.question,
            topic=question.topic,
            text=question.answer,
            key_points=question.key_points,
            situations=question.situations,
            version=question.version,
            fingerprint=fingerprint,
        )


class Update(_Value):
    """What bringing an index up to date did, in documents."""

    added: int = 0
    updated: int = 0
    """Documents whose text changed while their place stayed, or that were embedded anew."""
    deleted: int = 0
    unchanged: int = 0
    seconds: float = 0.0


class Embedding(Protocol):
    """Turns texts into vectors whose cosine says how near they are in meaning, or in wording."""

    @property
    def name(self) -> str:
        """Changes whenever the vectors for a text may change."""
        ...

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector a text, all of one width. No texts: no vectors. Raises EmbeddingError."""
        ...


class Index(Protocol):
    """A store of documents that is derived from the banks and can always be built again from them."""

    def update(
        self, banks: Sequence[Bank], rebuild: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> Update:
        """Makes the index hold exactly these banks; an unchanged document is not embedded again.

        `progress` is called with documents done and documents in all. On a fault the old index stays.

        Raises:
            EmbeddingError: the embedding gave no usable vectors.
            IndexUnavailable: the store can't be written.
        """
        ...

    def search(self, text: str, limit: int) -> Sequence[Found]:
        """The nearest questions, best first, at most `limit`; none for a text without a letter or digit."""
        ...

    def reference(self, question_id: str) -> ReferenceAnswer | None:
        """What the index holds for a question; None where it holds no such question."""
        ...


def documents_of(question: Question) -> Sequence[Document]:
    """The texts that stand for a question; the same text of one kind counts once, one without a word not at all."""
    texts = [
        (Kind.QUESTION, (question.question, question.question_en)),
        (Kind.ALIAS, question.aliases),
        (Kind.SITUATION, question.situations),
        (Kind.KEY_POINT, [point.text for point in question.key_points]),
        (Kind.CUE, [cue for point in question.key_points for cue in point.cues]),
    ]
    documents = (
        Document(question_id=question.id, kind=kind, text=text)
        for kind, group in texts
        for text in group
        if any(folded(character) for character in text)
    )
    return list({document.id: document for document in documents}.values())


def own_wording(question: Question) -> Document:
    """The document that is the question itself."""
    return Document(question_id=question.id, kind=Kind.QUESTION, text=question.question)


def changes(before: Iterable[Document], after: Iterable[Document], embedded_anew: bool = False) -> Update:
    """How one set of documents became another, in numbers; `embedded_anew`: nothing of the first was kept."""
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    gone = Counter((one.question_id, one.kind) for key, one in old.items() if key not in new)
    come = Counter((one.question_id, one.kind) for key, one in new.items() if key not in old)
    stayed = len(old.keys() & new.keys())
    replaced = (gone & come).total()
    return Update(
        added=come.total() - replaced,
        updated=replaced + (stayed if embedded_anew else 0),
        deleted=gone.total() - replaced,
        unchanged=0 if embedded_anew else stayed,
    )


_DOCUMENT_WEIGHT = 0.2
_NEARLY_THE_SAME = 4  # a similarity of 0.85 counts as 0.52, more than the sides of a question with many wordings reach


def ranked(sides: Iterable[NearSide], documents: Iterable[NearDocument], limit: int) -> Sequence[Ranked]:
    """The questions that these sides and documents are of, best first, at most `limit`.

    A question's better side (what is asked, or what happens) and the whole of it weigh the same, its nearest document
    a tenth of both; and wording that nearly is a document's decides alone. On 315 queries to the 60 bundled questions
    this was 6 points of hit@1 above the summed squares of all documents' similarities.
    """
    near: defaultdict[str, dict[Side, float]] = defaultdict(dict)
    best: dict[str, NearDocument] = {}
    for side in sides:
        near[side.question_id][side.side] = side.similarity
    for document in documents:
        best[document.question_id] = max(best.get(document.question_id, document), document, key=_similarity)
    scores = {key: _score(near[key], best[key].similarity if key in best else 0.0) for key in {*near, *best}}
    order = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
    return [Ranked(key, scores[key], best[key].document_id if key in best else None) for key in order]


def _similarity(document: NearDocument) -> float:
    return document.similarity


def _score(sides: Mapping[Side, float], document: float) -> float:
    better_side = max(sides.get(Side.ASKED, 0.0), sides.get(Side.HAPPENS, 0.0))
    together = (better_side + sides.get(Side.ALL, 0.0) + _DOCUMENT_WEIGHT * document) / (2 + _DOCUMENT_WEIGHT)
    return min(1.0, max(0.0, together, document**_NEARLY_THE_SAME))
