"""Which acts a turn does, by its wording alone. A rule that is unsure stays silent: better no act than a wrong one."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from rapidfuzz import fuzz

from coach.critique.manipulation import addresses_the_judge
from coach.customer.act_model import act_model, phrases_in
from coach.customer.act_phrases import UNLESS
from coach.customer.acts import Act, Said
from coach.folding import folded, normalise, simplified

_CLAUSE = re.compile(r"(?:[^，,。！!？?；;\n~～.]|\.(?!\s|$))+(?:[。！!？?；;~～]|\.(?=\s|$))*")
_GIVEN = re.compile(
    r"说了|說了|说过|讲过|講過|讲了|发过|发了|传了|传过|给过|给了|报过|报了|刚.{0,6}(?:说|给|发|报|传|讲)|第.{1,2}[遍次].{0,3}(?:说|讲|发|问|报|给|跟)|(?:说|讲|发|问|报|给|跟).{0,6}第.{1,2}[遍次]|往上翻|上面有|前面都|写了|写过|尾号\d"
    r"|already|told you|i said|sent (?:it|you)|order \S*\d|#\d",
    re.IGNORECASE,
)
_TURNED_DOWN = re.compile(
    r"别再|别跟我|不要(?:再|复制|跟我)|听腻|听够|换一句|换句|又是|老是|只会|第.{1,2}[遍次].{0,3}(?:说|讲|发|问|报|给|跟)|(?:说|讲|发|问|报|给|跟).{0,6}第.{1,2}[遍次]|刚说过|说过了|还是这句|复制|複製|没用|不要.{1,4}[！!]|stop|enough|again|same"
    r"|[\"“'「].+[\"”'」]",
    re.IGNORECASE,
)
_SIDES = re.compile(
    r"(?:让|害|叫|累)(?:您|你|老|阿姨|叔叔|孩子|娃|大爷)|白(?:跑|等|折腾|扣)|断不得|drive me|on top|no wonder",
    re.IGNORECASE,
)
"""Siding with the customer so plainly that it needs no word of theirs."""
_SAID_BACK = re.compile(
    r"复述|捋|我理解(?:您|你)是说|我的理解|是这(?:个|么个?)?(?:意思|情况|回事)|得对不对|也就是说|就是说|have i got|you mean|so you|if i understand",
    re.IGNORECASE,
)
_PAID_REVIEW = re.compile(
    r"(?:五星|好评|差评|带图|改评|追评).{0,24}(?:返|红包|转(?:您|你|给)|补(?:您|你)|\d+(?:元|块)|现金)|(?:红包|返现).{0,16}(?:五星|好评|评价)"
)
_REJECTED = re.compile(
    r"[\"“'「](.+?)[\"”'」]|(?:别再|别跟我|不要再|不要|又是|老是|只会说?|刚说|还是|还让我|也让我)(?:给我|跟我|说|发|让我)?([^ ，,。！!？?]{1,14})"
)
_PHONE = re.compile(r"1[3-9]\d{9}")
_SURNAME = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
_PERSON = re.compile(
    rf"(?:叫|姓名|名字|签收人|买家|：|:)(?:是|叫)?[{_SURNAME}][\u4e00-\u9fff]{{1,2}}(?=[，,。、\s住家电]|$)|[{_SURNAME}][\u4e00-\u9fff]{{1,2}}[，,]?\s?住(?=在|.{{1,8}}(?:栋|号|楼|座|室|单元|小区|[苑里路园村]))"
    r"|(?:住(?:在)?|家在|家住|地址是|换到|搬到).{0,4}[\u4e00-\u9fff\d]{2,}(?:栋|号楼?|楼|座|室|单元|小区|[苑里路园村])"
    r"|(?:他|她|对方|人家|邻居)(?:的)?(?:手机|电话|号码|微信|身份证).{0,4}[是:：]?\s*\d"
)
_OWN_NAME = re.compile(r"我(?:叫|是|姓|的名字)|这里是|这边是|客服|工号|经理|主管")
_ASKED_BACK = re.compile(r"您的|您(?:家|收货)|对(?:吗|吧|不)|是(?:吗|吧)|核对|确认")
"""The customer's own data, said to have it confirmed."""
_SECRET = r"(?:密码|验证码|動態碼|六位|cvv|安全码|背面|卡号|身份证(?:号)?|otp|passcode|password|pin\b)"
_ASKS_SECRET = re.compile(
    rf"{_SECRET}.{{0,16}}(?:发|报|念|告诉|给|说|输|拍|type|here)|(?:发|报|念|告诉|给|说|输入?|拍|send|type|tell|give).{{0,10}}{_SECRET}|念给我听",
    re.IGNORECASE,
)
_KEPT_SAFE = re.compile(
    r"别|不要|千万|谁要都不|不会(?:问|要|向)|不(?:能|便|可|让|许|敢|会)|无法|never|don'?t|won'?t|给不了|外传|透露",
    re.IGNORECASE,
)
_GIVEN_ON = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(given, re.IGNORECASE))
    for asked, given in (
        (r"单号|订单|order number", r"(?:单号|订单号?|order).{0,6}[\da-z-]*\d{3,}"),
        (r"手机|电话|联系方式|phone", r"1[3-9]\d{9}|尾号\s*\d{4}"),
        (r"照片|图片?|视频|photo|picture", r"(?:照片|图|视频|photo|picture)s?.{0,6}(?:发|传|给|sent|attached)"),
    )
)
"""What is asked for, and how it looks where the customer has given it."""
_NEVER_IF_DENIED = frozenset(
    {
        Act.APOLOGY,
        Act.EMPATHY_GENERIC,
        Act.COMPENSATION,
        Act.OVER_PROMISE,
        Act.OFF_PLATFORM,
        Act.CALM_DOWN_COMMAND,
        Act.BLAME_CUSTOMER,
        Act.RUDE,
    }
)
_HURTING = _NEVER_IF_DENIED - {Act.APOLOGY, Act.EMPATHY_GENERIC, Act.COMPENSATION} | {Act.DEFLECTION, Act.BARE_REFUSAL}
"""What costs the candidate needs a phrase, or a model that is all but sure: friendly clauses look alike to it."""
_SURE_OF_HARM = 0.85
_EASING = frozenset(
    {Act.POLICY_REASON, Act.ALTERNATIVE, Act.SOLUTION_CONCRETE, Act.COMPENSATION, Act.OFF_PLATFORM, Act.BOUNDARY}
)
"""What makes a no more than a bare one."""
_SHORTEST = 3
"""Fewer characters show nothing but by a phrase."""
_PAIR_MARGIN = 0.1
_SHARE_OF_BEST = 0.4
"""Of several acts in the same words, those that are much less likely than the likeliest are not seen."""
_SOFT = re.compile(r"^(?:您|你|亲)?先?(?:别|不要|不|莫)(?:太)?(?:着急|急|慌|担心)")
"""别急 before help is no command."""
_SURE = 0.5
"""So sure of empathy the model needs no word of the customer's in it."""
_SHARED_CHARACTERS = 2
_HAN = frozenset(map(chr, range(0x4E00, 0xA000)))
_FILLER = frozenset(
    "的了吗呢吧啊呀哦我你您他她它们这那个一就也都还又很会要能可把给让被对跟和与在是有说去来到上下里好做先再不没什么"
)


