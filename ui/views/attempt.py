"""What comes of an answer: the candidate's own rating where wished, the verdicts as they arrive, then all of it."""

from typing import Literal

import streamlit as st

from coach.bank.index import ReferenceAnswer
from coach.critique.difference import compared
from coach.critique.feedback import Feedback, FollowUp, Label, Reason, Verdict
from coach.errors import AnswerTooLong, InputError
from coach.language import Translate
from coach.practice.answering import Answering
from coach.practice.record import Attempt
from coach.practice.work import Failed, Finished, Job, Kind, Stopped
from ui import session
from ui.components.answer import agreement_line, marked_answer, reference_panel, score_line
from ui.components.better import better_answer
from ui.components.broken_off import broken_off
from ui.components.difference import difference_box
from ui.components.disagreement import disagree_here, disagreement_line
from ui.components.draft import kept_text, let_go, nothing_written, too_long
from ui.components.focus import focus_on
from ui.components.judging import judgement
from ui.components.markup import numbered, plain
from ui.components.verdict import badge, open_card, verdict_card

_FAILED = {Reason.MODEL_BUSY, Reason.MODEL_REJECTED, Reason.BROKEN_REPLY, Reason.NOT_JUDGED, Reason.NO_QUOTE}
_SELF_RATINGS = (Label.COVERED, Label.PARTIAL, Label.MISSING)


def attempt_view(answering: Answering, attempt: Attempt, _: Translate) -> None:
    """The answer with what was said about it. Work that it still waits for is begun, or followed where it goes on."""
    reference = answering.reference(attempt.question_id)
    st.header(plain(session.questions().get(attempt.question_id, attempt.question)), anchor=False)
    left, right = st.columns([3, 2], gap="large")
    with right:
        reference_panel(reference, _)
    job = _awaited(attempt)
    is_whole = attempt.feedback is not None and (job is None or job.kind is Kind.FOLLOW_UP)
    if not is_whole:
        left.empty()  # in the place of the whole, which would stand there greyed until the work is done
    with left.container():
        if session.where("rate") and reference.key_points:
            _rate_first(attempt, reference, job, _)
        elif is_whole and attempt.feedback is not None:
            _judged(answering, attempt, attempt.feedback, job, reference, _)
        elif job is not None:
            _watch(attempt, job, reference, _)


def next_question(current: str | None) -> str | None:
    """A question with something due, else the next one in the bank that was never answered, else the next one.

    Never the current one; None where the bank holds no other.
    """
    due = [point.question_id for point in session.coach().progress(session.person()).agenda().due]
    answered = {attempt.question_id for attempt in session.record().attempts(None)}
    ids = list(session.questions())
    after = ids.index(current) + 1 if current in ids else 0
    in_turn = [*ids[after:], *ids[:after]]
    new = [one for one in in_turn if one not in answered]
    return next((one for one in (*due, *new, *in_turn) if one != current), None)


def _awaited(attempt: Attempt) -> Job | None:
    """The judgement that the attempt waits for; None where there is none."""
    again = session.where("again") or ""
    if attempt.feedback is None:
        kind, number = Kind.FEEDBACK, 0
    elif attempt.follow_ups and attempt.feedback.follow_up == attempt.follow_ups[-1].follow_up:
        kind, number = Kind.FOLLOW_UP, len(attempt.follow_ups)
    elif again.isdecimal() and int(again) == len(attempt.earlier) + 1:
        kind, number = Kind.AGAIN, int(again)
    else:
        return None
    return Job(kind=kind, person=session.person(), about=attempt.id, number=number)


def _rate_first(attempt: Attempt, reference: ReferenceAnswer, job: Job | None, _: Translate) -> None:
    """The key points to rate, while the judgement is made in the background."""
    if job is not None:
        session.coach().jobs.start(job)
    st.subheader(_("Your answer"), anchor=False)
    marked_answer(attempt, (), None, _)
    st.subheader(_("How do you see it yourself?"), anchor=False)
    st.caption(_("One tap for each key point. The coach's verdicts come after that."))
    _own_ratings(attempt.id, reference, _)
    if st.button(_("Show the verdicts"), key="show-verdicts", type="primary", icon=":material/gavel:"):
        session.stay(rate=None)
        st.rerun()


@st.fragment
def _own_ratings(attempt_id: str, reference: ReferenceAnswer, _: Translate) -> None:
    attempt = session.record().attempt(attempt_id)
    assert attempt is not None, "the page shows it"
    for place, point in enumerate(reference.key_points):
        with st.container(border=True, gap="small"):
            st.markdown(f"{numbered(place)} {plain(point.text)}")
            _own_rating(attempt, point.id, _)


