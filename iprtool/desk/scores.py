"""Scores: each in the sealed object of who filled the form in, a session's as a sheet, and those from a file."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from iprtool.codebooks.versions import name_of
from iprtool.desk.consents import may_use, purpose_of
from iprtool.desk.people import dyad_of, person_of
from iprtool.desk.steps import Step
from iprtool.instruments import shipped, shipped_ids
from iprtool.instruments.sheet import Entered, Line, Rater, Sheet, entry_text, lines_of
from iprtool.library.roster import DYADIC
from iprtool.model.errors import IprtoolError, ScoreError
from iprtool.model.score import Instrument, Score, score_problem
from iprtool.model.study import Person, Session
from iprtool.model.terms import Role, levels
from iprtool.store.study import Study

SCORE, INSTRUMENT = "score", "instrument"
"""Kinds of entry: in a person's object, and in the roster."""

USED = "instruments"
"""The setting that names the instruments that a study uses, as id@version, with commas."""


class ScoreChange(msgspec.Struct, frozen=True):
    """A score that was entered, changed or taken away: the person whose form it is, and it before and after."""

    person: str
    was: Score | None
    now: Score | None


# Scores


def scores_of(study: Study, session: Session) -> list[Score]:
    """A session's scores, by the persons' order; nothing of who has withdrawn, unless it is kept under a rule."""
    rating = [one for one in study.persons() if one.dyad in (None, session.dyad)]
    return [one for one in _kept_by(study, rating) if one.session == session.id]


def all_scores(study: Study) -> list[Score]:
    """Every score of the study, by the persons' order; nothing of who has withdrawn, unless it is kept under a rule."""
    return list(_kept_by(study, study.persons()))


def _kept_by(study: Study, persons: Sequence[Person]) -> Iterator[Score]:
    objects = {one.id for one in study.objects()}
    for person in persons:
        # An object that was deleted on a withdrawal has no scores any more.
        if person.sealed in objects and not _withheld(study, person):
            with study.record_of(person) as record:
                yield from record.all(SCORE, Score)


def enter_score(study: Study, session: Session, rater: Rater, line: Line, entered: Entered | None) -> ScoreChange:
    """Put a score into a cell, or take it away (None); ScoreError where it cannot be one, nothing is kept then.

    The person is made, with a pseudonym, where nobody has the role yet.
    """
    person = rating_person(study, session, rater)
    was = _kept(study, person, session, line)
    now = None if entered is None else _score(session, person, line, entered, was)
    if now is not None and (problem := score_problem(line.instrument, now)) is not None:
        raise ScoreError(f"{problem[:1].upper()}{problem[1:]}.")
    change = ScoreChange(person.id, was, now)
    if was != now:
        put_back(study, change, forth=True)
    return change


def put_back(study: Study, change: ScoreChange, *, forth: bool = False) -> None:
    """Undo a change of a score, or (`forth`) do it again."""
    person = next(one for one in study.persons() if one.id == change.person)
    wanted = change.now if forth else change.was
    standing = change.was if forth else change.now
    ident = (wanted or standing).id  # type: ignore[union-attr]  # a change is from or to a score
    with study.record_of(person) as record:
        if record.one(SCORE, ident, Score) != standing:
            raise IprtoolError("This score was changed elsewhere meanwhile; look at it again before you change it.")
        record.add(SCORE, ident, wanted)


def _score(session: Session, person: Person, line: Line, entered: Entered, was: Score | None) -> Score:
    return Score(
        was.id if was else str(uuid.uuid4()),
        session.id,
        person.id,
        person.role,
        line.instrument.id,
        line.instrument.version,
        line.subscale.id,
        entered.value,
        entered.items_answered,
        was.at if was else None,
    )


def _kept(study: Study, person: Person, session: Session, line: Line) -> Score | None:
    if person.sealed is None:
        return None
    wanted = (session.id, line.instrument.id, line.instrument.version, line.subscale.id)
    with study.record_of(person) as record:
        scores = record.all(SCORE, Score)
    return next((one for one in scores if (one.session, one.instrument, one.version, one.subscale) == wanted), None)


