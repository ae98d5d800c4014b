"""The study as the library sees it: its roster as values, and what is entered there."""

import msgspec

from iprtool.library.editing import Change, Step, StudySetting, Value
from iprtool.library.roster import RECALLED, Roster
from iprtool.model.consent import Consent
from iprtool.model.errors import IprtoolError
from iprtool.model.score import Score
from iprtool.model.study import Coding, Dyad, Person, Recall, Recording, Session
from iprtool.model.terms import Role, levels
from iprtool.store.study import Study

_KINDS: dict[type, str] = {
    Dyad: "dyad",
    Person: "person",
    Session: "session",
    Recording: "recording",
    Recall: "recall",
    Coding: "coding",
}


def roster_of(study: Study) -> Roster:
    """The roster's values, without what is in the persons' own objects."""
    return Roster(
        dyads=tuple(study.dyads()),
        persons=tuple(study.persons()),
        sessions=tuple(study.sessions()),
        recordings=tuple(study.recordings()),
        recalls=tuple(study.recalls()),
        codings=tuple(study.codings()),
        recalled=recalled_roles(study),
        contact=study.contact,
    )


def recalled_roles(study: Study) -> tuple[Role, ...]:
    """The roles whose recall of each session the study expects."""
    kept = study.setting("recalled")
    known: tuple[Role, ...] = levels(Role)
    return RECALLED if kept is None else tuple(role for role in known if role in kept.split(","))


def with_records(study: Study, roster: Roster) -> Roster:
    """The roster with the consents and scores of its persons; each person's object is opened."""
    consents: list[Consent] = []
    scores: list[Score] = []
    for person in roster.persons:
        if person.sealed is not None:
            with study.record_of(person) as record:
                consents += record.all("consent", Consent)
                scores += record.all("score", Score)
    return msgspec.structs.replace(roster, consents=tuple(consents), scores=tuple(scores))


def settle(study: Study) -> None:
    """Take over into the roster what open recalls and codings say in their layers; one that can't be read is left."""
    from iprtool.desk.codings import settled_coding
    from iprtool.desk.recalls import settled

    for recall in study.recalls():
        settled(study, recall)
    for coding in study.codings():
        if not coding.locked:
            settled_coding(study, coding)


def carry_out(study: Study, change: Change) -> None:
    """Enter a change into the roster; IprtoolError where it does not fit, or what it was made of has changed."""
    if any(step.was is not None and _standing(study, step.was) != step.was for step in change.steps):
        raise IprtoolError("This was changed elsewhere meanwhile, so it stays as it is now; look again.")
    for step in change.steps:
        _put(study, step.now)


def take_back(study: Study, change: Change) -> None:
    """Undo a change; IprtoolError where what it made was changed since, or something rests on it."""
    for step in change.steps:
        if _standing(study, step.now) != step.now:
            raise IprtoolError(f"What was entered ({change.what}) was changed since; correct it instead.")
    for step in reversed(change.steps):
        _back(study, step)


def _back(study: Study, step: Step) -> None:
    if step.was is not None:
        _put(study, step.was)
    elif not isinstance(step.now, StudySetting):
        study.take_back(step.now)


def _put(study: Study, value: Value) -> None:
    if isinstance(value, StudySetting):
        study.set_setting(value.id, value.value)
    else:
        study.put(value)


def _standing(study: Study, value: Value) -> Value | None:
    if isinstance(value, StudySetting):
        kept = ",".join(recalled_roles(study)) if value.id == "recalled" else study.setting(value.id)
        return StudySetting(value.id, kept or "")
    return study.roster.one(_KINDS[type(value)], value.id, type(value))
