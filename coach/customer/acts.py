"""What a turn does: the closed list of a candidate's acts and of the customer's own."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Act(StrEnum):
    """What a candidate's turn does. One turn may do several; none of them is an answer too."""

    APOLOGY = "apology"
    """Says sorry for what happened. 不好意思 before a question is none, nor is a sorry with 如果让您不舒服."""
    EMPATHY_SPECIFIC = "empathy_specific"
    """Names this customer's own situation, loss or feeling: 等了五天还没到，孩子生日都要错过了，换我也急."""
    EMPATHY_GENERIC = "empathy_generic"
    """Says to understand, with nothing of this case in it: 我理解您的心情. Asking to be understood is none."""
    RESTATE = "restate"
    """Says the problem back in own words, to make sure of it."""
    INFO_QUESTION = "info_question"
    """Asks for a fact that helps, and that the customer has not given."""
    ASKS_KNOWN_INFO = "asks_known_info"
    """Asks for what the customer has said already."""
    SOLUTION_CONCRETE = "solution_concrete"
    """Says what will be done for this case, by whom or how. 我帮您看看 or 会处理的 alone is none."""
    TIME_COMMITMENT = "time_commitment"
    """Says by when: 今天下午三点前, 24小时内. 尽快 and 马上 are none."""
    ALTERNATIVE = "alternative"
    """Offers another way, or a choice between ways."""
    COMPENSATION = "compensation"
    """Offers money, a coupon, points, a present, free freight beyond what is owed."""
    POLICY_REASON = "policy_reason"
    """Gives a rule, a law or a process as the reason."""
    REFUSAL = "refusal"
    """Says no to a demand and gives a reason or another way."""
    BARE_REFUSAL = "bare_refusal"
    """Says no and nothing more: 没办法, 退不了."""
    DEFLECTION = "deflection"
    """Pushes the matter off: 这不归我管, 您去问快递, 自己看页面."""
    SCRIPTED_REPEAT = "scripted_repeat"
    """Says again what was said before, or a stock phrase where the customer has just turned it down."""
    BLAME_CUSTOMER = "blame_customer"
    """Says or hints that it is the customer's own fault, or calls them a liar."""
    CALM_DOWN_COMMAND = "calm_down_command"
    """Tells the customer how to feel: 您冷静点, 别激动."""
    RUDE = "rude"
    """Insults, mocks, snaps, threatens, dares the customer. An insult that is only quoted is none."""
    OVER_PROMISE = "over_promise"
    """Promises without bounds what nobody can promise: 保证一定, 百分百, 肯定给您全额退."""
    PRIVACY = "privacy"
    """Gives away another person's data, or asks for a password, a code or a full card number."""
    OFF_PLATFORM = "off_platform"
    """Leads off the platform: adds on WeChat, pays privately, money for a good review."""
    BOUNDARY = "boundary"
    """Sets a limit to abuse, a threat or an unreasonable demand, calmly."""
    CONFIRM = "confirm"
    """Asks whether this settles it or suits the customer."""
    CLOSING = "closing"
    """Rounds off: thanks, goodbye, anything else I can do."""


class Said(BaseModel):
    """An act of a turn with the words that show it. `turn_text[start:end] == quote`, always."""

    model_config = ConfigDict(frozen=True)

    act: Act
    quote: str
    start: int
    end: int


class Move(StrEnum):
    """What the customer does with a turn (speech act)."""

    OPEN = "open"
    """Says what has gone wrong; the card's own lines."""
    VENT = "vent"
    CHALLENGE = "challenge"
    """Takes the candidate's last words apart."""
    REPEAT_DEMAND = "repeat_demand"
    HAGGLE = "haggle"
    THREATEN_REVIEW = "threaten_review"
    THREATEN_COMPLAINT = "threaten_complaint"
    DEMAND_SUPERVISOR = "demand_supervisor"
    SARCASM = "sarcasm"
    ANSWER_FACT = "answer_fact"
    """Tells what was asked for, or what trust has loosened."""
    STALL = "stall"
    """Gives next to nothing: 哦, 然后呢."""
    DOUBT = "doubt"
    """Could nearly believe it, and asks for proof."""
    PARTIAL_ACCEPT = "partial_accept"
    """Takes one thing and holds on to the rest."""
    ACCEPT = "accept"
    ULTIMATUM = "ultimatum"
    """The last warning, once, before leaving or escalating."""
    LEAVE = "leave"
    """Goes without having settled."""
    FAREWELL = "farewell"
    """Goes after having settled."""
