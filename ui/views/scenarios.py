"""Choose a difficult customer, read what is known, and begin; role-plays that wait are offered first."""

import secrets
from collections.abc import Sequence

import streamlit as st

from coach.customer.names import CATEGORY_NAMES
from coach.customer.scenario import Category, Scenario
from coach.customer.turns import Intensity
from coach.language import Translate
from coach.practice.record import RolePlay
from coach.practice.roleplay import RolePlaying
from ui import session
from ui.components.markup import plain
from ui.components.scenario import (
    HARDEST,
    briefing,
    difficulty_name,
    dots,
    intensity_line,
    intensity_name,
    scenario_card,
    title_of,
)

_LEVELS = range(1, HARDEST + 1)
_CARD_WIDTH = 352
_TEXT_WIDTH = 736
_MOST_WAITING = 2
_LOOKED_THROUGH = 12
"""Newest role-plays among which one that waits is looked for."""
_MOST_SEEDS = 1_000_000


def scenarios(_: Translate) -> None:
    """The cards, by category and difficulty."""
    cards = session.coach().stage.scenarios
    _waiting_role_plays(_)
    st.subheader(_("Choose a customer"), anchor=False)
    if session.language() == "en":
        st.caption(_("The customers write Chinese, as they do on the platform."))
    shown = _filtered(cards, _)
    if not shown:
        st.info(_("No customer of this kind at this difficulty. Take one of the filters off."), icon=":material/tune:")
        return
    if st.button(_("Surprise me"), key="surprise", icon=":material/shuffle:"):
        _open(secrets.choice(shown).id)
    with st.container(horizontal=True, gap="medium"):
        for card in shown:
            with st.container(border=True, width=_CARD_WIDTH, height="stretch", gap="small"):
                scenario_card(card, session.language(), _)
                if st.button(_("Take this one"), key=f"card-{card.id}", icon=":material/arrow_forward:"):
                    _open(card.id)


def before_it_begins(playing: RolePlaying, card: Scenario, _: Translate) -> None:
    """What the candidate's screen shows, and how it is to be played."""
    with st.container(width=_TEXT_WIDTH):
        if st.button(_("All customers"), key="all-customers", icon=":material/arrow_back:", type="tertiary"):
            session.stay(scenario=None)
            st.rerun()
        st.header(plain(title_of(card, session.language())), anchor=False)
        st.caption(_(CATEGORY_NAMES[card.category]))
        with st.container(border=True):
            st.markdown(f"**{_('What you know')}**")
            briefing(card)
        _terms(playing, card, _)


def _waiting_role_plays(_: Translate) -> None:
    newest = session.record().role_plays(limit=_LOOKED_THROUGH)
    tried_again = {one.branched_from for one in newest}
    waiting = [one for one in newest if one.end is None and one.id not in tried_again][:_MOST_WAITING]
    if not waiting:
        return
    st.subheader(_("Go on where you stopped"), anchor=False)
    with st.container(horizontal=True, gap="medium"):
        for place, role_play in enumerate(waiting):
            with st.container(border=True, width=_CARD_WIDTH, height="stretch", gap="small"):
                _waiting_role_play(role_play, place, _)


def _waiting_role_play(role_play: RolePlay, place: int, _: Translate) -> None:
    st.markdown(f"**{plain(title_of(role_play.scenario, session.language()))}**")
    turns = len(role_play.exchanges)
    st.caption(_("Turn {number}").format(number=turns + 1) + f" · {dots(role_play.difficulty)}")
    said = role_play.exchanges[-1].line.bubbles if turns else role_play.scenario.opening
    form = _("{name}: “{said}”")
    st.markdown(form.format(name=plain(role_play.scenario.persona.name), said=plain(said[-1])))
    weight = "secondary" if place else "primary"
    if st.button(_("Go on"), key=f"go-on-{role_play.id}", type=weight, icon=":material/play_arrow:"):
        session.stay(id=role_play.id, scenario=None)
        st.rerun()


def _filtered(cards: Sequence[Scenario], _: Translate) -> Sequence[Scenario]:
    kinds = [category for category in Category if any(card.category is category for card in cards)]
    with st.expander(_("Filter"), icon=":material/tune:"):
        kind = st.pills(
            _("What it is about"),
            kinds,
            format_func=lambda category: _(CATEGORY_NAMES[category]),
            key="filter-category",
            persist_state="session",
        )
        level = st.pills(
            _("How hard"),
            _LEVELS,
            format_func=lambda level: f"{dots(level)} {difficulty_name(level, _)}",
            key="filter-difficulty",
            persist_state="session",
        )
    return [card for card in cards if kind in (None, card.category) and level in (None, card.difficulty)]


def _terms(playing: RolePlaying, card: Scenario, _: Translate) -> None:
    difficulty = st.segmented_control(
        _("How hard"),
        _LEVELS,
        default=card.difficulty,
        format_func=lambda level: difficulty_name(level, _),
        key=f"difficulty-{card.id}",
        required=True,
    )
    intensity = st.segmented_control(
        _("How harsh the words may get"),
        list(Intensity),
        default=session.preferences().intensity,
        format_func=lambda one: intensity_name(one, _),
        key=f"intensity-{card.id}",
        required=True,
    )
    st.caption(intensity_line(intensity, _))
    exam = st.toggle(
        _("As in an exam: mood and feedback are shown only at the end"),
        value=session.preferences().exam,
        key=f"exam-{card.id}",
    )
    with st.expander(_("More"), type="compact"):
        seed = st.number_input(
            _("Seed: the same number and the same turns give the same customer"),
            min_value=0,
            max_value=_MOST_SEEDS - 1,
            value=None,
            step=1,
            placeholder=_("empty: drawn by lot"),
            key=f"seed-{card.id}",
        )
    if st.button(_("Begin"), key="begin", type="primary", icon=":material/chat:"):
        drawn = secrets.randbelow(_MOST_SEEDS) if seed is None else int(seed)
        begun = playing.begin(card.id, drawn, difficulty, Intensity(intensity), exam)
        session.stay(id=begun.id, scenario=None)
        st.rerun()


def _open(scenario_id: str) -> None:
    session.stay(scenario=scenario_id)
    st.rerun()
