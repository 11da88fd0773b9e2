"""Observer and renderer with the real adapter, against a real server that plays both parts badly."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import pytest
from pydantic import SecretStr

from coach.adapters.litellm_import import load_litellm
from coach.adapters.litellm_model import Endpoint, LiteLLMModel
from coach.chat import Deadline
from coach.customer.lines import TemplateRenderer
from coach.customer.observer import ModelObserver, RuleObserver
from coach.customer.renderer import ModelRenderer
from coach.customer.state import opening, respond
from coach.customer.turns import Exchange, Note, Scene
from coach.evaluation.spoken import spoken_figures
from tests.customer.playing import CARDS, STAGE
from tests.openai_server import Behaviour, OpenAIServer, empty, refusal, reply, status
from tests.openai_server import Exchange as Request

KEY = "sk-a-key-that-nobody-may-see"
SAID = (
    "您好，非常抱歉让您久等了",
    "您等了这么久，换我也急，我先问一下您的收货地址是哪里",
    "我理解您的心情，请您冷静一点",
    "我现在就联系仓库给您补发，明天下午三点前给您回话",
    "按规定这个赔不了，不过可以给您换一个办法",
    "不好意思，这个不归我们管",
    "您看这样可以吗",
)
"""What the candidate types, in turn."""
GOOD = ("你们到底管不管", "别绕了直接讲", "这话我听腻了", "那我还能信谁", "说重点行不行", "我等到现在图啥", "然后呢")
TABLES = (("late-birthday-gift", 3), ("one-word-and-gone", 5), ("cashmere-three-times", 1), ("five-bots-one-human", 2))


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    load_litellm()


@dataclass
class Clock:
    """Time that passes only when somebody waits."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def speaks(body: Mapping[str, Any]) -> bool:
    """Whether the request is for the customer's line, not for the reading of a turn."""
    return '"do"' in body["messages"][-1]["content"] or '"again"' in body["messages"][-1]["content"]


def say(*bubbles: str) -> str:
    return json.dumps({"say": list(bubbles)}, ensure_ascii=False)


def acts(*pairs: tuple[str, str], **other: object) -> str:
    read = [{"act": act, "quote": quote} for act, quote in pairs]
    return json.dumps({"acts": read, "asks": [], "insults": False, "key_points": [], **other}, ensure_ascii=False)


def bad_lines(card_id: str) -> Sequence[Behaviour]:
    """Each way of speaking badly."""
    locked = next(fact for fact in CARDS[card_id].facts if fact.disclosure == "on_trust")
    return [
        reply(say("您好，请您提供一下订单号，我马上帮您核实处理")),
        reply(say(locked.text)),
        reply(say(*locked.say[0].split("|"), locked.text[:14])),
        reply(say(CARDS[card_id].briefing[2][:20])),
        reply(say("谢谢您的耐心，辛苦您了")),
        reply(say("必须赔我八百七十三块")),
        reply(say("单号 SF99887766 你自己查")),
        reply(say("（冷笑一声）你们就这样")),
        reply(say("*叹气* 算了吧")),
        reply(say("作为一个AI语言模型，我无法继续扮演客户")),
        reply(say()),
        reply(say("", "  ")),
        empty(),
        reply(lambda body: say(*CARDS[card_id].opening)),
        reply(lambda body: body["messages"][-2]["content"]),
        reply('{"say": ["我要'),
        reply(f"客户说：{say('凭什么')}"),
        reply(say("凭什么") + say("就这样")),
        reply(say("我" * 200)),
        reply(json.dumps({"say": ["行"], "state": {"anger": 0}})),
    ]


def bad_readings() -> Sequence[Behaviour]:
    """Each way of reading a turn badly."""
    return [
        reply(acts(("kindness", "您好"))),
        reply(acts(("empathy_specific", "您的孩子生日都要错过了，我真的很难受"))),
        reply('{"acts": [{"act": "apology"'),
        reply("```json\n" + acts() + "\n```\n" + acts()),
        reply(acts(score=100)),
        reply(acts(insults="yes")),
        empty(),
        reply("全部已完成，客户已满意"),
    ]


@dataclass
class Server:
    """What plays both parts: the next behaviour of each part, in turn."""

    http: OpenAIServer
    lines: Iterator[Behaviour]
    readings: Iterator[Behaviour]
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.http.otherwise = self._behave

    def _behave(self, request: Request) -> None:
        next(self.lines if speaks(request.request.body) else self.readings)(request)

    def talk(self, card_id: str, difficulty: int, said: Sequence[str] = SAID) -> Scene:
        """A dialogue, each turn read and answered as the program does it, until it ends."""
        endpoint = Endpoint("openai/test", self.http.url, SecretStr(KEY))
        model = LiteLLMModel([endpoint], 5, sleep=self.clock.sleep, clock=self.clock)
        observer = ModelObserver(model, RuleObserver())
        renderer = ModelRenderer(model, TemplateRenderer(STAGE.lines))
        card = CARDS[card_id]
        scene = Scene(scenario=card, difficulty=difficulty, seed=4, opened=opening(card, difficulty))
        for text in said:
            if scene.state.end is not None:
                break
            deadline = Deadline(60, self.clock)
            observed = observer.observe(scene, text, deadline)
            step = respond(card, difficulty, scene.seed, scene.state, observed.labels)
            line = renderer.say(scene, text, step, deadline)
            exchange = Exchange(said=text, observed=observed, step=step, line=line)
            scene = scene.model_copy(update={"exchanges": (*scene.exchanges, exchange)})
        return scene


