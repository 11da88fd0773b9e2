"""Home: what to do now, in one glance."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import streamlit as st

from coach.errors import CoachError
from coach.language import Translate
from coach.practice.progress import MetPoint, Report, due_on
from ui import session
from ui.components.due import due_card
from ui.components.fault import fault_box
from ui.components.header import page_header
from ui.components.plan import interview_day, plan_card
from ui.components.unfinished import Unfinished, unfinished, unfinished_card
from ui.components.ways import ways
from ui.components.welcome import first_question, first_role_play, judge_expectation, new_question


def home_view() -> None:
    """The page."""
    _ = session.translate()
    page_header(_("What to do now"), _)
    try:
        progress = session.coach().progress(session.person())
        today, day = datetime.now(UTC).astimezone(progress.zone).date(), session.preferences().interview
        with st.spinner(_("Reading what you practised")):
            report = progress.report(day if day and day >= today else None)
            begun = unfinished(session.record(), _)
            questions = session.questions()
    except CoachError as fault:
        _without_record(fault, _)
        return
    left, right = st.columns([5, 4], gap="large")
    is_new = not (report.answers or report.role_plays or begun)
    with left:
        if is_new:
            _first_steps(questions, _)
        else:
            _next_steps(report, begun, due_on(report.key_points, today, progress.zone), questions, _)
    with right:
        if is_new:
            judge_expectation(session.coach().settings.model, _)
        else:
            ways(_)
        if day and day < today:
            st.caption(_("Your interview day has gone by. Is there another one?"))
        interview_day(day, today, _)


def _first_steps(questions: Mapping[str, str], _: Translate) -> None:
    """For somebody who has not practised anything yet."""
    st.markdown(
        _(
            "Good that you are here. Nothing can go wrong: begin with one "
            "question, and see right away what was good and what can still be said."
        )
    )
    first = next((one for bank in session.coach().library.banks() for one in bank.questions if one.has_reference), None)
    if first is not None:
        first_question(first.id, questions[first.id], _)
    first_role_play(session.coach().stage.scenarios[0], _)


def _next_steps(
    report: Report,
    begun: Sequence[Unfinished],
    due: Sequence[MetPoint],
    questions: Mapping[str, str],
    _: Translate,
) -> None:
    """For somebody who has practised: what was begun, what is planned, what is due."""
    for place, one in enumerate(begun):
        unfinished_card(one, place, _)
    if report.plan is not None:
        plan_card(report.plan, questions, _)
    due_card(due, {} if report.plan else questions, _)  # a plan names them already
    if not due and report.plan is None:
        _something_new(questions, _)


def _something_new(questions: Mapping[str, str], _: Translate) -> None:
    answered = {attempt.question_id for attempt in session.record().attempts(None)}
    new = next((one for one in questions if one not in answered), None)
    if new is not None:
        new_question(new, questions[new], _)


def _without_record(fault: CoachError, _: Translate) -> None:
    """What still works while the database does not."""
    fault_box(fault, _)
    st.markdown(_("What you wrote before is not touched by this. The check-up says what is wrong and how to mend it."))
    with st.container(horizontal=True):
        if st.button(_("Try again"), key="try-again", type="primary", icon=":material/refresh:"):
            st.rerun()
        session.link("settings", _("Check-up"), icon=":material/stethoscope:")
