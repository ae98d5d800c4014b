"""Recalls: with which words and settings, whose they are, and how one is begun or gone on with."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from iprtool.codebooks.loader import SUFFIXES, load, shipped
from iprtool.codebooks.versions import name_of
from iprtool.desk.consents import keeps_consents, makers_of, purpose_of, seen_to_hold
from iprtool.desk.objects import media_and_peaks
from iprtool.desk.people import dyad_of, the_recording
from iprtool.desk.roles import PALETTES, face_of
from iprtool.edits import Hand
from iprtool.model.codebook import Codebook
from iprtool.model.consent import UNASKED
from iprtool.model.errors import IprtoolError, StoreError
from iprtool.model.guide import Guide
from iprtool.model.layer import ConsentSeen, LayerHead
from iprtool.model.protocol import RecallProtocol
from iprtool.model.study import Dyad, Person, Recall, Recording, Session
from iprtool.model.terms import ConsentScope, Role
from iprtool.recall.settings import recording_problem, settings_problem
from iprtool.store.layer import LayerFile, create_layer
from iprtool.store.machine import device
from iprtool.store.study import Study
from iprtool.store.view import view_layer

COUPLE_RATINGS = "couple-1992"
"""The codebook of the two ratings that a recall with a guess at the partner asks for (Gale 1992)."""

TOGETHER = 2
"""A mutual recall is of so many at least."""


def codebook_for(by: Role, wanted: str | None, *, plain: bool = False, own: Sequence[Codebook] = ()) -> Codebook:
    """The palette of a role, or the codebook wanted: one of the study's `own` or a shipped one by id, or a file.

    An id may have its version with it (id@version), or it is the newest. Only words to which the codebook gives a key
    are on digits: the first nine of a list, put there by itself, would be chosen more often for their place.
    IprtoolError where a participant would not get plain words; `plain` says that one takes part beside the role.
    """
    wanted = wanted or PALETTES["client" if plain else by]
    codebook = next((one for one in reversed(own) if wanted in (one.id, name_of(one))), None)
    if codebook is None:
        is_file = Path(wanted).suffix.lower() in SUFFIXES
        codebook = load(Path(wanted)) if is_file else shipped(wanted.partition("@")[0])
    if (plain or face_of([by]) == "participant") and not codebook.plain:
        raise IprtoolError(f"{codebook.title} is not in plain words, which participants need; choose a plain codebook.")
    return codebook


def recalls_by(study: Study, session: Session, by: Role, person: Person | None = None) -> list[Recall]:
    """The role's recalls of the session that have a layer, in the order in which they were begun."""
    found = [one for one in study.recalls() if (one.session, one.by) == (session.id, by) and one.layer]
    return [one for one in found if person is None or one.person in (None, person.id)]


def recall_by(
    study: Study, session: Session, by: Role, person: Person | None = None, *, mutual: bool | None = None
) -> Recall | None:
    """The role's recall of the session that has a layer, or None: of several the first of `begun_by`."""
    return next(iter(begun_by(study, session, by, person, mutual=mutual)), None)


def begun_by(
    study: Study, session: Session, by: Role, person: Person | None = None, *, mutual: bool | None = None
) -> list[Recall]:
    """The role's recalls of the session that have a layer: those that are open first, of these the newest first.

    `mutual` says whether they are to be together with others; None that it does not matter.
    """
    found = [settled(study, one) for one in reversed(recalls_by(study, session, by, person))]
    such = (one for one in found if mutual in (None, one.protocol.kind == "mutual"))
    return sorted(such, key=lambda one: one.status != "open")


def planned_for(study: Study, session: Session, by: Role, person: Person | None = None) -> Recall | None:
    """The role's recall of the session that is planned, or was not held, or None."""
    found = (one for one in study.recalls() if (one.session, one.by) == (session.id, by) and one.layer is None)
    return next((one for one in found if person is None or one.person in (None, person.id)), None)


def settled(study: Study, recall: Recall) -> Recall:
    """The recall with its status as its layer says; a layer that cannot be read is for its own process to tell."""
    try:
        return study.settled(recall)
    except StoreError:
        return recall


def begin_recall(
    study: Study,
    session: Session,
    by: Role,
    *,
    codebook: Codebook,
    protocol: RecallProtocol | None = None,
    inquirer: str | None = None,
    place: str | None = None,
    person: Person | None = None,
    also: Sequence[Person] = (),
    guide: Guide | None = None,
    planned: Recall | None = None,
    now: datetime | None = None,
) -> Recall:
    """A new recall with its empty layer, which pins codebook, protocol, guide and contact card; none where that fails.

    `planned` is the roster's entry that it takes the place of. The consents by which it opens are the layer's first
    operations. IprtoolError where one does not hold today, or where the protocol does not go with the recording.
    """
    now = now or datetime.now(UTC)
    protocol = protocol or RecallProtocol()
    recording = the_recording(study, session)
    _check(protocol, recording)
    dyad = dyad_of(study, session)
    person = person or the_person(study, dyad, by)
    taking_part = [one for one in (person, *also) if one is not None]
    seen = consents_for(study, dyad, by, taking_part, protocol, now.astimezone().date())
    media_and_peaks(study, recording)
    with study.making("layer") as (layer, path, key):
        recall = Recall(
            id=planned.id if planned else str(uuid.uuid4()),
            session=session.id,
            by=by,
            recording=recording.id,
            layer=layer,
            inquirer=inquirer or None,
            place=place or None,
            protocol=protocol,
            status="open",
            codebook=codebook.id,
            codebook_version=codebook.version,
            person=person.id if person else None,
            also=tuple(one.id for one in also),
            guide=guide.id if guide else None,
            guide_version=guide.version if guide else None,
            begun_at_utc=now.astimezone(UTC).isoformat(timespec="milliseconds"),
        )
        head = LayerHead(
            layer=layer,
            recall=recall.id,
            by=by,
            title=_title(dyad, session, by, protocol),
            original_sha256=recording.original_sha256,
            duration_ms=recording.duration_ms,
            codebook=codebook,
            protocol=protocol,
            contact=study.contact,
            rupture_markers=face_of([by, *(one.role for one in also)]) != "participant",
            guide=guide,
            ratings=shipped(COUPLE_RATINGS) if protocol.ask_guess else None,
        )
        create_layer(path, key, head)
        _note_consents(path, key, layer, seen)
        study.put(recall)
    return recall


