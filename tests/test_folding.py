import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.folding import Folded, fold, folded, is_chinese, normalise, simplified

any_text = st.text(st.characters())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("先聽客戶說完，瞭解問題", "先听客户说完了解问题", id="traditional and simplified"),
        pytest.param("ＡＢＣ１２３", "abc123", id="full and half width, capitals"),
        pytest.param("先 听\t他\r\n说！", "先听他说", id="spaces, line ends and punctuation"),
        pytest.param("先\u200b听\u202e他\ufe0f\u3164说", "先听他说", id="characters nobody sees"),
        pytest.param("cafe\u0301", "Café", id="an accent in one character and in two"),
        pytest.param("\u1112\u1161\u11ab", "한", id="a Korean syllable in one character and in three"),
        pytest.param("5㎏①ﬁ", "5kg1fi", id="one character for several"),
        pytest.param("沿著", "沿着", id="a variant that depends on its use"),
        pytest.param("👩‍💻❤️", "", id="pictures"),
    ],
)
def test_two_spellings_of_one_text_fold_to_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@given(any_text)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(any_text)
def test_a_folded_text_holds_letters_and_digits_only(text: str) -> None:
    assert all(one.isalnum() for one in folded(text))


@pytest.mark.parametrize("folding", [normalise, fold])
@given(text=any_text)
def test_every_character_knows_where_it_came_from(folding: object, text: str) -> None:
    result = folding(text)
    assert isinstance(result, Folded)
    assert list(result.places) == sorted(result.places)
    assert len(result.places) == len(result.text) + 1
    assert result.places[-1] == len(text)
    for place, one in enumerate(result.text):
        start, end = result.span(place, place + 1)
        assert end == start + 1
        assert one in folding(text[start:end]).text


def test_a_span_points_into_the_text_as_it_was_given() -> None:
    given_text = "\ufeff先聽 ㎏完"
    result = fold(given_text)
    assert result.text == "先听kg完"
    assert given_text[slice(*result.span(0, 2))] == "先聽"
    assert given_text[slice(*result.span(2, 3))] == "㎏"
    assert given_text[slice(*result.span(0, 5))] == "先聽 ㎏完"


@pytest.mark.parametrize(("start", "end"), [(0, 0), (1, 1), (2, 1), (-1, 1), (0, 3)])
def test_a_span_that_is_empty_or_outside_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no span"):
        fold("先听").span(start, end)


@given(any_text)
def test_a_normalised_text_holds_nothing_that_nobody_sees(text: str) -> None:
    shown = normalise(text).text.replace("\n", "")
    assert not [one for one in shown if unicodedata.category(one) in {"Cc", "Cf", "Co", "Cs"}]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("先听，再问。“好”！", "先听，再问。“好”！"),
        ("Ａ\u3000Ｂ", "A B"),
        ("一\t二\r\n三", "一 二 \n三"),
        ("\u202e到答已\u202c", "到答已"),
        ("❤️\U000e0101好", "❤好"),
        ("\U000e0041\U000e0042好", "好"),
    ],
)
def test_normalising_keeps_what_a_reader_sees(text: str, normal: str) -> None:
    assert normalise(text).text == normal


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("我会先听", True),
        ("我会用 CRM 系统", True),
        ("The buyer wrote 你好", False),
        ("I listen", False),
        ("", False),
        ("123", False),
    ],
)
def test_the_language_of_a_text_is_the_one_that_most_of_it_is_in(text: str, chinese: bool) -> None:
    assert is_chinese(text) is chinese


def test_a_lone_half_of_a_character_stops_nobody():
    assert simplified("體\udcff") == "体\ufffd"
