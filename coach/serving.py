"""Runs the web app as a process of its own: the command line stays light, and Ctrl-C ends both."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from coach.errors import InputError, Unavailable
from coach.settings import shared_environment

_APP = Path(__file__).parent.parent / "ui" / "server.py"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PORTS_TRIED = 50
_START_SECONDS = 60
_STOP_SECONDS = 10


def serve(host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serves the app until Ctrl-C (or SIGTERM), and calls `announce` with its address once it answers.

    Raises:
        InputError: the host is none of this machine's, or no port from `port` on is free.
        Unavailable: the app did not start.
    """
    port = _free_port(host, port)
    reached = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    options = [f"--server.address={host}", f"--server.port={port}", "--server.headless=true", "--logger.level=warning"]
    command = [sys.executable, "-m", "streamlit", "run", str(_APP), *options, "--", "--ends-with-parent"]
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    # Its own session, so that Ctrl-C reaches only us and we end it in order.
    environment = None if host in _LOOPBACK else shared_environment()
    app = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, cwd=_APP.parent.parent, start_new_session=True, env=environment
    )
    try:
        _wait_for(reached, port, app)
        announce(f"http://{reached}:{port}")
        app.wait()
    except KeyboardInterrupt:
        pass
    finally:
        _stop(app)
    if app.returncode not in (0, -signal.SIGTERM, -signal.SIGINT):
        raise Unavailable(
            "the web app stopped by itself (exit {code}); its last lines stand above", code=app.returncode
        )


def _as_ctrl_c(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _free_port(host: str, first: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(first, min(first + _PORTS_TRIED, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except (socket.gaierror, OverflowError):
                raise InputError(
                    "{host} is no address of this machine; use 127.0.0.1, or 0.0.0.0 for all", host=host
                ) from None
            except OSError:
                continue
            return port
    raise InputError("no port from {first} on is free on {host}; name another with --port", first=first, host=host)


def _wait_for(host: str, port: int, app: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends:
        if app.poll() is not None:
            raise Unavailable(
                "the web app did not start (exit {code}); its last lines stand above", code=app.returncode
            )
        try:
            connection = HTTPConnection(host, port, timeout=2)
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except (OSError, HTTPException):
            pass
        time.sleep(0.1)
    raise Unavailable(
        "the web app did not answer within {seconds} s; try again, or see `coach doctor`", seconds=_START_SECONDS
    )


def _stop(app: subprocess.Popen[bytes]) -> None:
    if app.poll() is not None:
        return
    app.terminate()
    try:
        app.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        app.kill()
        app.wait()
