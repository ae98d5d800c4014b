"""What the researcher says across layers: which moments are one, which belong to an episode or a theme."""

import msgspec

from iprtool.model.terms import EpisodeOutcome, Locus, Mover, Quotable, RuptureType

MAJOR_SALIENCE = 3
"""A rupture is major from here on, of 1 to 5 (3 is "somewhat" salient: 3RS, Eubanks & Muran 2022), below it subtle."""


class MarkRef(msgspec.Struct, frozen=True):
    """A mark of a layer."""

    layer: str
    mark: str


class Match(msgspec.Struct, frozen=True, tag="match"):
    """Two marks of two layers that are one moment, or (`same` false) are not, though they are near each other."""

    first: MarkRef
    second: MarkRef
    same: bool = True


class Strategy(msgspec.Struct, frozen=True):
    """A resolution strategy in an episode: its code (3RS 2015), where it was, and the mark that shows it, if any."""

    code: str
    at_ms: int
    shown_by: MarkRef | None = None


class Episode(msgspec.Struct, frozen=True, tag="episode"):
    """A rupture episode: its markers, the strategies tried, in any order, and how it came out.

    `salience` and `resolved` are 1 to 5. `end_ms` is None where it did not end in the session.
    """

    label: str
    rupture_type: RuptureType
    start_ms: int
    markers: tuple[MarkRef, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    end_ms: int | None = None
    mover: Mover | None = None
    locus: Locus | None = None
    salience: int | None = None
    outcome: EpisodeOutcome = "unclear"
    resolved: int | None = None
    note: str = ""


class Theme(msgspec.Struct, frozen=True, tag="theme"):
    """A theme of the qualitative analysis; `group` is the dyads' group that it was found in, None for all."""

    name: str
    gloss: str = ""
    group: str | None = None


class Tag(msgspec.Struct, frozen=True, tag="tag"):
    """A mark that shows a theme."""

    theme: str
    mark: MarkRef


class QuoteFlag(msgspec.Struct, frozen=True, tag="quote"):
    """What the researcher decided of quoting a mark, beside what its author said."""

    mark: MarkRef
    quotable: Quotable
    partner_recognisable: bool = False
    note: str = ""


LinkValue = Match | Episode | Theme | Tag | QuoteFlag
