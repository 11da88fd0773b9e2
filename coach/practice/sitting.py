"""What was practised in one sitting: a session. It is derived from times alone, and nothing of it is stored.

With less than half an hour between them, things belong together. The first of them names the session, so its name stays
when more is practised.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from coach.practice.record import Practice

PAUSE = timedelta(minutes=30)
"""From one beginning to the next; after so long another session begins."""


class Session(BaseModel):
    """What a person practised in one sitting."""

    model_config = ConfigDict(frozen=True)

    id: str
    """`s-` and the id of its first item."""
    began: datetime
    """UTC."""
    items: tuple[str, ...]
    """Ids of answers, role-plays and interviews, the earliest first."""


def sessions(practice: Practice) -> tuple[Session, ...]:
    """All sessions, the newest first; none where nothing was practised."""
    begun = sorted(_begun(practice))
    breaks = [place for place, (one, after) in enumerate(pairwise(begun), 1) if after[0] - one[0] >= PAUSE]
    bounds = [0, *breaks, len(begun)] if begun else []
    return tuple(_session(begun[start:end]) for start, end in pairwise(bounds))[::-1]


def _begun(practice: Practice) -> Iterator[tuple[datetime, str]]:
    for one in (*practice.answers, *practice.role_plays, *practice.interviews):
        yield one.created, one.id


def _session(begun: list[tuple[datetime, str]]) -> Session:
    began, first = begun[0]
    return Session(id=f"s-{first}", began=began, items=tuple(one for _, one in begun))
