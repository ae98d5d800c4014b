"""Editing a mark in place: its edges as times, its words, its note."""

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from iprtool.model.codebook import Codebook, CodeEntry
from iprtool.model.mark import Code, Mark
from iprtool.model.times import clock, parse_clock
from iprtool.screens.note_area import NoteArea

PARTS = "EditPane Input, #edit-note, #edit-words"
TIMES = r"[\d:.]*"
FOR_THE_SCREEN = ("ctrl+q", "ctrl+p", "ctrl+g", "tab", "escape")
"""Keys that reach the recall while a mark is edited; no other key may change anything behind the form."""


class WordTicks(OptionList):
    """The words of a mark: space puts one on or takes it off; those that are on have a ●."""

    def __init__(self, codebook: Codebook, chosen: set[str], id: str) -> None:  # noqa: A002
        super().__init__(id=id, compact=True, markup=False)
        self._codebook = codebook
        self.chosen = chosen
        self.add_options(Option(self._text(entry), entry.id) for entry in codebook.codes)

    def on_mount(self) -> None:
        """The first word is the one that space sets."""
        self.highlighted = 0

    def toggle(self, code: str) -> None:
        """Put a word on, or take it off."""
        self.chosen ^= {code}
        entry = self._codebook.entry(code)
        if entry is not None:
            self.replace_option_prompt(code, self._text(entry))

    def _text(self, entry: CodeEntry) -> str:
        return f"{'●' if entry.id in self.chosen else ' '} {entry.label}"

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Space, Enter or a click on a word."""
        event.stop()
        if event.option.id is not None:
            self.toggle(event.option.id)


class EditPane(Vertical):
    """A mark's edges, words and note: Enter saves, ctrl+e leaves all as it was; a wrong edge is said at once."""

    DEFAULT_CSS = """
    EditPane { height: 1fr; padding: 0 1; }
    EditPane > #edit-title { color: $accent; text-style: bold; }
    EditPane > #edit-error { color: $text-error; height: auto; }
    EditPane Horizontal { height: 1; }
    EditPane Horizontal Static { width: auto; color: $text-muted; padding-right: 1; }
    EditPane Horizontal Input { width: 16; border: none; height: 1; padding: 0; background: $boost; margin-right: 2; }
    EditPane NoteArea { height: 2; }
    EditPane WordTicks { height: 1fr; border: none; padding: 0; background: transparent; }
    """

    class Edited(Message):
        """The mark is to have these values; None where it stays as it was."""

        def __init__(self, mark: Mark, fields: dict[str, Any] | None) -> None:
            super().__init__()
            self.mark = mark
            self.fields = fields

    def __init__(self, mark: Mark, codebook: Codebook) -> None:
        super().__init__(name="edit")
        self._mark = mark
        self._codebook = codebook

    def compose(self) -> ComposeResult:
        """Edges, note, words."""
        mark = self._mark
        ends = clock(mark.end_ms, millis=True) if mark.end_ms is not None else ""
        yield Static("edit · ↑↓ its parts · enter saves · ctrl+e leaves it as it was", id="edit-title", markup=False)
        with Horizontal():
            yield Static("begins")
            yield Input(
                clock(mark.start_ms, millis=True), id="begins", restrict=TIMES, compact=True, select_on_focus=False
            )
            yield Static("ends")
            yield Input(ends, id="ends", restrict=TIMES, placeholder="a point", compact=True, select_on_focus=False)
        yield Static("", id="edit-error", markup=False)
        yield NoteArea("the note", "edit-note", text=mark.note)
        yield WordTicks(self._codebook, {code.code for code in mark.codes}, "edit-words")

    async def on_key(self, event: Key) -> None:
        """↓ and ↑ go through the parts, Enter saves; what the part under the caret did not take ends here."""
        focused = self.screen.focused
        at_words = isinstance(focused, WordTicks)
        if event.key in FOR_THE_SCREEN:
            return
        if event.key == "ctrl+e":
            self.post_message(self.Edited(self._mark, None))
        elif event.key == "enter":
            self.save()
        elif isinstance(focused, WordTicks):
            self._press_in_words(focused, event.key)
        elif event.key in ("down", "up"):
            self._go(1 if event.key == "down" else -1)
        elif not at_words:
            # Left and right, home and end are bindings of the part under the caret, and come after this.
            return
        event.stop()
        event.prevent_default()

    def _press_in_words(self, words: WordTicks, key: str) -> None:
        match key:
            case "up" if not words.highlighted:
                self._go(-1)
            case "up":
                words.action_cursor_up()
            case "down":
                words.action_cursor_down()
            case "space":
                words.action_select()

    def _go(self, direction: int) -> None:
        (self.screen.focus_next if direction > 0 else self.screen.focus_previous)(PARTS)

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

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.save(event)

    def _values(self) -> dict[str, Any]:
        start_ms = parse_clock(self.query_one("#begins", Input).value)
        ends = self.query_one("#ends", Input).value.strip()
        end_ms = parse_clock(ends) if ends else None
        if end_ms is not None and end_ms <= start_ms:
            raise ValueError("it ends before it begins; set the later time as its end")
        kind = "interval" if end_ms is not None else "open_interval" if self._mark.kind == "open_interval" else "point"
        chosen = self.query_one(WordTicks).chosen
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
