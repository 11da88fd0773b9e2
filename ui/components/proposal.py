"""A text that a model drafted, and what a person decides about it."""

from collections.abc import Callable, Sequence

import streamlit as st

from coach.bank.approval import DRAFT_NAMES
from coach.bank.question import Draft, DraftKind
from coach.language import Translate
from ui.components.markup import plain

Decide = Callable[[Sequence[tuple[Draft, str | None]], Sequence[Draft]], None]
"""Takes what was approved, with another wording or None, and what was rejected."""


def proposal(draft: Draft, cues: Sequence[Draft], decide: Decide, _: Translate) -> None:
    """One draft with its buttons. The cues of a key point wait for it."""
    with st.container(border=True, gap="small"):
        weight = f" · {_(draft.weight)}" if draft.weight else ""
        st.markdown(f"**{_(DRAFT_NAMES[draft.kind])}**{weight}  {draft_badge(_)}")
        st.markdown(plain(draft.text))
        if cues:
            st.caption(_("Ways to say it, also drafted. You decide on them once the key point is approved:"))
            st.markdown("\n".join(f"- :gray[{plain(cue.text)}]" for cue in cues))
        st.caption(drafted_by(draft, _))
        with st.container(horizontal=True):
            if st.button(_("Approve"), key=f"approve-{draft.number}", icon=":material/check:"):
                decide([(draft, None)], [])
            _edit(draft, decide, _)
            if st.button(_("Reject"), key=f"reject-{draft.number}", icon=":material/close:"):
                decide([], [draft])


def cue_proposals(point: str, cues: Sequence[Draft], decide: Decide, _: Translate) -> None:
    """The drafted cues of an approved key point, to be ticked."""
    with st.container(border=True, gap="small"):
        st.markdown(f"**{_('Ways to say it')}**  {draft_badge(_)}")
        st.markdown(f"{_('Key point')}: {plain(point)}")
        ticked: list[Draft] = []
        for cue in cues:
            with st.container(horizontal=True, vertical_alignment="center"):
                if st.checkbox(plain(cue.text), key=f"tick-{cue.number}", width="stretch"):
                    ticked.append(cue)
                _edit(cue, decide, _)
        st.caption(drafted_by(cues[0], _))
        with st.container(horizontal=True):
            if st.button(
                _("Approve the ticked ones"),
                key=f"approve-ticked-{cues[0].number}",
                icon=":material/check:",
                disabled=not ticked,
            ):
                decide([(cue, None) for cue in ticked], [])
            if st.button(
                _("Reject the ticked ones"),
                key=f"reject-ticked-{cues[0].number}",
                icon=":material/close:",
                disabled=not ticked,
            ):
                decide([], ticked)


def draft_badge(_: Translate) -> str:
    """The mark of what nobody has approved."""
    return f":orange-badge[:material/edit_note: {_('draft')}]"


def drafted_by(draft: Draft, _: Translate) -> str:
    """Which model wrote it."""
    return _("Drafted by the model {model}. It counts for nothing until you approve it.").format(
        model=plain(draft.model)
    )


def _edit(draft: Draft, decide: Decide, _: Translate) -> None:
    with st.popover(_("Edit"), icon=":material/edit:"), st.form(f"edit-{draft.number}", border=False):
        text = st.text_area(
            _("In your words"),
            value=draft.text,
            key=f"text-{draft.number}",
            height=200 if draft.kind is DraftKind.REFERENCE else 100,
        )
        approved = st.form_submit_button(_("Approve in these words"), key=f"approve-edited-{draft.number}")
    if approved:
        decide([(draft, text)], [])
