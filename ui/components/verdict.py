"""One verdict, and one that is still to come."""

from collections.abc import Sequence

import streamlit as st

from coach.bank.question import KeyPoint
from coach.critique.feedback import REASON_TEXTS, Label, Verdict
from coach.language import Translate
from ui.components.markup import marked, numbered, plain

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


def verdict_card(
    verdict: Verdict, place: int, _: Translate, own: Label | None = None, lit_in: Sequence[str] = ()
) -> None:
    """What was judged, the candidate's words for it, and what to do about it.

    The candidate's `own` rating stands beside a verdict that says something else. Where the answer and those to its
    follow-ups are given in `lit_in`, the words are lit in them instead of quoted.
    """
    _badges(verdict, _, own)
    st.markdown(f"{numbered(place)} **{plain(verdict.text)}**")
    for evidence in () if lit_in else verdict.evidence:
        source = "" if evidence.turn == 0 else _(" (your answer to the follow-up)")
        st.markdown(f"> {plain(evidence.quote)}{source}")
    for turn in sorted({evidence.turn for evidence in verdict.evidence}) if lit_in else ():
        with st.container(border=True):
            st.markdown(marked(lit_in[turn], (verdict,), turn, first=place))
    for text in (verdict.why, verdict.missing_part, _(REASON_TEXTS[verdict.reason]) if verdict.reason else ""):
        if text:
            st.caption(plain(text))
    if verdict.advice:
        st.markdown(f":material/lightbulb: {plain(verdict.advice)}")


def badge(label: Label, _: Translate) -> str:
    """A verdict in a line of text."""
    return f":{COLOUR[label]}-badge[{ICON[label]} {_(label)}]"


def open_card(point: KeyPoint, place: int) -> None:
    """A key point whose verdict is not there yet."""
    st.markdown(f"{numbered(place)} **{plain(point.text)}**")
    st.skeleton(height=48)


def _badges(verdict: Verdict, _: Translate, own: Label | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(_(verdict.verdict), icon=ICON[verdict.verdict], color=COLOUR[verdict.verdict])
        if verdict.weight == "vital":
            st.badge(_("vital"), color="gray")
        if own is not None and own is not verdict.verdict and verdict.verdict is not Label.UNGRADED:
            st.badge(_("You: {label}").format(label=_(own)), icon=":material/person:", color="gray")
