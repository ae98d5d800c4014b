"""Preselected segments, played one after the other; the program stops at the end of each (Larsen et al. 2008)."""

from iprtool.edits import LayerState
from iprtool.model.layer import LayerHead
from iprtool.recall.protocols.course import Course

AT_THE_END_MS = 250
JUST_BEGUN_MS = 1500
"""So soon after its beginning, going back is meant to lead to the segment before."""


class SegmentsCourse(Course):
    """Plays each segment in turn and nothing else; one can go back to those before."""

    def __init__(self, head: LayerHead, state: LayerState) -> None:
        super().__init__(head, state)
        self._segments = tuple(sorted(self.protocol.segments)) or ((0, head.duration_ms),)
        ends = {stop.at_ms for stop in state.stops.values() if stop.stopped_by == "program"}
        declined = [span for span in state.coverage.values() if span.kind == "declined"]
        self._done = {
            number
            for number, (_, end_ms) in enumerate(self._segments)
            if end_ms in ends or any(span.start_ms < end_ms <= span.end_ms for span in declined)
        }
        last = len(self._segments) - 1
        self._here = next((number for number in range(last + 1) if number not in self._done), last)

    @property
    def bounds(self) -> tuple[int, int]:
        """The segment that is played now."""
        return self._segments[self._here]

    @property
    def stretches(self) -> tuple[tuple[int, int], ...]:
        """See `Course`."""
        return self._segments

    def nearest(self, to_ms: int) -> int:
        """See `Course`: into any segment; what lies between is not gone to."""
        within = (number for number, (start_ms, end_ms) in enumerate(self._segments) if start_ms <= to_ms < end_ms)
        self._here = next(within, self._here)
        start_ms, end_ms = self.bounds
        return max(start_ms, min(to_ms, end_ms))

    def is_over(self, at_ms: int) -> bool:
        """See `Course`."""
        return self._here == len(self._segments) - 1 and at_ms >= self.bounds[1] - AT_THE_END_MS

    def due(self, at_ms: int) -> int | None:
        """See `Course`."""
        end_ms = self.bounds[1]
        return end_ms if at_ms >= end_ms else None

    def came_up(self, due_ms: int) -> None:  # noqa: ARG002
        """See `Course`."""
        self._done.add(self._here)

    def onward(self, at_ms: int) -> int | None:
        """See `Course`: from the end of one the next begins; the last one can be played again."""
        start_ms, end_ms = self.bounds
        if at_ms >= end_ms - AT_THE_END_MS:
            self._done.add(self._here)
            if self._here < len(self._segments) - 1:
                self._here += 1
            return self.bounds[0]
        return start_ms if at_ms < start_ms or at_ms - self.protocol.pre_roll_ms < start_ms else None

    def next(self) -> int | None:
        """See `Course`."""
        if self._here == len(self._segments) - 1:
            return None
        self._here += 1
        return self.bounds[0]

    def previous(self, at_ms: int) -> int | None:
        """See `Course`."""
        if at_ms < self.bounds[0] + JUST_BEGUN_MS:
            self._here = max(0, self._here - 1)
        return self.bounds[0]

    @property
    def is_done(self) -> bool:
        """See `Course`."""
        return len(self._done) == len(self._segments)

    @property
    def progress(self) -> str:
        """See `Course`."""
        return f"part {self._here + 1} of {len(self._segments)}"

    @property
    def guidance(self) -> str:
        """See `Course`."""
        if self.is_done:
            return "That was the last part. {end} ends; {previous_part} goes back."
        if self._here in self._done:
            return "What was going on for you there? {stop_or_go_on} plays the next part."
        return ""
