"""One fault, as a person is told it."""

import streamlit as st

from coach.errors import (
    AnswerTooLong,
    BankError,
    CoachError,
    DocumentError,
    EmbeddingError,
    IndexUnavailable,
    RecordUnavailable,
    UnknownQuestion,
)
from coach.language import Translate
from ui.components.markup import plain


def fault_box(fault: CoachError, _: Translate) -> None:
    """What happened in the person's language, and the exact line below it."""
    said: dict[type[CoachError], str] = {
        AnswerTooLong: _("Your answer is kept, but it is too long to be judged."),
        UnknownQuestion: _("No bank has a reference for this question."),
        DocumentError: _("This document can't be imported. Nothing was stored."),
        BankError: _("This bank can't be used as it is. Nothing was stored."),
        RecordUnavailable: _("The database does not work just now. Copy your text before you go on."),
        IndexUnavailable: _("The search index does not work just now."),
        EmbeddingError: _("The embedding model does not work just now; the old index stays."),
    }
    st.error(said.get(type(fault), _("That did not work.")), icon=":material/error:")
    st.caption(plain(fault.said(_)))
