"""Our own texts in Chinese and English. The English text is the key; `locales/zh/coach.po` holds the Chinese."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]
Translate = Callable[[str], str]


@dataclass(frozen=True)
class Sentence:
    """An English sentence of ours and what fills its places, so that it can be said in another language too."""

    text: str
    values: "Mapping[str, int | float | str | Sentence]"
    """Empty: the text stands as it is, braces and all."""

    @classmethod
    def of(cls, text: str, **values: "object") -> "Sentence":
        """The sentence; of a value that is no number and no sentence, what `str` makes of it."""
        return cls(text, {name: _plain(value) for name, value in values.items()})

    def __str__(self) -> str:
        return self.said(str)

    def said(self, _: Translate) -> str:
        """The sentence in the language of `_`."""
        values = {name: one.said(_) if isinstance(one, Sentence) else one for name, one in self.values.items()}
        return _(self.text).format(**values) if values else _(self.text)


def _plain(value: object) -> int | float | str | Sentence:
    return value if isinstance(value, int | float | Sentence) else str(value)


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
