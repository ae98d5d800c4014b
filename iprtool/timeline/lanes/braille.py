"""Braille dots as a finer grid over the cells: two columns and four rows of dots in each (Unicode block U+2800)."""

_BLANK, _BRAILLE = " ", 0x2800
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""The dots of a cell's left and right column, from the bottom."""

DOTS_A_ROW = 4


class DotGrid:
    """Dots over so many cells in so many rows, none set at first; they are counted from the left and the bottom."""

    def __init__(self, width: int, rows: int) -> None:
        self._bits = [[0] * width for _ in range(rows)]

    def column(self, at: int, first: int, last: int) -> None:
        """Set the dots `first` to `last`, both among them, of a column."""
        cell, right = divmod(at, 2)
        dots, top = _DOTS[right], len(self._bits) - 1
        for dot in range(first, last + 1):
            self._bits[top - dot // DOTS_A_ROW][cell] |= dots[dot % DOTS_A_ROW]

    def glyphs(self) -> list[list[str]]:
        """The rows from the top, one glyph a cell, a blank where no dot is set."""
        return [[chr(_BRAILLE + bits) if bits else _BLANK for bits in row] for row in self._bits]
