"""What every `Record` does for several people, and with whole practices: whatever it is made of."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.critique.feedback import FollowUp, Label
from coach.customer.mood import StopReason
from coach.customer.turns import Intensity
from coach.errors import RecordUnavailable
from coach.practice.record import LOCAL, Choice, Disagreement, Interview, Practice, Preferences, Record, everything
from tests.practice.histories import BANK, feedback
from tests.practice.role_play_parts import SCENARIO, debrief, exchange
from tests.practice.test_record import START

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label
ASKED = FollowUp(question="多久？", key_point_id="q01.2", source="model")
FIRST, SECOND, THIRD = (feedback("q01", [label]) for label in (COVERED, PARTIAL, MISSING))


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    return sqlite_url(tmp_path) if request.param == "SQLite" else request.getfixturevalue("postgres_url")


@pytest.fixture
def mine(url: URL) -> Record:
    numbers = count(1)
    times = (START + timedelta(minutes=minute) for minute in count())
    return SqlRecord(url, clock=lambda: next(times), new_id=lambda: f"thing-{next(numbers)}")


@pytest.fixture
def hers(mine: Record) -> Record:
    return mine.of("her")


def practise(record: Record, said: str = "先听完。") -> Practice:
    """One of everything, each part filled."""
    answer = record.add_attempt("q01", "如何退款？", said)
    record.set_feedback(answer.id, FIRST)
    record.set_feedback(answer.id, SECOND, again=True)
    record.add_follow_up(answer.id, ASKED, said)
    record.rate(answer.id, "q01.1", COVERED)
    record.disagree(answer.id, "q01.1", Disagreement(label=MISSING, why=said))
    role_play = record.add_role_play(SCENARIO, 3, 7, Intensity.FIRM)
    record.add_turn(role_play.id, 1, said)
    record.answer_turn(role_play.id, 1, exchange(said))
    record.end_role_play(role_play.id, StopReason.CANDIDATE_QUIT)
    record.set_debrief(role_play.id, debrief(said))
    record.add_role_play(SCENARIO, 3, 8, Intensity.HARSH, exchanges=[exchange(said)], branched_from=role_play.id)
    interview = record.add_interview(BANK[:2], Choice.RANDOM, "", 7, 2, 90)
    record.ask(interview.id, 1)
    record.answer_in_interview(interview.id, 1, said)
    record.skip(interview.id, 2)
    record.end_interview(interview.id)
    return everything(record)


def only_interview(record: Record) -> Interview:
    (interview,) = record.interviews(None)
    return interview


class TestPeople:
    def test_the_one_of_this_machine_is_who_is_not_named(self, mine: Record, hers: Record) -> None:
        assert (mine.person, hers.person, hers.of(LOCAL).person) == (LOCAL, "her", LOCAL)

    def test_see_nothing_of_each_other(self, mine: Record, hers: Record) -> None:
        held = practise(mine)
        mine.set_draft("answer", "ein Entwurf")
        mine.set_preferences(Preferences(language="zh"))
        assert everything(hers) == Practice()
        assert [hers.attempt(one.id) for one in held.answers] == [None, None]
        assert [hers.role_play(one.id) for one in held.role_plays] == [None, None]
        assert hers.interview(held.interviews[0].id) is None
        assert (hers.draft("answer"), hers.preferences()) == ("", Preferences())
        practise(hers, "她的话。")
        assert everything(mine) == held

    @pytest.mark.parametrize(
        "change",
        {
            "judge": lambda record, ids: record.set_feedback(ids["answer"], THIRD),
            "judge again": lambda record, ids: record.set_feedback(ids["answer"], THIRD, again=True),
            "follow up": lambda record, ids: record.add_follow_up(ids["answer"], ASKED, "x"),
            "rate": lambda record, ids: record.rate(ids["answer"], "q01.1", MISSING),
            "disagree": lambda record, ids: record.disagree(ids["answer"], "q01.1", Disagreement(label=COVERED)),
            "agree again": lambda record, ids: record.disagree(ids["answer"], "q01.1", None),
            "say": lambda record, ids: record.add_turn(ids["role-play"], 2, "x"),
            "answer a turn": lambda record, ids: record.answer_turn(ids["role-play"], 2, exchange("x")),
            "count a hint": lambda record, ids: record.count_hint(ids["role-play"]),
            "end a role-play": lambda record, ids: record.end_role_play(ids["role-play"], StopReason.RESOLVED),
            "look back": lambda record, ids: record.set_debrief(ids["role-play"], debrief("x")),
            "ask": lambda record, ids: record.ask(ids["interview"], 2),
            "answer in an interview": lambda record, ids: record.answer_in_interview(ids["interview"], 2, "x"),
            "skip": lambda record, ids: record.skip(ids["interview"], 2),
            "follow up in an interview": lambda record, ids: record.follow_up_in_interview(
                ids["interview"], 1, 1, ASKED, "x"
            ),
            "move on": lambda record, ids: record.move_on(ids["interview"], 1, 1),
            "end an interview": lambda record, ids: record.end_interview(ids["interview"]),
        }.values(),
    )
    def test_change_nothing_of_each_other(
        self, change: Callable[[Record, Mapping[str, str]], object], mine: Record, hers: Record
    ) -> None:
        answer = mine.add_attempt("q01", "如何退款？", "先听完。")
        mine.disagree(answer.id, "q01.1", Disagreement(label=MISSING))
        role_play = mine.add_role_play(SCENARIO, 3, 7, Intensity.FIRM, exchanges=[exchange("您好")])
        interview = mine.add_interview(BANK[:2], Choice.RANDOM, "", 7, 2, 90)
        held = everything(mine)
        with pytest.raises(RecordUnavailable, match="holds no"):
            change(hers, {"answer": answer.id, "role-play": role_play.id, "interview": interview.id})
        assert everything(mine) == held


class TestDraftsAndPreferences:
    def test_a_draft_is_kept_by_place_replaced_and_taken_away(self, mine: Record, hers: Record) -> None:
        mine.set_draft("answer q01", "第一稿 \0 \ud83d")
        mine.set_draft("answer q02", "另一处")
        hers.set_draft("answer q01", "她的")
        assert mine.draft("answer q01") == "第一稿 \0 \ud83d"
        mine.set_draft("answer q01", "第二稿")
        mine.set_draft("answer q02", "")
        mine.set_draft("nowhere", "")
        drafts = [record.draft(f"answer {key}") for record in (mine, hers) for key in ("q01", "q02")]
        assert drafts == ["第二稿", "", "她的", ""]

    def test_preferences_are_the_defaults_until_they_are_chosen(self, mine: Record, hers: Record) -> None:
        assert mine.preferences() == Preferences()
        chosen = Preferences(language="zh", interview=date(2026, 12, 1), exam=True, intensity=Intensity.HARSH)
        mine.set_preferences(Preferences(rate_first=True))
        mine.set_preferences(chosen)
        assert (mine.preferences(), hers.preferences()) == (chosen, Preferences())


class TestFeedbackGivenAgain:
    @pytest.fixture
    def answer(self, mine: Record) -> str:
        return mine.add_attempt("q01", "如何退款？", "先听完。").id

    def kept(self, record: Record, answer: str) -> tuple[object, ...]:
        attempt = record.attempt(answer)
        assert attempt
        return attempt.feedback, attempt.earlier

    def test_leaves_the_ones_before_in_their_order(self, mine: Record, answer: str) -> None:
        for one in (FIRST, SECOND, THIRD):
            mine.set_feedback(answer, one, again=True)
        assert self.kept(mine, answer) == (THIRD, (FIRST, SECOND))

    def test_kept_twice_counts_once(self, mine: Record, answer: str) -> None:
        for one in (FIRST, SECOND, SECOND):
            mine.set_feedback(answer, one, again=True)
        assert self.kept(mine, answer) == (SECOND, (FIRST,))

    def test_is_told_from_feedback_that_is_only_brought_up_to_date(self, mine: Record, answer: str) -> None:
        mine.set_feedback(answer, FIRST)
        mine.set_feedback(answer, SECOND)
        assert self.kept(mine, answer) == (SECOND, ())


def test_a_disagreement_is_replaced_by_a_later_one_and_taken_back(mine: Record) -> None:
    answer, other = (mine.add_attempt("q01", "如何退款？", "先听完。").id for _ in range(2))
    for key in ("q01.1", "q01.2"):
        mine.disagree(answer, key, Disagreement(label=MISSING, why="没说"))
    mine.disagree(other, "q01.1", Disagreement(label=COVERED))
    mine.disagree(answer, "q01.1", Disagreement(label=PARTIAL))
    mine.disagree(answer, "q01.2", None)
    mine.disagree(answer, "q01.3", None)
    assert [attempt.disagreements for attempt in mine.attempts(2)] == [
        {"q01.1": Disagreement(label=COVERED)},
        {"q01.1": Disagreement(label=PARTIAL)},
    ]


class TestRestoring:
    def test_brings_everything_back_as_it_was(self, mine: Record) -> None:
        held = practise(mine)
        mine.delete_everything()
        assert everything(mine) == Practice()
        assert mine.restore(held) == 5
        assert everything(mine) == held
        assert only_interview(mine).questions[0].attempt == held.answers[0]

    def test_twice_adds_nothing(self, mine: Record) -> None:
        held = practise(mine)
        assert mine.restore(held) == 0
        mine.delete_everything()
        assert [mine.restore(held), mine.restore(held)] == [5, 0]
        assert everything(mine) == held

    def test_leaves_what_is_there_as_it_is(self, mine: Record) -> None:
        held = practise(mine)
        mine.rate(held.answers[1].id, "q01.1", MISSING)
        changed = everything(mine)
        mine.restore(held)
        assert everything(mine) == changed != held

    def test_a_thing_that_stands_twice_in_a_practice_is_kept_once(self, mine: Record) -> None:
        held = practise(mine)
        mine.delete_everything()
        assert mine.restore(held.model_copy(update={"answers": held.answers * 2})) == 5
        assert everything(mine) == held

    def test_somebody_else_s_gives_new_ids_and_keeps_the_links(self, mine: Record, hers: Record) -> None:
        held = practise(mine)
        assert hers.restore(held) == 5
        assert everything(mine) == held
        got = everything(hers)
        ids = [
            {one.id for kind in (some.answers, some.role_plays, some.interviews) for one in kind}
            for some in (held, got)
        ]
        assert not ids[0] & ids[1]
        assert (len(ids[0]), len(ids[1])) == (5, 5)
        again, first = got.role_plays
        assert again.branched_from == first.id
        assert got.answers[0].interview == got.interviews[0].id
        assert got.interviews[0].questions[0].attempt == got.answers[0]
        assert [one.model_copy(update={"id": "", "interview": None}) for one in got.answers] == [
            one.model_copy(update={"id": "", "interview": None}) for one in held.answers
        ]

    def test_somebody_else_s_twice_adds_nothing(self, mine: Record, hers: Record) -> None:
        held = practise(mine)
        hers.restore(held)
        got = everything(hers)
        assert [hers.restore(held), hers.restore(got), everything(hers)] == [0, 0, got]

    def test_a_link_to_what_is_not_there_stays_until_it_comes(self, mine: Record) -> None:
        held = practise(mine)
        mine.delete_everything()
        mine.restore(Practice(answers=held.answers))
        mine.restore(held)
        assert everything(mine) == held


class TestDeletingEverything:
    def test_leaves_nothing_of_the_person_and_everything_of_others(self, mine: Record, hers: Record) -> None:
        for record in (mine, hers):
            practise(record)
            record.set_draft("answer", "ein Entwurf")
            record.set_preferences(Preferences(language="zh"))
        held = everything(hers)
        mine.delete_everything()
        assert (everything(mine), mine.draft("answer"), mine.preferences()) == (Practice(), "", Preferences())
        assert (everything(hers), hers.draft("answer"), hers.preferences()) == (
            held,
            "ein Entwurf",
            Preferences(language="zh"),
        )

    def test_of_nothing_is_no_fault(self, mine: Record) -> None:
        mine.delete_everything()
        mine.delete_everything()
        assert everything(mine) == Practice()

    def test_lets_one_begin_anew(self, mine: Record) -> None:
        practise(mine)
        mine.delete_everything()
        assert practise(mine) == everything(mine)
