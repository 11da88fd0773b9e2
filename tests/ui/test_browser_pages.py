"""Home, question bank and progress in a real Chromium: a newcomer, a search, pictures, both languages, a phone."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.browser_parts import IN_A_BROWSER, WAIT, is_wider_than_the_screen, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser


pytestmark = IN_A_BROWSER


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
    expect(box).to_have_value("客户在电话里破口大骂")


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
