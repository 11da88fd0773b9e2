import threading
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.adapters.corpus_files import BundledFiles
from coach.adapters.sql_database import SqlDatabase
from coach.adapters.sql_library import SqlLibrary
from coach.adapters.sql_record import sqlite_url
from coach.bank.library import Library, assign, checked_name, emptied, find, name_after, renamed, replacing
from coach.bank.parsing import ParsedBank, ParsedQuestion
from coach.bank.question import Bank, KeyPoint, Question, Source, Weight
from coach.errors import BankError, UnknownQuestion

REFUND = "如果客户要求退款，您会如何处理？"
ANGRY = "您如何处理情绪失控的客户？"
TREND = "您认为未来客户服务的趋势是什么？"


def asked(question: str, answer: str = "", key_points: tuple[str, ...] = (), line: int = 1, number: int | None = None):
    return ParsedQuestion(question=question, answer=answer, key_points=key_points, line=line, number=number)


def imported(*questions: ParsedQuestion | str, earlier: Bank | None = None, document: str = "bank.md") -> Bank:
    parsed = tuple(asked(one) if isinstance(one, str) else one for one in questions)
    return assign(ParsedBank(questions=parsed, problems=()), "mine", document, earlier)


def ids(bank: Bank) -> dict[str, str]:
    return {question.question: question.id for question in bank.questions}


def test_a_first_import_numbers_questions_in_the_order_of_the_document():
    bank = imported(asked(REFUND, number=7), asked(ANGRY, number=3), TREND)
    assert ids(bank) == {REFUND: "mine:q01", ANGRY: "mine:q02", TREND: "mine:q03"}
    assert bank.last_number == 3


def test_a_question_is_made_of_what_the_document_says_and_where_it_says_it():
    bank = imported(asked(REFUND, "先听完。", ("倾听", "说明时限"), line=12, number=8), asked(ANGRY, line=30))
    assert bank.questions[0] == Question(
        id="mine:q01",
        question=REFUND,
        answer="先听完。",
        key_points=(KeyPoint(id="mine:q01.1", text="倾听"), KeyPoint(id="mine:q01.2", text="说明时限")),
        source=Source(kind="document", after="bank.md#8"),
    )
    assert bank.questions[1].source.after == "bank.md#L30"


def test_a_file_name_that_is_no_text_makes_no_question_that_can_not_be_written():
    (question,) = imported(REFUND, document="\udcffbank.md").questions
    assert question.source.after == "?bank.md#L1"


def test_an_empty_document_makes_an_empty_bank():
    assert imported() == Bank(name="mine", questions=())


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ((REFUND, ANGRY, TREND), ("mine:q01", "mine:q02", "mine:q03")),
        ((TREND, REFUND, ANGRY), ("mine:q03", "mine:q01", "mine:q02")),
        (("请介绍一下自己。", REFUND, ANGRY, TREND), ("mine:q04", "mine:q01", "mine:q02", "mine:q03")),
        ((REFUND, TREND), ("mine:q01", "mine:q03")),
        (("如果客户要求退款，您会怎么处理？", ANGRY, TREND), ("mine:q01", "mine:q02", "mine:q03")),
        (("如果客戶要求退款,您會如何處理?", ANGRY), ("mine:q01", "mine:q02")),
        (("客户骂人，您怎么办？", ANGRY), ("mine:q04", "mine:q02")),
    ],
    ids=["unchanged", "reordered", "one inserted", "one removed", "one reworded", "other script", "one replaced"],
)
def test_a_question_that_is_still_there_keeps_its_id(then: tuple[str, ...], expected: tuple[str, ...]):
    earlier = imported(REFUND, ANGRY, TREND)
    assert tuple(question.id for question in imported(*then, earlier=earlier).questions) == expected


def test_the_number_of_a_removed_question_is_not_given_again():
    without_the_last = imported(REFUND, earlier=imported(REFUND, ANGRY))
    assert ids(imported(REFUND, TREND, earlier=without_the_last)) == {REFUND: "mine:q01", TREND: "mine:q03"}


def test_a_number_that_somebody_wrote_by_hand_is_not_given_again():
    by_hand = Question(id="mine:q09", question=TREND, source=Source(kind="written"))
    earlier = imported(REFUND)
    earlier = earlier.model_copy(update={"questions": (*earlier.questions, by_hand)})
    assert ids(imported(REFUND, ANGRY, earlier=earlier))[ANGRY] == "mine:q10"


