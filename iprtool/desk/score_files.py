"""Scores from a file, for the study: whose form each is, all taken or none."""

import uuid
from collections.abc import Sequence
from pathlib import Path

import msgspec

from iprtool.codebooks.faults import Problem
from iprtool.codebooks.shelf import TABLE_SUFFIXES
from iprtool.desk.scores import SCORE, ScoreChange, StudyScores, instruments_of, put_back, rater_by, rating_person
from iprtool.desk.steps import Step
from iprtool.instruments import ScoreRow, UnfitRowError, Whose, check_scores, load, read_scores
from iprtool.instruments.sheet import Rater, entry_text
from iprtool.model.errors import IprtoolError, StoreError
from iprtool.model.score import Score
from iprtool.model.study import Session
from iprtool.store.study import Study


class Imported(msgspec.Struct, frozen=True):
    """What an import did: how many scores are new, how many took the place of another value, how many were there."""

    new: int = 0
    replaced: tuple[str, ...] = ()
    same: int = 0
    changes: tuple[ScoreChange, ...] = ()

    def with_one(self, row: ScoreRow, was: Score | None, now: Score) -> "Imported":
        """The same with one more score."""
        if was == now:
            return msgspec.structs.replace(self, same=self.same + 1)
        changes = (*self.changes, ScoreChange(now.person or "", was, now))
        if was is None:
            return msgspec.structs.replace(self, new=self.new + 1, changes=changes)
        where = f"{row.dyad}, session {row.session}, {row.rater.replace('_', ' ')}"
        what = f"{where}, {row.instrument} {row.subscale}: {entry_text(was)} → {entry_text(now)}"
        return msgspec.structs.replace(self, replaced=(*self.replaced, what), changes=changes)

    @property
    def words(self) -> str:
        """What was done, in a few words."""
        return f"{self.new} scores entered, {len(self.replaced)} replaced, {self.same} there already"


def import_scores(study: Study, path: Path) -> Imported:
    """Enter the scores of a CSV file: all of them, or none where one is wrong or cannot be kept.

    ScoreError names the file, the first line that is wrong and the reason.
    """
    placed: dict[tuple[Session, Rater], list[ScoreRow]] = {}
    place = _Places(study)
    for row in read_scores(path, instruments_of(study), place):
        placed.setdefault(place(row.whose), []).append(row)
    done = Imported()
    try:
        for (session, rater), theirs in placed.items():
            done = _enter(study, session, rater, theirs, done)
    except StoreError:
        for change in done.changes:
            put_back(study, change)
        raise
    return done


class _Places:
    """The session and who rates it, by whose form it is; UnfitRowError where there is none. Each is looked up once."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._known: dict[Whose, tuple[Session, Rater] | str] = {}

    def __call__(self, whose: Whose) -> tuple[Session, Rater]:
        if whose not in self._known:
            self._known[whose] = self._found(whose)
        found = self._known[whose]
        if isinstance(found, str):
            raise UnfitRowError(found)
        return found

    def _found(self, whose: Whose) -> tuple[Session, Rater] | str:
        session = self._study.session_of(whose.dyad, whose.session)
        if session is None:
            known = ", ".join(sorted(one.label for one in self._study.dyads())) or "none yet"
            where = f"session {whose.session} of {whose.dyad[:40]}"
            return f"there is no {where} in this study (dyads: {known}); add it first"
        try:
            return session, rater_by(self._study, session, whose.rater, whose.person)
        except IprtoolError as error:
            return str(error).rstrip(".")


def _enter(study: Study, session: Session, rater: Rater, rows: Sequence[ScoreRow], done: Imported) -> Imported:
    person = rating_person(study, session, rater)
    with study.record_of(person) as record:
        kept = {_of_what(one): one for one in record.all(SCORE, Score)}
        entered = {}
        for row in rows:
            made = row.score(str(uuid.uuid4()), session.id, person.id)
            was = kept.get(_of_what(made))
            now = made if was is None else msgspec.structs.replace(made, id=was.id, at=was.at)
            if now != was:
                entered[now.id] = now
            done = done.with_one(row, was, now)
        record.add_all(SCORE, entered)
    return done


def _of_what(score: Score) -> tuple[str, str, str, str]:
    return score.session, score.instrument, score.version, score.subscale


def import_problems(study: Study, path: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with a CSV file of scores for this study, by line."""
    return check_scores(path, instruments_of(study), _Places(study))


class StudyScoresAndFiles(StudyScores):
    """A study's scores as their screen sees them, with what comes from files."""

    def load(self, path: Path) -> Step:
        """Enter the scores of a CSV file, or keep the instrument in a TOML file and use it."""
        if path.suffix.lower() in TABLE_SUFFIXES:
            return self._import(path)
        return self.keep(load(path))

    def _import(self, path: Path) -> Step:
        done = import_scores(self._study, path)

        def back() -> None:
            for change in reversed(done.changes):
                put_back(self._study, change)

        def forth() -> None:
            for change in done.changes:
                put_back(self._study, change, forth=True)

        return Step(done.words, back, forth)
