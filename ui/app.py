"""The table of contents of the web app."""

import streamlit as st

from ui import session
from ui.views.answer import answer_view

_ = session.translate()
st.set_page_config(page_title=_("Interview coach"), page_icon=":material/forum:", layout="wide")

page = st.navigation(
    [st.Page(answer_view, title=_("Answer a question"), icon=":material/edit_note:", url_path="answer", default=True)],
    position="hidden",
)
page.run()
