"""The dial's screen by its keys and mouse: it plays, the dial is moved and drawn, and what is over it."""

import msgspec
import pytest
from textual.events import MouseScrollDown

from iprtool.commands import DESCRIBE, DIAL, RECALL, Command, first_keys, key_line, of_face
from iprtool.commands.dial import tables
from iprtool.model.layer import Closed, CoverUsed, LayerContent, Stopped, SyncMarked, ViewChanged
from iprtool.screens.closing import ClosingScreen
from iprtool.screens.cover import CoverScreen
from iprtool.screens.dial import DialScreen
from iprtool.screens.dial_gauge import Gauge
from iprtool.screens.help import HelpScreen
from iprtool.timeline.lanes import TraceLane
from iprtool.timeline.scale import Scale
from tests.dial_desk import SIZES, desk, dial_head, traced


async def test_it_begins_paused_at_neutral_with_the_picture_hidden() -> None:
    async with desk(filmed=True) as table:
        assert (table.status, table.value, table.player.at_ms) == ("paused", 5, 0)
        assert table.screen.watching is None
        assert "▶ 5" in table.shown
        assert "space plays" in table.shown


@pytest.mark.parametrize("up", ["up", "right"])
@pytest.mark.parametrize("down", ["down", "left"])
async def test_arrows_move_the_dial_a_step_and_held_ones_go_on_to_its_end(up: str, down: str) -> None:
    async with desk() as table:
        await table.press(up)
        assert table.value == 6
        await table.press(*[up] * 7)
        assert table.value == 9
        await table.press(*[down] * 3)
        assert table.value == 6
        assert "▶ 6" in table.shown
        await table.press(*[down] * 9)
        assert table.value == 1


async def test_digits_jump_and_0_goes_back_to_neutral() -> None:
    async with desk() as table:
        for digit in range(1, 10):
            await table.press(str(digit))
            assert table.value == digit
        await table.press("0")
        assert table.value == 5


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (60, 14), (30, 8), (20, 5)])
async def test_the_dial_can_be_read_without_colour_and_is_set_by_a_click_drag_or_wheel(size: tuple[int, int]) -> None:
    async with desk(size=size) as table:
        gauge = table.screen.query_one(Gauge)
        for value in (9, 5, 1, 7):
            await table.press(str(value))
            if gauge.size.height:
                assert f"▶ {value}" in "\n".join(gauge.render_line(y).text for y in range(gauge.size.height))
        if size < (80, 24):
            return
        text = [gauge.render_line(y).text for y in range(gauge.size.height)]
        assert [line.count("█") > 0 for line in text if "helpful" in line] == [False, False, True, True]
        row = next(y for y, line in enumerate(text) if "greatly hindering" in line)
        await table.pilot.click(gauge, offset=(3, row))
        assert table.value == 2
        await table.pilot.mouse_down(gauge, offset=(3, row))
        top = next(y for y, line in enumerate(text) if "extremely helpful" in line)
        await table.pilot.hover(gauge, offset=(3, top))
        await table.pilot.mouse_up(gauge, offset=(3, top))
        assert table.value == 9
        await table.pilot.hover(gauge, offset=(3, row))
        assert table.value == 9
        await table.pilot._post_mouse_events([MouseScrollDown], gauge, (3, 3))
        assert table.value == 8


async def test_what_is_rated_is_saved_and_drawn_as_it_comes() -> None:
    async with desk() as table:
        await table.press("space", "8")
        await table.play(4_000)
        assert {value for at_ms, value in table.samples if at_ms > 0} == {8}
        assert table.player.at_ms - max(at_ms for at_ms, _ in table.samples) < 500
        lane = next(lane for lane in table.timeline.lanes if isinstance(lane, TraceLane))
        drawn = "".join(lane.draw(Scale(600_000, 60, 1_000))[0].glyphs)
        assert drawn.strip()
        assert any(glyph in table.shown for glyph in drawn.strip())


async def test_the_screen_asks_for_ten_samples_a_second() -> None:
    async with desk() as table:
        assert table.screen._ticker._interval == pytest.approx(0.1)


async def test_space_stops_and_goes_on_from_there_and_is_no_stop_of_a_recall() -> None:
    async with desk() as table:
        await table.press("space")
        await table.play(3_000)
        await table.press("space")
        assert table.status == "paused"
        assert table.samples[-1:] == [(3_000, 5)]
        count = len(table.samples)
        await table.press("7")
        await table.play(1_000)
        assert len(table.samples) == count
        await table.press("space")
        assert table.player.calls[-1] == "play"
        assert table.player.at_ms == 3_000
        assert not [op for op in table.log.ops if isinstance(op.body, Stopped)]


