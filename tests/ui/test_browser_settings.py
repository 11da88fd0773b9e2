"""Import and settings in a real Chromium: from a document with a problem to a practised question; delete everything."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coach.adapters.sql_record import SqlRecord, sqlite_url
from tests.ui.browser_parts import IN_A_BROWSER, is_wider_than_the_screen, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DOCUMENT = "## 1. 客户要退货，你怎么处理？\n\n答题要点：\n1. 先问清退货的原因\n\n## 2. 少发一件怎么办？\n\n答题要点：\n"

pytestmark = IN_A_BROWSER


@pytest.mark.parametrize("width", [1280, 360])
def test_a_document_with_a_problem_becomes_a_practised_question(
    browser: "Browser", app: str, width: int, tmp_path: Path
) -> None:
    document = tmp_path / "小店.md"
    document.write_text(DOCUMENT, "utf-8")
    page = opened(browser, f"{app}/import", width)
    page.locator("input[type=file]").first.set_input_files(document)
    page.get_by_text("第 8 行").wait_for()
    assert not is_wider_than_the_screen(page)
    page.get_by_role("button", name="保存这个题库").click()
    page.get_by_text("题库已保存").wait_for()
    page.get_by_role("button", name="开始练").click()
    box = page.get_by_role("textbox", name="你的回答")
    box.fill("我先问清退货的原因，再看怎么处理。")
    box.press("Control+Enter")
    page.get_by_text("已答到").first.wait_for()
    assert "attempt=" in page.url


def test_everything_is_deleted_and_the_page_says_so(browser: "Browser", app: str, data_dir: Path) -> None:
    record = SqlRecord(sqlite_url(data_dir))
    record.add_attempt("q03", "客户骂人怎么办？", "我先听他说完。")
    page = opened(browser, f"{app}/settings")
    page.get_by_text("考试模式").first.click()
    page.get_by_role("button", name="全部删除").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("删除")
    dialog.get_by_role("textbox").press("Control+Enter")
    page.get_by_text("已全部删除").wait_for()
    assert record.attempts(None) == []
    assert not record.preferences().exam
    assert page.get_by_test_id("stException").count() == 0
