"""Reading a bank out of a document's text: questions, reference answers, key points, and what is wrong.

`lines` says what each line is, `pages` puts together what paper tore apart, `entries` finds the questions, `points`
their key points; here the entries of one question become one, and each fault is named.

Texts come in a normal form: invisible characters are left out, whitespace within a line is one space, and an answer is
its paragraphs with an empty line between them.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise, takewhile

from pydantic import BaseModel, ConfigDict

from coach.bank.entries import Entry, read_entries
from coach.bank.lines import Kind, Label, asks
from coach.bank.pages import author_lines
from coach.bank.problems import Problem, ProblemKind
from coach.errors import DocumentError
from coach.language import Sentence


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class ParsedQuestion(_Value):
    """A question as its document has it."""

    question: str
    answer: str = ""
    """The reference answer; empty where there is none."""
    key_points: tuple[str, ...] = ()
    line: int
    """Where it begins; of a question that stands in the contents too, where its reference is."""
    number: int | None
    """The number that its document gives it."""


class ParsedBank(_Value):
    """The questions of a document in its order, each once."""

    questions: tuple[ParsedQuestion, ...]
    problems: tuple[Problem, ...]
    """By line; the rest of the document was read."""


def parse(text: str) -> ParsedBank:
    """The questions in a document's text: Markdown, or lines as a text file or a PDF has them; form feeds end pages.

    Raises:
        DocumentError: there is no question in it, or it has more lines than `pages.MAX_LINES`.
    """
    entries, problems = read_entries(author_lines(text))
    _mark_contents(entries)
    if not any(_is_surely_a_question(entry) for entry in entries):
        raise DocumentError(
            "no question was found: put each on a line of its own, as `## 1. …`, `Q1. …` or `第1题：…`, "
            "its reference under `参考答案：` and its points under `答题要点：`"
        )
    groups: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.text:
            groups[entry.key].append(entry)
    repeated = [(entry, first) for group in groups.values() for entry, first in _repeated(group)]
    again = {entry for entry, _ in repeated}
    found = [
        *problems,
        *(_duplicate(entry, first) for entry, first in repeated),
        *_empty(entries),
        *_numbers_out_of_order(entries, again),
    ]
    return ParsedBank(
        questions=tuple(_question(group) for group in groups.values()),
        problems=tuple(sorted(found, key=lambda problem: problem.line)),
    )


def _question(group: Sequence[Entry]) -> ParsedQuestion:
    entry = _fullest(group)
    return ParsedQuestion(
        question=entry.text,
        answer="\n\n".join(entry.answer),
        key_points=tuple(entry.points.texts),
        line=entry.line.place,
        number=next((one.line.number for one in (entry, *group) if one.line.number is not None), None),
    )


def _fullest(group: Sequence[Entry]) -> Entry:
    return next((entry for entry in group if entry.has_body), group[0])


def _mark_contents(entries: Sequence[Entry]) -> None:
    """Marks as contents the bare list of questions at the beginning that are asked again further on."""
    leading = list(takewhile(lambda entry: entry.is_bare and not (entry.listed or entry.has_body), entries))
    further = {entry.key for entry in entries[len(leading) :]}
    if any(entry.key in further for entry in leading):
        for entry in leading:
            entry.listed = True


def _is_surely_a_question(entry: Entry) -> bool:
    return bool(entry.text) and (bool(entry.labels) or entry.line.kind is Kind.QUESTION or asks(entry.text))


def _repeated(group: Sequence[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """The entries of one question that are once too often in the contents, or outside them; each with the first."""
    kept = _fullest(group)
    for listed in (True, False):
        alike = [entry for entry in group if entry.listed is listed]
        first = kept if kept in alike else alike[0] if alike else kept
        yield from ((entry, first) for entry in alike if entry is not first)


def _duplicate(entry: Entry, first: Entry) -> Problem:
    message = Sentence.of(
        "the same question as in line {line}; this one was left out: change or remove it", line=first.line.place
    )
    return Problem(line=entry.line.place, kind=ProblemKind.DUPLICATE_QUESTION, message=message)


def _empty(entries: Sequence[Entry]) -> Iterator[Problem]:
    for entry in entries:
        if not entry.text:
            message = Sentence.of("no question stands behind this mark: write it there")
            yield Problem(line=entry.line.place, kind=ProblemKind.EMPTY_QUESTION, message=message)
        if Label.POINTS in entry.labels and not entry.points.texts:
            message = Sentence.of("no key point stands under this label: write one a line, as `1. …` or `- …`")
            yield Problem(line=entry.labels[Label.POINTS], kind=ProblemKind.EMPTY_KEY_POINTS, message=message)


def _numbers_out_of_order(entries: Sequence[Entry], again: Set[Entry]) -> Iterator[Problem]:
    """Numbers that go back or leave one out; a fault that the contents have too is named there only."""
    present = {entry.line.number for entry in entries}
    named: set[str] = set()
    for series in _series([entry for entry in entries if entry not in again]):
        for entry, message in _breaks(series, present):
            if entry.key not in named:
                named.add(entry.key)
                yield Problem(line=entry.line.place, kind=ProblemKind.NUMBER_OUT_OF_ORDER, message=message)


def _series(entries: Sequence[Entry]) -> Sequence[Sequence[Entry]]:
    """Numbered entries that count on from each other: contents apart, and anew where a section begins with 1 again."""
    series: list[list[Entry]] = []
    for listed in (True, False):
        before: Entry | None = None
        for entry in entries:
            if entry.listed is listed and entry.line.number is not None:
                if before is None or (entry.line.number == 1 and entry.section != before.section):
                    series.append([])
                series[-1].append(entry)
                before = entry
    return series


def _breaks(series: Sequence[Entry], present: Set[int | None]) -> Iterator[tuple[Entry, Sentence]]:
    numbers = [entry.line.number or 0 for entry in series]
    in_order = _longest_ascent(numbers)
    for place, entry in enumerate(series):
        if place not in in_order:
            yield (
                entry,
                Sentence.of(
                    "number {number} is out of order: number the questions in the order they stand in",
                    number=numbers[place],
                ),
            )
    for one, other in pairwise(sorted(in_order)):
        missing = [number for number in range(numbers[one] + 1, numbers[other]) if number not in present]
        if missing and None not in present:  # a question without a number may be the missing one
            yield series[other], _gap(numbers[other], numbers[one], missing)


def _gap(number: int, before: int, missing: Sequence[int]) -> Sentence:
    if len(missing) == 1:
        return Sentence.of(
            "number {number} follows {before}: is {missing} missing?", number=number, before=before, missing=missing[0]
        )
    return Sentence.of(
        "number {number} follows {before}: is {first} to {last} missing?",
        number=number,
        before=before,
        first=missing[0],
        last=missing[-1],
    )


def _longest_ascent(numbers: Sequence[int]) -> Set[int]:
    """Places of the most numbers that rise; of several ways the one that blames the later number.

    Patience sorting, from the end.
    """
    smallest: list[int] = []
    ends: list[int] = []
    following: dict[int, int | None] = {}
    for place in reversed(range(len(numbers))):
        length = bisect_left(smallest, -numbers[place])
        following[place] = ends[length - 1] if length else None
        smallest[length : length + 1] = [-numbers[place]]
        ends[length : length + 1] = [place]
    place = ends[-1] if ends else None
    ascent: set[int] = set()
    while place is not None:
        ascent.add(place)
        place = following[place]
    return ascent
