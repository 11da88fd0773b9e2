"""People's words inside Streamlit's Markdown: shown to the letter, whatever they hold."""

import re
from collections.abc import Sequence
from itertools import pairwise

from coach.critique.feedback import Label, Verdict

_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")
_COLOUR = {Label.COVERED: "green", Label.PARTIAL: "orange", Label.CONTRADICTED: "violet"}
_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def plain(text: str) -> str:
    """The text as it is: no Markdown in it has any effect."""
    lines = (_SPECIAL.sub(r"\\\1", line.strip()) for line in text.split("\n"))
    return "  \n".join(line or "\u00a0" for line in lines)


def numbered(place: int) -> str:
    """The sign of the key point at a place, from 0 on."""
    return _NUMBERS[place] if place < len(_NUMBERS) else f"({place + 1})"


def marked(text: str, verdicts: Sequence[Verdict], turn: int = 0, lit: str | None = None, first: int = 0) -> str:
    """The text with its evidence in colour, each stretch followed by the signs of the key points that it supports.

    Where a key point is `lit`, by its id, its words alone are marked. `first`: the place of the first verdict.
    """
    spans = [
        (evidence.start, evidence.end, place, verdict.verdict)
        for place, verdict in enumerate(verdicts, first)
        for evidence in verdict.evidence
        if evidence.turn == turn and lit in (None, verdict.id)
    ]
    edges = sorted({0, len(text), *(edge for start, end, *_ in spans for edge in (start, end))})
    parts: list[str] = []
    for start, end in pairwise(edges):
        over = [(place, label) for begins, ends, place, label in spans if begins <= start and end <= ends]
        parts.append(_stretch(text[start:end], over[0][1] if over else None))
        parts.append("".join(numbered(place) for begins, ends, place, _ in spans if ends == end))
    return "".join(parts)


def _stretch(text: str, label: Label | None) -> str:
    if label is None:
        return plain(text)
    # Colour can't go over a line's end.
    return "  \n".join(
        f":{_COLOUR.get(label, 'gray')}-background[{plain(line)}]" if line.strip() else plain(line)
        for line in text.split("\n")
    )
