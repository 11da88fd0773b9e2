"""Talk to a difficult customer: choose one, chat, and see how it ended."""

import streamlit as st

from coach.customer.mood import StopReason
from coach.customer.names import STOP_NAMES
from coach.customer.state import opening
from coach.errors import CoachError, InputError
from coach.language import Translate
from coach.practice.jobs import Waiting
from coach.practice.record import RolePlay
from coach.practice.roleplay import LONGEST_TURN, RolePlaying
from coach.practice.work import Failed, Finished, Job, Kind, Spoken, Stopped
from ui import session
from ui.components.broken_off import broken_off
from ui.components.care import care
from ui.components.chat import PAUSE_SECONDS, bubbles, customer_message, own_message, turn_feedback
from ui.components.fault import fault_box
from ui.components.focus import focus_on
from ui.components.header import page_header
from ui.components.markup import plain
from ui.components.mood import mood_gauge
from ui.components.scenario import briefing, difficulty_name, dots, title_of
from ui.views.debrief import debrief_view
from ui.views.scenarios import before_it_begins, scenarios

_WIDTH = 736
"""Of the chat, in pixels: lines of about forty Chinese characters."""
_GAUGE = "show-mood"


def roleplay_view() -> None:
    """The page. What it shows follows from the address and the record alone."""
    _ = session.translate()
    page_header(_("Role-play"), _)
    try:
        _page(_)
    except InputError as fault:
        st.warning(_("This role-play or this customer is not here (any more)."), icon=":material/search_off:")
        st.caption(plain(fault.said(_)))
        if st.button(_("All customers"), key="all-customers", icon=":material/arrow_back:"):
            _show(None)
    except CoachError as fault:
        fault_box(fault, _)


def _page(_: Translate) -> None:
    role_play_id, scenario_id = session.where("id"), session.where("scenario")
    if role_play_id is None and scenario_id is None:
        scenarios(_)
        return
    playing = session.coach().role_playing(person=session.person())
    if role_play_id is None:
        before_it_begins(playing, playing.scenario(str(scenario_id)), _)
        return
    role_play = playing.role_play(role_play_id)
    if role_play.end is StopReason.PAUSED_FOR_SAFETY:
        _cared_for(_)
    elif role_play.end is not None and role_play.exchanges and session.where("debrief"):
        debrief_view(playing, role_play, _)
    else:
        _chat(playing, role_play, _)


def _cared_for(_: Translate) -> None:
    with st.container(width=_WIDTH, border=True):
        care(_)
    session.link("home", _("To the home page"), icon=":material/home:")


def _chat(playing: RolePlaying, role_play: RolePlay, _: Translate) -> None:
    with st.container(width=_WIDTH):
        _head(role_play, _)
        _so_far(role_play, _)
        last = st.container()
    if role_play.end is None:
        _desk(playing, role_play, _)
    else:
        st.chat_input(_("This conversation has ended."), key="ended", width=_WIDTH, disabled=True)
    with last:
        _refused(role_play, _)
        if role_play.end is not None:
            _end(playing, role_play, role_play.end, _)
        elif role_play.pending is not None:
            _await_answer(role_play, _)
        else:
            _hint(role_play, _)


def _head(role_play: RolePlay, _: Translate) -> None:
    card = role_play.scenario
    st.header(plain(title_of(card, session.language())), anchor=False)
    level = f"{dots(role_play.difficulty)} {difficulty_name(role_play.difficulty, _)}"
    exam = f" · {_('exam: feedback comes at the end')}" if role_play.exam and role_play.end is None else ""
    st.caption(f"{plain(card.persona.name)} · {level}{exam}")
    if not role_play.exchanges:
        with st.container(border=True):
            st.markdown(f"**{_('What you know')}**")
            briefing(card)
    if role_play.branched_from is not None:
        st.caption(_("A new try; the earlier one is kept."))


def _so_far(role_play: RolePlay, _: Translate) -> None:
    """The dialogue, with what each turn did folded under it unless an exam still hides it."""
    name = role_play.scenario.persona.name
    shown = not role_play.exam or role_play.end is not None
    with customer_message(name):
        bubbles(role_play.scenario.opening)
    for exchange in role_play.exchanges:
        with own_message(exchange.said, _):
            if shown:
                turn_feedback(exchange, _)
        with customer_message(name):
            bubbles(exchange.line.bubbles)
    if role_play.pending is not None:
        with own_message(role_play.pending, _):
            pass


def _desk(playing: RolePlaying, role_play: RolePlay, _: Translate) -> None:
    """What stays at hand at the bottom: the mood, what one can do, and where one writes."""
    waiting = role_play.pending is not None
    with st.bottom, st.container(width=_WIDTH, gap="xsmall"):
        if not role_play.exam and session.held(_GAUGE, True):
            _gauge(role_play, _)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            _actions(playing, role_play, waiting, _)
    key = f"say-{role_play.id}"
    # Outside of any container: only then does the page keep to its end, where the customer's last words are.
    st.chat_input(
        _("What do you say? Enter sends."),
        key=key,
        width=_WIDTH,
        on_submit=_say,
        args=(role_play, key),
    )
    focus_on(key)


