"""What a coder gives a segment and a whole session (3RS: Eubanks, Muran & Safran 2015; Eubanks & Muran 2022)."""

import msgspec

from iprtool.model.terms import Clarity


class SegmentCode(msgspec.Struct, frozen=True, tag="segment_code"):
    """One code in one segment (counted from 0), with its clarity or rating; `evidence` are ids of marks in it."""

    segment: int
    code: str
    clarity: Clarity | None = None
    rating: float | None = None
    evidence: tuple[str, ...] = ()
    note: str = ""


class SegmentSeen(msgspec.Struct, frozen=True, tag="segment_seen"):
    """A segment that was coded to its end, whether or not anything was found in it."""

    segment: int
    done: bool = True


class SessionRating(msgspec.Struct, frozen=True, tag="session_rating"):
    """A rating of the whole session on one of the codebook's session scales."""

    scale: str
    value: float
    note: str = ""


CodingValue = SegmentCode | SegmentSeen | SessionRating
