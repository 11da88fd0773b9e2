"""Files of every kind as text, and one line for each that can't be: no input crashes the reader or keeps it busy."""

import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC
from pypdf import PdfWriter

from coach.adapters import documents
from coach.adapters.documents import MAX_BYTES, read_document, read_document_bytes
from coach.adapters.pdf_text import text_of_pdf
from coach.bank.parsing import ParsedBank, parse
from coach.chat import Deadline
from coach.errors import DocumentError

FIXTURE = Path(__file__).parents[1] / "bank" / "fixtures" / "reader-service.zh.md"
MARKDOWN = FIXTURE.read_text("utf-8")


def texts_of(bank: ParsedBank) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(question.question, question.answer, question.key_points) for question in bank.questions]


class TestATextFile:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"]
    )
    def test_is_read_in_any_encoding(self, encoding: str):
        assert read_document_bytes("bank.md", MARKDOWN.encode(encoding)) == MARKDOWN

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "big5", "cp950", "gb18030"])
    def test_in_traditional_chinese_is_read_in_any_encoding(self, encoding: str):
        traditional = OpenCC("s2twp").convert(MARKDOWN)
        assert read_document_bytes("bank.txt", traditional.encode(encoding)) == traditional

    @pytest.mark.parametrize(
        "text",
        [
            "您好？",
            "1. 您如何安抚客户？",
            "Q1. 退款怎么办？\n答：先道歉。",
            "第1题：您的优点是什么？\r\n参考答案：我有耐心。",
            "面试题\n\n1、请谈谈您对客户服务的理解。\n2、如何处理投诉？",
            "How do you calm down a customer?\n要点：倾听",
            "（1）倾听；（2）道歉。",
            "同类骗局归成一类",
        ],
    )
    @pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16-le", "utf-16-be"])
    def test_may_be_short(self, text: str, encoding: str):
        assert read_document_bytes("bank.txt", text.encode(encoding)) == text

    @pytest.mark.parametrize(
        "text",
        [
            "您好？",
            "還介紹親戚來買",
            "1. 您如何安撫客戶？",
            "第1題：您的優點是什麼？",
            "1、請談談您對客戶服務的理解。",
            "退款怎麼辦？\n答：先道歉。",
        ],
    )
    @pytest.mark.parametrize("encoding", ["big5", "utf-8", "gb18030", "utf-16-le"])
    def test_in_traditional_chinese_may_be_short(self, text: str, encoding: str):
        assert read_document_bytes("bank.txt", text.encode(encoding)) == text

    @pytest.mark.parametrize("text", ["How’s that? “Fine” – he said…", "Café: wie groß?", "plain ASCII, nothing else?"])
    def test_may_have_the_typography_of_windows(self, text: str):
        assert read_document_bytes("bank.txt", text.encode("cp1252")) == text

    def test_is_known_by_its_bytes_and_not_by_its_name(self):
        assert read_document_bytes("bank.pdf", "您如何？".encode()) == "您如何？"
        assert "# 题库" in read_document_bytes("bank.txt", docx_of(lambda document: document.add_heading("题库", 1)))


def pdf_of(
    pages: Sequence[Sequence[str | tuple[str, float]]], trailer: bytes = b"", objects: Sequence[bytes] = ()
) -> bytes:
    """A PDF whose pages have these lines; a line with a size stands in letters of that size, any other in 12 points."""

    def stream(content: bytes) -> bytes:
        return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)

    def page(lines: Sequence[str | tuple[str, float]]) -> bytes:
        content: list[bytes] = [b"BT"]
        for place, line in enumerate(lines):
            text, size = line if isinstance(line, tuple) else (line, 12)
            content.append(b"/F1 %g Tf 1 0 0 1 60 %d Tm" % (size, 780 - 20 * place))
            content.append(b"<%s> Tj" % text.encode("utf-16-be").hex().encode())
        return b"\n".join([*content, b"ET"])

    letters = sorted(
        {letter for lines in pages for line in lines for letter in (line if isinstance(line, str) else line[0])}
    )
    codes = [letter.encode("utf-16-be").hex().encode() for letter in letters]
    blocks = [codes[start : start + 100] for start in range(0, len(codes), 100)]
    cmap = b"\n".join(
        b"%d beginbfchar\n%s\nendbfchar" % (len(block), b"\n".join(b"<%s> <%s>" % (code, code) for code in block))
        for block in blocks
    )
    first = 6 + len(objects)
    kids = b" ".join(b"%d 0 R" % (first + 2 * place) for place in range(len(pages)))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding /Identity-H /ToUnicode 4 0 R"
        b" /DescendantFonts [5 0 R] >>",
        stream(b"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n" + cmap),
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /DW 1000 >>",
        *objects,
    ]
    for place, lines in enumerate(pages):
        bodies.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            b" /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (first + 2 * place + 1)
        )
        bodies.append(stream(page(lines)))
    out = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, trailer, xref)
    return bytes(out)


