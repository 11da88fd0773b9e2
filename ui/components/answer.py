"""One answer with its evidence, and what stands beside it."""

from collections.abc import Sequence

import streamlit as st

from coach.bank.index import ReferenceAnswer
from coach.critique.feedback import Feedback, Label, Verdict
from coach.language import Translate
from coach.practice.record import Attempt
from ui.components.markup import marked, numbered, plain


def marked_answer(attempt: Attempt, verdicts: Sequence[Verdict], lit: str | None, _: Translate) -> None:
    """The candidate's words, and those to each follow-up, with the evidence marked in place; of `lit` alone."""
    with st.container(border=True):
        st.markdown(marked(attempt.answer, verdicts, lit=lit))
    for turn, answered in enumerate(attempt.follow_ups, 1):
        st.markdown(f":material/forum: **{plain(answered.follow_up.question)}**")
        with st.container(border=True):
            st.markdown(marked(answered.answer, verdicts, turn, lit))


def agreement_line(attempt: Attempt, feedback: Feedback, _: Translate) -> None:
    """How often the candidate's own ratings are the verdicts; nothing where none can be compared."""
    pairs = [
        (attempt.self_ratings[verdict.id], verdict.verdict)
        for verdict in feedback.key_points
        if verdict.id in attempt.self_ratings and verdict.verdict is not Label.UNGRADED
    ]
    if pairs:
        same = sum(own is label for own, label in pairs)
        st.markdown(
            ":material/person: "
            + _("You and the coach agree on {same} of {all} key points that you rated.").format(
                same=same, all=len(pairs)
            )
        )


def score_line(feedback: Feedback, _: Translate) -> None:
    """The score, over how many key points, and by whom."""
    open_points = sum(verdict.verdict is Label.UNGRADED for verdict in feedback.key_points)
    graded = len(feedback.key_points) - open_points
    score = "–" if feedback.score is None else f"{feedback.score:.0%}"
    if not open_points:
        st.metric(_("Score"), score)
        return
    # A share of what was graded is no share of the whole, so it doesn't stand there in large figures.
    st.metric(_("Key points graded"), f"{graded} / {len(feedback.key_points)}")
    if feedback.score is not None:
        st.caption(_("Score of these: {score}. Ungraded points count neither way.").format(score=score))


def reference_panel(reference: ReferenceAnswer, _: Translate) -> None:
    """The reference answer and its key points."""
    st.subheader(_("Reference answer"), anchor=False)
    st.markdown(plain(reference.text) if reference.text else f"*{_('This question has no reference answer.')}*")
    if reference.key_points:
        st.markdown(f"**{_('Key points')}**")
        for place, point in enumerate(reference.key_points):
            vital = f" :gray-badge[{_('vital')}]" if point.weight == "vital" else ""
            st.markdown(f"{numbered(place)} {plain(point.text)}{vital}")