def _withheld(study: Study, person: Person) -> bool:
    if person.withdrawn_on is None:
        return False
    return may_use(study, person, purpose_of(study), date.today().isoformat()) is not None


# Who rates


def raters_of(study: Study, session: Session, instruments: Sequence[Instrument]) -> tuple[Rater, ...]:
    """Who fills in these instruments for a session: those of the dyad who have not withdrawn, then the observers.

    A role that nobody has yet is there too, as client, therapist or observer, where an instrument asks for it.
    """
    dyad, asked = dyad_of(study, session), {role for one in instruments for role in one.raters}
    persons = [one for one in study.persons() if one.dyad in (None, dyad.id)]
    raters: list[Rater] = []
    known: tuple[Role, ...] = levels(Role)
    for role in sorted(asked, key=known.index):
        having = [one for one in persons if one.role == role and (one.dyad is not None) == (role in DYADIC)]
        present = [one for one in having if one.withdrawn_on is None]
        raters += [Rater(role, one.id, _label(one, present)) for one in present]
        if not having and role in ("client", "therapist", "observer"):
            raters.append(Rater(role, None, role))
    return tuple(raters)


def _label(person: Person, having: Sequence[Person]) -> str:
    role = person.role.replace("_", " ")
    return role if len(having) == 1 and person.dyad is not None else f"{role} {person.label}"


def rating_person(study: Study, session: Session, rater: Rater) -> Person:
    """Whose form it is, made with a pseudonym where nobody has the role; IprtoolError where they withdrew."""
    if rater.person is None:
        return person_of(study, dyad_of(study, session), rater.role)
    person = next((one for one in study.persons() if one.id == rater.person), None)
    if person is None:
        raise IprtoolError("This person is not in the study any more; look at the session's scores again.")
    if person.withdrawn_on is not None:
        raise IprtoolError(f"{person.label} withdrew on {person.withdrawn_on}, so no score of theirs is entered.")
    return person


def rater_by(study: Study, session: Session, role: Role, label: str = "") -> Rater:
    """Who rates a session in a role, the person by pseudonym where there are several; IprtoolError where it is none."""
    dyad = dyad_of(study, session)
    of = dyad.id if role in DYADIC else None
    having = [one for one in study.persons() if (one.role, one.dyad) == (role, of) and label in ("", one.label)]
    words = role.replace("_", " ")
    if not having and (label or role not in ("client", "therapist", "observer")):
        raise IprtoolError(f"There is no {words}{f' {label[:40]}' if label else ''} of this session; add them first.")
    if len(having) > 1:
        labels = ", ".join(one.label for one in having)
        raise IprtoolError(f"There are several of the role {words} ({labels}); say which person.")
    if having and having[0].withdrawn_on is not None:
        raise IprtoolError(f"{having[0].label} withdrew on {having[0].withdrawn_on}, so no score of theirs is entered.")
    return Rater(role, having[0].id if having else None, words)


# Instruments


def instruments_of(study: Study) -> list[Instrument]:
    """The instruments that a study can use: those that come with iprtool, and its own."""
    own = study.roster.all(INSTRUMENT, Instrument)
    kept = {name_of(one) for one in own}
    return [*(one for one in map(shipped, shipped_ids()) if name_of(one) not in kept), *own]


def keep_instrument(study: Study, instrument: Instrument) -> None:
    """Keep an instrument of the study's own; IprtoolError where this version is there and is another one."""
    known = next((one for one in instruments_of(study) if name_of(one) == name_of(instrument)), None)
    if known is not None and known != instrument:
        raise IprtoolError(
            f"There is a version {instrument.version} of {instrument.id} already; give the changed one a new version."
        )
    if known is None:
        study.roster.add(INSTRUMENT, name_of(instrument), instrument)


