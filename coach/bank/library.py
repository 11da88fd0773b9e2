"""Banks as people keep them: names, ids that stay from one import to the next, and the port to where banks are kept."""

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from pathlib import PurePath
from typing import Protocol

from rapidfuzz import fuzz, process

from coach.bank.parsing import ParsedBank, ParsedQuestion
from coach.bank.question import BUNDLED, Bank, KeyPoint, Question, Source
from coach.errors import BankError, UnknownQuestion
from coach.folding import folded

SAME_QUESTION = 0.8
"""From this similarity of two folded texts on (0 to 1), a changed question is taken for the same one."""

_LONGEST_NAME = 60
_NAME = re.compile(rf"[^\W_][\w-]{{0,{_LONGEST_NAME - 1}}}")
_NUMBER = re.compile(r".*:q([0-9]{1,9})")


class Library(Protocol):
    """Where banks are kept: the bundled one, and those that people imported."""

    def banks(self) -> Sequence[Bank]:
        """All banks, the bundled one first, then the imported ones by name; the same object while nothing has changed.

        An imported bank that can't be read is left out, with one line in the log.

        Raises:
            BankError: the bundled bank breaks the schema.
            Unavailable: the imported banks can't be read.
        """
        ...

    def imported(self, name: str) -> Bank | None:
        """One imported bank; None where there is none of this name.

        Raises:
            BankError: the name can't be used, or the bank breaks the schema.
            Unavailable: the imported banks can't be read.
        """
        ...

    def update(self, name: str, change: Callable[[Bank | None], Bank]) -> Bank:
        """Puts `change(the imported bank)` in its place, whole or not at all, and gives it.

        Nothing is written where nothing changed. Two that update at once wait for each other. Of a bank that was
        removed, `change` is given what is left: no question, and the last number.

        Raises:
            BankError: the name can't be used, or the earlier bank breaks the schema.
            Unavailable: the bank can't be written; the earlier one is still there.
        """
        ...

    def remove(self, name: str) -> None:
        """Takes an imported bank out, also one that can't be read. Its numbers are not given again.

        Raises:
            BankError: there is no imported bank of this name.
            Unavailable: the bank can't be taken out; it is still there.
        """
        ...


def name_after(document: str) -> str:
    """The name of a bank that is imported from this file, where nobody gave another.

    Raises:
        BankError: nothing usable is left of the file's name.
    """
    slug = re.sub(r"\W+", "-", unicodedata.normalize("NFC", PurePath(document).stem)).strip("-")
    return checked_name(slug[:_LONGEST_NAME].rstrip("-"))


def checked_name(name: str) -> str:
    """The name in Unicode's composed form: it serves in ids, and as a file's name on every system.

    Raises:
        BankError: the name is not 1 to 60 letters (of any script), digits, `-` and `_`, or it is `bundled`.
    """
    composed = unicodedata.normalize("NFC", name)
    if not _NAME.fullmatch(composed):
        raise BankError(
            "bank name {name!r} can't be used: a name is 1 to {most} letters, digits, - and _, "
            "and begins with a letter or digit; give one with --name",
            name=composed[:80],
            most=_LONGEST_NAME,
        )
    if composed.casefold() == BUNDLED:
        raise BankError(
            "bank name {name!r} is kept for the bank of this program; give another with --name", name=composed
        )
    return composed


def renamed(bank: Bank, name: str) -> Bank:
    """The bank under another name, which its ids then carry."""
    questions = tuple(
        question.model_copy(
            update={
                "id": _under(name, question.id),
                "key_points": tuple(
                    point.model_copy(update={"id": _under(name, point.id)}) for point in question.key_points
                ),
            }
        )
        for question in bank.questions
    )
    return bank.model_copy(update={"name": name, "questions": questions})


def _under(name: str, any_id: str) -> str:
    return f"{name}:{any_id.rpartition(':')[2]}"


def emptied(bank: Bank) -> Bank:
    """What is left of a bank that is removed: the last number, for people's history holds its ids."""
    return Bank(name=bank.name, last_number=_last_number(bank), questions=())


def replacing(bank: Bank, earlier: Bank | None) -> Bank:
    """The bank in the place of an earlier one, none of whose numbers is given again."""
    last = _last_number(earlier)
    return bank if _last_number(bank) >= last else bank.model_copy(update={"last_number": last})


