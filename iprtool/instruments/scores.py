"""Scores from a spreadsheet, one a row: each is checked against its instrument, and all are taken or none.

The columns are `dyad`, `session`, `rater`, `instrument`, `subscale`, `value`, and where a study has them `version`,
`items_answered` and `person` (a pseudonym, needed where several have the role). Instruments, subscales and raters are
found whatever their case, spaces and hyphens (`WAI SR`, `Second client`), subscales by id or label.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import get_args

import msgspec

from iprtool.codebooks.faults import FaultyFileError, Problem
from iprtool.codebooks.files import text_of
from iprtool.codebooks.table import Row, column_name, number, table, whole_number
from iprtool.codebooks.texts import line
from iprtool.model.errors import ScoreError
from iprtool.model.score import Instrument, Score, score_problem
from iprtool.model.terms import Role

NEEDED = ("dyad", "session", "rater", "instrument", "subscale", "value")
COLUMNS = (*NEEDED, "version", "items_answered", "person")
MAX_BYTES = 16 * 1024 * 1024
"""The largest file of scores that is read."""


class ScoreRow(msgspec.Struct, frozen=True):
    """A score as the file has it: dyad and person by label, the session by its number, the rest by ids."""

    line: int
    dyad: str
    session: int
    rater: Role
    instrument: str
    version: str
    subscale: str
    value: float
    items_answered: int | None = None
    person: str = ""

    def score(self, score_id: str, session: str, person: str | None = None, at: str | None = None) -> Score:
        """The score itself, once the session's and the person's ids are known."""
        return Score(
            score_id,
            session,
            person,
            self.rater,
            self.instrument,
            self.version,
            self.subscale,
            self.value,
            self.items_answered,
            at,
        )


class _UnfitRowError(Exception):
    """A row that is no score; the text says why."""


def read_scores(path: Path, instruments: Iterable[Instrument]) -> tuple[ScoreRow, ...]:
    """The scores in a CSV file; ScoreError names the file, the first line that is wrong and the reason."""
    try:
        return _read(path, tuple(instruments))
    except FaultyFileError as fault:
        raise ScoreError(fault.sentence(path)) from None


def check_scores(path: Path, instruments: Iterable[Instrument]) -> tuple[Problem, ...]:
    """What is wrong with a file of scores, by line; empty where `read_scores` would succeed."""
    try:
        _read(path, tuple(instruments))
    except FaultyFileError as fault:
        return fault.problems
    return ()


def _read(path: Path, instruments: Sequence[Instrument]) -> tuple[ScoreRow, ...]:
    text = text_of(path, "file of scores", f"a line with {', '.join(NEEDED)} and one row", MAX_BYTES)
    found = table(text, COLUMNS, NEEDED)
    if found.above:
        raise FaultyFileError(Problem(found.above[0].line, "this line stands above the columns' names; take it out"))
    if not found.rows:
        raise FaultyFileError(Problem(found.line, "there is no score below the columns' names; add a row"))
    problems: list[Problem] = []
    rows: dict[tuple[object, ...], ScoreRow] = {}
    for row in found.rows:
        try:
            made = _score_row(row, instruments)
            earlier = rows.setdefault(_of_what(made), made)
            if earlier is not made:
                raise _UnfitRowError(f"this score is on line {earlier.line} already; leave one out")
        except _UnfitRowError as unfit:
            problems.append(Problem(row.line, str(unfit)))
    if problems:
        raise FaultyFileError(*problems)
    return tuple(rows.values())


def _of_what(row: ScoreRow) -> tuple[object, ...]:
    return row.dyad, row.session, row.rater, row.person, row.instrument, row.version, row.subscale


def _score_row(row: Row, instruments: Sequence[Instrument]) -> ScoreRow:
    cells = row.cells
    for name in NEEDED:
        if not cells[name]:
            raise _UnfitRowError(f"the {name} is empty; write one, or take the row out")
    for name in ("dyad", "person"):
        for _path, reason in line(cells.get(name) or "-", (name,)):
            raise _UnfitRowError(reason)
    instrument = _instrument(cells["instrument"], cells.get("version", ""), instruments)
    made = ScoreRow(
        line=row.line,
        dyad=cells["dyad"],
        session=_session(cells["session"]),
        rater=_rater(cells["rater"]),
        instrument=instrument.id,
        version=instrument.version,
        subscale=_subscale(cells["subscale"], instrument),
        value=_value(cells["value"]),
        items_answered=_items(cells.get("items_answered", "")),
        person=cells.get("person", ""),
    )
    if (problem := score_problem(instrument, made.score("", ""))) is not None:
        raise _UnfitRowError(problem)
    return made


def _instrument(name: str, version: str, instruments: Sequence[Instrument]) -> Instrument:
    named = [one for one in instruments if _same(name, (one.id,))]
    if not named:
        known = ", ".join(dict.fromkeys(one.id for one in instruments))
        raise _UnfitRowError(f"there is no instrument {name[:80]!r}; there are {known}")
    if not version and len(named) > 1:
        raise _UnfitRowError(f"{name[:80]} has the versions {_versions(named)}; say which in a column version")
    for one in named:
        if not version or _is_version(version, one.version):
            return one
    raise _UnfitRowError(f"there is no version {version[:80]!r} of {named[0].id}; there is {_versions(named)}")


def _is_version(cell: str, version: str) -> bool:
    """Whether a cell names a version, of which a spreadsheet may have dropped a zero (3 for 3.0)."""
    return cell.casefold() == version.casefold() or (number(cell) is not None and number(cell) == number(version))


def _versions(named: Iterable[Instrument]) -> str:
    return ", ".join(one.version for one in named)


def _subscale(name: str, instrument: Instrument) -> str:
    for one in instrument.subscales:
        if _same(name, (one.id, one.label)):
            return one.id
    return name


def _rater(name: str) -> Role:
    roles: tuple[Role, ...] = get_args(Role)
    for role in roles:
        if column_name(name) == role:
            return role
    raise _UnfitRowError(f"{name[:80]!r} is no rater; write one of {', '.join(roles)}")


def _session(cell: str) -> int:
    session = whole_number(cell)
    if session is None or session < 1:
        raise _UnfitRowError(f"{cell[:80]!r} is no session's number; write 1, 2, 3 …")
    return session


def _value(cell: str) -> float:
    value = number(cell)
    if value is None:
        raise _UnfitRowError(f"{cell[:80]!r} is no number; write the value in digits")
    return value


def _items(cell: str) -> int | None:
    items = whole_number(cell)
    if cell and items is None:
        raise _UnfitRowError(f"{cell[:80]!r} is no number of items answered; write it in digits, or leave it empty")
    return items


def _same(name: str, ids: Iterable[str]) -> bool:
    return _bare(name) in {_bare(one) for one in ids}


@lru_cache(maxsize=4096)
def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
