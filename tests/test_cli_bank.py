"""Drafts at the command line: made, listed, decided; a dead model costs nothing that was drafted."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coach.bank.importing import import_text
from coach.cli import main
from coach.compose import Coach
from coach.settings import load_settings
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
Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `coach` on a bank of two questions: exit code, stdout (its JSON where it is one), stderr."""

    def run(*arguments: str) -> tuple[int, Any, str]:
        monkeypatch.setattr(sys, "argv", ["coach", *arguments])
        code = 0
        capsys.readouterr()
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, json.loads(out) if "--json" in arguments and out else out, err

    import_text(TEXT, "小店.md", Coach(load_settings()).library)  # no index is needed yet, and that takes seconds
    return run


@pytest.fixture
def server(openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> OpenAIServer:
    monkeypatch.setenv("COACH_MODEL", "openai/test")
    monkeypatch.setenv("COACH_API_BASE", openai_server.url)
    monkeypatch.setenv("COACH_API_KEY", "sk-secret-marker")
    return openai_server


def test_drafts_are_made_listed_and_decided_one_by_one(run: Run, server: OpenAIServer) -> None:
    server.script(reply(REPLY), reply(REPLY))
    code, made, err = run("bank", "draft", "小店", "--json")
    assert (code, made["questions"], len(made["drafts"]), made["left_out"]) == (0, 2, 16, [])
    assert "2/2" in err
    listed = run("bank", "drafts", "小店", "--json")[1]["drafts"]
    assert [one["number"] for one in listed] == list(range(1, 17))
    assert listed == made["drafts"]
    assert run("questions", "--json")[1]["questions"][-1]["has_reference"] is False

    code, after, _ = run("bank", "drafts", "小店", "--approve", "3", "--approve", "2", "--reject", "4", "--json")
    assert (code, after["approved"], after["rejected"]) == (0, [2, 3], [4])
    assert [one["number"] for one in after["drafts"]] == [1, *range(6, 17)]
    code, _, _ = run("bank", "drafts", "小店", "--approve", "6", "--text", "拿出办法来", "--json")
    judged = run("feedback", "-q", "小店:q01", "-a", "我先问，您是为什么呢？", "--judge", "offline", "--json")[1]
    assert [one["text"] for one in judged["key_points"]] == ["先问清客户的原因", "拿出办法来"]
    assert judged["key_points"][0]["verdict"] == "covered"
    assert "你们到底管不管" not in run("bank", "export", "小店")[1]


def test_a_dead_model_keeps_what_was_drafted_and_the_next_run_goes_on(run: Run, server: OpenAIServer) -> None:
    server.script(reply(REPLY), status(401))
    code, made, err = run("bank", "draft", "小店", "--json")
    assert (code, made["questions"]) == (3, 1)
    assert "drafted for 1 of 2 questions is kept" in err
    assert "sk-secret-marker" not in err
    server.script(reply(REPLY))
    code, made, _ = run("bank", "draft", "小店", "--json")
    assert (code, {one["question_id"] for one in made["drafts"]}) == (0, {"小店:q02"})


def test_one_question_may_be_named_and_nothing_to_draft_is_said(run: Run, server: OpenAIServer) -> None:
    server.script(reply(REPLY))
    assert run("bank", "draft", "小店", "--question", "小店:q02", "--json")[1]["questions"] == 1
    code, out, _ = run("bank", "draft", "小店", "-q", "小店:q02")
    assert (code, len(server.chats())) == (0, 1)
    assert "Nothing to draft" in out
    assert "8 drafts wait" in out


def test_for_a_person_drafts_are_drawn_with_their_numbers(run: Run, server: OpenAIServer) -> None:
    assert "No draft waits" in run("bank", "drafts", "小店")[1]
    server.script(reply(REPLY), reply(REPLY))
    assert "16 drafts wait" in run("bank", "draft", "小店")[1]
    out = run("bank", "drafts", "小店")[1]
    assert "2  Key point: 先问清客户的原因 (vital)" in out
    assert "A model wrote these" in out
    assert (
        "approved  2  Key point: 先问原因" in run("bank", "drafts", "小店", "--approve", "2", "--text", "先问原因")[1]
    )


def test_what_was_left_out_is_told_with_its_reason(run: Run, server: OpenAIServer) -> None:
    server.script(reply(REPLY.replace("你们到底管不管？", "Where is it?")), reply("no"), reply(REPLY))
    out = run("bank", "draft", "小店")[1]
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
def test_bad_input_is_one_line_and_exit_2(run: Run, arguments: tuple[str, ...], says: str) -> None:
    code, out, err = run("bank", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err
