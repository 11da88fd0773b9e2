import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from coach.critique.evidence import Answer, find_quote
from coach.folding import folded

SPOKEN = "呃那个我会先让他把话说完然后我再问清楚是哪一单出了什么问题因为不问清楚就道歉客户会觉得你在敷衍他" * 4
HARMLESS = "先听他把话都说完再谈问清楚是哪单出了什么题给个办法请主管接手回访客户心里有底"
"""Characters that turn no sentence round."""

writing = st.text(st.characters()) | st.text(
    st.sampled_from(
        "我他不会听说完道歉24一二，。！？；：“”\n\r\t .,;!?'\"-abcNOTé́ﬁ㎏…①ＡＢ\u200b\u200d\u202e👩👍🏽聽說無"
    )
)


def content(text: str) -> str:
    return folded(text)


class TestSentences:
    @given(writing)
    def test_they_stand_in_order_and_do_not_overlap(self, text: str) -> None:
        sentences = Answer(text).sentences
        assert [sentence.number for sentence in sentences] == list(range(1, len(sentences) + 1))
        assert all(one.end <= other.start for one, other in pairwise(sentences))
        assert all(sentence.start < sentence.end for sentence in sentences)

    @given(writing)
    def test_together_they_hold_every_letter_and_digit(self, text: str) -> None:
        answer = Answer(text)
        assert "".join(content(sentence.text) for sentence in answer.sentences) == content(answer.normal.text)

    @given(writing)
    def test_each_holds_a_letter_or_digit_and_can_be_found_in_the_answer_as_given(self, text: str) -> None:
        answer = Answer(text)
        for sentence in answer.sentences:
            start, end = answer.given_span(sentence)
            assert content(sentence.text)
            assert content(sentence.text) in content(text[start:end])

    @given(writing)
    def test_none_is_longer_than_can_be_read_at_a_glance(self, text: str) -> None:
        assert all(len(sentence.text) <= 240 for sentence in Answer(text * 20).sentences)

    @pytest.mark.parametrize(
        ("text", "sentences"),
        [
            ("", []),
            ("……！？", []),
            ("先听。再问！好吗？", ["先听。", "再问！", "好吗？"]),
            ("他说“别走。”我没走。", ["他说“别走。”", "我没走。"]),
            ("先听他说\n再问清楚", ["先听他说", "再问清楚"]),
            ("I listen.\r\nThen I ask.", ["I listen.", "Then I ask."]),
            ("I listen to them and\nthen I ask.", ["I listen to them and\nthen I ask."]),
            ("It costs 1.5 yuan. Fine.", ["It costs 1.5 yuan.", "Fine."]),
            ("呃……我会先听", ["呃......", "我会先听"]),
            ("一；二;三", ["一；", "二;", "三"]),
        ],
    )
    def test_they_end_where_a_reader_would_stop(self, text: str, sentences: list[str]) -> None:
        assert [sentence.text for sentence in Answer(text).sentences] == sentences

    def test_speech_without_punctuation_is_cut_where_a_speaker_takes_up_again(self) -> None:
        sentences = Answer(SPOKEN).sentences
        assert len(sentences) > 4
        assert all(sentence.text.startswith(("然后", "因为")) for sentence in sentences[1:])

    def test_those_that_a_span_touches_are_found_by_places_in_the_answer_as_given(self) -> None:
        answer = Answer("\u200b先听\u200b。\u200b再问。最后谢谢")
        start = answer.given.index("问")
        assert [sentence.number for sentence in answer.sentences_at(start, start + 1)] == [2]
        assert [sentence.number for sentence in answer.sentences_at(0, len(answer.given))] == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "says_nothing"),
    [
        ("", True),
        ("不知道", True),
        ("我不太会！", True),
        ("……？？！！～～。。。", True),
        ("\u200b\u200c\ufeff\u3164\u3164\u3164\u3164\u3164\u3164", True),
        ("我会好好听", True),
        ("我会好好听他", False),
        ("I ask", True),
        ("I'll ask", False),
    ],
)
def test_fewer_than_six_letters_or_digits_say_nothing(text: str, says_nothing: bool) -> None:
    assert Answer(text).says_nothing is says_nothing


