"""One verdict, and one that is still to come."""

import streamlit as st

from coach.bank.question import KeyPoint
from coach.critique.feedback import Label, Verdict
from coach.language import Translate
from ui.components.markup import numbered, plain

ICON = {
    Label.COVERED: ":material/check_circle:",
    Label.PARTIAL: ":material/contrast:",
    Label.MISSING: ":material/cancel:",
    Label.CONTRADICTED: ":material/error:",
    Label.UNGRADED: ":material/help:",
}
COLOUR = {
    Label.COVERED: "green",
    Label.PARTIAL: "orange",
    Label.MISSING: "red",
    Label.CONTRADICTED: "violet",
    Label.UNGRADED: "gray",
}


def verdict_card(verdict: Verdict, place: int, _: Translate) -> None:
    """What was judged, the candidate's words for it, and what to do about it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(_(verdict.verdict), icon=ICON[verdict.verdict], color=COLOUR[verdict.verdict])
        if verdict.weight == "vital":
            st.badge(_("vital"), color="gray")
    st.markdown(f"{numbered(place)} **{plain(verdict.text)}**")
    for evidence in verdict.evidence:
        source = "" if evidence.turn == 0 else _(" (your answer to the follow-up)")
        st.markdown(f"> {plain(evidence.quote)}{source}")
    for text in (verdict.why, verdict.missing_part, _(verdict.reason) if verdict.reason else ""):
        if text:
            st.caption(plain(text))
    if verdict.advice:
        st.markdown(f":material/lightbulb: {plain(verdict.advice)}")


def open_card(point: KeyPoint, place: int) -> None:
    """A key point whose verdict is not there yet."""
    st.markdown(f"{numbered(place)} **{plain(point.text)}**")
    st.skeleton(height=48)
