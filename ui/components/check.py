"""One part of the program, tried."""

import streamlit as st

from coach.checkup import Check
from coach.language import Translate
from ui.components.markup import plain


def check_line(check: Check, in_detail: bool, _: Translate) -> None:
    """Whether it works, in words; where it does not, how to mend it. Details name places on the server."""
    mark = f":green[:material/check_circle: {_('works')}]"
    if not check.ok:
        mark = f":red[:material/error: {_('does not work')}]"
    detail = f"  \n:small[:gray[{plain(check.detail.said(_))}]]" if in_detail else ""
    st.markdown(f"**{_part_name(check.name, _)}** · {mark}{detail}")
    if check.how_to_fix is not None:
        remedy = check.how_to_fix.said(_) if in_detail else _("Tell the person who runs this server.")
        st.markdown(f":material/build: {remedy}")


def _part_name(name: str, _: Translate) -> str:
    return {
        "bank": _("Question banks"),
        "model": _("Model"),
        "embedding": _("Embedding for the search"),
        "index": _("Search index"),
        "database": _("Database of your practice"),
        "language": _("Language"),
    }.get(name, name)
