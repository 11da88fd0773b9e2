"""How soon the first screen is there, beside `streamlit hello`, and whether thirty people at once get theirs.

    python benchmarks/screen.py --runs 5
    python benchmarks/screen.py --people 30 --cores 2

Both servers run on this machine and are warm; a run is a new browser context (nothing cached) until the first heading
of the page is visible. With `--people`, each opens the app, answers a question with the offline judge and waits for the
verdicts; the server may use so many cores only.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

GOAL = 1.3
ANSWER = "我先听他把话说完，再问清是哪一单，出了什么问题。"
PORTS = (18471, 18472)
WAIT = 240_000


def served(port: int, command: list[str], cores: int | None) -> subprocess.Popen[bytes]:
    """A server that answers."""
    allowed = ["taskset", "-c", f"0-{cores - 1}"] if cores else []
    environment = {**os.environ, "COACH_DATA_DIR": tempfile.mkdtemp(), "COACH_SHARED": "true", "COACH_LANGUAGE": "zh"}
    server = subprocess.Popen(
        [*allowed, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    ends = time.monotonic() + 90
    while time.monotonic() < ends:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == 200:
                return server
        except OSError:
            time.sleep(0.2)
    raise SystemExit("a server did not start")


def coach_command(port: int) -> list[str]:
    return [sys.executable, "-m", "coach.cli", "serve", "--port", str(port)]


def hello_command(port: int) -> list[str]:
    options = [f"--server.port={port}", "--server.headless=true", "--browser.gatherUsageStats=false"]
    return [sys.executable, "-m", "streamlit", "hello", *options]


def cpu_seconds(parent: int) -> float:
    """What a server's app has taken of all cores: the browsers of a run share the machine and would hide it."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[1]) == parent:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def seconds_to_first_heading(browser: "Browser", port: int) -> float:
    context = await browser.new_context(locale="zh-CN")
    page = await context.new_page()
    began = time.perf_counter()
    await page.goto(f"http://127.0.0.1:{port}/")
    await page.locator("h1").first.wait_for(timeout=60_000)
    took = time.perf_counter() - began
    await context.close()
    return took


async def answers(page: "Page", port: int) -> float:
    began = time.perf_counter()
    await page.goto(f"http://127.0.0.1:{port}/answer?question=q03", timeout=WAIT)
    box = page.locator("textarea").first
    await box.fill(ANSWER, timeout=WAIT)
    await box.press("Control+Enter")
    await page.get_by_text("要点", exact=False).first.wait_for(timeout=WAIT)
    await page.wait_for_url("**attempt=**", timeout=WAIT)
    return time.perf_counter() - began


async def first_screens(runs: int) -> None:
    servers = [served(PORTS[0], coach_command(PORTS[0]), None), served(PORTS[1], hello_command(PORTS[1]), None)]
    try:
        async with _browser() as browser:
            took: list[list[float]] = [[], []]
            for run in range(runs + 1):
                for which, port in enumerate(PORTS):
                    seconds = await seconds_to_first_heading(browser, port)
                    took[which] += [seconds] if run else []  # the first of each warms up
    finally:
        for server in servers:
            server.terminate()
    own, hello = map(statistics.median, took)
    print(f"first heading: coach {own:.2f} s, streamlit hello {hello:.2f} s = {own / hello:.2f} (goal: at most {GOAL})")


async def people_at_once(people: int, cores: int) -> None:
    server = served(PORTS[0], coach_command(PORTS[0]), cores)
    try:
        async with _browser() as browser:
            await answers(await (await browser.new_context(locale="zh-CN")).new_page(), PORTS[0])  # builds the index
            pages = [await (await browser.new_context(locale="zh-CN")).new_page() for _ in range(people)]
            before = cpu_seconds(server.pid)
            took = await asyncio.gather(*(answers(page, PORTS[0]) for page in pages), return_exceptions=True)
            each = (cpu_seconds(server.pid) - before) / people
            alerts = [await page.get_by_test_id("stException").count() for page in pages]
    finally:
        server.terminate()
    good = sorted(one for one in took if isinstance(one, float))
    faults = [one for one in took if not isinstance(one, float)]
    print(f"{people} people on {cores} cores: {len(good)} answered, {len(faults) + sum(alerts)} errors", *faults[:1])
    print(f"the server took {each:.2f} s of a core for each")
    if good:
        print(f"until the verdicts: median {statistics.median(good):.1f} s, longest {good[-1]:.1f} s")


def _browser():
    from contextlib import asynccontextmanager

    from playwright.async_api import async_playwright

    @asynccontextmanager
    async def opened():
        async with async_playwright() as playwright:
            path = shutil.which("chromium") or shutil.which("google-chrome")
            browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            yield browser
            await browser.close()

    return opened()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--people", type=int)
    parser.add_argument("--cores", type=int, default=2)
    chosen = parser.parse_args()
    asyncio.run(people_at_once(chosen.people, chosen.cores) if chosen.people else first_screens(chosen.runs))


if __name__ == "__main__":
    main()
