"""What a browser session holds. The place is in the address, so a reload and a second tab find it again."""

import threading
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from coach.compose import Coach
from coach.language import Language, Translate, language_of, translate_to
from coach.practice.record import Attempt
from coach.settings import load_settings

_ATTEMPT = "attempt"
_QUESTION = "question"
_LANGUAGE = "language"


@st.cache_resource(show_spinner=False)
def coach() -> Coach:
    """The program, one for all sessions of this server. Its model is warmed up meanwhile."""
    made = Coach(load_settings())
    threading.Thread(target=made.warm_up, name="warm-up", daemon=True).start()
    return made


def language() -> Language:
    """The language chosen here, else by setting, else by the browser."""
    chosen = st.session_state.get(_LANGUAGE) or st.query_params.get(_LANGUAGE)
    if chosen in ("zh", "en"):
        return chosen
    return coach().settings.language or language_of(st.context.locale)


def translate() -> Translate:
    """Gives our texts in the session's language."""
    return translate_to(language())


def attempt() -> Attempt | None:
    """The attempt that the address names; None where it names none, or one that is not there."""
    named = st.query_params.get(_ATTEMPT)
    return coach().record.attempt(named) if named else None


def go_to(attempt_id: str) -> None:
    """Puts an attempt into the address."""
    st.query_params[_ATTEMPT] = attempt_id


def leave_attempt() -> None:
    """Takes the attempt out of the address: back to writing."""
    st.query_params.pop(_ATTEMPT, None)


def questions() -> Mapping[str, str]:
    """The questions of all banks by id, in their order, in the session's language where they are written in it."""
    english = language() == "en"
    return {
        question.id: (question.question_en if english else "") or question.question
        for bank in coach().library.banks()
        for question in bank.questions
    }


def choose_question(
    ids: Sequence[str], shown: Callable[[str], str], current: Attempt | None, _: Translate
) -> str | None:
    """A box to choose a question from; the address keeps the choice. None where nothing is chosen."""
    named = current.question_id if current is not None else st.query_params.get(_QUESTION)
    if _QUESTION not in st.session_state and named in ids:
        st.session_state[_QUESTION] = named
    return st.selectbox(
        _("Question"),
        ids,
        index=None,
        format_func=shown,
        key=_QUESTION,
        on_change=_question_changed,
        placeholder=_("Choose a question, or type to find one"),
    )


def take_question(question_id: str) -> None:
    """Chooses a question as if it had been picked in the box."""
    st.session_state[_QUESTION] = question_id
    _question_changed()


def judge_again(judged: Attempt) -> None:
    """A new attempt with the same answer; the first one stays in the record."""
    go_to(coach().record.add_attempt(judged.question_id, judged.question, judged.answer).id)


def language_switch() -> None:
    """Chinese or English; the address keeps the choice."""
    st.session_state.setdefault(_LANGUAGE, language())
    st.segmented_control(
        "语言 / Language",
        ("zh", "en"),
        format_func={"zh": "中文", "en": "English"}.__getitem__,
        key=_LANGUAGE,
        required=True,
        label_visibility="collapsed",
        on_change=_keep_in_address,
        args=(_LANGUAGE,),
    )


def _question_changed() -> None:
    leave_attempt()
    _keep_in_address(_QUESTION)


def _keep_in_address(key: str) -> None:
    value = st.session_state.get(key)
    if value is None:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value
