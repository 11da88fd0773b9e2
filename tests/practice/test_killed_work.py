"""A few kills of each kind of work; `python -m tests.practice.killed_work 200 1` is the full series."""

import re
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("database", "kills"), [("SQLite", 2), ("PostgreSQL", 1)])
def test_a_kill_loses_doubles_and_crosses_nothing_and_the_work_is_finished(
    database: str, kills: int, request: pytest.FixtureRequest
) -> None:
    if database == "PostgreSQL":
        request.getfixturevalue("postgres_socket")  # skips, or fails in CI, where there is none
    command = [sys.executable, "-m", "tests.practice.killed_work", str(kills), "1", "--on", database]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = [re.match(rf"(answer|turn|import): {kills} kills", line) for line in done.stdout.splitlines()]
    assert [one and one[1] for one in told] == ["answer", "turn", "import"]
