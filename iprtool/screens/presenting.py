"""What the timeline, the list and the head line show of marks and positions."""

from iprtool.model.codebook import Codebook
from iprtool.model.layer import Coverage
from iprtool.model.mark import Mark, Stamp
from iprtool.model.playing import PlayerState
from iprtool.model.times import clock
from iprtool.recall.wording import glyph_of, title_of
from iprtool.screens.marks_list import MarkRow
from iprtool.timeline.lanes import LaneItem

SYMBOLS = {"playing": "▶", "paused": "❚❚", "ended": "■", "opening": "…", "failed": "!"}


def row_of(mark: Mark, codebook: Codebook) -> MarkRow:
    """A mark as a row of the list."""
    return MarkRow(mark.id, mark.start_ms, glyph_of(mark, codebook), title_of(mark, codebook), mark.note)


def item_of(mark: Mark, codebook: Codebook) -> LaneItem:
    """A mark as an item of a timeline lane."""
    entry = codebook.entry(mark.codes[0].code) if mark.codes else None
    style = "rupture" if mark.rupture is not None else (entry.polarity if entry and entry.polarity else "neutral")
    return LaneItem(
        id=mark.id,
        start_ms=mark.start_ms,
        end_ms=mark.end_ms,
        glyph=glyph_of(mark, codebook),
        label=title_of(mark, codebook),
        open=mark.kind == "open_interval",
        style=style,
    )


def span_of(span: Coverage) -> LaneItem:
    """A stretch of coverage as an item of the played lane."""
    return LaneItem(
        id=span.id, start_ms=span.start_ms, end_ms=span.end_ms, glyph="", label=span.kind, open=False, style=span.kind
    )


def transport_text(stamp: Stamp, state: PlayerState, *, playing: bool) -> str:
    """The transport line's left part: what it does, where it is, how fast, how sure."""
    symbol = "▶" if playing else SYMBOLS.get(state.status, "❚❚") if state.status != "playing" else "❚❚"
    at = clock(stamp.ms, millis=not playing, hours=True)
    volume = "  muted" if state.muted else f"  volume {state.volume}" if state.volume != 100 else ""
    return (
        f"{symbol} {at} / {clock(state.duration_ms, hours=True)}   {state.rate:g}×   ±{stamp.uncertainty_ms} ms{volume}"
    )
