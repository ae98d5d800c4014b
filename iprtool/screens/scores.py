"""The sheet of a session's scores: instruments by raters, checked as they are typed."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from textual import on
from textual.widget import Widget

from iprtool.codebooks.versions import name_of
from iprtool.commands.registers import SCORES
from iprtool.instruments.sheet import Entered, Line, Rater, Sheet, missing_text
from iprtool.model.errors import IprtoolError
from iprtool.model.score import Instrument
from iprtool.screens.dialogs import PickScreen
from iprtool.screens.key_line import HeadLine
from iprtool.screens.keys import bindings_of
from iprtool.screens.library_form import FormField, FormScreen
from iprtool.screens.paths import full_path
from iprtool.screens.register import RegisterScreen, Step
from iprtool.screens.scores_grid import ScoresGrid


class ScoreBook(Protocol):
    """A study's scores, as the screen sees them; every call may be made from any thread and may take a moment."""

    def sessions(self) -> Sequence[str]:
        """The sessions by their ids, in their order."""
        ...

    def sheet(self, session: str) -> Sheet:
        """A session's sheet."""
        ...

    def enter(self, session: str, rater: Rater, line: Line, entered: Entered | None) -> Step:
        """Put a score into a cell, or take it away; IprtoolError where it can be none."""
        ...

    def instruments(self) -> Sequence[tuple[Instrument, bool]]:
        """The instruments that there are, and whether the study uses them."""
        ...

    def use(self, instruments: Sequence[Instrument]) -> Step:
        """Choose the instruments that the study uses."""
        ...

    def load(self, path: Path) -> Step:
        """Enter the scores of a CSV file, or keep the instrument in a TOML file; IprtoolError names what is wrong."""
        ...


class ScoresScreen(RegisterScreen):
    """One session's sheet after another."""

    BINDINGS = bindings_of(SCORES)

    def __init__(self, book: ScoreBook, session: str | None = None) -> None:
        super().__init__(SCORES)
        self._book = book
        self._session = session

    def body(self) -> Iterable[Widget]:
        """The grid."""
        yield ScoresGrid()

    @property
    def grid(self) -> ScoresGrid:
        """The grid."""
        return self.query_one(ScoresGrid)

    async def on_mount(self) -> None:
        """The keys go to the grid."""
        await super().on_mount()
        self.grid.focus()

    async def show_study(self) -> None:
        """The session's sheet as it stands, with what is missing."""
        sheet = await self.attempt(self._sheet)
        if sheet is None:
            return
        self._session = sheet.session
        self.grid.show_sheet(sheet)
        missing, head = sheet.missing(), self.query_one(HeadLine)
        head.left = f"iprtool  {sheet.title} · scores"
        head.right = f"{sheet.asked_count - len(missing)} of {sheet.asked_count} scores"
        if not sheet.lines:
            self.say("No instrument is chosen for this study yet: press i to choose.")
        elif missing:
            self.say(f"missing: {missing_text(missing)}")
        else:
            self.say("nothing is missing")

    def _sheet(self) -> Sheet:
        sessions, wanted = self._book.sessions(), self._session
        if not sessions:
            return Sheet("", "no session yet", (), ())
        return self._book.sheet(wanted if wanted is not None and wanted in sessions else sessions[0])

    @on(ScoresGrid.Told)
    def _told(self, event: ScoresGrid.Told) -> None:
        self.say(event.text, wrong=event.wrong)

    @on(ScoresGrid.Typed)
    async def _typed(self, event: ScoresGrid.Typed) -> None:
        session = self.grid.sheet.session
        if await self.did(lambda: self._book.enter(session, event.rater, event.line, event.entered)):
            self._say_missing()

    def _say_missing(self) -> None:
        missing = self.grid.sheet.missing()
        self.say(f"kept; missing: {missing_text(missing)}" if missing else "kept; nothing is missing")

    async def action_remove(self) -> None:
        """Take the chosen score away."""
        cell, session = self.grid.cell, self.grid.sheet.session
        self.grid.typed = None
        if cell is None or self.grid.sheet.score(*cell) is None:
            self.say("There is no score here to be taken away.")
            return
        line, rater = cell
        await self.did(lambda: self._book.enter(session, rater, line, None))

    def action_next_missing(self) -> None:
        """The next cell, after the chosen one, that has no score yet."""
        if not self.grid.leave_cell():
            return
        missing, sheet = self.grid.sheet.missing(), self.grid.sheet
        cells = [(line, rater) for rater in sheet.raters for line in sheet.lines]
        here = cells.index(self.grid.cell) if self.grid.cell in cells else -1
        after = [cell for cell in missing if cells.index(cell) > here] or list(missing)
        if after:
            self.grid.to_cell(*after[0])
        else:
            self.say("nothing is missing")

    async def action_next_session(self) -> None:
        """The next session's sheet."""
        await self._go(1)

    async def action_previous_session(self) -> None:
        """The sheet of the session before."""
        await self._go(-1)

    async def _go(self, by: int) -> None:
        sessions = await self.attempt(self._book.sessions)
        if not sessions or not self.grid.leave_cell():
            return
        here = list(sessions).index(self.grid.sheet.session) if self.grid.sheet.session in sessions else 0
        self._session = sessions[(here + by) % len(sessions)]
        await self.show_study()

    async def action_instruments(self) -> None:
        """Choose the instruments that the study uses."""
        known = await self.attempt(self._book.instruments)
        if known is None or not self.grid.leave_cell():
            return
        names = {name_of(one): one for one, _ in known}
        choices = [(name, f"{one.id} {one.version} · {one.title}") for name, one in names.items()]
        used = [name_of(one) for one, is_used in known if is_used]

        async def chosen(picked: list[str] | None) -> None:
            if picked is not None and picked != used:
                await self.did(lambda: self._book.use([names[name] for name in picked]))

        self.app.push_screen(PickScreen("instruments of this study", choices, used, several=True), chosen)

    def action_load(self) -> None:
        """Enter scores from a CSV file, or keep an instrument of the study's own from TOML."""

        def take(values: dict[str, str]) -> Path:
            if not values["path"].strip():
                raise IprtoolError("Write the path of a file.")
            return full_path(values["path"])

        async def done(path: Path | None) -> None:
            if path is not None:
                await self.did(lambda: self._book.load(path))

        field = FormField("path", "file", "", "path", hint="scores as CSV, an instrument as TOML")
        if self.grid.leave_cell():
            self.app.push_screen(FormScreen("from a file", [field], take), done)

    def action_leave(self) -> None:
        """What was typed is kept first; what can be no score keeps one here."""
        if self.grid.typed is None:
            super().action_leave()
        elif self.grid.leave_cell():
            self.call_after_refresh(self.dismiss, None)
