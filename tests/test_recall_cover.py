"""The recall screen: its cover, its end, and that nothing is lost on the way."""

import pytest
from textual.events import Key
from textual.widgets import Input, Static

from iprtool.model.layer import Closed, CoverUsed, Draft, LayerContent, Marked
from iprtool.model.mark import Mark
from iprtool.screens.closing import ClosingScreen
from iprtool.screens.cover import CoverScreen
from iprtool.screens.help import HelpScreen
from iprtool.screens.key_line import KeyLine
from iprtool.screens.note_area import NoteArea
from tests.fakes import content, protocol
from tests.recall_desk import desk, has_left, text_of


async def test_the_cover_silences_and_keeps_the_note_and_comes_back() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("h", "m", "tab")
        assert isinstance(table.on_top(), CoverScreen)
        assert table.player.state.muted
        assert "felt understood" not in text_of(table)
        assert table.log.draft is not None
        await table.press("1")
        assert table.on_top() is table.screen
        assert table.screen.query_one("#note", NoteArea).text == "hm"
        await table.press("space", "x", "enter")
        assert table.marks[0].note == "hm x"


async def test_the_cover_key_works_over_help_and_palette() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("question_mark")
        assert isinstance(table.on_top(), HelpScreen)
        await table.press("tab")
        assert isinstance(table.on_top(), CoverScreen)
        assert table.screen.recall.covered
        await table.press("1", "ctrl+p", "tab")
        assert isinstance(table.on_top(), CoverScreen)
        await table.press("1")
        assert table.on_top() is table.screen


async def test_a_stretch_skipped_from_the_cover_is_declined() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("tab", "2")
        assert table.player.at_ms == 39_000
        assert table.status == "playing"
        kinds = [span.kind for span in table.screen.recall.state.coverage.values()]
        assert kinds == ["played", "declined"]


async def test_escape_covers_too() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("escape")
        assert isinstance(table.on_top(), CoverScreen)


async def test_a_draft_is_there_again() -> None:
    draft = Draft("half a thou", 42_000, None, "stop-1", 42_000, 12)
    async with desk(loaded=LayerContent(content().head, draft=draft)) as table:
        assert table.player.at_ms == 42_000
        assert table.screen.query_one("#note", NoteArea).text == "half a thou"
        await table.press("g", "h", "t", "enter")
        assert [(mark.note, mark.start_ms) for mark in table.marks] == [("half a thought", 42_000)]


async def test_a_draft_of_a_marks_note_is_that_marks_again() -> None:
    mark = Mark("m", "recaller", "point", 42_000, 42_000, 12, note="half a thought", stop="stop-1")
    draft = Draft("half a thought, and", 42_000, "m", "stop-1", 42_000, 12)
    async with desk(loaded=LayerContent(content().head, (mark,), draft=draft)) as table:
        await table.press("space", "o", "n", "e", "enter")
        assert [(mark.id, mark.note) for mark in table.marks] == [("m", "half a thought, and one")]


async def test_ctrl_c_says_the_key_that_leaves_from_here() -> None:
    async with desk() as table:
        for keys, said in (((), "ctrl+q ends"), (("ctrl+q",), "enter goes on"), (("enter",), "enter leaves")):
            await table.press(*keys)
            table.app.action_help_quit()
            await table.pilot.pause()
            assert table.said[-1] == said


async def test_ending_saves_the_note_asks_and_shows_whom_to_turn_to() -> None:
    async with desk(contact="Call the clinic.") as table:
        await table.play(9_000)
        await table.press("x", "ctrl+q")
        assert isinstance(table.on_top(), ClosingScreen)
        assert table.marks[0].note == "x"
        assert table.status == "paused"
        await table.press("o", "k", "enter")
        assert "Call the clinic." in text_of(table)
        assert [op.body.answer for op in table.log.ops if isinstance(op.body, Closed)] == ["ok"]
        await table.press("enter")
        assert table.app._exit


