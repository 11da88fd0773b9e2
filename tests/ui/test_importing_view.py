"""The importing page under AppTest: from a document with a problem to a practised bank; drafts are decided on."""

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from coach.bank.approval import decide
from coach.bank.importing import import_text
from coach.bank.question import Bank, Draft, DraftKind
from coach.errors import IndexUnavailable, InputError
from tests.openai_server import OpenAIServer, reply, status
from tests.ui.one_page import leads_to, opened, text_of
from ui import session

DOCUMENT = """# 小店面试

## 1. 客户要退货，但是包装已经拆开了，你怎么处理？

答题要点：

1. 先问清退货的原因
2. 确认商品是否完好

## 2. 客户说少收到一件，你怎么办？

答题要点：
"""
POINTS = "## 1. 客户要退货，你怎么处理？\n\n答题要点：\n\n1. 先问清退货的原因\n"
BARE = "## 1. 客户说少收到一件，你怎么办？\n"


def handed_over(content: str | bytes, name: str = "小店.md") -> AppTest:
    app = opened("import")
    data = content.encode() if isinstance(content, str) else content
    app.file_uploader(key="import-file").set_value((name, data, "text/plain"))
    return app.run()


def kept(name: str) -> Bank:
    bank = session.coach().library.imported(name)
    assert bank is not None
    return bank


def imported(content: str = DOCUMENT, name: str = "小店") -> Bank:
    import_text(content, f"{name}.md", session.coach().library, name)
    return kept(name)


def with_drafts(content: str, *drafts: tuple[DraftKind, str, str]) -> Bank:
    """A bank with these drafts (kind, text, key point of a cue) on its first question."""
    imported(content)
    made = tuple(
        Draft(number=number, kind=kind, text=text, key_point=point, model="openai/test", prompt="draft@1")
        for number, (kind, text, point) in enumerate(drafts, 1)
    )

    def change(bank: Bank | None) -> Bank:
        assert bank is not None
        first, *rest = bank.questions
        return bank.model_copy(update={"questions": (first.model_copy(update={"drafts": made}), *rest)})

    return session.coach().library.update("小店", change)


def test_a_newcomer_sees_what_can_be_imported_and_that_nothing_was_yet() -> None:
    app = opened("import")
    shown = text_of(app)
    assert "Up to 10 MB" in shown
    assert "Nothing is kept before" in shown
    assert "None yet" in shown
    assert any("Key points:" in code.value for code in app.code)


def test_a_document_is_shown_with_its_problems_beside_the_lines_before_anything_is_kept() -> None:
    app = handed_over(DOCUMENT)
    shown = text_of(app)
    assert app.text_input(key="import-name").value == "小店"
    assert "Questions: 2 · with a reference: 1 · key points: 2" in shown
    assert "**Line 12** · 答题要点：" in shown
    assert "Write one on each line" in shown
    assert "客户要退货，但是包装已经拆开了，你怎么处理？" in shown
    assert session.coach().library.imported("小店") is None


def test_what_is_kept_is_there_after_a_reload_and_can_be_practised() -> None:
    app = handed_over(DOCUMENT)
    app.button(key="keep").click().run()
    assert "The bank is kept" in text_of(app)
    assert len(kept("小店").questions) == 2
    assert app.query_params["bank"] in ("小店", ["小店"])
    again = opened("import", bank="小店")
    again.button(key="practise").click().run()
    assert "question=小店:q01" in text_of(again)


def test_the_same_bank_is_imported_again_and_keeps_its_ids() -> None:
    imported()
    app = handed_over(DOCUMENT + "\n1. 先核对订单\n")
    assert "There is a bank of this name" in text_of(app)
    app.button(key="keep").click().run()
    assert [question.id for question in kept("小店").questions] == ["小店:q01", "小店:q02"]
    assert [point.text for point in kept("小店").questions[1].key_points] == ["先核对订单"]


def test_another_name_is_taken_and_one_that_can_not_be_used_is_sent_back() -> None:
    app = handed_over(DOCUMENT)
    app.text_input(key="import-name").set_value("a b").run()
    assert "can't be kept like this" in text_of(app)
    assert not [button for button in app.button if button.key == "keep"]
    app.text_input(key="import-name").set_value("新店").run()
    app.button(key="keep").click().run()
    assert kept("新店").name == "新店"


def test_a_file_without_a_usable_name_still_gets_one() -> None:
    assert handed_over(DOCUMENT, "？？.md").text_input(key="import-name").value == "my-bank"


def test_a_bank_as_yaml_goes_out_and_comes_in_again_the_same() -> None:
    bank = imported()
    text = session.coach().bank_as_yaml(bank)
    session.coach().library.remove("小店")
    app = handed_over(text, "other.yaml")
    assert app.text_input(key="import-name").value == "小店"
    app.button(key="keep").click().run()
    assert kept("小店").questions == bank.questions


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("old.doc", b"\xd0\xcf\x11\xe0" + b"0" * 2000, "save it as DOCX"),
        ("empty.md", b"   ", "is empty"),
        ("prose.md", "今天天气很好。".encode(), "no question was found"),
        ("bank.yaml", b"name: [", "is no YAML"),
        ("bank.yaml", b"name: x", "is missing"),
        ("torn.pdf", b"%PDF-1.7 torn", "torn"),
    ],
)
def test_a_file_that_can_not_be_imported_is_refused_in_one_line(name: str, content: bytes, says: str) -> None:
    app = handed_over(content, name)
    assert "Nothing was stored" in app.error[0].value
    assert says in text_of(app)
    assert not app.exception


