"""What a paragraph of a DOCX is by its style: a heading of some level, or an item of a list with the number it shows.

Word stores no numbers: it counts the paragraphs of each list, by rules in `numbering.xml` (ECMA-376 part 1, 17.9).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, Self

from docx.oxml.ns import qn


class Element(Protocol):
    """What is used of an lxml element, which has no types of its own."""

    tag: str
    text: str | None

    def get(self, key: str, default: str = "") -> str:
        """An attribute."""
        ...

    def find(self, path: str) -> Self | None:
        """The first child of this name, or at this path."""
        ...

    def iter(self, tag: str) -> Iterator[Self]:
        """The element and all below it that have this name."""
        ...

    def __iter__(self) -> Iterator[Self]:
        """The children."""
        ...


@dataclass(frozen=True)
class Shape:
    """How a paragraph is laid out; from its style, where it says nothing itself."""

    heading: int = 0
    """1 to 6; 0 for none."""
    list_id: str = ""
    """The list that it is an item of; empty for none."""
    depth: int = 0
    """Of an item, from 0 on."""


class Styles:
    """The shapes of paragraphs, by the styles of a document (None: it has none)."""

    def __init__(self, styles: Element | None) -> None:
        found = styles.iter(qn("w:style")) if styles is not None else ()
        self._styles = {style.get(qn("w:styleId")): style for style in found}
        self._shapes: dict[str, Shape] = {}

    def shape(self, paragraph: Element) -> Shape:
        """The shape of a paragraph."""
        properties = paragraph.find(qn("w:pPr"))
        return _shape(properties, self._of_style(_value(properties, "w:pStyle")), in_depth=0)

    def _of_style(self, style_id: str) -> Shape:
        if style_id not in self._shapes:
            self._shapes[style_id] = Shape()  # a style that is based on itself ends here
            style = self._styles.get(style_id)
            if style is not None:
                self._shapes[style_id] = self._read(style)
        return self._shapes[style_id]

    def _read(self, style: Element) -> Shape:
        name = _value(style, "w:name").lower()
        numbered = re.fullmatch(r"(heading|list (?:bullet|number)) ?([1-9]?)", name)
        level = int(numbered[2] or 1) if numbered else 0
        is_heading = numbered is not None and numbered[1] == "heading"
        shape = _shape(
            style.find(qn("w:pPr")),
            self._of_style(_value(style, "w:basedOn")),
            in_depth=level - 1 if numbered and not is_heading else 0,
        )
        heading = min(level, 6) if is_heading else 1 if name == "title" else shape.heading
        return Shape(heading, shape.list_id, shape.depth)


class Numbering:
    """Counts the items of a document's lists (None: it has none); asked once for each item, in their order."""

    def __init__(self, numbering: Element | None) -> None:
        lists = numbering.iter(qn("w:num")) if numbering is not None else ()
        kinds = numbering.iter(qn("w:abstractNum")) if numbering is not None else ()
        self._lists = {one.get(qn("w:numId")): one for one in lists}
        self._levels = {
            kind.get(qn("w:abstractNumId")): {
                _whole(level.get(qn("w:ilvl"))): level for level in kind.iter(qn("w:lvl"))
            }
            for kind in kinds
        }
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()

    def mark(self, shape: Shape) -> str:
        """What Word shows before this item, as `3.` or `（三）`; `-` for a bullet, a letter or a Roman number."""
        one = self._lists.get(shape.list_id)
        kind = _value(one, "w:abstractNumId")
        levels = self._levels.get(kind, {})
        level = levels.get(shape.depth, levels.get(0))
        if one is None or level is None:
            return "-"
        counts = self._counts.setdefault(kind, {})
        for depth in [depth for depth in counts if depth > shape.depth]:
            del counts[depth]
        if shape.depth not in counts or shape.list_id not in self._begun:
            start = self._start(one, shape, level)
            counts[shape.depth] = start if start is not None else counts.get(shape.depth, 0) + 1
        else:
            counts[shape.depth] += 1
        self._begun.add(shape.list_id)
        return _shown(_value(level, "w:lvlText"), levels, counts) or "-"

    def _start(self, one: Element, shape: Shape, level: Element) -> int | None:
        """The first number of a list; None where it counts on from another list of its kind."""
        for override in one.iter(qn("w:lvlOverride")):
            if _whole(override.get(qn("w:ilvl"))) == shape.depth and override.find(qn("w:startOverride")) is not None:
                return _whole(_value(override, "w:startOverride"))
        is_new = shape.depth not in self._counts[_value(one, "w:abstractNumId")]
        return _whole(_value(level, "w:start") or "1") if is_new else None


def _shape(properties: Element | None, inherited: Shape, in_depth: int) -> Shape:
    outline = _value(properties, "w:outlineLvl")
    heading = _whole(outline) + 1 if outline and _whole(outline) < 6 else inherited.heading
    numbering = properties.find(qn("w:numPr")) if properties is not None else None
    if numbering is None:
        return Shape(heading, inherited.list_id, inherited.depth)
    list_id = _value(numbering, "w:numId") or inherited.list_id
    depth = _value(numbering, "w:ilvl")
    return Shape(heading, "" if list_id == "0" else list_id, _whole(depth) if depth else max(in_depth, inherited.depth))


def _value(parent: Element | None, name: str) -> str:
    child = parent.find(qn(name)) if parent is not None else None
    return child.get(qn("w:val")) if child is not None else ""


def _whole(text: str) -> int:
    return int(text[:4]) if text[:4].isdecimal() else 0


def _shown(form: str, levels: dict[int, Element], counts: dict[int, int]) -> str:
    """The form with its `%1`, `%2`, … filled in; empty where it is no number that a reader of lines would know."""
    formats = {depth: _value(level, "w:numFmt") for depth, level in levels.items()}
    holes = [int(hole) - 1 for hole in re.findall("%([1-9])", form)]
    if not holes or not all(formats.get(depth) in _FORMATS for depth in holes):
        return ""
    return re.sub("%([1-9])", lambda hole: _numeral(counts.get(int(hole[1]) - 1, 1), formats[int(hole[1]) - 1]), form)


_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "ideographDigital")
_CIRCLED = ("decimalEnclosedCircle", "decimalEnclosedCircleChinese")
_FORMATS = frozenset(("decimal", "decimalZero", "decimalFullWidth", "decimalFullWidth2", *_CHINESE, *_CIRCLED))


def _numeral(number: int, number_format: str) -> str:
    if number_format in _CIRCLED and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    if number_format in _CHINESE and 1 <= number <= 99:
        tens, ones = divmod(number, 10)
        digits = "零一二三四五六七八九"
        return ("" if tens < 2 else digits[tens]) + ("十" if tens else "") + (digits[ones] if ones else "")
    return str(number)
