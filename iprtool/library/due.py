"""What is due in a study: recordings and consents whose time ends, recalls to come, what was begun and not finished."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from iprtool.library.dates import moment_of
from iprtool.library.overview import Overview, SessionState
from iprtool.library.roster import Roster
from iprtool.library.wish import Chosen
from iprtool.model.consent import Consent

RECALL_WITHIN = timedelta(hours=48)
"""How soon after a session it is recalled: the usual outer limit."""

AHEAD_DAYS = 30
"""How long before a recording or a consent ends it is on the list."""

DueKind = Literal["keep_until", "consent_ends", "recall", "open_recall", "open_coding"]


class Due(msgspec.Struct, frozen=True):
    """One thing that is due: where, and by when (an ISO date or moment, None for what has no date).

    `late` is whether that has passed. `dyad` and `who` are labels, `number` is the session's.
    """

    kind: DueKind
    chosen: Chosen
    at: str | None = None
    late: bool = False
    dyad: str = ""
    number: int | None = None
    who: str = ""


def due(roster: Roster, shown: Overview, now: datetime) -> tuple[Due, ...]:
    """What is due at a moment (with its zone): first what is late, then by date, then what has none."""
    found: list[Due] = []
    for dyad in shown.dyads:
        for state in dyad.sessions:
            found += _of_session(state, dyad.dyad.label, now)
    found += _consents(roster, now.date())
    return tuple(sorted(found, key=lambda one: (not one.late, one.at is None, one.at or "", one.dyad, one.number or 0)))


def _of_session(state: SessionState, dyad: str, now: datetime) -> Iterator[Due]:
    session = state.session
    here = Chosen(dyad=session.dyad, session=session.id)
    for recording in state.recordings:
        if recording.keep_until is not None and _near(recording.keep_until, now.date()):
            chosen = msgspec.structs.replace(here, recording=recording.id)
            late = recording.keep_until < now.date().isoformat()
            yield Due("keep_until", chosen, recording.keep_until, late, dyad, session.number)
    yield from _recalls(state, here, dyad, now)
    for one in state.codings:
        if not one.coding.locked:
            yield Due("open_coding", one.chosen(here), None, False, dyad, session.number, one.coder)


def _recalls(state: SessionState, here: Chosen, dyad: str, now: datetime) -> Iterator[Due]:
    session = state.session
    for one in state.recalls:
        chosen = one.chosen(here)
        if one.status == "open":
            begun = one.recall.begun_at_utc if one.recall else None
            yield Due("open_recall", chosen, begun, False, dyad, session.number, one.by)
        elif one.status in ("planned", "to_come") and one.expected and session.held_at is not None:
            until = moment_of(session.held_at, now) + RECALL_WITHIN
            at = until.isoformat(timespec="minutes")
            yield Due("recall", chosen, at, until < now, dyad, session.number, one.by)


def _consents(roster: Roster, today: date) -> Iterator[Due]:
    persons = {person.id: person for person in roster.persons}
    dyads = {dyad.id: dyad.label for dyad in roster.dyads}
    last: dict[str, Consent] = {}
    for consent in sorted(roster.consents or (), key=lambda one: one.until or "9999"):
        if consent.withdrawn_on is None:
            last[consent.person] = consent
    for ident, consent in last.items():
        person = persons.get(ident)
        if person is None or person.withdrawn_on is not None or consent.until is None:
            continue
        if _near(consent.until, today):
            chosen = Chosen(dyad=person.dyad, person=person.id)
            late = consent.until < today.isoformat()
            yield Due("consent_ends", chosen, consent.until, late, dyads.get(person.dyad or "", ""), None, person.label)


def _near(day: str, today: date) -> bool:
    return day <= (today + timedelta(days=AHEAD_DAYS)).isoformat()