def used_instruments(study: Study) -> list[Instrument]:
    """The instruments that the study uses: those chosen, else those that there are scores on."""
    known = instruments_of(study)
    chosen = study.setting(USED)
    if chosen is not None:
        names = chosen.split(",")
    else:
        names = [f"{one.instrument}@{one.version}" for one in all_scores(study)]
    return [one for one in known if name_of(one) in names]


def use_instruments(study: Study, instruments: Iterable[Instrument]) -> None:
    """Choose the instruments that the study uses."""
    study.set_setting(USED, ",".join(name_of(one) for one in instruments))


def instrument_named(study: Study, name: str) -> Instrument:
    """The instrument of this id (the newest the study uses or knows), or of this id@version; IprtoolError if none."""
    known = instruments_of(study)
    found = [one for one in known if name in (one.id, name_of(one))]
    if not found:
        ids = ", ".join(dict.fromkeys(one.id for one in known))
        raise IprtoolError(f"There is no instrument {name[:80]!r}; there are {ids}.")
    used = [one for one in used_instruments(study) if one in found]
    return (used or found)[-1]


# Sheets


def session_title(study: Study, session: Session) -> str:
    """A session as the screens name it."""
    return f"{dyad_of(study, session).label} · session {session.number}"


def sheet_of(study: Study, session: Session, instruments: Sequence[Instrument] | None = None) -> Sheet:
    """A session's sheet, with the instruments that the study uses."""
    used = used_instruments(study) if instruments is None else instruments
    raters = raters_of(study, session, used)
    return Sheet(session.id, session_title(study, session), raters, lines_of(used), tuple(scores_of(study, session)))


def sessions_in_order(study: Study) -> list[Session]:
    """The sessions, dyad by dyad, by their numbers."""
    places = {one.id: place for place, one in enumerate(study.dyads())}
    return sorted(study.sessions(), key=lambda one: (places[one.dyad], one.number))


class StudyScores:
    """A study's scores as their screen sees them."""

    def __init__(self, study: Study) -> None:
        self._study = study

    def sessions(self) -> list[str]:
        """The sessions by their ids, dyad by dyad."""
        return [one.id for one in sessions_in_order(self._study)]

    def sheet(self, session: str) -> Sheet:
        """A session's sheet."""
        return sheet_of(self._study, self._session(session))

    def enter(self, session: str, rater: Rater, line: Line, entered: Entered | None) -> Step:
        """Put a score into a cell, or take it away; ScoreError where it can be none."""
        change = enter_score(self._study, self._session(session), rater, line, entered)
        what = f"{line.instrument.id} {line.subscale.label} by {rater.label}: {entry_text(change.now) or 'taken away'}"
        return Step(what, lambda: put_back(self._study, change), lambda: put_back(self._study, change, forth=True))

    def instruments(self) -> list[tuple[Instrument, bool]]:
        """The instruments that there are, and whether the study uses them."""
        used = used_instruments(self._study)
        return [(one, one in used) for one in instruments_of(self._study)]

    def use(self, instruments: Sequence[Instrument]) -> Step:
        """Choose the instruments that the study uses."""
        before, after = used_instruments(self._study), list(instruments)
        use_instruments(self._study, after)
        what = f"instruments: {', '.join(one.id for one in after) or 'none'}"
        return Step(what, lambda: use_instruments(self._study, before), lambda: use_instruments(self._study, after))

    def keep(self, instrument: Instrument) -> Step:
        """Keep an instrument of the study's own, and use it; IprtoolError where there is another of its version."""
        before = used_instruments(self._study)
        keep_instrument(self._study, instrument)
        after = [*(one for one in before if name_of(one) != name_of(instrument)), instrument]
        use_instruments(self._study, after)
        what = f"{instrument.id} {instrument.version} is kept and used"
        return Step(what, lambda: use_instruments(self._study, before), lambda: use_instruments(self._study, after))

    def _session(self, ident: str) -> Session:
        return next(one for one in self._study.sessions() if one.id == ident)
