"""What an imported bank lacks, a model's drafts for it, and what a person decides on each."""

from collections.abc import Sequence

import streamlit as st

from coach.bank.approval import decide, missing
from coach.bank.question import Bank, Draft, DraftKind, Question
from coach.errors import CoachError
from coach.language import Translate
from coach.practice.work import Failed, Finished, Job, Kind, Stopped
from ui import session
from ui.components.advance import advance
from ui.components.fault import fault_box
from ui.components.markup import plain
from ui.components.proposal import cue_proposals, proposal

_END = "drafting-end"
"""What the session holds until it was said: how a drafting ended."""


def drafts_view(bank: Bank, _: Translate) -> None:
    """The two parts of the page of a bank that are about drafts."""
    st.subheader(_("What is missing"), anchor=False)
    drafting = session.where("drafting")
    if drafting:
        _follow(drafting, _)
    else:
        _lacking(bank, _)
    with_drafts = [question for question in bank.questions if question.drafts]
    if with_drafts:
        st.subheader(_("Drafts to decide on"), anchor=False)
        _one_question(bank, with_drafts, _)


def _follow(job_id: str, _: Translate) -> None:
    """Drafting under way; the page is drawn anew when it has ended."""
    session.hold(_END, advance(job_id, _("The model is writing drafts"), _))
    session.stay(drafting=None)
    st.rerun()


def _lacking(bank: Bank, _: Translate) -> None:
    gaps = [missing(question) for question in bank.questions]
    lines = (
        (_("questions without a reference answer: {count}"), sum(gap.reference for gap in gaps)),
        (_("questions without key points: {count}"), sum(gap.key_points for gap in gaps)),
        (_("key points without other ways to say them: {count}"), sum(len(gap.cues) for gap in gaps)),
        (_("questions without a situation from practice: {count}"), sum(gap.situations for gap in gaps)),
    )
    lacking = sum(gap.anything for gap in gaps)
    _ended(lacking, _)
    if not lacking:
        st.markdown(f":material/check: {_('Nothing is missing that a model could draft.')}")
        return
    st.markdown("\n".join(f"- {line.format(count=count)}" for line, count in lines if count))
    _start(bank, lacking, _)


def _ended(lacking: int, _: Translate) -> None:
    """How the drafting went that has just ended."""
    end = session.held(_END)
    session.drop(_END)
    if isinstance(end, Failed | Stopped):
        st.warning(_("It was broken off. What was drafted before is kept; you can go on."), icon=":material/info:")
    if isinstance(end, Failed):
        st.caption(plain(end.message.said(_)))
    if isinstance(end, Finished) and lacking:
        said = _("For {count} questions the model wrote nothing usable for some part. You can let it try again.")
        st.info(said.format(count=lacking), icon=":material/info:")


def _start(bank: Bank, lacking: int, _: Translate) -> None:
    has_model = bool(session.coach().settings.model)
    if st.button(
        _("Let the model draft it"), key="draft", icon=":material/edit_note:", disabled=not has_model, type="primary"
    ):
        job = Job(kind=Kind.DRAFT, person=session.person(), about=bank.name)
        session.stay(importing=None, drafting=session.coach().jobs.start(job))
        st.rerun()
    if has_model:
        said = _("One or two calls of the model for each of {count} questions. Nothing counts until you approve it.")
        st.caption(said.format(count=lacking))
    else:
        st.caption(_("This needs a model, and none is connected."))
        session.link("settings", _("Connect a model"), icon=":material/tune:")


def _one_question(bank: Bank, questions: Sequence[Question], _: Translate) -> None:
    """The drafts of one question; the others are a page away each."""
    said = session.where("page") or ""
    page = min(max(int(said), 1), len(questions)) if said.isdecimal() else 1
    question = questions[page - 1]
    st.caption(_("Question {place} of {of}").format(place=page, of=len(questions)))
    st.markdown(f"**{plain(question.question)}**")
    if question.answer:
        with st.expander(_("Reference answer"), icon=":material/menu_book:"):
            st.markdown(plain(question.answer))
    _proposals(bank.name, question.drafts, _)
    if len(questions) > 1:
        if session.held("draft-page") != page:
            session.hold("draft-page", page)
        st.pagination(
            len(questions), key="draft-page", on_change=lambda: session.stay(page=str(session.held("draft-page")))
        )


@st.fragment
def _proposals(bank: str, drafts: Sequence[Draft], _: Translate) -> None:
    """Only this is drawn anew while cues are ticked."""

    def decided(approved: Sequence[tuple[Draft, str | None]], rejected: Sequence[Draft]) -> None:
        try:
            decide(session.coach().library, bank, approved, rejected)
        except CoachError as fault:
            fault_box(fault, _)
        else:
            st.rerun()

    open_points = {draft.text for draft in drafts if draft.kind is DraftKind.KEY_POINT}
    cues: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.kind is DraftKind.CUE:
            cues.setdefault(draft.key_point, []).append(draft)
    for draft in drafts:
        if draft.kind is not DraftKind.CUE:
            of_it = cues.get(draft.text, []) if draft.kind is DraftKind.KEY_POINT else []
            proposal(draft, of_it, decided, _)
    for point, of_it in cues.items():
        if point not in open_points:
            cue_proposals(point, of_it, decided, _)
