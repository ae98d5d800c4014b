"""Consents: each person's in their own sealed object; whose must hold before a recall opens, and what may be used."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from iprtool.model.consent import UNASKED as UNASKED
from iprtool.model.consent import Consent, PersonConsents, consent_problem, use_problem
from iprtool.model.errors import IprtoolError
from iprtool.model.layer import ConsentSeen
from iprtool.model.study import Person, Recall
from iprtool.model.terms import ConsentScope
from iprtool.store.study import Study

CONSENT = "consent"
KEPT, PURPOSE = "consents", "purpose"
"""Settings of a study: whether it keeps consents ("kept" from the first one on), and what its recalls are made for."""


class Standing(msgspec.Struct, frozen=True):
    """How it stands with a person's consents, as it was at one time: enough to put it back."""

    person: Person
    consents: tuple[Consent, ...]
    recalls: tuple[Recall, ...]


def keeps_consents(study: Study) -> bool:
    """Whether the study keeps consents at all: until it has had one, nothing is asked."""
    return study.setting(KEPT) == "kept"


def purpose_of(study: Study) -> ConsentScope:
    """What the study's recalls are made for, where their protocol does not say it: research, unless set otherwise."""
    purpose: ConsentScope = msgspec.convert(study.setting(PURPOSE) or "research", ConsentScope)
    return purpose


def set_purpose(study: Study, purpose: ConsentScope) -> None:
    """Say what the study's recalls are made for."""
    study.set_setting(PURPOSE, purpose)


def person_labelled(study: Study, label: str) -> Person:
    """The person with this pseudonym; IprtoolError where there is none."""
    persons = study.persons()
    found = next((one for one in persons if one.label == label), None)
    if found is None:
        known = ", ".join(sorted(one.label for one in persons)) or "none yet"
        raise IprtoolError(
            f"There is no person {label[:40]!r} in this study (persons: {known}); add them with iprtool person add."
        )
    return found


def current(study: Study, person: Person) -> Person:
    """The person as the roster has them now."""
    return study.roster.one("person", person.id, Person) or person


def consents_of(study: Study, person: Person) -> tuple[Consent, ...]:
    """A person's consents in the order in which they were given."""
    person = current(study, person)
    if person.sealed is None:
        return ()
    with study.record_of(person) as record:
        return tuple(record.all(CONSENT, Consent))


def all_consents(study: Study, on: str) -> list[PersonConsents]:
    """Everybody whose consent is asked, dyad by dyad, with what they consented to, as it stands on a day (ISO)."""
    dyads = {one.id: one.label for one in study.dyads()}
    purpose = purpose_of(study)
    asked = [one for one in study.persons() if one.role not in UNASKED]
    asked.sort(key=lambda one: (dyads.get(one.dyad or "", ""), one.label))
    return [
        PersonConsents(
            one.id,
            one.label,
            one.role,
            dyads.get(one.dyad or ""),
            consents_of(study, one),
            one.withdrawn_on,
            may_use(study, one, purpose, on),
        )
        for one in asked
    ]


def give_consent(
    study: Study,
    person: Person,
    scopes: Sequence[ConsentScope],
    signed_on: str,
    *,
    until: str | None = None,
    text_version: str = "",
) -> Consent:
    """Note what a person has signed; IprtoolError where it cannot be yet, or where they have withdrawn altogether."""
    person = current(study, person)
    if person.withdrawn_on is not None:
        raise IprtoolError(f"{person.label} withdrew on {person.withdrawn_on}; take that back first if it is wrong.")
    if not scopes:
        raise IprtoolError("A consent is for something: research, teaching, supervision or quotation.")
    signed_on = day_come(signed_on, "write when it was signed")
    until = iso_day(until) if until else None
    if until is not None and until < signed_on:
        raise IprtoolError(f"This consent would end on {until}, before it was signed; check both dates.")
    consent = Consent(str(uuid.uuid4()), person.id, tuple(dict.fromkeys(scopes)), signed_on, until, None, text_version)
    put_consents(study, person, [consent])
    return consent


def put_consents(study: Study, person: Person, consents: Iterable[Consent]) -> None:
    """Keep consents, new ones or changed ones, in the person's own object."""
    given = list(consents)
    if not given:
        return
    with study.record_of(person) as record:
        for consent in given:
            record.add(CONSENT, consent.id, consent)
    if any(one.scopes for one in given) and not keeps_consents(study):
        study.set_setting(KEPT, "kept")


