"""What one line of a document is. The import stands on this table; the first kind that fits is taken.

| kind | such as | carries |
|---|---|---|
| BLANK | nothing, `---`, a picture | |
| PAGE_NUMBER | `- 3 -`, `第 3 页`, `3 / 20` | |
| LABEL | `### 答题要点：`, `【参考答案】先听完`, `目录` | label, the text behind it |
| QUESTION | `第3题：…`, `Q3. …`, `问：…` | number or None, text |
| HEADING | `## 3. …`, `**3. …**`, `# 题库` | level, number or None, text |
| TITLE | `第一章 …`, `第二部分：…` | text |
| ITEM | `3. …`, `（3）…`, `③…`, `一、…`, `- …` | marker, number or None, text |
| TEXT | anything else | text |

A backslash makes what follows plain, as in Markdown. At the start of a line, or of the text behind a mark, it works
before letters and Chinese punctuation too, for which Markdown has no escape. Whether a HEADING or an ITEM begins a
question can't be seen in one line: `entries` decides that.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum, auto

_HEAD = 80
"""Marks stand within this many characters of a line's start; nothing behind is searched for them."""


class Kind(StrEnum):
    """What a line is."""

    BLANK = auto()
    PAGE_NUMBER = auto()
    LABEL = auto()
    QUESTION = auto()
    HEADING = auto()
    TITLE = auto()
    ITEM = auto()
    TEXT = auto()


class Label(StrEnum):
    """What a label announces."""

    POINTS = auto()
    REFERENCE = auto()
    CONTENTS = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or several that were one before a page was too narrow for it."""

    kind: Kind
    raw: str = ""
    """All of it, cleaned: how it is shown where its marks mean nothing."""
    text: str = ""
    """What stands behind the marks, cleaned."""
    number: int | None = None
    level: int = 0
    """1 to 6 by the hashes of a heading, 7 for a line that is bold as a whole, 0 for no heading."""
    marker: str = ""
    """How an item is marked, whatever its number: `1.`, `1、`, `(1)`, `①`, `一、`, `-`."""
    indent: int = 0
    """Columns before the first mark."""
    columns: int = 0
    """Width as it stands on the page, a Chinese character counting two."""
    label: Label | None = None
    plain: bool = False
    """Its text stands behind a backslash and means nothing but itself."""
    place: int = 0
    """Line of the document, from 1 on."""
    page: int = 0
    after_blank: bool = False


def classify(raw: str) -> Line:
    """The kind of one line and what it carries; `place`, `page` and `after_blank` are left to the caller."""
    stripped = raw.strip().lstrip("> ")
    if _is_blank(stripped):
        return Line(Kind.BLANK)
    if len(stripped) < _HEAD and _PAGE_NUMBER.fullmatch(half_width(stripped)):
        return Line(Kind.PAGE_NUMBER)
    if stripped.startswith("\\"):
        text, _ = _unmarked(stripped)
        return Line(Kind.TEXT, raw=text, text=text, plain=True)
    level, body = _heading(stripped)
    line = _label(body) or _question(body) or _marked(body, level)
    return replace(line, raw=clean(body), level=level, indent=_indent(raw), columns=_columns(stripped))


def asks(text: str) -> bool:
    """Whether a text reads as an interview question: it ends with a question mark, or begins as a request does."""
    return bool(_ASKING_END.search(half_width(text[-40:])) or _ASKING_START.match(simplified(text[:20].lower())))


def clean(markdown: str) -> str:
    """The text without bold, links and backslashes; each run of whitespace becomes one space."""
    text = " ".join(markdown.split())
    if "**" in text:
        text = _BOLD.sub(lambda found: found[1] or found[2], text)
    return _INLINE.sub(lambda found: found[1] or found[2] or found[3] or "", text).strip()


def escaped(text: str) -> str:
    """Markdown from which `clean` gives this text again, where it has no line breaks and no double spaces."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def half_width(text: str) -> str:
    """The text with full-width letters, digits and punctuation as ASCII; places stay the same."""
    return text.translate(_HALF_WIDTH)


def simplified(text: str) -> str:
    """The text with the Traditional characters of labels and notices in Simplified form; places stay the same."""
    return text.translate(_SIMPLIFIED)


