"""The segments that a session is coded in: of one length from the start, the last one as long as is left."""

import msgspec

SHORTEST_MS = 5_000
"""A segment that is shorter could not be told apart from a moment, which is a mark."""

REMAINDER_MS = 1_000
"""What is left of a recording and is shorter is no segment of its own: a file is seldom as long as it was meant."""


class Segments(msgspec.Struct, frozen=True):
    """Segments of `size_ms` in a recording of `duration_ms`, counted from 0."""

    duration_ms: int
    size_ms: int

    @property
    def count(self) -> int:
        """How many there are; at least one. Less than a second that is left belongs to the one before it."""
        whole, left_ms = divmod(self.duration_ms, self.size_ms)
        return max(1, whole + (left_ms >= REMAINDER_MS))

    def bounds(self, segment: int) -> tuple[int, int]:
        """Where a segment begins, and where it has ended, in ms."""
        is_last = segment == self.count - 1
        return segment * self.size_ms, self.duration_ms if is_last else (segment + 1) * self.size_ms

    def at(self, ms: int) -> int:
        """The segment that a time lies in; the recording's end belongs to the last one."""
        return max(0, min(ms // self.size_ms, self.count - 1))

    def clamped(self, segment: int, ms: int) -> int:
        """The time nearest to this one that lies in a segment."""
        start_ms, end_ms = self.bounds(segment)
        return max(start_ms, min(ms, end_ms - 1))


def checked_length(length_ms: int) -> int:
    """The length of a segment, in ms; ValueError where it is too short for one."""
    if length_ms < SHORTEST_MS:
        raise ValueError(f"a segment lasts {SHORTEST_MS // 1000} seconds or longer")
    return length_ms
