"""The command line, as scripts and people use it: `docs/commands.md`."""

import subprocess
import sys
from pathlib import Path

import pytest

from coach.compose import Coach as Program
from coach.settings import load_settings
from tests.cli.runs import Coach
from tests.openai_server import OpenAIServer, critic_reply, reply, status

BANK = """# 小店题库
## 1. 客户说收到的杯子碎了，你怎么办？
先道歉，再请他拍照，当天补发。
答题要点：
1. 为碎了的杯子道歉
2. 请客户拍照
3. 当天安排补发
## 2. 怎么跟客户说缺货？
"""
ANSWER = "我先深呼吸再开口，不跟他吵。然后让他把话说完，中间不打断。最后问清是哪一单。"


class TestQuestionsAndSearch:
    def test_questions_lists_the_bank(self, coach: Coach) -> None:
        rows = coach("questions", "--json").json["questions"]
        assert rows[2]["id"] == "q03"
        assert set(rows[2]) == {"id", "question", "topic", "key_points", "has_reference"}
        assert rows[2]["key_points"] == 6
        assert rows[2]["has_reference"] is True

    def test_search_gives_the_best_first_and_says_what_matched(self, coach: Coach) -> None:
        results = coach("search", "客户在电话里破口大骂", "-k", "3", "--json").json["results"]
        assert results[0]["question_id"] == "q03"
        assert set(results[0]["matched"]) == {"kind", "text"}
        assert len(results) == 3
        assert [row["score"] for row in results] == sorted((row["score"] for row in results), reverse=True)

    def test_for_a_person_both_are_drawn_without_colour_codes_where_piped(self, coach: Coach) -> None:
        for run in (coach("questions"), coach("search", "退款")):
            assert run.code == 0
            assert "\x1b" not in run.out
            assert "q08" in run.out


class TestFeedback:
    def test_offline_it_quotes_the_answer_and_abstains_from_the_rest(self, coach: Coach) -> None:
        feedback = coach("feedback", "--question", "q03", "--answer", ANSWER, "--judge", "offline", "--json").json
        assert feedback["judge"] == "offline"
        assert feedback["usage"]["calls"] == 0
        by_id = {row["id"]: row for row in feedback["key_points"]}
        assert by_id["q03.1"]["verdict"] == "covered"
        for row in feedback["key_points"]:
            for evidence in row["evidence"]:
                assert ANSWER[evidence["start"] : evidence["end"]] == evidence["quote"]
            assert (row["verdict"] == "ungraded") == (row["reason"] is not None)
        assert "raw_replies" not in feedback

    def test_with_a_model_its_verdicts_come_with_usage_and_versions(
        self, coach: Coach, with_model: OpenAIServer
    ) -> None:
        with_model.script(reply(critic_reply))
        feedback = coach("feedback", "-q", "q03", "-a", ANSWER, "--json").json
        assert feedback["judge"] == "llm"
        assert feedback["usage"]["calls"] >= 1
        assert feedback["usage"]["cost_usd"] is None
        assert feedback["versions"]["retrieved"] == [f"q03.{place}" for place in range(1, 7)]
        assert [row["verdict"] for row in feedback["key_points"]].count("covered") == 3

    @pytest.mark.parametrize("code", [401, 500])
    def test_where_the_model_fails_all_is_ungraded_the_exit_says_so_and_no_key_is_shown(
        self, code: int, coach: Coach, with_model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COACH_DEADLINE_SECONDS", "3")
        with_model.otherwise = status(code, body="Incorrect API key provided: sk-secret-marker")
        run = coach("feedback", "-q", "q03", "-a", ANSWER, "--json")
        assert run.code == 3
        assert {row["verdict"] for row in run.json["key_points"]} == {"ungraded"}
        assert run.json["score"] is None
        assert "your answer is kept" in run.err
        assert "sk-secret-marker" not in run.out + run.err

    def test_the_answer_comes_from_a_file_or_stdin_too(self, coach: Coach, tmp_path: Path) -> None:
        (tmp_path / "answer.txt").write_text(ANSWER, "utf-8")
        from_file = coach("feedback", "-q", "q03", "--answer-file", str(tmp_path / "answer.txt"), "--json").json
        from_stdin = coach("feedback", "-q", "q03", "-", "--json", stdin=ANSWER).json
        assert from_file["key_points"] == from_stdin["key_points"]

    def test_a_question_may_be_asked_in_other_words(self, coach: Coach) -> None:
        assert (
            coach("feedback", "-q", "碰上暴脾气的买家该怎么沟通", "-a", ANSWER, "--json").json["question_id"] == "q03"
        )

    def test_for_a_person_it_draws_the_answer_the_verdicts_and_the_reference(self, coach: Coach) -> None:
        run = coach("feedback", "-q", "q03", "-a", ANSWER, "--judge", "offline")
        assert run.code == 0
        for part in ("深呼吸", "covered", "text match, no model", "Reference answer", "Follow-up"):
            assert part in run.out

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["-q", "q03"], "give the answer once"),
            (["-q", "q03", "-a", "x", "-"], "give the answer once"),
            (["-q", "q03", "-a", "   "], "the answer is empty"),
            (["-q", "量子色动力学的渐近自由", "-a", ANSWER], "no bank has a reference"),
            (["-q", "q03", "-a", ANSWER, "--judge", "god"], "choose auto, offline or llm"),
            (["-q", "q03", "-a", ANSWER, "--judge", "llm"], "set COACH_MODEL"),
            (["-q", "q03", "--answer-file", "nowhere.txt"], "can't be read"),
            (["-q", "q03", "-a", "很长" * 4000], "it is kept"),
        ],
    )
    def test_bad_input_is_one_line_and_exit_2(self, arguments: list[str], says: str, coach: Coach) -> None:
        run = coach("feedback", *arguments, "--json")
        assert run.code == 2
        assert run.out == ""
        assert run.err.count("\n") == 1
        assert says in run.err


