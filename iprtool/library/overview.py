"""A study at a glance: its dyads, their sessions, whose recalls were done, and those that are missing, with why."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import Literal, TypeVar

import msgspec

from iprtool.library.roster import Roster
from iprtool.library.wish import Chosen
from iprtool.model.study import Coding, Dyad, Person, Recall, Recording, Session
from iprtool.model.terms import MissingReason, Role

Status = Literal["done", "unplayed", "open", "planned", "to_come", "missing"]
"""Done; ended with nothing played and nothing marked; begun and not closed; planned; expected, with
nothing said of it; did not take place."""

_OfSession = TypeVar("_OfSession", Recording, Recall, Coding)

_STATUS: dict[str, Status] = {"planned": "planned", "open": "open", "ended": "done", "missing": "missing"}


class RecallState(msgspec.Struct, frozen=True):
    """One person's recall of one session, made or only expected; `expected` is whether it is counted as one of those.

    `person` is who recalls, None where nobody has been named yet. `withdrawn` is whether somebody who made it has
    withdrawn since: it took place, and is counted as such.
    """

    session: str
    by: Role
    status: Status
    reason: MissingReason | None = None
    person: Person | None = None
    recall: Recall | None = None
    expected: bool = True
    withdrawn: bool = False

    def chosen(self, session: Chosen) -> Chosen:
        """The recall as what is chosen, in its session."""
        recall, person = self.recall.id if self.recall else None, self.person.id if self.person else None
        return msgspec.structs.replace(session, recall=recall, person=person, by=self.by)


class CodingState(msgspec.Struct, frozen=True):
    """One coder's coding of one session, with the coder's pseudonym, and the coder where the study has the person."""

    coding: Coding
    coder: str
    person: Person | None = None

    def chosen(self, session: Chosen) -> Chosen:
        """The coding as what is chosen, in its session."""
        return msgspec.structs.replace(session, coding=self.coding.id, person=self.person.id if self.person else None)


class SessionState(msgspec.Struct, frozen=True):
    """A session with its recordings, recalls and codings; `scores` None where they have not been read."""

    session: Session
    recordings: tuple[Recording, ...] = ()
    recalls: tuple[RecallState, ...] = ()
    codings: tuple[CodingState, ...] = ()
    scores: int | None = None

    def recall_of(self, chosen: Chosen) -> RecallState | None:
        """The recall that is chosen; where it is known by its role alone, the role's first."""
        of_role = [one for one in self.recalls if one.by == chosen.by]
        named = (one for one in of_role if one.recall is not None and one.recall.id == chosen.recall)
        return next(named, next(iter(of_role), None))


class Counts(msgspec.Struct, frozen=True):
    """Of the recalls that are expected: how many there are, were done, are open, and are missing by reason."""

    expected: int
    done: int
    open: int
    missing: dict[MissingReason, int]
    unplayed: int = 0

    @property
    def to_come(self) -> int:
        """How many have not been begun and are still expected."""
        return self.expected - self.done - self.unplayed - self.open - sum(self.missing.values())


class DyadState(msgspec.Struct, frozen=True):
    """A dyad with its persons and sessions, the sessions by number."""

    dyad: Dyad
    persons: tuple[Person, ...] = ()
    sessions: tuple[SessionState, ...] = ()

    @property
    def counts(self) -> Counts:
        """The dyad's recalls."""
        return counts_of(self.sessions)


class Overview(msgspec.Struct, frozen=True):
    """The study: its dyads by label, and its people who belong to none (inquirers, coders, supervisors)."""

    dyads: tuple[DyadState, ...]
    staff: tuple[Person, ...] = ()

    @property
    def sessions(self) -> tuple[SessionState, ...]:
        """All sessions, dyad by dyad."""
        return tuple(chain.from_iterable(one.sessions for one in self.dyads))

    @property
    def counts(self) -> Counts:
        """The study's recalls."""
        return counts_of(self.sessions)


def overview(roster: Roster) -> Overview:
    """The study at a glance."""
    sessions: dict[str, list[SessionState]] = {dyad.id: [] for dyad in roster.dyads}
    parts = _Parts(roster)
    for session in sorted(roster.sessions, key=lambda one: one.number):
        sessions[session.dyad].append(parts.state_of(session))
    dyads = [
        DyadState(dyad, tuple(parts.persons.get(dyad.id, ())), tuple(sessions[dyad.id]))
        for dyad in sorted(roster.dyads, key=lambda one: one.label.casefold())
    ]
    return Overview(tuple(dyads), tuple(parts.persons.get(None, ())))


