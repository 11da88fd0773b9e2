"""The key points under one label: which line is a point of its own, and which belongs to the one before it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coach.bank.lines import Line, asks, half_width
from coach.bank.pages import joined

_INLINE_MARKS = (
    re.compile(r"(?P<circled>[①-⑳])"),
    re.compile(r"\((?P<number>\d{1,2})\)"),
    re.compile(r"(?<![\d.])(?P<number>\d{1,2})[.、)](?!\d)"),
)
_LIST_PUNCTUATION = "；;，,、"
_LEADS_ON = ("：", ":", "。", "！", "？", ".", "!", "?")


@dataclass
class _Point:
    parts: list[str]
    """What its lines say, in their order."""
    children: list[list[str]] = field(default_factory=list[list[str]])
    """The same of each item that is nested under it."""

    @property
    def text(self) -> str:
        text = joined(self.parts)
        return _with_children(text, [joined(parts) for parts in self.children]) if self.children else text


class PointList:
    """Grows line by line. The first item sets the marker and the indentation of a point of its own."""

    def __init__(self) -> None:
        self._points: list[_Point] = []
        self._first: Line | None = None
        self._last: Line | None = None
        self._nested: Line | None = None

    @property
    def texts(self) -> Sequence[str]:
        """The points; one with nested items is a single text, as `处理步骤：倾听；记录`."""
        return [text for point in self._points if (text := point.text)]

    @property
    def is_empty(self) -> bool:
        """Whether no line has come yet."""
        return not self._points

    @property
    def any_asks(self) -> bool:
        """Whether one of the points reads as a question."""
        return any(asks(point.parts[-1]) for point in self._points)

    def add_inline(self, text: str) -> None:
        """Points that stand in one line behind their label: `①…②…`, `1. … 2. …` or `…；…`."""
        parts = _numbered_parts(text, _INLINE_MARKS) or [part for part in re.split("[；;]", text) if part.strip()]
        self._points.extend(_Point([part.strip()]) for part in parts)

    def add_item(self, line: Line) -> None:
        """A line with a marker of its own: a point, or part of the one that it is nested under."""
        if self._is_nested(line):
            self._nested = line
            self._points[-1].children.append([line.text])
            return
        if self._first is None:
            self._first = line
            self._drop_introduction()
        self._last, self._nested = line, None
        parts = _numbered_parts(line.raw, _INLINE_MARKS[:2]) if line.marker in ("①", "(1)") else []
        self._points.extend(_Point([part]) for part in parts or [line.text])

    def add_text(self, line: Line) -> bool:
        """A line without a marker; False where it is no part of the list, but a paragraph behind it."""
        if self._first is None:
            self._points.append(_Point([line.text]))
        elif line.after_blank and line.indent < self._first.indent + 2:
            return False
        else:
            last = self._points[-1]
            (last.children[-1] if last.children else last.parts).append(line.text)
        return True

    def _drop_introduction(self) -> None:
        if len(self._points) == 1 and self._points[0].parts[0].endswith(("：", ":")):
            self._points.clear()

    def _is_nested(self, line: Line) -> bool:
        first, last, nested = self._first, self._last, self._nested
        if first is None or last is None:
            return False
        deeper = line.indent >= first.indent + (2 if first.marker == "-" else 3)
        follows = line.number is not None and line.number == (last.number or 0) + 1
        if line.marker == first.marker:
            return deeper and not follows
        if nested and nested.marker == line.marker:
            return True
        return deeper or not follows or first.marker[:1] != line.marker[:1]


def _numbered_parts(text: str, marks: Sequence[re.Pattern[str]]) -> list[str]:
    """The text cut at 1, 2, 3, …, where it begins with 1 and goes on to 2 at least; else nothing."""
    head = half_width(text)
    for mark in marks:
        cuts = list(_counted(mark.finditer(head)))
        if len(cuts) > 1 and not head[: cuts[0].start()].strip():
            ends = [cut.start() for cut in cuts[1:]] + [len(text)]
            return [text[cut.end() : end].strip() for cut, end in zip(cuts, ends, strict=True)]
    return []


def _counted(marks: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    expected = 1
    for mark in marks:
        circled = mark.groupdict().get("circled")
        number = ord(circled) - ord("①") + 1 if circled else int(mark["number"])
        if number == expected:
            expected += 1
            yield mark


def _with_children(text: str, children: Sequence[str]) -> str:
    chinese = not (text + children[0]).isascii()
    parent = text.rstrip(_LIST_PUNCTUATION)
    if parent and not parent.endswith(_LEADS_ON):
        parent += "：" if chinese else ":"
    inner = [child.rstrip(_LIST_PUNCTUATION + "。.") for child in children[:-1]] + [children[-1]]
    return joined([parent, ("；" if chinese else "; ").join(inner)])
