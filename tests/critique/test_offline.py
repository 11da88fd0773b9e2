from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from coach.bank.index import ReferenceAnswer
from coach.bank.question import KeyPoint, Weight
from coach.chat import Deadline, Usage
from coach.critique.feedback import Done, Feedback, Label, Reason, Verdict
from coach.critique.offline import OfflineJudge
from tests.critique.conftest import Manipulated

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label
WORTH = {COVERED: 2, PARTIAL: 1, CONTRADICTED: 0, MISSING: 0, UNGRADED: 0}


def feedback_on(answer: str, reference: ReferenceAnswer) -> Feedback:
    *_, done = OfflineJudge().judge(reference, answer, Deadline(1))
    assert isinstance(done, Done)
    return done.feedback


def found(answer: str, reference: ReferenceAnswer) -> dict[str, Label]:
    """The verdicts that say something, by key point."""
    verdicts = feedback_on(answer, reference).key_points
    return {verdict.id: verdict.verdict for verdict in verdicts if verdict.verdict not in (UNGRADED, MISSING)}


def reference_with(*cues: str) -> ReferenceAnswer:
    """A question whose first key point has these cues, and whose second is about something else."""
    points = (
        KeyPoint(id="q.1", text="按时回访客户", weight=Weight.VITAL, cues=cues),
        KeyPoint(id="q.2", text="请主管接手", cues=("转给有权限的人", "升级到组长", "hand over to a supervisor")),
    )
    return ReferenceAnswer(
        question_id="q", question="您怎么做？", topic="", text="", key_points=points, version="1", fingerprint="test"
    )


class TestWhatItFinds:
    @pytest.mark.parametrize(
        ("answer", "verdicts"),
        [
            pytest.param(
                "我先深呼吸再开口，让他把话说完。问清楚是哪一单，再给两个办法让他选。",
                {"q03.1": COVERED, "q03.2": COVERED, "q03.3": COVERED, "q03.4": COVERED},
                id="in about as many words",
            ),
            pytest.param("那我肯定是会先好好地深呼吸一下再开口的", {"q03.1": COVERED}, id="with words put in"),
            pytest.param("我會讓他把話說完，再問清楚是哪一單", {"q03.2": COVERED, "q03.3": COVERED}, id="traditional"),
            pytest.param("呃那个我会嗯先深呼吸然后再开口", {"q03.1": COVERED}, id="with fillers"),
            pytest.param("最后请主管街手，转交上级来处理", {"q03.6": COVERED}, id="with a slip"),
            pytest.param("I'd HAND OVER to a supervisor.", {"q03.6": COVERED}, id="English"),
            pytest.param("我尽量把语气放平，语速慢一点", {"q03.1": PARTIAL}, id="near it"),
            pytest.param("我喜欢打篮球，周末常去爬山，也会做饭。", {}, id="nothing of it"),
            pytest.param("我脾气好，爱笑，朋友都说我适合做客服。", {}, id="nothing of it either"),
        ],
    )
    def test_is_what_is_said_in_the_words_of_a_cue(
        self, answer: str, verdicts: dict[str, Label], q03: ReferenceAnswer
    ) -> None:
        assert found(answer, q03) == verdicts

    def test_is_shown_with_the_stretch_and_the_cue_that_it_is_like(self, q03: ReferenceAnswer) -> None:
        answer = "首先呢，我会让他把话说完。别的以后再说。"
        verdict = feedback_on(answer, q03).verdict_on("q03.2")
        [evidence] = verdict.evidence
        assert (evidence.quote, evidence.status) == ("我会让他把话说完", "verified")
        assert answer[evidence.start : evidence.end] == evidence.quote
        assert "让他把话说完" in verdict.why

    def test_is_explained_in_the_language_of_the_answer(self, q03: ReferenceAnswer) -> None:
        verdict = feedback_on("First I'd let them vent for a while.", q03).verdict_on("q03.2")
        assert verdict.why == 'close to "let them vent"'

    def test_names_what_may_be_missing_from_a_partial_one(self, q03: ReferenceAnswer) -> None:
        assert feedback_on("我尽量把语气放平，语速慢一点", q03).verdict_on("q03.1").missing_part

    def test_is_nothing_where_a_key_point_has_no_cues(self) -> None:
        assert found("我会按时回访客户", reference_with()) == {}

    def test_is_nothing_where_the_words_only_sound_like_the_point(self, q03: ReferenceAnswer) -> None:
        assert found("我会让客户先冷静，请他别激动", q03) == {}
        assert found("我一上来就推给领导", q03) == {}

    def test_is_nothing_where_the_words_only_look_like_a_cue_and_dodge_the_question(self, q03: ReferenceAnswer) -> None:
        assert found("我会具体情况具体分析", q03) == {}

    def test_needs_clearer_words_where_a_key_point_has_no_siblings(self, q03: ReferenceAnswer) -> None:
        alone = q03.model_copy(update={"key_points": (q03.key_points[5],)})
        assert found("我会先听听组长怎么说", alone) == {}
        assert found("谈不拢就请主管接手，由值班经理出面", alone) == {"q03.6": COVERED}


