"""The built-in embedding: weighted characters and words, hashed into one vector. No model, no download.

The terms of a text are Han characters, pairs of them by sound (so that a word typed with a wrong character of the same
sound still is that word), words, pairs of words, and four-letter pieces of words, which stand in for stemming. Words of
`lexical_synonyms.txt` are read as one. In how many texts of the bundled bank a term comes says how little it tells;
that is data, `lexical_terms.txt`, written by `python benchmarks/lexical_terms.py`. Hashing with signs after Weinberger
et al. 2009, "Feature hashing for large scale multitask learning"; changed: the most frequent terms have places of their
own.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from typing import cast
from zlib import crc32

from coach.adapters.chinese_sounds import sound
from coach.folding import folded, normalise

_METHOD = 1  # one higher with every change that changes a vector
_WIDTH = 2048  # half of it cost 4 points of hit@1 on 300 queries to the 60 bundled questions, twice as much gained 1
_OWN_PLACES = _WIDTH // 4
_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+)")
_SOUNDS, _PIECE = "=", "~"  # what the terms begin with that are no text of their own
_PIECE_LENGTH = 4
_SOUNDS_WEIGHT, _WORD_PAIR_WEIGHT, _PIECE_WEIGHT = 0.6, 0.5, 0.5  # against 1 for a character or a word
_SMOOTHING = 3  # as if every term came in three more texts: what came once tells less than its rarity promises


@dataclass(frozen=True)
class TermCounts:
    """In how many of so many texts a term comes."""

    texts: int
    by_term: Mapping[str, int]
    """The most frequent first; rare ones are left out."""

    @classmethod
    def of(cls, texts: Sequence[str], at_least: int) -> "TermCounts":
        """The counts of these texts, without terms that come in fewer than `at_least`."""
        counted = Counter(term for text in texts for term in set(terms(text)))
        frequent = sorted((-count, term) for term, count in counted.items() if count >= at_least)
        return cls(len(texts), {term: -count for count, term in frequent})

    @classmethod
    def read(cls, written: str) -> "TermCounts":
        """The counts that `written` gave."""
        first, *rest = written.splitlines()
        counts = (line.split("\t") for line in rest)
        return cls(int(first), {term: int(count) for count, term in counts})

    def written(self) -> str:
        """The number of texts, then a line a term."""
        return "\n".join([str(self.texts), *(f"{count}\t{term}" for term, count in self.by_term.items())]) + "\n"


class LexicalEmbedding:
    """Vectors whose cosine says how much of their telling words two texts share; fulfils `Embedding`."""

    def __init__(self, counts: TermCounts | None = None) -> None:
        self.counts = counts or TermCounts.read(_data("lexical_terms.txt"))
        self._own_places = dict(zip(self.counts.by_term, range(_OWN_PLACES), strict=False))
        self._place = lru_cache(maxsize=100_000)(self._place_of)

    @property
    def name(self) -> str:
        """Changes with the method, the width and the data."""
        return self._name

    @cached_property
    def _name(self) -> str:
        data = self.counts.written() + _data("lexical_synonyms.txt")
        return f"lexical-{_METHOD}-{_WIDTH}-{sha256(data.encode()).hexdigest()[:8]}"

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector of length 1 a text; all zeros for a text without a letter or digit."""
        import numpy

        matrix = numpy.zeros((len(texts), _WIDTH), dtype=numpy.float32)
        for row, text in zip(matrix, texts, strict=True):
            for term, count in Counter(terms(text)).items():
                place, weight = self._place(term)
                row[place] += weight * (1 + math.log(count))
        lengths = numpy.linalg.norm(matrix, axis=1, keepdims=True)
        # Rows of a matrix do all that a sequence does here, at a tenth of its size.
        return cast(Sequence[Sequence[float]], matrix / numpy.maximum(lengths, numpy.finfo(numpy.float32).tiny))

    def _place_of(self, term: str) -> tuple[int, float]:
        rarity = (_SMOOTHING + self.counts.texts) / (_SMOOTHING + self.counts.by_term.get(term, 0))
        weight = _weight_of_kind(term) * (1 + math.log(rarity))
        if term in self._own_places:
            return self._own_places[term], weight
        hashed = crc32(term.encode())
        return _OWN_PLACES + (hashed >> 1) % (_WIDTH - _OWN_PLACES), weight if hashed & 1 else -weight


def terms(text: str) -> Iterator[str]:
    """The terms of a text, each as often as it comes; none for a text without a letter or digit."""
    words: list[str] = []
    for han, word in _RUN.findall(normalise(text).text):
        if han:
            characters = _synonyms().in_han(folded(han))
            yield from characters
            yield from (_SOUNDS + sound(one) + sound(other) for one, other in pairwise(characters))
        elif known := _synonyms().of_word(folded(word)):
            words.append(known)
            framed = f"<{known}>"
            starts = range(len(framed) - _PIECE_LENGTH + 1)
            yield from (_PIECE + framed[start : start + _PIECE_LENGTH] for start in starts)
    yield from words
    yield from (f"{one} {other}" for one, other in pairwise(words))


def _weight_of_kind(term: str) -> float:
    if term.startswith(_SOUNDS):
        return _SOUNDS_WEIGHT
    if term.startswith(_PIECE):
        return _PIECE_WEIGHT
    return _WORD_PAIR_WEIGHT if " " in term else 1.0


@dataclass(frozen=True)
class _Synonyms:
    first_of: Mapping[str, str]
    """The first word of its group, by each other word of it."""
    any_han: re.Pattern[str]

    def in_han(self, text: str) -> str:
        return self.any_han.sub(lambda found: self.first_of[found[0]], text)

    def of_word(self, word: str) -> str:
        return self.first_of.get(word, word)


@lru_cache
def _synonyms() -> _Synonyms:
    groups = [line.split() for line in _data("lexical_synonyms.txt").splitlines() if not line.startswith("#")]
    first_of = {word: first for first, *others in groups for word in others}
    longest_first = sorted((word for word in first_of if not word.isascii()), key=len, reverse=True)
    return _Synonyms(first_of, re.compile("|".join(longest_first)))


@lru_cache
def _data(name: str) -> str:
    return files("coach.adapters").joinpath(name).read_text("utf-8")
