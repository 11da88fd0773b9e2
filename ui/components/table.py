"""The figures behind a picture, as a table that a screen reader reads too."""

from collections.abc import Iterable, Sequence

import streamlit as st

from coach.language import Translate
from ui.components.markup import plain


def folded_table(headers: Sequence[str], rows: Iterable[Sequence[str]], _: Translate) -> None:
    """The table, folded away under its picture."""
    with st.expander(_("The same as a table"), icon=":material/table:"):
        lines = [headers, ["---"] * len(headers)]
        cells = [[plain(cell) for cell in row] for row in rows]
        st.markdown("\n".join(f"| {' | '.join(line)} |" for line in [*lines, *cells]))
