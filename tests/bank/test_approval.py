"""What a person decides on drafts: one by one, and nothing of their own is ever changed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.adapters.corpus_files import read_bank
from coach.bank.approval import approve, decided, keep_approved, missing, reject
from coach.bank.importing import import_text
from coach.bank.index import documents_of
from coach.bank.library import Library
from coach.bank.question import Bank, Draft, DraftKind, KeyPoint, Question, Source, Weight
from coach.errors import InputError

CORPUS = Path(__file__).parent.parent.parent / "corpus" / "questions"
ASKED = "客户要退货，你怎么处理？"


def made(kind: DraftKind, text: str, number: int, **other: object) -> Draft:
    return Draft.model_validate({"kind": kind, "text": text, "number": number, "model": "m", "prompt": "p"} | other)


REFERENCE = made(DraftKind.REFERENCE, "先问原因，再查规定。", 1)
POINT = made(DraftKind.KEY_POINT, "先问原因", 2, weight=Weight.VITAL)
CUE = made(DraftKind.CUE, "为什么想退", 3, key_point="先问原因")
OTHER_POINT = made(DraftKind.KEY_POINT, "查清规定", 4, weight=Weight.OKAY)
OTHER_CUE = made(DraftKind.CUE, "看看规则", 5, key_point="查清规定")
SITUATION = made(DraftKind.SITUATION, "我要退！", 6)
DRAFTS = (REFERENCE, POINT, CUE, OTHER_POINT, OTHER_CUE, SITUATION)


def question(**other: object) -> Question:
    given = {"id": "mine:q01", "question": ASKED, "source": Source(kind="document"), "drafts": DRAFTS}
    return Question.model_validate(given | other)


def bank(**other: object) -> Bank:
    return Bank(name="mine", questions=(question(**other),))


class TestApproving:
    def test_a_reference_makes_it_the_answer_and_says_that_a_model_drafted_it(self) -> None:
        after = approve(question(), REFERENCE)
        assert (after.answer, after.source.drafted) == (REFERENCE.text, (REFERENCE,))
        assert REFERENCE not in after.drafts
        assert after.has_reference

    def test_a_key_point_puts_it_behind_the_others_with_its_weight(self) -> None:
        own = KeyPoint(id="mine:q01.1", text="道歉", cues=("对不起",))
        after = approve(question(key_points=(own,)), POINT)
        assert after.key_points == (own, KeyPoint(id="mine:q01.2", text="先问原因", weight=Weight.VITAL))

    def test_a_cue_and_a_situation_go_where_they_belong(self) -> None:
        after = approve(approve(approve(question(), POINT), CUE), SITUATION)
        assert after.key_points[0].cues == ("为什么想退",)
        assert after.situations == ("我要退！",)
        assert {document.text for document in documents_of(after)} == {ASKED, "先问原因", "为什么想退", "我要退！"}

    def test_in_other_words_takes_these_and_takes_the_cues_along(self) -> None:
        after = approve(question(), POINT, "  先问清\n退货的原因 ")
        assert after.key_points[0].text == "先问清 退货的原因"
        assert after.source.drafted[0].text == "先问清 退货的原因"
        cue = next(draft for draft in after.drafts if draft.number == CUE.number)
        assert approve(after, cue).key_points[0].cues == ("为什么想退",)

    def test_changes_the_version_as_the_draft_alone_does_not(self) -> None:
        assert question().version == question(drafts=()).version
        assert approve(question(), SITUATION).version != question().version

    @pytest.mark.parametrize(
        ("of", "draft", "text", "says"),
        [
            (question(), CUE, None, "approve that key point first"),
            (question(answer="我的话"), REFERENCE, None, "has a reference answer by now"),
            (question(key_points=(KeyPoint(id="mine:q01.1", text="先问，原因"),)), POINT, None, "is there already"),
            (question(situations=("我要退。",)), SITUATION, None, "is there already"),
            (question(), POINT, "  \n", "the text is empty"),
            (question(drafts=()), POINT, None, "is not open any more"),
        ],
    )
    def test_what_can_not_be_approved_is_said_and_changes_nothing(
        self, of: Question, draft: Draft, text: str | None, says: str
    ) -> None:
        with pytest.raises(InputError, match=says):
            approve(of, draft, text)


class TestRejecting:
    def test_takes_the_draft_out_and_nothing_else(self) -> None:
        after = reject(question(), SITUATION)
        assert after == question(drafts=DRAFTS[:-1])

    def test_a_key_point_takes_its_cues_along(self) -> None:
        assert reject(question(), POINT).drafts == (REFERENCE, OTHER_POINT, OTHER_CUE, SITUATION)

    def test_all_of_a_kind_makes_it_missing_again(self) -> None:
        assert not missing(question()).anything
        after = reject(reject(question(), POINT), OTHER_POINT)
        assert missing(after).key_points


class TestDecidingByNumber:
    def test_a_key_point_goes_before_its_cues_and_a_rejected_one_takes_them_along(self) -> None:
        (after,) = decided(bank(), {3: None, 2: None}, {4, 5}).questions
        assert after.key_points == (
            KeyPoint(id="mine:q01.1", text="先问原因", weight=Weight.VITAL, cues=("为什么想退",)),
        )
        assert after.drafts == (REFERENCE, SITUATION)

    @pytest.mark.parametrize(
        ("approved", "rejected", "says"),
        [({9: None}, (), "no open draft 9"), ({}, (9,), "no open draft 9"), ({1: None}, (1,), "choose one")],
    )
    def test_a_number_that_is_none_changes_nothing(
        self, approved: dict[int, str | None], rejected: tuple[int, ...], says: str
    ) -> None:
        with pytest.raises(InputError, match=says):
            decided(bank(), approved, frozenset(rejected))


OWN = st.text(alphabet="甲乙丙丁ab 。", min_size=1, max_size=6).filter(lambda text: bool(text.strip(" 。")))


@given(st.data(), OWN, st.lists(OWN, max_size=3), st.lists(OWN, max_size=3))
def test_whatever_is_decided_a_person_s_own_text_stays_as_it_was(
    data: st.DataObject, answer: str, points: list[str], situations: list[str]
) -> None:
    own = tuple(
        KeyPoint(id=f"mine:q01.{place}", text=text, cues=(text,), not_=("不是",))
        for place, text in enumerate(points, 1)
    )
    has_answer = data.draw(st.booleans())
    before = question(answer=answer if has_answer else "", key_points=own, situations=tuple(situations))
    now = before
    for draft in data.draw(st.permutations(DRAFTS)):
        open_one = next((one for one in now.drafts if one.number == draft.number), None)
        if open_one is None:
            continue
        text = data.draw(st.none() | OWN)
        try:
            now = approve(now, open_one, text) if data.draw(st.booleans()) else reject(now, open_one)
        except InputError:
            continue
    assert now.answer == before.answer or not before.answer
    assert [point.text for point in now.key_points][: len(own)] == [point.text for point in own]
    for then, after in zip(own, now.key_points, strict=False):
        assert after.cues[: len(then.cues)] == then.cues
        assert (after.not_, after.weight, after.id) == (then.not_, then.weight, then.id)
    assert now.situations[: len(situations)] == before.situations
    assert (now.question, now.topic, now.aliases) == (before.question, before.topic, before.aliases)
    assert Question.model_validate(now.model_dump()) == now
    assert len(now.drafts) + len(now.source.drafted) <= len(DRAFTS)


class _Shelf:
    def __init__(self) -> None:
        self.bank: Bank | None = None

    def imported(self, name: str) -> Bank | None:
        return self.bank

    def update(self, name: str, change: Callable[[Bank | None], Bank]) -> Bank:
        self.bank = change(self.bank)
        return self.bank


class TestTheNextImport:
    def imported(self, text: str, earlier: Bank | None) -> Question:
        shelf = _Shelf()
        shelf.bank = earlier
        library: Library = shelf  # pyright: ignore[reportAssignmentType] it has what is used of the port
        import_text(text, "mine.md", library, "mine")
        assert shelf.bank is not None
        return shelf.bank.questions[0]

    def approved(self) -> Bank:
        return decided(bank(), dict.fromkeys((1, 2, 3, 6)), frozenset())

    def test_of_a_document_that_says_nothing_keeps_what_was_approved_and_what_is_open(self) -> None:
        before = self.approved().questions[0]
        after = self.imported(f"## 1. {ASKED}\n", self.approved())
        assert (after.answer, after.key_points, after.situations) == (
            before.answer,
            before.key_points,
            before.situations,
        )
        assert (after.source.drafted, after.drafts) == (before.source.drafted, (OTHER_POINT, OTHER_CUE))

    def test_of_a_document_that_has_an_answer_takes_that_and_does_not_call_it_drafted(self) -> None:
        after = self.imported(f"## 1. {ASKED}\n先听完。\n\n答题要点：\n1. 听\n2. 查\n", self.approved())
        assert (after.answer, [point.text for point in after.key_points]) == ("先听完。", ["听", "查"])
        assert [draft.kind for draft in after.source.drafted] == [DraftKind.SITUATION]

    def test_keeps_nothing_that_only_a_document_had(self) -> None:
        of_document = self.imported(f"## 1. {ASKED}\n先听完。\n", None)
        after = self.imported(f"## 1. {ASKED}\n", Bank(name="mine", questions=(of_document,)))
        assert after.answer == ""

    def test_of_another_bank_keeps_nothing(self) -> None:
        assert keep_approved(bank(), None) == bank()


def test_the_bundled_bank_has_no_drafts() -> None:
    bundled = read_bank(CORPUS)
    assert all(not one.drafts and not one.source.drafted for one in bundled.questions)
