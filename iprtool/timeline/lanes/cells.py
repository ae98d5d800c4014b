"""A row of a lane as it is drawn: one glyph and one tone for every cell, before any colour is known."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

TONES = (
    *("plain", "muted", "faint", "sound"),
    *("mark", "positive", "negative", "neutral", "rupture", "episode", "count"),
    *("client", "therapist", "researcher", "coder"),
    *("played", "skipped", "declined", "matched", "candidate"),
    *("selected", "viewport", "playhead", "under-playhead"),
)
"""What a glyph can be drawn in. A tone adds to what the glyph says already and never says anything alone; a tone
that is none of these is drawn as `mark`."""

_SEEN_ON_BLANKS = ("selected", "under-playhead")
_ELLIPSIS = "…"
_WIDE = "WF"
_EMOJI_SELECTOR = "\ufe0f"


@lru_cache(maxsize=4096)
def glyphs_of(text: str) -> tuple[str, ...]:
    """A text as one string per cell, safe for a terminal.

    A wide character takes its cell and an empty one; marks that combine stay with the character before them; what
    would steer the terminal, or turn the writing's direction, is taken out or shown as a dot.
    """
    glyphs: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in ("Cf", "Cs", "Co", "Cn") or character == _EMOJI_SELECTOR:
            continue
        if category in ("Mn", "Me"):
            _combine(glyphs, character)
        elif character.isspace():
            glyphs.append(" ")
        elif category == "Cc":
            glyphs.append("·")
        else:
            glyphs += [character, ""] if unicodedata.east_asian_width(character) in _WIDE else [character]
    return tuple(glyphs)


def _combine(glyphs: list[str], mark: str) -> None:
    """Put a combining mark on the last character, which may be a wide one with its empty cell."""
    last = len(glyphs) - 2 if glyphs and not glyphs[-1] else len(glyphs) - 1
    if last >= 0:
        glyphs[last] += mark


def cut(glyphs: tuple[str, ...], room: int) -> tuple[str, ...]:
    """Glyphs that fit into so many cells: cut with an ellipsis if they must be, and never through a wide character."""
    if len(glyphs) <= room:
        return glyphs
    kept = glyphs[: max(0, room - 1)]
    if kept and not glyphs[len(kept)]:
        kept = (*kept[:-1], " ")
    return (*kept, _ELLIPSIS) if room > 0 else ()


class Cells:
    """One row of glyphs and tones, blank at first; whatever is written beyond its edges is cut."""

    __slots__ = ("glyphs", "tones")

    def __init__(self, width: int) -> None:
        self.glyphs = [" "] * width
        self.tones = ["plain"] * width

    @property
    def text(self) -> str:
        """The row without its tones."""
        return "".join(self.glyphs)

    def copy(self) -> "Cells":
        """A row of its own that shows the same."""
        copied = Cells(0)
        copied.glyphs, copied.tones = self.glyphs.copy(), self.tones.copy()
        return copied

    def joined(self, other: "Cells") -> "Cells":
        """This row with another after it."""
        joined = Cells(0)
        joined.glyphs, joined.tones = self.glyphs + other.glyphs, self.tones + other.tones
        return joined

    def put(self, cell: int, glyph: str, tone: str) -> None:
        """Put a glyph one cell wide into a cell of the row."""
        glyphs = self.glyphs
        if not glyphs[cell] or (cell + 1 < len(glyphs) and not glyphs[cell + 1]):
            self._part(cell, cell + 1)
        glyphs[cell], self.tones[cell] = glyph, tone

    def fill(self, first: int, stop: int, glyph: str, tone: str) -> None:
        """Put one glyph into the cells [first, stop)."""
        first, stop = max(first, 0), min(stop, len(self.glyphs))
        if first < stop:
            self._part(first, stop)
            self.glyphs[first:stop] = [glyph] * (stop - first)
            self.tones[first:stop] = [tone] * (stop - first)

    def write(self, cell: int, glyphs: Sequence[str], tone: str) -> None:
        """Write glyphs, one a cell, from a cell on; a wide character that an edge would halve becomes a blank."""
        first, stop = max(cell, 0), min(cell + len(glyphs), len(self.glyphs))
        if first < stop:
            self._part(first, stop)
            kept = list(glyphs[first - cell : stop - cell])
            if not kept[0]:
                kept[0] = " "
            if stop - cell < len(glyphs) and not glyphs[stop - cell]:
                kept[-1] = " "
            self.glyphs[first:stop] = kept
            self.tones[first:stop] = [tone] * (stop - first)

    def retone(self, first: int, stop: int, tone: str) -> None:
        """Give the cells [first, stop) another tone."""
        first, stop = max(first, 0), min(stop, len(self.tones))
        self.tones[first:stop] = [tone] * (stop - first)

    def runs(self) -> Iterator[tuple[int, str, str]]:
        """Stretches of one tone as (first cell, text, tone); blanks go with what is before them, so that few do."""
        glyphs, first, begun = self.glyphs, 0, self.tones[0] if self.tones else ""
        for cell, (glyph, tone) in enumerate(zip(glyphs, self.tones, strict=True)):
            if tone != begun and (glyph != " " or tone != "plain" or begun in _SEEN_ON_BLANKS):
                yield first, "".join(glyphs[first:cell]), begun
                first, begun = cell, tone
        if glyphs:
            yield first, "".join(glyphs[first:]), begun

    def difference(self, other: "Cells") -> tuple[int, int] | None:
        """The cells [first, stop) outside which the two rows are alike, or None where they are alike throughout."""
        if self.glyphs == other.glyphs and self.tones == other.tones:
            return None
        width = len(self.glyphs)
        if width != len(other.glyphs):
            return 0, max(width, len(other.glyphs))
        unlike = [
            cell
            for cell in range(width)
            if self.glyphs[cell] != other.glyphs[cell] or self.tones[cell] != other.tones[cell]
        ]
        return unlike[0], unlike[-1] + 1

    def _part(self, first: int, stop: int) -> None:
        """Blank the other halves of wide characters that an edge of [first, stop) is about to halve."""
        if not self.glyphs[first]:
            self.glyphs[first - 1] = " "
        if stop < len(self.glyphs) and not self.glyphs[stop]:
            self.glyphs[stop] = " "
