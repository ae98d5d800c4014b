"""What the researcher enters in the library, as steps from one value of the roster to the next; undone by going back.

Each function takes the roster as it stands and what was typed, and raises IprtoolError in one sentence where that does
not fit.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import get_args

import msgspec

from iprtool.library.dates import ended_at, iso_date
from iprtool.library.overview import RecallState, overview
from iprtool.library.roster import DYADIC, Entry, Roster
from iprtool.library.wording import person_words
from iprtool.model.errors import IprtoolError
from iprtool.model.study import Dyad, Person, Recall, Session
from iprtool.model.terms import MissingReason, RecallStatus, Role

_LABEL = re.compile(r"\w[\w.-]{0,23}")


class StudySetting(msgspec.Struct, frozen=True):
    """A setting of the study: `recalled` (roles, with commas between them) or `contact` (the contact card's text)."""

    id: str
    value: str


Value = Entry | StudySetting


class Step(msgspec.Struct, frozen=True):
    """One value that was added (`was` is None) or changed."""

    was: Value | None
    now: Value


class Change(msgspec.Struct, frozen=True):
    """What was entered at once: what it is called, and its steps in their order."""

    what: str
    steps: tuple[Step, ...]


def check_label(label: str, what: str = "dyad's label") -> str:
    """The label; IprtoolError where it can be none: it stands on every screen and in every table."""
    if "@" in label or len(label.split()) > 1:
        raise IprtoolError(
            f"A {what} is a short pseudonym without blanks, as D05 or D05-C; a name or an address is never entered."
        )
    if not _LABEL.fullmatch(label):
        raise IprtoolError(
            f"A {what} is a short pseudonym: up to 24 letters, digits, hyphens, points or underscores, as D05."
        )
    return label


def looks_like_a_name(label: str) -> bool:
    """Whether a label reads as a name: no digit, and a capital followed by a small letter, as Olsen or JohnSmith."""
    follows = any(one.isupper() and after.islower() for one, after in pairwise(label))
    return follows and not any(one.isdigit() for one in label)


def name_entered(change: Change) -> str | None:
    """The first label that a change brings and that looks like a name."""
    for step in change.steps:
        now, was = step.now, step.was
        if not isinstance(now, Dyad | Person) or (isinstance(was, Dyad | Person) and was.label == now.label):
            continue
        if looks_like_a_name(now.label):
            return now.label
    return None


def new_dyad(roster: Roster, label: str, group: str = "") -> Change:
    """A dyad, with its group if it is in one."""
    label = check_label(label.strip())
    _not_taken(roster.dyads, label, "dyad")
    return Change(f"dyad {label} added", (Step(None, Dyad(_new_id(), label, _group(group))),))


def changed_dyad(roster: Roster, ident: str, label: str, group: str) -> Change:
    """Another label or group of a dyad."""
    was, label = roster.dyad(ident), check_label(label.strip())
    _not_taken((one for one in roster.dyads if one.id != ident), label, "dyad")
    return Change(f"dyad {label} changed", (Step(was, msgspec.structs.replace(was, label=label, group=_group(group))),))


def new_person(roster: Roster, label: str, role: Role, dyad_label: str = "") -> Change:
    """A person: a participant with the dyad (made where it is not there), a researcher or an observer with none."""
    label = check_label(label.strip(), "person's label")
    _not_taken(roster.persons, label, "person")
    dyad, steps = _dyad_for(roster, role, dyad_label)
    steps.append(Step(None, Person(_new_id(), label, role, dyad)))
    return Change(f"{label} added{_with_dyad(steps)}", tuple(steps))


def changed_person(roster: Roster, ident: str, label: str, role: Role, dyad_label: str) -> Change:
    """Another pseudonym, role or dyad of a person; role and dyad stay where they recall or code already."""
    was, label = roster.person(ident), check_label(label.strip(), "person's label")
    _not_taken((one for one in roster.persons if one.id != ident), label, "person")
    dyad, steps = _dyad_for(roster, role, dyad_label)
    if (role, dyad) != (was.role, was.dyad) and _takes_part(roster, was):
        raise IprtoolError(f"{was.label} has recalls or codings already; add another person for another role or dyad.")
    steps.append(Step(was, msgspec.structs.replace(was, label=label, role=role, dyad=dyad)))
    return Change(f"{label} changed{_with_dyad(steps)}", tuple(steps))


def new_session(roster: Roster, dyad_label: str, number: int, held: str = "") -> Change:
    """A session of a dyad (made where it is not there), and when it ended, if that is known."""
    if not dyad_label.strip():
        raise IprtoolError("Write the dyad's label.")
    dyad, steps = _dyad_for(roster, "client", dyad_label)
    assert dyad is not None
    _free_number(roster, dyad, number, None)
    steps.append(Step(None, Session(_new_id(), dyad, number, ended_at(held))))
    return Change(f"{dyad_label.strip()}, session {number} added{_with_dyad(steps)}", tuple(steps))


def changed_session(roster: Roster, ident: str, number: int, held: str) -> Change:
    """Another number of a session, or another time at which it ended."""
    was = roster.session(ident)
    _free_number(roster, was.dyad, number, ident)
    now = msgspec.structs.replace(was, number=number, held_at=ended_at(held, was.held_at))
    return Change(f"session {number} changed", (Step(was, now),))


def changed_recording(
    roster: Roster, ident: str, keep_until: str, channels: Sequence[Role], session: str | None = None
) -> Change:
    """Until when a recording is kept, who speaks on which channel, and, while nobody has recalled it, whose it is."""
    was = roster.recording(ident)
    check_channels(channels, was.channels)
    session = session or was.session
    used = {one.recording for one in roster.recalls} | {one.recording for one in roster.codings}
    if session != was.session and ident in used:
        raise IprtoolError("This recording has recalls or codings, so it stays with its session.")
    until = checked_keep_until(keep_until, was.keep_until)
    now = msgspec.structs.replace(was, keep_until=until, channel_speakers=tuple(channels), session=session)
    return Change("recording changed", (Step(was, now),))


def check_channels(channels: Sequence[Role], count: int | None) -> None:
    """IprtoolError where this cannot be who speaks on a recording's channels."""
    if len(set(channels)) != len(channels):
        raise IprtoolError("One speaker was named for more than one channel; name another for each, left first.")
    if channels and len(channels) != count:
        have = f"{count or 'no'} sound channel{'' if count == 1 else 's'}"
        raise IprtoolError(f"This recording has {have}; name one speaker for each channel, left first, or none.")


def checked_keep_until(text: str, was: str | None = None) -> str | None:
    """The ISO date up to which a recording may be kept; one that is past is refused where it is new."""
    until = iso_date(text)
    if until is not None and until != was and until < date.today().isoformat():
        raise IprtoolError(f"{until} is past already; a recording is kept up to a day to come.")
    return until


def missing(state: RecallState, reason: MissingReason | None, label: str = "") -> Change:
    """That a recall did not take place, with its reason; None: it is still to come, or goes on, after all."""
    was = state.recall
    if state.status == "done":
        raise IprtoolError("This recall was done; only one that did not take place is missing.")
    if was is None:
        if reason is None:
            raise IprtoolError("This recall is still to come; there is nothing to change.")
        person = state.person.id if state.person else None
        made = Recall(_new_id(), state.session, state.by, status="missing", missing_reason=reason, person=person)
        return Change(f"{label or state.by} missing: {reason.replace('_', ' ')}", (Step(None, made),))
    back: RecallStatus = "planned" if was.layer is None else "open"
    status: RecallStatus = back if reason is None else "missing"
    now = msgspec.structs.replace(was, status=status, missing_reason=reason)
    said = f"missing: {reason.replace('_', ' ')}" if reason else "to come after all"
    return Change(f"{label or state.by} {said}", (Step(was, now),))


def recalled(roster: Roster, roles: Iterable[Role]) -> Change:
    """Whose recall of each session is expected: those who are in the session, one at least."""
    wanted = set(roles)
    known = tuple(role for role in get_args(Role) if role in wanted)
    if not known or not wanted <= set(DYADIC):
        raise IprtoolError(f"Recalls are expected of one or more of {', '.join(DYADIC)}; name these.")
    was = StudySetting("recalled", ",".join(roster.recalled))
    return Change("who is recalled changed", (Step(was, StudySetting("recalled", ",".join(known))),))


def contact_card(roster: Roster, text: str) -> Change:
    """The text of the card that closes every recall from now on: whom a participant can turn to."""
    now = StudySetting("contact", text.strip())
    return Change("contact card changed", (Step(StudySetting("contact", roster.contact), now),))


def the_dyad(roster: Roster, label: str) -> Dyad:
    """The dyad with this label."""
    found = next((one for one in roster.dyads if one.label == label), None)
    if found is None:
        known = ", ".join(sorted(one.label for one in roster.dyads)) or "none yet"
        raise IprtoolError(f"There is no dyad {label[:24]!r} in this study (dyads: {known}); check its label.")
    return found


def the_session(roster: Roster, dyad_label: str, number: int) -> Session:
    """The dyad's session with this number."""
    dyad = the_dyad(roster, dyad_label)
    found = session_there(roster, dyad.label, number)
    if found is None:
        raise IprtoolError(f"{dyad.label} has no session {number} yet; add it with: iprtool session add.")
    return found


def session_there(roster: Roster, dyad_label: str, number: int) -> Session | None:
    """The dyad's session with this number, or None."""
    dyads = {one.id for one in roster.dyads if one.label == dyad_label}
    return next((one for one in roster.sessions if one.dyad in dyads and one.number == number), None)


def the_recall(roster: Roster, dyad_label: str, number: int, by: Role) -> RecallState:
    """The recall of a session that is expected of this role, or was made by it."""
    session = the_session(roster, dyad_label, number)
    state = next(one for one in overview(roster).sessions if one.session.id == session.id)
    found = next((one for one in state.recalls if one.by == by), None)
    return found or RecallState(session.id, by, "to_come")


def next_label(roster: Roster) -> str:
    """The dyad's label that comes after the last: D13 after D12."""
    numbers = [int(one.label[1:]) for one in roster.dyads if re.fullmatch(r"D\d+", one.label)]
    return f"D{max(numbers, default=0) + 1:02}"


def next_number(roster: Roster, dyad: str) -> int:
    """The number of the session after a dyad's last."""
    return max((one.number for one in roster.sessions if one.dyad == dyad), default=0) + 1


def _dyad_for(roster: Roster, role: Role, dyad_label: str) -> tuple[str | None, list[Step]]:
    if role not in DYADIC:
        if dyad_label.strip():
            raise IprtoolError(f"A {person_words(role)} belongs to no dyad: leave the dyad out.")
        return None, []
    if not dyad_label.strip():
        raise IprtoolError(f"The {person_words(role)} belongs to a dyad; say which one.")
    label = check_label(dyad_label.strip())
    known = next((one for one in roster.dyads if one.label == label), None)
    if known is not None:
        return known.id, []
    dyad = Dyad(_new_id(), label)
    return dyad.id, [Step(None, dyad)]


def _with_dyad(steps: Iterable[Step]) -> str:
    """What is said beside the rest where a dyad was made for it: a mistyped label shows at once."""
    made = (step.now.label for step in steps if step.was is None and isinstance(step.now, Dyad))
    return "".join(f", with a new dyad {label}" for label in made)


def _not_taken(others: Iterable[Dyad | Person], label: str, what: str) -> None:
    if any(one.label.casefold() == label.casefold() for one in others):
        raise IprtoolError(f"There is a {what} {label} already: choose another label.")


def _free_number(roster: Roster, dyad: str, number: int, ident: str | None) -> None:
    if number < 1:
        raise IprtoolError("A session's number is 1 or more.")
    if any((one.dyad, one.number) == (dyad, number) and one.id != ident for one in roster.sessions):
        raise IprtoolError(f"The dyad has a session {number} already: choose another number.")


def _takes_part(roster: Roster, person: Person) -> bool:
    recalls = any(one.person == person.id or person.id in one.also for one in roster.recalls)
    return recalls or any(one.coder in (person.id, person.label) for one in roster.codings)


def _group(text: str) -> str | None:
    text = " ".join(text.split())
    if len(text) > 40:
        raise IprtoolError("A group's name has up to 40 letters; take a shorter one.")
    return text or None


def _new_id() -> str:
    return str(uuid.uuid4())
