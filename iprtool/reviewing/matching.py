"""Which marks of two people are one moment: a matching of the one's with the other's, one to one, within a tolerance.

Of all such matchings it is one with the most pairs; of those, one whose distances add up to least; of those, one whose
marks begin nearest to each other, all told. It is found pair by pair along shortest augmenting paths (Kuhn 1955;
Jonker & Volgenant 1987), in parts of the recording that no pair connects.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from heapq import heappop, heappush
from typing import Protocol

import msgspec

TOLERANCE_MS = 15_000
"""Two accounts may be of one moment where no more than this lies between them."""

_BEGINNINGS = 1 << 48
"""More than all beginnings of a session's marks can differ by, added up."""


class Spanned(Protocol):
    """What can be matched: a point (twice the same time) or an interval."""

    @property
    def start_ms(self) -> int:
        """Where it begins."""
        ...

    @property
    def last_ms(self) -> int:
        """Where it ends."""
        ...


class Pair(msgspec.Struct, frozen=True):
    """Two of one moment, by their places in the two sequences, and how far apart they are: 0 where they overlap."""

    first: int
    second: int
    distance_ms: int


def distance_ms(one: Spanned, other: Spanned) -> int:
    """How far apart two points or intervals are: between their nearest edges, 0 where they overlap or touch."""
    return max(0, other.start_ms - one.last_ms, one.start_ms - other.last_ms)


def match(
    firsts: Sequence[Spanned],
    seconds: Sequence[Spanned],
    tolerance_ms: int = TOLERANCE_MS,
    apart: Collection[tuple[int, int]] = (),
    stopped: Callable[[], bool] = lambda: False,
) -> list[Pair]:
    """The matching of `firsts` with `seconds`, in the order of the firsts; what is in `apart` is no pair.

    It is looked every now and then whether it is to be `stopped`; then there are fewer pairs.
    """
    costs = _costs(firsts, seconds, tolerance_ms, frozenset(apart))
    pairs: list[Pair] = []
    for part in _parts(costs):
        if stopped():
            break
        found = _Matching({first: costs[first] for first in part}).solved(stopped)
        pairs += [Pair(one, other, distance_ms(firsts[one], seconds[other])) for one, other in found]
    return sorted(pairs, key=lambda pair: pair.first)


_Costs = dict[int, dict[int, int]]
"""What a pair costs, by the first and the second; what is not there cannot be a pair."""


def _costs(
    firsts: Sequence[Spanned], seconds: Sequence[Spanned], tolerance_ms: int, apart: Collection[tuple[int, int]]
) -> _Costs:
    order = sorted(range(len(seconds)), key=lambda at: (seconds[at].start_ms, seconds[at].last_ms, at))
    starts = [seconds[at].start_ms for at in order]
    longest_ms = max((one.last_ms - one.start_ms for one in seconds), default=0)
    costs: _Costs = {}
    for number, one in sorted(enumerate(firsts), key=lambda each: (each[1].start_ms, each[1].last_ms, each[0])):
        near: dict[int, int] = {}
        for place in range(bisect_left(starts, one.start_ms - tolerance_ms - longest_ms), len(order)):
            at = order[place]
            other = seconds[at]
            if other.start_ms > one.last_ms + tolerance_ms:
                break
            away_ms = distance_ms(one, other)
            if away_ms <= tolerance_ms and (number, at) not in apart:
                near[at] = away_ms * _BEGINNINGS + abs(one.start_ms - other.start_ms)
        if near:
            costs[number] = dict(sorted(near.items(), key=lambda each: each[1]))
    return costs


def _parts(costs: _Costs) -> Iterator[list[int]]:
    """The firsts in groups that share no second with each other."""
    of_second: dict[int, list[int]] = {}
    for first, near in costs.items():
        for second in near:
            of_second.setdefault(second, []).append(first)
    left = dict.fromkeys(costs)
    while left:
        part = [next(iter(left))]
        del left[part[0]]
        for first in part:
            for second in costs[first]:
                for other in of_second.pop(second, ()):
                    if other in left:
                        del left[other]
                        part.append(other)
        yield part


class _Matching:
    """The matching of one part as it grows: each first takes the cheapest way to a second that is still free.

    On the way a first may give up its second for another, and the last one goes without where that is cheapest; to be
    without costs more than all pairs together. `_worth` and `_prices` keep what is left of every cost from being
    negative (Edmonds & Karp 1972).
    """

    def __init__(self, costs: _Costs) -> None:
        self._costs = costs
        self._without = (1 + max(max(near.values()) for near in costs.values())) * (1 + len(costs))
        self._second_of: dict[int, int] = {}
        self._first_of: dict[int, int] = {}
        self._worth: dict[int, int] = {}
        self._prices: dict[int, int] = {}

    def solved(self, stopped: Callable[[], bool]) -> list[tuple[int, int]]:
        """The pairs."""
        for first in self._costs:
            if stopped():
                break
            self._add(first)
        return [(first, second) for first, second in self._second_of.items() if second >= 0]

    def _add(self, first: int) -> None:
        """Take one more first in, along the cheapest way (Dijkstra 1959)."""
        prices = self._prices
        self._worth[first] = min(cost - prices.get(second, 0) for second, cost in self._choices(first))
        firsts, settled = {first: 0}, dict[int, int]()
        came_by: dict[int, int] = {}
        reached: dict[int, int] = {}
        waiting: list[tuple[int, int]] = []
        self._look(first, 0, reached, came_by, waiting)
        while True:
            far, second = heappop(waiting)
            if second in settled:
                continue
            settled[second] = far
            holder = self._first_of.get(second)
            if holder is None:
                break
            firsts[holder] = far
            self._look(holder, far, reached, came_by, waiting)
        for one, way in firsts.items():
            self._worth[one] += far - way
        for one, way in settled.items():
            prices[one] = prices.get(one, 0) - far + way
        self._take(second, came_by)

    def _choices(self, first: int) -> Iterator[tuple[int, int]]:
        """The seconds that a first could take, with what that costs; a number below 0 is to be without."""
        yield from self._costs[first].items()
        yield -1 - first, self._without

    def _look(
        self, first: int, far: int, reached: dict[int, int], came_by: dict[int, int], waiting: list[tuple[int, int]]
    ) -> None:
        """How far the seconds are that a first could take, by way of it."""
        prices, before = self._prices, far - self._worth[first]
        for second, cost in self._choices(first):
            there = before + cost - prices.get(second, 0)
            known = reached.get(second)
            if known is None or there < known:
                reached[second], came_by[second] = there, first
                heappush(waiting, (there, second))

    def _take(self, second: int | None, came_by: dict[int, int]) -> None:
        """Every first on the way takes the second it came to; the one it had goes to the first before it."""
        while second is not None:
            taker = came_by[second]
            before = self._second_of.get(taker)
            self._second_of[taker], self._first_of[second] = second, taker
            second = before
