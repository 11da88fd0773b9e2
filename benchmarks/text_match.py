"""Learns how likely a match of the offline judge is right, from the answers that are not held out.

    uv run --with scikit-learn==1.9.1 python benchmarks/text_match.py

writes coach/critique/text_match.json, the same each time from the same cases and questions. The program itself does not
need scikit-learn: with pip, install it beside this project into an environment of its own.

Everything is judged on answers to questions that it was not learned from (ten parts, by question), and where it is sure
enough to speak is chosen there. The answers that are held out are not looked at.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import log
from pathlib import Path

from coach.adapters.corpus_files import read_bank
from coach.bank.question import Question
from coach.critique.evidence import Answer
from coach.critique.feedback import Label
from coach.critique.likelihood import FILE, Learned, Tree
from coach.critique.matching import SIGNALS, Match, clauses_of, matches
from coach.critique.tone import Tone, marks
from coach.critique.wording import Rarity
from coach.evaluation.cases import AnswerCase, read_cases

ROOT = Path(__file__).parent.parent
CASES = ROOT / "corpus" / "cases" / "answers.jsonl"
SUPPORTED = (Label.COVERED, Label.PARTIAL)
EMPTY_KINDS = {"contradicting", "weak", "off_topic"}
"""What is said here, and carries no key point, is what a dismissive tone is learned from."""
MARKED_FROM = 8  # clauses that a mark of the tone comes in
PARTS = 10
WAYS = range(4)  # to part the questions
TREES = {"n_estimators": 80, "max_depth": 3, "learning_rate": 0.07, "subsample": 0.5, "max_features": 6}
LEAF = 40 * len(WAYS)
PRECISE, SURE = 0.91, 0.95
"""The share that shall be right of what is called partial or covered, and of what is called covered."""


@dataclass(frozen=True)
class Row:
    """A labelled key point of an answer, and its best match, with a tone that was learned from other questions."""

    way: int
    case: AnswerCase
    label: Label
    match: Match

    @property
    def is_supported(self) -> bool:
        return self.label in SUPPORTED

    @property
    def values(self) -> list[float]:
        return [self.match.signals[name] for name in SIGNALS]


def fingerprint(cases: Sequence[AnswerCase]) -> str:
    """Changes with any case that something is learned from."""
    told = [case.model_dump_json() for case in cases if not case.held_out]
    return sha256("\n".join(told).encode()).hexdigest()[:16]


def learn(cases: Sequence[AnswerCase], questions: Mapping[str, Question]) -> dict[str, object]:
    """The content of the file."""
    cases = [case for case in cases if not case.held_out]
    points = [point for question in questions.values() for point in question.key_points]
    rarity = Rarity.of((*point.cues, point.text) for point in points)
    rows = [
        row
        for way in WAYS
        for inside, outside in _parted(cases, way)
        for row in _rows(way, inside, questions, rarity, _tone(outside))
    ]
    likely = _unseen(rows)
    _print_figures(rows, likely)
    start, trees = _trees(rows)
    tone = _tone(cases)
    return {
        "learned_from": {"cases": fingerprint(cases), "answers": len(cases), "key_points": len(rows) // len(WAYS)},
        "made_with": f"scikit-learn {_version()}",
        "signals": list(SIGNALS),
        "partial_from": _from(rows, likely, PRECISE),
        "covered_from": _from(rows, likely, SURE),
        "start": start,
        "rarity": {"key_points": rarity.key_points, "counts": rarity.counts},
        "tone": {"bias": tone.bias, "weights": tone.weights},
        "trees": trees,
    }


def _rows(
    way: int, cases: Sequence[AnswerCase], questions: Mapping[str, Question], rarity: Rarity, tone: Tone
) -> Sequence[Row]:
    rows: list[Row] = []
    for case in cases:
        points = questions[case.question].key_points
        found = matches(points, Answer(case.answer), rarity, tone)
        rows += [
            Row(way, case, case.labels[point.id].label, match)
            for point, match in zip(points, found, strict=True)
            if match
        ]
    return rows


def _parted(cases: Sequence[AnswerCase], way: int) -> Iterator[tuple[Sequence[AnswerCase], Sequence[AnswerCase]]]:
    """The cases of each tenth of the questions, and all others."""
    questions = sorted({case.question for case in cases})
    mixed = random.Random(way).sample(questions, len(questions))
    for part in range(PARTS):
        asked = set(mixed[part::PARTS])
        yield [one for one in cases if one.question in asked], [one for one in cases if one.question not in asked]


def _tone(cases: Sequence[AnswerCase]) -> Tone:
    """A linear model of marks: clauses that carry nothing in empty answers, against all others."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    told = [
        (sorted(marks(text)), case.kind in EMPTY_KINDS and not carries)
        for case in cases
        if case.kind != "stuffing"
        for text, carries in _clauses(case)
    ]
    counts = Counter(mark for own, _ in told for mark in own)
    known = [{mark: 1 for mark in own if counts[mark] >= MARKED_FROM} for own, _ in told]
    vectors = DictVectorizer()
    model = LogisticRegression(C=0.1, max_iter=1000, class_weight="balanced")
    model.fit(vectors.fit_transform(known), [empty for _, empty in told])
    weights = zip(vectors.get_feature_names_out(), model.coef_[0], strict=True)
    rounded = {str(mark): round(float(weight), 2) for mark, weight in weights}
    return Tone(round(float(model.intercept_[0]), 2), {mark: weight for mark, weight in rounded.items() if weight})


