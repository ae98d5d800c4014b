"""The interview guides of a study in their versions, which of them is in force, and the inquirer's card."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from iprtool.commands.registers import EDITING, GUIDES
from iprtool.guides.card import write_card
from iprtool.model.guide import Guide
from iprtool.screens.book_list import BookKeeper, BookListScreen
from iprtool.screens.guide_editor import GuideEditor
from iprtool.screens.keys import bindings_of
from iprtool.screens.library_form import FormField
from iprtool.screens.register import Step
from iprtool.screens.row_list import Cell, fitted


class GuideRow(Protocol):
    """A version of a guide: whether it is the study's own, and whether new recalls begin with it."""

    @property
    def guide(self) -> Guide:
        """The guide in this version."""
        ...

    @property
    def own(self) -> bool:
        """Whether it is the study's own."""
        ...

    @property
    def in_force(self) -> bool:
        """Whether new recalls begin with it."""
        ...


class GuideKeeper(BookKeeper[Guide], Protocol):
    """The study's guides; every call may be made from any thread."""

    def guides(self) -> Sequence[GuideRow]:
        """Every version, the oldest of each first."""
        ...

    def copy(self, guide: Guide, new_id: str, title: str, language: str) -> Step:
        """Keep one of the study's own that begins as this one."""
        ...

    def put_in_force(self, guide: Guide) -> Step:
        """Let new recalls begin with it."""
        ...


class GuidesScreen(BookListScreen[Guide]):
    """The list of guides."""

    BINDINGS = bindings_of(GUIDES)
    noun = "guide"

    def __init__(self, keeper: GuideKeeper, study: str) -> None:
        super().__init__(GUIDES, keeper, study)
        self._guides = keeper
        self._shown: dict[tuple[str, str], GuideRow] = {}

    def read(self) -> Sequence[Guide]:
        """Every version."""
        rows = self._guides.guides()
        self._shown = {(row.guide.id, row.guide.version): row for row in rows}
        return [row.guide for row in rows]

    def summary(self) -> str:
        """Which one is in force."""
        found = next((row.guide for row in self._shown.values() if row.in_force), None)
        return f"in force: {found.id} {found.version}" if found else ""

    def is_own(self, book: Guide) -> bool:
        """Whether it is the study's own."""
        return self._shown[book.id, book.version].own

    def cells(self, book: Guide, width: int) -> tuple[Cell, ...]:
        """Id, version, language, whether it is in force."""
        row = self._shown[book.id, book.version]
        sign, whose = "●" if row.in_force else " ", "own" if row.own else "   "
        text = f"{sign}{whose} {fitted(book.id, 18)} {fitted(book.version, 6)} {fitted(book.language, 6)}"
        more = (" in force ·" if row.in_force else "") + f" {len(book.leads)} leads · {book.title}"
        return ((text, "bold" if row.in_force else ""), (fitted(more, max(0, width - len(text))), "dim"))

    def inside(self, book: Guide) -> Iterable[str]:
        """The leads by category."""
        yield f"{book.title} · {book.version} ({book.language})"
        for category in book.categories:
            yield ""
            yield category.replace("_", " ").upper()
            yield from (f"· {lead.text}" for lead in book.of(category))

    def action_open(self) -> None:
        """See the chosen guide in full, and change the newest version."""
        book = self.chosen
        if book is None:
            return
        versions = self.versions_of(book)
        keep = self.keep if book == versions[-1] else None
        why = f"This version stays as it is: change the newest, {versions[-1].version}."
        earlier = versions[: versions.index(book)]
        self.app.push_screen(GuideEditor(EDITING, book, earlier, keep, self.was_kept, why))

    async def action_use(self) -> None:
        """Let new recalls begin with the chosen version."""
        book = self.chosen
        if book is None:
            return
        if self._shown[book.id, book.version].in_force:
            self.say(f"{book.id} {book.version} is in force already.")
            return
        await self.did(lambda: self._guides.put_in_force(book))

    def action_copy(self) -> None:
        """A guide in another language that begins as the chosen one."""
        book = self.chosen
        if book is None:
            return
        fields = [
            FormField("language", "language", "", hint="a tag such as nb or pt-BR"),
            FormField("id", "id", f"{book.id}-", hint="a-z, 0-9, - and _"),
            FormField("title", "title", book.title),
        ]
        self.ask(
            f"a guide that begins as {book.id} {book.version}",
            fields,
            lambda values: self._guides.copy(
                book, values["id"].strip(), values["title"].strip(), values["language"].strip()
            ),
        )

    def action_print(self) -> None:
        """Write the inquirer's card as plain text."""
        book = self.chosen
        if book is not None:
            field = FormField("path", "file", f"{book.id}-{book.version}.txt".replace(" ", "-"), "path")
            self.write_to("the inquirer's card, as plain text", field, lambda path: write_card(book, path))
