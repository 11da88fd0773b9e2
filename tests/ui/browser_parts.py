"""What every test in a real Chromium stands on; the fixtures `browser` and `app` are in `conftest.py`."""

import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WAIT = 30_000
"""Milliseconds for anything to appear: many at once on two cores are slow."""

IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium on this machine; install `chromium`"
    ),
    # Playwright's event loop is closed by its own process; Python's collector sees the socket a moment later.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def opened(
    browser: "Browser", address: str, width: int = 1280, locale: str = "zh-CN", height: int = 900, scheme: str = "light"
) -> "Page":
    """A page of a browser that nobody has used before."""
    viewport = {"width": width, "height": height}
    page = browser.new_context(viewport=viewport, locale=locale, color_scheme=scheme).new_page()
    page.set_default_timeout(WAIT)
    page.goto(address)
    page.get_by_test_id("stAppViewContainer").wait_for()
    return page


def is_wider_than_the_screen(page: "Page") -> bool:
    """Whether one must scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))
