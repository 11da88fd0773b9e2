"""Role-playing as a use case: what is typed is kept first, and everything after it may fail."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from coach.adapters.sql_record import SqlRecord
from coach.bank.index import Document, Found, Kind, ReferenceAnswer, Update
from coach.bank.question import Bank, KeyPoint, Weight
from coach.chat import ScriptedModel
from coach.critique.critic import Critic
from coach.critique.offline import OfflineJudge
from coach.customer.acts import Act, Move
from coach.customer.hints import Hint
from coach.customer.lines import TemplateRenderer
from coach.customer.mood import StopReason
from coach.customer.observer import ModelObserver, RuleObserver
from coach.customer.renderer import ModelRenderer
from coach.customer.turns import Intensity, Note
from coach.errors import InputError, ModelBusy, RecordUnavailable
from coach.practice.record import Record, RolePlay
from coach.practice.roleplay import LONGEST_TURN, Cast, RolePlaying
from tests.customer.playing import STAGE

POINTS = (
    KeyPoint(id="q18.1", text="先道歉", weight=Weight.VITAL, cues=("为晚到道歉", "先说抱歉")),
    KeyPoint(id="q18.2", text="查物流给准话", weight=Weight.VITAL, cues=("查清楚物流到哪了", "给一个准确的时间")),
)


@dataclass
class TwoQuestions:
    """An index that knows one of the card's questions, and finds another for every turn."""

    found: list[Found] = field(default_factory=list)

    def update(
        self, banks: Sequence[Bank], rebuild: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> Update:
        return Update()

    def search(self, text: str, limit: int) -> Sequence[Found]:
        return self.found[:limit]

    def reference(self, question_id: str) -> ReferenceAnswer | None:
        if question_id != "q18":
            return None
        return ReferenceAnswer(
            question_id="q18", question="晚到了？", topic="", text="", key_points=POINTS, version="v1", fingerprint="f1"
        )


def found(question_id: str, score: float, kind: Kind = Kind.SITUATION) -> Found:
    document = Document(question_id=question_id, kind=kind, text="物流不动了")
    return Found(question_id=question_id, question="怎么催？", score=score, matched=document)


@pytest.fixture
def record(tmp_path: Path) -> SqlRecord:
    return SqlRecord(f"sqlite:///{tmp_path / 'coach.db'}")


def playing(record: Record, model: ScriptedModel | None = None, index: TwoQuestions | None = None) -> RolePlaying:
    rules, written = RuleObserver(), TemplateRenderer(STAGE.lines)
    cast = Cast(rules, written, OfflineJudge())
    if model is not None:
        cast = Cast(ModelObserver(model, rules), ModelRenderer(model, written), Critic(model), model)
    return RolePlaying(STAGE.scenarios, STAGE.rubric, cast, index or TwoQuestions(), record, deadline_seconds=30)


def begun(roles: RolePlaying, **more: object) -> RolePlay:
    return roles.begin("late-birthday-gift", 1, **more)  # pyright: ignore[reportArgumentType] keywords as given


def turn(roles: RolePlaying, role_play: RolePlay, said: str) -> RolePlay:
    return roles.answer(roles.submit(role_play, said))


def observed(*acts: tuple[str, str], asks: Sequence[str] = ()) -> str:
    content = {"acts": [{"act": act, "quote": quote} for act, quote in acts], "asks": list(asks)}
    return json.dumps({**content, "insults": False, "key_points": []}, ensure_ascii=False)


def line(*bubbles: str) -> str:
    return json.dumps({"say": bubbles}, ensure_ascii=False)


def test_a_role_play_begins_at_the_card_s_own_difficulty(record: SqlRecord) -> None:
    role_play = begun(playing(record))
    assert role_play.difficulty == role_play.scenario.difficulty == 2
    assert begun(playing(record), difficulty=5).difficulty == 5


@pytest.mark.parametrize(
    ("card", "difficulty", "says"),
    [("no-such", None, "coach scenarios"), ("late-birthday-gift", 0, "1 to 5"), ("late-birthday-gift", 6, "1 to 5")],
)
def test_a_wrong_beginning_says_what_there_is(record: SqlRecord, card: str, difficulty: int | None, says: str) -> None:
    with pytest.raises(InputError, match=says):
        playing(record).begin(card, 1, difficulty)


def test_a_turn_is_kept_before_anybody_reads_it(record: SqlRecord) -> None:
    roles = playing(record)
    role_play = roles.submit(begun(roles), "您好")
    assert role_play.pending == "您好"
    assert role_play.exchanges == ()
    kept = record.role_play(role_play.id)
    assert kept is not None
    assert kept.pending == "您好"


def test_a_turn_that_waits_is_answered_when_one_goes_on(record: SqlRecord) -> None:
    roles = playing(record)
    role_play = roles.submit(begun(roles), "您好")
    answered = playing(record).answer(playing(record).role_play(role_play.id))
    assert answered.pending is None
    assert [one.said for one in answered.exchanges] == ["您好"]
    assert answered.exchanges[0].line.bubbles


def test_with_a_model_a_turn_costs_two_calls(record: SqlRecord) -> None:
    said = "孩子的生日眼看要错过，换谁都急"
    model = ScriptedModel([observed(("empathy_specific", "孩子的生日眼看要错过")), line("那你说", "哪天到")])
    roles = playing(record, model)
    role_play = turn(roles, begun(roles), said)
    exchange = role_play.exchanges[0]
    assert exchange.observed.labels.acts == (Act.EMPATHY_SPECIFIC,)
    assert exchange.line.bubbles == ("那你说", "哪天到")
    assert len(model.asked) == 2
    assert exchange.observed.usage.calls + exchange.line.usage.calls == 2


def test_with_a_model_that_is_down_rules_and_written_lines_serve_and_the_turn_says_so(record: SqlRecord) -> None:
    roles = playing(record, ScriptedModel([ModelBusy("down")] * 2))
    exchange = turn(roles, begun(roles), "非常抱歉，给您添麻烦了").exchanges[0]
    assert exchange.observed.note == Note.RULES_SERVED
    assert exchange.line.note == Note.TEMPLATE_SERVED
    assert Act.APOLOGY in exchange.observed.labels.acts
    assert exchange.line.by == "template"


def test_the_model_and_the_rules_lead_to_the_same_state_for_the_same_acts(record: SqlRecord) -> None:
    said = "非常抱歉，给您添麻烦了"
    by_rules = turn(playing(record), begun(playing(record)), said).exchanges[0]
    acts = [(one.act.value, one.quote) for one in by_rules.observed.acts]
    roles = playing(record, ScriptedModel([observed(*acts), line("道歉有用吗")]))
    by_model = turn(roles, begun(roles), said).exchanges[0]
    assert by_model.step == by_rules.step
    assert by_model.line != by_rules.line


@pytest.mark.parametrize(("said", "says"), [("  ", "empty"), ("啊" * (LONGEST_TURN + 1), "two turns")])
def test_a_turn_that_can_t_be_sent_is_refused_and_nothing_is_kept(record: SqlRecord, said: str, says: str) -> None:
    roles = playing(record)
    role_play = begun(roles)
    with pytest.raises(InputError, match=says):
        roles.submit(role_play, said)
    assert roles.role_play(role_play.id) == role_play


def test_a_second_window_can_t_say_the_same_turn(record: SqlRecord) -> None:
    roles = playing(record)
    role_play = begun(roles)
    turn(roles, role_play, "您好")
    with pytest.raises(InputError):
        roles.submit(role_play, "在吗")
    assert len(roles.role_play(role_play.id).exchanges) == 1


def test_signs_of_distress_pause_it_for_good_and_the_words_stay(record: SqlRecord) -> None:
    roles = playing(record, ScriptedModel([]))
    role_play = roles.answer(roles.submit(begun(roles), "我不想活了"))
    assert role_play.end is StopReason.PAUSED_FOR_SAFETY
    assert role_play.pending == "我不想活了"
    with pytest.raises(InputError):
        roles.submit(role_play, "继续")


def test_an_insult_ends_it_by_the_red_line(record: SqlRecord) -> None:
    roles = playing(record)
    role_play = turn(roles, begun(roles), "你有病吧，滚")
    assert role_play.end is StopReason.ESCALATED
    assert roles.debrief(role_play).rubric.failed


def test_giving_up_ends_it_and_says_so(record: SqlRecord) -> None:
    roles = playing(record)
    role_play = roles.quit(turn(roles, begun(roles), "您好"))
    assert role_play.end is StopReason.CANDIDATE_QUIT
    assert roles.debrief(role_play).end is StopReason.CANDIDATE_QUIT


def test_a_hint_is_given_and_counted(record: SqlRecord) -> None:
    roles = playing(record)
    role_play = begun(roles)
    assert roles.hint(role_play) is Hint.FEELING
    assert roles.role_play(role_play.id).hints == 1


def test_trying_again_from_a_turn_leaves_the_old_try_alone(record: SqlRecord) -> None:
    roles = playing(record)
    old = turn(roles, turn(roles, begun(roles), "您好"), "别激动")
    new = roles.try_again(old, 2)
    assert [one.said for one in new.exchanges] == ["您好"]
    assert new.branched_from == old.id
    assert roles.role_play(old.id) == old
    assert roles.scene(new).state == old.exchanges[0].step.state
    with pytest.raises(InputError, match="1 to 2"):
        roles.try_again(old, 3)


def test_the_same_turns_and_seed_play_out_the_same_offline(record: SqlRecord) -> None:
    def whole_play() -> Sequence[object]:
        roles = playing(record)
        role_play = begun(roles)
        for said in ("您好", "非常抱歉", "请问您什么时候要用？", "我给您补发，明天下午六点前到，您看行吗？"):
            if role_play.end is None:
                role_play = turn(roles, role_play, said)
        return [(one.step, one.line) for one in role_play.exchanges]

    assert whole_play() == whole_play()


def test_the_debrief_judges_key_points_over_the_whole_dialogue_and_quotes_each_in_its_turn(record: SqlRecord) -> None:
    roles = playing(record)
    role_play = turn(roles, turn(roles, begun(roles), "我在听"), "我先为晚到道歉，给您添堵了")
    debrief = roles.debrief(roles.quit(role_play))
    (feedback,) = debrief.key_points
    quotes = [evidence for verdict in feedback.key_points for evidence in verdict.evidence]
    assert quotes
    for evidence in quotes:
        assert role_play.exchanges[evidence.turn - 1].said[evidence.start : evidence.end] == evidence.quote
        assert evidence.turn == 2


def test_the_debrief_is_made_once_and_kept(record: SqlRecord) -> None:
    roles = playing(record)
    role_play = roles.quit(turn(roles, begun(roles), "您好"))
    debrief = roles.debrief(role_play)
    kept = roles.role_play(role_play.id)
    assert kept.debrief == debrief
    assert playing(record, ScriptedModel([])).debrief(kept) == debrief


def test_a_role_play_that_goes_on_has_no_debrief_yet(record: SqlRecord) -> None:
    roles = playing(record)
    with pytest.raises(InputError, match="goes on"):
        roles.debrief(begun(roles))


def test_a_role_play_without_a_turn_has_a_debrief_without_a_score(record: SqlRecord) -> None:
    roles = playing(record)
    debrief = roles.debrief(roles.quit(begun(roles)))
    assert debrief.rubric.score is None
    assert debrief.key_points == ()


def test_other_questions_that_a_turn_brings_up_are_named_with_what_matched(record: SqlRecord) -> None:
    index = TwoQuestions([found("q18", 0.9), found("q40", 0.6)])
    roles = playing(record, index=index)
    debrief = roles.debrief(roles.quit(turn(roles, begun(roles), "物流两天没动")))
    (recalled,) = debrief.recalled
    assert (recalled.question_id, recalled.turn, recalled.matched) == ("q40", 1, "物流不动了")


@pytest.mark.parametrize("near", [found("q40", 0.2), found("q40", 0.9, Kind.CUE)])
def test_what_is_only_faintly_near_is_not_brought_up(record: SqlRecord, near: Found) -> None:
    roles = playing(record, index=TwoQuestions([near]))
    assert roles.debrief(roles.quit(turn(roles, begun(roles), "物流两天没动"))).recalled == ()


def test_the_costliest_turn_gets_a_scaffold_without_a_model(record: SqlRecord) -> None:
    roles = playing(record)
    debrief = roles.debrief(roles.quit(turn(roles, begun(roles), "您冷静点，别激动")))
    assert debrief.costliest is not None
    assert debrief.costliest.turn == 1
    assert debrief.costliest.by == "frame"


@pytest.mark.parametrize(
    ("rewrite", "by"),
    [
        ("眼看孩子要用，东西还没影，换我也急。您哪天要用？", "model"),
        ("我保证明天一定到，百分百赔您500元", "frame"),
        ("", "frame"),
    ],
)
def test_a_model_s_rewrite_stands_only_where_it_keeps_to_what_was_known(
    record: SqlRecord, rewrite: str, by: str
) -> None:
    critic = '{"key_points":[],"strengths":[],"rewrite":"","follow_up":null}'
    again = json.dumps({"rewrite": rewrite}, ensure_ascii=False)
    model = ScriptedModel(
        [observed(("calm_down_command", "您冷静点")), line("你让谁冷静"), *[critic] * 3, again, again]
    )
    roles = playing(record, model)
    debrief = roles.debrief(roles.quit(turn(roles, begun(roles), "您冷静点，别激动")))
    assert debrief.costliest is not None
    assert debrief.costliest.by == by


def test_a_record_that_fails_leaves_the_text_with_the_caller(
    record: SqlRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles = playing(record)
    role_play = begun(roles)

    def full(*_: object) -> None:
        raise RecordUnavailable("disk full")

    monkeypatch.setattr(record, "add_turn", full)
    with pytest.raises(RecordUnavailable):
        roles.submit(role_play, "您好")


def test_the_customer_is_as_harsh_as_the_candidate_wishes(record: SqlRecord) -> None:
    assert begun(playing(record), intensity=Intensity.HARSH).intensity is Intensity.HARSH
    assert begun(playing(record)).intensity is Intensity.FIRM


def test_a_customer_who_has_settled_stays_so_when_the_candidate_leaves(record: SqlRecord) -> None:
    roles = playing(record)
    role_play = begun(roles, difficulty=1)
    for said in (
        "孩子的生日眼看要错过，让您白等了这么久，换谁都急",
        "我这边从同城仓给您补发一台，明天下午六点前送到，您看行吗？",
    ):
        role_play = turn(roles, role_play, said)
    assert role_play.exchanges[-1].step.move is Move.ACCEPT
    assert roles.quit(role_play).end in {StopReason.RESOLVED, StopReason.RESOLVED_COLD}
