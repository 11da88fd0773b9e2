"""The role-play page under AppTest: choosing a customer, the chat, its end and the debrief."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coach.customer.mood import StopReason
from coach.customer.turns import Intensity
from coach.errors import RecordUnavailable
from coach.practice.record import RolePlay
from coach.practice.roleplay import RolePlaying
from coach.practice.work import Job
from tests.openai_server import OpenAIServer, status
from tests.ui import one_page
from tests.ui.one_page import opened, place_of
from ui import session

SCENARIO = "late-birthday-gift"
KIND = "您好林女士，等了四天还没到，孩子生日都要错过了，换我也着急。"
HARMFUL = "您别激动，这不归我管，您去问快递吧。"

Page = Callable[..., AppTest]


@pytest.fixture
def page(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """Opens the page anew, as a browser does at an address."""
    monkeypatch.setattr("ui.views.roleplay.PAUSE_SECONDS", 0)
    return partial(opened, "roleplay")


def begun(exam: bool = False) -> RolePlay:
    return session.coach().role_playing().begin(SCENARIO, seed=7, exam=exam)


def played(*turns: str) -> RolePlay:
    playing, role_play = session.coach().role_playing(), begun()
    for said in turns:
        role_play = playing.answer(playing.submit(role_play, said))
    return role_play


def kept(role_play: RolePlay) -> RolePlay:
    return session.coach().role_playing().role_play(role_play.id)


def newest() -> RolePlay:
    return session.coach().record.role_plays(1)[0]


def say(app: AppTest, role_play: RolePlay, text: str) -> AppTest:
    app.chat_input(key=f"say-{role_play.id}").set_value(text).run()
    assert not app.exception
    return app


def text_of(app: AppTest) -> str:
    """All that is written on the page, its buttons and folded parts too."""
    labels = [one.label for one in (*app.expander, *app.button, *app.toggle)]
    return "\n".join([one_page.text_of(app), *labels])


def read(app: AppTest) -> str:
    """The text without the marks that keep Markdown in people's words from having an effect."""
    return text_of(app).replace("\\", "")


