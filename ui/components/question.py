"""One question of the bank: as a row of the list, and whole."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

import streamlit as st

from coach.bank.question import BUNDLED, Question, Weight
from coach.language import Translate
from coach.practice.progress import MetPoint
from coach.practice.record import Attempt
from ui import session
from ui.components.markup import numbered, plain
from ui.components.mastery import mastery_bar, percent
from ui.components.moment import clock_time, long_day_name
from ui.components.shelf import Shelved
from ui.components.topic import topic_name


def question_row(one: Shelved, places: Mapping[str, str], near: str, _: Translate) -> None:
    """The question, how it stands, and the ways to answer it and to the whole of it."""
    question = one.question
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(one.wording)}**")
        if near and near not in (question.question, question.question_en):
            st.caption(_("Nearest wording: {text}").format(text=plain(near)))
        with st.container(horizontal=True, vertical_alignment="center"):
            _badges(one, _)
            if question.key_points:
                mastery_bar(one.standing.mastery, _)
            session.link("answer", _("Answer"), icon=":material/edit_note:", question=question.id)
            # No link: one that leads to its own page is drawn as the place where one is.
            if st.button(
                _("Reference answer"), key=f"open-{question.id}", type="tertiary", icon=":material/menu_book:"
            ):
                session.go("bank", **places, question=question.id)


def question_head(one: Shelved, _: Translate) -> None:
    """The question in large letters, how it stands, and the way to answer it."""
    st.header(plain(one.wording), anchor=False)
    if one.wording != one.question.question:
        st.caption(plain(one.question.question))
    with st.container(horizontal=True, vertical_alignment="center"):
        _badges(one, _)
        if one.question.key_points:
            mastery_bar(one.standing.mastery, _)
    if st.button(_("Answer this question"), key="answer-this", type="primary", icon=":material/edit_note:"):
        session.go("answer", question=one.question.id)


def reference(question: Question, _: Translate) -> None:
    """What a good answer says; where nobody wrote that down, what can be done about it."""
    st.subheader(_("Reference answer"), anchor=False)
    if question.answer:
        st.markdown(plain(question.answer))
        return
    st.info(
        _("Nobody has written down yet what a good answer says. You can practise it, but nothing of it is judged.")
        if not question.has_reference
        else _("There are key points, but no reference answer: an answer is judged by the key points."),
        icon=":material/menu_book:",
    )
    st.markdown(_("On the import page a model can draft what is missing; it counts once a person has approved it."))
    session.link("import", _("Draft what is missing"), icon=":material/upload_file:")


def key_points(question: Question, met: Mapping[str, MetPoint], due: frozenset[str], _: Translate) -> None:
    """Each key point with how well it is mastered."""
    if not question.key_points:
        return
    st.subheader(_("Key points"), anchor=False)
    for place, point in enumerate(question.key_points):
        with st.container(border=True, gap="small"):
            st.markdown(f"{numbered(place)} {plain(point.text)}")
            with st.container(horizontal=True, vertical_alignment="center"):
                if point.weight is Weight.VITAL:
                    st.badge(_("vital"), color="gray")
                if point.id in due:
                    st.badge(_("due"), icon=":material/event_repeat:", color="orange")
                mastery_bar(met[point.id].strength if point.id in met else None, _)


def other_wordings(question: Question, _: Translate) -> None:
    """How else it is asked, and what a customer says when it applies; folded away."""
    for label, icon, texts in (
        (_("Other ways people ask it"), ":material/forum:", question.aliases),
        (_("When it applies: what a customer says"), ":material/support_agent:", question.situations),
    ):
        if texts:
            with st.expander(f"{label} · {len(texts)}", icon=icon):
                st.markdown("\n".join(f"- {plain(text)}" for text in texts))


def own_answers(attempts: Sequence[Attempt], zone: tzinfo | None, _: Translate) -> None:
    """The person's answers to it, newest first, each a link to its feedback."""
    st.subheader(_("Your answers"), anchor=False)
    if not attempts:
        st.caption(_("You have not answered this question yet."))
    for one in attempts:
        day = long_day_name(one.created.astimezone(zone).date(), session.language())
        when = f"{day} {clock_time(one.created, zone, session.language())}"
        score = _("not judged yet") if one.feedback is None else percent(one.feedback.score)
        session.link("answer", f"{when} · {score}", icon=":material/history:", attempt=one.id)


def _badges(one: Shelved, _: Translate) -> None:
    st.badge(plain(topic_name(one.topic, _)), color="gray", icon=":material/label:")
    if one.question.bank != BUNDLED and one.question.topic:
        st.badge(plain(one.question.bank), color="gray", icon=":material/folder:")
    if one.is_due:
        st.badge(_("due"), icon=":material/event_repeat:", color="orange")
    if not one.question.has_reference:
        st.badge(_("no reference"), icon=":material/help:", color="violet")
    elif not one.question.answer:
        st.badge(_("key points only"), icon=":material/checklist:", color="gray")
