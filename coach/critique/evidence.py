"""An answer as it is judged, and the proof that a quote really stands in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from coach.critique.feedback import Evidence
from coach.folding import Folded, fold, folded, normalise

MIN_CONTENT_CHARACTERS = 6
"""An answer with fewer letters and digits says nothing."""
MIN_QUOTE_CHARACTERS = 2
"""Shorter quotes (是, a) stand in any answer and prove nothing."""
MIN_SIMILARITY = 0.9
MIN_SIMILAR_CHARACTERS = 4
_LONGEST_SLACK = 20
_LONGEST_SENTENCE = 240
"""In UTF-8 bytes: 80 Chinese characters, or some 40 English words."""

_SENTENCE_END = re.compile(
    r"[。！？!?；;]+[”’\"')）」』]*|\.+(?=\s|$|[\u4e00-\u9fff])"
    r"|(?<![A-Za-z,'’-])\n|\n(?![A-Za-z])"  # a line end between English words is only where the line was wrapped
)
_CLAUSE_END = re.compile(r"[，,、：:]|\s+")
_SPOKEN_BREAK = re.compile(
    r"(?<=.{8})(?=然后|接着|首先|其次|最后|另外|还有|比如|所以|但是|不过|因为|如果|and then |so that |because |but )"
)
_CHANGES_CHINESE = re.compile(r"[不没无别未勿非莫甭]|[一二三四五六七八九十百千万两半]+")
_CHANGES_ENGLISH = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|hardly)\b|n['`´]t\b"
    r"|\b(?:ca|wo|do|does|did|is|are|was|were|would|should|could|has|have|had)nt\b"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|hundred|thousand|half|once|twice)\b"
    r"|\d+(?:[.,:]\d+)*"
)


@dataclass(frozen=True)
class Sentence:
    """A stretch of the normalised answer. Sentences don't overlap, and hold every letter of it."""

    number: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Answer:
    """What the candidate wrote, and how it is read."""

    given: str
    """To the letter. Evidence is counted in its characters."""

    @cached_property
    def normal(self) -> Folded:
        """What a judge is shown."""
        return normalise(self.given)

    @cached_property
    def folded(self) -> Folded:
        """What a repaired quote is looked for in."""
        return fold(self.given)

    @cached_property
    def sentences(self) -> Sequence[Sentence]:
        """Numbered from 1; none for an answer without a letter or digit."""
        return tuple(_sentences(self.normal.text))

    @property
    def says_nothing(self) -> bool:
        """Whether there is too little to judge."""
        return len(self.folded.text) < MIN_CONTENT_CHARACTERS

    def given_span(self, sentence: Sentence) -> tuple[int, int]:
        """Where a sentence stands in the answer as given."""
        return self.normal.span(sentence.start, sentence.end)

    def sentences_at(self, start: int, end: int) -> Sequence[Sentence]:
        """The sentences that a span of the answer as given touches."""
        spans = ((sentence, *self.given_span(sentence)) for sentence in self.sentences)
        return [sentence for sentence, begins, ends in spans if begins < end and start < ends]


def find_quote(answer: Answer, quote: str, sentence: int | None = None) -> Evidence | None:
    """The place of a quote in the answer, or None where it does not stand there.

    Exact is `verified`. Equal after folding, or at least 0.9 similar over at least 4 characters with the same negations
    and numbers, is `repaired`: the answer's words are shown, not the quote's. Of several places, the one in the
    numbered sentence is taken, else the first.
    """
    quote = quote.strip()
    wanted = folded(quote)
    if len(wanted) < MIN_QUOTE_CHARACTERS:
        return None
    span = (
        _preferred(answer, _exact(answer, quote), sentence)
        or _preferred(answer, _equal_folded(answer, quote, wanted), sentence)
        or _similar(answer, quote, wanted)
    )
    if span is None:
        return None
    found = answer.given[slice(*span)]
    return Evidence(quote=found, start=span[0], end=span[1], status="verified" if found == quote else "repaired")


def _exact(answer: Answer, quote: str) -> Sequence[tuple[int, int]]:
    return [(place, place + len(quote)) for place in _occurrences(answer.given, quote)]


