import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.adapters import corpus_files
from coach.adapters.corpus_files import BankFiles
from coach.bank.question import Bank, KeyPoint, Question, Source, Weight
from coach.errors import BankError, Unavailable

Q01 = """\
id: q01
question: 如果客户要求退款，您会如何处理？
question_en: How do you handle a refund?
topic: 售后
aliases: [客户想退钱怎么办]
situations:
  - 我要退款
answer: |
  先听完。

  再说明时限。
key_points:
  - id: q01.1
    text: 倾听
    weight: vital
    cues: [听他说完]
    not: [请客户听我说]
  - id: q01.2
    text: 说明时限
source: {kind: document, after: bank.md#8, reviewed: 2026-11-22}
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "q01.yaml").write_text(Q01, "utf-8")
    return folder


@pytest.fixture
def files(corpus: Path, tmp_path: Path) -> BankFiles:
    return BankFiles(corpus, tmp_path / "banks")


def bank(name: str, *questions: str) -> Bank:
    return Bank(
        name=name,
        last_number=len(questions),
        questions=tuple(
            Question(
                id=f"{name}:q{number:02d}",
                question=question,
                answer="第一段\n\n  第二段：“引号”、# 号、- 号",
                key_points=(KeyPoint(id=f"{name}:q{number:02d}.1", text="yes", cues=("1", "null", "2026-11-22")),),
                source=Source(kind="document", after=f"a.md#{number}", reviewed=date(2026, 11, 22)),
            )
            for number, question in enumerate(questions, 1)
        ),
    )


def kept(files: BankFiles, value: Bank) -> Bank:
    return files.update(value.name, lambda earlier: value)


def test_a_question_file_is_read_whole(files: BankFiles):
    (bundled,) = files.banks()
    assert bundled == Bank(
        name="bundled",
        questions=(
            Question(
                id="q01",
                question="如果客户要求退款，您会如何处理？",
                question_en="How do you handle a refund?",
                topic="售后",
                aliases=("客户想退钱怎么办",),
                situations=("我要退款",),
                answer="先听完。\n\n再说明时限。",
                key_points=(
                    KeyPoint(id="q01.1", text="倾听", weight=Weight.VITAL, cues=("听他说完",), not_=("请客户听我说",)),
                    KeyPoint(id="q01.2", text="说明时限"),
                ),
                source=Source(kind="document", after="bank.md#8", reviewed=date(2026, 11, 22)),
            ),
        ),
    )


def test_questions_come_in_the_order_of_their_files_and_other_files_are_left_alone(corpus: Path, files: BankFiles):
    for number in (11, 3, 2):
        (corpus / f"q{number:02d}.yaml").write_text(Q01.replace("q01", f"q{number:02d}"), "utf-8")
    (corpus / "README.md").write_text("not a question")
    (corpus / "._q01.yaml").write_bytes(b"\0\5\26\7 what macOS puts beside a file")
    assert [question.id for question in files.banks()[0].questions] == ["q01", "q02", "q03", "q11"]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(corpus: Path, files: BankFiles):
    expected = files.banks()
    (corpus / "q01.yaml").write_bytes(b"\xef\xbb\xbf" + Q01.replace("\n", "\r\n").encode())
    assert files.banks() == expected


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("topic: 售后", "topics: 售后", r"topics: unknown key topics; expected only the keys id, question, .* source$"),
        ("    cues: ", "    clues: ", r"key_points #1 clues: unknown key .* id, text, weight, cues, not$"),
        ("kind: document", "kinds: document", r"kind: this key is missing; expected the keys kind, after, reviewed"),
        ("question: 如果", "frage: 如果", r"question: this key is missing; .*\(and 1 more\)$"),
        ("    text: 倾听\n", "", "key_points #1 text: this key is missing"),
        ("weight: vital", "weight: high", "key_points #1 weight: expected 'vital' or 'okay', not 'high'"),
        ("[听他说完]", "[听他说完, no]", "key_points #1 cues #2: expected text, not False; put it in quotes"),
        ("topic: 售后", "topic:", "topic: expected text, not None; put it in quotes"),
        ("topic: 售后", "topic: 12", "topic: expected text, not 12; put it in quotes"),
        (
            "aliases: [客户想退钱怎么办]",
            "aliases: 客户想退钱怎么办",
            "aliases: expected a valid tuple, not '客户想退钱怎么办'",
        ),
        ("    text: 倾听", "    text: ''", "key_points #1 text: String should have at least 1 character, not ''"),
        ("reviewed: 2026-11-22", "reviewed: soon", "source reviewed: expected a valid date"),
        ("reviewed: 2026-11-22", "reviewed: 2026-13-45", "is no YAML: month must be in 1..12"),
        ("id: q01.2", "id: q01.3", "the file: key points of q01 must have the ids q01.1, q01.2, in this order"),
        (
            "  - id: q01.2\n    text: 说明时限",
            "  - 说明时限",
            r"key_points #2: expected the keys id, text, .* not '说明时限'",
        ),
        ("topic: 售后", "topic: 售后\ntopic: 售前", r"is no YAML: key topic stands twice .*line 5, column 1"),
        ("topic: 售后", "topic: [售后", r"is no YAML: .*line 5"),
        ("topic: 售后", "\ttopic: 售后", r"is no YAML: .*line 4"),
        ("topic: 售后", "? [a]\n: 1", "is no YAML: .*unhashable key"),
        ("topic: 售后", "topic: !!timestamp soon", "is no YAML"),
        ("topic: 售后", "topic: !!python/name:os.system x", "is no YAML: could not determine a constructor"),
        (Q01, "", "the file: expected the keys id, question, .* not None"),
        (Q01, "- q01", "the file: expected the keys id, question, .* not "),
        ("q01", "mine:q01", "id: expected one without a colon, not 'mine:q01'"),
    ],
)
def test_a_fault_names_file_and_key_and_what_was_expected(
    corpus: Path, files: BankFiles, old: str, new: str, said: str
):
    assert old in Q01
    (corpus / "q01.yaml").write_text(Q01.replace(old, new), "utf-8")
    with pytest.raises(BankError, match=said) as raised:
        files.banks()
    assert str(raised.value).startswith(f"{corpus / 'q01.yaml'}: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", [b"\xff\xfeq\0", b"question: \xb9\xcb\xbf\xcd", b"\0\1\2", b"a: \x1b"])
def test_a_file_that_is_no_text_is_a_fault_in_one_line(corpus: Path, files: BankFiles, content: bytes):
    (corpus / "q01.yaml").write_bytes(content)
    with pytest.raises(BankError, match=r"q01\.yaml: [^\n]+$"):
        files.banks()


@pytest.mark.parametrize("text", ["&a [*a]", "[" * 900, "a: " * 900, "id: &a {id: *a}", "[" * 2000 + "]" * 2000])
def test_a_file_that_winds_into_itself_is_a_fault_in_one_line(corpus: Path, files: BankFiles, text: str):
    (corpus / "q01.yaml").write_text(text)
    with pytest.raises(BankError, match=r"q01\.yaml: [^\n]+$"):
        files.banks()


def test_two_files_with_one_id_are_both_named(corpus: Path, files: BankFiles):
    shutil.copy(corpus / "q01.yaml", corpus / "q02.yaml")
    with pytest.raises(BankError, match=r"q02\.yaml: id: q01 is already used by q01\.yaml"):
        files.banks()


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("nowhere")], ids=["folder", "dangling link"])
def test_what_can_not_be_read_is_named(corpus: Path, files: BankFiles, make: Callable[[Path], None]):
    make(corpus / "q02.yaml")
    with pytest.raises(BankError, match=r"q02\.yaml: can't be read: "):
        files.banks()


def test_a_missing_corpus_is_a_fault_and_a_missing_folder_of_imports_is_none(tmp_path: Path, files: BankFiles):
    assert [one.name for one in files.banks()] == ["bundled"]
    with pytest.raises(BankError, match="no question files here"):
        BankFiles(tmp_path / "nowhere", tmp_path / "banks").banks()


def test_an_imported_bank_comes_back_equal(files: BankFiles):
    mine = bank("客服-2026", "如何退款？", "C++: yes or no?\n(two lines) ")
    assert kept(files, mine) == mine
    assert files.imported("客服-2026") == mine
    assert files.banks()[1] == mine


def test_imported_banks_come_after_the_bundled_one_by_name(files: BankFiles):
    for name in ("zoo", "another", "客服"):
        kept(files, bank(name, "?"))
    assert [one.name for one in files.banks()] == ["bundled", "another", "zoo", "客服"]


def test_a_bank_that_is_not_there_is_none_and_nothing_is_made(files: BankFiles, tmp_path: Path):
    assert files.imported("mine") is None
    assert not (tmp_path / "banks").exists()


def test_an_imported_file_reads_as_a_person_would_write_it(files: BankFiles, tmp_path: Path):
    kept(files, bank("mine", "如何退款？"))
    text = (tmp_path / "banks/mine.yaml").read_text("utf-8")
    assert "  question: 如何退款？\n" in text
    assert "  answer: |-\n    第一段\n\n      第二段：“引号”、# 号、- 号\n" in text
    assert "    cues:\n    - '1'\n" in text


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.lists(TEXTS, max_size=3)), max_size=3))
def test_any_text_comes_back_to_the_letter(files: BankFiles, texts: list[tuple[str, str, list[str]]]):
    questions = tuple(
        Question(id=f"mine:q{number}", question=one, answer=two, aliases=tuple(more), source=Source(kind="written"))
        for number, (one, two, more) in enumerate(texts)
    )
    mine = Bank(name="mine", questions=questions)
    kept(files, mine)
    assert files.imported("mine") == mine


def test_an_update_sees_what_is_there_and_gives_what_it_made(files: BankFiles):
    seen: list[Bank | None] = []

    def to(value: Bank) -> Callable[[Bank | None], Bank]:
        return lambda earlier: seen.append(earlier) or value

    one, two = bank("mine", "one"), bank("mine", "one", "two")
    assert files.update("mine", to(one)) == one
    assert files.update("mine", to(two)) == two
    assert seen == [None, one]
    assert files.imported("mine") == two


def test_an_update_to_the_same_does_not_touch_the_file(files: BankFiles, tmp_path: Path):
    kept(files, bank("mine", "one"))
    path = tmp_path / "banks/mine.yaml"
    path.write_text("# a person's remark\n" + path.read_text("utf-8"), "utf-8")
    kept(files, bank("mine", "one"))
    assert path.read_text("utf-8").startswith("# a person's remark\n")


def test_a_fault_while_writing_leaves_the_old_bank_and_no_litter(
    files: BankFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept(files, bank("mine", "old"))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Unavailable, match=r"mine can't be written .*No space left on device; nothing was changed"):
            kept(files, bank("mine", "new"))
    assert files.imported("mine") == bank("mine", "old")
    assert {path.name for path in (tmp_path / "banks").iterdir()} - {".lock"} == {"mine.yaml"}


def test_a_crash_in_the_middle_of_writing_leaves_the_old_bank(files: BankFiles, corpus: Path, tmp_path: Path):
    kept(files, bank("mine", "old"))
    crash = """
