"""How one text became another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.components.changes import Change, Kind, changes, shown_changes

SAME, REMOVED, ADDED = Kind
TEXTS = st.text("我先听说完，。 ab\n*~", max_size=30)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("我先听。", "我先听。", [(SAME, "我先听。")]),
        ("", "我先听。", [(ADDED, "我先听。")]),
        ("我先听完。", "我先耐心听完。", [(SAME, "我先"), (ADDED, "耐心"), (SAME, "听完。")]),
        (
            "I hear him out",
            "I calmly hear her out",
            [(SAME, "I"), (ADDED, " calmly"), (SAME, " hear "), (REMOVED, "him"), (ADDED, "her"), (SAME, " out")],
        ),
        ("不跟他吵架的", "自己他稳住的", [(REMOVED, "不跟他吵架"), (ADDED, "自己他稳住"), (SAME, "的")]),
    ],
    ids=["nothing", "the same", "all new", "a word of Chinese", "words of English", "an island joins the change"],
)
def test_changes_are_read_in_order(before: str, after: str, expected: list[tuple[Kind, str]]) -> None:
    assert list(changes(before, after)) == [Change(kind, text) for kind, text in expected]


@given(TEXTS, TEXTS)
def test_what_stayed_and_went_is_the_earlier_text_and_what_stayed_and_came_the_later(before: str, after: str) -> None:
    found = changes(before, after)
    assert "".join(one.text for one in found if one.kind is not ADDED) == before
    assert "".join(one.text for one in found if one.kind is not REMOVED) == after
    assert all(one.text for one in found)


@pytest.mark.parametrize(
    ("found", "markdown"),
    [
        ([Change(REMOVED, "，但是")], ":gray[~~，但是~~]"),
        ([Change(ADDED, " calmly ")], " :green-background[**calmly**] "),
        ([Change(SAME, "他说 "), Change(ADDED, "**粗**")], "他说 :green-background[**\\*\\*粗\\*\\***]"),
        ([Change(ADDED, "一\n\n二")], ":green-background[**一**]  \n  \n:green-background[**二**]"),
    ],
)
def test_signs_stand_around_words_alone_and_the_words_to_the_letter(found: list[Change], markdown: str) -> None:
    assert shown_changes(found) == markdown
