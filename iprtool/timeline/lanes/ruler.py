"""The two rows that every timeline has: the ruler above the lanes, and the whole session below them."""

from iprtool.timeline.lanes.cells import Cells
from iprtool.timeline.lanes.peaks import draw_blocks
from iprtool.timeline.lanes.pyramid import PeakPyramid
from iprtool.timeline.scale import Scale

_TICK, _PLAIN_LINE = "╷", "─"


def draw_ruler(scale: Scale) -> Cells:
    """The ruler: ticks at round times, each with its label."""
    row = Cells(scale.width)
    for tick in scale.ticks():
        row.write(tick.cell, _TICK + tick.label, "muted")
    return row


def draw_outline(duration_ms: int, width: int, peaks: PeakPyramid | None) -> Cells:
    """The whole session in one row: the outline of its sound, a line where nothing is known of it."""
    whole = Scale.whole(duration_ms, width)
    row = Cells(width)
    row.fill(0, whole.cell(duration_ms) + 1, _PLAIN_LINE, "faint")
    if peaks is not None:
        sound = draw_blocks(peaks, whole, 1)[0].glyphs
        row.write(0, [new if new != " " else old for new, old in zip(sound, row.glyphs, strict=True)], "faint")
    return row


def draw_whole(outline: Cells, scale: Scale) -> Cells:
    """The outline of the whole session with what is in view in brackets, around it where there is room."""
    whole = Scale.whole(scale.duration_ms, scale.width)
    first, last = whole.cell(scale.start_ms), whole.cell(min(scale.end_ms - 1, scale.duration_ms))
    row = outline.copy()
    row.retone(first, last + 1, "viewport")
    row.write(max(first - 1, 0), "[", "viewport")
    row.write(min(last + 1, scale.width - 1), "]", "viewport")
    return row