PDF = pdf_of(
    [
        [
            ("客服面试题库", 24),
            "目录",
            "1. 您如何安抚情绪失控的客户？",
            "2. 请谈谈您的优点。",
            "客服部 · 第 1 页",
        ],
        [
            ("1. 您如何安抚情绪失控", 18),
            ("的客户？", 18),
            "我会先请客⼾坐下，等他把事情从头到尾说完，中间不插话也不辩解，只在他停",
            "客服部 · 第 2 页",
        ],
        [
            "下来的时候点头。然后复述一遍，请他看看有没有说漏的地方。",
            "答题要点：",
            "1. 先请客户坐下来，把事情从头到尾说完，中间不插话也不辩解，让他感到受了",
            "重视",
            "2. 复 述一遍",
            "以上内容仅为本文档的试下载部分。如要下载或阅读全文，请访问：",
            "https://example.org/1",
            "客服部 · 第 3 页",
        ],
    ]
)


class TestAPdf:
    def test_gives_a_bank_like_any_other_document(self):
        bank = parse(read_document_bytes("bank.pdf", PDF))
        assert bank.problems == ()
        assert texts_of(bank) == [
            (
                "您如何安抚情绪失控的客户？",
                "我会先请客户坐下，等他把事情从头到尾说完，中间不插话也不辩解，只在他停下来的时候点头。"
                "然后复述一遍，请他看看有没有说漏的地方。",
                ("先请客户坐下来，把事情从头到尾说完，中间不插话也不辩解，让他感到受了重视", "复述一遍"),
            ),
            ("请谈谈您的优点。", "", ()),
        ]

    def test_has_lines_pages_and_headings(self):
        text = read_document_bytes("bank.pdf", pdf_of([["甲乙丙丁", ("戊", 20), ("己", 15)], ["a\\b"]]))
        assert text == "甲乙丙丁\n# 戊\n## 己\fa\\\\b"

    @pytest.mark.parametrize(
        ("written", "typed"),
        [("⼿⽤⼼", "手用心"), ("客⼾们", "客户们"), ("客⼾們", "客戶們"), ("⻅⻓⻚", "见长页"), ("ﬁnd", "find")],
    )
    def test_has_the_characters_that_were_typed(self, written: str, typed: str):
        assert read_document_bytes("bank.pdf", pdf_of([[written]])) == typed

    def test_that_needs_a_password_is_refused(self):
        writer = PdfWriter(BytesIO(PDF))
        writer.encrypt("secret", algorithm="RC4-128")
        locked = BytesIO()
        writer.write(locked)
        with pytest.raises(DocumentError, match=r"^locked\.pdf is an encrypted PDF: save a copy without a password$"):
            read_document_bytes("locked.pdf", locked.getvalue())

    def test_that_is_encrypted_in_a_way_unknown_here_is_refused(self):
        lock = (
            b"<< /Filter /Standard /V 5 /R 6 /Length 256 /P -4 /O <%s> /U <%s> /OE <%s> /UE <%s> /Perms <%s>"
            b" /CF << /StdCF << /CFM /AESV3 /Length 32 >> >> /StmF /StdCF /StrF /StdCF >>"
        ) % tuple(b"00" * size for size in (48, 48, 32, 32, 16))
        with pytest.raises(DocumentError, match="encrypted PDF"):
            read_document_bytes("locked.pdf", pdf_of([["甲"]], trailer=b"/Encrypt 6 0 R ", objects=[lock]))

    def test_that_only_its_owner_may_change_is_read(self):
        writer = PdfWriter(BytesIO(PDF))
        writer.encrypt(user_password="", owner_password="secret", algorithm="RC4-128")
        locked = BytesIO()
        writer.write(locked)
        assert "目录" in read_document_bytes("bank.pdf", locked.getvalue())

    @pytest.mark.parametrize("lines", [[], [""], [" ", "—"]])
    def test_without_text_is_refused_as_a_scan(self, lines: list[str]):
        with pytest.raises(
            DocumentError, match=r"scan\.pdf is a PDF without text, a scan perhaps: run text recognition"
        ):
            read_document_bytes("scan.pdf", pdf_of([lines, lines]))

    @pytest.mark.parametrize(
        "broken", [PDF[:9], PDF[:40], PDF[:9] + b"x" * 500, b"%PDF-1.4\n%%EOF", PDF.replace(b"/Pages", b"/Pigs")]
    )
    def test_that_is_broken_is_refused(self, broken: bytes):
        with pytest.raises(DocumentError, match=r"^broken\.pdf is a (broken PDF \(|PDF without text)"):
            read_document_bytes("broken.pdf", broken)

    def test_that_takes_too_long_is_refused(self):
        with pytest.raises(DocumentError, match=r"^long\.pdf is more than can be read in time .*: split it"):
            text_of_pdf("long.pdf", PDF, Deadline(0))

    def test_with_more_pages_than_allowed_is_refused(self):
        with pytest.raises(DocumentError, match="1000 pages are allowed"):
            read_document_bytes("long.pdf", pdf_of([[]] * 1001))

    def test_that_unpacks_to_too_much_is_refused(self):
        bomb = zlib.compress(b"BT " + b"[(a)] TJ " * 1_000_000 + b"ET", 9)
        packed = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(bomb), bomb)
        data = pdf_of([["甲"]], objects=[packed]).replace(b"/Contents 8 0 R", b"/Contents 6 0 R")
        with pytest.raises(DocumentError, match=r"^bomb\.pdf is more than can be read in time"):
            read_document_bytes("bomb.pdf", data)


