"""The words of the engine: the customer's mood and memory, what changed it and why, and why a role-play ended."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from coach.customer.acts import Act, Move

MOST_ANGER, MOST_TRUST = 5, 3


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Phase(StrEnum):
    """Where a role-play stands."""

    OPEN = "open"
    VENT = "vent"
    """The customer does not feel heard yet: emotions first, matters second (先处理心情，再处理事情)."""
    NEGOTIATE = "negotiate"
    CLOSE = "close"
    """The customer has settled; the candidate has the last word."""


class StopReason(StrEnum):
    """Why a role-play ended."""

    RESOLVED = "resolved"
    RESOLVED_COLD = "resolved_cold"
    """Settled, but still angry, or without much trust: this customer may not come back."""
    WALK_AWAY = "walk_away"
    ESCALATED = "escalated"
    MAX_TURNS = "max_turns"
    CANDIDATE_QUIT = "candidate_quit"
    PAUSED_FOR_SAFETY = "paused_for_safety"


class Why(StrEnum):
    """The reason of a change. Screens translate these sentences."""

    EMPATHY = "you named what this means for the customer"
    OFFER = "you made a concrete offer to a customer who feels heard"
    HEARD = "the customer feels heard"
    LISTENING = "a step towards feeling heard"
    RUDE = "an insult or a snap at the customer"
    BLAMED = "it sounds as if it were the customer's own fault"
    TOLD_TO_CALM_DOWN = "nobody likes being told how to feel"
    BARE_REFUSAL = "a no without a reason or another way"
    DEFLECTED = "the matter was pushed off to somebody else"
    SCRIPTED = "the same words again"
    ASKED_AGAIN = "you asked for what was said already"
    PRIVACY = "somebody's data was not kept safe"
    OFF_PLATFORM = "you led the customer off the platform"
    SORRY_AGAIN = "sorry again, and nothing else"
    RULES_FIRST = "rules before the customer felt heard"
    NO_TIME = "an offer again without saying by when"
    PROMISE_WITH_A_TIME = "what will be done, and by when"
    HONEST_NO = "a no with a reason and another way"
    BOUNDARY = "a calm limit"
    OVER_PROMISED = "a promise too good to be believed"
    PREMATURE = "an offer before the customer felt heard"
    NOTHING_NEW = "nothing here helped the customer on"
    BAD_TURN = "this made it worse"
    MET = "the customer can live with this answer"
    ASKED = "you asked, so the customer told you"
    TRUSTED = "the customer trusts you enough to tell you more"
    FIRST_REFUSED = "it takes more than a first offer here"
    LAST_WARNING = "the customer has had enough: this is the last warning"
    SECOND_CHANCE = "you took the warning seriously"
    SETTLED = "what had to be settled is settled, and the mood allows it"
    GONE = "nothing moved after the last warning"
    INSULTED = "you insulted the customer"
    TOO_LONG = "the conversation went on too long"


class Change(_Value):
    """One change of the state, with its reason."""

    what: Literal["anger", "trust", "patience", "heard", "demand", "fact", "offer", "phase", "end"]
    by: int | str
    """How much it moved, or what was met, told or decided."""
    why: str
    """A sentence of `Why`, as it stood then: one that is reworded later must not spoil what is stored."""


class State(_Value):
    """The customer's mood and memory after a turn."""

    turn: int = 0
    """Turns of the candidate so far."""
    phase: Phase = Phase.OPEN
    anger: int = Field(ge=0, le=MOST_ANGER)
    trust: int = Field(ge=0, le=MOST_TRUST)
    patience: int = Field(ge=0)
    """Turns without progress that the customer will still bear."""
    heard: bool = False
    listening: int = 0
    """Steps towards feeling heard."""
    done: tuple[Act, ...] = ()
    """What the candidate has done since offers count, towards the demands."""
    met: tuple[str, ...] = ()
    """Demands that are met."""
    revealed: tuple[str, ...] = ()
    """Facts that have been told."""
    offers: int = 0
    apologies: int = 0
    asked: int = 0
    """Useful questions so far."""
    last_move: Move = Move.OPEN
    warned: bool = False
    """Whether the one ultimatum has been given."""
    end: StopReason | None = None


class Labels(_Value):
    """What an observer saw in a turn: all that the engine knows of it."""

    acts: tuple[Act, ...] = ()
    asks: tuple[str, ...] = ()
    """Facts that the turn asks for."""
    insults: bool = False
    """Whether the turn holds an insult, not only a snap."""


class Step(_Value):
    """What a turn of the candidate brings about."""

    state: State
    move: Move
    after: tuple[Act, ...] = ()
    """What the candidate's turn did."""
    facts: tuple[str, ...]
    """Facts to tell in the customer's next line."""
    changes: tuple[Change, ...]
