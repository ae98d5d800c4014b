"""Lanes of sound: its outline in blocks, several rows high if wanted, or as a wave in braille."""

import math
from typing import Literal

from iprtool.model.peaks import BINS_PER_SECOND, PeakChunk
from iprtool.timeline.lanes.braille import DOTS_A_ROW, DotGrid
from iprtool.timeline.lanes.cells import Cells
from iprtool.timeline.lanes.lane import Lane
from iprtool.timeline.lanes.pyramid import PeakPyramid
from iprtool.timeline.scale import Scale

_BLOCKS = " ▁▂▃▄▅▆▇█"
_BIN_MS = 1_000 // BINS_PER_SECOND
_QUIETEST = 1 << 9
"""A recording that never exceeds this, a 64th of full scale, is drawn as if it did: noise stays low."""

_SLOPE = 0.75
"""Loudness is drawn to this power, so that quiet speech is seen beside loud."""


class PeaksLane(Lane):
    """The sound as loud as it was: blank where nothing is known yet, a low line where it was silent.

    The drawing is scaled to the loudest stretch known at the zoom, in steps of 3 dB, so that panning changes no column
    and chunks that come in later seldom do.
    """

    def __init__(self, name: str = "sound", *, height: int = 1, outline: Literal["blocks", "wave"] = "blocks") -> None:
        super().__init__(name, height=height)
        self.pyramid = PeakPyramid()
        self._outline = outline

    def add(self, chunk: PeakChunk) -> None:
        """Take in some of the sound's peaks, in any order."""
        self.pyramid.add(chunk)

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:  # noqa: ARG002
        """Its rows, from the top."""
        draw = draw_wave if self._outline == "wave" else draw_blocks
        return draw(self.pyramid, scale, self.height)


def draw_blocks(pyramid: PeakPyramid, scale: Scale, height: int) -> list[Cells]:
    """How loud it was on the whole, as columns of eighth blocks in `height` rows from the top."""
    full = _step_above(pyramid.loudest_mean(scale.cell_ms // _BIN_MS))
    rows = [Cells(scale.width) for _ in range(height)]
    means = pyramid.means([scale.ms(cell) // _BIN_MS for cell in range(scale.width + 1)])
    for cell, mean in enumerate(means):
        if mean is not None:
            eighths = max(1, round((mean / full) ** _SLOPE * 8 * height))
            for above in range(min(height, -(-eighths // 8))):
                rows[height - 1 - above].put(cell, _BLOCKS[min(eighths - 8 * above, 8)], "sound")
    return rows


def draw_wave(pyramid: PeakPyramid, scale: Scale, height: int) -> list[Cells]:
    """The outline as a wave around a middle line, in braille dots: two columns a cell, four dots a row."""
    full = _step_above(pyramid.loudest)
    dots = DotGrid(scale.width, height)
    middle = (DOTS_A_ROW * height - 1) / 2
    for half in range(2 * scale.width):
        cell, right = divmod(half, 2)
        from_ms = scale.ms(cell) + right * (scale.cell_ms // 2)
        first_bin = from_ms // _BIN_MS
        found = pyramid.range(first_bin, max(first_bin + 1, (from_ms + scale.cell_ms // 2) // _BIN_MS))
        if found is not None:
            first = round(middle - _height(-found[0], full) * middle)
            last = round(middle + _height(found[1], full) * middle)
            dots.column(half, first, last)
    rows = [Cells(scale.width) for _ in range(height)]
    for row, glyphs in zip(rows, dots.glyphs(), strict=True):
        row.write(0, glyphs, "sound")
    return rows


def _step_above(loudest: float) -> float:
    """The next step of 3 dB above the loudest, and no lower than for noise."""
    return float(2 ** (math.ceil(2 * math.log2(max(loudest, _QUIETEST))) / 2))


def _height(sample: int, full: float) -> float:
    """How high a sample stands, 0 to 1: its square root, so that quiet speech is seen beside loud."""
    return math.sqrt(max(sample, 0) / full)
