"""From lines to entries: a state machine that decides where a question begins and what stands under it.

    BEFORE ──contents label──> CONTENTS ──a line that is no entry──> BEFORE
      any  ──question────────> ANSWER <──reference label──┐
                                 └──key-point label──> POINTS

A heading or an item begins a question by evidence, for both stand inside answers and lists too:

| evidence | is |
|---|---|
| known | the contents list this question, and nothing stood under it yet |
| asks | it ends with a question mark, or begins as a request does |
| fits | its number is the next one |
| alike | it is an item, marked as the question before is |
| goes on | its number continues a list that is open |
| labelled | the next mark is a label, and the question before has that label already |
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum, auto

from coach.bank.lines import Kind, Label, Line, asks
from coach.bank.points import PointList
from coach.bank.problems import Problem, ProblemKind
from coach.folding import folded
from coach.language import Sentence

_LONGEST_LISTED = 300
"""Characters of a question that a contents page can list; longer lines aren't looked up there."""
_LONGEST_FOLDED = 1000
"""Characters; longer questions are the same only to the letter."""
_CHAPTER_MARKERS = ("一、", "(一)")
_PAGE = re.compile(r"(?:\s*[.．·…⋯_]{2,}[\s.．·…⋯_]*|(?<=[^\x00-\x3e\x40-\x7f])\s)\d{1,4}$")


class Part(StrEnum):
    """Where in the document the reader is."""

    BEFORE = auto()
    CONTENTS = auto()
    ANSWER = auto()
    POINTS = auto()


@dataclass(eq=False)
class Entry:
    """A question at one place of the document: in the contents, or with what stands under it."""

    line: Line
    text: str
    section: int
    """How many titles stand before it."""
    listed: bool = False
    """It stands in the contents."""
    is_question: bool = True
    """False for a title, which is a question only with a label under it."""
    answer: list[str] = field(default_factory=list[str])
    points: PointList = field(default_factory=PointList)
    labels: dict[Label, int] = field(default_factory=dict[Label, int])
    """The labels under it, each with its line."""
    key: str = field(init=False)
    """The same for all entries of one question."""

    def __post_init__(self) -> None:
        self.key = key_of(self.text)

    @property
    def has_body(self) -> bool:
        """Whether anything stands under it."""
        return bool(self.answer or self.labels)

    @property
    def is_bare(self) -> bool:
        """Whether its line is marked as the items of a list are."""
        return self.line.kind is Kind.ITEM


def key_of(question: str) -> str:
    """The question as two spellings of it are compared."""
    return (folded(question) if len(question) <= _LONGEST_FOLDED else "") or question


def read_entries(lines: Sequence[Line]) -> tuple[Sequence[Entry], Sequence[Problem]]:
    """The entries of a document in its order, and what belongs to none."""
    reader = _Reader(lines)
    for index, line in enumerate(lines):
        reader.take(index, line)
    return reader.entries_and_problems()