def test_of_two_candidates_the_more_similar_one_goes_on():
    earlier = imported("如何处理客户对产品价格的不满？", "如何处理客户对产品质量的不满？")
    later = imported("您如何处理客户对产品质量的不满？", "您如何处理客户对产品价格的不满？", earlier=earlier)
    assert [question.id for question in later.questions] == ["mine:q02", "mine:q01"]


def test_only_one_of_two_rewordings_goes_on():
    later = imported("如果客户要求退款，您如何处理？", "如果客户要求退款，您会怎么处理？", earlier=imported(REFUND))
    assert sorted(question.id for question in later.questions) == ["mine:q01", "mine:q02"]


def test_an_equal_question_goes_before_a_similar_one():
    earlier = imported(REFUND)
    later = imported("如果客户要求退款，您会如何处理呢？", REFUND, earlier=earlier)
    assert [question.id for question in later.questions] == ["mine:q02", "mine:q01"]


def test_questions_that_differ_in_punctuation_only_are_not_mixed_up():
    earlier = imported("C++ 是什么？", "C# 是什么？")
    assert ids(imported("C# 是什么？", "C++ 是什么？", earlier=earlier)) == ids(earlier)


def test_the_same_question_twice_gets_two_ids_and_keeps_them():
    earlier = imported(REFUND, REFUND)
    assert [question.id for question in earlier.questions] == ["mine:q01", "mine:q02"]
    assert imported(REFUND, REFUND, earlier=earlier) == earlier


def with_additions(bank: Bank) -> Bank:
    first = bank.questions[0]
    points = tuple(
        point.model_copy(update={"cues": (f"{point.text}的说法",), "not_": ("别的",), "weight": Weight.VITAL})
        for point in first.key_points
    )
    source = first.source.model_copy(update={"reviewed": date(2026, 11, 22), "facts": ("七天无理由退货",)})
    added = {"topic": "售后", "question_en": "A refund?", "aliases": ("退钱",), "situations": ("我要退款",)}
    edited = first.model_copy(update={**added, "key_points": points, "source": source})
    return bank.model_copy(update={"questions": (edited, *bank.questions[1:])})


def test_what_people_added_survives_the_same_document():
    document = asked(REFUND, "先听完。", ("倾听", "说明时限"))
    edited = with_additions(imported(document))
    assert imported(document, earlier=edited) == edited


def test_what_people_added_stays_with_key_points_whose_text_is_the_same():
    edited = with_additions(imported(asked(REFUND, "先听完。", ("倾听", "说明时限"))))
    later = imported(asked(REFUND, "先听完。", ("保持冷静", "说明时限。", "倾听客户")), earlier=edited).questions[0]
    assert (later.topic, later.question_en, later.aliases) == ("售后", "A refund?", ("退钱",))
    assert (later.situations, later.source.facts) == (("我要退款",), ("七天无理由退货",))
    assert later.key_points == (
        KeyPoint(id="mine:q01.1", text="保持冷静"),
        KeyPoint(id="mine:q01.2", text="说明时限。", cues=("说明时限的说法",), not_=("别的",), weight=Weight.VITAL),
        KeyPoint(id="mine:q01.3", text="倾听客户"),
    )


@pytest.mark.parametrize(
    "changed",
    [
        asked("如果客户要求退款，您会怎么处理？", "先听完。", ("倾听",)),
        asked(REFUND, "先道歉。", ("倾听",)),
        asked(REFUND, "先听完。", ("倾听", "道歉")),
    ],
    ids=["question", "answer", "key points"],
)
def test_nobody_has_reviewed_what_the_document_changed(changed: ParsedQuestion):
    edited = with_additions(imported(asked(REFUND, "先听完。", ("倾听",))))
    assert edited.questions[0].source.reviewed is not None
    assert imported(changed, earlier=edited).questions[0].source.reviewed is None


def test_the_document_wins_where_it_says_something_else():
    earlier = imported(asked(REFUND, "旧的。", ("旧的",)), asked(ANGRY, "会没有的。", ("会没有的",)))
    later = imported(asked(REFUND, "新的。", ("新的",)), ANGRY, earlier=earlier)
    assert [question.answer for question in later.questions] == ["新的。", ""]
    assert [point.text for question in later.questions for point in question.key_points] == ["新的"]


def test_a_question_that_a_person_wrote_is_left_as_it_is():
    by_hand = Question(id="mine:own", question=ANGRY, answer="我写的", source=Source(kind="written"))
    earlier = Bank(name="mine", questions=(by_hand,))
    assert imported(asked(ANGRY, "文档的"), REFUND, earlier=earlier).questions[0] == by_hand
    assert imported(REFUND, earlier=earlier).questions[1] == by_hand


