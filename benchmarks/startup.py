"""Whole-process start times side by side with what they stand on; prints each as a ratio of medians.

    python benchmarks/startup.py [--runs 9]

Runs take turns (A B A B …), so that a machine whose speed drifts slows both.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time

PYTHON = [sys.executable]
COACH = [*PYTHON, "-m", "coach.cli"]
ANSWER = "我先深呼吸再开口，不跟他吵。然后让他把话说完，中间不打断。最后问清是哪一单。"
PAIRS = {
    "coach --help / import typer": (
        [*COACH, "--help"],
        [*PYTHON, "-c", "import typer"],
        3.0,
    ),
    "offline coach feedback / import chromadb": (
        [*COACH, "feedback", "-q", "q03", "-a", ANSWER, "--judge", "offline", "--json"],
        [*PYTHON, "-c", "import chromadb"],
        2.5,
    ),
}


def seconds(command: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - started


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--runs", type=int, default=9)
    runs = cli.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        environment = {"COACH_DATA_DIR": folder, "PATH": "", "PYTHONUTF8": "1"}
        seconds([*COACH, "index"], environment)
        for name, (ours, peer, goal) in PAIRS.items():
            seconds(ours, environment), seconds(peer, environment)  # warm the file cache
            pairs = [(seconds(ours, environment), seconds(peer, environment)) for _ in range(runs)]
            mine, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
            print(f"{name}: {mine:.2f} s / {theirs:.2f} s = {mine / theirs:.2f} (goal: at most {goal})")


if __name__ == "__main__":
    main()
