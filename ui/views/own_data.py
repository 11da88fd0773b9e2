"""What is kept of a person: take it along, bring it back, delete it."""

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from coach.errors import CoachError, InputError
from coach.language import Translate
from coach.practice.exporting import Format, exported
from coach.practice.record import everything
from coach.practice.restoring import read_export
from ui import session
from ui.components.fault import fault_box

_ASKED, _DELETED = "deletion-asked", "all-deleted"
_FILES: dict[Format, tuple[str, str]] = {
    "html": ("HTML", "text/html"),
    "md": ("Markdown", "text/markdown"),
    "csv": ("CSV", "text/csv"),
    "json": ("JSON", "application/json"),
}


def own_data_view(_: Translate) -> None:
    """This part of the settings page."""
    with st.container():
        st.subheader(_("Your data"), anchor=False)
        if session.held(_DELETED):
            session.drop(_DELETED)
            st.success(
                _("Everything is deleted, and your settings are as they were at first."),
                icon=":material/check_circle:",
            )
        _place(_)
        _export(_)
        _restore(_)
        if st.button(_("Delete everything"), key="delete", icon=":material/delete_forever:"):
            session.hold(_ASKED, True)
        if session.held(_ASKED):
            st.dialog(_("Delete everything?"), on_dismiss=lambda: session.drop(_ASKED))(_deletion)(_)


def _place(_: Translate) -> None:
    settings = session.coach().settings
    if settings.shared:
        st.markdown(
            _(
                "Your practice is kept on this server. It knows you by a cookie of this browser alone: in another "
                "browser you are somebody else."
            )
        )
    elif settings.database_url:
        st.markdown(_("Your practice is kept in the database that `COACH_DATABASE_URL` names."))
    else:
        st.markdown(_("Your practice is kept on this machine alone, in this folder:"))
        st.code(str(settings.data_dir), language=None, wrap_lines=True)


def _export(_: Translate) -> None:
    st.markdown(f"**{_('Take a copy')}**")
    with st.container(horizontal=True):
        for form, (name, mime) in _FILES.items():
            st.download_button(
                name,
                _made(form),
                f"practice.{form}",
                mime,
                key=f"export-{form}",
                on_click="ignore",
                icon=":material/download:",
            )
    st.caption(_("HTML prints well, Markdown is to be read, CSV opens as a table. JSON holds all and can be restored."))


def _made(form: Format) -> Callable[[], bytes]:
    """Makes the file once somebody wants it."""
    record, language = session.record(), session.language()

    def make() -> bytes:
        now = datetime.now(UTC)
        text = exported(everything(record), form, language, now.astimezone().tzinfo or UTC, now)
        # A mark of the byte order, so that spreadsheets read a CSV as UTF-8.
        return text.encode("utf-8-sig" if form == "csv" else "utf-8", "backslashreplace")

    return make


def _restore(_: Translate) -> None:
    with st.expander(_("Restore your own export"), icon=":material/settings_backup_restore:"):
        file = st.file_uploader(_("Your JSON export: drop it here, or choose it"), key="restore-file")
        st.caption(_("What is there already stays as it is. Up to 10 MB."))
        if file is not None and st.button(_("Restore"), key="restore", type="primary"):
            try:
                practice = read_export(file.name, _decoded(file.name, file.getvalue()))
                added = session.record().restore(practice)
            except CoachError as fault:
                fault_box(fault, _)
                return
            there = len(practice.answers) + len(practice.role_plays) + len(practice.interviews) - added
            st.success(
                _("{added} taken back, {already_there} were there already").format(added=added, already_there=there),
                icon=":material/check_circle:",
            )


def _decoded(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            "{name} is not UTF-8 text, so no export; give the JSON file that was exported here", name=name
        ) from None


def _deletion(_: Translate) -> None:
    """The dialog: what goes, and a word to be typed."""
    word = _("delete")
    try:
        practice = everything(session.record())
        st.markdown(_("All of this goes, and nobody can bring it back:"))
        kinds = (
            (_("Answers"), len(practice.answers)),
            (_("Role-plays"), len(practice.role_plays)),
            (_("Mock interviews"), len(practice.interviews)),
        )
        st.markdown("\n".join(f"- {name}: {count}" for name, count in kinds))
        st.markdown(_("What you have begun to write and your settings go too. Question banks stay."))
        with st.form("delete-form", border=False):
            typed = st.text_input(_("Type “{word}” to go on:").format(word=word), key="delete-word")
            sure = st.form_submit_button(
                _("Delete everything"), key="delete-surely", type="primary", icon=":material/delete_forever:"
            )
        if not sure:
            return
        if typed.strip().casefold() != word:
            st.warning(_("Nothing was deleted, for the word is another one."), icon=":material/info:")
            return
        session.coach().delete_everything(session.person())
    except CoachError as fault:
        fault_box(fault, _)
        return
    session.forget()
    session.hold(_DELETED, True)
    st.rerun()
