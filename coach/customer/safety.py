"""Two things about the candidate's own turn: whether it insults the customer, and whether somebody may need help."""

# ruff: noqa: E501 - a pattern is read whole

import re

from coach.folding import normalise, simplified

HELP = (
    "The role-play is paused: what you wrote may mean that you are not well. This matters more than any practice. "
    "Please talk to somebody you trust, now if you can."
)
"""What a person is told where the program stops for their sake. Screens translate it."""
HELP_LINES = (
    ("12356", "psychological aid line in mainland China"),
    ("120", "ambulance in mainland China, in danger"),
    ("110", "police in mainland China, in danger"),
)
"""Numbers and whose they are. Screens translate the words. 12356: one number for the whole country since 2025."""

# re.ASCII: between a Chinese character and a Latin one there is a \b.
_QUOTED = re.compile(r"[“\"「『‘'《][^”\"」』’'》]*[”\"」』’'》]")
_INSULT = re.compile(
    r"傻[子逼缺帽叉瓜x]|傻b|(?:你|您)(?:们)?(?:就是|是不是|真是?|可真|怎么|咋|也|太|这么|那么|有点|够|个|这个|是|怕是|才){0,3}(?:傻|蠢|笨|贱|瞎|聋|猪|废物|垃圾(?!桶|袋|箱|分类)|白痴)"
    r"|蠢[货猪蛋材]|笨[蛋猪]|猪脑|猪头|(?:^|[，,。！!？?\s])(?:真|怕是|是不是)?有病(?:[吧啊呀吗？?！!，,。]|去医院|就?去治|得治|$)|算什么东西|(?:你|您)[^，,]{0,3}算老几|(?:你|您)也?配(?:吗|么|不?上)|疯子|疯狗|(?:你|您)们?全家|没钱(?:装|还买|就别)|(?:你|您)[^，,]{0,4}听不懂人话|傻瓜(?!相机|式|都)|(?:这么|真|太)(?:蠢|笨|傻|穷)|[蠢笨]死了|文盲|疯婆|(?:你|您)(?:这种|那点|什么)[^，,]{0,2}素质|没文化|乡下(?:人|来的)|(?:你|您|这种人)[^，,]{0,6}恶心|(?:你|您)(?:真|太|让人|可真)恶心|(?:你|您)(?:是不是|真是?|怕是|就是|脑子|脑袋|可能)*有(?:病|毛病|问题吧)|脑子?(?:有病|有问题|进水|坏|被[门驴]|不好使|没带)|脑袋(?:进水|被门)|没长?(?:脑子|眼睛)|神经病|精神病|脑残|智障|弱智|低能|白痴|废物(?!回收|利用|箱|袋|处理)"
    r"|(?<![打翻摇])滚(?:蛋|开|远|吧|一边|犊子|出去|[！!，,。\s]|$)|(?:给我|赶紧|快点?|都)滚(?![筒动])"
    r"|垃圾(?:客户|顾客|人|买家)|人渣|败类|穷鬼|穷酸|穷[逼光]蛋?|买不起就|土包子|乡巴佬|没见过世面|没(?:有)?(?:教养|素质|家教)|素质(?:真|太|这么)?(?:低|差)|泼妇|(?:你|您|这种|个)刁民|无赖|泼皮|贱[人货]|犯贱|臭(?:不要脸|娘们|老头|要饭)|不要脸|死皮赖脸|老(?:不死|东西|糊涂)|死(?:老头|老太|胖子|肥)|丑八怪|乞丐|(?:你|您)[^，,]{0,4}要饭的|叫花子|占便宜没够|贪小便宜的人|(?:你|您)[^，,]{0,5}(?:贪小便宜|讹人|讹诈|敲诈)|(?:你|您)(?:们)?(?:就|才|真)?(?:是|个|这个|这种)+(?:大)?骗子"
    r"|你妈(?:的|逼|个|死|没)|他妈(?!妈)|(?<![我你他她咱爸当姑姨])妈的|tmd|[操艹肏]你|(?<![生今明昨])日你|去死|(?:(?:你|您|给我|赶紧)(?:们)?|^|[！!。，,\s])闭嘴(?=[！!。，,\s吧]|$)|混蛋|王八|狗(?:东西|娘|屁|日)|畜生|杂种|吃饱了?撑|不识好歹|给脸不要脸|(?:你|您)[^，,]{0,6}(?:蛮不讲理|胡搅蛮缠|无理取闹)"
    r"|\bstupid\b|\bidiots?\b|\bmorons?\b|\bfools?\b|\bdumb|\bmoronic|(?<!i )(?<!we )shut up|\bfuck|\bbitch|\basshole|\bbastard|\bretard|\bloser\b|\bpathetic\b|\btrash\b|go to hell|screw you|get lost|are you (?:crazy|insane|deaf|blind|nuts)|you(?:['’]re| are) (?:\w+ )?(?:crazy|insane|disgusting|nuts|an? (?:liar|pig|joke))",
    re.ASCII,
)
_NOT_OF_THE_CUSTOMER = re.compile(
    # Told of what somebody else said, denied, of oneself, or of a third.
    r"(?:骂|说|喊|叫|回|讲|听到|出现|用了?|像|所谓|类似)(?:了|过|出)?(?:您|你|我们?|人|客户|对方|一句|了一句|那句|这句|的|是|一声|什么|成|[\s:：“\"])*$"
    r"|(?:(?<![怕您你是])不是|并非|绝非|从不|不会|不敢|不该|不应该|没有?(?:人|说|骂|讲|觉得|认为|想|嫌)|不觉得|不认为|谁也没|哪里|怎么会|怎么能|并没有?|绝没有?)[^，,]{0,6}$"
    r"|(?:^|[，,。！!？?；;\s])(?:我|我们|是我|都怪我|怪我)(?:自己|真|太|这|才|就|可能|刚才|也|真是|的|是|个|真的|[\s])*$"
    r"|(?:同事|那位|那个客服|他|她|快递员?|店家|卖家|商家|系统|机器人|仓库|物流|页面|按钮|规则|流程|程序|软件|产品|设计|对方|家|公司|主播)(?:真|太|这|就|也|真是|的|是|个|说|[\s])*$"
    r"|(?:not|never|isn't|aren't|didn't|don't|called you(?: an?)?|said you(?: were| are)|say|word|i(?:'m| am| was)(?: so| such an?| being)?|my own|my|our|feel|felt) (?:\w+ ){0,3}$",
    re.ASCII,
)

