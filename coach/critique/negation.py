"""Whether a stretch of speech says a thing or its contrary, by its negations."""

import re

_NO_NEGATION = re.compile(
    r"不会?[仅但只光单]|不[管论]|不同|不断|不好意思|不满|不客气|不少|不错|不一样|不良|不足|不一会|要不|不然|差不多|不得不"
    r"|特别|分别|差别|个别|级别|类别|识别|区别|性别|别人|别的|无论|无理由|没问题|没事|没过多久"
    r"|不过|是否|可不可以|(\w{1,2})[不没]\1"  # 来不来, 有没有: both sides are left open
    r"|.不(?:了|拢|下来?|定|通|住|动|妥|出来?)(?:的话|的?时候?|就|再|才)"  # 谈不拢就请主管: a condition, and no denial
    r"|not only|no problem|no doubt|no matter"
)
_NEGATION = re.compile(
    r"[不没别甭勿未无非莫]|\b(?:not|never|no|without|nobody|nothing|cannot)\b|n['’]t\b", re.IGNORECASE
)
_DENIAL = (
    r"(?:我|我们|客服|I|we)?.{0,3}(?:不会|不用|不需要|不必|没必要|用不着|从不|从来不|绝不|决不|不应该|不该|不想|不愿意?|懒得|无需"
    r"|(?:would|will|do|should|can)(?:n['’]t| not)(?: ever)?|never|no need to|refuse to|won['’]t)\s?.{0,4}"
)
_SOMEONE_ELSE = re.compile(
    r"客户|顾客|用户|买家|对方|同事|有的人|有些人|别人|他们|customers?|they|colleagues?", re.IGNORECASE
)


def is_negative(text: str) -> bool:
    """Whether the text holds an odd number of negations; words such as 不仅 and 特别 are none."""
    return len(_NEGATION.findall(_NO_NEGATION.sub("", text))) % 2 == 1


def denies(stretch: str, cue: str) -> bool:
    """Whether the candidate says of themselves that they do not do what the cue says: 我不会道歉 against 道歉.

    Only a plain denial right before the cue's first two characters or first word counts; one of what others do,
    of a negative cue, or with a second negation, does not.
    """
    if is_negative(cue) or not is_negative(stretch) or _SOMEONE_ELSE.search(stretch):
        return False
    head = cue[:2] if not cue[:1].isascii() else cue.split()[0]
    return re.search(_DENIAL + re.escape(head), stretch, re.IGNORECASE) is not None
