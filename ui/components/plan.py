"""The plan towards an interview, and the day it is for."""

from collections.abc import Mapping
from datetime import date, timedelta

import streamlit as st

from coach.errors import RecordUnavailable
from coach.language import Translate
from coach.practice.planning import Plan, Planned
from ui import session
from ui.components.fault import fault_box
from ui.components.markup import plain
from ui.components.moment import long_day_name

_FIRST = 5
_FARTHEST = timedelta(days=365)


def plan_card(plan: Plan, questions: Mapping[str, str], _: Translate) -> None:
    """How many days are left, and today's questions."""
    with st.container(border=True, gap="small"):
        day = long_day_name(plan.interview, session.language())
        st.caption(f":material/event: {_('Interview on {day}').format(day=day)}")
        form = _("{days} days, {unmet} of {questions} questions still new to you.")
        st.markdown(f"**{form.format(days=plan.days, questions=plan.questions, unmet=plan.unmet)}**")
        if not plan.today:
            st.markdown(_("Today's part is done: every question was met, and nothing is due."))
            return
        st.markdown(_("Today these {count}:").format(count=len(plan.today)))
        for one in plan.today[:_FIRST]:
            _planned(one, questions, _)
        if plan.today[_FIRST:]:
            with st.expander(_("{count} more for today").format(count=len(plan.today) - _FIRST)):
                for one in plan.today[_FIRST:]:
                    _planned(one, questions, _)


def interview_day(chosen: date | None, today: date, _: Translate) -> None:
    """A quiet field for the day of the real interview."""
    label = _("Change the interview day") if chosen else _("When is your interview?")
    with st.popover(label, icon=":material/event:", type="tertiary"):
        st.markdown(_("With a day set, the questions are spread over the days left."))
        day = st.date_input(
            _("Day of the interview"),
            value=chosen if chosen is None or chosen >= today else None,
            min_value=today,
            max_value=today + _FARTHEST,
            format="YYYY-MM-DD",
            key="interview-day",
        )
        try:
            if isinstance(day, date) and day != chosen:
                session.prefer(interview=day)
                st.rerun()
            if chosen and st.button(_("No interview planned"), key="no-interview-day", icon=":material/event_busy:"):
                session.prefer(interview=None)
                session.drop("interview-day")
                st.rerun()
        except RecordUnavailable as fault:
            fault_box(fault, _)


def _planned(one: Planned, questions: Mapping[str, str], _: Translate) -> None:
    why = {"due": _("due"), "new": _("new"), "unrated": _("answered, but not judged or rated yet")}
    question = questions.get(one.question_id, one.question)
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown(f"{plain(question)} :small[:gray[{why[one.why]}]]", width="stretch")
        session.link("answer", _("Answer"), icon=":material/edit_note:", question=one.question_id)
