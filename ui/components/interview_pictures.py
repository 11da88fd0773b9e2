"""The pictures of a mock interview, each with a text and a table that say the same."""

from collections.abc import Sequence

import altair as alt
import streamlit as st

from coach.language import Translate
from coach.practice.interview_report import Asked, TopicScore
from ui.components.mastery import percent
from ui.components.span import span
from ui.components.table import folded_table
from ui.components.topic import topic_name

_ROW = 36
_GREEN, _ORANGE, _GRAY, _WORDS = "#2e8b57", "#c4571c", "#9b9389", "#8a8178"
"""Readable on both backgrounds."""
_LONGEST_NAME = 120


def topics_score(topics: Sequence[TopicScore], _: Translate) -> None:
    """A bar for each topic, as long as its score."""
    rows = [
        {"name": _name(one, _), "share": one.score or 0, "all": 1, "label": percent(one.score), "place": place}
        for place, one in enumerate(topics)
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=_names(), tooltip=[alt.Tooltip("name:N", title=_("Topic")), alt.Tooltip("label:N", title=_("Score"))]
    )
    x = alt.X("all:Q", title=None, axis=None, scale=alt.Scale(domain=[0, 1.25]))
    chart = alt.layer(
        base.mark_bar(color=_GRAY, opacity=0.3, cornerRadius=3, height=14).encode(x=x),
        base.mark_bar(color=_GREEN, cornerRadius=3, height=14).encode(x=alt.X("share:Q", title=None, axis=None)),
        _labels(base).encode(x=x),
    ).properties(height=_ROW * len(rows))
    spoken = ", ".join(f"{row['name']} {row['label']}" for row in rows)
    st.altair_chart(chart, alt=_("Score by topic: {topics}").format(topics=spoken))
    cells = [(_name(one, _), percent(one.score), f"{one.answered} / {one.questions}") for one in topics]
    folded_table((_("Topic"), _("Score"), _("Questions answered")), cells, _)


def time_used(asked: Sequence[Asked], clock: int | None, _: Translate) -> None:
    """A bar for each answer, as long as it took; what is over the clock has another colour and says so."""
    rows = [_time_row(one, one.seconds, _) for one in asked if one.seconds is not None]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=_names(), tooltip=[alt.Tooltip("name:N", title=_("Question")), alt.Tooltip("label:N", title=_("Time"))]
    )
    most = max([clock or 0, *(float(str(row["all"])) for row in rows)]) or 1
    x = alt.X("all:Q", title=None, axis=None, scale=alt.Scale(domain=[0, most * 1.45]))
    layers = [
        base.mark_bar(color=_ORANGE, cornerRadius=3, height=14).encode(x=x),
        base.mark_bar(color=_GREEN, cornerRadius=3, height=14).encode(x=alt.X("within:Q", title=None, axis=None)),
        _labels(base).encode(x=x),
    ]
    if clock is not None:
        line = alt.Chart(alt.Data(values=[{"clock": clock}]))
        layers.append(line.mark_rule(color=_WORDS, strokeDash=[4, 3], strokeWidth=1.5).encode(x="clock:Q"))
    spoken = ", ".join(f"{row['name']} {row['label']}" for row in rows)
    st.altair_chart(
        alt.layer(*layers).properties(height=_ROW * len(rows)),
        alt=_("Time for each answer: {times}").format(times=spoken),
    )
    if clock is not None:
        st.caption(
            _("The line is the clock, {time}; it runs from when a question was first shown.").format(time=span(clock))
        )
    cells = [
        (str(one.place), span(one.seconds), "–" if one.seconds_over is None else span(one.seconds_over))
        for one in asked
        if one.seconds is not None
    ]
    folded_table((_("Question"), _("Time"), _("Over the clock")), cells, _)


def _time_row(one: Asked, seconds: float, _: Translate) -> dict[str, str | float]:
    over = "" if one.seconds_over is None else f" · {_('over by {time}').format(time=span(one.seconds_over))}"
    return {
        "name": _("Question {place}").format(place=one.place),
        "place": one.place,
        "all": seconds,
        "within": seconds - (one.seconds_over or 0),
        "label": span(seconds) + over,
    }


def _name(one: TopicScore, _: Translate) -> str:
    return topic_name(one.topic, _) or _("in no bank any more")


def _names() -> alt.Y:
    axis = alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=_LONGEST_NAME)
    return alt.Y("name:N", title=None, sort=alt.EncodingSortField("place"), axis=axis)


def _labels(base: alt.Chart) -> alt.Chart:
    return base.mark_text(align="left", dx=8, color=_WORDS, fontSize=13).encode(text="label:N")
