"""A document's text as the lines that its author wrote: pages put together again, notices of its seller left out.

What a page adds is taken away (page numbers, running headers and footers, line breaks where the paper ended, blank
lines at its edges), so that a list or a sentence goes on from one page to the next. A form feed begins a page.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from coach.bank.lines import Kind, Line, asks, classify, simplified
from coach.bank.tables import Placed, without_tables
from coach.errors import DocumentError

MAX_LINES = 50_000
"""Above this a document is refused; a bank of 1,000 questions has about 20,000."""

_LINE_END = re.compile(r"\r\n|[\n\r\v\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters, zero-width and bidirectional marks, lone surrogates; what joins emoji is not among them."""
_EDGE = 3
"""Running headers and footers stand within this many lines of a page's edge."""
_RUNNING_SHARE = 0.4
"""Of the pages: left and right ones may have different headers."""
_DIGITS = re.compile(r"\d+")
_NARROWEST, _WIDEST = 50, 160
"""Columns of text on paper, a Chinese character counting two: from a narrow page to a landscape one."""
_STOPS = tuple("。！？.!?…")
_SENTENCE_ENDS = (*_STOPS, *"；：;:")
_NOTICE = re.compile(
    r"试下载|如要下载|可阅读页数|下载或阅读|试读(?:部分|结束|章节|版)|预览(?:部分|结束|版)|仅(?:供|为)预览"
    r"|(?:阅读|下载|查看|获取|浏览)(?:本文档)?(?:全文|全部内容|剩余内容|完整(?:版|文档|内容))[^。]{0,12}(?:请|访问|http)"
    r"|(?:full|complete|entire|whole) (?:document|text|version|file|article)[^.。]{0,40}(?:visit|go to|https?:|www\.)"
    r"|(?:visit|go to|https?:|www\.)[^。]{0,40}(?:full|complete|entire|whole) (?:document|text|version|file|article)"
    r"|(?:this is|end of)(?: an?| the)?(?: free)? preview|preview (?:version|copy) of",
    re.IGNORECASE,
)
_NOTICE_REACH = 600
"""A notice stands within this many characters of a paragraph's end."""
_SENTENCES = re.compile(r".*(?:[。！？!?；]|\.\s)", re.DOTALL)
_ADDRESS = re.compile(r"<?(?:https?://|www\.)\S+")
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


def author_lines(text: str) -> Sequence[Line]:
    """The lines of a document, without blank ones; `place` is where each begins.

    Raises:
        DocumentError: the text has more than `MAX_LINES` lines.
    """
    lines = _without_page_edges(_without_running_lines(_physical_lines(text)))
    return _without_notices(_with_sentences_joined(lines))


def numbered_lines(text: str) -> Sequence[str]:
    """The lines of a text as `Problem.line` numbers them, from 1 on, each in the form of `one_line`."""
    return [one_line(raw) for raw in _LINE_END.split(_INVISIBLE.sub("", text))]


def one_line(text: str) -> str:
    """A question or a key point in its normal form: no invisible characters, whitespace as single spaces."""
    return " ".join(_INVISIBLE.sub("", text).split())


def paragraphs(text: str) -> Sequence[str]:
    """A reference answer in its normal form: its lines that aren't empty, each as `one_line` gives it."""
    return [line for raw in _LINE_END.split(text) if (line := one_line(raw))]


def joined(parts: Sequence[str]) -> str:
    """The parts of one sentence as one text: with spaces between them, but not beside a Chinese character."""
    spaced = [_space_between(first, second) + second for first, second in pairwise(parts)]
    return parts[0] + "".join(spaced)


def _space_between(first: str, second: str) -> str:
    return "" if not first or not second or _WIDE.match(first[-1]) or _WIDE.match(second[0]) else " "


def _physical_lines(text: str) -> Sequence[Line]:
    _check_count(1 + sum(text.count(end) for end in "\n\r\v\f\x85\u2028\u2029") - text.count("\r\n"))
    placed: list[Placed] = []
    page = 0
    for place, raw in enumerate(_LINE_END.split(_INVISIBLE.sub("", text)), start=1):
        for turn, part in enumerate(raw.split("\f")):
            page += turn > 0
            placed.append((place, page, part))
    placed = list(without_tables(placed))
    _check_count(len(placed))
    return [replace(classify(raw), place=place, page=page) for place, page, raw in placed]


def _check_count(lines: int) -> None:
    if lines > MAX_LINES:
        raise DocumentError(
            "the document has {lines} lines, {most} are allowed: split it into several", lines=lines, most=MAX_LINES
        )


def _without_running_lines(lines: Sequence[Line]) -> Sequence[Line]:
    pages = [_edge_of(page) for page in _by_page(lines)]
    seen = Counter(text for page in pages for text in {_masked(line) for line in page})
    least = max(2, min(3, len(pages)), len(pages) * _RUNNING_SHARE)
    running = {text for text, count in seen.items() if count >= least}
    dropped = {id(line) for page in pages for line in page if _masked(line) in running}
    return [line for line in lines if id(line) not in dropped]