@dataclass(frozen=True)
class Heard:
    """What stands before a turn."""

    customer: Sequence[str] = ()
    """The customer's last bubbles."""
    earlier: Sequence[str] = ()
    """The candidate's turns before this one."""
    so_far: Sequence[str] = ()
    """All that the customer has said."""

    @cached_property
    def text(self) -> str:
        """The customer's last words in one."""
        return simplified(" ".join(self.customer))

    @cached_property
    def pairs(self) -> frozenset[str]:
        """The pairs of characters that carry a meaning, of all that they said."""
        return _pairs(self.whole)

    @cached_property
    def whole(self) -> str:
        """All that the customer has said, in one."""
        return simplified(" ".join((*self.so_far, *self.customer)))


def acts_of(said: str, heard: Heard) -> tuple[Said, ...]:
    """The acts of a turn with the words that show each, in the order of the list of acts; () for none."""
    clauses = [clause for clause in clauses_of(said) if not addresses_the_judge(clause.text)]
    seen = _weighed(clauses)
    whole = simplified(said)
    for clause in clauses:
        for act in _plain(clause, whole, heard):
            seen[act] = _Shown(clause, 1.0)
    _settle(seen, clauses, heard)
    if clauses and _is_repeated(said, clauses, heard):
        known = folded(" ".join((heard.text, *heard.earlier)))
        again = max(clauses, key=lambda clause: _run(folded(clause.text), known))
        seen.setdefault(Act.SCRIPTED_REPEAT, _Shown(again, 1.0))
    places = {act: seen[act].clause for act in Act if act in seen}
    return tuple(
        Said(act=act, quote=said[place.start : place.end], start=place.start, end=place.end)
        for act, place in places.items()
    )


@dataclass(frozen=True)
class Clause:
    """A stretch between two commas; `start` and `end` count in the turn as it was typed."""

    text: str
    """In simplified characters."""
    start: int
    end: int

    def meets(self, other: "Clause") -> bool:
        """Whether the two share words."""
        return self.start < other.end and other.start < self.end


