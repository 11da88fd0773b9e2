"""The text of a PDF: its lines, those in larger letters as Markdown headings, with form feeds between pages.

A PDF knows letters and places, not paragraphs; which lines belong together, `bank.pages` finds out. Only headings are
put together here: they end earlier than lines of the text do, and nothing but their size says so.
"""

import logging
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from math import hypot
from struct import error as StructError  # noqa: N812 - it is an exception
from typing import cast

from opencc import OpenCC
from pypdf import PageObject, PdfReader, apply_configuration
from pypdf.errors import (
    DependencyError,
    DeprecationError,
    FileNotDecryptedError,
    LimitReachedError,
    PdfReadError,
    PyPdfError,
)

from coach.adapters.deadline_thread import DeadlineThread, Overdue
from coach.bank.lines import Kind, classify
from coach.bank.pages import joined
from coach.chat import Deadline
from coach.errors import DocumentError

_MAX_PAGES = 1000
_MAX_CHARACTERS = 10 * 1024 * 1024
_MAX_OPERATIONS = 500_000
"""On one page; text takes some thousands."""
_LARGER = 1.15
"""From this share of the text's size on, a line is a heading."""
_LONGEST_HEADING = 200
_ENDS = tuple("。！？；：.!?;:")
_BROKEN = (
    *(PyPdfError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError, AssertionError),
    *(OSError, EOFError, MemoryError, zlib.error, StructError, DeprecationError),
)
"""Of other exceptions than its own in broken files, pypdf says only that there may be some (`pypdf/errors.py`)."""
_RADICALS = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0x2F00, 0x2FD6), *range(0xFB00, 0xFB07))},
    **str.maketrans(
        "⺟⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳",
        "母民虎西见角贝车長长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟",
    ),
}
"""Radicals and ligatures to what they stand for; NFKC leaves the supplementary radicals alone."""
_HAN = r"[\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef]"
_SPACE_INSIDE_CHINESE = re.compile(rf"(?<={_HAN})[ \u00a0]+(?={_HAN})")


def text_of_pdf(name: str, data: bytes, deadline: Deadline) -> str:
    """The text of a PDF, without its pictures. `name` is for messages.

    Raises:
        DocumentError: it is encrypted, broken, too long, without text, or not read when the deadline passes.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it mends by itself is nothing for a person to mend
    thread = DeadlineThread("pdf")
    try:
        text = _respelled(thread.call(lambda: _extracted(data), deadline))
    except (FileNotDecryptedError, DependencyError):
        raise DocumentError("{name} is an encrypted PDF: save a copy without a password", name=name) from None
    except (Overdue, LimitReachedError):
        raise DocumentError(
            "{name} is more than can be read in time ({most} pages are allowed): split it, or save it as DOCX",
            name=name,
            most=_MAX_PAGES,
        ) from None
    except _BROKEN as fault:
        raise DocumentError(
            "{name} is a broken PDF ({fault}): save or print it as PDF anew", name=name, fault=type(fault).__name__
        ) from None
    finally:
        thread.end(lambda: None)
    if not any(map(str.isalnum, text)):
        raise DocumentError(
            "{name} is a PDF without text, a scan perhaps: run text recognition (OCR) on it, or give its text",
            name=name,
        )
    return text


def _extracted(data: bytes) -> str:
    with apply_configuration(
        stream_parsing_work_maximum_count=_MAX_OPERATIONS, xform_maximum_invocations_per_extraction=500
    ):
        pages = PdfReader(BytesIO(data)).pages
        if len(pages) > _MAX_PAGES:
            raise LimitReachedError
        if not pages:
            raise PdfReadError
        written: list[list[_Written]] = []
        for page in pages:
            written.append(list(_lines_of(page)))
            if sum(len(line.text) for lines in written for line in lines) > _MAX_CHARACTERS:
                raise LimitReachedError
    sizes = _sizes(written)
    return "\f".join("\n".join(_with_headings(lines, sizes)) for lines in written)


@dataclass(frozen=True)
class _Written:
    text: str
    size: float
    """Height of its letters in points."""


def _lines_of(page: PageObject) -> Iterator[_Written]:
    pieces: list[tuple[str, float]] = []

    def take(text: str, places: Sequence[float], text_places: Sequence[float], _font: object, size: float) -> None:
        scale = hypot(places[2], places[3]) * hypot(text_places[2], text_places[3])
        pieces.append((text, round(size * scale, 1)))

    page.extract_text(visitor_text=take)
    text, size = "", 0.0
    for piece, height in pieces:
        for turn, part in enumerate(piece.split("\n")):
            if turn:
                yield _Written(text, size)
                text, size = "", 0.0
            text += part
            size = max(size, height) if part.strip() else size
    yield _Written(text, size)


def _sizes(written: Sequence[Sequence[_Written]]) -> Sequence[float]:
    """The size of most letters, and the sizes of headings, largest first."""
    letters: Counter[float] = Counter()
    for lines in written:
        for line in lines:
            letters[line.size] += len(line.text)
    most = letters.most_common(1)[0][0]
    return [most, *sorted((size for size in letters if size > most * _LARGER), reverse=True)]


def _with_headings(lines: Sequence[_Written], sizes: Sequence[float]) -> Iterator[str]:
    body, *larger = sizes
    for size, group in groupby(lines, key=lambda line: line.size):
        texts = [line.text for line in group]
        if size <= body * _LARGER:
            yield from texts
            continue
        mark = "#" * min(1 + larger.index(size), 6)
        for heading in _joined_headings(texts):
            yield f"{mark} {heading}" if classify(heading).kind not in (Kind.BLANK, Kind.PAGE_NUMBER) else heading


def _joined_headings(texts: Sequence[str]) -> Sequence[str]:
    headings: list[str] = []
    for text in texts:
        if headings and _is_cut_off(headings[-1]) and classify(text).kind is Kind.TEXT:
            text = joined([headings.pop(), text.strip()])
        headings.append(text.strip())
    return headings


def _is_cut_off(heading: str) -> bool:
    is_short = len(heading) <= _LONGEST_HEADING
    return is_short and not heading.endswith(_ENDS) and classify(heading).kind is not Kind.LABEL


def _respelled(text: str) -> str:
    r"""The text as it was typed.

    Fonts share one drawing between 用 and the radical ⽤, and PDFs are written with either; justified lines have spaces
    between Chinese characters; and a backslash is Markdown's, so it is doubled.
    """
    door = "戶" if "⼾" in text and _is_traditional(text) else "户"  # the one radical that reads differently in the two
    radicals = {**_RADICALS, ord("⼾"): door}
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # a broken font may give half a character
    return _SPACE_INSIDE_CHINESE.sub("", text.translate(radicals)).replace("\\", "\\\\")


def _is_traditional(text: str) -> bool:
    return _changed(text, "t2s") > _changed(text, "s2t")


def _changed(text: str, conversion: str) -> int:
    convert = cast(Callable[[str], str], OpenCC(conversion).convert)  # pyright: ignore[reportUnknownMemberType] it has no types
    return sum(one != other for one, other in zip(text, convert(text), strict=False))
