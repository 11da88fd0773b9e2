"""`coach serve`: it prints its address when it answers, finds a free port, and ends cleanly."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
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


def headers_of(port: int, path: str) -> dict[str, str]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        return {name.lower(): value for name, value in connection.getresponse().getheaders()}


@pytest.fixture
def served(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server with the options of the test, and its port."""
    server = start("--port", str(free_port()), *getattr(request, "param", ()))
    assert server.stdout is not None
    port = int(server.stdout.readline().split()[2].rpartition(":")[2])
    yield server, port
    server.terminate()
    server.communicate(timeout=START_SECONDS)


def test_a_page_is_for_nobody_elses_frame_and_tells_no_address(served: tuple[subprocess.Popen[str], int]) -> None:
    headers = headers_of(served[1], "/")
    assert (headers["x-frame-options"], headers["referrer-policy"]) == ("DENY", "no-referrer")
    assert headers["x-content-type-options"] == "nosniff"


def test_on_a_machine_of_ones_own_a_browser_needs_no_name(served: tuple[subprocess.Popen[str], int]) -> None:
    assert "set-cookie" not in headers_of(served[1], "/")


@pytest.mark.parametrize("served", [("--host", "0.0.0.0")], indirect=True, ids=["for others too"])
def test_where_others_come_each_browser_gets_a_name_that_no_script_reads(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    given = [headers_of(served[1], "/")["set-cookie"] for _ in range(2)]
    assert given[0].split(";")[0] != given[1].split(";")[0]
    assert all("HttpOnly" in one and "SameSite=Lax" in one for one in given)
    assert "coach_person" not in headers_of(served[1], "/_stcore/health").get("set-cookie", "")


def test_the_app_ends_with_a_server_that_was_killed(data_dir: Path) -> None:
    server = start("--port", str(free_port()))
    assert server.stdout is not None
    port = int(server.stdout.readline().split()[2].rpartition(":")[2])
    server.kill()
    server.communicate(timeout=START_SECONDS)
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        try:
            status_of(port, "/_stcore/health")
        except OSError:
            return
    pytest.fail("the app goes on without its server")
