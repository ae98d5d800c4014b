"""What every gesture of a coder goes by: the coding as it stands, what is chosen, and the way to the disk."""

from collections.abc import Collection, Sequence
from typing import Protocol

from iprtool.coding.board import Board, Row, segment_board, session_board
from iprtool.coding.changes import RefusedError, kept_whole
from iprtool.coding.evidence import evidence_of
from iprtool.coding.listening import Listening
from iprtool.coding.progress import Left, left_of, unheard
from iprtool.coding.sheet import Sheet
from iprtool.edits import Hand, LayerState, MarkChange
from iprtool.model.coding import SegmentCode, SegmentSeen
from iprtool.model.layer import LayerContent, Op, OpBody, Put, Unblinded, Unlocked
from iprtool.model.mark import Mark
from iprtool.model.playing import Player
from iprtool.model.ports import LayerLog
from iprtool.recall.playback import SAME_PLACE_MS, Playback
from iprtool.recall.saving import Saving

LOCKED = "This coding is locked and stays as it is; the researcher unlocks it with: iprtool unlock."


class Listener(Protocol):
    """Whoever shows the coding. `saved` comes from the writer's thread, the others from the caller's."""

    def marks_changed(self, changes: Sequence[MarkChange]) -> None:
        """Evidence was marked, changed or removed."""

    def coding_changed(self, segments: Collection[int]) -> None:
        """What a coding says of these segments, or of the whole session, is another."""

    def coverage_changed(self) -> None:
        """A stretch was played."""

    def saved(self, error: str | None) -> None:
        """A commit is durable, or did not get there (one sentence)."""