class TestAQuoteThatStandsThere:
    @given(st.data())
    def test_any_part_of_an_answer_with_two_letters_or_digits_is_verified(self, data: st.DataObject) -> None:
        text = data.draw(writing)
        start = data.draw(st.integers(0, len(text)))
        part = text[start : data.draw(st.integers(start, len(text)))]
        evidence = find_quote(Answer(text), part)
        if len(content(part)) >= 2:
            assert evidence
            assert evidence.status == "verified"
            assert evidence.quote == part.strip()
        else:
            assert evidence is None

    @given(writing, writing)
    def test_whatever_is_found_is_what_the_answer_says_at_that_place(self, text: str, quote: str) -> None:
        evidence = find_quote(Answer(text), quote)
        if evidence:
            assert text[evidence.start : evidence.end] == evidence.quote
            assert (evidence.status == "verified") == (evidence.quote == quote.strip())

    @pytest.mark.parametrize(
        ("text", "quote", "place"),
        [
            pytest.param("👩‍💻👍🏽先听他说完", "听他说完", 6, id="emoji of several characters before it"),
            pytest.param("先\u200b听他\u200d说完", "先\u200b听他\u200d说完", 0, id="zero-width characters in both"),
            pytest.param("Cafe\u0301 calls: I listen", "Cafe\u0301 calls", 0, id="a combining accent"),
            pytest.param("先听。\r\n再问清楚。", "再问清楚", 5, id="a line end of two characters"),
            pytest.param("先聽他說完，再問清楚", "再問清楚", 6, id="traditional characters"),
            pytest.param("道歉。补偿。道歉。", "道歉", 0, id="the first of several places"),
        ],
    )
    def test_is_verified_at_its_place(self, text: str, quote: str, place: int) -> None:
        evidence = find_quote(Answer(text), quote)
        assert evidence
        assert (evidence.start, evidence.status) == (place, "verified")

    def test_is_taken_from_the_sentence_that_the_judge_names(self) -> None:
        evidence = find_quote(Answer("先道歉。再补偿。最后道歉。"), "道歉", sentence=3)
        assert evidence
        assert evidence.start == 10

    def test_is_taken_from_elsewhere_when_the_judge_names_the_wrong_sentence(self) -> None:
        evidence = find_quote(Answer("先听。再道歉。"), "道歉", sentence=1)
        assert evidence
        assert evidence.start == 4


