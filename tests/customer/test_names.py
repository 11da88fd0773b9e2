"""Whatever the code may name, a person can read."""

from coach.customer.acts import Act
from coach.customer.mood import StopReason
from coach.customer.names import ACT_NAMES, CATEGORY_NAMES, STOP_NAMES
from coach.customer.scenario import Category


def test_everything_that_screens_name_has_a_name_of_its_own() -> None:
    for names, words in ((ACT_NAMES, Act), (CATEGORY_NAMES, Category), (STOP_NAMES, StopReason)):
        assert list(names) == list(words)
        assert len(set(names.values())) == len(names)
