"""The customer's mood: as it is now, how a turn moved it, and its curve over a role-play."""

from collections.abc import Sequence

import altair as alt
import streamlit as st

from coach.customer.debrief import MoodPoint
from coach.customer.mood import MOST_ANGER, MOST_TRUST, Change, State
from coach.language import Translate
from ui.components.table import folded_table

_COLOURS = {"anger": "#d1495b", "trust": "#2e8b57", "patience": "#b7791f"}
"""At least 3 to 1 against the background of both themes."""
_NAMED = {"anger": "red", "trust": "green", "patience": "orange"}
_MOST_PIECES = 5


def feeling_names(_: Translate) -> dict[str, str]:
    """What the three gauges are called."""
    return {"anger": _("anger"), "trust": _("trust"), "patience": _("patience")}


def mood_gauge(now: State, before: State | None, patience_at_first: int, _: Translate) -> None:
    """Anger, trust and patience as small bars, and how the last turn moved them."""
    most = {"anger": MOST_ANGER, "trust": MOST_TRUST, "patience": max(patience_at_first, now.patience)}
    with st.container(horizontal=True, gap="small", key="mood-gauge"):
        for what, name in feeling_names(_).items():
            level = getattr(now, what)
            moved = 0 if before is None else level - getattr(before, what)
            by = f" **{_signed(moved)}**" if moved else ""
            st.markdown(f":small[{name} {_bar(what, level, most[what])} {level}{by}]", width="content")


def _bar(what: str, level: int, most: int) -> str:
    """A level as a bar of at most five pieces; empty only at 0."""
    pieces = min(most, _MOST_PIECES)
    full = -(-level * pieces // most)
    filled = f":{_NAMED[what]}[{'▰' * full}]" if full else ""
    return filled + (f":gray[{'▱' * (pieces - full)}]" if full < pieces else "")


def moved_line(changes: Sequence[Change], _: Translate) -> str:
    """How the mood moved, without reasons; empty where it did not."""
    names = feeling_names(_)
    by = {what: sum(one.by for one in changes if one.what == what and isinstance(one.by, int)) for what in names}
    return " · ".join(f"{names[what]} {_signed(moved)}" for what, moved in by.items() if moved)


def change_line(change: Change, _: Translate) -> str:
    """One change with its reason. Only a step of the mood is named: the reason alone says what else has changed."""
    name = feeling_names(_).get(change.what)
    if name is None or not isinstance(change.by, int) or not change.by:
        return _(change.why)
    return _("{feeling} {by}: {why}").format(feeling=name, by=_signed(change.by), why=_(change.why))


def mood_chart(points: Sequence[MoodPoint], _: Translate) -> None:
    """The curve of a role-play with the causes of each change, and the same as a table."""
    names = feeling_names(_)
    rows = [
        {"turn": point.turn, "what": names[what], "value": getattr(point, what), "why": causes(point, _)}
        for point in points
        for what in names
    ]
    scale = alt.Scale(domain=list(names.values()), range=list(_COLOURS.values()))
    told = {"x": _("Turn"), "why": _("Why")}
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=alt.OverlayMarkDef(size=80, filled=True), strokeWidth=2.5)
        .encode(
            x=alt.X("turn:O", title=told["x"], axis=alt.Axis(labelAngle=0)),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(tickMinStep=1, format="d")),
            color=alt.Color("what:N", title=None, scale=scale, legend=alt.Legend(orient="top")),
            strokeDash=alt.StrokeDash("what:N", title=None, scale=alt.Scale(domain=list(names.values()))),
            shape=alt.Shape("what:N", title=None, scale=alt.Scale(domain=list(names.values()))),
            tooltip=[
                alt.Tooltip("turn:O", title=told["x"]),
                alt.Tooltip("what:N", title=_("Mood")),
                alt.Tooltip("value:Q", title=_("Level")),
                alt.Tooltip("why:N", title=told["why"]),
            ],
        )
        .properties(height=260)
    )
    first, last = points[0], points[-1]
    st.altair_chart(
        chart,
        alt=_("Anger from {anger} to {anger_now}, trust from {trust} to {trust_now} over {turns} turns").format(
            anger=first.anger, anger_now=last.anger, trust=first.trust, trust_now=last.trust, turns=last.turn
        ),
    )
    folded_table(
        [told["x"], *names.values(), told["why"]],
        [[str(point.turn), *(str(getattr(point, what)) for what in names), causes(point, _)] for point in points],
        _,
    )


def causes(point: MoodPoint, _: Translate) -> str:
    """Why the mood moved, in one line."""
    if point.turn == 0:
        return _("before the first word")
    return " · ".join(change_line(change, _) for change in point.changes) or _("nothing moved")


def _signed(by: int) -> str:
    return f"{by:+d}".replace("-", "−")
