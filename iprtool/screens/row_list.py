"""A list of rows of which one is chosen: only what is seen is drawn, however many there are."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.binding import Binding
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

Cell = tuple[str, str]
"""A piece of a row: its text, and how it looks (empty, dim, bold, head)."""

Draw = Callable[[int], Sequence[Cell]]
"""The pieces of the row at a place."""


def fitted(text: str, cells: int) -> str:
    """A text on one line that takes just so many cells; what is cut off shows as an ellipsis."""
    line = " ".join(text.split("\n"))
    if cell_len(line) <= cells:
        return set_cell_size(line, cells)
    return set_cell_size(set_cell_size(line, max(0, cells - 1)) + "…", cells)


class RowList(ScrollView, can_focus=True):
    """Rows under a cursor; Enter and letters are the screen's."""

    BINDINGS = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "to_end(-1)", show=False),
        Binding("end", "to_end(1)", show=False),
    ]
    COMPONENT_CLASSES = {"rows--dim", "rows--bold", "rows--head", "rows--here"}
    DEFAULT_CSS = """
    RowList { height: 1fr; width: 1fr; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }
    RowList > .rows--dim { color: $text-muted; }
    RowList > .rows--bold { text-style: bold; }
    RowList > .rows--head { color: $accent; text-style: bold; }
    RowList > .rows--here { text-style: reverse; }
    """
    ALLOW_SELECT = False

    here: reactive[int] = reactive(0, init=False)
    """The place of the row that is chosen."""

    class Moved(Message):
        """Another row is chosen, by a key or a click."""

    class Chosen(Message):
        """A row that was chosen already was clicked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._count = 0
        self._draw: Draw = lambda _: ()
        self._fixed: frozenset[int] = frozenset()

    def show_rows(self, count: int, draw: Draw, fixed: Sequence[int] = (), here: int | None = None) -> None:
        """Show other rows; the cursor goes to `here`, or stays, and never stands on those that are `fixed`."""
        self._count, self._draw, self._fixed = count, draw, frozenset(fixed)
        self.virtual_size = Size(1, count)
        self.set_reactive(RowList.here, self._allowed(self.here if here is None else here, 1))
        self._follow()
        self.refresh()

    def watch_here(self) -> None:
        """The cursor stays in sight."""
        self._follow()
        self.refresh()
        self.post_message(self.Moved())

    def action_move(self, by: int) -> None:
        """A row up or down."""
        self.here = self._allowed(self.here + by, by)

    def action_page(self, by: int) -> None:
        """A page up or down."""
        self.here = self._allowed(self.here + by * max(1, self.size.height - 1), by)

    def action_to_end(self, by: int) -> None:
        """To the first row or the last."""
        self.here = self._allowed(0 if by < 0 else self._count - 1, -by)

    def on_resize(self) -> None:
        """The cursor stays in sight."""
        self.call_after_refresh(self._follow)

    def on_click(self, event: Click) -> None:
        """A click chooses a row; on the one that is chosen, it is as Enter."""
        place = event.y + self.scroll_offset.y
        if not 0 <= place < self._count or place in self._fixed:
            return
        if place == self.here:
            self.post_message(self.Chosen())
        self.here = place

    def render_line(self, y: int) -> Strip:
        """One row."""
        place = y + self.scroll_offset.y
        if place >= self._count:
            return Strip.blank(self.size.width, self.rich_style)
        here = self.get_component_rich_style("rows--here") if place == self.here else None
        segments = []
        for text, look in self._draw(place):
            style = self.get_component_rich_style(f"rows--{look}") if look else self.rich_style
            segments.append(Segment(text, style + here if here else style))
        base = self.rich_style + here if here else self.rich_style
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _allowed(self, place: int, direction: int) -> int:
        """The nearest place for the cursor, first in this direction."""
        place = max(0, min(self._count - 1, place))
        ahead = range(place, self._count if direction > 0 else -1, 1 if direction > 0 else -1)
        behind = range(place, -1 if direction > 0 else self._count, -1 if direction > 0 else 1)
        return next((one for way in (ahead, behind) for one in way if one not in self._fixed), 0)

    def _follow(self) -> None:
        # One line of context: a heading above the first row is seen with it.
        top = self.here - 1 if self.here - 1 in self._fixed else self.here
        self.scroll_to_region(Region(0, top, 1, self.here - top + 1), animate=False, force=True)
