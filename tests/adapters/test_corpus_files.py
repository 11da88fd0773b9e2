import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.adapters.corpus_files import BundledFiles, read_bank_file, to_yaml
from coach.bank.question import Bank, KeyPoint, Question, Source, Weight
from coach.errors import BankError

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
def files(corpus: Path) -> BundledFiles:
    return BundledFiles(corpus)


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


def written_and_read(value: Bank, folder: Path) -> Bank:
    path = folder / "any name.yml"
    path.write_text(to_yaml(value), "utf-8")
    return read_bank_file(path)


def test_a_question_file_is_read_whole(files: BundledFiles):
    assert files.bank() == Bank(
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


def test_questions_come_in_the_order_of_their_files_and_other_files_are_left_alone(corpus: Path, files: BundledFiles):
    for number in (11, 3, 2):
        (corpus / f"q{number:02d}.yaml").write_text(Q01.replace("q01", f"q{number:02d}"), "utf-8")
    (corpus / "README.md").write_text("not a question")
    (corpus / "._q01.yaml").write_bytes(b"\0\5\26\7 what macOS puts beside a file")
    assert [question.id for question in files.bank().questions] == ["q01", "q02", "q03", "q11"]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(corpus: Path, files: BundledFiles):
    expected = files.bank()
    (corpus / "q01.yaml").write_bytes(b"\xef\xbb\xbf" + Q01.replace("\n", "\r\n").encode())
    assert files.bank() == expected


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "topic: 售后",
            "topics: 售后",
            r"topics: unknown key topics; expected only the keys id, question, .* source, drafts$",
        ),
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
    corpus: Path, files: BundledFiles, old: str, new: str, said: str
):
    assert old in Q01
    (corpus / "q01.yaml").write_text(Q01.replace(old, new), "utf-8")
    with pytest.raises(BankError, match=said) as raised:
        files.bank()
    assert str(raised.value).startswith(f"{corpus / 'q01.yaml'}: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", [b"\xff\xfeq\0", b"question: \xb9\xcb\xbf\xcd", b"\0\1\2", b"a: \x1b"])
def test_a_file_that_is_no_text_is_a_fault_in_one_line(corpus: Path, files: BundledFiles, content: bytes):
    (corpus / "q01.yaml").write_bytes(content)
    with pytest.raises(BankError, match=r"q01\.yaml: [^\n]+$"):
        files.bank()


@pytest.mark.parametrize("text", ["&a [*a]", "[" * 900, "a: " * 900, "id: &a {id: *a}", "[" * 2000 + "]" * 2000])
def test_a_file_that_winds_into_itself_is_a_fault_in_one_line(corpus: Path, files: BundledFiles, text: str):
    (corpus / "q01.yaml").write_text(text)
    with pytest.raises(BankError, match=r"q01\.yaml: [^\n]+$"):
        files.bank()


def test_two_files_with_one_id_are_both_named(corpus: Path, files: BundledFiles):
    shutil.copy(corpus / "q01.yaml", corpus / "q02.yaml")
    with pytest.raises(BankError, match=r"q02\.yaml: id: q01 is already used by q01\.yaml"):
        files.bank()


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("nowhere")], ids=["folder", "dangling link"])
def test_what_can_not_be_read_is_named(corpus: Path, files: BundledFiles, make: Callable[[Path], None]):
    make(corpus / "q02.yaml")
    with pytest.raises(BankError, match=r"q02\.yaml: can't be read: "):
        files.bank()


def test_a_missing_corpus_is_a_fault(tmp_path: Path):
    with pytest.raises(BankError, match="no question files here"):
        BundledFiles(tmp_path / "nowhere").bank()


def test_a_bank_in_one_file_comes_back_equal(tmp_path: Path):
    mine = bank("客服-2026", "如何退款？", "C++: yes or no?\n(two lines) ")
    assert written_and_read(mine, tmp_path) == mine


def test_the_bundled_bank_can_be_written_and_read_as_one_file(files: BundledFiles, tmp_path: Path):
    assert written_and_read(files.bank(), tmp_path) == files.bank()


def test_a_file_reads_as_a_person_would_write_it():
    text = to_yaml(bank("mine", "如何退款？"))
    assert "  question: 如何退款？\n" in text
    assert "  answer: |-\n    第一段\n\n      第二段：“引号”、# 号、- 号\n" in text
    assert "    cues:\n    - '1'\n" in text


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.lists(TEXTS, max_size=3)), max_size=3))
def test_any_text_comes_back_to_the_letter(tmp_path: Path, texts: list[tuple[str, str, list[str]]]):
    questions = tuple(
        Question(id=f"mine:q{number}", question=one, answer=two, aliases=tuple(more), source=Source(kind="written"))
        for number, (one, two, more) in enumerate(texts)
    )
    mine = Bank(name="mine", questions=questions)
    assert written_and_read(mine, tmp_path) == mine


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name: mine\nquestions: 3\n", "questions: expected a valid tuple, not 3"),
        ("a person's work: [", "is no YAML"),
        ("{questions: []}", "name: this key is missing; expected the keys name, last_number, questions"),
        (
            "{name: mine, questions: [{id: 'mine:q01', question: A, source: {kind: written}, cue: [a]}]}",
            "questions #1 cue: unknown key cue; expected only the keys id, question, ",
        ),
        (
            "{name: mine, questions: [{id: q01, question: A, source: {kind: written}}]}",
            "the file: question q01 belongs to bank bundled, not to mine",
        ),
    ],
)
def test_a_fault_in_a_whole_bank_names_file_and_key_and_what_was_expected(tmp_path: Path, content: str, said: str):
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(BankError, match=rf"^{re.escape(str(path))}: {said}[^\n]*$"):
        read_bank_file(path)


def test_nothing_is_read_again_until_a_file_changes(files: BundledFiles, corpus: Path, monkeypatch: pytest.MonkeyPatch):
    first = files.bank()
    with monkeypatch.context() as patched:
        patched.setattr(yaml, "load", lambda *_, **__: pytest.fail("read again"))
        assert files.bank() is first
    (corpus / "q02.yaml").write_text(Q01.replace("q01", "q02"), "utf-8")
    assert [question.id for question in files.bank().questions] == ["q01", "q02"]
    (corpus / "q02.yaml").unlink()
    assert files.bank() == first


def test_a_change_that_keeps_length_and_time_is_seen(files: BundledFiles, corpus: Path):
    assert files.bank().questions[0].topic == "售后"
    path = corpus / "q01.yaml"
    before = path.stat()
    (corpus / "new").write_text(Q01.replace("售后", "售前"), "utf-8")
    os.replace(corpus / "new", path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert files.bank().questions[0].topic == "售前"


def test_the_slow_reader_reads_the_same(files: BundledFiles, corpus: Path, tmp_path: Path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(to_yaml(bank("mine", "C++: yes or no?")), "utf-8")
    slow = """
import sys, yaml
from pathlib import Path
yaml.__with_libyaml__ = False
from coach.adapters import corpus_files, yaml_files
assert issubclass(yaml_files._Loader, yaml.SafeLoader) and issubclass(corpus_files._Dumper, yaml.SafeDumper)
for path in map(Path, sys.argv[1:]):
    print(corpus_files.to_yaml(corpus_files.read_bank(path)), end="")
"""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", slow, str(corpus), str(mine)],
        check=True,
        encoding="utf-8",
        capture_output=True,
    )
    assert done.stdout == to_yaml(files.bank()) + to_yaml(read_bank_file(mine))
