"""The score of a role-play by the rubric of the trade: a bar a stage, and each item with its proof."""

from collections.abc import Sequence
from itertools import groupby

import altair as alt
import streamlit as st

from coach.customer.rubric import Cost, ItemScore, RubricScore
from coach.language import Language, Translate
from ui.components.markup import plain


def rubric_bars(score: RubricScore, _: Translate) -> None:
    """For each stage, how much was earned of what came up."""
    rows = [_stage_row(stage, list(items), _) for stage, items in _by_stage(score.items)]
    y = alt.Y("stage:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=y,
        tooltip=[
            alt.Tooltip("stage:N", title=_("Stage")),
            alt.Tooltip("done:Q", title=_("Earned")),
            alt.Tooltip("asked:Q", title=_("Came up")),
        ],
    )
    most = max((int(row["asked"]) for row in rows), default=1)
    x = alt.X("asked:Q", title=None, axis=None, scale=alt.Scale(domain=[0, most * 1.2]))
    chart = alt.layer(
        base.mark_bar(color="#9b9389", opacity=0.3, cornerRadius=3, height=16).encode(x=x),
        base.mark_bar(color="#2e8b57", cornerRadius=3, height=16).encode(x=alt.X("done:Q", title=None, axis=None)),
        base.mark_text(align="left", dx=8, color="#8a8178", fontSize=13).encode(x=x, text="label:N"),
    ).properties(height=36 * len(rows))
    spoken = ", ".join(f"{row['stage']} {row['label']}" for row in rows)
    st.altair_chart(chart, alt=_("Points by stage: {stages}").format(stages=spoken))


def rubric_rows(score: RubricScore, language: Language, _: Translate) -> None:
    """Every item, done or not, with the words that show it; then what cost points."""
    for stage, items in _by_stage(score.items):
        st.markdown(f"**{stage_name(stage, _)}**")
        for item in items:
            _item(item, language, _)
    if score.costs:
        st.markdown(f"**{_('What cost points')}**")
        for cost in score.costs:
            _cost(cost, language, _)


def stage_name(stage: str, _: Translate) -> str:
    """A stage of the rubric in the session's language; one that is not ours stays as it is."""
    names = {
        "开场": _("Opening"),
        "听懂": _("Listening"),
        "解决": _("Solving"),
        "落实": _("Following through"),
        "收尾": _("Closing"),
    }
    return names.get(stage, plain(stage))


def _by_stage(items: Sequence[ItemScore]) -> Sequence[tuple[str, Sequence[ItemScore]]]:
    stages = list(dict.fromkeys(item.stage for item in items))
    ordered = sorted(items, key=lambda item: stages.index(item.stage))
    return [(stage, list(group)) for stage, group in groupby(ordered, key=lambda item: item.stage)]


def _stage_row(stage: str, items: Sequence[ItemScore], _: Translate) -> dict[str, str | int]:
    asked = sum(item.weight for item in items if item.done is not None)
    done = sum(item.weight for item in items if item.done)
    return {
        "stage": stage_name(stage, _),
        "asked": asked,
        "done": done,
        "label": f"{done} / {asked}" if asked else _("did not come up"),
    }


def _item(item: ItemScore, language: Language, _: Translate) -> None:
    mark, said = {
        True: (":green[:material/check_circle:]", _("done")),
        False: (":red[:material/cancel:]", _("not done")),
        None: (":gray[:material/remove_circle_outline:]", _("did not come up")),
    }[item.done]
    text = item.text if language == "zh" else item.text_en
    quote = f"  \n“{plain(item.proof.quote)}” :gray[{_turn(item.proof.turn, _)}]" if item.proof else ""
    worth = _("{points} points").format(points=item.weight)
    st.markdown(f"{mark} {plain(text)} :gray[· {said} · {worth}]{quote}")


def _cost(cost: Cost, language: Language, _: Translate) -> None:
    text = cost.text if language == "zh" else cost.text_en
    line = f" :red-badge[{_('red line')}]" if cost.fatal else ""
    quote = f"  \n“{plain(cost.proof.quote)}” :gray[{_turn(cost.proof.turn, _)}]"
    st.markdown(f":red[:material/do_not_disturb_on: −{cost.points}] {plain(text)}{line}{quote}")


def _turn(number: int, _: Translate) -> str:
    return _("turn {number}").format(number=number)
