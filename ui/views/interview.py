"""A mock interview: one question at a time, what the interviewer asks next, and the report at the end."""

from collections.abc import Callable

import streamlit as st

from coach import errors
from coach.errors import AnswerTooLong, CoachError, InputError
from coach.language import Translate
from coach.practice.interview import Judging, NextFollowUp, NextQuestion, Over, Step, next_step, unjudged
from coach.practice.interviewing import Interviewing
from coach.practice.jobs import Waiting
from coach.practice.record import Interview
from coach.practice.work import Failed, Finished, Job, Kind, Stopped
from ui import session
from ui.components.broken_off import broken_off
from ui.components.clock import clock
from ui.components.draft import kept_text, let_go, nothing_written, too_long
from ui.components.fault import fault_box
from ui.components.focus import focus_on
from ui.components.header import page_header
from ui.components.markup import plain
from ui.views.interview_report import interview_report
from ui.views.interviews import interviews

_COLUMN = 740
"""Pixels: about 46 Chinese characters in a line."""
_HEIGHT, _FOLLOW_UP_HEIGHT = 220, 140
_MOST_BELOW = 12
"""Elements of a question or a follow-up with all that was said before it."""

Answer = Callable[[Interview, str], Interview]
LeaveOut = Callable[[Interview], Interview]


def interview_view() -> None:
    """The page. What it shows follows from the address and the record alone."""
    _ = session.translate()
    page_header(_("Mock interview"), _)
    try:
        with st.container(width=_COLUMN, gap="medium"):
            _page(_)
    except CoachError as fault:
        fault_box(fault, _)
        st.button(_("Try again"), key="try-again", icon=":material/refresh:")


def _page(_: Translate) -> None:
    interviewing = session.coach().interviewing(person=session.person())
    interview_id = session.where("id")
    interview = session.record().interview(interview_id) if interview_id else None
    if interview is None:
        if interview_id:
            st.info(
                _("This interview is not here: it was deleted, or belongs to another browser."), icon=":material/info:"
            )
        interviews(interviewing, _)
        return
    step = next_step(interview)
    _take_note(interview, step)
    _left_over(interview, _)
    match step:
        case NextQuestion():
            _question(interviewing, interview, step, _)
        case NextFollowUp():
            _follow_up(interviewing, interview, step, _)
        case Judging():
            _await(interviewing, interview, step, _)
        case Over():
            interview_report(interviewing, interview, _)


def _question(interviewing: Interviewing, interview: Interview, step: NextQuestion, _: Translate) -> None:
    if interview.questions[step.place - 1].asked is None:
        interview = interviewing.show(interview)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(_("Question {place} of {of}").format(place=step.place, of=step.of), width="content")
        left = interviewing.remaining(interview)
        if interview.seconds is not None and left is not None:
            with st.container(width="content"):
                clock(interview.seconds - left, interview.seconds, _, key=f"clock-{interview.id}-{step.place}")
    st.header(plain(_wording(step.question_id, step.question)), anchor=False)
    hint = _("Say it as you would in the interview. Ctrl+Enter submits.")
    _answer(interviewing.answer, interview, step, _("Your answer"), hint, _HEIGHT, _)
    with st.container(horizontal=True, vertical_alignment="center"):
        _way_past(_("Skip this question"), interviewing.skip, interview, step, _)
        _way_out(interviewing, interview, _)


def _follow_up(interviewing: Interviewing, interview: Interview, step: NextFollowUp, _: Translate) -> None:
    """The interviewer's next sentence, under what was said until then."""
    one = interview.questions[step.place - 1]
    assert one.attempt is not None, "a follow-up is on an answer"
    st.caption(_("Question {place} of {of}").format(place=step.place, of=step.of))
    st.markdown(f"**{plain(_wording(one.question_id, one.question))}**")
    _said(one.attempt.answer)
    for earlier in one.attempt.follow_ups:
        st.markdown(f"**{plain(earlier.follow_up.question)}**")
        _said(earlier.answer)
    st.header(plain(step.follow_up.question), anchor=False)
    label, hint = _("Your answer to the follow-up"), _("Answer as in the conversation. Ctrl+Enter submits.")
    _answer(interviewing.answer_follow_up, interview, step, label, hint, _FOLLOW_UP_HEIGHT, _)
    with st.container(horizontal=True, vertical_alignment="center"):
        _way_past(_("I have nothing to add"), interviewing.decline_follow_up, interview, step, _)
        _way_out(interviewing, interview, _)


