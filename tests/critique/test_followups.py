import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.bank.index import ReferenceAnswer
from coach.bank.question import KeyPoint, Weight
from coach.chat import Deadline, ScriptedModel, Usage
from coach.critique.feedback import Evidence, Feedback, FollowUp, Label, Verdict, Versions
from coach.critique.followups import (
    IN_A_ROW,
    ask_model,
    checked,
    gaps,
    next_follow_ups,
    question_faults,
    template,
    with_follow_up,
)
from coach.critique.scoring import score
from coach.errors import ModelBusy

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label
VITAL, OKAY = Weight
POINT = "实在谈不下来，交给权限更高的主管"
GOOD = "谈到这一步，你会怎么收场？"
CHINESE, ENGLISH = "我会先听他说完，再给他办法。", "I would listen first and then offer a way out."
ANY_GAP = [CONTRADICTED, PARTIAL, MISSING, UNGRADED]


def verdict(point_id: str, label: Label, weight: Weight = OKAY, quote: str = "", text: str = POINT) -> Verdict:
    evidence = (Evidence(quote=quote, start=0, end=len(quote), status="verified"),) if quote else ()
    return Verdict(id=point_id, text=text, weight=weight, verdict=label, evidence=evidence)


def gap_on(point: KeyPoint, label: Label, quote: str = "") -> Verdict:
    return verdict(point.id, label, point.weight, quote, point.text)


def feedback(*verdicts: Verdict, follow_up: FollowUp | None = None, calls: int = 1) -> Feedback:
    return Feedback(
        question_id="q03",
        score=score(verdicts),
        judge="llm",
        key_points=verdicts,
        follow_up=follow_up,
        usage=Usage(calls=calls, input_tokens=100, output_tokens=10, cost_usd=None),
        versions=Versions(coach="0", judge="critic@0", question="0", index="0", retrieved=()),
        raw_replies=("{}",) * calls,
    )


def asking(question: str, point_id: str) -> FollowUp:
    return FollowUp(question=question, key_point_id=point_id, source="model")


class TestGaps:
    def test_come_worst_first(self) -> None:
        worst_first = [
            verdict("q.1", CONTRADICTED, OKAY),
            verdict("q.2", MISSING, VITAL),
            verdict("q.3", PARTIAL, OKAY),
            verdict("q.4", PARTIAL, VITAL),
            verdict("q.5", MISSING, OKAY),
            verdict("q.6", UNGRADED, VITAL),
            verdict("q.7", UNGRADED, OKAY),
        ]
        shuffled = [worst_first[at] for at in (6, 4, 2, 0, 5, 3, 1)]
        assert gaps([*shuffled, verdict("q.8", COVERED, VITAL)]) == worst_first

    def test_are_none_where_every_point_is_covered(self) -> None:
        assert gaps([verdict("q.1", COVERED), verdict("q.2", COVERED)]) == []


NO_MARK = "it needs exactly one question mark"
TOO_LONG = "it is longer than 40 characters in Chinese or 30 words in English"
GIVEN_AWAY = "it gives the key point away"
ASKED = "it was asked before"
LEADING = "it is leading, or can be answered with yes or no"


