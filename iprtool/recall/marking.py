"""Marking: the words, notes, intervals and peaks that a person sets, and what undoes them."""

from collections.abc import Sequence
from typing import Any

import msgspec

from iprtool.edits import edited
from iprtool.model.layer import Deleted, Draft, LeadUsed, Marked, Op, OpBody, Stop, StopChanged
from iprtool.model.mark import Mark, Peak, Rupture, Stamp
from iprtool.model.terms import Perspective, StoppedBy
from iprtool.recall.protocols import SupervisionCourse
from iprtool.recall.protocols.couple import CODES, rating_code
from iprtool.recall.stops import AtStops


class Marking(AtStops):
    """Gestures that mark a moment; the stamp is taken first in each of them."""

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
        if _says_nothing(msgspec.structs.replace(here, codes=codes)):
            self._do([(here.id, Deleted(here))])
            self.mark_id = None
            return None
        return self.change(here, codes=codes)

    def keep_draft(self, text: str) -> None:
        """The note as far as it is written, made durable as it is typed."""
        stamp = self.playback.stamp()
        self._at_a_stop(stamp)
        self._keep(Draft(text, stamp.ms, self.mark_id, self.stop_id, stamp.raw_ms, stamp.uncertainty_ms))

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
        """A peak of the interval shown, of the open one, or of one that the person is in; None where there is none.

        Where the protocol asks for the peaks of an event, it is one of the event's, by whom they are asked of.
        """
        stamp = self.playback.stamp()
        if self.course.peaks_of is not None:
            subject = self.course.subject
            if subject is None or not subject.bounds[0] <= stamp.ms <= subject.bounds[1]:
                return None
            return self._add_peak(self.subject_mark(), stamp)
        shown = [] if self.playing or self.mark is None else [self.mark]
        candidates = [*shown, *([self.open_interval] if self.open_interval else []), *self.marks_at(stamp.ms)]
        mark = next((one for one in candidates if _holds(one, stamp.ms)), None)
        return self._add_peak(mark, stamp)

    def _add_peak(self, mark: Mark | None, stamp: Stamp) -> Mark | None:
        if mark is None or any(peak.at_ms == stamp.ms for peak in mark.peaks):
            return None
        by_role = self.course.peaks_of or self.course.fields()["about"] or self.head.by
        peak = Peak(stamp.ms, by_role, stamp.uncertainty_ms)
        return self.change(mark, peaks=tuple(sorted((*mark.peaks, peak), key=lambda one: one.at_ms)))

    def subject_mark(self) -> Mark | None:
        """The mark of the interval that the protocol asks about, made where there is none; None where it asks of none.

        One that is made has the bounds that were given, without any uncertainty of its own.
        """
        subject = self.course.subject
        if subject is None or subject.mark is not None:
            return subject.mark if subject else None
        start_ms, end_ms = subject.bounds
        fields = {"kind": "interval", "end_ms": end_ms, "raw_end_ms": end_ms}
        mark = self._new_mark(Stamp(start_ms, start_ms, 0), **fields)
        self._do([(mark.id, Marked(mark))])
        return mark

    def rated(self, perspective: Perspective) -> tuple[Mark | None, float | None]:
        """The mark of this stop with this perspective, and how the moment is rated on it."""
        here = self.mark if perspective == "own" else None
        mark = here or next((one for one in self.marks_of_stop() if one.perspective == perspective), None)
        codes = mark.codes if mark else ()
        return mark, next((code.rating for code in codes if code.code == CODES[perspective]), None)

    def rate(self, perspective: Perspective, rating: float | None) -> None:
        """How this moment was for oneself, or as one guesses for the partner: 1 to 5, None to take it back."""
        stamp = self.playback.stamp()
        self._at_a_stop(stamp)
        mark = self.rated(perspective)[0]
        kept = tuple(code for code in mark.codes if code.code != CODES[perspective]) if mark else ()
        codes = kept if rating is None else (*kept, rating_code(self.head, perspective, rating))
        if mark is not None and _says_nothing(msgspec.structs.replace(mark, codes=codes)):
            self.delete(mark)
        elif mark is not None:
            self.change(mark, codes=codes)
        elif codes:
            own_id = self.mark_id
            about = self.head.by if perspective == "own" else self.course.partner
            self._mark_stop(stamp, codes=codes, perspective=perspective, about=about)
            self.mark_id = self.mark_id if perspective == "own" else own_id

    def choose_moment(self) -> bool | None:
        """This stop's moment is one of those that the supervision is about, or no longer; None where all are chosen."""
        here, course = self.mark, self.course
        chosen = here is not None and here.chosen
        if not chosen and isinstance(course, SupervisionCourse) and len(course.chosen) >= course.choose:
            return None
        self.change_stop_mark(chosen=not chosen)
        return not chosen

    def delete(self, mark: Mark) -> None:
        """Remove a mark; undo brings it back."""
        self._do([(mark.id, Deleted(mark))])
        if self.mark_id == mark.id:
            self.mark_id = None

    def undo(self) -> bool:
        """Take back the last gesture; False where there is none."""
        return self._again(self.state.undo_stack.undo(self.hand))

    def redo(self) -> bool:
        """Do the last undone gesture again; False where there is none."""
        return self._again(self.state.undo_stack.redo(self.hand))

    def _again(self, ops: Sequence[Op]) -> bool:
        self._apply(ops)
        return bool(ops)

    def toggle_stopped_by(self) -> StoppedBy | None:
        """Playing: the inquirer stopped it. Stopped: another one did, after all; the program's stops stay its own."""
        if self.playing:
            self.halt("inquirer")
            return "inquirer"
        stoppers = self.course.stoppers
        stop = self._stop_here()
        if stop.stopped_by == "program":
            return stop.stopped_by
        at = stoppers.index(stop.stopped_by) if stop.stopped_by in stoppers else -1
        return self.set_stopped_by(stoppers[(at + 1) % len(stoppers)])

    def set_stopped_by(self, by: StoppedBy) -> StoppedBy:
        """Correct who stopped here."""
        stop = self._stop_here()
        if stop.stopped_by == by:
            return by
        bodies: list[tuple[str, OpBody]] = [(stop.id, StopChanged(by, stop.stopped_by))]
        here = {mark.id: mark for mark in (*self.marks_of_stop(), *([self.mark] if self.mark else []))}
        edits = ((mark.id, edited(mark, stopped_by=by)) for mark in here.values())
        bodies.extend((ident, edit) for ident, edit in edits if edit is not None)
        self._do(bodies)
        return by

    def lead_used(self, category: str, lead: str | None = None) -> None:
        """The inquirer used a lead of this category; `lead` is its id in the guide, where that is known."""
        version = self.head.guide.version if self.head.guide else None
        used = LeadUsed(category, self.playback.at_ms, version, lead)
        self._do([(self.stop_id or self.head.layer, used)])
        if (here := self.mark) is not None:
            self.change(here, lead=lead or category, guide_version=version)

    def _stop_here(self) -> Stop:
        stamp = self.playback.stamp()
        self._at_a_stop(stamp)
        if self.stop_id is None:
            self._stop_at(stamp, self.course.stopper)
        return self.state.stops[self.stop_id or ""]


def _says_nothing(mark: Mark) -> bool:
    """Whether nothing is left of a mark: no word, note, rating, marker, and no length."""
    said = (mark.codes, mark.note, mark.rupture, mark.helpful is not None, mark.chosen)
    return mark.kind == "point" and not any(said)


def _holds(mark: Mark, at_ms: int) -> bool:
    """Whether a peak at this time can be one of the mark's."""
    match mark.kind:
        case "interval":
            return mark.start_ms <= at_ms <= mark.last_ms
        case "open_interval":
            return mark.start_ms <= at_ms
        case _:
            return False
