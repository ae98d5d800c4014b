"""Known gaps of a recording: stretches without sound, as between the files that it was joined from."""

from collections.abc import Iterable

from iprtool.model.study import SHORTEST_GAP_MS, Gap


def long_gaps(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Those that have to be known about, in their order."""
    return tuple(sorted(gap for gap in gaps if gap[1] - gap[0] >= SHORTEST_GAP_MS))


def gap_at(gaps: Iterable[Gap], at_ms: float) -> Gap | None:
    """The gap that a time is in, or None."""
    return next((gap for gap in gaps if gap[0] <= at_ms < gap[1]), None)


def next_gap(gaps: Iterable[Gap], at_ms: float) -> Gap | None:
    """The first gap that ends after a time, or None."""
    return next((gap for gap in gaps if at_ms < gap[1]), None)


def stretch_at(gaps: Iterable[Gap], at_ms: float, duration_ms: int) -> Gap:
    """From where to where there is a recording around a time that is in no gap."""
    gaps = tuple(gaps)
    start_ms = max((gap[1] for gap in gaps if gap[1] <= at_ms), default=0)
    end_ms = min((gap[0] for gap in gaps if gap[0] > at_ms), default=duration_ms)
    return start_ms, end_ms
