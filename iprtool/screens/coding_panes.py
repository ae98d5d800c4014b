"""What a coder sees beside the timeline: the codes in their groups, and the evidence in the segment."""

from collections.abc import Sequence

from rich.segment import Segment
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from iprtool.coding.board import Board, Row
from iprtool.coding.wording import CLARITY_SIGNS
from iprtool.model.codebook import Codebook
from iprtool.model.mark import Mark
from iprtool.recall.wording import words_of
from iprtool.screens.coding_presenting import times_of

COLUMN_CELLS = 38
"""A column is at least so wide; where there is more room there are more of them."""

MOST_COLUMNS = 3
GLOSS_CELLS = 50
"""With so many cells beside the longest label, each code has its gloss there."""

BEFORE_LABEL = 7
"""Cells for the pointer, the sign and the number."""

Line = Row | str
"""A line of a column: a code, or the name of a group."""


class CodesPane(Widget, can_focus=False):
    """The codes of a segment, or the scales of the whole session, in their groups; the one chosen is lit."""

    COMPONENT_CLASSES = {"codes--group", "codes--row", "codes--found", "codes--number", "codes--more", "codes--chosen"}
    DEFAULT_CSS = """
    CodesPane { height: 1fr; padding: 0 1; }
    CodesPane > .codes--group { color: $accent; text-style: bold; }
    CodesPane > .codes--row { color: $text-muted; }
    CodesPane > .codes--found { color: $text; text-style: bold; }
    CodesPane > .codes--number { color: $text-muted; }
    CodesPane > .codes--more { color: $text-muted; }
    CodesPane > .codes--chosen { background: $primary-muted; color: $text; }
    """
    ALLOW_SELECT = False

    class Pressed(Message):
        """A code was clicked."""

        def __init__(self, row_id: str) -> None:
            super().__init__()
            self.row_id = row_id

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._board = Board(())
        self._chosen = ""
        self._top = 0

    def show(self, board: Board, chosen: str) -> None:
        """Show the codes as they stand, with one of them chosen."""
        if (board, chosen) != (self._board, self._chosen):
            self._board, self._chosen = board, chosen
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line of all columns."""
        columns, width = self._columns()
        if y == 0:
            self._keep_in_view(columns)
        at = y + self._top
        parts = [Strip(self._segments(column[at], width) if at < len(column) else []) for column in columns]
        cells = Strip.join(part.adjust_cell_length(width, self.rich_style) for part in parts)
        return cells.adjust_cell_length(self.size.width, self.rich_style)

    def on_click(self, event: Click) -> None:
        """The code under the pointer."""
        columns, width = self._columns()
        number, at = (event.x - self.gutter.left) // max(1, width), event.y - self.gutter.top + self._top
        if 0 <= number < len(columns) and 0 <= at < len(columns[number]):
            line = columns[number][at]
            if isinstance(line, Row):
                self.post_message(self.Pressed(line.id))

    def _columns(self) -> tuple[list[list[Line]], int]:
        """As many columns as it takes to show everything, and as there is room for; and how wide each is."""
        lines, width, height = lines_of(self._board), self.size.width, max(1, self.size.height)
        most = max(1, min(MOST_COLUMNS, width // COLUMN_CELLS))
        count = min(most, -(-len(lines) // height))
        return columns_of(lines, count, height), width // max(1, count)

    def _keep_in_view(self, columns: list[list[Line]]) -> None:
        height = max(1, self.size.height)
        at = next((at for column in columns for at, line in enumerate(column) if self._is_chosen(line)), 0)
        if at <= 1:
            self._top = 0
        self._top = min(max(self._top, at - height + 1), at, max(0, max(map(len, columns), default=0) - height))

    def _is_chosen(self, line: Line) -> bool:
        return isinstance(line, Row) and line.id == self._chosen

    def _segments(self, line: Line, width: int) -> list[Segment]:
        style = self.get_component_rich_style
        if isinstance(line, str):
            return [Segment(line, style("codes--group"))]
        chosen = self._is_chosen(line)
        text = style("codes--found" if line.found else "codes--row")
        number = "  " if line.scale is not None else f"{line.number % 10 if line.number <= 10 else ' '} "
        more = more_of(line, width - BEFORE_LABEL - len(line.label) - 1)
        parts = [
            Segment("▸" if chosen else " ", text),
            Segment(f"{sign_of(line):>3} ", text),
            Segment(number, style("codes--number")),
            Segment(cut(line.label, width - BEFORE_LABEL - len(more) - 1), text),
            Segment(more, style("codes--more")),
            *self._gloss(line, width - BEFORE_LABEL - len(more)),
        ]
        if chosen:
            lit = style("codes--chosen")
            parts = [Segment(one.text, (one.style or lit) + lit) for one in parts]
        return parts

    def _gloss(self, row: Row, cells: int) -> list[Segment]:
        """A code in plain words, where a column is so wide that there is room for it."""
        widest = max(len(one.label) for one in self._board.rows)
        if cells < widest + GLOSS_CELLS:
            return []
        text = f"{' ' * (widest - len(row.label) + 2)}{cut(row.gloss, cells - widest - 3)}"
        return [Segment(text, self.get_component_rich_style("codes--more"))]


def lines_of(board: Board) -> list[Line]:
    """The rows with the names of their groups before them."""
    lines: list[Line] = []
    for row in board.rows:
        if not lines or (isinstance(lines[-1], Row) and lines[-1].group != row.group):
            lines.append(row.group)
        lines.append(row)
    return lines


def columns_of(lines: Sequence[Line], count: int, height: int) -> list[list[Line]]:
    """Lines in columns: broken before a group where all of it fits so, else evenly."""
    columns: list[list[Line]] = [[]]
    for at, line in enumerate(lines):
        if isinstance(line, str):
            group = 1 + next((more for more, one in enumerate(lines[at + 1 :]) if isinstance(one, str)), len(lines))
            if columns[-1] and len(columns[-1]) + min(group, len(lines) - at) > height:
                columns.append([])
        columns[-1].append(line)
    if len(columns) <= count and all(len(column) <= height for column in columns):
        return columns
    even = -(-len(lines) // count)
    return [list(lines[first : first + even]) for first in range(0, len(lines), even)]


def cut(label: str, cells: int) -> str:
    """A label as far as there is room for it."""
    return label if len(label) <= cells else f"{label[: max(0, cells - 1)]}…"


def sign_of(row: Row) -> str:
    """A code in one sign: its rating in brackets, its clarity, or a dot; blank where it was not found."""
    if row.scale is not None:
        return f"[{row.rating:g}]" if row.rating is not None else "[ ]"
    return CLARITY_SIGNS[row.clarity] if row.found else ""


def more_of(row: Row, cells: int) -> str:
    """What there is of a code beside its sign: how many marks show it, whether it has a note; its rating's anchor.

    The anchor is left out where there are not so many cells for it.
    """
    anchor = row.scale.anchors.get(f"{row.rating:g}") if row.scale is not None and row.rating is not None else None
    more = f"{f' ◆{row.evidence}' if row.evidence else ''}{' ¶' if row.note else ''}"
    return f"{more} {anchor}" if anchor and len(more) + 1 + len(anchor) <= cells else more


class EvidencePane(Static):
    """The evidence in the segment, a line each with its note; the one chosen is lit."""

    def show(self, marks: Sequence[Mark], codebook: Codebook, chosen: str | None) -> None:
        """Show the marks by their time."""
        lines = [
            Content.assemble(
                ("▸" if mark.id == chosen else " ", "bold"),
                (times_of(mark), "bold" if mark.id == chosen else ""),
                f" {words_of(mark, codebook)}",
                (f" “{' '.join(mark.note.split())}”" if mark.note else "", "italic"),
            )
            for mark in marks
        ]
        self.display = bool(lines)
        self.update(Content("\n").join(lines))