@pytest.mark.parametrize(
    ("question", "faults"),
    [
        (GOOD, []),
        ("If he still shouts after that, what do you do next?", []),
        ("能再举一个具体的例子吗？", []),
        ("可以说说你当时是怎么做的吗？", []),
        ("Could you walk me through your last such call?", []),
        ("请说说你会怎么收场", [NO_MARK]),
        ("怎么收场？为什么？", [NO_MARK]),
        ("How? And why?", [NO_MARK]),
        ("换作" + "一位在气头上的客户" * 4 + "你怎么办？", [TOO_LONG]),
        ("What would you do " + "in that case " * 10 + "?", [TOO_LONG]),
        ("什么时候交给权限更高的主管？", [GIVEN_AWAY]),
        ("什么时候，交给权限更 高的人？", [GIVEN_AWAY]),
        ("你会找谁来接手？", []),
        ("你在那一单里第一句话说了什么？", [ASKED]),
        ("你在那单里第一句话说的是什么？", [ASKED]),
        ("你是不是该找别人？", [LEADING]),
        ("你会找别人吗？", [LEADING]),
        ("难道你不找别人？", [LEADING]),
        ("应该找别人吧？", [LEADING]),
        ("Would you ask somebody else?", [LEADING]),
        ("You would ask somebody else, right?", [LEADING]),
        ("", [NO_MARK]),
        ("难道你不把他交给权限更高的主管", [NO_MARK, GIVEN_AWAY, LEADING]),
    ],
)
def test_a_good_question_has_none_of_these_faults(question: str, faults: list[str]) -> None:
    assert list(question_faults(question, POINT, asked=["你在那一单里第一句话说了什么？"])) == faults


@pytest.mark.parametrize(
    ("question", "gives_away"),
    [
        ("When would you hand over to somebody?", True),
        ("Who else could take the call?", False),
    ],
)
def test_an_english_question_gives_the_point_away_with_three_of_its_words(question: str, gives_away: bool) -> None:
    faults = question_faults(question, "hand over to a supervisor with more authority", asked=[])
    assert (GIVEN_AWAY in faults) is gives_away


class TestTemplates:
    @pytest.mark.parametrize("answer", [CHINESE, ENGLISH])
    @pytest.mark.parametrize("label", ANY_GAP)
    def test_have_a_faultless_question_for_every_gap_on_every_key_point_of_the_bank(
        self, label: Label, answer: str, references: Mapping[str, ReferenceAnswer]
    ) -> None:
        for reference in references.values():
            for point in reference.key_points:
                for quote in ("", "我会先听他说", "我会先听他说完再问清楚是哪一单出了什么问题", point.text[:12]):
                    question = template(gap_on(point, label, quote), reference, answer, asked=[])
                    assert question, (point.id, quote)
                    assert question_faults(question.question, point.text, []) == []
                    assert (question.key_point_id, question.source) == (point.id, "template")

    @pytest.mark.parametrize("answer", [CHINESE, ENGLISH])
    @pytest.mark.parametrize("label", ANY_GAP)
    def test_never_ask_the_same_twice(
        self, label: Label, answer: str, references: Mapping[str, ReferenceAnswer]
    ) -> None:
        for reference in references.values():
            asked: list[str] = []
            gap = gap_on(reference.key_points[0], label, "我会先听他说")
            while question := template(gap, reference, answer, asked):
                assert question_faults(question.question, gap.text, asked) == []
                asked.append(question.question)
            assert len(asked) == len(set(asked)) >= 2

    @given(label=st.sampled_from(ANY_GAP), quote=st.text(min_size=1, max_size=20))
    def test_ask_a_good_question_whatever_the_candidate_said(
        self, label: Label, quote: str, q03: ReferenceAnswer
    ) -> None:
        question = template(gap_on(q03.key_points[0], label, quote), q03, CHINESE, asked=[])
        assert question
        assert question_faults(question.question, q03.key_points[0].text, []) == []

    def test_speak_the_language_of_the_answer(self, q03: ReferenceAnswer) -> None:
        gap = gap_on(q03.key_points[0], PARTIAL, "I listen")
        english = template(gap, q03, ENGLISH, asked=[])
        assert english
        assert english.question == 'You mentioned "I listen". How exactly do you do that?'

    def test_put_the_candidate_before_a_customers_own_words_where_something_is_missing(
        self, q03: ReferenceAnswer
    ) -> None:
        question = template(gap_on(q03.key_points[0], MISSING), q03, CHINESE, asked=[])
        assert question
        assert question.question == "要是客户接着说“你们就是骗子！今天不给我个说法我就没完”，你怎么接？"


