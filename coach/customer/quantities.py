"""Numbers, amounts, times and ids that a chat names, so that 三天 and 3天 are one, and 48小时 and 两天."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_SCALES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_NUMERAL = "零〇一二两三四五六七八九十百千万"
_KINDS = {
    "time": r"个?[多半]?(?:小时|钟头)|分钟|秒钟?|天|个?[多半]?(?:星期|礼拜)|周|个[多半]?月|年",
    "money": r"块钱?|元|加元|美元|欧元|毛|角|分钱",
    "clock": r"点钟?",
    "date": r"号|日|月",
    "count": r"[次回遍趟轮个件单台箱盒包瓶双套条张把只本辆部份笔斤克米里倍折楼层栋岁人位通封家颗度寸名袋]"
    r"|公斤|厘米|公里|单元|万?粉|%",
}
_UNIT = "|".join(f"(?P<{kind}>{units})" for kind, units in _KINDS.items())
_HOURS = {"秒": 1 / 3600, "时": 1, "头": 1, "天": 24, "期": 168, "拜": 168, "周": 168, "月": 720, "年": 8760}
"""Hours in a unit of time, by its last character."""

_NO_QUANTITY = re.compile(
    # Phone numbers everybody knows, days with a name, slang, stars, lists.
    r"(?<!\d)(?:12315|12345|12305|12378|96110|12356|1(?:10|20|14)|618|315|666+|88[68]?|233+|0)(?!\d|[点.:：]\d)"
    r"|双(?:11|12|十一|十二)|7[×x*]24|[1-5一二三四五]颗?星|(?<![a-z0-9])[45][gs](?![a-z0-9])|(?:^|[\s，,；;。])[1-9](?:[.、)）](?!\d))"
    r"|100%|百分之?百|(?<!\d)1(?=个(?!月|小时|钟头|星期|礼拜)|[次下句条遍])"
    # Sayings.
    r"|三番[五两]次|三天[两三][头夜]|三言两语|三心二意|三[五两]下|七[上嘴]八[下舌]|乱七八糟|五花八门|一五一十|十有八九"
    r"|十万八千里|二话|二手|二次[伤销]|第?三方|三包|三无|三八|[四八]面|四处|千万别?|万一|万[分能]|百[般忙]|十[分足](?!钟)"
    r"|[一八][百千万](?=[遍回次年]|个[不问])|八(?:辈子|成)|第二天|[没不].?第二次|[一两][面边头码样说清者方眼嘴口手半种]|两回事|[这那前]两天|两个?人之间"
    r"|[两三四五六七](?:个字|句)|五一|十一黄金周|七[天日]无理由|7[天日]无理由|[一二两三]把手|一[年天]到[头晚]|一[天年]{2}"
    r"|[一两]分钱|退一赔[三十]|假一赔[三十]|(?:不|没)?管三七二十一|三岁(?=小?孩|娃)|百分之"
)
_ONE_THAT_COUNTS = re.compile(r"个?[多半]?(?:小时|钟头)|个[多半]?(?:星期|礼拜|月)|周(?![岁到])|年[多了]|天了")
_NUMBER = re.compile(
    r"(?P<weekday>(?:周|星期|礼拜)(?P<day>[一二三四五六日天1-7])(?![个天次年]))"
    r"|(?P<id>(?=[a-z0-9_-]*\d)(?=[a-z0-9_-]*[a-z])[a-z0-9][a-z0-9_-]+)"
    rf"|(?P<arabic>\d+(?:[,，]\d{{3}})*(?:\.\d+)?)(?P<more>万|千)?(?P<vague>[几多来])?\s?(?:{_UNIT})?"
    rf"|(?P<half>半)(?P<halved>个?小时|个钟头|个月|年|个星期)"
    rf"|(?P<han>[{_NUMERAL}]+)(?P<about>[几多来])?(?:{_UNIT.replace('(?P<', '(?P<han_')})"
    r"|(?P<bare>[一二两三四五六七八九十][零一二三四五六七八九十百千万]*[十百千万][一二三四五六七八九]?|十[一二三四五六七八九])"
)


@dataclass(frozen=True)
class Quantity:
    """A number in a text: its value (durations in hours) and what it counts, None where nothing is said of it."""

    value: float
    kind: str | None
    up_to: float
    """The value itself; more for 十几 and 二十多."""


def quantities(text: str) -> Iterator[Quantity]:
    """The numbers that a text states, in simplified characters and lower case; sayings such as 三番五次 state none."""
    yield from _read(_NO_QUANTITY.sub(" ", text))


def ids(text: str) -> Iterator[str]:
    """Words of letters and digits together: sf1029, 2xl, x200."""
    for match in _NUMBER.finditer(_NO_QUANTITY.sub(" ", text)):
        if match["id"]:
            yield match["id"]


def are_known(text: str, known: Sequence[str]) -> bool:
    """Whether all numbers and ids of a text stand in one of the known texts too, in whatever notation."""
    there = [quantity for one in known for quantity in _all_in(one)]
    everything = " ".join(known)
    return all(name in everything for name in ids(text)) and all(
        any(_same(quantity, other) for other in there) for quantity in quantities(text)
    )


def _read(text: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(text):
        if match["weekday"]:
            day = match["day"]
            value = 7 if day in "日天" else _value(day)
            yield Quantity(value, "weekday", value)
        elif match["half"]:
            yield _of_time(0.5, match["halved"])
        elif match["arabic"]:
            yield _arabic(match)
        elif match["han"] and not _is_article(match):
            yield from _han(match)
        elif match["bare"] and match["bare"] != "十":
            yield Quantity(_value(match["bare"]), None, _value(match["bare"]))


def _all_in(known: str) -> Iterator[Quantity]:
    """The numbers of a known text, also those in its sayings (七天无理由) and inside its ids."""
    yield from _read(known)
    yield from (
        Quantity(float(digits), None, float(digits)) for name in ids(known) for digits in re.findall(r"\d+", name)
    )


def _same(one: Quantity, other: Quantity) -> bool:
    # 2.5e-3: a number said of hours and of days is the same after rounding.
    reaches = other.value <= one.up_to + 2.5e-3 and one.value <= other.up_to + 2.5e-3
    return reaches and (one.kind == other.kind or None in (one.kind, other.kind))


def _arabic(match: re.Match[str]) -> Quantity:
    value = float(re.sub("[,，]", "", match["arabic"])) * _SCALES.get(match["more"] or "", 1)
    return _counted(value, _kind_of(match, ""), vague=bool(match["vague"]))


def _han(match: re.Match[str]) -> Iterator[Quantity]:
    numeral = match["han"]
    kind = _kind_of(match, "han_")
    if len(numeral) == 2 and all(digit in _DIGITS for digit in numeral):  # 两三天: either
        low, high = (_counted(_value(digit), kind, vague=False) for digit in numeral)
        yield Quantity(low.value, low.kind, max(low.value, high.value))
    else:
        yield _counted(_value(numeral), kind, vague=bool(match["about"]))


def _kind_of(match: re.Match[str], prefix: str) -> tuple[str, str] | None:
    return next(((kind, match[prefix + kind]) for kind in _KINDS if match[prefix + kind]), None)


def _counted(value: float, unit: tuple[str, str] | None, *, vague: bool) -> Quantity:
    up_to = value
    if vague or (unit is not None and unit[1][1:2] in ("多", "半")):
        scale = 1
        while value and value % (scale * 10) == 0:
            scale *= 10
        up_to = value + max(scale, 10) - 1
    if unit is None or unit[0] != "time":
        return Quantity(value, unit and unit[0], up_to)
    return Quantity(_of_time(value, unit[1]).value, "time", _of_time(up_to, unit[1]).value)


def _of_time(value: float, unit: str) -> Quantity:
    hours = value * _HOURS[unit.removesuffix("钟")[-1]] if unit != "分钟" else value / 60
    return Quantity(hours, "time", hours)


def _is_article(match: re.Match[str]) -> bool:
    """一个 and 一次 are as little a number as the English "a"; 一个月 and 一天了 are one."""
    if match["han"] not in "一万千百":
        return False
    return match["han"] != "一" or _ONE_THAT_COUNTS.match(match.string, match.end("han")) is None


def _value(numeral: str) -> float:
    """The value of a Chinese numeral or a digit: 五百二十 and 五百二 are both 520; 二五 is 25."""
    if numeral.isascii():
        return float(numeral)
    if not any(character in _SCALES for character in numeral):
        return float("".join(str(_DIGITS[character]) for character in numeral))
    total, part, digit, scale = 0, 0, 0, 1
    for character in numeral:
        if character == "万":
            total, part, digit, scale = (total + part + digit) * 10_000, 0, 0, 10_000
        elif character in _SCALES:
            scale = _SCALES[character]
            part, digit = part + (digit or 1) * scale, 0
        else:
            digit = _DIGITS[character]
            scale = 10 if character in "零〇" else scale
    short = digit * scale // 10 if scale > 10 and numeral[-1] in _DIGITS else digit  # 五百二, 一万二
    return float(total + part + short)