async def test_going_back_rates_the_stretch_once_more() -> None:
    async with desk() as table:
        await table.press("space")
        await table.play(8_000)
        await table.press("shift+left", "9")
        assert table.player.at_ms == 3_000
        await table.play(2_000)
        await table.press("space")
        assert {value for at_ms, value in table.samples if at_ms == 4_000} == {5, 9}


async def test_the_cover_is_there_at_once_over_help_and_palette_too() -> None:
    async with desk() as table:
        for before in ((), ("question_mark",), ("ctrl+p",)):
            await table.press("space", *before, "tab")
            assert isinstance(table.on_top(), CoverScreen)
            assert (table.status, table.player.state.muted) == ("paused", True)
            assert "helpful" not in table.shown
            await table.press("1")
            assert table.on_top() is table.screen
            assert not table.player.state.muted
            if before == ():
                await table.press("space")


async def test_escape_closes_the_help_and_else_covers() -> None:
    async with desk() as table:
        await table.press("question_mark")
        assert isinstance(table.on_top(), HelpScreen)
        await table.press("escape")
        assert table.on_top() is table.screen
        await table.press("escape")
        assert isinstance(table.on_top(), CoverScreen)


async def test_what_is_skipped_from_the_cover_is_declined_and_not_rated() -> None:
    async with desk() as table:
        await table.press("space", "2")
        await table.play(9_000)
        await table.press("tab", "2")
        assert (table.status, table.player.at_ms) == ("playing", 39_000)
        await table.play(1_000)
        kinds = [span.kind for span in table.screen.dial.state.coverage.values()]
        assert kinds == ["played", "declined"]
        assert not [at_ms for at_ms, _ in table.samples if 9_000 < at_ms < 39_000]
        assert [op.body.on for op in table.log.ops if isinstance(op.body, CoverUsed)] == [True, False]


async def test_it_ends_by_way_of_the_closing_question_and_the_contact_card() -> None:
    async with desk() as table:
        await table.press("space")
        await table.play(2_000)
        await table.press("ctrl+q")
        assert isinstance(table.on_top(), ClosingScreen)
        assert table.status == "paused"
        await table.press("w", "e", "l", "l", "enter")
        assert "Call the site." in table.shown
        assert table.log.ops[-1].body == Closed("well")
        assert not table.app._exit
        await table.press("enter")
        assert table.app._exit


async def test_ctrl_g_shows_the_picture_and_the_dial_stays_however_large_it_is() -> None:
    async with desk(filmed=True, size=(80, 24)) as table:
        await table.press("ctrl+g")
        assert [op.body for op in table.log.ops] == [ViewChanged("shown", 0)]
        await table.press("ctrl+d", "space")
        assert table.screen.query_one("#picture").size.width > 0
        for value in (1, 9):
            await table.press(str(value))
            assert f"▶ {value}" in table.shown
        await table.press("tab")
        assert table.picture.shows[-1][0] == "hidden"


async def test_the_protocols_settings_hold() -> None:
    async with desk(filmed=True, view="pixelated", planned_minutes=50) as table:
        assert table.picture.shows[-1][0] == "pixelated"
        assert "50:00 left" in table.shown
    async with desk(filmed=True, audio_only=True) as table:
        await table.press("ctrl+g")
        assert table.screen.watching is None
    async with desk(start_covered=True) as table:
        assert isinstance(table.on_top(), CoverScreen)


async def test_after_a_break_it_goes_on_where_it_was_paused() -> None:
    async with desk(traced(((20_000, 5), (20_000, 7)))) as table:
        assert (table.status, table.player.at_ms, table.value) == ("paused", 40_000, 7)
        assert "⠉" in table.shown or "⠒" in table.shown or "⣀" in table.shown


async def test_at_its_end_a_space_does_not_begin_it_anew() -> None:
    async with desk(LayerContent(msgspec.structs.replace(dial_head(), duration_ms=8_000))) as table:
        await table.press("space")
        await table.play(9_000)
        assert "nothing stands out; enter goes on" in table.key_line
        count = len(table.samples)
        await table.press("space")
        assert table.status == "ended"
        assert len(table.samples) == count


ENDS = [(((8_000, 9), (8_000, 1)), "the end; enter goes on to describing"), ((), "nothing stands out; enter goes on")]