def _actions(playing: RolePlaying, role_play: RolePlay, waiting: bool, _: Translate) -> None:
    if st.button(_("Hint"), key="hint", icon=":material/lightbulb:", type="tertiary", disabled=waiting):
        session.hold(_hint_key(role_play), str(playing.hint(role_play)))
    if st.button(
        _("Take back"),
        key="undo",
        icon=":material/undo:",
        type="tertiary",
        disabled=waiting or not role_play.exchanges,
        help=_("Goes on before your last turn; this try is kept."),
    ):
        _show(playing.try_again(role_play, len(role_play.exchanges)).id)
    with st.popover(_("Case"), icon=":material/assignment:", type="tertiary", key="case"):
        briefing(role_play.scenario)
    with st.popover(_("More"), icon=":material/more_horiz:", type="tertiary", key="more"):
        if not role_play.exam:
            st.toggle(_("Show the mood"), value=True, key=_GAUGE, persist_state="session")
        st.markdown(_("End this conversation? You can also just leave: everything is kept, and you go on later."))
        if st.button(_("Give up"), key="quit", icon=":material/flag:"):
            _quit(playing, role_play)


def _gauge(role_play: RolePlay, _: Translate) -> None:
    first = opening(role_play.scenario, role_play.difficulty)
    states = [first, *(one.step.state for one in role_play.exchanges)]
    mood_gauge(states[-1], states[-2] if len(states) > 1 else None, first.patience, _)


def _say(role_play: RolePlay, key: str) -> None:
    """Keeps a turn before anything else, as the next one of the dialogue that was on this screen.

    One that can't be taken goes back to where it was written: it is nowhere else.
    """
    said = str(session.held(key) or "")
    playing = session.coach().role_playing(person=session.person())
    try:
        playing.submit(role_play, said)
    except CoachError as fault:
        session.hold(key, said)
        session.hold(_refused_key(role_play), (fault, said, role_play.pending is not None))
    else:
        session.drop(_hint_key(role_play))


def _refused(role_play: RolePlay, _: Translate) -> None:
    """Why the last words were not taken."""
    refused = session.held(_refused_key(role_play))
    if refused is None:
        return
    session.drop(_refused_key(role_play))
    fault, said, was_waiting = refused
    if not isinstance(fault, InputError):
        fault_box(fault, _)
    elif len(said) > LONGEST_TURN:
        form = _("{length} characters are too much for one turn, {most} at most: say it in two.")
        st.warning(form.format(length=len(said), most=LONGEST_TURN), icon=":material/short_text:")
    elif was_waiting:
        st.info(_("One moment: the customer is about to answer. Your words wait below."), icon=":material/schedule:")
    elif said.strip():
        st.warning(
            _("This conversation went on in another window. Here is what came of it; your words wait below, not sent."),
            icon=":material/sync_problem:",
        )


def _await_answer(role_play: RolePlay, _: Translate) -> None:
    """The customer types, also while this page is away, and then says it bubble by bubble."""
    jobs = session.coach().jobs
    number = len(role_play.exchanges) + 1
    job_id = jobs.start(Job(kind=Kind.TURN, person=session.person(), about=role_play.id, number=number))
    with customer_message(role_play.scenario.persona.name):
        typing = st.empty()
        typing.caption(_typing(None, _))
        for news in jobs.follow(job_id):
            match news:
                case Spoken():
                    typing.empty()
                    bubbles(news.bubbles, pause=PAUSE_SECONDS)
                case Failed() | Stopped():
                    typing.empty()
                    broken_off(news, f"answer-again-{role_play.id}", _)
                case Finished():
                    st.rerun()
                case _news:  # the next look at the screen lets Streamlit end this run
                    typing.caption(_typing(jobs.waiting(job_id), _))


def _typing(waiting: Waiting | None, _: Translate) -> str:
    if waiting is None or waiting.seconds is None:
        return _("the customer is typing") + " …"
    return _("many are practising just now; about {seconds} seconds to wait").format(seconds=round(waiting.seconds))


def _hint(role_play: RolePlay, _: Translate) -> None:
    hint = session.held(_hint_key(role_play))
    if hint is not None:
        st.info(_(hint), icon=":material/lightbulb:")


def _end(playing: RolePlaying, role_play: RolePlay, end: StopReason, _: Translate) -> None:
    with st.container(border=True):
        st.markdown(f"**{_(STOP_NAMES[end])}**")
        if not role_play.exchanges:
            st.markdown(_("No turn was answered, so there is nothing to look back on."))
        with st.container(horizontal=True):
            if role_play.exchanges and st.button(
                _("Look back"), key="look-back", type="primary", icon=":material/insights:"
            ):
                session.stay(debrief="1")
                st.rerun()
            if role_play.exchanges and st.button(_("Take back the last turn"), key="undo", icon=":material/undo:"):
                _show(playing.try_again(role_play, len(role_play.exchanges)).id)
            if st.button(_("Another customer"), key="another", icon=":material/group:"):
                _show(None)


def _quit(playing: RolePlaying, role_play: RolePlay) -> None:
    playing.quit(role_play)
    if role_play.exchanges:
        session.stay(debrief="1")
    st.rerun()


def _show(role_play_id: str | None) -> None:
    session.stay(id=role_play_id, debrief=None, scenario=None)
    st.rerun()


def _hint_key(role_play: RolePlay) -> str:
    return f"hint-{role_play.id}"


def _refused_key(role_play: RolePlay) -> str:
    return f"refused-{role_play.id}"
