"""Where a trace is highest and lowest: the stretches that are described afterwards (Swift, Tompkins & Parkin 2017)."""

from collections.abc import Callable, Iterator, Sequence, Set
from itertools import chain
from typing import Literal

import msgspec

from iprtool.dial.traces import Run, mean_of

WINDOW_MS = 20_000
SHORTEST_MS = 2_000
PARTS = 4
"""So many stretches at least there is room for in what was rated: of less than 80 s they are shorter than 20 s."""

COUNT = 2
STANDS_OUT = 0.5
"""A stretch stands out where it is this far from the mean of the whole: the smallest step of the HAT form."""

Kind = Literal["highest", "lowest"]


class Stretch(msgspec.Struct, frozen=True):
    """A stretch of the recording, the mean rating in it, and which end of the trace it is."""

    start_ms: int
    end_ms: int
    mean: float
    kind: Kind


def extremes(
    runs: Sequence[Run],
    count: int = COUNT,
    window_ms: int | None = None,
    apart_ms: int | None = None,
    stands_out: float = STANDS_OUT,
) -> list[Stretch]:
    """The stretches of a length with the highest and with the lowest mean, up to `count` of each kind, in time.

    They are 20 s long, or a quarter of all rated time where that is less (from 2 s on), unless `window_ms` says it.
    Only rated time is looked at, and none of it twice. Those of a kind keep `apart_ms` from each other, as much as
    they are long where that is not given, so that one long plateau is one stretch. A highest one is above the mean of
    the whole trace, a lowest one below it, by `stands_out` at least: a dial that was not moved has none. Of equal ones
    the earliest is taken.
    """
    whole = mean_of(runs)
    if whole is None:
        return []
    window_ms = _window_ms(runs) if window_ms is None else window_ms
    apart_ms = window_ms if apart_ms is None else apart_ms
    on_steps = list(_windows(runs, window_ms))
    kinds: dict[Kind, Callable[[float], float]] = {"highest": lambda mean: mean - whole, "lowest": lambda m: whole - m}
    found: list[Stretch] = []
    for kind in list(kinds) * count:
        away = kinds[kind]
        kept = [(one.start_ms, one.end_ms, apart_ms if one.kind == kind else 0) for one in found]
        beside = {edge for first, last, far_ms in kept for edge in (first - far_ms - window_ms, last + far_ms)}
        windows = chain(on_steps, _windows(runs, window_ms, beside))
        free = (one for one in windows if away(one[1]) >= stands_out and _is_apart(one[0], window_ms, kept))
        best = max(free, key=lambda one: (away(one[1]), -one[0]), default=None)
        if best is not None:
            found.append(Stretch(best[0], best[0] + window_ms, best[1], kind))
    return sorted(found, key=lambda one: one.start_ms)


def _window_ms(runs: Sequence[Run]) -> int:
    rated_ms = sum(run.length_ms for run in runs)
    return max(SHORTEST_MS, min(WINDOW_MS, rated_ms // PARTS))


def _windows(runs: Sequence[Run], window_ms: int, starts_ms: Set[int] | None = None) -> Iterator[tuple[int, float]]:
    """Windows within the runs, with their means: from these starts, or wherever one of their edges is on a step.

    None that lies between two steps is higher or lower. The mean is rounded, so that equal ones are equal however they
    were summed.
    """
    for run in runs:
        last_ms = run.end_ms - window_ms
        edges = {run.start_ms, last_ms, *run.starts_ms, *(at_ms - window_ms for at_ms in run.starts_ms)}
        for start_ms in sorted(edges if starts_ms is None else starts_ms):
            if run.start_ms <= start_ms <= last_ms:
                yield start_ms, round(run.area(start_ms, start_ms + window_ms) / window_ms, 6)


def _is_apart(start_ms: int, window_ms: int, kept: Sequence[tuple[int, int, int]]) -> bool:
    """Whether a window is as far as that from each of these: from when, to when, how far."""
    return all(start_ms + window_ms + far_ms <= first or last + far_ms <= start_ms for first, last, far_ms in kept)
