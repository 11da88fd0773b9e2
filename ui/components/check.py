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
    detail = f"  \n:small[:gray[{plain(check.detail)}]]" if in_detail else ""
    st.markdown(f"**{_part_name(check.name, _)}** · {mark}{detail}")
    if not check.ok:
        remedy = _remedy(check.name, _) if in_detail else _("Tell the person who runs this server.")
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


def _remedy(name: str, _: Translate) -> str:
    return {
        "bank": _("Correct the file, or import the bank again."),
        "model": _(
            "Check the lines in `.env` and start the app again. Without `COACH_MODEL` a text match does the work."
        ),
        "embedding": _("Check `COACH_EMBEDDING` in `.env`, or set it to `lexical`."),
        "index": _("Run `coach index --rebuild`, and check that the data folder can be written."),
        "database": _("Check that the data folder can be written, or `COACH_DATABASE_URL` in `.env`."),
    }.get(name, "")