class TestFollowUps:
    def test_without_an_answer_it_asks_about_the_whole_question(self, coach: Coach) -> None:
        asked = coach("followups", "-q", "q03", "--json").json["follow_ups"]
        assert 1 <= len(asked) <= 3
        assert len({row["question"] for row in asked}) == len(asked)
        assert {row["source"] for row in asked} == {"template"}

    def test_with_one_it_asks_about_what_is_open(self, coach: Coach) -> None:
        asked = coach("followups", "-q", "q03", "-a", ANSWER, "--json").json["follow_ups"]
        assert "q03.1" not in {row["key_point_id"] for row in asked}


class TestImport:
    def test_a_bank_is_counted_stored_found_and_judged_against(self, coach: Coach, tmp_path: Path) -> None:
        file = tmp_path / "小店.md"
        file.write_text(BANK, "utf-8")
        imported = coach("import", str(file), "--json").json
        assert imported == {"bank": "小店", "questions": 2, "with_reference": 1, "key_points": 3, "problems": []}
        assert "小店:q01" in {row["id"] for row in coach("questions", "--json").json["questions"]}
        assert coach("search", "杯子碎了", "--json").json["results"][0]["question_id"] == "小店:q01"
        judged = coach("feedback", "-q", "小店:q01", "-a", "先请他拍个照，当天就补发。", "--json").json
        assert [row["id"] for row in judged["key_points"]] == ["小店:q01.1", "小店:q01.2", "小店:q01.3"]

    def test_what_is_exported_imports_back_the_same(self, coach: Coach, tmp_path: Path) -> None:
        out = tmp_path / "again.md"
        assert coach("bank", "export", "bundled", "-o", str(out)).code == 0
        listed = coach("questions", "--json").json["questions"]
        bundled = [row for row in listed if ":" not in row["id"]]
        imported = coach("import", str(out), "--dry-run", "--json").json
        assert imported["questions"] == len(bundled)
        assert imported["key_points"] == sum(row["key_points"] for row in bundled)
        assert imported["problems"] == []

    def test_a_dry_run_stores_nothing(self, coach: Coach, tmp_path: Path) -> None:
        file = tmp_path / "dry.md"
        file.write_text(BANK, "utf-8")
        before = coach("questions", "--json").out
        assert coach("import", str(file), "--dry-run", "--json").json["questions"] == 2
        assert coach("questions", "--json").out == before

    @pytest.mark.parametrize(
        ("name", "content"),
        [("empty.md", b""), ("noise.md", bytes(range(256)) * 8), ("prose.txt", "今天天气不错。".encode())],
    )
    def test_an_unusable_file_is_one_line_and_exit_2(
        self, name: str, content: bytes, coach: Coach, tmp_path: Path
    ) -> None:
        (tmp_path / name).write_bytes(content)
        run = coach("import", str(tmp_path / name))
        assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)

    def test_a_missing_file_and_a_folder_are_refused(self, coach: Coach, tmp_path: Path) -> None:
        assert coach("import", str(tmp_path / "nowhere.md")).code == 2
        assert coach("import", str(tmp_path)).code == 2


