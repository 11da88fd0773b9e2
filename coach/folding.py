"""Text as it is compared: case, width, script variant and invisible characters folded away, places kept."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from opencc import OpenCC

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HALF = re.compile(r"[\ud800-\udfff]")
_LATIN = re.compile(r"[A-Za-z]")
_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}  # control, format (zero-width, bidirectional, tags), private use, lone surrogates
_ALSO_INVISIBLE = re.compile(  # joiners, fillers and variation selectors, which Unicode files under letters and marks
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_CHINESE_PUNCTUATION = "，。！？：；（）～"
"""Kept by `normalise`, though NFKC would narrow it: a model quotes what it is shown, and should quote what was typed.
"""
_ALSO_SIMPLIFIED = str.maketrans("著瞭", "着了")  # OpenCC leaves these alone, for they need a context


@dataclass(frozen=True)
class Folded:
    """A folded text. `places[i]` is where its character i came from; it has one more entry, the end."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` up to `end` stand in the text as it was given. Empty spans are refused."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no span {start}:{end} in a text of {len(self.text)} characters")
        return self.places[start], self.places[end - 1] + 1


def normalise(text: str) -> Folded:
    """The text in NFKC without control, zero-width and bidirectional marks; tabs become spaces, line ends stay."""
    return _fold(text, _normal_character)


def fold(text: str) -> Folded:
    """The text as two people's spellings are compared: lower case, simplified, letters and digits without accents."""
    return _fold(text, _folded_character)


def folded(text: str) -> str:
    """`fold(text).text`, for where the places don't matter."""
    return fold(text).text


def simplified(text: str) -> str:
    """The text in simplified characters, otherwise as it is; a lone half of a character becomes �, one for one."""
    return _to_simplified()(_HALF.sub("\ufffd", text))


def is_chinese(text: str) -> bool:
    """Whether the text is written in Chinese rather than in English: one Han character weighs three letters."""
    han = len(_HAN.findall(text))
    return han * 3 >= len(re.findall(r"[A-Za-z]", text)) and han > 0


def _fold(text: str, character: Callable[[str], str]) -> Folded:
    characters: list[str] = []
    places: list[int] = []
    for place, original in enumerate(text):
        replaced = character(original)
        characters.append(replaced)
        places.extend([place] * len(replaced))
    return Folded("".join(characters), (*places, len(text)))


@lru_cache(maxsize=20_000)
def _normal_character(character: str) -> str:
    if character == "\n":
        return character
    if character.isspace():
        return " "
    if character in _CHINESE_PUNCTUATION:
        return character
    if unicodedata.category(character) in _INVISIBLE or _ALSO_INVISIBLE.match(character):
        return ""
    return unicodedata.normalize("NFKC", character)


@lru_cache(maxsize=20_000)
def _folded_character(character: str) -> str:
    # Taken apart, so that é is the same in one character and in two.
    parts = unicodedata.normalize("NFKD", _normal_character(character).casefold())
    kept = "".join(part for part in parts if part.isalnum())
    return kept if kept.isascii() else _to_simplified()(kept).translate(_ALSO_SIMPLIFIED)


@lru_cache
def _to_simplified() -> Callable[[str], str]:
    return cast(Callable[[str], str], OpenCC("t2s").convert)  # pyright: ignore[reportUnknownMemberType] it has no types
