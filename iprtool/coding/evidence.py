"""Evidence: marks inside a segment that show a code, linked from it."""

from collections.abc import Mapping, Sequence

from iprtool.coding.changes import Bodies, RefusedError, evidence_added, evidence_taken
from iprtool.coding.sheet import Held, Sheet
from iprtool.edits import Hand, edited
from iprtool.model.layer import Deleted, Marked
from iprtool.model.mark import Code, Mark, Stamp
from iprtool.model.terms import MarkKind
from iprtool.model.times import clock
from iprtool.recall.playback import SAME_PLACE_MS


def evidence_of(sheet: Sheet, segment: int, marks: Mapping[str, Mark]) -> list[Mark]:
    """The marks that show a segment's codes, by their time."""
    found = [mark for one in sheet.codes(segment) for ident in one.evidence if (mark := marks.get(ident))]
    return sorted(found, key=lambda mark: (mark.start_ms, mark.id))


def point_evidence(sheet: Sheet, segment: int, code: str, stamp: Stamp, hand: Hand) -> tuple[Mark, Bodies]:
    """A moment that shows a code, and what makes it; RefusedError where it lies outside the segment."""
    return _made(sheet, segment, code, stamp, hand, "point")


def begun_evidence(sheet: Sheet, segment: int, code: str, stamp: Stamp, hand: Hand) -> tuple[Mark, Bodies]:
    """A stretch that shows a code, begun and not ended, and what makes it."""
    return _made(sheet, segment, code, stamp, hand, "open_interval")


def ended_evidence(sheet: Sheet, segment: int, opened: Mark, stamp: Stamp) -> Bodies:
    """The stretch ends at the stamp, or where its segment does; RefusedError where it does not begin before."""
    end_ms = min(stamp.ms, sheet.segments.bounds(segment)[1])
    if end_ms <= opened.start_ms:
        raise RefusedError(f"This evidence begins at {clock(opened.start_ms)}, and ends later than that.")
    uncertainty_ms = max(opened.uncertainty_ms, stamp.uncertainty_ms)
    edit = edited(opened, kind="interval", end_ms=end_ms, raw_end_ms=stamp.raw_ms, uncertainty_ms=uncertainty_ms)
    return [(opened.id, edit)] if edit else []


def dropped_evidence(marks: Sequence[Mark], owner: Held | None = None) -> Bodies:
    """The marks go; the code that they show stays, where it is given, without them."""
    bodies: Bodies = [(mark.id, Deleted(mark)) for mark in marks]
    return bodies + [each for mark in marks if owner is not None for each in evidence_taken(owner, mark.id)]


def _made(sheet: Sheet, segment: int, code: str, stamp: Stamp, hand: Hand, kind: MarkKind) -> tuple[Mark, Bodies]:
    codebook = sheet.head.codebook
    mark = Mark(
        id=hand.new_id(),
        author="coder",
        kind=kind,
        start_ms=_inside(sheet, segment, stamp.ms),
        raw_start_ms=stamp.raw_ms,
        uncertainty_ms=stamp.uncertainty_ms,
        rate=stamp.rate,
        codes=(Code(codebook.id, codebook.version, code),),
    )
    return mark, [(mark.id, Marked(mark)), *evidence_added(sheet, segment, code, mark.id, hand.new_id)]


def _inside(sheet: Sheet, segment: int, ms: int) -> int:
    """The time, or the segment's nearest where it was just past an edge when the key was pressed."""
    inside = sheet.segments.clamped(segment, ms)
    if abs(ms - inside) > SAME_PLACE_MS:
        raise RefusedError(
            f"The recording is at {clock(ms)}, outside segment {segment + 1}: go back into it, or code the other one."
        )
    return inside
