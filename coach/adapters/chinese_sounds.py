"""Which Chinese characters sound alike, tones apart: people who type by sound mistake one for another."""

from bisect import bisect_right
from functools import lru_cache

# GB 2312 lists its 3,755 common characters by pinyin, so the first one of each syllable is enough to tell them apart.
_FIRST_OF_SYLLABLE = (
    "啊埃鞍肮凹芭白斑邦苞杯奔崩逼鞭标鳖彬兵玻哺擦猜餐苍操厕层插拆搀昌超车郴撑吃充抽初揣川疮吹春戳疵聪凑粗蹿摧村磋搭呆耽当刀德蹬堤颠碉跌丁丢东兜都端堆墩掇"
    "蛾恩而发藩坊菲芬丰佛否夫噶该干冈篙哥给根耕工钩辜刮乖棺光瑰辊锅哈骸酣夯壕呵嘿痕哼轰喉呼花槐欢荒灰荤豁击嘉歼僵蕉揭巾荆炯揪鞠捐撅均喀开刊康考坷肯坑空抠枯夸块"
    "宽匡亏坤括垃莱蓝琅捞勒雷棱厘俩联粮撩列琳玲溜龙楼芦驴峦掠抡萝妈埋瞒芒猫么玫门萌眯棉苗蔑民明谬摸谋拇拿氖南囊挠呢馁嫩能妮蔫娘鸟捏您柠牛脓奴女暖虐挪哦欧"
    "啪拍攀乓抛呸喷砰坯篇飘撇拼乒坡扑期掐牵枪橇切钦青琼秋趋圈缺裙然瓤饶惹壬扔日戎揉茹软蕊闰若撒腮三桑搔瑟森僧莎筛珊墒梢奢砷声师收蔬刷摔栓霜谁吮说斯松搜嗽酸虽孙"
    "蓑塌胎坍汤掏特藤梯天挑贴厅通偷凸湍推吞拖挖歪豌汪威瘟嗡挝巫昔瞎掀相萧楔薪星兄休墟轩靴勋压焉殃邀椰一茵英哟拥幽淤鸳曰耘匝栽咱赃遭责贼怎增扎摘瞻樟招遮珍蒸"
    "芝中舟珠抓拽专桩椎谆捉兹鬃邹租钻嘴尊昨"
)
_LAST_COMMON = "座".encode("gb2312")
_STARTS = [character.encode("gb2312") for character in _FIRST_OF_SYLLABLE]


@lru_cache(maxsize=20_000)
def sound(character: str) -> str:
    """One character for all simplified ones of the same usual reading; the character itself where it is a rare one."""
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return character
    return _FIRST_OF_SYLLABLE[bisect_right(_STARTS, code) - 1] if _STARTS[0] <= code <= _LAST_COMMON else character