EDITIONS = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), unique_by=lambda one: one[0], max_size=10), max_size=6
)


@settings(deadline=None)
@given(EDITIONS)
def test_over_any_editions_a_surviving_question_keeps_its_id_and_no_id_is_used_twice(
    editions: list[list[tuple[int, int]]],
):
    bank: Bank | None = None
    current: dict[int, str] = {}
    ever: set[str] = set()
    for edition in editions:
        # hexadecimal digits of a hash: two of them are never similar, two wordings of one always are
        texts = [f"{sha256(bytes([topic])).hexdigest()} wording {wording}" for topic, wording in edition]
        bank = imported(*texts, earlier=bank)
        assert imported(*texts, earlier=bank) == bank
        now = {topic: question.id for (topic, _), question in zip(edition, bank.questions, strict=True)}
        assert all(now[topic] == current[topic] for topic in now.keys() & current.keys())
        new = {now[topic] for topic in now.keys() - current.keys()}
        assert not new & ever
        ever |= new
        current = now


@settings(deadline=None)
@given(st.lists(st.text(min_size=1).filter(str.strip), max_size=8), st.lists(st.text(min_size=1).filter(str.strip)))
def test_any_texts_give_unique_ids_and_the_same_document_changes_nothing(first: list[str], second: list[str]):
    bank = imported(*second, earlier=imported(*first))
    assert len({question.id for question in bank.questions}) == len(second)
    assert imported(*second, earlier=bank) == bank


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("refunds.md", "refunds"),
        ("customer-service-question-bank.zh.md", "customer-service-question-bank-zh"),
        ("客服 面试题（2026）.docx", "客服-面试题-2026"),
        ("/some/folder/My Bank.pdf", "My-Bank"),
        ("../../etc/passwd", "passwd"),
        ("-rf.txt", "rf"),
        ("Cafe\u0301.md", "Café"),
        ("长" * 100 + ".md", "长" * 60),
        ("x" * 59 + " and more.md", "x" * 59),
        (".hidden", "hidden"),
    ],
)
def test_a_bank_is_named_after_its_file(document: str, name: str):
    assert name_after(document) == name


@pytest.mark.parametrize("document", ["！？.md", "", "bundled.md", "Bundled.docx"])
def test_a_file_name_that_makes_no_name_is_refused_with_what_to_do(document: str):
    with pytest.raises(BankError, match=r"^[^\n]+--name$"):
        name_after(document)


@pytest.mark.parametrize("name", ["mine", "客服", "Bank_2", "a", "9", "x" * 60, "bundled-2", "高難度-v2"])
def test_a_usable_name_stays_as_it_is(name: str):
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *["", " ", ".", "..", "../up", "a/b", "a\\b", "a:b", "a b", "a.b", "-a", "_a", "a\n", "a\0", "x" * 61],
        *["bundled", "BUNDLED", "😀", "\u202ea", "\ud800"],
    ],
)
def test_an_unusable_name_is_refused_in_one_line(name: str):
    with pytest.raises(BankError, match=r"^bank name .+ --name$"):
        checked_name(name)


def test_a_question_is_found_in_any_bank():
    bundled = Bank(name="bundled", questions=(Question(id="q01", question=ANGRY, source=Source(kind="written")),))
    mine = imported(REFUND)
    assert find([bundled, mine], "mine:q01") == mine.questions[0]
    assert find([bundled, mine], "q01") == bundled.questions[0]


def test_an_unknown_id_is_answered_with_the_nearest_ones():
    with pytest.raises(UnknownQuestion, match=r"'mine:q2'; the nearest are mine:q02, .*`coach questions`"):
        find([imported(REFUND, ANGRY, TREND)], "mine:q2")


def test_an_unknown_id_is_answered_where_there_is_no_question_at_all():
    with pytest.raises(UnknownQuestion, match="no question has the id 'q01'; `coach questions` lists them all"):
        find([], "q01")


def test_a_bank_under_another_name_carries_it_in_every_id():
    bundled = Question(id="q07", question=ANGRY, key_points=(KeyPoint(id="q07.1", text="倾听"),), source=WRITTEN)
    copy = renamed(Bank(name="bundled", questions=(bundled,)), "mine")
    assert copy == Bank.model_validate(copy.model_dump())
    assert [(question.id, question.key_points[0].id) for question in copy.questions] == [("mine:q07", "mine:q07.1")]
    assert renamed(copy, "mine") == copy


