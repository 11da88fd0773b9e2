"""The name of a topic in the session's language."""

from coach.bank.question import BUNDLED
from coach.language import Translate


def topic_name(topic: str, _: Translate) -> str:
    """A topic of the bundled bank in the person's language, and any other as its bank calls it."""
    known = {
        "服务理念": _("Idea of service"),
        "情绪与投诉": _("Emotions and complaints"),
        "退款与售后": _("Refunds and after-sales"),
        "平台与活动运营": _("Platform and campaigns"),
        "培训与团队": _("Training and team"),
        "反馈与改进": _("Feedback and improvement"),
        "技术与趋势": _("Technology and trends"),
        "安全与隐私": _("Security and privacy"),
        "自我管理": _("Self-management"),
        "跨境与多元沟通": _("Across borders and cultures"),
        BUNDLED: _("The bundled bank"),
    }
    return known.get(topic, topic)
