"""Drafts of what a question lacks: one call to a model, and every text checked before a person is asked about it."""

import secrets
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from coach.bank.approval import Missing, missing, with_drafts
from coach.bank.library import Library
from coach.bank.question import Bank, Draft, DraftKind, Question
from coach.bank.sifting import FLAW_TEXTS, DraftReply, Flaw, LeftOut, Sieve, speaks_chinese, visible
from coach.chat import ChatModel, Deadline, Message, Usage, complete
from coach.errors import InputError, ModelError, ReplyBroken
from coach.prompting import load_prompt

CALLS = 2
"""At most so many a question: the second one asks for what the first reply left open."""


class Drafted(BaseModel):
    """What came of drafting for one question."""

    model_config = ConfigDict(frozen=True)

    question_id: str
    drafts: tuple[Draft, ...]
    left_out: tuple[LeftOut, ...]
    usage: Usage
    raw_replies: tuple[str, ...]


def draft(question: Question, model: ChatModel, deadline: Deadline) -> Drafted:
    """Drafts of what the question lacks; none, without a call, where it lacks nothing.

    What breaks a rule is left out with its flaw. Where nothing usable came for a part, it is asked for once more.

    Raises:
        ModelError: the model gave no reply, and nothing was drafted before.
    """
    prompt = load_prompt("bank", "draft")
    kept: tuple[Draft, ...] = ()
    left_out: list[LeftOut] = []
    usage, replies = Usage(), list[str]()
    for _ in range(CALLS):
        now = question.model_copy(update={"drafts": (*question.drafts, *kept)})
        wanted = missing(now)
        if not wanted.anything:
            break
        sieve = Sieve(now, wanted, model.name, prompt.id)
        try:
            reply = complete(model, _messages(now, wanted, left_out), deadline, DraftReply)
        except ReplyBroken as broken:
            replies.append(broken.arrived)
            usage += Usage(calls=1, input_tokens=None, output_tokens=None, cost_usd=None)
            sieve.leave_out(None, broken.arrived, Flaw.BROKEN)
        except ModelError:
            if not kept:
                raise
            break
        else:
            replies.append(reply.text)
            usage += reply.usage
            sieve.made_by = reply.model
            sieve.take(reply.text)
        kept = (*kept, *sieve.kept)
        left_out += sieve.left_out
    left_out += _absent(question.model_copy(update={"drafts": (*question.drafts, *kept)}), left_out)
    return Drafted(
        question_id=question.id, drafts=kept, left_out=tuple(left_out), usage=usage, raw_replies=tuple(replies)
    )


def draft_and_keep(library: Library, question: Question, model: ChatModel, deadline: Deadline) -> Drafted:
    """Drafts for a question of an imported bank, open in the bank from then on, each with its number.

    Raises:
        ModelError: the model gave no reply; nothing was changed.
        InputError: the question is gone.
        BankError: the bank is the bundled one, which is never changed.
        Unavailable: the bank can't be written.
    """
    drafted = draft(question, model, deadline)
    if not drafted.drafts:
        return drafted

    def added(bank: Bank | None) -> Bank:
        if bank is None or all(one.id != question.id for one in bank.questions):
            raise InputError("there is no question {question} any more; its drafts were not kept", question=question.id)
        return with_drafts(bank, question.id, drafted.drafts)

    bank = library.update(question.bank, added)
    known = {one.number for one in question.drafts}
    now = [one for other in bank.questions if other.id == question.id for one in other.drafts]
    return drafted.model_copy(update={"drafts": tuple(one for one in now if one.number not in known)})


_NAMES = {
    DraftKind.REFERENCE: "the reference answer",
    DraftKind.KEY_POINT: "the key points with their cues",
    DraftKind.SITUATION: "the situations",
}


def _messages(question: Question, wanted: Missing, left_out: Sequence[LeftOut]) -> Sequence[Message]:
    numbers = [str(place) for place, point in enumerate(question.key_points, 1) if point.text in wanted.cues]
    parts = [_NAMES[DraftKind.REFERENCE]] * wanted.reference + [_NAMES[DraftKind.KEY_POINT]] * wanted.key_points
    parts += [f"the cues of key point {', '.join(numbers)}"] if numbers else []
    parts += [_NAMES[DraftKind.SITUATION]] * wanted.situations
    # Only our own words about them: what the model wrote may be what the question ordered it to write.
    told = [one for one in left_out if one.kind is None or one.kind in _open_kinds(wanted)]
    faults = dict.fromkeys(f"- {one.kind or 'reply'}: {FLAW_TEXTS[one.flaw]}" for one in told)
    return load_prompt("bank", "draft").render(
        question="\n".join(_shown(question)),
        fence=f"=== {secrets.token_hex(4)} ===",
        wanted=", ".join(parts),
        language="Chinese" if speaks_chinese(question) else "English",
        faults="\nOf an earlier reply this was refused:\n" + "\n".join(faults) if faults else "",
    )


def _shown(question: Question) -> Iterator[str]:
    """What a question says, a line each, so that no text of it can pass for a line of ours."""
    open_ones = {kind: [one.text for one in question.drafts if one.kind is kind] for kind in DraftKind}
    yield f"Question: {_neutral(question.question)}"
    if question.topic:
        yield f"Topic: {_neutral(question.topic)}"
    for answer in [question.answer] * bool(question.answer) + open_ones[DraftKind.REFERENCE]:
        yield f"Reference answer: {_neutral(answer)}"
    points = [point.text for point in question.key_points] + open_ones[DraftKind.KEY_POINT]
    for place, text in enumerate(points, 1):
        yield f"Key point {place}: {_neutral(text)}"
    for text in (*question.situations, *open_ones[DraftKind.SITUATION]):
        yield f"Situation: {_neutral(text)}"


_NEUTRAL = str.maketrans('<>{}[]`|#"=_', "‹›()()'¦＃”＝＿")
"""What could pass for a fence, a role tag or JSON, letter for letter; as the critic shows answers."""


def _neutral(text: str) -> str:
    return visible(" ".join(text.split())).translate(_NEUTRAL)


def _absent(question: Question, left_out: Sequence[LeftOut]) -> Iterator[LeftOut]:
    """The parts that are still missing and of which nothing was said yet."""
    told = {one.kind for one in left_out}
    if None not in told:
        yield from (LeftOut(kind=kind, flaw=Flaw.ABSENT) for kind in _open_kinds(missing(question)) if kind not in told)


def _open_kinds(wanted: Missing) -> Sequence[DraftKind]:
    are_open = {
        DraftKind.REFERENCE: wanted.reference,
        DraftKind.KEY_POINT: wanted.key_points,
        DraftKind.CUE: bool(wanted.cues),
        DraftKind.SITUATION: wanted.situations,
    }
    return [kind for kind, is_open in are_open.items() if is_open]
