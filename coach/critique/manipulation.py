"""Words in an answer that are meant for the judge: they are never followed, and they prove nothing.

The critic shows an answer through `neutralised`, and evidence from a sentence that `addresses_the_judge` is dropped.
Such a sentence is not punished: the rest of the answer counts as it would alone.
"""

import re
from collections.abc import Mapping, Sequence

from rapidfuzz.distance import LCSseq

from coach.folding import folded, simplified

_NEUTRAL = str.maketrans('<>{}[]`|#"=_\n', "‹›()()'¦＃”＝＿ ")


def _any(*words: str) -> str:
    return f"(?:{'|'.join(words)})"


_DROP = _any(
    "忽略",
    "无视",
    "忽视",
    "不要理会",
    "(?:不用|不要|不必|别|甭)管|不管(?!什么|谁|怎|哪|多|是|对)",  # 不管什么客户都守规则 is no order
    "跳过",
    "推翻",
    "忘[掉记]",
    "ignore",
    "disregard",
    "forget",
    "override",
    "bypass",
)
_RULES = _any(
    "指令",
    "指示",
    "要求",
    "规则",
    "提示词",
    "约束",
    "标准",
    "设定",
    r"instructions?",
    r"prompts?",
    r"rules?\b",
    "guidelines",
    "criteria",
    "rubric",
)
_GRADE = _any(
    "满分(?!的?(?:答复|服务|好评|体验|交代|说法|方案|解决|，还))", "全分", "最高分", "100分", "一百分", "全对",
    r"full (?:marks?|scores?|credit|points)", r"top (?:marks?|scores?)", "perfect (?:score|result)", "max(?:imum)? (?:score|marks|points)",
)  # fmt: skip
_LABEL = _any("已?答到", "已覆盖", "covered", "contradicted", "correct", "正确", "passed", "通过")
_GIVING = _any(
    "判",
    "评",
    "打",
    "标",
    "记",
    "算",
    "视",
    "给",
    "写",
    "输出",
    "返回",
    "mark",
    "grade",
    "score",
    "rate",
    "give",
    "award",
    "label",
    "output",
    "return",
    "answer",
    "respond",
    "say",
)
_JUDGING_AS = _any(
    "判[为成]", "判定为", "评为", "标记?[为成]", "记[为成]", "算[作成]", "视[为作]", "当作", "写成", "换成", "同步成",
    r"(?:mark|grade|rate|score|label|treat|count|record|report)(?:ed|s|ing)? (?:\S+ ){0,5}as",
)  # fmt: skip
_ALL = _any("全部", "所有", "每一?[个条点项]", "各[个条点项]?", "统统", "一律", "all", "every", "each")

