"""What another judgement of the same answer changed."""

import streamlit as st

from coach.critique.difference import Comparison, Difference, Side
from coach.language import Translate
from ui.components.markup import plain


def difference_box(comparison: Comparison, _: Translate) -> None:
    """Both scores, and each key point whose verdict is another one now."""
    changed = [one for one in comparison.key_points if one.change != "same"]
    same = len(comparison.key_points) - len(changed)
    with st.expander(_("What changed since the judgement before"), icon=":material/compare_arrows:", expanded=True):
        scores = _("Score: {before} → {after}").format(before=_score(comparison.before), after=_score(comparison.after))
        st.markdown(scores)
        for one in changed:
            st.markdown(f"- {_line(one, _)}")
        if same:
            st.caption(_("The same verdict on {count} key points.").format(count=same))
        if any(one.reworded for one in comparison.key_points):
            st.caption(_("Some key points say something else now, so that their verdicts can't be compared."))
        if _judge(comparison.before, _) != _judge(comparison.after, _):
            judges = _("Judged by {before}, now by {after}.")
            st.caption(judges.format(before=_judge(comparison.before, _), after=_judge(comparison.after, _)))


def _line(one: Difference, _: Translate) -> str:
    text = plain(one.text)
    if one.before is None:
        return _("{text}: new, **{after}**").format(text=text, after=_(one.after or ""))
    if one.after is None:
        return _("{text}: no key point any more").format(text=text)
    return _("{text}: {before} → **{after}**").format(text=text, before=_(one.before), after=_(one.after))


def _score(side: Side) -> str:
    return "–" if side.score is None else f"{side.score:.0%}"


def _judge(side: Side, _: Translate) -> str:
    return plain(side.model) if side.model else _("text match")
