"""The recall screen in supervision: chosen moments, and the lessons learned."""

import msgspec
import pytest

from iprtool.model.layer import (
    Closed,
    LayerContent,
    LessonsLearned,
)
from iprtool.model.protocol import PROTOCOLS
from iprtool.screens.closing import ClosingScreen
from iprtool.screens.cover import CoverScreen
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.lessons import LessonsScreen
from tests.recall_desk import bodies, desk, has_left, text_of


async def test_chosen_moments_are_counted_and_lessons_come_before_the_end() -> None:
    async with desk("therapist", protocol=PROTOCOLS["supervision"], contact="Call the clinic.") as table:
        for _ in range(2):
            await table.watch(4_000)
            await table.press("ctrl+x", *"he looked away ", *"and away" * 8, "enter")
        assert table.screen.query_one(HeadLine).right.startswith("2 of 3 chosen · ")
        assert "★○" in next(line for line in text_of(table).splitlines() if line.startswith("mine"))
        await table.press("ctrl+q")
        assert table.on_top() is table.screen
        assert table.screen.query_one(KeyLine).notice == "2 of 3 chosen; ctrl+q again ends"
        await table.press("ctrl+q")
        assert isinstance(table.on_top(), LessonsScreen)
        assert text_of(table).count("★") == 2
        assert text_of(table).count("“he looked away and away") == 2
        assert text_of(table).count("…”") == 2
        await table.press(*"slow")
        assert table.log.draft is not None
        assert (table.log.draft.text, table.log.draft.lessons) == ("slow", True)
        await table.press("tab")
        assert isinstance(table.on_top(), CoverScreen)
        await table.press("1", "enter")
        assert bodies(table, LessonsLearned) == [LessonsLearned("slow")]
        assert isinstance(table.on_top(), ClosingScreen)
        await table.press("o", "k", "enter")
        assert "Call the clinic." in text_of(table)
        assert bodies(table, Closed) == [Closed("ok")]
        await table.press("enter")
        assert has_left(table)


@pytest.mark.parametrize("key", ["enter", "ctrl+q"])
async def test_lessons_are_not_passed_over_by_one_key_too_much(key: str) -> None:
    async with desk("therapist", protocol=PROTOCOLS["supervision"]) as table:
        await table.press("ctrl+q", "ctrl+q")
        for _ in range(3):
            await table.pilot.press(key)
        await table.pilot.pause()
        assert isinstance(table.on_top(), LessonsScreen)
        assert "nothing is written yet; enter again goes on without it" in text_of(table)
        await table.press("x")
        assert "nothing is written" not in text_of(table)
        await table.press("backspace", key, key)
        assert isinstance(table.on_top(), ClosingScreen)


async def test_lessons_are_there_again_when_the_recall_is_opened_once_more() -> None:
    async with desk("therapist", protocol=PROTOCOLS["supervision"]) as table:
        await table.press("ctrl+q", "ctrl+q", *"listen", "enter", "enter", "enter")
        assert has_left(table)
    again = LayerContent(table.screen.recall.head, ops=tuple(table.log.ops), closed=True)
    async with desk("therapist", loaded=again) as table:
        await table.press("ctrl+q", "ctrl+q", "!", "enter")
        assert bodies(table, LessonsLearned) == [LessonsLearned("listen!")]


async def test_from_the_cover_one_ends_however_many_moments_are_chosen() -> None:
    async with desk("therapist", protocol=PROTOCOLS["supervision"]) as table:
        await table.press("tab", "5")
        assert isinstance(table.on_top(), LessonsScreen)


async def test_lessons_left_unfinished_are_there_again() -> None:
    async with desk("therapist", protocol=PROTOCOLS["supervision"]) as table:
        await table.press("ctrl+q", "ctrl+q", *"half")
        draft, loaded = table.log.draft, table.log.loaded
    again = msgspec.structs.replace(loaded, draft=draft)
    async with desk("therapist", loaded=again) as table:
        assert not table.screen.writing
        await table.press("ctrl+q", "ctrl+q", "!", "enter")
        assert bodies(table, LessonsLearned) == [LessonsLearned("half!")]
