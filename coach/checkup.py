"""What is configured and whether it works: each part is really tried."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from coach.chat import Deadline, Message, complete
from coach.compose import Coach
from coach.errors import CoachError
from coach.language import Language, Sentence

Part = Literal["bank", "model", "embedding", "index", "database"]
PARTS: tuple[Part, ...] = ("bank", "model", "embedding", "index", "database")
_MODEL_SECONDS = 20.0


@dataclass(frozen=True)
class Check:
    """One part of the program, tried."""

    name: str
    ok: bool
    detail: Sentence
    """Names places on this machine, and nothing secret."""
    how_to_fix: Sentence | None = None
    """None where nothing is to be done."""


def checkup(coach: Coach, language: Language) -> Iterator[Check]:
    """The parts in the order in which a person would look for a fault. Asks the model one short question."""
    for name in PARTS:
        yield check(coach, name)
    yield Check("language", ok=True, detail=Sentence.of("Chinese") if language == "zh" else Sentence.of("English"))


def check(coach: Coach, part: Part) -> Check:
    """One part, tried."""
    tries: dict[Part, tuple[Callable[[Coach], Sentence], Sentence]] = {
        "bank": (_bank, Sentence.of("Correct the file, or import the bank again.")),
        "model": (
            _model,
            Sentence.of(
                "Check `COACH_MODEL`, `COACH_API_BASE` and `COACH_API_KEY` in `.env`. "
                "Without a model a text match does the work."
            ),
        ),
        "embedding": (_embedding, Sentence.of("Check `COACH_EMBEDDING` in `.env`, or set it to `lexical`.")),
        "index": (_index, Sentence.of("Run `coach index --rebuild`, and check that the data folder can be written.")),
        "database": (
            _database,
            Sentence.of("Check that the data folder can be written, or `COACH_DATABASE_URL` in `.env`."),
        ),
    }
    attempt, remedy = tries[part]
    try:
        return Check(part, ok=True, detail=attempt(coach))
    except CoachError as fault:
        return Check(part, ok=False, detail=fault.sentence, how_to_fix=remedy)


def _bank(coach: Coach) -> Sentence:
    banks = coach.library.banks()
    return Sentence.of("questions: {banks}", banks=", ".join(f"{bank.name} {len(bank.questions)}" for bank in banks))


def _model(coach: Coach) -> Sentence:
    if coach.model is None:
        return Sentence.of("none set: the offline coach judges by text match")
    question = [Message(role="user", content='Reply with the JSON object {"ready": true} and nothing else.')]
    reply = complete(coach.model, question, Deadline(_MODEL_SECONDS))
    return Sentence.of("{model} answered in {seconds:.1f} s", model=reply.model, seconds=reply.usage.seconds)


def _embedding(coach: Coach) -> Sentence:
    (vector,) = coach.embedding.embed(["退款 refund"])
    return Sentence.of("{name}, {count} numbers a text", name=coach.embedding.name, count=len(vector))


def _index(coach: Coach) -> Sentence:
    coach.index.search("退款 refund", limit=1)
    # The address of a server may hold a password.
    if coach.settings.chroma_url:
        return Sentence.of("on a Chroma server")
    return Sentence.of("in {folder}", folder=coach.settings.data_dir / "index")


def _database(coach: Coach) -> Sentence:
    coach.record.attempts(limit=1)
    # The address of a server may hold a password, so only the kind is named.
    url = coach.settings.database_url
    if url:
        return Sentence.of("{kind}, by COACH_DATABASE_URL", kind=url.partition(":")[0])
    return Sentence.of("SQLite in {folder}", folder=coach.settings.data_dir)
