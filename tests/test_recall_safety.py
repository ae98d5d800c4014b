"""The recall screen's safety: begun under the cover, by sound alone, picture and words as the protocol says."""

import pytest

from iprtool.model.layer import CoverUsed, LayerContent
from iprtool.model.protocol import PROTOCOLS
from iprtool.model.study import Utterance
from iprtool.screens.cover import CoverScreen
from iprtool.screens.recording import Filmed
from tests.fakes import FakePicture, FakePlayer, protocol
from tests.recall_desk import bodies, desk, text_of

WORDS = [Utterance(0, 2_000, "therapist", "How was the week?"), Utterance(2_000, 5_000, "client", "Long.")]


async def test_it_begins_under_the_cover_where_the_protocol_says_so() -> None:
    async with desk(protocol=protocol(start_covered=True)) as table:
        assert isinstance(table.on_top(), CoverScreen)
        assert bodies(table, CoverUsed) == [CoverUsed(True, 0)]
        await table.press("1")
        assert table.on_top() is table.screen
        assert table.status == "paused"


OPENED: dict[str, tuple[str, ...]] = {
    "card": ("space", "ctrl+o"),
    "asked": ("space",),
    "words": ("0",),
    "leads": ("ctrl+l",),
    "edit": ("space", "1", "ctrl+e"),
    "edit, in its words": ("space", "1", "ctrl+e", "down", "down"),
    "find": ("ctrl+f",),
    "note": ("h", "i"),
    "help": ("question_mark",),
    "palette": ("ctrl+p",),
    "lessons": ("ctrl+q", "ctrl+q"),
    "closing": ("ctrl+q", "ctrl+q", "enter", "enter"),
    "card at the end": ("ctrl+q", "ctrl+q", "enter", "enter", "x", "enter"),
}


@pytest.mark.parametrize("opened", OPENED)
async def test_the_cover_is_one_key_away_and_nothing_is_selected_whatever_is_open(opened: str) -> None:
    chosen = PROTOCOLS["couple"] if opened == "asked" else PROTOCOLS["supervision"]
    async with desk(protocol=chosen, words=WORDS) as table:
        await table.watch(4_000)
        await table.press(*OPENED[opened])
        # Of the palette only the commands' names could be selected, and nothing is copied.
        assert opened == "palette" or not table.app.screen.allow_select
        await table.press("tab")
        assert isinstance(table.on_top(), CoverScreen)
        assert not table.app.screen.allow_select
        assert table.player.state.muted
        assert table.status == "paused"
        assert "felt understood" not in text_of(table)


def filmed(opened: list[FakePicture]) -> Filmed:
    def show() -> FakePicture:
        opened.append(FakePicture(FakePlayer()))
        return opened[-1]

    return Filmed(show)


async def test_audio_only_has_no_picture_and_no_way_to_one() -> None:
    opened: list[FakePicture] = []
    async with desk(filmed=filmed(opened), protocol=protocol(audio_only=True, view="shown")) as table:
        for key in ("ctrl+g", "ctrl+d"):
            await table.press(key)
            assert opened == []
            assert "this recall is by sound alone" in text_of(table)
        assert "picture" not in [command.id for command in table.screen.commands]


async def test_the_picture_is_seen_at_the_start_as_the_protocol_says_and_that_is_kept() -> None:
    opened: list[FakePicture] = []
    async with desk(filmed=filmed(opened), protocol=protocol(view="left_covered")) as table:
        assert [view for view, _ in opened[0].shows] == ["left_covered"]
        assert [op.body for op in table.log.ops if op.kind == "view_change"]
    async with desk(filmed=filmed(opened)) as table:
        assert len(opened) == 1


async def test_begun_under_the_cover_the_picture_is_not_seen_before_it_is_lifted() -> None:
    opened: list[FakePicture] = []
    async with desk(filmed=filmed(opened), protocol=protocol(view="shown", start_covered=True)) as table:
        assert seen(opened) == "hidden"
        await table.press("1")
        assert seen(opened) == "shown"


async def test_gone_on_with_the_picture_is_as_it_was_left_and_one_that_was_hidden_stays_so() -> None:
    opened: list[FakePicture] = []
    left = protocol(view="left_covered", start_covered=True)
    async with desk(filmed=filmed(opened), protocol=left) as table:
        await table.press("1", *["ctrl+g"] * 2)
        assert seen(opened) == "hidden"
    again = LayerContent(table.screen.recall.head, ops=tuple(table.log.ops))
    async with desk(filmed=filmed(opened), loaded=again) as table:
        await table.press("1")
        assert len(opened) == 1
        await table.press(*["ctrl+g"] * 2)
        assert seen(opened) == "pixelated"
    again = LayerContent(again.head, ops=(*again.ops, *table.log.ops))
    async with desk(filmed=filmed(opened), loaded=again) as table:
        await table.press("1")
        assert seen(opened) == "pixelated"


def seen(opened: list[FakePicture]) -> str:
    return opened[-1].shows[-1][0]


@pytest.mark.parametrize("shows", [True, False])
async def test_the_words_spoken_are_there_only_where_the_protocol_shows_them(shows: bool) -> None:
    async with desk(words=WORDS, protocol=protocol(show_transcript=shows)) as table:
        assert ("How was the week?" in text_of(table)) is shows
        assert ("transcript" in [command.id for command in table.screen.commands]) is shows
        await table.press("ctrl+u")
        assert "How was the week?" not in text_of(table)
