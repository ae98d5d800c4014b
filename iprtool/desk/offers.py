"""What a new recall of a session can be chosen from, and how it stands with what comes before it."""

from datetime import datetime, timedelta

from iprtool.codebooks.loader import shipped, shipped_ids
from iprtool.desk.codebooks import codebooks_of
from iprtool.desk.guides import guides_of
from iprtool.desk.people import dyad_of, the_recording
from iprtool.desk.recalls import COUPLE_RATINGS, event_bounds, planned_for, recalls_by
from iprtool.desk.roster import recalled_roles
from iprtool.library.dates import moment_of
from iprtool.library.due import RECALL_WITHIN
from iprtool.model.errors import IprtoolError
from iprtool.model.protocol import RecallProtocol
from iprtool.model.score import Score
from iprtool.model.study import Person, Session
from iprtool.model.terms import Role
from iprtool.recall.beginning import Candidate, Offers
from iprtool.recall.settings import Stretch
from iprtool.store.study import Study

USUALLY: tuple[Role, ...] = ("client", "therapist", "researcher", "supervisor")
"""Whose recall can be begun where nobody is noted for the role."""

SCORE = "score"


def offers_of(study: Study, session: Session, now: datetime) -> Offers:
    """What a new recall of a session is chosen from; IprtoolError where the session has no recording."""
    recording = the_recording(study, session)
    dyad = dyad_of(study, session)
    candidates = _candidates(study, session, [one for one in study.persons() if one.dyad in (dyad.id, None)])
    last = next((one for one in reversed(study.recalls()) if one.layer), None)
    planned = {one.by: planned_for(study, session, one.by) for one in candidates}
    late, latency = latency_of(session, now)
    return Offers(
        title=f"{dyad.label} · session {session.number}",
        duration_ms=recording.duration_ms,
        candidates=candidates,
        guides=tuple(one.version for one in guides_of(study)),
        codebooks=_codebooks(study),
        has_picture=recording.video_codec is not None,
        has_transcript=recording.transcript is not None,
        events=_events(study, session),
        planned={by: one.protocol for by, one in planned.items() if one and one.protocol != RecallProtocol()},
        inquirer=(last.inquirer if last else None) or "",
        place=(last.place if last else None) or "",
        latency=latency,
        late=late,
        forms=forms_of(study, session),
    )


def session_chosen(study: Study, ident: str | None) -> Session:
    """The session with this id, or the study's only one; IprtoolError where none is chosen."""
    sessions = study.sessions()
    found = next((one for one in sessions if one.id == ident), None)
    if found is None and len(sessions) == 1:
        return sessions[0]
    if found is None:
        raise IprtoolError("Choose the session whose recall it is, and begin again.")
    return found


def latency_of(session: Session, now: datetime) -> tuple[bool, str]:
    """Whether the usual 48 h have passed since the session was held, and how long ago that was, in a few words."""
    if session.held_at is None:
        return False, "when the session was held is not noted"
    hours = (now - moment_of(session.held_at, now)) // timedelta(hours=1)
    if hours < 0:
        return False, "the session is noted as still to come; check its date"
    since = f"{hours} h" if hours < 2 * RECALL_WITHIN // timedelta(hours=1) else f"{hours // 24} days"
    late = now - moment_of(session.held_at, now) > RECALL_WITHIN
    return late, f"held {since} ago{', more than the usual 48 h' if late else ''}"


def forms_of(study: Study, session: Session) -> str:
    """Of whom there are scores for the session, in a few words: forms come before the recall."""
    participants = [one for one in study.persons() if one.dyad == session.dyad and one.role in ("client", "therapist")]
    if not participants:
        return "nobody is noted who could have filled any in"
    return " · ".join(_form_text(one, _scores(study, one, session)) for one in participants)


def _candidates(study: Study, session: Session, persons: list[Person]) -> tuple[Candidate, ...]:
    def candidate(by: Role, person: Person | None) -> Candidate:
        begun = bool(recalls_by(study, session, by, person))
        planned = planned_for(study, session, by, person)
        missing = (planned is not None and planned.status == "missing") or bool(person and person.withdrawn_on)
        label = person.label if person else ""
        return Candidate(by, person.id if person else None, label, begun, to_come=not begun and not missing)

    expected = recalled_roles(study)
    # Who is in the session comes before whom the study has besides.
    persons = sorted(persons, key=lambda one: (one.dyad is None, one.role not in expected))
    noted = [candidate(one.role, one) for one in persons]
    roles = {one.by for one in noted}
    return (*noted, *(candidate(role, None) for role in USUALLY if role not in roles))


def _codebooks(study: Study) -> tuple[tuple[str, str, bool], ...]:
    own = {one.id: one for one in codebooks_of(study)}
    books = [*own.values(), *(shipped(ident) for ident in shipped_ids() if ident not in own)]
    return tuple((one.id, one.title, one.plain) for one in books if one.id != COUPLE_RATINGS)


def _events(study: Study, session: Session) -> dict[str, Stretch]:
    found: dict[str, Stretch] = {}
    for by in ("client", "therapist"):
        try:
            found[by] = event_bounds(study, session, by)
        except IprtoolError:
            continue
    return found


def _scores(study: Study, person: Person, session: Session) -> int:
    if person.sealed is None:
        return 0
    with study.record_of(person) as record:
        return sum(one.session == session.id for one in record.all(SCORE, Score))


def _form_text(person: Person, scores: int) -> str:
    return f"{person.label} {scores} score{'' if scores == 1 else 's'}" if scores else f"{person.label} none yet"
