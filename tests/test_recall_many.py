"""A recall with many marks: what is not seen is not unpacked, and one mark more costs what is seen."""

import msgspec

from iprtool.model.layer import LayerContent
from iprtool.model.mark import Mark
from iprtool.model.packed import PackedMarks
from iprtool.model.terms import MarkKind
from iprtool.screens.marks_list import MarksList
from iprtool.timeline.lanes import MarksLane
from iprtool.timeline.widget import TimelineView
from tests.fakes import head
from tests.recall_desk import Desk, desk

MANY = 5_000
SEEN = 300
"""More than the list and the timeline show at once; a fraction of what there is."""


class Unpacking:
    """Marks all over ten minutes, and how often one was unpacked."""

    def __init__(self) -> None:
        self.count = 0
        values = [msgspec.json.encode(self.mark(number)) for number in range(MANY)]
        starts = [self.mark(number).start_ms for number in range(MANY)]
        lasts: list[int | None] = [self.mark(number).last_ms for number in range(MANY)]
        ids = [f"m{number}" for number in range(MANY)]
        lengths = [len(value) for value in values]
        self.marks = PackedMarks(ids, starts, lasts, b"".join(values), lengths, self._unpack)

    def mark(self, number: int) -> Mark:
        at_ms = number * 97_003 % 590_000
        end_ms = at_ms + 5_000 if number % 5 == 0 else None
        kind: MarkKind = "interval" if end_ms else "point"
        return Mark(f"m{number}", "recaller", kind, at_ms, at_ms, 40, end_ms=end_ms, note=f"note {number}")

    def _unpack(self, value: bytes) -> Mark:
        self.count += 1
        return msgspec.json.decode(value, type=Mark)


def lane(table: Desk) -> MarksLane:
    found = table.screen.query_one(TimelineView).lanes[1]
    assert isinstance(found, MarksLane)
    return found


async def test_what_is_not_seen_is_not_unpacked() -> None:
    unpacking = Unpacking()
    async with desk(loaded=LayerContent(head(), unpacking.marks)) as table:
        assert len(table.screen.recall.state.marks) == MANY
        assert 0 < unpacking.count < SEEN
        await table.play(9_000)
        before = unpacking.count
        await table.press("1", "space", "down", "up", "2", "ctrl+z", "x", "enter")
        assert unpacking.count - before < SEEN


async def test_a_mark_that_is_made_changed_and_deleted_is_so_on_the_list_and_in_the_lane() -> None:
    unpacking = Unpacking()
    async with desk(loaded=LayerContent(head(), unpacking.marks)) as table:
        marks, listed = table.screen.recall.state.marks, table.screen.query_one(MarksList)
        await table.play(9_001)
        await table.press("1")
        made = next(mark for mark in marks.values() if not mark.id.startswith("m"))
        assert lane(table).holds(made.id)
        assert {row.title for row in listed.rows if row.id == made.id} == {"felt understood"}
        await table.press("ctrl+z")
        assert not lane(table).holds(made.id)
        assert len(listed.rows) == len(marks) == MANY
        table.screen.recall.change(marks["m7"], note="another")
        assert [row.note for row in listed.rows if row.id == "m7"] == ["another"]


async def test_the_list_finds_among_all_of_them() -> None:
    unpacking = Unpacking()
    async with desk(loaded=LayerContent(head(), unpacking.marks)) as table:
        await table.press("ctrl+f", *"4321", "enter")
        assert [row.id for row in table.screen.query_one(MarksList).rows] == ["m4321"]
