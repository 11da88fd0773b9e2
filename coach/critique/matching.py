"""What in an answer speaks for a key point, by wording alone: the best stretch, and the signals that it gives."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from math import log, sqrt
from statistics import fmean

from coach.bank.question import KeyPoint
from coach.critique.evidence import Answer
from coach.critique.manipulation import addresses_the_judge, is_bare_list, is_naming
from coach.critique.negation import is_negative
from coach.critique.tone import Tone, worst_passage
from coach.critique.wording import AMOUNT, Rarity, grams
from coach.folding import folded, simplified

SIGNALS: Mapping[str, str] = {
    "lead": "how much the best stretch speaks for this key point, less what speaks for a sibling in the same words",
    "second": "the same for the next best stretch elsewhere in the answer",
    "cues": "how much of its cues' wording the answer holds, each where it fits best, on average",
    "ahead": "that, less the same of the best sibling",
    "share": "how much of the nearest cue's wording stands in the stretch",
    "misleading": "how much more of what only sounds like the point stands in it",
    "text": "how much of the key point's own wording stands in one stretch of the answer",
    "size": "grams of the stretch (log): a match within many words says less",
    "turned": "1 where only one of cue and clause is negative",
    "tone": "how dismissive the stretch sounds",
    "passage": "how dismissive the worst passage of the answer sounds",
}
"""What a match is judged by. None grows with what stands outside the stretches: padding an answer wins nothing."""
WHOLE = 0.85
"""Share of a cue's wording from which on a stretch says it, or denies it, in as many words."""
ALONE = 2.4
"""A key point that has no siblings to be told from must be fitted so many times better."""
_SIBLING = 0.8
"""So much of its best sibling's fit is taken from a point's own."""
_UNSEEN = 0.3
"""Added to every count, so that a wording no sibling has does not weigh without bounds."""
_SHORT = 6
"""Added to the grams of a stretch, so that two or three words don't fit by chance."""
_LONGEST = {1: 10_000, 2: 48, 3: 60}
"""Characters that so many clauses may have to be one stretch."""
_NO_LEAD = -2.0

_CLAUSE = re.compile(r"[^，,：:。！？!?；;\n]+")


@dataclass(frozen=True)
class Clause:
    """A part of a sentence, between punctuation marks. Places count in the normalised answer."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Stretch:
    """One to three clauses of a sentence that follow each other."""

    text: str
    start: int
    end: int
    clauses: Sequence[Clause]
    grams: frozenset[str]


@dataclass(frozen=True)
class Match:
    """The stretch of an answer that speaks most for a key point."""

    stretch: Stretch
    cue: str
    """The cue that is nearest to it in wording."""
    clause: str
    """The clause of the stretch that is nearest to the cue, in simplified characters."""
    is_literal: bool
    """Whether the stretch says the cue in as many words."""
    signals: Mapping[str, float]


@dataclass(frozen=True)
class _Reading:
    """A stretch, and how far it speaks for each key point, in the order of the points."""

    stretch: Stretch
    leads: Sequence[float]
    cues: Sequence[Sequence[float]]
    """Share of each cue's wording."""
    misleading: Sequence[float]
    """Share of the wording of what only sounds like the point, the nearest."""
    texts: Sequence[float]

    def is_literal(self, place: int) -> bool:
        share = max(self.cues[place], default=0.0)
        return share >= WHOLE and share > self.misleading[place]


def matches(points: Sequence[KeyPoint], answer: Answer, rarity: Rarity, tone: Tone) -> Sequence[Match | None]:
    """For each key point its best match; None for one without cues, or where the answer has no stretch to judge.

    What addresses the judge, and what only names terms, is no part of any stretch.
    """
    sentences = list(clauses_of(answer))
    wording = _wording(tuple(points), rarity)
    readings = [wording.reading(stretch) for clauses in sentences for stretch in _stretches(clauses, answer)]
    if not readings:
        return [None] * len(points)
    tones = {clause: tone.of(clause.text) for clauses in sentences for clause in clauses}
    whole = {"passage": worst_passage(list(tones.values()))}
    cues = [_held(readings, place) for place in range(len(points))]
    found: list[Match | None] = []
    for place, point in enumerate(points):
        ahead = cues[place] - max((held for other, held in enumerate(cues) if other != place), default=0.0)
        signals = {**whole, "cues": cues[place], "ahead": ahead}
        found.append(_match(point, place, readings, signals, tones) if point.cues else None)
    return found


def _match(
    point: KeyPoint,
    place: int,
    readings: Sequence[_Reading],
    signals: Mapping[str, float],
    tones: Mapping[Clause, float],
) -> Match:
    best = max(readings, key=lambda one: (one.is_literal(place), one.leads[place]))
    stretch = best.stretch
    apart = (one.leads[place] for one in readings if not _overlap(one.stretch, stretch))
    share, cue = max(zip(best.cues[place], point.cues, strict=True))
    clause = max(map(_simplified, stretch.clauses), key=lambda text: len(grams(text) & grams(cue)))
    own: dict[str, float] = {
        "lead": best.leads[place],
        "second": max(apart, default=_NO_LEAD),
        "share": share,
        "misleading": best.misleading[place] - share,
        "text": max(one.texts[place] for one in readings),
        "size": log(1 + len(stretch.grams)),
        "turned": float(is_negative(clause) != is_negative(cue)),
        "tone": fmean(tones[clause] for clause in stretch.clauses),
    }
    # rounded, so that the order of a sum, which is not always the same, decides nothing
    rounded = {name: round(value, 6) for name, value in {**own, **signals}.items()}
    return Match(stretch, cue, clause, best.is_literal(place), rounded)


