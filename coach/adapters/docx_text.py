"""The text of a DOCX as Markdown: headings, lists with the numbers that Word shows, tables, page breaks.

A DOCX is a zip of XML files from anywhere, so it is measured before it is read: how much it unpacks to, and how many
elements that makes.
"""

import zlib
from collections.abc import Iterator
from io import BytesIO
from struct import error as StructError  # noqa: N812 - it is an exception
from typing import cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn

from coach.adapters.docx_styles import Element, Numbering, Styles
from coach.errors import DocumentError
from coach.language import Sentence

_MAX_PARTS = 5000
_MAX_UNPACKED = 64 * 1024 * 1024
_MAX_TAGS = 2_000_000
"""In all parts together; a page of text has about 1,000."""
_BROKEN = (
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError, AssertionError),
    *(OSError, EOFError, zlib.error, StructError, BadZipFile, LargeZipFile, OpcError, SyntaxError),
)
"""What zipfile, lxml (SyntaxError) and python-docx raise on files that are not what they should be."""
_SKIPPED = frozenset(
    (
        *(qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:txbxContent")),
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",  # the same again for old programs
    )
)
_SIGNS = {qn("w:tab"): "\t", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}


class _TooMuch(Exception):
    """The file unpacks to more than any document does."""

    def __init__(self, measure: Sentence) -> None:
        super().__init__(str(measure))
        self.measure = measure


def text_of_docx(name: str, data: bytes) -> str:
    """The text of a DOCX. `name` is for messages.

    Raises:
        DocumentError: it is another kind of zip, encrypted, broken, or unpacks to too much.
    """
    try:
        with ZipFile(BytesIO(data)) as packed:
            if "word/document.xml" not in packed.namelist():
                raise DocumentError("{name} is a zip file, but no Word document: save it as DOCX", name=name)
            copy = _measured_copy(packed)
        document = docx.Document(copy)
        return "\n".join(_lines(document))
    except _TooMuch as fault:
        raise DocumentError(
            "{name} is no ordinary document ({measure}): save its text as a new DOCX", name=name, measure=fault.measure
        ) from None
    except _BROKEN as fault:
        raise DocumentError(
            "{name} is a broken or encrypted DOCX ({fault}): save it anew, without a password",
            name=name,
            fault=type(fault).__name__,
        ) from None


def _measured_copy(packed: ZipFile) -> BytesIO:
    """The same zip without compression, so that nothing is left in it to blow up. Raises _TooMuch.

    What the directory of a zip says about sizes may be a lie: each part is inflated only as far as it is allowed to be.
    """
    parts = packed.infolist()
    if len(parts) > _MAX_PARTS:
        raise _TooMuch(Sentence.of("{count} parts, {most} are allowed", count=len(parts), most=_MAX_PARTS))
    room, tags = _MAX_UNPACKED, 0
    copy = BytesIO()
    with ZipFile(copy, "w") as kept:
        for part in parts:
            if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise BadZipFile(part.filename)
            with packed.open(part) as stream:
                content = stream.read(min(part.file_size, room) + 1)
            room -= len(content)
            tags += content.count(b"<") if part.filename.endswith((".xml", ".rels")) else 0
            if room < 0:
                raise _TooMuch(Sentence.of("it unpacks to more than {most} MB", most=_MAX_UNPACKED // 1024 // 1024))
            if tags > _MAX_TAGS:
                raise _TooMuch(Sentence.of("it has more than {most} tags", most=_MAX_TAGS))
            kept.writestr(part.filename, content)
    return copy


def _lines(document: Document) -> Iterator[str]:
    styles, numbering = (
        Styles(_part(document, RELATIONSHIP_TYPE.STYLES)),
        Numbering(_part(document, RELATIONSHIP_TYPE.NUMBERING)),
    )
    before = False
    for block in _blocks(cast(Element, document.element.body)):
        if block.tag == qn("w:tbl"):
            yield from ("", *_table(block, styles, numbering), "")
            continue
        is_item, lines = _paragraph(block, styles, numbering)
        if not (is_item and before):
            yield ""
        yield from lines
        before = is_item


def _part(document: Document, relationship: str) -> Element | None:
    try:
        return cast(Element | None, getattr(document.part.part_related_by(relationship), "element", None))
    except KeyError:
        return None


def _blocks(parent: Element) -> Iterator[Element]:
    """Paragraphs and tables, also those inside of content controls (as a table of contents is) and tracked changes."""
    for child in parent:
        if child.tag in (qn("w:p"), qn("w:tbl")):
            yield child
        elif child.tag not in _SKIPPED:
            yield from _blocks(child)


def _paragraph(paragraph: Element, styles: Styles, numbering: Numbering) -> tuple[bool, list[str]]:
    """Whether it is an item of a list, and its lines; a line break inside makes a further line."""
    first, *others = "".join(_pieces(paragraph)).replace("\\", "\\\\").split("\n")
    shape = styles.shape(paragraph)
    is_item = bool(shape.list_id) and bool(first.strip())
    mark = numbering.mark(shape) if is_item else ""
    if shape.heading and first.strip():
        numbered = "" if mark == "-" else f"{mark} "
        return False, [f"{'#' * shape.heading} {numbered.lstrip()}{first.strip()}", *others]
    if not is_item:
        return False, [first, *others]
    indent = " " * 4 * shape.depth
    return True, [f"{indent}{mark} {first.strip()}", *(f"{indent}    {other.strip()}" for other in others)]


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        if child.tag == qn("w:t"):
            yield (child.text or "").replace("\n", " ")
        elif child.tag == qn("w:br"):
            yield "\f" if child.get(qn("w:type")) == "page" else "\n"
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in _SKIPPED:
            yield from _pieces(child)


def _table(table: Element, styles: Styles, numbering: Numbering) -> Iterator[str]:
    for row in table:
        if row.tag == qn("w:tr"):
            cells = [_cell(cell, styles, numbering) for cell in row if cell.tag == qn("w:tc")]
            yield f"| {' | '.join(cells)} |"


def _cell(cell: Element, styles: Styles, numbering: Numbering) -> str:
    lines = (line for paragraph in cell.iter(qn("w:p")) for line in _paragraph(paragraph, styles, numbering)[1])
    return "<br>".join(line.replace("|", "\\|").replace("\f", " ") for line in lines if line.strip())