_WISH_TO_DIE = re.compile(
    r"不(?:太|是很|怎么)?想活(?!动|跃|得|泼)|不想(?:再)?活(?:着|下去|了)|活(?:着|下去)(?:真|也|都|又|还|太|好)?(?:是|有)?(?:没(?:有)?(?:意思|意义|劲|什么意思|啥意思|希望|盼头)|干什么|为了什么|干嘛|有什么(?:用|意义|意思)|好累|太累|太痛苦|痛苦|多余)|活不下去|活够了|活腻了?"
    r"|(?:想|要|准备|打算|考虑|试过|计划)(?:过|着|要|去|了|就|今晚|今天|明天|现在|晚上|马上)*(?:自杀|自残|自尽|轻生|寻短见|了结(?:自己|生命|这条命)|结束(?:自己|生命|我的生命|这一切|一切)|跳楼|跳河|割腕|上吊|吞药|烧炭|伤害自己)"
    r"|(?:(?<!都)想|(?<!不)要|好想|真想|只想|宁愿|不如|恨不得)(?:去|要)?死(?!心|磕|机|守|扛|党|的心|板|记|命|活|你|他|她|人|盯)(?:了)?(?:算了|一了百了|了|掉|$|[，,。！!…\s])|死了(?:算了|就好|一了百了|干净|倒好|就解脱|大家都)|一了百了|割(?:了)?(?:自己|手腕|腕)|自残|自杀(?:的)?(?:念头|想法|冲动)|轻生的念头"
    r"|(?:没有我|我不在)(?:了)?[，,]?(?:大家|他们|家里|你们|这个世界|世界)?.{0,4}(?:更好|会好|轻松)|我(?:是|就是)(?:个|所有人的)?(?:累赘|多余的)|(?:跟|和|向)(?:大家|这个世界|世界|人世)(?:说)?(?:再见|告别|道别)|遗书|安眠药.{0,6}(?:一瓶|全部|都吞|攒)|想(?:着)?从.{0,6}跳下|(?:去|就|想)(?:吞药|跳楼|跳河)|我[^。！!？?\n您你他她客户人不没]{0,8}(?:自杀|轻生|自残|自尽|割腕|跳楼|上吊|寻短见)(?!干预|预防|式|热线|的(?:客|用户|顾|单子|案|工单|电话))|(?:楼顶|天台|桥上)[^。！!？?\n]{0,6}(?:跳下|想跳|差点)|死[^，,。]{0,4}解脱|(?:吃|吞|喝)(?:了|下)?[^，,。]{0,4}(?:安眠药|农药|百草枯)|(?:划|割)(?:了|伤|破|开)?自己的?(?:手腕|手臂|胳膊)|离开(?:这个世界|人世|人间)|(?:有没有|什么|哪种)[^，,。]{0,8}死法|该(?:去)?死(?!的)|怎么死(?:才|比较|会|不)|浪费空气|没(?:有)?人(?:会)?在[意乎]我(?:死|是死|活)|没有?活下去的(?:动力|勇气|理由|希望|念头)|没有?活着的(?:动力|意义|理由)|(?:觉得|感觉)?自己(?:活着)?(?:就是|是|很|真的)?(?:个)?(?:多余|累赘)|消失(?:在这个世界|算了|掉就好)|想(?:永远|彻底)(?:消失|睡过去|离开这个世界)|不想(?:再)?醒(?:过来|来)"
    r"|(?:i |just )(?:really |just |do )?(?:want|wanna|wish|would rather|plan|am going|['’]m going)(?: to| i (?:could|would|was|were))? ?(?:die|dead|be dead|kill myself|end (?:my life|it all)|hurt myself|disappear forever)|kill(?:ing)? myself|suicid(?:e|al)|end(?:ing)? my (?:own )?life|don['’]?t want to (?:live|be alive|be here anymore|wake up)|(?:reason|point) (?:to live|(?:in|of) living|to be alive)|feel like (?:dying|killing)|better off (?:dead|without me)|self[- ]?harm|cut(?:ting)? myself|life is(?:n['’]t| not) worth living|can['’]t go on (?:living|anymore|like this)",
    re.ASCII,
)
_OF_ANOTHER = re.compile(
    # The agent speaks of or to the customer, of somebody else, or of what nobody should do.
    r"(?:您|你|客户|顾客|用户|对方|女士|先生|如果|若是?|假如|万一|一旦|听到|遇到|说出|提到|有人|说|讲|问|防止|预防|干预|避免|关于|涉及)[^。！!？?\n]{0,12}$"
    r"|(?:他|她|人家|别人|谁|老人|朋友|同事|孩子|邻居|学员|大家|出现|这种|劝)[^。！!？?，,\n]{0,10}$|(?:别|不要|千万|请勿|不可以?|不能|不该)[^。！!？?，,\n]{0,4}$"
    r"|(?:you|your|customers?|clients?|someone|anyone|he|she|they|if|him|her|prevent\w*|them)\b[^.!?\n]{0,25}$",
    re.ASCII,
)
_DENIED = re.compile(
    r"(?:不会|(?<!有)没有?|(?<!是)不是|并不|从没|从来没|绝不|没想过?|不至于|哪会|又不|\b(?:not|never|no)\b|n['’]t\b)[\s要想有过]{0,3}.{0,3}$",
    re.ASCII,
)
_OF_ONESELF = re.compile(r"(?<![跟对和向让问诉])我|自己|\b(?:i|me|my|myself)\b", re.ASCII)
_IN_FIRST_PERSON = re.compile(r"^我|\b(?:i|me|my|myself)\b", re.ASCII)
_REPORTED = re.compile(
    r"(?:您|你|客户|顾客|用户|他|她|人|对方)[^。，,]{0,6}(?:说|讲|喊|表示|写|发来?)[了过]?[:：，,\s]*我?$|\b(?:say|says|said)\b[\s,:]*$"
)
_FIGURE = re.compile(
    r"(?:气|累|笑|烦|急|困|饿|热|冷|忙|羡慕|尴尬|吵|吓|无聊|爱|丑|美|难受|恨|香|馋|撑|渴|酸|愁|穷|堵|卡|慢|坑|折腾|折磨|后悔|社|拖|逼|催|弄|搞|骂)死(?:我|人|了|宝宝|个人)*|(?:[气累烦忙困急热饿羞尬笑]|加班[^，。]{0,2})(?:得|到)(?:我|人)?(?:都|真|好|快)?(?:想|要)死(?:了)?|想死的心都?有|要死要活|死(?:心|机|循环|磕|板|线)|生不如死的(?:流程|系统|表格)|(?:想|爱)死(?:你|你们|这家)|作死|找死|自杀式|职业自杀|(?:要死了)+(?=[，,。！!~～\s]|$)"
    r"|suicide squad|dead(?:line| tired| wrong)|die (?:of laughter|laughing)|dying (?:of|for|to)|kill(?:ing)? me|killer"
)
_FURTHER_SIGNS = re.compile(
    r"撑不(?:住|下去)|熬不(?:住|下去)|没有?(?:希望|意义|盼头|人在乎|人管我)|绝望|崩溃(?:了)?很久|每天(?:都)?(?:哭|睡不着)|整夜|抑郁|解脱|不想醒|hopeless|depress"
)
_ALMOST = re.compile(r"想死的心都?有|(?:真|好|都|就)?想死了?(?=[，,。！!…\s]|$)|生不如死|要死了")


