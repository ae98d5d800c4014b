"""What was chosen for a recall becomes one: it is begun, or gone on with where it has begun already."""

from collections.abc import Sequence
from datetime import datetime

from iprtool.codebooks.versions import name_of
from iprtool.desk.codebooks import codebook_in_use, codebooks_of
from iprtool.desk.guides import guide_for
from iprtool.desk.people import dyad_of
from iprtool.desk.recalls import begin_recall, begun_by, codebook_for, planned_for, the_person
from iprtool.desk.roles import FACES
from iprtool.library.editing import check_label
from iprtool.model.errors import IprtoolError
from iprtool.model.protocol import PROTOCOLS, RecallProtocol
from iprtool.model.study import Person, Recall, Session
from iprtool.model.terms import Role
from iprtool.recall.settings import RecallChoice, protocol_text
from iprtool.store.study import Study

LONGEST_PLACE = 40

USUAL = "person-centred"
"""The protocol where none is named."""

PARTNERS: dict[Role, Role] = {"client": "therapist", "therapist": "client"}
"""With whom a mutual recall is, where nobody is named."""


def start_recall(
    study: Study, session: Session, choice: RecallChoice, *, another: bool = False, now: datetime | None = None
) -> Recall:
    """The recall that was chosen: the one there is, or a new one; with `another`, a new one beside it.

    Of several it is one that has begun as is chosen now, an open one first, else the newest. What a recall has begun
    with stays: IprtoolError where none has begun so, and where it cannot be.
    """
    person = _recaller(study, session, choice)
    begun = [] if another else _begun(study, session, choice, person)
    fitting = next((one for one in begun if _differs(one, choice) is None), None)
    if fitting is not None:
        return fitting
    if begun:
        raise IprtoolError(f"{_differs(begun[0], choice)}, or begin one beside it with --another.")
    planned = planned_for(study, session, choice.by, person)
    if planned is not None and planned.missing_reason == "withdrawn":
        raise IprtoolError("This recall is marked as missing, since the person has withdrawn; correct that first.")
    _check_words(choice)
    protocol = choice.protocol or _protocol_of(planned)
    also = _also(study, session, choice, protocol)
    plain = any(FACES[one.role] == "participant" for one in also)
    wanted = choice.codebook or name_of(codebook_in_use(study, "client" if plain else choice.by))
    return begin_recall(
        study,
        session,
        choice.by,
        codebook=codebook_for(choice.by, wanted, plain=plain, own=codebooks_of(study)),
        protocol=protocol,
        inquirer=choice.inquirer or (planned.inquirer if planned else None),
        place=choice.place or (planned.place if planned else None),
        person=person,
        also=also,
        guide=guide_for(study, choice.guide),
        planned=planned,
        now=now,
    )


def _check_words(choice: RecallChoice) -> None:
    """IprtoolError where the inquirer goes by no pseudonym, or the place is more than a word or two."""
    if choice.inquirer is not None:
        check_label(choice.inquirer, "name for the inquirer")
    if choice.place is not None and (len(choice.place) > LONGEST_PLACE or not choice.place.isprintable()):
        raise IprtoolError(f"The place is a word or two, up to {LONGEST_PLACE} letters, as clinic or home.")


def taking_part(study: Study, session: Session, choice: RecallChoice, protocol: RecallProtocol) -> list[Person]:
    """Who would take part in a recall, as far as they are in the roster, the recaller first."""
    person = _recaller(study, session, choice)
    return [*([person] if person else []), *_also(study, session, choice, protocol)]


def _recaller(study: Study, session: Session, choice: RecallChoice) -> Person | None:
    if choice.person is not None:
        return _named(study, [choice.person])[0]
    return the_person(study, dyad_of(study, session), choice.by)


def _begun(study: Study, session: Session, choice: RecallChoice, person: Person | None) -> list[Recall]:
    mutual = None if choice.protocol is None else choice.protocol.kind == "mutual"
    return begun_by(study, session, choice.by, person, mutual=mutual)


def _protocol_of(planned: Recall | None) -> RecallProtocol:
    """The one that the recall was planned with, where that was said."""
    if planned is not None and planned.protocol != RecallProtocol():
        return planned.protocol
    return PROTOCOLS[USUAL]


def _named(study: Study, idents: Sequence[str | None]) -> list[Person]:
    persons = {one.id: one for one in study.persons()}
    missing = [ident for ident in idents if ident not in persons]
    if missing:
        raise IprtoolError("One of these persons is not in the study; add them first.")
    return [persons[ident] for ident in idents if ident is not None]


def _also(study: Study, session: Session, choice: RecallChoice, protocol: RecallProtocol) -> list[Person]:
    """Who takes part beside the recaller: in a mutual recall the partner, where nobody else is named."""
    also = [one for one in _named(study, choice.also) if one.id != choice.person]
    if protocol.kind != "mutual":
        if also:
            raise IprtoolError("Only in a mutual recall do others take part; choose the protocol mutual.")
        return []
    dyad = dyad_of(study, session)
    if any(one.dyad != dyad.id for one in also):
        raise IprtoolError(f"A mutual recall is of the session's own people; name others of {dyad.label}.")
    partner = the_person(study, dyad, PARTNERS[choice.by]) if choice.by in PARTNERS and not also else None
    return [*also, *([partner] if partner else [])]


def _differs(begun: Recall, choice: RecallChoice) -> str | None:
    """What is chosen that the recall has begun without, as the beginning of a sentence; None where nothing is."""
    if choice.codebook is not None and choice.codebook != begun.codebook:
        return "This recall has begun with its own codebook and keeps it; leave --codebook out"
    if choice.protocol is not None and choice.protocol != begun.protocol:
        own = f"{begun.protocol.name}: {protocol_text(begun.protocol)}"
        return f"This recall has begun with its own protocol ({own}) and keeps it; leave other settings out"
    kept = {
        "guide": (begun.guide_version, f"{begun.guide}@{begun.guide_version}"),
        "inquirer": (begun.inquirer,),
        "place": (begun.place,),
    }
    others = (name for name, values in kept.items() if getattr(choice, name) not in (None, *values))
    other = next(others, None)
    return f"This recall has begun with its own {other} and keeps it; leave --{other} out" if other else None
