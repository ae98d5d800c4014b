"""A frame as sixels, in the terminals that draw them: sharp while stopped; what moves is drawn in half blocks.

A sixel image of 640 × 360 pixels took 62 ms to make: too long for each frame of many, and for the thread of the keys.
"""

import re
from collections.abc import Callable
from functools import partial

from rich.console import Console
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from iprtool.model.picture import Frame
from iprtool.screens.cells import cell_pixels
from iprtool.screens.picture_pane import HalfBlocks

STILL = 1280, 720
_SIZE = re.compile(r"[\d;]+")
_COLOUR = re.compile(r"#(\d+);2;(\d+;\d+;\d+)")
_NUMBER = r"#\1"
_CONTROL = ((ControlType.CURSOR_FORWARD, 0),)


class Sixels(HalfBlocks):
    """Draws small frames in half blocks, and large ones, of which there is one at a stop, as sixels."""

    def pixels(self, cells: Size, *, moving: bool) -> tuple[int, int]:
        """While stopped the terminal's own pixels."""
        if moving:
            return super().pixels(cells, moving=True)
        cell = cell_pixels()
        return min(cells.width * cell.width, STILL[0]), min(cells.height * cell.height, STILL[1])

    def __init__(self) -> None:
        self._made: tuple[Frame, str] | None = None

    def work(self, frame: Frame, cells: Size) -> Callable[[], None] | None:
        """A large frame is made into sixels."""
        return None if _is_small(frame, cells) else partial(self._make, frame)

    def _make(self, frame: Frame) -> None:
        self._made = frame, _encoded(frame)

    def draw(self, frame: Frame, cells: Size, blank: Style, console: Console) -> list[Strip]:
        """The image is written with the last line, when all others are blank, from its upper left corner on."""
        if _is_small(frame, cells):
            return super().draw(frame, cells, blank, console)
        made = self._made
        sixels = made[1] if made is not None and made[0] is frame else _encoded(frame)
        cell = cell_pixels()
        right = (cells.width - -(-frame.width // cell.width)) // 2
        up = cells.height - 1 - (cells.height - -(-frame.height // cell.height)) // 2
        moves = (f"\x1b[{up}A" if up > 0 else "") + (f"\x1b[{right}C" if right > 0 else "")
        after = f"\x1b8{moves}{sixels}\x1b8\x1b[{cells.width}C"
        parts = [Segment("\x1b7", None, _CONTROL), Segment(" " * cells.width, blank), Segment(after, None, _CONTROL)]
        return [*self.erase(Size(cells.width, cells.height - 1), blank), Strip(parts, cells.width)]


def _is_small(frame: Frame, cells: Size) -> bool:
    return frame.width <= cells.width and frame.height <= 2 * cells.height


def _encoded(frame: Frame) -> str:
    from PIL import Image
    from textual_image._sixel import image_to_sixels

    sixels = image_to_sixels(Image.frombytes("RGB", (frame.width, frame.height), frame.pixels))
    head, quote, body = sixels.partition('"')
    size, colours = _SIZE.match(body), _COLOUR.findall(body)
    if size is None:
        return sixels
    # xterm draws a line in which a colour is first named in another one: name all of them before the first.
    named = "".join(f"#{number};2;{levels}" for number, levels in colours)
    return f"{head}{quote}{size[0]}{named}{_COLOUR.sub(_NUMBER, body[size.end() :])}"
