"""How one text became another: what went, what came, what stayed."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from ui.components.markup import plain

_WORD = re.compile(r"[A-Za-z0-9'’%-]+|\s+|.", re.DOTALL)
"""A word of a language that parts words by blanks; a single character of one that doesn't."""
_ISLAND = 2
"""So few characters that stayed between two changes are read more easily as a part of the change."""


class Kind(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Change(NamedTuple):
    """A stretch of text and what became of it."""

    kind: Kind
    text: str


def changes(before: str, after: str) -> Sequence[Change]:
    """All of both texts, in their order, what was removed before what was added in its place."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    stretches: list[tuple[str, str]] = []
    """Of the earlier text and of the later one; the same twice where nothing changed."""
    for tag, from_, to, begins, ends in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        here = "".join(old[from_:to]), "".join(new[begins:ends])
        is_island = tag == "equal" and stretches and to < len(old) and ends < len(new) and _is_short(here[0])
        if stretches and (is_island or (tag != "equal" and stretches[-1][0] != stretches[-1][1])):
            last = stretches.pop()
            here = last[0] + here[0], last[1] + here[1]
        stretches.append(here)
    return [change for went, came in stretches for change in _stretch(went, came)]


def shown_changes(found: Sequence[Change]) -> str:
    """Markdown: what was removed is struck through, what was added is bold on green."""
    return "".join(_shown(change) for change in found)


def _is_short(text: str) -> bool:
    return len(text.strip()) <= _ISLAND and "\n" not in text


def _stretch(went: str, came: str) -> Iterator[Change]:
    if went == came:
        yield Change(Kind.SAME, went)
        return
    if went:
        yield Change(Kind.REMOVED, went)
    if came:
        yield Change(Kind.ADDED, came)


def _shown(change: Change) -> str:
    if change.kind is Kind.SAME:
        return _outside(change.text)
    # Within brackets the signs are read as signs beside Chinese punctuation too; blanks would end them.
    around = (":gray[~~", "~~]") if change.kind is Kind.REMOVED else (":green-background[**", "**]")
    return "  \n".join(_within(line, around) for line in change.text.split("\n"))


def _within(line: str, around: tuple[str, str]) -> str:
    words = line.strip()
    if not words:
        return line and " "
    return _blank(line, line.lstrip()) + around[0] + plain(words) + around[1] + _blank(line, line.rstrip())


def _outside(text: str) -> str:
    return "  \n".join(
        (_blank(line, line.lstrip()) + plain(line) + _blank(line, line.rstrip())) if line.strip() else (line and " ")
        for line in text.split("\n")
    )


def _blank(line: str, stripped: str) -> str:
    return "" if line == stripped else " "
