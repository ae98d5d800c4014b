"""What a coding says so far: read from a layer's values, by segment and code."""

from collections.abc import Iterable, Mapping
from copy import copy
from typing import NamedTuple

from iprtool.coding.scheme import Scheme
from iprtool.coding.segments import Segments
from iprtool.model.coding import SegmentCode, SegmentSeen, SessionRating
from iprtool.model.layer import LayerHead, LayerValue, OpBody, Put


class Held(NamedTuple):
    """A code of a segment, with the id of the entity that holds it."""

    entity: str
    value: SegmentCode


class Sheet:
    """The values of a coding at one time; they are looked up, never changed."""

    def __init__(self, head: LayerHead, values: Mapping[str, LayerValue]) -> None:
        self.head = head
        self.scheme = Scheme(head.codebook)
        self.segments = Segments(head.duration_ms, head.segment_ms)
        self._codes: dict[tuple[int, str], Held] = {}
        self._seen: dict[int, tuple[str, SegmentSeen]] = {}
        self._ratings: dict[str, tuple[str, SessionRating]] = {}
        for entity, value in values.items():
            self._take(entity, value)

    @property
    def found(self) -> int:
        """How many codes there are in all segments."""
        return len(self._codes)

    def held(self, segment: int, code: str) -> Held | None:
        """A code of a segment with its entity, or None where it was not found there."""
        return self._codes.get((segment, code))

    def code(self, segment: int, code: str) -> SegmentCode | None:
        """A code of a segment, or None where it was not found there."""
        held = self.held(segment, code)
        return held.value if held else None

    def codes(self, segment: int) -> list[SegmentCode]:
        """What was found in a segment, in the codebook's order."""
        found = (self.code(segment, entry.id) for entry in self.scheme.codebook.codes)
        return [one for one in found if one is not None]

    def seen(self, segment: int) -> tuple[str, SegmentSeen] | None:
        """Whether a segment was coded to its end, with the entity that says so."""
        return self._seen.get(segment)

    def is_finished(self, segment: int) -> bool:
        """Whether a segment was coded to its end, whether or not anything was found in it."""
        seen = self.seen(segment)
        return seen is not None and seen[1].done

    def rating(self, scale: str) -> tuple[str, SessionRating] | None:
        """The rating of the whole session on a scale, with its entity, or None."""
        return self._ratings.get(scale)

    def owner(self, mark_id: str) -> Held | None:
        """The code of a segment that a mark is evidence of, or None."""
        return next((one for one in self._codes.values() if mark_id in one.value.evidence), None)

    def unrated(self, segment: int) -> list[str]:
        """The codes that a segment cannot be finished without rating: scales, and what was found and is rated."""
        scheme = self.scheme
        found = [one.code for one in self.codes(segment) if one.rating is None and scheme.rating_of(one.code)]
        scales = [one.id for one in scheme.scales if self.code(segment, one.id) is None]
        return [*found, *scales]

    def after(self, bodies: Iterable[tuple[str, OpBody]]) -> "Sheet":
        """The sheet as it is after these operations."""
        fresh = copy(self)
        fresh._codes, fresh._seen, fresh._ratings = dict(self._codes), dict(self._seen), dict(self._ratings)
        for entity, body in bodies:
            if isinstance(body, Put):
                fresh._drop(entity, body.was)
                fresh._take(entity, body.value)
        return fresh

    def _take(self, entity: str, value: LayerValue | None) -> None:
        match value:
            case SegmentCode():
                self._codes[value.segment, value.code] = Held(entity, value)
            case SegmentSeen():
                self._seen[value.segment] = entity, value
            case SessionRating():
                self._ratings[value.scale] = entity, value
            case _:
                pass

    def _drop(self, entity: str, value: LayerValue | None) -> None:
        match value:
            case SegmentCode() if self._codes.get((value.segment, value.code), ("",))[0] == entity:
                del self._codes[value.segment, value.code]
            case SegmentSeen() if self._seen.get(value.segment, ("",))[0] == entity:
                del self._seen[value.segment]
            case SessionRating() if self._ratings.get(value.scale, ("",))[0] == entity:
                del self._ratings[value.scale]
            case _:
                pass