def _own_rating(attempt: Attempt, key_point_id: str, _: Translate) -> None:
    chosen = st.segmented_control(
        _("How do you see it yourself?"),
        _SELF_RATINGS,
        default=attempt.self_ratings.get(key_point_id),
        format_func=_,
        key=f"rate-{attempt.id}-{key_point_id}",
        label_visibility="collapsed",
    )
    if chosen is not None and chosen != attempt.self_ratings.get(key_point_id):
        session.record().rate(attempt.id, key_point_id, chosen)


def _watch(attempt: Attempt, job: Job, reference: ReferenceAnswer, _: Translate) -> None:
    """Draws verdicts as they come in; the whole is drawn anew when the work is done."""
    points = {point.id: point for point in reference.key_points}
    arrived: dict[str, Verdict] = {}
    st.subheader(_("Your answer"), anchor=False)
    answer = st.empty()
    with answer.container():
        marked_answer(attempt, (), None, _)
    if session.where("stopped"):
        _go_on(_)
        return
    head = st.container()
    cards = {key: st.empty() for key in points}
    for place, (key, point) in enumerate(points.items()):
        with cards[key].container(border=True, gap="small"):
            open_card(point, place)

    def show(verdict: Verdict) -> None:
        if verdict.id not in points:
            return
        arrived[verdict.id] = verdict
        with cards[verdict.id].container(border=True, gap="small"):
            verdict_card(verdict, list(points).index(verdict.id), _)
        so_far = [arrived.get(key) or Verdict.ungraded(point, Reason.NOT_JUDGED) for key, point in points.items()]
        with answer.container():
            marked_answer(attempt, so_far, None, _)

    with head:
        _end(attempt, job, judgement(job, show, _), _)


def _end(attempt: Attempt, job: Job, news: Finished | Failed | Stopped, _: Translate) -> None:
    """What follows when a judgement has come to its end, good or bad."""
    if job.kind is Kind.AGAIN:  # the feedback before stands, whatever came of it
        session.stay(again=None)
        session.hold(_note(attempt), news.message.said(_) if isinstance(news, Failed) else None)
        st.rerun()
    if isinstance(news, Finished):
        st.rerun()
    if isinstance(news, Stopped):
        session.stay(stopped="1")
        st.rerun()
    broken_off(news, "try-again", _)
    too_long = job.kind is Kind.FEEDBACK and news.fault == AnswerTooLong.__name__
    if too_long and st.button(_("Shorten it"), key="shorten", icon=":material/edit:"):
        session.record().set_draft(f"answer-{attempt.question_id}", attempt.answer)
        session.go("answer", question=attempt.question_id)


def _go_on(_: Translate) -> None:
    """For a judgement that the candidate stopped."""
    st.info(_("Stopped. Your answer is kept, and can be judged whenever you like."), icon=":material/pause_circle:")
    if st.button(_("Judge my answer"), key="go-on", type="primary", icon=":material/gavel:"):
        session.stay(stopped=None)
        st.rerun()


def _judged(
    answering: Answering,
    attempt: Attempt,
    feedback: Feedback,
    job: Job | None,
    reference: ReferenceAnswer,
    _: Translate,
) -> None:
    _verdicts(answering, attempt.id, _)
    focus_on(f"result-{attempt.id}", f"{attempt.id}-{len(attempt.follow_ups)}-{len(attempt.earlier)}")
    if feedback.strengths:
        st.subheader(_("What was good"), anchor=False)
        st.markdown("\n".join(f"- :material/thumb_up: {plain(strength)}" for strength in feedback.strengths))
    if feedback.rewrite:
        better_answer(attempt.answer, feedback.rewrite, f"changes-{attempt.id}", _)
    if feedback.follow_up and (
        job is not None or any(one.id == feedback.follow_up.key_point_id for one in reference.key_points)
    ):
        _follow_up(answering, attempt, feedback, feedback.follow_up, job, _)
    _ways_on(attempt, feedback, _)


@st.fragment
def _verdicts(answering: Answering, attempt_id: str, _: Translate) -> None:
    """The answer and each verdict. A part of its own, so that a tap draws nothing else anew."""
    attempt = session.record().attempt(attempt_id)
    assert attempt is not None, "the page shows it"
    assert attempt.feedback is not None, "the page shows it"
    lit = session.held(_lit(attempt))
    st.subheader(_("Your answer"), anchor=False)
    marked_answer(attempt, attempt.feedback.key_points, lit, _)
    if lit is not None:
        st.button(
            _("Show all marks"),
            key="all-marks",
            icon=":material/select_all:",
            type="tertiary",
            on_click=session.drop,
            args=(_lit(attempt),),
        )
    with st.container(key=f"result-{attempt_id}"):
        _result(attempt, attempt.feedback, _)
    for place, verdict in enumerate(attempt.feedback.key_points):
        texts = (attempt.answer, *(one.answer for one in attempt.follow_ups)) if lit == verdict.id else ()
        with st.container(border=True, gap="small"):
            verdict_card(verdict, place, _, attempt.self_ratings.get(verdict.id), texts)
            _on_verdict(answering, attempt, verdict, _)


