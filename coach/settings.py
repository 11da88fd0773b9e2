"""Every setting, read from the environment and from `.env`; nothing else in the project looks there."""

import os
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from coach.errors import SettingsError


class Settings(BaseSettings):
    """What a person can choose. Each field is `COACH_` and its name in capitals; `.env.example` lists them all."""

    model_config = SettingsConfigDict(env_prefix="COACH_", env_file=".env", extra="ignore", env_ignore_empty=True)

    model: str = ""
    """LiteLLM name of the chat model, as `openai/gpt-5-mini` or `dashscope/qwen-plus`; empty: the offline coach."""
    model_fallbacks: Annotated[tuple[str, ...], NoDecode] = ()
    """Models that are asked in this order where the first gives no reply; separated by commas."""
    observer_model: str = ""
    """The model that watches a role-play; empty: the chat model."""
    api_base: str = ""
    """Address of an OpenAI-compatible server, as `http://127.0.0.1:11434/v1`."""
    api_key: SecretStr = SecretStr("")
    """Key for `model` and for fallbacks of the same provider; a provider's own variable works too."""
    embedding: str = "lexical"
    """`lexical` (built in, no download) or the LiteLLM name of an embedding model."""
    data_dir: Path = Field(default_factory=lambda: user_data_path("interview-coach", appauthor=False))
    """Folder for the database, the index and imported banks."""
    database_url: str = ""
    """SQLAlchemy address of the record; empty: SQLite in the data folder."""
    chroma_url: str = ""
    """Address of a Chroma server, as `http://127.0.0.1:8000`; empty: embedded in the data folder."""
    shared: bool = False
    """Whether several people use this server, each browser a person of its own; else it is one person's alone."""
    language: Literal["", "zh", "en"] = ""
    """Language of our own texts; empty: the browser's, or the system's."""
    timeout_seconds: float = Field(default=30, gt=0, le=3600)
    """Longest silence of a model before a try counts as failed."""
    deadline_seconds: float = Field(default=90, gt=0, le=7200)
    """Longest time for one judgement, all tries together."""
    max_answer_chars: int = Field(default=6000, ge=100, le=100_000)
    """Longest answer that is judged."""

    @field_validator("model_fallbacks", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @cached_property
    def provider_variables(self) -> dict[str, str]:
        """`OPENAI_API_KEY`, `DASHSCOPE_API_BASE` and their like; the environment wins over `.env`."""
        both = {**dotenv_values(".env"), **os.environ}
        return {name: value for name, value in both.items() if value and _PROVIDER_VARIABLE.fullmatch(name)}


_PROVIDER_VARIABLE = re.compile(r"(?!COACH_)[A-Z0-9_]+_API_(KEY|BASE)")


def load_settings() -> Settings:
    """The settings as they stand now.

    Raises:
        SettingsError: a value is not usable; the message names its variable, never the value of a key.
    """
    try:
        return Settings()
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        name = "COACH_" + str(first["loc"][0]).upper()
        raise SettingsError(
            "{name}: {fault}; change it in the environment or in .env (see .env.example)", name=name, fault=first["msg"]
        ) from None


def shared_environment() -> dict[str, str]:
    """The environment for a server that others reach too: shared, unless it is said otherwise."""
    return {"COACH_SHARED": "true", **os.environ}


def system_locale() -> str | None:
    """The locale of this machine's user, as `zh_CN.UTF-8`; None where none is set."""
    return os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
