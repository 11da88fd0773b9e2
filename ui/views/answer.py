"""Answer a question: choose it and write. What comes of it is the view of the attempt."""

import time

import streamlit as st

from coach.bank.index import ReferenceAnswer
from coach.errors import CoachError, InputError
from coach.language import Translate
from coach.practice.answering import Answering
from ui import session
from ui.components.answer import reference_panel
from ui.components.clock import clock
from ui.components.draft import kept_text, let_go, nothing_written, too_long
from ui.components.fault import fault_box
from ui.components.finder import question_finder
from ui.components.focus import focus_on
from ui.components.header import page_header
from ui.components.markup import plain
from ui.components.topic import topic_name
from ui.views.attempt import attempt_view, next_question

CLOCK_SECONDS = 120
_COLUMN = 740
"""Pixels: about 46 Chinese characters in a line."""


def answer_view() -> None:
    """The page. What it shows follows from the address and the record alone."""
    _ = session.translate()
    page_header(_("Answer a question"), _)
    try:
        _page(_)
    except CoachError as fault:
        fault_box(fault, _)
        _other_question(_("Choose a question"))


def _page(_: Translate) -> None:
    answering = session.coach().answering(person=session.person())
    attempt_id, question_id = session.where("attempt"), session.where("question")
    attempt = session.record().attempt(attempt_id) if attempt_id else None
    if attempt is not None:
        attempt_view(answering, attempt, _)
        return
    if attempt_id:
        st.info(_("This answer is not here: it was deleted, or belongs to another browser."), icon=":material/info:")
    with st.container(width=_COLUMN):
        if question_id is not None:
            with st.spinner(_("One moment")):  # the first question of all waits for the index to be built
                reference = answering.reference(question_id)
            _write(answering, reference, _)
        else:
            st.markdown(_("Choose a question, and say it as you would in the interview."))
            question_finder(next_question(None), _)


def _write(answering: Answering, reference: ReferenceAnswer, _: Translate) -> None:
    question_id, place = reference.question_id, f"answer-{reference.question_id}"
    if reference.topic:
        st.caption(plain(topic_name(reference.topic, _)))
    st.header(plain(session.questions().get(question_id, reference.question)), anchor=False)
    _ways_of_writing(bool(reference.key_points), _)
    text = kept_text(
        place,
        _("Your answer"),
        _("Judge my answer"),
        _,
        placeholder=_("Say it as you would in the interview. Ctrl+Enter submits."),
    )
    focus_on(place)
    if text is not None:
        _submit(answering, question_id, place, text, _)
    with st.expander(_("See the reference first"), icon=":material/menu_book:"):
        reference_panel(reference, _)
    _other_question(_("Another question"))


def _submit(answering: Answering, question_id: str, place: str, text: str, _: Translate) -> None:
    longest = session.coach().settings.max_answer_chars
    if len(text) > longest:
        session.record().set_draft(place, text)
        too_long(text, longest, _)
        return
    try:
        attempt = answering.submit(question_id, text)
    except InputError:
        nothing_written(_)
        return
    let_go(place, text)
    rates = {"rate": "1"} if session.preferences().rate_first else {}
    session.go("answer", attempt=attempt.id, **rates)


def _ways_of_writing(has_key_points: bool, _: Translate) -> None:
    """With a clock or without, with one's own rating first or not."""
    since = session.where("clock") or ""
    with st.container(horizontal=True, gap="medium"):
        timed = st.toggle(_("With a clock (2 minutes)"), value=since.isdecimal(), key="timed")
        if has_key_points:
            first = st.toggle(_("Rate myself before the verdicts"), value=session.preferences().rate_first, key="first")
            if first != session.preferences().rate_first:
                session.prefer(rate_first=first)
    if not timed:
        session.stay(clock=None)
        return
    now = time.time()
    if not since.isdecimal():
        session.stay(clock=str(int(now)))
    clock(now - int(since) if since.isdecimal() else 0, CLOCK_SECONDS, _)


def _other_question(label: str) -> None:
    if st.button(label, key="other-question", type="tertiary", icon=":material/list:"):
        session.go("answer")
