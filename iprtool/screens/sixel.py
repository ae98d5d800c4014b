"""A frame as sixels, in the terminals that draw them: sharp while stopped; what moves is drawn in half blocks.

A sixel image of a large pane takes some 50 ms to make, in which no key would be heard: too long for each frame of many.
"""

from rich.console import Console
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from iprtool.model.picture import Frame
from iprtool.screens.cells import cell_pixels
from iprtool.screens.picture_pane import HalfBlocks

STILL = 1280, 720
_CONTROL = ((ControlType.CURSOR_FORWARD, 0),)


class Sixels(HalfBlocks):
    """Draws small frames in half blocks, and large ones, of which there is one at a stop, as sixels."""

    def pixels(self, cells: Size, *, moving: bool) -> tuple[int, int]:
        """While stopped the terminal's own pixels."""
        if moving:
            return super().pixels(cells, moving=True)
        cell = cell_pixels()
        return min(cells.width * cell.width, STILL[0]), min(cells.height * cell.height, STILL[1])

    def draw(self, frame: Frame, cells: Size, blank: Style, console: Console) -> list[Strip]:
        """The image is written with the last line, when all others are blank, from its upper left corner on."""
        if frame.width <= cells.width and frame.height <= 2 * cells.height:
            return super().draw(frame, cells, blank, console)
        cell = cell_pixels()
        right = (cells.width - -(-frame.width // cell.width)) // 2
        up = cells.height - 1 - (cells.height - -(-frame.height // cell.height)) // 2
        moves = (f"\x1b[{up}A" if up > 0 else "") + (f"\x1b[{right}C" if right > 0 else "")
        after = f"\x1b8{moves}{_encoded(frame)}\x1b8\x1b[{cells.width}C"
        parts = [Segment("\x1b7", None, _CONTROL), Segment(" " * cells.width, blank), Segment(after, None, _CONTROL)]
        return [*self.erase(Size(cells.width, cells.height - 1), blank), Strip(parts, cells.width)]


def _encoded(frame: Frame) -> str:
    from PIL import Image
    from textual_image._sixel import image_to_sixels

    return image_to_sixels(Image.frombytes("RGB", (frame.width, frame.height), frame.pixels))
