"""The judge without a model: it matches the ways people say a key point, and is precise or silent.

It understands nothing. Where the wording is strong evidence it says so and shows the cue; everything else is
`ungraded`, for the candidate to compare. Plain overlap with a key point's own text is close to chance (AUC 0.55 on unseen
answers), so it rests on the cues that were written for each point.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Literal

from coach import __version__
from coach.bank.index import ReferenceAnswer
from coach.bank.question import KeyPoint
from coach.chat import Deadline, Usage
from coach.critique import followups
from coach.critique.evidence import Answer
from coach.critique.feedback import Done, Event, Evidence, Feedback, Label, Reason, Verdict, Versions
from coach.critique.manipulation import addresses_the_judge, is_bare_list
from coach.critique.negation import denies, is_negative
from coach.critique.scoring import score
from coach.folding import folded, is_chinese, normalise

NAME = "text-match-1"
COVERED_FROM = 0.74
"""Share of a cue's weight that a stretch of the answer must hold to count as saying it."""
PARTIAL_FROM = 0.62
DENIED_FROM = 0.85
SIBLING_MARGIN = 0.02
"""A stretch that fits a sibling point's cue better by this much speaks of the sibling."""
_LONGEST_WINDOW = 48

_CLAUSE = re.compile(r"[^，,、：:。！？!?；;\n]+")
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+")
_COMMON = frozenset(
    "的了吗呢吧啊呀我你您他她它们这那个一就也都还又很会要能可把给让被对跟和与在是有说去来到上下里做好先再"
)
_COMMON_WORDS = frozenset(
    "a an the to of and or in on at for with by from is are was be it its this that them they i my me we our you your "
    "he she his her would will can could do did so as if then what how".split()
)
_NUMBER_WITH_UNIT = re.compile(
    r"(\d+|[一二两三四五六七八九十]+)(个?小时|分钟|天|个?工作日|周|个?月|hours?|minutes?|days?)"
)


@dataclass(frozen=True)
class _Window:
    """A clause, or two that follow each other, of one sentence."""

    text: str
    start: int
    end: int
    grams: frozenset[str]


@dataclass(frozen=True)
class _Match:
    point_id: str
    cue: str
    window: _Window
    share: float


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
    rarity = _rarity(points)
    windows = list(_windows(answer))
    best = {(window.start, window.end): _best_matches(points, window, rarity) for window in windows}
    for point in points:
        own = [_own_match(point, matches) for matches in best.values()]
        yield _verdict(
            point, max((match for match in own if match), key=lambda match: match.share, default=None), answer
        )


def _verdict(point: KeyPoint, match: _Match | None, answer: Answer) -> Verdict:
    if match is None or match.share < PARTIAL_FROM:
        return Verdict.ungraded(point, Reason.NO_MODEL)
    chinese = is_chinese(answer.given)
    stretch = match.window.text
    if denies(stretch, match.cue) or _conflicts(match.cue, stretch):
        if match.share < DENIED_FROM:
            return Verdict.ungraded(point, Reason.NO_MODEL)
        label, why = Label.CONTRADICTED, f"与「{match.cue}」相反" if chinese else f'the contrary of "{match.cue}"'
    elif is_negative(stretch) != is_negative(match.cue):
        return Verdict.ungraded(point, Reason.NO_MODEL)
    elif match.share >= COVERED_FROM:
        label, why = Label.COVERED, f"与「{match.cue}」说法相近" if chinese else f'close to "{match.cue}"'
    else:
        label, why = Label.PARTIAL, f"接近「{match.cue}」" if chinese else f'comes near "{match.cue}"'
    rest = (
        "字面只对上一部分，请对照要点看还缺什么" if chinese else "only part of the wording fits: compare with the point"
    )
    return Verdict(
        id=point.id,
        text=point.text,
        weight=point.weight,
        verdict=label,
        evidence=(_quote(match.window, answer),),
        why=why,
        missing_part=rest if label is Label.PARTIAL else "",
        advice=point.text if label is Label.CONTRADICTED else "",
    )


def _own_match(point: KeyPoint, matches: Mapping[str, _Match]) -> _Match | None:
    """The point's match with a window, unless a sibling's fits better, or what only sounds like the point."""
    own = matches.get(point.id)
    rivals = [match.share for point_id, match in matches.items() if point_id != point.id]
    if own is None or (rivals and max(rivals) > own.share + SIBLING_MARGIN):
        return None
    lookalike = max((_share(_grams(text), own.window, {}) for text in point.not_), default=0.0)
    return None if lookalike >= own.share else own


def _best_matches(points: Sequence[KeyPoint], window: _Window, rarity: Mapping[str, float]) -> Mapping[str, _Match]:
    found: dict[str, _Match] = {}
    for point in points:
        for cue in point.cues:
            share = _share(_grams(cue), window, rarity)
            if share > 0 and (point.id not in found or share > found[point.id].share):
                found[point.id] = _Match(point.id, cue, window, share)
    return found


def _share(cue: frozenset[str], window: _Window, rarity: Mapping[str, float]) -> float:
    """The weight of the cue's grams that stand in the window, of the weight of all, 0 to 1."""
    whole = sum(_weight(gram, rarity) for gram in cue)
    return sum(_weight(gram, rarity) for gram in cue & window.grams) / whole if whole else 0.0


def _weight(gram: str, rarity: Mapping[str, float]) -> float:
    common = gram in _COMMON_WORDS or all(character in _COMMON for character in gram)
    return (0.15 if common else 1.0) * (1.0 if len(gram) == 1 else 1.5) * rarity.get(gram, 1.0)


def _rarity(points: Sequence[KeyPoint]) -> Mapping[str, float]:
    """How much a gram tells a point of a question from its siblings: 1 where one point's cues have it, less for more."""
    owners = Counter(gram for point in points for gram in {gram for cue in point.cues for gram in _grams(cue)})
    return {gram: 1 - log(count) / (log(len(points)) + 1) for gram, count in owners.items()}


def _grams(text: str) -> frozenset[str]:
    """Characters and pairs of neighbours in Chinese, words cut to their stem in English."""
    plain = normalise(text).text.lower()
    words = {_stem(word) for word in _WORD.findall(plain)}
    han = re.sub(r"[a-z]+", "", folded(text))
    return frozenset(words | set(han) | {han[at : at + 2] for at in range(len(han) - 1)})


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def _windows(answer: Answer) -> Iterator[_Window]:
    for sentence in answer.sentences:
        if addresses_the_judge(sentence.text) or is_bare_list(sentence.text):
            continue
        clauses = [
            (found.start(), found.end())
            for found in _CLAUSE.finditer(answer.normal.text, sentence.start, sentence.end)
            if folded(found[0])
        ]
        pairs = [(one[0], other[1]) for one, other in pairwise(clauses)]
        for start, end in clauses + [pair for pair in pairs if pair[1] - pair[0] <= _LONGEST_WINDOW]:
            text = answer.normal.text[start:end]
            yield _Window(text, start, end, _grams(text))


def _quote(window: _Window, answer: Answer) -> Evidence:
    padding = len(window.text) - len(window.text.lstrip())
    start, end = answer.normal.span(window.start + padding, window.start + len(window.text.rstrip()))
    return Evidence(quote=answer.given[start:end], start=start, end=end, status="verified")


def _conflicts(cue: str, stretch: str) -> bool:
    """Whether both name an amount of the same unit, and not the same amount."""
    asked, said = ({unit: number for number, unit in _NUMBER_WITH_UNIT.findall(text)} for text in (cue, stretch))
    return any(unit in said and said[unit] != number for unit, number in asked.items())
