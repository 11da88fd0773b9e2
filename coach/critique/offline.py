"""The judge without a model: it matches the ways people say a key point, and is precise or silent.

It understands nothing. Where the wording is strong evidence it says so and shows the cue; everything else is
`ungraded`, for the candidate to compare. Plain overlap with a key point's own text is close to chance (AUC 0.55 on
unseen answers), so it rests on the cues that were written for each point, and on what tells them from its siblings'.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log, sqrt
from typing import Literal

from coach import __version__
from coach.bank.index import ReferenceAnswer
from coach.bank.question import KeyPoint
from coach.chat import Deadline, Usage
from coach.critique import followups
from coach.critique.evidence import Answer
from coach.critique.feedback import Done, Event, Evidence, Feedback, Label, Reason, Verdict, Versions
from coach.critique.manipulation import addresses_the_judge, is_bare_list, is_naming
from coach.critique.negation import denies, is_negative
from coach.critique.scoring import score
from coach.folding import folded, is_chinese, normalise, simplified

NAME = "text-match-2"
# Tuned on 175 answers written without sight of the cues (228 points said, 786 not): 0.89 precise there, with 0.52 of
# the points found, and on 20 answers kept aside 0.92 and 0.56. Of what is called covered, 0.95 is at least touched.
PARTIAL_FROM = 1.1
"""How well a stretch of the answer must fit a key point to count as touching it."""
COVERED_FROM = 1.5
ALONE = 2.4
"""A key point that has no siblings to be told from must be fitted so many times better."""
WHOLE = 0.85
"""Share of a cue's wording from which on a stretch says it, or denies it, in as many words."""
_SIBLING = 0.8
"""So much of its best sibling's fit is taken from a point's own."""
_UNSEEN = 0.3
"""Added to every count, so that a wording no sibling has does not weigh without bounds."""
_SHORT = 6
"""Added to the grams of a stretch, so that two or three words don't fit by chance."""
_LONGEST_PAIR = 48

_CLAUSE = re.compile(r"[^，,：:。！？!?；;\n]+")
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+")
_COMMON = frozenset(
    "的了吗呢吧啊呀我你您他她它们这那个一就也都还又很会要能可把给让被对跟和与在是有说去来到上下里做好先再"
)
_COMMON_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an the to of and or in on at for with by from is are was be it its this that them they i my me we our "
        "you your he she his her would will can could do did so as if then what how not no yes have has had been "
        "there here all any some every each much many more most than just also only still even about up out off "
        "over into back before after until while because since when where who which why make made get got go went "
        "come came say said like way thing time people next first other again may might must should am were does "
        "done being",
    )
)
_NUMBER_WITH_UNIT = re.compile(
    r"(\d+|[一二两三四五六七八九十]+)(个?小时|分钟|天|个?工作日|周|个?月|hours?|minutes?|days?)"
)


@dataclass(frozen=True)
class _Stretch:
    """A clause, or two that follow each other, of one sentence."""

    text: str
    start: int
    end: int
    grams: frozenset[str]


@dataclass(frozen=True)
class _Match:
    """A stretch that speaks for a key point."""

    stretch: _Stretch
    lead: float
    cue: str
    """The cue that is nearest in wording."""
    share: float
    """How much of the cue's wording stands in the stretch."""

    @property
    def is_literal(self) -> bool:
        return self.share >= WHOLE


_Wording = Mapping[str, float]
"""The grams of a key point's cues, and how much each tells it from its siblings."""


class OfflineJudge:
    """The judge that needs no model (port `Judge`)."""

    kind: Literal["offline"] = "offline"

    def judge(self, reference: ReferenceAnswer, answer: str, deadline: Deadline) -> Iterator[Event]:
        """A verdict for each key point, at once, then `Done`. Asks nobody, so the deadline does not matter."""
        del deadline
        read = Answer(answer)
        verdicts = tuple(_verdicts(reference.key_points, read))
        yield from verdicts
        worst = followups.gaps(verdicts)
        yield Done(
            feedback=Feedback(
                question_id=reference.question_id,
                score=score(verdicts),
                judge=self.kind,
                key_points=verdicts,
                follow_up=followups.template(worst[0], reference, answer, asked=[]) if worst else None,
                usage=Usage(),
                versions=Versions(
                    coach=__version__,
                    judge=NAME,
                    question=reference.version,
                    index=reference.fingerprint,
                    retrieved=tuple(point.id for point in reference.key_points),
                ),
            )
        )


def _verdicts(points: Sequence[KeyPoint], answer: Answer) -> Iterator[Verdict]:
    if answer.says_nothing:
        for point in points:
            yield Verdict(id=point.id, text=point.text, weight=point.weight, verdict=Label.MISSING)
        return
    wordings = _wordings(points)
    fits = [(stretch, [_fit(stretch, wording) for wording in wordings]) for stretch in _stretches(answer)]
    for place, point in enumerate(points):
        near = ((stretch, own) for stretch, own in fits if own[place] >= PARTIAL_FROM)
        matches = (_match(point, stretch, _lead(own, place)) for stretch, own in near)
        sound = (match for match in matches if match and (match.is_literal or match.lead >= PARTIAL_FROM))
        best = max(sound, key=lambda match: (match.is_literal, match.lead), default=None)
        yield _verdict(point, best, answer) if best else Verdict.ungraded(point, Reason.NO_MODEL)


