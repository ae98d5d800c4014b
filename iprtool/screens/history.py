"""The history of a study: who changed what, when; filtered, and taken back from here."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

import msgspec
from textual import on, work
from textual.message import Message
from textual.widget import Widget
from textual.worker import get_current_worker

from iprtool.commands.registers import HISTORY
from iprtool.history.change import Change, Question, Wanted, levels_of, newest_first, next_level, shown
from iprtool.model.errors import IprtoolError
from iprtool.screens.dialogs import ConfirmScreen
from iprtool.screens.key_line import HeadLine
from iprtool.screens.keys import bindings_of
from iprtool.screens.library_form import FormField, FormScreen
from iprtool.screens.register import RegisterScreen
from iprtool.screens.row_list import Cell, RowList, fitted

WIDE = 100
"""From so many cells on, the rows have the session in full, and the kind of change."""


class HistoryBook(Protocol):
    """A study's history; every call may be made from any thread."""

    def parts(self) -> Iterator[tuple[float, list[Change]]]:
        """The changes, part by part, with the share that is done; slow."""
        ...

    def question(self, change: Change) -> Question | None:
        """What is asked before a change is taken back; IprtoolError where it can't be."""
        ...

    def take_back(self, change: Change, *, sure: bool = False, reason: str = "") -> str:
        """Take a change back, which is a change itself; the result says what was done."""
        ...