import os, signal, sys
from pathlib import Path
from coach.adapters.corpus_files import BankFiles
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
BankFiles(Path(sys.argv[1]), Path(sys.argv[2])).update("mine", lambda old: old.model_copy(update={"last_number": 99}))
"""
    done = subprocess.run([sys.executable, "-c", crash, str(corpus), str(tmp_path / "banks")], check=False)
    assert done.returncode == -signal.SIGKILL
    assert files.imported("mine") == bank("mine", "old")
    assert [one.name for one in files.banks()] == ["bundled", "mine"]
    assert kept(files, bank("mine", "new")) == files.imported("mine")


def test_a_full_disk_leaves_the_old_bank(files: BankFiles, corpus: Path, tmp_path: Path):
    kept(files, bank("mine", "old"))
    write = """
import resource, sys
from pathlib import Path
from coach.adapters.corpus_files import BankFiles
from coach.errors import Unavailable
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
def longer(old):
    return old.model_copy(update={"questions": (old.questions[0].model_copy(update={"answer": "x" * 100_000}),)})
try:
    BankFiles(Path(sys.argv[1]), Path(sys.argv[2])).update("mine", longer)
except Unavailable as fault:
    print(fault)
"""
    done = subprocess.run(
        [sys.executable, "-c", write, str(corpus), str(tmp_path / "banks")], check=True, text=True, capture_output=True
    )
    assert "nothing was changed" in done.stdout
    assert files.imported("mine") == bank("mine", "old")
    assert {path.name for path in (tmp_path / "banks").iterdir()} - {".lock"} == {"mine.yaml"}


def test_a_folder_that_can_not_be_made_is_said_in_one_line(corpus: Path):
    with pytest.raises(Unavailable, match=r"^bank mine can't be written to [^\n]+: [^\n]+$"):
        kept(BankFiles(corpus, corpus / "q01.yaml" / "banks"), bank("mine", "?"))


def test_a_broken_import_hides_no_other_bank_and_is_logged_once(
    files: BankFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    kept(files, bank("good", "?"))
    (tmp_path / "banks/broken.yaml").write_text("name: broken\nquestions: 3\n")
    for _ in range(3):
        assert [one.name for one in files.banks()] == ["bundled", "good"]
    (line,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "broken.yaml: questions: expected a valid tuple, not 3" in line.getMessage()
    with pytest.raises(BankError, match=r"broken\.yaml: questions"):
        files.imported("broken")


def test_a_broken_import_is_not_written_over(files: BankFiles, tmp_path: Path):
    (tmp_path / "banks").mkdir()
    (tmp_path / "banks/mine.yaml").write_text("a person's work: [")
    with pytest.raises(BankError, match=r"mine\.yaml: is no YAML"):
        kept(files, bank("mine", "?"))
    assert (tmp_path / "banks/mine.yaml").read_text() == "a person's work: ["


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("mine.yaml", "{name: other, questions: []}", r"mine\.yaml: name: expected 'mine', as the file is called"),
        ("bundled.yaml", "{name: bundled, questions: []}", r"bundled\.yaml: bank name 'bundled' is kept"),
        ("my bank.yaml", "{name: my bank, questions: []}", r"my bank\.yaml: bank name 'my bank' can't be used"),
        (
            "mine.yaml",
            "{name: mine, questions: [{id: q01, question: A, source: {kind: written}}]}",
            r"mine\.yaml: the file: question q01 belongs to bank bundled, not to mine",
        ),
    ],
)
def test_an_imported_file_must_hold_the_bank_it_is_called_after(
    files: BankFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture, file: str, content: str, said: str
):
    (tmp_path / "banks").mkdir()
    (tmp_path / "banks" / file).write_text(content)
    assert [one.name for one in files.banks()] == ["bundled"]
    assert re.search(said, caplog.text)


@pytest.mark.parametrize("name", ["../up", "a/b", "", "bundled", "x" * 300])
def test_no_name_leads_out_of_the_folder(files: BankFiles, tmp_path: Path, name: str):
    with pytest.raises(BankError, match="bank name"):
        files.imported(name)
    with pytest.raises(BankError, match="bank name"):
        files.update(name, lambda earlier: bank("mine", "?"))
    assert [path.name for path in tmp_path.rglob("*.yaml")] == ["q01.yaml"]


def test_names_that_some_systems_take_for_one_are_refused(files: BankFiles):
    kept(files, bank("Mine", "?"))
    with pytest.raises(BankError, match="bank mine would be mixed up with Mine on some systems; use --name Mine"):
        files.imported("mine")
    with pytest.raises(BankError, match="--name Mine"):
        kept(files, bank("mine", "?"))


def test_a_name_in_another_unicode_form_is_the_same_bank(files: BankFiles, tmp_path: Path):
    kept(files, bank("Caf\u00e9", "?"))
    os.rename(tmp_path / "banks/Caf\u00e9.yaml", tmp_path / "banks/Cafe\u0301.yaml")  # as macOS may write it
    assert files.imported("Caf\u00e9") == files.imported("Cafe\u0301") == bank("Caf\u00e9", "?")
    kept(files, bank("Caf\u00e9", "?", "new"))
    assert len(list((tmp_path / "banks").glob("*.yaml"))) == 1


def test_nothing_is_read_again_until_a_file_changes(
    files: BankFiles, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept(files, bank("mine", "one"))
    first = files.banks()
    with monkeypatch.context() as patched:
        patched.setattr(yaml, "load", lambda *_, **__: pytest.fail("read again"))
        assert files.banks() is first
    kept(BankFiles(corpus, tmp_path / "banks"), bank("mine", "two"))  # as another process would
    assert files.banks()[1] == bank("mine", "two")
    (tmp_path / "banks/mine.yaml").unlink()
    assert files.banks() == first[:1]


def test_a_change_that_keeps_length_and_time_is_seen(files: BankFiles, tmp_path: Path):
    kept(files, bank("mine", "one"))
    assert files.banks()[1] == bank("mine", "one")
    path = tmp_path / "banks/mine.yaml"
    before = path.stat()
    kept(files, bank("mine", "two"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert files.banks()[1] == bank("mine", "two")


def test_two_that_update_at_once_lose_nothing(corpus: Path, tmp_path: Path):
    def add_one(earlier: Bank | None) -> Bank:
        return bank("mine", *(str(number) for number in range(len(earlier.questions) + 1 if earlier else 1)))

    def add_ten() -> None:
        files = BankFiles(corpus, tmp_path / "banks")
        for _ in range(10):
            files.update("mine", add_one)

    threads = [threading.Thread(target=add_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result = BankFiles(corpus, tmp_path / "banks").imported("mine")
    assert result is not None
    assert len(result.questions) == 40


def test_a_lock_that_another_holds_for_too_long_is_said(
    files: BankFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(corpus_files, "_LOCK_SECONDS", 0)
    (tmp_path / "banks").mkdir()
    with FileLock(tmp_path / "banks/.lock"), pytest.raises(Unavailable, match="nothing was changed"):
        kept(files, bank("mine", "?"))


def test_the_slow_reader_reads_the_same(files: BankFiles, corpus: Path, tmp_path: Path):
    kept(files, bank("mine", "C++: yes or no?"))
    slow = """
import sys, yaml
from pathlib import Path
yaml.__with_libyaml__ = False
from coach.adapters import corpus_files, yaml_files
assert issubclass(yaml_files._Loader, yaml.SafeLoader) and issubclass(corpus_files._Dumper, yaml.SafeDumper)
files = corpus_files.BankFiles(Path(sys.argv[1]), Path(sys.argv[2]))
files.update("again", lambda _: files.imported("mine").model_copy(update={"name": "again", "questions": ()}))
print([bank.model_dump_json() for bank in files.banks()])
"""
    done = subprocess.run(
        [sys.executable, "-c", slow, str(corpus), str(tmp_path / "banks")], check=True, text=True, capture_output=True
    )
    assert done.stdout.strip() == str([one.model_dump_json() for one in files.banks()])
    assert json.loads(files.banks()[1].model_dump_json())["name"] == "again"
