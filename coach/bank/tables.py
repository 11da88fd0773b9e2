"""Tables of a document as labelled lines, so that a bank kept in a table is read like any other.

A table whose first row names a column of questions gives one question a row; its other columns count where their name
is a label (参考答案, Key points, …) and are left out otherwise. Of any other table each cell gives its own lines. Rows
are written as in Markdown, `| … | … |`, with `<br>` between the lines of a cell.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from coach.bank.lines import Kind, Label, classify, escaped

Placed = tuple[int, int, str]
"""Line of the document, page, text."""

_MAX_BARS = 100
_BAR = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
_RULE = re.compile(r"[\s:-]*")
_QUESTIONS = re.compile(r"(?:面试)?(?:题目|问题|題目|問題|试题|試題)(?:内容)?|面试题|面試題|questions?", re.IGNORECASE)


def without_tables(lines: Sequence[Placed]) -> Iterator[Placed]:
    """The lines, with those of every table in place of its rows."""
    for is_table, grouped in groupby(lines, key=lambda line: _is_row(line[2])):
        rows = list(grouped)
        yield from _table_lines(rows) if is_table else rows


def _is_row(text: str) -> bool:
    text = text.strip()
    return text.startswith("|") and text.endswith("|") and 2 <= text.count("|") <= _MAX_BARS


def _table_lines(rows: Sequence[Placed]) -> Iterator[Placed]:
    table = [(place, page, _cells(text)) for place, page, text in rows if not _RULE.fullmatch(text.replace("|", ""))]
    names = [" ".join(cell).strip("* ") for cell in table[0][2]] if table else []
    column = next((place for place, name in enumerate(names) if _QUESTIONS.fullmatch(name)), None)
    if column is None:
        yield from ((place, page, line) for place, page, cells in table for cell in cells for line in cell)
        return
    for count, (place, page, cells) in enumerate(table[1:], start=1):
        yield from ((place, page, line) for line in _row_lines(names, column, cells, count))


def _cells(row: str) -> list[list[str]]:
    return [[line.strip() for line in _BREAK.split(cell) if line.strip()] for cell in _BAR.split(row.strip())[1:-1]]


def _row_lines(names: Sequence[str], column: int, cells: Sequence[list[str]], count: int) -> Iterator[str]:
    if column >= len(cells) or not cells[column]:
        return
    text = " ".join(cells[column])
    question = classify(text)
    yield f"Q{question.number or count}. {escaped(question.text) if question.kind is Kind.ITEM else text}"
    for name, cell in zip(names, cells, strict=False):
        if cell and classify(name).label in (Label.REFERENCE, Label.POINTS):
            yield f"{name}：{cell[0] if len(cell) == 1 else ''}"
            yield from cell[1:] if len(cell) == 1 else cell
