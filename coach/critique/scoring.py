"""The score of an answer, from its verdicts alone. No model ever gives a number."""

from collections.abc import Iterable

from coach.bank.question import Weight
from coach.critique.feedback import Label, Verdict

_WEIGHT = {Weight.VITAL: 2.0, Weight.OKAY: 1.0}
_CREDIT = {Label.COVERED: 1.0, Label.PARTIAL: 0.5, Label.MISSING: 0.0, Label.CONTRADICTED: 0.0}


def score(verdicts: Iterable[Verdict]) -> float | None:
    """The weighted share that the answer covers, 0 to 1; None where no key point was graded.

    Vital weighs 2 and okay 1; partial counts half. An ungraded key point counts neither for nor against.
    """
    graded = [verdict for verdict in verdicts if verdict.verdict is not Label.UNGRADED]
    if not graded:
        return None
    gained = sum(_WEIGHT[verdict.weight] * _CREDIT[verdict.verdict] for verdict in graded)
    return gained / sum(_WEIGHT[verdict.weight] for verdict in graded)
