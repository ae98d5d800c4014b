"""The codebooks that a study can use: the shipped ones and its own, in their versions, and which role uses which."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from iprtool.codebooks.drafting import anchors_text, free_id, scale_text
from iprtool.commands.registers import CODEBOOK, CODEBOOKS
from iprtool.model.codebook import Codebook
from iprtool.model.terms import Role, levels
from iprtool.screens.book_list import BookKeeper, BookListScreen
from iprtool.screens.codebook_editor import CodebookEditor
from iprtool.screens.dialogs import PickScreen
from iprtool.screens.keys import bindings_of
from iprtool.screens.library_form import FormField
from iprtool.screens.register import Step
from iprtool.screens.row_list import Cell, fitted

TITLE_CELLS = 16
"""So much room a codebook's title needs, so that it is worth to be begun."""


class CodebookRow(Protocol):
    """A version of a codebook: whether it is the study's own, and whose new recalls begin with it."""

    @property
    def codebook(self) -> Codebook:
        """The codebook in this version."""
        ...

    @property
    def own(self) -> bool:
        """Whether it is the study's own."""
        ...

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles whose new recalls begin with it."""
        ...


class CodebookKeeper(BookKeeper[Codebook], Protocol):
    """The study's codebooks; every call may be made from any thread."""

    def codebooks(self) -> Sequence[CodebookRow]:
        """Every version, the oldest of each first."""
        ...

    def copy(self, codebook: Codebook, new_id: str, title: str) -> Step:
        """Keep one of the study's own that begins as this one."""
        ...

    def use(self, codebook: Codebook, roles: Sequence[Role]) -> Step:
        """Let new recalls of just these roles begin with it."""
        ...


class CodebooksScreen(BookListScreen[Codebook]):
    """The list of codebooks."""

    BINDINGS = bindings_of(CODEBOOKS)
    noun = "codebook"

    def __init__(self, keeper: CodebookKeeper, study: str) -> None:
        super().__init__(CODEBOOKS, keeper, study)
        self._codebooks = keeper
        self._shown: dict[tuple[str, str], CodebookRow] = {}

    def read(self) -> Sequence[Codebook]:
        """Every version."""
        rows = self._codebooks.codebooks()
        self._shown = {(row.codebook.id, row.codebook.version): row for row in rows}
        return [row.codebook for row in rows]

    def summary(self) -> str:
        """What the sign means, and how many there are of the study's own."""
        own = {row.codebook.id for row in self._shown.values() if row.own}
        return f"● in use · {len(own)} of the study's own" if own else "● in use · none of the study's own yet"

    def is_own(self, book: Codebook) -> bool:
        """Whether it is the study's own."""
        return self._shown[book.id, book.version].own

    def cells(self, book: Codebook, width: int) -> tuple[Cell, ...]:
        """Id, version, how many codes, the title if there is room; a sign where recalls begin with it."""
        row = self._shown[book.id, book.version]
        used, whose = "●" if row.roles else " ", "own" if row.own else "   "
        text = f"{used}{whose} {fitted(book.id, 25)} {fitted(book.version, 5)}"
        more, room = f" {len(book.codes)} codes", max(0, width - len(text))
        more = f"{more}  {book.title}" if room >= len(more) + TITLE_CELLS else more
        return ((text, "bold" if row.own else ""), (fitted(more, room), "dim"))

    def inside(self, book: Codebook) -> Iterable[str]:
        """Title, source, scale, codes."""
        roles = ", ".join(role.replace("_", " ") for role in self._shown[book.id, book.version].roles)
        yield f"{book.title} · {book.version}"
        yield book.source
        yield ""
        if roles:
            yield f"● in use: new recalls by {roles} begin with it"
        yield "in plain words: may be shown to participants" if book.plain else "researchers' words"
        if book.rating is not None:
            yield f"codes rated {scale_text(book.rating)}  {anchors_text(book.rating)}".rstrip()
        if book.clarity:
            yield "each instance with a clarity check"
        yield f"{len(book.codes)} codes"
        for code in book.codes:
            yield f"{code.key or ' '} {code.label}"
        for scale in book.session_ratings:
            yield f"session: {scale.label}  {scale_text(scale.rating)}"

    def action_open(self) -> None:
        """See the chosen codebook in full, and change the newest version of the study's own."""
        book = self.chosen
        if book is None:
            return
        versions = self.versions_of(book)
        is_own, is_newest = self._shown[book.id, book.version].own, book == versions[-1]
        why = (
            "This one comes with iprtool: c makes a copy of the study's own, which can be changed."
            if not is_own
            else f"This version stays as it is: change the newest, {versions[-1].version}."
        )
        keep = self.keep if is_own and is_newest else None
        earlier = versions[: versions.index(book)]
        self.app.push_screen(CodebookEditor(CODEBOOK, book, earlier, keep, self.was_kept, why))

    def action_copy(self) -> None:
        """A codebook of the study's own that begins as the chosen one."""
        book = self.chosen
        if book is None:
            return
        taken = [ident for ident, _ in self._shown]
        fields = [
            FormField("id", "id", free_id(f"own_{book.id}", taken).replace("_", "-"), hint="a-z, 0-9, - and _"),
            FormField("title", "title", book.title),
        ]

        def copy(values: dict[str, str]) -> Step:
            ident = values["id"].strip()
            step = self._codebooks.copy(book, ident, values["title"].strip())
            self._wanted = ident
            return step

        self.ask(f"a copy of {book.id} {book.version}", fields, copy)

    def action_use(self) -> None:
        """Choose whose new recalls begin with the chosen version."""
        book = self.chosen
        if book is None:
            return
        known: tuple[Role, ...] = levels(Role)
        row = self._shown[book.id, book.version]
        choices = [(role, role.replace("_", " ")) for role in known]

        async def chosen(roles: list[str] | None) -> None:
            if roles is not None and set(roles) != set(row.roles):
                await self.did(lambda: self._codebooks.use(book, [role for role in known if role in roles]))

        title = f"whose new recalls begin with {book.id} {book.version}?"
        self.app.push_screen(PickScreen(title, choices, row.roles, several=True), chosen)
