"""Something that a person began and may go on with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from coach.language import Translate
from coach.practice.interview import Over, next_step
from coach.practice.record import Attempt, Interview, Record, RolePlay
from ui import session
from ui.components.markup import plain
from ui.components.topic import topic_name

_NEWEST = 8
"""What was left longer ago than that many others is no longer offered first."""


@dataclass(frozen=True)
class Unfinished:
    """What it is, how it stands, and where it goes on."""

    page: str
    """`answer`, `roleplay` or `interview`."""
    places: Mapping[str, str]
    when: datetime
    title: str
    state: str


def unfinished(record: Record, _: Translate) -> list[Unfinished]:
    """The newest of each kind that is not done, the newest first. Raises RecordUnavailable."""
    found = (
        _role_play(record.role_plays(_NEWEST), _),
        _interview(record.interviews(_NEWEST), _),
        _answer(record.attempts(_NEWEST), _),
    )
    return sorted((one for one in found if one is not None), key=lambda one: one.when, reverse=True)


def unfinished_card(one: Unfinished, place: int, _: Translate) -> None:
    """What waits, and the way back to it; the first is the one to take."""
    kind, icon = {
        "answer": (_("Answer"), ":material/edit_note:"),
        "roleplay": (_("Role-play"), ":material/support_agent:"),
        "interview": (_("Mock interview"), ":material/timer:"),
    }[one.page]
    with st.container(border=True, gap="small"):
        st.caption(f"{icon} {kind} · {plain(one.state)}" if one.title else f"{icon} {kind}")
        st.markdown(f"**{plain(one.title or one.state)}**")
        if st.button(_("Go on"), key=f"go-on-{one.page}", type="secondary" if place else "primary"):
            session.go(one.page, **one.places)


def _role_play(newest: Sequence[RolePlay], _: Translate) -> Unfinished | None:
    again = {one.branched_from for one in newest}
    for one in newest:
        if one.end is None and one.id not in again:
            title = one.scenario.title_en if session.language() == "en" else one.scenario.title
            state = _("The customer is waiting; turns so far: {count}").format(count=len(one.exchanges))
            return Unfinished("roleplay", {"id": one.id}, one.created, title, state)
    return None


def _interview(newest: Sequence[Interview], _: Translate) -> Unfinished | None:
    for one in newest:
        if next_step(one) != Over():
            form = _("{answered} of {questions} questions answered")
            answered = sum(question.attempt is not None for question in one.questions)
            state = form.format(answered=answered, questions=len(one.questions))
            return Unfinished("interview", {"id": one.id}, one.created, topic_name(one.topic, _), state)
    return None


def _answer(newest: Sequence[Attempt], _: Translate) -> Unfinished | None:
    own = [one for one in newest if one.interview is None]
    for one in own:
        if one.feedback is None or one.feedback.has_failed:
            return _answered(one, _("Your words are kept; they are not judged yet."))
    # An older follow-up is not brought up again: nearly every answer leaves one.
    if own and own[0].feedback is not None and own[0].feedback.follow_up is not None:
        return _answered(own[0], _("A follow-up: {question}").format(question=own[0].feedback.follow_up.question))
    return None


def _answered(attempt: Attempt, state: str) -> Unfinished:
    title = session.questions().get(attempt.question_id, attempt.question)
    return Unfinished("answer", {"attempt": attempt.id}, attempt.created, title, state)
