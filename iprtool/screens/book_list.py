"""A list of the codebooks or guides that a study can use, in all their versions, with what is in the chosen one."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from iprtool.codebooks.versions import differences
from iprtool.commands.table import Command
from iprtool.model.codebook import Codebook
from iprtool.model.errors import IprtoolError
from iprtool.model.guide import Guide
from iprtool.screens.dialogs import ConfirmScreen
from iprtool.screens.key_line import HeadLine
from iprtool.screens.library_form import FormField, FormScreen
from iprtool.screens.paths import full_path
from iprtool.screens.register import RegisterScreen, Step
from iprtool.screens.row_list import Cell, RowList

_Book = TypeVar("_Book", Codebook, Guide)
_Contra = TypeVar("_Contra", Codebook, Guide, contravariant=True)


class BookKeeper(Protocol[_Contra]):
    """Keeps a study's own books; IprtoolError says in one sentence why not."""

    def keep(self, book: _Contra, /) -> Step:
        """Keep a new version."""
        ...

    def load(self, path: Path) -> Step:
        """Keep the one in a file."""
        ...

    def write(self, book: _Contra, path: Path, /) -> None:
        """Write it to a new TOML file."""
        ...


class BookListScreen(RegisterScreen, Generic[_Book]):
    """A row for each version, the study's own first, the newest of each before the others; what is in it beside it."""

    DEFAULT_CSS = """
    BookListScreen #books { height: 1fr; }
    BookListScreen RowList { width: 3fr; }
    BookListScreen #book { width: 2fr; border-left: solid $panel; padding: 0 1; }
    """
    noun = "book"

    def __init__(self, commands: tuple[Command, ...], keeper: BookKeeper[_Book], study: str) -> None:
        super().__init__(commands)
        self._keeper: BookKeeper[_Book] = keeper
        self._study = study
        self._books: list[_Book] = []
        self._to_newest = False
        self._wanted = ""
        """The id of the book that was made last, until the cursor is on it."""

    def body(self) -> Iterable[Widget]:
        """The rows, and what is in the chosen one."""
        with Horizontal(id="books"):
            yield RowList()
            with VerticalScroll(id="book", can_focus=False):
                yield Static("", id="inside", markup=False)

    async def on_mount(self) -> None:
        """The keys go to the rows."""
        await super().on_mount()
        self.query_one(RowList).focus()

    async def show_study(self) -> None:
        """Every version, as the study has them now."""
        books = await self.attempt(self.read)
        if books is None:
            return
        chosen, rows = self.chosen, self.query_one(RowList)
        own: list[_Book] = [one for one in books if self.is_own(one)]
        self._books = newest_first(own) + newest_first([one for one in books if one not in own])
        here = self._books.index(chosen) if chosen in self._books else None
        if chosen is not None and self._to_newest:
            here = next((place for place, one in enumerate(self._books) if one.id == chosen.id), here)
        if self._wanted:
            here = next((place for place, one in enumerate(self._books) if one.id == self._wanted), here)
        self._to_newest, self._wanted = False, ""
        rows.show_rows(len(self._books), lambda place: self.cells(self._books[place], self._row_cells), (), here)
        self.on_row_list_moved()
        self.query_one(HeadLine).left = f"iprtool  {self._study} · {self.noun}s"
        self.query_one(HeadLine).right = self.summary()

    @property
    def _row_cells(self) -> int:
        return max(20, self.query_one(RowList).size.width)

    @abstractmethod
    def read(self) -> Sequence[_Book]:
        """Every version, the oldest of each first; may take a moment."""

    @abstractmethod
    def is_own(self, book: _Book) -> bool:
        """Whether a version is the study's own."""

    @abstractmethod
    def cells(self, book: _Book, width: int) -> tuple[Cell, ...]:
        """A version's row."""

    @abstractmethod
    def inside(self, book: _Book) -> Iterable[str]:
        """What is in a version, line by line."""

    @abstractmethod
    def summary(self) -> str:
        """What the head line says on the right."""

    @property
    def chosen(self) -> _Book | None:
        """The version under the cursor."""
        place = self.query_one(RowList).here
        return self._books[place] if place < len(self._books) else None

    def versions_of(self, book: _Book) -> list[_Book]:
        """Its versions, the oldest first."""
        return [one for one in reversed(self._books) if one.id == book.id]

    def keep(self, book: _Book) -> Step:
        """Keep a new version."""
        return self._keeper.keep(book)

    def was_kept(self, step: Step) -> None:
        """A version was kept in the editor: it can be taken back here."""
        self._done.append(step)
        self._undone.clear()
        self._to_newest = True

    def on_row_list_moved(self) -> None:
        """What is in the one under the cursor."""
        if self.chosen is not None:
            self.query_one("#inside", Static).update("\n".join(self.inside(self.chosen)))
            self.query_one("#book").scroll_home(animate=False)

    def on_row_list_chosen(self) -> None:
        """A second click is Enter."""
        self.action_open()

    @abstractmethod
    def action_open(self) -> None:
        """Show the chosen one in full."""

    async def on_screen_resume(self) -> None:
        """Back from the editor: there may be another version."""
        if self._books:
            await self.show_study()

    def action_compare(self) -> None:
        """What changed since the version before."""
        book = self.chosen
        if book is None:
            return
        versions = self.versions_of(book)
        place = versions.index(book)
        if not place:
            self.say(f"{book.id} {book.version} is the first version.")
            return
        before = versions[place - 1]
        lines = differences(before, book)
        self.app.push_screen(ConfirmScreen(f"{book.id}: from {before.version} to {book.version}", lines, "esc closes"))

    def action_load(self) -> None:
        """Read one of the study's own from a file."""
        field = FormField("path", "file", "", "path", hint="a path on this machine")
        self.ask(f"load a {self.noun}", [field], lambda values: self._keeper.load(_path(values)))

    def action_write(self) -> None:
        """Write the chosen one to a new file."""
        book = self.chosen
        if book is not None:
            field = FormField("path", "file", f"{book.id}-{book.version}.toml".replace(" ", "-"), "path")
            self.write_to(f"write {book.id} {book.version}", field, lambda path: self._keeper.write(book, path))

    def write_to(self, title: str, field: FormField, write: Callable[[Path], None]) -> None:
        """Ask for a path and write there."""

        def take(values: dict[str, str]) -> Path:
            path = _path(values)
            write(path)
            return path

        def done(path: Path | None) -> None:
            if path is not None:
                self.say(f"Written to {path}.")

        self.app.push_screen(FormScreen(title, [field], take), done)

    def ask(self, title: str, fields: Sequence[FormField], make: Callable[[dict[str, str]], Step]) -> None:
        """A form whose values make a change that can be taken back."""

        async def done(step: Step | None) -> None:
            if step is not None:
                await self.did(lambda: step)

        self.app.push_screen(FormScreen(title, fields, make), done)


def newest_first(books: Sequence[_Book]) -> list[_Book]:
    """The books in their order, but the newest version of each first."""
    ids = list(dict.fromkeys(one.id for one in books))
    return [one for ident in ids for one in reversed(books) if one.id == ident]


def _path(values: dict[str, str]) -> Path:
    if not values["path"].strip():
        raise IprtoolError("Write the path of a file.")
    return full_path(values["path"])
