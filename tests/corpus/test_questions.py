"""The bundled questions: complete, checkable, and in our own words."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from coach.adapters.corpus_files import read_bank
from coach.bank.question import Question, Weight
from coach.folding import folded, is_chinese

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT.parent / "shared/source/customer-service-question-bank.zh.md"
BANK = read_bank(ROOT / "corpus/questions")
OF_THE_DOCUMENT = dict(zip([f"q{n:02d}" for n in range(1, 12)], [7, 6, 6, 5, 6, 7, 6, 7, 3, 5, 5], strict=True))
FILLER = ("综上所述", "至关重要", "赋能", "众所周知", "不言而喻", "总而言之")
LONGEST_COMMON_RUN = 11
OFFICIAL = (
    "消费者权益保护法",
    "消费者权益保护法实施条例",
    "七日无理由退货",
    "个人信息保护法",
    "电子商务法",
    "反电信网络诈骗法",
)
"""Names of laws and rules: they may stand in any text."""

every_question = pytest.mark.parametrize("question", BANK.questions, ids=lambda question: question.id)


def texts_of(question: Question) -> Sequence[str]:
    points = [text for point in question.key_points for text in (point.text, *point.cues, *point.not_)]
    return [question.question, question.answer, *question.aliases, *question.situations, *points]


def test_there_are_sixty_in_the_documents_order() -> None:
    assert [question.id for question in BANK.questions] == [f"q{number:02d}" for number in range(1, 61)]


def test_they_are_filed_under_eight_to_ten_topics() -> None:
    assert 8 <= len({question.topic for question in BANK.questions}) <= 10


@every_question
class TestAQuestion:
    def test_can_be_asked_and_met_in_many_ways(self, question: Question) -> None:
        assert question.question_en
        assert sum(is_chinese(alias) for alias in question.aliases) >= 8
        assert sum(not is_chinese(alias) for alias in question.aliases) >= 4
        assert len(question.situations) >= 8
        assert len(set(question.aliases)) == len(question.aliases)

    def test_has_a_reference_answer_of_a_spoken_length_without_filler(self, question: Question) -> None:
        assert 250 <= len(question.answer) <= 450
        assert not [word for word in FILLER if word in question.answer]

    def test_has_key_points_as_many_as_the_document_or_four_to_seven(self, question: Question) -> None:
        count = len(question.key_points)
        assert count == OF_THE_DOCUMENT.get(question.id, count)
        assert question.id in OF_THE_DOCUMENT or 4 <= count <= 7
        vital = sum(point.weight is Weight.VITAL for point in question.key_points)
        assert 1 <= vital < count or count <= 3

    def test_gives_each_key_point_ten_to_sixteen_cues_of_its_own(self, question: Question) -> None:
        cues = [folded(cue) for point in question.key_points for cue in point.cues]
        assert len(set(cues)) == len(cues)
        for point in question.key_points:
            assert 10 <= len(point.cues) <= 16
            assert any(not is_chinese(cue) for cue in point.cues)

    def test_names_the_law_that_it_speaks_of(self, question: Question) -> None:
        if re.search(r"第[一二三四五六七八九十百]+条|《.+?法》", question.answer):
            assert question.source.facts

    @pytest.mark.skipif(not DOCUMENT.is_file(), reason="the customer's document is not at hand")
    def test_shares_no_sentence_with_the_document(self, question: Question) -> None:
        document = without_official(DOCUMENT.read_text("utf-8"))
        runs = {document[at : at + LONGEST_COMMON_RUN + 1] for at in range(len(document) - LONGEST_COMMON_RUN)}
        for text in texts_of(question):
            ours = without_official(text)
            shared = [
                ours[at : at + LONGEST_COMMON_RUN + 1]
                for at in range(len(ours) - LONGEST_COMMON_RUN)
                if ours[at : at + LONGEST_COMMON_RUN + 1] in runs
            ]
            assert shared == []


def without_official(text: str) -> str:
    for name in sorted(map(folded, OFFICIAL), key=len, reverse=True):
        text = folded(text).replace(name, "\n")
    return text


def test_no_two_answers_begin_or_end_alike() -> None:
    for cut in (slice(None, 6), slice(-6, None)):
        ends = [folded(question.answer)[cut] for question in BANK.questions]
        assert len(set(ends)) == len(ends)
