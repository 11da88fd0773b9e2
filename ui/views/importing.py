"""Import: hand over a document, look at what was found, keep it; the imported banks and what they lack."""

from collections.abc import Sequence
from zlib import crc32

import streamlit as st

from coach.bank.importing import Imported
from coach.bank.library import name_after
from coach.bank.pages import numbered_lines
from coach.bank.question import BUNDLED, Bank, Question
from coach.bank.writing import to_markdown
from coach.errors import BankError, CoachError
from coach.language import Translate
from coach.practice.progress import topic_of
from coach.practice.work import Failed, Finished, Job, Kind
from ui import session
from ui.components.advance import advance
from ui.components.fault import fault_box
from ui.components.header import page_header
from ui.components.markup import plain
from ui.components.preview import found_questions
from ui.components.problems import problem_list
from ui.components.upload import document_uploader
from ui.views.drafts import drafts_view

_WIDTH = 760
_READ, _FOUND, _JOB = "import-read", "import-found", "import-job"
"""What the session holds: a file's text, what was found in it, and the import that was begun last."""
_KEPT, _REMOVING = "import-kept", "import-removing"
"""Names in the session: of the bank that has just been kept, and of the one that is to be removed."""


def importing_view() -> None:
    """The page."""
    _ = session.translate()
    page_header(_("Import"), _)
    if session.where("importing"):
        st.empty()  # in the place of the preview, which would stand there greyed until the work is done
    with st.container(width=_WIDTH):
        if session.coach().settings.shared:
            _shared(_)
            return
        name = session.where("bank")
        try:
            if name is None:
                _upload(_)
                _banks(_)
            else:
                _bank(name, _)
        except CoachError as fault:
            fault_box(fault, _)
            if name is not None:
                _all_banks(_)


def _shared(_: Translate) -> None:
    """Banks belong to everybody here."""
    st.info(
        _("Several people use this server, and its banks belong to all of them. Who runs it imports them there:"),
        icon=":material/group:",
    )
    st.code("coach import my-bank.docx", language="bash", wrap_lines=True)
    session.link("bank", _("All questions"), icon=":material/menu_book:")


def _upload(_: Translate) -> None:
    file = document_uploader("import-file", _)
    if file is None:
        return
    document = " ".join(file.name.split())
    try:
        text = _text_of(file.file_id, document, file.getvalue(), _)
        name, imported = _found(file.file_id, document, text, _)
    except CoachError as fault:
        fault_box(fault, _)
        return
    if imported is not None:
        _preview(document, text, name, imported, _)


def _text_of(file_id: str, document: str, data: bytes, _: Translate) -> str:
    """The document's text, read once: a PDF takes seconds."""
    if (session.held(_READ) or ("", ""))[0] != file_id:
        with st.spinner(_("Reading the document")):
            session.hold(_READ, (file_id, session.coach().document_text(document, data)))
        session.drop(_FOUND)
        session.drop("import-name")
    return session.held(_READ)[1]


def _found(file_id: str, document: str, text: str, _: Translate) -> tuple[str, Imported | None]:
    """The name that the bank is to have, and what was found; None where the name can't be used."""
    if session.held("import-name") is None:
        session.hold("import-name", _first_name(document, text, _))
    name = st.text_input(
        _("Name of the bank"), key="import-name", max_chars=60, help=_("Letters, digits, - and _; no spaces.")
    ).strip()
    known = session.held(_FOUND)
    if known and known[0] == (file_id, name):
        return name, known[1]
    try:
        imported = session.coach().take_in(document, text, name, dry_run=True)
    except BankError as fault:
        st.warning(_("The bank can't be kept like this."), icon=":material/edit:")
        st.caption(plain(fault.said(_)))
        return name, None
    session.hold(_FOUND, ((file_id, name), imported))
    return name, imported


def _first_name(document: str, text: str, _: Translate) -> str:
    """A name for a start: the one in a YAML bank, else one after the file."""
    if document.lower().endswith((".yaml", ".yml")):
        return session.coach().take_in(document, text, dry_run=True).bank
    try:
        return name_after(document)
    except BankError:
        return _("my-bank")


def _preview(document: str, text: str, name: str, imported: Imported, _: Translate) -> None:
    if session.coach().library.imported(name) is not None:
        st.info(
            _("There is a bank of this name. It is brought up to date, and your practice with it stays."),
            icon=":material/update:",
        )
    st.markdown(f"**{_in_figures(imported.found, _)}**")
    if st.button(_("Keep this bank"), key="keep", type="primary", icon=":material/save:"):
        content = f"{document}\n{text}"
        # The same document is the same piece of work, another one for the same bank is not.
        job = Job(
            kind=Kind.IMPORT,
            person=session.person(),
            about=imported.bank,
            number=crc32(content.encode(errors="replace")),
            document=content,
        )
        session.hold(_JOB, job)
        session.go("import", bank=imported.bank, importing=session.coach().jobs.start(job))
    problem_list(imported.problems, numbered_lines(text), _)
    found_questions(imported.found, _)


