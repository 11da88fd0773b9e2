"""`coach serve`: it prints its address when it answers, finds a free port, and ends cleanly."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

START_SECONDS = 60


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "coach.cli", "serve", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status_of(port: int, path: str) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_where_it_says_and_ends_cleanly(ending: signal.Signals, data_dir: Path) -> None:
    port = free_port()
    server = start("--port", str(port))
    assert server.stdout is not None
    assert f"http://127.0.0.1:{port}" in server.stdout.readline()
    assert status_of(port, "/") == 200
    os.kill(server.pid, ending)
    out, err = server.communicate(timeout=START_SECONDS)
    assert server.returncode == 0
    assert out == ""
    assert "Traceback" not in err
    with pytest.raises(ConnectionRefusedError):
        status_of(port, "/")


def test_it_takes_the_next_free_port(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = start("--port", str(port))
        assert server.stdout is not None
        address = server.stdout.readline()
        os.kill(server.pid, signal.SIGINT)
        server.communicate(timeout=START_SECONDS)
    assert "http://127.0.0.1:" in address
    assert f":{port} " not in address


def test_a_host_that_is_not_ours_is_refused() -> None:
    server = start("--host", "no.such.host.invalid")
    _, err = server.communicate(timeout=START_SECONDS)
    assert (server.returncode, err.count("\n")) == (2, 1)