def _match(point: KeyPoint, stretch: _Stretch, lead: float) -> _Match | None:
    """None for a stretch that is nearer to what only sounds like the point."""
    share, cue = max((_share(cue, stretch.grams), cue) for cue in point.cues)
    alike = max((_share(text, stretch.grams) for text in point.not_), default=0.0)
    return None if alike >= share else _Match(stretch, lead, cue, share)


def _verdict(point: KeyPoint, match: _Match, answer: Answer) -> Verdict:
    chinese = is_chinese(answer.given)
    cue = match.cue
    said = max(_CLAUSE.findall(simplified(match.stretch.text)), key=lambda clause: _share(cue, _grams(clause)))
    if denies(said, cue) or _conflicts(cue, said):
        if not match.is_literal:
            return Verdict.ungraded(point, Reason.NO_MODEL)
        label, why = Label.CONTRADICTED, f"与「{cue}」相反" if chinese else f'the contrary of "{cue}"'
    elif is_negative(said) != is_negative(cue):
        return Verdict.ungraded(point, Reason.NO_MODEL)
    elif match.is_literal or match.lead >= COVERED_FROM:
        label, why = Label.COVERED, f"与「{cue}」说法相近" if chinese else f'close to "{cue}"'
    else:
        label, why = Label.PARTIAL, f"接近「{cue}」" if chinese else f'comes near "{cue}"'
    rest = (
        "字面只对上一部分，请对照要点看还缺什么" if chinese else "only part of the wording fits: compare with the point"
    )
    return Verdict(
        id=point.id,
        text=point.text,
        weight=point.weight,
        verdict=label,
        evidence=(_quote(match.stretch, answer),),
        why=why,
        missing_part=rest if label is Label.PARTIAL else "",
        advice=point.text if label is Label.CONTRADICTED else "",
    )


def _wordings(points: Sequence[KeyPoint]) -> Sequence[_Wording]:
    """Log odds of each gram in a point's cues against its siblings', where they speak for the point."""
    counts = [Counter(gram for text in _said_as(point) for gram in _grams(text)) for point in points]
    everywhere = sum(counts, Counter[str]())
    siblings = max(len(points) - 1, 1)
    odds = (
        {gram: log((own + _UNSEEN) / ((everywhere[gram] - own) / siblings + _UNSEEN)) for gram, own in count.items()}
        for count in counts
    )
    return [{gram: _weight(gram) * odd for gram, odd in point.items() if odd > 0} for point in odds]


def _said_as(point: KeyPoint) -> Sequence[str]:
    return (*point.cues, point.text) if point.cues else ()


def _fit(stretch: _Stretch, wording: _Wording) -> float:
    """How much in a stretch speaks for a point, for its length."""
    return sum(wording.get(gram, 0.0) for gram in stretch.grams) / sqrt(len(stretch.grams) + _SHORT)


def _lead(fits: Sequence[float], place: int) -> float:
    """The fit of one point, less what speaks for a sibling in the same words."""
    if len(fits) == 1:
        return fits[0] / ALONE
    return fits[place] - _SIBLING * max(fit for other, fit in enumerate(fits) if other != place)


def _share(text: str, stretch: frozenset[str]) -> float:
    """The weight of a text's grams that are among those of a stretch, of the weight of all but its amounts, 0 to 1."""
    grams = _grams(_NUMBER_WITH_UNIT.sub(r"\2", text))
    whole = sum(map(_weight, grams))
    return sum(map(_weight, grams & stretch)) / whole if whole else 0.0


def _weight(gram: str) -> float:
    common = gram in _COMMON_WORDS or all(character in _COMMON for character in gram)
    return (0.15 if common else 1.0) * (3.0 if gram.isascii() else 0.5 if len(gram) == 1 else 1.5)


@lru_cache(maxsize=20_000)
def _grams(text: str) -> frozenset[str]:
    """Characters and pairs of neighbours in Chinese, words cut to their stem in English."""
    plain = normalise(text).text.lower().replace("’", "'")
    words = {_stem(word) for word in _WORD.findall(plain)}
    han = re.sub(r"[a-z]+", "", folded(text))
    return frozenset(words | set(han) | {han[at : at + 2] for at in range(len(han) - 1)})


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def _stretches(answer: Answer) -> Iterator[_Stretch]:
    for sentence in answer.sentences:
        if addresses_the_judge(sentence.text) or is_bare_list(sentence.text):
            continue
        spoken = [found.span() for found in _CLAUSE.finditer(answer.normal.text, sentence.start, sentence.end)]
        clauses = [span for span in spoken if folded(answer.normal.text[slice(*span)])]
        pairs = [(one[0], other[1]) for one, other in pairwise(clauses)]
        for start, end in clauses + [pair for pair in pairs if pair[1] - pair[0] <= _LONGEST_PAIR]:
            text = answer.normal.text[start:end]
            if any(is_naming(clause) for clause in _CLAUSE.findall(text)):
                continue
            yield _Stretch(text, start, end, _grams(text))


def _quote(stretch: _Stretch, answer: Answer) -> Evidence:
    padding = len(stretch.text) - len(stretch.text.lstrip())
    start, end = answer.normal.span(stretch.start + padding, stretch.start + len(stretch.text.rstrip()))
    return Evidence(quote=answer.given[start:end], start=start, end=end, status="verified")


def _conflicts(cue: str, stretch: str) -> bool:
    """Whether both name an amount of the same unit, and not the same amount."""
    asked, said = ({unit: number for number, unit in _NUMBER_WITH_UNIT.findall(text)} for text in (cue, stretch))
    return any(unit in said and said[unit] != number for unit, number in asked.items())
