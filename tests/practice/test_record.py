"""What every `Record` does, whatever it is made of."""

from collections.abc import Callable
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.bank.question import Weight
from coach.chat import Usage
from coach.critique.feedback import Evidence, Feedback, FollowUp, Label, Reason, Verdict, Versions
from coach.customer.mood import StopReason
from coach.customer.turns import Intensity
from coach.errors import InputError, RecordUnavailable
from coach.practice.record import Attempt, FollowUpAnswer, Record, RolePlay
from tests.practice.record_parts import START, MakeRecord, at_once
from tests.practice.role_play_parts import SCENARIO, debrief, exchange


def feedback(score: float | None = 0.5, raw_replies: tuple[str, ...] = ('{"verdict": "covered"}',)) -> Feedback:
    return Feedback(
        question_id="q01",
        score=score,
        judge="llm",
        key_points=(
            Verdict(
                id="q01.1",
                text="倾听",
                weight=Weight.VITAL,
                verdict=Label.COVERED,
                evidence=(Evidence(quote="先听", start=0, end=2, status="verified"),),
                why="说了",
            ),
            Verdict(id="q01.2", text="时限", weight=Weight.OKAY, verdict=Label.UNGRADED, reason=Reason.NO_QUOTE),
        ),
        strengths=("冷静",),
        rewrite="先听，再……",
        follow_up=FollowUp(question="多久？", key_point_id="q01.2", source="model"),
        usage=Usage(calls=1, input_tokens=None, output_tokens=20, cost_usd=None, seconds=1.5),
        versions=Versions(
            coach="0.1.0",
            judge="critic@12345678",
            model="qwen-plus",
            parameters={"temperature": 0, "stop": None, "nested": {"a": [1, 2.5, "三"]}},
            question="abcdefgh",
            index="fingerprint",
            retrieved=("q01.1", "q01.2"),
        ),
        raw_replies=raw_replies,
    )


def test_an_answer_is_kept_with_its_time_and_question(record: Record):
    attempt = record.add_attempt("q01", "如何退款？", "先听完。")
    assert attempt == Attempt(
        id="attempt-1", created=START, question_id="q01", question="如何退款？", answer="先听完。"
    )
    assert record.attempt("attempt-1") == attempt


def test_a_time_is_utc_wherever_the_clock_stands(make_record: MakeRecord):
    beijing = START.astimezone(timezone(timedelta(hours=8)))
    record = make_record(lambda: beijing)
    attempt = record.add_attempt("q01", "?", "a")
    assert [(one.created, one.created.tzinfo) for one in (attempt, *record.attempts(1))] == [(START, UTC)] * 2


def test_an_unknown_id_is_none(record: Record):
    record.add_attempt("q01", "?", "a")
    assert [record.attempt(strange) for strange in ("attempt-2", "", "'; drop table attempts; --", "\ud800")] == [
        None
    ] * 4


def test_the_newest_attempts_come_first(record: Record):
    added = [record.add_attempt("q01", "?", answer) for answer in "abcd"]
    assert record.attempts(limit=3) == added[:0:-1]
    assert record.attempts(limit=100) == added[::-1]
    assert record.attempts(limit=None) == added[::-1]
    assert record.attempts(limit=0) == []


def test_of_attempts_at_the_same_time_the_last_comes_first(make_record: MakeRecord):
    record = make_record(lambda: START)
    added = [record.add_attempt("q01", "?", answer) for answer in "abc"]
    assert record.attempts(limit=100) == added[::-1]


def test_an_empty_record_has_no_attempts(record: Record):
    assert record.attempts(limit=10) == []


def test_feedback_comes_back_as_it_was_with_the_raw_replies(record: Record):
    attempt = record.add_attempt("q01", "?", "先听完。")
    record.set_feedback(attempt.id, feedback())
    assert record.attempt(attempt.id) == attempt.model_copy(update={"feedback": feedback()})


def test_later_feedback_replaces_the_earlier(record: Record):
    first, second = record.add_attempt("q01", "?", "a"), record.add_attempt("q01", "?", "b")
    record.set_feedback(first.id, feedback(score=0.5))
    record.set_feedback(first.id, feedback(score=None))
    assert [one.feedback for one in record.attempts(2)] == [None, feedback(score=None)]
    assert record.attempt(second.id) == second


