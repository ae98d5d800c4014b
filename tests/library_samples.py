"""Studies made up for the tests of the library, as values and as folders."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from iprtool.library.roster import Roster
from iprtool.model.study import Coding, Dyad, Person, Recall, Recording, Session
from iprtool.model.terms import Role
from iprtool.store.keys import Keyring
from iprtool.store.study import Study

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR_MS = 3_600_000
MISSING = ("D07", 5, "therapist")
"""The one interview of the Lavik study that did not take place, as these tests have it."""


def lavik() -> Roster:
    """Twelve dyads in two groups, sessions 3 and 5, client and therapist: 48 recalls, of which 47 were done.

    After Lavik, McAleavey, Kvendseth & Moltu 2022.
    """
    dyads = [Dyad(f"d{n}", f"D{n:02}", "good outcome" if n % 2 else "poor outcome") for n in range(1, 13)]
    roles: tuple[Role, ...] = ("client", "therapist")
    persons = [
        Person(f"{dyad.id}-{role}", f"{dyad.label}-{role[0].upper()}", role, dyad.id)
        for dyad in dyads
        for role in roles
    ]
    sessions = [
        Session(f"{dyad.id}-{n}", dyad.id, n, held(dyads.index(dyad) + 20 * n)) for dyad in dyads for n in (3, 5)
    ]
    recordings = [
        Recording(f"r-{one.id}", one.id, f"m-{one.id}", "ab" * 32, HOUR_MS, "aac", "h264") for one in sessions
    ]
    recalls = [done(session, role) for session in sessions for role in roles]
    at = next(index for index, one in enumerate(recalls) if one.id == "d7-5-therapist")
    recalls[at] = msgspec.structs.replace(
        recalls[at], layer=None, recording=None, status="missing", missing_reason="declined", begun_at_utc=None
    )
    return Roster(tuple(dyads), tuple(persons), tuple(sessions), tuple(recordings), tuple(recalls))


def held(days_ago: int) -> str:
    """So many days before now."""
    return (NOW - timedelta(days=days_ago)).replace(tzinfo=None).isoformat(timespec="minutes")


def done(session: Session, by: Role) -> Recall:
    """A recall that was done, on the day after the session."""
    begun = datetime.fromisoformat(session.held_at or "2026-01-01").replace(tzinfo=UTC) + timedelta(hours=20)
    return Recall(
        f"{session.id}-{by}",
        session.id,
        by,
        recording=f"r-{session.id}",
        layer=f"l-{session.id}-{by}",
        inquirer="R1",
        place="clinic",
        status="ended",
        person=f"{session.dyad}-{by}",
        begun_at_utc=begun.isoformat(timespec="milliseconds"),
    )


def a_roster(**more: object) -> Roster:
    """One dyad with session 3, its recording and a client and a therapist, nobody of whom has recalled."""
    roster = Roster(
        dyads=(Dyad("d", "D05", "a"),),
        persons=(Person("c", "D05-C", "client", "d"), Person("t", "D05-T", "therapist", "d")),
        sessions=(Session("s", "d", 3),),
        recordings=(Recording("r", "s", "m", "ab" * 32, HOUR_MS, "aac", channels=2),),
    )
    return msgspec.structs.replace(roster, **more)


def coding(ident: str, coder: str, *, locked: bool = False) -> Coding:
    return Coding(ident, "s", coder, f"l-{ident}", "r", "3rs-2022", "1", locked=locked)


def write_study(path: Path, keyring: Keyring, roster: Roster) -> Study:
    """A study with this roster; what its entries say is sealed elsewhere is not there."""
    study = Study.create(path, keyring)
    for entries in (roster.dyads, roster.persons, roster.sessions, roster.recordings, roster.recalls, roster.codings):
        for one in entries:
            study.put(one)
    return study
