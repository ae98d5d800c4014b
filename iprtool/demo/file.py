"""The demo study as it is written down: its people, scores, codings and what a researcher made of it."""

from pathlib import Path
from typing import Annotated

import msgspec

from iprtool.model.errors import IprtoolError
from iprtool.model.terms import Clarity, EpisodeOutcome, Locus, Mover, Quotable, Role, RuptureType

_Five = Annotated[int, msgspec.Meta(ge=1, le=5)]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of study.toml: a field that is not known is an error."""


class DemoDyad(_Strict, frozen=True):
    """A dyad and its group."""

    label: str
    group: str


class DemoPerson(_Strict, frozen=True):
    """Somebody who is in no dyad."""

    label: str
    role: Role


class DemoSession(_Strict, frozen=True):
    """A session: the folder that it is in, whose it is, and when it ended."""

    folder: str
    dyad: str
    number: int
    held_at: str


class DemoScores(_Strict, frozen=True):
    """A session's scores by rater: instrument, subscale, value."""

    session: str
    client: dict[str, dict[str, float]]
    therapist: dict[str, dict[str, float]]


class DemoEvidence(_Strict, frozen=True):
    """A coder's mark that shows a code."""

    at: str
    code: str
    note: str


class DemoCoding(_Strict, frozen=True):
    """A coder's coding of a session: the clarity of each code by minute, and the whole session's ratings."""

    session: str
    coder: str
    ratings: dict[str, float]
    minutes: tuple[dict[str, Clarity], ...]
    evidence: tuple[DemoEvidence, ...] = ()


class DemoStrategy(_Strict, frozen=True):
    """A resolution strategy: where it was, its code, and the mark that shows it."""

    at: str
    code: str
    shown_by: str | None = None


class DemoEpisode(_Strict, frozen=True, rename={"start": "from", "end": "to"}):
    """A rupture episode of a session; markers are named as marks are."""

    session: str
    label: str
    rupture_type: RuptureType
    mover: Mover
    locus: Locus
    salience: _Five
    start: str
    outcome: EpisodeOutcome
    resolved: _Five
    markers: tuple[str, ...]
    strategies: tuple[DemoStrategy, ...] = ()
    end: str | None = None
    note: str = ""


class DemoMatch(_Strict, frozen=True):
    """Two marks that are one moment, or are not."""

    first: str
    second: str
    same: bool = True


class DemoTheme(_Strict, frozen=True):
    """A theme and the marks that show it."""

    name: str
    gloss: str
    marks: tuple[str, ...]
    group: str | None = None


class DemoQuote(_Strict, frozen=True):
    """What the researcher decided of quoting a mark."""

    mark: str
    quotable: Quotable
    partner_recognisable: bool = False
    note: str = ""


class DemoFile(_Strict, frozen=True):
    """All of study.toml. A mark is named by its session's folder, whose it is, and its time."""

    contact: str
    dyads: tuple[DemoDyad, ...]
    persons: tuple[DemoPerson, ...]
    sessions: tuple[DemoSession, ...]
    scores: tuple[DemoScores, ...]
    codings: tuple[DemoCoding, ...]
    episodes: tuple[DemoEpisode, ...]
    matches: tuple[DemoMatch, ...]
    themes: tuple[DemoTheme, ...]
    quotes: tuple[DemoQuote, ...]


def read_demo(folder: Path) -> DemoFile:
    """The demo study in the folder that has study.toml; IprtoolError where the file does not hold it."""
    try:
        return msgspec.toml.decode((folder / "study.toml").read_bytes(), type=DemoFile)
    except (OSError, ValueError) as error:
        raise IprtoolError("The demo study could not be read: install iprtool again.") from error
