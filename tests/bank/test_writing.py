"""What is exported imports back the same, whatever the texts are."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.bank.entries import key_of
from coach.bank.library import assign
from coach.bank.pages import one_line, paragraphs
from coach.bank.parsing import parse
from coach.bank.question import Bank, KeyPoint, Question, Source
from coach.bank.writing import to_markdown

FIXTURE = Path(__file__).parent / "fixtures" / "reader-service.zh.md"


def bank_of(*questions: tuple[str, str, Sequence[str]], name: str = "mine") -> Bank:
    return Bank(
        name=name,
        questions=tuple(
            Question(
                id=f"{name}:q{number:02d}",
                question=question,
                answer=answer,
                key_points=tuple(
                    KeyPoint(id=f"{name}:q{number:02d}.{n}", text=text) for n, text in enumerate(points, 1)
                ),
                source=Source(kind="document"),
            )
            for number, (question, answer, points) in enumerate(questions, start=1)
        ),
    )


def read_back(bank: Bank) -> list[tuple[str, str, tuple[str, ...]]]:
    parsed = parse(to_markdown(bank))
    assert parsed.problems == ()
    return [(one.question, one.answer, one.key_points) for one in parsed.questions]


def normal(bank: Bank) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (
            one_line(question.question),
            "\n\n".join(paragraphs(question.answer)),
            tuple(one_line(point.text) for point in question.key_points),
        )
        for question in bank.questions
    ]


def test_a_bank_reads_like_a_document_that_a_person_wrote():
    bank = bank_of(("您如何安抚客户？", "先听完。\n\n再道歉。", ["倾听", "道歉"]), ("您的优点", "", []), name="客服")
    assert to_markdown(bank) == (
        "# 客服\n\n## Q1. 您如何安抚客户？\n\n参考答案：\n\n先听完。\n\n再道歉。\n\n"
        "答题要点：\n\n1. 倾听\n2. 道歉\n\n## Q2. 您的优点\n"
    )


def test_a_bank_in_english_has_english_labels():
    text = to_markdown(bank_of(("How do you calm down a caller?", "I listen.", ["listen"])))
    assert "\n\nReference answer:\n\nI listen.\n\nKey points:\n\n1. listen\n" in text


def test_an_imported_document_comes_back_the_same():
    parsed = parse(FIXTURE.read_text("utf-8"))
    bank = assign(parsed, "mine", FIXTURE.name, None)
    assert read_back(bank) == [(one.question, one.answer, one.key_points) for one in parsed.questions]


def test_a_bank_without_questions_is_its_title():
    assert to_markdown(bank_of()) == "# mine\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1. 先听", "1\\. 先听"),
        ("- 先听", "\\- 先听"),
        ("# 先听", "\\# 先听"),
        ("答题要点：", "\\答题要点："),
        ("第3题：甲", "\\第3题：甲"),
        ("一、先听", "\\一、先听"),
        ("以上为试下载部分", "\\以上为试下载部分"),
        ("a*b_c|d", "a\\*b\\_c\\|d"),
        ("先听完。", "先听完。"),
        ("满 100 减 20，共 3 件", "满 100 减 20，共 3 件"),
    ],
)
def test_only_what_would_be_misread_stands_behind_a_backslash(text: str, written: str):
    bank = bank_of(("您如何安抚客户？", text, [text]))
    assert f"\n\n{written}\n\n" in to_markdown(bank)
    assert read_back(bank) == normal(bank)


PIECES = [
    *(
        "#",
        "## ",
        " ",
        "\n",
        "\r\n",
        "\f",
        "1.",
        "1、",
        "（1）",
        "①",
        "-",
        "*",
        "**",
        "•",
        "答题要点",
        "：",
        ":",
        "参考答案",
        "【",
        "】",
    ),
    *(
        "目录",
        "？",
        "?",
        "第3题",
        "Q3.",
        "问：",
        "A:",
        "A",
        "…",
        "...3",
        "3",
        "- 3 -",
        "第 3 页",
        "---",
        "|",
        "\\",
        "一、",
        "二、",
    ),
    *(
        "以上内容仅为本文档的试下载部分",
        "for the full document visit http://x.y",
        "下载或阅读全文，请访问：",
        "[a](b)",
        "<http://a>",
    ),
    *(
        "<br>",
        "您如何处理",
        "请谈谈",
        "倾听",
        "a",
        "B",
        "_",
        "`",
        ">",
        "\u200b",
        "\ufeff",
        "\x85",
        "\u2028",
        "\u3000",
        "\t",
        "１．",
    ),
    *("第一章", "Key points", "Answer", "~", "12", ".", ")", "、", "![x](y)", "<!--", "-->", "\x1c", "e\u0301", "👩‍👧"),
]
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.text(max_size=20))
FULL_TEXTS = TEXTS.filter(lambda text: bool(one_line(text)))
BANKS = st.lists(
    st.tuples(FULL_TEXTS, TEXTS, st.lists(FULL_TEXTS, max_size=4)),
    min_size=1,
    max_size=4,
    unique_by=lambda question: key_of(one_line(question[0])),
).map(lambda questions: bank_of(*questions))


@settings(max_examples=250, deadline=None, derandomize=True)
@given(BANKS)
def test_any_texts_come_back_the_same(bank: Bank):
    assert read_back(bank) == normal(bank)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(BANKS)
def test_what_was_read_is_written_the_same_again(bank: Bank):
    once = to_markdown(bank)
    assert to_markdown(assign(parse(once), "mine", "mine.md", None)) == once
