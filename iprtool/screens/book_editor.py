"""Changing a codebook or a guide: entries in a list, edited in a form; all of it is kept as a new version, or not."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, TypeVar

import msgspec
from textual.widget import Widget

from iprtool.codebooks.drafting import Draft, moved, without
from iprtool.codebooks.versions import differences
from iprtool.commands.table import Command
from iprtool.model.codebook import Codebook
from iprtool.model.errors import IprtoolError
from iprtool.model.guide import Guide
from iprtool.screens.dialogs import ConfirmScreen
from iprtool.screens.key_line import HeadLine
from iprtool.screens.library_form import FormField, FormScreen
from iprtool.screens.register import RegisterScreen, Step
from iprtool.screens.row_list import Cell, RowList

_Book = TypeVar("_Book", Codebook, Guide)


class BookRow(msgspec.Struct, frozen=True):
    """A row: the table that it is of (empty: a heading, `head`: a field of the book itself), where in it, its cells.

    `texts` are what the cells show, as long as they are.
    """

    table: str
    place: int
    cells: tuple[Cell, ...]
    texts: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """What it shows, where not all of it is to be seen; else empty."""
        seen = "".join(text for text, _ in self.cells)
        return "" if all(one in seen for one in self.texts) else " · ".join(filter(None, self.texts))


class BookEditor(RegisterScreen, Generic[_Book]):
    """One book, with its `earlier` versions; `keep` keeps a new one, None where this one can't be changed here."""

    def __init__(
        self,
        commands: tuple[Command, ...],
        book: _Book,
        earlier: Sequence[_Book],
        keep: Callable[[_Book], Step] | None,
        kept: Callable[[Step], None],
        why_not: str = "",
    ) -> None:
        super().__init__(commands)
        self._base: _Book = book
        self._earlier: list[_Book] = list(earlier)
        self._keep: Callable[[_Book], Step] | None = keep
        self._kept, self._why_not = kept, why_not
        self.draft: Draft[_Book] = Draft(book)
        self._rows: list[BookRow] = []

    def body(self) -> Iterable[Widget]:
        """The rows."""
        yield RowList()

    async def on_mount(self) -> None:
        """The keys go to the rows."""
        await super().on_mount()
        self.query_one(RowList).focus()
        if self._keep is None:
            self.say(self._why_not)

    async def show_study(self) -> None:
        """The book as it is now in the draft."""
        self.show_draft()

    def show_draft(self, here: tuple[str, int] | None = None) -> None:
        """Show the draft, the cursor on an entry of a table, or where it was."""
        book, rows = self.draft.now, self.query_one(RowList)
        self._rows = list(self.rows(book, max(40, self.size.width)))
        fixed = [place for place, row in enumerate(self._rows) if not row.table]
        places = {(row.table, row.place): place for place, row in enumerate(self._rows)}
        place = rows.here if here is None else places.get(here, rows.here)
        rows.show_rows(len(self._rows), lambda one: self._rows[one].cells, fixed, place)
        head = self.query_one(HeadLine)
        head.left = f"iprtool  {book.id} {self._base.version} · {book.title}"
        head.right = "changed, not kept" if self.draft.is_changed else "as kept"

    def on_resize(self) -> None:
        """The rows take the width that there is."""
        if self._rows:
            self.show_draft()

    @abstractmethod
    def rows(self, book: _Book, width: int) -> Iterable[BookRow]:
        """What is shown of a book."""

    @abstractmethod
    def form(self, table: str, place: int | None, after: int) -> tuple[str, list[FormField]]:
        """The title and the fields of an entry's form, of a new entry's where `place` is None."""

    @abstractmethod
    def filled(self, table: str, place: int | None, after: int, values: dict[str, str]) -> _Book:
        """The book with what a form holds, an entry changed or a new one after another; IprtoolError why it can't."""

    @abstractmethod
    def revised(self, book: _Book) -> _Book:
        """The new version that a draft makes, the one there is where nothing changed; IprtoolError why it can't."""

    @property
    def here(self) -> BookRow | None:
        """The row that is chosen."""
        place = self.query_one(RowList).here
        return self._rows[place] if place < len(self._rows) else None

    def on_row_list_chosen(self) -> None:
        """A second click is Enter."""
        self.action_edit()

    def on_row_list_moved(self) -> None:
        """What is cut off in the row under the cursor is said in full."""
        self.say(self.here.whole if self.here is not None else "")

    def action_edit(self) -> None:
        """Change what the cursor is on."""
        if self.here is not None and self._may():
            self._ask(self.here.table, self.here.place, self.here.place)

    def action_add(self) -> None:
        """A new entry after the cursor."""
        if self._may():
            table = self.here.table if self.here and self.here.table in self.tables else self.tables[0]
            self.add_to(table)

    def add_to(self, table: str) -> None:
        """A new entry in a table: after the cursor, or at its end."""
        here, entries = self.here, getattr(self.draft.now, table)
        after = here.place if here is not None and here.table == table else len(entries) - 1
        self._ask(table, None, after)

    def action_remove(self) -> None:
        """Take out what the cursor is on."""
        here = self.here
        if here is None or not self._may():
            return
        if here.table not in self.tables:
            self.say("This stays; Enter changes it.")
            return
        entries = without(getattr(self.draft.now, here.table), here.place)
        self._try(lambda: msgspec.structs.replace(self.draft.now, **{here.table: entries}), (here.table, here.place))

    def action_up(self) -> None:
        """One place up."""
        self._move(-1)

    def action_down(self) -> None:
        """One place down."""
        self._move(1)

    async def action_undo(self) -> None:
        """Take the last change of the draft back."""
        if self.draft.undo():
            self.show_draft()
            self.say("Undone.")
        else:
            self.say("There is nothing to be undone here; a version that was kept is taken back in the list.")

    async def action_redo(self) -> None:
        """Do it again."""
        if self.draft.redo():
            self.show_draft()
            self.say("Done again.")

    def action_keep(self) -> None:
        """Show what is different, and keep it as a new version if that is right."""
        if not self._may():
            return
        try:
            new = self.revised(self.draft.now)
        except IprtoolError as error:
            self.say(str(error), wrong=True)
            return
        if new == self._base:
            self.say("Nothing is different, so there is nothing to keep.")
            return
        title = f"keep as version {new.version}? What has begun with {self._base.version} stays with it"
        lines = differences(self._base, new)
        self.app.push_screen(ConfirmScreen(title, lines, "enter keeps it · esc goes on changing"), self._keeping(new))

    def _keeping(self, new: _Book) -> Callable[[bool | None], Awaitable[None]]:
        async def answered(yes: bool | None) -> None:
            keep = self._keep
            if not yes or keep is None:
                return
            step = await self.attempt(lambda: keep(new))
            if step is not None:
                self._kept(step)
                self._earlier.append(self._base)
                self._base, self.draft = new, Draft(new)
                self.show_draft()
                self.say(f"{step.what}.")

        return answered

    def action_leave(self) -> None:
        """Back to the list; what was not kept is asked about."""
        if not self.draft.is_changed:
            super().action_leave()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(None)

        lines = ["Your changes are not kept as a version yet."]
        self.app.push_screen(
            ConfirmScreen("leave without keeping?", lines, "enter leaves · esc goes on changing"), answered
        )

    tables: tuple[str, ...] = ()
    """The tables whose entries are added, moved and taken out; the first is what `a` adds to."""

    def _may(self) -> bool:
        if self._keep is None:
            self.say(self._why_not, wrong=True)
        return self._keep is not None

    def _move(self, by: int) -> None:
        here = self.here
        if here is None or here.table not in self.tables or not self._may():
            return
        entries = moved(getattr(self.draft.now, here.table), here.place, by)
        place = max(0, min(len(entries) - 1, here.place + by))
        self._try(lambda: msgspec.structs.replace(self.draft.now, **{here.table: entries}), (here.table, place))

    def _try(self, make: Callable[[], _Book], here: tuple[str, int]) -> None:
        try:
            made = make()
            self.revised(made)
        except IprtoolError as error:
            self.say(str(error), wrong=True)
            return
        self.draft.set(made)
        self.show_draft(here)
        self.say("s keeps it as a new version, u takes it back.")

    def _ask(self, table: str, place: int | None, after: int) -> None:
        title, fields = self.form(table, place, after)
        there = place if place is not None else after + 1

        def take(values: dict[str, str]) -> _Book:
            made = self.filled(table, place, after, values)
            self.revised(made)
            return made

        def done(made: _Book | None) -> None:
            if made is not None:
                self.draft.set(made)
                self.show_draft((table, there))
                self.say("s keeps it as a new version, u takes it back.")

        self.app.push_screen(FormScreen(title, fields, take), done)
