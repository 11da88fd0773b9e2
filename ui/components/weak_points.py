"""The weakest key points, each with the way to practise it."""

from collections.abc import Mapping, Sequence

import streamlit as st

from coach.language import Translate
from coach.practice.progress import MetPoint
from ui import session
from ui.components.markup import plain
from ui.components.mastery import mastery_bar
from ui.components.verdict import COLOUR, ICON

_FIRST = 5


def weak_points(weakest_first: Sequence[MetPoint], questions: Mapping[str, str], _: Translate) -> None:
    """One card a point; none where all sit."""
    weak = [point for point in weakest_first if point.strength < 1][:_FIRST]
    if not weak:
        st.caption(_("Nothing here is weak: what you practised sits well."))
    for point in weak:
        with st.container(border=True, gap="small"):
            st.markdown(f"**{plain(point.text)}**")
            st.caption(plain(questions.get(point.question_id, point.question)))
            with st.container(horizontal=True, vertical_alignment="center"):
                st.badge(_(point.last), icon=ICON[point.last], color=COLOUR[point.last])
                mastery_bar(point.strength, _)
                session.link("answer", _("Practise"), icon=":material/edit_note:", question=point.question_id)
