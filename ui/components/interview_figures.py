"""How a mock interview went, in one glance."""

import streamlit as st

from coach.critique.feedback import Label
from coach.language import Translate
from coach.practice.interview_report import InterviewReport
from ui.components.mastery import percent
from ui.components.span import span


def interview_figures(report: InterviewReport, _: Translate) -> None:
    """The score, with what it is the score of beside it."""
    counts = [*report.vital.items(), *report.okay.items()]
    points, graded = sum(n for _label, n in counts), sum(n for label, n in counts if label is not Label.UNGRADED)
    with st.container(horizontal=True, gap="medium"):
        # A share of what was graded is no share of the whole, so it doesn't stand there in large figures.
        if graded == points:
            st.metric(_("Score"), percent(report.score), width="content")
        st.metric(_("Questions answered"), f"{report.answered} / {report.questions}", width="content")
        if points:
            st.metric(_("Key points graded"), f"{graded} / {points}", width="content")
        if report.seconds is not None:
            st.metric(_("Time in all"), span(report.seconds), width="content")
    if graded < points and report.score is not None:
        text = _("Score of these: {score}. Ungraded points count neither way.")
        st.markdown(text.format(score=percent(report.score)))
    if report.reason is not None:
        st.info(_(report.reason), icon=":material/info:")
    if graded < points:
        st.caption(_("Open points wait for your own eye: compare with the reference below, and rate them yourself."))
    _beside(report, _)


def _beside(report: InterviewReport, _: Translate) -> None:
    """What has no score, and who judged."""
    names = {"offline": _("text match, no model"), "llm": _("by the model")}
    parts = [
        _("skipped: {count}").format(count=report.skipped) if report.skipped else "",
        _("not reached: {count}").format(count=report.not_reached) if report.not_reached else "",
        _("without a score: {count}").format(count=report.without_score) if report.without_score else "",
        _("over time: {count}").format(count=report.over_time) if report.over_time else "",
        *(names[judge] for judge in sorted({one.judge for one in report.asked if one.judge})),
    ]
    st.caption(" · ".join(part for part in parts if part))
    if 0 < report.answered - report.without_score < report.questions:
        st.caption(_("The score is the mean of the questions that have one."))
