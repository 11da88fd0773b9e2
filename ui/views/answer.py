"""Answer a question: choose it, write, watch the verdicts arrive, take the follow-up."""

import streamlit as st

from coach.bank.index import ReferenceAnswer
from coach.critique.feedback import Done, Feedback, FollowUp, Label, Reason, Verdict
from coach.errors import CoachError, InputError
from coach.language import Translate
from coach.practice.answering import Answering
from coach.practice.record import Attempt
from ui import session
from ui.components.answer import marked_answer, reference_panel, score_line
from ui.components.fault import fault_box
from ui.components.judge import judge_badge
from ui.components.markup import plain
from ui.components.verdict import open_card, verdict_card

_FAILED = {Reason.MODEL_BUSY, Reason.MODEL_REJECTED, Reason.BROKEN_REPLY, Reason.NOT_JUDGED, Reason.NO_QUOTE}
_SELF_RATINGS = (Label.COVERED, Label.PARTIAL, Label.MISSING)


def answer_view() -> None:
    """The page. What it shows follows from the address and the record alone."""
    _ = session.translate()
    _header(_)
    try:
        answering = session.coach().answering()
        attempt = session.attempt()
        question_id = _choose(attempt, _)
        if attempt is not None:
            _attempt(answering, attempt, _)
        elif question_id is not None:
            _write(answering, question_id, _)
        else:
            st.info(_("Choose a question above, or describe one in your own words."), icon=":material/arrow_upward:")
    except CoachError as fault:
        fault_box(fault, _)


def _header(_: Translate) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(_("Interview coach"), anchor=False)
        judge_badge(session.coach().settings.model, _)
        session.language_switch()


def _choose(attempt: Attempt | None, _: Translate) -> str | None:
    """The chosen question's id; None before one is chosen."""
    questions = session.questions()
    chosen = session.choose_question(
        list(questions), lambda question_id: f"{question_id} · {questions[question_id]}", attempt, _
    )
    with st.expander(_("Search by what it is about"), icon=":material/search:"):
        text = st.text_input(_("Describe the question or the situation"), key="search")
        found = session.coach().index.search(text, limit=5) if text else ()
        if text and not found:
            st.caption(_("Nothing found. Try other words."))
        for one in found:
            label = f"{one.question_id} · {plain(one.question)}"
            st.button(label, key=f"found-{one.question_id}", on_click=session.take_question, args=(one.question_id,))
    return chosen


def _write(answering: Answering, question_id: str, _: Translate) -> None:
    reference = answering.reference(question_id)
    st.header(plain(session.questions().get(question_id, reference.question)), anchor=False)
    with st.form(f"write-{question_id}", border=False):
        text = st.text_area(
            _("Your answer"),
            height=220,
            key=f"answer-{question_id}",
            placeholder=_("Say it as you would in the interview. Ctrl+Enter submits."),
        )
        submitted = st.form_submit_button(
            _("Judge my answer"), key=f"submit-{question_id}", type="primary", icon=":material/send:"
        )
    if submitted:
        try:
            session.go_to(answering.submit(question_id, text).id)
        except InputError:
            st.warning(_("There is nothing to judge yet: write a sentence or two."), icon=":material/edit:")
        else:
            st.rerun()
    with st.expander(_("See the reference first"), icon=":material/menu_book:"):
        reference_panel(reference, _)


def _attempt(answering: Answering, attempt: Attempt, _: Translate) -> None:
    reference = answering.reference(attempt.question_id)
    st.header(plain(session.questions().get(attempt.question_id, attempt.question)), anchor=False)
    left, right = st.columns([3, 2], gap="large")
    with right:
        reference_panel(reference, _)
    with left:
        if attempt.feedback is None:
            _watch(answering, attempt, reference, _)
        else:
            _feedback(answering, attempt, attempt.feedback, _)


def _watch(answering: Answering, attempt: Attempt, reference: ReferenceAnswer, _: Translate) -> None:
    """Draws verdicts as they come in, then the whole."""
    marked_answer(attempt, _)
    news = st.empty()
    places = {point.id: (place, st.empty()) for place, point in enumerate(reference.key_points)}
    for point in reference.key_points:
        place, slot = places[point.id]
        with slot.container(border=True):
            open_card(point, place)
    for event in answering.judge(attempt):
        if isinstance(event, Verdict):
            place, slot = places[event.id]
            with slot.container(border=True):
                verdict_card(event, place, _)
        elif isinstance(event, Done):
            st.rerun()
        else:
            news.caption(_("Trying again: {reason}").format(reason=plain(event.reason)))


def _feedback(answering: Answering, attempt: Attempt, feedback: Feedback, _: Translate) -> None:
    marked_answer(attempt, _)
    if feedback.key_points:
        score_line(feedback, _)
    else:
        st.info(_("This question has no key points to judge by: compare with the reference yourself."))
    _again(attempt, feedback, _)
    for place, verdict in enumerate(feedback.key_points):
        with st.container(border=True):
            verdict_card(verdict, place, _)
            if verdict.verdict is Label.UNGRADED:
                _self_rating(answering, attempt, verdict, _)
    if feedback.strengths:
        st.markdown("\n".join(f"- :material/thumb_up: {plain(strength)}" for strength in feedback.strengths))
    if feedback.rewrite:
        st.subheader(_("Said better"), anchor=False)
        st.markdown(plain(feedback.rewrite))
    if feedback.follow_up:
        _follow_up(answering, attempt, feedback.follow_up, _)


def _again(attempt: Attempt, feedback: Feedback, _: Translate) -> None:
    with st.container(horizontal=True):
        st.button(_("Answer again"), key="answer-again", icon=":material/refresh:", on_click=session.leave_attempt)
        if any(verdict.reason in _FAILED for verdict in feedback.key_points):
            st.button(
                _("Judge again"),
                key="judge-again",
                icon=":material/gavel:",
                on_click=session.judge_again,
                args=(attempt,),
            )


def _self_rating(answering: Answering, attempt: Attempt, verdict: Verdict, _: Translate) -> None:
    key = f"rate-{attempt.id}-{verdict.id}"
    chosen = st.segmented_control(
        _("How do you see it yourself?"),
        _SELF_RATINGS,
        default=attempt.self_ratings.get(verdict.id),
        format_func=_,
        key=key,
    )
    if chosen is not None and chosen != attempt.self_ratings.get(verdict.id):
        answering.rate(attempt, verdict.id, chosen)


def _follow_up(answering: Answering, attempt: Attempt, follow_up: FollowUp, _: Translate) -> None:
    st.subheader(_("Follow-up"), anchor=False)
    st.markdown(f":material/forum: **{plain(follow_up.question)}**")
    waiting = bool(attempt.follow_ups) and attempt.follow_ups[-1].follow_up == follow_up
    if not waiting:
        key = f"follow-up-{attempt.id}-{len(attempt.follow_ups)}"
        with st.form(f"form-{key}", border=False):
            text = st.text_area(_("Your answer to the follow-up"), height=120, key=key)
            if not st.form_submit_button(_("Answer"), key=f"submit-{key}", type="primary", icon=":material/send:"):
                return
        try:
            attempt = answering.submit_follow_up(attempt, follow_up, text)
        except InputError:
            st.warning(_("There is nothing to judge yet: write a sentence or two."), icon=":material/edit:")
            return
    with st.spinner(_("Judging your answer")):
        for event in answering.judge_follow_up(attempt):
            if isinstance(event, Done):
                st.rerun()
