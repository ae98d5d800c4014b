"""One coder's coding of one session: codes segment by segment, evidence, whole-session ratings, and the lock.

Gestures come in as calls, one for each thing a coder can do; out of each come operations for the layer. What cannot be
is a `RefusedError`, and while the coding is locked nothing is changed.
"""

from collections.abc import Sequence

import msgspec

from iprtool.coding.board import Row
from iprtool.coding.changes import Bodies, RefusedError, code_put, code_set, finished, put, rating_set, reopened
from iprtool.coding.evidence import begun_evidence, dropped_evidence, ended_evidence, point_evidence
from iprtool.coding.places import AtSegments
from iprtool.coding.scheme import moved, steps_of
from iprtool.edits import edited
from iprtool.model.coding import SegmentCode, SegmentSeen, SessionRating
from iprtool.model.layer import Draft, Locked, Op, Put
from iprtool.model.mark import Mark
from iprtool.model.terms import Clarity


class CodingSession(AtSegments):
    """The coding in progress, with all that its coder can do."""

    # Coding

    def toggle(self) -> None:
        """The code chosen is found here, or it is not; a rated one is taken off, or has to be rated."""
        row = self.row
        if row.found:
            self.take_off()
        elif row.scale is not None:
            raise RefusedError(f"{row.label} is rated, not only found: press {_range_of(row)}.")
        else:
            self._change(code_put(self.sheet, self.segment, row.id, self.hand.new_id))

    def toggle_number(self, number: int) -> None:
        """The code of this number in the group that is chosen from is found here, or it is not."""
        row = self.board.numbered(self.row.id, number)
        if row is None:
            raise RefusedError(f"There is no {number} in this group.")
        self.choose(row.id)
        self.toggle()

    def set_clarity(self, clarity: Clarity) -> None:
        """How clear the code is here; it is put there where it was not."""
        if not self.sheet.scheme.clarity or self.whole:
            raise RefusedError("Here there is no clarity check.")
        self._change(code_set(self.sheet, self.segment, self.row.id, self.hand.new_id, clarity=clarity))

    def rate(self, value: float) -> None:
        """The value of the code, or scale, that is chosen; RefusedError where its scale has no such value."""
        row = self.row
        if row.scale is None:
            raise RefusedError(f"{row.label} is not rated, only found or not.")
        if value not in steps_of(row.scale):
            raise RefusedError(f"{row.label} is rated {_range_of(row)}.")
        if self.whole:
            self._change(rating_set(self.sheet, row.id, self.hand.new_id, value))
        else:
            self._change(code_set(self.sheet, self.segment, row.id, self.hand.new_id, rating=value))

    def step(self, by: int) -> None:
        """The next higher (1) or lower (−1) value."""
        row = self.row
        if row.scale is None:
            raise RefusedError(f"{row.label} is not rated, only found or not.")
        self.rate(moved(row.scale, row.rating, by))

    def take_off(self) -> int:
        """What is chosen is not found here, or not rated, after all; how many evidence marks went with it."""
        row = self.row
        if self.whole:
            found = self.sheet.rating(row.id)
            self._change(put(found[0], None, found[1]) if found else [])
            return 0
        held = self.sheet.held(self.segment, row.id)
        if held is None:
            return 0
        self.mark_id = None
        gone = [mark for one in held.value.evidence if (mark := self.state.marks.get(one))]
        self._change([*put(held.entity, None, held.value), *dropped_evidence(gone)])
        return len(gone)

    def finish(self) -> None:
        """This segment is coded to its end, whether or not anything was found; scales not rated are at the lowest."""
        self._in_segments()
        if self._opened() is not None:
            raise RefusedError("An evidence mark of this segment is still open: . ends it.")
        self._change(finished(self.sheet, self.segment, self.hand.new_id))

    def reopen(self) -> None:
        """This segment is not coded to its end after all."""
        self._in_segments()
        self._change(reopened(self.sheet, [self.segment]))

    # Evidence

    def mark_evidence(self) -> Mark:
        """What shows the code chosen is here; the code is put there where it was not."""
        made, bodies = point_evidence(self.sheet, self.segment, self._code_row(), self.listening.stamp(), self.hand)
        self._change(bodies)
        self.mark_id = made.id
        return made

    def begin_evidence(self) -> Mark:
        """What shows the code chosen begins here."""
        if self._opened() is not None:
            raise RefusedError("An evidence mark of this segment is open already: . ends it.")
        made, bodies = begun_evidence(self.sheet, self.segment, self._code_row(), self.listening.stamp(), self.hand)
        self._change([*bodies, *reopened(self.sheet, [self.segment])])
        self.mark_id = made.id
        return made

    def end_evidence(self) -> Mark:
        """What shows a code ends here; RefusedError where nothing has begun before here."""
        opened = self._opened()
        if opened is None:
            raise RefusedError("No evidence mark of this segment is open: , begins one.")
        self._change(ended_evidence(self.sheet, self.segment, opened, self.listening.stamp()))
        self.mark_id = opened.id
        return self.state.marks[opened.id]

    def delete_evidence(self) -> None:
        """The evidence chosen goes; its code stays. Nothing where none is chosen."""
        mark = self.mark
        if mark is not None:
            self.mark_id = None
            self._change(dropped_evidence([mark], self.sheet.owner(mark.id)))

    # Notes

    def begin_note(self) -> str:
        """The note as it is; RefusedError where there is nothing to write one of."""
        self._unlocked()
        if self.mark is None and not self.row.found:
            what = "rate it" if self.row.scale is not None else "put it there"
            raise RefusedError(f"{self.row.label} has nothing to note yet: {what} first.")
        return self.note

    def keep_draft(self, text: str) -> None:
        """The note as far as it is written, made durable as it is typed."""
        self.draft = Draft(text, self.listening.playback.at_ms, self.mark_id or self._entity())
        self.saving.save_draft(self.draft if text.strip() else None)

    def save_note(self, text: str) -> None:
        """The note belongs to what is chosen."""
        self.draft, note = None, text.strip()
        self._change(self._noted(note), clear_draft=True)

    def resume_draft(self) -> str | None:
        """The note that was being written when the program ended, with what it is about chosen; None where none was."""
        draft = self.draft
        if draft is None or self.locked:
            return None
        mark = self.state.marks.get(draft.mark or "")
        value = self.state.values.get(draft.mark or "")
        if mark is not None:
            self.choose_mark(mark)
        elif isinstance(value, SegmentCode):
            self.go(value.segment)
            self.choose(value.code)
        elif isinstance(value, SessionRating):
            self.show_whole(True)
            self.choose(value.scale)
        else:
            return None
        return draft.text

    # Undo, lock

    def undo(self) -> bool:
        """Take back the last gesture and show where it was; False where there is none."""
        return self._again(self.state.undo_stack.undo(self.hand))

    def redo(self) -> bool:
        """Do the last undone gesture again and show where it is; False where there is none."""
        return self._again(self.state.undo_stack.redo(self.hand))

    def lock(self, reason: str = "") -> None:
        """The coding is finished; RefusedError while something is left, unless a reason is given, which is kept."""
        self._unlocked()
        left, reason = self.left, reason.strip()
        if left and not reason:
            raise RefusedError(left.sentence)
        self.listening.halt()
        op = self.hand.op(self.head.layer, Locked())
        self._apply([msgspec.structs.replace(op, reason=reason or None)], clear_draft=True)

    # Within

    def _again(self, ops: Sequence[Op]) -> bool:
        self._unlocked()
        self._apply(ops)
        for op in ops:
            self._show(op)
        return bool(ops)

    def _show(self, op: Op) -> None:
        value = (op.body.value or op.body.was) if isinstance(op.body, Put) else None
        match value:
            case SegmentCode():
                self.go(value.segment)
                self.code = value.code
            case SegmentSeen():
                self.go(value.segment)
            case SessionRating():
                self.whole, self.scale = True, value.scale
            case _ if (mark := self.state.marks.get(op.entity)) is not None:
                self.go(self.sheet.segments.at(mark.start_ms))
                self.mark_id = mark.id

    def _in_segments(self) -> None:
        self._unlocked()
        if self.whole:
            raise RefusedError("This is about a segment, and the whole session is rated now: s goes back to it.")

    def _code_row(self) -> str:
        self._in_segments()
        return self.code

    def _opened(self) -> Mark | None:
        return next((one for one in self.evidence if one.kind == "open_interval"), None)

    def _entity(self) -> str | None:
        found = self.sheet.rating(self.scale) if self.whole else self.sheet.held(self.segment, self.code)
        return found[0] if found else None

    def _noted(self, note: str) -> Bodies:
        if (mark := self.mark) is not None:
            edit = edited(mark, note=note)
            return [(mark.id, edit)] if edit else []
        found = self.sheet.rating(self.scale) if self.whole else self.sheet.held(self.segment, self.code)
        return put(found[0], msgspec.structs.replace(found[1], note=note), found[1]) if found else []


def _range_of(row: Row) -> str:
    assert row.scale is not None
    return f"{row.scale.minimum:g} to {row.scale.maximum:g}"
