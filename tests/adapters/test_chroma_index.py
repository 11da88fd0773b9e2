"""The contract of the port `Index`, on Chroma embedded and on a server, and what is particular to either."""

import json
import logging
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import pytest

from coach.adapters.chroma_index import ChromaIndex
from coach.adapters.index_shelf import Pointer
from coach.bank.index import Kind
from coach.bank.question import Bank
from coach.errors import EmbeddingError, IndexUnavailable
from tests.adapters.index_parts import DOCUMENTS_EACH, CountingEmbedding, bank_of, failing_at, question

ROOT = Path(__file__).parents[2]

Make = Callable[..., ChromaIndex]


class Banks:
    """The banks as they are now."""

    def __init__(self, *banks: Bank) -> None:
        self.now: Sequence[Bank] = banks

    def __call__(self) -> Sequence[Bank]:
        return self.now


@pytest.fixture(scope="module")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Chroma server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [Path(sys.executable).with_name("chroma"), "run", "--host", "127.0.0.1", "--port", str(port)]
    folder = tmp_path_factory.mktemp("server")
    with subprocess.Popen([*command, "--path", folder], stdout=subprocess.PIPE, cwd=folder, text=True) as server:
        wait_for(server.stdout, f":{port}")
        yield f"http://127.0.0.1:{port}"
        server.kill()


def wait_for(stream: IO[str] | None, sign: str) -> None:
    assert stream is not None
    for line in stream:
        if sign in line:
            return
    raise AssertionError(f"the process ended without {sign}")


