"""What will leave this study: table by table, which free text, what consents forbid; then it is written."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import Worker, get_current_worker

from iprtool.commands.export import EXPORT
from iprtool.model.errors import IprtoolError
from iprtool.model.leaving import Leaving, LeavingTable, LeavingWish, Left
from iprtool.screens.dialogs import BoxDialog, ConfirmScreen
from iprtool.screens.key_line import HeadLine
from iprtool.screens.keys import bindings_of
from iprtool.screens.library_work import bar
from iprtool.screens.paths import PathInput
from iprtool.screens.register import RegisterScreen

Progress = Callable[[float], None]

_REASONS = 5
"""How many of the reasons why something is kept back stand in the question."""


class Exporter(Protocol):
    """What the screen asks of the study; every call may be slow, and is made from a thread."""

    @property
    def name(self) -> str:
        """The study's name."""
        ...

    @property
    def folder(self) -> str:
        """The folder in which an export is made unless another is named."""
        ...

    def look(self, wish: LeavingWish, progress: Progress) -> Leaving:
        """What would leave; `progress` gets the share that is done, 0 to 1, and what it raises ends the look."""
        ...

    def export(self, wish: LeavingWish, folder: str, progress: Progress) -> Left:
        """Write it; what `progress` raises ends it, and nothing is left. IprtoolError where it cannot be."""
        ...


class _UnwantedError(Exception):
    """Raised by the progress of what nobody waits for any more."""


class LineScreen(BoxDialog[str | None]):
    """One line to be typed: Enter takes it, Escape leaves it as it was."""

    BINDINGS = [Binding("escape,ctrl+q", "leave", show=False)]

    def __init__(self, title: str, value: str, *, path: bool = False) -> None:
        super().__init__()
        self._title, self._value, self._path = title, value, path

    def compose(self) -> ComposeResult:
        """Title, line, keys."""
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            if self._path:
                yield PathInput(self._value, "", id="line", compact=True)
            else:
                yield Input(self._value, id="line", compact=True)
            yield Static("enter takes it · esc leaves it", classes="hint", markup=False)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """As it was."""
        self.dismiss(None)


class ExportScreen(RegisterScreen):
    """The tables as they would leave, and the switches for what has to be asked for."""

    DEFAULT_CSS = """
    ExportScreen #wish { height: auto; padding: 0 1; background: $boost; }
    ExportScreen #leaving { height: 1fr; padding: 0 1; }
    ExportScreen #leaving Static { height: auto; }
    """
    AUTO_FOCUS = "#leaving"
    BINDINGS = bindings_of(EXPORT)

    class Looked(Message):
        """What would leave (posted from a worker), for what was asked then."""

        def __init__(self, wish: LeavingWish, leaving: Leaving) -> None:
            super().__init__()
            self.wish = wish
            self.leaving = leaving

    class Got(Message):
        """How far it is, 0 to 1 (posted from a worker)."""

        def __init__(self, what: str, part: float) -> None:
            super().__init__()
            self.what = what
            self.part = part

    class Ended(Message):
        """The export was written, or was not and why (posted from a worker)."""

        def __init__(self, said: str, *, wrong: bool = False) -> None:
            super().__init__()
            self.said = said
            self.wrong = wrong

    def __init__(self, exporter: Exporter) -> None:
        super().__init__(EXPORT)
        self._exporter = exporter
        self._wish = LeavingWish()
        self._folder = exporter.folder
        self._leaving: Leaving | None = None
        self._writing: Worker[None] | None = None
        self._step = -1

    def body(self) -> Iterable[Widget]:
        """What is asked for, and the tables."""
        yield Static("", id="wish", markup=False)
        yield VerticalScroll(Static("", id="tables", markup=False), id="leaving")

    async def show_study(self) -> None:
        """Look at the study beside the screen, and say what would leave."""
        self.query_one(HeadLine).left = f"iprtool  {self._exporter.name} · export"
        self.query_one("#wish", Static).update(_wish_text(self._wish, self._folder))
        wish = self._wish
        self._leaving = None
        self.run_worker(lambda: self._look(wish), thread=True, exclusive=True, group="looking", exit_on_error=False)

    # Beside the screen

    def _look(self, wish: LeavingWish) -> None:
        try:
            leaving = self._exporter.look(wish, self._telling("looking at the study"))
        except IprtoolError as error:
            self.post_message(self.Ended(str(error), wrong=True))
        except _UnwantedError:
            return
        else:
            self.post_message(self.Looked(wish, leaving))

    def _write(self, wish: LeavingWish, folder: str) -> None:
        try:
            left = self._exporter.export(wish, folder, self._telling("writing"))
        except IprtoolError as error:
            self.post_message(self.Ended(str(error), wrong=True))
        except _UnwantedError:
            self.post_message(self.Ended("The export was cancelled; nothing of it is left."))
        else:
            self.post_message(self.Ended(f"Written: {left.folder} ({left.rows:,} rows in all)."))

    def _telling(self, what: str) -> Progress:
        worker = get_current_worker()

        def tell(part: float) -> None:
            if worker.is_cancelled:
                raise _UnwantedError
            self.post_message(self.Got(what, part))

        return tell

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        if event.wish != self._wish:
            return
        self._leaving = event.leaving
        self.query_one("#tables", Static).update(_leaving_table(event.leaving))
        self.query_one(HeadLine).right = f"{sum(table.rows for table in event.leaving.tables):,} rows"
        if self._writing is None:
            self.say("")

    @on(Got)
    def _got(self, event: Got) -> None:
        # A new step of the bar, not every call.
        step = int(event.part * 100)
        if step != self._step:
            self._step = step
            self.say(f"{event.what}  {bar(event.part)}{'  ·  c cancels' if self._writing else ''}")

    @on(Ended)
    def _ended(self, event: Ended) -> None:
        self._writing = None
        self.say(event.said, wrong=event.wrong)

    # Keys

    async def _ask(self, **fields: Any) -> None:
        if self._writing is None:
            self._wish = msgspec.structs.replace(self._wish, **fields)
            await self.show_study()

    async def action_text(self) -> None:
        """Free text leaves too, or not."""
        await self._ask(text=not self._wish.text)

    async def action_dates(self) -> None:
        """Dates leave too, or not."""
        await self._ask(dates=not self._wish.dates)

    async def action_fresh(self) -> None:
        """Ids that no export before has, or the same as ever."""
        await self._ask(fresh_ids=not self._wish.fresh_ids)

    def action_folder(self) -> None:
        """Another folder."""

        async def take(folder: str | None) -> None:
            if folder:
                self._folder = folder
                await self._ask()

        self.app.push_screen(LineScreen("The folder in which the export is made", self._folder, path=True), take)

    def action_recipient(self) -> None:
        """To whom it goes."""

        async def take(recipient: str | None) -> None:
            if recipient is not None:
                await self._ask(recipient=recipient)

        self.app.push_screen(LineScreen("To whom it goes, for the study's ledger", self._wish.recipient), take)

    def action_export(self) -> None:
        """Ask once more, then write it."""
        leaving = self._leaving
        if self._writing is not None:
            self.say("An export is being written; c cancels it.")
            return
        if leaving is None:
            self.say("The study is still being looked at; a moment.")
            return

        def take(yes: bool | None) -> None:
            if yes:
                wish, folder = self._wish, self._folder
                self._writing = self.run_worker(
                    lambda: self._write(wish, folder), thread=True, group="writing", exit_on_error=False
                )

        self.app.push_screen(ConfirmScreen("Write this export?", _question(leaving, self._wish, self._folder)), take)

    def action_cancel(self) -> None:
        """Stop what is being written."""
        if self._writing is not None:
            self._writing.cancel()

    def action_leave(self) -> None:
        """Back, unless an export is being written."""
        if self._writing is not None:
            self.say("An export is being written; c cancels it.")
            return
        self.dismiss(None)


