"""What is configured and whether it works: each part is really tried."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from coach.chat import Deadline, Message, complete
from coach.compose import Coach
from coach.errors import CoachError

Part = Literal["bank", "model", "embedding", "index", "database"]
PARTS: tuple[Part, ...] = ("bank", "model", "embedding", "index", "database")
_MODEL_SECONDS = 20.0


@dataclass(frozen=True)
class Check:
    """One part of the program, tried."""

    name: str
    ok: bool
    detail: str
    how_to_fix: str = ""
    """Empty where nothing is to be done."""


def checkup(coach: Coach, language: str) -> Iterator[Check]:
    """The parts in the order in which a person would look for a fault. Asks the model one short question."""
    for name in PARTS:
        yield check(coach, name)
    yield Check("language", ok=True, detail=language)


def check(coach: Coach, part: Part) -> Check:
    """One part, tried."""
    tries: dict[Part, tuple[Callable[[Coach], str], str]] = {
        "bank": (_bank, "correct the file, or import the bank again"),
        "model": (
            _model,
            "check COACH_MODEL, COACH_API_BASE and COACH_API_KEY; without a model the offline coach serves",
        ),
        "embedding": (_embedding, "check COACH_EMBEDDING, or set it to lexical"),
        "index": (_index, "run `coach index --rebuild`; check that the data folder can be written"),
        "database": (_database, "check that the data folder can be written, or COACH_DATABASE_URL"),
    }
    attempt, remedy = tries[part]
    try:
        return Check(part, ok=True, detail=attempt(coach))
    except CoachError as fault:
        return Check(part, ok=False, detail=str(fault), how_to_fix=remedy)


def _bank(coach: Coach) -> str:
    banks = coach.library.banks()
    return ", ".join(f"{bank.name}: {len(bank.questions)} questions" for bank in banks)


def _model(coach: Coach) -> str:
    if coach.model is None:
        return "none set: the offline coach judges by text match"
    question = [Message(role="user", content='Reply with the JSON object {"ready": true} and nothing else.')]
    reply = complete(coach.model, question, Deadline(_MODEL_SECONDS))
    return f"{reply.model} answered in {reply.usage.seconds:.1f} s"


def _embedding(coach: Coach) -> str:
    (vector,) = coach.embedding.embed(["退款 refund"])
    return f"{coach.embedding.name}, {len(vector)} numbers a text"


def _index(coach: Coach) -> str:
    coach.index.search("退款 refund", limit=1)
    # The address of a server may hold a password.
    return "on a Chroma server" if coach.settings.chroma_url else f"in {coach.settings.data_dir / 'index'}"


def _database(coach: Coach) -> str:
    coach.record.attempts(limit=1)
    # The address of a server may hold a password, so only the kind is named.
    url = coach.settings.database_url
    return url.partition(":")[0] if url else f"SQLite in {coach.settings.data_dir}"
