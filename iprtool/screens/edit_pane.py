"""Editing a mark in place: its edges as times, its words, its note."""

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.message import Message
from textual.widgets import Input, SelectionList, Static
from textual.widgets.selection_list import Selection

from iprtool.model.codebook import Codebook
from iprtool.model.mark import Code, Mark
from iprtool.model.times import clock, parse_clock
from iprtool.screens.note_area import NoteArea

PARTS = "EditPane Input, #edit-note, #edit-words"


class EditPane(Vertical):
    """A mark's edges, words and note; Enter saves, ↓ goes to the next part, an edge that is no time is said at once."""

    DEFAULT_CSS = """
    EditPane { height: 1fr; padding: 0 1; }
    EditPane > #edit-title { color: $accent; text-style: bold; }
    EditPane > #edit-error { color: $text-error; height: auto; }
    EditPane Horizontal { height: 1; }
    EditPane Horizontal Static { width: auto; color: $text-muted; padding-right: 1; }
    EditPane Horizontal Input { width: 16; border: none; height: 1; padding: 0; background: $boost; margin-right: 2; }
    EditPane NoteArea { height: 2; }
    EditPane SelectionList { height: 1fr; border: none; padding: 0; background: transparent; }
    """

    class Edited(Message):
        """The mark is to have these values."""

        def __init__(self, mark: Mark, fields: dict[str, Any]) -> None:
            super().__init__()
            self.mark = mark
            self.fields = fields

    def __init__(self, mark: Mark, codebook: Codebook) -> None:
        super().__init__(id="edit")
        self._mark = mark
        self._codebook = codebook

    def compose(self) -> ComposeResult:
        """Edges, note, words."""
        mark = self._mark
        ends = clock(mark.end_ms, millis=True) if mark.end_ms is not None else ""
        yield Static("edit   enter saves · ↑↓ next part · space sets a word", id="edit-title", markup=False)
        with Horizontal():
            yield Static("begins")
            yield Input(clock(mark.start_ms, millis=True), id="begins", compact=True, select_on_focus=False)
            yield Static("ends")
            yield Input(ends, id="ends", placeholder="a point", compact=True, select_on_focus=False)
        yield Static("", id="edit-error", markup=False)
        yield NoteArea("the note", "edit-note")
        chosen = {code.code for code in mark.codes}
        yield SelectionList[str](
            *(Selection(entry.label, entry.id, entry.id in chosen) for entry in self._codebook.codes),
            id="edit-words",
            compact=True,
        )

    def on_mount(self) -> None:
        """The note as it is."""
        self.query_one(NoteArea).write(self._mark.note)

    async def on_key(self, event: Key) -> None:
        """↓ and ↑ go through the parts; Enter saves from the words as well."""
        focused = self.screen.focused
        if event.key in ("down", "up") and isinstance(focused, Input):
            event.stop()
            (self.screen.focus_next if event.key == "down" else self.screen.focus_previous)(PARTS)

    @on(Input.Submitted)
    @on(NoteArea.Saved)
    def save(self, event: Message | None = None) -> None:
        """Enter: the values go to the mark, or the wrong edge is said."""
        if event is not None:
            event.stop()
        try:
            fields = self._values()
        except ValueError as error:
            self.query_one("#edit-error", Static).update(str(error))
            return
        self.post_message(self.Edited(self._mark, fields))

    def _values(self) -> dict[str, Any]:
        start_ms = parse_clock(self.query_one("#begins", Input).value)
        ends = self.query_one("#ends", Input).value.strip()
        end_ms = parse_clock(ends) if ends else None
        if end_ms is not None and end_ms <= start_ms:
            raise ValueError("it ends before it begins; set the later time as its end")
        kind = "interval" if end_ms is not None else "open_interval" if self._mark.kind == "open_interval" else "point"
        chosen = set(self.query_one(SelectionList[str]).selected)
        known = {code.code: code for code in self._mark.codes}
        book = self._codebook
        foreign = [code for code in self._mark.codes if code.codebook != book.id]
        picked = [known.get(one.id) or Code(book.id, book.version, one.id) for one in book.codes if one.id in chosen]
        return {
            "start_ms": start_ms,
            "end_ms": end_ms,
            "kind": kind,
            "note": self.query_one(NoteArea).text.strip(),
            "codes": (*foreign, *picked),
        }
