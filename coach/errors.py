"""What can go wrong, as one tree. A message holds the value, what was allowed, and what to do.

    CoachError                   anything that a person is told in one line, without a traceback
    ├── WorkStopped              somebody stopped a piece of work that was under way
    ├── InputError               what was given can't be used                              exit 2
    │   ├── UnknownQuestion      no question of any bank has this id, or comes near this text
    │   ├── AnswerTooLong        the answer is above the limit; nothing was judged
    │   ├── DocumentError        a document can't be imported; nothing was stored
    │   ├── BankError            a bank file breaks the schema: names file, key and what was expected
    │   └── SettingsError        a setting has no usable value
    └── Unavailable              something outside does not work just now                 exit 3
        ├── ModelError           the chat model gave no reply
        │   ├── ModelBusy        it kept failing in a way that passes (429, 5xx, timeout, reset)
        │   ├── ModelRejected    it will not take this request (400, 401, 403, 413); asking again won't help
        │   └── ReplyBroken      a stream ended in the middle; `arrived` holds what had come
        ├── EmbeddingError       the embedding model gave no usable vectors; the old index is kept
        ├── IndexUnavailable     the vector store can't be opened or built
        └── RecordUnavailable    the database can't be read or written; the caller still holds the text

A message is an English sentence with places for its values, never an f-string: so it can be said in Chinese too.
Decide by type, never by the text of a message. No message may hold a key or an answer.
"""

from typing import ClassVar

from coach.language import Sentence, Translate


class CoachError(Exception):
    """Anything that a person is told in one line: `CoachError("there is no bank {name!r}", name=name)`."""

    exit_code: ClassVar[int] = 1

    def __init__(self, text: str, **values: object) -> None:
        self.sentence = Sentence.of(text, **values)
        super().__init__(str(self.sentence))

    def said(self, _: Translate) -> str:
        """The line in the language of `_`."""
        return self.sentence.said(_)


class WorkStopped(CoachError):
    """Somebody stopped a piece of work that was under way."""


class InputError(CoachError):
    """What was given can't be used as it is."""

    exit_code = 2


class UnknownQuestion(InputError):
    """No question of any bank has this id, or comes near this text."""


class AnswerTooLong(InputError):
    """The answer is above the limit; nothing was judged."""


class DocumentError(InputError):
    """A document can't be imported; nothing was stored."""


class BankError(InputError):
    """A bank file breaks the schema."""


class SettingsError(InputError):
    """A setting has no usable value."""


class Unavailable(CoachError):
    """Something outside this program does not work just now."""

    exit_code = 3


class ModelError(Unavailable):
    """The chat model gave no reply."""


class ModelBusy(ModelError):
    """The model kept failing in a way that passes: too many requests, a server fault, a timeout, a reset."""


class ModelRejected(ModelError):
    """The model will not take this request (no credit, no right, too large, malformed): asking again won't help."""


class ReplyBroken(ModelError):
    """A stream ended in the middle; `arrived` holds what had come until then."""

    def __init__(self, text: str, arrived: str = "", **values: object) -> None:
        super().__init__(text, **values)
        self.arrived = arrived


class EmbeddingError(Unavailable):
    """The embedding model gave no usable vectors; the old index is kept."""


class IndexUnavailable(Unavailable):
    """The vector store can't be opened or built."""


class RecordUnavailable(Unavailable):
    """The database can't be read or written; the caller still holds the text."""
