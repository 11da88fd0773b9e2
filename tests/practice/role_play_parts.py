"""A card, and what could come of a turn of it."""

from coach.bank.question import Weight
from coach.chat import Usage
from coach.critique.feedback import Evidence, Feedback, Label, Verdict, Versions
from coach.customer.acts import Act, Move, Said
from coach.customer.debrief import CostlyTurn, Debrief, MoodPoint, Recalled
from coach.customer.mood import Change, Phase, State, Step, StopReason, Why
from coach.customer.rubric import Cost, ItemScore, Proof, RubricScore
from coach.customer.scenario import Scenario
from coach.customer.turns import Exchange, Line, Note, Observed, Touch

USAGE = Usage(calls=1, input_tokens=None, output_tokens=20, cost_usd=None, seconds=1.5)

SCENARIO = Scenario.model_validate(
    {
        "id": "late-cake",
        "title": "蛋糕没到",
        "title_en": "No cake",
        "category": "late_delivery",
        "difficulty": 3,
        "persona": {
            "name": "小林",
            "age_group": "20-29",
            "region": "成都",
            "style": "一句一句地发，不打句号，爱用反问",
            "patience": 3,
            "trust": 1,
            "rights_awareness": "high",
        },
        "briefing": ["你是平台客服，\\u005c 与 “引号” 都要留着", "第二行\n带换行和 NUL \0 字符"],
        "may_pay": 20,
        "opening": ["蛋糕呢", "都八点了"],
        "demands": [{"id": "d1", "text": "今晚要有说法", "must": True, "accept_if": ["time_commitment", "refusal"]}],
        "facts": [
            {"id": "f1", "text": "约好六点送到", "disclosure": "open"},
            {"id": "f2", "text": "是妈妈的生日", "disclosure": "on_trust", "asked_by": ["给谁"], "say": ["给我妈的"]},
            {"id": "f3", "text": "已经等了两个小时", "disclosure": "open"},
        ],
        "tactics": {"vent": 3, "challenge": 2, "sarcasm": 1},
        "lines": {"vent": ["等到什么时候|饿死了"]},
        "question_ids": ["q03"],
        "red_lines": [{"act": "over_promise", "text": "骑手的时间没人能保证"}],
        "sources": [{"name": "消费者权益保护法", "dated": "2014-03-15", "says": "说话要算数"}],
    }
)


def exchange(said: str, turn: int = 1, end: StopReason | None = None) -> Exchange:
    """What came of a turn, with every part filled."""
    quote = said[:2]
    return Exchange(
        said=said,
        observed=Observed(
            acts=(Said(act=Act.EMPATHY_SPECIFIC, quote=quote, start=0, end=len(quote)),),
            asks=("f2",),
            touches=(Touch(key_point_id="q03.1", quote=quote, start=0, end=len(quote)),),
            by="model",
            note=Note.RULES_SERVED,
            usage=USAGE,
        ),
        step=Step(
            state=State(
                turn=turn, phase=Phase.VENT, anger=3, trust=1, patience=2, done=(Act.APOLOGY,), met=("d1",), end=end
            ),
            move=Move.CHALLENGE,
            after=(Act.EMPATHY_SPECIFIC,),
            facts=("f2",),
            changes=(
                Change(what="anger", by=-1, why=Why.EMPATHY),
                Change(what="demand", by="d1", why=Why.MET),
            ),
        ),
        line=Line(bubbles=("你说得轻巧", said), by="model", rejected=("length",), note=None, usage=USAGE),
    )


def debrief(rewrite: str = "先听她说完。", end: StopReason = StopReason.RESOLVED_COLD) -> Debrief:
    """A debrief with every part filled."""
    proof = Proof(turn=1, quote="换我也急")
    change = Change(what="anger", by=1, why=Why.SCRIPTED)
    return Debrief(
        end=end,
        rubric=RubricScore(
            score=None,
            failed=True,
            items=(
                ItemScore(id="greet", text="问好", text_en="greets", stage="open", weight=5, done=True, proof=proof),
                ItemScore(id="boundary", text="界限", text_en="sets a limit", stage="close", weight=5, done=None),
            ),
            costs=(Cost(act=Act.RUDE, text="骂人", text_en="insults", points=10, fatal=True, proof=proof),),
        ),
        mood=(
            MoodPoint(turn=0, anger=3, trust=1, patience=3),
            MoodPoint(turn=1, anger=4, trust=1, patience=2, changes=(change,)),
        ),
        key_points=(
            Feedback(
                question_id="q03",
                score=0.5,
                judge="llm",
                key_points=(
                    Verdict(
                        id="q03.1",
                        text="先稳住",
                        weight=Weight.VITAL,
                        verdict=Label.COVERED,
                        evidence=(Evidence(quote=rewrite, start=0, end=len(rewrite), status="verified"),),
                    ),
                ),
                usage=USAGE,
                versions=Versions(
                    coach="0.1.0", judge="critic@12345678", question="v1", index="fingerprint", retrieved=()
                ),
                raw_replies=(rewrite,),
            ),
        ),
        recalled=(Recalled(question_id="q04", question="？", turn=1, matched="急", score=0.8),),
        costliest=CostlyTurn(turn=1, said="急什么", cost=1, changes=(change,), rewrite=rewrite, by="model"),
    )