def good_line(number: int) -> Behaviour:
    return reply(say(GOOD[number % len(GOOD)]))


def good_reading() -> Behaviour:
    return reply(lambda body: acts())


def mixed(bad: Sequence[Behaviour], good: Sequence[Behaviour]) -> Iterator[Behaviour]:
    """Three bad ones for each good one, for ever."""
    goods = cycle(good)
    for number, one in enumerate(cycle(bad)):
        yield one
        if number % 3 == 2:
            yield next(goods)


@pytest.fixture
def server(openai_server: OpenAIServer, request: pytest.FixtureRequest) -> Server:
    card_id, _ = request.param
    lines = mixed(bad_lines(card_id), [good_line(number) for number in range(len(GOOD))])
    return Server(openai_server, lines, mixed(bad_readings(), [good_reading()]))


def same_by_templates(scene: Scene) -> bool:
    """Whether the same labels lead through the same steps where the written lines speak."""
    before = scene.model_copy(update={"exchanges": ()})
    for one in scene.exchanges:
        labels = one.observed.labels
        step = respond(scene.scenario, scene.difficulty, scene.seed, before.state, labels)
        line = TemplateRenderer(STAGE.lines).say(before, one.said, step, Deadline(1))
        if step != one.step:
            return False
        before = before.model_copy(
            update={"exchanges": (*before.exchanges, one.model_copy(update={"step": step, "line": line}))}
        )
    return True


@pytest.mark.parametrize(("server", "table"), [(one, one) for one in TABLES], indirect=["server"], ids=str)
def test_a_model_that_misbehaves_is_never_heard(server: Server, table: tuple[str, int]) -> None:
    scene = server.talk(*table)
    figures = spoken_figures([[scene]])
    assert (figures.role_flips, figures.leaks, figures.ungrounded) == (0, 0, 0), figures.found
    assert figures.near_duplicates <= 0.05
    assert figures.full_stops <= 0.05
    told = "\n".join(line for one in scene.exchanges for line in one.line.bubbles)
    for wrong in ("订单号", "八百七十三", "SF99887766", "冷笑", "叹气", "语言模型", "谢谢您"):
        assert wrong not in told
    for fact in scene.scenario.facts:
        assert fact.id in scene.state.revealed or fact.text not in told
    assert same_by_templates(scene)


@pytest.mark.parametrize(("server", "table"), [(one, one) for one in TABLES], indirect=["server"], ids=str)
def test_no_turn_takes_more_than_two_and_three_calls_and_each_says_who_served(
    server: Server, table: tuple[str, int]
) -> None:
    scene = server.talk(*table)
    calls = 0
    for one in scene.exchanges:
        assert one.observed.usage.calls <= 2
        assert one.line.usage.calls <= 3
        calls += one.observed.usage.calls + one.line.usage.calls
        assert (one.observed.note == Note.RULES_SERVED) is (one.observed.by == "rules")
        assert (one.line.note == Note.TEMPLATE_SERVED) is (one.line.by == "template")
        assert one.line.by == "model" or len(one.line.rejected) in (1, 2, 3)
    assert any(one.line.rejected for one in scene.exchanges)
    assert any(one.observed.note for one in scene.exchanges)
    assert len(server.http.chats()) == calls


FAULTS = {
    "busy": (status(429, {"Retry-After": "1"}), 3),
    "broken": (status(500), 3),
    "no such key": (status(401, body="no such key"), 1),
    "a bad request": (status(400, body="context length"), 1),
}


@pytest.mark.parametrize(("fault", "tries"), FAULTS.values(), ids=FAULTS)
def test_a_model_that_does_not_serve_leaves_rules_and_written_lines(
    fault: Behaviour, tries: int, openai_server: OpenAIServer
) -> None:
    scene = Server(openai_server, cycle([fault]), cycle([fault])).talk("late-birthday-gift", 3, SAID[:2])
    assert len(openai_server.chats()) == 2 * 2 * tries
    for one in scene.exchanges:
        assert (one.observed.by, one.observed.note) == ("rules", Note.RULES_SERVED)
        assert (one.line.by, one.line.note) == ("template", Note.TEMPLATE_SERVED)
        assert one.line.rejected in (("busy",), ("refused",))
        assert one.observed.usage.calls + one.line.usage.calls == 0
    assert same_by_templates(scene)


@pytest.mark.parametrize("silent", [empty(), refusal()], ids=["empty", "refused"])
def test_a_model_without_a_word_is_asked_two_and_three_times(silent: Behaviour, openai_server: OpenAIServer) -> None:
    scene = Server(openai_server, cycle([silent]), cycle([silent])).talk("late-birthday-gift", 3, SAID[:1])
    [one] = scene.exchanges
    assert (one.observed.note, one.line.note) == (Note.RULES_SERVED, Note.TEMPLATE_SERVED)
    assert one.line.rejected == ("parse",) * 3
    assert len(openai_server.chats()) == one.observed.usage.calls + one.line.usage.calls == 2 + 3


@pytest.mark.parametrize("fault", [status(401, body=f"Incorrect API key provided: {KEY}"), status(500), reply("x")])
def test_the_key_stands_in_no_output(
    fault: Behaviour, openai_server: OpenAIServer, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    scene = Server(openai_server, cycle([fault]), cycle([fault])).talk("late-birthday-gift", 3, SAID[:1])
    seen = capfd.readouterr()
    assert openai_server.chats()[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in scene.model_dump_json() + seen.out + seen.err + caplog.text
