"""Every page under axe-core, the checker of the WCAG rules: nothing serious; and no other server is asked."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coach.compose import Coach
from coach.practice.record import Choice
from coach.settings import Settings
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


def practice_under_way(data_dir: Path) -> list[str]:
    """A role-play and a mock interview, each in its midst and at its end; their addresses."""
    coach = Coach(Settings(data_dir=data_dir))
    playing, interviewing = coach.role_playing(), coach.interviewing()
    chat, over = (playing.begin("late-birthday-gift", seed=7) for _ in range(2))
    chat = playing.answer(playing.submit(chat, "您好，等了四天还没到，换我也着急。"))
    for said in ("您别激动，这不归我管，您去问快递吧。", "让您白等了这么久，我马上查物流，十分钟内回您。"):
        over = playing.answer(playing.submit(over, said))
    over = playing.quit(over)
    playing.debrief(over)
    asked, done = (interviewing.begin(2, Choice.RANDOM, follow_ups=1, seed=7) for _ in range(2))
    asked = interviewing.answer(asked, "我会先听客户说完，再想办法。")
    done = interviewing.judge(interviewing.answer(done, "我会先听客户说完，再想办法。"))
    done = interviewing.end(interviewing.judge(interviewing.answer_follow_up(done, "我会把进展主动告诉他。")))
    interviewing.report(interviewing.judge(done))
    coach.index.close()
    return [
        f"roleplay?id={chat.id}",
        f"roleplay?id={over.id}",
        f"roleplay?id={over.id}&debrief=1",
        f"interview?id={asked.id}",
        f"interview?id={done.id}",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("practised")
def test_no_page_has_a_serious_fault_or_asks_another_server(
    browser: "Browser", app: str, data_dir: Path, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe, found, asked = Axe(), [], set[str]()
    page = opened(browser, app, scheme=scheme)
    page.on("request", lambda request: asked.add(request.url))
    for path in (*PAGES, *practice_under_way(data_dir)):
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
    assert [url for url in asked if not url.startswith((app, app.replace("http", "ws"), "data:", "blob:"))] == []
