"""The ways to practise."""

import streamlit as st

from coach.language import Translate
from ui import session


def ways(_: Translate) -> None:
    """One link each, with what to expect behind it."""
    st.subheader(_("Or something else"), anchor=False)
    for page, label, icon, what in (
        ("answer", _("Answer a question"), ":material/edit_note:", _("One question, judged key point by key point.")),
        ("roleplay", _("Role-play"), ":material/support_agent:", _("A customer who does not give in at once.")),
        (
            "interview",
            _("Mock interview"),
            ":material/timer:",
            _("Several questions in a row, the verdicts at the end."),
        ),
        ("bank", _("Question bank"), ":material/menu_book:", _("All questions with their reference answers.")),
    ):
        session.link(page, f"**{label}**  :small[:gray[{what}]]", icon=icon)