def test_follow_ups_stand_in_the_order_they_were_asked(record: Record):
    attempt, other = record.add_attempt("q01", "?", "a"), record.add_attempt("q01", "?", "b")
    asked = [
        FollowUpAnswer(
            follow_up=FollowUp(question=f"{number}？", key_point_id="q01.2", source=source), answer=f"答{number}"
        )
        for number, source in enumerate(("template", "model", "template"))
    ]
    for one in asked:
        record.add_follow_up(attempt.id, one.follow_up, one.answer)
        record.add_follow_up(other.id, one.follow_up, "别的")
    kept = record.attempt(attempt.id)
    assert kept is not None
    assert kept.follow_ups == tuple(asked)


def test_a_later_rating_of_a_key_point_replaces_the_earlier(record: Record):
    attempt, other = record.add_attempt("q01", "?", "a"), record.add_attempt("q01", "?", "b")
    record.rate(attempt.id, "q01.1", Label.MISSING)
    record.rate(attempt.id, "q01.2", Label.PARTIAL)
    record.rate(attempt.id, "q01.1", Label.COVERED)
    record.rate(other.id, "q01.1", Label.CONTRADICTED)
    assert [one.self_ratings for one in record.attempts(2)] == [
        {"q01.1": Label.CONTRADICTED},
        {"q01.1": Label.COVERED, "q01.2": Label.PARTIAL},
    ]


@pytest.mark.parametrize(
    "write",
    [
        lambda record: record.set_feedback("nobody", feedback()),
        lambda record: record.add_follow_up(
            "nobody", FollowUp(question="?", key_point_id="q01.1", source="model"), "what I said"
        ),
        lambda record: record.rate("nobody", "q01.1", Label.COVERED),
    ],
    ids=["feedback", "follow-up", "rating"],
)
def test_nothing_is_kept_in_silence_for_an_attempt_that_is_not_there(record: Record, write: Callable[[Record], None]):
    with pytest.raises(RecordUnavailable, match="holds no attempt nobody"):
        write(record)


def test_another_record_of_the_same_place_sees_everything(make_record: MakeRecord):
    attempt = make_record(lambda: START).add_attempt("q01", "?", "a")
    make_record(lambda: START).rate(attempt.id, "q01.1", Label.COVERED)
    assert make_record(lambda: START).attempts(1)[0].self_ratings == {"q01.1": Label.COVERED}


LETTERS = [
    "",
    "  spaces \n\r\n\tand line ends\n",
    "zero\u200bwidth\u200d\ufeff\u2060",
    "right\u202eto left\u202c \U000e0041",
    "👩‍👩‍👧‍👦 🏳️‍🌈 😀",
    "half of an emoji \ud83d here, and \udc00\ud800 swapped",
    "both halves \ud83d\ude00 apart",
    "a NUL \0 and a bell \a and DEL \x7f",
    r"C:\new\u005c \\u0000 \ud83d",
    "'; drop table attempts; -- %s %(x)s :name ?",
    "长" * 100_000,
]


@pytest.mark.parametrize("text", LETTERS, ids=range(len(LETTERS)))
def test_every_text_is_kept_to_the_letter(record: Record, text: str):
    attempt = record.add_attempt("q01", text, text)
    record.add_follow_up(attempt.id, FollowUp(question=text, key_point_id="q01.1", source="model"), text)
    (kept,) = record.attempts(1)
    assert (kept.question, kept.answer) == (text, text)
    assert (kept.follow_ups[0].follow_up.question, kept.follow_ups[0].answer) == (text, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(codec=None)))
def test_any_text_is_kept_to_the_letter(record: Record, text: str):
    attempt = record.add_attempt("q01", "?", text)
    assert record.attempt(attempt.id) == attempt
    assert attempt.answer == text


@pytest.mark.parametrize("raw", ["half \ud83d of one", "\0", r"\ud83d \u0000", '“quotes” " \\ \n', "长" * 100_000])
def test_raw_replies_are_kept_to_the_letter(record: Record, raw: str):
    attempt = record.add_attempt("q01", "?", "a")
    record.set_feedback(attempt.id, feedback(raw_replies=(raw, "second")))
    assert record.attempts(1)[0].feedback == feedback(raw_replies=(raw, "second"))


