"""Settings and check-up under AppTest: choices that stay, a model that is tried, one's own data."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from coach.customer.turns import Intensity
from coach.practice.exporting import exported
from coach.practice.record import LOCAL, Preferences, everything
from tests.openai_server import OpenAIServer, reply, status
from tests.ui.one_page import opened, text_of
from ui import session
from ui.components.providers import PROVIDERS

README = (Path(__file__).parent.parent.parent / "README.md").read_text("utf-8")


def chosen() -> Preferences:
    return session.coach().record.preferences()


def test_what_is_chosen_is_kept_and_shown_again() -> None:
    app = opened("settings")
    app.toggle(key="settings-exam").set_value(True).run()
    app.toggle(key="settings-rate_first").set_value(True).run()
    app.segmented_control(key="settings-intensity").set_value(Intensity.MILD).run()
    assert chosen() == Preferences(exam=True, rate_first=True, intensity=Intensity.MILD)
    again = opened("settings")
    assert again.toggle(key="settings-exam").value
    assert again.segmented_control(key="settings-intensity").value == Intensity.MILD
    assert "never abusive" in text_of(again)


def test_the_language_changes_at_once_here_and_in_the_header() -> None:
    app = opened("settings")
    app.segmented_control(key="settings-language").set_value("zh").run()
    assert "设置与体检" in text_of(app)
    app.segmented_control(key="language").set_value("en").run()
    assert "Settings and check-up" in text_of(app)
    assert app.segmented_control(key="settings-language").value == "en"
    assert chosen().language == "en"


def test_a_choice_that_can_not_be_kept_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    monkeypatch.setenv("COACH_DATABASE_URL", f"sqlite:///{tmp_path}/file/coach.db")
    app = opened("settings")
    app.toggle(key="settings-exam").set_value(True).run()
    assert "The database does not work just now" in text_of(app)
    assert not app.toggle(key="settings-exam").value


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_lines_for_a_provider_are_those_of_the_readme(provider: str) -> None:
    app = opened("settings")
    app.selectbox(key="provider").select(provider).run()
    assert PROVIDERS[provider] in [code.value for code in app.code]
    assert all(line in README for line in PROVIDERS[provider].splitlines())


def test_nobody_is_asked_for_a_key_and_none_is_shown(with_model: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_API_KEY", "sk-secret-0123")
    app = opened("settings")
    app.button(key="check-everything").click().run()
    assert "sk-secret" not in text_of(app)
    assert "neither typed nor shown" in text_of(app)


def test_nothing_is_tried_before_somebody_wants_it(with_model: OpenAIServer) -> None:
    opened("settings")
    assert with_model.requests == []


def test_a_model_is_tried_and_answers(with_model: OpenAIServer) -> None:
    with_model.otherwise = reply('{"ready": true}')
    app = opened("settings")
    app.button(key="try-model").click().run()
    assert "**Model** · :green[:material/check_circle: works]" in text_of(app)


def test_a_model_that_refuses_is_said_with_what_to_do(with_model: OpenAIServer) -> None:
    with_model.otherwise = status(401)
    app = opened("settings")
    app.button(key="try-model").click().run()
    assert "**Model** · :red[:material/error: does not work]" in text_of(app)
    assert "Check `COACH_MODEL`, `COACH_API_BASE` and `COACH_API_KEY` in `.env`" in text_of(app)


def test_the_check_up_names_each_part_and_its_outcome_stays() -> None:
    app = opened("settings")
    app.button(key="check-everything").click().run()
    for name in ("Question banks", "Model", "Embedding", "Search index", "Database", "Language"):
        assert f"**{name}" in text_of(app)
    assert "All parts work." in text_of(app)
    app.toggle(key="settings-exam").set_value(True).run()
    assert "All parts work." in text_of(app)


def test_a_part_that_does_not_work_is_counted(with_model: OpenAIServer) -> None:
    with_model.otherwise = status(401)
    app = opened("settings")
    app.button(key="check-everything").click().run()
    assert "Parts that do not work: 1" in text_of(app)


def test_on_a_shared_server_no_place_of_it_is_named(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_SHARED", "true")
    app = opened("settings")
    app.button(key="check-everything").click().run()
    shown = text_of(app).replace("\\", "") + "".join(code.value for code in app.code)
    assert str(data_dir) not in shown
    assert "kept on this server" in shown
    assert not [box for box in app.selectbox if box.key == "provider"]


def test_on_ones_own_machine_the_folder_is_named(data_dir: Path) -> None:
    assert str(data_dir) in [code.value for code in opened("settings").code]


def test_ones_own_export_is_taken_back_once() -> None:
    record = session.coach().record
    record.add_attempt("q03", "问题", "我先听他说完。")
    text = exported(everything(record), "json", "en", UTC, datetime(2026, 7, 1, tzinfo=UTC))
    record.delete_everything()
    app = opened("settings")
    app.file_uploader(key="restore-file").set_value(("practice.json", text.encode(), "application/json")).run()
    app.button(key="restore").click().run()
    assert "1 taken back, 0 were there already" in text_of(app)
    app.button(key="restore").click().run()
    assert "0 taken back, 1 were there already" in text_of(app)
    assert [attempt.answer for attempt in record.attempts(None)] == ["我先听他说完。"]


@pytest.mark.parametrize(
    ("content", "says"), [(b"{", "cut off or no JSON"), (b"[]", "no export"), (b"\xff\xfe\x00", "not UTF-8")]
)
def test_a_file_that_is_no_export_is_refused(content: bytes, says: str) -> None:
    app = opened("settings")
    app.file_uploader(key="restore-file").set_value(("x.json", content, "application/json")).run()
    app.button(key="restore").click().run()
    assert says in text_of(app).replace("\\", "")


def test_everything_is_deleted_only_after_the_word_was_typed() -> None:
    record = session.coach().record
    record.add_attempt("q03", "问题", "我先听他说完。")
    record.set_draft("answer-q08", "还没写完")
    app = opened("settings")
    app.toggle(key="settings-exam").set_value(True).run()
    app.button(key="delete").click().run()
    assert "- Answers: 1" in text_of(app)
    app.text_input(key="delete-word").set_value("yes")
    app.button(key="delete-surely").click().run()
    assert "Nothing was deleted" in text_of(app)
    assert len(record.attempts(None)) == 1
    app.button(key="delete").click().run()
    app.text_input(key="delete-word").set_value("delete")
    app.button(key="delete-surely").click().run()
    assert "Everything is deleted" in text_of(app)
    assert (record.attempts(None), record.draft("answer-q08")) == ([], "")
    assert chosen() == Preferences()
    assert not app.toggle(key="settings-exam").value
    assert session.coach().record.person == LOCAL