def docx_of(write: Callable[[Document], object]) -> bytes:
    document = docx.Document()
    write(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def read_docx(write: Callable[[Document], object]) -> str:
    return read_document_bytes("bank.docx", docx_of(write))


def write_fixture(document: Document) -> None:
    """The Markdown fixture as somebody writes it in Word."""
    for line in MARKDOWN.splitlines():
        if line.startswith("#"):
            hashes, text = line.split(" ", 1)
            document.add_heading(text, len(hashes))
        elif line.startswith("- "):
            document.add_paragraph(line[2:], style="List Bullet")
        elif line:
            document.add_paragraph(line)


def numbered(
    document: Document, texts: Sequence[str], form: str, number_format: str = "decimal", depth: int = 0
) -> None:
    """Paragraphs in a list that Word numbers by this form, as `第%1题`."""
    numbering = document.part.numbering_part.element
    identity = 900 + len(numbering)
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{number_format}"/>'
        f'<w:lvlText w:val="{form}"/></w:lvl>'
        for level in range(depth + 1)
    )
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{identity}">{levels}</w:abstractNum>')
    )
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{identity}"><w:abstractNumId w:val="{identity}"/></w:num>')
    )
    for text in texts:
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{identity}"/></w:numPr>')
        )


class TestADocx:
    def test_gives_the_same_bank_as_its_markdown(self):
        bank = parse(read_docx(write_fixture))
        assert texts_of(bank) == texts_of(parse(MARKDOWN))
        assert bank.problems == ()

    def test_has_headings_lists_and_page_breaks(self):
        def write(document: Document) -> None:
            document.add_heading("题库", 1)
            document.add_heading("1. 您如何安抚客户？", 3)
            document.add_paragraph("先听完。").add_run("再道歉。").bold = True
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            document.add_paragraph("答题要点：")
            document.add_paragraph("安抚", style="List Bullet")
            document.add_paragraph("倾听", style="List Bullet 2")
            document.add_paragraph("跟进", style="List Bullet")

        text = read_docx(write)
        assert text.split() == [
            "#",
            "题库",
            "###",
            "1.",
            "您如何安抚客户？",
            "先听完。再道歉。",
            "答题要点：",
            "-",
            "安抚",
            "-",
            "倾听",
            "-",
            "跟进",
        ]
        assert "\f" in text
        (question,) = parse(text).questions
        assert question.key_points == ("安抚：倾听", "跟进")

    @pytest.mark.parametrize(
        ("form", "number_format", "expected"),
        [
            ("%1.", "decimal", ["1. 甲", "2. 乙", "3. 丙"]),
            ("第%1题", "decimal", ["第1题 甲", "第2题 乙", "第3题 丙"]),
            ("%1、", "chineseCounting", ["一、 甲", "二、 乙", "三、 丙"]),
            ("（%1）", "decimalFullWidth", ["（1） 甲", "（2） 乙", "（3） 丙"]),
            ("%1", "decimalEnclosedCircle", ["① 甲", "② 乙", "③ 丙"]),
            ("%1)", "lowerLetter", ["- 甲", "- 乙", "- 丙"]),
            ("•", "bullet", ["- 甲", "- 乙", "- 丙"]),
        ],
    )
    def test_has_the_numbers_that_word_shows(self, form: str, number_format: str, expected: list[str]):
        text = read_docx(lambda document: numbered(document, ["甲", "乙", "丙"], form, number_format))
        assert text.split("\n")[1:] == expected

    def test_has_questions_that_word_numbers(self):
        def write(document: Document) -> None:
            for question, answer in (("您如何安抚客户？", "先听完。"), ("请谈谈您的优点。", "我有耐心。")):
                document.add_paragraph(question, style="List Number")
                document.add_paragraph(f"参考答案：{answer}")
                document.add_paragraph("答题要点：")
                numbered(document, ["倾听", "道歉"], "(%1)", depth=1)

        bank = parse(read_docx(write))
        assert texts_of(bank) == [
            ("您如何安抚客户？", "先听完。", ("倾听", "道歉")),
            ("请谈谈您的优点。", "我有耐心。", ("倾听", "道歉")),
        ]

    def test_has_tables(self):
        def write(document: Document) -> None:
            table = document.add_table(rows=2, cols=3)
            for cell, text in zip(table.rows[0].cells, ["题目", "参考答案", "答题要点"], strict=True):
                cell.text = text
            for cell, text in zip(
                table.rows[1].cells, ["您如何安抚客户？", "先听完|再道歉。", "1. 倾听\n2. 道歉"], strict=True
            ):
                cell.text = text

        assert texts_of(parse(read_docx(write))) == [("您如何安抚客户？", "先听完|再道歉。", ("倾听", "道歉"))]

    def test_has_the_text_of_links_and_insertions_and_none_of_deletions(self):
        def write(document: Document) -> None:
            paragraph = document.add_paragraph("先听完")
            for tag, text in (("ins", "，再道歉"), ("del", "，别管他"), ("hyperlink", "。")):
                word = "delText" if tag == "del" else "t"
                paragraph._p.append(
                    parse_xml(f"<w:{tag} {nsdecls('w')}><w:r><w:{word}>{text}</w:{word}></w:r></w:{tag}>")
                )
            body = document.element.body
            body.insert(
                0,
                parse_xml(
                    f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>目录</w:t></w:r></w:p></w:sdtContent></w:sdt>"
                ),
            )

        assert read_docx(write).split() == ["目录", "先听完，再道歉。"]

    def test_has_line_breaks_inside_of_a_paragraph(self):
        assert read_docx(lambda document: document.add_paragraph("要点：\n1. 倾听\n2. 道歉")).split("\n")[1:] == [
            "要点：",
            "1. 倾听",
            "2. 道歉",
        ]

    def test_keeps_backslashes(self):
        bank = parse(read_docx(lambda document: document.add_paragraph("1. 路径 C:\\*.txt 是什么？")))
        assert bank.questions[0].question == "路径 C:\\*.txt 是什么？"


