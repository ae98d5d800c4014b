"""A library in a running app, on a study on the disk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.widgets import Static

from iprtool.desk.places import OPEN_KEYRING
from iprtool.library.roster import Roster
from iprtool.library.visit import Visit
from iprtool.library.wish import Chosen
from iprtool.library_app import LibraryApp
from iprtool.library_places import Place
from iprtool.screens.key_line import HeadLine
from iprtool.screens.library_tree import Row, StudyTree
from iprtool.store.keys import create_open_keyring
from iprtool.store.study import Study
from tests.library_samples import write_study
from tests.screen_desk import AppDesk


class Library(AppDesk):
    """The library's app, its study and its visit."""

    app: LibraryApp

    def __init__(self, study: Study, visit: Visit, places: tuple[Place, ...]) -> None:
        self.study = study
        self.visit = visit
        self.app = LibraryApp(study, visit, places)

    @property
    def screen(self) -> Any:
        return self.app.library

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Into the field that has the focus, in the place of what it holds."""
        self.app.focused.value = text  # type: ignore[union-attr]  # a field has it
        await self.pilot.pause()

    async def choose(self, **fields: Any) -> None:
        """Put the cursor on a row."""
        self.screen.query_one(StudyTree).choose(Chosen(**fields))
        await self.pilot.pause()

    async def settled(self) -> None:
        """All that runs in threads has come to its end and is shown."""
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()
        await self.pilot.pause()

    @property
    def rows(self) -> list[str]:
        """The rows that the tree has, as text, folded up or not."""
        return [row_text(row) for row in _all(self.screen.query_one(StudyTree).root.data)]

    @property
    def detail(self) -> str:
        return str(self.screen.query_one("#library-detail Static", Static).render())

    @property
    def wish(self) -> Any:
        return self.app.return_value


def row_text(row: Row) -> str:
    return "".join(text for text, _ in row.parts)


def _all(row: Row) -> list[Row]:
    return [row, *(below for one in row.rows for below in _all(one))]


@asynccontextmanager
async def library(
    folder: Path,
    roster: Roster,
    *,
    size: tuple[int, int] = (100, 30),
    places: tuple[Place, ...] = (),
    visit: Visit | None = None,
    notifications: bool = False,
) -> AsyncIterator[Library]:
    """The library of a new study with this roster, or of the one that is there already."""
    keyring_path = folder / OPEN_KEYRING
    with create_open_keyring(keyring_path) as keyring, write_study(folder / "Lavik.ipr", keyring, roster) as study:
        shown = Library(study, visit or Visit(), places)
        try:
            async with shown.app.run_test(size=size, notifications=notifications) as pilot:
                shown.pilot = pilot
                await pilot.pause()
                yield shown
        finally:
            shown.visit.work.close()


def head(shown: Library) -> str:
    return str(shown.screen.query_one(HeadLine).right)


def error_of(shown: Library) -> str:
    return str(shown.app.screen.query_one("#form-error", Static).render())
