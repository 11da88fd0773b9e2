"""What the READMEs promise works as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")


def python_in(readme: str) -> str:
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / readme).read_text("utf-8"), re.DOTALL)
    return block


def test_both_show_the_same_python() -> None:
    assert len({python_in(readme) for readme in READMES}) == 1


def test_the_python_of_the_readme_runs_and_keeps_what_it_did(data_dir: Path) -> None:
    code = f"{python_in(READMES[0])}\nprint(len(coach.record.attempts(None)), len(coach.record.role_plays(None)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "1 1"


@pytest.mark.parametrize("readme", READMES)
def test_every_place_that_it_links_to_is_there(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    places = [place for place in re.findall(r"\]\(([^)#]+)", text) if "://" not in place]
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []
