"""The page in a real Chromium: a newcomer's way through it, both languages, a phone, a reload in mid-stream."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.openai_server import OpenAIServer, critic_reply, drip, reply

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ANSWER = "我先深呼吸再开口，不跟他吵。然后让他把话说完，中间不打断。最后问清是哪一单。"
WAIT = 20_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium on this machine; install `chromium`"
    ),
    # Playwright's event loop is closed by its own process; Python's collector sees the socket a moment later.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    assert CHROMIUM is not None, "CI installs Chromium"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def app(data_dir: Path) -> Iterator[str]:
    """The served app's address; settings that the test put into the environment count."""
    command = [sys.executable, "-m", "coach.cli", "serve", "--port", "18501"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    line = server.stdout.readline()
    yield line.split()[2]
    server.terminate()
    server.communicate(timeout=30)


@pytest.fixture
def slow_model(openai_server: OpenAIServer, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> OpenAIServer:
    monkeypatch.setenv("COACH_MODEL", "openai/test")
    monkeypatch.setenv("COACH_API_BASE", openai_server.url)
    monkeypatch.setenv("COACH_API_KEY", "none")
    return openai_server


def opened(browser: "Browser", address: str, width: int = 1280, locale: str = "zh-CN") -> "Page":
    page = browser.new_context(viewport={"width": width, "height": 900}, locale=locale).new_page()
    page.goto(address)
    page.get_by_test_id("stAppViewContainer").wait_for(timeout=WAIT)
    return page


def choose(page: "Page", words: str, label: str) -> None:
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.fill(words)
    page.get_by_role("option").first.click()


def is_wider_than_the_screen(page: "Page") -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))


@pytest.fixture(autouse=True)
def browser_language(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COACH_LANGUAGE")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_newcomer_answers_by_keyboard_and_finds_the_answer_again(browser: "Browser", app: str, width: int) -> None:
    page = opened(browser, app, width)
    choose(page, "q03", "题目")
    box = page.get_by_role("textbox", name="你的回答")
    box.fill(ANSWER)
    box.press("Control+Enter")
    page.get_by_text("已答到").first.wait_for(timeout=WAIT)
    assert "attempt=" in page.url
    assert page.get_by_text("未用模型").count() > 0
    assert not is_wider_than_the_screen(page)
    page.reload()
    page.get_by_text("已答到").first.wait_for(timeout=WAIT)
    page.go_back()
    assert page.get_by_test_id("stException").count() == 0


def test_the_browsers_language_counts_and_can_be_switched(browser: "Browser", app: str) -> None:
    page = opened(browser, app, locale="en-GB")
    page.get_by_text("Choose a question above").wait_for(timeout=WAIT)
    page.get_by_text("中文").click()
    page.get_by_text("先在上面选一道题").wait_for(timeout=WAIT)


def test_verdicts_arrive_while_the_model_still_speaks_and_a_reload_loses_nothing(
    browser: "Browser", slow_model: OpenAIServer, app: str
) -> None:
    held = threading.Event()
    written: list[int] = []

    def pause() -> None:
        written.append(1)
        if len(written) == 700:  # after some key points, long before the end
            held.wait(20)

    def text(body: dict[str, object]) -> str:
        return critic_reply(body)

    slow_model.script(lambda exchange: drip(text(exchange.request.body), pause)(exchange), reply(text))
    slow_model.otherwise = reply(text)
    page = opened(browser, app)
    choose(page, "q03", "题目")
    page.get_by_role("textbox", name="你的回答").fill(ANSWER)
    page.get_by_role("button", name="请教练点评").click()
    page.get_by_text("已答到").first.wait_for(timeout=WAIT)
    assert page.get_by_test_id("stMetric").count() == 0, "the whole is not there yet"
    page.reload()
    held.set()
    page.get_by_test_id("stMetric").wait_for(timeout=WAIT)
    assert page.get_by_text("我先深呼吸再开口").count() > 0


def test_two_tabs_show_the_same_answer(browser: "Browser", app: str) -> None:
    page = opened(browser, app)
    choose(page, "q08", "题目")
    page.get_by_role("textbox", name="你的回答").fill("我会先听他说为什么要退，把订单号记下来，再查能不能退。")
    page.get_by_role("button", name="请教练点评").click()
    page.get_by_test_id("stMetric").wait_for(timeout=WAIT)
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_text("把订单号记下来").first.wait_for(timeout=WAIT)


@pytest.mark.parametrize(("locale", "name"), [("zh-CN", "answer-zh"), ("en-GB", "answer")])
def test_pictures_for_the_readme_can_be_taken(
    browser: "Browser", app: str, locale: str, name: str, tmp_path: Path
) -> None:
    page = opened(browser, f"{app}/?question=q03", locale=locale)
    box = page.get_by_role("textbox").last
    box.wait_for(timeout=WAIT)
    box.fill(ANSWER)
    box.press("Control+Enter")
    page.get_by_test_id("stMetric").wait_for(timeout=WAIT)
    page.wait_for_load_state("networkidle")
    folder = Path(os.environ.get("PICTURES", tmp_path))
    page.screenshot(path=folder / f"{name}.png")
    assert (folder / f"{name}.png").stat().st_size > 10_000