def keys(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


def test_a_newcomer_sees_every_customer_and_nothing_to_go_on_with(page: Page) -> None:
    app = page()
    cards = session.coach().stage.scenarios
    assert {f"card-{card.id}" for card in cards} <= keys(app)
    shown = text_of(app)
    assert "The birthday present that has not come" in shown
    assert "●●○○○ easy" in shown
    assert "Go on where you stopped" not in shown


def test_customers_are_filtered_by_category_and_difficulty(page: Page) -> None:
    app = page()
    app.pills(key="filter-category").set_value("price").run()
    assert {key for key in keys(app) if key.startswith("card-")} == {
        "card-price-dropped-next-day",
        "card-six-chairs-free-freight",
    }
    app.pills(key="filter-difficulty").set_value(5).run()
    assert "No customer of this kind" in text_of(app)


def test_a_surprise_leads_to_a_customer_that_the_filters_leave(page: Page) -> None:
    app = page()
    app.pills(key="filter-category").set_value("quiet").run()
    app.button(key="surprise").click().run()
    assert place_of(app, "scenario") == "one-word-and-gone"


def test_a_chosen_customer_shows_the_briefing_and_a_way_back(page: Page) -> None:
    app = page()
    app.button(key=f"card-{SCENARIO}").click().run()
    assert "物流停在中转站" in text_of(app)
    app.button(key="all-customers").click().run()
    assert place_of(app, "scenario") is None
    assert f"card-{SCENARIO}" in keys(app)


def test_a_role_play_begins_as_its_terms_say(page: Page) -> None:
    app = page(scenario=SCENARIO)
    app.segmented_control(key=f"difficulty-{SCENARIO}").set_value(4)
    app.segmented_control(key=f"intensity-{SCENARIO}").set_value(Intensity.HARSH)
    app.toggle(key=f"exam-{SCENARIO}").set_value(True)
    app.number_input(key=f"seed-{SCENARIO}").set_value(11)
    app.button(key="begin").click().run()
    role_play = newest()
    assert (role_play.difficulty, role_play.intensity, role_play.exam, role_play.seed) == (4, "harsh", True, 11)
    assert place_of(app, "id") == role_play.id
    assert "我的车子呢" in text_of(app)


def test_the_terms_begin_with_what_the_person_prefers(page: Page) -> None:
    record = session.coach().record
    record.set_preferences(record.preferences().model_copy(update={"exam": True, "intensity": Intensity.MILD}))
    app = page(scenario=SCENARIO)
    assert app.toggle(key=f"exam-{SCENARIO}").value is True
    assert app.segmented_control(key=f"intensity-{SCENARIO}").value == Intensity.MILD


@pytest.mark.parametrize(("intensity", "line"), [(Intensity.HARSH, "never attacks who you are"), ("mild", "abusive")])
def test_each_intensity_is_told_in_plain_words(page: Page, intensity: str, line: str) -> None:
    app = page(scenario=SCENARIO)
    app.segmented_control(key=f"intensity-{SCENARIO}").set_value(intensity).run()
    assert line in text_of(app)


def test_a_turn_is_kept_answered_and_explained_in_folds(page: Page) -> None:
    role_play = begun()
    shown = text_of(say(page(id=role_play.id), role_play, KIND))
    exchange = kept(role_play).exchanges[0]
    assert exchange.said == KIND
    assert all(bubble in shown for bubble in exchange.line.bubbles)
    assert "What this turn did: anger −1" in shown
    assert "**empathy with this case** “等了四天还没到”" in shown
    assert "you named what this means for the customer" in shown


def test_the_mood_shows_how_the_last_turn_moved_it_and_can_be_hidden(page: Page) -> None:
    role_play = played(HARMFUL)
    app = page(id=role_play.id)
    assert ":small[anger :red[▰▰▰▰▰] 5 **+2**]" in text_of(app)
    app.toggle(key="show-mood").set_value(False).run()
    assert ":small[anger" not in text_of(app)


def test_an_exam_hides_mood_and_feedback_until_the_end(page: Page) -> None:
    role_play = begun(exam=True)
    app = say(page(id=role_play.id), role_play, KIND)
    assert "What this turn did" not in text_of(app)
    assert ":small[anger" not in text_of(app)
    app.button(key="quit").click().run()
    assert "What this turn did" in text_of(app)


def test_a_hint_is_given_counted_and_gone_after_the_next_turn(page: Page) -> None:
    role_play = begun()
    app = page(id=role_play.id)
    app.button(key="hint").click().run()
    assert "They don't feel heard yet" in text_of(app)
    assert kept(role_play).hints == 1
    assert "They don't feel heard yet" not in text_of(say(app, role_play, KIND))


def test_a_turn_that_is_taken_back_leads_to_a_new_try_and_the_old_one_stays(page: Page) -> None:
    role_play = played(KIND, HARMFUL)
    app = page(id=role_play.id)
    app.button(key="undo").click().run()
    again = newest()
    assert place_of(app, "id") == again.id
    assert again.branched_from == role_play.id
    assert [one.said for one in again.exchanges] == [KIND]
    assert len(kept(role_play).exchanges) == 2


def test_before_the_first_turn_there_is_nothing_to_take_back(page: Page) -> None:
    assert page(id=begun().id).button(key="undo").disabled


def test_giving_up_leads_to_the_debrief(page: Page) -> None:
    role_play = played(KIND)
    app = page(id=role_play.id)
    app.button(key="quit").click().run()
    assert place_of(app, "debrief") == "1"
    assert kept(role_play).end is StopReason.CANDIDATE_QUIT
    assert kept(role_play).debrief is not None
    assert "You ended it" in text_of(app)


def test_a_role_play_that_ended_before_the_first_word_has_nothing_to_look_back_on(page: Page) -> None:
    app = page(id=begun().id)
    app.button(key="quit").click().run()
    assert "nothing to look back on" in text_of(app)
    app.button(key="another").click().run()
    assert place_of(app, "id") is None


def test_a_turn_that_was_said_in_another_tab_is_refused_and_its_words_wait(page: Page) -> None:
    role_play = begun()
    one, two = page(id=role_play.id), page(id=role_play.id)
    say(one, role_play, KIND)
    shown = text_of(say(two, role_play, "您好，我在的"))
    assert "went on in another window" in shown
    assert KIND in shown
    assert two.chat_input(key=f"say-{role_play.id}").proto.value == "您好，我在的"
    assert [turn.said for turn in kept(role_play).exchanges] == [KIND]


def test_a_turn_that_is_too_long_is_not_sent_and_not_lost(page: Page) -> None:
    role_play = begun()
    app = say(page(id=role_play.id), role_play, "长" * 1001)
    assert "1001 characters are too much" in text_of(app)
    assert app.chat_input(key=f"say-{role_play.id}").proto.value == "长" * 1001
    assert kept(role_play).pending is None


def test_a_turn_whose_answer_was_cut_off_is_answered_at_the_next_look(page: Page) -> None:
    role_play = begun()
    session.coach().record.add_turn(role_play.id, 1, KIND)
    page(id=role_play.id)
    assert len(kept(role_play).exchanges) == 1


def test_an_answer_that_fails_is_said_and_tried_again(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> RolePlay:
        raise RecordUnavailable("the disk is full; make room")

    role_play = begun()
    with monkeypatch.context() as broken:
        broken.setattr(RolePlaying, "answer", failing)
        app = say(page(id=role_play.id), role_play, KIND)
        assert "What you wrote is kept" in text_of(app)
        assert "the disk is full" in text_of(app)
    app.button(key=f"answer-again-{role_play.id}").click().run()
    assert [one.said for one in kept(role_play).exchanges] == [KIND]


def test_where_the_model_fails_rules_serve_and_the_turn_says_so(page: Page, with_model: OpenAIServer) -> None:
    with_model.otherwise = status(401)
    role_play = begun()
    shown = text_of(say(page(id=role_play.id), role_play, KIND))
    assert "it was read by rules" in shown
    assert len(kept(role_play).exchanges) == 1


def test_words_are_shown_to_the_letter(page: Page) -> None:
    role_play = begun()
    shown = text_of(say(page(id=role_play.id), role_play, "您好 **粗** :red[红] <b>"))
    assert "\\*\\*粗\\*\\* \\:red\\[红\\] \\<b\\>" in shown


def test_role_plays_that_wait_are_offered_first_but_not_those_tried_again(page: Page) -> None:
    first = played(KIND)
    again = session.coach().role_playing().try_again(first, 1)
    app = page()
    assert f"go-on-{again.id}" in keys(app)
    assert f"go-on-{first.id}" not in keys(app)
    app.button(key=f"go-on-{again.id}").click().run()
    assert place_of(app, "id") == again.id


@pytest.mark.parametrize("debrief", [{}, {"debrief": "1"}])
def test_real_distress_leads_to_a_calm_page_without_a_score(page: Page, debrief: dict[str, str]) -> None:
    role_play = begun()
    say(page(id=role_play.id), role_play, "我真的不想活了")
    assert kept(role_play).end is StopReason.PAUSED_FOR_SAFETY
    app = page(id=role_play.id, **debrief)
    assert "Let us stop here" in text_of(app)
    assert "12356" in text_of(app)
    assert not app.metric
    assert not app.chat_input
    assert kept(role_play).debrief is None


def test_a_customer_who_has_left_leaves_a_way_to_look_back(page: Page) -> None:
    role_play = played("你这个傻子")
    assert role_play.end is not None
    app = page(id=role_play.id)
    assert "The customer" in text_of(app)
    app.button(key="look-back").click().run()
    shown = read(app)
    assert "a red line was crossed" in shown
    assert "Snapped at, mocked or insulted the customer" in shown


def test_the_debrief_tells_outcome_rubric_key_points_and_the_costliest_turn(page: Page) -> None:
    role_play = played(KIND, HARMFUL)
    session.coach().role_playing().quit(role_play)
    app = page(id=role_play.id, debrief="1")
    shown = read(app)
    assert "You stopped before it was settled" in shown
    assert app.metric[0].value.endswith("%")
    assert "anger +2: nobody likes being told how to feel" in shown
    assert "Names what this means for this customer" in shown
    assert "“等了四天还没到” :gray[turn 1]" in shown
    assert "A scaffold to fill in (no model)" in shown
    assert "How do you handle customers' enquiries about delayed shipment?" in shown


def forbidden(_job: Job) -> str:
    raise AssertionError("no work is needed")


def test_a_debrief_that_was_made_is_shown_again_without_work(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    role_play = played(KIND, HARMFUL)
    session.coach().role_playing().quit(role_play)
    first = text_of(page(id=role_play.id, debrief="1"))
    monkeypatch.setattr(session.coach().jobs, "start", forbidden)
    assert text_of(page(id=role_play.id, debrief="1")) == first


def test_a_debrief_that_fails_is_said_and_made_at_the_next_try(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> RolePlay:
        raise RecordUnavailable("the disk is full; make room")

    role_play = session.coach().role_playing().quit(played(KIND))
    with monkeypatch.context() as broken:
        broken.setattr(RolePlaying, "debrief", failing)
        app = page(id=role_play.id, debrief="1")
        assert "the disk is full" in text_of(app)
    app.button(key=f"debrief-again-{role_play.id}").click().run()
    assert kept(role_play).debrief is not None


@pytest.mark.parametrize(("key", "turns"), [("again-turn-1", 0), ("again-turn-2", 1), ("again-worst-2", 1)])
def test_any_turn_can_be_tried_again_from_the_debrief(page: Page, key: str, turns: int) -> None:
    role_play = session.coach().role_playing().quit(played(KIND, HARMFUL))
    app = page(id=role_play.id, debrief="1")
    app.button(key=key).click().run()
    again = newest()
    assert again.branched_from == role_play.id
    assert len(again.exchanges) == turns
    assert (place_of(app, "id"), place_of(app, "debrief")) == (again.id, None)


@pytest.mark.parametrize("address", [{"id": "00000000"}, {"scenario": "nobody"}])
def test_what_is_not_there_is_no_dead_end(page: Page, address: dict[str, str]) -> None:
    app = page(**address)
    assert "is not here" in text_of(app)
    app.button(key="all-customers").click().run()
    assert f"card-{SCENARIO}" in keys(app)


def test_where_the_database_fails_the_page_says_so(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    monkeypatch.setenv("COACH_DATABASE_URL", f"sqlite:///{tmp_path}/file/coach.db")
    assert "The database does not work just now" in text_of(page())


def test_in_chinese_everything_is_chinese(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_LANGUAGE", "zh")
    role_play = session.coach().role_playing().quit(played(KIND, HARMFUL))
    for app in (page(), page(scenario=SCENARIO), page(id=role_play.id), page(id=role_play.id, debrief="1")):
        words = text_of(app).replace("Language", "")
        english = [word for word in ("turn", "anger", "customer", "Begin", "score", "again") if f" {word}" in words]
        assert english == []
