"""A layer's marks as they come from the disk: their places are known, each is unpacked when it is looked at."""

from array import array
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate
from operator import eq
from typing import overload

from iprtool.model.mark import Mark


class PackedMarks(Sequence[Mark]):
    """Marks by start, of equal ones the one made first; equal to any sequence of the same marks.

    The columns, in the order of making: `ids`, `starts_ms`, `lasts_ms` (None while an interval is open), and the values
    that `unpack` makes marks of, one after the other, with the length of each in bytes.
    """

    def __init__(
        self,
        ids: Sequence[str],
        starts_ms: Sequence[int],
        lasts_ms: Sequence[int | None],
        values: bytes,
        lengths: Sequence[int],
        unpack: Callable[[bytes], Mark],
    ) -> None:
        self.ids = ids
        self.starts_ms = starts_ms
        self.opened = [number for number, last_ms in enumerate(lasts_ms) if last_ms is None] if None in lasts_ms else []
        self.lasts_ms = [start if last is None else last for start, last in zip(starts_ms, lasts_ms, strict=True)]
        self._values = values
        self._ends = array("q", accumulate(lengths, initial=0))
        self._unpack = unpack

    def made(self, number: int) -> Mark:
        """The mark of a number, in the order of making."""
        return self._unpack(self._values[self._ends[number] : self._ends[number + 1]])

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, at: int) -> Mark: ...
    @overload
    def __getitem__(self, at: slice) -> list[Mark]: ...
    def __getitem__(self, at: int | slice) -> Mark | list[Mark]:
        if isinstance(at, slice):
            return [self.made(number) for number in self._by_start[at]]
        return self.made(self._by_start[at])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # as of every sequence that is compared by what it holds

    @cached_property
    def _by_start(self) -> list[int]:
        return sorted(range(len(self.ids)), key=self.starts_ms.__getitem__)
