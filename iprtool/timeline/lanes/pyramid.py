"""The lowest and the highest sample of any stretch of sound, at every zoom, from a pyramid of minima and maxima."""

import operator
import sys
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise, repeat

from iprtool.model.peaks import PeakChunk

_FANOUT_BITS = 3
_FANOUT = 1 << _FANOUT_BITS
_NOTHING = (32767, -32768)
"""Lowest above highest: nothing is known of a bin. It is neutral under minimum and maximum.

The sums take each known bin for one more than it spans, so that a sum of 0 says that nothing is known."""


class PeakPyramid:
    """Minima, maxima and spans of bins of equal length (int16; 10 ms for sound), and above them of 8, of 64, so on.

    Bins may come in any order and more than once; the last to come count. `bins` is how many bins there are, up
    to the last one known; `loudest` the largest sample of all, 0 to 32768.
    """

    def __init__(self) -> None:
        self.bins = 0
        self.loudest = 0
        self._lows: list[array[int]] = [array("h")]
        self._highs: list[array[int]] = [array("h")]
        self._sums: list[array[int]] = [array("q")]
        self._loudest_sums = [0]

    def add(self, chunk: PeakChunk) -> None:
        """Take in the bins of a chunk; ValueError where its bytes are no whole pairs."""
        pairs = array("h")
        pairs.frombytes(chunk.pairs)
        if len(pairs) % 2:
            raise ValueError("peaks come as pairs of int16 from a bin on")
        if sys.byteorder == "big":
            pairs.byteswap()
        self.put(chunk.first_bin, pairs[0::2], pairs[1::2])

    def put(self, first: int, lows: "array[int]", highs: "array[int]") -> None:
        """Take in the bins from a number on, by their lowest and highest samples; ValueError before bin 0."""
        if first < 0:
            raise ValueError("bins are counted from 0")
        if lows:
            stop = first + len(lows)
            higher = self._grow(stop)
            self._lows[0][first:stop], self._highs[0][first:stop] = lows, highs
            spans = map(operator.sub, highs, lows)
            self._sums[0][first:stop] = array("q", map(operator.add, spans, repeat(1)))
            self._loudest_sums[0] = max(self._loudest_sums[0], max(self._sums[0][first:stop]))
            self._raise(*((0, self.bins) if higher else (first, stop)))
            self.loudest = max(*self._highs[-1], *map(operator.neg, self._lows[-1]), 0)

    def range(self, first: int, stop: int) -> tuple[int, int] | None:
        """The lowest and highest sample in the bins [first, stop), or None where nothing is known of them."""
        low, high = _NOTHING
        for level, a, b in self._blocks(first, stop):
            low, high = min(low, min(self._lows[level][a:b])), max(high, max(self._highs[level][a:b]))
        return None if low > high else (low, high)

    def means(self, edges: Sequence[int]) -> list[float | None]:
        """How far bins span on the mean, between each two neighbouring edges; None where nothing is known.

        It follows how loud speech is where the maximum of some seconds is always near the loudest. The edges (rising,
        some equal steps apart) are taken to an eighth of a step.
        """
        level = self._level((edges[1] - edges[0]) // _FANOUT)
        shift, sums = _FANOUT_BITS * level, self._sums[level]
        found: list[float | None] = []
        for first, stop in pairwise([edge >> shift for edge in edges]):
            total = sum(sums[first : max(stop, first + 1)])
            found.append(total / (max(stop - first, 1) << shift) if total > 0 else None)
        return found

    def loudest_mean(self, bins: int) -> float:
        """What `mean` over so many bins comes to at most, or somewhat more; 0 where nothing is known."""
        level = self._level(bins)
        return self._loudest_sums[level] / (1 << _FANOUT_BITS * level)

    def _level(self, bins: int) -> int:
        """The highest level whose blocks are no longer than so many bins."""
        return min((max(bins, 1).bit_length() - 1) // _FANOUT_BITS, len(self._sums) - 1)

    def _blocks(self, first: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """The bins [first, stop) as the fewest whole blocks: (level, first, stop) in that level's numbers."""
        first, stop = max(first, 0), min(stop, self.bins)
        level = 0
        while stop - first >= 2 * _FANOUT:
            inner_first, inner_stop = -(-first // _FANOUT), stop // _FANOUT
            if first < inner_first * _FANOUT:
                yield level, first, inner_first * _FANOUT
            if inner_stop * _FANOUT < stop:
                yield level, inner_stop * _FANOUT, stop
            first, stop, level = inner_first, inner_stop, level + 1
        if first < stop:
            yield level, first, stop

    def _grow(self, bins: int) -> bool:
        """Make room for so many bins, every level a whole number of fan-outs long; whether that took a level more."""
        self.bins, level, levels = max(self.bins, bins), 0, len(self._lows)
        while True:
            blocks = -(-bins // _FANOUT)
            missing = blocks * _FANOUT - len(self._lows[level])
            self._lows[level].extend([_NOTHING[0]] * missing)
            self._highs[level].extend([_NOTHING[1]] * missing)
            self._sums[level].extend([0] * missing)
            if blocks <= 1:
                return len(self._lows) > levels
            bins, level = blocks, level + 1
            if level == len(self._lows):
                self._lows.append(array("h"))
                self._highs.append(array("h"))
                self._sums.append(array("q"))
                self._loudest_sums.append(0)

    def _raise(self, first: int, stop: int) -> None:
        """Bring the higher levels up to date over the bins [first, stop)."""
        for level in range(1, len(self._lows)):
            first, stop = first // _FANOUT, -(-stop // _FANOUT)
            below = slice(first * _FANOUT, stop * _FANOUT)
            self._lows[level][first:stop] = array("h", map(min, *_combed(self._lows[level - 1][below])))
            self._highs[level][first:stop] = array("h", map(max, *_combed(self._highs[level - 1][below])))
            sums = array("q", map(sum, zip(*_combed(self._sums[level - 1][below]), strict=True)))
            self._sums[level][first:stop] = sums
            self._loudest_sums[level] = max(self._loudest_sums[level], max(sums))


def _combed(bins: "array[int]") -> list["array[int]"]:
    """The bins as one array for each place in a block, so that one pass goes through all blocks."""
    return [bins[at::_FANOUT] for at in range(_FANOUT)]