def iso_day(text: str) -> str:
    """A day as ISO 8601 (2026-01-31); IprtoolError where it is none."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise IprtoolError(f"{text.strip()[:40]!r} is no date; write it like 2026-01-31.") from error


def day_come(text: str, what: str) -> str:
    """A day as ISO 8601 that has come; IprtoolError, with what to do, where it is still to come or is none."""
    day = iso_day(text)
    if day > date.today().isoformat():
        raise IprtoolError(f"{day} is still to come; {what}.")
    return day


# Withdrawal


def mark_withdrawn(
    study: Study, person: Person, on: str, *, scopes: Sequence[ConsentScope] = (), kept_under: str = ""
) -> list[Recall]:
    """Note that a person has withdrawn; the result are their planned recalls, which now count as missing.

    With `scopes`, only what they had agreed to in these is withdrawn. `kept_under` is the rule under which what there
    is stays kept. Nothing is erased here.
    """
    on = day_come(on, "write since when they have withdrawn")
    if scopes:
        _withdraw_scopes(study, person, on, scopes, kept_under)
        return []
    withdrawn = [_withdrawn(one, on, kept_under) for one in consents_of(study, person) if one.withdrawn_on is None]
    if not withdrawn and kept_under:
        # What is kept under which rule stands with a consent, and one that was never noted has been given all the same.
        withdrawn = [Consent(str(uuid.uuid4()), person.id, (), on, None, on, kept_under=kept_under)]
    put_consents(study, person, withdrawn)
    study.put(msgspec.structs.replace(current(study, person), withdrawn_on=on))
    return _planned_to_missing(study, person)


def unmark_withdrawn(study: Study, person: Person) -> None:
    """Take back that a person has withdrawn: it was noted by mistake."""
    person = current(study, person)
    if person.withdrawn_on is None:
        raise IprtoolError(f"{person.label} has not withdrawn, so there is nothing to take back.")
    again = [
        msgspec.structs.replace(one, withdrawn_on=None, kept_under="")
        for one in consents_of(study, person)
        if one.withdrawn_on == person.withdrawn_on
    ]
    with study.record_of(person) as record:
        for one in again:
            record.add(CONSENT, one.id, one if one.scopes else None)
    study.put(msgspec.structs.replace(person, withdrawn_on=None))
    for recall in recalls_of(study, person):
        if recall.missing_reason == "withdrawn" and recall.layer is None:
            study.put(msgspec.structs.replace(recall, status="planned", missing_reason=None))


def recalls_of(study: Study, person: Person) -> list[Recall]:
    """The recalls that a person makes or takes part in; where a recall names nobody, those of their role."""
    sessions = {one.id for one in study.sessions() if one.dyad == person.dyad}

    def is_theirs(recall: Recall) -> bool:
        if recall.person is None:
            return recall.by == person.role and recall.session in sessions
        return person.id in (recall.person, *recall.also)

    return [one for one in study.recalls() if is_theirs(one)]


def standing(study: Study, person: Person) -> Standing:
    """How it stands with a person's consents now."""
    person = current(study, person)
    return Standing(person, consents_of(study, person), tuple(recalls_of(study, person)))


def restore(study: Study, before: Standing) -> None:
    """Put back how it stood with a person's consents: what has come since is taken away."""
    kept = {one.id for one in before.consents}
    with study.record_of(before.person) as record:
        for one in record.all(CONSENT, Consent):
            if one.id not in kept:
                record.add(CONSENT, one.id, None)
        for one in before.consents:
            if record.one(CONSENT, one.id, Consent) != one:
                record.add(CONSENT, one.id, one)
    now = current(study, before.person)
    study.put(msgspec.structs.replace(now, withdrawn_on=before.person.withdrawn_on))
    then = {one.id: one for one in before.recalls}
    for recall in recalls_of(study, now):
        was = then.get(recall.id)
        if was is not None and "withdrawn" in (was.missing_reason, recall.missing_reason) and recall.layer is None:
            study.put(was)


def _withdrawn(consent: Consent, on: str, kept_under: str) -> Consent:
    return msgspec.structs.replace(consent, withdrawn_on=on, kept_under=kept_under)


