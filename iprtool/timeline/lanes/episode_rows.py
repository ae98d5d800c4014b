"""How rupture episodes are drawn: sign, line, the moments on it, outcome, and whose each cell is."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from iprtool.timeline.index import MarkIndex
from iprtool.timeline.lanes.cells import Cells, cut, glyphs_of
from iprtool.timeline.lanes.episode_item import EpisodeItem
from iprtool.timeline.lanes.lane import LaneItem
from iprtool.timeline.lanes.packing import Placed, pack, sign_of
from iprtool.timeline.scale import Scale

_LINE, _LAST, _OPEN = "─", "┤", "…"
_STRATEGY, _STRATEGIES = "┴", "╨"
_LEAST_OUTCOME = 5
"""Cells below which an outcome that is cut at the edge says nothing."""


class EpisodeRows:
    """The lane drawn at a scale: its rows, whose each cell is, and which moments of an episode are at a cell.

    Lines come first, then signs, then what lies on a line after its sign, then what gives way.
    """

    def __init__(
        self,
        index: MarkIndex[LaneItem],
        scale: Scale,
        height: int,
        selected: str | None,
        moment: tuple[str, LaneItem] | None,
    ) -> None:
        self.rows = [Cells(scale.width) for _ in range(height)]
        self.owners: list[list[Placed | None]] = [[None] * scale.width for _ in range(height)]
        self.moments: dict[tuple[int, int], Sequence[LaneItem]] = {}
        self._scale = scale
        self._chosen = index.rank_of(selected) if selected is not None and selected in index else None
        self._moment = moment
        self._draw([one for one in pack(index, scale, height, _place) if one.stop > 0], index)

    def _draw(self, placed: Sequence[Placed], index: MarkIndex[LaneItem]) -> None:
        lines = [(one, index.at(one.rank)) for one in placed if one.bar]
        others = [one for one in placed if not one.bar]
        for one, item in lines:
            self._draw_line(one, item)
        for one in others:
            self._write(one, one.first, one.glyphs[:1], self._tone(one))
        for one, item in lines:
            after = self._draw_head(one)
            if isinstance(item, EpisodeItem):
                self._draw_moments(one, item, after)
        for one in others:
            if self._is_free(one, one.first + 1, one.end):
                self._write(one, one.first + 1, one.glyphs[1:], self._tone(one))
        for one, item in lines:
            if isinstance(item, EpisodeItem):
                self._draw_outcome(one, item)

    def _draw_line(self, one: Placed, item: LaneItem) -> None:
        row, tone = self.rows[one.row], self._tone(one, "episode")
        row.fill(one.first, one.stop, _LINE, tone)
        self._own(one, one.first, one.stop)
        if one.stop - one.first > 1 and not isinstance(item, EpisodeItem):
            row.write(one.stop - 1, _LAST, tone)

    def _draw_moments(self, one: Placed, item: EpisodeItem, first: int) -> None:
        for cell, strategies in self._by_cell(one, item.strategies, first):
            tick = _STRATEGY if len(strategies) == 1 else _STRATEGIES
            self.rows[one.row].put(cell, tick, self._moment_tone(one, item, cell, "episode"))
            self.moments[one.row, cell] = strategies
        for cell, markers in self._by_cell(one, item.markers, first):
            self._draw_marker(one, cell, markers, self._moment_tone(one, item, cell, markers[0].style))

    def _draw_marker(self, one: Placed, cell: int, markers: Sequence[LaneItem], tone: str) -> None:
        """A further marker on an episode's line: its sign with a blank on both sides, or where there is no room a ▼."""
        sign = sign_of(markers[0].glyph)
        after = range(cell + 1, cell + len(sign))
        room = self._is_free(one, cell + 1, cell + len(sign)) and not any((one.row, at) in self.moments for at in after)
        shown = sign if room else sign[:1]
        self._write(one, cell, shown, tone)
        here = (*markers, *self.moments.get((one.row, cell), ()))
        self.moments.update({(one.row, at): here for at in range(cell, cell + len(shown))})
        self._part(one, cell - 1)
        self._part(one, cell + len(shown))

    def _draw_head(self, one: Placed) -> int:
        """The sign that an episode or a marker begins with; the cell after it."""
        if one.first < 0:
            return 0
        stop = one.first + len(one.glyphs)
        room = self._is_free(one, one.first + 1, stop)
        shown = one.glyphs if room else one.glyphs[:1]
        self._write(one, one.first, shown, self._tone(one))
        if room and stop < one.stop - 1:
            self._part(one, stop)
        return one.first + len(shown)

    def _draw_outcome(self, one: Placed, episode: EpisodeItem) -> None:
        """How an episode came out, after its line, cut at the edge of the view if some of it can be read."""
        owners, width = self.owners[one.row], self._scale.width
        first = next((at for at in range(one.stop, width) if owners[at] is not one), width)
        said, room = _said_after(episode), width - first
        shown = cut(said, room)
        readable = shown == said or len(shown) >= _LEAST_OUTCOME
        if shown and readable and self._is_free(one, first, first + min(len(shown) + 1, room)):
            self._write(one, first, shown, self._tone(one, "episode"))

    def _write(self, one: Placed, first: int, glyphs: Sequence[str], tone: str) -> None:
        self.rows[one.row].write(first, glyphs, tone)
        self._own(one, first, first + len(glyphs))

    def _part(self, one: Placed, cell: int) -> None:
        """A blank between a sign and the line."""
        row = self.rows[one.row]
        if 0 <= cell < self._scale.width and row.glyphs[cell] == _LINE and self.owners[one.row][cell] is one:
            row.put(cell, " ", "plain")

    def _own(self, one: Placed, first: int, stop: int) -> None:
        first, stop = max(first, 0), min(stop, self._scale.width)
        self.owners[one.row][first:stop] = [one] * max(0, stop - first)

    def _is_free(self, one: Placed, first: int, stop: int) -> bool:
        """Whether the cells [first, stop) are all in view and nobody else's."""
        owners = self.owners[one.row][max(first, 0) : stop]
        return stop <= self._scale.width and all(owner is None or owner is one for owner in owners)

    def _by_cell(
        self, one: Placed, moments: Sequence[LaneItem], first: int
    ) -> Iterator[tuple[int, Sequence[LaneItem]]]:
        """The moments in view from a cell on, those of one cell together: it costs by cells, not by moments."""
        scale, stop = self._scale, min(one.stop, self._scale.width)
        at = bisect_left(moments, scale.ms(first), key=_start_ms)
        while at < len(moments) and (cell := scale.cell(moments[at].start_ms)) < stop:
            following = bisect_left(moments, scale.ms(cell + 1), at, key=_start_ms)
            if self.owners[one.row][cell] is one:
                yield cell, moments[at:following]
            at = following

    def _tone(self, one: Placed, otherwise: str | None = None) -> str:
        if self._chosen is not None and one.rank <= self._chosen < one.rank + one.count:
            return "selected"
        return otherwise or one.style

    def _moment_tone(self, one: Placed, item: LaneItem, cell: int, otherwise: str) -> str:
        episode, moment = self._moment or ("", item)
        if episode == item.id and self._scale.cell(moment.start_ms) == cell:
            return "selected"
        return self._tone(one, otherwise)


def _place(scale: Scale, row: int, first: int, item: LaneItem, rank: int) -> Placed:
    sign = sign_of(item.glyph)
    stop = max(scale.cell(item.last_ms), first) + 1
    said = _said_after(item) if isinstance(item, EpisodeItem) else ()
    end = max(stop, first + len(sign)) + len(said) + bool(said)
    return Placed(row, first, stop, end, rank, item.style, sign, bar=True)


def _said_after(episode: EpisodeItem) -> tuple[str, ...]:
    """What follows an episode's line."""
    said = f" {episode.label}" if episode.label else ""
    return glyphs_of(_OPEN + said if episode.open else said)


def _start_ms(item: LaneItem) -> int:
    return item.start_ms