def _said(words: str) -> None:
    with st.container(border=True):
        st.markdown(plain(words))


def _answer(
    answer: Answer,
    interview: Interview,
    step: NextQuestion | NextFollowUp,
    label: str,
    hint: str,
    height: int,
    _: Translate,
) -> None:
    """Where one writes, and what becomes of what was written."""
    place = _place(interview, step)
    text = kept_text(place, label, _("Answer"), _, height=height, placeholder=hint)
    focus_on(place)
    if text is not None:
        _submit(answer, interview, step, text, _)


def _submit(answer: Answer, interview: Interview, step: NextQuestion | NextFollowUp, text: str, _: Translate) -> None:
    """Keeps the words before anything else, and lets them be judged while the interview goes on."""
    place = _place(interview, step)
    try:
        answered = answer(interview, text)
    except AnswerTooLong:
        session.record().set_draft(place, text)
        too_long(text, session.coach().settings.max_answer_chars, _)
        return
    except InputError:
        if not text.strip():
            nothing_written(_)
            return
        session.hold(_stray(interview), text)
        st.rerun()
    let_go(place, text)
    _settle(interview)
    job = _job(answered, step.place)
    if job is not None:
        session.coach().jobs.start(job)
    st.rerun()


def _way_past(
    label: str, leave_out: LeaveOut, interview: Interview, step: NextQuestion | NextFollowUp, _: Translate
) -> None:
    """A button that leaves this out, after a second look where something was written."""
    place = _place(interview, step)
    sure = f"sure-{place}"
    if session.held(sure):
        st.markdown(_("What you wrote will not count."), width="content")
        label = _("Leave it out all the same")
    if st.button(label, key="leave-out", icon=":material/skip_next:", type="tertiary"):
        if session.record().draft(place).strip() and not session.held(sure):
            session.hold(sure, True)
            st.rerun()
        leave_out(interview)
        _settle(interview)
        st.rerun()


def _way_out(interviewing: Interviewing, interview: Interview, _: Translate) -> None:
    with st.popover(_("Leave it here"), icon=":material/logout:", type="tertiary", key="way-out"):
        st.markdown(_("Everything is kept: come back to this address, or to the home page, and go on."))
        if interviewing.remaining(interview) is not None:
            st.caption(_("The clock of the question goes on."))
        if st.button(_("Go on later"), key="later", type="primary", icon=":material/pause_circle:"):
            _settle(interview)
            session.stay(id=None)
            st.rerun()
        st.markdown(_("Or end it now: the report is on what you have answered, and nothing else counts against you."))
        if st.button(_("End it and see the report"), key="end", icon=":material/flag:"):
            interviewing.end(interview)
            _settle(interview)
            st.rerun()


def _await(interviewing: Interviewing, interview: Interview, step: Judging, _: Translate) -> None:
    """A judgement that is not shown. It goes on by itself when the page is left."""
    without = f"without-{step.attempt_id}"
    if session.held(without):  # before the judgement is begun anew
        interviewing.leave_unjudged(step, interview)
        st.rerun()
    job = _job(interview, step.place)
    assert job is not None, "what is to be judged is not judged yet"
    here = st.container()
    for _place_below in range(_MOST_BELOW):  # what was on the screen would stay there, grey, until this run ends
        st.empty()
    with here:
        _so_far(interview, step, _)
        news = _followed(job, _)
    if isinstance(news, Finished):
        judged = interviewing.interview(interview.id)
        if next_step(judged) == step:  # a model that failed on a follow-up asks nothing more
            interviewing.leave_unjudged(step, judged)
        st.rerun()
    if isinstance(news, Failed) and _is_about_input(news):
        interviewing.leave_unjudged(step, interview)
        st.rerun()
    broken_off(news, f"again-{step.attempt_id}", _)
    st.button(_("Go on without this judgement"), key=without, icon=":material/skip_next:", type="tertiary")


