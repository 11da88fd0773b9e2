"""How two judgements of the same answer differ: by another judge, or against other key points."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from coach.critique.feedback import Feedback, Label, Verdict


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Difference(_Value):
    """What became of one key point."""

    id: str
    """The key point's id."""
    text: str
    """As it stands now; as it stood, where it is gone."""
    change: Literal["same", "changed", "new", "gone"]
    """Of the verdict."""
    before: Label | None
    """None where the key point is new."""
    after: Label | None
    """None where the key point is gone."""
    reworded: bool
    """Whether the key point says something else now, so that its two verdicts are on different things."""


class Side(_Value):
    """Who judged, and with what score."""

    score: float | None
    """0 to 1; None where no key point was graded."""
    judge: Literal["llm", "offline"]
    model: str | None
    """None for the offline judge."""


class Comparison(_Value):
    """Two judgements of the same answer, side by side."""

    before: Side
    after: Side
    key_points: tuple[Difference, ...]


def compared(before: Feedback, after: Feedback) -> Comparison:
    """The earlier judgement and the later one."""
    return Comparison(before=_side(before), after=_side(after), key_points=differences(before, after))


def differences(before: Feedback, after: Feedback) -> tuple[Difference, ...]:
    """Every key point of either: those of the later one in its order, then those that are gone."""
    old, new = ({verdict.id: verdict for verdict in one.key_points} for one in (before, after))
    return tuple(_difference(old.get(key), new.get(key)) for key in {**new, **old})


def _difference(before: Verdict | None, after: Verdict | None) -> Difference:
    known = after or before
    assert known is not None, "a key point stands on one side at least"
    if before is None or after is None:
        change = "new" if before is None else "gone"
    else:
        change = "same" if before.verdict is after.verdict else "changed"
    return Difference(
        id=known.id,
        text=known.text,
        change=change,
        before=before and before.verdict,
        after=after and after.verdict,
        reworded=before is not None and after is not None and before.text != after.text,
    )


def _side(feedback: Feedback) -> Side:
    return Side(score=feedback.score, judge=feedback.judge, model=feedback.versions.model)
