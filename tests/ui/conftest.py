"""Fixtures of every page, under AppTest and in a real Chromium."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import streamlit as st

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.critique.feedback import Label
from coach.practice.record import Practice
from tests.openai_server import OpenAIServer
from tests.practice.histories import attempt
from tests.ui.browser_parts import CHROMIUM
from ui import session

if TYPE_CHECKING:
    from playwright.sync_api import Browser

APP = str(Path(__file__).parent.parent.parent / "ui/app.py")


@pytest.fixture(autouse=True)
def jobs_are_closed(data_dir: Path) -> Iterator[None]:
    """DBOS is one in a process: the work of one test ends with it."""
    st.cache_resource.clear()
    yield
    session.coach().jobs.close()
    st.cache_resource.clear()


@pytest.fixture
def with_model(openai_server: OpenAIServer, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> OpenAIServer:
    """A model server that the app is set to."""
    monkeypatch.setenv("COACH_MODEL", "openai/test")
    monkeypatch.setenv("COACH_API_BASE", openai_server.url)
    monkeypatch.setenv("COACH_API_KEY", "none")
    monkeypatch.setenv("COACH_DEADLINE_SECONDS", "5")
    return openai_server


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A Chromium of the system's."""
    from playwright.sync_api import sync_playwright

    assert CHROMIUM is not None, "CI installs Chromium"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def app(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The served app's address; its language is the browser's, and other settings of the test's environment count."""
    monkeypatch.delenv("COACH_LANGUAGE")
    # Two workers that look for a free port at the same moment would find the same one.
    port = 18501 + 100 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    command = [sys.executable, "-m", "coach.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    line = server.stdout.readline()
    yield line.split()[2]
    server.terminate()
    server.communicate(timeout=30)


@pytest.fixture
def slow_model(openai_server: OpenAIServer, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> OpenAIServer:
    """A model server that a served app is set to, and that waits as long as it takes."""
    monkeypatch.setenv("COACH_MODEL", "openai/test")
    monkeypatch.setenv("COACH_API_BASE", openai_server.url)
    monkeypatch.setenv("COACH_API_KEY", "none")
    return openai_server


@pytest.fixture
def practised(data_dir: Path) -> None:
    """Answers with every verdict, of both judges, with ratings of one's own."""
    answers = [
        attempt(
            Label.COVERED,
            Label.PARTIAL,
            Label.MISSING,
            question_id=f"q{number:02}",
            days_ago=100 + number,
            own={f"q{number:02}.1": Label.COVERED},
            judge="offline" if number % 3 else "llm",
            name=f"a{number}",
        )
        for number in range(1, 31)
    ]
    SqlRecord(sqlite_url(data_dir)).restore(Practice(answers=tuple(answers)))
