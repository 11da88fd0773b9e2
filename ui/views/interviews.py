"""Set up a mock interview, or go on with one that has not ended; those that have ended lead to their report."""

import secrets
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import streamlit as st

from coach.language import Translate
from coach.practice.interview import Over, next_step
from coach.practice.interview_report import report_of
from coach.practice.interviewing import MOST_FOLLOW_UPS, MOST_QUESTIONS, Interviewing
from coach.practice.progress import topic_of
from coach.practice.record import Choice, Interview
from ui import session
from ui.components.markup import plain
from ui.components.mastery import percent
from ui.components.moment import clock_time, long_day_name
from ui.components.span import span
from ui.components.topic import topic_name

_MOST_SEEDS = 1_000_000
_USUAL = 5
_CLOCKS = (0, 60, 120, 180, 300)
"""Seconds; 0: none."""
_LOOKED_THROUGH = 30
_MOST_WAITING = 3


def interviews(interviewing: Interviewing, _: Translate) -> None:
    """What waits comes first, then a new one, then those that are over."""
    newest = session.record().interviews(_LOOKED_THROUGH)
    waiting = [one for one in newest if next_step(one) != Over()]
    if waiting:
        st.subheader(_("Go on where you stopped"), anchor=False)
    for place, one in enumerate(waiting[:_MOST_WAITING]):
        _waiting(one, place, _)
    _set_up(interviewing, _)
    _past([one for one in newest if one not in waiting], _)


def _waiting(one: Interview, place: int, _: Translate) -> None:
    with _row(one, "", _):
        kind = "secondary" if place else "primary"
        if st.button(_("Go on"), key=f"go-on-{one.id}", type=kind, icon=":material/play_arrow:"):
            _open(one)


def _set_up(interviewing: Interviewing, _: Translate) -> None:
    st.subheader(_("A new interview"), anchor=False)
    st.markdown(_("One question at a time, as in the room: no verdict until the end, then a report over all of it."))
    topics = _topics()
    if not topics:
        st.info(_("No bank holds a question with a reference yet. Import one first."), icon=":material/info:")
        session.link("import", _("Import"), icon=":material/upload_file:")
        return
    count = st.slider(_("How many questions"), 1, MOST_QUESTIONS, _USUAL, key="count")
    choice = _choice(_)
    topic = st.selectbox(
        _("Topic"),
        ["", *topics],
        format_func=lambda one: f"{topic_name(one, _)} · {topics[one]}" if one else _("From all topics"),
        key="interview-topic",
        filter_mode=None,
    )
    there = topics[topic] if topic else topics.total()
    shorter = st.empty()  # always there, so that nothing below is drawn anew when its words come or go
    if there < count:
        shorter.caption(_("There are only {count} here, so it will be shorter.").format(count=there))
    follow_ups = st.segmented_control(
        _("Follow-ups after an answer that leaves a gap"),
        range(MOST_FOLLOW_UPS + 1),
        default=MOST_FOLLOW_UPS,
        format_func=lambda most: _("at most {count}").format(count=most) if most else _("none"),
        key="follow-ups",
        required=True,
    )
    seconds = st.segmented_control(
        _("Clock for each question"),
        _CLOCKS,
        default=0,
        format_func=lambda seconds: span(seconds) if seconds else _("none"),
        key="seconds",
        required=True,
    )
    late = st.empty()
    if seconds:
        late.caption(_("Nothing is cut off: a late answer counts, and the report says that it was late."))
    seed = _seed(_)
    if st.button(_("Begin"), key="begin", type="primary", icon=":material/play_arrow:"):
        _open(interviewing.begin(count, choice, seed, topic, follow_ups, seconds or None))


def _topics() -> Counter[str]:
    """How many questions with a reference each topic has, in the banks' order."""
    banks = session.coach().library.banks()
    return Counter(topic_of(one) for bank in banks for one in bank.questions if one.has_reference)


def _choice(_: Translate) -> Choice:
    names = {
        Choice.RANDOM: (_("Drawn by lot"), _("As an interviewer who does not know you.")),
        Choice.WEAKEST: (_("What I know least well"), _("Where your answers left most open; then new ones.")),
        Choice.DUE: (_("What is due"), _("What is about to slip from memory; then new ones.")),
    }
    return st.radio(
        _("Which questions"),
        list(names),
        format_func=lambda choice: names[choice][0],
        captions=[what for _name, what in names.values()],
        key="choice",
    )


def _seed(_: Translate) -> int:
    with st.expander(_("More"), type="compact"):
        seed = st.number_input(
            _("Seed: the same number draws the same questions"),
            min_value=0,
            max_value=_MOST_SEEDS - 1,
            value=None,
            step=1,
            placeholder=_("empty: drawn by lot"),
            key="seed",
        )
    return secrets.randbelow(_MOST_SEEDS) if seed is None else int(seed)


def _past(over: Sequence[Interview], _: Translate) -> None:
    if not over:
        return
    st.subheader(_("Past interviews"), anchor=False)
    for one in over:
        score = report_of(one, {}).score
        with _row(one, _("no score") if score is None else percent(score), _):
            # No link: one that leads to its own page is drawn as the place where one is.
            if st.button(_("Report"), key=f"report-{one.id}", icon=":material/summarize:", type="tertiary"):
                _open(one)


@contextmanager
def _row(one: Interview, score: str, _: Translate) -> Generator[None]:
    """An interview and, beside it, the way to it."""
    answered = sum(question.attempt is not None for question in one.questions)
    state = _("{answered} of {questions} questions answered").format(answered=answered, questions=len(one.questions))
    topic = plain(topic_name(one.topic, _)) if one.topic else ""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{_begun(one)}**")
            st.caption(" · ".join(part for part in (score, topic, state) if part))
        yield


def _begun(one: Interview) -> str:
    zone = session.coach().progress(session.person()).zone
    language = session.language()
    return f"{long_day_name(one.created.astimezone(zone).date(), language)} {clock_time(one.created, zone, language)}"


def _open(one: Interview) -> None:
    session.stay(id=one.id)
    st.rerun()
