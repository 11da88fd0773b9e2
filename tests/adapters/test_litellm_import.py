import subprocess
import sys
from pathlib import Path

import pytest

from coach.adapters.litellm_import import load_litellm

IMPORT = """
import os, socket
def refuse(*where, **_):
    raise SystemExit(f"it asked for {where}")
socket.getaddrinfo = socket.create_connection = refuse
from coach.adapters.litellm_import import load_litellm
load_litellm()
print(os.environ.get("FROM_DOTENV"))
"""


def test_the_import_asks_nobody_and_reads_no_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LITELLM_MODE", raising=False)
    monkeypatch.delenv("LITELLM_LOCAL_MODEL_COST_MAP", raising=False)
    (tmp_path / ".env").write_text("FROM_DOTENV=read")
    python = subprocess.run([sys.executable, "-c", IMPORT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (python.returncode, python.stdout, python.stderr) == (0, "None\n", "")


def test_it_is_told_to_keep_quiet() -> None:
    litellm = load_litellm()
    assert litellm.suppress_debug_info
    assert litellm.turn_off_message_logging
    assert litellm.disable_streaming_logging
    assert load_litellm() is litellm
