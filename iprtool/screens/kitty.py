"""A frame as an image in terminals that speak Kitty's graphics protocol: https://sw.kovidgoyal.net/kitty/graphics-protocol

The image lies under placeholder characters, so whatever is drawn over them hides it, as with any text.
"""

import base64
import zlib
from collections.abc import Iterator
from itertools import islice
from random import randrange

from rich.color import Color
from rich.console import Console
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from iprtool.model.picture import Frame
from iprtool.screens.cells import cell_pixels, fitted_cells

MOVING = 480, 270
"""So many pixels at most while it moves: packing more of them twelve times a second would hold the keys up."""

STILL = 1920, 1080
PLACEHOLDER = "\U0010eeee"
_CHUNK = 4096
_CONTROL = ((ControlType.CURSOR_FORWARD, 0),)

# The protocol's table: the n-th of these combining characters says "row n" and "column n".
_RANGES = """
305 30d-30e 310 312 33d-33f 346 34a-34c 350-352 357 35b 363-36f 483-487 592-595 597-599 59c-5a1
5a8-5a9 5ab-5ac 5af 5c4 610-617 657-65b 65d-65e 6d6-6dc 6df-6e2 6e4 6e7-6e8 6eb-6ec 730 732-733
735-736 73a 73d 73f-741 743 745 747 749-74a 7eb-7f1 7f3 816-819 81b-823 825-827 829-82d 951 953-954
f82-f83 f86-f87 135d-135f 17dd 193a 1a17 1a75-1a7c 1b6b 1b6d-1b73 1cd0-1cd2 1cda-1cdb 1ce0 1dc0-1dc1
1dc3-1dc9 1dcb-1dcc 1dd1-1de6 1dfe 20d0-20d1 20d4-20d7 20db-20dc 20e1 20e7 20e9 20f0 2cef-2cf1
2de0-2dff a66f a67c-a67d a6f0-a6f1 a8e0-a8f1 aab0 aab2-aab3 aab7-aab8 aabe-aabf aac1 fe20-fe26 10a0f
10a38 1d185-1d189 1d1aa-1d1ad 1d242-1d244
"""


def _numbers() -> Iterator[str]:
    for part in _RANGES.split():
        first, _, last = part.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


NUMBERS = tuple(_numbers())


class KittyImages:
    """Draws each frame as an image; two take turns, so that one is there until the next is whole."""

    def __init__(self) -> None:
        first = randrange(0x10000, 0xFFFFFE)
        self._ids = first, first + 1
        self._turn = 0

    def pixels(self, cells: Size, *, moving: bool) -> tuple[int, int]:
        """The terminal's own pixels, as far as they can be sent in time."""
        cell = cell_pixels()
        most = MOVING if moving else STILL
        return min(cells.width * cell.width, most[0]), min(cells.height * cell.height, most[1])

    def work(self, frame: Frame, cells: Size) -> None:
        """Nothing takes long: 4 ms for a frame that moves."""

    def draw(self, frame: Frame, cells: Size, blank: Style, console: Console) -> list[Strip]:  # noqa: ARG002
        """Placeholders in the middle of the cells; before the first of them the image itself is sent."""
        within = Size(min(cells.width, len(NUMBERS)), min(cells.height, len(NUMBERS)))
        size = fitted_cells(frame, within)
        old, new = self._ids[self._turn], self._ids[1 - self._turn]
        self._turn = 1 - self._turn
        sent = "".join((*_sent(frame, new, size), f"\x1b_Ga=d,d=I,q=2,i={old}\x1b\\"))
        left, above = (cells.width - size.width) // 2, (cells.height - size.height) // 2
        shade = blank + Style(color=Color.from_rgb(new >> 16, new >> 8 & 255, new & 255))
        columns = [PLACEHOLDER + "{}" + number for number in islice(NUMBERS, size.width)]
        strips = [Strip.blank(cells.width, blank)] * cells.height
        for row in range(size.height):
            text = "".join(columns).replace("{}", NUMBERS[row])
            parts = [
                Segment(" " * left, blank),
                Segment(text, shade),
                Segment(" " * (cells.width - left - size.width), blank),
            ]
            if row == 0:
                parts.insert(0, Segment(sent, None, _CONTROL))
            strips[above + row] = Strip(parts, cells.width)
        return strips

    def erase(self, cells: Size, blank: Style) -> list[Strip]:
        """Blank lines; the terminal is told to forget the images."""
        forget = "".join(f"\x1b_Ga=d,d=I,q=2,i={number}\x1b\\" for number in self._ids)
        strips = [Strip.blank(cells.width, blank)] * cells.height
        first = [Segment(forget, None, _CONTROL), Segment(" " * cells.width, blank)]
        return [Strip(first, cells.width), *strips[1:]] if strips else []


def _sent(frame: Frame, number: int, size: Size) -> Iterator[str]:
    """The sequences that send a frame as the image of this number, to be seen in so many cells."""
    data = base64.standard_b64encode(zlib.compress(frame.pixels, 1)).decode("ascii")
    head = f"a=T,U=1,q=2,f=24,o=z,s={frame.width},v={frame.height},i={number},c={size.width},r={size.height},"
    for at in range(0, len(data), _CHUNK):
        more = int(at + _CHUNK < len(data))
        yield f"\x1b_G{head}m={more};{data[at : at + _CHUNK]}\x1b\\"
        head = "q=2,"