def _wish_text(wish: LeavingWish, folder: str) -> Content:
    ids = "fresh" if wish.fresh_ids else "as in exports before"
    parts = [
        ("free text", "LEAVES" if wish.text else "left out"),
        ("dates", "LEAVE, as offsets" if wish.dates else "left out"),
        ("ids", ids),
        *([("for", wish.recipient)] if wish.recipient else []),
    ]
    first = Content(" · ").join([Content.assemble(f"{name} ", (word, "bold")) for name, word in parts])
    return first + Content(f"\ninto {folder}")


def _leaving_table(leaving: Leaving) -> Group:
    """The tables in three columns, of which the last one wraps; under them why something does not leave."""
    tables = Table.grid(padding=(0, 2, 0, 0), expand=True)
    tables.add_column(no_wrap=True)
    tables.add_column(no_wrap=True, justify="right")
    tables.add_column(ratio=1)
    tables.add_row(Text("table", "dim"), Text("rows", "dim"), Text("what of it", "dim"))
    for table in leaving.tables:
        tables.add_row(Text(table.name, "bold"), Text(f"{table.rows:,}"), Text("\n".join(_said_of(table))))
    reasons = Table.grid(padding=(0, 1, 0, 0), expand=True)
    reasons.add_column(no_wrap=True)
    reasons.add_column(ratio=1)
    for reason in leaving.reasons:
        reasons.add_row(Text("!"), Text(reason))
    forbidden: list[RenderableType] = [Text("\nWhat consents forbid", "bold"), reasons] if leaving.reasons else []
    return Group(tables, *forbidden)


def _said_of(table: LeavingTable) -> list[str]:
    """What is told of a table, a line each."""
    said = {"free text": ", ".join(table.texts), "dates": ", ".join(table.dates), "left out": table.left_out}
    return [f"{what}: {names}" for what, names in said.items() if names]


def _question(leaving: Leaving, wish: LeavingWish, folder: str) -> list[str]:
    """What is about to leave, in a few lines."""
    texts = sorted({f"{table.name}.{name}" for table in leaving.tables for name in table.texts})
    return [
        f"{sum(table.rows for table in leaving.tables):,} rows in {len(leaving.tables)} tables, into {folder}",
        f"Free text leaves: {', '.join(texts)}" if texts else "No free text.",
        "Dates leave, as offsets." if wish.dates else "No dates.",
        *([f"For {wish.recipient}."] if wish.recipient else []),
        *(f"! {reason}" for reason in leaving.reasons[:_REASONS]),
        *([f"! and {len(leaving.reasons) - _REASONS} reasons more"] if len(leaving.reasons) > _REASONS else []),
    ]
