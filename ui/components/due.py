"""What is due today."""

from collections.abc import Mapping, Sequence

import streamlit as st

from coach.language import Translate
from coach.practice.progress import MetPoint
from ui import session
from ui.components.markup import plain

_FIRST = 3


def due_card(due: Sequence[MetPoint], questions: Mapping[str, str], _: Translate) -> None:
    """How much is due, the first of these questions where their words are given, and the way to the first of them."""
    asked = list(dict.fromkeys(point.question_id for point in due))
    with st.container(border=True, gap="small"):
        st.caption(f":material/event_repeat: {_('Due today')}")
        if not due:
            st.markdown(f"**{_('Nothing is due today.')}**")
            return
        form = _("{points} key points in {questions} questions are about to slip from memory.")
        st.markdown(f"**{form.format(points=len(due), questions=len(asked))}**")
        if questions:
            _first_of(asked, questions, _)
        practise_due(due, _)


def _first_of(asked: Sequence[str], questions: Mapping[str, str], _: Translate) -> None:
    with st.container(gap=None):
        for question_id in asked[:_FIRST]:
            st.markdown(plain(questions.get(question_id, question_id)))
    if asked[_FIRST:]:
        st.caption(_("and {count} more").format(count=len(asked) - _FIRST))


def practise_due(due: Sequence[MetPoint], _: Translate) -> None:
    """Leads to the question whose key point has been due longest."""
    if due and st.button(_("Practise what is due"), key="practise-due", icon=":material/play_arrow:"):
        session.go("answer", question=due[0].question_id)
