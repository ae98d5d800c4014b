"""The coding screen by its keys: a segment in few of them, evidence, notes, the whole session, the lock."""

import msgspec
import pytest

from iprtool.commands import CODING
from iprtool.edits import Hand
from iprtool.model.layer import Draft, LayerContent, Locked, Unblinded, Unlocked
from iprtool.screens.coding_dialogs import LeftScreen, LockScreen
from iprtool.screens.key_line import KeyLine
from iprtool.timeline.widget import TimelineView
from tests.coding_desk import SIZES, Desk, desk, lane
from tests.coding_samples import Coder, coding_content


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("codebook", ["3rs-2015", "3rs-2022"])
async def test_the_segment_with_its_codes_and_the_timeline_are_there_at_every_size(
    codebook: str, size: tuple[int, int]
) -> None:
    async with desk(codebook, size) as table:
        shown = table.shown
        assert "D01 · session 3 · coding by K1" in shown
        assert "segment 1 of 3 · 00:00–05:00 · not finished" in shown
        assert "segments 0/3  session 0/" in shown
        assert "1 denial" in shown
        assert ("[ ]   WD_P withdrawal, patient" in shown) is (codebook == "3rs-2022")
        assert "stops at the segment's end" in shown
        assert ("line 0" in shown) is (size[0] >= 100)
        assert "space play · enter finished, next" in shown.splitlines()[-1]
        assert [one.name for one in table.screen.query_one(TimelineView).lanes] == [
            "sound",
            "speech",
            "segments",
            "evidence",
            "played",
        ]


async def test_a_segment_of_the_2015_version_is_coded_by_a_few_keys() -> None:
    async with desk() as table:
        await table.press("2", "plus", "c", "3", "minus", "c", "0", "enter")
        assert table.codes() == {
            "wd_minimal_response": "plus",
            "cf_complaints_about_activities": "minus",
            "rs_redirects_or_refocuses": "plain",
        }
        assert table.screen.coding.sheet.is_finished(0)
        assert "segment 2 of 3 · 05:00–10:00" in table.shown
        assert table.player.at_ms == 300_000
        assert "W1 C1 R1 ✓" in lane(table.shown, "segments")


async def test_a_segment_of_the_2022_version_is_rated_and_says_how_it_showed() -> None:
    async with desk("3rs-2022") as table:
        await table.press("3", "plus", "plus", "c", "2", "enter")
        assert table.codes() == {"wd_p": 3, "wd_t": 2, "cf_p": 1, "cf_t": 1, "wd_minimal_response": None}
        await table.press("b")
        assert "[3]   WD_P withdrawal, patient somewhat salient" in table.shown
        assert "●  2 minimal response" in table.shown.replace("● 2", "●  2")
        assert "WD_P 3 WD_T 2 ✓" in lane(table.shown, "segments")


async def test_nothing_found_is_one_key() -> None:
    async with desk() as table:
        await table.press("enter", "enter", "enter")
        assert table.screen.coding.left.segments == ()
        assert "whole session · enter or s goes back" in table.shown
        assert lane(table.shown, "segments").count("✓") >= 1


async def test_what_was_not_played_is_finished_all_the_same_and_it_is_said() -> None:
    async with desk() as table:
        await table.press("enter")
        assert table.screen.coding.sheet.is_finished(0)
        assert table.screen.query_one(KeyLine).notice == "finished, without being played"
        await table.press("space")
        await table.play(400_000)
        table.screen.clear_notice("finished, without being played")
        await table.press("enter")
        assert table.screen.coding.sheet.is_finished(1)
        assert table.screen.query_one(KeyLine).notice == ""


async def test_all_scales_are_rated_in_as_many_digits_and_undo_goes_back() -> None:
    async with desk() as table:
        await table.press("s", *"31242")
        assert [one.rating for one in table.screen.coding.board.rows] == [3, 1, 2, 4, 2]
        last = table.screen.coding.row.id
        await table.press("up", "5")
        assert [one.rating for one in table.screen.coding.board.rows] == [3, 1, 2, 5, 2]
        assert table.screen.coding.row.id == last
        await table.press("ctrl+z")
        assert table.screen.coding.row.label == table.screen.coding.board.rows[3].label