class TestTone:
    """The same words in the mouth of somebody who will not do it."""

    WORDS = "语速先压下来，先问他要订单号。"
    DISMISSIVE = "反正他爱买不买，关我什么事，懒得跟他废话，谁有空管他，直接挂电话就完了。"

    def test_of_somebody_at_work_leaves_a_match_as_it_is(self, q03: ReferenceAnswer) -> None:
        assert "q03.3" in found(self.WORDS + "再给他两个办法选，当天回他电话。", q03)

    def test_of_somebody_who_dismisses_it_silences_a_match(self, q03: ReferenceAnswer) -> None:
        assert found(self.WORDS + self.DISMISSIVE, q03) == {}

    def test_is_not_mended_by_what_is_put_behind_it(self, q03: ReferenceAnswer) -> None:
        assert found(self.WORDS + self.DISMISSIVE + "客户至上，我们一直用心服务每一位朋友。" * 10, q03) == {}


class TestWhatItDoesNotSay:
    def test_an_answer_that_it_cannot_place_is_left_to_the_candidate(self, q03: ReferenceAnswer) -> None:
        verdicts = feedback_on("关键是要用心，把客户当成亲人。", q03).key_points
        assert {(verdict.verdict, verdict.reason) for verdict in verdicts} == {(UNGRADED, Reason.NO_MODEL)}

    def test_there_is_no_score_where_nothing_was_graded(self, q03: ReferenceAnswer) -> None:
        assert feedback_on("关键是要用心，把客户当成亲人。", q03).score is None

    def test_fewer_than_six_letters_miss_every_point(self, q03: ReferenceAnswer) -> None:
        feedback = feedback_on("不知道。", q03)
        assert {verdict.verdict for verdict in feedback.key_points} == {MISSING}
        assert feedback.score == 0

    def test_it_asks_nobody_and_says_who_it_is(self, q03: ReferenceAnswer) -> None:
        feedback = feedback_on("我会让他把话说完", q03)
        assert (feedback.judge, feedback.usage, feedback.versions.model) == ("offline", Usage(), None)
        assert feedback.versions.judge == "text-match-3"
        assert feedback.versions.retrieved == tuple(point.id for point in q03.key_points)


class TestNegation:
    @pytest.mark.parametrize(
        ("answer", "verdict"),
        [
            ("我会让他把话说完", COVERED),
            ("我不会让他把话说完", CONTRADICTED),
            ("我从来不让他把话说完", CONTRADICTED),
            ("没必要让他把话说完", CONTRADICTED),
            ("我不想让他把话说完", CONTRADICTED),
            ("我不会让他把话说完，也不会道歉", CONTRADICTED),
            ("I would never let them vent", CONTRADICTED),
            ("I won't let them vent", CONTRADICTED),
            ("我不仅让他把话说完", COVERED),
            ("我不会只让他把话说完", COVERED),
            ("我不能不让他把话说完", COVERED),
            ("没问题，我会让他把话说完", COVERED),
            ("问不出来就让他把话说完", COVERED),
            ("有的同事不会让他把话说完", UNGRADED),
            ("他们不会让他把话说完", UNGRADED),
            ("要是没人让他把话说完", UNGRADED),
            ("我会打断他说的话", UNGRADED),
        ],
    )
    def test_turns_a_point_round_only_where_the_candidate_denies_it_of_themselves(
        self, answer: str, verdict: Label, q03: ReferenceAnswer
    ) -> None:
        assert feedback_on(answer, q03).verdict_on("q03.2").verdict is verdict

    @pytest.mark.parametrize(
        ("answer", "verdict"),
        [
            ("他骂的话我不往心里去", COVERED),
            ("他骂的话我会往心里去", UNGRADED),
        ],
    )
    def test_belongs_to_a_cue_that_has_one(self, answer: str, verdict: Label, q03: ReferenceAnswer) -> None:
        assert feedback_on(answer, q03).verdict_on("q03.1").verdict is verdict

    def test_of_a_point_says_what_to_do_instead(self, q03: ReferenceAnswer) -> None:
        verdict = feedback_on("我不会让他把话说完", q03).verdict_on("q03.2")
        assert verdict.advice == verdict.text


