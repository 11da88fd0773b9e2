"""Every text of ours stands in both languages, and the catalogue holds nothing else."""

import ast
import string
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from coach import errors
from coach.bank.approval import DRAFT_NAMES
from coach.bank.sifting import FLAW_TEXTS
from coach.critique.feedback import REASON_TEXTS, Label
from coach.customer.hints import Hint
from coach.customer.mood import Why
from coach.customer.names import ACT_NAMES, CATEGORY_NAMES, STOP_NAMES
from coach.customer.safety import HELP, HELP_LINES
from coach.customer.turns import Note
from coach.errors import CoachError, InputError
from coach.language import Sentence, language_of, translate_to
from coach.practice.interview_report import NoScore
from coach.practice.progress import NoFigure

ROOT = Path(__file__).parent.parent
SPOKEN_BY_VALUE = {
    *(str(text) for texts in (Label, Why, Hint, Note, NoFigure, NoScore) for text in texts),
    *(
        name
        for names in (ACT_NAMES, CATEGORY_NAMES, STOP_NAMES, REASON_TEXTS, DRAFT_NAMES, FLAW_TEXTS)
        for name in names.values()
    ),
    HELP,
    *(whose for _, whose in HELP_LINES),
}
"""Texts that screens translate without naming them."""


FAULTS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, CoachError)}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in our code, with its place."""
    for folder in ("coach", "ui"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def sentences() -> Iterator[tuple[str, ast.Call]]:
    """The calls that make a message for people, with their places."""
    for place, call in calls():
        if place.startswith("coach/errors.py"):  # hands on what it is given
            continue
        match call.func:
            case ast.Name(name) if name in FAULTS:
                yield place, call
            case ast.Attribute(value=ast.Name("Sentence"), attr="of"):
                yield place, call
            case _:
                pass


def texts_in_code() -> Iterator[str]:
    for _, call in calls():
        match call:
            case ast.Call(func=ast.Name("_") | ast.Attribute(attr="_"), args=[ast.Constant(value=text)]):
                yield str(text)
            case ast.Call(func=ast.Attribute(attr="waiting" | "progress"), args=[ast.Constant(value=text)]):
                yield str(text)  # while something takes time in a terminal
            case _:
                pass
    for _, call in sentences():
        if call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)


def places(text: str) -> set[str]:
    return {str(name) for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def faulty_sentences() -> Iterator[str]:
    for place, call in sentences():
        given = {one.arg for one in call.keywords} - {"arrived"}  # what a broken reply holds is not said
        match call.args:
            case [ast.Constant(value=str(text)), *_] if (places(text) if given else set()) == given:
                pass
            case _:
                yield f"{place}: {ast.unparse(call)[:120]}"


def test_every_message_is_one_text_with_a_place_for_each_value() -> None:
    assert list(faulty_sentences()) == []


def catalogue() -> dict[str, str]:
    with files("coach").joinpath("locales", "zh", "coach.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_the_catalogue_holds_every_text_and_no_other() -> None:
    assert set(catalogue()) == {*texts_in_code(), *SPOKEN_BY_VALUE}


@pytest.mark.parametrize(("english", "chinese"), catalogue().items())
def test_a_translation_fills_the_same_places(english: str, chinese: str) -> None:
    assert chinese
    assert places(chinese) == places(english)


def test_a_fault_is_said_in_the_language_of_who_reads_it_with_the_sentences_in_it() -> None:
    fault = InputError("{name!r} is open: {why}", name="小店", why=Sentence.of("{count} {word}", count=2, word="vital"))
    assert str(fault) == "'小店' is open: 2 vital"
    assert fault.said(lambda text: text.replace("is open", "开着").replace("{count} {word}", "{word} {count}")) == (
        "'小店' 开着: vital 2"
    )


def test_a_message_without_values_stands_as_it_is_braces_and_all() -> None:
    assert str(InputError("no {place} here")) == "no {place} here"


def test_a_text_without_translation_comes_back_as_it_is() -> None:
    assert translate_to("zh")("no such text") == "no such text"
    assert translate_to("en")("vital") == "vital"
    assert translate_to("zh")("vital") == "关键"


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-TW", "zh"), ("zh_CN.UTF-8", "zh"), ("en-GB", "en"), ("fr", "en"), (None, "en")]
)
def test_the_nearest_of_our_languages_is_taken(locale: str | None, language: str) -> None:
    assert language_of(locale) == language


SHOWN = {"label", "placeholder", "help", "title", "text", "alt", "caption"}
DRAWN = {
    *("markdown", "write", "caption", "title", "header", "subheader", "text", "info", "warning", "error", "success"),
    *("button", "link_button", "download_button", "form_submit_button", "popover", "expander", "badge", "metric"),
    *("text_input", "text_area", "chat_input", "selectbox", "pills", "segmented_control", "toggle", "checkbox"),
    *("radio", "slider", "number_input", "date_input", "file_uploader", "spinner", "status", "dialog", "toast"),
}


def literals_shown() -> Iterator[str]:
    """Words that a call of Streamlit would show as they stand in the code."""
    for path in (ROOT / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWN):
                continue
            shown = [*node.args[:1], *(one.value for one in node.keywords if one.arg in SHOWN)]
            for text in shown:
                if isinstance(text, ast.Constant) and any(letter.isalpha() for letter in str(text.value)):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: {text.value}"


def test_no_screen_shows_a_text_that_only_one_language_has() -> None:
    both = "语言 / Language"
    assert [one for one in literals_shown() if both not in one] == []
