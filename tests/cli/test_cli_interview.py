"""Mock interviews on the command line: one question at a time for people, lines of JSON for scripts."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coach.compose import Coach as Program
from coach.practice.record import Choice, Interview
from coach.settings import Settings
from tests.cli.runs import Coach
from tests.openai_server import OpenAIServer, status

ANSWER = "我先听他把话说完，安抚情绪，核实订单，再给出方案和时限"


def only_interview(data_dir: Path) -> Interview:
    (interview,) = Program(Settings(data_dir=data_dir)).record.interviews(None)
    return interview


class TestForScripts:
    def test_an_object_comes_for_each_question_and_follow_up_and_the_report(self, coach: Coach) -> None:
        said = (ANSWER, "先核实", "/skip", "/skip")
        *asked, last = coach("interview", "-n", "2", "--seed", "7", "--json", "--seconds", "60", said=said).lines
        assert [(one["place"], one["of"], one["kind"]) for one in asked] == [
            (1, 2, "question"),
            (1, 2, "follow_up"),
            (1, 2, "follow_up"),
            (2, 2, "question"),
        ]
        assert [one["seconds"] for one in asked] == [60, None, None, 60]
        assert all(one["question"] and one["interview"] == asked[0]["interview"] for one in asked)
        report = last["report"]
        assert (report["id"], report["seed"]) == (asked[0]["interview"], 7)
        assert (report["questions"], report["answered"], report["skipped"]) == (2, 1, 1)
        assert len(report["asked"][0]["follow_ups"]) == 1

    def test_no_verdict_is_given_before_the_end(self, coach: Coach) -> None:
        run = coach("interview", "-n", "2", "--seed", "7", "--json", said=(ANSWER, "先核实", "再回访"))
        for one in run.lines[:-1]:
            assert set(one) == {"interview", "place", "of", "kind", "question", "seconds"}
        assert "verdicts" in run.lines[-1]["report"]["asked"][0]

    def test_the_end_of_the_input_ends_it_and_reports_what_was_answered(self, coach: Coach, data_dir: Path) -> None:
        run = coach("interview", "-n", "3", "--follow-ups", "0", "--json", said=(ANSWER,))
        assert run.code == 0
        report = run.lines[-1]["report"]
        assert (report["answered"], report["not_reached"]) == (1, 2)
        assert report["asked"][0]["judge"] == "offline"
        assert only_interview(data_dir).ended is not None

    def test_the_same_seed_asks_the_same_questions(self, coach: Coach) -> None:
        runs = [coach("interview", "--seed", seed, "--json", said=("/skip",) * 5).lines[:-1] for seed in "778"]
        first, again, other = ([one["question"] for one in run] for run in runs)
        assert len(set(first)) == 5
        assert first == again != other

    def test_only_questions_of_the_topic_come(self, coach: Coach) -> None:
        run = coach("interview", "--topic", "退款与售后", "--json", said=("/skip",) * 3)
        assert {one["topic"] for one in run.lines[-1]["report"]["asked"]} == {"退款与售后"}
        assert run.lines[0]["of"] == 3

    def test_an_empty_line_is_told_of_and_passed_over(self, coach: Coach) -> None:
        run = coach("interview", "-n", "1", "--follow-ups", "0", "--json", said=("", ANSWER))
        assert "the answer is empty" in run.err
        assert [set(line) for line in run.lines] == [
            {"interview", "place", "of", "kind", "question", "seconds"},
            {"report"},
        ]
        assert run.lines[-1]["report"]["answered"] == 1

    def test_what_is_no_utf_8_is_an_answer_like_any_other(self, coach: Coach, data_dir: Path) -> None:
        run = coach("interview", "-n", "1", "--follow-ups", "0", "--json", said=("\udcff好的\udcfe",))
        assert (run.code, run.lines[-1]["report"]["answered"]) == (0, 1)
        attempt = only_interview(data_dir).questions[0].attempt
        assert attempt is not None
        assert attempt.answer == "\udcff好的\udcfe"

    def test_a_model_that_is_down_asks_no_follow_up_and_keeps_every_answer(
        self, coach: Coach, openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in {"MODEL": "openai/fake", "API_BASE": openai_server.url, "API_KEY": "sk-secret"}.items():
            monkeypatch.setenv(f"COACH_{name}", value)
        openai_server.replies = [status(401)] * 20
        run = coach("interview", "-n", "2", "--json", said=(ANSWER, ANSWER))
        assert [one.get("kind") for one in run.lines] == ["question", "question", None]
        report = run.lines[-1]["report"]
        assert (report["score"], report["answered"], report["without_score"]) == (None, 2, 2)
        assert report["reason"] == "no key point of any answer was graded"
        assert "sk-secret" not in run.out + run.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--questions", "0"), "choose 1 to 20"),
        (("--questions", "21"), "choose 1 to 20"),
        (("--follow-ups", "3"), "choose 0 to 2"),
        (("--seconds", "5"), "choose 30 to 1800"),
        (("--topic", "天气"), "choose one of: "),
        (("--choice", "best"), "random, weakest or due"),
        (("--judge", "llm"), "COACH_MODEL"),
        (("--resume", "no-such"), "begin a new one"),
        (("--resume", "no-such", "--seed", "1"), "as it began"),
        (("--resume", "no-such", "--questions", "5"), "as it began"),
    ],
)
def test_a_wrong_call_says_what_and_how_to_mend_it(coach: Coach, arguments: tuple[str, ...], says: str) -> None:
    run = coach("interview", *arguments, "--json")
    assert run.code == 2
    assert says in run.err
    assert len(run.err.strip().splitlines()) == 1 or "Usage" in run.err
    assert "Traceback" not in run.err


class TestAtATerminal:
    def test_asks_one_question_at_a_time_and_ends_with_the_report(self, coach: Coach) -> None:
        said = (ANSWER, "先核实", "/skip", "/skip")
        run = coach("interview", "-n", "2", "--seed", "7", "--seconds", "60", said=said)
        assert run.code == 0
        asked, report = run.out.split("Report")
        for text in ("Question 1 of 2", "Question 2 of 2", "1:00 left", "↳"):
            assert text in asked
        assert "covered" not in asked
        for text in ("1 of 2 questions answered", "skipped: 1", "text match, no model", "--seed 7"):
            assert text in report

    def test_in_chinese_says_everything_in_chinese(self, coach: Coach, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COACH_LANGUAGE", "zh")
        run = coach("interview", "-n", "2", "--seed", "7", "--seconds", "60", said=(ANSWER, "/skip", "/end"))
        for text in ("模拟面试", "第 1 题，共 2 题", "还剩 1:00", "面试报告", "没问到 1 题", "未评"):
            assert text in run.out
        assert not re.search(r"\b(?:Question|left|Report|skipped)\b", run.out)

    @pytest.mark.parametrize("line", ["/help", "", "  "])
    def test_an_unknown_command_and_an_empty_line_are_no_answer(self, coach: Coach, data_dir: Path, line: str) -> None:
        run = coach("interview", "-n", "1", said=(line,))
        assert run.out.count("/skip leaves it out") == 2
        assert only_interview(data_dir).questions[0].attempt is None

    def test_the_end_of_the_input_pauses_with_the_line_to_go_on_with_in_one_piece(self, coach: Coach) -> None:
        run = coach("interview", "-n", "2", "--seed", "7", said=(ANSWER, "/skip"))
        (found,) = re.findall(r"coach interview --resume ([0-9a-f-]{36})$", run.out, re.MULTILINE)
        again = coach("interview", "--resume", found, said=("/skip",))
        assert "Question 1 of 2" not in again.out
        assert "Question 2 of 2" in again.out
        assert "1 of 2 questions answered" in again.out

    def test_one_that_is_over_shows_its_report_again(self, coach: Coach, data_dir: Path) -> None:
        first = coach("interview", "-n", "1", "--seed", "7", said=("/skip",))
        again = coach("interview", "--resume", only_interview(data_dir).id)
        assert again.out.splitlines() == first.out[first.out.index("\n─", first.out.rindex("›")) :].splitlines()

    def test_history_lists_it_with_its_score_and_how_to_go_on(self, coach: Coach, data_dir: Path) -> None:
        coach("interview", "-n", "2", "--follow-ups", "0", "--topic", "退款与售后", said=(ANSWER,))
        (row,) = coach("history", "--json").lines[0]["history"]
        assert (row["kind"], row["score"], row["goes_on"]) == ("interview", None, True)
        assert (row["questions"], row["answered"], row["title"], row["choice"]) == (2, 1, "退款与售后", "random")
        out = coach("history").out
        assert "1 of 2 questions answered  退款与售后  goes on" in out
        assert f"Go on: coach interview --resume {only_interview(data_dir).id}\n" in out


class Window:
    """A `coach interview --json` in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "coach.cli", "interview", "--json", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def say(self, line: str) -> dict[str, Any]:
        """What comes after a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()
        return self.read()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def close(self) -> str:
        """What was said on stderr until the end."""
        return self.process.communicate()[1].decode()


@pytest.fixture
def window(data_dir: Path) -> Iterator[Callable[..., Window]]:
    opened: list[Window] = []

    def made(*arguments: str) -> Window:
        opened.append(Window(*arguments))
        return opened[-1]

    yield made
    for one in opened:
        one.kill()


class TestInSeveralProcesses:
    def test_a_kill_in_the_middle_loses_nothing_that_was_answered(
        self, window: Callable[..., Window], data_dir: Path
    ) -> None:
        first = window("-n", "2", "--seed", "7")
        interview = first.read()["interview"]
        follow_up = first.say(ANSWER)
        first.kill()

        second = window("--resume", interview)
        assert second.read() == follow_up
        next_one = second.say("先核实")
        second.kill()

        third = window("--resume", interview)
        assert third.read() == next_one
        assert third.say("/skip")["place"] == 2
        report = third.say("/skip")["report"]
        assert (report["answered"], report["skipped"]) == (1, 1)
        attempt = only_interview(data_dir).questions[0].attempt
        assert attempt is not None
        assert (attempt.answer, [one.answer for one in attempt.follow_ups]) == (ANSWER, ["先核实"])

    def test_an_answer_that_was_kept_but_not_judged_is_judged_when_one_goes_on(
        self, coach: Coach, data_dir: Path
    ) -> None:
        interviewing = Program(Settings(data_dir=data_dir)).interviewing()
        begun = interviewing.begin(1, Choice.RANDOM, 7)
        interviewing.answer(begun, ANSWER)
        run = coach("interview", "--resume", begun.id, "--json")
        assert run.lines[0]["kind"] == "follow_up"
        assert run.lines[-1]["report"]["asked"][0]["verdicts"]

    def test_a_second_window_is_told_and_goes_on_where_the_first_is(self, window: Callable[..., Window]) -> None:
        one = window("-n", "2", "--seed", "7")
        interview = one.read()["interview"]
        other = window("--resume", interview)
        assert other.read()["place"] == 1

        follow_up = one.say(ANSWER)
        assert other.say("另一个窗口的回答") == follow_up
        one.close()
        assert "perhaps in another window" in other.close()