def _clauses(case: AnswerCase) -> Sequence[tuple[str, bool]]:
    """Each clause, and whether most of it carries a key point."""
    answer = Answer(case.answer)
    quotes = [label.quote for label in case.labels.values() if label.label in SUPPORTED and label.quote]
    places = [(case.answer.find(quote), len(quote)) for quote in quotes if quote in case.answer]
    told: list[tuple[str, bool]] = []
    for clause in (clause for sentence in clauses_of(answer) for clause in sentence):
        start, end = answer.normal.span(clause.start, clause.end)
        shared = (min(end, at + length) - max(start, at) for at, length in places)
        told.append((clause.text, any(both >= 0.6 * (end - start) for both in shared)))
    return told


def _unseen(rows: Sequence[Row]) -> Sequence[float]:
    """The likelihood of each row, learned from rows of other questions."""
    likely = [0.0] * len(rows)
    for way in WAYS:
        for inside, _ in _parted([row.case for row in rows], way + len(WAYS)):
            asked = {case.question for case in inside}
            judge = _judge(*_trees([row for row in rows if row.case.question not in asked]))
            for at, row in enumerate(rows):
                if row.way == way and row.case.question in asked:
                    likely[at] = judge.likelihood(row.match.signals)
    return likely


def _trees(rows: Sequence[Row]) -> tuple[float, Sequence[Tree]]:
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(**TREES, min_samples_leaf=LEAF, random_state=0)
    model.fit([row.values for row in rows], [row.is_supported for row in rows])
    share = sum(row.is_supported for row in rows) / len(rows)
    trees = [_tree(one.tree_, model.learning_rate) for one in model.estimators_[:, 0]]
    return round(log(share / (1 - share)), 4), trees


def _tree(tree: object, rate: float) -> Tree:
    nodes = zip(tree.feature, tree.threshold, tree.children_left, tree.children_right, tree.value, strict=True)
    return [
        [round(float(value[0][0]) * rate, 4)]
        if low < 0
        else [int(signal), round(float(at_most), 4), int(low), int(high)]
        for signal, at_most, low, high, value in nodes
    ]


def _judge(start: float, trees: Sequence[Tree]) -> Learned:
    """Only to ask for a likelihood."""
    return Learned(list(SIGNALS), start, trees, Rarity(1, {}), Tone(0, {}), 1, 1)


def _from(rows: Sequence[Row], likely: Sequence[float], precise: float) -> float:
    """The lowest likelihood from which on so large a share is right."""
    ranked = sorted(zip(likely, rows, strict=True), key=lambda pair: -pair[0])
    right, lowest = 0, 1.0
    for count, (likelihood, row) in enumerate(ranked, 1):
        right += row.is_supported
        if count >= 50 and right >= precise * count:
            lowest = likelihood
    return round(lowest, 4)


def _print_figures(rows: Sequence[Row], likely: Sequence[float]) -> None:
    """On questions that were not learned from. Key points of answers without a stretch to judge are not among them."""
    supported = sum(row.is_supported for row in rows)
    for precise in (0.85, 0.88, 0.9, PRECISE, SURE):
        at = _from(rows, likely, precise)
        found = sum(row.is_supported for row, one in zip(rows, likely, strict=True) if one >= at)
        print(f"{precise:.2f} right from {at:.3f}: {found / supported:.3f} of the supported ones found")


def _version() -> str:
    import sklearn

    return sklearn.__version__


def written(told: Mapping[str, object]) -> str:
    """JSON with a line for each of its larger parts."""
    lines = (f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in told.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def corpus() -> tuple[Sequence[AnswerCase], Mapping[str, Question]]:
    bank = read_bank(ROOT / "corpus" / "questions")
    return read_cases(CASES, AnswerCase), {question.id: question for question in bank.questions}


if __name__ == "__main__":
    FILE.write_text(written(learn(*corpus())), "utf-8")
    print(f"{FILE.relative_to(ROOT)}: {FILE.stat().st_size:,} bytes")