def insults(text: str) -> bool:
    """Whether a candidate's turn openly insults the customer. A quoted or denied insult is none, nor is a snap."""
    bare = _QUOTED.sub(" ", _plain(text))
    return any(not _NOT_OF_THE_CUSTOMER.search(_clause_before(bare, match.start())) for match in _INSULT.finditer(bare))


def in_distress(text: str) -> bool:
    """Whether the person practising may be in real distress, as against a figure of speech or care for a customer."""
    bare = _QUOTED.sub(" ", _plain(text))
    literal = _FIGURE.sub(" ", bare)
    if any(_is_meant(literal, match) for match in _WISH_TO_DIE.finditer(literal)):
        return True
    signs = _FURTHER_SIGNS.search(bare)
    return signs is not None and any(_is_meant(bare, match) for match in _ALMOST.finditer(bare))


def _is_meant(text: str, match: re.Match[str]) -> bool:
    before = _clause_before(text, match.start())
    about = _OF_ANOTHER.search(before)
    # 我知道你忙，可我真的不想活了: who speaks of themselves last is meant.
    own = about is None or _OF_ONESELF.search(before, about.start() + 1) or _IN_FIRST_PERSON.search(match[0])
    return bool(own) and not _REPORTED.search(before) and not _DENIED.search(before)


def _clause_before(text: str, place: int) -> str:
    """What stands before a place since the last full stop, question mark or line end."""
    return re.split(r"[。！!？?；;\n]", text[:place])[-1]


def _plain(text: str) -> str:
    return simplified(normalise(text).text).casefold()
