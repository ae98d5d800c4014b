"""A mark: what a person set on the recording, and where it was."""

import msgspec

from iprtool.model.terms import (
    Author,
    Locus,
    MarkKind,
    Mover,
    Perspective,
    Quotable,
    Role,
    RuptureType,
    StoppedBy,
    Timeframe,
    YesNoUnsure,
)


class Stamp(msgspec.Struct, frozen=True):
    """Where the person was when a key was pressed, as the clock knew it, and how sure it was.

    `raw_ms` is the clock's own; `ms` has the recall's reaction time taken off where the recording was playing.
    """

    raw_ms: int
    ms: int
    uncertainty_ms: int
    rate: float = 1.0
    playing: bool = False


class Code(msgspec.Struct, frozen=True):
    """One word of a codebook on a mark, with its rating where the codebook rates."""

    codebook: str
    version: str
    code: str
    rating: float | None = None


class Peak(msgspec.Struct, frozen=True):
    """A peak inside an interval and whose peak it is (Brief Structured Recall: Elliott & Shapiro 1988)."""

    at_ms: int
    by_role: Role
    uncertainty_ms: int = 0


class Rupture(msgspec.Struct, frozen=True):
    """A rupture marker's fields; salience and resolved are 1 to 5, None where not judged."""

    type: RuptureType = "unclear"
    mover: Mover | None = None
    locus: Locus | None = None
    salience: int | None = None
    addressed: YesNoUnsure | None = None
    resolved: int | None = None


class Mark(msgspec.Struct, frozen=True):
    """One annotation: a point, an interval or an interval still open, in milliseconds from the recording's start.

    `helpful` is 1 to 9 in half points (HAT form, Llewelyn 1988). `about` is whom the codes are about, which is
    another matter than who made the mark. `chosen` is whether it is one of the moments that a supervision is about.
    """

    id: str
    author: Author
    kind: MarkKind
    start_ms: int
    raw_start_ms: int
    uncertainty_ms: int
    end_ms: int | None = None
    raw_end_ms: int | None = None
    rate: float = 1.0
    codes: tuple[Code, ...] = ()
    peaks: tuple[Peak, ...] = ()
    note: str = ""
    stop: str | None = None
    stopped_by: StoppedBy | None = None
    timeframe: Timeframe = "then"
    perspective: Perspective = "own"
    helpful: float | None = None
    lead: str | None = None
    guide_version: str | None = None
    about: Role | None = None
    quotable: Quotable = "ask"
    partner_recognisable: bool = False
    rupture: Rupture | None = None
    episode: str | None = None
    chosen: bool = False

    @property
    def last_ms(self) -> int:
        """The end of the mark: its end edge, or its start for a point or an interval still open."""
        return self.end_ms if self.end_ms is not None else self.start_ms
