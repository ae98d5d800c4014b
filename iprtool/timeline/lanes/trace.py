"""The lane of a continuous rating, a line in braille: ⠤⠤⠒⠒⠉⠉⠒⠤⣀⣀⠤⠒⠉, with gaps where nothing was rated."""

from array import array
from collections.abc import Iterable, Iterator

from iprtool.timeline.lanes.braille import DOTS_A_ROW, DotGrid
from iprtool.timeline.lanes.cells import Cells
from iprtool.timeline.lanes.lane import Lane
from iprtool.timeline.lanes.pyramid import PeakPyramid
from iprtool.timeline.scale import Scale

Sample = tuple[int, float]
"""A time of the recording in ms, and the rating at it."""

TRACE_BIN_MS = 100
"""A sample of a dial that is read ten times a second."""

_FULL = 16_000
"""What the highest rating is kept as, the lowest being 0: half points of 1 to 9 and whole points of 0 to 100 come out
exact in 16 bits."""

_NEVER = -1 << 40


class TraceLane(Lane):
    """Samples over time in `rows` rows of four dots, from `minimum` at the bottom to `maximum` at the top.

    Lanes of the same bounds are drawn alike, whatever is on them. A rating holds until the next sample, unless that is
    more than `gap_ms` later or is earlier (the person went back): samples come in the order in which they were made,
    and what is rated again counts as it was rated last. What is above the `neutral` rating is drawn above it, what is
    below it below; ratings beyond the bounds are drawn at them. Of many in one column the lowest to the highest are
    shown.
    """

    def __init__(
        self,
        name: str,
        samples: Iterable[Sample] = (),
        minimum: float = 1.0,
        maximum: float = 9.0,
        neutral: float | None = 5.0,
        *,
        rows: int = 2,
        gap_ms: int = 1_000,
    ) -> None:
        if not minimum < maximum:
            raise ValueError("a trace's minimum is below its maximum")
        super().__init__(name, height=rows)
        self.minimum, self.maximum = minimum, maximum
        self._neutral = -1 if neutral is None else self._kept(neutral)
        self._gap_bins = gap_ms // TRACE_BIN_MS
        self._pyramid = PeakPyramid()
        self._last = _NEVER, 0
        self.add(samples)

    def add(self, samples: Iterable[Sample]) -> None:
        """Take in some more samples; ValueError for a time before 0 and for a rating that is no number."""
        first, run = 0, array("h")
        for at_ms, rating in samples:
            at_bin, kept = at_ms // TRACE_BIN_MS, self._kept(rating)
            here, held = self._last
            if 0 <= at_bin - here <= self._gap_bins:
                if not run:
                    first, run = here, array("h", [held])
                run.extend([held] * (at_bin - here))
                run[-1] = kept
            else:
                self._pyramid.put(first, run, run)
                first, run = at_bin, array("h", [kept])
            self._last = at_bin, kept
        self._pyramid.put(first, run, run)

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:  # noqa: ARG002
        """Its rows, from the top."""
        dots, balance = DotGrid(scale.width, self.height), [0] * scale.width
        for at, low, high in self._columns(scale):
            dots.column(at, self._lowest_dot(low), self._highest_dot(high))
            balance[at // 2] += low + high - 2 * self._neutral
        rows = [Cells(scale.width) for _ in range(self.height)]
        tones = [self._tone(one) for one in balance]
        for row, glyphs in zip(rows, dots.glyphs(), strict=True):
            row.glyphs, row.tones = glyphs, tones.copy()
        return rows

    def _columns(self, scale: Scale) -> Iterator[tuple[int, int, int]]:
        """Of two columns a cell those where there are samples: (column, lowest, highest)."""
        half_ms = scale.cell_ms / 2
        stop = min(2 * scale.width, int((self._pyramid.bins * TRACE_BIN_MS - scale.start_ms) / half_ms) + 1)
        edges = [int(scale.start_ms + at * half_ms) // TRACE_BIN_MS for at in range(max(stop, 0) + 1)]
        for at in range(stop):
            found = self._pyramid.range(edges[at], max(edges[at + 1], edges[at] + 1))
            if found is not None:
                yield at, *found

    def _kept(self, rating: float) -> int:
        within = min(max(rating, self.minimum), self.maximum)
        return round((within - self.minimum) / (self.maximum - self.minimum) * _FULL)

    def _lowest_dot(self, kept: int) -> int:
        dots = kept * DOTS_A_ROW * self.height
        return max(0, -(-dots // _FULL) - 1 if kept >= self._neutral else dots // _FULL)

    def _highest_dot(self, kept: int) -> int:
        dots, top = kept * DOTS_A_ROW * self.height, DOTS_A_ROW * self.height - 1
        return min(top, max(0, dots // _FULL if kept <= self._neutral else -(-dots // _FULL) - 1))

    def _tone(self, balance: int) -> str:
        if self._neutral < 0 or not balance:
            return "neutral"
        return "positive" if balance > 0 else "negative"