class TestAQuoteThatNearlyStandsThere:
    @pytest.mark.parametrize(
        ("text", "quote", "shown"),
        [
            pytest.param("他说“别走”，我没走。", '他说"别走"', "他说“别走", id="straight quotes for curly ones"),
            pytest.param("I don't argue.", "I don’t argue", "I don't argue", id="a curly apostrophe"),
            pytest.param("24小时内答复", "２４小时内答复", "24小时内答复", id="full-width digits"),
            pytest.param("Keep Calm first", "keep calm first", "Keep Calm first", id="case"),
            pytest.param("先听，再问。", "先听,再问", "先听，再问", id="punctuation"),
            pytest.param("先 听 他 说 完", "先听他说完", "先 听 他 说 完", id="spaces"),
            pytest.param("先聽他說完", "先听他说完", "先聽他說完", id="traditional characters"),
            pytest.param("先\u200b听他\u202e说完", "先听他说完", "先\u200b听他\u202e说完", id="characters nobody sees"),
            pytest.param("Cafe\u0301 noir", "Café noir", "Cafe\u0301 noir", id="an accent in one character"),
            pytest.param("❤️先听他说❤️完", "先听他说❤完", "先听他说❤️完", id="an emoji without its variant"),
            pytest.param("一台 5㎏ 的锅", "5kg的锅", "5㎏ 的锅", id="one character for two"),
        ],
    )
    def test_is_repaired_where_only_spelling_differs(self, text: str, quote: str, shown: str) -> None:
        evidence = find_quote(Answer(text), quote)
        assert evidence
        assert (evidence.quote, evidence.status) == (shown, "repaired")

    @pytest.mark.parametrize(
        "quote",
        [
            pytest.param("先听他把话都讲完再谈", id="one of ten differs: 0.9"),
            pytest.param("先听他把都说完再谈", id="one of ten is left out: 0.9"),
            pytest.param("先听他把话都都说完再谈", id="one is there twice: 0.909"),
            pytest.param("先听他把话都说完再读", id="the last one differs"),
            pytest.param("光听他把话都说完再谈", id="the first one differs"),
        ],
    )
    def test_is_repaired_from_a_similarity_of_nine_tenths_on(self, quote: str) -> None:
        evidence = find_quote(Answer("碰到这种客户，我一般先听他把话都说完再谈别的。"), quote)
        assert evidence
        assert evidence.status == "repaired"
        assert evidence.quote.strip("先谈") == "听他把话都说完再"

    @pytest.mark.parametrize(
        ("text", "quote"),
        [
            pytest.param("我先听他把话说完", "我先听他把话讲完", id="one of eight differs: 0.875"),
            pytest.param("先听他把话都说完再谈", "先听他把事都讲完再谈", id="two of ten differ: 0.8"),
            pytest.param("我会先听他讲完再道歉", "先让客户把情况讲完", id="a paraphrase"),
            pytest.param("I let them finish before I speak.", "I allow customers to vent first", id="an English one"),
            pytest.param("先道歉", "先道谦", id="too short to be similar"),
            pytest.param("我会听", "他。", id="one letter proves nothing"),
            pytest.param("我会听", "", id="an empty quote"),
            pytest.param("", "我会听", id="an empty answer"),
            pytest.param("我会听", "我会听他把每一句话都说完为止", id="longer than the answer"),
        ],
    )
    def test_is_dropped_below_that(self, text: str, quote: str) -> None:
        assert find_quote(Answer(text), quote) is None

    @given(st.data())
    def test_is_never_repaired_below_nine_tenths(self, data: st.DataObject) -> None:
        letters = st.text("听说问答先后您他好客户订单道歉补偿", min_size=4, max_size=30)
        text, quote = data.draw(letters), data.draw(letters)
        evidence = find_quote(Answer(text), quote)
        if evidence:
            assert Levenshtein.normalized_similarity(quote, evidence.quote) >= 0.9

    @given(st.data())
    def test_is_always_repaired_with_one_slip_in_ten_letters_or_more(self, data: st.DataObject) -> None:
        said = data.draw(st.lists(st.sampled_from(HARMLESS), min_size=10, max_size=30, unique=True))
        at = data.draw(st.integers(0, len(said) - 1))
        letter = data.draw(st.sampled_from(["", "謎", said[at] * 2]))
        quote = [*said[:at], letter, *said[at + 1 :]]
        assert find_quote(Answer("嗯嗯" + "".join(said) + "对对"), "".join(quote))

    @pytest.mark.parametrize(
        ("text", "quote"),
        [
            ("碰到这种情况我会马上向客户道歉", "碰到这种情况我不会马上向客户道歉"),
            ("碰到这种情况我不会马上向客户道歉", "碰到这种情况我一会马上向客户道歉"),
            ("碰到這種情況我沒有馬上向客戶道歉", "碰到这种情况我也有马上向客户道歉"),
            ("我们承诺在24小时以内答复每位客户", "我们承诺在48小时以内答复每位客户"),
            ("我们承诺在两天以内答复每一位客户", "我们承诺在三天以内答复每一位客户"),
            ("补偿1.5倍的运费给客户", "补偿15倍的运费给客户"),
            ("I would not refund the customer right away", "I would refund the customer right away"),
            ("I would refund the customer right away", "I would not refund the customer right away"),
            ("I can't promise a refund to every customer", "I can promise a refund to every customer"),
            ("I cant promise a refund to every customer", "I can promise a refund to every customer"),
            ("I will call the customer back within 2 hours", "I will call the customer back within 3 hours"),
            ("I will call the customer back within two hours", "I will call the customer back within ten hours"),
            ("The customer was notable to me at once", "The customer was not able to me at once"),
        ],
    )
    def test_is_never_repaired_over_a_negation_or_a_number(self, text: str, quote: str) -> None:
        assert find_quote(Answer(text), quote) is None

    def test_takes_no_time_however_long_it_is(self) -> None:
        long = "先听他说完再问清楚" * 600
        assert find_quote(Answer(long), long[:2500] + "谜" * 20 + long[2520:5000])
        assert find_quote(Answer(long), "完说他听先" * 1000) is None


@given(writing)
def test_a_judge_is_shown_nothing_that_nobody_sees(text: str) -> None:
    shown = Answer(text).normal.text
    assert not [one for one in shown if unicodedata.category(one) in {"Cf", "Co", "Cs"}]
    assert not [one for one in shown if unicodedata.category(one) == "Cc" and one != "\n"]
