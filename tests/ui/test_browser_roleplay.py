"""A role-play in a real Chromium: from the card to the debrief on a phone, two tabs, a reload in mid-answer."""

import threading
from typing import TYPE_CHECKING

from tests.openai_server import Exchange, OpenAIServer, status
from tests.ui.browser_parts import IN_A_BROWSER, WAIT, is_wider_than_the_screen, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

SCENARIO = "late-birthday-gift"
KIND = "您好林女士，等了四天还没到，孩子生日都要错过了，换我也着急。"
HARMFUL = "您别激动，这不归我管，您去问快递吧。"

pytestmark = IN_A_BROWSER


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


def feedback(page: "Page") -> "Locator":
    return page.get_by_text("这句的作用")


def test_a_whole_role_play_on_a_phone_from_the_card_to_the_debrief_and_back(browser: "Browser", app: str) -> None:
    page = opened(browser, f"{app}/roleplay", width=360)
    page.get_by_text("生日礼物还没到").wait_for()
    assert not is_wider_than_the_screen(page)
    page.locator(f".st-key-card-{SCENARIO}").get_by_role("button").click()
    page.get_by_role("button", name="开始").click()
    page.get_by_text("我的车子呢").wait_for()
    say(page, KIND)
    feedback(page).wait_for()
    assert not is_wider_than_the_screen(page)
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
    assert not is_wider_than_the_screen(page)
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