class _Reader:
    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._labels_ahead = _labels_ahead(lines)
        self._part = Part.BEFORE
        self._entries: list[Entry] = []
        self._problems: list[Problem] = []
        self._current: Entry | None = None
        self._number: int | None = None
        self._contents: list[Entry] = []
        """The entries of the contents page that is being read."""
        self._known: dict[str, Entry] = {}
        self._lists: dict[tuple[str, int], int] = {}
        """The last number in each open list, by marker and level."""
        self._titles = 0

    def take(self, index: int, line: Line) -> None:
        if self._part is Part.CONTENTS and self._take_listed(index, line):
            return
        if self._begins_question(index, line):
            self._open(line)
        elif line.kind is Kind.LABEL:
            self._take_label(line)
        elif self._is_title(index, line):
            self._titles += 1
            self._start(Entry(line, line.text, self._titles, is_question=False))
        elif self._current is not None:
            self._take_content(self._current, line)

    def entries_and_problems(self) -> tuple[Sequence[Entry], Sequence[Problem]]:
        self._leave_contents()
        kept: list[Entry] = []
        for entry in self._entries:
            if entry.is_question or entry.labels or (asks(entry.text) and entry.has_body):
                kept.append(entry)
            elif entry.answer and kept:
                message = Sentence.of(
                    "the text under {title} belongs to no question and was left out: mark one", title=_short(entry.text)
                )
                self._report(entry.line, ProblemKind.STRAY_TEXT, message)
        return kept, self._problems

    def _report(self, line: Line, kind: ProblemKind, message: Sentence) -> None:
        self._problems.append(Problem(line=line.place, kind=kind, message=message))

    def _start(self, entry: Entry) -> None:
        left = self._current
        if left and left.is_bare and left.is_question and not left.has_body:
            self._known.setdefault(left.key, left)
        self._entries.append(entry)
        self._current, self._part, self._lists = entry, Part.ANSWER, {}

    def _open(self, line: Line) -> None:
        is_marked = line.kind in (Kind.QUESTION, Kind.HEADING)
        entry = Entry(line, line.text if is_marked else without_page(line.text), self._titles)
        self._start(entry)
        self._known.pop(entry.key, None)
        self._number = line.number if line.number is not None else self._number

    # What stands in the contents.

    def _take_listed(self, index: int, line: Line) -> bool:
        text = without_page(line.text)
        is_entry = line.kind in (Kind.ITEM, Kind.QUESTION) or (
            line.kind is Kind.TEXT and (asks(text) or text != line.text)
        )
        known = self._known.get(key_of(text)) if is_entry else None
        if not is_entry or (known and known.line.number == line.number):
            self._leave_contents()
            return False
        if not self._is_chapter(index, line):
            entry = Entry(line, text, self._titles, listed=True)
            self._entries.append(entry)
            self._contents.append(entry)
            self._known.setdefault(entry.key, entry)
        return True

    def _leave_contents(self) -> None:
        """Forgets what the contents list beside questions: where hardly an entry asks, they list chapters."""
        chapters = [entry for entry in self._contents if not asks(entry.text)]
        if 2 * len(chapters) > len(self._contents):
            for entry in chapters:
                entry.is_question = False
                self._known.pop(entry.key, None)
        self._part, self._current, self._contents = Part.BEFORE, None, []

    def _is_chapter(self, index: int, line: Line) -> bool:
        following = self._lines[index + 1] if index + 1 < len(self._lines) else None
        nested = following is not None and following.kind is Kind.ITEM and following.marker != line.marker
        return line.kind is Kind.TITLE or (nested and line.marker in _CHAPTER_MARKERS and not asks(line.text))

    # What stands under a question.

    def _take_label(self, line: Line) -> None:
        current, label = self._current, line.label
        if label is Label.CONTENTS:
            self._leave_contents()
            self._part = Part.CONTENTS
        elif current is None or label is None:
            message = Sentence.of(
                "{label} stands under no question and was left out: mark the question above it", label=_short(line.raw)
            )
            self._report(line, ProblemKind.LABEL_WITHOUT_QUESTION, message)
        else:
            if label is Label.POINTS and label in current.labels:
                message = Sentence.of(
                    "a second list of key points under {question}: mark the question between them",
                    question=_short(current.text),
                )
                self._report(line, ProblemKind.REPEATED_LABEL, message)
            current.labels.setdefault(label, line.place)
            self._part = Part.POINTS if label is Label.POINTS else Part.ANSWER
            self._lists = {}
            self._take_behind_label(current, line.text)

    def _take_behind_label(self, current: Entry, text: str) -> None:
        if text and self._part is Part.POINTS:
            current.points.add_inline(text)
        elif text:
            current.answer.append(text)

    def _take_content(self, current: Entry, line: Line) -> None:
        if line.number is not None:
            self._lists[line.marker, line.level] = line.number
        if self._part is not Part.POINTS:
            current.answer.append(line.raw)
        elif line.kind in (Kind.ITEM, Kind.HEADING):
            current.points.add_item(line)
        elif not current.points.add_text(line):
            if current.answer:
                message = Sentence.of(
                    "text behind the key points of {question} was added to its answer: check it",
                    question=_short(current.text),
                )
                self._report(line, ProblemKind.STRAY_TEXT, message)
            current.answer.append(line.raw)

    # What begins a question.

    def _begins_question(self, index: int, line: Line) -> bool:
        if line.kind is Kind.QUESTION:
            return line.number is not None or asks(line.text) or self._labelled(index)
        if line.kind is Kind.LABEL or (line.plain and line.kind is not Kind.HEADING):
            return False
        if self._is_known(line):
            return True
        if line.kind is Kind.HEADING:
            return self._heading_begins(line)
        if line.kind is Kind.ITEM:
            return self._item_begins(index, line)
        return asks(line.text) and self._next_is_label(index) and self._labelled(index)

    def _heading_begins(self, line: Line) -> bool:
        deeper = self._is_deeper(line)
        if line.number is None:
            is_title = line.level == 1 and not self._entries
            return asks(line.text) and not (line.plain or deeper or is_title or line.level == 7)
        if line.level < 7 and not deeper:
            return True
        return asks(line.text) or (self._fits(line) and not self._goes_on(line))

    def _item_begins(self, index: int, line: Line) -> bool:
        asking, labelled = asks(without_page(line.text)), self._labelled(index)
        current = self._current
        alike = current if current and current.is_bare and current.line.marker == line.marker else None
        if alike and not alike.has_body:  # a list of questions
            return asking or self._fits(line)
        if line.number is None:
            return asking and current is None
        if self._goes_on(line):
            in_points = self._part is Part.POINTS and self._fits(line)
            return in_points and (labelled or (asking and alike is not None and not alike.points.any_asks))
        if self._fits(line):
            return asking or labelled or alike is not None
        skips = alike is not None and line.number > (self._number or 0)
        return asking and (labelled or skips)

    def _is_known(self, line: Line) -> bool:
        if not self._known or len(line.text) > _LONGEST_LISTED:
            return False
        return key_of(without_page(line.text)) in self._known

    def _is_deeper(self, line: Line) -> bool:
        current = self._current
        return current is not None and current.is_question and 0 < current.line.level < line.level

    def _fits(self, line: Line) -> bool:
        if self._number is None or self._current is None:
            return True
        return line.number == self._number + 1 or (line.number == 1 and not self._current.is_question)

    def _goes_on(self, line: Line) -> bool:
        last = self._lists.get((line.marker, line.level))
        return last is not None and line.number == last + 1

    def _labelled(self, index: int) -> bool:
        label, current = self._labels_ahead[index], self._current
        return label is not None and (current is None or not current.is_question or label in current.labels)

    def _next_is_label(self, index: int) -> bool:
        return index + 1 < len(self._lines) and self._lines[index + 1].kind is Kind.LABEL

    def _is_title(self, index: int, line: Line) -> bool:
        if line.kind is Kind.HEADING:
            return line.number is None and line.level < 7 and not self._is_deeper(line)
        is_chapter = line.kind is Kind.TITLE or line.marker in _CHAPTER_MARKERS
        is_first = self._part is Part.POINTS and self._current is not None and self._current.points.is_empty
        if not is_chapter or is_first or self._goes_on(line) or index + 1 == len(self._lines):
            return False
        following = self._lines[index + 1]
        asking = following.kind in (Kind.ITEM, Kind.HEADING) and (asks(following.text) or self._labelled(index + 1))
        return asking or following.kind is Kind.QUESTION or self._is_known(following)


def without_page(text: str) -> str:
    """The entry of a contents page without its leaders and page number."""
    return _PAGE.sub("", text[-200:]) if len(text) <= 200 else text[:-200] + _PAGE.sub("", text[-200:])


def _labels_ahead(lines: Sequence[Line]) -> Sequence[Label | None]:
    """For each line the label that is the next mark behind it; None where another mark comes first."""
    ahead: list[Label | None] = []
    label: Label | None = None
    for line in reversed(lines):
        ahead.append(label)
        if line.kind is not Kind.TEXT:
            label = line.label
    return ahead[::-1]


def _short(text: str) -> str:
    return f"“{text[:30]}…”" if len(text) > 31 else f"“{text}”"
