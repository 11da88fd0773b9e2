"""Settings and check-up: how one practises, the model, whether all of it works, and one's own data."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import streamlit as st

from coach.checkup import Check, check, checkup
from coach.customer.turns import Intensity
from coach.errors import RecordUnavailable
from coach.language import Translate
from ui import session
from ui.components.check import check_line
from ui.components.fault import fault_box
from ui.components.header import page_header
from ui.components.markup import plain
from ui.components.plan import interview_day
from ui.components.providers import PROVIDERS
from ui.components.scenario import intensity_line, intensity_name
from ui.views.own_data import own_data_view

_WIDTH = 760
_FAULT, _CHECKS, _TRIED = "settings-fault", "checkup", "model-tried"


def settings_view() -> None:
    """The page."""
    _ = session.translate()
    page_header(_("Settings and check-up"), _)
    with st.container(width=_WIDTH, gap="large"):
        fault = session.held(_FAULT)
        if fault is not None:
            session.drop(_FAULT)
            fault_box(fault, _)
        _choices(_)
        _model(_)
        _checkup()
        own_data_view(_)


def _choices(_: Translate) -> None:
    chosen = session.preferences()
    with st.container():
        st.subheader(_("How you practise"), anchor=False)
        _field("language", chosen.language)
        st.segmented_control(
            _("Language"),
            ("", "zh", "en"),
            format_func={"": _("as the browser says"), "zh": "中文", "en": "English"}.__getitem__,
            key="settings-language",
            required=True,
            on_change=_keep("language"),
        )
        _field("rate_first", chosen.rate_first)
        st.toggle(
            _("Rate my answers myself before I see the verdicts"),
            key="settings-rate_first",
            on_change=_keep("rate_first"),
        )
        _field("exam", chosen.exam)
        st.toggle(
            _("Exam mode: in role-plays, mood and feedback come only at the end"),
            key="settings-exam",
            on_change=_keep("exam"),
        )
        _field("intensity", chosen.intensity)
        st.segmented_control(
            _("How abusive angry customers may get"),
            list(Intensity),
            format_func=lambda one: intensity_name(one, _),
            key="settings-intensity",
            required=True,
            on_change=_keep("intensity"),
        )
        st.caption(intensity_line(chosen.intensity, _))
        interview_day(chosen.interview, datetime.now().astimezone().date(), _)


def _field(name: str, value: object) -> None:
    """Lets a field show what is kept."""
    if session.held(f"settings-{name}") != value:
        session.hold(f"settings-{name}", value)


def _keep(name: str) -> Callable[[], None]:
    def keep() -> None:
        try:
            session.prefer(**{name: session.held(f"settings-{name}")})
        except RecordUnavailable as fault:
            session.hold(_FAULT, fault)

    return keep


def _model(_: Translate) -> None:
    settings = session.coach().settings
    with st.container():
        st.subheader(_("The model"), anchor=False)
        if settings.model:
            st.markdown(_("Your answers are judged by the model **{model}**.").format(model=plain(settings.model)))
            _try_model()
        else:
            st.markdown(_("No model is connected: a text match reads your answers, offline and at no cost."))
        if settings.shared:
            st.caption(_("Who runs this server connects the model."))
            return
        label = _("Connect another model") if settings.model else _("Connect a model")
        with st.expander(label, icon=":material/cable:", expanded=not settings.model):
            _how_to_connect(_)


@st.fragment
def _try_model() -> None:
    """Asks the model one short question, when somebody wants it."""
    _ = session.translate()
    if st.button(_("Try it"), key="try-model", icon=":material/play_arrow:"):
        with st.spinner(_("Asking the model one short question")):
            session.hold(_TRIED, check(session.coach(), "model"))
    tried: Check | None = session.held(_TRIED)
    if tried is not None:
        check_line(tried, not session.coach().settings.shared, _)


def _how_to_connect(_: Translate) -> None:
    provider = st.selectbox(_("Where the model runs"), list(PROVIDERS), key="provider")
    st.markdown(_("Put these lines into `.env` beside the README, and start the app again:"))
    st.code(PROVIDERS[provider], language="bash", wrap_lines=True)
    st.caption(_("Model names change often; yours may be newer. More on this is in the README."))
    why = _(
        "A key is neither typed nor shown here. It stays in `.env` on the machine, so no browser, screenshot or export "
        "can give it away."
    )
    st.markdown(f":material/key: {why}")


@st.fragment
def _checkup() -> None:
    """Every part really tried, when somebody wants it. Only this is drawn anew meanwhile."""
    _ = session.translate()
    in_detail = not session.coach().settings.shared
    st.subheader(_("Check-up"), anchor=False)
    st.caption(_("Tries the banks, the model, the search and the database. It asks the model one short question."))
    checks: Any = session.held(_CHECKS, ())
    if st.button(_("Check everything"), key="check-everything", icon=":material/stethoscope:"):
        checks = []
        with st.spinner(_("Trying each part, up to half a minute")):
            for one in checkup(session.coach(), session.language()):
                checks.append(one)
                check_line(one, in_detail, _)
        session.hold(_CHECKS, tuple(checks))
    else:
        for one in checks:
            check_line(one, in_detail, _)
    if checks:
        _outcome(sum(not one.ok for one in checks), _)


def _outcome(faults: int, _: Translate) -> None:
    if faults:
        st.warning(_("Parts that do not work: {count}").format(count=faults), icon=":material/build:")
    else:
        st.success(_("All parts work."), icon=":material/check_circle:")
