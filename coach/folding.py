"""Text as it is compared: case, width, script variant and invisible characters folded away, places kept."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from opencc import OpenCC

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-z]")
_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}  # control, format (zero-width, bidirectional, tags), private use, lone surrogates
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
    """The text as two people's spellings are compared: normalised, lower case, simplified, only letters and digits."""
    return _fold(text, _folded_character)


def folded(text: str) -> str:
    """`fold(text).text`, for where the places don't matter."""
    return fold(text).text


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
    return "" if unicodedata.category(character) in _INVISIBLE else unicodedata.normalize("NFKC", character)


@lru_cache(maxsize=20_000)
def _folded_character(character: str) -> str:
    kept = "".join(part for part in _normal_character(character).casefold() if part.isalnum())
    return kept if kept.isascii() else _to_simplified()(kept).translate(_ALSO_SIMPLIFIED)


@lru_cache
def _to_simplified() -> Callable[[str], str]:
    return cast(Callable[[str], str], OpenCC("t2s").convert)  # pyright: ignore[reportUnknownMemberType] it has no types
