"""The import of question banks: every shape that a bank comes in, and what is said about a faulty one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from coach.bank.pages import MAX_LINES
from coach.bank.parsing import ParsedBank, ParsedQuestion, parse
from coach.bank.problems import ProblemKind
from coach.errors import DocumentError

FIXTURE = Path(__file__).parent / "fixtures" / "reader-service.zh.md"
REAL = Path(__file__).parents[2].parent / "shared" / "source" / "customer-service-question-bank.zh.md"
NOTICE_WORDS = ("试下载", "阅读全文", "可阅读页数", "请访问", "http", "full document")


def counts(bank: ParsedBank) -> tuple[int, int, int]:
    """Questions, questions with a reference, key points."""
    with_reference = sum(bool(question.answer or question.key_points) for question in bank.questions)
    return len(bank.questions), with_reference, sum(len(question.key_points) for question in bank.questions)


def only(text: str) -> ParsedQuestion:
    bank = parse(text)
    assert bank.problems == ()
    (question,) = bank.questions
    return question


def points(text: str) -> tuple[str, ...]:
    """The key points of a question whose list is this text."""
    return only(f"## 1. 您如何安抚客户？\n\n我先听。\n\n答题要点：\n\n{text}\n").key_points


def questions(bank: ParsedBank) -> list[str]:
    return [question.question for question in bank.questions]


def faults(text: str) -> list[tuple[int, ProblemKind]]:
    return [(problem.line, problem.kind) for problem in parse(text).problems]


class TestAWholeDocument:
    def test_comes_out_whole_with_all_its_quirks(self):
        bank = parse(FIXTURE.read_text("utf-8"))
        assert counts(bank) == (14, 6, 20)
        assert bank.problems == ()
        assert [question.number for question in bank.questions] == list(range(1, 15))
        assert [len(question.key_points) for question in bank.questions[:7]] == [3, 4, 4, 3, 3, 3, 0]

    def test_keeps_paragraphs_and_says_where_a_question_stands(self):
        bank = parse(FIXTURE.read_text("utf-8"))
        first, *_, last = bank.questions
        assert first.question == "请谈谈您对读者服务工作的理解。"
        assert (first.line, last.line) == (29, 27)
        assert len(first.answer.split("\n\n")) == 2
        assert first.answer.startswith("我在社区书屋")
        assert first.answer.endswith("才说明服务到了位。")

    def test_takes_a_reference_that_begins_in_the_middle_as_it_is(self):
        assert parse(FIXTURE.read_text("utf-8")).questions[4].answer.startswith("另外，我会把等待变得看得见")

    def test_has_nothing_of_the_closing_download_notice(self):
        bank = parse(FIXTURE.read_text("utf-8"))
        assert bank.questions[5].key_points[-1] == "请视障读者一起设计活动。"
        assert not any(word in bank.model_dump_json() for word in NOTICE_WORDS)

    @pytest.mark.skipif(not REAL.is_file(), reason="the customer's document is not beside this checkout")
    def test_of_a_customer_comes_out_whole(self):
        bank = parse(REAL.read_text("utf-8"))
        assert counts(bank) == (60, 11, 63)
        assert bank.problems == ()
        assert not any(word in bank.model_dump_json() for word in NOTICE_WORDS)

    def test_in_traditional_chinese_comes_out_the_same(self):
        bank = parse(OpenCC("s2twp").convert(FIXTURE.read_text("utf-8")))
        assert counts(bank) == (14, 6, 20)
        assert bank.problems == ()

    @pytest.mark.parametrize("line_end", ["\r\n", "\r", "\u2028"])
    def test_may_end_its_lines_in_any_way(self, line_end: str):
        text = FIXTURE.read_text("utf-8")
        assert parse(text.replace("\n", line_end)) == parse(text)

    def test_may_begin_with_a_byte_order_mark(self):
        assert only("\ufeff1. 您如何安抚客户？").question == "您如何安抚客户？"


ASKED = ["您如何安抚客户？", "请谈谈您的优点。", "客户要求退款，您怎么办？"]


class TestWhatBeginsAQuestion:
    @pytest.mark.parametrize(
        "mark",
        [
            "## {}. ",
            "#### {}. ",
            "##{}.",
            "# {}、",
            "{}. ",
            "{}.",
            "{}、",
            "{}）",
            "({}) ",
            "（{}）",
            "第{}题：",
            "第 {} 题 ",
            "【第{}题】",
            "## 第{}题 ",
            "Q{}. ",
            "Q{}：",
            "### Q{} ",
            "问题{}：",
            "题目{}、",
            "**{}.** ",
            "Question {}: ",
        ],
    )
    def test_is_a_mark_of_any_form(self, mark: str):
        blocks = [
            f"{mark.format(number)}{asked}\n参考答案：\n先听完。\n答题要点：\n- 倾听\n- 道歉"
            for number, asked in enumerate(ASKED, start=1)
        ]
        bank = parse("\n\n".join(blocks))
        assert bank.problems == ()
        assert [(one.question, one.answer, one.key_points, one.number) for one in bank.questions] == [
            (asked, "先听完。", ("倾听", "道歉"), number) for number, asked in enumerate(ASKED, start=1)
        ]

    @pytest.mark.parametrize("mark", ["{}、", "第{}题：", "（{}）", "{}."])
    def test_may_count_in_chinese(self, mark: str):
        text = "\n\n".join(
            f"{mark.format(number)}{asked}\n\n先听完。\n\n要点：\n1. 倾听"
            for number, asked in zip("一二三", ASKED, strict=True)
        )
        bank = parse(text)
        assert (questions(bank), [one.number for one in bank.questions]) == (ASKED, [1, 2, 3])

    @pytest.mark.parametrize(
        "mark", ["１．", "２、", "Ｑ３．", "第４题：", "（５）", "③", "二十三、", "第一百零二题："]
    )
    def test_may_be_of_any_width(self, mark: str):
        question = only(f"{mark}您如何安抚客户？")
        assert question.question == "您如何安抚客户？"
        assert question.number == {
            "１．": 1,
            "２、": 2,
            "Ｑ３．": 3,
            "第４题：": 4,
            "（５）": 5,
            "③": 3,
            "二十三、": 23,
        }.get(mark, 102)

    def test_may_be_a_word_without_a_number(self):
        bank = parse("问：您如何安抚客户？\n答：先听完。\n\nQ：请谈谈您的优点。\nA1：我有耐心。")
        assert [(one.question, one.answer, one.number) for one in bank.questions] == [
            ("您如何安抚客户？", "先听完。", None),
            ("请谈谈您的优点。", "我有耐心。", None),
        ]

    def test_may_be_a_bare_heading_that_asks(self):
        bank = parse(
            "# 面试题库\n\n## 您如何安抚客户？\n\n先听完。\n\n## 自我介绍\n\n我叫小李。\n\n答题要点：\n\n- 姓名"
        )
        assert [(one.question, one.answer) for one in bank.questions] == [
            ("您如何安抚客户？", "先听完。"),
            ("自我介绍", "我叫小李。"),
        ]

    def test_is_not_a_title_that_asks(self):
        assert questions(parse("# 面试怎么准备？\n\n## 1. 甲是什么？\n\n## 2. 乙是什么？")) == [
            "甲是什么？",
            "乙是什么？",
        ]
        assert only("# 您如何安抚客户？\n\n先听完。").answer == "先听完。"

    def test_may_be_decorated(self):
        text = (
            "### **Q1：您如何安抚客户？**（10分）\n\n**📝 参考答案：**\n先听完。\n\n"
            "**✅ 答题要点：**\n- **1. 倾听**：不打断\n  - 点头\n  - 记录\n- **2. 道歉**\n\n"
            "---\n\n### **自我介绍**\n\n**📝 参考答案：** 我叫小李。"
        )
        bank = parse(text)
        assert [(one.question, one.answer, one.key_points) for one in bank.questions] == [
            ("您如何安抚客户？（10分）", "先听完。", ("倾听：不打断：点头；记录", "道歉")),
            ("自我介绍", "我叫小李。", ()),
        ]

    def test_may_be_nothing_but_a_line_that_asks_above_a_label(self):
        bank = parse(
            "您如何安抚客户？\n参考答案：先听完。\n答题要点：倾听\n您怎样道歉？\n参考答案：说清楚。\n答题要点：具体"
        )
        assert questions(bank) == ["您如何安抚客户？", "您怎样道歉？"]

    def test_changes_from_one_question_to_the_next(self):
        bank = parse(
            "## 1. 甲是什么？\n\n答甲\n\n#### 2. 乙是什么？\n\n答乙\n\n3. 丙是什么？\n\n答丙\n\n# 4. 丁是什么？\n\n答丁"
        )
        assert [(one.number, one.answer) for one in bank.questions] == [
            (1, "答甲"),
            (2, "答乙"),
            (3, "答丙"),
            (4, "答丁"),
        ]

    def test_may_stand_in_sections_with_numbers_of_their_own(self):
        bank = parse(
            "一、服务意识\n1. 您如何安抚客户？\n2. 您怎样道歉？\n\n"
            "二、投诉处理\n1. 客户要求退款，您怎么办？\n2. 如何跟进？"
        )
        assert len(bank.questions) == 4
        assert bank.problems == ()
        chapters = parse("# 第一章 服务\n\n## 1. 甲是什么？\n\n答甲\n\n# 第二章 投诉\n\n## 1. 乙是什么？\n\n答乙")
        assert (questions(chapters), chapters.problems) == (["甲是什么？", "乙是什么？"], ())

    def test_may_stand_in_sections_without_asking(self):
        text = (
            "一、个人\n1. 自我介绍\n答题要点：\n- 姓名\n2. 优缺点\n答题要点：\n- 诚实\n"
            "二、情景\n1. 压力管理\n答题要点：\n- 休息\n"
        )
        bank = parse(text)
        assert (questions(bank), bank.problems) == (["自我介绍", "优缺点", "压力管理"], ())
        assert [one.key_points for one in bank.questions] == [("姓名",), ("诚实",), ("休息",)]

    def test_need_not_ask_where_its_number_is_the_next_one_of_its_kind(self):
        text = (
            "一、自我介绍\n我叫小李。\n答题要点：\n1. 姓名\n2. 经历\n"
            "二、职业规划\n分两步：\n1. 短期\n2. 长期\n答题要点：\n1. 具体\n"
        )
        bank = parse(text)
        assert (questions(bank), bank.problems) == (["自我介绍", "职业规划"], ())
        assert bank.questions[1].answer == "分两步：\n\n1. 短期\n\n2. 长期"

    def test_is_not_the_last_key_point_before_the_next_question(self):
        text = (
            "## 1. 甲是什么？\n\n要点：\n一、倾听\n二、道歉\n\n## 2. 乙是什么？\n\n要点：\n一、跟进\n\n## 3. 丙是什么？"
        )
        assert [one.key_points for one in parse(text).questions] == [("倾听", "道歉"), ("跟进",), ()]

    def test_is_not_an_item_behind_nested_ones(self):
        text = "1. 甲是什么？\n要点：\n1. 安抚\n- 倾听\n2. 跟进\n3. 您还需要什么？\n2. 乙是什么？\n要点：\n1. 复盘"
        assert [one.key_points for one in parse(text).questions] == [
            ("安抚：倾听", "跟进", "您还需要什么？"),
            ("复盘",),
        ]

    def test_is_not_an_item_of_a_list_inside_an_answer(self):
        text = (
            "## 1. 您如何安抚客户？\n\n我会问三件事：\n\n"
            "1. 您遇到了什么？\n2. 您希望怎么解决？\n3. 何时方便回电？\n\n答题要点：\n\n- 提问"
        )
        question = only(text)
        assert question.answer.split("\n\n")[1:] == ["1. 您遇到了什么？", "2. 您希望怎么解决？", "3. 何时方便回电？"]
        assert question.key_points == ("提问",)

    def test_is_not_an_item_of_a_list_inside_an_answer_of_a_bare_document(self):
        text = (
            "1. 您如何安抚客户？\n我会：\n1. 先听\n2. 再问\n答题要点：\n1、倾听\n2、提问\n"
            "2. 您怎样道歉？\n答题要点：\n1、具体"
        )
        bank = parse(text)
        assert [(one.question, one.key_points) for one in bank.questions] == [
            ("您如何安抚客户？", ("倾听", "提问")),
            ("您怎样道歉？", ("具体",)),
        ]
        assert bank.questions[0].answer == "我会：\n\n1. 先听\n\n2. 再问"

    def test_is_seen_behind_key_points_that_are_numbered_alike(self):
        text = (
            "1. 您如何安抚客户？\n答题要点：\n1. 倾听\n"
            "2. 您怎样道歉？\n答题要点：\n1. 具体\n2. 及时\n"
            "3. 谈谈您的优点\n答题要点：\n1. 诚实"
        )
        bank = parse(text)
        assert [(one.number, one.key_points) for one in bank.questions] == [
            (1, ("倾听",)),
            (2, ("具体", "及时")),
            (3, ("诚实",)),
        ]

    def test_is_not_a_key_point_among_others_that_ask(self):
        text = "1. 甲是什么？\n要点：\n1. 您遇到了什么？\n2. 您希望怎么解决？\n3. 何时方便回电？"
        assert len(only(text).key_points) == 3

    def test_is_not_a_line_of_an_answer_that_repeats_an_earlier_one(self):
        text = (
            "目录\n1. 甲是什么？\n2. 乙是什么？\n\n## 1. 甲是什么？\n\n答甲\n\n## 2. 乙是什么？\n\n甲是什么？\n\n答乙"
        )
        assert [one.answer for one in parse(text).questions] == ["答甲", "甲是什么？\n\n答乙"]

    def test_is_not_a_deeper_heading_inside_an_answer(self):
        question = only(
            "## 3. 您如何安抚客户？\n\n### 1. 倾听\n\n先听完。\n\n### 2. 道歉\n\n说清楚。\n\n### 小结\n\n要快。"
        )
        assert question.answer.split("\n\n") == ["1. 倾听", "先听完。", "2. 道歉", "说清楚。", "小结", "要快。"]


REFERENCE_LABELS = [
    *(
        "参考答案：",
        "【参考答案】",
        "### 参考答案",
        "**参考答案：**",
        "**参考答案**：",
        "[参考答案]",
        "（参考答案）",
        "- 参考答案：",
    ),
    *(
        "参考答案",
        "参考答案如下：",
        "參考答案：",
        "参考回答：",
        "示例回答：",
        "标准答案:",
        "参考话术：",
        "答案：",
        "答：",
        "📝 参考答案：",
    ),
    *("Answer:", "Reference answer", "## Sample Answer", "A："),
]
POINT_LABELS = [
    *(
        "答题要点：",
        "答题要点",
        "答题要点:",
        "要点：",
        "要点",
        "参考要点：",
        "关键点：",
        "得分点：",
        "评分要点：",
        "答题要点如下：",
    ),
    *(
        "【答题要点】",
        "（答题要点）",
        "「要点」",
        "[要点]",
        "### 答题要点：",
        "#### 要点",
        "**答题要点**",
        "**答题要点：**",
        "__答题要点__：",
    ),
    *("答题要点（共3点）：", "二、答题要点", "（二）答题要点：", "- 答题要点：", "＊答题要点：", "✅ **答题要点**"),
    *("答題要點：", "參考要點", "【答題要點】", "Key points:", "Key Points", "**KEY POINTS**"),
]


class TestLabels:
    @pytest.mark.parametrize("label", REFERENCE_LABELS)
    def test_of_a_reference_come_in_any_form(self, label: str):
        assert only(f"## 1. 您如何安抚客户？\n\n{label}\n\n先听完。\n\n答题要点：\n\n- 倾听").answer == "先听完。"

    @pytest.mark.parametrize("label", [label for label in REFERENCE_LABELS if label.rstrip("*")[-1] in "：:】]"])
    def test_of_a_reference_may_have_it_on_the_same_line(self, label: str):
        assert only(f"## 1. 您如何安抚客户？\n{label}先听完。\n再道歉。").answer == "先听完。\n\n再道歉。"

    @pytest.mark.parametrize("label", POINT_LABELS)
    @pytest.mark.parametrize("gap", ["\n", "\n\n"])
    def test_of_key_points_come_in_any_form(self, label: str, gap: str):
        question = only(f"## 1. 您如何安抚客户？{gap}先听完。{gap}{label}{gap}1. 倾听\n2. 道歉\n")
        assert (question.answer, question.key_points) == ("先听完。", ("倾听", "道歉"))

    def test_may_be_left_out_before_the_reference(self):
        assert only("## 1. 您如何安抚客户？\n\n先听完。\n\n再道歉。").answer == "先听完。\n\n再道歉。"

    def test_may_come_with_the_key_points_first(self):
        question = only("## 1. 您如何安抚客户？\n\n【答题要点】\n1. 倾听\n\n【参考答案】\n先听完。")
        assert (question.answer, question.key_points) == ("先听完。", ("倾听",))

    @pytest.mark.parametrize(
        "line", ["要点是先听完。", "答案不止一个。", "回答要简短：先听。", "Answer the customer first.", "A. 先听完。"]
    )
    def test_are_not_seen_in_a_sentence(self, line: str):
        assert only(f"## 1. 您如何安抚客户？\n\n{line}").answer == line


class TestKeyPoints:
    @pytest.mark.parametrize(
        "mark",
        [
            "{}. ",
            "{}.",
            "{}、",
            "({})",
            "（{}）",
            "{}）",
            "{}) ",
            "{}：",
            "- ",
            "* ",
            "+ ",
            "-",
            "•",
            "• ",
            "· ",
            "● ",
            "■ ",
            "➢ ",
            "\uf0b7 ",
        ],
    )
    def test_are_marked_in_any_way(self, mark: str):
        assert points("\n".join(mark.format(n) + text for n, text in enumerate(["倾听", "道歉", "跟进"], start=1))) == (
            "倾听",
            "道歉",
            "跟进",
        )

    @pytest.mark.parametrize(
        "marks",
        [
            "①②③",
            "❶❷❸",
            "⑴⑵⑶",
            "⒈⒉⒊",
            ("一、", "二、", "三、"),
            ("１．", "２．", "３．"),
            ("（一）", "（二）", "（三）"),
        ],
    )
    def test_are_marked_with_any_digits(self, marks: str):
        assert points("\n".join(mark + text for mark, text in zip(marks, ["倾听", "道歉", "跟进"], strict=True))) == (
            "倾听",
            "道歉",
            "跟进",
        )

    def test_need_no_mark(self):
        assert points("倾听客户\n及时道歉\n说明时限") == ("倾听客户", "及时道歉", "说明时限")

    @pytest.mark.parametrize(
        "line",
        [
            "1. 倾听 2. 道歉 3. 跟进",
            "①倾听②道歉③跟进",
            "（1）倾听（2）道歉（3）跟进",
            "1、倾听；2、道歉；3、跟进",
            "倾听；道歉；跟进",
        ],
    )
    def test_may_stand_in_one_line_behind_their_label(self, line: str):
        (question,) = parse(f"## 1. 您如何安抚客户？\n答题要点：{line}").questions
        assert [point.rstrip("；") for point in question.key_points] == ["倾听", "道歉", "跟进"]

    def test_may_stand_in_one_line_with_circled_digits(self):
        assert points("①倾听；②道歉；③跟进。") == ("倾听；", "道歉；", "跟进。")

    @pytest.mark.parametrize(
        "gap",
        [
            "\n\n",
            "\n\n\n\n",
            "\n\f",
            "\n\n\f\n\n",
            "\n- 3 -\n",
            "\n\n- 3 -\n\n",
            "\n第 3 页\n",
            "\n第3页 共20页\f\n",
            "\n— 3 —\n",
            "\n12\n",
            "\n---\n",
        ],
    )
    def test_go_on_behind_blank_lines_and_page_breaks(self, gap: str):
        assert points(f"1. 倾听{gap}2. 道歉{gap}3. 跟进") == ("倾听", "道歉", "跟进")

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("- 安抚：\n  - 倾听\n  - 道歉\n- 跟进", ("安抚：倾听；道歉", "跟进")),
            ("- 安抚\n    * 倾听；\n    * 道歉。\n- 跟进", ("安抚：倾听；道歉。", "跟进")),
            ("1. 安抚\n- 倾听\n- 道歉\n2. 跟进", ("安抚：倾听；道歉", "跟进")),
            ("1. 安抚\n\n   - 倾听\n\n   - 道歉\n\n2. 跟进", ("安抚：倾听；道歉", "跟进")),
            ("1、安抚\n（1）倾听\n（2）道歉\n2、跟进", ("安抚：倾听；道歉", "跟进")),
            ("一、安抚\n1. 倾听\n2. 道歉\n二、跟进", ("安抚：倾听；道歉", "跟进")),
            ("1. 安抚\n1) 倾听\n2) 道歉\n2. 跟进", ("安抚：倾听；道歉", "跟进")),
            ("- Calm down\n\t- listen\n\t- apologise\n- Follow up", ("Calm down: listen; apologise", "Follow up")),
        ],
    )
    def test_that_are_nested_belong_to_their_parent(self, text: str, expected: tuple[str, ...]):
        assert points(text) == expected

    @pytest.mark.parametrize(
        "text", ["1、倾听\n2. 道歉\n3、跟进", "1. 倾听\n1. 道歉\n1. 跟进", "1. 倾听\n    2. 道歉\n3. 跟进"]
    )
    def test_are_not_nested_where_they_are_only_untidy(self, text: str):
        assert points(text) == ("倾听", "道歉", "跟进")

    @pytest.mark.parametrize("gap", ["\n", "\n  ", "\n\n   "])
    def test_go_on_in_lines_without_a_mark(self, gap: str):
        assert points(f"1. 先听完，{gap}再道歉\n2. 跟进") == ("先听完，再道歉", "跟进")
        assert points(f"1. listen{gap}to the end\n2. follow up") == ("listen to the end", "follow up")

    def test_take_the_text_behind_a_mark_that_stands_alone(self):
        assert points("1.\n倾听\n2.\n道歉") == ("倾听", "道歉")

    def test_without_marks_may_begin_with_an_enumeration(self):
        assert points("一、二线城市次日送达\n三、四线城市隔日送达") == ("一、二线城市次日送达", "三、四线城市隔日送达")

    def test_have_no_introduction_among_them(self):
        assert points("回答时应包含以下几点：\n1. 倾听\n2. 道歉") == ("倾听", "道歉")

    def test_lose_bold_letters_and_links_but_no_other_signs(self):
        text = "1. **倾听**：不插嘴\n2. [道歉](https://example.org)\n3. 号码写成 138****1234\n4. 打 9.5 折，满 100-20"
        assert points(text) == ("倾听：不插嘴", "道歉", "号码写成 138****1234", "打 9.5 折，满 100-20")

    def test_are_not_cut_at_numbers_inside_a_sentence(self):
        assert points("1. 3.5 折以下要审批\n2. 一、二线城市次日送达\n3. 2 小时内回电") == (
            "3.5 折以下要审批",
            "一、二线城市次日送达",
            "2 小时内回电",
        )


class TestTheContents:
    LISTED = ("1. 您如何安抚客户？", "2. 请谈谈您的优点。", "3. 您怎样道歉？")
    BODY = "## 1. 您如何安抚客户？\n\n先听完。\n\n答题要点：\n\n- 倾听\n\n## 3. 您怎样道歉？\n\n说清楚。"

    @pytest.mark.parametrize(
        "label",
        [
            "## 目录",
            "目录",
            "目  录",
            "目錄",
            "**目录**",
            "【目录】",
            "Contents",
            "# Table of contents",
            "题目列表：",
            "目录：",
            "",
        ],
    )
    @pytest.mark.parametrize(
        "page",
        [
            lambda _: "",
            lambda n: f"......{n}",
            lambda n: f" …………… {n}",
            lambda n: f"\t{n}",
            lambda n: f" {n}",
            lambda n: f"···· {n}",
        ],
        ids=["none", "dots", "ellipses", "tab", "space", "middle dots"],
    )
    def test_list_questions_that_stand_once_in_the_bank(self, label: str, page: Callable[[int], str]):
        listed = "\n".join(f"{entry}{page(n)}" for n, entry in enumerate(self.LISTED, start=1))
        bank = parse(f"# 题库\n\n{label}\n\n{listed}\n\n{self.BODY}")
        assert bank.problems == ()
        assert [(one.question, one.answer, one.number) for one in bank.questions] == [
            ("您如何安抚客户？", "先听完。", 1),
            ("请谈谈您的优点。", "", 2),
            ("您怎样道歉？", "说清楚。", 3),
        ]

    @pytest.mark.parametrize(
        "mark", ["- {}", "* [{}](#anchor)", "第{n}题：{}", "{n}）{}", "Q{n}. {}", "{}", "- [{n}. {}](#a)"]
    )
    def test_may_be_marked_in_any_way(self, mark: str):
        listed = "\n".join(mark.format(entry[3:], n=n) for n, entry in enumerate(self.LISTED, start=1))
        bank = parse(f"## 目录\n\n{listed}\n\n{self.BODY}")
        assert (questions(bank), bank.problems) == ([entry[3:] for entry in self.LISTED], ())

    def test_are_left_where_the_questions_begin_again(self):
        listed = "\n".join(self.LISTED)
        bank = parse(
            f"目录\n{listed}\n1. 您如何安抚客户？\n先听完。\n要点：\n1. 倾听\n"
            "3. 您怎样道歉？\n说清楚。\n要点：\n1. 具体"
        )
        assert [(one.question, one.answer) for one in bank.questions] == [
            ("您如何安抚客户？", "先听完。"),
            ("请谈谈您的优点。", ""),
            ("您怎样道歉？", "说清楚。"),
        ]
        assert bank.problems == ()

    def test_may_have_chapters(self):
        text = (
            "目录\n一、服务 ...... 1\n1. 您如何安抚客户？ ...... 1\n二、沟通 ...... 5\n2. 请谈谈您的优点。 ...... 5\n\n"
            "## 1. 您如何安抚客户？\n\n先听完。"
        )
        assert questions(parse(text)) == ["您如何安抚客户？", "请谈谈您的优点。"]

    def test_of_chapters_only_are_not_questions(self):
        bank = parse("## 目录\n\n1. 前言\n2. 面试技巧\n3. 题库\n\n## 题库\n\n### 1. 您如何安抚客户？\n\n先听完。")
        assert questions(bank) == ["您如何安抚客户？"]

    def test_may_be_all_there_is(self):
        bank = parse("# 常见面试题\n\n1. 您如何安抚客户？\n2. 您的优点\n3. 您怎样道歉？\n")
        assert (counts(bank), bank.problems) == ((3, 0, 0), ())

    def test_may_stand_at_the_end(self):
        bank = parse(f"{self.BODY}\n\n## 目录\n\n" + "\n".join(self.LISTED))
        assert sorted(questions(bank)) == sorted(entry[3:] for entry in self.LISTED)
        assert bank.questions[0].answer == "先听完。"
        assert bank.problems == ()


class TestPages:
    def test_sentences_that_a_page_was_too_narrow_for_are_joined(self):
        text = (
            "1. 您如何安抚情绪失控的客户？\n"
            "我会先请客户坐下，等他把事情从头到尾说完，中间不插话也不辩解，只在他停\n"
            "下来的时候点头。然后复述一遍，请他看看有没有说漏的地方。\n"
            "答题要点：\n"
            "1. 先请客户坐下来，把事情从头到尾说完，中间不插话也不辩解，让他感到受了\n"
            "重视\n"
            "2. 复述一遍\n"
        )
        question = only(text)
        assert question.answer == (
            "我会先请客户坐下，等他把事情从头到尾说完，中间不插话也不辩解，只在他停下来的时候点头。"
            "然后复述一遍，请他看看有没有说漏的地方。"
        )
        assert question.key_points == (
            "先请客户坐下来，把事情从头到尾说完，中间不插话也不辩解，让他感到受了重视",
            "复述一遍",
        )

    def test_words_of_latin_script_are_joined_with_a_space(self):
        text = (
            "1. How do you calm down a caller who has been transferred four times\n"
            "already?\n"
            "I say that four transfers are three too many, and that I will stay on\n"
            "the line. Then I repeat what the notes say.\n"
        )
        question = only(text)
        assert question.question == "How do you calm down a caller who has been transferred four times already?"
        assert question.answer == (
            "I say that four transfers are three too many, and that I will stay on the line. "
            "Then I repeat what the notes say."
        )

    def test_a_full_line_that_ends_a_sentence_ends_its_paragraph(self):
        line = "我会先请客户坐下，等他把事情从头到尾说完，中间不插话也不辩解，只在停下来点头。"
        assert only(f"1. 您如何安抚客户？\n{line}\n然后复述一遍。").answer == f"{line}\n\n然后复述一遍。"

    def test_half_a_character_is_left_out(self):
        assert only("1. 您如何\ud800安抚客户？").question == "您如何安抚客户？"

    def test_short_lines_are_paragraphs_of_their_own(self):
        assert only("1. 您如何安抚客户？\n先听完\n再道歉\n后跟进").answer == "先听完\n\n再道歉\n\n后跟进"

    def test_a_sentence_goes_on_over_the_edge_of_a_page(self):
        line = "我会先请客户坐下，等他把事情从头到尾说完，中间不插话也不辩解，只在他停"
        assert only(f"1. 您如何安抚客户？\n{line}\n\n- 3 -\n\f\n下来的时候点头。").answer == f"{line}下来的时候点头。"

    def test_running_headers_and_footers_are_left_out(self):
        pages = ["1. 您如何安抚客户？\n我先听完。", "再道歉。\n答题要点：\n1. 倾听", "2. 道歉", "3. 跟进\n4. 复盘"]
        text = "\f".join(
            f"客服题库 · 内部资料\n{page}\n版本 2.{number}\n第 {number} 页\n" for number, page in enumerate(pages)
        )
        question = only(text)
        assert question.answer == "我先听完。\n\n再道歉。"
        assert question.key_points == ("倾听", "道歉", "跟进", "复盘")

    def test_a_label_at_the_edge_of_every_page_stays(self):
        text = "\f".join(
            f"## {n}. {asked}\n先听完{n}。\n答题要点：\n- 倾听{n}" for n, asked in enumerate(ASKED, start=1)
        )
        assert counts(parse(text)) == (3, 3, 3)


NOTICES = [
    "以上内容仅为本文档的试下载部分，为可阅读页数的一半内容。如要下载或阅读全文，请访问：<https://example.org/1>",
    "以上內容僅為本文檔的試下載部分，為可閱讀頁數的一半內容。如要下載或閱讀全文，請訪問：https://example.org/1",
    "如要下载或阅读全文，请访问：https://example.org/1",
    "预览结束，下载全文请访问 https://example.org/1",
    "试读结束，查看完整版请登录。",
    "本章试读部分到此为止。",
    "如要下载或阅读全文，请关注公众号：\n客服题库大全",
    "For the full document visit https://example.org/1",
    "This is a preview. To read the full text, visit https://example.org/1",
    "Visit https://example.org/1 for the complete document.",
    "以上内容仅为本文档的试下载部分，\n为可阅读页数的一半内容。\n如要下载或阅读全文，请访问：\nhttps://example.org/1",
]


class TestANotice:
    @pytest.mark.parametrize("notice", NOTICES)
    @pytest.mark.parametrize("gap", ["\n", "\n\n"])
    def test_behind_key_points_is_left_out(self, notice: str, gap: str):
        assert points(f"1. 倾听。\n2. 道歉。{gap}{notice}") == ("倾听。", "道歉。")
        assert points(f"倾听。\n道歉。{gap}{notice}") == ("倾听。", "道歉。")

    @pytest.mark.parametrize("notice", NOTICES)
    def test_behind_an_answer_is_left_out(self, notice: str):
        assert only(f"## 1. 您如何安抚客户？\n\n先听完。\n\n{notice}").answer == "先听完。"

    @pytest.mark.parametrize("notice", [notice for notice in NOTICES if "\n" not in notice])
    def test_in_the_same_line_is_cut_off(self, notice: str):
        assert points(f"1. 倾听。\n2. 及时道歉。{notice}") == ("倾听。", "及时道歉。")

    @pytest.mark.parametrize(
        "line",
        [
            "请客户下载应用后重试。",
            "我把全文读给客户听。",
            "I read the full text of the complaint first.",
            "我请客户访问帮助中心。",
        ],
    )
    def test_is_not_seen_where_somebody_answers(self, line: str):
        assert only(f"## 1. 您如何安抚客户？\n\n{line}").answer == line


class TestTables:
    def test_with_a_column_of_questions_give_one_question_a_row(self):
        bank = parse(
            "| 序号 | 题目 | 参考答案 | 答题要点 |\n|---|---|---|---|\n"
            "| 1 | 您如何安抚客户？ | 先听完。 | 1. 倾听<br>2. 道歉 |\n"
            "| 2 | 请谈谈您的优点。 |  | 诚实；耐心 |\n| 3 | 您怎样道歉？ | | |"
        )
        assert [(one.question, one.answer, one.key_points, one.line) for one in bank.questions] == [
            ("您如何安抚客户？", "先听完。", ("倾听", "道歉"), 3),
            ("请谈谈您的优点。", "", ("诚实", "耐心"), 4),
            ("您怎样道歉？", "", (), 5),
        ]

    def test_with_labels_in_their_first_column_are_read_like_lines(self):
        question = only("| 第1题 | 您如何安抚客户？ |\n| 参考答案 | 先听完。 |\n| 答题要点 | 1. 倾听<br>2. 道歉 |")
        assert (question.question, question.answer, question.key_points) == (
            "您如何安抚客户？",
            "先听完。",
            ("倾听", "道歉"),
        )


class TestProblems:
    def test_name_a_question_that_stands_twice(self):
        text = (
            "## 1. 您如何安抚客户？\n\n先听完。\n\n## 2. 您怎样道歉？\n\n说清楚。\n\n## 3. 您如何安抚客户\n\n再听一遍。"
        )
        assert faults(text) == [(9, ProblemKind.DUPLICATE_QUESTION)]
        assert (
            str(parse(text).problems[0].message)
            == "the same question as in line 1; this one was left out: change or remove it"
        )
        assert [one.answer for one in parse(text).questions] == ["先听完。", "说清楚。"]

    def test_name_a_question_that_stands_twice_in_the_contents(self):
        assert faults("目录\n1. 甲是什么？\n2. 乙是什么？\n3. 甲是什么？\n\n## 1. 甲是什么？\n\n答甲") == [
            (4, ProblemKind.DUPLICATE_QUESTION)
        ]

    @pytest.mark.parametrize("label", ["答题要点：", "#### 答题要点", "【要点】"])
    def test_name_a_label_with_no_key_point_under_it(self, label: str):
        text = f"## 1. 甲是什么？\n\n答甲\n\n{label}\n\n## 2. 乙是什么？\n\n要点：\n\n1. 乙"
        assert faults(text) == [(5, ProblemKind.EMPTY_KEY_POINTS)]
        assert [one.key_points for one in parse(text).questions] == [(), ("乙",)]

    @pytest.mark.parametrize(
        ("numbers", "lines"),
        [
            ([1, 2, 3], []),
            ([7, 8, 9], []),
            ([1, 3, 2, 4], [3]),
            ([1, 2, 4, 3], [4]),
            ([1, 2, 2, 3], [3]),
            ([1, 2, 50, 3, 4], [3]),
            ([1, 2, 5, 6], [3]),
            ([3, 2, 1], [2, 3]),
        ],
    )
    def test_name_a_number_out_of_order(self, numbers: list[int], lines: list[int]):
        text = "\n".join(f"## {number}. 第{place}问是什么？" for place, number in enumerate(numbers))
        assert faults(text) == [(line, ProblemKind.NUMBER_OUT_OF_ORDER) for line in lines]
        assert len(parse(text).questions) == len(numbers)

    @pytest.mark.parametrize(("numbers", "line"), [((1, 3, 2), 9), ((1, 2, 5), 9), ((5, 7, 8), 5)])
    def test_name_a_number_out_of_order_in_a_bare_document(self, numbers: tuple[int, ...], line: int):
        text = "\n".join(f"{number}. {number}是什么？\n答{number}\n要点：\n- {number}" for number in numbers)
        assert faults(text) == [(line, ProblemKind.NUMBER_OUT_OF_ORDER)]
        assert [one.number for one in parse(text).questions] == list(numbers)

    def test_name_the_numbers_that_are_missing(self):
        assert (
            str(parse("1. 甲是什么？\n2. 乙是什么？\n5. 丙是什么？").problems[0].message)
            == "number 5 follows 2: is 3 to 4 missing?"
        )

    def test_name_a_fault_of_contents_and_body_once(self):
        listed = "1. 甲是什么？\n3. 乙是什么？\n2. 丙是什么？\n"
        body = "## 1. 甲是什么？\n\n## 3. 乙是什么？\n\n## 2. 丙是什么？\n"
        assert faults(f"目录\n{listed}\n{body}") == [(4, ProblemKind.NUMBER_OUT_OF_ORDER)]
        assert faults(f"目录\n1. 甲是什么？\n2. 丙是什么？\n3. 乙是什么？\n\n{body}") == [
            (10, ProblemKind.NUMBER_OUT_OF_ORDER)
        ]

    def test_name_a_second_list_of_key_points(self):
        text = "## 1. 甲是什么？\n\n要点：\n- 甲\n\n乙在哪里\n\n要点：\n- 乙"
        assert (8, ProblemKind.REPEATED_LABEL) in faults(text)

    def test_name_text_behind_the_key_points(self):
        text = "## 1. 甲是什么？\n\n答甲\n\n要点：\n- 甲\n\n另外还要说明一下。"
        assert faults(text) == [(8, ProblemKind.STRAY_TEXT)]
        assert parse(text).questions[0].answer == "答甲\n\n另外还要说明一下。"

    def test_name_text_under_a_title(self):
        assert faults("## 1. 甲是什么？\n\n答甲\n\n## 说明\n\n这里没有问题。\n\n## 2. 乙是什么？") == [
            (5, ProblemKind.STRAY_TEXT)
        ]

    def test_name_a_label_under_no_question(self):
        assert faults("答题要点：\n- 甲\n\n## 1. 甲是什么？") == [(1, ProblemKind.LABEL_WITHOUT_QUESTION)]

    def test_name_a_mark_without_a_question(self):
        assert faults("## 1. 甲是什么？\n\n## 2.\n\n## 3. 乙是什么？") == [(3, ProblemKind.EMPTY_QUESTION)]

    def test_come_in_the_order_of_the_document_and_as_plain_values(self):
        text = "## 1. 甲是什么？\n\n要点：\n\n## 3. 乙是什么？\n\n## 2. 甲是什么？"
        assert [problem.model_dump(mode="json")["kind"] for problem in parse(text).problems] == [
            "empty_key_points",
            "duplicate_question",
        ]
        assert parse(text).problems[0].model_dump(mode="json") == {
            "line": 3,
            "kind": "empty_key_points",
            "message": "no key point stands under this label: write one a line, as `1. …` or `- …`",
        }

    def test_are_said_in_the_language_of_who_reads_them(self):
        problem = parse("## 1. 甲是什么？\n\n好。\n\n## 2. 甲是什么？").problems[0]
        english = "the same question as in line {line}; this one was left out: change or remove it"
        assert problem.message.said({english: "与第 {line} 行相同"}.__getitem__) == "与第 1 行相同"


class TestADocumentWithoutQuestions:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\n\n",
            "今天开会讨论了三件事。\n\n大家都同意。",
            "# 会议纪要\n\n1. 预算\n2. 招聘\n",
            "# 标题",
            "答题要点：\n1. 倾听",
            "- 买菜\n- 做饭",
            "## 1. 背景\n\n近年来……\n\n## 2. 结论\n\n很好。",
        ],
    )
    def test_is_refused_with_a_remedy(self, text: str):
        with pytest.raises(DocumentError, match="no question was found: put each on a line of its own"):
            parse(text)

    def test_is_refused_where_it_has_too_many_lines(self):
        with pytest.raises(DocumentError, match=f"has {MAX_LINES + 1} lines, {MAX_LINES} are allowed: split it"):
            parse("\n" * MAX_LINES)
        with pytest.raises(DocumentError, match="split it"):
            parse("| " + "1. 甲是什么？<br>" * (MAX_LINES + 1) + "|")


PIECES = [
    *(
        "#",
        "## ",
        "1. ",
        "2、",
        "（1）",
        "①",
        "- ",
        "* ",
        "**",
        "•",
        "答题要点",
        "：",
        "参考答案",
        "【",
        "】",
        "目录",
        "？",
    ),
    *(
        "第3题",
        "Q3.",
        "问：",
        "答：",
        "…",
        "......3",
        "- 3 -",
        "第 3 页",
        "---",
        "|",
        "\\",
        "一、",
        "第一章",
        "Key points",
    ),
    *("以上内容仅为试下载", "请访问：https://example.org", "[a](b)", "<br>", "您如何处理", "请谈谈", "倾听"),
    *(" ", "\n", "\n\n", "\f", "\t", "\u200b", "\u3000", "\x00", "\ud800"),
]
SOUP = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def outcome(text: str) -> ParsedBank | str:
    try:
        return parse(text)
    except DocumentError as fault:
        return str(fault)


class TestAnyInput:
    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(st.one_of(SOUP, st.text(max_size=200)))
    def test_gives_questions_or_one_line_that_says_why_not(self, text: str):
        bank = outcome(text)
        if isinstance(bank, str):
            assert "\n" not in bank
            return
        assert bank.questions
        assert all(one.question and "\n" not in one.question for one in bank.questions)
        assert all(point and "\n" not in point for one in bank.questions for point in one.key_points)
        assert all(1 <= problem.line <= text.count("\n") + 1 for problem in bank.problems)
        assert all("\n" not in str(problem.message) for problem in bank.problems)

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(SOUP)
    def test_never_gets_a_download_notice_into_a_bank(self, soup: str):
        bank = parse(
            f"## 1. 甲是什么？\n\n答甲\n\n{soup}\n\n以上内容仅为本文档的试下载部分，请访问：https://example.org/full"
        )
        assert "example.org/full" not in str(bank)

    @pytest.mark.parametrize(
        "piece",
        [
            "#",
            "1",
            "[",
            "（",
            "*",
            "**a",
            "\\",
            "[a](",
            "![",
            "|",
            "| a ",
            "1. ",
            "①",
            "一",
            "。",
            "?",
            "visit ",
            "第1页",
            "1.1.",
            "<br>",
            "\u0301\u0316",
            " ",
            "【",
        ],
    )
    def test_of_a_megabyte_in_one_line_is_read_in_linear_time(self, piece: str):
        text = "1. 甲是什么？\n答题要点：" + piece * (1_000_000 // len(piece))
        assert questions(parse(text)) == ["甲是什么？"]

    @pytest.mark.parametrize(
        "line",
        [
            "1. 甲是什么？",
            "## 1. 甲？",
            "- a",
            "答题要点：",
            "  - b",
            "目录",
            "a？",
            "a" * 40,
            "| a | b |",
            "\f",
            "- 3 -",
        ],
    )
    def test_of_many_lines_is_read_in_linear_time(self, line: str):
        text = "## 1. 甲是什么？\n要点：\n- a\n" + f"{line}\n" * 5_000
        assert "甲是什么？" in questions(parse(text))
