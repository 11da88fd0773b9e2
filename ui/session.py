"""What a browser session holds. The place is in the address, so a reload and a second tab find it again."""

import threading
from collections.abc import Mapping
from typing import Any, NoReturn
from uuid import uuid4

import streamlit as st

from coach.compose import Coach
from coach.errors import RecordUnavailable
from coach.language import Language, Translate, language_of, translate_to
from coach.practice.record import LOCAL, Preferences, Record
from coach.settings import load_settings

_PAGES = "pages"
_PERSON = "person"
_PREFERENCES = "preferences"
COOKIE = "coach_person"
"""Holds who a browser is, where several people share a server; `ui/server.py` sets it."""


@st.cache_resource(show_spinner=False)
def coach() -> Coach:
    """The program, one for all sessions of this server. Its model is warmed up meanwhile."""
    made = Coach(load_settings())
    threading.Thread(target=made.warm_up, name="warm-up", daemon=True).start()
    return made


def begin(pages: Mapping[str, Any]) -> None:
    """Takes note of the pages, by name, so that views can lead to each other."""
    st.session_state[_PAGES] = pages


def person() -> str:
    """Who this browser is. On a machine of one's own that is the person of the command line."""
    if not coach().settings.shared:
        return LOCAL
    if _PERSON not in st.session_state:
        st.session_state[_PERSON] = st.context.cookies.get(COOKIE) or str(uuid4())
    return st.session_state[_PERSON]


def record() -> Record:
    """What this person practised."""
    return coach().record.of(person())


def preferences() -> Preferences:
    """What this person has chosen; the defaults while the record does not work, which the page itself will say."""
    if _PREFERENCES not in st.session_state:
        try:
            st.session_state[_PREFERENCES] = record().preferences()
        except RecordUnavailable:
            return Preferences()
    return st.session_state[_PREFERENCES]


def prefer(**chosen: object) -> None:
    """Keeps a choice of this person. Raises RecordUnavailable."""
    changed = Preferences.model_validate({**preferences().model_dump(), **chosen})
    record().set_preferences(changed)
    st.session_state[_PREFERENCES] = changed


def language() -> Language:
    """The language chosen by this person, else by setting, else by the browser."""
    chosen = preferences().language
    if chosen in ("zh", "en"):
        return chosen
    return coach().settings.language or language_of(st.context.locale)


def translate() -> Translate:
    """Gives our texts in the session's language."""
    return translate_to(language())


def where(name: str) -> str | None:
    """What the address says under a name, as `question`; None where it says nothing."""
    return st.query_params.get(name)


def stay(**places: str | None) -> None:
    """Changes what the address of this page says; None takes a name away."""
    for name, value in places.items():
        if value is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = value


def go(page: str, **places: str) -> NoReturn:
    """Leads to a page, as `session.go("answer", question="q03")`. Not from a callback: Streamlit ignores it there."""
    st.switch_page(st.session_state[_PAGES][page], query_params=places)


def link(page: str, label: str, icon: str | None = None, **places: str) -> None:
    """Draws a link to a page."""
    st.page_link(st.session_state[_PAGES][page], label=label, icon=icon, query_params=places)


def held(key: str, otherwise: Any = None) -> Any:
    """What this session holds under a key, such as a widget's value."""
    return st.session_state.get(key, otherwise)


def hold(key: str, value: Any) -> None:
    """Puts a value under a key; a widget's value only before the widget is drawn."""
    st.session_state[key] = value


def drop(key: str) -> None:
    """Forgets what is under a key."""
    st.session_state.pop(key, None)


def forget() -> None:
    """Forgets all that this session holds of its person, who stays the same one."""
    for key in [key for key in st.session_state if key not in (_PAGES, _PERSON)]:
        del st.session_state[key]


def questions() -> Mapping[str, str]:
    """The questions of all banks by id, in their order, in the session's language where they are written in it."""
    english = language() == "en"
    return {
        question.id: (question.question_en if english else "") or question.question
        for bank in coach().library.banks()
        for question in bank.questions
    }