def _equal_folded(answer: Answer, quote: str, wanted: str) -> Sequence[tuple[int, int]]:
    places = _occurrences(answer.folded.text, wanted)
    spans = (answer.folded.span(place, place + len(wanted)) for place in places)
    return [span for span in spans if _says_the_same(answer, span, quote)]


def _similar(answer: Answer, quote: str, wanted: str) -> tuple[int, int] | None:
    text = answer.folded.text
    if not MIN_SIMILAR_CHARACTERS <= len(wanted) <= len(text):
        return None
    aligned = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=80)
    if aligned is None:
        return None
    start, end = _best_cut(wanted, text, aligned.dest_start, aligned.dest_end)
    if Levenshtein.normalized_similarity(wanted, text[start:end]) < MIN_SIMILARITY:
        return None
    span = answer.folded.span(start, end)
    return span if _says_the_same(answer, span, quote) else None


def _best_cut(wanted: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The most similar stretch near an alignment, which is always as long as `wanted`: a quote may lack letters."""
    slack = min(len(wanted) // 4, _LONGEST_SLACK)
    cuts = (
        (one, other)
        for one in range(max(0, start - slack), start + slack + 1)
        for other in range(end - slack, min(len(text), end + slack) + 1)
        if one < other
    )
    return max(cuts, key=lambda cut: Levenshtein.normalized_similarity(wanted, text[slice(*cut)]))


def _says_the_same(answer: Answer, span: tuple[int, int], quote: str) -> bool:
    """One character turns a sentence round (会 / 不会, 24 / 48, 1.5 / 15): a repaired quote must agree in these."""
    return _meaning_changers(answer.given[slice(*span)]) == _meaning_changers(quote)


def _meaning_changers(text: str) -> tuple[Sequence[str], Sequence[str]]:
    spaced = normalise(text).text.casefold().replace("’", "'")
    return _CHANGES_CHINESE.findall(folded(text)), _CHANGES_ENGLISH.findall(spaced)


def _preferred(answer: Answer, spans: Sequence[tuple[int, int]], sentence: int | None) -> tuple[int, int] | None:
    inside = [span for span in spans if any(at.number == sentence for at in answer.sentences_at(*span))]
    return (inside or spans or [None])[0]


def _occurrences(text: str, part: str) -> Sequence[int]:
    return [found.start() for found in re.finditer(re.escape(part), text)]


def _sentences(text: str) -> Iterator[Sentence]:
    number = 0
    for start, end in _stretches(text):
        if folded(text[start:end]):
            number += 1
            yield Sentence(number, start, end, text[start:end].strip())


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Spans between sentence ends; one that runs on (as speech recognition gives) is cut again, ever finer."""
    for start, end in _cut(text, 0, len(text), _SENTENCE_END):
        if _size(text, start, end) <= _LONGEST_SENTENCE:
            yield start, end
            continue
        for part in _joined(text, _cut(text, start, end, _CLAUSE_END)):
            if _size(text, *part) <= _LONGEST_SENTENCE:
                yield part
            else:
                yield from _chopped(_joined(text, _cut(text, *part, _SPOKEN_BREAK)))


def _cut(text: str, start: int, end: int, boundary: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for found in boundary.finditer(text, start, end):
        if found.end() > start:
            yield start, found.end()
            start = found.end()
    if start < end:
        yield start, end


def _size(text: str, start: int, end: int) -> int:
    return len(text[start:end].encode())


def _joined(text: str, parts: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Neighbours together as long as they fit into half a sentence."""
    held: tuple[int, int] | None = None
    for start, end in parts:
        if held is not None and _size(text, held[0], end) <= _LONGEST_SENTENCE // 2:
            held = (held[0], end)
            continue
        if held is not None:
            yield held
        held = (start, end)
    if held is not None:
        yield held


def _chopped(parts: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for start, end in parts:
        for at in range(start, end, _LONGEST_SENTENCE // 3):
            yield at, min(at + _LONGEST_SENTENCE // 3, end)