def find(banks: Iterable[Bank], question_id: str) -> Question:
    """The question of this id.

    Raises:
        UnknownQuestion: there is none; the message names the nearest ids.
    """
    questions = {question.id: question for bank in banks for question in bank.questions}
    if question_id in questions:
        return questions[question_id]
    near = process.extract(question_id, list(questions), scorer=fuzz.ratio, limit=3)
    if not near:
        raise UnknownQuestion("no question has the id {id!r}; `coach questions` lists them all", id=question_id[:80])
    raise UnknownQuestion(
        "no question has the id {id!r}; the nearest are {ids}; `coach questions` lists them all",
        id=question_id[:80],
        ids=", ".join(found for found, _, _ in near),
    )


def assign(parsed: ParsedBank, name: str, document: str, earlier: Bank | None) -> Bank:
    """The bank that a document makes, with the ids of the `earlier` import of it, so that people's history stays.

    A question keeps its id while its text stays the same or similar enough; a new one gets the next number that this
    bank never used. What the document says wins. What people added to the bank stays: aliases, situations, topic,
    and the cues and weight of each key point whose text is the same; and whole questions that don't come from a
    document (`source.kind`), which are left as they are.
    """
    document = document.encode(errors="replace").decode()  # a file's name may hold bytes that are no text
    before = earlier.questions if earlier else ()
    numbers = count(_last_number(earlier) + 1)
    continued = _continued([one.question for one in parsed.questions], [one.question for one in before])
    questions: list[Question] = []
    for place, one in enumerate(parsed.questions):
        was = before[continued[place]] if place in continued else None
        if was and was.source.kind != "document":
            questions.append(was)
        else:
            questions.append(_question(one, was.id if was else f"{name}:q{next(numbers):02d}", document, was))
    taken = {question.id for question in questions}
    questions += [was for was in before if was.source.kind != "document" and was.id not in taken]
    return Bank(name=name, questions=tuple(questions), last_number=next(numbers) - 1)


def _last_number(bank: Bank | None) -> int:
    if bank is None:
        return 0
    found = (_NUMBER.fullmatch(question.id) for question in bank.questions)
    return max(bank.last_number, *(int(number[1]) for number in found if number), 0)


def _question(parsed: ParsedQuestion, question_id: str, document: str, was: Question | None) -> Question:
    place = f"L{parsed.line}" if parsed.number is None else parsed.number
    source = Source(kind="document", after=f"{document}#{place}")
    new = Question(
        id=question_id,
        question=parsed.question,
        answer=parsed.answer,
        key_points=_key_points(parsed, question_id, was),
        source=source,
    )
    if was is None:
        return new
    reviewed = was.source.reviewed if _said(new) == _said(was) else None
    return was.model_copy(
        update={
            "question": new.question,
            "answer": new.answer,
            "key_points": new.key_points,
            "source": was.source.model_copy(update={"after": source.after, "reviewed": reviewed}),
        }
    )


def _key_points(parsed: ParsedQuestion, question_id: str, was: Question | None) -> tuple[KeyPoint, ...]:
    before = was.key_points if was else ()
    kept = _equal(parsed.key_points, [point.text for point in before])
    points: list[KeyPoint] = []
    for place, text in enumerate(parsed.key_points):
        point_id = f"{question_id}.{place + 1}"
        if place in kept:
            points.append(before[kept[place]].model_copy(update={"id": point_id, "text": text.strip()}))
        else:
            points.append(KeyPoint(id=point_id, text=text))
    return tuple(points)


def _said(question: Question) -> tuple[str, ...]:
    return question.question, question.answer, *(point.text for point in question.key_points)


def _continued(new: Sequence[str], old: Sequence[str]) -> Mapping[int, int]:
    """For places in `new` the place in `old` of the question it goes on with: the equal one, else the most similar."""
    pairs = _equal(new, old)
    used = set(pairs.values())
    left = {place: folded(text) for place, text in enumerate(old) if place not in used}
    similar = [
        (-score, there, here)
        for here, text in enumerate(new)
        if here not in pairs
        for _, score, there in process.extract(
            folded(text), left, scorer=fuzz.ratio, score_cutoff=100 * SAME_QUESTION, limit=None
        )
    ]
    for _, there, here in sorted(similar):
        if here not in pairs and there not in used:
            pairs[here] = there
            used.add(there)
    return pairs


def _equal(new: Sequence[str], old: Sequence[str]) -> dict[int, int]:
    """For places in `new` the place of an equal text in `old`, one to one: to the letter before folded (C++, C#)."""
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for form in (str.strip, folded):
        places: defaultdict[str, deque[int]] = defaultdict(deque)
        for there, text in enumerate(old):
            if there not in used:
                places[form(text)].append(there)
        for here, text in enumerate(new):
            if here not in pairs and places[form(text)]:
                pairs[here] = places[form(text)].popleft()
        used = set(pairs.values())
    return pairs