class HistoryScreen(RegisterScreen):
    """The changes, the newest first; they come in while the layers are being read."""

    BINDINGS = bindings_of(HISTORY)

    class Came(Message):
        """More of the history was read, this share of it all; `fresh` where it is the first part."""

        def __init__(self, share: float, changes: list[Change], *, fresh: bool) -> None:
            super().__init__()
            self.share, self.changes, self.fresh = share, changes, fresh

    class Failed(Message):
        """It could not be read."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    def __init__(self, book: HistoryBook, study: str, wanted: Wanted | None = None) -> None:
        super().__init__(HISTORY)
        self._book, self._study = book, study
        self.wanted = wanted or Wanted()
        self._all: list[Change] = []
        self.changes: list[Change] = []
        self._share = 0.0
        self._to_top = False

    def body(self) -> Iterable[Widget]:
        """The rows."""
        yield RowList()

    async def on_mount(self) -> None:
        """The keys go to the rows."""
        await super().on_mount()
        self.query_one(RowList).focus()

    async def show_study(self) -> None:
        """Read it anew."""
        self._read()

    @work(thread=True, exclusive=True, group="history", exit_on_error=False)
    def _read(self) -> None:
        worker, fresh = get_current_worker(), True
        try:
            for share, changes in self._book.parts():
                if worker.is_cancelled:
                    return
                self.post_message(self.Came(share, changes, fresh=fresh))
                fresh = False
        except IprtoolError as error:
            self.post_message(self.Failed(str(error)))

    @on(Came)
    def _came(self, event: Came) -> None:
        self._all = newest_first([*reversed([] if event.fresh else self._all), *event.changes])
        self._share = event.share
        self.show_changes()

    @on(Failed)
    def _failed(self, event: Failed) -> None:
        self.say(event.sentence, wrong=True)

    def show_changes(self) -> None:
        """Show those that are wanted, the cursor on the change where it was."""
        here = self.chosen
        self.changes = shown(self._all, self.wanted)
        keys = [one.key for one in self.changes]
        place = keys.index(here.key) if here is not None and here.key in keys else None
        self.query_one(RowList).show_rows(len(self.changes), self._cells, (), 0 if self._to_top else place)
        self._to_top = self._to_top and self._share < 1
        reading = f"reading {self._share:.0%} · " if self._share < 1 else ""
        words = self.wanted.words()
        head = self.query_one(HeadLine)
        head.left = f"iprtool  {self._study} · history" + (f" · {words}" if words else "")
        head.right = f"{reading}{len(self.changes)} of {len(self._all)} changes"

    @property
    def chosen(self) -> Change | None:
        """The change under the cursor."""
        place = self.query_one(RowList).here
        return self.changes[place] if place < len(self.changes) else None

    def on_resize(self) -> None:
        """The rows take the width that there is."""
        self.query_one(RowList).refresh()

    def on_row_list_moved(self) -> None:
        """When the change under the cursor was, on which device, and what it is known by."""
        one = self.chosen
        if one is None:
            self.say("Nothing that is shown here was changed yet.")
        else:
            self.say(f"{moment(one.at_utc, seconds=True)} · on {one.device} · {one.key[:8]}")

    def on_row_list_chosen(self) -> None:
        """A second click is Enter."""
        self.action_details()

    def action_details(self) -> None:
        """The change in full."""
        one = self.chosen
        if one is not None:
            about = [
                f"{moment(one.at_utc, seconds=True)} by {one.who}, on {one.device}",
                one.where or "the study",
                *one.details,
            ]
            self.app.push_screen(ConfirmScreen(one.what, about, "esc closes"))

    def action_kinds(self) -> None:
        """The next kind of change."""
        self._narrow("kind")

    def action_persons(self) -> None:
        """The next person."""
        self._narrow("person")

    def action_sessions(self) -> None:
        """The next session."""
        self._narrow("session")

    def _narrow(self, field: str) -> None:
        others = shown(self._all, msgspec.structs.replace(self.wanted, **{field: ""}))
        level = next_level(levels_of(others, field), getattr(self.wanted, field))
        self._want(msgspec.structs.replace(self.wanted, **{field: level}))

    def _want(self, wanted: Wanted) -> None:
        """Show others; what was said of the one before no longer stands there."""
        self.wanted = wanted
        self.show_changes()
        self.on_row_list_moved()

    def action_all(self) -> None:
        """Everything again."""
        self._want(Wanted())

    def action_find(self) -> None:
        """Only what has a text in its line."""

        def take(values: dict[str, str]) -> Wanted:
            return msgspec.structs.replace(self.wanted, text=values["text"].strip())

        def done(wanted: Wanted | None) -> None:
            if wanted is not None:
                self._want(wanted)

        field = FormField("text", "text", self.wanted.text, hint="empty: everything")
        self.app.push_screen(FormScreen("find in the history", [field], take), done)

    async def action_undo_chosen(self) -> None:
        """Take the change under the cursor back, after what is to be asked."""
        change = self.chosen
        if change is None:
            return
        asked = await self.attempt(lambda: (self._book.question(change),))
        if asked is None:
            return
        (question,) = asked
        if question is None:
            await self._take_back(change)
        elif question.reason:
            self._ask_reason(change, question)
        else:
            self._ask(change, question)

    def _ask(self, change: Change, question: Question) -> None:
        async def answered(yes: bool | None) -> None:
            if yes:
                await self._take_back(change, sure=True)

        self.app.push_screen(ConfirmScreen(question.text, [change.what]), answered)

    def _ask_reason(self, change: Change, question: Question) -> None:

        def take(values: dict[str, str]) -> str:
            if not values["reason"].strip():
                raise IprtoolError("A reason is kept with it; write one.")
            return values["reason"].strip()

        async def answered(reason: str | None) -> None:
            if reason is not None:
                await self._take_back(change, reason=reason)

        self.app.push_screen(FormScreen(question.text, [FormField("reason", "reason")], take), answered)

    async def _take_back(self, change: Change, *, sure: bool = False, reason: str = "") -> None:
        said = await self.attempt(lambda: self._book.take_back(change, sure=sure, reason=reason))
        if said is not None:
            self._to_top = True
            self.say(f"{said[:1].upper()}{said[1:]}.")
            self._read()

    def _cells(self, place: int) -> tuple[Cell, ...]:
        one, width = self.changes[place], max(40, self.query_one(RowList).size.width)
        sign = "↶" if one.undoes else "×" if one.undone else " "
        when, who = f" {moment(one.at_utc)} ", f"{fitted(one.who, 11)} "
        where, kind = f"{fitted(one.where.replace(' · session ', '·'), 8)} ", ""
        if width >= WIDE:
            where, kind = f"{fitted(one.where, 17)} ", f"{fitted(one.kind, 14)} "
        room = max(10, width - len(when) - len(who) - len(where) - len(kind) - 2)
        what = (f"{sign} {fitted(one.what, room)}", "dim" if one.undone else "")
        return (when, "dim"), (who, "bold"), (where, ""), (kind, "dim"), what


def moment(at_utc: str, *, seconds: bool = False) -> str:
    """A time in UTC as the clock on the wall has it: 22 Nov 07:27."""
    local = datetime.fromisoformat(at_utc).astimezone()
    return local.strftime("%d %b %Y %H:%M:%S" if seconds else "%d %b %H:%M")
