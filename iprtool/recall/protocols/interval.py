"""Interval rating: at fixed times the program stops and asks (Cocklin et al. 2017)."""

from collections import Counter

from iprtool.edits import LayerState
from iprtool.model.layer import LayerHead, Stop
from iprtool.recall.protocols.course import AskedKind, Course

EVERY_MS = 120_000


class IntervalCourse(Course):
    """Asks once for each interval of which something was played, at its end or, where that was leapt over, after it.

    The stop's `at_ms` is the interval's end, its `raw_ms` where the program did stop.
    """

    def __init__(self, head: LayerHead, state: LayerState) -> None:
        super().__init__(head, state)
        self._every_ms = self.protocol.prompt_every_ms or EVERY_MS
        self._left_ms = 0
        """What is played again before this, since playing goes on a little before a stop, is not watched anew."""
        self._seen = self._watched()
        answered = {mark.stop for mark in state.marks.values() if mark.stop} if state.stops else set()
        self._asked = {
            stop.at_ms
            for stop in state.stops.values()
            if stop.stopped_by == "program" and (stop.went_on_ms is not None or stop.id in answered)
        }

    def _watched(self) -> set[int]:
        """The intervals of which more was played before than a pre-roll."""
        watched_ms: Counter[int] = Counter()
        for span in self.state.coverage.values():
            if span.kind == "played":
                for number in range(span.start_ms // self._every_ms, -(-span.end_ms // self._every_ms)):
                    begins_ms = number * self._every_ms
                    until_ms = min(span.end_ms, begins_ms + self._every_ms)
                    watched_ms[number] += until_ms - max(span.start_ms, begins_ms)
        return {number for number, ms in watched_ms.items() if ms > self.protocol.pre_roll_ms}

    def due(self, at_ms: int) -> int | None:
        """See `Course`."""
        ends = ((number + 1) * self._every_ms for number in self._seen)
        found = min((end for end in ends if end <= at_ms and end not in self._asked), default=None)
        if found is None and at_ms >= self._left_ms:
            self._seen.add(at_ms // self._every_ms)
        return found

    def onward(self, at_ms: int) -> int | None:
        """See `Course`."""
        self._left_ms = at_ms
        return None

    def nearest(self, to_ms: int) -> int:
        """See `Course`."""
        self._left_ms = 0
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
