"""LiteLLM, imported late and told to keep quiet."""

import logging
import os
from functools import cache
from importlib import import_module
from typing import Any

# They write whole requests and answers, and sometimes keys. What went wrong reaches people and logs as our own errors.
_TALKATIVE = ("LiteLLM", "openai", "httpx", "httpcore")


@cache
def load_litellm() -> Any:
    """The module `litellm`; the first call takes about 2.5 seconds. Any thread may call it, as often as it likes."""
    os.environ.update(
        LITELLM_LOCAL_MODEL_COST_MAP="True",  # else the import fetches a price list from the internet
        LITELLM_MODE="PRODUCTION",  # else it reads any .env above the current folder
        LOGGING_EXECUTOR_MAX_THREADS="1",  # else up to 100 threads for loggers that nobody has registered
    )
    litellm: Any = import_module("litellm")
    litellm.suppress_debug_info = True
    litellm.turn_off_message_logging = True
    litellm.disable_streaming_logging = True
    litellm.disable_token_counter = True  # else tokens that a server did not report are guessed, and look reported
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return litellm
