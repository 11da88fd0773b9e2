"""A bank as Markdown that `parsing.parse` reads back: questions, reference answers and key points.

What the format has no place for (topic, aliases, situations, weight and cues) is left out; who imports the document
over the same bank keeps them, see `library.assign`. Drafts are left out too: nobody has approved them.
"""

import re
from collections.abc import Iterator

from coach.bank.lines import Kind, escaped
from coach.bank.pages import author_lines, one_line, paragraphs
from coach.bank.question import Bank, Question
from coach.folding import is_chinese

_LABELS = {True: ("参考答案：", "答题要点："), False: ("Reference answer:", "Key points:")}
"""By whether the bank is in Chinese."""
_ORDINAL = re.compile(r"^(\d+)([.)])")


def to_markdown(bank: Bank) -> str:
    """The bank as a document, its name as the title.

    `parse` gives the same questions, answers and key points in the normal form that is described there, provided that
    no question stands twice in the bank and no text is empty in that form. A bank without questions: the title only.
    """
    labels = _LABELS[is_chinese("".join(question.question for question in bank.questions))]
    blocks = [_marked("# ", bank.name, Kind.HEADING)]
    for number, question in enumerate(bank.questions, start=1):
        blocks.extend(_blocks(question, number, labels))
    return "\n\n".join(blocks) + "\n"


def _blocks(question: Question, number: int, labels: tuple[str, str]) -> Iterator[str]:
    yield _marked(f"## Q{number}. ", one_line(question.question), Kind.QUESTION)
    answer = paragraphs(question.answer)
    if answer:
        yield labels[0]
        yield from (_marked("", paragraph, Kind.TEXT) for paragraph in answer)
    points = [one_line(point.text) for point in question.key_points]
    if points:
        yield labels[1]
        yield "\n".join(_marked(f"{place}. ", text, Kind.ITEM) for place, text in enumerate(points, start=1))


def _marked(mark: str, text: str, kind: Kind) -> str:
    """The line from which this text is read as what it is; behind a backslash where it looks like something else."""
    line = escaped(text)
    forms = [mark + line, mark + "\\" + line]
    if not mark:
        forms.insert(1, _ORDINAL.sub(r"\1\\\2", line))  # as Markdown escapes it
    return next((form for form in forms if _is_read(form, kind, text)), forms[-1])


def _is_read(form: str, kind: Kind, text: str) -> bool:
    lines = author_lines(form)
    return len(lines) == 1 and lines[0].kind is kind and lines[0].text == text