def _result(attempt: Attempt, feedback: Feedback, _: Translate) -> None:
    """The score and what stands beside it."""
    note = session.held(_note(attempt))
    if note:
        st.warning(_("It could not be judged again; the judgement before stays."), icon=":material/warning:")
        st.caption(plain(note))
    if feedback.has_failed:
        st.warning(
            _("The model could not judge your answer just now. Nothing counts against you, and your answer is kept."),
            icon=":material/cloud_off:",
        )
    elif feedback.key_points:
        score_line(feedback, _)
        agreement_line(attempt, feedback, _)
    else:
        st.info(_("This question has no key points to judge by: compare with the reference yourself."))
    if any(verdict.reason in _FAILED for verdict in feedback.key_points):
        _judge_again(attempt, "primary", _)
    if attempt.earlier and not attempt.earlier[-1].has_failed:
        difference_box(compared(attempt.earlier[-1], feedback), _)


def _on_verdict(answering: Answering, attempt: Attempt, verdict: Verdict, _: Translate) -> None:
    """What the candidate can do about a verdict: see its words alone, rate what is open, disagree."""
    key, lit = f"{attempt.id}-{verdict.id}", session.held(_lit(attempt)) == verdict.id
    if verdict.verdict is Label.UNGRADED:
        st.caption(_("How do you see it yourself?"))
        _own_rating(attempt, verdict.id, _)
    disagreement = attempt.disagreements.get(verdict.id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if verdict.evidence:
            label = _("Show all marks") if lit else _("Show my words")
            st.button(
                label,
                key=f"light-{key}",
                icon=":material/highlight:",
                type="tertiary",
                on_click=session.hold,
                args=(_lit(attempt), None if lit else verdict.id),
            )
        if disagreement is None and verdict.verdict is not Label.UNGRADED:
            disagree_here(verdict, key, lambda label, why: answering.disagree(attempt, verdict.id, label, why), _)
    if disagreement is not None:
        disagreement_line(disagreement, key, lambda: answering.disagree(attempt, verdict.id, None), _)


def _follow_up(
    answering: Answering, attempt: Attempt, feedback: Feedback, follow_up: FollowUp, job: Job | None, _: Translate
) -> None:
    """The next question of the interviewer, and the judgement of what was said to it where that is under way."""
    st.subheader(_("Follow-up"), anchor=False)
    if attempt.follow_ups and job is None:
        _what_came_of(attempt, feedback, _)
    st.markdown(f":material/forum: **{plain(follow_up.question)}**")
    if job is not None:
        with st.container(border=True):
            st.markdown(plain(attempt.follow_ups[-1].answer))
        if session.where("stopped"):
            _go_on(_)
        else:
            _end(attempt, job, judgement(job, lambda verdict: None, _), _)
        return
    place = f"follow-up-{attempt.id}-{len(attempt.follow_ups)}"
    text = kept_text(place, _("Your answer to the follow-up"), _("Answer"), _, height=120)
    if text is None:
        return
    longest = session.coach().settings.max_answer_chars
    if len(text) > longest:
        too_long(text, longest, _)
        return
    try:
        answering.submit_follow_up(attempt, follow_up, text)
    except InputError:
        nothing_written(_)
        return
    let_go(place, text)
    st.rerun()


def _what_came_of(attempt: Attempt, feedback: Feedback, _: Translate) -> None:
    """The verdict on what the last follow-up asked for, as it stands after its answer."""
    asked = attempt.follow_ups[-1].follow_up.key_point_id
    for place, verdict in enumerate(feedback.key_points):
        if verdict.id == asked:
            found = _("After your last answer: {point}").format(point=f"{numbered(place)} {plain(verdict.text)}")
            st.markdown(f"{found} {badge(verdict.verdict, _)}")


def _ways_on(attempt: Attempt, feedback: Feedback, _: Translate) -> None:
    st.divider()
    with st.container(horizontal=True):
        if st.button(_("Next question"), key="next", type="primary", icon=":material/arrow_forward:"):
            following = next_question(attempt.question_id)
            session.go("answer", **({"question": following} if following else {}))
        if st.button(_("Practise this again"), key="again", icon=":material/refresh:"):
            session.go("answer", question=attempt.question_id)
        if session.coach().settings.model and not any(verdict.reason in _FAILED for verdict in feedback.key_points):
            _judge_again(attempt, "secondary", _)


def _judge_again(attempt: Attempt, kind: Literal["primary", "secondary"], _: Translate) -> None:
    if st.button(_("Judge again"), key="judge-again", type=kind, icon=":material/gavel:"):
        session.drop(_note(attempt))
        session.stay(again=str(len(attempt.earlier) + 1), stopped=None)
        st.rerun()


def _lit(attempt: Attempt) -> str:
    return f"lit-{attempt.id}"


def _note(attempt: Attempt) -> str:
    return f"again-failed-{attempt.id}"
