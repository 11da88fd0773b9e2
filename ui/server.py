"""The web server: the app of `app.py` with what a browser must not be trusted with, and work that outlives a page."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import uuid4

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coach.errors import CoachError
from ui import session

ENDS_WITH_PARENT = "--ends-with-parent"
_YEAR = 365 * 24 * 3600
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # an address names what somebody wrote
}


class Doorkeeper:
    """Sends the headers of a careful server and, where several people share it, gives each browser a name.

    The name is random and is all that stands between two people's words, so no script may read it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nameless = session.coach().settings.shared and session.COOKIE not in Request(scope).cookies

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if nameless and headers.get("content-type", "").startswith("text/html"):
                    kept = f"Max-Age={_YEAR}; Path=/; HttpOnly; SameSite=Lax"
                    headers.append("Set-Cookie", f"{session.COOKIE}={uuid4()}; {kept}")
            await send(message)

        await self._app(scope, receive, send_with_headers)


@asynccontextmanager
async def _open(_app: st.App) -> AsyncGenerator[None]:
    if ENDS_WITH_PARENT in sys.argv:
        threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    threading.Thread(target=_take_up_work, name="jobs", daemon=True).start()
    yield
    session.coach().jobs.close()


def _take_up_work() -> None:
    try:
        session.coach().jobs.open()
    except CoachError as fault:  # a page that wants work done will say it to a person
        sys.stderr.write(f"coach: {fault}\n")
    # Streamlit collects garbage after each run of a page, and goes through all that is loaded each time.
    gc.collect()
    gc.freeze()


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


app = st.App("app.py", lifespan=_open, middleware=[Middleware(Doorkeeper)])
