"""A session's sheet of scores: a line for each subscale, a column for each who rates, and what a cell's text means."""

import re
from collections.abc import Iterable, Sequence

import msgspec

from iprtool.codebooks.table import number
from iprtool.model.score import Instrument, Score, Subscale, value_problem
from iprtool.model.terms import Role

_ENTRY = re.compile(r"\s*([-+]?[0-9]+(?:[.,][0-9]+)?)\s*(?:/\s*([0-9]{1,4})\s*)?")

TOTAL = "total"
"""The id of the subscale that is what the others of its instrument add up to."""


class Rater(msgspec.Struct, frozen=True):
    """One who fills in forms: their role, and the person by id and pseudonym (None: nobody is noted yet)."""

    role: Role
    person: str | None
    label: str


class Line(msgspec.Struct, frozen=True):
    """One subscale of an instrument."""

    instrument: Instrument
    subscale: Subscale


class Entered(msgspec.Struct, frozen=True):
    """What was typed into a cell, read: the value and how many items were answered (None: nobody counted)."""

    value: float
    items_answered: int | None = None


class Sheet(msgspec.Struct, frozen=True):
    """The scores of one session: who rates, on what, and what there is of it."""

    session: str
    title: str
    raters: tuple[Rater, ...]
    lines: tuple[Line, ...]
    scores: tuple[Score, ...] = ()

    def asked(self, line: Line, rater: Rater) -> bool:
        """Whether this rater fills in the line's instrument."""
        return rater.role in line.instrument.raters

    def score(self, line: Line, rater: Rater) -> Score | None:
        """The score in a cell, or None."""
        if rater.person is None:
            return None
        wanted = (rater.person, line.instrument.id, line.instrument.version, line.subscale.id)
        found = (one for one in self.scores if (one.person, one.instrument, one.version, one.subscale) == wanted)
        return next(found, None)

    def missing(self) -> tuple[tuple[Line, Rater], ...]:
        """The cells that are still to be filled in, rater by rater.

        A total is not missed where all that it is made of is there, nor what it is made of where only the total is.
        """
        cells = ((line, rater) for rater in self.raters for line in self.lines if self.asked(line, rater))
        return tuple(cell for cell in cells if self.score(*cell) is None and not self.is_spared(*cell))

    @property
    def asked_count(self) -> int:
        """How many scores there are to be: those that are there, and those that are missing."""
        cells = ((line, rater) for line in self.lines for rater in self.raters if self.asked(line, rater))
        return sum(self.score(*cell) is not None for cell in cells) + len(self.missing())

    def is_spared(self, line: Line, rater: Rater) -> bool:
        """Whether a cell may stay empty: a total whose parts are all there, a part of which only the total is."""
        parts = [one for one in self.lines if one.instrument == line.instrument and one.subscale.id != TOTAL]
        total = [one for one in self.lines if one.instrument == line.instrument and one.subscale.id == TOTAL]
        there = [self.score(one, rater) is not None for one in parts]
        if line.subscale.id == TOTAL:
            return bool(parts) and all(there)
        return bool(total) and not any(there) and self.score(total[0], rater) is not None


def read_entry(subscale: Subscale, text: str) -> Entered:
    """The score that a cell's text means: `15`, `3,5`, or `12/10` where 10 items were answered.

    Raises ValueError, in one sentence, where it means none or the subscale has no such value.
    """
    found = _ENTRY.fullmatch(text)
    if found is None or (value := number(found[1])) is None:
        raise ValueError(f"{text.strip()[:40]!r} is no score; write a number, or 12/10 where 10 items were answered")
    entered = Entered(value, int(found[2]) if found[2] else None)
    problem = value_problem(subscale, entered.value, entered.items_answered)
    if problem is not None:
        raise ValueError(problem)
    return entered


def may_begin_entry(subscale: Subscale, text: str) -> bool:
    """Whether what was typed so far may become a score: a 1 on the way to 15 is not yet wrong."""
    if re.fullmatch(r"[-+]?|[-+]?[0-9]+[.,]?[0-9]*/?", text.strip()) is None:
        return False
    value = number(text.strip().rstrip("/").rstrip(".,"))
    if value is None:
        return True
    return subscale.minimum < 0 or value <= subscale.maximum


def entry_text(score: Score | None) -> str:
    """A score as it is typed."""
    if score is None:
        return ""
    return f"{score.value:g}" + (f"/{score.items_answered}" if score.items_answered is not None else "")


def missing_text(cells: Iterable[tuple[Line, Rater]], most: int = 4) -> str:
    """What is missing, an instrument by a rater at a time: `wai-sr by client (3), ors by client (1)`."""
    counts: dict[str, int] = {}
    for line, rater in cells:
        name = f"{line.instrument.id} by {rater.label}"
        counts[name] = counts.get(name, 0) + 1
    named = [f"{name} ({count})" for name, count in counts.items()]
    more = [f"{len(named) - most} more"] if len(named) > most else []
    return ", ".join(named[:most] + more)


def lines_of(instruments: Sequence[Instrument]) -> tuple[Line, ...]:
    """The lines of these instruments, in their order."""
    return tuple(Line(instrument, subscale) for instrument in instruments for subscale in instrument.subscales)
