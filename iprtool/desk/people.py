"""Whom a study has: dyads and their sessions, by the labels that stand on the screens."""

import uuid
from itertools import count

from iprtool.library.editing import check_label
from iprtool.model.errors import IprtoolError
from iprtool.model.study import Dyad, Person, Recording, Session
from iprtool.model.terms import Role
from iprtool.store.study import Study

_AFTER_DYAD: dict[Role, str] = {
    "client": "C",
    "therapist": "T",
    "second_client": "C2",
    "co_therapist": "T2",
    "interpreter": "I",
}
"""What follows the dyad's label in the pseudonym of a participant who was given none."""


def the_only_session(study: Study, dyad_label: str | None = None, number: int | None = None) -> tuple[Dyad, Session]:
    """The one session of the study that is of this dyad and has this number, where they are given."""
    dyads = {dyad.id: dyad for dyad in study.dyads()}
    found = [
        (dyads[one.dyad], one)
        for one in study.sessions()
        if dyad_label in (None, dyads[one.dyad].label) and number in (None, one.number)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise IprtoolError("This study has several such sessions; say which one with --dyad and --session.")
    asked = "".join((f" {number}" if number else "", f" of {dyad_label}" if dyad_label else ""))
    known = ", ".join(sorted(dyad.label for dyad in dyads.values())) or "none yet"
    raise IprtoolError(f"There is no session{asked} in this study (dyads: {known}); add its recording first.")


def dyad_of(study: Study, session: Session) -> Dyad:
    """The dyad whose session it is."""
    return next(one for one in study.dyads() if one.id == session.dyad)


def ensure_session(study: Study, dyad_label: str, number: int) -> Session:
    """The session, made with its dyad where it is not there."""
    dyad = study.dyad(dyad_label)
    if dyad is None:
        check_label(dyad_label)
        dyad = Dyad(str(uuid.uuid4()), dyad_label)
        study.put(dyad)
    session = study.session_of(dyad_label, number)
    if session is None:
        session = Session(str(uuid.uuid4()), dyad.id, number)
        study.put(session)
    return session


def the_recording(study: Study, session: Session) -> Recording:
    """The session's recording, which must be there."""
    recording = study.recording_of(session)
    if recording is None:
        raise IprtoolError("This session has no recording yet; add one with: iprtool add STUDY FILE.")
    return recording


def person_of(study: Study, dyad: Dyad, role: Role) -> Person:
    """Who has this role in the dyad: the first of them, made with a pseudonym such as D05-C where there is none.

    A researcher or an observer belongs to no dyad: theirs is R1 or O1.
    """
    of = dyad.id if role in _AFTER_DYAD else None
    found = next((one for one in study.persons() if (one.dyad, one.role) == (of, role)), None)
    if found is None:
        found = Person(str(uuid.uuid4()), _free_label(study, dyad, role), role, of)
        study.put(found)
    return found


def _free_label(study: Study, dyad: Dyad, role: Role) -> str:
    """The pseudonym that a role goes by, with a number after it where somebody has it already."""
    wanted = f"{dyad.label}-{_AFTER_DYAD[role]}" if role in _AFTER_DYAD else f"{role[0].upper()}1"
    taken = {one.label for one in study.persons()}
    others = (f"{wanted}.{number}" for number in count(2))
    return wanted if wanted not in taken else next(one for one in others if one not in taken)
