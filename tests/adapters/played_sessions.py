"""Many sessions of many persons at once, and a look whether anything of them was lost, doubled or crossed."""

from collections.abc import Callable
from threading import Barrier, Thread

from coach.bank.question import Weight
from coach.chat import Usage
from coach.critique.feedback import Feedback, Label, Verdict, Versions
from coach.customer.turns import Intensity
from coach.practice.record import Attempt, Record, RolePlay
from tests.practice.role_play_parts import SCENARIO, exchange

TURN_EVERY = 10
"""Every so many sessions there is a turn of a role-play too."""
_VERSIONS = Versions(coach="0", judge="j@1", question="v", index="f", retrieved=())


def play(record: Record, person: str, sessions: int) -> None:
    """An answer, its feedback and a rating of one's own, each session; a turn now and then."""
    own = record.of(person)
    role_play = own.add_role_play(SCENARIO, 3, 1, Intensity.FIRM)
    for number in range(sessions):
        attempt = own.add_attempt("q03", "?", f"{person} {number}")
        own.set_feedback(attempt.id, _feedback(f"{person} {number}"))
        own.rate(attempt.id, "q03.1", Label.PARTIAL)
        if number % TURN_EVERY == 0:
            turn = number // TURN_EVERY + 1
            said = f"{person} {turn}"
            own.add_turn(role_play.id, turn, said)
            own.answer_turn(role_play.id, turn, exchange(said, turn))


def play_at_once(record_for: Callable[[], Record], threads: int, sessions: int) -> None:
    """As many persons as threads. Raises what a thread raised."""
    start, faults = Barrier(threads), list[BaseException]()

    def one(who: int, record: Record) -> None:
        try:
            start.wait()
            play(record, f"person-{who}", sessions)
        except BaseException as fault:  # a thread has nobody to raise to: the test looks at it
            faults.append(fault)

    all_threads = [Thread(target=one, args=(who, record_for())) for who in range(threads)]
    for thread in all_threads:
        thread.start()
    for thread in all_threads:
        thread.join()
    if faults:
        raise faults[0]


def check(record: Record, threads: int, sessions: int) -> None:
    """Everybody has what they wrote, once and in order, and nothing of anybody else."""
    for person in (f"person-{who}" for who in range(threads)):
        own = record.of(person)
        answers = [*reversed(own.attempts(None))]
        assert [one.answer for one in answers] == [f"{person} {number}" for number in range(sessions)]
        assert all(_whole(one) for one in answers), person
        (role_play,) = own.role_plays(None)
        assert _said(role_play) == [f"{person} {turn}" for turn in range(1, -(-sessions // TURN_EVERY) + 1)]
    assert record.of("nobody").attempts(None) == []


def _whole(attempt: Attempt) -> bool:
    ratings = dict(attempt.self_ratings) == {"q03.1": Label.PARTIAL}
    return ratings and attempt.feedback == _feedback(attempt.answer) and attempt.earlier == ()


def _said(role_play: RolePlay) -> list[str]:
    assert role_play.pending is None
    assert all(one.line.bubbles[-1] == one.said for one in role_play.exchanges)
    return [one.said for one in role_play.exchanges]


def _feedback(text: str) -> Feedback:
    verdict = Verdict(id="q03.1", text=text, weight=Weight.VITAL, verdict=Label.MISSING)
    return Feedback(question_id="q03", score=0.0, judge="llm", key_points=(verdict,), usage=Usage(), versions=_VERSIONS)