def _withdraw_scopes(study: Study, person: Person, on: str, scopes: Sequence[ConsentScope], kept_under: str) -> None:
    changed: list[Consent] = []
    for one in consents_of(study, person):
        gone = tuple(scope for scope in one.scopes if scope in scopes)
        left = tuple(scope for scope in one.scopes if scope not in scopes)
        if not gone or one.withdrawn_on is not None:
            continue
        if left:
            changed.append(msgspec.structs.replace(one, scopes=left))
            one = msgspec.structs.replace(one, id=str(uuid.uuid4()), scopes=gone)
        changed.append(_withdrawn(one, on, kept_under))
    if not changed:
        raise IprtoolError(f"{person.label} has no consent for {' or '.join(scopes)}, so there is none to withdraw.")
    put_consents(study, person, changed)


def _planned_to_missing(study: Study, person: Person) -> list[Recall]:
    planned = [one for one in recalls_of(study, person) if one.status == "planned"]
    missing = [msgspec.structs.replace(one, status="missing", missing_reason="withdrawn") for one in planned]
    for one in missing:
        study.put(one)
    return missing


# What may be


def may_use(study: Study, person: Person, scope: ConsentScope, on: str) -> str | None:
    """Why what there is of a person may not be used for this on a day (ISO), in one sentence; None where it may.

    After a withdrawal only what is kept under a rule may be used, and for the study's own purpose only. Of a person
    without a consent nothing is asked as long as the study keeps none.
    """
    person = current(study, person)
    if person.role in UNASKED:
        return None
    consents, purpose = consents_of(study, person), purpose_of(study)
    return use_problem(person, consents, scope, on, purpose=purpose, keeps_consents=keeps_consents(study))


def makers_of(study: Study, recall: Recall) -> list[Person]:
    """Who made a recall, the recaller first, as far as they are in the roster; unnamed, the one who has the role."""
    persons = study.persons()
    named = [one for ident in (recall.person, *recall.also) for one in persons if one.id == ident]
    if recall.person is not None:
        return named
    dyad = next(one.dyad for one in study.sessions() if one.id == recall.session)
    of_role = [one for one in persons if (one.dyad, one.role) == (dyad, recall.by)]
    return [*(of_role if len(of_role) == 1 else []), *named]


def seen_to_hold(
    study: Study, persons: Iterable[Person], scope: ConsentScope, on: str, *, always: bool = False
) -> list[ConsentSeen]:
    """The consents by which a recall of these persons may open on a day (ISO); IprtoolError where one does not hold.

    It is empty where the study keeps none, unless they are `always` asked. After a withdrawal no recall opens, whatever
    rule there is.
    """
    seen: list[ConsentSeen] = []
    for person in persons:
        person = current(study, person)
        if person.role in UNASKED:
            continue
        if person.withdrawn_on is not None and on >= person.withdrawn_on:
            raise IprtoolError(f"{person.label} withdrew on {person.withdrawn_on}, so no recall of theirs is opened.")
        problem = may_use(study, person, scope, on)
        if problem is None and always:
            problem = consent_problem(person.label, consents_of(study, person), scope, on)
        if problem is not None:
            raise IprtoolError(problem)
        holding = next((one for one in reversed(consents_of(study, person)) if one.covers(scope, on)), None)
        if holding is not None:
            seen.append(ConsentSeen(person.id, holding.id, scope, holding.until))
    return seen


class ConsentsDesk:
    """The study's consents as their screen changes them; what was noted last can be taken back."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._before: list[Standing] = []

    def everybody(self) -> list[PersonConsents]:
        """All whose consent is asked, as it stands today."""
        return all_consents(self._study, date.today().isoformat())

    def give(self, person: str, scopes: Sequence[ConsentScope], signed_on: str, until: str, text_version: str) -> None:
        """Note a consent; IprtoolError where it cannot be."""
        before = self._standing(person)
        give_consent(
            self._study,
            before.person,
            scopes,
            signed_on,
            until=until.strip() or None,
            text_version=text_version.strip(),
        )
        self._before.append(before)

    def withdraw(self, person: str, on: str, scopes: Sequence[ConsentScope], kept_under: str) -> None:
        """Note a withdrawal, of all where no scopes are given; IprtoolError where it cannot be."""
        before = self._standing(person)
        mark_withdrawn(self._study, before.person, on, scopes=scopes, kept_under=kept_under)
        self._before.append(before)

    def undo(self) -> bool:
        """Take back what was noted last; False where nothing was."""
        if not self._before:
            return False
        restore(self._study, self._before.pop())
        return True

    def _standing(self, person: str) -> Standing:
        return standing(self._study, next(one for one in self._study.persons() if one.id == person))
