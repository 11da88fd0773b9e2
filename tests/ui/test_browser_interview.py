"""A mock interview in a real Chromium: from setting it up to the report on a phone, with a reload in the middle."""

from pathlib import Path
from typing import TYPE_CHECKING

from tests.ui.browser_parts import IN_A_BROWSER, is_wider_than_the_screen, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ANSWER = "我会先听客户说完，再想办法。"
TO_THE_FOLLOW_UP = "我会把进展主动告诉他。"

pytestmark = IN_A_BROWSER


def begun(page: "Page") -> None:
    """Two questions, the same ones each time, with a follow-up and a clock."""
    count = page.get_by_role("slider")
    count.wait_for()
    for _ in range(3):
        count.press("ArrowLeft")
    page.get_by_text("最多 1 次").click()
    page.get_by_text("2:00", exact=True).click()
    page.get_by_text("时间到了也不会打断").wait_for()
    page.get_by_text("更多").click()
    page.get_by_role("spinbutton").fill("7")
    page.get_by_role("spinbutton").press("Enter")
    page.get_by_role("button", name="开始").click()
    page.get_by_text("第 1 题，共 2 题").wait_for()


def box(page: "Page", label: str) -> "Locator":
    return page.get_by_role("textbox", name=label, exact=True)


def say(page: "Page", label: str, text: str) -> None:
    box(page, label).fill(text)
    box(page, label).press("Control+Enter")


def test_a_whole_interview_on_a_phone_with_a_reload_in_the_middle(browser: "Browser", app: str) -> None:
    page = opened(browser, f"{app}/interview", width=360)
    begun(page)
    clock = page.get_by_role("timer")
    clock.get_by_text("还剩 1:5").wait_for()
    assert not is_wider_than_the_screen(page)
    say(page, "你的回答", ANSWER)
    box(page, "你对追问的回答").wait_for()
    assert page.get_by_text(ANSWER).is_visible()
    assert clock.count() == 0
    assert not is_wider_than_the_screen(page)
    say(page, "你对追问的回答", TO_THE_FOLLOW_UP)
    page.get_by_text("第 2 题，共 2 题").wait_for()

    box(page, "你的回答").press_sequentially("我会先")
    page.wait_for_timeout(1500)  # the draft goes out a second after typing has stopped
    page.reload()
    page.get_by_text("第 2 题，共 2 题").wait_for()
    assert box(page, "你的回答").input_value() == "我会先"
    clock.get_by_text("还剩 1:").wait_for()

    say(page, "你的回答", ANSWER)
    page.get_by_role("button", name="没有要补充的").click()
    page.get_by_role("heading", name="你的面试报告").wait_for()
    page.get_by_test_id("stVegaLiteChart").first.wait_for()
    assert not is_wider_than_the_screen(page)
    page.locator("summary", has_text="1 · ").first.click()
    page.get_by_text(TO_THE_FOLLOW_UP).wait_for()
    assert not is_wider_than_the_screen(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="下载报告").click()
    assert TO_THE_FOLLOW_UP in Path(download.value.path()).read_text("utf-8")


def test_one_writes_from_question_to_follow_up_to_report_without_a_pointer(browser: "Browser", app: str) -> None:
    page = opened(browser, f"{app}/interview")
    begun(page)
    for label in ("你的回答", "你对追问的回答", "你的回答", "你对追问的回答"):
        box(page, label).and_(page.locator(":focus")).wait_for()
        page.keyboard.type(f"{ANSWER}{label}")
        page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="你的面试报告").wait_for()
    page.locator(".st-key-figures:focus").wait_for()


def test_a_touch_screen_keeps_its_keyboard_down(browser: "Browser", app: str) -> None:
    page = browser.new_context(locale="zh-CN", has_touch=True, is_mobile=True).new_page()
    page.goto(f"{app}/answer?question=q03")
    box(page, "你的回答").wait_for()
    page.wait_for_function("document.documentElement.dataset.focusedStep")
    page.wait_for_timeout(500)  # a focus that is tried again would come by then
    assert not box(page, "你的回答").evaluate("box => box === document.activeElement")


def test_one_can_leave_and_go_on_later_from_the_list(browser: "Browser", app: str) -> None:
    page = opened(browser, f"{app}/interview", width=1280)
    begun(page)
    page.get_by_role("button", name="先到这里").click()
    page.get_by_role("button", name="以后继续").click()
    page.get_by_text("共 2 题，答了 0 题").wait_for()
    assert "id=" not in page.url
    page.get_by_role("button", name="继续").first.click()
    page.get_by_text("第 1 题，共 2 题").wait_for()
    page.get_by_role("timer").get_by_text("还剩 1:").wait_for()
