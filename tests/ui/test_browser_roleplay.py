"""A role-play in a real Chromium: from the card to the debrief on a phone, two tabs, a reload in mid-answer."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.openai_server import Exchange, OpenAIServer, status

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WAIT = 30_000
SCENARIO = "late-birthday-gift"
KIND = "您好林女士，等了四天还没到，孩子生日都要错过了，换我也着急。"
HARMFUL = "您别激动，这不归我管，您去问快递吧。"

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
def app(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The served app's address; settings that the test put into the environment count."""
    monkeypatch.delenv("COACH_LANGUAGE")
    command = [sys.executable, "-m", "coach.cli", "serve", "--port", "18503"]
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


def opened(browser: "Browser", address: str, width: int = 1280) -> "Page":
    page = browser.new_context(viewport={"width": width, "height": 740}, locale="zh-CN").new_page()
    page.set_default_timeout(WAIT)
    page.goto(address)
    return page


def begun(browser: "Browser", app: str) -> "Page":
    page = opened(browser, f"{app}/roleplay?scenario={SCENARIO}")
    page.get_by_role("button", name="开始").click()
    box(page).wait_for()
    return page


def box(page: "Page") -> "Locator":
    return page.get_by_test_id("stChatInputTextArea")


def say(page: "Page", text: str) -> None:
    box(page).fill(text)
    box(page).press("Enter")


def fits(page: "Page") -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"))


def feedback(page: "Page") -> "Locator":
    return page.get_by_text("这句的作用")


def test_a_whole_role_play_on_a_phone_from_the_card_to_the_debrief_and_back(browser: "Browser", app: str) -> None:
    page = opened(browser, f"{app}/roleplay", width=360)
    page.get_by_text("生日礼物还没到").wait_for()
    assert fits(page)
    page.locator(f".st-key-card-{SCENARIO}").get_by_role("button").click()
    page.get_by_role("button", name="开始").click()
    page.get_by_text("我的车子呢").wait_for()
    say(page, KIND)
    feedback(page).wait_for()
    assert fits(page)
    page.wait_for_function("document.activeElement.dataset.testid === 'stChatInputTextArea'")
    page.reload()
    feedback(page).wait_for()
    assert page.get_by_text(KIND).is_visible()
    for turns in (2, 3, 4):
        say(page, HARMFUL)
        feedback(page).nth(turns - 1).wait_for()
        if page.get_by_role("button", name="看复盘").is_visible():
            break
    page.get_by_role("button", name="看复盘").click()
    page.get_by_text("代价最大的一句").wait_for()
    page.get_by_role("heading", name="客户走了").wait_for()
    page.get_by_test_id("stVegaLiteChart").first.wait_for()
    assert fits(page)
    page.go_back()
    page.get_by_text("对话已结束").or_(page.get_by_placeholder("对话已结束")).first.wait_for()
    page.go_forward()
    page.get_by_role("button", name="从第 1 句重来").first.click()
    box(page).wait_for()
    assert "debrief" not in page.url
    assert feedback(page).count() == 0


def test_a_turn_said_in_one_tab_is_refused_in_the_other_which_shows_it(browser: "Browser", app: str) -> None:
    page = begun(browser, app)
    other = page.context.new_page()
    other.goto(page.url)
    box(other).wait_for(timeout=WAIT)
    say(page, KIND)
    feedback(page).wait_for()
    say(other, "您好，我在的")
    other.get_by_text("在另一个窗口继续").wait_for(timeout=WAIT)
    assert other.get_by_text(KIND).is_visible()
    assert box(other).input_value() == "您好，我在的"


def test_a_reload_while_the_customer_types_loses_nothing(
    browser: "Browser", slow_model: OpenAIServer, app: str
) -> None:
    released = threading.Event()

    def held(exchange: Exchange) -> None:
        released.wait(20)
        status(401)(exchange)  # rules and written lines take over

    slow_model.otherwise = held
    page = begun(browser, app)
    say(page, KIND)
    page.get_by_text("对方正在输入").wait_for()
    page.reload()
    page.get_by_text("对方正在输入").wait_for()
    assert page.get_by_text(KIND).is_visible()
    released.set()
    feedback(page).wait_for()
    assert page.get_by_text(KIND).count() == 1
