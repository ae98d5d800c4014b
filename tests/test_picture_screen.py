"""The picture on the screens, by its keys: what is seen of it, where, and that nothing of it outlives the cover."""

import re
import subprocess
import sys

import pytest
from rich.color import ColorSystem
from textual.events import AppBlur, AppFocus, Key

from iprtool.app import IprtoolApp
from iprtool.edits import Hand
from iprtool.model.terms import Face
from iprtool.screens.key_line import AWAY, KeyLine
from iprtool.screens.note_area import NoteArea
from iprtool.screens.recall import RecallScreen
from iprtool.screens.watching import VIEWS
from tests.fakes import FakeLog, FakePlayer, content
from tests.picture_desk import desk


async def test_a_recall_begins_with_the_picture_hidden_and_not_even_opened() -> None:
    async with desk() as table:
        await table.press("space")
        assert table.opened == 0
        assert table.views == []
        assert table.clock()


async def test_the_key_goes_through_the_views_and_each_is_on_record() -> None:
    async with desk() as table:
        await table.press("space")
        table.player.run(9_000)
        seen = []
        for _ in range(6):
            await table.press("ctrl+g")
            seen.append((table.picture.state.view, table.notice))
        assert [view for view, _ in seen] == ["shown", "pixelated", "left_covered", "right_covered", "hidden", "shown"]
        assert table.views == [(view, 9_000) for view, _ in seen]
        assert len({notice for _, notice in seen}) == 5
        assert table.opened == 1


async def test_a_recording_without_picture_says_so() -> None:
    player = FakePlayer()
    screen = RecallScreen(content(), player, FakeLog(), Hand("client", "dev"), "participant")
    app = IprtoolApp(screen)
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert screen.query_one(KeyLine).notice == "this recording has no picture"
        assert "picture" not in [command.id for command in screen.commands]
        assert "picture" not in [command.title for command in app.get_system_commands(screen)]


async def test_a_frame_fills_the_stage_and_the_clock_stands_below_it() -> None:
    async with desk() as table:
        await table.press("ctrl+g")
        assert table.pane.size.width > 30
        assert table.picture.wants[-1] == (table.pane.size.width, 2 * table.pane.size.height, 12.0)
        await table.give((200, 40, 40))
        assert table.colours == {(200, 40, 40)}
        assert not table.clock()
        assert re.search(r"00:00 +space plays", table.shown)


async def test_the_next_frame_is_asked_for_when_the_last_is_out_and_not_before() -> None:
    async with desk() as table:
        await table.press("ctrl+g")
        frame = table.picture.give()
        assert table.picture.wants == []
        await table.pilot.pause()
        assert table.pane.frame is frame
        assert len(table.picture.wants) == 1


async def test_over_ssh_fewer_frames_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    async with desk() as table:
        await table.press("ctrl+g")
        assert table.picture.wants[-1][2] == 6


def test_nothing_of_the_picture_is_imported_before_it_is_wanted() -> None:
    code = "import sys, iprtool.app; print(*(name for name in sys.modules if name.startswith('iprtool.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    late = {"watching", "picture_pane", "half_blocks", "kitty", "sixel", "cells", "asking"}
    assert not {f"iprtool.screens.{name}" for name in late} & set(done.stdout.split())
    assert "iprtool.player.picture_remote" not in done.stdout.split()


async def test_the_view_changes_while_a_note_is_written_and_while_a_mark_is_edited() -> None:
    async with desk() as table:
        await table.press("a", "ctrl+g", "b")
        assert table.screen.query_one("#note", NoteArea).text == "ab"
        await table.press("enter", "space", "up", "ctrl+e", "ctrl+g")
        assert table.seen == "pixelated"
        assert [view for view, _ in table.views] == ["shown", "pixelated"]


async def test_large_the_side_is_away_while_it_plays_and_back_at_a_stop() -> None:
    async with desk() as table:
        await table.press("ctrl+g", "ctrl+d", "space")
        assert table.notice == "the picture is large while it plays"
        assert not table.side()
        assert table.pane.size.width > 90
        await table.press("h")
        assert table.side()
        assert table.screen.query_one("#note", NoteArea).text == "h"
        await table.press("enter")
        assert not table.side()
        await table.press("ctrl+d")
        assert table.side()


async def test_a_window_that_nobody_chose_is_not_missed() -> None:
    async with desk(in_window=True) as table:
        await table.press("ctrl+g")
        table.picture.become(message="VLC could not open a window here; the picture stays in the terminal.")
        await table.pilot.pause()
        assert not table.app._notifications
        table.picture.become(failed=True, message="The picture cannot be read here.")
        await table.pilot.pause()
        assert [one.message for one in table.app._notifications] == ["The picture cannot be read here."]


