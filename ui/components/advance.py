"""Work that counts how far it is: an import, or drafting."""

import streamlit as st

from coach.language import Translate
from coach.practice.work import Advanced, Failed, Finished, Stopped
from ui import session


def advance(job_id: str, doing: str, _: Translate) -> Finished | Failed | Stopped:
    """Follows the work, which goes on by itself when the page is left, and gives how it ended. A button stops it."""
    jobs = session.coach().jobs
    told, stopping = st.empty(), st.empty()
    if stopping.button(_("Stop"), key=f"stop-{job_id}", icon=":material/stop_circle:", type="tertiary"):
        jobs.stop(job_id)
        return Stopped()
    share, line = 0.0, doing
    for news in jobs.follow(job_id):
        if isinstance(news, Finished | Failed | Stopped):
            told.empty()
            stopping.empty()
            return news
        if isinstance(news, Advanced) and news.of:
            share = news.done / news.of
            line = f"{doing} · {share:.0%}"  # of an import it counts what the index holds, which says nobody anything
        told.progress(share, text=line)  # at each tick, for only a drawing page can be ended when it was left
    raise AssertionError("work ends with news of its end")
