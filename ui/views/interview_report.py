"""The report of a mock interview: one that a person would show a friend."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from coach.language import Language, Translate
from coach.practice.exporting import exported, selected
from coach.practice.interview_report import InterviewReport
from coach.practice.interviewing import Interviewing
from coach.practice.record import Choice, Interview, Record, everything
from ui import session
from ui.components.focus import focus_on
from ui.components.interview_figures import interview_figures
from ui.components.interview_pictures import time_used, topics_score
from ui.components.interview_rows import asked_question, follow_up_gains, to_practise
from ui.components.markup import plain
from ui.components.mastery import percent
from ui.components.moment import long_day_name
from ui.components.topic import topic_name


def interview_report(interviewing: Interviewing, interview: Interview, _: Translate) -> None:
    """How it went, what to practise first, and each question folded."""
    report = interviewing.report(interview)
    wordings = session.questions()
    zone = session.coach().progress(session.person()).zone
    day = long_day_name(report.created.astimezone(zone).date(), session.language())
    st.header(_("Your interview"), anchor=False)
    st.caption(f"{day} · {plain(topic_name(report.topic, _))}" if report.topic else day)
    with st.container(key="figures"):
        interview_figures(report, _)
    focus_on("figures", f"report-{interview.id}")
    _ends(report, wordings, _)
    _practise_first(report, wordings, _)
    _pictures(report, _)
    if any(one.follow_ups for one in report.asked):
        st.subheader(_("What follow-ups gained"), anchor=False)
        follow_up_gains(report.asked, _)
    _questions(report, interview, wordings, _)
    _ways_on(interviewing, report, interview, _)


def report_file(record: Record, interview_id: str, language: Language) -> str:
    """Every answer with its verdicts, to print or to send; made when it is asked for."""
    now = datetime.now(UTC)
    zone = now.astimezone().tzinfo or UTC
    return exported(selected(everything(record), interview_id), "html", language, zone, now)


def _ends(report: InterviewReport, wordings: Mapping[str, str], _: Translate) -> None:
    """The best and the worst answer."""
    for place, icon, name in (
        (report.strongest, ":material/thumb_up:", _("Strongest")),
        (report.weakest, ":material/trending_up:", _("Most to gain")),
    ):
        if place is not None:
            one = report.asked[place - 1]
            question = plain(wordings.get(one.question_id, one.question))
            st.markdown(f"{icon} **{name} · {percent(one.score)}**  \n{question}")


def _practise_first(report: InterviewReport, wordings: Mapping[str, str], _: Translate) -> None:
    if not report.practise_first:
        return
    st.subheader(_("Practise these first"), anchor=False)
    asked = {one.question_id: one.question for one in report.asked}
    for one in report.practise_first:
        to_practise(one, wordings.get(one.question_id, asked[one.question_id]), _)


def _pictures(report: InterviewReport, _: Translate) -> None:
    if len(report.topics) > 1 and report.score is not None:
        st.subheader(_("By topic"), anchor=False)
        topics_score(report.topics, _)
    if report.seconds is not None:
        st.subheader(_("Time"), anchor=False)
        time_used(report.asked, report.clock, _)


def _questions(report: InterviewReport, interview: Interview, wordings: Mapping[str, str], _: Translate) -> None:
    st.subheader(_("Each question"), anchor=False)
    index = session.coach().index
    for one, asked in zip(report.asked, interview.questions, strict=True):
        marks = {report.strongest: _("strongest"), report.weakest: _("weakest")}.get(one.place, "")
        wording = wordings.get(one.question_id, one.question)
        asked_question(one, wording, marks, asked.attempt, index.reference(one.question_id), _)


def _ways_on(interviewing: Interviewing, report: InterviewReport, interview: Interview, _: Translate) -> None:
    st.divider()
    with st.container(horizontal=True):
        if st.button(_("Another interview"), key="another", type="primary", icon=":material/add:"):
            session.stay(id=None)
            st.rerun()
        # Only questions drawn by lot don't depend on what was practised since.
        if report.choice is Choice.RANDOM and st.button(
            _("The same questions again"), key="same-again", icon=":material/replay:"
        ):
            _again(interviewing, report, interview)
        if report.answered:
            st.download_button(
                _("Download the report"),
                partial(report_file, session.record(), report.id, session.language()),
                file_name="interview.html",
                mime="text/html",
                key="download",
                icon=":material/download:",
                on_click="ignore",
            )


def _again(interviewing: Interviewing, report: InterviewReport, interview: Interview) -> None:
    begun = interviewing.begin(
        report.questions, report.choice, report.seed, report.topic, interview.follow_ups, report.clock
    )
    session.stay(id=begun.id)
    st.rerun()
