"""The table of contents of the web app."""

from pathlib import Path

import streamlit as st

from ui import session
from ui.views.answer import answer_view
from ui.views.bank import bank_view
from ui.views.home import home_view
from ui.views.importing import importing_view
from ui.views.interview import interview_view
from ui.views.progress import progress_view
from ui.views.roleplay import roleplay_view
from ui.views.settings import settings_view

_, _here = session.translate(), Path(__file__).parent
st.set_page_config(page_title=_("Interview coach"), page_icon=str(_here / "icon.svg"), layout="wide")
pages = {
    "home": st.Page(home_view, title=_("Home"), icon=":material/home:", default=True),
    "answer": st.Page(answer_view, title=_("Answer"), icon=":material/edit_note:", url_path="answer"),
    "roleplay": st.Page(roleplay_view, title=_("Role-play"), icon=":material/support_agent:", url_path="roleplay"),
    "interview": st.Page(interview_view, title=_("Mock interview"), icon=":material/timer:", url_path="interview"),
    "bank": st.Page(bank_view, title=_("Question bank"), icon=":material/menu_book:", url_path="bank"),
    "progress": st.Page(progress_view, title=_("Progress"), icon=":material/insights:", url_path="progress"),
    "import": st.Page(importing_view, title=_("Import"), icon=":material/upload_file:", url_path="import"),
    "settings": st.Page(settings_view, title=_("Settings"), icon=":material/tune:", url_path="settings"),
}
session.begin(pages)
st.html(_here / "theme.css")
st.navigation(list(pages.values()), position="top").run()
