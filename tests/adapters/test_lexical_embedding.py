import hashlib
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.adapters.chinese_sounds import sound
from coach.adapters.lexical_embedding import LexicalEmbedding, TermCounts, terms
from coach.bank.index import documents_of
from coach.compose import Coach
from coach.settings import Settings

COUNTS = TermCounts(texts=100, by_term={"的": 60, "客": 30, "=客户": 20, "refund": 10, "~<ref": 10})
MIXED = "顧客說：ＡＰＰ閃退, my client'd like a refund！"


@pytest.fixture(scope="module")
def embedding() -> LexicalEmbedding:
    return LexicalEmbedding()


def similarity(embedding: LexicalEmbedding, one: str, other: str) -> float:
    a, b = embedding.embed([one, other])
    return float(numpy.dot(a, b))


def digest_of(vectors: Sequence[Sequence[float]]) -> str:
    return hashlib.sha256(numpy.asarray(vectors).round(5).tobytes()).hexdigest()[:16]


class TestVectors:
    def test_stay_the_same_while_the_name_does(self) -> None:
        """Indexes are told apart by the name: where the digest changes and the name does not, count `_METHOD` up."""
        embedding = LexicalEmbedding(COUNTS)

        assert (embedding.name, digest_of(embedding.embed([MIXED]))) == ("lexical-1-2048-7c4feb67", "0a1dc302837cd85b")

    def test_are_the_same_in_another_process(self, embedding: LexicalEmbedding) -> None:
        code = (
            "from tests.adapters.test_lexical_embedding import *\n"
            "embedding = LexicalEmbedding()\n"
            "sys.stdout.write(f'{embedding.name} {digest_of(embedding.embed([MIXED]))}')"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

        assert run.stdout == f"{embedding.name} {digest_of(embedding.embed([MIXED]))}"

    def test_have_length_1_or_0_and_one_width(self, embedding: LexicalEmbedding) -> None:
        vectors = embedding.embed(["退款", "refund", "，！", ""])

        assert [round(float(numpy.linalg.norm(vector)), 5) for vector in vectors] == [1, 1, 0, 0]
        assert len({len(vector) for vector in vectors}) == 1

    def test_of_no_text_are_none(self, embedding: LexicalEmbedding) -> None:
        assert len(embedding.embed([])) == 0

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("客户要求退款", "客戶要求退款"),
            ("APP闪退了", "ａｐｐ闪退了"),
            ("退款！！！", "退款"),
            ("How do you handle REFUNDS?", "how do you handle refunds"),
            ("退\u200b款", "退款"),
            ("消费者要退钱咋办", "客户要退款怎么办"),
            ("angry buyers", "Upset buyers"),
        ],
    )
    def test_are_the_same_for_the_same_words_in_other_letters(
        self, one: str, other: str, embedding: LexicalEmbedding
    ) -> None:
        assert similarity(embedding, one, other) == pytest.approx(1, abs=1e-5)

    @pytest.mark.parametrize(
        ("query", "near", "far"),
        [
            ("客户要退宽怎么办", "客户要退款怎么办", "客户要发货怎么办"),
            ("提升忠城度", "提升客户的忠诚度", "城市里的客户"),
            ("a customer asking for refunding", "customers who ask for a refund", "customers who ask for a discount"),
        ],
    )
    def test_are_nearer_for_what_is_meant(self, query: str, near: str, far: str, embedding: LexicalEmbedding) -> None:
        assert similarity(embedding, query, near) > similarity(embedding, query, far)

    def test_weigh_rare_terms_more(self) -> None:
        embedding = LexicalEmbedding(TermCounts(texts=1000, by_term={"的": 900, "了": 900}))

        assert similarity(embedding, "退的了", "退") > similarity(embedding, "退的了", "的了")

    def test_keep_the_most_frequent_terms_apart(self) -> None:
        characters = [bytes([0xB0 + number // 94, 0xA1 + number % 94]).decode("gb2312") for number in range(400)]
        embedding = LexicalEmbedding(TermCounts(texts=1000, by_term=dict.fromkeys(characters, 900)))

        vectors = numpy.asarray(embedding.embed(characters))

        assert numpy.count_nonzero(vectors @ vectors.T) == len(characters)

    @given(st.lists(st.text(max_size=40), max_size=5))
    def test_are_numbers_for_any_text(self, texts: list[str]) -> None:
        vectors = numpy.asarray(LexicalEmbedding(COUNTS).embed(texts))

        assert vectors.shape[0] == len(texts)
        assert numpy.isfinite(vectors).all()


class TestName:
    def test_changes_with_the_counts(self) -> None:
        counts = [COUNTS, TermCounts(texts=101, by_term=COUNTS.by_term), TermCounts(texts=100, by_term={"的": 60})]

        for one, other in combinations(counts, 2):
            assert LexicalEmbedding(one).name != LexicalEmbedding(other).name


class TestTerms:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("退款", ["退", "款", "=" + sound("退") + sound("款")]),
            ("退，款", ["退", "款"]),
            ("VIP", ["~<vip", "~vip>", "vip"]),
            ("go up", ["~<go>", "~<up>", "go", "up", "go up"]),
            ("AI客服", ["~<ai>", "ai", "客", "服", "=" + sound("客") + sound("服")]),
            ("_-，", []),
        ],
    )
    def test_of_a_text(self, text: str, expected: list[str]) -> None:
        assert sorted(terms(text)) == sorted(expected)


class TestTermCounts:
    def test_count_texts_the_most_frequent_first_without_the_rare(self) -> None:
        counts = TermCounts.of(["退退款", "退货", "款"], at_least=2)

        assert (counts.texts, list(counts.by_term.items())) == (3, [("款", 2), ("退", 2)])

    def test_are_read_as_they_were_written(self) -> None:
        counts = TermCounts.of(["退款 refund now", "退款 refund now"], at_least=1)

        assert TermCounts.read(counts.written()) == counts
        assert list(TermCounts.read(counts.written()).by_term) == list(counts.by_term)

    def test_of_the_bundled_bank_are_up_to_date(self, embedding: LexicalEmbedding, tmp_path: Path) -> None:
        """Where this fails, run `python benchmarks/lexical_terms.py`: the bank has changed a good deal since."""
        bank = Coach(Settings(data_dir=tmp_path)).library.banks()[0]
        texts = [document.text for question in bank.questions for document in documents_of(question)]
        now = TermCounts.of(texts, at_least=10).by_term
        then = embedding.counts.by_term

        known = [term for term, count in now.items() if then.get(term, 0) >= count / 2]

        assert len(known) >= 0.95 * len(now)


class TestSound:
    @pytest.mark.parametrize(("one", "other"), ["城诚", "福服", "座做", "啊阿"])
    def test_is_the_same_for_characters_of_one_reading(self, one: str, other: str) -> None:
        assert sound(one) == sound(other)

    @pytest.mark.parametrize(("one", "other"), ["款快", "诚慢", "是四"])
    def test_differs_for_others(self, one: str, other: str) -> None:
        assert sound(one) != sound(other)

    @pytest.mark.parametrize("character", ["龘", "A", "あ", "😀", "戶"])
    def test_of_what_is_no_common_simplified_character_is_itself(self, character: str) -> None:
        assert sound(character) == character
