"""Makes the weights that recognise acts: `uv run --with scikit-learn python benchmarks/act_weights.py`.

Trained on corpus/cases/phrases.jsonl and the turns of turns.jsonl that are not held out. The same cases and the same
scikit-learn give the same file. Run it after the cases, `act_phrases.py` or the features have changed.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict

from coach.customer.act_model import WEIGHTS, features_of, phrases_in
from coach.customer.acts import Act
from coach.customer.rules import clauses_of
from coach.folding import simplified

CASES = Path(__file__).parent.parent / "corpus" / "cases"
STRENGTH = 10.0  # 2 and 30 were no better on the tuned turns
SEEN_FROM = 2  # texts that a feature comes in
PER_UNIT = 10
MOST_BYTES = 395_000
STEPS = np.arange(0.3, 0.76, 0.05)
ANGERING = {
    Act.DEFLECTION,
    Act.BLAME_CUSTOMER,
    Act.CALM_DOWN_COMMAND,
    Act.RUDE,
    Act.OVER_PROMISE,
    Act.PRIVACY,
    Act.OFF_PLATFORM,
    Act.BARE_REFUSAL,
}
"""A wrong one of these costs the candidate more than a missed one: precision counts more (F0.7)."""
LEAST = {**dict.fromkeys(ANGERING, 0.4), Act.RUDE: 0.5}
"""The least threshold, 0.3 for the others: a turn has many clauses that could be taken for something."""

Example = tuple[Mapping[str, float], set[Act]]


def examples() -> list[Example]:
    """Phrases, and the clauses of tuned turns with the acts whose quotes touch them."""
    found = [example(row["text"], row["acts"]) for row in rows("phrases.jsonl")]
    for turn in rows("turns.jsonl"):
        if not turn["held_out"]:
            for clause in clauses_of(turn["reply"]):
                spans = {act: turn["reply"].find(quote) for act, quote in turn["quotes"].items()}
                touched = [
                    act for act, at in spans.items() if at < clause.end and at + len(turn["quotes"][act]) > clause.start
                ]
                found.append(example(turn["reply"][clause.start : clause.end], touched))
    return found


def example(text: str, acts: Sequence[str]) -> Example:
    # What only the dialogue can tell is left to the rules: a question is a question, a no is a no.
    done = {Act(act) for act in acts} - {Act.SCRIPTED_REPEAT}
    if Act.ASKS_KNOWN_INFO in done:
        done = done - {Act.ASKS_KNOWN_INFO} | {Act.INFO_QUESTION}
    if Act.BARE_REFUSAL in done:
        done.add(Act.REFUSAL)
    phrases = phrases_in(clause.text for clause in clauses_of(text))
    return features_of(simplified(text), phrases), done


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / name).read_text("utf-8").splitlines()]


def matrix(given: Sequence[Example], places: Mapping[str, int]) -> csr_matrix:
    cells = [
        (row, places[feature], value)
        for row, (features, _) in enumerate(given)
        for feature, value in features.items()
        if feature in places
    ]
    down, across, values = zip(*cells, strict=True)
    return csr_matrix((values, (down, across)), shape=(len(given), len(places)))


def best_threshold(act: Act, truth: np.ndarray, scores: np.ndarray) -> float:
    """The step with the best F."""
    weight, least = 0.7 if act in ANGERING else 1.0, LEAST.get(act, 0.3)

    def f(step: float) -> float:
        seen = scores >= step
        both = (seen & truth).sum()
        return (1 + weight**2) * both / max(1.0, weight**2 * truth.sum() + seen.sum())

    return max((step for step in STEPS.tolist() if step > least - 0.01), key=f)


def packed(features: Sequence[str], weights: np.ndarray, least: float) -> dict[str, list[int]]:
    """Rounded weights by feature, without those nearer to 0 than `least`."""
    rounded = np.rint(np.where(np.abs(weights) < least, 0, weights) * PER_UNIT).astype(int)
    table = {
        feature: [number for act in np.flatnonzero(row) for number in (int(act), int(row[act]))]
        for feature, row in zip(features, rounded.T, strict=True)
    }
    return {feature: row for feature, row in table.items() if row}


def main() -> None:
    given = examples()
    counts = Counter(feature for features, _ in given for feature in features)
    names = sorted(feature for feature, count in counts.items() if count >= SEEN_FROM)
    cells = matrix(given, {name: place for place, name in enumerate(names)})
    acts = [act for act in Act if act not in {Act.SCRIPTED_REPEAT, Act.ASKS_KNOWN_INFO}]
    weights, bias, thresholds = [], [], []
    for act in acts:
        truth = np.array([act in done for _, done in given])
        fitted = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)
        folds = KFold(5, shuffle=True, random_state=0)
        scores = cross_val_predict(fitted, cells, truth, cv=folds, method="predict_proba")[:, 1]
        thresholds.append(round(best_threshold(act, truth, scores), 2))
        fitted.fit(cells, truth)
        weights.append(fitted.coef_[0])
        bias.append(round(float(fitted.intercept_[0]), 2))
        print(f"{act:20s} {int(truth.sum()):4d} examples, seen from {thresholds[-1]}")
    head = {"acts": acts, "bias": bias, "thresholds": thresholds, "per_unit": PER_UNIT}
    for least in np.arange(0.2, 1, 0.02):
        table = packed(names, np.array(weights), least)
        text = json.dumps({**head, "weights": table}, ensure_ascii=False, separators=(",", ":")) + "\n"
        if len(text.encode()) <= MOST_BYTES:
            break
    WEIGHTS.write_text(text, "utf-8")
    print(f"{len(given)} examples, {len(table)} features, {len(text.encode())} bytes, weights from {least:.2f}")


if __name__ == "__main__":
    main()