class AtSegments:
    """A coding as it stands: `sheet` is what it says, `listening` which segment is coded and where the recording is.

    `code` and `scale` are chosen among the codes and the whole session's scales; `whole` is whether the latter are what
    is rated now. `mark_id` is the evidence chosen. `unlocked_because` is the reason for which it was unlocked last.
    """

    def __init__(self, content: LayerContent, player: Player, log: LayerLog, hand: Hand, listener: Listener) -> None:
        self.state = LayerState(content)
        self.head = content.head
        self.hand = hand
        self.saving = Saving(log, listener.saved)
        self.sheet = Sheet(self.head, self.state.values)
        self.draft = content.draft
        self.unblinded = any(isinstance(op.body, Unblinded) for op in content.ops)
        self.unlocked_because = next((op.reason for op in content.ops[::-1] if isinstance(op.body, Unlocked)), None)
        self.whole = False
        self.code = self.head.codebook.codes[0].id
        self.scale = next((one.id for one in self.head.codebook.session_ratings), "")
        self.mark_id: str | None = None
        self._listener = listener
        playback = Playback(player, self.head.duration_ms, 0, hand.new_id, self._write_coverage)
        self.listening = Listening(playback, self.sheet.segments, lambda number: self.sheet.is_finished(number))

    # What is

    @property
    def locked(self) -> bool:
        """Whether nothing is changed any more."""
        return self.state.locked

    @property
    def segment(self) -> int:
        """The segment that is coded now, from 0."""
        return self.listening.segment

    @property
    def board(self) -> Board:
        """What is chosen from now: the segment's codes, or the scales of the whole session."""
        session = session_board(self.sheet) if self.whole else None
        return session or segment_board(self.sheet, self.segment)

    @property
    def row(self) -> Row:
        """The code or scale that is chosen."""
        return self.board.row(self.scale if self.whole else self.code)

    @property
    def mark(self) -> Mark | None:
        """The evidence chosen, or None."""
        return self.state.marks.get(self.mark_id) if self.mark_id else None

    @property
    def evidence(self) -> list[Mark]:
        """The evidence in this segment, by its time."""
        return evidence_of(self.sheet, self.segment, self.state.marks)

    @property
    def left(self) -> Left:
        """What is left to do."""
        return left_of(self.sheet)

    @property
    def unheard(self) -> tuple[int, ...]:
        """The finished segments that were not played whole: what was not heard was not coded."""
        missing = unheard(self.sheet.segments, self.state.coverage.values())
        return tuple(number for number in missing if self.sheet.is_finished(number))

    @property
    def unplayed(self) -> bool:
        """Whether nothing of this segment was played so far."""
        if self.listening.playing and not self.listening.is_outside:
            return False
        start_ms, end_ms = self.sheet.segments.bounds(self.segment)
        played = (one for one in self.state.coverage.values() if one.kind == "played")
        return all(min(one.end_ms, end_ms) - max(one.start_ms, start_ms) <= SAME_PLACE_MS for one in played)

    @property
    def note(self) -> str:
        """The note of what is chosen: of the evidence, else of the code or scale."""
        return self.mark.note if self.mark is not None else self.row.note

    # Choosing

    def choose(self, row_id: str) -> None:
        """Choose a code, or a scale of the whole session."""
        self.mark_id = None
        if self.whole:
            self.scale = row_id
        else:
            self.code = row_id

    def go(self, segment: int) -> None:
        """Code another segment, from its start, beginning with the first of the codes."""
        before, self.whole, self.mark_id = self.segment, False, None
        self.listening.go(segment)
        if self.segment != before:
            self.code = self.head.codebook.codes[0].id

    def next_unfinished(self) -> bool:
        """Go to the next segment that is not finished, from the beginning again after the last; else to the session.

        False where nothing is left.
        """
        left = self.left
        if left.segments:
            later = [number for number in left.segments if number > self.segment]
            self.go((later or list(left.segments))[0])
        elif left.scales:
            self.show_whole(True)
        return bool(left)

    def show_whole(self, on: bool) -> None:
        """Rate the whole session, or go back to the segment; RefusedError where the codebook has no such scales."""
        if on and not self.scale:
            raise RefusedError(f"{self.head.codebook.title} has no ratings of the whole session.")
        self.whole, self.mark_id = on, None

    def seek(self, to_ms: int) -> None:
        """Go to a time."""
        self.whole, self.mark_id = False, None
        self.listening.seek(max(0, min(to_ms, self.head.duration_ms)))

    def next_mark(self) -> Mark | None:
        """Choose the next evidence of this segment, round and round, and go there; None where there is none."""
        marks = self.evidence
        if not marks:
            return None
        at = next((number for number, one in enumerate(marks) if one.id == self.mark_id), -1)
        self.choose_mark(marks[(at + 1) % len(marks)])
        return self.mark

    def choose_mark(self, mark: Mark) -> None:
        """Go to an evidence mark; notes and deleting are about it, until something else is chosen."""
        self.seek(mark.start_ms)
        self.mark_id = mark.id
        owner = self.sheet.owner(mark.id)
        if owner is not None:
            self.code = owner.value.code

    # Within

    def _unlocked(self) -> None:
        if self.locked:
            raise RefusedError(LOCKED)

    def _change(self, bodies: Sequence[tuple[str, OpBody]], *, clear_draft: bool = False) -> None:
        self._unlocked()
        whole = kept_whole(self.sheet, self.segment, bodies)
        self._apply(self.hand.ops(*whole), clear_draft=clear_draft)

    def _write_coverage(self, spans: Sequence[tuple[str, OpBody]]) -> None:
        if spans and not self.locked:
            self._apply(self.hand.ops(*spans))
            self._listener.coverage_changed()

    def _apply(self, ops: Sequence[Op], *, clear_draft: bool = False) -> None:
        if not ops and not clear_draft:
            return
        changes = self.state.apply(ops)
        self.saving.commit(ops, clear_draft=clear_draft)
        if any(isinstance(op.body, Put) for op in ops):
            self.sheet = self.sheet.after((op.entity, op.body) for op in ops)
            self._listener.coding_changed({number for op in ops for number in _segments_of(op)})
        if changes:
            self._listener.marks_changed(changes)


def _segments_of(op: Op) -> list[int]:
    values = (op.body.value, op.body.was) if isinstance(op.body, Put) else ()
    return [value.segment for value in values if isinstance(value, SegmentCode | SegmentSeen)]