def begun(record: Record, *turns: str) -> RolePlay:
    """A role-play with turns that have been answered."""
    role_play = record.add_role_play(SCENARIO, 3, 7, Intensity.FIRM)
    for number, said in enumerate(turns, 1):
        record.add_turn(role_play.id, number, said)
        record.answer_turn(role_play.id, number, exchange(said, number))
    return kept(record, role_play)


def kept(record: Record, role_play: RolePlay) -> RolePlay:
    found = record.role_play(role_play.id)
    assert found is not None
    return found


def test_a_role_play_begins_with_its_card_as_it_stood(record: Record):
    role_play = record.add_role_play(SCENARIO, 4, 7, Intensity.HARSH, exam=True)
    assert role_play == RolePlay(
        id="attempt-1",
        created=START,
        scenario=SCENARIO,
        difficulty=4,
        seed=7,
        intensity=Intensity.HARSH,
        exam=True,
    )
    assert record.role_play("attempt-1") == role_play


@pytest.mark.parametrize("seed", [0, -1, 2**31, 2**64, 10**30])
def test_a_seed_may_be_any_whole_number(record: Record, seed: int):
    assert kept(record, record.add_role_play(SCENARIO, 3, seed, Intensity.FIRM)).seed == seed


def test_an_unknown_role_play_is_none(record: Record):
    begun(record)
    assert [record.role_play(strange) for strange in ("attempt-2", "", "'; drop table role_plays; --", "\ud800")] == [
        None
    ] * 4


def test_the_newest_role_plays_come_first_and_attempts_are_others(record: Record):
    attempt = record.add_attempt("q01", "?", "a")
    added = [begun(record, *turns) for turns in ("", "a", "ab")]
    assert record.role_plays(limit=2) == added[:0:-1]
    assert record.role_plays(limit=100) == added[::-1]
    assert record.role_plays(limit=None) == added[::-1]
    assert record.role_plays(limit=0) == []
    assert record.attempts(limit=100) == [attempt]
    assert record.role_play(attempt.id) is None


def test_of_role_plays_at_the_same_time_the_last_comes_first(make_record: MakeRecord):
    record = make_record(lambda: START)
    assert record.role_plays(limit=100) == []
    added = [begun(record) for _ in range(3)]
    assert record.role_plays(limit=100) == added[::-1]


def test_a_turn_is_kept_while_it_waits_and_then_with_what_came_of_it(record: Record):
    role_play = begun(record, "您好")
    record.add_turn(role_play.id, 2, "我马上查")
    waiting = kept(record, role_play)
    assert (waiting.pending, waiting.exchanges) == ("我马上查", (exchange("您好", 1),))
    record.answer_turn(role_play.id, 2, exchange("我马上查", 2))
    answered = kept(record, role_play)
    assert (answered.pending, answered.exchanges) == (None, (exchange("您好", 1), exchange("我马上查", 2)))
    assert answered.end is None


def test_an_answered_turn_keeps_its_first_answer(record: Record):
    role_play = begun(record, "您好")
    record.answer_turn(role_play.id, 1, exchange("别的", 1, StopReason.WALK_AWAY))
    assert kept(record, role_play) == role_play


def test_a_turn_ends_the_role_play_where_its_step_does(record: Record):
    role_play = begun(record, "您好")
    record.add_turn(role_play.id, 2, "随便你")
    record.answer_turn(role_play.id, 2, exchange("随便你", 2, StopReason.WALK_AWAY))
    assert kept(record, role_play).end is StopReason.WALK_AWAY


def test_a_role_play_that_was_left_keeps_its_reason_and_the_answer_that_came_late(record: Record):
    role_play = begun(record)
    record.add_turn(role_play.id, 1, "您好")
    record.end_role_play(role_play.id, StopReason.CANDIDATE_QUIT)
    record.end_role_play(role_play.id, StopReason.MAX_TURNS)
    assert (kept(record, role_play).pending, kept(record, role_play).end) == ("您好", StopReason.CANDIDATE_QUIT)
    record.answer_turn(role_play.id, 1, exchange("您好", 1, StopReason.ESCALATED))
    late = kept(record, role_play)
    assert (late.pending, len(late.exchanges), late.end) == (None, 1, StopReason.CANDIDATE_QUIT)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "turn 1 of role-play .* was said already, perhaps in another window; reload"),
        (2, "turn 2 of role-play .* was said already, perhaps in another window; reload"),
        (4, "turn 4 of role-play .* can't come now, turn 3 is next; reload"),
        (0, "turn 0 of role-play .* can't come now, turn 3 is next; reload"),
        (-1, "turn -1 of role-play .* can't come now, turn 3 is next; reload"),
    ],
)
def test_only_the_next_turn_is_taken(record: Record, number: int, said: str):
    role_play = begun(record, "您好", "我马上查")
    with pytest.raises(InputError, match=said):
        record.add_turn(role_play.id, number, "又一次")
    assert kept(record, role_play) == role_play


