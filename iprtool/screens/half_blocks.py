"""A frame drawn with characters: ▀ in two colours is two pixels, one over the other; without colours, shades of text.

Lines are written as terminal sequences, not as segments: ten times cheaper, at twelve frames a second. Segments are
made of a line only where something lies over a part of it.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from iprtool.model.picture import Frame

Ink = Literal["truecolor", "256", "shades"]
"""What a terminal can draw with: 24-bit colours, the 256 colours, or only characters of more and less weight."""

SHADES = " .:-=+*#%@"
WHITE_ON_BLACK = Style(color="white", bgcolor="black")
_COARSE = bytes(value & 0xF8 | value >> 5 for value in range(256))
"""Five bits of each colour: an eye sees no difference in a face, and neighbours are the same more often."""

_CUBE = bytes(min(5, max(0, (value - 35) // 40)) if value >= 48 else 0 for value in range(256))
"""The nearest of the six levels (0, 95, 135, 175, 215, 255) of the 256 colours' cube."""


def ink_of(console: Console) -> Ink:
    """What the terminal of this console can draw with."""
    match console.color_system:
        case "truecolor" | "windows":
            return "truecolor"
        case "256":
            return "256"
        case _:
            return "shades"


class PixelStrip(Strip):
    """A line of pixels between two blanks, written as it goes to the terminal; divided, it is segments."""

    def __init__(self, before: Strip, pixels: "Pixels", after: Strip, console: Console) -> None:
        self._parts = before, pixels, after
        super().__init__((), before.cell_length + pixels.width + after.cell_length)
        self._render_cache = before.render(console) + pixels.sequences() + after.render(console)

    @property
    def _segments(self) -> list[Segment]:
        before, pixels, after = self._parts
        return [*before, *pixels.segments(), *after]

    @_segments.setter
    def _segments(self, _: Iterable[Segment]) -> None:
        """They are made when they are asked for."""


class Pixels:
    """Two rows of pixels, one character high; `top` and `bottom` are RGB."""

    def __init__(self, top: bytes, bottom: bytes, ink: Ink) -> None:
        self.width = len(top) // 3
        self._top, self._bottom, self._ink = top, bottom, ink

    def sequences(self) -> str:
        """The characters with the sequences that colour them, the colours set back at the end."""
        if self._ink == "shades":
            return f"\x1b[37;40m{self._shades()}\x1b[0m"
        name = _truecolor if self._ink == "truecolor" else _in_cube
        top, bottom = self._top.translate(_COARSE), self._bottom.translate(_COARSE)
        parts: list[str] = []
        over = under = b""
        for at in range(0, len(top), 3):
            now_over, now_under = top[at : at + 3], bottom[at : at + 3]
            if now_over != over and now_under != under:
                parts.append(f"\x1b[38;{name(now_over)};48;{name(now_under)}m▀")
            elif now_over != over:
                parts.append(f"\x1b[38;{name(now_over)}m▀")
            elif now_under != under:
                parts.append(f"\x1b[48;{name(now_under)}m▀")
            else:
                parts.append("▀")
            over, under = now_over, now_under
        parts.append("\x1b[0m")
        return "".join(parts)

    def segments(self) -> list[Segment]:
        """The same as segments, which Rich brings down to what a terminal has."""
        if self._ink == "shades":
            return [Segment(self._shades(), WHITE_ON_BLACK)]
        pairs = zip(_colors(self._top), _colors(self._bottom), strict=True)
        return [Segment("▀", Style(color=over, bgcolor=under)) for over, under in pairs]

    def _shades(self) -> str:
        weights = [
            2 * (top[0] + bottom[0]) + 5 * (top[1] + bottom[1]) + top[2] + bottom[2]
            for top, bottom in zip(_triples(self._top), _triples(self._bottom), strict=True)
        ]
        return "".join([SHADES[weight * len(SHADES) // 4081] for weight in weights])


def _triples(row: bytes) -> list[bytes]:
    return [row[at : at + 3] for at in range(0, len(row), 3)]


def _colors(row: bytes) -> list[Color]:
    return [Color.from_rgb(*pixel) for pixel in _triples(row)]


@lru_cache(maxsize=32768)
def _truecolor(pixel: bytes) -> str:
    return f"2;{pixel[0]};{pixel[1]};{pixel[2]}"


@lru_cache(maxsize=32768)
def _in_cube(pixel: bytes) -> str:
    red, green, blue = pixel.translate(_CUBE)
    return f"5;{16 + 36 * red + 6 * green + blue}"


def strips_of(frame: Frame, width: int, height: int, blank: Style, console: Console, ink: Ink) -> list[Strip]:
    """The frame in the middle of so many cells; what of it has no room is left out."""
    columns, rows = min(frame.width, width), min((frame.height + 1) // 2, height)
    left, above = (width - columns) // 2, (height - rows) // 2
    before, after = _blank(left, blank), _blank(width - columns - left, blank)
    empty = _blank(width, blank)
    line = 3 * frame.width
    drawn: list[Strip] = []
    for at in range(0, 2 * rows * line, 2 * line):
        top = frame.pixels[at : at + 3 * columns]
        bottom = frame.pixels[at + line : at + line + 3 * columns] or top
        drawn.append(PixelStrip(before, Pixels(top, bottom, ink), after, console))
    return [empty] * above + drawn + [empty] * (height - rows - above)


def _blank(width: int, style: Style) -> Strip:
    return Strip([Segment(" " * width, style)] if width else [], width)