def _so_far(interview: Interview, step: Judging, _: Translate) -> None:
    """How far it is with the report, where no more is asked; else what was just said."""
    answered = [one for one in interview.questions if one.attempt is not None]
    if interview.ended is not None or all(one.is_over for one in interview.questions):
        done = sum(unjudged(one) is None for one in answered)
        st.header(_("Thank you, that was all"), anchor=False)
        text = _("{done} of {all} answers read").format(done=done, all=len(answered))
        st.progress(done / len(answered), text=text)
        return
    one = interview.questions[step.place - 1]
    st.caption(_("Question {place} of {of}").format(place=step.place, of=step.of))
    st.markdown(f"**{plain(_wording(one.question_id, one.question))}**")
    if one.attempt is not None:
        _said(one.attempt.follow_ups[-1].answer if one.attempt.follow_ups else one.attempt.answer)


def _followed(job: Job, _: Translate) -> Finished | Failed | Stopped:
    jobs = session.coach().jobs
    job_id = jobs.start(job)
    with st.spinner(_("The interviewer is taking notes")):
        told = st.empty()
        for news in jobs.follow(job_id):
            if isinstance(news, Finished | Failed | Stopped):
                told.empty()
                return news
            told.caption(_waiting(jobs.waiting(job_id), _))  # at each tick: only a page that draws can be left
    raise AssertionError("work ends with news of its end")


def _waiting(waiting: Waiting | None, _: Translate) -> str:
    if waiting is None or waiting.seconds is None:
        return ""
    form = _("many are practising just now; about {seconds} seconds to wait")
    return form.format(seconds=round(waiting.seconds))


def _is_about_input(news: Failed) -> bool:
    """Whether it would fail again: the question has left the bank, or the answer is above a limit that became lower."""
    kind = getattr(errors, news.fault, CoachError)
    return issubclass(kind, InputError)


def _job(interview: Interview, place: int) -> Job | None:
    """The judgement that waits at a place; None where none does."""
    one = interview.questions[place - 1]
    what = unjudged(one)
    if one.attempt is None or what is None:
        return None
    kind, number = (Kind.FEEDBACK, 0) if what == "answer" else (Kind.FOLLOW_UP, len(one.attempt.follow_ups))
    return Job(kind=kind, person=session.person(), about=one.attempt.id, number=number)


def _take_note(interview: Interview, step: Step) -> None:
    """Notes which text area is on the screen.

    Words that come from one that is gone, because another window went on meanwhile, are put aside to be shown.
    """
    was = session.held(_shown(interview))
    now = _place(interview, step) if isinstance(step, NextQuestion | NextFollowUp) else None
    if was is not None and was != now and session.held(f"submit-{was}") and str(session.held(was) or "").strip():
        session.hold(_stray(interview), session.held(was))
    session.hold(_shown(interview), now)


def _left_over(interview: Interview, _: Translate) -> None:
    words = session.held(_stray(interview))
    if words is None:
        return
    st.warning(
        _("This interview went on in another window. Here is how it stands; these words of yours were not taken:"),
        icon=":material/sync_problem:",
    )
    _said(words)


def _settle(interview: Interview) -> None:
    """What was on the screen is done with."""
    session.drop(_shown(interview))
    session.drop(_stray(interview))


def _wording(question_id: str, asked: str) -> str:
    """A question in the session's language; as it was asked where it has left the banks."""
    return session.questions().get(question_id, asked)


def _place(interview: Interview, step: NextQuestion | NextFollowUp) -> str:
    place = f"interview/{interview.id}/{step.place}"
    return f"{place}/{step.number}" if isinstance(step, NextFollowUp) else place


def _shown(interview: Interview) -> str:
    return f"shown-{interview.id}"


def _stray(interview: Interview) -> str:
    return f"stray-{interview.id}"