def take_in(file: Path) -> None:
    """Imports without the index, which takes seconds to build."""
    Program(load_settings()).import_document(file)


def ids(coach: Coach) -> set[str]:
    return {row["id"] for row in coach("questions", "--json").json["questions"] if ":" in row["id"]}


class TestAWholeBankAsYaml:
    @pytest.fixture
    def shop(self, coach: Coach, tmp_path: Path) -> Path:
        """The bank 小店, imported and written as YAML under another name."""
        (tmp_path / "小店.md").write_text(BANK, "utf-8")
        take_in(tmp_path / "小店.md")
        out = tmp_path / "to edit.yaml"
        assert coach("bank", "export", "小店", "--format", "yaml", "-o", str(out)).code == 0
        return out

    def test_what_a_person_adds_to_the_file_is_found_and_survives_the_next_import_of_the_document(
        self, coach: Coach, shop: Path, tmp_path: Path
    ) -> None:
        text = shop.read_text("utf-8")
        assert "  situations: []\n" in text
        shop.write_text(text.replace("  situations: []\n", "  situations: [客人闹着要见店主]\n", 1), "utf-8")
        imported = coach("import", str(shop), "--json").json
        assert imported == {"bank": "小店", "questions": 2, "with_reference": 1, "key_points": 3, "problems": []}
        take_in(tmp_path / "小店.md")
        found = coach("search", "客人闹着要见店主", "--json").json["results"][0]
        assert (found["question_id"], found["matched"]["kind"]) == ("小店:q01", "situation")

    def test_the_file_replaces_the_bank_of_its_name_whole(self, coach: Coach, shop: Path) -> None:
        shop.write_text("{name: 小店, questions: [{id: '小店:q07', question: 新, source: {kind: written}}]}", "utf-8")
        take_in(shop)
        assert ids(coach) == {"小店:q07"}

    def test_what_is_exported_imports_back_the_same(self, coach: Coach, shop: Path) -> None:
        written = coach("bank", "export", "小店", "--format", "yaml").out
        assert written == shop.read_text("utf-8")
        take_in(shop)
        assert coach("bank", "export", "小店", "-f", "yaml").out == written
        kinds = {row["kind"] for row in coach("bank", "check", str(shop), "--json").json["problems"]}
        assert kinds == {"missing_field"}

    def test_another_name_makes_a_copy_also_of_the_bundled_bank(self, coach: Coach, tmp_path: Path) -> None:
        out = tmp_path / "bundled.YML"
        coach("bank", "export", "bundled", "-f", "yaml", "-o", str(out))
        refused = coach("import", str(out))
        assert (refused.code, refused.err.count("\n")) == (2, 1)
        assert "bundled.YML: name: bank name 'bundled' is kept" in refused.err
        imported = coach("import", str(out), "--name", "ours", "--dry-run", "--json").json
        assert (imported["bank"], imported["questions"]) == ("ours", 60)
        assert ids(coach) == set()

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("{name: 小店, questions: []}", "questions: expected at least one"),
            ("{name: a b, questions: [{id: 'a', question: A, source: {kind: written}}]}", "question a belongs to bank"),
            ("{name: 小店, questions: [{id: '小店:q01'}]}", "questions #1 question: this key is missing; expected"),
            ("name: [", "is no YAML"),
        ],
    )
    def test_a_faulty_file_is_one_line_and_changes_nothing(
        self, coach: Coach, shop: Path, content: str, said: str
    ) -> None:
        before = ids(coach)
        shop.write_text(content, "utf-8")
        run = coach("import", str(shop), "--json")
        assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
        assert "to edit.yaml: " in run.err
        assert said in run.err
        assert ids(coach) == before

    def test_a_format_that_is_not_there_is_refused(self, coach: Coach) -> None:
        run = coach("bank", "export", "bundled", "--format", "pdf")
        assert (run.code, run.out) == (2, "")
        assert "choose md or yaml" in run.err


