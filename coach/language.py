"""Our own texts in Chinese and English. The English text is the key; `locales/zh/coach.po` holds the Chinese."""

from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]
Translate = Callable[[str], str]


def translate_to(language: Language) -> Translate:
    """A function that gives a text in the language; a text without a translation comes back as it is."""
    return _chinese() if language == "zh" else str


def language_of(locale: str | None) -> Language:
    """The nearest of our languages to a locale such as `zh-TW` or `en_US.UTF-8`; English for all others and None."""
    return "zh" if (locale or "").lower().startswith("zh") else "en"


@lru_cache
def _chinese() -> Translate:
    # Babel reads the catalogue as it stands, so there is no compiled copy to forget; it takes a tenth of a second.
    from babel.messages.pofile import read_po

    with files("coach").joinpath("locales", "zh", "coach.po").open("rb") as file:
        catalogue = read_po(file, locale="zh")
    texts = {str(message.id): str(message.string) for message in catalogue if message.id and message.string}
    return lambda text: texts.get(text, text)
