"""Scores from a spreadsheet, one a row: each is checked against its instrument, and all are taken or none.

The columns are `dyad`, `session`, `rater`, `instrument`, `subscale`, `value`, and where a study has them `version`,
`items_answered` and `person` (a pseudonym, needed where several have the role). Instruments, subscales and raters are
found whatever their case, spaces and hyphens (`WAI SR`, `Second client`), subscales by id or label.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple, TypeVar, get_args

import msgspec

from iprtool.codebooks.faults import FaultyFileError, Problem
from iprtool.codebooks.files import text_of
from iprtool.codebooks.table import column_name, number, table, whole_number
from iprtool.codebooks.texts import line
from iprtool.model.errors import ScoreError
from iprtool.model.score import Instrument, Score, score_problem
from iprtool.model.terms import Role

_Result = TypeVar("_Result")

NEEDED = ("dyad", "session", "rater", "instrument", "subscale", "value")
COLUMNS = (*NEEDED, "version", "items_answered", "person")
MAX_BYTES = 16 * 1024 * 1024
"""The largest file of scores that is read."""


class Whose(msgspec.Struct, frozen=True):
    """Whose form a score is of, as the file has it: the dyad by label, the session's number, the person or nothing."""

    dyad: str
    session: int
    rater: Role
    person: str = ""


class _What(NamedTuple):
    instrument: Instrument
    subscale: str
    value: float
    items_answered: int | None


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

    @property
    def whose(self) -> Whose:
        """Whose form it is of."""
        return Whose(self.dyad, self.session, self.rater, self.person)


class UnfitRowError(Exception):
    """A row that is no score; the text says why."""


Place = Callable[[Whose], Hashable]
"""What a study knows the session and the person as, by whom a form is; UnfitRowError says why there are none."""


def read_scores(
    path: Path, instruments: Iterable[Instrument], place: Place = lambda whose: whose
) -> tuple[ScoreRow, ...]:
    """The scores in a CSV file; ScoreError names the file, the first line that is wrong and the reason."""
    try:
        return _read(path, tuple(instruments), place)
    except FaultyFileError as fault:
        raise ScoreError(fault.sentence(path)) from None


def check_scores(
    path: Path, instruments: Iterable[Instrument], place: Place = lambda whose: whose
) -> tuple[Problem, ...]:
    """What is wrong with a file of scores, by line; empty where `read_scores` would succeed."""
    try:
        _read(path, tuple(instruments), place)
    except FaultyFileError as fault:
        return fault.problems
    return ()


def _read(path: Path, instruments: Sequence[Instrument], place: Place) -> tuple[ScoreRow, ...]:
    text = text_of(path, "file of scores", f"a line with {', '.join(NEEDED)} and one row", MAX_BYTES)
    found = table(text, COLUMNS, NEEDED)
    if found.above:
        raise FaultyFileError(Problem(found.above[0].line, "this line stands above the columns' names; take it out"))
    if not found.rows and not found.faults:
        raise FaultyFileError(Problem(found.line, "there is no score below the columns' names; add a row"))
    problems = list(found.faults)
    rows: dict[Hashable, ScoreRow] = {}

    def tried(line: int, call: Callable[[], _Result]) -> _Result | None:
        try:
            return call()
        except UnfitRowError as unfit:
            problems.append(Problem(line, str(unfit)))
            return None

    for row in found.rows:
        whose = tried(row.line, partial(_whose, row.cells))
        at = tried(row.line, partial(place, whose)) if whose is not None else None
        what = tried(row.line, partial(_what, row.cells, instruments))
        if whose is not None and what is not None:
            tried(row.line, partial(_take, row.line, whose, at, what, rows))
    if problems:
        raise FaultyFileError(*sorted(problems, key=lambda one: one.line or 0))
    return tuple(rows.values())


def _whose(cells: dict[str, str]) -> Whose:
    for name in ("dyad", "session", "rater"):
        _needed(cells, name)
    for name in ("dyad", "person"):
        for _path, reason in line(cells.get(name) or "-", (name,)):
            raise UnfitRowError(reason)
    return Whose(cells["dyad"], _session(cells["session"]), _rater(cells["rater"]), cells.get("person", ""))


def _what(cells: dict[str, str], instruments: Sequence[Instrument]) -> _What:
    for name in ("instrument", "subscale", "value"):
        _needed(cells, name)
    instrument = _instrument(cells["instrument"], cells.get("version", ""), instruments)
    subscale, value = _subscale(cells["subscale"], instrument), _value(cells["value"])
    return _What(instrument, subscale, value, _items(cells.get("items_answered", "")))


def _take(line: int, whose: Whose, at: Hashable, what: _What, rows: dict[Hashable, ScoreRow]) -> None:
    """Put a row among the others, by what of whose form it is; of whom nobody is known, it is only checked."""
    one = what.instrument
    row = ScoreRow(
        line,
        whose.dyad,
        whose.session,
        whose.rater,
        one.id,
        one.version,
        what.subscale,
        what.value,
        what.items_answered,
        whose.person,
    )
    if (problem := score_problem(one, row.score("", ""))) is not None:
        raise UnfitRowError(problem)
    earlier = rows.setdefault((at, one.id, one.version, what.subscale), row) if at is not None else row
    if earlier is not row:
        raise UnfitRowError(f"this score is on line {earlier.line} already; leave one out")


def _needed(cells: dict[str, str], name: str) -> None:
    if not cells[name]:
        raise UnfitRowError(f"the {name} is empty; write one, or take the row out")


def _instrument(name: str, version: str, instruments: Sequence[Instrument]) -> Instrument:
    named = [one for one in instruments if _same(name, (one.id,))]
    if not named:
        known = ", ".join(dict.fromkeys(one.id for one in instruments))
        raise UnfitRowError(f"there is no instrument {name[:80]!r}; there are {known}")
    if not version and len(named) > 1:
        raise UnfitRowError(f"{name[:80]} has the versions {_versions(named)}; say which in a column version")
    for one in named:
        if not version or _is_version(version, one.version):
            return one
    raise UnfitRowError(f"there is no version {version[:80]!r} of {named[0].id}; there is {_versions(named)}")


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
    raise UnfitRowError(f"{name[:80]!r} is no rater; write one of {', '.join(roles)}")


def _session(cell: str) -> int:
    session = whole_number(cell)
    if session is None or session < 1:
        raise UnfitRowError(f"{cell[:80]!r} is no session's number; write 1, 2, 3 …")
    return session


def _value(cell: str) -> float:
    value = number(cell)
    if value is None:
        raise UnfitRowError(f"{cell[:80]!r} is no number; write the value in digits")
    return value


def _items(cell: str) -> int | None:
    items = whole_number(cell)
    if cell and items is None:
        raise UnfitRowError(f"{cell[:80]!r} is no number of items answered; write it in digits, or leave it empty")
    return items


def _same(name: str, ids: Iterable[str]) -> bool:
    return _bare(name) in {_bare(one) for one in ids}


@lru_cache(maxsize=4096)
def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
