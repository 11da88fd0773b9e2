"""What a person does with what is kept of them, on the command line."""

import json
import sqlite3
from pathlib import Path

import pytest

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.critique.feedback import FollowUp
from coach.customer.turns import Intensity
from coach.practice.record import everything
from tests.cli.runs import Coach
from tests.openai_server import OpenAIServer, critic_reply, reply, status
from tests.practice.role_play_parts import SCENARIO

ANSWER = "我先深呼吸再开口，不跟他吵。然后让他把话说完，中间不打断。最后问清是哪一单。"


@pytest.fixture
def record(data_dir: Path) -> SqlRecord:
    return SqlRecord(sqlite_url(data_dir))


@pytest.fixture
def judged(coach: Coach, record: SqlRecord) -> str:
    """An answer that text match has judged; its id."""
    assert coach("feedback", "-q", "q03", "-a", ANSWER, "--judge", "offline").code == 0
    return record.attempts(1)[0].id


class TestFeedbackAgain:
    def test_by_another_judge_gives_the_new_feedback_and_what_differs(
        self, coach: Coach, judged: str, record: SqlRecord, with_model: OpenAIServer
    ) -> None:
        with_model.script(reply(critic_reply))
        after = coach("feedback", "--again", judged, "--judge", "llm", "--json").json
        assert (after["judge"], after["replaces"]) == ("llm", True)
        difference = after["difference"]
        assert (difference["before"]["judge"], difference["after"]["judge"]) == ("offline", "llm")
        assert difference["after"]["model"] == after["versions"]["model"]
        assert [one["id"] for one in difference["key_points"]] == [one["id"] for one in after["key_points"]]
        assert set(difference["key_points"][0]) == {"id", "text", "change", "before", "after", "reworded"}
        assert [one.judge for one in record.attempts(1)[0].earlier] == ["offline"]

    def test_for_a_person_shows_the_scores_and_only_what_changed(
        self, coach: Coach, judged: str, record: SqlRecord, with_model: OpenAIServer
    ) -> None:
        with_model.script(reply(critic_reply))
        run = coach("feedback", "--again", judged)
        (attempt,) = record.attempts(1)
        assert attempt.feedback
        old = {one.id: one.verdict for one in attempt.earlier[0].key_points}
        changed = [one.id for one in attempt.feedback.key_points if one.verdict is not old[one.id]]
        assert changed
        assert [line.split()[0] for line in run.out.splitlines() if line.startswith("q03.")] == changed
        assert f"→ {attempt.feedback.score:.0%}" in run.out
        assert "text match, no model → " in run.out

    def test_with_the_same_judge_says_that_nothing_changed(self, coach: Coach, judged: str) -> None:
        assert "Every verdict is the same as before." in coach("feedback", "--again", judged).out

    def test_where_the_model_fails_keeps_the_earlier_and_exits_3(
        self, coach: Coach, judged: str, record: SqlRecord, with_model: OpenAIServer
    ) -> None:
        held = everything(record)
        with_model.script(status(401))
        run = coach("feedback", "--again", judged, "--json")
        assert (run.code, run.json["replaces"], run.json["difference"]) == (3, False, None)
        assert "the model refused the request; the earlier feedback stays" in run.err
        assert everything(record) == held

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--again", "nobody"], "there is no answer nobody"),
            (["--again", "x", "--question", "q03"], "without a question or an answer"),
            (["--again", "x", "--answer", "y"], "without a question or an answer"),
            (["--again", "x", "-"], "without a question or an answer"),
            (["--answer", "y"], "name a question with --question ID, or a kept answer with --again ID"),
        ],
    )
    def test_refuses_what_can_not_be(self, coach: Coach, arguments: list[str], said: str) -> None:
        run = coach("feedback", *arguments)
        assert (run.code, run.out) == (2, "")
        assert said in run.err
        assert run.err.count("\n") == 1


class TestDisagree:
    def test_keeps_it_shows_it_and_takes_it_back(self, coach: Coach, judged: str, record: SqlRecord) -> None:
        held = coach("disagree", judged, "q03.1", "missing", "--why", "我没说", "--json").json
        assert held == {"id": judged, "disagreements": {"q03.1": {"label": "missing", "why": "我没说"}}}
        assert "q03.1  ✗ missing  我没说" in coach("disagree", judged, "q03.1", "missing", "--why", "我没说").out
        assert "You disagree with no verdict" in coach("disagree", judged, "q03.1", "--take-back").out
        assert record.attempts(1)[0].disagreements == {}

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["q03.1"], "name the label that you hold right, or give --take-back alone"),
            (["q03.1", "missing", "--take-back"], "give --take-back alone"),
            (["q03.1", "wrong"], "there is no label 'wrong'; choose covered"),
            (["q03.1", "ungraded"], "ungraded is no judgement"),
            (["q03.1", "covered"], "the verdict on q03.1 is covered already"),
            (["q99.1", "covered"], "q99.1 of answer"),
            (["q03.1", "--take-back"], "no disagreement on q03.1"),
        ],
    )
    def test_refuses_what_says_nothing(self, coach: Coach, judged: str, arguments: list[str], said: str) -> None:
        run = coach("disagree", judged, *arguments)
        assert (run.code, run.err.count("\n")) == (2, 1)
        assert said in run.err

    def test_its_cases_are_read_by_eval(self, coach: Coach, judged: str, record: SqlRecord, tmp_path: Path) -> None:
        coach("disagree", judged, "q03.1", "missing")
        coach("disagree", judged, "q03.2", "partial")
        record.add_follow_up(judged, FollowUp(question="？", key_point_id="q03.2", source="template"), "x")
        file = tmp_path / "mine.jsonl"
        assert coach("export", "--format", "cases", "-o", str(file)).code == 0
        report = coach("eval", "answers", str(file), "--judge", "offline", "--json").json
        assert (report["overall"]["cases"], report["overall"]["pairs"]) == (1, 1)
        assert report["confusion"]["missing"]["covered"] == 1

    def test_without_any_there_is_no_case_and_it_is_said(self, coach: Coach, judged: str) -> None:
        run = coach("export", "--format", "cases")
        assert (run.code, run.out) == (0, "")
        assert "coach disagree" in run.err


