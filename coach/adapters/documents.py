"""A file as the text that `bank.parsing` reads. What a file is, its first bytes say; its name only helps to explain."""

from collections.abc import Mapping
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from coach.adapters.encodings import decoded
from coach.chat import Deadline
from coach.errors import DocumentError
from coach.language import Sentence

MAX_BYTES = 10 * 1024 * 1024
PDF_SECONDS = 60.0
"""A PDF of 100 pages takes about 10 s."""

_READABLE = Sentence.of("give a Markdown, text, DOCX or PDF file")
_PICTURE, _WEB_PAGE = Sentence.of("a picture"), Sentence.of("a web page")
_UNPACK, _SAVE_TEXT = Sentence.of("unpack it first"), Sentence.of("save its text as Markdown or DOCX")
_OTHER_FORMATS: Mapping[bytes, tuple[Sentence, Sentence]] = {
    b"\xd0\xcf\x11\xe0": (
        Sentence.of("an old or an encrypted Word document"),
        Sentence.of("save it as DOCX, without a password"),
    ),
    b"{\\rtf": (Sentence.of("an RTF document"), Sentence.of("save it as DOCX")),
    b"\x89PNG": (_PICTURE, _READABLE),
    b"\xff\xd8\xff": (_PICTURE, _READABLE),
    b"GIF8": (_PICTURE, _READABLE),
    b"\x1f\x8b": (Sentence.of("a gzip archive"), _UNPACK),
    b"7z\xbc\xaf\x27\x1c": (Sentence.of("a 7z archive"), _UNPACK),
    b"Rar!": (Sentence.of("a RAR archive"), _UNPACK),
    b"<!doctype html": (_WEB_PAGE, _SAVE_TEXT),
    b"<html": (_WEB_PAGE, _SAVE_TEXT),
}


def read_document(path: Path) -> str:
    """The text of a file.

    Raises:
        DocumentError: there is no such file, it is a folder, or what `read_document_bytes` refuses.
    """
    shown = _shown(str(path))
    try:
        status = path.stat()
        if S_ISDIR(status.st_mode):
            raise DocumentError("{name} is a folder: {readable}", name=shown, readable=_READABLE)
        if not S_ISREG(status.st_mode):
            raise DocumentError("{name} is not a regular file: {readable}", name=shown, readable=_READABLE)
        _check_size(shown, status.st_size)
        data = path.read_bytes()
    except FileNotFoundError:
        raise DocumentError("{name} does not exist: check the name and the folder", name=shown) from None
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else fault
        raise DocumentError(
            "{name} can't be read ({reason}): check the name and your right to read it", name=shown, reason=reason
        ) from None
    return read_document_bytes(path.name, data)


def read_document_bytes(name: str, data: bytes) -> str:
    """The text of a document that somebody handed over under a name. Pages end with form feeds.

    Raises:
        DocumentError: it is empty or too large, of an unknown format, broken, encrypted, or without text.
    """
    name = _shown(name)
    _check_size(name, len(data))
    text = _text_of(name, data)
    _check_size(name, len(text))
    if not text.strip():
        raise DocumentError(
            "{name} is empty ({size} bytes, nothing but space): {readable}",
            name=name,
            size=len(data),
            readable=_READABLE,
        )
    return text


def _shown(name: str) -> str:
    return name if name.isprintable() else repr(name)


def _text_of(name: str, data: bytes) -> str:
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"%PDF-"):
        from coach.adapters.pdf_text import text_of_pdf

        return text_of_pdf(name, data, Deadline(PDF_SECONDS))
    if start.startswith(b"PK\x03\x04"):
        from coach.adapters.docx_text import text_of_docx

        return text_of_docx(name, data)
    return _text_of_plain(name, data, start)


def _check_size(name: str, size: int) -> None:
    if size > MAX_BYTES:
        raise DocumentError(
            "{name} has {size:.1f} MB, {most} MB are allowed: split it, or leave out its pictures",
            name=name,
            size=size / 1024 / 1024,
            most=MAX_BYTES // 1024 // 1024,
        )


def _text_of_plain(name: str, data: bytes, start: bytes) -> str:
    for signature, (what, remedy) in _OTHER_FORMATS.items():
        if start[: len(signature)].lower() == signature.lower():
            raise DocumentError(
                "{name} is {what}, which can't be imported: {remedy}", name=name, what=what, remedy=remedy
            )
    text = decoded(data)
    if text is None:
        raise DocumentError(
            "{name} is a binary file, or a text in an unknown encoding: {readable}; save a text as UTF-8",
            name=name,
            readable=_READABLE,
        )
    return text