async def test_the_end_says_what_is_saved_and_waits_for_the_disk() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("1")
        table.log.failing = True
        await table.press("ctrl+q", "o", "k", "enter")
        assert "NOT SAVED: The disk is full: free some room." in " ".join(text_of(table).split())
        assert "everything is saved" not in text_of(table)
        await table.press("enter")
        assert not has_left(table)
        table.log.failing = False
        table.screen.recall.saving.retry()
        await table.pilot.pause()
        assert "everything is saved" in text_of(table)
        assert "NOT SAVED" not in text_of(table)
        await table.press("enter")
        assert has_left(table)
        assert sum(isinstance(op.body, Closed) for op in table.log.ops) == 1


async def test_the_end_can_be_left_while_the_disk_fails() -> None:
    async with desk() as table:
        table.log.failing = True
        await table.press("ctrl+q", "enter", "ctrl+q")
        assert table.app._exit


async def test_what_the_player_says_is_told_once_in_the_key_line_and_not_over_the_words() -> None:
    async with desk() as table:
        await table.play(9_000)
        key_line = table.screen.query_one(KeyLine)
        for _ in range(2):
            table.player.become(message="The player was started again.")
            await table.pilot.pause()
            assert key_line.notice == "The player was started again."
            key_line.notice = ""
            table.player.become(volume=90)
            await table.pilot.pause()
            assert key_line.notice == ""
            table.player.become(message="")
            await table.pilot.pause()
        assert not list(table.app._notifications)


async def test_that_the_end_was_reached_is_no_longer_said_once_one_has_gone_back() -> None:
    async with desk(duration_ms=20_000) as table:
        await table.play(30_000)
        assert "the recording has ended" in text_of(table)
        await table.press("left")
        table.player.become(status="paused")
        await table.pilot.pause()
        assert "the recording has ended" not in text_of(table)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_at_the_end_the_keys_name_how_it_ends(size: tuple[int, int]) -> None:
    async with desk(duration_ms=20_000, size=size) as table:
        await table.play(30_000)
        for _ in range(2):
            assert "space play again · ctrl+q end" in text_of(table).splitlines()[-1]
            table.screen.clear_notice("the recording has ended")
            await table.pilot.pause()
        await table.press("left")
        assert "ctrl+q end" not in text_of(table).splitlines()[-1]
    prompts = protocol(kind="interval", prompt_every_ms=10_000, ask_helpful=True, may_stop=("program",))
    async with desk(duration_ms=20_000, size=size, protocol=prompts) as table:
        await table.watch(12_000)
        asked = table.screen.query_one("#asked", Static)
        assert "ctrl+q ends" not in str(asked.content)
        await table.press("enter")
        await table.watch(12_000)
        assert str(asked.content).endswith("enter goes on. ctrl+q ends.")
        await table.press("enter")
        await table.play(5_000)
        assert "ctrl+q end" in text_of(table).splitlines()[-1]


async def test_escape_closes_the_help_or_the_palette_and_covers_nothing_then() -> None:
    async with desk() as table:
        for key in ("question_mark", "ctrl+p"):
            await table.press(key)
            assert table.on_top() is not table.screen
            await table.press("escape")
            assert table.on_top() is table.screen
            assert not table.screen.recall.covered
        await table.press("escape")
        assert table.screen.recall.covered


@pytest.mark.parametrize("size", [(20, 5), (30, 8), (40, 12)])
async def test_the_cover_is_named_in_the_smallest_terminal(size: tuple[int, int]) -> None:
    async with desk(size=size) as table:
        assert "tab cover" in text_of(table).splitlines()[-1]
        await table.play(9_000)
        assert "tab cover" in text_of(table).splitlines()[-1]
        await table.press("x")
        assert "tab cover" in text_of(table).splitlines()[-1]


async def test_what_is_not_saved_is_said_and_saved_later() -> None:
    async with desk() as table:
        await table.play(9_000)
        table.log.failing = True
        await table.press("1")
        assert "NOT SAVED" in text_of(table)
        table.log.failing = False
        await table.press("2")
        await table.pilot.pause()
        assert "NOT SAVED" not in text_of(table)
        assert sum(isinstance(op.body, Marked) for op in table.log.ops) == 2


async def test_what_is_typed_fast_keeps_its_order() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.pilot.press(*"he was", "space", "space", *"on 9 > 8", "enter")
        await table.pilot.pause()
        assert [mark.note for mark in table.marks] == ["he was  on 9 > 8"]
        table.now_s += 1
        await table.pilot.press("space", "space", "space", "0", *"unsu", "enter", "space", "X")
        await table.pilot.pause()
        assert table.screen.query_one("#note", NoteArea).text == "X"
        assert [code.code for mark in table.marks for code in mark.codes] == ["unsure"]


