"""Drafts at the command line: made, listed, decided; a dead model costs nothing that was drafted."""

import json

import pytest

from coach.bank.importing import import_text
from coach.compose import Coach as Program
from coach.settings import load_settings
from tests.cli.runs import Coach
from tests.openai_server import OpenAIServer, reply, status

TEXT = "# 小店\n## 1. 客户要退货，你怎么处理？\n## 2. 客户要改地址，你怎么处理？\n"
REPLY = json.dumps(
    {
        "reference": "我会先问清客户的原因，再查订单走到了哪一步，然后给他能办的办法。" * 4,
        "key_points": [
            {"text": "先问清客户的原因", "weight": "vital", "cues": ["您是为什么呢"]},
            {"text": "查订单走到哪一步", "weight": "vital", "cues": ["看看物流"]},
            {"text": "给出能办的办法", "weight": "okay", "cues": ["两个方案让他挑"]},
        ],
        "cues": [],
        "situations": ["你们到底管不管？"],
    },
    ensure_ascii=False,
)


@pytest.fixture
def coach(coach: Coach) -> Coach:
    """Runs `coach` on a bank of two questions."""
    import_text(TEXT, "小店.md", Program(load_settings()).library)  # no index is needed yet, and that takes seconds
    return coach


def test_drafts_are_made_listed_and_decided_one_by_one(coach: Coach, with_model: OpenAIServer) -> None:
    with_model.script(reply(REPLY), reply(REPLY))
    run = coach("bank", "draft", "小店", "--json")
    made = run.json
    assert (run.code, made["questions"], len(made["drafts"]), made["left_out"]) == (0, 2, 16, [])
    assert "2/2" in run.err
    listed = coach("bank", "drafts", "小店", "--json").json["drafts"]
    assert [one["number"] for one in listed] == list(range(1, 17))
    assert listed == made["drafts"]
    assert coach("questions", "--json").json["questions"][-1]["has_reference"] is False

    after = coach("bank", "drafts", "小店", "--approve", "3", "--approve", "2", "--reject", "4", "--json").json
    assert (after["approved"], after["rejected"]) == ([2, 3], [4])
    assert [one["number"] for one in after["drafts"]] == [1, *range(6, 17)]
    coach("bank", "drafts", "小店", "--approve", "6", "--text", "拿出办法来", "--json")
    judged = coach("feedback", "-q", "小店:q01", "-a", "我先问，您是为什么呢？", "--judge", "offline", "--json").json
    assert [one["text"] for one in judged["key_points"]] == ["先问清客户的原因", "拿出办法来"]
    assert judged["key_points"][0]["verdict"] == "covered"
    assert "你们到底管不管" not in coach("bank", "export", "小店").out


def test_a_dead_model_keeps_what_was_drafted_and_the_next_run_goes_on(coach: Coach, with_model: OpenAIServer) -> None:
    with_model.script(reply(REPLY), status(401))
    run = coach("bank", "draft", "小店", "--json")
    assert (run.code, run.json["questions"]) == (3, 1)
    assert "drafted for 1 of 2 questions is kept" in run.err
    assert "sk-secret-marker" not in run.err
    with_model.script(reply(REPLY))
    run = coach("bank", "draft", "小店", "--json")
    assert (run.code, {one["question_id"] for one in run.json["drafts"]}) == (0, {"小店:q02"})


def test_one_question_may_be_named_and_nothing_to_draft_is_said(coach: Coach, with_model: OpenAIServer) -> None:
    with_model.script(reply(REPLY))
    assert coach("bank", "draft", "小店", "--question", "小店:q02", "--json").json["questions"] == 1
    run = coach("bank", "draft", "小店", "-q", "小店:q02")
    assert (run.code, len(with_model.chats())) == (0, 1)
    assert "Nothing to draft" in run.out
    assert "8 drafts wait" in run.out


def test_for_a_person_drafts_are_drawn_with_their_numbers(coach: Coach, with_model: OpenAIServer) -> None:
    assert "No draft waits" in coach("bank", "drafts", "小店").out
    with_model.script(reply(REPLY), reply(REPLY))
    assert "16 drafts wait" in coach("bank", "draft", "小店").out
    out = coach("bank", "drafts", "小店").out
    assert "2  Key point: 先问清客户的原因 (vital)" in out
    assert "A model wrote these" in out
    run = coach("bank", "drafts", "小店", "--approve", "2", "--text", "先问原因")
    assert "approved  2  Key point: 先问原因" in run.out


def test_what_was_left_out_is_told_with_its_reason(coach: Coach, with_model: OpenAIServer) -> None:
    with_model.script(reply(REPLY.replace("你们到底管不管？", "Where is it?")), reply("no"), reply(REPLY))
    out = coach("bank", "draft", "小店").out
    assert "another language" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("draft", "小店"), "set COACH_MODEL"),
        (("draft", "bundled"), "never changed"),
        (("drafts", "bundled", "--approve", "1"), "never changed"),
        (("draft", "大店"), "there are: 小店"),
        (("draft", "小店", "-q", "小店:q09"), "has no question"),
        (("drafts", "小店", "--approve", "1"), "no open draft 1"),
        (("drafts", "小店", "--text", "x"), "name one with --approve"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(coach: Coach, arguments: tuple[str, ...], says: str) -> None:
    run = coach("bank", *arguments)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert says in run.err
