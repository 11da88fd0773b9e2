"""Progress: pictures first, a table behind each, and from every weak point one tap to practise it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from math import ceil

import streamlit as st

from coach.errors import CoachError
from coach.language import Translate
from coach.practice.progress import Practised, Report, calendar, due_on
from ui import session
from ui.components.due import practise_due
from ui.components.fault import fault_box
from ui.components.header import page_header
from ui.components.history import history_list
from ui.components.mastery import percent
from ui.components.pictures import calendar_picture, calibration_picture, topics_picture, trend_picture
from ui.components.weak_points import weak_points

_HISTORY = 500
_A_PAGE = 20


def progress_view() -> None:
    """The page. All figures are made once a run of it; only the history is turned over by itself."""
    _ = session.translate()
    page_header(_("Progress"), _)
    try:
        progress = session.coach().progress(session.person())
        with st.spinner(_("Reading what you practised")):
            report, practised, questions = progress.report(), progress.history(_HISTORY), session.questions()
    except CoachError as fault:
        fault_box(fault, _)
        if st.button(_("Try again"), key="try-again", icon=":material/refresh:"):
            st.rerun()
        return
    if not practised:
        _nothing_yet(_)
        return
    _figures(report, _)
    if report.overall.met:
        _pictures(report, progress.zone, _)
    else:
        st.info(
            _(
                "Your practice is kept, but none of its key points has a verdict or a rating of your own yet. Rate "
                "the open points of an answer yourself, or connect a model."
            ),
            icon=":material/info:",
        )
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Weakest"), anchor=False)
        weak_points(report.key_points, questions, _)
    with right:
        _history(practised, questions, progress.zone)
    if report.left_out:
        st.caption(_("Left out, for they are in no bank any more: {count} key points").format(count=report.left_out))


def _figures(report: Report, _: Translate) -> None:
    whole = report.overall
    with st.container(horizontal=True, gap="large"):
        st.metric(_("Mastery"), percent(whole.mastery), width="content")
        st.metric(_("Key points that came up"), f"{whole.met} / {whole.points}", width="content")
        st.metric(_("Due today"), report.due, width="content")
        st.metric(_("Answers"), report.answers, width="content")
        st.metric(_("Role-plays"), report.role_plays, width="content")
    if whole.reason is not None:
        st.caption(_(whole.reason))


def _pictures(report: Report, zone: tzinfo | None, _: Translate) -> None:
    today = datetime.now(UTC).astimezone(zone).date()
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Mastery by topic"), anchor=False)
        topics_picture(report.topics, _)
        st.subheader(_("Your own rating against the verdict"), anchor=False)
        if report.calibration.reason is None:
            calibration_picture(report.calibration, _)
        else:
            st.caption(_(report.calibration.reason))
    with right:
        st.subheader(_("What becomes due"), anchor=False)
        calendar_picture(calendar(report.key_points, today, zone), session.language(), _)
        practise_due(due_on(report.key_points, today, zone), _)
        st.subheader(_("Score by day"), anchor=False)
        if report.trend:
            trend_picture(report.trend, session.language(), _)
        else:
            st.caption(_("No answer has a score yet."))


@st.fragment
def _history(practised: Sequence[Practised], questions: Mapping[str, str], zone: tzinfo | None) -> None:
    _ = session.translate()
    st.subheader(_("What you practised"), anchor=False)
    pages = ceil(len(practised) / _A_PAGE)
    page = min(int(session.held("history-page", 1)), pages)
    history_list(practised[(page - 1) * _A_PAGE : page * _A_PAGE], questions, zone, _)
    if pages > 1:
        st.pagination(pages, key="history-page")


def _nothing_yet(_: Translate) -> None:
    """What will stand here, and how to begin."""
    st.markdown(_("Nothing has been practised yet. After your first answer this page shows"))
    for icon, text in (
        (":material/bar_chart:", _("how well you know each topic,")),
        (":material/event_repeat:", _("what is due again, and when,")),
        (":material/trending_up:", _("how your scores go from day to day,")),
        (":material/balance:", _("and how near your own rating comes to the verdict.")),
    ):
        st.markdown(f"{icon} {text}")
    with st.container(horizontal=True):
        if st.button(_("Answer a first question"), key="begin", type="primary", icon=":material/edit_note:"):
            session.go("answer")
        session.link("home", _("Home"), icon=":material/home:")