def counts_of(sessions: Iterable[SessionState]) -> Counts:
    """The expected recalls of these sessions."""
    expected = [one for session in sessions for one in session.recalls if one.expected]
    statuses = Counter(one.status for one in expected)
    missing = Counter(one.reason for one in expected if one.reason is not None)
    return Counts(len(expected), statuses["done"], statuses["open"], dict(missing), statuses["unplayed"])


class _Parts:
    """The roster by what belongs to what: each list is gone through once."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self.persons: dict[str | None, list[Person]] = {}
        for person in roster.persons:
            self.persons.setdefault(person.dyad, []).append(person)
        self._by_id = {person.id: person for person in roster.persons}
        self._recordings = _by_session(roster.recordings)
        self._recalls = _by_session(roster.recalls)
        self._codings = _by_session(roster.codings)
        self._scores = None if roster.scores is None else Counter(one.session for one in roster.scores)

    def state_of(self, session: Session) -> SessionState:
        """A session with what belongs to it."""
        codings = self._codings.get(session.id, ())
        return SessionState(
            session,
            tuple(self._recordings.get(session.id, ())),
            tuple(self._recall_states(session)),
            tuple(self._coding_state(one) for one in codings),
            None if self._scores is None else self._scores[session.id],
        )

    def _recall_states(self, session: Session) -> list[RecallState]:
        """First those expected, one for each role, then all others that there are."""
        made = self._recalls.get(session.id, [])
        states: list[RecallState] = []
        counted: list[Recall] = []
        roles = self._roster.recalled
        for role in roles:
            person = next((one for one in self.persons.get(session.dyad, ()) if one.role == role), None)
            if person is None and role not in ("client", "therapist"):
                continue
            recall = self._recall_of(made, role)
            if recall is not None:
                counted.append(recall)
            states.append(self._expected(session, role, person, recall))
        # Where a recall was noted as missing and took place after all, it took place.
        others = [one for one in made if one not in counted and (one.status != "missing" or one.by not in roles)]
        return [*states, *(self._made(one, expected=False) for one in others)]

    def _recall_of(self, made: list[Recall], role: Role) -> Recall | None:
        """The role's own recall, else one that it took part in; one that took place before one that is missing."""
        of_role = [one for one in made if one.by == role or role in self._also(one)]
        return min(of_role, key=lambda one: (one.status == "missing", bool(one.also), one.by != role), default=None)

    def _also(self, recall: Recall) -> set[Role]:
        return {self._by_id[ident].role for ident in recall.also if ident in self._by_id}

    def _expected(self, session: Session, role: Role, person: Person | None, recall: Recall | None) -> RecallState:
        if recall is not None:
            return self._made(recall, by=role, person=person)
        if person is not None and person.withdrawn_on is not None:
            return RecallState(session.id, role, "missing", "withdrawn", person)
        return RecallState(session.id, role, "to_come", person=person)

    def _made(
        self, recall: Recall, *, by: Role | None = None, person: Person | None = None, expected: bool = True
    ) -> RecallState:
        by = by or recall.by
        if by == recall.by and recall.person is not None:
            person = self._by_id.get(recall.person, person)
        status: Status = "unplayed" if recall.status == "ended" and recall.unplayed else _STATUS[recall.status]
        makers = (person, *(self._by_id.get(ident) for ident in (recall.person, *recall.also) if ident))
        withdrawn = recall.layer is not None and any(one is not None and one.withdrawn_on is not None for one in makers)
        reason = recall.missing_reason
        return RecallState(recall.session, by, status, reason, person, recall, expected=expected, withdrawn=withdrawn)

    def _coding_state(self, coding: Coding) -> CodingState:
        """A coder may be known by id or by pseudonym."""
        by_label = (one for one in self._roster.persons if one.label == coding.coder)
        person = self._by_id.get(coding.coder) or next(by_label, None)
        return CodingState(coding, person.label if person else coding.coder, person)


def _by_session(entries: Iterable[_OfSession]) -> dict[str, list[_OfSession]]:
    found: dict[str, list[_OfSession]] = {}
    for one in entries:
        found.setdefault(one.session, []).append(one)
    return found
