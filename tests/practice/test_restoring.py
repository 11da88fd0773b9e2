"""A person's own export, taken back: whole, or refused in one line that says where the fault is."""

import json
from collections.abc import Sequence
from datetime import UTC, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.critique.feedback import Label
from coach.errors import InputError
from coach.practice.exporting import as_json
from coach.practice.record import (
    Attempt,
    Choice,
    Disagreement,
    Interview,
    InterviewQuestion,
    Practice,
    RolePlay,
    everything,
)
from coach.practice.restoring import read_export
from tests.practice.histories import HISTORIES, NOW, Kept, attempt, feedback, role_play
from tests.practice.role_play_parts import exchange

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label


def refused(text: str) -> str:
    with pytest.raises(InputError) as fault:
        read_export("mine.json", text)
    said = str(fault.value)
    assert "\n" not in said
    assert len(said) < 300
    return said


def changed(**values: object) -> str:
    whole = json.loads(as_json(Practice(answers=(attempt(COVERED),), role_plays=(role_play(COVERED),)), NOW))
    return json.dumps(whole | values)


def test_an_export_reads_back_as_what_it_was_made_of() -> None:
    practice = Practice(answers=(attempt(COVERED, UNGRADED),), role_plays=(role_play(PARTIAL),))
    assert read_export("mine.json", as_json(practice, NOW)) == practice


def test_what_is_cut_off_is_refused_with_the_place() -> None:
    whole = as_json(Practice(answers=(attempt(COVERED),)), NOW)
    for end in range(0, len(whole) - 2, 7):
        assert "is cut off or no JSON (line " in refused(whole[:end])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "is no export of this program"),
        ("null", "is no export of this program"),
        ('"interview-coach"', "is no export of this program"),
        ('{"questions": []}', "is no export of this program"),
        ('{"format": "interview-coach", "version": 2, "answers": []}', "is no export of this program"),
        (changed(format="another"), "is no export of this program"),
        (changed(version=1), "is an export of version '1', this program reads 2"),
        (changed(version=3), "is an export of version '3', this program reads 2"),
        (changed(version="2"), "is an export of version '2', this program reads 2"),
        (changed(answers=None), "answers: Input should be a valid tuple"),
        (changed(answers=[{"id": "a"}]), "answers.0.created: Field required (and 3 more)"),
        (changed(role_plays=[7]), "role_plays.0: Input should be a valid dictionary"),
        ("[" * 100_000, "nesting that no export has"),
        ('{"version": ' + "9" * 5000 + "}", "a number"),
    ],
)
def test_what_is_no_export_is_refused_with_what_is_wrong(text: str, said: str) -> None:
    assert said in refused(text)


def test_a_value_that_can_not_be_is_named_by_its_place() -> None:
    whole = json.loads(as_json(Practice(answers=(attempt(COVERED), attempt(COVERED, PARTIAL))), NOW))
    whole["answers"][1]["feedback"]["key_points"][1]["verdict"] = "excellent"
    assert "mine.json: answers.1.feedback.key_points.1.verdict: Input should be 'covered'" in refused(json.dumps(whole))


@st.composite
def practices(draw: st.DrawFn) -> Practice:
    """What a person may have practised: histories, and interviews that some of the answers are of."""
    history: Kept = draw(HISTORIES)
    answers = [draw(_judged_again(one)) for one in history.held_attempts]
    plays = _branched(history.held_role_plays)
    interviews: list[Interview] = []
    for number in range(draw(st.integers(0, 2))):
        its = [place for place, one in enumerate(answers) if one.interview is None][: draw(st.integers(0, 3))]
        for place, held in enumerate(its, 1):
            answers[held] = answers[held].model_copy(update={"interview": f"i{number}", "place": place})
        interviews.append(draw(_interview(f"i{number}", [answers[held] for held in its])))
    return Practice(answers=tuple(answers), role_plays=tuple(plays), interviews=tuple(interviews))


@st.composite
def _judged_again(draw: st.DrawFn, one: Attempt) -> Attempt:
    text = st.text(st.characters(exclude_categories=[]), max_size=5)
    held = st.builds(Disagreement, label=st.sampled_from(Label), why=text)
    before = feedback(one.question_id, [draw(st.sampled_from(Label))])
    return one.model_copy(
        update={
            "answer": draw(text),
            "earlier": (before,) * draw(st.integers(0, 2)) if one.feedback else (),
            "disagreements": draw(st.dictionaries(st.just(f"{one.question_id}.1"), held)),
        }
    )


@st.composite
def _interview(draw: st.DrawFn, id_: str, answers: Sequence[Attempt]) -> Interview:
    asked = [
        InterviewQuestion(question_id=one.question_id, question=one.question, asked=NOW, attempt=one) for one in answers
    ]
    left = draw(st.lists(st.builds(InterviewQuestion, question_id=st.just("q04"), question=st.just("？"),
                                   skipped=st.booleans()), max_size=2))  # fmt: skip
    return Interview(
        id=id_,
        created=NOW - timedelta(hours=draw(st.integers(0, 50))),
        choice=draw(st.sampled_from(Choice)),
        seed=draw(st.integers(0, 2**80)),
        follow_ups=2,
        seconds=draw(st.none() | st.integers(1, 900)),
        questions=(*asked, *left),
        ended=draw(st.none() | st.just(NOW)),
    )


def _branched(plays: Sequence[RolePlay]) -> Sequence[RolePlay]:
    """Each goes on from the one before."""
    return [
        one.model_copy(
            update={"branched_from": plays[place - 1].id if place else None, "exchanges": (exchange("您好"),)}
        )
        for place, one in enumerate(plays)
    ]


@settings(max_examples=60)
@given(practices())
def test_what_is_exported_deleted_and_taken_back_is_the_same_practice(practice: Practice) -> None:
    with TemporaryDirectory() as folder:
        numbers = count(1)
        record = SqlRecord(sqlite_url(Path(folder)), new_id=lambda: f"new-{next(numbers)}")
        size = len(practice.answers) + len(practice.role_plays) + len(practice.interviews)
        assert record.restore(practice) == size
        held = everything(record)
        file = Path(folder) / "mine.json"
        file.write_text(as_json(held, NOW.astimezone(UTC)), "utf-8", errors="backslashreplace")
        record.delete_everything()
        assert everything(record) == Practice()
        back = read_export("mine.json", file.read_text("utf-8"))
        assert record.restore(back) == size
        assert everything(record) == back
        assert as_json(everything(record), NOW) == as_json(back, NOW)
        assert record.restore(back) == 0
        assert _by_id(held) == _by_id(practice)
        assert _joined(held) == back


def _by_id(practice: Practice) -> dict[tuple[str, str], object]:
    return {(kind, one.id): one for kind, held in practice for one in held}


def _joined(practice: Practice) -> Practice:
    """Two halves of one character side by side are that character in a file."""

    def whole(one: Attempt) -> Attempt:
        held = {key: value.model_copy(update={"why": _whole(value.why)}) for key, value in one.disagreements.items()}
        return one.model_copy(update={"answer": _whole(one.answer), "disagreements": held})

    interviews = [
        one.model_copy(
            update={
                "questions": tuple(
                    asked.model_copy(update={"attempt": asked.attempt and whole(asked.attempt)})
                    for asked in one.questions
                )
            }
        )
        for one in practice.interviews
    ]
    return practice.model_copy(update={"answers": tuple(map(whole, practice.answers)), "interviews": tuple(interviews)})


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
