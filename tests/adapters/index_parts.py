"""What the tests of the index are made of: small banks, an embedding that counts, and a process of its own.

    python -m tests.adapters.index_parts FOLDER update 3       brings the index of three questions up to date
    python -m tests.adapters.index_parts FOLDER die-at 2       the same, killed at the second batch
    python -m tests.adapters.index_parts FOLDER read 3         answers each line on stdin with the best question's id

Each prints one line of JSON for each thing it did.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from zlib import crc32

from coach.adapters.chroma_index import ChromaIndex
from coach.bank.question import Bank, KeyPoint, Question, Source
from coach.errors import EmbeddingError

TOPICS = ("退款", "发货", "差评", "投诉", "培训", "诈骗", "价格", "直播", "环保", "压力", "信任", "加班")


class CountingEmbedding:
    """Counts pairs of characters; remembers what it was asked, and fails or dies when it is told to."""

    def __init__(self, name: str = "counting", width: int = 64, before: "Before | None" = None) -> None:
        self.name = name
        self.asked: list[str] = []
        self._width = width
        self._before = before
        self._calls = 0

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self._calls += 1
        if self._before:
            self._before(self._calls, texts)
        self.asked += texts
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> Sequence[float]:
        vector = [0.0] * self._width
        for pair in pairwise(f"<{text}>"):
            vector[crc32("".join(pair).encode()) % self._width] += 1
        return vector


Before = Callable[[int, Sequence[str]], None]
"""What happens before a call, by its number from 1 on and its texts."""


def failing_at(call: int) -> Before:
    """The model is away from this call on."""

    def fail(number: int, _: Sequence[str]) -> None:
        if number >= call:
            raise EmbeddingError("the model is away")

    return fail


def failing_for_documents(_: int, texts: Sequence[str]) -> None:
    """The model takes a query, and is away for more."""
    if len(texts) > 1:
        raise EmbeddingError("the model is away")


def _killed_at(call: int) -> Before:
    def kill(number: int, _: Sequence[str]) -> None:
        if number == call:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


def question(number: int, aliases: int = 100, bank: str = "") -> Question:
    topic = TOPICS[number - 1]
    question_id = f"{bank}:q{number:02}" if bank else f"q{number:02}"
    return Question(
        id=question_id,
        question=f"遇到{topic}问题怎么办？",
        question_en=f"What about topic {number}?",
        topic=topic,
        aliases=tuple(f"{topic}的第{place}种问法" for place in range(aliases)),
        situations=(f"客户为{topic}发火了",),
        answer=f"关于{topic}，先听再说。",
        key_points=(KeyPoint(id=f"{question_id}.1", text=f"{topic}要先听", cues=(f"{topic}听完再答",)),),
        source=Source(kind="written"),
    )


DOCUMENTS_EACH = 105
"""How many documents stand for a `question` of a hundred aliases."""


def bank_of(count: int, aliases: int = 100) -> Bank:
    return Bank(name="bundled", questions=tuple(question(number, aliases) for number in range(1, count + 1)))


def _main(folder: Path, command: str, count: int) -> None:
    dies = command == "die-at"
    banks = [bank_of(12 if dies else count)]
    embedding = CountingEmbedding(before=_killed_at(count) if dies else None)
    index = ChromaIndex(folder, embedding, lambda: banks)
    if command == "read":
        for line in sys.stdin:
            _say(json.dumps([found.question_id for found in index.search(line.strip(), 1)]))
    else:
        _say(index.update(banks).model_dump_json())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
