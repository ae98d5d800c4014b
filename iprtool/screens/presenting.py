"""What the timeline, the list and the head line show of marks and positions."""

from collections.abc import Iterable, Sequence

from iprtool.model.codebook import Codebook
from iprtool.model.layer import Coverage
from iprtool.model.mark import Mark, Stamp
from iprtool.model.playing import PlayerState
from iprtool.model.speech import SpeechSpan
from iprtool.model.terms import Role
from iprtool.model.times import clock
from iprtool.recall.wording import glyph_of, peaks_text, title_of
from iprtool.screens.marks_list import MarkRow
from iprtool.timeline.lanes import LaneItem

RATES = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
SYMBOLS = {"playing": "▶", "paused": "❚❚", "ended": "■", "opening": "…", "failed": "!"}


def elapsed_text(gone_ms: int, planned_minutes: int | None) -> str:
    """How long it has taken, and how much is left of what was planned, or gone beyond it."""
    gone = f"{clock(gone_ms)} gone"
    if planned_minutes is None:
        return gone
    left_ms = planned_minutes * 60_000 - gone_ms
    # What is left is counted in whole seconds, as what is gone is: the two add up.
    return f"{gone}, {clock(-(-left_ms // 1000) * 1000)} left" if left_ms >= 0 else f"{gone}, {clock(-left_ms)} over"


def row_of(mark: Mark, codebook: Codebook, of: Role | None = None) -> MarkRow:
    """A mark as a row of the list; `of` is whose layer it is, so that peaks say whose they are where they differ."""
    until = f"–{clock(mark.end_ms)}" if mark.end_ms is not None else ""
    peaks = f" · {peaks_text(mark.peaks, of)}" if mark.peaks else ""
    return MarkRow(mark.id, mark.start_ms, until, glyph_of(mark, codebook), title_of(mark, codebook) + peaks, mark.note)


def item_of(mark: Mark, codebook: Codebook, *, key: str | None = None, tone: Role | None = None) -> LaneItem:
    """A mark as an item of a timeline lane, in the tone of whose it is; `key` is its name there, if not its id."""
    style = "rupture" if mark.rupture is not None else tone if tone in ("client", "therapist", "researcher") else "mark"
    return LaneItem(
        id=key or mark.id,
        start_ms=mark.start_ms,
        end_ms=mark.end_ms,
        glyph=f"{'★' if mark.chosen else ''}{glyph_of(mark, codebook)}",
        label=title_of(mark, codebook),
        open=mark.kind == "open_interval",
        style=style,
    )


def says(mark: Mark, codebook: Codebook, text: str) -> bool:
    """Whether a mark's note or title holds a text, which is folded to lower case."""
    return text in mark.note.casefold() or text in title_of(mark, codebook).casefold()


def span_of(span: Coverage) -> LaneItem:
    """A stretch of coverage as an item of the played lane."""
    return LaneItem(
        id=span.id,
        start_ms=span.start_ms,
        end_ms=span.end_ms,
        glyph={"played": "█", "skipped": "░", "declined": "▒"}[span.kind],
        style=span.kind,
    )


def turns_of(spans: Iterable[SpeechSpan], channel_speakers: Sequence[str]) -> list[tuple[int, int, str]]:
    """Stretches of speech as turns of who is on their channel; of nobody's where that is not known."""
    named = dict(enumerate(channel_speakers))
    return [(one.start_ms, one.end_ms, named.get(-1 if one.channel is None else one.channel, "")) for one in spans]


def stepped_rate(rate: float, by: int) -> float:
    """The next slower (−1) or faster (1) of the speeds; the last one stays."""
    index = min(range(len(RATES)), key=lambda one: abs(RATES[one] - rate)) + by
    return RATES[max(0, min(index, len(RATES) - 1))]


def transport_text(stamp: Stamp, state: PlayerState, *, playing: bool) -> str:
    """The transport line's left part: what it does, where it is, how fast, how sure."""
    symbol = "▶" if playing else SYMBOLS.get(state.status, "❚❚") if state.status != "playing" else "❚❚"
    at = clock(stamp.ms, millis=not playing, hours=True)
    volume = "  muted" if state.muted else f"  volume {state.volume}" if state.volume != 100 else ""
    return (
        f"{symbol} {at} / {clock(state.duration_ms, hours=True)}   {state.rate:g}×   ±{stamp.uncertainty_ms} ms{volume}"
    )
