"""The picture in the terminal: a frame is asked for only when the last one is out, so a slow link slows itself down."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from rich.console import Console
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from iprtool.model.picture import Frame
from iprtool.screens.half_blocks import ink_of, strips_of

LOOK_AGAIN_S = 0.02

Want = Callable[[int, int, float], None]
"""Ask for one frame: width, height in pixels, frames per second."""


class Drawing(Protocol):
    """A way to draw frames into cells."""

    def pixels(self, cells: Size, *, moving: bool) -> tuple[int, int]:
        """The width and height in pixels of what fills so many cells; less may do while it moves."""
        ...

    def work(self, frame: Frame, cells: Size) -> Callable[[], None] | None:
        """What takes long and is to be done first, in a thread of its own; None where nothing does."""
        ...

    def draw(self, frame: Frame, cells: Size, blank: Style, console: Console) -> list[Strip]:
        """The frame as lines of just so many cells."""
        ...

    def erase(self, cells: Size, blank: Style) -> list[Strip]:
        """Nothing at all, in so many cells."""
        ...


class HalfBlocks:
    """Two pixels in each cell, by characters alone: what every terminal can draw."""

    def pixels(self, cells: Size, *, moving: bool) -> tuple[int, int]:  # noqa: ARG002
        """One pixel a cell across, two down."""
        return cells.width, 2 * cells.height

    def work(self, frame: Frame, cells: Size) -> Callable[[], None] | None:  # noqa: ARG002
        """Nothing takes long."""
        return None

    def draw(self, frame: Frame, cells: Size, blank: Style, console: Console) -> list[Strip]:
        """The frame in ▀, or in shades of text where there are no colours."""
        return strips_of(frame, cells.width, cells.height, blank, console, ink_of(console))

    def erase(self, cells: Size, blank: Style) -> list[Strip]:
        """Blank lines."""
        return [Strip.blank(cells.width, blank)] * cells.height


class PicturePane(Widget, can_focus=False):
    """Shows the frame it was last given, in the middle of its room."""

    DEFAULT_CSS = "PicturePane { width: 1fr; height: 1fr; }"
    ALLOW_SELECT = False

    def __init__(self, want: Want, drawing: Drawing, frames_per_second: float) -> None:
        super().__init__(id="picture")
        self.frame: Frame | None = None
        self._coming: Frame | None = None
        self.moving = False
        self._want = want
        self._drawing = drawing
        self._frames_per_second = frames_per_second
        self._drawn: tuple[Frame | None, Size, list[Strip]] | None = None

    def put(self, frame: Frame) -> None:
        """Show this frame; once it is out, the next is asked for."""
        self._coming = frame
        work = self._drawing.work(frame, self.size)
        if work is None:
            self._show(frame)
        else:
            self.run_worker(partial(self._work, work, frame), thread=True, group="picture", exclusive=True)

    def _work(self, work: Callable[[], None], frame: Frame) -> None:
        work()
        self.call_later(self._show, frame)

    def _show(self, frame: Frame) -> None:
        if frame is self._coming:
            self.frame = frame
            self.refresh()
            self.call_after_refresh(self.ask)

    def blank(self) -> None:
        """Nothing is seen from now on: it is on its way to the terminal when this returns.

        Textual's own way would wait for whatever is to be drawn next, the cover's whole screen for instance.
        """
        self.frame = self._coming = None
        self.refresh()
        if self.is_attached and self.display and self.screen.is_current:
            compositor = self.screen._compositor
            compositor.update_widgets({self})
            self.app._display(self.screen, compositor.render_update())

    def ask(self) -> None:
        """Ask for a frame as large as there is room, as soon as the terminal has taken all that was written."""
        if not self.is_attached or not self.size:
            return
        if self._link_is_busy():
            self.set_timer(LOOK_AGAIN_S, self.ask)
        else:
            self._want(*self._drawing.pixels(self.size, moving=self.moving), self._frames_per_second)

    def on_resize(self) -> None:
        """Another room, another frame."""
        self.ask()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The frame's lines, drawn once; past Textual's own cache of styles, which would take them apart."""
        if self._drawn is None or self._drawn[0] is not self.frame or self._drawn[1] != self.size:
            self._drawn = self.frame, self.size, self._draw()
        return [strip.crop(crop.x, crop.right) for strip in self._drawn[2][crop.y : crop.bottom]]

    def _draw(self) -> list[Strip]:
        if self.frame is None:
            return self._drawing.erase(self.size, self.rich_style)
        return self._drawing.draw(self._seen(self.frame), self.size, self.rich_style, self.app.console)

    def _seen(self, frame: Frame) -> Frame:
        """The frame in greys where no colours are wanted (NO_COLOR), as the rest of the screen is."""
        if not self.app.no_color:
            return frame
        import msgspec

        greys = bytes(
            level
            for at in range(0, len(frame.pixels), 3)
            for level in 3 * ((2 * frame.pixels[at] + 5 * frame.pixels[at + 1] + frame.pixels[at + 2]) // 8,)
        )
        return msgspec.structs.replace(frame, pixels=greys)

    def _link_is_busy(self) -> bool:
        """Whether what was written before still waits for the terminal."""
        writer = getattr(self.app._driver, "_writer_thread", None)
        waiting = getattr(writer, "_queue", None)
        return waiting is not None and not waiting.empty()
