"""Codebooks and guides at the screen: copied, changed, kept as a new version, put to use, taken back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from iprtool.codebooks.loader import shipped
from iprtool.desk.codebooks import StudyCodebooks, codebook_in_use, codebooks_of
from iprtool.desk.guides import StudyGuides, guide_in_force
from iprtool.screens.codebook_editor import CodebookEditor
from iprtool.screens.codebooks import CodebooksScreen
from iprtool.screens.dialogs import ConfirmScreen
from iprtool.screens.guide_editor import GuideEditor
from iprtool.screens.guides import GuidesScreen
from iprtool.screens.key_line import HeadLine
from iprtool.screens.row_list import RowList
from iprtool.store.keys import create_open_keyring
from iprtool.store.study import Study
from tests.registers_desk import calm, press, write
from tests.screen_desk import screen_text


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    with create_open_keyring(tmp_path / "open.keyring") as keyring, Study.create(tmp_path / "A.ipr", keyring) as made:
        yield made


class BooksApp(App[None]):
    def __init__(self, screen: Screen[None]) -> None:
        super().__init__()
        self.first = screen

    def on_mount(self) -> None:
        self.push_screen(self.first)

    @property
    def said(self) -> str:
        return str(self.screen.query_one("#said", Static).content)

    @property
    def head(self) -> HeadLine:
        return self.screen.query_one(HeadLine)

    def lines(self) -> list[str]:
        rows = self.screen.query_one(RowList)
        return ["".join(part.text for part in rows.render_line(y)).rstrip() for y in range(rows.size.height)]


async def go_to(pilot: Pilot[Any], text: str) -> None:
    """The cursor on the row in which this stands."""
    rows = pilot.app.screen.query_one(RowList)
    app = pilot.app
    assert isinstance(app, BooksApp)
    rows.action_to_end(-1)
    for _ in range(200):
        if text in "".join(piece for piece, _ in rows._draw(rows.here)):
            return
        rows.action_move(1)
    raise AssertionError(text)


async def a_copy(pilot: Pilot[Any]) -> None:
    """A copy of the client's words is in the study and open in the editor."""
    await go_to(pilot, "recaller-plain")
    await press(pilot, "c")
    await write(pilot, "id", "mine")
    await press(pilot, "enter")
    app = pilot.app
    assert isinstance(app, BooksApp)
    assert "mine" in app.lines()[app.screen.query_one(RowList).here]
    await press(pilot, "enter")


async def test_a_shipped_codebook_is_copied_changed_kept_and_used(study: Study) -> None:
    app = BooksApp(CodebooksScreen(StudyCodebooks(study), "A"))
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        await a_copy(pilot)
        assert isinstance(app.screen, CodebookEditor)
        await go_to(pilot, "felt safe")
        await press(pilot, "enter")
        await write(pilot, "label", "felt at ease")
        await press(pilot, "enter", "k")
        assert app.head.right == "changed, not kept"
        assert [code.label for code in app.screen.draft.now.codes][:2] == ["felt at ease", "felt understood"]
        await press(pilot, "a")
        await write(pilot, "label", "felt heard")
        await press(pilot, "enter")
        await press(pilot, "s")
        assert isinstance(app.screen, ConfirmScreen)
        shown = str(app.screen.query(Static)[1].content).splitlines()
        assert "code relabelled: felt safe → felt at ease (felt_safe)" in shown
        assert "code added: felt heard (felt_heard)" in shown
        await press(pilot, "enter")
        assert app.said == "mine 1.1 is kept."
        assert [one.version for one in codebooks_of(study)] == ["1.0", "1.1"]
        await press(pilot, "q")
        assert f"{'mine':<25} 1.1" in app.lines()[app.screen.query_one(RowList).here]
        await press(pilot, "r", "space", "enter")
        assert app.said == "mine@1.1 is used for client."
        assert codebook_in_use(study, "client").version == "1.1"
        await press(pilot, "u", "u")
        assert [one.version for one in codebooks_of(study)] == ["1.0"]
        assert app.said == "Undone: mine 1.1 is kept."
        assert codebook_in_use(study, "client") == shipped("recaller-plain")


async def test_what_would_not_hold_together_is_said_in_the_form_and_not_kept(study: Study) -> None:
    app = BooksApp(CodebooksScreen(StudyCodebooks(study), "A"))
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        await a_copy(pilot)
        await press(pilot, "a")
        await write(pilot, "label", "felt safe")
        await press(pilot, "enter")
        assert "is used twice" in str(app.screen.query_one("#form-error", Static).content)
        await write(pilot, "label", "a rupture")
        await press(pilot, "enter")
        assert "'rupture' is a researcher's term" in str(app.screen.query_one("#form-error", Static).content).lower()
        await press(pilot, "escape")
        assert isinstance(app.screen, CodebookEditor)
        assert not app.screen.draft.is_changed
        await press(pilot, "t")
        await write(pilot, "label", "Depth")
        await write(pilot, "scale", "5 to 1")
        await press(pilot, "enter")
        assert "upside down" in str(app.screen.query_one("#form-error", Static).content)
        await write(pilot, "scale", "1 to 7")
        await write(pilot, "anchors", "1 = shallow; 7 = deep")
        await press(pilot, "enter")
        assert isinstance(app.screen, CodebookEditor)
        (scale,) = app.screen.draft.now.session_ratings
        assert (scale.id, scale.rating.maximum, scale.rating.anchors) == ("depth", 7, {"1": "shallow", "7": "deep"})
        await press(pilot, "x", "u", "u", "ctrl+y")
        assert app.screen.draft.now.session_ratings == (scale,)
        await press(pilot, "q")
        assert isinstance(app.screen, ConfirmScreen)
        await press(pilot, "escape", "q", "enter")
        assert isinstance(app.screen, CodebooksScreen)
        assert [one.version for one in codebooks_of(study)] == ["1.0"]


