"""The answer page in a real Chromium: by keyboard, both languages, a phone, a draft, a reload in mid-stream."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coach.adapters.sql_record import SqlRecord, sqlite_url
from tests.openai_server import OpenAIServer, critic_reply, drip, hang, reply
from tests.ui.browser_parts import IN_A_BROWSER, WAIT, is_wider_than_the_screen, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ANSWER = "我先深呼吸再开口，不跟他吵。然后让他把话说完，中间不打断。最后问清是哪一单。"

pytestmark = IN_A_BROWSER


def text_area(page: "Page") -> "Locator":
    box = page.get_by_role("textbox", name="你的回答")
    box.wait_for(timeout=WAIT)
    return box


@pytest.mark.parametrize("width", [1280, 360])
def test_an_answer_is_given_by_keyboard_and_found_again(browser: "Browser", app: str, width: int) -> None:
    page = opened(browser, f"{app}/answer", width)
    page.get_by_text("情绪与投诉").click(timeout=WAIT)
    page.locator(".st-key-ask-q03 button").click(timeout=WAIT)
    box = text_area(page)
    assert not is_wider_than_the_screen(page)
    box.fill(ANSWER)
    box.press("Control+Enter")
    page.get_by_text("已答到").first.wait_for(timeout=WAIT)
    assert "attempt=" in page.url
    assert not is_wider_than_the_screen(page)
    page.reload()
    page.get_by_text("已答到").first.wait_for(timeout=WAIT)
    page.go_back()
    text_area(page)
    assert page.get_by_test_id("stException").count() == 0


def test_the_keyboard_is_where_the_next_step_is(browser: "Browser", app: str) -> None:
    page = opened(browser, f"{app}/answer")
    page.get_by_role("button", name="随机一题").press("Enter")
    text_area(page)
    page.wait_for_function("document.activeElement.matches('textarea')")
    page.keyboard.type(ANSWER)
    page.keyboard.press("Control+Enter")
    page.get_by_test_id("stMetric").wait_for(timeout=WAIT)
    page.wait_for_function("document.activeElement.className.includes('st-key-result-')")
    page.keyboard.press("Tab")
    page.locator("[role=radio]:focus").wait_for()  # what one can do about the first verdict


def test_the_browsers_language_counts_and_can_be_switched(browser: "Browser", app: str) -> None:
    page = opened(browser, f"{app}/answer", locale="en-GB")
    page.get_by_text("A random question").wait_for(timeout=WAIT)
    page.get_by_text("中文").click()
    page.get_by_text("随机一题").wait_for(timeout=WAIT)


def test_what_is_typed_is_kept_while_it_is_typed_and_no_character_is_lost(
    browser: "Browser", app: str, data_dir: Path
) -> None:
    page = opened(browser, f"{app}/answer?question=q03")
    box = text_area(page)
    box.click()
    record, typed = SqlRecord(sqlite_url(data_dir)), ""
    for part in ("I would ", "first take a breath, ", "then listen "):
        page.keyboard.type(part, delay=30)
        typed += part
        wait_until(page, lambda typed=typed: record.draft("answer-q03") == typed)
        assert box.input_value() == typed
        assert box.evaluate("box => box === document.activeElement")
    page.locator(".st-key-timed label").first.click()
    page.get_by_role("timer").wait_for(timeout=WAIT)
    assert box.input_value() == typed
    page.reload()
    assert text_area(page).input_value() == typed
    page.get_by_role("timer").get_by_text("还剩 1:").wait_for(timeout=WAIT)
    other = page.context.new_page()
    other.goto(page.url)
    assert text_area(other).input_value() == typed
    text_area(page).press("Control+Enter")
    page.get_by_test_id("stMetric").wait_for(timeout=WAIT)
    page.wait_for_timeout(1500)  # longer than the pause after which a draft is sent
    assert record.draft("answer-q03") == ""


def wait_until(page: "Page", is_so: Callable[[], bool]) -> None:
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(100)
    pytest.fail("it never came to be so")


def test_a_reload_in_mid_stream_goes_on_with_the_same_work(
    browser: "Browser", slow_model: OpenAIServer, app: str
) -> None:
    held = threading.Event()
    written: list[int] = []

    def pause() -> None:
        written.append(1)
        if len(written) == 700:  # after some key points, long before the end
            held.wait(20)

    slow_model.script(lambda exchange: drip(critic_reply(exchange.request.body), pause)(exchange))
    page = opened(browser, f"{app}/answer?question=q03")
    text_area(page).fill(ANSWER)
    page.get_by_role("button", name="请教练点评").click()
    page.get_by_text("已答到").first.wait_for(timeout=WAIT)
    assert page.get_by_test_id("stMetric").count() == 0, "the whole is not there yet"
    assert page.get_by_test_id("stSkeletonElement").count() > 0
    page.reload()
    page.get_by_text("已答到").first.wait_for(timeout=WAIT)
    assert page.get_by_test_id("stMetric").count() == 0
    held.set()
    page.get_by_test_id("stMetric").wait_for(timeout=WAIT)
    assert len(slow_model.chats()) == 1


def test_a_judgement_can_be_stopped_and_taken_up_again(browser: "Browser", slow_model: OpenAIServer, app: str) -> None:
    slow_model.script(hang())
    slow_model.otherwise = reply(critic_reply)
    page = opened(browser, f"{app}/answer?question=q03")
    text_area(page).fill(ANSWER)
    page.get_by_role("button", name="请教练点评").click()
    page.get_by_role("button", name="停止").click(timeout=WAIT)
    page.get_by_text("已停止").wait_for(timeout=WAIT)
    page.get_by_role("button", name="请教练点评").click()
    page.get_by_test_id("stMetric").wait_for(timeout=WAIT)


@pytest.mark.parametrize(("locale", "name"), [("zh-CN", "answer-zh"), ("en-GB", "answer")])
def test_pictures_for_the_readme_can_be_taken(
    browser: "Browser", app: str, locale: str, name: str, tmp_path: Path
) -> None:
    page = opened(browser, f"{app}/answer?question=q03", locale=locale)
    box = page.get_by_role("textbox").last
    box.wait_for(timeout=WAIT)
    box.fill(ANSWER)
    box.press("Control+Enter")
    page.get_by_test_id("stMetric").wait_for(timeout=WAIT)
    page.wait_for_load_state("networkidle")
    folder = Path(os.environ.get("PICTURES", tmp_path))
    page.screenshot(path=folder / f"{name}.png")
    assert (folder / f"{name}.png").stat().st_size > 10_000
