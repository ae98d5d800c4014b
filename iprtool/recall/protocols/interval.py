"""Interval rating: at fixed times the program stops and asks (Cocklin et al. 2017)."""

from iprtool.edits import LayerState
from iprtool.model.layer import LayerHead, Stop
from iprtool.recall.protocols.course import AskedKind, Course

EVERY_MS = 120_000


class IntervalCourse(Course):
    """Asks once for each interval of which half was played, at its end or, where that was leapt over, after it.

    Of less than half there is no answer that would stand for the interval. The stop's `at_ms` is the interval's end,
    its `raw_ms` where the program did stop.
    """

    def __init__(self, head: LayerHead, state: LayerState) -> None:
        super().__init__(head, state)
        self._every_ms = self.protocol.prompt_every_ms or EVERY_MS
        self._played: list[tuple[int, int]] = []
        """What was played, in stretches apart from each other: what is played again is not watched anew."""
        self._seen: set[int] = set()
        self._last_ms: int | None = None
        for span in self.state.coverage.values():
            if span.kind == "played":
                self._watch(span.start_ms, span.end_ms)
        answered = {mark.stop for mark in state.marks.values() if mark.stop} if state.stops else set()
        self._asked = {
            stop.at_ms
            for stop in state.stops.values()
            if stop.stopped_by == "program" and (stop.went_on_ms is not None or stop.id in answered)
        }

    def _watch(self, start_ms: int, end_ms: int) -> None:
        """This was played; the intervals of which half was played by now."""
        apart = [one for one in self._played if one[1] < start_ms or end_ms < one[0]]
        touching = [(start_ms, end_ms), *(one for one in self._played if one not in apart)]
        self._played = [*apart, (min(first for first, _ in touching), max(last for _, last in touching))]
        for number in range(start_ms // self._every_ms, end_ms // self._every_ms + 1):
            if 2 * self._played_ms(number) >= self._every_ms:
                self._seen.add(number)

    def _played_ms(self, number: int) -> int:
        begins_ms, ends_ms = number * self._every_ms, (number + 1) * self._every_ms
        return sum(max(0, min(last, ends_ms) - max(first, begins_ms)) for first, last in self._played)

    def due(self, at_ms: int) -> int | None:
        """See `Course`."""
        if self._last_ms is not None and at_ms > self._last_ms:
            self._watch(self._last_ms, at_ms)
        self._last_ms = at_ms
        ends = ((number + 1) * self._every_ms for number in self._seen)
        return min((end for end in ends if end <= at_ms and end not in self._asked), default=None)

    def onward(self, at_ms: int) -> int | None:  # noqa: ARG002
        """See `Course`."""
        self._last_ms = None
        return None

    def nearest(self, to_ms: int) -> int:
        """See `Course`."""
        self._last_ms = None
        return to_ms

    def came_up(self, due_ms: int) -> None:
        """See `Course`."""
        self._asked.add(due_ms)

    def asks(self, stop: Stop | None) -> AskedKind | None:
        """See `Course`."""
        return "helpful" if stop is not None and stop.stopped_by == "program" else None

    @property
    def progress(self) -> str:
        """See `Course`."""
        return f"{len(self._asked)} of {self.head.duration_ms // self._every_ms} asked"