@pytest.fixture(params=["embedded", "server"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes an index, always on the same place."""
    url = request.getfixturevalue("chroma_url") if request.param == "server" else ""
    if url:
        # One server serves all tests, so each looks for vectors by an embedding of its own name.
        return lambda banks, embedding: ChromaIndex(tmp_path / "index", embedding, banks, url=url)
    return lambda banks, embedding: ChromaIndex(tmp_path / "index", embedding, banks)


@pytest.fixture
def embedding(request: pytest.FixtureRequest) -> CountingEmbedding:
    return CountingEmbedding(name=request.node.name)


class TestEveryIndex:
    def test_finds_the_nearest_questions_best_first_and_says_what_matched(
        self, make: Make, embedding: CountingEmbedding
    ) -> None:
        index = make(Banks(bank_of(3, aliases=2)), embedding)

        first, *others = index.search("客户为发货发火了", limit=3)

        assert (first.question_id, first.question) == ("q02", "遇到发货问题怎么办？")
        assert (first.matched.kind, first.matched.text) == (Kind.SITUATION, "客户为发货发火了")
        assert first.score == pytest.approx(1)
        assert sorted(found.question_id for found in others) == ["q01", "q03"]
        assert [found.score for found in others] == sorted((found.score for found in others), reverse=True)

    def test_gives_at_most_as_many_as_it_is_asked_for(self, make: Make, embedding: CountingEmbedding) -> None:
        index = make(Banks(bank_of(3, aliases=2)), embedding)

        assert [len(index.search("发货", limit)) for limit in (1, 2, 10)] == [1, 2, 3]

    @pytest.mark.parametrize("text", ["", " \n", "？！", "\u200b"])
    def test_finds_nothing_for_a_text_without_a_letter_or_digit(
        self, text: str, make: Make, embedding: CountingEmbedding
    ) -> None:
        assert make(Banks(bank_of(1, aliases=1)), embedding).search(text, 5) == []

    def test_gives_all_that_a_judge_needs_by_the_id_of_a_question(
        self, make: Make, embedding: CountingEmbedding
    ) -> None:
        asked = question(2, aliases=3, bank="shop")
        index = make(Banks(Bank(name="shop", questions=(asked,))), embedding)

        reference = index.reference("shop:q02")

        assert reference is not None
        assert (reference.question_id, reference.question, reference.topic) == (asked.id, asked.question, asked.topic)
        assert (reference.text, reference.key_points) == (asked.answer, asked.key_points)
        assert (reference.situations, reference.version) == (asked.situations, asked.version)
        assert index.reference("q02") is None

    def test_reads_a_question_that_has_no_word_to_be_found_by(self, make: Make, embedding: CountingEmbedding) -> None:
        wordless = question(1, aliases=0).model_copy(
            update={"question": "？！", "question_en": "", "situations": (), "key_points": ()}
        )
        index = make(Banks(Bank(name="bundled", questions=(wordless, question(2, aliases=0)))), embedding)

        assert [found.question_id for found in index.search("发货", 5)] == ["q02"]
        reference = index.reference("q01")
        assert reference is not None
        assert reference.question == "？！"

    def test_serves_an_empty_bank(self, make: Make, embedding: CountingEmbedding) -> None:
        index = make(Banks(), embedding)

        assert index.update([]).added == 0
        assert index.search("发货", 5) == []
        assert index.reference("q01") is None

    def test_counts_what_an_update_did(self, make: Make, embedding: CountingEmbedding) -> None:
        index = make(Banks(), embedding)
        one, two, three = (question(number, aliases=1) for number in (1, 2, 3))
        changed = two.model_copy(update={"aliases": ("换了一种问法", "又多了一种")})

        first = index.update([Bank(name="bundled", questions=(one, two))])
        again = index.update([Bank(name="bundled", questions=(one, two))])
        then = index.update([Bank(name="bundled", questions=(changed, three))])

        assert first.model_dump(exclude={"seconds"}) == {"added": 12, "updated": 0, "deleted": 0, "unchanged": 0}
        assert again.model_dump(exclude={"seconds"}) == {"added": 0, "updated": 0, "deleted": 0, "unchanged": 12}
        assert then.model_dump(exclude={"seconds"}) == {"added": 7, "updated": 1, "deleted": 6, "unchanged": 5}

    def test_embeds_no_document_twice(self, make: Make, embedding: CountingEmbedding) -> None:
        index = make(Banks(), embedding)
        index.update([bank_of(2, aliases=1)])
        embedding.asked.clear()

        index.update([bank_of(2, aliases=1)])
        assert embedding.asked == []

        index.update([bank_of(2, aliases=2)])
        assert sorted(embedding.asked) == ["发货的第1种问法", "退款的第1种问法"]

    def test_embeds_everything_anew_on_a_rebuild(self, make: Make, embedding: CountingEmbedding) -> None:
        banks = Banks(bank_of(2, aliases=1))
        index = make(banks, embedding)
        index.update(banks())
        embedding.asked.clear()

        update = index.update(banks(), rebuild=True)

        assert (update.updated, update.unchanged, len(embedding.asked)) == (12, 0, 12)
        assert index.search("发货", 1)[0].question_id == "q02"

    def test_tells_how_far_it_is(self, make: Make, embedding: CountingEmbedding) -> None:
        told: list[tuple[int, int]] = []

        make(Banks(), embedding).update([bank_of(4)], progress=lambda done, total: told.append((done, total)))

        assert told == [(3 * DOCUMENTS_EACH, 4 * DOCUMENTS_EACH), (4 * DOCUMENTS_EACH, 4 * DOCUMENTS_EACH)]

    def test_takes_up_a_changed_bank_when_it_is_read(self, make: Make, embedding: CountingEmbedding) -> None:
        banks = Banks(bank_of(1, aliases=1))
        index = make(banks, embedding)
        assert index.search("发货", 1)[0].question_id == "q01"

        banks.now = [bank_of(2, aliases=1)]

        assert index.search("发货", 1)[0].question_id == "q02"
        assert index.reference("q02") is not None

    def test_goes_on_from_where_a_failing_model_stopped_it(self, make: Make, embedding: CountingEmbedding) -> None:
        banks = [bank_of(7)]
        broken = CountingEmbedding(name=embedding.name, at_call=failing_at(3))
        with pytest.raises(EmbeddingError):
            make(Banks(*banks), broken).update(banks)
        assert len(broken.asked) == 6 * DOCUMENTS_EACH

        make(Banks(*banks), embedding).update(banks)

        assert len(embedding.asked) == DOCUMENTS_EACH
        assert not set(embedding.asked) & set(broken.asked)

    def test_what_was_embedded_for_another_version_of_the_bank_is_not_embedded_again(
        self, make: Make, embedding: CountingEmbedding
    ) -> None:
        broken = CountingEmbedding(name=embedding.name, at_call=failing_at(2))
        with pytest.raises(EmbeddingError):
            make(Banks(bank_of(5)), broken).update([bank_of(5)])

        index = make(Banks(bank_of(4)), embedding)
        index.update([bank_of(4)])

        assert len(embedding.asked) == DOCUMENTS_EACH
        assert index.search("投诉", 1)[0].question_id == "q04"

    def test_keeps_the_old_index_when_the_model_fails_and_says_so_once(
        self, make: Make, embedding: CountingEmbedding, caplog: pytest.LogCaptureFixture
    ) -> None:
        banks = Banks(bank_of(1, aliases=1))
        make(banks, embedding).update(banks())
        banks.now = [bank_of(2, aliases=1)]
        # The query itself is embedded; the documents behind it are not.
        index = make(banks, CountingEmbedding(name=embedding.name, at_call=lambda call: failing_at(1)(call % 2 - 1 + 1)))

        with caplog.at_level(logging.WARNING, "coach"):
            ...
        del index