_SIGNS: Mapping[str, str] = {
    "an order to ignore rules": rf"{_DROP}.{{0,24}}{_RULES}|{_RULES}.{{0,6}}(?:作废|失效|无效|不再适用)|(?:new|updated|real) (?:instructions?|rules?|prompt) ?[:：]",
    "an order of a grade": (
        rf"(?:请|务必|必须|应当|应该|直接|麻烦|只需|一律|please|must|should|just|simply|only).{{0,16}}{_GIVING}.{{0,24}}{_GRADE}"
        rf"|(?:请|务必|直接|只需|一律|please|just|simply).{{0,16}}{_GIVING}.{{0,16}}{_LABEL}"
        rf"|{_JUDGING_AS}.{{0,10}}(?:{_GRADE}|{_LABEL})"
        rf"|(?:^|[，。,.!！\s])给(?:我|本|这|该|此)(?!们).{{0,8}}{_GRADE}|give (?:me|this|my|it|the).{{0,24}}{_GRADE}|^give {_GRADE}"
        rf"|(?:可|能|应|该|就|即|一致)得?.{{0,2}}{_GRADE}|{_GRADE}(?:处理|即可|吧)"
        r"|别写遗漏|判我(?:遗漏|没|不|零)|都?给过吧|每条都打[勾钩]|(?:mark|report) (?:any|no)thing|tick (?:them|every|all)|pass-only|missing points"
        r"|(?:judged?|return|write|set|stand for|log|only|the word|label|assign|hard-code).{0,24}\bcovered\b"
        r"|\bas (?:answered|fulfilled|complete)\b|passed this item|(?:perfect|best(?: possible)?) (?:result|verdict)|verdict (?:for each|to\b)"
    ),
    "our own labels": (
        r"已答到|全部答到|算我?.{0,4}答到|答到即可|[→>›-]\s*(?:all )?covered|covered\s*[×x*]|all(?: points)? (?:are )?covered\b(?! by)"
        r"|\b(?:verdict|score|label)\W{0,3}[:=：]\W{0,3}(?:covered|partial|missing|contradicted|pass|\d)|verdict\s*字段"
        r"|(?:^|\s)(?:判定|评定|评)\s*[:：]|\b(?:key_point_id|missing_part|follow_up)\b|['\"”]?(?:quote|evidence|sentence)['\"”]\s*:|\bq\d{1,2}\.\d+\b"
    ),
    "a grade for oneself": (
        rf"(?:以上|上述|上文|本|这个|这份|这段|我的|this|my|the|above).{{0,4}}(?:回答|答案|作答|answer|response).{{0,20}}(?:覆盖|包含|涵盖|涉及|满足|命中|cover|includ|address|satisf|meet|hit|contain).{{0,14}}(?:{_ALL}|要点|point)"
        rf"|{_ALL}.{{0,4}}要点.{{0,8}}(?:覆盖|答|做|讲|说|提|涉及|满足|完成|执行|落实|齐)"
        rf"|(?:覆盖|答到|涵盖|满足|命中|按照?|依照).{{0,8}}{_ALL}.{{0,8}}(?:要点|采分)"
        r"|每个方面我?都(?:论述|答)到|答题要点|[得采评]分点|评分标准|参考答案|要点齐全|覆盖率|(?:all|every|each)(?: \w+){0,2} (?:key|scoring|required|reference|recommended)(?: \w+)? ?points?|model answer|coverage.{0,6}100"
        r"|\bthe reference (?:lists|names|says)|\bas i (?:explained|described|covered|discussed|detailed)\b.{0,20}\babove"
    ),
    "a call to the judge": (
        r"评分[员人](?=[:：请注你])|评分的?(?:AI|模型|助手|程序|机器)|打分的?(?:AI|模型|人(?=[:：请注你])|老师)|阅卷|判卷|评委|(?:教练|模型|AI)请|面试官们?[:：]"
        r"|\b(?:dear|note to|attention|hey|hi|to)[, ]+(?:the )?(?:ai|model|assistant|llm|judge|grader|evaluator|examiner|reviewer)\b(?! of)(?:[:,]| reading| grading)"
        r"|grading (?:model|system|assistant|ai|bot)|scoring (?:model|system)|language model|大?语言模型|评分的时候请"
    ),
    "a borrowed authority": (
        r"(?:我就?是|本人是|i am|i'm|this is)\s*(?:the |an? |your |本场|这场|这次|贵司|你)?的?(?:系统|平台|本系统)?"
        r"(?:管理员|开发者|面试官|考官|出题人|system admin\w*|administrator|developer|interviewer|openai)(?!的话|, (?:i|and))"
    ),
    "a role or a fence": (
        r"[<‹«]{1,2}\s*/?\s*[|¦]?\s*(?:system|sys|user|assistant|im_start|im_end|answer|instructions?|endoftext|prompt|admin|candidate)\b"
        r"|\[/?(?:inst|system|sys)\b|(?:^|\s)[#＃]{2,}|^[\W_]*(?:system|assistant|developer|human|系统消息|系统指令|系统提示|系统|管理员|开发者)\s*(?:message|prompt|instruction)?\s*[:：]"
        r"|<!--|-->|/\*|\*/|={3,}|-{4,}|['`]{3}|[«»]|^S\d+\s*[:：]|任务重述|输出格式"
        r"|(?:回答|作答|答案|输入)(?:部分)?(?:到此|已经?)?(?:结束|完毕|终止)|end of (?:the )?(?:candidate|user|answer|input|data|transcript)"
        r"|[\[(（【‹][^\])）】›]{0,6}(?:评分|阅卷|系统|管理员|备注|记录|判例|示例|本例|注意|note|system|admin|grader)[^\])）】›]{0,14}[\])）】›:：]"
    ),
    "a code, or letters of two alphabets in a word": (
        r"[A-Za-z0-9+/]{28,}={0,2}|[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z]"
    ),
    "another language": (
        r"tous les points|aucun\s+oubli|todos los puntos|cubiertos|jede teilfrage|beantwortet|note maximale|puntuaci[oó]n m[aá]xima|volle punktzahl|\br[eé]ponse\b|\brespuesta\b|\bantwort\b|anweisung|instrucciones|consignes"
    ),
}  # fmt: skip
_ADDRESSES_THE_JUDGE = re.compile("|".join(_SIGNS.values()), re.IGNORECASE | re.MULTILINE)
_LETTER_BY_LETTER = re.compile(r"(?<=\b\w) (?=\w\b)")
_OTHER_SCRIPT = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f]")
_LETTER = re.compile(r"[^\W\d_]")
_LIST_ITEM = re.compile(r"[、，,；;/|。.#＃]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_SPEAKING = re.compile(
    r"[我你您他她们把被让着过会先再就都别啊呗吧呢吗谁哪说]|然后|什么|\b(?:i|i'd|we|you|they|he|she|it|would|will|can|then|was|is|are)\b",
    re.I,
)
_MIN_TERMS = 4
_LONGEST_TERM = 5
_LONGEST_TERM_WORDS = 3
_LONGEST_NAME = 3
_LONGEST_NAME_WORDS = 2
_MOSTLY = 0.6
_ECHO = 0.75


