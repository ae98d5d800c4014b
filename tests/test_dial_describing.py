"""The second part of a dial, by its keys: the highest and lowest stretches are played and described, or left out."""

import msgspec
import pytest

from iprtool.model.layer import Deleted, Draft, Marked, Stopped, WentOn
from iprtool.screens.cover import CoverScreen
from iprtool.screens.dial_gauge import Gauge
from iprtool.screens.dial_stretches import StretchesList
from iprtool.screens.note_area import NoteArea
from tests.dial_desk import SIZES, desk, traced


async def test_enter_goes_on_to_the_stretches_but_not_while_it_plays() -> None:
    async with desk(traced()) as table:
        await table.press("space", "enter")
        assert table.screen.dial.describing is None
        assert "space stops first" in table.key_line
        await table.press("space", "enter")
        assert [(one.start_ms, one.kind) for one in table.describing.stretches] == [
            (30_000, "highest"),
            (90_000, "lowest"),
        ]
        assert (table.status, table.player.at_ms) == ("paused", 28_000)
        assert not table.screen.query_one(Gauge).display


async def test_there_is_nothing_to_describe_where_the_dial_was_hardly_moved() -> None:
    async with desk(traced(((60_000, 5),))) as table:
        await table.press("enter")
        assert table.screen.dial.describing is None
        assert "no stretch stands out" in table.key_line


async def test_a_stretch_is_played_with_its_pre_roll_to_its_end_and_again_from_there() -> None:
    async with desk(traced()) as table:
        await table.press("enter", "space")
        await table.play(23_000)
        assert table.status == "paused"
        assert table.player.at_ms - 50_000 in range(300)
        assert table.samples == []
        await table.press("space")
        assert table.player.calls[-2:] == ["seek 28000", "play"]
        await table.play(1_000)
        await table.press("ctrl+r")
        assert table.player.at_ms == 28_000


async def test_a_letter_stops_and_begins_the_note_and_enter_goes_on_to_the_next() -> None:
    async with desk(traced()) as table:
        await table.press("enter", "space")
        await table.play(5_000)
        await table.press("h", "e", "space", "l", "i", "s", "t", "e", "n", "e", "d", "1", "0")
        assert (table.status, table.note, table.keys.moment) == ("paused", "he listened10", "writing")
        kept = table.log.draft
        assert kept is not None
        await table.press("enter")
        (mark,) = table.marks
        assert (mark.note, mark.start_ms, mark.end_ms, mark.helpful) == ("he listened10", 30_000, 50_000, 8)
        assert (table.describing.place, table.status, table.player.at_ms) == (1, "playing", 88_000)
        assert table.log.draft is None
        assert "“he listened10”" in table.shown


async def test_a_doubled_enter_does_not_pass_over_a_stretch() -> None:
    async with desk(traced()) as table:
        await table.press("enter", "a")
        await table.pilot.press("enter", "enter", "enter")
        await table.pilot.pause()
        assert (table.describing.place, table.keys.moment) == (1, "playing")


async def test_a_stretch_may_be_left_out_and_come_back_to() -> None:
    async with desk(traced()) as table:
        await table.press("enter", "down")
        assert "left out" in table.shown
        await table.press("up")
        assert (table.describing.place, table.status) == (0, "paused")
        await table.press("up")
        assert "this is the first one" in table.key_line
        await table.press("down", "down")
        assert "These were all." in table.shown
        await table.press("x")
        assert table.keys.moment == "ended"
        assert table.marks == []
        assert len([op for op in table.log.ops if isinstance(op.body, Stopped)]) == 2
        assert len([op for op in table.log.ops if isinstance(op.body, WentOn)]) == 2


async def test_what_was_written_is_undone_done_again_and_written_on() -> None:
    async with desk(traced()) as table:
        await table.press("enter", "a", "enter", "ctrl+z")
        assert (table.marks, table.describing.place) == ([], 0)
        assert [type(op.body) for op in table.log.ops if isinstance(op.body, Marked | Deleted)] == [Marked, Deleted]
        await table.press("ctrl+z")
        assert "nothing to undo" in table.key_line
        await table.press("ctrl+y")
        assert [mark.note for mark in table.marks] == ["a"]
        await table.press("b", "enter")
        assert [mark.note for mark in table.marks] == ["a b"]


async def test_backspace_in_an_empty_note_leaves_it() -> None:
    async with desk(traced()) as table:
        await table.press("enter", "a", "backspace", "backspace")
        assert (table.keys.moment, table.describing.place, table.marks) == ("stopped", 0, [])


async def test_the_cover_keeps_the_note_being_written() -> None:
    async with desk(traced()) as table:
        await table.press("enter", "h", "m", "tab")
        assert isinstance(table.on_top(), CoverScreen)
        assert "hm" not in table.shown
        await table.press("1")
        assert (table.note, table.keys.moment) == ("hm", "writing")


async def test_what_is_skipped_from_under_the_cover_is_the_stretch() -> None:
    async with desk(traced()) as table:
        await table.press("enter", "space")
        await table.play(7_000)
        await table.press("tab", "2")
        assert (table.describing.place, table.status) == (1, "playing")


async def test_the_help_and_the_keys_are_those_of_the_part() -> None:
    async with desk(traced()) as table:
        assert "1–9 dial" in table.key_line
        await table.press("enter")
        assert "next, leave out" in table.key_line
        assert "type a note" in table.key_line
        await table.press("question_mark")
        assert "any other letter stops and begins a note" in table.shown
        await table.press("question_mark", "ctrl+e")
        assert table.screen.dial.describing is None
        assert "1–9 dial" in table.key_line
        assert table.player.at_ms == 180_000


async def test_an_unfinished_note_is_there_again_after_a_break() -> None:
    loaded = msgspec.structs.replace(traced(), draft=Draft("half a th", 90_000, None, None, 90_000))
    async with desk(loaded) as table:
        assert (table.describing.place, table.note, table.keys.moment) == (1, "half a th", "writing")
        assert table.player.at_ms == 88_000
        await table.press("o", "t", "enter")
        assert [(mark.note, mark.start_ms) for mark in table.marks] == [("half a thot", 90_000)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_click_chooses_a_stretch_in_the_list_or_on_the_timeline(size: tuple[int, int]) -> None:
    async with desk(traced(), size=size) as table:
        await table.press("enter")
        await table.pilot.click(StretchesList, offset=(8, 1))
        assert table.describing.place == 1
        timeline = table.timeline
        row = next(
            y
            for y, slot in enumerate(timeline.rows.slots)
            if slot.kind == "lane" and timeline.lanes[slot.lane].name == "stretches"
        )
        await table.pilot.click(timeline, offset=(timeline.rows.gutter + timeline.scale.cell(40_000), row))
        assert table.describing.place == 0
        for words in ("highest ▲", "8.0 greatly helpful", "2.0 greatly hindering", "type: what was going on"):
            assert words in table.shown
        assert "rupture" not in table.shown


async def test_a_click_on_the_note_begins_it() -> None:
    async with desk(traced()) as table:
        await table.press("enter")
        await table.pilot.click(NoteArea)
        assert table.keys.moment == "writing"
