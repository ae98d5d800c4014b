"""Where marks are in time: sorted arrays searched by bisection, so that what is drawn costs by what is seen.

Every entry of an array packs a time and a handle into one 64-bit integer, so that one bisection finds a time and
another an entry. Intervals are filed besides in a centred interval tree (Edelsbrunner 1980) whose centres are the
dyadic numbers, the highest binary digit in which start and end differ: it needs no balancing, and a mark more costs
two bisections and two short moves of memory.
"""

from array import array
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Generic, Protocol, Self, TypeVar

_HANDLE_BITS = 32
_HANDLE_MASK = (1 << _HANDLE_BITS) - 1
_END_OF_TIME_MS = 1 << 31


class Timed(Protocol):
    """What can be filed: an id of its own, a start, and a last millisecond (the start again for a point)."""

    @property
    def id(self) -> str:
        """The id."""
        ...

    @property
    def start_ms(self) -> int:
        """Where it starts."""
        ...

    @property
    def last_ms(self) -> int:
        """Where it ends; its start for a point or an interval still open."""
        ...


T = TypeVar("T", bound=Timed)
S = TypeVar("S", bound=Timed)


class _Node:
    """The intervals that hold one centre, by their starts and by their ends; in order once asked for."""

    __slots__ = ("_ends", "_starts", "waiting")

    def __init__(self) -> None:
        self.waiting: list[tuple[int, int]] = []
        self._starts: array[int] = array("q")
        self._ends: array[int] = array("q")

    def in_order(self) -> "tuple[array[int], array[int]]":
        """The entries by start, and by end."""
        if self.waiting:
            starts, ends = zip(*self.waiting, strict=True)
            self._starts, self._ends, self.waiting = array("q", sorted(starts)), array("q", sorted(ends)), []
        return self._starts, self._ends


class _Times:
    """When each handle starts and ends: the entries of all by start, and the tree of those that last."""

    __slots__ = ("levels", "nodes", "starts")

    def __init__(self, starts_ms: Sequence[int], lasts_ms: Sequence[int]) -> None:
        for start_ms, last_ms in zip(starts_ms, lasts_ms, strict=True):
            if not 0 <= start_ms <= last_ms < _END_OF_TIME_MS:
                raise _unfit(start_ms, last_ms)
        self.starts = array("q", sorted([ms << _HANDLE_BITS | handle for handle, ms in enumerate(starts_ms)]))
        self.nodes: defaultdict[int, _Node] = defaultdict(_Node)
        # Each step of this is done for a hundred thousand marks before the first of them is seen.
        for handle, start_ms in enumerate(starts_ms):
            last_ms = lasts_ms[handle]
            if start_ms != last_ms:
                level = (start_ms ^ last_ms).bit_length() - 1
                entries = start_ms << _HANDLE_BITS | handle, last_ms << _HANDLE_BITS | handle
                self.nodes[last_ms >> level << level].waiting.append(entries)
        self.levels = Counter(map(_level, self.nodes))

    def add(self, handle: int, start_ms: int, last_ms: int) -> None:
        """File a handle."""
        if not 0 <= start_ms <= last_ms < _END_OF_TIME_MS:
            raise _unfit(start_ms, last_ms)
        insort(self.starts, start_ms << _HANDLE_BITS | handle)
        if last_ms > start_ms:
            starts, ends = self._node(_centre(start_ms, last_ms)).in_order()
            insort(starts, start_ms << _HANDLE_BITS | handle)
            insort(ends, last_ms << _HANDLE_BITS | handle)

    def remove(self, handle: int, start_ms: int, last_ms: int) -> None:
        """Take a handle out that was filed with these times."""
        _take_out(self.starts, start_ms << _HANDLE_BITS | handle)
        if last_ms > start_ms:
            centre = _centre(start_ms, last_ms)
            starts, ends = self.nodes[centre].in_order()
            _take_out(starts, start_ms << _HANDLE_BITS | handle)
            _take_out(ends, last_ms << _HANDLE_BITS | handle)
            if not starts:
                self._drop_node(centre)

    def covering(self, ms: int, limit: int | None) -> list[int]:
        """The handles of intervals that start before a time and end at it or later, in no order."""
        entry = ms << _HANDLE_BITS
        found: list[int] = []
        for level in self.levels:
            centre = ((ms >> level) | 1) << level
            node = self.nodes.get(centre)
            if node is None:
                continue
            starts, ends = node.in_order()
            if centre > ms:
                stop = bisect_left(starts, entry)
                found += starts[: stop if limit is None else min(stop, limit)]
            else:
                first = bisect_left(ends, entry)
                found += ends[first if limit is None else max(first, len(ends) - limit) :]
        return [entry & _HANDLE_MASK for entry in found]

    def _drop_node(self, centre: int) -> None:
        del self.nodes[centre]
        level = _level(centre)
        self.levels[level] -= 1
        if not self.levels[level]:
            del self.levels[level]

    def _node(self, centre: int) -> _Node:
        if centre not in self.nodes:
            self.levels[_level(centre)] += 1
        return self.nodes[centre]


