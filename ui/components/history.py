"""What was practised, sitting by sitting."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from itertools import groupby

import streamlit as st

from coach.customer.names import STOP_NAMES
from coach.language import Translate
from coach.practice.progress import Practised
from ui import session
from ui.components.markup import plain
from ui.components.mastery import percent
from ui.components.moment import clock_time, long_day_name
from ui.components.topic import topic_name

_ICON = {"answer": ":material/edit_note:", "roleplay": ":material/support_agent:", "interview": ":material/timer:"}


def history_list(
    practised: Sequence[Practised], questions: Mapping[str, str], zone: tzinfo | None, _: Translate
) -> None:
    """A line each, the newest first, a heading over each sitting."""
    for _session, rows in groupby(practised, key=lambda one: one.session):
        its = list(rows)
        with st.container(gap="xsmall"):
            st.caption(long_day_name(its[-1].when.astimezone(zone).date(), session.language()))
            for one in its:
                _line(one, questions, zone, _)


def _line(one: Practised, questions: Mapping[str, str], zone: tzinfo | None, _: Translate) -> None:
    place = {"attempt" if one.kind == "answer" else "id": one.id}
    score = percent(one.score) if one.score is not None else ""
    # The title stands behind the score: where the line is too long for the screen its end is cut off.
    parts = [clock_time(one.when, zone, session.language()), score, plain(_title(one, questions, _)), _state(one, _)]
    session.link(one.kind, " · ".join(part for part in parts if part), icon=_ICON[one.kind], **place)


def _title(one: Practised, questions: Mapping[str, str], _: Translate) -> str:
    if one.kind == "answer":
        return questions.get(one.question_id or "", one.title)
    if one.kind == "roleplay":
        return one.title_en if session.language() == "en" and one.title_en else one.title
    count = _("{answered} of {questions} questions answered").format(answered=one.answered, questions=one.questions)
    parts = (_("Mock interview"), topic_name(one.title, _) if one.title else "", count)
    return " · ".join(part for part in parts if part)


def _state(one: Practised, _: Translate) -> str:
    """How it stands, where the score does not say it."""
    if one.goes_on or (one.kind == "roleplay" and one.end is None):
        return _("goes on")
    if one.end is not None:
        return _(STOP_NAMES[one.end])
    return _("no score") if one.score is None else ""