_HALF_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
_SIMPLIFIED = str.maketrans(
    "題點參評關鍵採給錄試問標準範閱讀載訪預覽請談說簡論舉結麼為樣頁層務憑個內僅檔數網註冊會員剩餘",
    "题点参评关键采给录试问标准范阅读载访预览请谈说简论举结么为样页层务凭个内仅档数网注册会员剩余",
)
_CHINESE_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_UNITS = {"十": 10, "百": 100}
_NUMERAL = r"\d{1,4}|[零〇一二三四五六七八九十百两]{1,6}"
_RULE_CHARACTERS = frozenset("-*_=~—–─ \t")
_PICTURE = re.compile(r"!\[[^\[\]]*\]\([^()]*\)")
_PAGE_NUMBER = re.compile(
    r"([-–—·~])\s*\d{1,4}\s*\1|\d{1,4}|\d{1,4}\s*/\s*\d{1,4}"
    r"|[-–—·~]?\s*第\s*\d{1,4}\s*[页頁](?:\s*[,/、]?\s*共\s*\d{1,4}\s*[页頁])?\s*[-–—·~]?"
    r"|(?:page|p\.)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?",
    re.IGNORECASE,
)
_HASHES = re.compile(r"(#{1,6})(?:\s+|(?=[\d第【一二三四五六七八九十(]))")
_BOLD_LINE = re.compile(r"\*\*([^*]{1,300})\*\*\s*:?")
_LABEL = re.compile(
    r"""(?P<open>(?:[^\w\\]|_){0,6})
    (?:(?P<points>(?:(?:答题|参考|回答|作答|得分|评分|关键|核心|主要|答案)?要点(?:提示|参考)?|[采得评给]分点|关键点
            |(?:(?:key|main|answer|talking)\s+)(?:key\s+)?points?|points\s+to\s+cover))
      |(?P<reference>(?:参考|标准|示范|示例|推荐|范例|优秀|高分|满分)(?:答案|回答|作答|答复|范文|解析|思路|话术)
            |(?:答案|回答)(?:解析|示例|范例|参考)|答案|范文|话术
            |(?:(?:reference|sample|model|suggested|example|recommended)\s+)?answers?
            |(?P<short>(?:回答|答|a)\d{0,3}))
      |(?P<contents>目\s*[录次]|(?:面试)?(?:题目|问题|试题)(?:列表|清单|目录|一览)|(?:table\s+of\s+)?contents
            |list\s+of\s+questions|question\s+list))
    (?:\s*(?:如下|\([^()]{0,15}\)))?
    (?P<close>[\s*_】\]〕)」』》:]*)""",
    re.VERBOSE | re.IGNORECASE,
)
_QUESTION = re.compile(
    rf"""[\s*_【\[(]*
    (?:第\s*(?P<ordinal>{_NUMERAL})\s*(?:道?题|问)
      |(?:面试题|试题|题目|问题|题|question|no\.|q)\s*(?P<numbered>{_NUMERAL})
      |(?:面试题|题目|问题|问|question|q)(?=[\s*_]*[:】\]]))
    (?P<close>[\s*_】\]).、:]*)""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBERED = re.compile(
    rf"""(?P<arabic>\d{{1,4}})\s?(?P<end>[.、):])(?!\d)
    |\(\s?(?P<inside>{_NUMERAL})\s?\)
    |(?P<circled>[①-⒛❶-➓㉑-㉟㊱-㊿])
    |(?P<chinese>[零〇一二三四五六七八九十百两]{{1,6}})(?P<chinese_end>[、.:])""",
    re.VERBOSE,
)
_BULLET = re.compile(r"[-+*](?=\s|$)|[•·●○◦▪▫■□◆◇➢➤►▶✓✔※‣⁃–\uf0b7\uf06c\uf075\uf0d8\uf0fc]|[-*—](?=[^\s\d*—-])")
_TITLE = re.compile(r"第\s?[\d一二三四五六七八九十]{1,4}\s?(?:部[分份]|章|[节節]|篇|[单單]元|[编編]|类|類|模[块塊])")
_LONGEST_TITLE = 40
_ASKING_END = re.compile(r"\?[\s*_\"'”’」』)】\]]*(?:[(【\[][^()【】\[\]]{0,15}[)】\]])?\s*$")
_ASKING_START = re.compile(
    r"请(?!假|求|款|勿)|谈谈|谈一谈|说说|说一说|试述|试论|简述|概述|介绍|阐述|论述|举例|分享|假如|假设|如果[您你]|如何|怎么"
    r"|怎样|为什么|什么是|哪些|(?:tell|describe|explain|give|share|talk|walk|how|what|why|when|which|who|where)\b"
    r"|(?:can|could|do|did|have|are|would|will|should) (?:you|we|i)\b"
)
_BOLD = re.compile(r"(\\.)|\*\*((?:[^*\\]|\\.){1,300}+)\*\*")
_INLINE = re.compile(
    r"\\([!-/:-@\[-`{-~])|!?\[([^\[\]\\]*)\]\([^()\s\\]*\)|<(https?://[^<>\s\\]*)>|<br\s?/?>", re.IGNORECASE
)
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~]")


def _is_blank(stripped: str) -> bool:
    return (
        not stripped
        or (len(stripped) >= 3 and _RULE_CHARACTERS.issuperset(stripped))
        or (stripped.startswith("![") and bool(_PICTURE.fullmatch(stripped)))
        or (stripped.startswith("<!--") and stripped.endswith("-->"))
    )


def _columns(text: str) -> int:
    return len(text.encode("gb18030", "replace"))  # which has two bytes for a Chinese character, one for a Latin one


def _indent(raw: str) -> int:
    space = raw[: len(raw) - len(raw.lstrip())]
    return len(space) + 3 * space.count("\t") + space.count("\u3000")


def _unmarked(rest: str) -> tuple[str, bool]:
    rest = rest.strip()
    plain = rest.startswith("\\")
    return clean(rest[1:] if plain and not _INLINE.match(rest) else rest), plain


def _heading(stripped: str) -> tuple[int, str]:
    hashes = _HASHES.match(half_width(stripped[:_HEAD]))
    body = stripped[hashes.end() :].rstrip() if hashes else stripped
    level = len(hashes[1]) if hashes else 0
    closed = body.rstrip("#")
    if level and (not closed or closed[-1].isspace()):
        body = closed.rstrip()
    if body.startswith("**") and len(body) < 320:
        bold = _BOLD_LINE.fullmatch(half_width(body))
        if bold:
            return level or 7, body[bold.start(1) : bold.end(1)]
    return level, body


def _behind(body: str, end: int) -> tuple[str, bool]:
    """The text behind the mark that ends here, cleaned, and whether it is plain."""
    rest = body[end:]
    if body[:end].count("**") % 2:
        rest = rest.replace("**", "", 1)
    return _unmarked(rest)


def _label(body: str) -> Line | None:
    head = half_width(simplified(body[:_HEAD]))
    found = _LABEL.match(head)
    alone = False
    if not found and (mark := _BULLET.match(head) or _numbered(head)):
        found = _LABEL.match(head, mark.end())
        alone = mark.re is _NUMBERED  # `2. 要点：…` is an item of a list, `二、答题要点` is a label
    if not found:
        return None
    text, plain = _behind(body, found.end())
    opened, closed = found["open"].strip(), found["close"].strip()
    ends = ":" in closed or (bool(opened) and bool(closed))
    if (text and (alone or not ends)) or (found["short"] and not ends):
        return None
    label = next(label for label in Label if found[label.value])
    return Line(Kind.LABEL, text=text, label=label, plain=plain)


def _question(body: str) -> Line | None:
    found = _QUESTION.match(half_width(body[:_HEAD]))
    if not found:
        return None
    text, plain = _behind(body, found.end())
    close = found["close"] if found["ordinal"] else found["close"].strip()
    if not (close or asks(text)):
        return None
    numeral = found["ordinal"] or found["numbered"]
    return Line(Kind.QUESTION, text=text, number=_value(numeral) if numeral else None, plain=plain)


def _marked(body: str, level: int) -> Line:
    numbered = _numbered(half_width(body[:_HEAD]))
    if numbered:
        text, plain = _unmarked(body[numbered.end() :])
        kind = Kind.HEADING if level else Kind.ITEM
        return Line(kind, text=text, number=_number_of(numbered), marker=_marker_of(numbered), plain=plain)
    if body.startswith("**"):  # `**3.** …` and `**3. …**：…`
        inner = _marked(body[2:].replace("**", "", 1), level)
        return inner if inner.number is not None else _unnumbered(body, level)
    return _unnumbered(body, level)


def _unnumbered(body: str, level: int) -> Line:
    head = half_width(body[:_HEAD])
    if level:
        text, plain = _unmarked(body)
        return Line(Kind.HEADING, text=text, plain=plain)
    bullet = _BULLET.match(head)
    if bullet and not (bullet[0] == "*" and body.endswith("*")):
        return _bulleted(body[bullet.end() :])
    is_title = len(body) <= _LONGEST_TITLE and _TITLE.match(head)
    return Line(Kind.TITLE if is_title else Kind.TEXT, text=clean(body))


def _bulleted(rest: str) -> Line:
    text, plain = _unmarked(rest)
    numbered = None if plain else _numbered(half_width(text[:_HEAD]))
    if numbered:
        return Line(Kind.ITEM, text=text[numbered.end() :].strip(), number=_number_of(numbered), marker="-")
    return Line(Kind.ITEM, text=text, marker="-", plain=plain)


def _numbered(head: str) -> re.Match[str] | None:
    found = _NUMBERED.match(head)
    if found and found["chinese_end"] == "、":
        following = _CHINESE_DIGITS.get(head[found.end() : found.end() + 1])
        if following == _value(found["chinese"]) + 1:
            return None  # 一、二线城市: an enumeration inside a sentence
    return found


def _number_of(numbered: re.Match[str]) -> int:
    if numbered["circled"]:
        return int(unicodedata.numeric(numbered["circled"]))
    return _value(numbered["arabic"] or numbered["inside"] or numbered["chinese"])


def _marker_of(numbered: re.Match[str]) -> str:
    if numbered["arabic"]:
        return "1" + numbered["end"]
    if numbered["inside"]:
        return "(1)" if numbered["inside"].isdecimal() else "(一)"
    return "①" if numbered["circled"] else "一" + numbered["chinese_end"]


def _value(numeral: str) -> int:
    if numeral.isdecimal():
        return int(numeral)
    total = digit = 0
    for character in numeral:
        unit = _CHINESE_UNITS.get(character)
        if unit:
            total, digit = total + (digit or 1) * unit, 0
        else:
            digit = _CHINESE_DIGITS[character]
    return total + digit
