"""The list of marks, newest place first: two lines each, drawn by line so that ten thousand cost no more than ten."""

from collections.abc import Callable

import msgspec
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from iprtool.model.mark import Mark
from iprtool.model.times import clock
from iprtool.screens.row_list import fitted
from iprtool.timeline.index import MarkIndex

ROWS = 2
MARGIN = " " * 7
"""What stands before a note."""


class MarkRow(msgspec.Struct, frozen=True):
    """What the list shows of a mark: its place, its glyph and title, its note."""

    id: str
    at_ms: int
    until: str
    glyph: str
    title: str
    note: str


class MarksList(ScrollView):
    """Marks by place, the latest place on top; the chosen one is lit."""

    COMPONENT_CLASSES = {"marks--time", "marks--glyph", "marks--title", "marks--note", "marks--chosen"}
    DEFAULT_CSS = """
    MarksList { scrollbar-size-vertical: 1; overflow-x: hidden; }
    MarksList > .marks--time { color: $text-muted; }
    MarksList > .marks--glyph { color: $accent; text-style: bold; }
    MarksList > .marks--title { color: $text; text-style: bold; }
    MarksList > .marks--note { color: $text-muted; text-style: italic; }
    MarksList > .marks--chosen { background: $primary-muted; color: $text; }
    """
    can_focus = False
    ALLOW_SELECT = False

    class Chosen(Message):
        """A mark was clicked."""

        def __init__(self, mark_id: str) -> None:
            super().__init__()
            self.mark_id = mark_id

    def __init__(self, row_of: Callable[[Mark], MarkRow], *, empty: str, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._row_of = row_of
        self._empty = empty
        self._marks = MarkIndex[Mark]()
        self._chosen: str | None = None

    @property
    def rows(self) -> list[MarkRow]:
        """All that it shows, from the top."""
        return [self._row_of(mark) for mark in reversed(list(self._marks))]

    def show(self, marks: MarkIndex[Mark]) -> None:
        """Show the marks of an index, and again whenever it has changed."""
        self._marks = marks
        self.virtual_size = Size(self.size.width, ROWS * len(self._marks))
        self.refresh()

    def choose(self, mark_id: str | None, at_ms: int) -> None:
        """Light one mark up, or none, and bring it, or what is nearest before a time, into view."""
        if mark_id != self._chosen:
            self._chosen = mark_id
            self.refresh()
        known = mark_id is not None and mark_id in self._marks
        rank = self._marks.rank_of(mark_id) if mark_id is not None and known else self._marks.rank(at_ms + 1) - 1
        top, height = ROWS * (len(self._marks) - 1 - max(0, rank)), self.size.height
        if not self.scroll_offset.y <= top <= self.scroll_offset.y + height - ROWS:
            self.scroll_to(y=max(0, top - height // 2), animate=False)

    def render_line(self, y: int) -> Strip:
        """One line of the list."""
        width = self.size.width
        place, line = divmod(y + self.scroll_offset.y, ROWS)
        if not len(self._marks) and y == 0:
            style = self.get_component_rich_style("marks--note")
            return Strip([Segment(f" {self._empty}", style)]).adjust_cell_length(width, self.rich_style)
        if place >= len(self._marks):
            return Strip.blank(width, self.rich_style)
        row = self._row_of(self._at(place))
        strip = self._title_line(row) if line == 0 else self._note_line(row)
        strip = strip.adjust_cell_length(width, self.rich_style)
        if row.id != self._chosen:
            return strip
        lit = Style(bgcolor=self.get_component_rich_style("marks--chosen").bgcolor)
        return Strip(Segment.apply_style(strip, post_style=lit), width)

    def _title_line(self, row: MarkRow) -> Strip:
        style = self.get_component_rich_style
        pointer = "▸" if row.id == self._chosen else " "
        where, glyph = f"{pointer}{clock(row.at_ms)}{row.until} ", f"{row.glyph} "
        title = fitted(row.title, max(1, self.size.width - cell_len(where) - cell_len(glyph)))
        return Strip(
            [
                Segment(where, style("marks--time")),
                Segment(glyph, style("marks--glyph")),
                Segment(title, style("marks--title")),
            ]
        )

    def _note_line(self, row: MarkRow) -> Strip:
        note = " ".join(row.note.split())
        room = max(1, self.size.width - cell_len(MARGIN) - 2)
        text = f"{MARGIN}“{fitted(note, room).rstrip()}”" if note else ""
        return Strip([Segment(text, self.get_component_rich_style("marks--note"))])

    def on_click(self, event: Click) -> None:
        """A click chooses the mark under it."""
        place = (event.y + self.scroll_offset.y) // ROWS
        if 0 <= place < len(self._marks):
            self.post_message(self.Chosen(self._at(place).id))

    def _at(self, place: int) -> Mark:
        """The mark of a place, counted from the top."""
        return self._marks.at(len(self._marks) - 1 - place)
