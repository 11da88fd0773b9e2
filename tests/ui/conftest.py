"""Fixtures of every page under AppTest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from tests.openai_server import OpenAIServer
from ui import session

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
