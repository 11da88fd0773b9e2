"""Look back on a role-play: how it ended and why, what was done and what it cost, and where to try again."""

import streamlit as st

from coach.critique.feedback import Feedback, Label
from coach.customer.debrief import CostlyTurn, Debrief
from coach.customer.mood import StopReason
from coach.customer.names import STOP_NAMES
from coach.language import Translate
from coach.practice.record import RolePlay
from coach.practice.roleplay import RolePlaying
from coach.practice.work import Failed, Finished, Job, Kind, Stopped
from ui import session
from ui.components.broken_off import broken_off
from ui.components.chat import bubbles, customer_message, own_message, turn_feedback
from ui.components.focus import focus_on
from ui.components.markup import plain
from ui.components.mood import change_line, mood_chart
from ui.components.rubric import rubric_bars, rubric_rows
from ui.components.scenario import difficulty_name, dots, title_of
from ui.components.spoken_point import spoken_point

_WIDTH = 736


def debrief_view(playing: RolePlaying, role_play: RolePlay, _: Translate) -> None:
    """The debrief, made now where it was not made before."""
    with st.container(width=_WIDTH, gap="medium"):
        if role_play.debrief is None:
            _await_debrief(role_play, _)
        else:
            _debrief(playing, role_play, role_play.debrief, _)


def _await_debrief(role_play: RolePlay, _: Translate) -> None:
    jobs = session.coach().jobs
    job_id = jobs.start(Job(kind=Kind.DEBRIEF, person=session.person(), about=role_play.id))
    with st.spinner(_("Looking back on the conversation")):
        shown = st.empty()
        for news in jobs.follow(job_id):
            match news:
                case Finished():
                    st.rerun()
                case Failed() | Stopped():
                    broken_off(news, f"debrief-again-{role_play.id}", _)
                case _news:  # a look at the screen, so that Streamlit can end this run
                    shown.caption(_("You may leave this page; it goes on."))


def _debrief(playing: RolePlaying, role_play: RolePlay, debrief: Debrief, _: Translate) -> None:
    with st.container(key="outcome"):
        _outcome(role_play, debrief, _)
    focus_on("outcome", f"debrief-{role_play.id}")
    st.subheader(_("How the mood went"), anchor=False)
    mood_chart(debrief.mood, _)
    if debrief.costliest is not None:
        _costliest(playing, role_play, debrief.costliest, _)
    st.subheader(_("What you did, by the rubric"), anchor=False)
    rubric_bars(debrief.rubric, _)
    with st.expander(_("Each item, with your words"), icon=":material/checklist:"):
        rubric_rows(debrief.rubric, session.language(), _)
    _key_points(debrief, _)
    _recalled(debrief, _)
    _turn_by_turn(playing, role_play, _)


def _outcome(role_play: RolePlay, debrief: Debrief, _: Translate) -> None:
    st.caption(
        f"{plain(title_of(role_play.scenario, session.language()))} · {plain(role_play.scenario.persona.name)} · "
        f"{dots(role_play.difficulty)} {difficulty_name(role_play.difficulty, _)}"
    )
    st.header(_(STOP_NAMES[debrief.end]), anchor=False)
    st.markdown(_reason(debrief.end, _))
    if debrief.rubric.failed:
        st.error(_("a red line was crossed: failed whatever the points"), icon=":material/block:")
    score = debrief.rubric.score
    st.metric(_("Score"), _("no score") if score is None else f"{score:.0%}")
    with st.container(horizontal=True):
        if st.button(_("Another customer"), key="another", icon=":material/group:"):
            _show(None)
        if st.button(_("See the conversation"), key="conversation", icon=":material/chat:", type="tertiary"):
            session.stay(debrief=None)
            st.rerun()


