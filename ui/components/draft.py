"""A text area whose words are kept while they are typed, so that a reload or another tab finds them again."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from coach.errors import RecordUnavailable
from coach.language import Translate
from ui import session


def kept_text(
    place: str, label: str, submit: str, _: Translate, *, height: int = 220, placeholder: str = ""
) -> str | None:
    """A form with one text area, submitted by its button or Ctrl+Enter. Gives what was submitted; else None.

    What is typed is the person's draft at this place until `let_go`. The text area's key is the place, its button's
    `submit-` and the place.
    """
    if session.held(place) is None:
        session.hold(place, _draft(place))
    with st.form(f"form-{place}", border=False):
        text = st.text_area(label, height=height, key=place, placeholder=placeholder)
        submitted = st.form_submit_button(submit, key=f"submit-{place}", type="primary", icon=":material/send:")
    _watched(place, _)
    return text if submitted else None


def let_go(place: str, text: str) -> None:
    """Takes away the draft of a text that is kept elsewhere by now. Raises RecordUnavailable."""
    session.hold(_sent(place), text)
    session.record().set_draft(place, "")


def too_long(text: str, longest: int, _: Translate) -> None:
    """Says that a text is longer than what is judged; it stays in the text area."""
    said = _("That is {count} characters, and up to {longest} are judged. Shorten it a little: it stays here.")
    st.warning(said.format(count=len(text), longest=longest), icon=":material/edit:")


def nothing_written(_: Translate) -> None:
    """Says that there is no text yet."""
    st.warning(_("There is nothing to judge yet: write a sentence or two."), icon=":material/edit:")


def _draft(place: str) -> str:
    try:
        return session.record().draft(place)
    except RecordUnavailable:  # whoever submits is told; until then there is nothing to be lost
        return ""


@st.fragment
def _watched(place: str, _: Translate) -> None:
    """Keeps what is being typed at a place. A part of its own, so that nothing else of the page runs again."""
    key = f"watch-{place}"
    _watcher()(key=key, data={"key": place}, on_text_change=lambda: _keep(place, session.held(key)))
    if session.held(_unkept(place)):
        st.caption(_("What you type can't be kept just now. Copy it before you leave this page."))


def _keep(place: str, sent: Any) -> None:
    text = str((sent or {}).get("text", ""))
    if text == session.held(_sent(place)):  # the browser's last word may come after the text was submitted
        return
    try:
        session.record().set_draft(place, text)
        session.drop(_unkept(place))
    except RecordUnavailable:
        session.hold(_unkept(place), True)


def _sent(place: str) -> str:
    return f"sent-{place}"


def _unkept(place: str) -> str:
    return f"unkept-{place}"


@lru_cache
def _watcher() -> Callable[..., Any]:
    # Streamlit sends a text area's value only when it is left; `live=` is for one-line inputs alone.
    script = Path(__file__).with_name("draft.js").read_text("utf-8")
    return st.components.v2.component("draft", js=script)
