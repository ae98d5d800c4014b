"""What every gesture of a recall goes by: the layer as it stands, the stop where the person is, the way to the disk."""

from collections.abc import Sequence
from typing import Any, Protocol

from iprtool.edits import Hand, MarkChange
from iprtool.model.layer import LayerContent, LessonsLearned, Marked, Op, Stop, Stopped
from iprtool.model.mark import Code, Mark, Stamp
from iprtool.model.playing import Player
from iprtool.model.ports import LayerLog
from iprtool.model.terms import StoppedBy
from iprtool.recall import any_recall
from iprtool.recall.playback import SAME_PLACE_MS
from iprtool.recall.protocols import course_of


class Listener(any_recall.Listener, Protocol):
    """Whoever shows the recall."""

    def marks_changed(self, changes: Sequence[MarkChange]) -> None:
        """Marks were made, changed or removed."""


class AtStops(any_recall.AnyRecall):
    """A layer being written: `stop_id` is the stop that the person is at (None while playing), `mark_id` its mark.

    `course` says what the recall's protocol asks for, `lessons` is what was learned, as it was last written down.
    """

    _listener: Listener

    def __init__(self, content: LayerContent, player: Player, log: LayerLog, hand: Hand, listener: Listener) -> None:
        super().__init__(content, log, hand, listener)
        written = [op.body.text for op in content.ops if isinstance(op.body, LessonsLearned)]
        self.lessons = written[-1] if written else ""
        self.course = course_of(self.head, self.state)
        self.stop_id: str | None = None
        self.mark_id: str | None = None
        seen_ms = max((span.end_ms for span in content.coverage), default=0) if self.course.is_bounded else None
        self.playback = self._new_playback(player, seen_ms)

    @property
    def mark(self) -> Mark | None:
        """The mark of this stop, or the one chosen."""
        return self.state.marks.get(self.mark_id) if self.mark_id else None

    @property
    def open_interval(self) -> Mark | None:
        """The interval that has begun and not ended: the latest one."""
        return max(self.state.marks.opened.values(), key=lambda mark: mark.start_ms, default=None)

    def marks_at(self, at_ms: int) -> list[Mark]:
        """The marks under a position, the latest begun first."""
        touching = self.state.marks.index.touching(at_ms - SAME_PLACE_MS, at_ms + SAME_PLACE_MS + 1)
        return sorted(touching, key=lambda mark: (mark.start_ms, mark.id), reverse=True)

    @property
    def stop(self) -> Stop | None:
        """The stop that the person is at."""
        return self.state.stops.get(self.stop_id or "")

    def marks_of_stop(self) -> list[Mark]:
        """The marks that were made at this stop, in the order of their places."""
        stop = self.stop
        return [mark for mark in self.marks_at(stop.at_ms) if mark.stop == stop.id][::-1] if stop else []

    def halt(self, by: StoppedBy | None = None) -> None:
        """Stop here: the sound first, then the record of it; by the one who holds the keys, unless another is named."""
        was_playing = self.playing
        stamp = self.playback.halt()
        if was_playing or self.stop_id is None:
            self.mark_id = None
            self._stop_at(stamp, by or self.course.stopper)

    # Within

    def _stop_at(self, stamp: Stamp, by: StoppedBy) -> None:
        self.stop_id = self.hand.new_id()
        self._do([(self.stop_id, Stopped(stamp.ms, stamp.raw_ms, stamp.uncertainty_ms, by, stamp.rate))])

    def _at_a_stop(self, stamp: Stamp) -> None:
        """Something is said here: the stop it belongs to is made where the person is at none."""
        if self.playing:
            self.halt()
        elif self.stop_id is None and self.mark_id is None:
            self._stop_at(stamp, self.course.stopper)
        elif self.stop_id is None and self.mark is not None and self.mark.stop is not None:
            self.stop_id = self.mark.stop

    def _mark_stop(self, stamp: Stamp, *, clear_draft: bool = False, **fields: Any) -> Mark:
        """This stop's mark: at the stop's own stamp, which was taken when the recording stopped."""
        stop = self.state.stops.get(self.stop_id or "")
        if stop is not None:
            stamp = Stamp(stop.raw_ms, stop.at_ms, stop.uncertainty_ms, stop.rate)
        stopped_by = stop.stopped_by if stop else None
        mark = self._new_mark(stamp, stop=self.stop_id, stopped_by=stopped_by, **fields)
        self.mark_id = mark.id
        self._do([(mark.id, Marked(mark))], clear_draft=clear_draft)
        return mark

    def _new_mark(self, stamp: Stamp, **fields: Any) -> Mark:
        made = {"id": self.hand.new_id(), "kind": "point", **self.course.fields(), **fields}
        return Mark(
            start_ms=stamp.ms, raw_start_ms=stamp.raw_ms, uncertainty_ms=stamp.uncertainty_ms, rate=stamp.rate, **made
        )

    def _code(self, code: str) -> Code:
        return Code(self.head.codebook.id, self.head.codebook.version, code)

    def _apply(self, ops: Sequence[Op], *, clear_draft: bool = False) -> list[MarkChange]:
        changes = super()._apply(ops, clear_draft=clear_draft)
        if changes:
            self._listener.marks_changed(changes)
        return changes
