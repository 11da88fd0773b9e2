"""The pictures of a person's progress, in the theme's colours, each with a text and a table that say the same."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from coach.language import Language, Translate
from coach.practice.progress import Calibration, DayCount, DayScore, TopicStanding
from ui.components.markup import plain
from ui.components.mastery import mastery_words, percent
from ui.components.moment import day_name
from ui.components.table import folded_table
from ui.components.topic import topic_name

_ROW = 36
_HEIGHT = 220
_LABEL_WIDTH = 116


def topics_picture(topics: Sequence[TopicStanding], _: Translate) -> None:
    """A bar for each topic that came up; the others are named below it."""
    met = [one for one in topics if one.mastery is not None]
    new = [topic_name(one.topic, _) for one in topics if one.mastery is None]
    bars = [(topic_name(one.topic, _), one.mastery) for one in met]
    _rows_of_bars("topics-picture", bars, _("Mastery by topic: {shares}"))
    if new:
        st.caption(_("Not practised yet: {topics}").format(topics=plain(" · ".join(new))))
    folded_table(
        (_("Topic"), _("Mastery"), _("Key points that came up")),
        [(topic_name(one.topic, _), _standing(one, _), f"{one.met} / {one.points}") for one in topics],
        _,
    )


def calendar_picture(days: Sequence[DayCount], language: Language, _: Translate) -> None:
    """A bar for each of the next days, as high as what becomes due on it."""
    names = [_("today"), *(day_name(one.day, language) for one in days[1:])]
    counts = [one.key_points for one in days]
    said = ", ".join(f"{name} {count}" for name, count in zip(names, counts, strict=True) if count)
    spec = {
        "xAxis": {"type": "category", "data": names, "axisTick": {"show": False}, "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "minInterval": 1, "splitNumber": 3},
        "series": [
            {
                "type": "bar",
                "data": [count or None for count in counts],
                "itemStyle": {"color": _accent(), "borderRadius": [4, 4, 0, 0]},
                "label": {"show": True, "position": "top"},
                "barMaxWidth": 26,
            }
        ],
    }
    alt = _("Key points that become due: {days}").format(days=said or _("none in these days"))
    _draw("calendar-picture", spec, _HEIGHT, alt)
    rows = [(name, str(count)) for name, count in zip(names, counts, strict=True)]
    folded_table((_("Day"), _("Key points due")), rows, _)


def trend_picture(trend: Sequence[DayScore], language: Language, _: Translate) -> None:
    """The mean score of each day; the two judges apart, by the sign and the line too."""
    days = sorted({one.day for one in trend})
    judges = {"llm": _("by the model"), "offline": _("text match, no model")}
    signs = {"llm": ("circle", "solid", _accent()), "offline": ("triangle", "dashed", _quiet())}
    lines: list[dict[str, Any]] = []
    for judge, name in judges.items():
        scores = {one.day: one.score for one in trend if one.judge == judge}
        if scores:
            symbol, line, colour = signs[judge]
            lines.append(
                {
                    "type": "line",
                    "name": name,
                    "data": [None if day not in scores else round(100 * scores[day]) for day in days],
                    "connectNulls": True,
                    "symbol": symbol,
                    "symbolSize": 8,
                    "lineStyle": {"type": line, "width": 2},
                    "itemStyle": {"color": colour},
                }
            )
    spec = {
        "legend": {"bottom": 0},
        "grid": {"bottom": 34},
        "xAxis": {
            "type": "category",
            "data": [day_name(day, language) for day in days],
            "axisLabel": {"hideOverlap": True},
        },
        "yAxis": {"type": "value", "min": 0, "max": 100, "interval": 50, "axisLabel": {"formatter": "{value}%"}},
        "series": lines,
        "tooltip": {"trigger": "axis", "valueFormatter": "%d%%"},
    }
    first, last = trend[0], trend[-1]
    alt = _("Score by day, from {first} on {start} to {last} on {end}")
    ends = {"start": day_name(first.day, language), "end": day_name(last.day, language)}
    _draw("trend-picture", spec, _HEIGHT, alt.format(first=percent(first.score), last=percent(last.score), **ends))
    rows = [(day_name(one.day, language), percent(one.score), str(one.answers), judges[one.judge]) for one in trend]
    folded_table((_("Day"), _("Score"), _("Answers"), _("Judge")), rows[::-1], _)


def calibration_picture(calibration: Calibration, _: Translate) -> None:
    """How often the person's own rating was the verdict's, higher or lower."""
    sides = (
        (_("the same"), calibration.share_equal, calibration.equal),
        (_("rated yourself higher"), calibration.share_too_high, calibration.too_high),
        (_("rated yourself lower"), calibration.share_too_low, calibration.too_low),
    )
    _rows_of_bars(
        "calibration-picture",
        [(name, share) for name, share, _count in sides],
        _("Your own rating against the verdict: {shares}"),
    )
    rows = [(name, percent(share), str(count)) for name, share, count in sides]
    folded_table((_("Against the verdict"), _("Share"), _("Key points")), rows, _)


def _rows_of_bars(key: str, bars: Sequence[tuple[str, float | None]], alt: str) -> None:
    spec = {
        "grid": {"right": 48, "top": 0, "bottom": 0},
        "xAxis": {"type": "value", "min": 0, "max": 1, "show": False},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [name for name, _share in bars],
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {"width": _LABEL_WIDTH, "overflow": "break"},
        },
        "series": [
            {
                "type": "bar",
                # A template of ECharts knows no percent sign, so each bar brings its own words.
                "data": [{"value": share, "label": {"formatter": percent(share)}} for _name, share in bars],
                "itemStyle": {"color": _accent(), "borderRadius": 4},
                "label": {"show": True, "position": "right"},
                "showBackground": True,
                "backgroundStyle": {"color": "rgba(128, 128, 128, 0.14)", "borderRadius": 4},
                "barWidth": 14,
            }
        ],
    }
    said = ", ".join(f"{name} {percent(share)}" for name, share in bars)
    _draw(key, spec, _ROW * max(len(bars), 1), alt.format(shares=said))


def _draw(key: str, spec: dict[str, Any], height: int, alt: str) -> None:
    grid = {"left": 4, "right": 12, "top": 20, "bottom": 4, "containLabel": True}
    still = {"animation": False, "tooltip": {"trigger": "item", "valueFormatter": "plain"}}
    whole = {**still, **spec, "grid": {**grid, **spec.get("grid", {})}}
    st.echarts_chart(whole, height=height, key=key, renderer="svg", alt=alt)


def _standing(one: TopicStanding, _: Translate) -> str:
    if one.mastery is None:
        return _(one.reason) if one.reason else percent(None)
    return f"{mastery_words(one.mastery, _)} · {percent(one.mastery)}"


def _accent() -> str:
    return str(st.get_option(f"theme.{st.context.theme.type or 'light'}.primaryColor"))


def _quiet() -> str:
    return "#8a8178"  # readable on both backgrounds