def _banks(_: Translate) -> None:
    banks = [bank for bank in session.coach().library.banks() if bank.name != BUNDLED]
    st.subheader(_("Imported banks"), anchor=False)
    if not banks:
        st.markdown(_("None yet. The questions of the bundled bank are there all the same."))
        session.link("bank", _("Question bank"), icon=":material/menu_book:")
    for bank in banks:
        with st.container(border=True, gap="small"):
            # No link: one that leads to its own page is drawn as the place where one is.
            if st.button(f"**{plain(bank.name)}**", key=f"open-{bank.name}", type="tertiary", icon=":material/folder:"):
                session.go("import", bank=bank.name)
            st.caption(_in_figures(bank.questions, _))


def _in_figures(questions: Sequence[Question], _: Translate) -> str:
    figures = [
        _("Questions: {count}").format(count=len(questions)),
        _("with a reference: {count}").format(count=sum(one.has_reference for one in questions)),
        _("key points: {count}").format(count=sum(len(one.key_points) for one in questions)),
    ]
    drafts = sum(len(one.drafts) for one in questions)
    return " · ".join([*figures, *([_("drafts to decide on: {count}").format(count=drafts)] if drafts else [])])


def _all_banks(_: Translate) -> None:
    if st.button(_("All imported banks"), key="all-banks", type="tertiary", icon=":material/arrow_back:"):
        session.go("import")


def _bank(name: str, _: Translate) -> None:
    """The page of one bank."""
    _all_banks(_)
    importing = session.where("importing")
    if importing:
        _follow(name, importing, _)
        return
    bank = session.coach().library.imported(name)
    if bank is None:
        st.info(_("There is no imported bank of this name."), icon=":material/info:")
        return
    if session.held(_KEPT) == name:
        session.drop(_KEPT)
        st.success(_("The bank is kept. You can practise it now."), icon=":material/check_circle:")
    st.header(plain(bank.name), anchor=False)
    st.caption(_in_figures(bank.questions, _))
    first = next((one for one in bank.questions if one.has_reference), bank.questions[0])
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Practise it"), key="practise", type="primary", icon=":material/edit_note:"):
            session.go("answer", question=first.id)
        session.link("bank", _("See its questions"), icon=":material/menu_book:", topic=topic_of(first))
    drafts_view(bank, _)
    _as_file(bank, _)


def _follow(name: str, job_id: str, _: Translate) -> None:
    """The import under way; the page is drawn anew when it is done."""
    end = advance(job_id, _("Keeping the questions of “{bank}”").format(bank=plain(name)), _)
    if isinstance(end, Finished):
        session.hold(_KEPT, name)
        session.stay(importing=None)
        st.rerun()
    st.error(_("The bank was not taken in to the end."), icon=":material/error:")
    if isinstance(end, Failed):
        st.caption(plain(end.message.said(_)))
    job = session.held(_JOB)
    if job is not None and job.about == name:
        if st.button(_("Try again"), key="import-again", icon=":material/refresh:"):
            session.go("import", bank=name, importing=session.coach().jobs.start(job))
    else:
        st.markdown(_("Hand the document over once more."))


def _as_file(bank: Bank, _: Translate) -> None:
    st.subheader(_("Take it along, or take it out"), anchor=False)
    with st.container(horizontal=True):
        st.download_button(
            _("Download as Markdown"),
            lambda: to_markdown(bank),
            f"{bank.name}.md",
            "text/markdown",
            key="download-markdown",
            on_click="ignore",
            icon=":material/download:",
        )
        st.download_button(
            _("Download as YAML"),
            lambda: session.coach().bank_as_yaml(bank),
            f"{bank.name}.yaml",
            "application/yaml",
            key="download-yaml",
            on_click="ignore",
            icon=":material/download:",
        )
        if st.button(_("Remove this bank"), key="remove", icon=":material/delete:"):
            session.hold(_REMOVING, bank.name)
    if session.held(_REMOVING) == bank.name:
        st.dialog(_("Remove this bank?"), on_dismiss=lambda: session.drop(_REMOVING))(_removal)(bank, _)
    st.caption(_("Markdown to read and to write on in. YAML holds all of it, with situations and other wordings."))


def _removal(bank: Bank, _: Translate) -> None:
    said = _("**{bank}** goes, with {count} questions. Your answers to them stay, but are not judged anew.")
    st.markdown(said.format(bank=plain(bank.name), count=len(bank.questions)))
    with st.container(horizontal=True):
        if st.button(_("Remove it"), key="remove-surely", type="primary", icon=":material/delete:"):
            try:
                session.coach().library.remove(bank.name)
            except CoachError as fault:
                fault_box(fault, _)
            else:
                session.drop(_REMOVING)
                session.go("import")
        if st.button(_("Keep it"), key="remove-not"):
            session.drop(_REMOVING)
            st.rerun()
