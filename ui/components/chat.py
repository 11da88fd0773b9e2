"""What is said in a role-play: the customer's bursts, the candidate's turns, and what a turn did."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import streamlit as st

from coach.customer.names import ACT_NAMES
from coach.customer.turns import Exchange
from coach.language import Translate
from ui.components.markup import plain
from ui.components.mood import change_line, moved_line

PAUSE_SECONDS = 0.5
"""Between the bubbles of a burst that has just come in, as somebody who types them."""


@contextmanager
def customer_message(name: str) -> Generator[None]:
    """A place for what the customer says."""
    with st.chat_message(name, avatar=":material/sentiment_dissatisfied:"):
        yield


def bubbles(lines: Sequence[str], pause: float = 0) -> None:
    """A burst, one bubble after the other."""
    with st.container(gap="xsmall"):
        for number, line in enumerate(lines):
            if number and pause:
                time.sleep(pause)
            with st.container(border=True, width="content"):
                st.markdown(plain(line))


@contextmanager
def own_message(said: str, _: Translate) -> Generator[None]:
    """What the candidate said, and a place below it."""
    with st.chat_message(_("you"), avatar=":material/support_agent:"):
        st.markdown(plain(said))
        yield


def turn_feedback(exchange: Exchange, _: Translate) -> None:
    """What a turn did, folded: what was seen in which words, what moved and why, and how it was read."""
    moved = moved_line(exchange.step.changes, _)
    label = _("What this turn did: {moved}").format(moved=moved) if moved else _("What this turn did")
    with st.expander(label, type="compact"):
        seen = [f"- **{_(ACT_NAMES[said.act])}** “{plain(said.quote)}”" for said in exchange.observed.acts]
        st.markdown("\n".join(seen) or _("nothing that moves the customer"))
        if exchange.step.changes:
            st.markdown("\n".join(f"- {plain(change_line(change, _))}" for change in exchange.step.changes))
        for note in (exchange.observed.note, exchange.line.note):
            if note:
                st.caption(_(note))
