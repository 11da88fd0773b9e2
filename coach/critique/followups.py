"""The next question on a gap: which gap, what a good question may not do, and who asks when no model can."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, ValidationError
from rapidfuzz.distance import LCSseq

from coach.bank.index import ReferenceAnswer
from coach.bank.question import Weight
from coach.chat import ChatModel, Deadline, Reply, complete
from coach.critique.evidence import Answer
from coach.critique.feedback import Feedback, FollowUp, Label, Verdict
from coach.critique.framing import framed, json_of
from coach.critique.scoring import score
from coach.errors import ModelError
from coach.folding import folded, is_chinese
from coach.prompting import load_prompt

IN_A_ROW = 3
"""An interviewer moves on after so many follow-ups on one answer."""
LONGEST_CHINESE = 40
LONGEST_ENGLISH_WORDS = 30
GIVEN_AWAY = 6
"""A question that shares so many characters in a row with the key point gives the answer away."""
SAME_QUESTION = 0.6

_LEADING = re.compile(
    r"(?:是不是|是否|对不对|对吧|难道|不觉得|应该.{0,12}(?:吧|对吗)|[吗吧][？?]\s*$)"
    r"|^\s*(?:do|does|did|is|are|was|were|would|will|wouldn't|isn't|don't|shouldn't|should|have|has|can|could)\b"
    r"|\b(?:right|isn't it|don't you(?: think)?|wouldn't you)\s*\?",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"(?:能不能|能否|可否|能|可以)[^，,？?]{0,4}(?:举|说|讲|谈|描述|展开|分享|介绍|补充)[^，,？?]*(?=[？?])"
    r"|^(?:can|could|would) you (?:please )?(?:give|describe|walk|tell|share|explain|elaborate|say|show|talk)\b",
    re.IGNORECASE,
)
"""Asks for an example or a procedure, though by its form it could be answered with yes."""

_TEMPLATES_ZH = {
    Label.CONTRADICTED: (
        "你刚才说“{quote}”，真这样做，客户会怎么反应？",
        "“{quote}”这一步，换一种做法你会怎么安排？",
        "如果主管不同意你这样做，你会怎么调整？",
    ),
    Label.PARTIAL: (
        "你提到“{quote}”，具体怎么做，能举个例子吗？",
        "“{quote}”之后，你的下一步是什么？",
        "刚才那一点只说了一半，落到实处你会怎么做？",
    ),
    Label.MISSING: (
        "除了刚才说的，你觉得还有哪一步不能少？",
        "换个更难缠的情况，你的做法里还缺什么？",
        "如果让你带新人，你还会补充哪些提醒？",
        "回头看你的回答，主管最可能追问哪一处？",
    ),
}
_TEMPLATES_EN = {
    Label.CONTRADICTED: (
        'You said "{quote}". How would the customer react to that?',
        'What would you do instead of "{quote}" if your manager objected?',
        "How would you change that part of your answer under pressure?",
    ),
    Label.PARTIAL: (
        'You mentioned "{quote}". How exactly do you do that?',
        'What is your next step after "{quote}"?',
        "You touched on one thing only briefly; what does it look like in practice?",
    ),
    Label.MISSING: (
        "Besides what you said, which step must not be left out?",
        "What is still missing from your approach in a harder case?",
        "What else would you tell a new colleague about this?",
        "Which part of your answer would a manager question first?",
    ),
}
_ORDER = {
    (Label.CONTRADICTED, Weight.VITAL): 0,
    (Label.CONTRADICTED, Weight.OKAY): 0,
    (Label.MISSING, Weight.VITAL): 1,
    (Label.PARTIAL, Weight.VITAL): 2,
    (Label.PARTIAL, Weight.OKAY): 2,
    (Label.MISSING, Weight.OKAY): 3,
    # Nobody knows whether these are gaps, so they come last; without a model they are what there is to ask about.
    (Label.UNGRADED, Weight.VITAL): 4,
    (Label.UNGRADED, Weight.OKAY): 5,
}
_STATE_OF = {Label.UNGRADED: Label.MISSING}
_SITUATED = (Label.MISSING, Label.UNGRADED)
_LONGEST_QUOTED = 12
_LONGEST_SITUATION = 24


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: str


def gaps(verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    """The key points to ask about, worst first; none where every one is covered."""
    open_ones = [verdict for verdict in verdicts if (verdict.verdict, verdict.weight) in _ORDER]
    return sorted(open_ones, key=lambda verdict: _ORDER[verdict.verdict, verdict.weight])


def urgency(verdict: Verdict) -> int | None:
    """How early a gap is asked about, 0 first; None where there is no gap."""
    return _ORDER.get((verdict.verdict, verdict.weight))


def question_faults(question: str, key_point: str, asked: Sequence[str]) -> Sequence[str]:
    """What is wrong with a follow-up question, in words that a model can act on; empty where nothing is."""
    checks = {
        "it needs exactly one question mark": len(re.findall(r"[?？]", question)) == 1,
        "it is longer than 40 characters in Chinese or 30 words in English": not _too_long(question),
        "it gives the key point away": not _gives_away(question, key_point),
        "it was asked before": not any(_similar(question, earlier) for earlier in asked),
        "it is leading, or can be answered with yes or no": not _LEADING.search(_REQUEST.sub("", question.strip())),
    }
    return [fault for fault, holds in checks.items() if not holds]


def template(gap: Verdict, reference: ReferenceAnswer, answer: str, asked: Sequence[str]) -> FollowUp | None:
    """A question by the kind of gap, without any model; None where every fitting one was asked already."""
    chinese = is_chinese(answer or reference.question)
    quote = gap.evidence[0].quote if gap.evidence else ""
    questions = [
        text.format(quote=quote)
        for text in (_TEMPLATES_ZH if chinese else _TEMPLATES_EN)[_STATE_OF.get(gap.verdict, gap.verdict)]
        if "{quote}" not in text or 0 < len(quote) <= _LONGEST_QUOTED
    ]
    if gap.verdict in _SITUATED:
        questions = [*_situated(reference, chinese), *questions]
    for question in questions:
        if not question_faults(question, gap.text, asked):
            return FollowUp(question=question, key_point_id=gap.id, source="template")
    return None


def checked(proposal: FollowUp | None, verdicts: Sequence[Verdict], asked: Sequence[str]) -> FollowUp | None:
    """A model's proposal where it is a good question on one of the worst gaps, else None."""
    worst = gaps(verdicts)
    if proposal is None or not worst:
        return None
    aimed = next((gap for gap in worst if gap.id == proposal.key_point_id), None)
    if aimed is None or urgency(aimed) != urgency(worst[0]):
        return None
    return None if question_faults(proposal.question, aimed.text, asked) else proposal


