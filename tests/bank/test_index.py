import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.bank.index import (
    Document,
    Kind,
    NearDocument,
    NearSide,
    Ranked,
    Side,
    changes,
    documents_of,
    ranked,
)
from coach.bank.question import KeyPoint, Question, Source

REFUND = Question(
    id="q08",
    question="客户要退款，怎么办？",
    question_en="How do you handle refunds?",
    topic="售后",
    aliases=("顾客要退钱", "顾客要退钱", "？！"),
    situations=("我要退货",),
    answer="先听原因。",
    key_points=(KeyPoint(id="q08.1", text="听原因", cues=("问清为什么退",)), KeyPoint(id="q08.2", text="讲规则")),
    source=Source(kind="written"),
)


def document(question_id: str, text: str, kind: Kind = Kind.ALIAS) -> Document:
    return Document(question_id=question_id, kind=kind, text=text)


class TestDocuments:
    def test_stand_for_all_that_can_be_said_of_a_question(self) -> None:
        assert [(one.kind, one.text) for one in documents_of(REFUND)] == [
            (Kind.QUESTION, "客户要退款，怎么办？"),
            (Kind.QUESTION, "How do you handle refunds?"),
            (Kind.ALIAS, "顾客要退钱"),
            (Kind.SITUATION, "我要退货"),
            (Kind.KEY_POINT, "听原因"),
            (Kind.KEY_POINT, "讲规则"),
            (Kind.CUE, "问清为什么退"),
        ]

    def test_of_a_bare_question_are_its_wording_alone(self) -> None:
        bare = Question(id="shop:q01", question="怎么发货？", source=Source(kind="document"))

        assert [(one.question_id, one.text) for one in documents_of(bare)] == [("shop:q01", "怎么发货？")]

    @pytest.mark.parametrize(
        "other",
        [document("q02", "退钱"), document("q01", "退款"), document("q01", "退钱", Kind.CUE)],
    )
    def test_differ_in_their_id_by_question_kind_and_text(self, other: Document) -> None:
        assert document("q01", "退钱").id == document("q01", "退钱").id
        assert document("q01", "退钱").id != other.id


class TestChanges:
    A, B, C = document("q01", "一"), document("q01", "二"), document("q02", "三")
    A_OTHER_KIND = document("q01", "一", Kind.CUE)

    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            ([], [A, C], (2, 0, 0, 0)),
            ([A, C], [], (0, 0, 2, 0)),
            ([A, C], [C, A], (0, 0, 0, 2)),
            ([A], [B], (0, 1, 0, 0)),
            ([A], [C], (1, 0, 1, 0)),
            ([A], [A_OTHER_KIND], (1, 0, 1, 0)),
            ([A, C], [B], (0, 1, 1, 0)),
        ],
    )
    def test_are_counted_by_place(
        self, before: list[Document], after: list[Document], expected: tuple[int, ...]
    ) -> None:
        update = changes(before, after)

        assert (update.added, update.updated, update.deleted, update.unchanged) == expected

    def test_take_what_was_embedded_anew_for_updated(self) -> None:
        update = changes([self.A, self.C], [self.A, self.B], embedded_anew=True)

        assert (update.added, update.updated, update.deleted, update.unchanged) == (1, 1, 1, 0)


class TestRanked:
    def test_counts_the_better_side_the_whole_and_a_little_of_the_nearest_document(self) -> None:
        sides = [
            NearSide("q01", Side.ASKED, 0.5),
            NearSide("q01", Side.HAPPENS, 0.1),
            NearSide("q01", Side.ALL, 0.4),
            NearSide("q02", Side.HAPPENS, 0.3),
        ]
        documents = [NearDocument("q01", "q01 far", 0.2), NearDocument("q01", "q01 near", 0.6)]

        first, second = ranked(sides, documents, limit=5)

        assert first == Ranked("q01", pytest.approx((0.5 + 0.4 + 0.2 * 0.6) / 2.2), "q01 near")
        assert second == Ranked("q02", pytest.approx(0.3 / 2.2), None)

    def test_lets_wording_that_nearly_is_a_document_s_decide(self) -> None:
        sides = [NearSide("q01", side, 0.6) for side in Side]
        documents = [NearDocument("q01", "q01 x", 0.6), NearDocument("q02", "q02 x", 0.95)]

        assert [one.question_id for one in ranked(sides, documents, limit=5)] == ["q02", "q01"]

    def test_orders_equals_by_id_and_keeps_to_the_limit(self) -> None:
        documents = [NearDocument(key, f"{key} x", 0.9) for key in ("q03", "q01", "q02")]

        assert [one.question_id for one in ranked([], documents, limit=2)] == ["q01", "q02"]

    def test_of_nothing_is_nothing(self) -> None:
        assert ranked([], [], limit=5) == []

    @given(
        st.lists(st.builds(NearSide, st.sampled_from("abc"), st.sampled_from(Side), st.floats(-1, 1))),
        st.lists(st.builds(NearDocument, st.sampled_from("abc"), st.text(max_size=2), st.floats(-1, 1))),
    )
    def test_scores_from_0_to_1_best_first_each_question_once(
        self, sides: list[NearSide], documents: list[NearDocument]
    ) -> None:
        order = ranked(sides, documents, limit=10)

        assert {one.question_id for one in order} == {one.question_id for one in [*sides, *documents]}
        assert len(order) == len({one.question_id for one in order})
        assert all(0 <= one.score <= 1 for one in order)
        assert [one.score for one in order] == sorted((one.score for one in order), reverse=True)