class TestAModelsProposal:
    VERDICTS = (verdict("q.1", MISSING, VITAL), verdict("q.2", MISSING, OKAY), verdict("q.3", MISSING, VITAL))

    @pytest.mark.parametrize("point_id", ["q.1", "q.3"])
    def test_is_taken_where_it_is_good_and_on_one_of_the_worst_gaps(self, point_id: str) -> None:
        proposal = asking(GOOD, point_id)
        assert checked(proposal, self.VERDICTS, asked=[]) == proposal

    @pytest.mark.parametrize(
        "proposal",
        [
            pytest.param(None, id="none"),
            pytest.param(asking(GOOD, "q.2"), id="on a lesser gap"),
            pytest.param(asking(GOOD, "q.9"), id="on a point that is none"),
            pytest.param(asking("你会找主管吗？", "q.1"), id="faulty"),
        ],
    )
    def test_is_not_taken_otherwise(self, proposal: FollowUp | None) -> None:
        assert checked(proposal, self.VERDICTS, asked=[]) is None

    def test_is_not_taken_where_there_is_no_gap(self) -> None:
        assert checked(asking(GOOD, "q.1"), [verdict("q.1", COVERED)], asked=[]) is None


class TestAskingTheModelOnceMore:
    GAP = verdict("q03.6", MISSING)

    def ask(self, reference: ReferenceAnswer, *replies: str | Exception) -> tuple[FollowUp | None, bool]:
        model = ScriptedModel(replies)
        question, reply = ask_model(model, self.GAP, reference, CHINESE, ["先问过这个吗？"], Deadline(60))
        return question, reply is not None

    def test_gives_its_question_where_that_is_good(self, q03: ReferenceAnswer) -> None:
        question, answered = self.ask(q03, json.dumps({"question": GOOD}))
        assert question == asking(GOOD, "q03.6")
        assert answered

    @pytest.mark.parametrize(
        "reply",
        [
            "",
            "你会怎么做？",
            '{"question": "你会找主管吗？"}',
            '{"ask": "怎么收场？"}',
            '["怎么收场？"]',
            '{"question": 3}',
        ],
    )
    def test_gives_nothing_but_its_cost_for_a_reply_that_is_no_good(self, reply: str, q03: ReferenceAnswer) -> None:
        assert self.ask(q03, reply) == (None, True)

    def test_gives_nothing_where_the_model_can_not_be_reached(self, q03: ReferenceAnswer) -> None:
        assert self.ask(q03, ModelBusy("busy")) == (None, False)

    def test_tells_the_model_the_point_the_gap_and_what_was_asked(self, q03: ReferenceAnswer) -> None:
        model = ScriptedModel([""])
        ask_model(model, verdict("q03.6", PARTIAL), q03, CHINESE, ["先问过这个吗？"], Deadline(60))
        said = model.asked[0][-1].content
        assert POINT in said
        assert "State of it: partial" in said
        assert "- 先问过这个吗？" in said
        assert "S1: 我会先听他说完，再给他办法。" in said


def test_the_next_follow_ups_begin_with_the_judges_own_and_go_on_by_gap(q03: ReferenceAnswer) -> None:
    points = q03.key_points
    first = asking(GOOD, "q03.2")
    judged = feedback(
        gap_on(points[0], COVERED),
        gap_on(points[1], MISSING),
        gap_on(points[2], MISSING),
        gap_on(points[3], MISSING),
        follow_up=first,
    )
    questions = next_follow_ups(judged, q03, CHINESE, limit=3)
    assert questions[0] == first
    assert [question.key_point_id for question in questions] == ["q03.2", "q03.4", "q03.3"]
    assert len({question.question for question in questions}) == 3
    assert next_follow_ups(judged, q03, CHINESE, limit=1) == [first]
    assert next_follow_ups(feedback(gap_on(points[0], COVERED)), q03, CHINESE, limit=3) == []


