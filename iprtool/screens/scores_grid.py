"""The grid of a session's scores: a line for each subscale, a column for each who rates, a cell that is typed into."""

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding
from textual.events import Click, Key
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from iprtool.instruments.sheet import TOTAL, Entered, Line, Rater, Sheet, entry_text, may_begin_entry, read_entry
from iprtool.screens.row_list import fitted

NAME_CELLS = 24
RANGE_CELLS = 10
CELL = 14
OF_PARTS = "(its parts)"
"""In the cell of a total that is not entered, since all that it is made of is."""

TYPED = frozenset("0123456789.,/-+")


class ScoresGrid(Widget, can_focus=True):
    """Digits are typed into the chosen cell; leaving it keeps the score, if it can be one."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"grid--head", "grid--dim", "grid--here", "grid--wrong", "grid--missing"}
    DEFAULT_CSS = """
    ScoresGrid { height: 1fr; padding: 0 1; }
    ScoresGrid > .grid--head { color: $accent; text-style: bold; }
    ScoresGrid > .grid--dim { color: $text-muted; }
    ScoresGrid > .grid--missing { color: $text-warning; }
    ScoresGrid > .grid--here { text-style: reverse; }
    ScoresGrid > .grid--wrong { color: $text-error; text-style: reverse bold; }
    """
    BINDINGS = [
        Binding("up", "go(-1, 0)", show=False),
        Binding("down,enter", "go(1, 0)", show=False),
        Binding("left,shift+tab", "go(0, -1)", show=False),
        Binding("right,tab", "go(0, 1)", show=False),
    ]

    class Typed(Message):
        """A cell is to have this score."""

        def __init__(self, line: Line, rater: Rater, entered: Entered) -> None:
            super().__init__()
            self.line, self.rater, self.entered = line, rater, entered

    class Told(Message):
        """What is to be said of the cell: what it takes, or what is wrong with it."""

        def __init__(self, text: str, *, wrong: bool = False) -> None:
            super().__init__()
            self.text, self.wrong = text, wrong

    def __init__(self) -> None:
        super().__init__()
        self.sheet = Sheet("", "", (), ())
        self.typed: str | None = None
        self._wrong = False
        self._line = self._rater = self._top = self._left = 0

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a sheet; the cursor stays on its cell, with what is typed there, or where it was if the cell is gone."""
        same, cell = sheet.session == self.sheet.session, self.cell
        self.sheet = sheet
        if not same:
            self._line = self._top = 0
        kept = _place_of(cell, sheet) if same and cell is not None else None
        if kept is not None:
            self._line, self._rater = kept
        else:
            self._drop_typed()
            self._line = max(0, min(self._line, len(sheet.lines) - 1))
            self._rater = max(0, min(self._rater, len(sheet.raters) - 1))
        if not self._is_asked(self._line, self._rater):
            self._to_nearest()
        self.refresh()

    @property
    def cell(self) -> tuple[Line, Rater] | None:
        """The chosen cell, or None where the sheet has none."""
        if not self._is_asked(self._line, self._rater):
            return None
        return self.sheet.lines[self._line], self.sheet.raters[self._rater]

    def to_cell(self, line: Line, rater: Rater) -> None:
        """Choose a cell."""
        self._line, self._rater = self.sheet.lines.index(line), self.sheet.raters.index(rater)
        self.refresh()
        self.tell()

    def tell(self) -> None:
        """Say what the chosen cell takes."""
        if self.cell is not None:
            self.post_message(self.Told(told(*self.cell)))

    def leave_cell(self) -> bool:
        """Keep what was typed; whether the cursor may go on: not from what can be no score."""
        if self.typed is None or self.cell is None:
            return True
        line, rater = self.cell
        if not self.typed.strip():
            self.typed = None
            return True
        try:
            entered = read_entry(line.subscale, self.typed)
        except ValueError as error:
            self._said_wrong(str(error))
            return False
        self.typed, self._wrong = None, False
        score = self.sheet.score(line, rater)
        if score is None or (score.value, score.items_answered) != (entered.value, entered.items_answered):
            self.post_message(self.Typed(line, rater, entered))
        return True

    def action_go(self, down: int, right: int) -> None:
        """To the next cell in a direction that somebody fills in."""
        if not self.leave_cell():
            return
        line, rater = self._line + down, self._rater + right
        while 0 <= line < len(self.sheet.lines) and 0 <= rater < len(self.sheet.raters):
            if self._is_asked(line, rater):
                self._line, self._rater = line, rater
                break
            line, rater = line + down, rater + right
        self.refresh()
        self.tell()

    def on_key(self, event: Key) -> None:
        """Digits begin or go on with a score; backspace takes the last away, Escape all of them."""
        if self.cell is None:
            return
        if event.character in TYPED:
            self._type((self.typed or "") + (event.character or ""))
        elif event.key == "backspace":
            self._type((entry_text(self.sheet.score(*self.cell)) if self.typed is None else self.typed)[:-1])
        elif event.key == "escape" and self.typed is not None:
            self.typed, self._wrong = None, False
            self.tell()
        else:
            return
        event.stop()
        event.prevent_default()
        self.refresh()

    def on_click(self, event: Click) -> None:
        """A click chooses a cell."""
        rows, place = self._rows(), event.y - 1 + self._top
        column = (event.x - 1 - NAME_CELLS - RANGE_CELLS) // CELL + self._left
        if 0 <= place < len(rows) and rows[place] is not None and 0 <= column < len(self.sheet.raters):
            line = rows[place]
            if line is not None and self._is_asked(line, column) and self.leave_cell():
                self._line, self._rater = line, column
                self.refresh()
                self.tell()

    def render_line(self, y: int) -> Strip:
        """The raters, then the instruments with their subscales."""
        self._follow()
        rows = self._rows()
        if y == 0:
            segments = self._heading()
        elif y - 1 + self._top < len(rows):
            place = y - 1 + self._top
            line = rows[place]
            segments = self._title(rows[place + 1]) if line is None else self._cells(line)
        else:
            segments = []
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _type(self, text: str) -> None:
        assert self.cell is not None
        self.typed = text[:12]
        self._wrong = not may_begin_entry(self.cell[0].subscale, self.typed)
        if not self._wrong:
            self.tell()
            return
        try:
            read_entry(self.cell[0].subscale, self.typed)
        except ValueError as error:
            self._said_wrong(str(error))

    def _said_wrong(self, problem: str) -> None:
        self._wrong = True
        self.refresh()
        self.post_message(self.Told(f"{problem[:1].upper()}{problem[1:]}.", wrong=True))

    def _drop_typed(self) -> None:
        if self.typed is not None:
            self.post_message(
                self.Told(f"{self.typed} was not kept: its line is not on the sheet any more.", wrong=True)
            )
        self.typed, self._wrong = None, False

    def _is_asked(self, line: int, rater: int) -> bool:
        if not (0 <= line < len(self.sheet.lines) and 0 <= rater < len(self.sheet.raters)):
            return False
        return self.sheet.asked(self.sheet.lines[line], self.sheet.raters[rater])

    def _to_nearest(self) -> None:
        cells = ((line, rater) for line in range(len(self.sheet.lines)) for rater in range(len(self.sheet.raters)))
        found = (cell for cell in cells if self._is_asked(*cell))
        self._line, self._rater = next(found, (0, 0))

    def _rows(self) -> list[int | None]:
        """What is drawn line by line: a subscale by its place, None for the title of the instrument after it."""
        rows: list[int | None] = []
        for place, line in enumerate(self.sheet.lines):
            if place == 0 or line.instrument != self.sheet.lines[place - 1].instrument:
                rows.append(None)
            rows.append(place)
        return rows

    def _follow(self) -> None:
        """Keep the chosen cell in sight, with the title above it where it is the first."""
        room, rows = max(1, self.size.height - 1), self._rows()
        if self._line in rows:
            place = rows.index(self._line)
            self._top = max(place - room + 1, min(self._top, max(0, place - 1)))
        columns = max(1, (self.size.width - NAME_CELLS - RANGE_CELLS) // CELL)
        self._left = max(self._rater - columns + 1, min(self._left, self._rater))

    def _heading(self) -> list[Segment]:
        dim = self.get_component_rich_style("grid--dim")
        segments = [Segment(fitted("subscale", NAME_CELLS) + fitted("range", RANGE_CELLS), dim)]
        for place, rater in list(enumerate(self.sheet.raters))[self._left :]:
            style = self.get_component_rich_style("grid--head") if place == self._rater else dim
            before = "‹" if place == self._left and self._left else " "
            segments.append(Segment(before + fitted(rater.label, CELL - 2) + " ", style))
        return segments

    def _title(self, following: int | None) -> list[Segment]:
        assert following is not None
        instrument = self.sheet.lines[following].instrument
        text = f"{instrument.id} {instrument.version} · {instrument.title}"
        return [Segment(fitted(text, self.size.width), self.get_component_rich_style("grid--head"))]

    def _cells(self, place: int) -> list[Segment]:
        line, style = self.sheet.lines[place], self.get_component_rich_style
        one = line.subscale
        scale = fitted(f"{one.minimum:g}–{one.maximum:g}", RANGE_CELLS)
        segments = [Segment(fitted(f"  {one.label}", NAME_CELLS), self.rich_style), Segment(scale, style("grid--dim"))]
        for column, rater in list(enumerate(self.sheet.raters))[self._left :]:
            here = (place, column) == (self._line, self._rater)
            if not self.sheet.asked(line, rater):
                segments.append(Segment(" " * CELL, self.rich_style))
                continue
            score = self.sheet.score(line, rater)
            spared = score is None and self.sheet.is_spared(line, rater)
            text = entry_text(score) or (OF_PARTS if spared and one.id == TOTAL else "–")
            look = None if score else style("grid--dim" if spared else "grid--missing")
            if here and self.typed is not None:
                text, look = f"{self.typed}_", style("grid--wrong") if self._wrong else look
            text = ("▸" if here else " ") + fitted(text + (" !" if here and self._wrong else ""), CELL - 2)
            shown = style("grid--here") if here and not self._wrong else None
            segments += [
                Segment(text, look + shown if look and shown else shown or look or self.rich_style),
                Segment(" ", self.rich_style),
            ]
        return segments


def _place_of(cell: tuple[Line, Rater], sheet: Sheet) -> tuple[int, int] | None:
    """Where a sheet has a cell of another one, or None; a rater whom nobody was yet may have become somebody."""
    line, rater = cell
    raters = (
        at for at, one in enumerate(sheet.raters) if one.role == rater.role and rater.person in (None, one.person)
    )
    column = next(raters, None)
    return (sheet.lines.index(line), column) if line in sheet.lines and column is not None else None


def told(line: Line, rater: Rater) -> str:
    """What a cell takes, in one line."""
    one = line.subscale
    items = f", {one.items} items ({one.scoring})" if one.items is not None else ""
    how = f"; if only {one.items - 1} were answered, write 12/{one.items - 1}" if one.items and one.items > 1 else ""
    text = f"{line.instrument.id} {one.label} by {rater.label}: {one.minimum:g} to {one.maximum:g}{items}{how}"
    return text if cell_len(text) < 200 else text[:200]