def _by_page(lines: Sequence[Line]) -> Iterable[Sequence[Line]]:
    return (list(page) for _, page in groupby(lines, key=lambda line: line.page))


def _edge_of(page: Sequence[Line]) -> Sequence[Line]:
    written = [line for line in page if line.kind not in (Kind.BLANK, Kind.PAGE_NUMBER)]
    at_edge = written if len(written) <= 2 * _EDGE else [*written[:_EDGE], *written[-_EDGE:]]
    return [line for line in at_edge if line.kind is Kind.TEXT]


def _masked(line: Line) -> str:
    return _DIGITS.sub("0", line.text)


def _without_page_edges(lines: Sequence[Line]) -> Sequence[Line]:
    kept: list[Line] = []
    blank = turned = False
    for line in lines:
        if line.kind is Kind.PAGE_NUMBER:
            turned = True
        elif line.kind is Kind.BLANK:
            blank = True
        else:
            turned = turned or (bool(kept) and kept[-1].page != line.page)
            kept.append(replace(line, after_blank=blank and not turned))
            blank = turned = False
    return kept


def _with_sentences_joined(lines: Sequence[Line]) -> Sequence[Line]:
    width = _text_width(lines)
    asking = _lines_that_end_asking(lines)
    groups: list[list[Line]] = []
    for line, is_asking in zip(lines, asking, strict=True):
        if groups and _goes_on(groups[-1], line, is_asking, width):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_as_one(group) for group in groups]


def _text_width(lines: Sequence[Line]) -> int | None:
    """Columns of a full line; None where lines weren't broken to fit a page."""
    widths = sorted(line.columns for line in lines if not line.level)
    widest = widths[-1 - len(widths) // 100] if widths else 0  # a table or an address may stand out
    return widest if _NARROWEST <= widest <= _WIDEST else None


def _lines_that_end_asking(lines: Sequence[Line]) -> Sequence[bool]:
    """For each line whether it is the end of a question: it or the next lines, three at most, end so."""
    left = 0
    ends: list[bool] = []
    for line, following in zip(reversed(lines), [None, *reversed(lines)], strict=False):
        goes_on = following is not None and following.kind is Kind.TEXT and not following.after_blank
        asks_itself = line.text.endswith(("？", "?"))
        left = 3 if asks_itself else left - 1 if goes_on and not line.text.endswith(_SENTENCE_ENDS) else 0
        ends.append(left > 0)
    return ends[::-1]


def _goes_on(group: Sequence[Line], line: Line, ends_asking: bool, width: int | None) -> bool:
    first, last = group[0], group[-1]
    if line.kind is not Kind.TEXT or line.plain:
        return False
    if last is first and not first.text and first.kind in (Kind.ITEM, Kind.QUESTION, Kind.HEADING):
        return asks(line.text) or not line.after_blank  # a mark that the text was torn from
    if line.after_blank or first.level or first.plain or not first.text or width is None:
        return False
    if last.raw.endswith(_SENTENCE_ENDS):
        return False
    share = 0.88 if _WIDE.search(last.raw) else 0.75  # Latin words are longer, so their lines end earlier
    if ends_asking and first.number is not None:
        share = 0.5  # a question stands in larger letters than the text, or further in
    return last.columns >= width * share


def _as_one(group: Sequence[Line]) -> Line:
    if len(group) == 1:
        return group[0]
    return replace(group[0], raw=joined([line.raw for line in group]), text=joined([line.text for line in group]))


def _without_notices(lines: Sequence[Line]) -> Sequence[Line]:
    kept: list[Line] = []
    notice: Line | None = None
    for line in lines:
        if notice and _belongs_to(notice, line):
            continue
        rest = _before_notice(line)
        notice = line if rest is not line else None
        if rest:
            kept.append(rest)
    return kept


def _belongs_to(notice: Line, line: Line) -> bool:
    goes_on = not line.after_blank and not notice.text.endswith(_STOPS)
    return line.kind is Kind.TEXT and (goes_on or bool(_ADDRESS.match(line.text)))


def _before_notice(line: Line) -> Line | None:
    """The line without the sentences of a notice; None where nothing else is on it."""
    start = max(0, len(line.text) - _NOTICE_REACH)
    found = None if line.plain else _NOTICE.search(simplified(line.text[start:]))
    if not found or line.kind is Kind.QUESTION or line.level:
        return line
    sentences = _SENTENCES.match(line.text[: start + found.start()])
    text = sentences[0].strip() if sentences else ""
    if not text and line.kind is not Kind.LABEL:
        return None
    return replace(line, text=text, raw=line.raw[: len(line.raw) - len(line.text)] + text)
