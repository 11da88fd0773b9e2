"""A person's practice as files: JSON whole, CSV a row a key point, Markdown to read, HTML to print, cases for judges.

All of them are made from the record's values alone. Times are in UTC in JSON and CSV, in the reader's zone elsewhere.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from statistics import fmean
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from coach.critique.feedback import REASON_TEXTS, Feedback, Label, Verdict
from coach.customer.debrief import Debrief
from coach.customer.names import STOP_NAMES
from coach.language import Language, Translate, translate_to
from coach.practice.record import Attempt, Interview, InterviewQuestion, Practice, RolePlay
from coach.practice.sitting import sessions

Format = Literal["json", "md", "csv", "html", "cases"]
FORMATS: tuple[Format, ...] = ("json", "md", "csv", "html", "cases")
FORMAT = "interview-coach"
VERSION = 2
"""Of the JSON form."""
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
"""Those that JSON leaves in a line."""


def exported(practice: Practice, form: Format, language: Language, zone: tzinfo, now: datetime) -> str:
    """The practice as the text of one file; a practice without anything gives a file that says so."""
    if form == "json":
        return as_json(practice, now)
    if form == "csv":
        return as_csv(practice)
    if form == "cases":
        return as_cases(practice)
    template = _templates().get_template(f"practice.{form}")
    return template.render(_content(practice, language, zone, now))


def as_json(practice: Practice, now: datetime) -> str:
    """Everything that the record holds, with the raw replies of models; nothing is left out or rounded."""
    content = {"format": FORMAT, "version": VERSION, "exported": now.isoformat()}
    return json.dumps(content | practice.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


def as_cases(practice: Practice) -> str:
    """A line of JSON for each answer with a disagreement, as `coach eval answers` reads them; nothing without any.

    A judge is tested with the answer alone, so a key point that a follow-up asked about is left out: what the candidate
    holds right there may rest on what was said later.
    """
    lines: list[str] = []
    for attempt in practice.answers:
        asked = {one.follow_up.key_point_id for one in attempt.follow_ups}
        held = {key: {"label": one.label} for key, one in attempt.disagreements.items() if key not in asked}
        answer = attempt.answer.encode("utf-8", "replace").decode("utf-8")  # halves of characters are no JSON text
        case = {"id": attempt.id, "question": attempt.question_id, "answer": answer, "labels": held}
        lines += [json.dumps(case, ensure_ascii=False)] if held else []
    return "".join(_LINE_ENDS.sub(lambda end: f"\\u{ord(end[0]):04x}", line) + "\n" for line in lines)


_COLUMNS = (
    "kind", "id", "created", "interview", "question_or_scenario", "key_point_id", "key_point", "weight", "verdict",
    "self_rating", "disagreement", "judge", "score", "quote",
)  # fmt: skip


def as_csv(practice: Practice) -> str:
    """A row for each key point of each answer, and of each role-play's debrief; with the header alone for nothing."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(row.get(name, "")) for name in _COLUMNS] for row in _rows(practice))
    return out.getvalue()


def _rows(practice: Practice) -> Iterator[Mapping[str, object]]:
    for attempt in practice.answers:
        for row in _points("answer", attempt, attempt.question_id, attempt.feedback) if attempt.feedback else ():
            key = str(row["key_point_id"])
            own, other = attempt.self_ratings.get(key, ""), attempt.disagreements.get(key)
            disagreement = "" if other is None else other.label
            yield row | {"self_rating": own, "disagreement": disagreement, "interview": attempt.interview or ""}
    for role_play in practice.role_plays:
        for feedback in role_play.debrief.key_points if role_play.debrief else ():
            yield from _points("role_play", role_play, role_play.scenario.id, feedback)


def _points(kind: str, whole: Attempt | RolePlay, about: str, feedback: Feedback) -> Iterator[dict[str, object]]:
    for verdict in feedback.key_points:
        yield {
            "kind": kind,
            "id": whole.id,
            "created": whole.created.isoformat(),
            "question_or_scenario": about,
            "key_point_id": verdict.id,
            "key_point": verdict.text,
            "weight": str(verdict.weight),
            "verdict": str(verdict.verdict),
            "judge": feedback.judge,
            "score": "" if feedback.score is None else round(feedback.score, 4),
            "quote": " / ".join(evidence.quote for evidence in verdict.evidence),
        }


