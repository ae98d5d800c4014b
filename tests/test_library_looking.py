"""An open library shows what is entered elsewhere meanwhile: by the command line, in another window, in a recall."""

from pathlib import Path
from typing import Any

import pytest
from textual.events import AppFocus

from iprtool.edits import Hand
from iprtool.library.roster import Roster
from iprtool.library.wish import Chosen
from iprtool.library_shelf import StudyOnShelf
from iprtool.model.layer import Closed
from iprtool.model.study import Dyad, Recall, Session
from iprtool.screens import library_view
from iprtool.screens.library_due import DueScreen
from iprtool.screens.library_tree import StudyTree
from iprtool.store.layer import LayerFile, create_layer
from tests.library_desk import Library, head, library
from tests.library_samples import a_roster, held
from tests.store_samples import HEAD


async def until(shown: Library, row: str) -> None:
    for _ in range(300):
        if any(row in one for one in shown.rows):
            return
        await shown.pilot.pause(0.01)
    raise AssertionError(shown.rows)


async def test_what_is_entered_elsewhere_is_shown_after_a_while_with_the_cursor_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_view, "LOOKED_S", 0.02)
    async with library(tmp_path, a_roster()) as shown:
        await shown.settled()
        await shown.choose(dyad="d", session="s")
        await shown.press("left")
        with type(shown.study).open(shown.study.path, shown.study._keyring) as elsewhere:
            elsewhere.put(Dyad("e", "D01"))
            elsewhere.put(Session("e1", "e", 1))
        await until(shown, "D01  0 of 2")
        assert shown.visit.chosen == Chosen(dyad="d", session="s")
        tree = shown.screen.query_one(StudyTree)
        assert tree.cursor_node.data.chosen == Chosen(dyad="d", session="s")
        assert not tree.cursor_node.is_expanded
        assert head(shown) == "0 of 4 · 4 to come"


async def test_what_is_due_is_read_anew_when_it_is_asked_for(tmp_path: Path) -> None:
    async with library(tmp_path, Roster()) as shown:
        await shown.press("d")
        assert shown.said[-1] == "Nothing is due."
        shown.study.put(Dyad("d", "D01"))
        shown.study.put(Session("s", "d", 1, held(5)))
        await shown.press("d")
        assert isinstance(shown.app.screen, DueScreen)


async def test_a_recall_that_is_closed_elsewhere_is_done_when_the_library_is_looked_at_again(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.settled()
        layer, path, key = shown.study.new_object("layer")
        create_layer(path, key, HEAD)
        shown.study.put(Recall("o", "s", "client", layer=layer, status="open", person="c"))
        shown.screen.look()
        await shown.settled()
        assert "client     D05-C  … begun" in shown.rows
        shelf = StudyOnShelf(shown.study)
        before = shelf.standing(shown.screen.roster)
        with LayerFile(path, key) as log:
            log.commit([Hand("client", "dev").op(layer, Closed("fine"))]).result()
        assert shelf.standing(shown.screen.roster) != before
        shown.app.post_message(AppFocus())
        await shown.settled()
        await until(shown, "client     D05-C  – ended, 0:00 played")


async def test_nothing_is_read_where_nothing_was_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []
    async with library(tmp_path, a_roster()) as shown:
        await shown.settled()
        monkeypatch.setattr("iprtool.library_shelf.roster_of", read.append)
        for _ in range(3):
            shown.screen.look()
        assert read == []
