"""Fixtures for every folder of tests."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import URL

from coach.adapters.chroma_index import ChromaIndex
from coach.compose import Coach
from coach.settings import Settings
from tests import postgres_server
from tests.openai_server import OpenAIServer

# The same examples on every run, and no clock: a slow machine is no fault.
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile("house")


def pytest_xdist_auto_num_workers() -> int:
    """Three for two cores: a third of the time the tests wait for browsers, servers and disks."""
    return ((os.cpu_count() or 1) * 3 + 1) // 2


@pytest.fixture
def openai_server() -> Iterator[OpenAIServer]:
    server = OpenAIServer().start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """The folder of the socket of a PostgreSQL server, started for the first test that wants it."""
    programs = postgres_server.programs()
    if programs is None:
        missing = "PostgreSQL's server is not installed (Debian: apt install postgresql)"
        # Where the gate runs, a test that is skipped would go unnoticed.
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with postgres_server.running(programs) as socket:
        yield socket


@pytest.fixture
def postgres_url(postgres_socket: Path) -> Iterator[URL]:
    """The address of an empty PostgreSQL database of the test's own."""
    with postgres_server.database(postgres_socket, "mine") as url:
        yield url


@pytest.fixture(scope="session")
def _indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the index of the bundled bank, built once."""
    folder = tmp_path_factory.mktemp("data")
    coach = Coach(Settings(data_dir=folder))
    coach.index.update(coach.library.banks())
    return folder


@pytest.fixture
def data_dir(_indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of the test's own, its index built, named by the environment; no other setting is there."""
    for name in [name for name in os.environ if name.startswith("COACH_") or name.endswith("_API_KEY")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "data"
    (folder / "index").mkdir(parents=True)
    for built in (_indexed / "index").iterdir():
        # A finished index never changes, so tests share it; the pointer and the lock are each test's own.
        if built.is_dir():
            (folder / "index" / built.name).symlink_to(built)
        else:
            shutil.copy(built, folder / "index")
    monkeypatch.setenv("COACH_DATA_DIR", str(folder))
    monkeypatch.setenv("COACH_LANGUAGE", "en")
    opened: list[ChromaIndex] = []
    begin = ChromaIndex.__init__

    def begun(index: ChromaIndex, *given: Any) -> None:
        begin(index, *given)
        opened.append(index)

    # The end of a process closes them; here it would take some 70 MB a test until the last one.
    monkeypatch.setattr(ChromaIndex, "__init__", begun)
    yield folder
    for index in opened:
        index.close()
