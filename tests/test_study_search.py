"""Searching a whole study on the screen: found as it is typed and read; Enter wishes for the review, there."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from iprtool.library.wish import Wish
from iprtool.model.errors import StoreError
from iprtool.model.layer import LayerContent
from iprtool.model.linking import MarkRef, Tag, Theme
from iprtool.model.mark import Rupture
from iprtool.model.study import Dyad, Session, Utterance
from iprtool.reviewing.across import SessionWords, withheld_text
from iprtool.reviewing.links import Links
from iprtool.reviewing.search import entries_of
from iprtool.screens.hits_table import HitsTable
from iprtool.screens.study_search import Looked, StudySearchScreen
from tests.review_samples import layer, mark
from tests.screen_desk import screen_text

SIZES = [(80, 24), (120, 40), (200, 60), (40, 12), (20, 5)]


def words_of(dyad: Dyad, number: int, content: LayerContent, talk: list[Utterance]) -> SessionWords:
    session = Session(f"{dyad.label}-{number}", dyad.id, number)
    return SessionWords(dyad, session, entries_of([(content.head.by, content)], talk))


GOOD, BAD = Dyad("d1", "D01", "good"), Dyad("d2", "D02", "bad")
WORDS = [
    words_of(
        GOOD,
        3,
        layer("client", mark("c1", 61_000, word="felt_safe", note="warm\x1b[31m [red]water")),
        [Utterance(5_000, 6_000, "therapist", "It is warm.")],
    ),
    words_of(BAD, 5, layer("therapist", mark("t1", 9_000, note="warm", rupture=Rupture("withdrawal"))), []),
]


class Study:
    """A study in memory; where `gate` is shut, the second session waits for it."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.fails = False
        self.withheld = ""

    def links(self) -> Links:
        return Links({"th": Theme("shame"), "tag": Tag("th", MarkRef("client", "c1"))})

    def count(self) -> int:
        return len(WORDS)

    def read(self) -> Iterator[SessionWords]:
        for number, one in enumerate(WORDS):
            if number:
                self.gate.wait(30)
                if self.fails:
                    raise StoreError("A layer is damaged: verify the study.")
            yield msgspec.structs.replace(one, withheld=self.withheld)


class Desk(App[None]):
    """The search over an empty screen, what it ended with, and what it remembers."""

    def __init__(self, study: Study, looked: Looked) -> None:
        super().__init__()
        self.search = StudySearchScreen("Study", study, looked)
        self.ended: list[Wish | None] = []
        self.pilot: Pilot[None]

    def on_mount(self) -> None:
        self.push_screen(self.search, self.ended.append)

    @property
    def shown(self) -> str:
        return screen_text(self)

    @property
    def found(self) -> str:
        return str(self.search.query_one("#search-said", Static).content)

    async def settle(self) -> None:
        await self.workers.wait_for_complete()
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.pilot.press(*("space" if one == " " else one for one in text))
        await self.pilot.pause()


@asynccontextmanager
async def desk(
    size: tuple[int, int] = (100, 30), looked: Looked | None = None, prepare: Callable[[Study], None] = lambda _: None
) -> AsyncIterator[Desk]:
    study = Study()
    prepare(study)
    table = Desk(study, looked or Looked())
    async with table.run_test(size=size) as pilot:
        table.pilot = pilot
        await pilot.pause()
        if study.gate.is_set():
            await table.settle()
        yield table
        study.gate.set()
        await table.settle()


async def test_what_is_not_searched_since_somebody_withdrew_is_said() -> None:
    def withheld(study: Study) -> None:
        study.withheld = "D02-C withdrew on 2026-01-01, so nothing of theirs is used."

    async with desk((80, 24), prepare=withheld) as table:
        await table.type("warm")
        assert table.found == "3 found · D02-C withdrew on 2026-01-01, so nothing of theirs is used."


def test_of_several_who_withdrew_the_others_are_counted() -> None:
    assert withheld_text(["", "A withdrew.", "A withdrew."]) == "A withdrew."
    assert withheld_text(["A withdrew.", "B withdrew.", "C withdrew."]) == "A withdrew. And so for 2 others."
    assert withheld_text([""]) == ""


