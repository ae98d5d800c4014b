"""The cover of a review and of a coding: over whatever is open, silent and still, and taken away on purpose only."""

from typing import Any

import pytest

from iprtool.screens.plain_cover import PlainCover
from tests import coding_desk, test_review_screen

HURRIED = ("space", "enter", "tab", "escape", "q", "n", "ctrl+p")
OPENED = [(), ("question_mark",), ("ctrl+p",), ("n", "h", "o"), ("ctrl+f",)]


async def covered_and_back(table: Any, opened: tuple[str, ...]) -> None:
    """Play, open something, cover, press what a startled person presses, and take the cover away."""
    await table.press("space")
    assert table.status == "playing"
    await table.press(*opened, "tab", *HURRIED)
    assert isinstance(table.app.screen, PlainCover)
    assert table.shown.split() == ["Covered.", "1", "show", "it", "again"]
    assert (table.status, table.player.state.muted) == ("paused", True)
    await table.press("1")
    assert table.app.screen is table.screen
    assert (table.status, table.player.state.muted) == ("paused", False)


@pytest.mark.parametrize("opened", OPENED)
async def test_one_key_covers_a_review_and_what_is_open_over_it(opened: tuple[str, ...]) -> None:
    async with test_review_screen.desk(size=(80, 24)) as table:
        await covered_and_back(table, opened)


@pytest.mark.parametrize("opened", OPENED)
async def test_one_key_covers_a_coding_and_what_is_open_over_it(opened: tuple[str, ...]) -> None:
    async with coding_desk.desk(size=(80, 24)) as table:
        await covered_and_back(table, opened)


async def test_a_note_that_is_being_written_is_there_again() -> None:
    async with coding_desk.desk() as table:
        await table.press("x", "n", "h", "m", "tab", "x", "1", "x")
        assert table.drafted == "hmx"
