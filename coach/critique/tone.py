"""Whether a clause sounds like somebody who will not do it: dismissive, or only phrases.

The words of a key point come in both `我会把录音听一遍` and `录音那么长谁有空听`. What tells them apart is not beside
the cue but in how the person talks, so this is read from whole clauses and over a passage.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coach.critique.wording import chinese, grams
from coach.folding import simplified

PASSAGE = 6
"""Clauses in a row whose tone is taken together."""
_A_DISMISSIVE_PHRASE = "(dismissive)"
_NOT_WORTH_IT = (
    "懒得|没必要|犯不着|用不着|何必|浪费|幼稚|多余|没用|白搭|白费|瞎忙|瞎折腾|瞎操心|吃饱了撑|有什么用|有啥用|能有啥|顶什么用"
    r"|走个?过场|走个?形式|做做样子|意思意思|\b(?:waste|nonsense|useless|pointless|ridiculous|no need)\b"
)
_NOT_MINE = (
    "无所谓|随[他她]|随便[他她]|爱.{1,3}不.{1,3}|管[他她它]|谁管|谁在乎|才不|拉倒|活该|自己(?:去)?(?:看|查|找|搜|学|琢磨|想办法)"
    "|关我.{0,2}事|不关我|不归我|不是我的[事活错]|跟我没关系|与我无关|轮不到我|犯不上"
    r"|\bdon'?t care\b|\bnot my (?:job|problem|business|fault)\b"
    r"|\b(?:his|her|their) (?:own )?(?:problem|fault)\b|\bgo ask\b"
)
_REFUSED = (
    "从来不|从不|绝不会?|不会去|不去管|不管[他她]|不搭理|不理[他她]?|别理|不记|不写|不看|不问|不听|不讲|不教|不用|不必|不需要|不可能"
    "|想都别想|没门|凭什么|凭啥|没那个?闲|没那功夫|没工夫|哪有(?:空|时间)|谁有空|信不过|不信这|听不懂"
    r"|\b(?:never|ignore)\b|\bdon'?t (?:bother|need|see|think)\b|\bwhy (?:would|should) I\b|\bwho has (?:the )?time\b"
)
_FOBBED_OFF = (
    "晾[着他她]|拖着?他?|糊弄|敷衍|应付一下|打发|忽悠|哄一?哄就|骗|让他等|等着吧|算了|得了呗|就完了|完事|就行了|够了|省事|省得|图省"
    r"|多一事不如少一事|反正|说白了|先?成交再说|钱到手|业绩|提成|\bwhatever\b|\bcan't be bothered\b"
)
_HOSTILE = (
    "挂[他她了]?(?:掉|电话|断)|直接挂|拉黑|屏蔽|怼|呛回去|顶回去|吵回去|骂回去|不伺候|爱买不买|惯着|惯的|不惯|蹬鼻子上脸|矫情|事儿多"
    r"|难缠|删掉?|自找|自认倒霉|倒霉|找茬|没素质|玻璃心|占便宜没够"
    r"|\bhang up\b|\bblock (?:him|her|them)\b|\bcomplainers?\b"
)
_DISMISSIVE = re.compile("|".join((_NOT_WORTH_IT, _NOT_MINE, _REFUSED, _FOBBED_OFF, _HOSTILE)), re.IGNORECASE)


def marks(clause: str) -> frozenset[str]:
    """What the tone of a clause is read from: its grams, runs of three characters, and whether a phrase dismisses."""
    han = chinese(clause)
    runs = {"".join(run) for run in zip(han, han[1:], han[2:], strict=False)}
    dismissive = {_A_DISMISSIVE_PHRASE} if _DISMISSIVE.search(simplified(clause)) else frozenset[str]()
    return grams(clause) | runs | dismissive


@dataclass(frozen=True)
class Tone:
    """How much each mark speaks for a clause that says nothing, or the contrary. Learned from labelled answers."""

    bias: float
    weights: Mapping[str, float]

    def of(self, clause: str) -> float:
        """Log odds: above 0 it sounds dismissive, below 0 like somebody at work."""
        return self.bias + sum(self.weights.get(mark, 0.0) for mark in marks(clause))


def worst_passage(tones: Sequence[float]) -> float:
    """The tone of the most dismissive clauses in a row: friendly words put around them don't make it better."""
    length = min(PASSAGE, len(tones))
    sums = [0.0]
    for tone in tones:
        sums.append(sums[-1] + tone)
    return max((end - start for start, end in zip(sums, sums[length:], strict=False)), default=0.0) / max(length, 1)
