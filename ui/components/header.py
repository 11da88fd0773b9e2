"""What stands at the head of each page."""

import streamlit as st

from coach.language import Translate
from ui import session
from ui.components.judge import judge_badge

_LANGUAGE = "language"


def page_header(title: str, _: Translate) -> None:
    """The title, which judge is at work, and the language."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False)
        judge_badge(session.coach().settings.model, _)
        _language_switch()


def _language_switch() -> None:
    if session.held(_LANGUAGE) != session.language():
        session.hold(_LANGUAGE, session.language())
    st.segmented_control(
        "语言 / Language",
        ("zh", "en"),
        format_func={"zh": "中文", "en": "English"}.__getitem__,
        key=_LANGUAGE,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: session.prefer(language=session.held(_LANGUAGE)),
    )