def repacked(data: bytes, change: Callable[[str, bytes], bytes | None], **options: int) -> bytes:
    """A DOCX with other parts: what `change` gives for each, None for none."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as new:
        for part in old.namelist():
            content = change(part, old.read(part))
            if content is not None:
                new.writestr(part, content)
    return out.getvalue()


EMPTY_DOCX = docx_of(lambda _: None)


def with_document(document: bytes) -> bytes:
    return repacked(EMPTY_DOCX, lambda part, content: document if part == "word/document.xml" else content)


def lying(data: bytes, size: int) -> bytes:
    """The zip with another size of `word/document.xml` in its directory and its header."""
    name = b"word/document.xml"
    header, entry = data.index(name) - 30, data.rindex(name) - 46
    out = bytearray(data)
    struct.pack_into("<I", out, header + 22, size)
    struct.pack_into("<I", out, entry + 24, size)
    return bytes(out)


class TestADocxThatIsNone:
    def test_is_refused_where_it_is_another_zip(self):
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("notes.txt", "甲")
        with pytest.raises(DocumentError, match=r"^notes\.docx is a zip file, but no Word document: save it as DOCX$"):
            read_document_bytes("notes.docx", out.getvalue())

    @pytest.mark.parametrize("size", [None, 100, 0xFFFFFFF0])
    def test_is_refused_as_a_bomb_whatever_it_says_of_its_size(self, size: int | None):
        bomb = with_document(b"<a>" + b" " * (100 * 1024 * 1024) + b"</a>")
        assert len(bomb) < 1024 * 1024
        with pytest.raises(DocumentError, match=r"^bomb\.docx is (no ordinary document|a broken or encrypted DOCX)"):
            read_document_bytes("bomb.docx", bomb if size is None else lying(bomb, size))

    def test_is_not_even_unpacked_where_it_lies_about_its_size(self):
        bomb = lying(with_document(b"<a>" + b" " * (100 * 1024 * 1024) + b"</a>"), 100)
        tracemalloc.start()
        try:
            with pytest.raises(DocumentError):
                read_document_bytes("bomb.docx", bomb)
            assert tracemalloc.get_traced_memory()[1] < 10 * 1024 * 1024
        finally:
            tracemalloc.stop()

    def test_is_refused_where_it_has_too_many_tags(self):
        with pytest.raises(DocumentError, match="more than 2000000 tags"):
            read_document_bytes("bomb.docx", with_document(b"<a>" + b"<b/>" * 2_000_001 + b"</a>"))

    def test_is_refused_where_it_has_too_many_parts(self):
        out = BytesIO(docx_of(lambda _: None))
        with zipfile.ZipFile(out, "a") as archive:
            for number in range(5001):
                archive.writestr(f"word/{number}.bin", b"")
        with pytest.raises(DocumentError, match="parts, 5000 are allowed"):
            read_document_bytes("bomb.docx", out.getvalue())

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_is_refused_as_a_bomb_of_entities(self, encoding: str):
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        bomb = (
            f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a b="&l9;">&l9;</a>'
        )
        with pytest.raises(DocumentError, match=r"^bomb\.docx is (no ordinary document|a broken or encrypted DOCX)"):
            read_document_bytes("bomb.docx", with_document(bomb.encode(encoding)))

    @pytest.mark.parametrize(
        "document",
        [b"", b"not xml", b"<a/>", b"<a>" * 10_000, b"<w:p xmlns:w='x'/>"],
        ids=["empty", "text", "other", "deep", "foreign"],
    )
    def test_is_refused_where_it_is_broken(self, document: bytes):
        with pytest.raises(DocumentError, match=r"^broken\.docx is a broken or encrypted DOCX \(\w+\): save it anew"):
            read_document_bytes("broken.docx", with_document(document))

    @pytest.mark.parametrize("missing", ["[Content_Types].xml", "_rels/.rels"])
    def test_is_refused_where_a_part_is_missing(self, missing: str):
        data = repacked(docx_of(write_fixture), lambda part, content: None if part == missing else content)
        with pytest.raises(DocumentError, match=r"^broken\.docx"):
            read_document_bytes("broken.docx", data)

    def test_is_refused_where_it_is_cut_off(self):
        with pytest.raises(DocumentError, match=r"^broken\.docx"):
            read_document_bytes("broken.docx", docx_of(write_fixture)[:5000])


class TestAFile:
    def test_is_read_from_its_place(self, tmp_path: Path):
        path = tmp_path / "题库.md"
        path.write_bytes(MARKDOWN.encode("gb18030"))
        assert read_document(path) == MARKDOWN

    def test_that_is_missing_is_named(self, tmp_path: Path):
        with pytest.raises(DocumentError, match=r"nowhere\.md does not exist: check the name and the folder$"):
            read_document(tmp_path / "nowhere.md")

    def test_that_is_a_folder_is_named(self, tmp_path: Path):
        with pytest.raises(DocumentError, match=r"is a folder: give a Markdown, text, DOCX or PDF file$"):
            read_document(tmp_path)

    def test_that_is_no_regular_file_is_not_waited_for(self):
        with pytest.raises(DocumentError, match=r"^/dev/null is not a regular file"):
            read_document(Path("/dev/null"))

    @pytest.mark.parametrize("name", ["a" * 5000, "a\0b", "a\nb"])
    def test_with_an_impossible_name_is_refused(self, name: str):
        with pytest.raises(DocumentError, match=r"can't be read|does not exist"):
            read_document(Path(name))

    def test_that_is_too_large_is_refused_before_it_is_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        path = tmp_path / "large.md"
        with path.open("wb") as file:
            file.truncate(MAX_BYTES + 1)
        monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
        with pytest.raises(DocumentError, match=r"large\.md has 10\.0 MB, 10 MB are allowed: split it"):
            read_document(path)


class TestBytes:
    @pytest.mark.parametrize("data", [b"", b" \n\t\r\n ", b"\xef\xbb\xbf", b"\xff\xfe"])
    def test_that_are_empty_are_refused(self, data: bytes):
        with pytest.raises(DocumentError, match=r"^bank\.md is empty"):
            read_document_bytes("bank.md", data)

    def test_that_are_too_many_are_refused(self):
        with pytest.raises(DocumentError, match="10 MB are allowed"):
            read_document_bytes("bank.md", b"a" * (MAX_BYTES + 1))

    @pytest.mark.parametrize(
        ("data", "what"),
        [
            (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "a picture"),
            (b"\xff\xd8\xff\xe0" + b"\0" * 50, "a picture"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50, "an old or an encrypted Word document"),
            (b"{\\rtf1\\ansi hello}", "an RTF document"),
            (b"<!DOCTYPE html><html></html>", "a web page"),
            (b"\x7fELF\x02\x01\x01" + b"\0" * 60 + bytes(range(256)), "a binary file"),
            (bytes(range(256)) * 10, "a binary file"),
            (b"text with a \0 in it", "a binary file"),
            ("日本語の文章です。これは日本語だけの文章です。".encode("shift_jis"), "unknown encoding"),
        ],
    )
    def test_of_other_formats_are_refused_with_what_they_are(self, data: bytes, what: str):
        with pytest.raises(DocumentError, match=what) as refused:
            read_document_bytes("bank.md", data)
        assert "\n" not in str(refused.value)
        assert ": " in str(refused.value)


def changed(original: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with some of them replaced, and perhaps cut off."""
    edits = st.lists(st.tuples(st.integers(0, len(original) - 1), st.integers(0, 255)), min_size=1, max_size=12)

    def apply(edited: list[tuple[int, int]], end: int) -> bytes:
        data = bytearray(original)
        for place, value in edited:
            data[place] = value
        return bytes(data[:end])

    return st.builds(apply, edits, st.one_of(st.just(len(original)), st.integers(8, len(original))))