def _held(readings: Sequence[_Reading], place: int) -> float:
    """The mean over a key point's cues of the share that stands in the stretch where it fits best."""
    columns = list(zip(*(one.cues[place] for one in readings), strict=True))
    return fmean(map(max, columns)) if columns else 0.0


def _simplified(clause: Clause) -> str:
    return simplified(clause.text)


def _overlap(one: Stretch, other: Stretch) -> bool:
    return one.start < other.end and other.start < one.end


class _Wording:
    """The key points of a question by gram: for what each gram speaks, and how much."""

    def __init__(self, points: Sequence[KeyPoint], rarity: Rarity) -> None:
        self._points = points
        self._lead = _by_gram(_telling_apart(points, rarity))
        self._cues = _by_gram([_shares(cue, rarity) for point in points for cue in point.cues])
        self._misleading = _by_gram([_shares(text, rarity) for point in points for text in point.not_])
        self._texts = _by_gram([_shares(point.text, rarity) for point in points])

    def reading(self, stretch: Stretch) -> _Reading:
        """How far a stretch speaks for each key point."""
        points = self._points
        length = sqrt(len(stretch.grams) + _SHORT)
        fits = [fit / length for fit in _sums(self._lead, stretch.grams, len(points))]
        cues = iter(_sums(self._cues, stretch.grams, sum(len(point.cues) for point in points)))
        misleading = iter(_sums(self._misleading, stretch.grams, sum(len(point.not_) for point in points)))
        return _Reading(
            stretch,
            leads=[_lead(fits, place) for place in range(len(points))],
            cues=[list(islice(cues, len(point.cues))) for point in points],
            misleading=[max(islice(misleading, len(point.not_)), default=0.0) for point in points],
            texts=_sums(self._texts, stretch.grams, len(points)),
        )


@lru_cache(maxsize=256)
def _wording(points: tuple[KeyPoint, ...], rarity: Rarity) -> _Wording:
    return _Wording(points, rarity)


def _telling_apart(points: Sequence[KeyPoint], rarity: Rarity) -> Sequence[Mapping[str, float]]:
    """Log odds of each gram in a point's cues against its siblings', where they speak for the point."""
    counts = [Counter(gram for text in _said_as(point) for gram in grams(text)) for point in points]
    everywhere = sum(counts, Counter[str]())
    siblings = max(len(points) - 1, 1)
    odds = (
        {gram: log((own + _UNSEEN) / ((everywhere[gram] - own) / siblings + _UNSEEN)) for gram, own in count.items()}
        for count in counts
    )
    return [{gram: rarity.weight(gram) / 4 * odd for gram, odd in point.items() if odd > 0} for point in odds]


def _said_as(point: KeyPoint) -> Sequence[str]:
    return (*point.cues, point.text) if point.cues else ()


def _shares(text: str, rarity: Rarity) -> Mapping[str, float]:
    """Each gram's share of a text's wording; its amounts (24小时) don't count."""
    own = grams(AMOUNT.sub(r"\2", text))
    whole = sum(map(rarity.weight, own))
    return {gram: rarity.weight(gram) / whole for gram in own} if whole else {}


_ByGram = Mapping[str, Sequence[tuple[int, float]]]


def _by_gram(texts: Sequence[Mapping[str, float]]) -> _ByGram:
    turned: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, text in enumerate(texts):
        for gram, worth in text.items():
            turned[gram].append((at, worth))
    return turned


def _sums(by_gram: _ByGram, some: frozenset[str], size: int) -> list[float]:
    sums = [0.0] * size
    for gram in some:
        for at, worth in by_gram.get(gram, ()):
            sums[at] += worth
    return sums


def _lead(fits: Sequence[float], place: int) -> float:
    """The fit of one point, less what speaks for a sibling in the same words."""
    if len(fits) == 1:
        return fits[0] / ALONE
    return fits[place] - _SIBLING * max(fit for other, fit in enumerate(fits) if other != place)


def clauses_of(answer: Answer) -> Iterator[Sequence[Clause]]:
    """The clauses of each sentence that doesn't address the judge and isn't a bare list of terms."""
    text = answer.normal.text
    for sentence in answer.sentences:
        if not (addresses_the_judge(sentence.text) or is_bare_list(sentence.text)):
            spans = [found.span() for found in _CLAUSE.finditer(text, sentence.start, sentence.end)]
            yield [Clause(text[start:end], start, end) for start, end in spans if folded(text[start:end])]


def _stretches(clauses: Sequence[Clause], answer: Answer) -> Iterator[Stretch]:
    for count, longest in _LONGEST.items():
        for first in range(len(clauses) - count + 1):
            some = clauses[first : first + count]
            start, end = some[0].start, some[-1].end
            if end - start <= longest and not any(is_naming(clause.text) for clause in some):
                text = answer.normal.text[start:end]
                yield Stretch(text, start, end, some, grams(text))
