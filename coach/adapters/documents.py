"""A file as the text that `bank.parsing` reads. What a file is, its first bytes say; its name only helps to explain."""

from collections.abc import Mapping
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from coach.adapters.encodings import decoded
from coach.chat import Deadline
from coach.errors import DocumentError

MAX_BYTES = 10 * 1024 * 1024
PDF_SECONDS = 60.0
"""A PDF of 100 pages takes about 10 s."""

_READABLE = "give a Markdown, text, DOCX or PDF file"
_OTHER_FORMATS: Mapping[bytes, tuple[str, str]] = {
    b"\xd0\xcf\x11\xe0": ("an old or an encrypted Word document", "save it as DOCX, without a password"),
    b"{\\rtf": ("an RTF document", "save it as DOCX"),
    b"\x89PNG": ("a picture", _READABLE),
    b"\xff\xd8\xff": ("a picture", _READABLE),
    b"GIF8": ("a picture", _READABLE),
    b"\x1f\x8b": ("a gzip archive", "unpack it first"),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "unpack it first"),
    b"Rar!": ("a RAR archive", "unpack it first"),
    b"<!doctype html": ("a web page", "save its text as Markdown or DOCX"),
    b"<html": ("a web page", "save its text as Markdown or DOCX"),
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
            raise DocumentError(f"{shown} is a folder: {_READABLE}")
        if not S_ISREG(status.st_mode):
            raise DocumentError(f"{shown} is not a regular file: {_READABLE}")
        _check_size(shown, status.st_size)
        data = path.read_bytes()
    except FileNotFoundError:
        raise DocumentError(f"{shown} does not exist: check the name and the folder") from None
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else fault
        raise DocumentError(f"{shown} can't be read ({reason}): check the name and your right to read it") from None
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
        raise DocumentError(f"{name} is empty ({len(data)} bytes, nothing but space): {_READABLE}")
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
            f"{name} has {size / 1024 / 1024:.1f} MB, {MAX_BYTES // 1024 // 1024} MB are allowed: split it, "
            "or leave out its pictures"
        )


def _text_of_plain(name: str, data: bytes, start: bytes) -> str:
    for signature, (what, remedy) in _OTHER_FORMATS.items():
        if start[: len(signature)].lower() == signature.lower():
            raise DocumentError(f"{name} is {what}, which can't be imported: {remedy}")
    text = decoded(data)
    if text is None:
        raise DocumentError(
            f"{name} is a binary file, or a text in an unknown encoding: {_READABLE}; save a text as UTF-8"
        )
    return text
