"""Role-plays on the command line: a chat for people, lines of JSON for scripts."""

import re
from pathlib import Path

import pytest

from coach.compose import Coach as Program
from coach.settings import Settings
from tests.cli.runs import Coach, Run
from tests.openai_server import OpenAIServer, status

CALMING = "孩子的生日眼看要错过，让您白等了这么久，换谁都急"
HELPING = "我这边从同城仓给您补发一台，明天下午六点前送到，您看行吗？"
KEYS = {"turn", "say", "act", "state", "changes", "acts", "end"}


def play(coach: Coach, *turns: str, more: tuple[str, ...] = ()) -> Run:
    return coach("roleplay", "-s", "late-birthday-gift", "--seed", "3", "--json", *more, said=turns)


def test_the_scenarios_are_listed(coach: Coach) -> None:
    rows = coach("scenarios", "--json").lines[0]["scenarios"]
    assert len(rows) >= 24
    assert set(rows[0]) == {"id", "title", "category", "difficulty"}
    assert "late-birthday-gift" in coach("scenarios").out


def test_a_line_of_json_comes_for_the_opening_each_turn_and_the_debrief(coach: Coach) -> None:
    opening, first, quit_, debrief = play(coach, "您好").lines
    assert opening["turn"] == 0
    assert opening["say"].startswith("我的车子呢\n")
    assert (opening["act"], opening["end"]) == ("open", None)
    for line in (opening, first, quit_):
        assert set(line) >= KEYS
        assert set(line["state"]) == {"anger", "trust", "patience", "heard", "phase"}
    assert first["turn"] == 1
    assert first["say"]
    assert quit_["end"] == "candidate_quit"
    assert debrief["debrief"]["end"] == "candidate_quit"


def test_a_good_talk_is_settled_and_says_why(coach: Coach) -> None:
    lines = play(coach, CALMING, HELPING, "那就这么办，再见").lines
    assert "empathy_specific" in lines[1]["acts"]
    assert {change["what"] for line in lines[1:-1] for change in line["changes"]} >= {"anger", "heard", "demand"}
    assert all(set(change) == {"what", "by", "why"} for line in lines[1:-1] for change in line["changes"])
    assert lines[-2]["end"] in {"resolved", "resolved_cold"}
    assert lines[-1]["debrief"]["rubric"]["score"] > 0.3


def test_quotes_stand_in_the_turn_as_it_was_typed(coach: Coach) -> None:
    line = play(coach, f"  {CALMING}").lines[1]
    assert line["evidence"]
    for one in line["evidence"]:
        assert f"  {CALMING}"[one["start"] : one["end"]] == one["quote"]


def test_the_same_seed_and_turns_give_the_same_lines(coach: Coach) -> None:
    assert play(coach, "您好", "抱歉").lines[:3] == play(coach, "您好", "抱歉").lines[:3]


def test_an_empty_line_is_told_of_and_passed_over(coach: Coach) -> None:
    run = play(coach, "", "您好")
    assert "the turn is empty" in run.err
    assert [line.get("turn") for line in run.lines[:2]] == [0, 1]
    assert run.code == 0


def test_signs_of_distress_end_it_with_where_to_find_help(coach: Coach) -> None:
    run = play(coach, "我不想活了")
    assert run.lines[-2]["end"] == "paused_for_safety"
    assert "12356" in run.err


def test_where_to_find_help_is_said_in_the_person_s_language(coach: Coach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_LANGUAGE", "zh")
    assert "12356 (心理援助热线" in play(coach, "我不想活了").err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "--scenario"),
        (("-s", "no-such"), "coach scenarios"),
        (("-s", "late-birthday-gift", "--difficulty", "9"), "less than or equal to 5"),
        (("-s", "late-birthday-gift", "--intensity", "wild"), "mild, firm or harsh"),
        (("-s", "late-birthday-gift", "--judge", "llm"), "COACH_MODEL"),
        (("--resume", "no-such"), "begin a new one"),
        (("--resume", "no-such", "--seed", "1"), "as it began"),
    ],
)
def test_a_wrong_call_says_what_and_how_to_mend_it(coach: Coach, arguments: tuple[str, ...], says: str) -> None:
    run = coach("roleplay", *arguments, "--json")
    assert run.code == 2
    assert says in run.err
    assert "Traceback" not in run.err


def test_a_model_that_is_down_does_not_stop_the_play(
    coach: Coach, openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"MODEL": "openai/fake", "API_BASE": openai_server.url, "API_KEY": "sk-secret"}.items():
        monkeypatch.setenv(f"COACH_{name}", value)
    openai_server.replies = [status(401)] * 20
    run = play(coach, "非常抱歉，给您添麻烦了")
    assert run.code == 0
    assert "apology" in run.lines[1]["acts"]
    assert len(run.lines[1]["notes"]) == 2
    assert "sk-secret" not in run.out + run.err


def test_a_chat_at_a_terminal_shows_the_mood_and_the_debrief(coach: Coach) -> None:
    run = coach(
        "roleplay", "-s", "late-birthday-gift", "--seed", "3", said=(CALMING, "/hint", "/undo", "您好", "/quit")
    )
    assert run.code == 0
    for text in ("林女士", "anger ●", "You ended it", "☞"):
        assert text in run.out


def test_in_exam_mode_a_turn_s_effect_is_shown_only_at_the_end(coach: Coach) -> None:
    run = coach("roleplay", "-s", "late-birthday-gift", "--seed", "3", "--exam", said=("您冷静点", "/quit"))
    assert "●○" not in run.out.split("您冷静点")[0].split("\n", 12)[-1]
    assert "being told how to feel" in run.out


def test_a_chat_that_is_paused_goes_on(coach: Coach) -> None:
    run = coach("roleplay", "-s", "late-birthday-gift", "--seed", "3", said=("您好",))
    assert run.code == 0
    role_play = run.out.split("--resume ")[1].split()[0]
    again = coach("roleplay", "--resume", role_play, said=("/quit",))
    assert "您好" in again.out


def test_a_turn_that_was_interrupted_is_shown_and_answered_when_one_goes_on(coach: Coach, data_dir: Path) -> None:
    roles = Program(Settings(data_dir=data_dir)).role_playing()
    role_play = roles.submit(roles.begin("late-birthday-gift", 3), "让您久等了")
    run = coach("roleplay", "--resume", role_play.id, said=("/quit",))
    assert "› 让您久等了" in run.out
    assert len(roles.role_play(role_play.id).exchanges) == 1


def test_a_try_that_was_taken_back_is_not_offered_to_go_on_with(coach: Coach) -> None:
    coach("roleplay", "-s", "late-birthday-gift", "--seed", "3", said=("您好", "/undo", "/quit"))
    assert "--resume" not in coach("history").out
    assert [row["tried_again"] for row in coach("history", "--json").lines[0]["history"]] == [False, True]


def test_what_is_no_utf_8_is_a_turn_like_any_other(coach: Coach) -> None:
    run = play(coach, "\udcff\udcfe", "抱歉\udcff，是我们没做好")
    assert run.code == 0
    assert [line.get("turn") for line in run.lines[:3]] == [0, 1, 2]
    assert "apology" in run.lines[2]["acts"]
    assert "Traceback" not in run.err


def test_the_line_to_go_on_with_is_in_one_piece(coach: Coach) -> None:
    run = coach("roleplay", "-s", "late-birthday-gift", said=("您好",))
    assert any(re.search(r"coach roleplay --resume [0-9a-f-]{36}$", line) for line in run.out.splitlines())
