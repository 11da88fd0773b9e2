"""Which judge is at work, and how to get the other one."""

import streamlit as st

from coach.language import Translate
from ui.components.markup import plain


def judge_badge(model: str, _: Translate) -> None:
    """Says what judges here; a tap says how to connect a model."""
    name = plain(model) if model else _("Text match, no model")
    with st.popover(name, icon=":material/gavel:", type="tertiary"):
        if model:
            st.markdown(_("Your answers are judged by the model **{model}**.").format(model=plain(model)))
            return
        st.markdown(
            _(
                "Without a model the coach matches wording: it says what it is sure of and leaves the rest for you to "
                "compare with the reference."
            )
        )
        st.markdown(_("To connect a model, put these lines into `.env` beside the README and start again:"))
        st.code("COACH_MODEL=dashscope/qwen-plus\nDASHSCOPE_API_KEY=...", language="bash")
        st.caption(_("OpenAI, DeepSeek, Moonshot, Anthropic, Ollama and others: see the README."))
