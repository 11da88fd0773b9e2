"""Ways to a question: by words or a situation, by topic, or whichever comes."""

import random
from collections.abc import Iterable

import streamlit as st

from coach.bank.question import Question
from coach.language import Translate
from ui import session
from ui.components.markup import plain
from ui.components.topic import topic_name

_FOUND = 5


def question_finder(upcoming: str | None, _: Translate) -> None:
    """All of them, each leading to the answer page of a question; `upcoming` is the one that a coach would take."""
    questions = [question for bank in session.coach().library.banks() for question in bank.questions]
    with st.container(horizontal=True):
        if upcoming and st.button(
            _("Let the coach choose"), key="ask-next", type="primary", icon=":material/play_arrow:"
        ):
            session.go("answer", question=upcoming)
        if questions and st.button(_("A random question"), key="ask-random", icon=":material/shuffle:"):
            session.go("answer", question=random.choice(questions).id)
    _search(_)
    _topics(questions, _)


@st.fragment
def _search(_: Translate) -> None:
    text = st.text_input(
        _("Search by words, or say what happens"),
        key="search",
        type="search",
        live="400ms",
        placeholder=_("For example: a customer shouts at me on the phone"),
    )
    if not text.strip():
        return
    with st.spinner(_("Searching")):
        found = session.coach().index.search(text, limit=_FOUND)
    wordings = session.questions()
    for one in found:
        _way_to(one.question_id, plain(wordings.get(one.question_id, one.question)), "found")
    if not found:
        st.caption(_("Nothing found. Try other words."))


def _topics(questions: Iterable[Question], _: Translate) -> None:
    by_topic: dict[str, list[Question]] = {}
    for question in questions:
        by_topic.setdefault(question.topic or question.bank, []).append(question)
    here = session.where("topic")
    chosen = st.pills(
        _("Topics"),
        list(by_topic),
        default=here if here in by_topic else None,
        format_func=lambda topic: f"{topic_name(topic, _)} · {len(by_topic[topic])}",
        key="topic",
    )
    if chosen != here:
        session.stay(topic=chosen)
    wordings = session.questions()
    for question in by_topic.get(chosen or "", ()):
        missing = "" if question.has_reference else f" :gray-badge[{_('no reference')}]"
        _way_to(question.id, plain(wordings[question.id]) + missing, "ask")


def _way_to(question_id: str, label: str, way: str) -> None:
    # No link: one that leads from a page to itself goes there and comes back at once (Streamlit 1.67).
    if st.button(label, key=f"{way}-{question_id}", icon=":material/chevron_right:", type="tertiary"):
        session.go("answer", question=question_id)