async def test_large_what_is_typed_at_once_while_it_plays_is_all_in_the_note() -> None:
    async with desk() as table:
        await table.press("ctrl+g", "ctrl+d", "space")
        for letter in "the way he looked":
            table.app.post_message(Key(letter if letter != " " else "space", letter))
        await table.pilot.pause()
        await table.pilot.pause()
        assert table.side()
        assert table.screen.query_one("#note", NoteArea).text == "the way he looked"


async def test_a_window_is_offered_only_where_one_can_be_opened() -> None:
    async with desk(windows=True) as table:
        await table.press("ctrl+g", "ctrl+d", "ctrl+d")
        assert table.picture.shows[-1] == ("shown", True)
        assert not table.pane.display
        assert table.clock()
        await table.press("ctrl+g")
        assert table.picture.shows[-1] == ("pixelated", True)
        await table.press("ctrl+d")
        assert table.pane.display


async def test_where_no_window_can_be_opened_the_picture_is_in_the_terminal() -> None:
    async with desk(in_window=True) as table:
        await table.press("ctrl+g")
        assert table.picture.shows[-1] == ("shown", True)
        assert table.pane.display
        await table.give()
        assert table.colours
        await table.press("ctrl+d")
        assert table.notice == "the picture is large while it plays"


async def test_a_hidden_picture_has_no_place() -> None:
    async with desk() as table:
        await table.press("ctrl+d")
        assert table.notice == "the picture is hidden; ctrl+g shows it"


async def test_what_failed_is_told_once() -> None:
    async with desk() as table:
        await table.press("ctrl+g")
        table.picture.become(failed=True, message="The picture cannot be read here.")
        table.picture.become(windows=True)
        await table.pilot.pause()
        assert [notice.message for notice in table.app._notifications] == ["The picture cannot be read here."]


async def test_steps_land_on_the_neighbouring_frames_and_a_held_key_goes_on() -> None:
    async with desk() as table:
        await table.press("space")
        table.player.run(9_010)
        await table.press("space", "ctrl+g")
        await table.give()
        await table.press("shift+right")
        assert table.player.at_ms == 9_040
        await table.give()
        await table.pilot.press(*["shift+right"] * 5)
        assert table.player.at_ms == 9_240
        await table.give()
        await table.press("shift+left")
        assert table.player.at_ms == 9_200


async def test_while_keys_go_elsewhere_the_screen_says_how_to_come_back() -> None:
    async with desk() as table:
        await table.press("space")
        table.app.post_message(AppBlur())
        await table.pilot.pause()
        assert AWAY in table.shown
        table.app.post_message(AppFocus())
        await table.pilot.pause()
        assert AWAY not in table.shown
        await table.press("h", "i")
        assert table.screen.query_one("#note", NoteArea).text == "hi"
        table.app.post_message(AppBlur())
        await table.pilot.pause()
        assert AWAY not in table.shown


async def test_a_review_begins_with_the_picture_shown() -> None:
    async with desk(None) as table:
        assert table.picture.shows == [("shown", False)]
        await table.give()
        assert table.colours == {(200, 40, 40)}
        await table.press("g")
        assert table.picture.state.view == "pixelated"
        await table.press("d", "space")
        assert not table.side()
        await table.press("space")
        assert table.side()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 12), (20, 5)])
@pytest.mark.parametrize("face", ["therapist", None])
async def test_it_works_at_every_size(size: tuple[int, int], face: Face | None) -> None:
    async with desk(face, size) as table:
        for _ in VIEWS:
            await table.press("ctrl+g", "ctrl+d", "space")
            if table.picture.wants:
                await table.give()
            await table.press("space")
        assert len(table.picture.shows) > len(VIEWS)


@pytest.mark.parametrize(
    ("colours", "no_color", "drawn"),
    [
        (ColorSystem.TRUECOLOR, True, "▀"),
        (ColorSystem.EIGHT_BIT, False, "▀"),
        (ColorSystem.STANDARD, False, "%"),
        (None, True, "%"),
    ],
)
async def test_with_few_colours_or_none_it_can_still_be_read(
    monkeypatch: pytest.MonkeyPatch, colours: ColorSystem | None, *, no_color: bool, drawn: str
) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    async with desk(colours=colours) as table:
        await table.press("ctrl+g")
        await table.give((200, 240, 220))
        assert f"{drawn * 20}" in table.shown
        if no_color:
            assert all(red == green == blue for red, green, blue in table.colours)