class TestNumbers:
    @pytest.mark.parametrize(
        ("answer", "verdict"),
        [
            ("我会在24小时内回访客户", COVERED),
            ("我会在48小时内回访客户", CONTRADICTED),
            ("我会在两天内回访客户", UNGRADED),
        ],
    )
    def test_that_conflict_with_the_cue_contradict_the_point(self, answer: str, verdict: Label) -> None:
        reference = reference_with("24小时内回访客户", "按约定的时间打回访电话")
        assert feedback_on(answer, reference).verdict_on("q.1").verdict is verdict


class TestStuffing:
    @pytest.mark.parametrize(
        "answer",
        [
            "冷静、倾听、共情、道歉、提问、方案、引导、专业、升级、主管",
            "冷静，倾听，共情，道歉，提问，方案，升级。",
            "#深呼吸 #倾听 #订单号 #补发 #主管",
            "我的做法：倾听、共情、订单号、补偿方案、请主管接手。",
            "主管，退款",
            "calm, listen, order number, refund, supervisor, escalate",
            "倾听 共情 道歉 订单号 补偿 升级",
        ],
    )
    def test_a_bare_list_of_terms_covers_nothing(self, answer: str, q03: ReferenceAnswer) -> None:
        assert found(answer, q03) == {}

    def test_no_manipulated_answer_gets_more_than_the_same_answer_without_it(
        self, manipulations: Sequence[Manipulated], references: Mapping[str, ReferenceAnswer]
    ) -> None:
        gains = [
            (pair.id, after.id, before.verdict, after.verdict)
            for pair in manipulations
            for before, after in zip(
                feedback_on(pair.clean, references[pair.question]).key_points,
                feedback_on(pair.manipulated, references[pair.question]).key_points,
                strict=True,
            )
            if WORTH[after.verdict] > WORTH[before.verdict]
        ]
        assert gains == []


class TestAnyAnswer:
    @given(data=st.data())
    def test_is_judged_the_same_each_time_with_evidence_that_stands_there(
        self, data: st.DataObject, references: Mapping[str, ReferenceAnswer]
    ) -> None:
        reference = data.draw(st.sampled_from([references[f"q{number:02}"] for number in range(1, 12)]))
        cues = st.sampled_from([cue for point in reference.key_points for cue in point.cues])
        answer = "".join(data.draw(st.lists(cues | st.text(st.characters(), max_size=8), max_size=8)))
        feedback = feedback_on(answer, reference)
        assert feedback == feedback_on(answer, reference)
        for verdict in feedback.key_points:
            assert bool(verdict.evidence) == (verdict.verdict in (COVERED, PARTIAL, CONTRADICTED))
            assert (verdict.reason is not None) == (verdict.verdict is UNGRADED)
            for evidence in verdict.evidence:
                assert answer[evidence.start : evidence.end] == evidence.quote
                assert evidence.status == "verified"

    def test_gets_the_same_verdicts_in_traditional_characters(
        self, manipulations: Sequence[Manipulated], references: Mapping[str, ReferenceAnswer]
    ) -> None:
        traditional = OpenCC("s2t").convert
        for pair in manipulations:
            if pair.language == "zh":
                reference = references[pair.question]
                assert found(traditional(pair.clean), reference) == found(pair.clean, reference), pair.id

    def test_of_six_thousand_characters_is_judged_at_every_point(self, q03: ReferenceAnswer) -> None:
        answer = "我那天很忙。" * 990 + "我会让他把话说完，再让主管接着跟他谈。"
        assert found(answer, q03) == {"q03.2": COVERED, "q03.6": COVERED}


def test_verdicts_come_one_by_one_and_the_whole_last(q03: ReferenceAnswer) -> None:
    *verdicts, done = OfflineJudge().judge(q03, "我会让他把话说完", Deadline(1))
    assert all(isinstance(verdict, Verdict) for verdict in verdicts)
    assert isinstance(done, Done)
    assert tuple(verdicts) == done.feedback.key_points


def test_the_first_open_point_is_followed_up_by_a_template(q03: ReferenceAnswer) -> None:
    follow_up = feedback_on("关键是要用心，把客户当成亲人。", q03).follow_up
    assert follow_up
    assert (follow_up.key_point_id, follow_up.source) == ("q03.1", "template")