@pytest.mark.parametrize(
    ("number", "said"), [(1, "turn 1 .* was said already"), (2, "turn 1 .* still waits .* reload")]
)
def test_no_turn_is_taken_while_one_waits(record: Record, number: int, said: str):
    role_play = begun(record)
    record.add_turn(role_play.id, 1, "您好")
    with pytest.raises(InputError, match=said):
        record.add_turn(role_play.id, number, "还在吗")
    assert kept(record, role_play).pending == "您好"


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "turn 1 .* was said already"), (2, r"has ended \(candidate_quit\) and takes no more turns")],
)
def test_no_turn_is_taken_after_the_end(record: Record, number: int, said: str):
    role_play = begun(record, "您好")
    record.end_role_play(role_play.id, StopReason.CANDIDATE_QUIT)
    with pytest.raises(InputError, match=said):
        record.add_turn(role_play.id, number, "等等")
    assert len(kept(record, role_play).exchanges) == 1


def test_hints_are_counted(record: Record):
    role_play, other = begun(record), begun(record)
    for _ in range(3):
        record.count_hint(role_play.id)
    assert (kept(record, role_play).hints, kept(record, other).hints) == (3, 0)


def test_a_later_debrief_replaces_the_earlier(record: Record):
    role_play, other = begun(record, "您好"), begun(record)
    for rewrite in ("先这样", "再那样"):
        record.set_debrief(role_play.id, debrief(rewrite))
    assert kept(record, role_play).debrief == debrief("再那样")
    assert kept(record, other) == other


def test_a_branch_goes_on_from_a_turn_and_leaves_the_original_alone(record: Record):
    original = begun(record, "您好", "随便你")
    branch = record.add_role_play(
        original.scenario, 3, 7, Intensity.FIRM, exchanges=original.exchanges[:1], branched_from=original.id
    )
    assert (branch.branched_from, branch.exchanges, branch.end) == (original.id, original.exchanges[:1], None)
    record.add_turn(branch.id, 2, "换我也急")
    record.answer_turn(branch.id, 2, exchange("换我也急", 2, StopReason.RESOLVED))
    assert [one.said for one in kept(record, branch).exchanges] == ["您好", "换我也急"]
    assert kept(record, branch).end is StopReason.RESOLVED
    assert kept(record, original) == original


def test_a_branch_of_a_whole_role_play_has_ended_as_that_one(record: Record):
    whole = (exchange("您好", 1), exchange("随便你", 2, StopReason.WALK_AWAY))
    branch = record.add_role_play(SCENARIO, 3, 7, Intensity.FIRM, exchanges=whole, branched_from="attempt-9")
    assert branch.end is StopReason.WALK_AWAY
    assert kept(record, branch) == branch


@pytest.mark.parametrize(
    "write",
    [
        lambda record: record.add_turn("nobody", 1, "what I said"),
        lambda record: record.answer_turn("nobody", 1, exchange("what I said")),
        lambda record: record.count_hint("nobody"),
        lambda record: record.end_role_play("nobody", StopReason.CANDIDATE_QUIT),
        lambda record: record.set_debrief("nobody", debrief()),
    ],
    ids=["turn", "answer", "hint", "end", "debrief"],
)
def test_nothing_is_kept_in_silence_for_a_role_play_that_is_not_there(record: Record, write: Callable[[Record], None]):
    with pytest.raises(RecordUnavailable, match="holds no role-play nobody"):
        write(record)


def test_no_answer_is_kept_in_silence_for_a_turn_that_is_not_there(record: Record):
    role_play = begun(record, "您好")
    with pytest.raises(RecordUnavailable, match=f"holds no turn 2 of role-play {role_play.id}"):
        record.answer_turn(role_play.id, 2, exchange("我马上查", 2))


