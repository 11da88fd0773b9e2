"""What the model that speaks is sent: a list that only grows, and nothing that the customer must not tell."""

from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.adapters.corpus_files import read_bank
from coach.chat import Deadline, ScriptedModel
from coach.customer.acts import Act, Move
from coach.customer.lines import TemplateRenderer
from coach.customer.mood import Labels
from coach.customer.renderer import ModelRenderer
from coach.customer.state import opening, respond
from coach.customer.turns import Exchange, Intensity, Line, Note, Observed, Scene
from coach.errors import ModelBusy
from tests.customer.playing import CARDS, CORPUS, STAGE, played

RENDERER = ModelRenderer(ScriptedModel([]), TemplateRenderer(STAGE.lines))
ENGINE_WORDS = ("patience", "trust", "refused", "threshold", "score", "rubric", "key point", "resolved", "listening")


@lru_cache
def key_points() -> dict[str, tuple[str, ...]]:
    bank = read_bank(CORPUS / "questions")
    return {question.id: tuple(point.text for point in question.key_points) for question in bank.questions}


turns = st.lists(
    st.tuples(
        st.text(min_size=1, max_size=40),
        st.lists(st.sampled_from(Act), max_size=4, unique=True),
        st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3),
    ),
    min_size=2,
    max_size=6,
)


@settings(max_examples=60)
@given(
    card_id=st.sampled_from(sorted(CARDS)),
    difficulty=st.integers(1, 5),
    intensity=st.sampled_from(Intensity),
    asks=st.frozensets(st.sampled_from([f"f{number}" for number in range(1, 7)])),
    said=turns,
)
def test_the_messages_of_a_turn_begin_with_all_of_the_turn_before_byte_for_byte(
    card_id: str,
    difficulty: int,
    intensity: Intensity,
    asks: frozenset[str],
    said: list[tuple[str, list[Act], list[str]]],
) -> None:
    card = CARDS[card_id]
    scene = Scene(scenario=card, difficulty=difficulty, seed=1, intensity=intensity, opened=opening(card, difficulty))
    before = ""
    for text, acts, bubbles in said:
        if scene.state.end is not None:
            break
        labels = Labels(acts=tuple(acts), asks=tuple(sorted(asks)))
        step = respond(card, difficulty, 1, scene.state, labels)
        sent = "\n".join(message.model_dump_json() for message in RENDERER.messages(scene, text, step))
        assert sent.encode().startswith(before.encode())
        assert len(sent) > len(before)
        before = sent
        line = Line(bubbles=tuple(bubbles), by="model", rejected=("length",))
        one = Exchange(said=text, observed=Observed(by="rules"), step=step, line=line)
        scene = scene.model_copy(update={"exchanges": (*scene.exchanges, one)})


@pytest.mark.parametrize("card_id", sorted(CARDS))
def test_what_is_locked_and_how_it_is_judged_are_never_sent(card_id: str) -> None:
    card = CARDS[card_id]
    asked = next(fact.id for fact in card.facts if fact.disclosure == "on_ask")
    scene = played(card_id, (Act.EMPATHY_SPECIFIC,), (Act.INFO_QUESTION, asked), (Act.REFUSAL,), difficulty=2)
    last = scene.exchanges[-1]
    before = scene.model_copy(update={"exchanges": scene.exchanges[:-1]})
    messages = RENDERER.messages(before, last.said, last.step)
    sent = "\n".join(message.content for message in messages)
    locked = [fact for fact in card.facts if fact.id not in last.step.state.revealed]
    told = next(fact for fact in card.facts if fact.id == asked)
    assert locked
    assert told.text in sent, "what was asked for is sent once it is told"
    hidden = [fact.text for fact in locked] + [say for fact in locked for say in fact.say if len(say) >= 6]
    hidden += [text for question in card.question_ids for text in key_points()[question]]
    hidden += [text for item in STAGE.rubric.items for text in (item.text, item.text_en)]
    hidden += [text for item in STAGE.rubric.penalties for text in (item.text, item.text_en)]
    hidden += [*card.briefing, *(line.text for line in card.red_lines), *(source.says for source in card.sources)]
    assert [text for text in hidden if text in sent] == []
    prompt = messages[0].content.lower()
    assert [word for word in ENGINE_WORDS if word in prompt] == []


class TestALine:
    def said(self, *replies: str | Exception) -> tuple[Line, ScriptedModel]:
        scene = played("late-birthday-gift", (Act.APOLOGY,), difficulty=3)
        step = respond(scene.scenario, 3, 1, scene.state, Labels())
        model = ScriptedModel(replies)
        return ModelRenderer(model, TemplateRenderer(STAGE.lines)).say(scene, "嗯", step, Deadline(5)), model

    def test_that_no_guard_rejects_is_sent_as_it_is(self) -> None:
        line, model = self.said('{"say": ["你倒是", " 说句话嘛 ", ""]}')
        assert (line.bubbles, line.by, line.rejected, line.note) == (("你倒是", "说句话嘛"), "model", (), None)
        assert len(model.asked) == 1

    def test_that_is_rejected_is_asked_for_again_with_the_rule_named(self) -> None:
        line, model = self.said('{"say": ["请您提供订单号"]}', '{"say": ["你倒是说句话嘛"]}')
        assert (line.by, line.rejected, line.usage.calls) == ("model", ("role_flip",), 2)
        first, second = model.asked
        assert second[: len(first)] == first
        assert "you are the customer" in second[-1].content

    def test_that_is_rejected_three_times_gives_way_to_a_written_one(self) -> None:
        line, model = self.said("{}", '{"say": ["谢谢您"]}', '{"say": ["赔我九千块"]}', '{"say": ["行"]}')
        assert (line.by, line.note, len(model.asked)) == ("template", Note.TEMPLATE_SERVED, 3)
        assert line.rejected == ("parse", "too_polite", "ungrounded")

    def test_of_a_model_that_is_busy_is_a_written_one_at_once(self) -> None:
        line, model = self.said(ModelBusy("later"), '{"say": ["行"]}')
        assert (line.by, line.rejected, len(model.asked)) == ("template", ("busy",), 1)


def test_the_first_directive_is_the_opening_and_the_last_is_what_to_do_now() -> None:
    scene = played("late-birthday-gift", (Act.APOLOGY,), difficulty=3)
    step = respond(scene.scenario, 3, 1, scene.state, Labels(acts=(Act.BLAME_CUSTOMER,)))
    messages = RENDERER.messages(scene, "是您自己没看清", step)
    assert [message.role for message in messages] == ["system", *["user", "assistant"] * 2, "user"]
    assert f'"act": "{Move.OPEN}"' in messages[1].content
    assert f'"act": "{step.move}"' in messages[-1].content
    assert '"anger": 5' in messages[-1].content


@pytest.mark.parametrize("unfit", ["谢谢您辛苦了", "我等了九十天", "行|就|这|样"])
def test_a_written_line_that_a_guard_rejects_is_passed_over_while_there_is_another(unfit: str) -> None:
    card = CARDS["late-birthday-gift"].model_copy(update={"lines": {Move.CHALLENGE: (unfit, "说重点")}})
    opened = opening(card, 3)
    step = respond(card, 3, 1, opened, Labels()).model_copy(update={"move": Move.CHALLENGE})
    scenes = [Scene(scenario=card, difficulty=3, seed=seed, opened=opened) for seed in range(10)]
    said = {TemplateRenderer({}).say(scene, "嗯", step, Deadline(1)).text for scene in scenes}
    assert said == {"说重点"}
