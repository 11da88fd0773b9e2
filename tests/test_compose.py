"""Which adapter stands behind which port, and which key goes where."""

from pathlib import Path

import pytest

from coach.adapters.litellm_model import Endpoint
from coach.adapters.sql_library import SqlLibrary
from coach.adapters.sql_record import SqlRecord
from coach.bank.question import Bank, Question, Source
from coach.compose import Coach
from coach.critique.critic import Critic
from coach.critique.offline import OfflineJudge
from coach.errors import InputError
from coach.settings import load_settings


@pytest.fixture(autouse=True)
def no_env_file(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def endpoints(**environment: str) -> list[Endpoint]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        coach = Coach(load_settings())
        names = (coach.settings.model, *coach.settings.model_fallbacks)
        return [coach._endpoint(name) for name in names]


def key_of(endpoint: Endpoint) -> str:
    return endpoint.api_key.get_secret_value()


def test_our_own_key_goes_to_the_models_provider_and_to_no_other() -> None:
    first, same, other = endpoints(
        COACH_MODEL="dashscope/qwen-plus",
        COACH_MODEL_FALLBACKS="dashscope/qwen-turbo,deepseek/deepseek-chat",
        COACH_API_KEY="ours",
    )
    assert (key_of(first), key_of(same), key_of(other)) == ("ours", "ours", "")


def test_a_providers_own_key_goes_to_that_provider() -> None:
    first, other = endpoints(
        COACH_MODEL="gpt-5-mini",
        COACH_MODEL_FALLBACKS="claude-sonnet-4-5",
        OPENAI_API_KEY="of-openai",
        ANTHROPIC_API_KEY="of-anthropic",
    )
    assert (key_of(first), key_of(other)) == ("of-openai", "of-anthropic")


def test_a_providers_key_is_never_sent_to_an_address_of_ones_own() -> None:
    (own,) = endpoints(COACH_MODEL="openai/local", COACH_API_BASE="http://127.0.0.1:1/v1", OPENAI_API_KEY="of-openai")
    assert own.api_base == "http://127.0.0.1:1/v1"
    assert key_of(own) == ""


def test_without_a_model_the_offline_judge_serves_and_llm_says_what_to_set() -> None:
    coach = Coach(load_settings())
    assert isinstance(coach.judge("auto"), OfflineJudge)
    with pytest.raises(InputError, match="COACH_MODEL"):
        coach.judge("llm")


def test_with_a_model_the_critic_serves_unless_offline_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODEL", "openai/test")
    coach = Coach(load_settings())
    assert isinstance(coach.judge("auto"), Critic)
    assert isinstance(coach.judge("offline"), OfflineJudge)


def test_record_and_library_share_one_database(data_dir: Path) -> None:
    coach = Coach(load_settings())
    mine = Question(id="mine:q01", question="?", source=Source(kind="written"))
    coach.library.update("mine", lambda earlier: Bank(name="mine", questions=(mine,)))
    coach.record.add_attempt("mine:q01", "?", "a")
    assert isinstance(coach.library, SqlLibrary)
    assert isinstance(coach.record, SqlRecord)
    assert coach.library._database is coach.record._database
    assert {path.name for path in data_dir.iterdir()} == {"index", "coach.db", "coach.db.lock"}