def the_person(study: Study, dyad: Dyad, by: Role) -> Person | None:
    """The one person of the dyad who has this role, if there is one and no other."""
    found = [one for one in study.persons() if (one.dyad, one.role) == (dyad.id, by)]
    return found[0] if len(found) == 1 else None


def consents_for(
    study: Study,
    dyad: Dyad,
    by: Role,
    taking_part: Sequence[Person],
    protocol: RecallProtocol,
    on: date,
) -> list[ConsentSeen]:
    """The consents by which a recall may open on a day: those of all who take part, for what it is made for.

    A mutual recall needs them even where the study keeps none otherwise. In a supervision others see the recording than
    those who made it, so all of the dyad must have agreed to that; and nobody who is in the recording may have
    withdrawn. IprtoolError where one does not hold.
    """
    together = protocol.kind == "mutual"
    if together and len(taking_part) < TOGETHER:
        raise IprtoolError(
            f"A mutual recall needs the consents of all who take part, so name them: add {dyad.label}'s people first."
        )
    if by not in UNASKED and by not in [one.role for one in taking_part] and keeps_consents(study):
        who = by.replace("_", " ")
        raise IprtoolError(f"This study keeps consents, and nobody is noted as {dyad.label}'s {who}; add them first.")
    scope = scope_of(study, protocol)
    others = [one for one in study.persons() if one.dyad == dyad.id and one not in taking_part]
    for one in others:
        if one.withdrawn_on is not None and on.isoformat() >= one.withdrawn_on:
            raise IprtoolError(
                f"{one.label} withdrew on {one.withdrawn_on} and is in the recording too, so no recall of it is opened."
            )
    asked = [*taking_part, *(others if scope == "supervision" else [])]
    return seen_to_hold(study, asked, scope, on.isoformat(), always=together)


def scope_of(study: Study, protocol: RecallProtocol) -> ConsentScope:
    """What a recall with this protocol is made for."""
    return "supervision" if protocol.kind == "supervision" else purpose_of(study)


def event_bounds(study: Study, session: Session, by: Role) -> tuple[int, int]:
    """From when to when the event is, in ms, that this role found in a Brief Structured Recall of the session.

    IprtoolError where there is no such recall, or no event in it whose end is marked.
    """
    who = by.replace("_", " ")
    made = reversed(recalls_by(study, session, by))
    recall = next((one for one in made if one.protocol.kind == "event"), None)
    if recall is None or recall.layer is None:
        raise IprtoolError(f"The {who} has no Brief Structured Recall of this session; begin that one first.")
    with view_layer(study.path_of(recall.layer), study.key_of(recall.layer)) as view:
        found = next((mark for mark in view.marks() if mark.kind == "interval"), None)
    if found is None:
        raise IprtoolError(f"The {who} has marked no event from its beginning to its end yet; go on with that recall.")
    return found.start_ms, found.last_ms


def _check(protocol: RecallProtocol, recording: Recording) -> None:
    has_transcript = recording.transcript is not None
    problem = settings_problem(protocol) or recording_problem(
        protocol, recording.duration_ms, has_transcript=has_transcript
    )
    if problem is not None:
        raise IprtoolError(problem)


def _title(dyad: Dyad, session: Session, by: Role, protocol: RecallProtocol) -> str:
    where = f"{dyad.label} · session {session.number}"
    if protocol.kind == "mutual":
        return f"{where} · mutual recall"
    return f"{where} · recall by {by.replace('_', ' ').upper()}"


def _note_consents(path: Path, key: bytes, layer: str, seen: Sequence[ConsentSeen]) -> None:
    if not seen:
        return
    hand = Hand("researcher", device())
    with LayerFile(path, key) as log:
        log.commit(hand.ops(*((layer, one) for one in seen))).result()


def reopen(study: Study, recall: Recall, now: datetime | None = None) -> None:
    """Check that a recall which has begun may be opened again today; IprtoolError says in one sentence why not."""
    session = next(one for one in study.sessions() if one.id == recall.session)
    taking_part = makers_of(study, recall)
    on = (now or datetime.now(UTC)).astimezone().date()
    consents_for(study, dyad_of(study, session), recall.by, taking_part, recall.protocol, on)