class TestRestore:
    def test_takes_an_export_back_and_says_how_much_was_new(
        self, coach: Coach, judged: str, record: SqlRecord, tmp_path: Path
    ) -> None:
        record.add_role_play(SCENARIO, 3, 7, Intensity.FIRM)
        held = everything(record)
        file = tmp_path / "mine.json"
        coach("export", "-o", str(file))
        assert coach("restore", str(file), "--json").json == {"added": 0, "already_there": 2}
        record.delete_everything()
        assert coach("restore", str(file)).out == "2 taken back, 0 were there already\n"
        assert everything(record) == held

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b'{"format": "interview-coach", "vers', "is cut off or no JSON (line 1 column 31"),
            (b"{}", "is no export of this program"),
            (b'{"format": "interview-coach", "version": 9, "answers": [], "role_plays": [], "interviews": []}', "'9'"),
            (b"\xff\xfe\x00", "is not UTF-8 text"),
        ],
    )
    def test_refuses_what_is_no_export_in_one_line(
        self, coach: Coach, tmp_path: Path, content: bytes, said: str
    ) -> None:
        (tmp_path / "mine.json").write_bytes(content)
        run = coach("restore", str(tmp_path / "mine.json"))
        assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
        assert said in run.err

    def test_refuses_a_file_that_is_not_there(self, coach: Coach) -> None:
        assert "can't be read" in coach("restore", "/no/such/file.json").err


class TestDeleteEverything:
    def test_shows_what_will_go_and_deletes_when_the_word_is_typed(
        self, coach: Coach, judged: str, record: SqlRecord
    ) -> None:
        run = coach("delete-everything", stdin="delete\n")
        assert (run.code, run.out) == (0, "Everything is deleted.\n")
        assert "answers 1, role-plays 0, mock interviews 0" in " ".join(run.err.split())
        assert everything(record).answers == ()

    @pytest.mark.parametrize("typed", ["", "\n", "yes\n", "DELETED\n"])
    def test_deletes_nothing_without_the_word(self, coach: Coach, judged: str, record: SqlRecord, typed: str) -> None:
        run = coach("delete-everything", stdin=typed)
        assert run.code == 2
        assert "nothing was deleted" in run.err
        assert [one.id for one in record.attempts(None)] == [judged]

    def test_asks_in_the_language_of_the_person(
        self, coach: Coach, judged: str, record: SqlRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COACH_LANGUAGE", "zh")
        assert coach("delete-everything", stdin="删除\n").out == "已全部删除。\n"
        assert record.attempts(None) == []

    def test_for_scripts_does_not_ask(self, coach: Coach, judged: str, data_dir: Path) -> None:
        deleted = coach("delete-everything", "--yes", "--json").json
        assert deleted == {"deleted": {"answers": 1, "role_plays": 0, "interviews": 0}}
        held = [path for path in data_dir.glob("*") if path.is_file() and "深呼吸".encode() in path.read_bytes()]
        assert held == []

    def test_says_where_traces_may_be_left(
        self, coach: Coach, judged: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("coach.adapters.sqlite_traces._WAIT_SECONDS", 0.1)
        reader = sqlite3.connect(data_dir / "coach.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM attempts").fetchall()
        run = coach("delete-everything", "--yes")
        reader.close()
        assert (run.code, run.err.count("\n")) == (3, 1)
        assert "may still hold traces" in run.err


class TestSessions:
    def test_of_the_history_are_taken_alone_by_their_id(self, coach: Coach, judged: str) -> None:
        coach("feedback", "-q", "q01", "-a", ANSWER)
        rows = coach("history", "--json").json["history"]
        assert {row["session"] for row in rows} == {f"s-{judged}"}
        exported = json.loads(coach("export", "--session", f"s-{judged}").out)
        assert len(exported["answers"]) == 2
        run = coach("export", "--session", "s-nobody")
        assert (run.code, run.out) == (2, "")
        assert "there is no session, answer, role-play or interview s-nobody" in run.err
