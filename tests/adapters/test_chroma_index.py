"""The contract of the port `Index`, on Chroma embedded and on a server, and what is particular to either."""

import json
import logging
import shutil
import socket
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest

from coach.adapters.chroma_index import ChromaIndex
from coach.adapters.chroma_store import ChromaStore
from coach.adapters.index_shelf import Pointer
from coach.bank.index import Kind
from coach.bank.question import Bank
from coach.compose import Coach
from coach.errors import EmbeddingError, IndexUnavailable
from coach.settings import Settings
from tests.adapters.index_parts import (
    DOCUMENTS_EACH,
    CountingEmbedding,
    bank_of,
    failing_at,
    failing_for_documents,
    question,
)

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
        assert server.stdout is not None
        wait_for(server.stdout, f":{port}")
        # It writes a line for each request, and stands still when nobody reads them.
        reading = threading.Thread(target=server.stdout.read)
        reading.start()
        yield f"http://127.0.0.1:{port}"
        server.kill()
        reading.join()


def wait_for(stream: IO[str], sign: str) -> None:
    for line in stream:
        if sign in line:
            return
    raise AssertionError(f"the process ended without {sign}")


@pytest.fixture(params=["embedded", "server"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes indexes, all on the same place. One server serves all tests, so each names its embedding its own way."""
    url = request.getfixturevalue("chroma_url") if request.param == "server" else ""
    made: list[ChromaIndex] = []

    def make(banks: Callable[[], Sequence[Bank]], embedding: CountingEmbedding) -> ChromaIndex:
        made.append(ChromaIndex(tmp_path / "index", embedding, banks, url=url))
        return made[-1]

    yield make
    for index in made:
        index.close()


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

    def test_matches_a_question_s_own_wording_where_none_of_its_documents_is_near(
        self,
        make: Make,
        embedding: CountingEmbedding,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        banks = Banks(bank_of(2, aliases=1))
        index = make(banks, embedding)
        index.update(banks())
        monkeypatch.setattr(ChromaStore, "near_documents", lambda *_: [])

        assert index.search("发货", 1)[0].matched.text == "遇到发货问题怎么办？"
        assert told(caplog) == []

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
        broken = CountingEmbedding(name=embedding.name, before=failing_at(3))
        with pytest.raises(EmbeddingError):
            make(Banks(*banks), broken).update(banks)
        assert len(broken.asked) == 6 * DOCUMENTS_EACH

        make(Banks(*banks), embedding).update(banks)

        assert len(embedding.asked) == DOCUMENTS_EACH
        assert not set(embedding.asked) & set(broken.asked)

    def test_what_was_embedded_for_another_version_of_the_bank_is_not_embedded_again(
        self, make: Make, embedding: CountingEmbedding
    ) -> None:
        broken = CountingEmbedding(name=embedding.name, before=failing_at(2))
        with pytest.raises(EmbeddingError):
            make(Banks(bank_of(5)), broken).update([bank_of(5)])

        index = make(Banks(bank_of(4)), embedding)
        index.update([bank_of(4)])

        assert len(embedding.asked) == DOCUMENTS_EACH
        assert index.search("投诉", 1)[0].question_id == "q04"

    def test_embeds_nothing_again_that_is_written_down(
        self, make: Make, embedding: CountingEmbedding, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        banks = [bank_of(2)]
        with monkeypatch.context() as context:
            context.setattr(ChromaStore, "add_questions", interrupted)
            with pytest.raises(KeyboardInterrupt):
                make(Banks(*banks), embedding).update(banks)
        embedding.asked.clear()

        assert make(Banks(*banks), embedding).update(banks).added == 2 * DOCUMENTS_EACH
        assert embedding.asked == []

    def test_keeps_the_old_index_when_the_model_fails_and_says_so_once(
        self, make: Make, embedding: CountingEmbedding, caplog: pytest.LogCaptureFixture
    ) -> None:
        banks = Banks(bank_of(1, aliases=1))
        make(banks, embedding).update(banks())
        banks.now = [bank_of(2, aliases=1)]
        index = make(banks, CountingEmbedding(name=embedding.name, before=failing_for_documents))

        found = [index.search("发货", 1)[0].question_id for _ in range(3)]

        assert found == ["q01"] * 3
        assert [index.reference("q01") is None, index.reference("q02") is None] == [False, True]
        (said,) = told(caplog)
        assert "stays as it was: the model is away" in said
        with pytest.raises(EmbeddingError):
            index.update(banks())

    def test_does_not_search_old_vectors_by_another_embedding(self, make: Make, embedding: CountingEmbedding) -> None:
        banks = Banks(bank_of(1, aliases=1))
        make(banks, embedding).update(banks())
        index = make(banks, CountingEmbedding(name="another", before=failing_for_documents))

        with pytest.raises(EmbeddingError):
            index.search("退款", 1)
        assert index.reference("q01") is not None
        assert make(banks, embedding).search("退款", 1)[0].question_id == "q01"

    def test_is_built_again_for_another_embedding_with_one_line_in_the_log(
        self, make: Make, embedding: CountingEmbedding, caplog: pytest.LogCaptureFixture
    ) -> None:
        banks = Banks(bank_of(2, aliases=1))
        make(banks, embedding).update(banks())
        index = make(banks, CountingEmbedding(name=f"newer than {embedding.name}", width=48))

        assert [index.search("发货", 1)[0].question_id for _ in range(2)] == ["q02"] * 2
        (said,) = told(caplog)
        assert f"built by {embedding.name}, and the embedding is newer than" in said

    def test_is_built_again_for_vectors_of_another_width_under_the_same_name(
        self, make: Make, embedding: CountingEmbedding, caplog: pytest.LogCaptureFixture
    ) -> None:
        banks = Banks(bank_of(2, aliases=1))
        make(banks, embedding).update(banks())
        index = make(banks, CountingEmbedding(name=embedding.name, width=48))

        assert index.search("发货", 1)[0].question_id == "q02"
        (said,) = told(caplog)
        assert "gives vectors of another width now" in said

    def test_goes_back_to_an_earlier_index_without_embedding_anything(
        self, make: Make, embedding: CountingEmbedding
    ) -> None:
        banks = Banks(bank_of(2, aliases=1))
        make(banks, embedding).update(banks())
        make(banks, CountingEmbedding(name=f"newer than {embedding.name}")).search("发货", 1)
        embedding.asked.clear()

        assert make(banks, embedding).search("发货", 1)[0].question_id == "q02"
        assert embedding.asked == ["发货"]


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log of this program says to people."""
    records = [record for record in caplog.records if record.name.startswith("coach")]
    return [record.getMessage() for record in records if record.levelno >= logging.WARNING]


FILES = [
    "current",
    "*/finished.json",
    "*/chroma.sqlite3",
    "*/*/data_level0.bin",
    "*/*/header.bin",
    "*/*/length.bin",
    "*/*/link_lists.bin",
    "*/*/index_metadata.pickle",
]
DAMAGES: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "emptied": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "zeroed": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "garbled": lambda path: path.write_bytes(b"\xa5" * max(100, path.stat().st_size)),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    ChromaIndex(folder, CountingEmbedding(), Banks()).update([bank_of(3)])
    return folder


class TestEmbedded:
    @pytest.fixture
    def folder(self, built: Path, tmp_path: Path) -> Path:
        """The folder of an index of three questions."""
        return shutil.copytree(built, tmp_path / "index")

    @pytest.fixture
    def index(self, folder: Path) -> ChromaIndex:
        return ChromaIndex(folder, CountingEmbedding(), Banks(bank_of(3)))

    @pytest.mark.parametrize("damage", DAMAGES)
    @pytest.mark.parametrize("pattern", FILES)
    def test_heals_with_one_line_in_the_log(
        self, pattern: str, damage: str, folder: Path, index: ChromaIndex, caplog: pytest.LogCaptureFixture
    ) -> None:
        files = list(folder.glob(pattern))
        assert files
        before = {path: path.read_bytes() for path in files}
        for path in files:
            DAMAGES[damage](path)
        harmed = any(not path.exists() or path.read_bytes() != before[path] for path in files)

        assert [index.search(topic, 1)[0].question_id for topic in ("退款", "发货", "差评")] == ["q01", "q02", "q03"]
        assert index.reference("q03") is not None
        assert len(told(caplog)) == harmed

    def test_heals_when_half_of_the_database_is_overwritten(self, folder: Path, index: ChromaIndex) -> None:
        (database,) = folder.glob("*/chroma.sqlite3")
        content = database.read_bytes()
        quarter = len(content) // 4
        database.write_bytes(content[:quarter] + b"\xa5" * (2 * quarter) + content[3 * quarter :])

        assert index.update([bank_of(3)]).added == 3 * DOCUMENTS_EACH
        assert index.search("发货", 1)[0].question_id == "q02"

    def test_heals_when_the_folder_is_gone(
        self, folder: Path, index: ChromaIndex, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert index.reference("q01") is not None
        shutil.rmtree(folder)

        assert index.search("发货", 1)[0].question_id == "q02"
        assert index.reference("q02") is not None
        (said,) = told(caplog)
        assert "is built from the banks: there is none" in said

    def test_heals_when_an_update_finds_the_damage(self, folder: Path, index: ChromaIndex) -> None:
        (database,) = folder.glob("*/chroma.sqlite3")
        database.write_bytes(b"no database")

        update = index.update([bank_of(3)])

        assert update.added == 3 * DOCUMENTS_EACH
        assert index.search("发货", 1)[0].question_id == "q02"

    def test_an_index_that_is_up_to_date_is_neither_opened_nor_embedded(self, folder: Path) -> None:
        embedding = CountingEmbedding()
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != "lock"}

        update = ChromaIndex(folder, embedding, Banks()).update([bank_of(3)])

        assert update.unchanged == 3 * DOCUMENTS_EACH
        assert embedding.asked == []
        assert {path: path.stat().st_mtime_ns for path in before} == before

    def test_keeps_the_index_before_and_no_older_one(self, folder: Path, index: ChromaIndex) -> None:
        names = [Pointer(folder).read()]
        for count in (4, 5, 6):
            index.update([bank_of(count, aliases=1)])
            names.append(Pointer(folder).read())

        assert len(set(names)) == 4
        assert {path.name for path in folder.iterdir()} == {*names[-2:], "current", "lock"}

    def test_reads_the_old_index_while_somebody_else_builds(self, folder: Path) -> None:
        banks = Banks(bank_of(3))
        index = ChromaIndex(folder, CountingEmbedding(), banks)
        banks.now = [bank_of(4)]

        with Pointer(folder).lock():
            assert index.search("发货", 1)[0].question_id == "q02"
            assert index.reference("q04") is None

        assert index.reference("q04") is not None

    def test_a_folder_that_can_t_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        index = ChromaIndex(tmp_path / "file" / "index", CountingEmbedding(), Banks(bank_of(1)))

        with pytest.raises(IndexUnavailable, match="see that the disk has room and may be written"):
            index.search("退款", 1)

    def test_settings_of_chroma_in_the_current_folder_are_left_alone(
        self, tmp_path: Path, index: ChromaIndex, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".env").write_text("ALLOW_RESET=perhaps\nCHROMA_SERVER_HTTP_PORT=none\n")
        monkeypatch.chdir(tmp_path)

        assert index.search("发货", 1)[0].question_id == "q02"


class TestTheBundledBank:
    @pytest.fixture
    def coach(self, data_dir: Path) -> Iterator[Coach]:
        coach = Coach(Settings(data_dir=data_dir))
        yield coach
        coach.index.close()

    def test_finds_every_question_by_its_own_wording_in_both_languages(self, coach: Coach) -> None:
        for one in coach.library.banks()[0].questions:
            for wording in (one.question, one.question_en):
                assert coach.index.search(wording, 1)[0].question_id == one.id

    def test_finds_what_other_people_ask(self, coach: Coach) -> None:
        """What is held out is left alone here, for `coach eval retrieval` to measure."""
        cases = [json.loads(line) for line in (ROOT / "corpus/cases/queries.jsonl").read_text("utf-8").splitlines()]
        tuned = [case for case in cases if not case["held_out"]]
        found = [[one.question_id for one in coach.index.search(case["query"], 5)] for case in tuned]

        first = [places[0] in case["relevant"] for places, case in zip(found, tuned, strict=True)]
        among_five = [bool({*places} & {*case["relevant"]}) for places, case in zip(found, tuned, strict=True)]

        assert statistics.mean(first) >= 0.88
        assert statistics.mean(among_five) >= 0.96


class TestSeveralProcesses:
    @pytest.fixture
    def start(self, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
        """Starts a process on the folder of this test's index."""
        started: list[subprocess.Popen[str]] = []

        def start(*arguments: str) -> subprocess.Popen[str]:
            command = [sys.executable, "-m", "tests.adapters.index_parts", str(tmp_path / "index"), *arguments]
            pipe = subprocess.PIPE
            started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT, text=True))
            return started[-1]

        yield start
        for process in started:
            process.kill()
            process.communicate()

    def test_two_that_update_at_the_same_time_build_one_index(
        self, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
    ) -> None:
        both = [start("update", "4"), start("update", "4")]
        updates = [json.loads(process.communicate()[0]) for process in both]

        assert sorted(update["added"] for update in updates) == [0, 4 * DOCUMENTS_EACH]
        assert sorted(update["unchanged"] for update in updates) == [0, 4 * DOCUMENTS_EACH]
        assert len(list((tmp_path / "index").glob("*/finished.json"))) == 1

    def test_one_that_is_killed_while_it_builds_is_gone_on_from(
        self, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
    ) -> None:
        killed = start("die-at", "3")
        killed.communicate()
        assert killed.returncode < 0
        embedding = CountingEmbedding()
        index = ChromaIndex(tmp_path / "index", embedding, Banks(bank_of(12)))

        index.update([bank_of(12)])

        assert len(embedding.asked) == 6 * DOCUMENTS_EACH
        for number, topic in ((1, "退款"), (6, "诈骗"), (12, "加班")):
            assert index.search(topic, 1)[0].question_id == f"q{number:02}"
        assert [path.parent.name for path in (tmp_path / "index").glob("*/chroma.sqlite3")] == [
            Pointer(tmp_path / "index").read()
        ]

    def test_one_that_reads_is_not_disturbed_when_its_index_is_replaced_and_taken_away(
        self, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
    ) -> None:
        banks = Banks(bank_of(3))
        writer = ChromaIndex(tmp_path / "index", CountingEmbedding(), banks)
        writer.update(banks())
        reader = start("read", "3")
        assert ask(reader, "差评") == ["q03"]

        for _ in range(3):  # what the reader has open is taken away by the second
            writer.update(banks(), rebuild=True)
            written = Pointer(tmp_path / "index").read()

            assert ask(reader, "发货") == ["q02"]
            assert Pointer(tmp_path / "index").read() == written


def ask(reader: "subprocess.Popen[str]", text: str) -> list[str]:
    assert reader.stdin is not None
    assert reader.stdout is not None
    print(text, file=reader.stdin, flush=True)
    answer: list[str] = json.loads(reader.stdout.readline())
    return answer


class TestServer:
    def test_one_that_gives_no_answer_is_told_without_its_password(self, tmp_path: Path) -> None:
        url = "http://me:PASSWORD@127.0.0.1:9"
        index = ChromaIndex(tmp_path, CountingEmbedding(), Banks(bank_of(1)), url=url)

        with pytest.raises(IndexUnavailable) as told_of:
            index.search("退款", 1)

        assert "the Chroma server at 127.0.0.1:9 gave no answer" in str(told_of.value)
        assert "PASSWORD" not in str(told_of.value)

    def test_another_machine_uses_what_one_has_built(self, chroma_url: str, tmp_path: Path) -> None:
        banks = Banks(bank_of(2, aliases=1))
        name = "for two machines"
        ChromaIndex(tmp_path / "one", CountingEmbedding(name), banks, url=chroma_url).update(banks())
        embedding = CountingEmbedding(name)

        with closing(ChromaIndex(tmp_path / "other", embedding, banks, url=chroma_url)) as other:
            assert other.search("发货", 1)[0].question_id == "q02"
        assert embedding.asked == ["发货"]
