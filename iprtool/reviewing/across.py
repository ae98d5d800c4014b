"""Searching across a study: what was marked and said in all of its sessions."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

from iprtool.model.study import Dyad, Session
from iprtool.reviewing.links import Links
from iprtool.reviewing.search import Entry, Query, matching


class SessionWords(msgspec.Struct, frozen=True):
    """All that can be found in one session; `withheld` is why not all of it is searched, empty where it is."""

    dyad: Dyad
    session: Session
    entries: list[Entry]
    withheld: str = ""


class Hit(msgspec.Struct, frozen=True):
    """Something that was found, and in which session."""

    dyad: Dyad
    session: Session
    entry: Entry


class StudyWords(Protocol):
    """A study as it is searched; every call may take a moment and be made from any thread."""

    def links(self) -> Links:
        """What the researcher has said across layers."""
        ...

    def count(self) -> int:
        """How many sessions there are."""
        ...

    def read(self) -> Iterator[SessionWords]:
        """The sessions, one after the other, by dyad and number."""
        ...


def withheld_text(withheld: Iterable[str]) -> str:
    """Why not all of the sessions is searched: the first reason, and how many others there are; or empty."""
    reasons = list(dict.fromkeys(one for one in withheld if one))
    others = len(reasons) - 1
    more = f" And so for {others} other{'' if others == 1 else 's'}." if others > 0 else ""
    return f"{reasons[0]}{more}" if reasons else ""


def found(sessions: Iterable[SessionWords], query: Query, links: Links) -> list[Hit]:
    """What a query asks for, by session and in time; a group has to be the dyad's, case apart."""
    hits: list[Hit] = []
    for one in sessions:
        if not query.group or query.group == (one.dyad.group or "").casefold():
            hits += [Hit(one.dyad, one.session, entry) for entry in matching(one.entries, query, links)]
    return hits
