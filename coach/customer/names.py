"""What a person reads for an act, a category or an end, where the word in the code is not it. Screens translate it."""

from coach.customer.acts import Act
from coach.customer.mood import StopReason
from coach.customer.scenario import Category

ACT_NAMES = {
    Act.APOLOGY: "an apology",
    Act.EMPATHY_SPECIFIC: "empathy with this case",
    Act.EMPATHY_GENERIC: "general empathy",
    Act.RESTATE: "saying it back",
    Act.INFO_QUESTION: "a useful question",
    Act.ASKS_KNOWN_INFO: "a question already answered",
    Act.SOLUTION_CONCRETE: "a concrete solution",
    Act.TIME_COMMITMENT: "by when",
    Act.ALTERNATIVE: "another way",
    Act.COMPENSATION: "something on top",
    Act.POLICY_REASON: "the rule behind it",
    Act.REFUSAL: "a reasoned no",
    Act.BARE_REFUSAL: "a bare no",
    Act.DEFLECTION: "passing it on",
    Act.SCRIPTED_REPEAT: "the same words again",
    Act.BLAME_CUSTOMER: "blaming the customer",
    Act.CALM_DOWN_COMMAND: "an order to calm down",
    Act.RUDE: "rudeness",
    Act.OVER_PROMISE: "promising too much",
    Act.PRIVACY: "careless with data",
    Act.OFF_PLATFORM: "off the platform",
    Act.BOUNDARY: "a calm limit",
    Act.CONFIRM: "checking that it suits",
    Act.CLOSING: "rounding off",
}
CATEGORY_NAMES = {
    Category.OUT_OF_CONTROL: "out of control",
    Category.REFUND: "refund",
    Category.REFUND_OUT_OF_POLICY: "refund outside the rules",
    Category.LATE_DELIVERY: "late delivery",
    Category.PRICE: "price",
    Category.BAD_REVIEW: "bad-review threat",
    Category.SOCIAL_MEDIA: "social media",
    Category.REPEATED_COMPLAINT: "repeated complaint",
    Category.EXTRA_COMPENSATION: "extra compensation",
    Category.SYSTEM_FAILURE: "system failure",
    Category.FRAUD: "fraud",
    Category.CROSS_BORDER: "cross-border",
    Category.PEAK_DAY: "peak day",
    Category.PRIVACY: "privacy",
    Category.UNANSWERED: "unanswered mails",
    Category.ELDERLY: "elderly customer",
    Category.BOT_LOOP: "stuck with bots",
    Category.QUIET: "quiet customer",
}
STOP_NAMES = {
    StopReason.RESOLVED: "Settled, and the customer trusts you",
    StopReason.RESOLVED_COLD: "Settled, but this customer may not come back",
    StopReason.WALK_AWAY: "The customer left",
    StopReason.ESCALATED: "The customer took it higher",
    StopReason.MAX_TURNS: "It went on too long",
    StopReason.CANDIDATE_QUIT: "You ended it",
    StopReason.PAUSED_FOR_SAFETY: "Paused for your sake",
}
