import pytest

from coach.chat import Deadline, Message, Reply, ScriptedModel, Usage, complete
from coach.errors import ModelBusy, ModelRejected

HELLO = [Message(role="user", content="你好")]


class TestUsage:
    def test_of_several_calls_is_their_sum(self) -> None:
        one = Usage(calls=1, input_tokens=100, output_tokens=20, cost_usd=0.25, seconds=1.5)
        assert Usage() + one + one == Usage(calls=2, input_tokens=200, output_tokens=40, cost_usd=0.5, seconds=3.0)

    @pytest.mark.parametrize("part", ["input_tokens", "output_tokens", "cost_usd"])
    def test_a_part_that_one_call_did_not_report_is_unknown_and_not_zero(self, part: str) -> None:
        unreported = Usage(calls=1, **{part: None})
        assert getattr(unreported + Usage(calls=1, input_tokens=5), part) is None
        assert getattr(Usage(calls=1, input_tokens=5) + unreported, part) is None


def test_a_deadline_counts_down_on_its_own_clock() -> None:
    now = [100.0]
    deadline = Deadline(30, clock=lambda: now[0])
    assert deadline.remaining() == 30
    now[0] = 125.0
    assert deadline.remaining() == 5
    now[0] = 131.0
    assert deadline.remaining() < 0


class TestAScriptedModel:
    def test_gives_its_replies_in_order_and_remembers_what_it_was_asked(self) -> None:
        model = ScriptedModel(["一", "二"])
        assert complete(model, HELLO, Deadline(1)).text == "一"
        assert complete(model, HELLO, Deadline(1)).text == "二"
        assert model.asked == [tuple(HELLO), tuple(HELLO)]

    def test_streams_pieces_that_make_up_the_reply_which_comes_last(self) -> None:
        *pieces, last = ScriptedModel(["一二三四五"], piece_length=2).stream(HELLO, Deadline(1))
        assert pieces == ["一二", "三四", "五"]
        assert isinstance(last, Reply)
        assert (last.text, last.usage.calls, last.usage.cost_usd) == ("一二三四五", 1, None)

    def test_raises_an_error_that_stands_in_its_list(self) -> None:
        with pytest.raises(ModelRejected):
            complete(ScriptedModel([ModelRejected("no")]), HELLO, Deadline(1))

    def test_is_busy_when_its_list_is_used_up(self) -> None:
        with pytest.raises(ModelBusy, match="no reply left"):
            complete(ScriptedModel([]), HELLO, Deadline(1))


def test_a_model_that_ends_without_a_reply_was_busy() -> None:
    class Silent(ScriptedModel):
        def stream(self, *_: object, **__: object):
            yield "一"

    with pytest.raises(ModelBusy, match="without a reply"):
        complete(Silent([]), HELLO, Deadline(1))