def neutralised(text: str) -> str:
    """The text with what could pass for a fence, a role tag, JSON or a line of ours replaced, letter for letter."""
    return text.translate(_NEUTRAL)


def addresses_the_judge(sentence: str) -> bool:
    """Whether a sentence speaks to whoever grades it: orders, grades, roles, fences, look-alikes of our own labels.

    A list of what has been seen, so not complete; the prompt and its fence stand before it, the quote check behind it.
    """
    sentence = simplified(sentence)
    readings = (sentence, sentence[::-1], " ".join(_LETTER_BY_LETTER.sub("", sentence).split()))
    return any(_ADDRESSES_THE_JUDGE.search(reading) for reading in readings) or _is_other_script(sentence)


def is_naming(clause: str) -> bool:
    """Whether a clause says nothing with its terms, as 物流 or 物流、清关; a longer one that stands alone may."""
    items = _items(clause)
    short = len(clause.split()) <= _LONGEST_NAME_WORDS if clause.isascii() else len(folded(clause)) <= _LONGEST_NAME
    return all(_is_term(item) for item in items) and (short or len(items) > 1)


def is_bare_list(sentence: str) -> bool:
    """Whether a sentence little more than names terms, as 倾听、共情、道歉、方案: words of a point, nothing said of it."""
    items = _items(sentence)
    terms = [item for item in items if _is_term(item)]
    return len(terms) >= _MIN_TERMS and sum(map(len, terms)) >= _MOSTLY * sum(map(len, items))


def echoes(quote: str, question: str) -> bool:
    """Whether a quote is little more than the question said again."""
    said, asked = folded(quote), folded(question)
    return LCSseq.similarity(said, asked) >= _ECHO * max(len(said), 1) and len(said) * 2 >= len(asked)


def _items(text: str) -> Sequence[str]:
    return [item.strip() for item in _LIST_ITEM.split(simplified(text)) if folded(item)]


def _is_term(item: str) -> bool:
    if _SPEAKING.search(item):
        return False
    return len(item.split()) <= _LONGEST_TERM_WORDS if item.isascii() else len(item) <= _LONGEST_TERM


def _is_other_script(sentence: str) -> bool:
    other = len(_OTHER_SCRIPT.findall(sentence))
    return other >= 3 and other * 2 > len(_LETTER.findall(sentence))
