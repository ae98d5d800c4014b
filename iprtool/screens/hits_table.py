"""What was found in a study as a table, drawn by line, so that ten thousand hits cost no more than ten."""

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from iprtool.model.times import clock
from iprtool.reviewing.across import Hit
from iprtool.screens.row_list import fitted

COLUMNS = (("session", 10), ("at", 9), ("who", 11))
HEADER = 1
MARKED = "●"


class HitsTable(ScrollView, can_focus=False):
    """Hits by session and time: whose it is, the mark's title, its note or what was said; one is lit."""

    COMPONENT_CLASSES = {"hits--head", "hits--where", "hits--title", "hits--text", "hits--lit"}
    DEFAULT_CSS = """
    HitsTable { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    HitsTable > .hits--head { color: $text-muted; text-style: bold; }
    HitsTable > .hits--where { color: $text-muted; }
    HitsTable > .hits--title { color: $text; text-style: bold; }
    HitsTable > .hits--text { color: $text; }
    HitsTable > .hits--lit { background: $primary-muted; }
    """
    ALLOW_SELECT = False

    class Taken(Message):
        """A hit was clicked."""

        def __init__(self, hit: Hit) -> None:
            super().__init__()
            self.hit = hit

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._hits: Sequence[Hit] = ()
        self.at = 0

    @property
    def lit(self) -> Hit | None:
        """The hit that is lit."""
        return self._hits[self.at] if self._hits else None

    def show(self, hits: Sequence[Hit], at: int = 0) -> None:
        """Show these."""
        self._hits = hits
        self.virtual_size = Size(self.size.width, len(hits) + HEADER)
        self.move(at - self.at)

    def move(self, by: int) -> None:
        """Light another up, so many on."""
        self.at = max(0, min(self.at + by, len(self._hits) - 1))
        top, room = self.scroll_offset.y, max(1, self.size.height - HEADER)
        if not top <= self.at < top + room:
            self.scroll_to(y=max(0, self.at - room // 2), animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The columns' names, or a hit."""
        at, style = y - HEADER + self.scroll_offset.y, self.get_component_rich_style
        if y < HEADER:
            names = "".join(f"{name:<{width}}" for name, width in COLUMNS)
            return self._fitted([Segment(f" {names}what", style("hits--head"))])
        if at >= len(self._hits):
            return Strip.blank(self.size.width, self.rich_style)
        strip = self._fitted(self._segments(self._hits[at], lit=at == self.at))
        if at != self.at:
            return strip
        lit = Style(bgcolor=style("hits--lit").bgcolor)
        return Strip(Segment.apply_style(strip, post_style=lit), self.size.width)

    def _segments(self, hit: Hit, *, lit: bool) -> list[Segment]:
        style, entry = self.get_component_rich_style, hit.entry
        where = (f"{hit.dyad.label} · {hit.session.number}", clock(entry.at_ms), _one_line(entry.by))
        cells = "".join(f"{fitted(text, width - 1)} " for text, (_, width) in zip(where, COLUMNS, strict=True))
        said = _one_line(entry.text)
        note = f"  “{said}”" if said and entry.mark is not None else said
        return [
            Segment(f"{'▸' if lit else ' '}{cells}", style("hits--where")),
            Segment(f"{MARKED} {_one_line(entry.title)}" if entry.mark is not None else "", style("hits--title")),
            Segment(note, style("hits--text")),
        ]

    def _fitted(self, segments: list[Segment]) -> Strip:
        width = self.size.width
        used = sum(cell_len(one.text) for one in segments)
        strip = Strip(segments, used)
        if used > width > 1:
            strip = Strip.join([strip.crop(0, width - 1), Strip([Segment("…", self.rich_style)])])
        return strip.adjust_cell_length(width, self.rich_style)

    def on_click(self, event: Click) -> None:
        """A click takes the hit under it."""
        at = event.y - HEADER + self.scroll_offset.y
        if event.y >= HEADER and 0 <= at < len(self._hits):
            self.move(at - self.at)
            self.post_message(self.Taken(self._hits[at]))

    def watch_scroll_y(self, old: float, new: float) -> Any:
        """Draw what is in view now, the columns' names above it."""
        super().watch_scroll_y(old, new)
        self.refresh()


def _one_line(text: str) -> str:
    """A text without line breaks and whatever else a terminal would act on."""
    return "".join(one if one.isprintable() else "�" for one in " ".join(text.split()))
