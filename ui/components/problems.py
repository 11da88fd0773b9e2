"""What is wrong in a document, beside its lines."""

from collections.abc import Sequence

import streamlit as st

from coach.bank.problems import Problem, ProblemKind
from coach.language import Translate
from ui.components.markup import plain

_SHOWN = 10
_NAMES_MORE = set(ProblemKind) - {ProblemKind.EMPTY_QUESTION, ProblemKind.EMPTY_KEY_POINTS}
"""The kinds whose exact message names other lines, numbers or texts."""
_LONGEST = 120
"""Of a document's line, in characters."""


def problem_list(problems: Sequence[Problem], lines: Sequence[str], _: Translate) -> None:
    """Each problem with the line of the document and what to do; the first ones openly."""
    if not problems:
        st.markdown(f":material/check: {_('No problems found.')}")
        return
    st.markdown(f"**{_('To look at: {count}').format(count=len(problems))}**")
    st.caption(_("You can keep the bank as it is. Or mend these lines in your document and hand it over again."))
    for problem in problems[:_SHOWN]:
        _problem(problem, lines[problem.line - 1], _)
    if problems[_SHOWN:]:
        with st.expander(_("{count} more").format(count=len(problems) - _SHOWN)):
            for problem in problems[_SHOWN:]:
                _problem(problem, lines[problem.line - 1], _)


def _problem(problem: Problem, line: str, _: Translate) -> None:
    shown = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
    with st.container(border=True, gap="small"):
        place = _("Line {line}").format(line=problem.line)
        st.markdown(f":material/warning: **{place}** · {plain(shown)}")
        st.markdown(_what_to_do(problem.kind, _))
        if problem.kind in _NAMES_MORE:
            st.caption(plain(problem.message.said(_)))


def _what_to_do(kind: ProblemKind, _: Translate) -> str:
    return {
        ProblemKind.DUPLICATE_QUESTION: _("The same question stands above; this one is left out. Change or remove it."),
        ProblemKind.EMPTY_KEY_POINTS: _("No key point stands under this label. Write one on each line, with a number."),
        ProblemKind.NUMBER_OUT_OF_ORDER: _("The numbers don't follow each other. Check that no question got lost."),
        ProblemKind.EMPTY_QUESTION: _("No question stands behind this number. Write it there, or remove the number."),
        ProblemKind.REPEATED_LABEL: _("One question has two lists of key points. Number the question between them."),
        ProblemKind.LABEL_WITHOUT_QUESTION: _("This stands under no question and is left out. Number that question."),
        ProblemKind.STRAY_TEXT: _("This text stands where none is expected. Check which question it belongs to."),
    }[kind]
