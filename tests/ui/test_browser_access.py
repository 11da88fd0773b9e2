"""Every page under axe-core, the checker of the WCAG rules: nothing serious, light and dark."""

from typing import TYPE_CHECKING

import pytest

from tests.ui.browser_parts import IN_A_BROWSER, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = IN_A_BROWSER
PAGES = (
    "",
    "answer",
    "answer?question=q03",
    "answer?attempt=a1",
    "roleplay",
    "roleplay?scenario=late-birthday-gift",
    "interview",
    "bank",
    "bank?question=q03",
    "progress",
    "import",
    "settings",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("practised")
def test_no_page_has_a_serious_fault(browser: "Browser", app: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe, found = Axe(), []
    page = opened(browser, app, scheme=scheme)
    for path in PAGES:
        page.goto(f"{app}/{path}")
        page.locator("h1").first.wait_for()
        page.wait_for_load_state("networkidle")
        for fault in axe.run(page).response["violations"]:
            if fault["impact"] in ("serious", "critical"):
                found += [
                    f"/{path}: {fault['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
                    for node in fault["nodes"]
                ]

    assert found == []
