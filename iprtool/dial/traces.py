"""Traces united: what was rated where, the rating that was made last counting, and means of it over any stretch."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, pairwise

import msgspec

from iprtool.model.layer import Trace

GAP_MS = 1000
"""A rating holds until the next sample, unless that is later than this: then nothing was rated in between."""


class Run(msgspec.Struct, frozen=True, dict=True):
    """A stretch that was rated without a gap: each value holds from its start to the next one's, the last to `end_ms`.

    Times are in ms of the recording; neighbouring values differ.
    """

    starts_ms: tuple[int, ...]
    values: tuple[float, ...]
    end_ms: int

    @property
    def start_ms(self) -> int:
        """Where it begins."""
        return self.starts_ms[0]

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.end_ms - self.start_ms

    def area(self, start_ms: int, end_ms: int) -> float:
        """The ratings summed over its milliseconds from start to end, both within it."""
        return self._area_to(end_ms) - self._area_to(start_ms)

    def part(self, start_ms: int, end_ms: int) -> "Run | None":
        """What of it lies from start to end; None where nothing does."""
        start_ms, end_ms = max(start_ms, self.start_ms), min(end_ms, self.end_ms)
        if start_ms >= end_ms:
            return None
        first, stop = bisect_right(self.starts_ms, start_ms) - 1, bisect_right(self.starts_ms, end_ms - 1)
        return Run((start_ms, *self.starts_ms[first + 1 : stop]), self.values[first:stop], end_ms)

    @cached_property
    def _areas(self) -> tuple[float, ...]:
        steps = (
            value * (stop - start) for value, (start, stop) in zip(self.values, pairwise(self.starts_ms), strict=False)
        )
        return tuple(accumulate(steps, initial=0.0))

    def _area_to(self, at_ms: int) -> float:
        index = bisect_right(self.starts_ms, at_ms) - 1
        return self._areas[index] + self.values[index] * (at_ms - self.starts_ms[index])


def united(traces: Iterable[Trace], gap_ms: int = GAP_MS) -> list[Run]:
    """The runs of all traces, in time and apart from each other; where a stretch was rated again, the later one.

    `traces` are in the order in which they were made, as a layer has them.
    """
    kept: list[Run] = []
    for run in _as_made((sample for trace in traces for sample in trace.samples), gap_ms):
        apart = [one for one in kept if one.end_ms <= run.start_ms or run.end_ms <= one.start_ms]
        cut = (one for one in kept if one.end_ms > run.start_ms and run.end_ms > one.start_ms)
        beside = [part for one in cut for part in (one.part(0, run.start_ms), one.part(run.end_ms, one.end_ms)) if part]
        kept = [*apart, *beside, run]
    return _joined(sorted(kept, key=lambda one: one.start_ms))


def mean_of(runs: Sequence[Run]) -> float | None:
    """The mean over all rated time; None where there is none."""
    rated_ms = sum(run.length_ms for run in runs)
    return sum(run.area(run.start_ms, run.end_ms) for run in runs) / rated_ms if rated_ms else None


def _as_made(samples: Iterable[tuple[int, float]], gap_ms: int) -> Iterator[Run]:
    """Runs in the order of making: a leap, or a step back, begins another."""
    starts_ms: list[int] = []
    values: list[float] = []
    last_ms = 0
    for at_ms, value in samples:
        if starts_ms and not 0 <= at_ms - last_ms <= gap_ms:
            yield from _run(starts_ms, values, last_ms)
            starts_ms, values = [], []
        if starts_ms and at_ms == starts_ms[-1]:
            starts_ms.pop()
            values.pop()
        if not values or value != values[-1]:
            starts_ms.append(at_ms)
            values.append(value)
        last_ms = at_ms
    yield from _run(starts_ms, values, last_ms)


def _run(starts_ms: list[int], values: list[float], end_ms: int) -> Iterator[Run]:
    """The run, if it has an extent; a value set with the very last sample never held."""
    if not starts_ms or starts_ms[0] == end_ms:
        return
    stop = len(starts_ms) - (starts_ms[-1] == end_ms)
    yield Run(tuple(starts_ms[:stop]), tuple(values[:stop]), end_ms)


def _joined(runs: Iterable[Run]) -> list[Run]:
    """Runs that touch as one."""
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].end_ms == run.start_ms:
            before = joined.pop()
            same = before.values[-1] == run.values[0]
            run = Run(before.starts_ms + run.starts_ms[same:], before.values + run.values[same:], run.end_ms)
        joined.append(run)
    return joined
