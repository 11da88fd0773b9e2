"""One difficult customer to talk to: what it is about, how hard, and what the candidate's own screen shows."""

import streamlit as st

from coach.customer.names import CATEGORY_NAMES
from coach.customer.scenario import Scenario
from coach.customer.turns import Intensity
from coach.language import Language, Translate
from ui.components.markup import plain

HARDEST = 5
_LONGEST_HINT = 64


def title_of(card: Scenario, language: Language) -> str:
    """The card's title in a language."""
    return card.title if language == "zh" else card.title_en


def difficulty_name(level: int, _: Translate) -> str:
    """The word for a difficulty from 1 to 5."""
    return (_("very easy"), _("easy"), _("medium"), _("hard"), _("very hard"))[level - 1]


def dots(level: int, most: int = HARDEST) -> str:
    """A level as filled and empty dots."""
    return "●" * level + "○" * (most - level)


def intensity_name(intensity: Intensity, _: Translate) -> str:
    """The word for how abusive a customer may get."""
    return {Intensity.MILD: _("mild"), Intensity.FIRM: _("firm"), Intensity.HARSH: _("harsh")}[intensity]


def intensity_line(intensity: Intensity, _: Translate) -> str:
    """What a customer of this intensity may say, in plain words."""
    return {
        Intensity.MILD: _("Annoyed and pressing, but never abusive."),
        Intensity.FIRM: _("Sharp and sarcastic, as angry customers often are."),
        Intensity.HARSH: _("May insult you, but never attacks who you are: nothing on origin, sex, looks or illness."),
    }[intensity]


def scenario_card(card: Scenario, language: Language, _: Translate) -> None:
    """What it is about, at a glance."""
    st.markdown(f"**{plain(title_of(card, language))}**")
    st.caption(
        f"{_(CATEGORY_NAMES[card.category])} · {dots(card.difficulty)} {difficulty_name(card.difficulty, _)}",
    )
    st.markdown(plain(_hint_of(card)))


def briefing(card: Scenario) -> None:
    """All that the candidate knows before the customer speaks."""
    st.markdown("\n".join(f"- {plain(line)}" for line in card.briefing))


def _hint_of(card: Scenario) -> str:
    """The briefing's first line without the sentence on whose desk this is, which many cards share."""
    first = card.briefing[0].partition("。")[2] or card.briefing[0]
    return first if len(first) <= _LONGEST_HINT else f"{first[: _LONGEST_HINT - 1]}…"