def _cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets a quote before it (OWASP: CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("coach.practice"),
        autoescape=lambda name: bool(name and name.endswith(".html")),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def _texts(_: Translate) -> Mapping[str, str]:
    return {
        "title": _("My practice"),
        "nothing": _("Nothing has been practised yet."),
        "answers": _("Answers"),
        "role_plays": _("Role-plays"),
        "interviews": _("Mock interviews"),
        "in_interview": _("in a mock interview"),
        "question": _("Question"),
        "skipped": _("left out"),
        "not_reached": _("not reached"),
        "goes_on_interview": _("It goes on."),
        "disagree": _("You disagree"),
        "earlier": _("Earlier scores"),
        "score": _("Score"),
        "no_score": _("no score"),
        "key_point": _("Key points"),
        "verdict": _("Verdict"),
        "own_words": _("Own words"),
        "own_rating": _("Own rating"),
        "follow_up": _("Follow-up"),
        "said_better": _("Said better"),
        "not_judged": _("Not judged yet."),
        "anger": _("anger"),
        "trend": _("Trend"),
        "costliest": _("The turn that cost most"),
        "goes_on": _("It has not ended yet."),
        "you": _("you"),
        "failed": _("a red line was crossed: failed whatever the points"),
    }


def _content(practice: Practice, language: Language, zone: tzinfo, now: datetime) -> Mapping[str, object]:
    _ = translate_to(language)
    texts = _texts(_)

    def percent(score: float | None) -> str:
        return texts["no_score"] if score is None else f"{score:.0%}"

    def scored(feedback: Feedback) -> str:
        graded = sum(verdict.verdict is not Label.UNGRADED for verdict in feedback.key_points)
        whole = graded == len(feedback.key_points)
        label = texts["score"] if whole else _("Score of the {graded} graded points").format(graded=graded)
        return f"{label}: {percent(feedback.score)}"

    def outcome(asked: InterviewQuestion) -> str:
        if asked.attempt is None:
            return texts["skipped"] if asked.skipped else texts["not_reached"]
        return percent(asked.attempt.feedback.score) if asked.attempt.feedback else texts["not_judged"]

    def reason(verdict: Verdict) -> str:
        return _(REASON_TEXTS[verdict.reason]) if verdict.reason else ""

    def local(at: datetime) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    return {
        "practice": practice,
        "is_empty": is_empty(practice),
        "language": language,
        "now": now,
        "t": texts,
        "_": _,
        "percent": percent,
        "scored": scored,
        "local": local,
        "outcome": outcome,
        "ends": STOP_NAMES,
        "curve": _curve,
        "trend": _trend(practice),
        "quotes": _quotes,
        "reason": reason,
        "mean": _mean,
    }


def _quotes(verdict: Verdict) -> str:
    return " / ".join(f"“{evidence.quote}”" for evidence in verdict.evidence)


def _mean(interview: Interview) -> float | None:
    """The mean score of an interview's answers; None where none has one."""
    feedbacks = [one.attempt.feedback for one in interview.questions if one.attempt]
    scores = [feedback.score for feedback in feedbacks if feedback is not None and feedback.score is not None]
    return fmean(scores) if scores else None


def _curve(debrief: Debrief) -> str:
    """The mood as the points of an SVG line, 100 wide and 50 high, the highest anger on top."""
    last = max(len(debrief.mood) - 1, 1)
    return " ".join(f"{place * 100 / last:.1f},{50 - point.anger * 10}" for place, point in enumerate(debrief.mood))


def _trend(practice: Practice) -> str | None:
    """The scores of answers, oldest first, as the points of an SVG line; None for fewer than two."""
    feedbacks = (one.feedback for one in reversed(practice.answers))
    scores = [feedback.score for feedback in feedbacks if feedback is not None and feedback.score is not None]
    if len(scores) < 2:
        return None
    step = 100 / (len(scores) - 1)
    return " ".join(f"{place * step:.1f},{50 - score * 50:.1f}" for place, score in enumerate(scores))


def selected(practice: Practice, one: str) -> Practice:
    """The answer, the role-play, the interview with its answers, or all of the session of this id; else nothing."""
    ids = {one}.union(*(session.items for session in sessions(practice) if session.id == one))
    interviews = tuple(interview for interview in practice.interviews if interview.id in ids)
    asked = {interview.id for interview in interviews}
    return Practice(
        answers=tuple(answer for answer in practice.answers if answer.id in ids or answer.interview in asked),
        role_plays=tuple(role_play for role_play in practice.role_plays if role_play.id in ids),
        interviews=interviews,
    )


def is_empty(practice: Practice) -> bool:
    """Whether there is nothing in it."""
    return practice == Practice()
