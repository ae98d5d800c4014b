"""One person's recall of one recording: stop, mark, note, go on.

Gestures come in as calls, one for each thing a person can do; out of each come operations for the layer and commands
to the player. The stamp is taken first in every gesture that marks a moment.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from iprtool.edits import Hand, LayerState, MarkChange, edited
from iprtool.model.layer import (
    Closed,
    CoverUsed,
    Deleted,
    Draft,
    LayerContent,
    LeadUsed,
    Marked,
    Op,
    OpBody,
    StopChanged,
    Stopped,
    ViewChanged,
    WentOn,
)
from iprtool.model.mark import Code, Mark, Peak, Rupture, Stamp
from iprtool.model.playing import Player
from iprtool.model.ports import LayerLog
from iprtool.model.terms import StoppedBy, View
from iprtool.recall.playback import SAME_PLACE_MS, Playback
from iprtool.recall.saving import Saving

STEP_BACK_MS = 10_000


class Listener(Protocol):
    """Whoever shows the recall. `saved` comes from the writer's thread, the others from the caller's."""

    def marks_changed(self, changes: Sequence[MarkChange]) -> None:
        """Marks were made, changed or removed."""

    def coverage_changed(self) -> None:
        """A stretch was played, skipped or declined."""

    def saved(self, error: str | None) -> None:
        """A commit is durable, or did not get there (one sentence)."""


class Recall:
    """The recall in progress; `stop` is the stop that the person is at (None while playing), `mark` its mark."""

    def __init__(self, content: LayerContent, player: Player, log: LayerLog, hand: Hand, listener: Listener) -> None:
        self.state = LayerState(content)
        self.head = content.head
        self.hand = hand
        self.saving = Saving(log, listener.saved)
        self.draft = content.draft
        self.covered = False
        self.stop_id: str | None = None
        self.mark_id: str | None = None
        self._listener = listener
        self.playback = Playback(
            player, self.head.duration_ms, self.head.protocol.reaction_time_ms, hand.new_id, self._write_coverage
        )

    # What is

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

    # Playing

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        return self.playback.playing

    def go_on(self) -> None:
        """Play on from the stop, less the pre-roll; what is said of this stop is done."""
        at_ms = self.playback.at_ms
        from_ms = at_ms
        if self.stop_id is not None:
            from_ms = max(0, at_ms - self.head.protocol.pre_roll_ms)
            self._do([(self.stop_id, WentOn(from_ms))])
        self.stop_id = self.mark_id = None
        if self.playback.player.state.loop is not None:
            self.playback.player.set_loop(None)
        self.playback.play(from_ms if from_ms != at_ms else None)

    def halt(self, by: StoppedBy = "recaller") -> None:
        """Stop here: the sound first, then the record of it."""
        was_playing = self.playing
        stamp = self.playback.halt()
        if was_playing or self.stop_id is None:
            self.mark_id = None
            self._stop_at(stamp, by)

    def seek(self, to_ms: int) -> None:
        """Go to a time; while stopped, the stop stays where it was until something is said of the new place."""
        if self.playback.seek(to_ms) and not self.playing:
            self.stop_id = self.mark_id = None

    def seek_by(self, ms: int) -> None:
        """Go on or back by so much."""
        self.seek(self.playback.at_ms + ms)

    def replay(self) -> bool:
        """Hear the last ten seconds again, or leave a loop; while stopped on an interval, go round in it.

        False where the person is stopped and on no interval.
        """
        if self.playing and self.playback.player.state.loop is not None:
            self.playback.player.set_loop(None)
            return True
        if self.playing:
            self.seek_by(-STEP_BACK_MS)
            return True
        intervals = [mark for mark in (self.mark, *self.marks_at(self.playback.at_ms)) if mark and mark.end_ms]
        if intervals:
            self.playback.loop(intervals[0].start_ms, intervals[0].last_ms)
        return bool(intervals)

    def to_mark(self, direction: int) -> Mark | None:
        """Go to the previous (−1) or next (1) mark's start; None where there is none."""
        now_ms = self.playback.at_ms
        marks, here = self.state.marks.index, self.mark
        if here is not None and abs(here.start_ms - now_ms) <= SAME_PLACE_MS:
            found = marks.beside(here.id, direction)
        elif direction < 0:
            found = marks.before(now_ms - SAME_PLACE_MS)
        else:
            found = marks.after(now_ms + SAME_PLACE_MS)
        if found is not None:
            self.choose(found)
        return found

    def choose(self, mark: Mark) -> None:
        """Go to a mark; while stopped it is the one that words and notes change."""
        self.seek(mark.start_ms)
        if not self.playing:
            self.stop_id, self.mark_id = mark.stop, mark.id

    # Marking

    def word(self, code: str) -> Mark | None:
        """Playing: a new mark with this word, and it plays on. Stopped: the word goes on or off this stop."""
        stamp = self.playback.stamp()
        if self.playing:
            mark = self._new_mark(stamp, codes=(self._code(code),))
            self._do([(mark.id, Marked(mark))])
            return mark
        self._at_a_stop(stamp)
        if (here := self.mark) is None:
            return self._mark_stop(stamp, codes=(self._code(code),))
        kept = tuple(known for known in here.codes if known.code != code)
        codes = kept if len(kept) < len(here.codes) else (*kept, self._code(code))
        empty = not codes and not here.note and here.rupture is None and here.helpful is None and here.kind == "point"
        if empty:
            self._do([(here.id, Deleted(here))])
            self.mark_id = None
            return None
        return self.change(here, codes=codes)

    def keep_draft(self, text: str) -> None:
        """The note as far as it is written, made durable as it is typed."""
        stamp = self.playback.stamp()
        self._at_a_stop(stamp)
        self.draft = Draft(text, stamp.ms, self.mark_id, self.stop_id, stamp.raw_ms, stamp.uncertainty_ms)
        self.saving.save_draft(self.draft if text.strip() else None)

    def save_note(self, text: str) -> Mark | None:
        """Enter: the note belongs to this stop's mark, which is made where there is none."""
        text = text.strip()
        stamp = self.playback.stamp()
        self._at_a_stop(stamp)
        self.draft = None
        here = self.mark
        if here is None:
            if not text:
                self.saving.save_draft(None)
                return None
            return self._mark_stop(stamp, clear_draft=True, note=text)
        edit = edited(here, note=text)
        self._do([(here.id, edit)] if edit else [], clear_draft=True)
        return self.mark

    def change(self, mark: Mark, **fields: Any) -> Mark:
        """Change a mark's fields (model values)."""
        edit = edited(mark, **fields)
        if edit is not None:
            self._do([(mark.id, edit)])
        return self.state.marks[mark.id]

    def change_stop_mark(self, **fields: Any) -> Mark:
        """Change the fields of this stop's mark, which is made where there is none."""
        stamp = self.playback.stamp()
        self._at_a_stop(stamp)
        here = self.mark
        return self._mark_stop(stamp, **fields) if here is None else self.change(here, **fields)

    def set_rupture(self, rupture: Rupture | None) -> Mark:
        """The rupture marker of this stop."""
        return self.change_stop_mark(rupture=rupture)

    def begin_interval(self) -> Mark | None:
        """An interval begins here and stays open; it plays on, or stays stopped. None where one is open already."""
        stamp = self.playback.stamp()
        if self.open_interval is not None:
            return None
        here = self.mark
        if not self.playing and here is not None and here.kind == "point":
            return self.change(here, kind="open_interval")
        mark = self._new_mark(stamp, kind="open_interval", stop=None if self.playing else self.stop_id)
        self._do([(mark.id, Marked(mark))])
        if not self.playing:
            self.mark_id = mark.id
        return mark

    def end_interval(self) -> Mark | None:
        """The open interval ends here; None where none is open or it begins later than here."""
        stamp = self.playback.stamp()
        opened = self.open_interval
        if opened is None or stamp.ms <= opened.start_ms:
            return None
        uncertainty = max(opened.uncertainty_ms, stamp.uncertainty_ms)
        ended = self.change(
            opened, kind="interval", end_ms=stamp.ms, raw_end_ms=stamp.raw_ms, uncertainty_ms=uncertainty
        )
        if not self.playing:
            self.mark_id = ended.id
        return ended

    def add_peak(self) -> Mark | None:
        """A peak of the interval shown, of the open one, or of one that the person is in; None where there is none."""
        stamp = self.playback.stamp()
        shown = [] if self.playing or self.mark is None else [self.mark]
        candidates = [*shown, *([self.open_interval] if self.open_interval else []), *self.marks_at(stamp.ms)]
        mark = next((one for one in candidates if _holds(one, stamp.ms)), None)
        if mark is None or any(peak.at_ms == stamp.ms for peak in mark.peaks):
            return None
        peak = Peak(stamp.ms, self.head.by, stamp.uncertainty_ms)
        return self.change(mark, peaks=tuple(sorted((*mark.peaks, peak), key=lambda one: one.at_ms)))

    def delete(self, mark: Mark) -> None:
        """Remove a mark; undo brings it back."""
        self._do([(mark.id, Deleted(mark))])
        if self.mark_id == mark.id:
            self.mark_id = None

    def undo(self) -> bool:
        """Take back the last gesture; False where there is none."""
        return self._apply(self.state.undo_stack.undo(self.hand))

    def redo(self) -> bool:
        """Do the last undone gesture again; False where there is none."""
        return self._apply(self.state.undo_stack.redo(self.hand))

    def toggle_stopped_by(self) -> StoppedBy | None:
        """Playing: the inquirer stopped it. Stopped: the other one did, after all."""
        if self.playing:
            self.halt("inquirer")
            return "inquirer"
        stamp = self.playback.stamp()
        self._at_a_stop(stamp)
        if self.stop_id is None:
            self._stop_at(stamp, "recaller")
        stop = self.state.stops[self.stop_id or ""]
        by: StoppedBy = "recaller" if stop.stopped_by == "inquirer" else "inquirer"
        bodies: list[tuple[str, OpBody]] = [(stop.id, StopChanged(by, stop.stopped_by))]
        if (here := self.mark) is not None and (edit := edited(here, stopped_by=by)) is not None:
            bodies.append((here.id, edit))
        self._do(bodies)
        return by

    def lead_used(self, category: str) -> None:
        """The inquirer used a lead of this category."""
        self._do([(self.stop_id or self.head.layer, LeadUsed(category, self.playback.at_ms))])
        if (here := self.mark) is not None:
            self.change(here, lead=category)

    # Picture, cover and close

    def view_changed(self, view: View) -> None:
        """From here on this is seen of the picture. A recall begins with it hidden."""
        self._do([(self.head.layer, ViewChanged(view, self.playback.at_ms))])

    def cover(self) -> None:
        """Silence and stillness at once, no question."""
        at_ms = self.playback.halt().raw_ms
        self.playback.player.set_muted(True)
        self.covered = True
        self._do([(self.head.layer, CoverUsed(True, at_ms))])

    def uncover(self, *, to_ms: int | None = None) -> None:
        """The cover is lifted; with `to_ms` the stretch up to there is declined."""
        self.covered = False
        self.playback.player.set_muted(False)
        self._do([(self.head.layer, CoverUsed(False, self.playback.at_ms))])
        if to_ms is not None:
            self.stop_id = self.mark_id = None
            self.playback.decline(to_ms)

    def keep_closing(self, text: str) -> None:
        """The answer to the closing question as far as it is written, made durable as it is typed."""
        self.draft = Draft(text, self.playback.at_ms, closing=True)
        self.saving.save_draft(self.draft if text.strip() else None)

    def close(self, answer: str = "") -> None:
        """The recall ends with the answer to the closing question."""
        self._do([(self.head.layer, Closed(answer.strip()))], clear_draft=True)
        self.draft = None

    # Within

    def _stop_at(self, stamp: Stamp, by: StoppedBy) -> None:
        self.stop_id = self.hand.new_id()
        self._do([(self.stop_id, Stopped(stamp.ms, stamp.raw_ms, stamp.uncertainty_ms, by, stamp.rate))])

    def _at_a_stop(self, stamp: Stamp) -> None:
        """Something is said here: the stop it belongs to is made where the person is at none."""
        if self.playing:
            self.halt()
        elif self.stop_id is None and self.mark_id is None:
            self._stop_at(stamp, "recaller")
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
        made = {"id": self.hand.new_id(), "author": "recaller", "kind": "point", "about": self.head.by, **fields}
        return Mark(
            start_ms=stamp.ms, raw_start_ms=stamp.raw_ms, uncertainty_ms=stamp.uncertainty_ms, rate=stamp.rate, **made
        )

    def _code(self, code: str) -> Code:
        return Code(self.head.codebook.id, self.head.codebook.version, code)

    def _write_coverage(self, spans: Sequence[tuple[str, OpBody]]) -> None:
        if spans:
            self._do(spans)
            self._listener.coverage_changed()

    def _do(self, bodies: Sequence[tuple[str, OpBody]], *, clear_draft: bool = False) -> None:
        self._apply(self.hand.ops(*bodies), clear_draft=clear_draft)

    def _apply(self, ops: Sequence[Op], *, clear_draft: bool = False) -> bool:
        if not ops and not clear_draft:
            return False
        changes = self.state.apply(ops)
        self.saving.commit(ops, clear_draft=clear_draft)
        if changes:
            self._listener.marks_changed(changes)
        return bool(ops)


def _holds(mark: Mark, at_ms: int) -> bool:
    """Whether a peak at this time can be one of the mark's."""
    match mark.kind:
        case "interval":
            return mark.start_ms <= at_ms <= mark.last_ms
        case "open_interval":
            return mark.start_ms <= at_ms
        case _:
            return False
