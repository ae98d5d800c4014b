"""What a new recall is offered: how long ago the session was."""

from datetime import UTC, datetime, timedelta

import pytest

from iprtool.desk.offers import latency_of
from iprtool.model.study import Session

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "late", "text"),
    [
        (5, False, "held 5 h ago"),
        (47, False, "47 h ago"),
        (49, True, "49 h ago, more than the usual 48 h"),
        (240, True, "10 days"),
    ],
)
def test_the_latency_is_told_from_when_the_session_ended(hours: int, late: bool, text: str) -> None:
    held = (NOW - timedelta(hours=hours)).isoformat()
    told = latency_of(Session("s", "d", 3, held), NOW)
    assert told[0] is late
    assert text in told[1]
    assert latency_of(Session("s", "d", 3), NOW) == (False, "when the session was held is not noted")