def test_a_bank_in_the_place_of_another_gives_none_of_its_numbers_again():
    earlier, now = imported(REFUND, ANGRY, TREND), imported(REFUND)
    assert replacing(now, earlier).last_number == 3
    assert replacing(now, emptied(earlier)).last_number == 3
    assert replacing(now, None) is now
    by_hand = Bank(name="mine", questions=earlier.questions)  # knows no number but those in its ids
    assert replacing(by_hand, by_hand) is by_hand
    assert emptied(by_hand) == Bank(name="mine", last_number=3, questions=())


# What every `Library` does, whatever it is made of.

WRITTEN = Source(kind="written")
MakeLibrary = Callable[[], Library]


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def make_library(request: pytest.FixtureRequest, tmp_path: Path) -> MakeLibrary:
    """Gives a library each time as another process would open it."""
    (tmp_path / "q01.yaml").write_text("{id: q01, question: A, source: {kind: written}}")
    url = sqlite_url(tmp_path) if request.param == "SQLite" else request.getfixturevalue("postgres_url")
    return lambda: SqlLibrary(BundledFiles(tmp_path), SqlDatabase(url))


@pytest.fixture
def library(make_library: MakeLibrary) -> Library:
    return make_library()


def bank(name: str, *texts: str, last_number: int = 0) -> Bank:
    questions = tuple(
        Question(
            id=f"{name}:q{number:02d}",
            question=text,
            answer="第一段\n\n  第二段：“引号”、\\u0041、\0",
            key_points=(KeyPoint(id=f"{name}:q{number:02d}.1", text="yes", cues=("1",), not_=("null",)),),
            source=Source(kind="document", after=f"a.md#{number}", reviewed=date(2026, 11, 22)),
        )
        for number, text in enumerate(texts, 1)
    )
    return Bank(name=name, last_number=last_number or len(questions), questions=questions)


def kept(library: Library, value: Bank) -> Bank:
    return library.update(value.name, lambda earlier: value)


def names(library: Library) -> list[str]:
    return [one.name for one in library.banks()]


def test_without_imports_there_is_the_bundled_bank(library: Library):
    assert names(library) == ["bundled"]
    assert library.imported("mine") is None


def test_an_imported_bank_comes_back_equal_also_elsewhere(library: Library, make_library: MakeLibrary):
    mine = bank("客服-2026", "如何退款？", "C++: yes or no?\n(two lines) ")
    assert kept(library, mine) == mine
    for one in (library, make_library()):
        assert one.imported("客服-2026") == mine
        assert one.banks()[1] == mine


def test_imported_banks_come_after_the_bundled_one_by_name(library: Library):
    for name in ("zoo", "Another", "客服", "another2"):
        kept(library, bank(name, "?"))
    assert names(library) == ["bundled", "Another", "another2", "zoo", "客服"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.lists(TEXTS, max_size=3)), min_size=1, max_size=3))
def test_any_text_comes_back_to_the_letter(library: Library, texts: list[tuple[str, str, list[str]]]):
    questions = tuple(
        Question(id=f"mine:q{number}", question=one, answer=two, aliases=tuple(more), source=WRITTEN)
        for number, (one, two, more) in enumerate(texts)
    )
    mine = Bank(name="mine", questions=questions)
    kept(library, mine)
    assert library.imported("mine") == mine


def test_an_update_sees_what_is_there_and_gives_what_it_made(library: Library):
    seen: list[Bank | None] = []

    def to(value: Bank) -> Callable[[Bank | None], Bank]:
        return lambda earlier: seen.append(earlier) or value

    one, two = bank("mine", "one"), bank("mine", "one", "two")
    assert library.update("mine", to(one)) == one
    assert library.update("mine", to(two)) == two
    assert seen == [None, one]
    assert library.imported("mine") == two


def test_a_change_that_fails_changes_nothing(library: Library):
    kept(library, bank("mine", "one"))

    def fail(earlier: Bank | None) -> Bank:
        raise BankError("no")

    for name in ("mine", "other"):
        with pytest.raises(BankError, match="no"):
            library.update(name, fail)
    assert library.banks()[1:] == (bank("mine", "one"),)


def test_the_banks_are_the_same_object_until_one_changes(library: Library, make_library: MakeLibrary, tmp_path: Path):
    kept(library, bank("mine", "one"))
    first = library.banks()
    kept(library, bank("mine", "one"))
    assert library.banks() is first
    kept(make_library(), bank("mine", "two"))
    second = library.banks()
    assert second[1] == bank("mine", "two")
    (tmp_path / "q02.yaml").write_text("{id: q02, question: B, source: {kind: written}}")
    third = library.banks()
    assert [question.id for question in third[0].questions] == ["q01", "q02"]
    assert third[1] is second[1]
    assert library.banks() is third