SMALL_DOCX = repacked(docx_of(lambda document: numbered(document, ["甲", "乙"], "%1.")), lambda _, content: content)
STORED_DOCUMENT = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>' + (
    b'<w:p><w:pPr><w:pStyle w:val="ListNumber"/></w:pPr><w:r><w:t>a</w:t><w:br w:type="page"/></w:r></w:p>' * 3
    + b"<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>"
)


class TestAnyInput:
    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(
        st.one_of(
            st.binary(max_size=300),
            st.builds(bytes.__add__, st.sampled_from([b"%PDF-1.7\n", b"PK\x03\x04"]), st.binary()),
        )
    )
    def test_gives_text_or_one_line_that_says_why_not(self, data: bytes):
        self.check(data)

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(changed(PDF))
    def test_may_be_a_damaged_pdf(self, data: bytes):
        self.check(data)

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(changed(SMALL_DOCX))
    def test_may_be_a_damaged_docx(self, data: bytes):
        self.check(data)

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(changed(STORED_DOCUMENT))
    def test_may_be_a_docx_with_other_words_in_it(self, document: bytes):
        self.check(with_document(document))

    def check(self, data: bytes) -> None:
        try:
            text = read_document_bytes("any", data)
        except DocumentError as fault:
            if "\n" in str(fault):
                pytest.fail(f"more than one line: {fault}")
        else:
            text.encode()


def test_reading_markdown_loads_neither_pypdf_nor_python_docx():
    assert not {"PdfReader", "Document", "docx"} & set(vars(documents))
