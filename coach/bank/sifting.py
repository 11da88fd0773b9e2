"""What of a model's reply may be shown to a person as a draft, and what is wrong with the rest.

A person approves each draft, and may be in a hurry: what could do harm behind a screen is kept from them here.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json
from rapidfuzz import fuzz

from coach.bank.approval import Missing
from coach.bank.checking import SAME_CUE, SAME_POINT
from coach.bank.question import Draft, DraftKind, Question
from coach.folding import folded, is_chinese

FEWEST_POINTS, MOST_POINTS = 3, 6
MOST_OF_A_KIND = 8
"""Cues of a key point, or situations."""


class Flaw(StrEnum):
    """Why a text of the model is not shown as a draft."""

    BROKEN = "broken"
    ABSENT = "absent"
    NOT_ASKED = "not_asked"
    NO_SUCH_POINT = "no_such_point"
    WRONG_LANGUAGE = "wrong_language"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    SEVERAL_SENTENCES = "several_sentences"
    REPEATED = "repeated"
    COPIED = "copied"
    EXCLUDED = "excluded"
    TOO_MANY = "too_many"
    TOO_FEW = "too_few"
    INSTRUCTION = "instruction"
    LINK = "link"


FLAW_TEXTS: Mapping[Flaw, str] = {
    Flaw.BROKEN: "the reply was not one JSON object of the given form",
    Flaw.ABSENT: "it was asked for and did not come",
    Flaw.NOT_ASKED: "it was not asked for",
    Flaw.NO_SUCH_POINT: "it names no key point that lacks cues",
    Flaw.WRONG_LANGUAGE: "it is in another language than the question",
    Flaw.TOO_SHORT: "it is too short",
    Flaw.TOO_LONG: "it is too long",
    Flaw.SEVERAL_SENTENCES: "it is more than one sentence",
    Flaw.REPEATED: "it says what is there already",
    Flaw.COPIED: "it copies a long sentence of the reference answer",
    Flaw.EXCLUDED: "the key point says that this is not it",
    Flaw.TOO_MANY: "there are enough without it",
    Flaw.TOO_FEW: "fewer than three key points could be used",
    Flaw.INSTRUCTION: "it speaks to a model or a judge, or holds markup",
    Flaw.LINK: "it holds a link",
}
"""As a model and a person are told."""


class LeftOut(BaseModel):
    """A text of the model that is no draft; empty where none came."""

    model_config = ConfigDict(frozen=True)

    kind: DraftKind | None
    """None: the reply as a whole."""
    text: str = ""
    flaw: Flaw


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _PointReply(_Shape):
    text: str
    weight: Literal["vital", "okay"]
    cues: list[str]


class _CuesReply(_Shape):
    key_point: int
    cues: list[str]


class DraftReply(_Shape):
    """The whole reply. A part that the model leaves out counts as empty."""

    reference: str
    key_points: list[_PointReply]
    cues: list[_CuesReply]
    situations: list[str]


def visible(text: str) -> str:
    """The text without characters that a person would not see when they approve it."""
    hidden = ("Cc", "Cf", "Co", "Cs")
    return "".join(one for one in text if one == "\n" or unicodedata.category(one) not in hidden)


def speaks_chinese(question: Question) -> bool:
    """Whether drafts for it are in Chinese; they are in English else."""
    return is_chinese(" ".join((question.question, question.answer, *(point.text for point in question.key_points))))


@dataclass(frozen=True)
class _Range:
    """Fewest and most: characters of Chinese, or words of English."""

    chinese: tuple[int, int]
    english: tuple[int, int]

    def flaw(self, text: str, chinese: bool) -> Flaw | None:
        fewest, most = self.chinese if chinese else self.english
        length = len(text) if chinese else len(text.split())
        return Flaw.TOO_SHORT if length < fewest else Flaw.TOO_LONG if length > most else None


_LENGTHS: Mapping[DraftKind, _Range] = {
    DraftKind.REFERENCE: _Range((80, 700), (50, 400)),
    DraftKind.KEY_POINT: _Range((4, 45), (3, 28)),
    DraftKind.CUE: _Range((2, 20), (1, 12)),
    DraftKind.SITUATION: _Range((4, 60), (3, 35)),
}
"""Wider than the prompt asks: models count badly. The bundled bank has 301-447, 10-31, 4-14 and 8-32 characters."""
_LONGEST_COPY = _Range((0, 16), (0, 10))
_BETWEEN_SENTENCES = re.compile(r"[。！？!?；;\n](?=.)|\.\s+(?=[A-Z\u3400-\u9fff])", re.DOTALL)
_LINK = re.compile(r"https?:|www\.", re.IGNORECASE)
_SIGNS: Mapping[str, str] = {
    "an order to drop rules": (
        r"(?:忽略|无视|忽视|不要理会|忘[掉记]|推翻|ignore|disregard|forget|override).{0,12}"
        r"(?:指令|提示词|system prompt|(?:以上|上述|上面|前面|之前|所有|previous|above|prior|earlier|all (?:of )?your)"
        r".{0,12}(?:指示|设定|要求|规则|标准|要点|instructions?|prompts?|rules|criteria|key points))"
    ),
    "a grade": (
        r"(?:我|本题|回答|答案|作答|考生|候选人|answer|candidate).{0,12}(?:满分|最高分|100\s*分|一百分|full marks)"
        r"|(?:满分|最高分|full marks|top marks).{0,6}(?:答案|回答|answer)|full (?:scores?|credit)|perfect score"
        r"|(?:判定?|评|标记?|记|算|视)[为作成].{0,4}(?:已?答到|已覆盖|正确|通过)"
        r"|(?:mark|count|grade|label|treat).{0,24}\bas (?:covered|correct|passed)"
        r"|(?:所有|任何|每一?[个条份]|any|every|all)\s?(?:回答|答案|answers?).{0,12}"
        r"(?:正确|满分|通过|答到|correct|right|pass|covered)"
    ),
    "a call to a judge or a model": (
        r"评分[员人]|阅卷|判卷|作为(?:一[个名])?(?:AI|人工智能|语言模型)|\bas an? (?:AI|(?:large )?language model)"
        r"|\b(?:dear|note to|attention)[, ]+(?:the )?(?:ai|model|assistant|llm|judge|grader|evaluator)\b"
    ),
    "a role, a fence, or JSON": (
        r"[<‹«]\s*/?\s*[|¦]?\s*(?:system|sys|user|assistant|im_start|im_end|answer|instructions?|endoftext|prompt)\b"
        r"|\[/?(?:inst|sys)|={3,}|-{4,}|`{3}|<!--|[{\[]\s*['\"]|^\s*[#＃]+\s"
        r"|^[\W_]*(?:system|assistant|user|developer|系统|助手|管理员)\s*(?:message|prompt|消息|提示|指令)?\s*[:：]"
        r"|\b(?:key_points?|missing_part|verdict)\b\W{0,3}[:：]"
    ),
}
"""A list of what is known, so not complete: behind it stands the person who approves."""
_INSTRUCTION = re.compile("|".join(_SIGNS.values()), re.IGNORECASE | re.MULTILINE)
_FENCED = re.compile(r"\A```(?:json)?\s*(.*?)\s*```\Z", re.DOTALL)
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)


@dataclass
class Sieve:
    """Takes a reply apart and keeps what may be shown to a person; the drafts that the question has count as there."""

    question: Question
    wanted: Missing
    made_by: str
    prompt: str
    kept: list[Draft] = field(default_factory=list[Draft])
    left_out: list[LeftOut] = field(default_factory=list[LeftOut])

    def leave_out(self, kind: DraftKind | None, text: str, flaw: Flaw) -> None:
        """Notes a text that is no draft; of no kind: the reply as a whole."""
        self.left_out.append(LeftOut(kind=kind, text=text, flaw=flaw))

    def take(self, text: str) -> None:
        """Reads a whole reply."""
        try:
            reply = _reply_of(text)
        except ValueError:
            self.leave_out(None, text, Flaw.BROKEN)
            return
        if reply.reference.strip():
            self._take_one(DraftKind.REFERENCE, reply.reference, self.wanted.reference)
        self._take_points(reply.key_points)
        for entry in reply.cues:
            self._take_cues(entry)
        for situation in reply.situations:
            self._take_one(DraftKind.SITUATION, situation, self.wanted.situations)

    def _take_points(self, points: Sequence[_PointReply]) -> None:
        before = len(self.kept)
        for entry in points:
            taken = self._take_one(DraftKind.KEY_POINT, entry.text, self.wanted.key_points, weight=entry.weight)
            for cue in entry.cues if taken else ():
                self._take_one(DraftKind.CUE, cue, True, key_point=taken)
        taken = self.kept[before:]
        if 0 < sum(one.kind is DraftKind.KEY_POINT for one in taken) < FEWEST_POINTS:
            del self.kept[before:]
            for one in taken:
                self.leave_out(one.kind, one.text, Flaw.TOO_FEW)

    def _take_cues(self, entry: _CuesReply) -> None:
        points = self.question.key_points
        named = points[entry.key_point - 1].text if 0 < entry.key_point <= len(points) else ""
        for cue in entry.cues:
            if named in self.wanted.cues:
                self._take_one(DraftKind.CUE, cue, True, key_point=named)
            else:
                self.leave_out(DraftKind.CUE, cue, Flaw.NO_SUCH_POINT)

    def _take_one(
        self, kind: DraftKind, text: str, is_wanted: bool, weight: str | None = None, key_point: str = ""
    ) -> str:
        """The text as it was kept; empty where it was not."""
        clean = visible(text).strip()
        if kind is not DraftKind.REFERENCE:
            clean = " ".join(clean.split())
        if kind in (DraftKind.KEY_POINT, DraftKind.CUE):
            clean = clean.rstrip("。.；;，,")
        flaw = Flaw.NOT_ASKED if not is_wanted else self._flaw(kind, clean, key_point)
        if flaw is not None:
            self.leave_out(kind, clean, flaw)
            return ""
        made = {"kind": kind, "text": clean, "weight": weight, "key_point": key_point}
        self.kept.append(Draft.model_validate({**made, "model": self.made_by, "prompt": self.prompt}))
        return clean

    def _flaw(self, kind: DraftKind, text: str, key_point: str) -> Flaw | None:
        chinese = speaks_chinese(self.question)
        if not folded(text):
            return Flaw.TOO_SHORT
        if _INSTRUCTION.search(text):
            return Flaw.INSTRUCTION
        if _LINK.search(text):
            return Flaw.LINK
        if is_chinese(text) != chinese:
            return Flaw.WRONG_LANGUAGE
        return _LENGTHS[kind].flaw(text, chinese) or self._flaw_among(kind, text, key_point, chinese)

    def _flaw_among(self, kind: DraftKind, text: str, key_point: str, chinese: bool) -> Flaw | None:
        match kind:
            case DraftKind.REFERENCE:
                return None
            case DraftKind.KEY_POINT:
                return self._flaw_of_point(text, chinese)
            case DraftKind.CUE:
                return self._flaw_of_cue(text, key_point)
            case DraftKind.SITUATION:
                asked = (self.question.question, *self.question.aliases)
                return _crowd(text, [*asked, *self._texts(kind)], len(self._texts(kind)), MOST_OF_A_KIND, SAME_CUE)

    def _flaw_of_point(self, text: str, chinese: bool) -> Flaw | None:
        if _BETWEEN_SENTENCES.search(text):
            return Flaw.SEVERAL_SENTENCES
        references = [self.question.answer, *self._texts(DraftKind.REFERENCE)]
        if _LONGEST_COPY.flaw(text, chinese) and any(folded(text) in folded(answer) for answer in references):
            return Flaw.COPIED
        others = self._texts(DraftKind.KEY_POINT)
        return _crowd(text, [self.question.question, *others], len(others), MOST_POINTS, SAME_POINT)

    def _flaw_of_cue(self, text: str, key_point: str) -> Flaw | None:
        points = self.question.key_points
        if folded(text) in {folded(no) for point in points if point.text == key_point for no in point.not_}:
            return Flaw.EXCLUDED
        own = [one for one in self._drafts() if one.kind is DraftKind.CUE and one.key_point == key_point]
        cues = [cue for point in points for cue in point.cues] + self._texts(DraftKind.CUE)
        return _crowd(text, [key_point, *cues], len(own), MOST_OF_A_KIND, SAME_CUE)

    def _drafts(self) -> Sequence[Draft]:
        return (*self.question.drafts, *self.kept)

    def _texts(self, kind: DraftKind) -> list[str]:
        return [one.text for one in self._drafts() if one.kind is kind]


def _crowd(text: str, others: Sequence[str], count: int, most: int, same: int) -> Flaw | None:
    """Whether a text has no place beside others: it is too like one of them, or there are enough."""
    if any(fuzz.ratio(folded(text), folded(other)) >= same for other in others):
        return Flaw.REPEATED
    return Flaw.TOO_MANY if count >= most else None


def _reply_of(text: str) -> DraftReply:
    """The reply, without a model's thoughts before it and one code fence around it. Raises ValueError."""
    bare = _THOUGHT.sub("", text, count=1).strip()
    fenced = _FENCED.match(bare)
    value = from_json(fenced[1] if fenced else bare)
    if not isinstance(value, dict):
        raise ValueError("the reply is no JSON object")
    empty: dict[str, object] = {"reference": "", "key_points": [], "cues": [], "situations": []}
    try:
        return DraftReply.model_validate(empty | cast(dict[str, object], value))
    except ValidationError as fault:
        raise ValueError("the reply has another form") from fault