async def test_what_is_typed_is_found_in_every_session() -> None:
    async with desk() as table:
        await table.type("warm")
        assert table.found == "3 found"
        rows = [line.rstrip() for line in table.shown.splitlines()[3:7]]
        assert rows == [
            " session   at       who        what",
            "▸D01 · 3   00:05    therapist  It is warm.",
            " D01 · 3   01:01    client     ● felt safe  “warm�[31m [red]water”",
            " D02 · 5   00:09    therapist  ● withdrawal rupture  “warm”",
        ]
        await table.type(" group:bad")
        assert table.found == "1 found"
        await table.pilot.press("ctrl+u")
        await table.type("theme:shame")
        assert table.found == "1 found"
        await table.type("d rupture:yes")
        assert table.found == "rupture is one of any, withdrawal, confrontation, mixed, unclear"


async def test_enter_wishes_for_the_review_of_the_session_there() -> None:
    async with desk() as table:
        await table.type("warm")
        await table.pilot.press("down", "enter")
        await table.pilot.pause()
        assert table.ended == [Wish("review", "D01-3", 61_000, MarkRef("client", "c1"))]


async def test_a_click_takes_a_hit_and_esc_leaves() -> None:
    async with desk() as table:
        await table.type("warm")
        await table.pilot.click(HitsTable, offset=(5, 1))
        await table.pilot.pause()
        assert table.ended == [Wish("review", "D01-3", 5_000, None)]
    async with desk() as table:
        await table.type("q?")
        await table.pilot.press("enter", "escape")
        await table.pilot.pause()
        assert table.ended == [None]


async def test_what_was_looked_for_is_there_the_next_time() -> None:
    looked = Looked()
    async with desk(looked=looked) as table:
        await table.type("warm")
        await table.pilot.press("down", "down", "enter")
    async with desk(looked=looked) as table:
        assert table.found == "3 found"
        await table.pilot.press("enter")
        await table.pilot.pause()
        assert table.ended == [Wish("review", "D02-5", 9_000, MarkRef("therapist", "t1"))]


async def test_what_is_read_is_found_while_the_rest_is_read() -> None:
    async with desk(prepare=lambda study: study.gate.clear()) as table:
        await table.type("warm")
        for _ in range(1_000):
            if "2 found" in table.found:
                break
            await table.pilot.pause(0.02)
        assert table.found == "2 found · read 1 of 2 sessions"


async def test_a_layer_that_cannot_be_read_is_said() -> None:
    def spoil(study: Study) -> None:
        study.fails = True

    async with desk(prepare=spoil) as table:
        assert [notice.message for notice in table._notifications] == ["A layer is damaged: verify the study."]
        await table.type("warm")
        assert table.found.startswith("2 found")


async def test_many_hits_are_gone_through_by_pages_and_only_those_in_view_are_drawn() -> None:
    many = layer("client", *(mark(f"m{n}", n * 50, note=f"note {n}") for n in range(10_000)))
    async with desk() as table:
        table.search._sessions = [words_of(GOOD, 3, many, [])]
        await table.type("note")
        assert table.found == "10000 found"
        hits = table.search.query_one(HitsTable)
        await table.pilot.press("pagedown", "pagedown", "up")
        assert "▸" in table.shown
        assert hits.at == 2 * (hits.size.height - 2) - 1
        hits.move(20_000)
        await table.pilot.pause()
        assert "“note 9999”" in table.shown
        assert len([line for line in table.shown.splitlines() if "● a note" in line]) <= hits.size.height


@pytest.mark.parametrize("size", SIZES)
async def test_it_works_at_every_size(size: tuple[int, int]) -> None:
    async with desk(size) as table:
        await table.type("warm")
        await table.pilot.press("down", "down", "down", "up", "pageup", "enter")
        await table.pilot.pause()
        assert table.ended == [Wish("review", "D01-3", 5_000, None)]