async def test_a_held_enter_finishes_one_segment() -> None:
    async with desk() as table:
        table.now_s += 1
        await table.pilot.press("enter", "enter", "enter")
        assert table.screen.coding.left.segments == (1, 2)
        table.now_s += 1
        await table.pilot.press("x", "n", "a", "enter", "enter")
        assert table.screen.coding.left.segments == (1, 2)
        assert table.screen.coding.note == "a"


async def test_a_code_is_put_there_taken_off_and_brought_back() -> None:
    async with desk() as table:
        await table.press("j", "x")
        assert table.codes() == {"wd_minimal_response": "plain"}
        await table.press("x")
        assert table.codes() == {}
        await table.press("ctrl+z", "equals_sign", "k", "1", "delete")
        assert table.codes() == {"wd_minimal_response": "plain"}
        await table.press("ctrl+z", "ctrl+y")
        assert table.codes() == {"wd_minimal_response": "plain"}


async def test_it_stops_at_the_segments_end_or_plays_on() -> None:
    async with desk() as table:
        await table.press("space")
        await table.play(310_000)
        assert (table.status, table.player.at_ms) == ("paused", 300_000)
        assert "segment 1 of 3" in table.shown
        await table.press("o", "p")
        await table.play(310_000)
        assert table.status == "playing"
        assert "segment 1 of 3 · 00:00–05:00 · not finished · the recording is in segment 2" in table.shown
        await table.press("enter")
        assert "segment 2 of 3" in table.shown
        assert table.player.at_ms == 310_000
        await table.press("r")
        assert table.player.at_ms == 300_000


async def test_evidence_is_marked_where_the_key_was_pressed_and_noted() -> None:
    async with desk() as table:
        await table.press("space")
        await table.play(65_000)
        await table.press("e", "n")
        assert table.status == "paused"
        assert table.screen.query_one(KeyLine).moment == "writing"
        await table.write("looks away, e x n q 5")
        assert table.drafted == "looks away, e x n q 5"
        await table.press("enter")
        (mark,) = table.screen.coding.state.marks.values()
        assert (mark.start_ms, mark.note, mark.author) == (65_000, "looks away, e x n q 5", "coder")
        assert table.drafted == ""
        assert "◆1" in table.shown
        assert "▸01:05 denial “looks away, e x n q 5”" in " ".join(table.shown.split())
        assert lane(table.shown, "evidence") == "◆"
        await table.press("down", "up", "m", "delete")
        assert len(table.screen.coding.state.marks) == 0
        assert table.codes() == {"wd_denial": "plain"}


async def test_a_stretch_of_evidence_begins_and_ends() -> None:
    async with desk() as table:
        await table.press("right", "comma", "right", "full_stop")
        (mark,) = table.screen.coding.state.marks.values()
        assert (mark.kind, mark.start_ms, mark.end_ms) == ("interval", 5_000, 10_000)
        await table.press("full_stop")
        assert table.said[-1] == "No evidence mark of this segment is open: , begins one."


async def test_letters_typed_right_after_the_notes_key_are_the_notes() -> None:
    async with desk() as table:
        await table.pilot.press("x", "n", "e", "b", "L", "enter")
        await table.pilot.pause()
        value = table.screen.coding.sheet.code(0, "wd_denial")
        assert value is not None
        assert (value.note, value.evidence) == ("ebL", ())
        assert table.app.screen is table.screen


async def test_a_half_written_note_is_there_again() -> None:
    coder = Coder()
    coder.coding.go(1)
    coder.code("cf_rejects_intervention")
    coder.coding.toggle()
    (entity,) = coder.coding.state.values
    loaded = coder.again().log.loaded
    loaded = LayerContent(loaded.head, ops=loaded.ops, values=loaded.values, draft=Draft("half wri", 300_000, entity))
    async with desk(loaded=loaded) as table:
        assert "half wri" in table.shown
        assert "segment 2 of 3" in table.shown
        await table.write("tten")
        await table.press("enter")
        value = table.screen.coding.sheet.code(1, "cf_rejects_intervention")
        assert value is not None
        assert value.note == "half written"


