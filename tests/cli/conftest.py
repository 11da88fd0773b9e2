"""Fixtures of the command line: `coach` in this process, with and without a model."""

import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from coach.cli import main
from tests.cli.runs import Coach, Run
from tests.openai_server import OpenAIServer


@pytest.fixture
def coach(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Coach:
    """Runs `coach` on a data folder whose index is built."""

    def run(*arguments: str, stdin: str = "", said: tuple[str, ...] = ()) -> Run:
        given = stdin + "".join(f"{line}\n" for line in said)
        monkeypatch.setattr(sys, "argv", ["coach", *arguments])
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(given.encode(errors="surrogateescape")), "utf-8"))
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        return Run(code, *capsys.readouterr())

    return run


@pytest.fixture
def with_model(openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> OpenAIServer:
    """A model server that the settings name."""
    monkeypatch.setenv("COACH_MODEL", "openai/test")
    monkeypatch.setenv("COACH_API_BASE", openai_server.url)
    monkeypatch.setenv("COACH_API_KEY", "sk-secret-marker")
    return openai_server
