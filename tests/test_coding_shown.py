"""What the coding screen shows: codes, notes, glosses, clicks, any size, what cannot be saved."""

import re

import msgspec

from iprtool.codebooks.loader import shipped
from iprtool.commands import CODING, without_picture
from iprtool.model.layer import LayerContent
from iprtool.screens.coding import CodingScreen
from iprtool.screens.coding_panes import columns_of, lines_of
from iprtool.screens.help import HelpScreen
from tests.coding_desk import SIZES, desk
from tests.coding_samples import Coder, coding_content


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


async def test_what_a_code_means_is_cut_after_a_word_and_i_shows_all_of_it() -> None:
    book = shipped("3rs-2015")
    entry = msgspec.structs.replace(book.codes[0], gloss=" ".join(f"word{at}" for at in range(40)))
    odd = msgspec.structs.replace(book, codes=(entry, *book.codes[1:]))
    content = LayerContent(msgspec.structs.replace(coding_content().head, codebook=odd))
    for size in SIZES[:2]:
        async with desk(loaded=content, size=size) as table:
            assert re.search(r" word\d+ … \(i\)", table.shown)
            assert "word39" not in table.shown
            await table.press("i")
            assert "word39" in table.shown
            await table.press("enter", "s", "i")
            assert "rated 1 to 5" in table.shown
            await table.press("escape")
            assert table.app.screen is table.screen


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
        await table.press("C", *["down"] * 9)
        assert "redirects or refocuses" in table.shown
        await table.press("c")
        assert "▸    1 denial" in table.shown


def test_no_key_of_a_coding_does_two_things_and_every_command_has_its_action() -> None:
    keys = [key for command in CODING for key in command.keys.split(",")]
    assert len(keys) == len(set(keys))
    bound = {binding.id for binding in CodingScreen.BINDINGS}  # type: ignore[union-attr]  # all are Binding
    assert bound == {command.id for command in CODING if not command.priority}
    assert all(hasattr(CodingScreen, f"action_{command.action}") for command in CODING)
