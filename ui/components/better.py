"""The candidate's own answer, said better."""

import streamlit as st

from coach.language import Translate
from ui.components.changes import changes, shown_changes
from ui.components.markup import plain


def better_answer(answer: str, rewrite: str, key: str, _: Translate) -> None:
    """The better version as changes of the answer, or as it reads."""
    st.subheader(_("Said better"), anchor=False)
    as_changes = st.toggle(_("Show what changed"), value=True, key=key)
    with st.container(border=True):
        st.markdown(shown_changes(changes(answer, rewrite)) if as_changes else plain(rewrite))
    if as_changes:
        st.caption(_("Struck out: better left out. Bold on green: better said."))
