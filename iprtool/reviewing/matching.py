"""Which marks of two people are one moment: a matching of the one's with the other's, one to one, within a tolerance.

It keeps order: of two pairs the one that begins first with the one begins first with the other. Of all such matchings
it is one with the most pairs; of those, one whose distances add up to least; of those, one whose marks begin nearest to
each other, all told. It is found as the heaviest increasing subsequence of the pairs that there can be (Jacobson & Vo
1992).
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Protocol

import msgspec

TOLERANCE_MS = 15_000
"""Two accounts may be of one moment where no more than this lies between them."""

_BEGINNINGS = 1 << 48
"""More than all beginnings of a session's marks can differ by, added up."""

_PAIR = 1 << 120
"""What a pair is worth before its cost: more than all costs, added up."""


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
    chains = _Chains()
    for first, near in _near(firsts, seconds, tolerance_ms, frozenset(apart)):
        if stopped():
            break
        for place, second, cost in reversed(near):
            chains.add(place, _PAIR - cost, (first, second))
    return sorted(
        (Pair(first, second, distance_ms(firsts[first], seconds[second])) for first, second in chains.best()),
        key=lambda pair: pair.first,
    )


def _in_time(spans: Sequence[Spanned]) -> list[int]:
    return sorted(range(len(spans)), key=lambda at: (spans[at].start_ms, spans[at].last_ms, at))


def _near(
    firsts: Sequence[Spanned], seconds: Sequence[Spanned], tolerance_ms: int, apart: Collection[tuple[int, int]]
) -> Iterator[tuple[int, list[tuple[int, int, int]]]]:
    """The firsts in time, each with the seconds that it can be a pair with: (place in time, second, cost)."""
    order = _in_time(seconds)
    starts = [seconds[at].start_ms for at in order]
    longest_ms = max((one.last_ms - one.start_ms for one in seconds), default=0)
    for first in _in_time(firsts):
        one = firsts[first]
        near: list[tuple[int, int, int]] = []
        for place in range(bisect_left(starts, one.start_ms - tolerance_ms - longest_ms), len(order)):
            other = seconds[order[place]]
            if other.start_ms > one.last_ms + tolerance_ms:
                break
            away_ms = distance_ms(one, other)
            if away_ms <= tolerance_ms and (first, order[place]) not in apart:
                near.append((place, order[place], away_ms * _BEGINNINGS + abs(one.start_ms - other.start_ms)))
        yield first, near


_Chain = tuple[tuple[int, int], "_Chain"] | None
"""Pairs in order, the last one first."""


class _Chains:
    """The best chains of pairs so far, by the place of the last second: a later place only where it is worth more.

    The pairs of one first are added from its last second to its first one, so that none follows another of them.
    """

    def __init__(self) -> None:
        self._places = [-1]
        self._worth = [0]
        self._chains: list[_Chain] = [None]

    def add(self, place: int, worth: int, pair: tuple[int, int]) -> None:
        """One more pair, after the best chain that ends before its place."""
        at = bisect_left(self._places, place)
        worth += self._worth[at - 1]
        there = at < len(self._places) and self._places[at] == place
        if there and self._worth[at] >= worth:
            return
        stop = at
        while stop < len(self._places) and self._worth[stop] <= worth:
            stop += 1
        chain = pair, self._chains[at - 1]
        self._places[at:stop], self._worth[at:stop], self._chains[at:stop] = [place], [worth], [chain]

    def best(self) -> Iterator[tuple[int, int]]:
        """The pairs of the chain that is worth most."""
        chain = self._chains[-1]
        while chain is not None:
            pair, chain = chain
            yield pair
