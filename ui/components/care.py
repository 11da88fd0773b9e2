"""What a person is told where a role-play stopped for their sake."""

import streamlit as st

from coach.customer.safety import HELP, HELP_LINES
from coach.language import Translate


def care(_: Translate) -> None:
    """Calm words, and numbers to call."""
    st.markdown(f"### {_('Let us stop here')}")
    st.markdown(_(HELP))
    st.markdown("\n".join(f"- **[{number}](tel:{number})** {_(whose)}" for number, whose in HELP_LINES))
    st.caption(_("Nothing of this is scored. What you wrote is kept, and you can delete it in the settings."))
