"""Home, question bank and progress in a real Chromium: a newcomer, a search, pictures, both languages, a phone."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.critique.feedback import Label
from coach.practice.record import Practice
from tests.practice.histories import attempt

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WAIT = 30_000

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
def practised(data_dir: Path) -> None:
    """Answers with every verdict, of both judges, with ratings of one's own."""
    answers = [
        attempt(
            Label.COVERED,
            Label.PARTIAL,
            Label.MISSING,
            question_id=f"q{number:02}",
            days_ago=100 + number,
            own={f"q{number:02}.1": Label.COVERED},
            judge="offline" if number % 3 else "llm",
            name=f"a{number}",
        )
        for number in range(1, 31)
    ]
    SqlRecord(sqlite_url(data_dir)).restore(Practice(answers=tuple(answers)))


@pytest.fixture
def app(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The served app's address; its language is the browser's."""
    monkeypatch.delenv("COACH_LANGUAGE")
    command = [sys.executable, "-m", "coach.cli", "serve", "--port", "18502"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    line = server.stdout.readline()
    yield line.split()[2]
    server.terminate()
    server.communicate(timeout=30)


def opened(browser: "Browser", address: str, width: int = 1280, locale: str = "zh-CN") -> "Page":
    page = browser.new_context(viewport={"width": width, "height": 900}, locale=locale).new_page()
    page.goto(address)
    return page


def is_wider_than_the_screen(page: "Page") -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))


@pytest.mark.parametrize(
    ("locale", "welcome", "button"),
    [("zh-CN", "来了就好", "回答这道题"), ("en-GB", "Good that you are here", "Answer it")],
)
def test_a_newcomer_comes_from_home_to_a_first_question_and_back(
    browser: "Browser", app: str, locale: str, welcome: str, button: str
) -> None:
    page = opened(browser, app, 360, locale)
    page.get_by_text(welcome).wait_for(timeout=WAIT)
    assert not is_wider_than_the_screen(page)
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/answer?question=q01", timeout=WAIT)
    page.go_back()
    page.get_by_text(welcome).wait_for(timeout=WAIT)


@pytest.mark.usefixtures("practised")
def test_the_bank_is_searched_and_filtered_and_the_back_button_finds_the_list_again(
    browser: "Browser", app: str
) -> None:
    page = opened(browser, f"{app}/bank", 360)
    box = page.get_by_role("textbox", name="按字词或情境搜索")
    box.wait_for(timeout=WAIT)
    box.fill("客户在电话里破口大骂")
    box.press("Enter")
    page.get_by_text("最接近的在前").wait_for(timeout=WAIT)
    page.get_by_role("radio", name="到期").click()
    page.wait_for_url("**show=due**", timeout=WAIT)
    assert not is_wider_than_the_screen(page)
    page.get_by_role("button", name="参考答案").first.click()
    page.get_by_text("我最先管的是自己").wait_for(timeout=WAIT)
    assert not is_wider_than_the_screen(page)
    page.reload()
    page.get_by_text("我最先管的是自己").wait_for(timeout=WAIT)
    page.go_back()
    page.get_by_text("最接近的在前").wait_for(timeout=WAIT)
    assert box.input_value() == "客户在电话里破口大骂"


@pytest.mark.usefixtures("practised")
@pytest.mark.parametrize(("width", "locale", "title"), [(1280, "en-GB", "Weakest"), (360, "zh-CN", "最弱的要点")])
def test_progress_draws_its_pictures_and_a_weak_point_leads_to_its_question(
    browser: "Browser", app: str, width: int, locale: str, title: str
) -> None:
    page = opened(browser, f"{app}/progress", width, locale)
    page.get_by_text(title).wait_for(timeout=WAIT)
    pictures = page.get_by_test_id("stEChartsChart").locator("svg")
    pictures.nth(3).wait_for(timeout=WAIT)
    assert pictures.count() == 4
    page.get_by_text({"en-GB": "The same as a table", "zh-CN": "同样内容的表格"}[locale]).first.click()
    page.get_by_role("cell").first.wait_for(timeout=WAIT)
    assert not is_wider_than_the_screen(page)
    page.get_by_role("link", name={"en-GB": "Practise", "zh-CN": "去练"}[locale]).first.click()
    page.wait_for_url("**/answer?question=**", timeout=WAIT)