def test_another_record_of_the_same_place_sees_every_turn(make_record: MakeRecord):
    role_play = begun(make_record(lambda: START), "您好")
    make_record(lambda: START).add_turn(role_play.id, 2, "我马上查")
    reopened = make_record(lambda: START).role_play(role_play.id)
    assert reopened == role_play.model_copy(update={"pending": "我马上查"})


@pytest.mark.parametrize("text", LETTERS, ids=range(len(LETTERS)))
def test_every_turn_is_kept_to_the_letter(record: Record, text: str):
    role_play = begun(record, text)
    record.add_turn(role_play.id, 2, text)
    record.set_debrief(role_play.id, debrief(text))
    found = kept(record, role_play)
    assert (found.pending, found.exchanges, found.debrief) == (text, (exchange(text, 1),), debrief(text))


@pytest.mark.parametrize("windows", ["of one process", "of eight processes"])
def test_of_eight_windows_that_say_the_same_turn_exactly_one_wins(make_record: MakeRecord, windows: str):
    record = make_record(lambda: START)
    role_play = begun(record, "您好")
    records = [record if windows == "of one process" else make_record(lambda: START) for _ in range(8)]

    faults = at_once(8, lambda who: records[who].add_turn(role_play.id, 2, f"window {who}"))

    (winner,) = (who for who, fault in enumerate(faults) if fault is None)
    assert {type(fault) for fault in faults if fault is not None} == {InputError}
    assert {str(fault) for fault in faults if fault is not None} == {
        f"turn 2 of role-play {role_play.id} was said already, perhaps in another window; reload the role-play to see "
        "what came of it"
    }
    assert kept(record, role_play).pending == f"window {winner}"


def test_of_two_answers_at_once_the_first_stays(make_record: MakeRecord):
    record = make_record(lambda: START)
    role_play = begun(record)
    record.add_turn(role_play.id, 1, "您好")
    ends = list(StopReason)
    records = [make_record(lambda: START) for _ in range(4)]
    faults = at_once(4, lambda who: records[who].answer_turn(role_play.id, 1, exchange("您好", 1, ends[who])))
    found = kept(record, role_play)
    assert faults == [None] * 4
    assert found.end is found.exchanges[0].step.state.end is not None


def test_hints_that_are_asked_for_at_once_are_all_counted(make_record: MakeRecord):
    role_play = begun(make_record(lambda: START))
    records = [make_record(lambda: START) for _ in range(8)]
    assert at_once(8, lambda who: records[who].count_hint(role_play.id)) == [None] * 8
    assert kept(records[0], role_play).hints == 8


def test_two_that_add_to_one_attempt_at_once_leave_one_rating_and_every_answer(make_record: MakeRecord):
    attempt = make_record(lambda: START).add_attempt("q01", "?", "a")
    follow_up = FollowUp(question="?", key_point_id="q01.1", source="model")
    records = [make_record(lambda: START) for _ in range(2)]

    def work(who: int) -> None:
        for number in range(10):
            records[who].rate(attempt.id, "q01.1", Label.COVERED)
            records[who].add_follow_up(attempt.id, follow_up, f"{who}-{number}")

    assert at_once(2, work) == [None, None]
    (found,) = records[0].attempts(1)
    assert found.self_ratings == {"q01.1": Label.COVERED}
    assert {one.answer for one in found.follow_ups} == {f"{who}-{number}" for who in range(2) for number in range(10)}
    assert len(found.follow_ups) == 20


@pytest.mark.parametrize("used", [False, True], ids=["new", "used"])
def test_threads_of_one_record_and_of_others_lose_nothing(make_record: MakeRecord, used: bool):
    shared = make_record(lambda: START)
    if used:
        shared.attempts(1)
    records = [shared if who < 4 else make_record(lambda: START) for who in range(8)]

    def answer_ten(who: int) -> None:
        for number in range(10):
            records[who].add_attempt("q01", "?", f"{who}-{number}")

    assert at_once(8, answer_ten) == [None] * 8
    answers = [one.answer for one in shared.attempts(None)]
    assert sorted(answers) == sorted(f"{who}-{number}" for who in range(8) for number in range(10))
