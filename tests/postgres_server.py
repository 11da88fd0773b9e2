"""A real PostgreSQL server of the tests' own: a temporary cluster on a Unix socket, without fsync, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL

_DEBIAN = Path("/usr/lib/postgresql")
_CLUSTER = ("-U", "coach", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
_SERVER = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses='' -c autovacuum=off"


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; None where there is none. Debian keeps them off the path."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else sorted(_DEBIAN.glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


@contextmanager
def running(programs: Path) -> Iterator[Path]:
    """The folder of the server's socket."""
    # Not in pytest's folder: the server's user may not enter it, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="coach-pg-"))
    try:
        _run(folder, programs / "initdb", "-D", folder / "data", *_CLUSTER)
        options = f"{_SERVER} -k {folder}"
        _run(folder, programs / "pg_ctl", "start", "-w", "-D", folder / "data", "-l", folder / "log", "-o", options)
        try:
            yield folder
        finally:
            _run(folder, programs / "pg_ctl", "stop", "-w", "-D", folder / "data", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def _run(folder: Path, *command: str | Path) -> None:
    user: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    # Its output goes to a file: the server inherits it, so a pipe would never end.
    with (folder / "output").open("a+") as output:
        done = subprocess.run(command, stdout=output, stderr=output, cwd=folder, check=False, **user)
        output.seek(0)
        assert done.returncode == 0, output.read()


@contextmanager
def database(socket: Path, name: str) -> Iterator[URL]:
    """The address of an empty database, which is dropped afterwards."""
    with psycopg.connect(host=str(socket), user="coach", dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield URL.create("postgresql+psycopg", username="coach", database=name, query={"host": str(socket)})
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
