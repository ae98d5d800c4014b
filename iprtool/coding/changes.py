"""What a coder's gestures write: operations on the values of a coding, made from the sheet as it stands."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from iprtool.coding.sheet import Held, Sheet
from iprtool.model.coding import CodingValue, SegmentCode, SegmentSeen, SessionRating
from iprtool.model.errors import IprtoolError
from iprtool.model.layer import OpBody, Put
from iprtool.model.terms import Clarity

NewId = Callable[[], str]
Bodies = list[tuple[str, OpBody]]


class RefusedError(IprtoolError):
    """What a coder asked for cannot be, in one sentence that says why and what to do."""


def put(entity: str, value: CodingValue | None, was: CodingValue | None) -> Bodies:
    """A value set, changed or taken away; nothing where it stays as it was."""
    return [] if value == was else [(entity, Put(value, was))]


def code_put(sheet: Sheet, segment: int, code: str, new_id: NewId) -> Bodies:
    """A code is found in a segment: plain, where codes take a clarity check. Nothing where it is there already."""
    if sheet.held(segment, code) is not None:
        return []
    clarity: Clarity | None = "plain" if sheet.scheme.clarity else None
    return put(new_id(), SegmentCode(segment, code, clarity), None)


def code_set(sheet: Sheet, segment: int, code: str, new_id: NewId, **fields: object) -> Bodies:
    """A code of a segment has these fields from now on; it is put there where it was not."""
    held = sheet.held(segment, code)
    if held is not None:
        return put(held.entity, msgspec.structs.replace(held.value, **fields), held.value)
    ((entity, body),) = code_put(sheet, segment, code, new_id)
    assert isinstance(body, Put)
    assert isinstance(body.value, SegmentCode)
    return put(entity, msgspec.structs.replace(body.value, **fields), None)


def evidence_added(sheet: Sheet, segment: int, code: str, mark_id: str, new_id: NewId) -> Bodies:
    """A mark is evidence of a code in a segment, which is put there where it was not."""
    before = sheet.code(segment, code)
    return code_set(sheet, segment, code, new_id, evidence=(*(before.evidence if before else ()), mark_id))


def evidence_taken(held: Held, mark_id: str) -> Bodies:
    """A mark is no longer evidence of a code."""
    kept = tuple(one for one in held.value.evidence if one != mark_id)
    return put(held.entity, msgspec.structs.replace(held.value, evidence=kept), held.value)


def rating_set(sheet: Sheet, scale: str, new_id: NewId, value: float) -> Bodies:
    """The whole session is rated on a scale; its note stays."""
    found = sheet.rating(scale)
    if found is None:
        return put(new_id(), SessionRating(scale, value), None)
    entity, before = found
    return put(entity, msgspec.structs.replace(before, value=value), before)


def finished(sheet: Sheet, segment: int, new_id: NewId) -> Bodies:
    """A segment is coded to its end: scales that were not rated are at their lowest value, where nothing was found.

    RefusedError where a code was found, and is not rated.
    """
    scheme = sheet.scheme
    unrated = sheet.unrated(segment)
    found = [code for code in unrated if sheet.code(segment, code) is not None]
    if found:
        raise RefusedError(f"{scheme.label(found[0])} is found in this segment and has no rating: rate it first.")
    bodies: Bodies = []
    for code in unrated:
        scale = scheme.rating_of(code)
        assert scale is not None
        bodies += code_set(sheet, segment, code, new_id, rating=scale.minimum)
    seen = sheet.seen(segment)
    entity, before = seen if seen is not None else (new_id(), None)
    return bodies + put(entity, SegmentSeen(segment), before)


def reopened(sheet: Sheet, segments: Iterable[int]) -> Bodies:
    """Segments are not coded to their end any more; nothing of those that are not finished."""
    found = ((number, sheet.seen(number)) for number in segments)
    return [body for _, seen in found if seen is not None and seen[1].done for body in put(seen[0], None, seen[1])]


def kept_whole(sheet: Sheet, segment: int, bodies: Sequence[tuple[str, OpBody]]) -> Bodies:
    """The operations, and where they leave a finished segment with something unrated, its reopening with them."""
    after = sheet.after(bodies)
    if after.is_finished(segment) and after.unrated(segment):
        return [*bodies, *reopened(after, [segment])]
    return list(bodies)