def test_a_removed_bank_is_gone_for_everybody(library: Library, make_library: MakeLibrary):
    other = make_library()
    kept(library, bank("mine", "one"))
    kept(library, bank("yours", "one"))
    assert names(other) == ["bundled", "mine", "yours"]
    library.remove("mine")
    for one in (library, other, make_library()):
        assert names(one) == ["bundled", "yours"]
        assert one.imported("mine") is None


def test_a_bank_that_is_imported_again_is_seen_by_who_knew_the_removed_one(library: Library, make_library: MakeLibrary):
    other = make_library()
    kept(library, bank("mine", "one"))
    assert other.banks()[1] == bank("mine", "one")
    library.remove("mine")
    kept(library, bank("mine", "two"))
    assert other.banks()[1] == bank("mine", "two")


def test_the_numbers_of_a_removed_bank_are_not_given_again(library: Library):
    kept(library, bank("mine", "one", "two", last_number=7))
    library.remove("mine")
    parsed = ParsedBank(questions=(asked("three"),), problems=())
    again = library.update("mine", lambda earlier: assign(parsed, "mine", "a.md", earlier))
    assert [question.id for question in again.questions] == ["mine:q08"]


@pytest.mark.parametrize(("name", "known"), [("none", "there are: Mine$"), ("mine", "Mine$"), ("bundled", "Mine$")])
def test_only_an_imported_bank_can_be_removed(library: Library, name: str, known: str):
    kept(library, bank("Mine", "?"))
    with pytest.raises(BankError, match=f"^there is no imported bank '{name}'; .*{known}"):
        library.remove(name)
    library.remove("Mine")
    with pytest.raises(BankError, match=r"^there is no imported bank 'Mine'; none was imported$"):
        library.remove("Mine")
    assert names(library) == ["bundled"]


def test_names_that_differ_in_case_only_are_refused_unless_the_other_is_removed(library: Library):
    kept(library, bank("Mine", "?"))
    with pytest.raises(BankError, match="bank mine would be mixed up with Mine; use --name Mine"):
        library.imported("mine")
    with pytest.raises(BankError, match="--name Mine"):
        kept(library, bank("mine", "?"))
    library.remove("Mine")
    assert library.imported("mine") is None
    kept(library, bank("mine", "?"))
    assert names(library) == ["bundled", "mine"]


def test_a_name_in_another_unicode_form_is_the_same_bank(library: Library):
    kept(library, bank("Caf\u00e9", "?"))
    assert library.imported("Cafe\u0301") == bank("Caf\u00e9", "?")
    library.update("Cafe\u0301", lambda earlier: bank("Caf\u00e9", "?", "new"))
    assert names(library) == ["bundled", "Caf\u00e9"]
    library.remove("Cafe\u0301")
    assert names(library) == ["bundled"]


@pytest.mark.parametrize("name", ["../up", "a/b", "", "bundled", "Bundled", "x" * 300, "'; drop table banks; --"])
def test_a_name_that_can_not_be_used_is_refused(library: Library, name: str):
    with pytest.raises(BankError, match="bank name"):
        library.imported(name)
    with pytest.raises(BankError, match="bank name"):
        library.update(name, lambda earlier: bank("mine", "?"))
    assert names(library) == ["bundled"]


def at_once(calls: Iterator[Callable[[], None]]) -> None:
    faults: list[Exception] = []

    def run(call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as fault:  # a thread has nobody to raise to: the test looks at it
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_of_updates_at_once_none_is_lost_not_even_of_the_first(make_library: MakeLibrary):
    def add_one(earlier: Bank | None) -> Bank:
        return bank("mine", *(str(number) for number in range(len(earlier.questions) + 1 if earlier else 1)))

    def add_ten() -> None:
        library = make_library()
        for _ in range(10):
            library.update("mine", add_one)

    at_once(iter([add_ten] * 4))
    result = make_library().imported("mine")
    assert result is not None
    assert len(result.questions) == 40


def test_who_shares_a_library_reads_whole_banks_while_another_writes(library: Library):
    def write() -> None:
        for number in range(1, 11):
            kept(library, bank("mine", *map(str, range(number))))

    def read() -> None:
        for _ in range(30):
            for one in library.banks()[1:]:
                assert one.last_number == len(one.questions)

    at_once(iter([write, read, read]))
    assert len(library.banks()[1].questions) == 10
