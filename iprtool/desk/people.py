"""Whom a study has: dyads and their sessions, by the labels that stand on the screens."""

import re
import uuid

from iprtool.model.errors import IprtoolError
from iprtool.model.study import Dyad, Recording, Session
from iprtool.store.study import Study

_LABEL = re.compile(r"\w[\w.-]{0,23}")


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


def check_label(dyad_label: str) -> None:
    """IprtoolError where this can be no dyad's label: it stands on every screen of the dyad."""
    if not _LABEL.fullmatch(dyad_label):
        raise IprtoolError(
            "A dyad's label is a short pseudonym: up to 24 letters, digits, hyphens, points or underscores, as D05."
        )


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