def _reason(end: StopReason, _: Translate) -> str:
    return {
        StopReason.RESOLVED: _("What had to be settled is settled, and you parted on good terms."),
        StopReason.RESOLVED_COLD: _("The matter is settled, but anger or doubt is left over."),
        StopReason.WALK_AWAY: _("After the last warning nothing moved, so the customer went."),
        StopReason.ESCALATED: _("After the last warning nothing moved, so the customer complains elsewhere."),
        StopReason.MAX_TURNS: _("Twenty turns are the limit; on a real desk somebody would step in by now."),
        StopReason.CANDIDATE_QUIT: _(
            "You stopped before it was settled. That is fine: look at what happened until then."
        ),
        StopReason.PAUSED_FOR_SAFETY: "",
    }[end]


def _costliest(playing: RolePlaying, role_play: RolePlay, worst: CostlyTurn, _: Translate) -> None:
    st.subheader(_("The turn that cost most"), anchor=False)
    with st.container(border=True):
        st.markdown(f"**{_('Turn {number}').format(number=worst.turn)}**  \n“{plain(worst.said)}”")
        st.markdown("\n".join(f"- {plain(change_line(change, _))}" for change in worst.changes))
        st.markdown(f"**{_('Said better') if worst.by == 'model' else _('A scaffold to fill in (no model)')}**")
        st.success(plain(worst.rewrite), icon=":material/edit_note:")
        _again(playing, role_play, worst.turn, "worst", _)


def _key_points(debrief: Debrief, _: Translate) -> None:
    if not debrief.key_points:
        return
    st.subheader(_("Key points over the whole conversation"), anchor=False)
    if any(feedback.judge == "offline" for feedback in debrief.key_points):
        st.caption(_("text match, no model"))
    questions = session.questions()
    for feedback in debrief.key_points:
        question = questions.get(feedback.question_id, feedback.question_id)
        with st.expander(f"{plain(question)}  \n:gray[{_tally(feedback, _)}]"):
            for place, verdict in enumerate(feedback.key_points):
                spoken_point(verdict, place, _)
            session.link(
                "answer", _("Answer this question"), icon=":material/edit_note:", question=feedback.question_id
            )


def _tally(feedback: Feedback, _: Translate) -> str:
    labels = [verdict.verdict for verdict in feedback.key_points]
    counted = [(label, labels.count(label)) for label in Label]
    return " · ".join(f"{_(label)} {count}" for label, count in counted if count)


def _recalled(debrief: Debrief, _: Translate) -> None:
    if not debrief.recalled:
        return
    st.subheader(_("Questions that this conversation brings up"), anchor=False)
    questions = session.questions()
    for recalled in debrief.recalled:
        question = questions.get(recalled.question_id, recalled.question)
        session.link("answer", plain(question), icon=":material/edit_note:", question=recalled.question_id)
        form = _("Turn {turn}: near “{matched}”")
        st.caption(plain(form.format(turn=recalled.turn, matched=recalled.matched)))


def _turn_by_turn(playing: RolePlaying, role_play: RolePlay, _: Translate) -> None:
    st.subheader(_("Turn by turn"), anchor=False)
    st.caption(_("Go on from before any of your turns: the customer is as they were then, and this try is kept."))
    name = role_play.scenario.persona.name
    with customer_message(name):
        bubbles(role_play.scenario.opening)
    for number, exchange in enumerate(role_play.exchanges, 1):
        with own_message(exchange.said, _):
            turn_feedback(exchange, _)
            _again(playing, role_play, number, "turn", _)
        with customer_message(name):
            bubbles(exchange.line.bubbles)


def _again(playing: RolePlaying, role_play: RolePlay, turn: int, place: str, _: Translate) -> None:
    label = _("Try again from turn {number}").format(number=turn)
    kind = "primary" if place == "worst" else "tertiary"
    if st.button(label, key=f"again-{place}-{turn}", type=kind, icon=":material/replay:"):
        _show(playing.try_again(role_play, turn).id)


def _show(role_play_id: str | None) -> None:
    session.stay(id=role_play_id, debrief=None, scenario=None)
    st.rerun()