def ask_model(
    model: ChatModel, gap: Verdict, reference: ReferenceAnswer, answer: str, asked: Sequence[str], deadline: Deadline
) -> tuple[FollowUp | None, Reply | None]:
    """One more try at a model's question on a gap, and the reply it came from; None for what could not be had."""
    messages = load_prompt("critique", "follow_up").render(
        question=reference.question,
        key_point=gap.text,
        gap=gap.verdict + (f", lacking: {gap.missing_part}" if gap.missing_part else ""),
        asked="\n".join(f"- {question}" for question in asked) or "- (nothing)",
        faults="",
        **framed(Answer(answer)),
    )
    try:
        reply = complete(model, messages, deadline, _Asked)
    except ModelError:
        return None, None
    try:
        question = _Asked.model_validate(json_of(reply.text)).question
    except (ValidationError, ValueError):
        return None, reply
    if question_faults(question, gap.text, asked):
        return None, reply
    return FollowUp(question=question, key_point_id=gap.id, source="model"), reply


def next_follow_ups(feedback: Feedback, reference: ReferenceAnswer, answer: str, limit: int) -> Sequence[FollowUp]:
    """The questions after one answer, worst gap first, at most `limit`: the judge's own, then templates."""
    found = [feedback.follow_up] if feedback.follow_up else []
    for gap in gaps(feedback.key_points):
        if len(found) == limit:
            break
        if all(gap.id != follow_up.key_point_id for follow_up in found):
            question = template(gap, reference, answer, [follow_up.question for follow_up in found])
            found += [question] if question else []
    return found[:limit]


def with_follow_up(
    feedback: Feedback, on_follow_up: Feedback, reference: ReferenceAnswer, answer: str, asked: Sequence[FollowUp]
) -> Feedback:
    """A feedback after the answer to its follow-up was judged on that key point alone.

    `asked` are the follow-ups so far, the one just answered last. What the candidate said last about the point counts,
    except that silence takes nothing back: a partial stays partial. The next one is on a point not yet asked about.
    """
    latest = on_follow_up.key_points[0]
    turn = len(asked)
    if latest.verdict in (Label.MISSING, Label.UNGRADED):
        latest = feedback.verdict_on(latest.id)
    else:
        evidence = tuple(quote.model_copy(update={"turn": turn}) for quote in latest.evidence)
        latest = latest.model_copy(update={"evidence": evidence})
    verdicts = tuple(latest if verdict.id == latest.id else verdict for verdict in feedback.key_points)
    return feedback.model_copy(
        update={
            "key_points": verdicts,
            "score": score(verdicts),
            "follow_up": _next(verdicts, reference, answer, asked),
            "usage": feedback.usage + on_follow_up.usage,
            "raw_replies": feedback.raw_replies + on_follow_up.raw_replies,
        }
    )


def _next(
    verdicts: Sequence[Verdict], reference: ReferenceAnswer, answer: str, asked: Sequence[FollowUp]
) -> FollowUp | None:
    if len(asked) >= IN_A_ROW:
        return None
    points = {follow_up.key_point_id for follow_up in asked}
    others = (gap for gap in gaps(verdicts) if gap.id not in points)
    questions = (template(gap, reference, answer, [earlier.question for earlier in asked]) for gap in others)
    return next((question for question in questions if question), None)


def _situated(reference: ReferenceAnswer, chinese: bool) -> Sequence[str]:
    """Questions that put the candidate before a customer's own words."""
    form = "要是客户接着说“{said}”，你怎么接？" if chinese else 'The customer goes on: "{said}". How do you answer?'
    fitting = [
        said.rstrip("。.！!？?")
        for said in reference.situations
        if is_chinese(said) == chinese and not said.startswith(("客户", "顾客", "A customer", "The customer"))
    ]
    return [form.format(said=said) for said in fitting if len(said) <= _LONGEST_SITUATION or not chinese]


def _too_long(question: str) -> bool:
    if is_chinese(question):
        return len(question.strip()) > LONGEST_CHINESE
    return len(question.split()) > LONGEST_ENGLISH_WORDS


def _gives_away(question: str, key_point: str) -> bool:
    asked, point = folded(question), folded(key_point)
    if is_chinese(key_point):
        return any(point[at : at + GIVEN_AWAY] in asked for at in range(len(point) - GIVEN_AWAY + 1))
    words = key_point.lower().split()
    return any(" ".join(words[at : at + 3]) in question.lower() for at in range(len(words) - 2))


def _similar(one: str, other: str) -> bool:
    return LCSseq.normalized_similarity(folded(one), folded(other)) >= SAME_QUESTION
