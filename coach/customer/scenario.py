"""The words of a role-play: a card with the customer, what they want, know and hide. A YAML file is a `Scenario`."""

from datetime import date
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from coach.customer.acts import Act, Move

TACTICS = (
    Move.VENT,
    Move.CHALLENGE,
    Move.REPEAT_DEMAND,
    Move.HAGGLE,
    Move.THREATEN_REVIEW,
    Move.THREATEN_COMPLAINT,
    Move.DEMAND_SUPERVISOR,
    Move.SARCASM,
    Move.STALL,
    Move.DOUBT,
)
"""What a card may give a weight to: how this customer fights."""


class _Word(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Category(StrEnum):
    """What a scenario is filed under."""

    OUT_OF_CONTROL = "out_of_control"
    REFUND = "refund"
    REFUND_OUT_OF_POLICY = "refund_out_of_policy"
    LATE_DELIVERY = "late_delivery"
    PRICE = "price"
    BAD_REVIEW = "bad_review"
    SOCIAL_MEDIA = "social_media"
    REPEATED_COMPLAINT = "repeated_complaint"
    EXTRA_COMPENSATION = "extra_compensation"
    SYSTEM_FAILURE = "system_failure"
    FRAUD = "fraud"
    CROSS_BORDER = "cross_border"
    PEAK_DAY = "peak_day"
    PRIVACY = "privacy"
    UNANSWERED = "unanswered"
    ELDERLY = "elderly"
    BOT_LOOP = "bot_loop"
    QUIET = "quiet"


class Persona(_Word):
    """Who the customer is."""

    name: str = Field(min_length=1, max_length=12)
    age_group: str
    region: str
    style: str = Field(min_length=10)
    """How they type: length, habits, dialect, what they never do. Goes to the model that speaks."""
    patience: int = Field(ge=1, le=5)
    """1 gives up at once, 5 stays long; difficulty shortens it."""
    trust: int = Field(ge=0, le=3)
    """Trust in the platform before the first word."""
    rights_awareness: Literal["low", "medium", "high"]
    """How well they know the law and the platform's rules."""


class Demand(_Word):
    """Something the customer wants."""

    id: str = Field(pattern=r"^d\d$")
    text: str = Field(min_length=4)
    must: bool
    """Whether the customer never settles without it."""
    accept_if: tuple[Act, ...] = Field(min_length=1)
    """The acts that, once all done, meet the demand or its limit (a refusal with reason and another way, too)."""


class Fact(_Word):
    """Something about the case that the customer knows."""

    id: str = Field(pattern=r"^f\d$")
    text: str = Field(min_length=4)
    """For the debrief and for the model that speaks, once it is revealed."""
    disclosure: Literal["open", "on_ask", "on_trust"]
    """`open`: told from the start; `on_ask`: when asked for; `on_trust`: when asked for and there is some trust, or
    unasked once there is much."""
    asked_by: tuple[str, ...] = ()
    """Words in a question that ask for it: 订单号, 单号, 哪天下单."""
    say: tuple[str, ...] = ()
    """The customer's own lines that tell it, a burst or one line each."""

    @model_validator(mode="after")
    def _what_is_hidden_can_be_found(self) -> Self:
        if self.disclosure != "open" and not (self.asked_by and self.say):
            raise ValueError(f"fact {self.id} is hidden, so it needs asked_by and say")
        return self


class RedLine(_Word):
    """What fails the session here, whatever else was good."""

    act: Literal[Act.OVER_PROMISE, Act.PRIVACY, Act.OFF_PLATFORM, Act.RUDE]
    text: str
    """Why, in this case."""


class Source(_Word):
    """What a statement about law or platform practice in the card rests on."""

    name: str
    """As 消费者权益保护法 第二十五条."""
    dated: date | None = None
    """When that text came into force; None where it has no date."""
    says: str
    """What it says, in our own words."""


class Scenario(_Word):
    """A card to practise with."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    """As the file is called."""
    title: str
    title_en: str
    category: Category
    difficulty: int = Field(ge=1, le=5)
    """What it is played at unless one asks for another; each card can be played at 1 to 5."""
    persona: Persona
    briefing: tuple[str, ...] = Field(min_length=2, max_length=6)
    """What the candidate sees before it begins: who they are, what their screen shows, what they may offer."""
    may_pay: int = Field(ge=0)
    """The most that the candidate may offer beyond what is owed, in yuan; 0 is nothing."""
    opening: tuple[str, ...] = Field(min_length=1, max_length=4)
    """The first burst."""
    demands: tuple[Demand, ...] = Field(min_length=1, max_length=4)
    facts: tuple[Fact, ...] = Field(min_length=3, max_length=8)
    unknown: tuple[str, ...] = ()
    """Words in a question that ask for what this customer can't know: 物流商内部单号."""
    tactics: dict[Move, int] = Field(min_length=3)
    lines: dict[Move, tuple[str, ...]]
    """This customer's own lines by move; a line with `|` is a burst."""
    question_ids: tuple[str, ...] = Field(min_length=1, max_length=4)
    """Whose key points count in the debrief."""
    red_lines: tuple[RedLine, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        for part, ids in (("demand", [one.id for one in self.demands]), ("fact", [one.id for one in self.facts])):
            if len(set(ids)) < len(ids):
                raise ValueError(f"a {part} id stands twice")
        if not any(demand.must for demand in self.demands):
            raise ValueError("no demand is a must, so nothing would ever be resolved or missed")
        odd = [move for move, weight in self.tactics.items() if move not in TACTICS or weight < 1]
        if odd:
            raise ValueError(f"tactics: {', '.join(odd)} can't be weighed; choose from {', '.join(TACTICS)}, from 1 up")
        return self
