"""A judgement under way."""

from collections.abc import Callable

import streamlit as st

from coach.critique.feedback import Verdict
from coach.language import Translate
from coach.practice.jobs import Waiting
from coach.practice.work import Failed, Finished, Job, Judged, Retried, Stopped
from ui import session
from ui.components.markup import plain


def judgement(job: Job, arrived: Callable[[Verdict], None], _: Translate) -> Finished | Failed | Stopped:
    """Follows the work, which goes on by itself when the page is left, and gives how it ended.

    Each verdict is handed over as it comes. A button stops the work.
    """
    jobs = session.coach().jobs
    job_id = jobs.start(job)
    with st.container(horizontal=True, vertical_alignment="center"):
        spinning = st.container(width="content")
        if st.button(_("Stop"), key="stop", icon=":material/stop_circle:", type="tertiary"):
            jobs.stop(job_id)
            return Stopped()
    told, line, waits = st.empty(), "", True
    with spinning, st.spinner(_("Reading your answer")):
        for news in jobs.follow(job_id):
            if isinstance(news, Finished | Failed | Stopped):
                told.empty()
                return news
            if isinstance(news, Judged):
                arrived(news.verdict)
            elif isinstance(news, Retried):
                line = _("Trying again: {reason}").format(reason=plain(news.reason.said(_)))
            elif waits:
                waiting = jobs.waiting(job_id)
                line, waits = _waiting_line(waiting, _), waiting is not None
            told.caption(line)  # at each tick, for only a drawing page can be ended when it was left
    raise AssertionError("work ends with news of its end")


def _waiting_line(waiting: Waiting | None, _: Translate) -> str:
    if waiting is None:
        return ""
    if waiting.seconds is None:
        return _("In the queue, {ahead} before you.").format(ahead=waiting.ahead)
    return _("In the queue, {ahead} before you: about {seconds} seconds.").format(
        ahead=waiting.ahead, seconds=round(waiting.seconds)
    )