def test_where_the_index_fails_it_is_said_and_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    index = session.coach().index

    def broken(*_: object, **__: object) -> None:
        raise IndexUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(type(index), "update", broken)
        app = handed_over(DOCUMENT)
        app.button(key="keep").click().run()
        assert "not taken in to the end" in text_of(app)
        assert "the disk is full" in text_of(app)
    app.button(key="import-again").click().run()
    assert "The bank is kept" in text_of(app)


def test_a_bank_that_is_not_there_is_no_dead_end() -> None:
    app = opened("import", bank="nowhere")
    assert "no imported bank of this name" in text_of(app)
    app.button(key="all-banks").click().run()
    assert "Imported banks" in text_of(app)


def test_a_bank_is_removed_only_when_one_says_so_twice() -> None:
    imported()
    app = opened("import", bank="小店")
    app.button(key="remove").click().run()
    assert "goes, with 2 questions" in text_of(app)
    assert kept("小店").questions
    app.button(key="remove-surely").click().run()
    assert session.coach().library.imported("小店") is None
    assert "None yet" in text_of(app)


def test_what_is_missing_is_counted_and_without_a_model_the_way_to_one_is_shown() -> None:
    imported()
    app = opened("import", bank="小店")
    shown = text_of(app)
    assert "questions without a reference answer: 2" in shown
    assert "key points without other ways to say them: 2" in shown
    assert app.button(key="draft").disabled
    assert "needs a model" in shown
    assert "settings?" in leads_to(app)


def said(**parts: Any) -> str:
    whole: dict[str, Any] = {"reference": "", "key_points": [], "cues": [], "situations": []}
    return json.dumps(whole | parts, ensure_ascii=False)


def test_the_model_drafts_what_is_missing_and_each_draft_names_it(
    with_model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACH_DEADLINE_SECONDS", "60")  # a busy machine needs some to load the client
    imported(POINTS)
    with_model.otherwise = reply(
        said(
            reference="我会先听客户讲清楚为什么要退，再看商品是不是完好，能退的当场替他提交申请。",
            cues=[{"key_point": 1, "cues": ["您为什么想退", "是哪里不满意"]}],
            situations=["我就拆开看了一眼，凭什么不给退？", "盒子早就扔了，还能退吗？"],
        )
    )
    app = opened("import", bank="小店")
    app.button(key="draft").click().run()
    shown = text_of(app)
    assert "Drafts to decide on" in shown
    assert "Drafted by the model openai/test" in shown.replace("\\", "")
    assert shown.count("draft]") == len({draft.kind for draft in kept("小店").questions[0].drafts}) + 1
    assert not kept("小店").questions[0].answer


def test_where_the_model_refuses_it_is_said_and_nothing_is_lost(with_model: OpenAIServer) -> None:
    imported(POINTS)
    with_model.otherwise = status(401)
    app = opened("import", bank="小店")
    app.button(key="draft").click().run()
    assert "It was broken off" in text_of(app)
    assert not app.button(key="draft").disabled


def test_a_draft_is_approved_as_it_stands() -> None:
    with_drafts(BARE, (DraftKind.REFERENCE, "我先核对订单。", ""))
    app = opened("import", bank="小店")
    app.button(key="approve-1").click().run()
    assert kept("小店").questions[0].answer == "我先核对订单。"
    assert "Drafts to decide on" not in text_of(app)


def test_a_draft_is_approved_in_ones_own_words() -> None:
    with_drafts(BARE, (DraftKind.REFERENCE, "我先核对订单。", ""))
    app = opened("import", bank="小店")
    app.text_area(key="text-1").set_value("我先道歉，再核对。")
    app.button(key="approve-edited-1").click().run()
    assert kept("小店").questions[0].answer == "我先道歉，再核对。"


def test_a_draft_is_rejected() -> None:
    with_drafts(BARE, (DraftKind.SITUATION, "少了一件！", ""))
    app = opened("import", bank="小店")
    app.button(key="reject-1").click().run()
    (question,) = kept("小店").questions
    assert (question.situations, question.drafts) == ((), ())


def test_cues_wait_for_their_key_point_and_then_the_ticked_ones_are_approved() -> None:
    with_drafts(
        BARE,
        (DraftKind.KEY_POINT, "先核对订单", ""),
        (DraftKind.CUE, "我查一下订单", "先核对订单"),
        (DraftKind.CUE, "看看订单上有几件", "先核对订单"),
    )
    app = opened("import", bank="小店")
    assert not [box for box in app.checkbox if str(box.key).startswith("tick-")]
    assert "我查一下订单" in text_of(app)
    app.button(key="approve-1").click().run()
    assert app.button(key="approve-ticked-2").disabled
    app.checkbox(key="tick-3").check().run()
    app.button(key="approve-ticked-2").click().run()
    (question,) = kept("小店").questions
    assert [point.cues for point in question.key_points] == [("看看订单上有几件",)]
    assert [draft.text for draft in question.drafts] == ["我查一下订单"]


def test_a_draft_that_somebody_else_changed_meanwhile_is_not_approved_unseen() -> None:
    before = with_drafts(BARE, (DraftKind.REFERENCE, "我先核对订单。", ""))
    with_drafts(BARE, (DraftKind.REFERENCE, "我先骂他。", ""))
    seen = before.questions[0].drafts[0]
    with pytest.raises(InputError, match="changed meanwhile"):
        decide(session.coach().library, "小店", [(seen, None)])
    assert not kept("小店").questions[0].answer


def test_on_a_shared_server_nobody_imports_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_SHARED", "true")
    app = opened("import")
    assert "Several people use this server" in text_of(app)
    assert any("coach import" in code.value for code in app.code)
    assert not app.file_uploader


def test_peoples_words_stand_there_to_the_letter() -> None:
    app = handed_over("## 1. <b>粗</b> :red[红] 怎么办？\n")
    shown = text_of(app)
    assert "\\<b\\>" in shown
    assert "\\:red\\[红\\]" in shown
