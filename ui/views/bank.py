"""The question bank: browse, search and filter; one question with its reference."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from math import ceil
from typing import Any, NamedTuple

import streamlit as st

from coach.bank.library import find
from coach.errors import CoachError
from coach.language import Translate
from coach.practice.progress import MetPoint, due_on
from coach.practice.record import Attempt
from ui import session
from ui.components.fault import fault_box
from ui.components.header import page_header
from ui.components.markup import plain
from ui.components.question import key_points, other_wordings, own_answers, question_head, question_row, reference
from ui.components.shelf import Shelved, Show, shelved, show_name
from ui.components.topic import topic_name

_TEXT_WIDTH = 760
_A_PAGE = 12
_PLACES = ("topic", "show", "search", "page")
"""What the address says of the list; a question that is opened keeps it, so that the way back leads there."""


class _Seen(NamedTuple):
    """What the record says, read once a run of the page."""

    shelf: tuple[Shelved, ...]
    met: Sequence[MetPoint]
    due: Sequence[MetPoint]
    attempts: Sequence[Attempt]
    zone: tzinfo | None


def bank_view() -> None:
    """The page."""
    _ = session.translate()
    page_header(_("Question bank"), _)
    try:
        with st.spinner(_("Reading what you practised")):
            seen = _seen()
        question_id = session.where("question")
        if question_id is None:
            _browse(seen.shelf)
        else:
            question = find(session.coach().library.banks(), question_id)
            _question(next(one for one in seen.shelf if one.question.id == question.id), seen, _)
    except CoachError as fault:
        fault_box(fault, _)
        _back({}, _)


def _seen() -> _Seen:
    progress = session.coach().progress(session.person())
    met = progress.report().key_points
    due = due_on(met, datetime.now(UTC).astimezone(progress.zone).date(), progress.zone)
    attempts = session.record().attempts(None)
    questions = [question for bank in session.coach().library.banks() for question in bank.questions]
    answered = frozenset(attempt.question_id for attempt in attempts)
    shelf = shelved(questions, session.questions(), met, due, answered)
    return _Seen(shelf, met, due, attempts, progress.zone)


@st.fragment
def _browse(shelf: tuple[Shelved, ...]) -> None:
    """The list. Only this is drawn anew while a person looks around."""
    _ = session.translate()
    topic, show = _fields(shelf, _)
    found = [one for one in shelf if one.is_shown(show) and topic in (None, one.topic)]
    near: Mapping[str, str] = {}
    text = session.where("search")
    if text:
        try:
            near = {one.question_id: one.matched.text for one in session.coach().index.search(text, limit=len(shelf))}
            order = {question_id: place for place, question_id in enumerate(near)}
            found = sorted((one for one in found if one.question.id in near), key=lambda one: order[one.question.id])
        except CoachError as fault:
            fault_box(fault, _)
    if found:
        _list(found, near, _)
    else:
        _nothing(show, _)


def _fields(shelf: Sequence[Shelved], _: Translate) -> tuple[str | None, Show]:
    """The topic, None for any, and what is to be shown."""
    topics = list(dict.fromkeys(one.topic for one in shelf))
    topic = session.where("topic") if session.where("topic") in topics else None
    show = Show(session.where("show")) if session.where("show") in list(Show) else Show.ALL
    _show_in("search", session.where("search") or "")
    st.text_input(
        _("Search by words or by what happens"),
        key="bank-search",
        placeholder=_("The parcel is late and the customer shouts"),
        icon=":material/search:",
        max_chars=200,
        width=_TEXT_WIDTH,
        **_kept("search"),
    )
    _show_in("topic", topic)
    st.pills(_("Topic"), topics, format_func=lambda one: plain(topic_name(one, _)), key="bank-topic", **_kept("topic"))
    _show_in("show", show)
    st.segmented_control(
        _("Show"),
        list(Show),
        format_func=lambda one: show_name(one, _),
        key="bank-show",
        required=True,
        **_kept("show"),
    )
    return topic, show


def _list(found: Sequence[Shelved], near: Mapping[str, str], _: Translate) -> None:
    pages = ceil(len(found) / _A_PAGE)
    said = session.where("page") or ""
    page = min(max(int(said), 1), pages) if said.isdecimal() else 1
    count = _("Questions: {count}").format(count=len(found))
    st.caption(f"{count} · {_('the nearest first')}" if near else count)
    places = {name: value for name in _PLACES if (value := session.where(name))}
    for one in found[(page - 1) * _A_PAGE : page * _A_PAGE]:
        question_row(one, places, near.get(one.question.id, ""), _)
    if pages > 1:
        # By its own page: a pagination takes no value from outside, and the address may change without it.
        key = f"bank-page-{page}"
        st.pagination(pages, default=page, key=key, on_change=lambda: session.stay(page=str(session.held(key))))


def _nothing(show: Show, _: Translate) -> None:
    said = {
        Show.DUE: _("Nothing here is due today."),
        Show.WEAK: _("Nothing here is weak: what you practised sits well."),
        Show.UNANSWERED: _("You have answered every question here."),
    }
    searched = bool(session.where("search"))
    st.info(
        _("Nothing found. Try other words.") if searched or show not in said else said[show], icon=":material/info:"
    )
    st.button(
        _("Show all questions"),
        key="bank-all",
        icon=":material/filter_alt_off:",
        on_click=lambda: session.stay(**dict.fromkeys(_PLACES)),
    )


def _question(one: Shelved, seen: _Seen, _: Translate) -> None:
    places = {name: value for name in _PLACES if (value := session.where(name))}
    _back(places, _)
    question = one.question
    question_head(one, _)
    left, right = st.columns([3, 2], gap="large")
    with left:
        reference(question, _)
        other_wordings(question, _)
        own_answers([attempt for attempt in seen.attempts if attempt.question_id == question.id], seen.zone, _)
    with right:
        met = {point.key_point_id: point for point in seen.met}
        key_points(question, met, frozenset(point.key_point_id for point in seen.due), _)


def _back(places: Mapping[str, str], _: Translate) -> None:
    if st.button(_("All questions"), key="all-questions", type="tertiary", icon=":material/arrow_back:"):
        session.go("bank", **places)


def _show_in(name: str, value: object) -> None:
    """Lets a field show what the address says."""
    if session.held(f"bank-{name}") != value:
        session.hold(f"bank-{name}", value)


def _kept(name: str) -> dict[str, Any]:
    """Makes a field write what is chosen into the address; other questions begin on their first page."""

    def to_address() -> None:
        value = session.held(f"bank-{name}")
        is_default = value in (None, "", Show.ALL)
        session.stay(**{"page": None, name: None if is_default else str(value)})

    return {"on_change": to_address}
