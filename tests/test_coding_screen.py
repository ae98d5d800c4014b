"""The coding screen by its keys: a segment in few of them, evidence, notes, the whole session, the lock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from iprtool.app import IprtoolApp
from iprtool.codebooks.loader import shipped
from iprtool.commands import CODING, without_picture
from iprtool.edits import Hand
from iprtool.model.layer import Draft, LayerContent, Locked, Unblinded, Unlocked
from iprtool.model.study import Utterance
from iprtool.screens.coding import CodingScreen
from iprtool.screens.coding_dialogs import LeftScreen, LockScreen
from iprtool.screens.coding_panes import columns_of, lines_of
from iprtool.screens.help import HelpScreen
from iprtool.screens.key_line import KeyLine
from iprtool.timeline.widget import TimelineView
from tests.coding_samples import Coder, coding_content
from tests.fakes import FakeLog, FakePlayer
from tests.screen_desk import ScreenDesk, running

SIZES = [(80, 24), (120, 40), (200, 60)]
TALK = [
    Utterance(at * 10_000, at * 10_000 + 9_000, "client" if at % 2 else "therapist", f"line {at}") for at in range(72)
]


class Desk(ScreenDesk):
    """A coding in a running app, with its fake player and log."""

    def __init__(self, loaded: LayerContent) -> None:
        self.player, self.log = FakePlayer(loaded.head.duration_ms), FakeLog(loaded)
        hand = Hand("coder", "dev")
        self.screen = CodingScreen(loaded, TALK, self.player, self.log, hand, monotonic=lambda: self.now_s)
        self.app = IprtoolApp(self.screen)

    async def press(self, *keys: str) -> None:
        """Keys, each well after the one before."""
        for key in keys:
            self.now_s += 1
            await self.pilot.press(key)
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        await self.press(*("space" if letter == " " else letter for letter in text))

    async def play(self, to_ms: int) -> None:
        """Time passes, and the screen looks at it."""
        while self.player.at_ms < to_ms and self.player.state.status == "playing":
            self.player.run(min(10_000, to_ms - self.player.at_ms))
            await self.pilot.pause()
            self.screen._tick()
        await self.pilot.pause()

    @property
    def drafted(self) -> str:
        """The note that is kept as it is typed."""
        return self.log.draft.text if self.log.draft else ""

    def is_locked(self) -> bool:
        return self.screen.coding.locked

    @property
    def said(self) -> list[str]:
        """The notices so far."""
        return [notice.message for notice in self.app._notifications]

    def codes(self, segment: int = 0) -> dict[str, Any]:
        codes = self.screen.coding.sheet.codes(segment)
        return {one.code: one.rating if one.rating is not None else one.clarity for one in codes}


@asynccontextmanager
async def desk(
    codebook: str = "3rs-2015", size: tuple[int, int] = (120, 40), loaded: LayerContent | None = None
) -> AsyncIterator[Desk]:
    async with running(Desk(loaded or coding_content(codebook)), size) as table:
        yield table


def lane(shown: str, name: str) -> str:
    """The row of a lane, without its name."""
    return next(line for line in shown.splitlines() if line.startswith(name))[len(name) :].strip()


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
        await table.press("2", "plus", "tab", "3", "minus", "tab", "0", "enter")
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
        await table.press("3", "plus", "plus", "tab", "2", "enter")
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
            if command.id not in ("end", "palette", "help", "left"):
                await table.press(command.keys.split(",")[0])
        assert table.log.ops == []
        assert "LOCKED" in table.shown
        assert "is locked and stays as it is" in " ".join(table.said)


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


async def test_codes_and_notes_are_shown_as_they_are_written() -> None:
    book = shipped("3rs-2015")
    entry = msgspec.structs.replace(book.codes[0], label="[red]no[/red] way", gloss="[b]", group="[x]")
    scales = (msgspec.structs.replace(book.session_ratings[0], label="[/] odd"),)
    odd = msgspec.structs.replace(book, codes=(entry,), session_ratings=scales)
    async with desk(loaded=LayerContent(msgspec.structs.replace(coding_content().head, codebook=odd))) as table:
        await table.press("e", "n", "[", "/", "]", "enter")
        assert "[red]no[/red] way" in table.shown
        assert "“[/]”" in table.shown
        await table.press("L")
        assert "whole session: [/] odd" in table.shown
        await table.press("escape", "s", "9")
        assert table.said[-1] == "[/] odd is rated 1 to 5."


async def test_where_there_is_room_each_code_has_its_gloss() -> None:
    async with desk(size=(200, 60)) as table:
        assert "The client turns to stories or to something else" in table.shown


async def test_a_click_chooses_a_code_and_another_finds_it() -> None:
    async with desk() as table:
        pane = table.screen.query_one("#codes")
        await table.pilot.click(pane, offset=(8, 3))
        assert table.screen.coding.code == "wd_abstract_communication"
        await table.pilot.click(pane, offset=(8, 3))
        await table.pilot.pause()
        assert table.codes() == {"wd_abstract_communication": "plain"}


async def test_a_rating_is_stepped_by_clicks_and_gone_after_its_highest() -> None:
    async with desk("3rs-2022") as table:
        pane = table.screen.query_one("#codes")
        for expected in ({"wd_p": 1}, {"wd_p": 2}, {"wd_p": 3}, {"wd_p": 4}, {"wd_p": 5}, {}):
            await table.pilot.click(pane, offset=(8, 1))
            await table.pilot.pause()
            assert table.codes() == expected


async def test_it_lives_through_a_terminal_of_any_size() -> None:
    async with desk() as table:
        for size in ((20, 5), (1, 1), (300, 8), (40, 100), (80, 24)):
            await table.pilot.resize_terminal(*size)
            await table.press("1", "down", "e", "n", "a", "enter", "t", "s", "s", "f")
        assert "segment" in table.shown


async def test_what_cannot_be_saved_is_said_and_leaving_asks_twice() -> None:
    async with desk() as table:
        table.log.failing = True
        await table.press("1")
        assert table.said[-1] == "The disk is full: free some room."
        assert "NOT SAVED" in table.shown
        await table.press("q")
        assert not table.app._exit
        await table.press("q")
        assert table.app._exit


async def test_help_and_palette_come_from_the_table() -> None:
    async with desk() as table:
        await table.press("question_mark")
        assert isinstance(table.app.screen, HelpScreen)
        assert "any other letter" not in table.shown
        await table.press("q")
        listed = [one.title for one in table.app.get_system_commands(table.screen)]
        assert listed == [one.label for one in without_picture(CODING) if one.palette]


def test_columns_break_before_groups_where_all_fits_so() -> None:
    lines = lines_of(Coder().coding.board)
    assert [line for line in lines if isinstance(line, str)] == ["withdrawal", "confrontation", "resolution strategy"]
    assert [len(column) for column in columns_of(lines, 3, 12)] == [8, 8, 11]
    assert [len(column) for column in columns_of(lines, 2, 14)] == [14, 13]
    assert [len(column) for column in columns_of(lines, 2, 16)] == [16, 11]
    assert [len(column) for column in columns_of(lines, 1, 30)] == [27]


async def test_the_chosen_code_stays_in_view_where_not_all_fit() -> None:
    async with desk(size=(80, 16)) as table:
        await table.press("shift+tab", *["down"] * 9)
        assert "redirects or refocuses" in table.shown
        await table.press("tab")
        assert "▸    1 denial" in table.shown


def test_no_key_of_a_coding_does_two_things_and_every_command_has_its_action() -> None:
    keys = [key for command in CODING for key in command.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert {binding.id for binding in CodingScreen.BINDINGS} == {command.id for command in CODING}  # type: ignore[union-attr]  # all are Binding
    assert all(hasattr(CodingScreen, f"action_{command.action}") for command in CODING)
