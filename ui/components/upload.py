"""Where a document is handed over, with our words beside Streamlit's English ones."""

from typing import TYPE_CHECKING

import streamlit as st

from coach.language import Translate

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile


def document_uploader(key: str, _: Translate) -> "UploadedFile | None":
    """The uploader for a bank, and what a document should look like; None until one is there."""
    st.markdown(_("Bring your own questions. Nothing is kept before you have looked at what was found."))
    file = st.file_uploader(_("Your document: drop it here, or choose one"), key=key)
    st.caption(_("Markdown, text, DOCX, PDF, or a bank that was downloaded here as YAML. Up to 10 MB."))
    with st.expander(_("What the document should look like"), icon=":material/description:"):
        st.markdown(
            _("Each question on a line of its own, with a number. Below it the reference answer and the key points:")
        )
        st.code(
            _(
                "## 1. A customer shouts on the phone. What do you do?\n\n"
                "Reference answer:\nI let them finish, then I ask which order it is about.\n\n"
                "Key points:\n1. Let them finish\n2. Ask for the order"
            ),
            language=None,
            wrap_lines=True,
        )
        st.caption(_("A question without a reference is taken too: you can practise it, and write the rest later."))
    return file