class _Made(dict[int, T]):
    """Items by handle, each made when it is first looked at."""

    def __init__(self, make: Callable[[int], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, handle: int) -> T:
        made = self[handle] = self._make(handle)
        return made


class _Ids:
    """The handle of each id; those of a whole layer are put in order when an id is first asked for."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = ids
        self.next = len(ids)

    @cached_property
    def handles(self) -> dict[str, int]:
        """The handles by id."""
        return dict(zip(self._ids, range(len(self._ids)), strict=True))


class MarkIndex(Generic[T]):
    """Points and intervals in time, in the order of their starts; an interval holds both its edges.

    Ranks count from 0 in that order; of equal starts the one added first comes first. Times are milliseconds from 0
    to 2³¹; ValueError outside, or where an interval ends before it starts.
    """

    def __init__(self, items: Iterable[T] = ()) -> None:
        filed = list(items)
        self._items: dict[int, T] = dict(enumerate(filed))
        self._views: list[dict[int, Any]] = []
        self._ids = _Ids([item.id for item in filed])
        if len(self._ids.handles) != len(filed):
            raise ValueError("two marks have one id")
        self._times = _Times([item.start_ms for item in filed], [item.last_ms for item in filed])

    @classmethod
    def of_columns(
        cls, ids: Sequence[str], starts_ms: Sequence[int], lasts_ms: Sequence[int], make: Callable[[int], T]
    ) -> Self:
        """Of items that are only made when they are looked at: their ids, all different, and times, by number."""
        index = cls()
        index._items, index._ids, index._times = _Made(make), _Ids(ids), _Times(starts_ms, lasts_ms)
        return index

    def seen_as(self, show: Callable[[T], S]) -> "MarkIndex[S]":
        """The same places, now and after every change, each showing what is made of its item when it is looked at.

        What is shown has its item's id and times. The index that is shown is the one to add to and remove from.
        """
        items, seen, made = self._items, MarkIndex[S](), _Made(lambda handle: show(items[handle]))
        seen._items, seen._ids, seen._times = made, self._ids, self._times
        self._views.append(made)
        return seen

    def __len__(self) -> int:
        return len(self._times.starts)

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._ids.handles

    def __iter__(self) -> Iterator[T]:
        return map(self.at, range(len(self)))

    def get(self, item_id: str) -> T | None:
        """The item with this id, or None."""
        handle = self._ids.handles.get(item_id)
        return None if handle is None else self._items[handle]

    def add(self, item: T) -> None:
        """File one more; ValueError where its id is filed already."""
        if item.id in self._ids.handles:
            raise ValueError("two marks have one id")
        self._file(item, self._ids.next)
        self._ids.next += 1

    def put(self, item: T) -> None:
        """File an item in place of the one with its id, or as one more."""
        handle = self._ids.handles.get(item.id)
        if handle is None:
            self.add(item)
        else:
            self.remove(item.id)
            self._file(item, handle)

    def remove(self, item_id: str) -> T:
        """Take one out and return it; KeyError where there is none."""
        handle = self._ids.handles.pop(item_id)
        item = self._items[handle]
        self._times.remove(handle, item.start_ms, item.last_ms)
        for kept in (self._items, *self._views):
            kept.pop(handle, None)
        return item

    def _file(self, item: T, handle: int) -> None:
        self._times.add(handle, item.start_ms, item.last_ms)
        self._items[handle], self._ids.handles[item.id] = item, handle

    def rank(self, ms: int) -> int:
        """How many start before a time, and so the rank of the first that starts at it or later."""
        return bisect_left(self._times.starts, ms << _HANDLE_BITS)

    def at(self, rank: int) -> T:
        """The item of a rank."""
        return self._items[self._times.starts[rank] & _HANDLE_MASK]

    def start_ms(self, rank: int) -> int:
        """The start of the item of a rank."""
        return self._times.starts[rank] >> _HANDLE_BITS

    def rank_of(self, item_id: str) -> int:
        """The rank of an item; KeyError where there is none."""
        handle = self._ids.handles[item_id]
        return bisect_left(self._times.starts, self._items[handle].start_ms << _HANDLE_BITS | handle)

    def count(self, a_ms: int, b_ms: int) -> int:
        """How many start in [a, b)."""
        return max(0, self.rank(b_ms) - self.rank(a_ms))

    def starting(self, a_ms: int, b_ms: int, limit: int | None = None) -> list[T]:
        """Those that start in [a, b), the first `limit` of them."""
        first, stop = self.rank(a_ms), self.rank(b_ms)
        if limit is not None:
            stop = min(stop, first + limit)
        items = self._items
        return [items[entry & _HANDLE_MASK] for entry in self._times.starts[first:stop]]

    def covering(self, ms: int, limit: int | None = None) -> list[T]:
        """The intervals that start before a time and end at it or later, by start.

        With a limit, that many of them at most, always the same ones, at a cost that grows with the limit alone.
        """
        return [item for _, item in self.covering_ranked(ms, limit)]

    def covering_ranked(self, ms: int, limit: int | None = None) -> list[tuple[int, T]]:
        """The same, each with its rank."""
        items, starts = self._items, self._times.starts
        handles = self._times.covering(ms, limit)
        by_start = sorted([(items[handle].start_ms << _HANDLE_BITS | handle, handle) for handle in handles])
        return [(bisect_left(starts, entry), items[handle]) for entry, handle in by_start[:limit]]

    def touching(self, a_ms: int, b_ms: int) -> list[T]:
        """All that lie in or reach into [a, b), by start, in O(log n + found)."""
        return self.covering(a_ms) + self.starting(a_ms, b_ms) if a_ms < b_ms else []

    def steps(self, from_ms: int, step_ms: int, steps: int) -> Iterator[tuple[int, int, int]]:
        """Of so many equal steps of time those that anything starts in: (step, first rank, stop rank).

        What shares a step is counted without being looked at: the cost is the steps', not the marks'.
        """
        starts, rank, step_entry = self._times.starts, self.rank(from_ms), step_ms << _HANDLE_BITS
        from_entry, count = from_ms << _HANDLE_BITS, len(self._times.starts)
        while rank < count:
            step = (starts[rank] - from_entry) // step_entry
            if step >= steps:
                return
            stop = bisect_left(starts, from_entry + (step + 1) * step_entry, rank)
            yield step, rank, stop
            rank = stop

    def after(self, ms: int) -> T | None:
        """The first that starts later than a time."""
        rank = self.rank(ms + 1)
        return self.at(rank) if rank < len(self) else None

    def before(self, ms: int) -> T | None:
        """The last that starts earlier than a time."""
        rank = self.rank(ms)
        return self.at(rank - 1) if rank else None

    def beside(self, item_id: str, step: int) -> T | None:
        """The neighbour `step` ranks on (negative: back), or None at the edge; KeyError where there is no such item."""
        rank = self.rank_of(item_id) + step
        return self.at(rank) if 0 <= rank < len(self) else None


def _centre(start_ms: int, last_ms: int) -> int:
    """The dyadic number in (start, last] whose binary form has the most trailing zeros."""
    level = (start_ms ^ last_ms).bit_length() - 1
    return last_ms >> level << level


def _level(centre: int) -> int:
    """How many zeros it ends in."""
    return (centre & -centre).bit_length() - 1


def _unfit(start_ms: int, last_ms: int) -> ValueError:
    return ValueError(f"a mark can't lie from {start_ms} to {last_ms} ms")


def _take_out(entries: "array[int]", entry: int) -> None:
    del entries[bisect_left(entries, entry)]
