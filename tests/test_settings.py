"""Settings: every one in `.env.example` with its default, and a fault that names its variable."""

import re
from pathlib import Path

import pytest

from coach.errors import SettingsError
from coach.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"COACH_{name.upper()}", raising=False)


def test_the_example_lists_every_setting_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    listed = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(listed) == {f"COACH_{name.upper()}" for name in Settings.model_fields}
    defaults = load_settings()
    for name, value in listed.items():
        default = getattr(defaults, name.removeprefix("COACH_").lower())
        if value:
            assert value == f"{default:g}" if isinstance(default, float) else value.lower() == str(default).lower()


def test_the_example_as_it_stands_is_usable(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text("utf-8"), "utf-8")
    assert load_settings() == Settings()


def test_fallbacks_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODEL_FALLBACKS", "openai/a, deepseek/b,")
    assert load_settings().model_fallbacks == ("openai/a", "deepseek/b")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COACH_TIMEOUT_SECONDS", "soon"),
        ("COACH_DEADLINE_SECONDS", "-1"),
        ("COACH_LANGUAGE", "klingon"),
        ("COACH_MAX_ANSWER_CHARS", "9"),
    ],
)
def test_an_unusable_value_is_refused_by_its_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=re.escape(name)):
        load_settings()


def test_a_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_API_KEY", "sk-secret-marker")
    assert "sk-secret-marker" not in repr(load_settings())
    assert "sk-secret-marker" not in load_settings().model_dump_json()


def test_a_providers_own_variable_counts_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=from-file\nDASHSCOPE_API_KEY=file-only\n", "utf-8")
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    variables = load_settings().provider_variables
    assert variables["OPENAI_API_KEY"] == "from-environment"
    assert variables["DASHSCOPE_API_KEY"] == "file-only"
    assert "COACH_API_KEY" not in variables