class TestRemovingABank:
    @pytest.fixture(autouse=True)
    def shop(self, data_dir: Path, tmp_path: Path) -> None:
        (tmp_path / "小店.md").write_text(BANK, "utf-8")
        take_in(tmp_path / "小店.md")

    def test_the_word_takes_it_out_of_the_bank_and_the_index(self, coach: Coach) -> None:
        coach("index")
        run = coach("bank", "remove", "小店", stdin="delete\n")
        assert run.code == 0
        assert "with 2 questions" in run.err
        assert ids(coach) == set()
        assert coach("search", "杯子碎了", "--json").json["results"][0]["question_id"] != "小店:q01"
        assert coach("index", "--json").json["deleted"] == 0

    @pytest.mark.parametrize("said", ["", "\n", "no\n", "y\n"])
    def test_without_the_word_it_stays(self, coach: Coach, said: str) -> None:
        run = coach("bank", "remove", "小店", stdin=said)
        assert (run.code, run.out) == (2, "")
        assert "nothing was removed" in run.err
        assert ids(coach) == {"小店:q01", "小店:q02"}

    def test_yes_does_not_ask(self, coach: Coach) -> None:
        assert coach("bank", "remove", "小店", "--yes", "--json").json == {"removed": "小店"}
        assert ids(coach) == set()

    @pytest.mark.parametrize("options", [("--yes",), ()])
    @pytest.mark.parametrize("name", ["nowhere", "bundled"])
    def test_a_bank_that_was_not_imported_is_refused(self, coach: Coach, name: str, options: tuple[str, ...]) -> None:
        run = coach("bank", "remove", name, *options)
        assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
        assert f"'{name}'" in run.err


class TestIndexAndDoctor:
    def test_an_index_that_is_up_to_date_embeds_nothing(self, coach: Coach) -> None:
        coach("index", "--json")
        update = coach("index", "--json").json
        assert (update["added"], update["updated"], update["deleted"]) == (0, 0, 0)
        assert update["unchanged"] > 1000

    def test_doctor_tries_every_part(self, coach: Coach) -> None:
        checks = {check["name"]: check for check in coach("doctor", "--json").json["checks"]}
        assert list(checks) == ["bank", "model", "embedding", "index", "database", "language"]
        assert all(check["ok"] for check in checks.values())
        assert "offline coach" in checks["model"]["detail"]

    def test_doctor_says_what_is_wrong_and_how_to_fix_it(
        self, coach: Coach, with_model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with_model.otherwise = status(401, body="Incorrect API key provided: sk-secret-marker")
        run = coach("doctor", "--json")
        model = next(check for check in run.json["checks"] if check["name"] == "model")
        assert run.code == 3
        assert model["ok"] is False
        assert "COACH_API_KEY" in model["how_to_fix"]
        assert "sk-secret-marker" not in run.out + run.err


def test_a_setting_that_is_not_usable_is_one_line_and_exit_2(coach: Coach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_TIMEOUT_SECONDS", "soon")
    run = coach("questions")
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert "COACH_TIMEOUT_SECONDS" in run.err


def test_a_database_that_can_not_be_opened_is_one_line_and_exit_3(
    coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    monkeypatch.setenv("COACH_DATABASE_URL", f"sqlite:///{tmp_path}/file/coach.db")
    run = coach("feedback", "-q", "q03", "-a", ANSWER)
    assert (run.code, run.err.count("\n")) == (3, 1)


def test_a_reader_that_has_had_enough_is_no_fault(data_dir: Path) -> None:
    command = f"{sys.executable} -m coach.cli questions --json | head -c 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
