"""A first step, the next one, and what to expect of the judge."""

import streamlit as st

from coach.customer.scenario import Scenario
from coach.language import Translate
from ui import session
from ui.components.markup import plain


def first_question(question_id: str, question: str, _: Translate) -> None:
    """A question to begin with."""
    hint = _("Write it as you would say it. Three sentences are enough to begin with.")
    _question(_("A first question"), question_id, question, hint, _)


def new_question(question_id: str, question: str, _: Translate) -> None:
    """A question to go on with where nothing is due."""
    _question(_("Something new"), question_id, question, _("You have not answered this one yet."), _)


def _question(caption: str, question_id: str, question: str, hint: str, _: Translate) -> None:
    with st.container(border=True, gap="small"):
        st.caption(f":material/edit_note: {caption}")
        st.markdown(f"**{plain(question)}**")
        st.caption(hint)
        if st.button(_("Answer it"), key="first-question", type="primary", icon=":material/edit:"):
            session.go("answer", question=question_id)


def first_role_play(scenario: Scenario, _: Translate) -> None:
    """A mild customer to begin with."""
    with st.container(border=True, gap="small"):
        st.caption(f":material/support_agent: {_('Or a customer who needs help')}")
        title = scenario.title_en if session.language() == "en" else scenario.title
        st.markdown(f"**{plain(title)}**")
        st.caption(
            _("A chat with a mild customer, difficulty {difficulty} of 5. You can stop at any time.").format(
                difficulty=scenario.difficulty
            )
        )
        if st.button(_("Look at the case"), key="first-role-play", icon=":material/chat:"):
            session.go("roleplay", scenario=scenario.id)


def judge_expectation(model: str, _: Translate) -> None:
    """What the judge at work can do and what it can't."""
    st.subheader(_("Who reads your answers"), anchor=False)
    if model:
        st.markdown(_("Your answers are judged by the model **{model}**.").format(model=plain(model)))
        st.markdown(_("Every verdict quotes your own words. Where you see it differently, you can say so."))
        return
    st.markdown(_("For now a text match without any model. It works offline and costs nothing."))
    for icon, text in (
        (":material/check:", _("It can: find a key point that you clearly said, and quote your words for it.")),
        (":material/close:", _("It can't: understand free wording. What it is not sure of, it leaves open.")),
        (":material/compare:", _("So you compare the open points with the reference answer and rate them yourself.")),
    ):
        st.markdown(f"{icon} {text}")
    session.link("settings", _("Connect a model"), icon=":material/tune:")
