"""What the candidate holds to be right instead of a verdict."""

from collections.abc import Callable

import streamlit as st

from coach.critique.feedback import Label, Verdict
from coach.language import Translate
from coach.practice.record import Disagreement
from ui.components.markup import plain
from ui.components.verdict import ICON

_LABELS = (Label.COVERED, Label.PARTIAL, Label.MISSING, Label.CONTRADICTED)


def disagree_here(verdict: Verdict, key: str, save: Callable[[Label, str], object], _: Translate) -> None:
    """A small form behind a button: the label that is right, and a word why."""
    with (
        st.popover(_("I see it differently"), icon=":material/rate_review:", type="tertiary"),
        st.form(f"form-{key}", border=False),
    ):
        label = st.radio(
            _("What is right?"),
            [label for label in _LABELS if label is not verdict.verdict],
            format_func=lambda label: f"{ICON[label]} {_(label)}",
            key=f"label-{key}",
        )
        why = st.text_input(_("Why? A word is enough."), key=f"why-{key}", max_chars=1000)
        st.caption(_("It moves no score. It is kept, and helps to test the coach."))
        saved = st.form_submit_button(_("Save"), key=f"save-{key}", type="primary")
    if saved and label is not None:
        save(label, why.strip())
        st.rerun()


def disagreement_line(disagreement: Disagreement, key: str, take_back: Callable[[], object], _: Translate) -> None:
    """What the candidate said, and a way to take it back."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = _("You see it differently: **{label}**").format(label=_(disagreement.label))
        st.markdown(f":material/rate_review: {said}", width="content")
        if st.button(_("Take back"), key=f"back-{key}", type="tertiary", icon=":material/undo:"):
            take_back()
            st.rerun()
    if disagreement.why:
        st.caption(plain(disagreement.why))
