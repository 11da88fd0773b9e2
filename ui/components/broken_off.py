"""Work that did not come to its end."""

import streamlit as st

from coach.language import Translate
from coach.practice.work import Failed, Stopped
from ui.components.markup import plain


def broken_off(news: Failed | Stopped, key: str, _: Translate) -> None:
    """What happened, that nothing is lost, and a button to try again: a rerun begins the work anew."""
    st.error(_("That did not work. What you wrote is kept."), icon=":material/error:")
    if isinstance(news, Failed):
        st.caption(plain(news.message.said(_)))
    st.button(_("Try again"), key=key, icon=":material/refresh:")
