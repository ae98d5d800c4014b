"""A study's roster as values, as the library's functions take it."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from iprtool.model.consent import Consent
from iprtool.model.score import Score
from iprtool.model.study import Coding, Dyad, Person, Recall, Recording, Session
from iprtool.model.terms import Role

RECALLED: tuple[Role, ...] = ("client", "therapist")
"""Whose recall of each session is expected, where a study does not say otherwise."""

DYADIC: tuple[Role, ...] = ("client", "therapist", "second_client", "co_therapist", "interpreter")
"""The roles of those who are in the session: they belong to a dyad; a researcher and an observer belong to none."""

Entry = Dyad | Person | Session | Recording | Recall | Coding
_Entry = TypeVar("_Entry", Dyad, Person, Session, Recording, Recall, Coding)


class Roster(msgspec.Struct, frozen=True):
    """What a study's roster says; `recalled` are the roles whose recall of each session is expected.

    `contact` is the text of the card that closes every recall.
    `consents` and `scores` are None while the persons' objects, which hold them, have not been read.
    """

    dyads: tuple[Dyad, ...] = ()
    persons: tuple[Person, ...] = ()
    sessions: tuple[Session, ...] = ()
    recordings: tuple[Recording, ...] = ()
    recalls: tuple[Recall, ...] = ()
    codings: tuple[Coding, ...] = ()
    recalled: tuple[Role, ...] = RECALLED
    contact: str = ""
    consents: tuple[Consent, ...] | None = None
    scores: tuple[Score, ...] | None = None

    def dyad(self, ident: str) -> Dyad:
        """The dyad with this id."""
        return with_id(self.dyads, ident)

    def session(self, ident: str) -> Session:
        """The session with this id."""
        return with_id(self.sessions, ident)

    def person(self, ident: str) -> Person:
        """The person with this id."""
        return with_id(self.persons, ident)

    def recall(self, ident: str) -> Recall:
        """The recall with this id."""
        return with_id(self.recalls, ident)

    def recording(self, ident: str) -> Recording:
        """The recording with this id."""
        return with_id(self.recordings, ident)


def with_id(entries: Iterable[_Entry], ident: str) -> _Entry:
    """The entry with this id; KeyError where there is none."""
    for one in entries:
        if one.id == ident:
            return one
    raise KeyError(ident)
