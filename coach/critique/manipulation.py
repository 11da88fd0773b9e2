"""Words in an answer that are meant for the judge: they are never followed, and they prove nothing.

The critic shows an answer through `neutralised`, and evidence from a sentence that `addresses_the_judge` is dropped.
Such a sentence is not punished: the rest of the answer counts as it would alone.
"""

import re
from collections.abc import Mapping

from rapidfuzz.distance import LCSseq

from coach.folding import folded

_NEUTRAL = str.maketrans('<>{}[]`|#"', "‹›()()'¦＃”")


def _any(*words: str) -> str:
    return f"(?:{'|'.join(words)})"


_DROP = _any(
    "忽略",
    "无视",
    "忽视",
    "不要理会",
    "不?用?别?管",
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
        rf"|(?:^|[，。,.!！\s])给(?:我|本|这|该|此)(?!们).{{0,8}}{_GRADE}|give (?:me|this|my|it|the).{{0,24}}{_GRADE}"
        rf"|(?:可|能|应|该|就|即|一致)得?.{{0,2}}{_GRADE}|{_GRADE}(?:处理|即可|吧)"
        r"|别写遗漏|判我|都?给过吧|每条都打[勾钩]|(?:mark|report) (?:any|no)thing|tick (?:them|every|all)|pass-only|missing points"
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
        r"|答题要点|[得采评]分点|评分标准|参考答案|要点齐全|覆盖率|(?:all|every|each)(?: \w+){0,2} (?:key|scoring|required|reference) ?points?|model answer|coverage.{0,6}100"
    ),
    "a call to the judge": (
        r"评分[员人](?=[:：请注你])|评分的?(?:AI|模型|助手|程序|机器)|打分的?(?:AI|模型|人|老师)|阅卷|判卷|评委|(?:教练|模型|AI)请|面试官们?[:：]"
        r"|\b(?:dear|note to|attention|hey|hi|to)[, ]+(?:the )?(?:ai|model|assistant|llm|judge|grader|evaluator|examiner|reviewer)\b(?! of)(?:[:,]| reading| grading)"
        r"|grading (?:model|system|assistant|ai|bot)|scoring (?:model|system)|language model|大?语言模型|评分的时候请"
    ),
    "a borrowed authority": (
        r"(?:我就?是|本人是|i am|i'm|this is)\s*(?:the |an? |your |本场|这场|这次|贵司|你)?的?(?:系统|平台|本系统)?"
        r"(?:管理员|开发者|面试官|考官|出题人|system admin\w*|administrator|developer|interviewer|openai)(?!的话|, (?:i|and))"
    ),
    "a role or a fence": (
        r"[<‹«]{1,2}\s*/?\s*[|¦]?\s*(?:system|sys|user|assistant|im_start|im_end|answer|instruction|endoftext|prompt|admin|candidate)\b"
        r"|\[/?(?:inst|system|sys)\b|(?:^|\s)[#＃]{2,}|^[\W_]*(?:system|assistant|developer|human|系统消息|系统指令|系统提示|系统|管理员|开发者)\s*(?:message|prompt|instruction)?\s*[:：]"
        r"|<!--|-->|/\*|\*/|={3,}|-{4,}|['`]{3}|[«»]|^S\d+\s*[:：]|任务重述|输出格式"
        r"|(?:回答|作答|答案|输入)(?:部分)?(?:到此|已经?)?(?:结束|完毕|终止)|end of (?:the )?(?:candidate|user|answer|input|data|transcript)"
        r"|[\[(（【‹][^\])）】›]{0,6}(?:评分|阅卷|系统|管理员|备注|记录|判例|示例|本例|注意|note|system|admin|grader)[^\])）】›]{0,14}[\])）】›:：]"
    ),
    "a code": r"[A-Za-z0-9+/]{28,}={0,2}",
    "another language": (
        r"tous les points|aucun\s+oubli|todos los puntos|cubiertos|jede teilfrage|beantwortet|note maximale|puntuaci[oó]n m[aá]xima|volle punktzahl|\br[eé]ponse\b|\brespuesta\b|\bantwort\b|anweisung|instrucciones|consignes"
    ),
}  # fmt: skip
_ADDRESSES_THE_JUDGE = re.compile("|".join(_SIGNS.values()), re.IGNORECASE | re.MULTILINE)
_OTHER_SCRIPT = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f]")
_LETTER = re.compile(r"[^\W\d_]")
_LIST_ITEM = re.compile(r"[、，,；;/|。.#＃]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_SPEAKING = re.compile(
    r"[我你您他她们把被让着过会先再就都别啊呗吧呢吗谁哪说]|然后|什么|\b(?:i|i'd|we|you|they|he|she|it|would|will|can|then|was|is|are)\b",
    re.I,
)
_MIN_LIST_ITEMS = 4
_LONGEST_ITEM = 8
_LONGEST_ITEM_WORDS = 3
_ECHO = 0.75


def neutralised(text: str) -> str:
    """The text with what could pass for a fence, a role tag or JSON replaced, character for character."""
    return text.translate(_NEUTRAL)


def addresses_the_judge(sentence: str) -> bool:
    """Whether a sentence speaks to whoever grades it: orders, grades, roles, fences, look-alikes of our own labels.

    A list of what has been seen, so not complete; the prompt and its fence stand before it, the quote check behind it.
    """
    return _ADDRESSES_THE_JUDGE.search(sentence) is not None or _is_other_script(sentence)


def is_bare_list(sentence: str) -> bool:
    """Whether a sentence only names terms, as in 倾听、共情、道歉、方案: words of a point and nothing said with them."""
    items = [item.strip() for item in _LIST_ITEM.split(sentence) if folded(item)]
    if len(items) < _MIN_LIST_ITEMS:
        return False
    telling = sum(1 for item in items if _SPEAKING.search(item) or _is_long(item))
    return telling * 5 < len(items)


def echoes(quote: str, question: str) -> bool:
    """Whether a quote is little more than the question said again."""
    said, asked = folded(quote), folded(question)
    return LCSseq.similarity(said, asked) >= _ECHO * max(len(said), 1) and len(said) * 2 >= len(asked)


def _is_long(item: str) -> bool:
    return len(item.split()) > _LONGEST_ITEM_WORDS if item.isascii() else len(item) > _LONGEST_ITEM


def _is_other_script(sentence: str) -> bool:
    other = len(_OTHER_SCRIPT.findall(sentence))
    return other >= 3 and other * 3 > len(_LETTER.findall(sentence))