async def test_the_closing_answer_outlives_the_cover() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("ctrl+q", *"odd", "tab")
        assert isinstance(table.on_top(), CoverScreen)
        await table.press("2")
        assert isinstance(table.on_top(), ClosingScreen)
        assert table.status == "paused"
        assert table.log.draft is not None
        assert (table.log.draft.text, table.log.draft.closing) == ("odd", True)
        await table.press("!", "enter")
        assert [op.body.answer for op in table.log.ops if isinstance(op.body, Closed)] == ["odd!"]
        assert table.log.draft is None


async def test_a_closing_answer_left_unfinished_is_there_again() -> None:
    draft = Draft("half", 9_000, closing=True)
    async with desk(loaded=LayerContent(content().head, draft=draft)) as table:
        assert not table.screen.writing
        await table.press("ctrl+q", "!", "enter")
        assert [op.body.answer for op in table.log.ops if isinstance(op.body, Closed)] == ["half!"]


async def test_no_palette_over_the_cover_or_at_the_end_and_the_cover_key_uncovers_nothing() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("tab", "ctrl+p", "question_mark")
        assert isinstance(table.on_top(), CoverScreen)
        await table.press("tab")
        assert isinstance(table.on_top(), CoverScreen)
        assert table.screen.recall.covered
        await table.press("5", "ctrl+p")
        assert isinstance(table.on_top(), ClosingScreen)


@pytest.mark.parametrize("start_covered", [False, True])
async def test_space_and_enter_which_a_startled_hand_hits_next_do_not_uncover(start_covered: bool) -> None:
    async with desk(protocol=protocol(start_covered=start_covered)) as table:
        if not start_covered:
            await table.play(9_000)
            await table.press("tab")
        await table.press("space", "enter", "space", "enter", "tab", "enter", "space")
        assert isinstance(table.on_top(), CoverScreen)
        assert table.screen.recall.covered
        assert table.status == "paused"
        assert table.player.state.muted
        await table.press("down", "down", "up", "enter")
        assert table.on_top() is table.screen
        assert not table.screen.recall.covered


@pytest.mark.parametrize("key", ["1", "enter", "2", "5"])
async def test_a_way_on_that_is_pressed_twice_is_taken_once(key: str) -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("tab", *(["down"] if key == "enter" else []))
        for _ in range(4):
            table.app.post_message(Key(key, key))
        for _ in range(3):
            await table.pilot.pause()
        assert table.app.is_running
        assert not table.screen.recall.covered
        assert sum(isinstance(op.body, CoverUsed) for op in table.log.ops) == 2


async def test_the_cover_key_leads_back_from_a_time_to_the_ways_on() -> None:
    async with desk() as table:
        await table.play(9_000)
        await table.press("tab", "4", "1", "x", "tab")
        cover = table.on_top()
        assert isinstance(cover, CoverScreen)
        assert not cover.query_one(Input).display
        assert cover.query_one(Input).value == "1"
        await table.press("4", "0", "colon", "7", "0", "enter")
        assert "'0:70' is not a time" in text_of(table)
        assert "esc back to the list" in text_of(table)
        assert cover.query_one("#cover-ways").styles.text_opacity < 1
        await table.press("escape")
        assert "esc back" not in text_of(table)
        assert cover.query_one("#cover-ways").styles.text_opacity == 1
        await table.press("5")
        assert isinstance(table.on_top(), ClosingScreen)


async def test_an_enter_that_is_held_at_the_end_leaves_the_contact_card_standing() -> None:
    async with desk(contact="Call the clinic.") as table:
        await table.play(9_000)
        await table.press("ctrl+q")
        for _ in range(5):
            table.app.post_message(Key("enter", None))
        for _ in range(3):
            await table.pilot.pause()
        assert "Call the clinic." in text_of(table)
        assert not has_left(table)
        table.now_s += 1
        for _ in range(5):
            table.app.post_message(Key("enter", None))
        for _ in range(3):
            await table.pilot.pause()
        assert has_left(table)
        assert table.app._exception is None
