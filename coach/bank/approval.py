"""What a question lacks, and what a person decides on a model's drafts for it. Nothing here is decided by a model."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from coach.bank.library import Library
from coach.bank.question import Bank, Draft, DraftKind, KeyPoint, Question, Weight
from coach.errors import InputError, UnknownQuestion
from coach.folding import folded

DRAFT_NAMES = {
    DraftKind.REFERENCE: "Reference answer",
    DraftKind.KEY_POINT: "Key point",
    DraftKind.CUE: "Cue",
    DraftKind.SITUATION: "Situation",
}
"""As screens call them, in their language."""


@dataclass(frozen=True)
class Missing:
    """What a question has neither from a person nor as an open draft."""

    reference: bool
    key_points: bool
    cues: tuple[str, ...]
    """Texts of the key points without any."""
    situations: bool

    @property
    def anything(self) -> bool:
        """Whether there is something to draft."""
        return bool(self.reference or self.key_points or self.cues or self.situations)


def missing(question: Question) -> Missing:
    """What could be drafted for a question. What waits for a decision is not drafted a second time."""
    drafted = {draft.kind for draft in question.drafts}
    with_cues = {draft.key_point for draft in question.drafts if draft.kind is DraftKind.CUE}
    return Missing(
        reference=not question.answer and DraftKind.REFERENCE not in drafted,
        key_points=not question.key_points and DraftKind.KEY_POINT not in drafted,
        cues=tuple(point.text for point in question.key_points if not point.cues and point.text not in with_cues),
        situations=not question.situations and DraftKind.SITUATION not in drafted,
    )


def with_drafts(bank: Bank, question_id: str, drafts: Sequence[Draft]) -> Bank:
    """The bank with these drafts open, each under a number of its own.

    A draft of what the question has got meanwhile is left out, and so are all where the question is gone.
    """
    known = [draft.number for one in bank.questions for draft in (*one.drafts, *one.source.drafted)]
    number = max(known, default=0)
    questions: list[Question] = []
    for question in bank.questions:
        wanted = missing(question)
        fitting = [draft for draft in drafts if question.id == question_id and _is_wanted(draft, wanted)]
        numbered = [draft.model_copy(update={"number": number + place}) for place, draft in enumerate(fitting, 1)]
        questions.append(question.model_copy(update={"drafts": (*question.drafts, *numbered)}))
    return bank.model_copy(update={"questions": tuple(questions)})


def approve(question: Question, draft: Draft, text: str | None = None) -> Question:
    """The question with what was a draft as its own, in another wording where a `text` is given.

    `source.drafted` says from then on that a model wrote it. Cues of a key point that is reworded go with it.

    Raises:
        InputError: the draft is not open, the text is empty, a cue's key point is not approved, or the question has
            got a reference answer, or the same text, by other means.
    """
    rest = _without(question, draft)
    said = draft.text if text is None else text.encode(errors="replace").decode().strip()  # a shell passes any bytes
    if draft.kind is not DraftKind.REFERENCE:
        said = " ".join(said.split())
    if not said:
        raise InputError("the text is empty; give the wording that you approve, or reject the draft")
    if draft.kind is DraftKind.KEY_POINT:
        rest = tuple(_of_point(other, draft.text, said) for other in rest)
    source = question.source.model_copy(
        update={
            "drafted": (*question.source.drafted, draft.model_copy(update={"text": said})),
            "reviewed": None,  # whoever reviewed it has not seen this
        }
    )
    return question.model_copy(update={**_said(question, draft, said), "source": source, "drafts": rest})


def reject(question: Question, draft: Draft) -> Question:
    """The question without the draft, and without the drafts of cues for a key point that there will not be.

    Raises:
        InputError: the draft is not open.
    """
    rest = _without(question, draft)
    if draft.kind is DraftKind.KEY_POINT and all(point.text != draft.text for point in question.key_points):
        rest = tuple(other for other in rest if other.key_point != draft.text)
    return question.model_copy(update={"drafts": rest})


def decided(bank: Bank, approved: Mapping[int, str | None], rejected: Set[int]) -> Bank:
    """The bank after decisions on drafts by their numbers, with the approved wording where it differs from the draft.

    Raises:
        InputError: a number is not that of an open draft, is in both, or can't be approved (see `approve`).
    """
    both = approved.keys() & rejected
    if both:
        raise InputError("draft {number} can't be both approved and rejected; choose one", number=min(both))
    for number in sorted(rejected, reverse=True):  # a key point takes its cues along, which have higher numbers
        bank = _with_question(bank, reject(*open_draft(bank, number)))
    for number in sorted(approved):  # a key point goes before its cues
        bank = _with_question(bank, approve(*open_draft(bank, number), approved[number]))
    return bank


def decide(
    library: Library, name: str, approved: Sequence[tuple[Draft, str | None]], rejected: Sequence[Draft] = ()
) -> Bank:
    """Keeps decisions on drafts of an imported bank as a person saw them, and gives the bank as it is then.

    Raises:
        InputError: a draft has changed meanwhile, or `decided` refuses it; nothing was changed.
        Unavailable: the bank can't be written.
    """
    seen = (*(draft for draft, _ in approved), *rejected)

    def change(now: Bank | None) -> Bank:
        if now is None or any(open_draft(now, draft.number)[1] != draft for draft in seen):
            raise InputError("the drafts of bank {bank} have changed meanwhile; list them again", bank=name)
        texts = {draft.number: text for draft, text in approved}
        return decided(now, texts, frozenset(draft.number for draft in rejected))

    return library.update(name, change)


def open_draft(bank: Bank, number: int) -> tuple[Question, Draft]:
    """The draft of this number and its question. Raises InputError where no such draft is open."""
    for question in bank.questions:
        for draft in question.drafts:
            if draft.number == number:
                return question, draft
    raise InputError(
        "bank {bank} has no open draft {number}; `coach bank drafts {bank}` lists them", bank=bank.name, number=number
    )


def keep_approved(bank: Bank, earlier: Bank | None) -> Bank:
    """A bank imported anew, with the approved drafts that the document has nothing in the place of.

    They go with their question's id. What the document says wins, and is not called drafted.
    """
    before = {question.id: question for question in earlier.questions} if earlier else {}
    kept = tuple(_keep_approved(question, before.get(question.id)) for question in bank.questions)
    return bank.model_copy(update={"questions": kept})


def find_in(bank: Bank, question_id: str) -> Question:
    """The question of this id in one bank. Raises UnknownQuestion."""
    for question in bank.questions:
        if question.id == question_id:
            return question
    raise UnknownQuestion(
        "bank {bank} has no question {id!r}; `coach questions` lists them all", bank=bank.name, id=question_id[:80]
    )


def _is_wanted(draft: Draft, wanted: Missing) -> bool:
    match draft.kind:
        case DraftKind.REFERENCE:
            return wanted.reference
        case DraftKind.KEY_POINT:
            return wanted.key_points
        case DraftKind.CUE:
            return wanted.key_points or draft.key_point in wanted.cues
        case DraftKind.SITUATION:
            return wanted.situations


def _without(question: Question, draft: Draft) -> tuple[Draft, ...]:
    if draft not in question.drafts:
        raise InputError(
            "draft {number} of {question} is not open any more; list the drafts again",
            number=draft.number,
            question=question.id,
        )
    return tuple(other for other in question.drafts if other != draft)


def _of_point(draft: Draft, before: str, now: str) -> Draft:
    return draft.model_copy(update={"key_point": now}) if draft.key_point == before else draft


def _said(question: Question, draft: Draft, text: str) -> Mapping[str, object]:
    """What changes in the question when a draft is approved in these words."""
    match draft.kind:
        case DraftKind.REFERENCE:
            if question.answer:
                raise InputError(
                    "{question} has a reference answer by now; reject draft {number}",
                    question=question.id,
                    number=draft.number,
                )
            return {"answer": text}
        case DraftKind.KEY_POINT:
            _must_be_new(text, [point.text for point in question.key_points], draft)
            point_id = f"{question.id}.{len(question.key_points) + 1}"
            point = KeyPoint(id=point_id, text=text, weight=draft.weight or Weight.OKAY)
            return {"key_points": (*question.key_points, point)}
        case DraftKind.CUE:
            return {"key_points": _with_cue(question, draft, text)}
        case DraftKind.SITUATION:
            _must_be_new(text, question.situations, draft)
            return {"situations": (*question.situations, text)}


def _with_cue(question: Question, draft: Draft, text: str) -> tuple[KeyPoint, ...]:
    own = [point for point in question.key_points if point.text == draft.key_point]
    if not own:
        raise InputError(
            "draft {number} is a cue for “{key_point}”; approve that key point first, or reject it",
            number=draft.number,
            key_point=draft.key_point,
        )
    _must_be_new(text, own[0].cues, draft)
    with_it = own[0].model_copy(update={"cues": (*own[0].cues, text)})
    return tuple(with_it if point is own[0] else point for point in question.key_points)


def _must_be_new(text: str, there: Sequence[str], draft: Draft) -> None:
    if folded(text) in map(folded, there):
        raise InputError(
            "“{wording}” is there already; reject draft {number}, or approve it in other words",
            wording=text,
            number=draft.number,
        )


def _with_question(bank: Bank, changed: Question) -> Bank:
    questions = tuple(changed if question.id == changed.id else question for question in bank.questions)
    return bank.model_copy(update={"questions": questions})


def _keep_approved(question: Question, was: Question | None) -> Question:
    drafted = question.source.drafted
    if was is None or not drafted:
        return question
    answers = {draft.text for draft in drafted if draft.kind is DraftKind.REFERENCE}
    points = {draft.text for draft in drafted if draft.kind is DraftKind.KEY_POINT}
    answer = question.answer or (was.answer if was.answer in answers else "")
    kept = question.key_points or tuple(
        point.model_copy(update={"id": f"{question.id}.{place}"})
        for place, point in enumerate((point for point in was.key_points if point.text in points), 1)
    )
    question = question.model_copy(update={"answer": answer, "key_points": kept})
    still = tuple(draft for draft in drafted if _holds(question, draft))
    return question.model_copy(update={"source": question.source.model_copy(update={"drafted": still})})


def _holds(question: Question, draft: Draft) -> bool:
    match draft.kind:
        case DraftKind.REFERENCE:
            return question.answer == draft.text
        case DraftKind.KEY_POINT:
            return any(point.text == draft.text for point in question.key_points)
        case DraftKind.CUE:
            return any(draft.text in point.cues for point in question.key_points if point.text == draft.key_point)
        case DraftKind.SITUATION:
            return draft.text in question.situations