class _Shown(NamedTuple):
    clause: Clause
    score: float


def clauses_of(said: str) -> Iterator[Clause]:
    """The clauses of a turn, without those that hold neither letter nor digit."""
    normal = normalise(said)
    for found in _CLAUSE.finditer(normal.text):
        text = found[0]
        lead = len(text) - len(text.lstrip())
        if not folded(text):
            continue
        start, end = normal.span(found.start() + lead, found.end() - (len(text) - len(text.rstrip())))
        yield Clause(simplified(text.strip()), start, end)


def _weighed(clauses: Sequence[Clause]) -> dict[Act, _Shown]:
    """What the model sees in a clause or, where no clause alone shows it, in two neighbours."""
    phrases = {clause: phrases_in([clause.text]) for clause in clauses}
    pairs = {
        Clause(one.text + other.text, one.start, other.end): phrases[one] | phrases[other]
        for one, other in itertools.pairwise(clauses)
    }
    wide = _best(pairs, _PAIR_MARGIN)
    near = {
        act: _Shown(shown.clause, max(shown.score, wide[act].score if act in wide else 0))
        for act, shown in _best(phrases, 0).items()
    }
    return wide | near


def _best(stretches: Mapping[Clause, frozenset[Act]], margin: float) -> dict[Act, _Shown]:
    """For each act the stretch that shows it best, with so much more than its threshold."""
    model = act_model()
    best: dict[Act, _Shown] = {}
    for clause, phrases in stretches.items():
        scores = model.scores(clause.text, phrases)
        least = max(scores.values()) * _SHARE_OF_BEST
        for act, score in scores.items():
            wanted = max(model.threshold(act) + margin, least, best[act].score if act in best else 0)
            sure = act not in _HURTING or score >= _SURE_OF_HARM
            shown = act in phrases or (sure and _says_enough(clause))
            if score >= wanted and shown and not _is_denied(act, clause.text):
                best[act] = _Shown(clause, score)
    return best


def _says_enough(clause: Clause) -> bool:
    return len(folded(clause.text)) >= _SHORTEST and any(character.isalpha() for character in clause.text)


def _is_denied(act: Act, text: str) -> bool:
    soft = act is Act.CALM_DOWN_COMMAND and _SOFT.search(text) is not None
    return soft or (act in _NEVER_IF_DENIED and UNLESS[act].search(text) is not None)


def _plain(clause: Clause, said: str, heard: Heard) -> Iterator[Act]:
    """What needs no weighing."""
    text = clause.text
    if _gives_away(text, heard) or (_ASKS_SECRET.search(text) and not _KEPT_SAFE.search(text)):
        yield Act.PRIVACY
    if _PAID_REVIEW.search(said) and re.search(r"星|评", text):
        yield Act.OFF_PLATFORM


def _gives_away(text: str, heard: Heard) -> bool:
    phone = _PHONE.search(text)
    if phone:
        return phone[0] not in heard.text
    kept = _KEPT_SAFE.search(text) or _OWN_NAME.search(text) or _ASKED_BACK.search(text)
    return not kept and _PERSON.search(text) is not None


_WEAKER: Mapping[Act, Sequence[Act]] = {
    Act.DEFLECTION: (Act.SOLUTION_CONCRETE, Act.ALTERNATIVE),
    Act.PRIVACY: (Act.SOLUTION_CONCRETE, Act.INFO_QUESTION),
    Act.BLAME_CUSTOMER: (Act.SOLUTION_CONCRETE, Act.POLICY_REASON, Act.INFO_QUESTION),
    Act.CALM_DOWN_COMMAND: (Act.EMPATHY_GENERIC,),
    Act.BOUNDARY: (Act.REFUSAL, Act.BARE_REFUSAL),
    Act.CONFIRM: (Act.INFO_QUESTION,),
    Act.INFO_QUESTION: (Act.CONFIRM,),
    Act.CLOSING: (Act.INFO_QUESTION,),
    Act.RESTATE: (Act.INFO_QUESTION,),
    Act.RUDE: (Act.INFO_QUESTION,),
    Act.OFF_PLATFORM: (Act.COMPENSATION, Act.SOLUTION_CONCRETE, Act.ALTERNATIVE, Act.INFO_QUESTION),
}
"""Which acts the same words don't do besides."""