async def test_what_is_cut_off_on_a_narrow_screen_can_be_read(study: Study) -> None:
    app = BooksApp(CodebooksScreen(StudyCodebooks(study), "A"))
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        assert app.head.right == "● in use · none of the study's own yet"
        assert not any("…" in line for line in app.lines())
        assert sum(line.endswith(" 24 codes") for line in app.lines()) == 1
        await go_to(pilot, "3rs-2015")
        await press(pilot, "enter", "end")
        scale = shipped("3rs-2015").session_ratings[-1]
        assert app.said == f"{scale.label} · 1 to 5 · {scale.gloss}"
        await press(pilot, "q")
        await a_copy(pilot)
        await go_to(pilot, "annoyed")
        await press(pilot, "x")
        assert app.head.right == "changed, not kept"
        await press(pilot, "up")
        assert app.said.startswith("confused · I lost track of what was meant")
        await pilot.resize_terminal(60, 24)
        await calm(pilot)
        assert screen_text(app).splitlines()[0].endswith("… changed, not kept ")


async def test_a_shipped_codebook_is_only_looked_at(study: Study) -> None:
    app = BooksApp(CodebooksScreen(StudyCodebooks(study), "A"))
    async with app.run_test(size=(120, 40)) as pilot:
        await calm(pilot)
        await go_to(pilot, "recaller-plain")
        await calm(pilot)
        assert "● in use: new recalls by client" in str(app.screen.query_one("#inside", Static).content)
        await go_to(pilot, "3rs-2015")
        await calm(pilot)
        assert "clarity check" in str(app.screen.query_one("#inside", Static).content)
        await press(pilot, "enter", "enter", "x", "a")
        assert isinstance(app.screen, CodebookEditor)
        assert app.said.startswith("! This one comes with iprtool")
        await press(pilot, "q", "d")
        assert app.said.endswith("is the first version.")


async def test_codebooks_are_loaded_from_and_written_to_files(study: Study, tmp_path: Path) -> None:
    (tmp_path / "ours.csv").write_text("id,label\ncold,went cold\n")
    app = BooksApp(CodebooksScreen(StudyCodebooks(study), "A"))
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        await press(pilot, "l")
        await write(pilot, "path", str(tmp_path / "none.csv"))
        await press(pilot, "enter")
        assert "there is no such file" in str(app.screen.query_one("#form-error", Static).content)
        await write(pilot, "path", str(tmp_path / "ours.csv"))
        await press(pilot, "enter")
        assert app.said.startswith("ours 1")
        await go_to(pilot, "ours")
        await press(pilot, "w")
        await write(pilot, "path", str(tmp_path / "out.toml"))
        await press(pilot, "enter")
        assert (tmp_path / "out.toml").read_text().startswith('id = "ours"')
        await press(pilot, "u")
        assert codebooks_of(study) == []


async def test_a_guide_is_changed_and_the_new_version_is_in_force(study: Study, tmp_path: Path) -> None:
    app = BooksApp(GuidesScreen(StudyGuides(study), "A"))
    async with app.run_test(size=(80, 24)) as pilot:
        await calm(pilot)
        assert app.head.right == "in force: ipr-leads 1.0"
        await press(pilot, "enter")
        assert isinstance(app.screen, GuideEditor)
        await go_to(pilot, "feeling just there")
        await press(pilot, "enter")
        await write(pilot, "text", "What did you feel just there?")
        await press(pilot, "enter", "a")
        await write(pilot, "text", "And then?")
        await press(pilot, "enter", "s")
        shown = str(app.screen.query(Static)[1].content)
        assert "lead reworded: What were you feeling just there? → What did you feel just there? (affect)" in shown
        await press(pilot, "enter", "q")
        assert app.head.right == "in force: ipr-leads 1.1"
        assert app.lines()[app.screen.query_one(RowList).here].startswith("●own ipr-leads          1.1")
        assert [lead.id for lead in guide_in_force(study).leads][:2] == ["affect", "affect_2"]
        await go_to(pilot, "1.0")
        await press(pilot, "f")
        assert app.head.right == "in force: ipr-leads 1.0"
        await press(pilot, "p")
        await write(pilot, "path", str(tmp_path / "card.txt"))
        await press(pilot, "enter")
        assert "What were you feeling just there?" in (tmp_path / "card.txt").read_text()
        await press(pilot, "u")
        assert app.head.right == "in force: ipr-leads 1.1"
        await press(pilot, "u")
        assert app.head.right == "in force: ipr-leads 1.0"
