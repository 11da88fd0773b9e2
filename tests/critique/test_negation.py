"""What counts as a negation, by example."""

import pytest

from coach.critique.negation import is_negative


@pytest.mark.parametrize(
    ("text", "negative"),
    [
        ("我不会道歉", True),
        ("我从不还嘴", True),
        ("没打断他", True),
        ("I would never argue", True),
        ("I don't argue", True),
        ("我会道歉", False),
        ("我不会不道歉", False),
        ("不仅道歉，还补发", False),
        ("后来还来不来买", False),
        ("看他愿意不愿意等", False),
        ("在不在价保期", False),
        ("不过草稿我先自己看一遍", False),
        ("特别认真地听", False),
        ("no problem, I apologise", False),
    ],
)
def test_a_negation_is_told_from_what_only_looks_like_one(text: str, negative: bool) -> None:
    assert is_negative(text) is negative