async def test_the_whole_session_is_rated_and_what_is_left_is_listed() -> None:
    async with desk() as table:
        await table.press("enter", "s", "4", "9")
        assert table.said[-1] == "significance of confrontation is rated 1 to 5."
        await table.press("2")
        assert "session 2/5" in table.shown
        await table.press("l")
        assert isinstance(table.app.screen, LeftScreen)
        assert "segments 2–3: not finished" in table.shown
        assert "whole session: overall resolution" in table.shown
        assert "finished without being played whole: 1" in table.shown
        await table.press("l", "s", "u")
        assert "segment 3 of 3" in table.shown
        await table.press("L")
        assert isinstance(table.app.screen, LockScreen)
        assert "finished without being played whole: 1" in table.shown


async def test_the_lock_is_refused_while_something_is_left_unless_a_reason_is_given() -> None:
    async with desk() as table:
        await table.press("L")
        assert isinstance(table.app.screen, LockScreen)
        assert "This is not locked yet, since segments 1–3 are not finished" in " ".join(
            table.shown.split("│")
        ).replace("  ", " ")
        await table.press("enter")
        assert not table.is_locked()
        await table.write("no sound")
        await table.press("enter")
        assert table.is_locked()
        assert "LOCKED" in table.shown
        assert (table.log.ops[-1].kind, table.log.ops[-1].reason) == ("lock", "no sound")


async def test_the_lock_is_not_reached_by_going_back() -> None:
    async with desk() as table:
        await table.press("L", "escape")
        assert table.app.screen is table.screen
        assert not table.is_locked()


async def test_of_a_locked_coding_nothing_is_changed_by_any_key() -> None:
    coder = Coder()
    coder.coding.mark_evidence()
    coder.coding.lock("enough")
    loaded = coder.again().log.loaded
    async with desk(loaded=loaded) as table:
        for command in CODING:
            if command.id not in ("end", "palette", "help", "left", "meaning"):
                await table.press(command.keys.split(",")[0])
        assert table.log.ops == []
        assert "LOCKED" in table.shown
        assert "is locked and stays as it is" in " ".join(table.said)


async def test_the_key_line_of_a_locked_coding_names_nothing_that_changes_it() -> None:
    coder = Coder()
    async with desk(size=(200, 60)) as table:
        assert "enter finished, next" in keys_of(table)
    coder.coding.lock("enough")
    async with desk(loaded=coder.again().log.loaded, size=(200, 60)) as table:
        keys = keys_of(table)
        assert keys.startswith("space play")
        assert not any(one in keys for one in ("finished", "rating", "evidence here", "note", "lock", "undo", "found"))
        assert "f next segment" in keys


async def test_a_coder_who_was_unblinded_is_told_so() -> None:
    hand = Hand("researcher", "dev")
    ops = (hand.op("layer-1", Locked()), hand.op("layer-1", Unblinded()))
    loaded = LayerContent(coding_content().head, ops=ops, locked=True)
    async with desk(loaded=loaded) as table:
        assert "LOCKED, unblinded" in table.shown


async def test_a_coding_that_was_unlocked_says_why_as_it_was_written() -> None:
    hand = Hand("researcher", "dev")
    unlocked = msgspec.structs.replace(hand.op("layer-1", Unlocked()), reason="look [bold]again[/] at 3")
    loaded = LayerContent(coding_content().head, ops=(hand.op("layer-1", Locked()), unlocked))
    async with desk(loaded=loaded) as table:
        assert table.said == ["This coding was unlocked by the researcher: look [bold]again[/] at 3"]
        assert [notice.markup for notice in table.app._notifications] == [False]


def keys_of(table: Desk) -> str:
    """The key line."""
    return table.shown.splitlines()[-1].strip()