def _settle(seen: dict[Act, _Shown], clauses: Sequence[Clause], heard: Heard) -> None:
    """Acts that exclude or need each other, and what the customer's words decide."""
    _settle_empathy(seen, clauses, heard)
    back = seen.get(Act.RESTATE)
    if back is not None and not _SAID_BACK.search(back.clause.text) and not _is_about(back.clause, clauses, heard):
        del seen[Act.RESTATE]
    for act, weaker in _WEAKER.items():
        for other in weaker if act in seen else ():
            if other in seen and seen[other].clause.meets(seen[act].clause) and seen[other].score <= seen[act].score:
                del seen[other]
    if Act.OFF_PLATFORM in seen:
        seen.pop(Act.COMPENSATION, None)
    _settle_refusal(seen)
    asked = seen.get(Act.INFO_QUESTION)
    if asked is not None and _is_known(asked.clause.text, heard):
        seen[Act.ASKS_KNOWN_INFO] = seen.pop(Act.INFO_QUESTION)


def _settle_empathy(seen: dict[Act, _Shown], clauses: Sequence[Clause], heard: Heard) -> None:
    felt = seen.get(Act.EMPATHY_SPECIFIC)
    if felt is None:
        return
    if felt.score >= _SURE or _SIDES.search(felt.clause.text) or _is_about(felt.clause, clauses, heard):
        seen.pop(Act.EMPATHY_GENERIC, None)
    else:
        seen.setdefault(Act.EMPATHY_GENERIC, seen.pop(Act.EMPATHY_SPECIFIC))


def _settle_refusal(seen: dict[Act, _Shown]) -> None:
    """A no with a reason or another way is a refusal, and without both a bare one."""
    bare = seen.pop(Act.BARE_REFUSAL, None)
    refused = seen.get(Act.REFUSAL) or bare
    if refused is None:
        return
    seen[Act.REFUSAL] = refused
    if not _EASING & set(seen):
        bare = seen.pop(Act.REFUSAL)
        sure = bare.score >= _SURE_OF_HARM and not UNLESS[Act.REFUSAL].search(bare.clause.text)
        if sure or Act.REFUSAL in phrases_in([bare.clause.text]):
            seen[Act.BARE_REFUSAL] = bare
    elif Act.SOLUTION_CONCRETE in seen and not seen[Act.SOLUTION_CONCRETE].clause.meets(refused.clause):
        seen.setdefault(Act.ALTERNATIVE, seen[Act.SOLUTION_CONCRETE])


def _is_known(asked: str, heard: Heard) -> bool:
    """Whether the customer has given what is asked for: they say so, or it stands there."""
    return bool(_GIVEN.search(heard.text)) or any(
        topic.search(asked) and given.search(heard.text) for topic, given in _GIVEN_ON
    )


def _is_about(clause: Clause, clauses: Sequence[Clause], heard: Heard) -> bool:
    """Whether a clause, or one beside it, takes up what the customer has said."""
    places = [place for place, one in enumerate(clauses) if one.meets(clause)]
    near = " ".join(one.text for one in clauses[max(0, places[0] - 2) : places[-1] + 2])
    return (
        bool(_pairs(near) & heard.pairs) or len((set(near) & set(heard.whole) & _HAN) - _FILLER) >= _SHARED_CHARACTERS
    )


def _pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters, and English words, without those that say nothing."""
    words = set(re.findall(r"[a-z]{4,}|\d+", text.lower()))
    han = re.sub(r"[^\u4e00-\u9fff]", " ", text)
    pairs = {han[at : at + 2] for at in range(len(han) - 1)}
    return frozenset(words | {pair for pair in pairs if " " not in pair and not set(pair) & _FILLER})


_ALIKE = 75


def _is_repeated(said: str, clauses: Sequence[Clause], heard: Heard) -> bool:
    """Whether a turn says again what was said before, or what the customer has just turned down."""
    plain = folded(said)
    if any(fuzz.ratio(plain, folded(earlier)) >= _ALIKE for earlier in heard.earlier if len(folded(earlier)) >= 6):
        return True
    said_pairs = _pairs(simplified(said))
    for found in _REJECTED.finditer(heard.text):
        words = found[1] or found[2]
        turned_down = _pairs(words) or frozenset(set(words) & _HAN - _FILLER)
        said_words = said_pairs | set(simplified(said))
        if turned_down and len(turned_down & said_words) * 2 >= len(turned_down):
            return True
    return bool(_TURNED_DOWN.search(heard.text)) and any(
        _run(folded(clause.text), folded(heard.text)) >= _LONG_RUN for clause in clauses
    )


_LONG_RUN = 4


def _run(one: str, other: str) -> int:
    """Characters of the longest stretch that two texts share."""
    best = 0
    for start in range(len(one)):
        while one[start : start + best + 1] in other and start + best < len(one):
            best += 1
    return best
