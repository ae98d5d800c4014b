"""The time that an interview has taken goes on where it was, after a failure."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from iprtool.edits import Hand
from iprtool.model.layer import LeadUsed
from iprtool.recall.sitting import sitting_ms
from iprtool.screens.key_line import HeadLine
from tests.fakes import content
from tests.recall_desk import desk

NOW = "2026-03-02T15:00:00.000Z"


@pytest.mark.parametrize(
    ("times", "gone_ms"),
    [
        ([], 0),
        (["14:59:30"], 30_000),
        (["14:20:00", "14:45:00", "14:59:00"], 40 * 60_000),
        (["13:00:00", "14:45:00"], 15 * 60_000),
        (["14:29:59"], 0),
        (["15:10:00"], 0),
        (["14:40:00", "14:20:00", "14:50:00"], 40 * 60_000),  # a clock that was set back after the first
    ],
)
def test_a_sitting_goes_back_as_far_as_there_was_no_long_break(times: list[str], gone_ms: int) -> None:
    ops = [
        msgspec.structs.replace(Hand("client", "dev").op("x", LeadUsed("affect", 0)), at_utc=f"2026-03-02T{one}.000Z")
        for one in times
    ]
    assert sitting_ms(ops, NOW) == gone_ms


async def test_a_recall_that_is_gone_on_with_counts_on() -> None:
    before = (datetime.now(UTC) - timedelta(minutes=12, seconds=1)).isoformat(timespec="milliseconds")
    op = msgspec.structs.replace(Hand("client", "dev").op("x", LeadUsed("affect", 0)), at_utc=before)
    async with desk(loaded=msgspec.structs.replace(content(), ops=(op,))) as table:
        assert "12:0" in table.screen.query_one(HeadLine).right
    async with desk() as table:
        assert "00:00 gone" in table.screen.query_one(HeadLine).right
