"""A few kills of each kind of work; `python -m tests.practice.killed_work 200 1` is the full series."""

import re
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("place", "kills"), [("SQLite", 2), ("PostgreSQL", 1)])
@pytest.mark.parametrize("kind", ["answer", "turn", "import"])
def test_a_kill_loses_doubles_and_crosses_nothing_and_the_work_is_finished(
    kind: str, place: str, kills: int, request: pytest.FixtureRequest
) -> None:
    if place == "PostgreSQL":
        request.getfixturevalue("postgres_socket")  # skips, or fails in CI, where there is none
    command = [sys.executable, "-m", "tests.practice.killed_work", str(kills), "1", kind, place]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.match(rf"{kind}: {kills} kills", done.stdout)