class TestTheAnswerToAFollowUp:
    FIRST = asking(GOOD, "q03.1")

    def merged(self, reference: ReferenceAnswer, before: Label, after: Label) -> Feedback:
        points = reference.key_points
        whole = feedback(
            gap_on(points[0], before, "我先稳住" if before in (PARTIAL, CONTRADICTED) else ""),
            gap_on(points[1], COVERED, "先听他说"),
            gap_on(points[2], MISSING),
        )
        alone = feedback(gap_on(points[0], after, "深呼吸" if after not in (MISSING, UNGRADED) else ""))
        return with_follow_up(whole, alone, reference, CHINESE, [self.FIRST])

    @pytest.mark.parametrize(
        ("before", "after", "counts"),
        [
            (MISSING, COVERED, COVERED),
            (MISSING, PARTIAL, PARTIAL),
            (MISSING, CONTRADICTED, CONTRADICTED),
            (PARTIAL, COVERED, COVERED),
            (PARTIAL, CONTRADICTED, CONTRADICTED),
            (PARTIAL, MISSING, PARTIAL),
            (PARTIAL, UNGRADED, PARTIAL),
            (CONTRADICTED, COVERED, COVERED),
            (CONTRADICTED, MISSING, CONTRADICTED),
            (UNGRADED, COVERED, COVERED),
            (UNGRADED, MISSING, UNGRADED),
        ],
    )
    def test_counts_as_what_was_said_last_but_silence_takes_nothing_back(
        self, before: Label, after: Label, counts: Label, q03: ReferenceAnswer
    ) -> None:
        assert self.merged(q03, before, after).verdict_on("q03.1").verdict is counts

    def test_changes_no_other_point_and_the_score_with_it(self, q03: ReferenceAnswer) -> None:
        updated = self.merged(q03, MISSING, COVERED)
        assert [verdict.verdict for verdict in updated.key_points] == [COVERED, COVERED, MISSING]
        assert updated.score == 4 / 5

    def test_is_where_its_evidence_stands(self, q03: ReferenceAnswer) -> None:
        updated = self.merged(q03, PARTIAL, COVERED)
        assert [(quote.quote, quote.turn) for quote in updated.verdict_on("q03.1").evidence] == [("深呼吸", 1)]
        kept = self.merged(q03, PARTIAL, MISSING)
        assert [(quote.quote, quote.turn) for quote in kept.verdict_on("q03.1").evidence] == [("我先稳住", 0)]

    def test_adds_its_cost_and_its_raw_replies(self, q03: ReferenceAnswer) -> None:
        updated = self.merged(q03, MISSING, COVERED)
        assert (updated.usage.calls, updated.usage.input_tokens, len(updated.raw_replies)) == (2, 200, 2)

    def test_leads_to_a_question_on_another_gap(self, q03: ReferenceAnswer) -> None:
        updated = self.merged(q03, MISSING, MISSING)
        assert updated.follow_up
        assert updated.follow_up.key_point_id == "q03.3"

    def test_leads_no_further_than_three_in_a_row_each_on_a_point_of_its_own(self, q03: ReferenceAnswer) -> None:
        judged = feedback(*(gap_on(point, MISSING) for point in q03.key_points), follow_up=self.FIRST)
        asked: list[FollowUp] = []
        while judged.follow_up:
            asked.append(judged.follow_up)
            point = next(point for point in q03.key_points if point.id == judged.follow_up.key_point_id)
            judged = with_follow_up(judged, feedback(gap_on(point, MISSING)), q03, CHINESE, asked)
        assert len(asked) == IN_A_ROW == 3
        assert len({each.key_point_id for each in asked}) == len({each.question for each in asked}) == 3

    def test_is_followed_by_nothing_where_no_gap_is_left(self, q03: ReferenceAnswer) -> None:
        whole = feedback(gap_on(q03.key_points[0], MISSING))
        alone = feedback(gap_on(q03.key_points[0], COVERED, "深呼吸"))
        assert with_follow_up(whole, alone, q03, CHINESE, [self.FIRST]).follow_up is None