@pytest.mark.parametrize(("levels", "said"), ENDS)
async def test_at_its_end_enter_goes_on_and_how_it_ends_is_named_in_eighty_columns(
    levels: tuple[tuple[int, float], ...], said: str
) -> None:
    loaded = traced(levels)
    loaded = msgspec.structs.replace(loaded, head=msgspec.structs.replace(loaded.head, duration_ms=20_000))
    async with desk(loaded, size=(80, 24)) as table:
        table.player.seek(16_000)
        await table.press("5", "space")
        await table.play(5_000)
        for _ in range(2):
            for words in (said, "tab cover", "ctrl+q end"):
                assert words in table.key_line
                assert len(table.key_line) <= 80
            await table.press("space")
        table.screen.clear_notice(said)
        assert table.key_line.startswith(" enter go on · ctrl+q end · tab cover · ")
        await table.press("enter")
        if levels:
            assert [one.kind for one in table.describing.stretches] == ["highest", "lowest"]
            return
        assert isinstance(table.on_top(), ClosingScreen)
        await table.press("enter")
        assert "Thank you." in table.shown


async def test_an_enter_that_is_held_at_the_end_answers_no_closing_question() -> None:
    async with desk(LayerContent(msgspec.structs.replace(dial_head(), duration_ms=8_000))) as table:
        await table.press("space")
        await table.play(9_000)
        for _ in range(4):
            await table.pilot.press("enter")
        assert "What is it like to have watched this?" in table.shown


async def test_clicking_the_timeline_goes_there() -> None:
    async with desk() as table:
        await table.press("space")
        await table.play(1_000)
        timeline = table.timeline
        await table.pilot.click(timeline, offset=(timeline.rows.gutter + 20, 1))
        assert table.player.at_ms > 20_000
        assert table.samples[-1][0] == 1_000


async def test_a_failing_disk_is_told_and_nothing_is_lost_once_it_is_well() -> None:
    async with desk() as table:
        await table.press("space")
        table.log.failing = True
        await table.play(2_000)
        await table.press("space")
        assert "NOT SAVED" in table.shown
        table.log.failing = False
        table.screen.dial.saving.retry()
        await table.pilot.pause()
        assert "NOT SAVED" not in table.shown
        assert {at_ms for at_ms, _ in table.samples} == set(range(0, 2_001, 100))


async def test_a_sync_tone_is_sounded_and_its_time_is_kept() -> None:
    async with desk() as table:
        await table.press("space")
        await table.play(2_000)
        await table.press("ctrl+k")
        assert "tone" in table.player.calls
        assert [op.body for op in table.log.ops if isinstance(op.body, SyncMarked)] == [SyncMarked(2_000, True)]
        assert "sync tone at 00:02" in table.key_line


async def test_nothing_is_copied_and_the_palette_has_only_what_is_here() -> None:
    async with desk() as table:
        table.app.copy_to_clipboard("secret")
        assert table.app.clipboard == ""
        names = {command.title for command in table.app.get_system_commands(table.screen)}
        assert names == {command.label for command in table.screen.commands if command.palette}
        assert not any("screenshot" in name.casefold() for name in names)


@pytest.mark.parametrize("table", [DIAL, DESCRIBE])
def test_every_command_has_its_action_and_its_own_keys(table: tuple[Command, ...]) -> None:
    keys = [key for command in table for key in command.keys.split(",")]
    assert len(keys) == len(set(keys))
    for command in table:
        assert hasattr(DialScreen, f"action_{command.action.partition('(')[0]}"), command.id
    assert not [key for key in keys if len(key) == 1 and key.isalpha()]


@pytest.mark.parametrize("table", [DIAL, DESCRIBE])
def test_the_key_line_fits_eighty_columns(table: tuple[Command, ...]) -> None:
    for moment in ("playing", "stopped", "writing"):
        mine = of_face(table, "participant")
        shown = key_line(mine, moment)[: first_keys(mine, moment)]
        assert len(" " + " · ".join(f"{keys} {text}" for keys, text, _ in shown)) <= 80


def test_a_keymap_of_a_recall_moves_the_keys_here_too() -> None:
    dial, describe = tables({"word_1": "ampersand", "undo": "ctrl+u", "all_words": "agrave"})
    keys = {one.id: one.keys for one in (*dial, *describe)}
    assert keys["turn_to"] == "ampersand,2,3,4,5,6,7,8,9"
    assert keys["neutral"] == "agrave"
    assert keys["undo"] == "ctrl+u"
    assert tables({}) == (DIAL, DESCRIBE)
    assert {one.id for one in RECALL if one.priority} <= {one.id for one in DIAL}


@pytest.mark.parametrize("size", SIZES)
async def test_every_level_and_every_line_has_its_place(size: tuple[int, int]) -> None:
    async with desk(size=size) as table:
        shown = table.shown
        for words in ("extremely helpful", "neutral", "extremely hindering", "dial ", "played", "whole", "tab cover"):
            assert words in shown
        assert all(len(line) <= size[0] for line in shown.splitlines())
