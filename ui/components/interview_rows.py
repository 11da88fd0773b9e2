"""The rows of a mock interview's report: what to practise first, what follow-ups gained, each question."""

from collections.abc import Sequence

import streamlit as st

from coach.bank.index import ReferenceAnswer
from coach.bank.question import Weight
from coach.critique.feedback import Label
from coach.language import Translate
from coach.practice.interview_report import Asked, FollowedUp, ToPractise
from coach.practice.record import Attempt
from ui import session
from ui.components.answer import marked_answer, reference_panel
from ui.components.markup import plain
from ui.components.mastery import percent
from ui.components.span import span
from ui.components.verdict import COLOUR, ICON, verdict_card


def to_practise(one: ToPractise, question: str, _: Translate) -> None:
    """A key point, why it is worth the next look, and one tap to practise it."""
    with st.container(border=True, gap="small"):
        vital = f" :gray-badge[{_('vital')}]" if one.weight is Weight.VITAL else ""
        st.markdown(f"{_label(one.verdict, _)}{vital}")
        st.markdown(f"**{plain(one.text)}**")
        st.caption(plain(question))
        if one.advice or one.missing_part:
            st.markdown(f":material/lightbulb: {plain(one.advice or one.missing_part)}")
        session.link("answer", _("Practise this question"), icon=":material/edit_note:", question=one.question_id)


def follow_up_gains(asked: Sequence[Asked], _: Translate) -> None:
    """A line for each follow-up: the verdict on its key point before and after. Those that stayed open are counted."""
    followed_up = [followed for one in asked for followed in one.follow_ups]
    known = [one for one in followed_up if {one.was, one.now} - {None, Label.UNGRADED}]
    for one in known:
        st.markdown(f"{_step(one, _)}  \n{plain(one.question)}")
    if len(known) < len(followed_up):
        text = _("Follow-ups whose key point stayed open: {count}. They stand with their questions below.")
        st.caption(text.format(count=len(followed_up) - len(known)))


def asked_question(
    one: Asked, wording: str, marks: str, attempt: Attempt | None, reference: ReferenceAnswer | None, _: Translate
) -> None:
    """A question folded, with how it went on its lid; inside, the answer, its verdicts and the reference."""
    with st.expander(f"**{one.place}** · {plain(wording)}  \n:gray[{_lid(one, marks, _)}]"):
        if attempt is not None:
            _answered(attempt, _)
        if reference is not None:
            reference_panel(reference, _)
        if one.attempt_id is None:
            session.link("answer", _("Answer this question"), icon=":material/edit_note:", question=one.question_id)


def _answered(attempt: Attempt, _: Translate) -> None:
    verdicts = attempt.feedback.key_points if attempt.feedback else ()
    marked_answer(attempt, verdicts, None, _)
    for place, verdict in enumerate(verdicts):
        with st.container(border=True):
            verdict_card(verdict, place, _)
    is_judged = attempt.feedback is not None and not attempt.feedback.has_failed
    if not is_judged:
        st.info(
            _("This answer could not be judged. It is kept, and nothing counts against you."), icon=":material/info:"
        )
    label = _("See it on a page of its own") if is_judged else _("Have it judged now")
    session.link("answer", label, icon=":material/open_in_new:", attempt=attempt.id)


def _lid(one: Asked, marks: str, _: Translate) -> str:
    outcome = {"answered": "", "skipped": _("skipped"), "not_reached": _("not reached")}[one.outcome]
    score = ""
    if one.outcome == "answered":
        score = _("no score") if one.score is None else percent(one.score)
    counted = [(label, one.verdicts.count(label)) for label in Label]
    tally = [f"{_(label)} {count}" for label, count in counted if count]
    time = "" if one.seconds is None else span(one.seconds)
    over = "" if one.seconds_over is None else _("over by {time}").format(time=span(one.seconds_over))
    return " · ".join(part for part in (outcome, score, marks, *tally, time, over) if part)


def _step(followed: FollowedUp, _: Translate) -> str:
    gained = ""
    if followed.gained is not None:
        share = _("{share} of this point").format(share=f"{followed.gained:+.0%}")
        gained = f" **{share}**" if followed.gained else f" {_('unchanged')}"
    return f"{_label(followed.was, _)} → {_label(followed.now, _)}{gained}"


def _label(label: Label | None, _: Translate) -> str:
    return "–" if label is None else f":{COLOUR[label]}-badge[{ICON[label]} {_(label)}]"
