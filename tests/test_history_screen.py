"""The history at the screen: it comes in by parts, is narrowed, and a change is taken back after what is asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.widgets import Static

from iprtool.codebooks.loader import shipped
from iprtool.desk.codings import begin_coding
from iprtool.desk.history import StudyHistory
from iprtool.edits import Hand
from iprtool.history.change import Change
from iprtool.model.coding import SegmentCode
from iprtool.model.layer import Locked, Put
from iprtool.model.study import Dyad, Session
from iprtool.screens.dialogs import ConfirmScreen
from iprtool.screens.history import HistoryScreen
from iprtool.screens.key_line import HeadLine
from iprtool.screens.library_form import FormScreen
from iprtool.screens.row_list import RowList
from iprtool.store.keys import create_open_keyring
from iprtool.store.layer import LayerFile, read_layer
from iprtool.store.study import Study
from tests.registers_desk import calm, press, write
from tests.store_samples import a_study


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    with create_open_keyring(tmp_path / "open.keyring") as keyring, a_study(tmp_path, keyring) as made:
        yield made


class HistoryApp(App[None]):
    def __init__(self, book: Any) -> None:
        super().__init__()
        self.history = HistoryScreen(book, "A")

    def on_mount(self) -> None:
        self.push_screen(self.history)

    @property
    def said(self) -> str:
        return str(self.history.query_one("#said", Static).content)

    @property
    def head(self) -> tuple[str, str]:
        head = self.history.query_one(HeadLine)
        return head.left, head.right

    def lines(self) -> list[str]:
        rows = self.history.query_one(RowList)
        lines = ["".join(part.text for part in rows.render_line(y)).rstrip() for y in range(rows.size.height)]
        return [line for line in lines if line]


async def test_it_shows_who_changed_what_and_takes_it_back(study: Study) -> None:
    study.put(Dyad("d", "D06", "recovered"))
    study.put(Session("s5", "d", 5))
    app = HistoryApp(StudyHistory(study))
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        assert app.head == ("iprtool  A · history", "6 of 6 changes")
        first = app.lines()[0]
        assert "researcher" in first
        assert "D06·5" in first
        assert first.endswith("session 5 added")
        await press(pilot, "u")
        assert app.said == "Taken back: session 5 added."
        assert [one.number for one in study.sessions()] == [3]
        assert app.lines()[0].endswith("session 5 taken away")
        await press(pilot, "down", "down", "u")
        assert study.dyads() == [Dyad("d", "D05")]
        await press(pilot, "down", "down", "u")
        assert app.said.startswith("! ")


async def test_it_is_narrowed_and_found_in(study: Study) -> None:
    app = HistoryApp(StudyHistory(study))
    async with app.run_test(size=(120, 40)) as pilot:
        await calm(pilot)
        await press(pilot, "k")
        assert app.head == ("iprtool  A · history · dyad", "1 of 4 changes")
        await press(pilot, "a", "s")
        assert app.head[0] == "iprtool  A · history · D05 · session 3"
        await press(pilot, "a", "slash")
        await write(pilot, "text", "RECORDING")
        await press(pilot, "enter")
        assert app.head == ("iprtool  A · history · “RECORDING”", "1 of 4 changes")
        await press(pilot, "enter")
        assert isinstance(app.screen, ConfirmScreen)
        assert "duration: 1000" in str(app.screen.query(Static)[1].content)
        await press(pilot, "escape")
        app.history.wanted = app.history.wanted.__class__(text="nothing like it")
        app.history.show_changes()
        await press(pilot, "u", "enter")
        assert app.lines() == []


async def test_a_refusal_goes_with_the_change_that_it_was_said_of(study: Study) -> None:
    app = HistoryApp(StudyHistory(study))
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        for away in (("k",), ("k", "a"), ("a", "s")):
            await press(pilot, "u")
            assert app.said.startswith("! ")
            await press(pilot, *away)
            assert not app.said.startswith("!")
            assert " · on " in app.said
        await press(pilot, "a", "u", "down")
        assert not app.said.startswith("!")


async def test_what_is_cut_off_shows_as_an_ellipsis() -> None:
    class Book(SlowBook):
        def parts(self) -> Iterator[tuple[float, list[Change]]]:
            yield 1.0, [Change("1", "2026-01-01T00:00:00.000Z", "d", "me", "mark", "read instead of seen " * 9)]

    app = HistoryApp(Book())
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        assert app.lines()[0].endswith("…")
        assert len(app.lines()[0]) <= 80


async def test_a_locked_coding_is_asked_about(study: Study) -> None:
    coding = begin_coding(study, study.sessions()[0], "K1", codebook=shipped("3rs-2015"))
    hand = Hand("observer", "device")
    with LayerFile(study.path_of(coding.layer), study.key_of(coding.layer)) as log:
        code = SegmentCode(0, shipped("3rs-2015").codes[0].id)
        log.commit([hand.op("v", Put(code)), hand.op(coding.layer, Locked())]).result()
    app = HistoryApp(StudyHistory(study))
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        await press(pilot, "k")
        assert app.head[0].endswith("· code")
        await press(pilot, "u")
        assert isinstance(app.screen, FormScreen)
        await press(pilot, "enter")
        assert "A reason is kept" in str(app.screen.query_one("#form-error", Static).content)
        await write(pilot, "reason", "a wrong segment")
        await press(pilot, "enter")
        assert app.said.endswith("; the coding is unlocked now.")
    assert read_layer(study.path_of(coding.layer), study.key_of(coding.layer)).values == {}


class SlowBook:
    """A history of which the second part does not come until it is asked for."""

    def __init__(self) -> None:
        self.parts_given = 0

    def parts(self) -> Iterator[tuple[float, list[Change]]]:
        for number in range(3):
            self.parts_given += 1
            share = (number + 1) / 3
            at = f"2026-01-0{number + 1}T00:00:00.000Z"
            yield share, [Change(f"{number}.{one}", at, "d", "me", "mark", "…") for one in range(5_000)]

    def question(self, change: Change) -> None:
        raise AssertionError(change)

    def take_back(self, change: Change, *, sure: bool = False, reason: str = "") -> str:
        raise AssertionError((change, sure, reason))


async def test_thousands_of_changes_are_a_screenful(study: Study) -> None:
    assert study.dyads()
    app = HistoryApp(SlowBook())
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        assert app.head[1] == "15000 of 15000 changes"
        await pilot.press("end")
        await calm(pilot)
        assert app.history.query_one(RowList).here == 14_999
