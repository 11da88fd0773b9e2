"""What an import would keep, before it is kept."""

from collections.abc import Sequence

import streamlit as st

from coach.bank.question import Question
from coach.language import Translate
from ui.components.markup import plain

_OPEN = 8
"""So many questions are shown without being asked for."""


def found_questions(questions: Sequence[Question], _: Translate) -> None:
    """The questions in the document's order, each with what it has."""
    with st.expander(
        _("The questions that were found"), expanded=len(questions) <= _OPEN, icon=":material/format_list_numbered:"
    ):
        for question in questions:
            st.markdown(f"{plain(question.question)}  \n:small[:gray[{_what_it_has(question, _)}]]")


def _what_it_has(question: Question, _: Translate) -> str:
    if not question.has_reference:
        return f":material/remove: {_('no reference')}"
    parts = [_("with a reference")] if question.answer else []
    parts += [_("key points: {count}").format(count=len(question.key_points))] if question.key_points else []
    return f":material/check: {' · '.join(parts)}"
