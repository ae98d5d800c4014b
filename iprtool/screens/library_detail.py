"""What is known of the row that the library's cursor is on, as text."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from textual.content import Content

from iprtool.library.dates import away, days_away, moment_of, written
from iprtool.library.due import RECALL_WITHIN, Due
from iprtool.library.overview import DyadState, Overview, RecallState, SessionState
from iprtool.library.report import counted, missing_words, protocol_words
from iprtool.library.roster import Roster
from iprtool.library.wish import Chosen
from iprtool.library.wording import (
    GLYPHS,
    coding_words,
    counts_words,
    due_words,
    length_words,
    person_words,
    role_words,
    status_words,
)
from iprtool.model.study import Person, Recording
from iprtool.model.times import clock

_MUTED = "$text-muted"
SHOWN_DUE = 6
Line = Content


def detail(name: str, roster: Roster, shown: Overview, dues: tuple[Due, ...], chosen: Chosen, now: datetime) -> Content:
    """The text for what is chosen."""
    lines = list(_lines(name, roster, shown, chosen, now))
    here = [one for one in dues if _belongs(one, chosen)]
    if here:
        lines += [Content(""), _title(f"due: {len(here)}")]
        for one in here[:SHOWN_DUE]:
            where, what = due_words(one, now)
            lines.append(Content.assemble(("! " if one.late else "  ", "bold"), f"{where}: {what}"))
        if len(here) > SHOWN_DUE:
            lines.append(Content.styled(f"  and {len(here) - SHOWN_DUE} more (d)", _MUTED))
    return Content("\n").join(lines)


def _lines(name: str, roster: Roster, shown: Overview, chosen: Chosen, now: datetime) -> Iterator[Line]:
    dyad = next((one for one in shown.dyads if one.dyad.id == chosen.dyad), None)
    session = next((one for one in shown.sessions if one.session.id == chosen.session), None)
    person = next((one for one in roster.persons if one.id == chosen.person), None)
    if session is not None and dyad is not None:
        recall = session.recall_of(chosen) if chosen.by else None
        if recall is not None:
            yield from _recall(dyad, session, recall, now)
        else:
            yield from _session(dyad, session, roster, chosen, now)
    elif person is not None:
        yield from _person(person, roster, shown, now)
    elif dyad is not None:
        yield from _dyad(dyad)
    else:
        yield from _study(name, roster, shown)


def _study(name: str, roster: Roster, shown: Overview) -> Iterator[Line]:
    counts = shown.counts
    yield _title(name)
    yield Content(f"recalls: {counts_words(counts)}")
    length_ms = sum(one.duration_ms for one in roster.recordings)
    recordings = f"{counted(len(roster.recordings), 'recording')}, {clock(length_ms, hours=True)}"
    yield Content(f"{counted(len(shown.dyads), 'dyad')} · {counted(len(shown.sessions), 'session')}")
    yield Content(recordings)
    groups = Counter(one.dyad.group for one in shown.dyads if one.dyad.group)
    if groups:
        yield Content("groups: " + " · ".join(f"{group} {number}" for group, number in sorted(groups.items())))
    yield _muted(f"recalled: {', '.join(map(role_words, roster.recalled))}")
    gaps = [(dyad, session, one) for dyad in shown.dyads for session in dyad.sessions for one in session.recalls]
    gaps = [gap for gap in gaps if gap[2].status == "missing"]
    if gaps:
        yield Content("")
        yield _title("missing")
        for dyad, session, one in gaps:
            where = f"{dyad.dyad.label} · session {session.session.number} · {role_words(one.by)}"
            yield Content(f"  {where}: {missing_words(one)}")
    if not shown.dyads:
        yield Content("")
        yield Content("Nothing is in this study yet: a adds a dyad with its people, a session, a recording.")


def _dyad(state: DyadState) -> Iterator[Line]:
    yield _title(state.dyad.label)
    yield Content(f"recalls: {counts_words(state.counts)}" if state.sessions else "no session yet: a adds one")
    yield _muted(f"group: {state.dyad.group or 'none'}")
    for one in state.persons:
        yield Content(f"{person_words(one.role):<14}{one.label}")


def _session(dyad: DyadState, state: SessionState, roster: Roster, chosen: Chosen, now: datetime) -> Iterator[Line]:
    session = state.session
    yield _title(f"{dyad.dyad.label} · session {session.number}")
    held = f"{written(session.held_at)}, {away(moment_of(session.held_at, now), now)}" if session.held_at else "unknown"
    yield _muted(f"ended: {held}")
    for recording in reversed(state.recordings):
        yield from _recording(recording, now)
        if len(state.recordings) > 1:
            yield _muted(f"  {_standing(recording, state)}")
    if not state.recordings:
        yield Content("no recording yet: a adds it")
    yield Content("")
    for one in state.recalls:
        who = f" {one.person.label}" if one.person else ""
        protocol = protocol_words(one, state.recalls)
        said = f"{status_words(one)}{f', {protocol}' if protocol else ''}"
        yield Content(f"{GLYPHS[one.status]} {role_words(one.by)}{who}: {said}")
    for coding in state.codings:
        mark = "▸ " if coding.coding.id == chosen.coding else ""
        yield Content(f"{mark}coding {coding.coder}: {coding_words(coding)}, {coding.coding.codebook}")
    scores = [one for one in roster.scores or () if one.session == session.id]
    if scores:
        by = Counter((one.instrument, role_words(one.rater)) for one in scores)
        yield Content("")
        yield Content(f"{counted(len(scores), 'score')}: " + ", ".join(f"{name} by {rater}" for name, rater in by))


def _standing(one: Recording, state: SessionState) -> str:
    """Which of several recordings counts, and what rests on the others."""
    if one is state.recordings[-1]:
        return "the newest: it is this one that is recalled, reviewed and coded from now on"
    made = {each.recall.id for each in state.recalls if each.recall is not None and each.recall.recording == one.id}
    return f"an earlier one, kept with {counted(len(made), 'recall')} made on it"


def _recording(one: Recording, now: datetime) -> Iterator[Line]:
    parts = [length_words(one)]
    if one.parts:
        parts.append(f"{len(one.parts)} files")
    if one.gaps:
        parts.append(counted(len(one.gaps), "gap"))
    parts.append("transcript" if one.transcript else "no transcript")
    yield Content(" · ".join(parts))
    if one.channel_speakers:
        yield _muted(f"  channels, left first: {', '.join(one.channel_speakers)}")
    if one.keep_until:
        yield _muted(f"  kept until {one.keep_until}, {days_away(one.keep_until, now.date())}")


def _recall(dyad: DyadState, state: SessionState, one: RecallState, now: datetime) -> Iterator[Line]:
    yield _title(f"{dyad.dyad.label} · session {state.session.number} · {role_words(one.by)}")
    yield Content(f"{GLYPHS[one.status]} {status_words(one)}")
    recall = one.recall
    if one.person is not None:
        gone = f", who withdrew on {one.person.withdrawn_on}" if one.person.withdrawn_on else ""
        yield Content(f"by {one.person.label}{gone}")
    if recall is not None and recall.status != "missing":
        yield _muted(f"protocol: {recall.protocol.name}")
        if recall.inquirer:
            yield _muted(f"inquirer: {recall.inquirer}")
        if recall.place:
            yield _muted(f"place: {recall.place}")
        if recall.begun_at_utc:
            begun = datetime.fromisoformat(recall.begun_at_utc).astimezone(now.tzinfo)
            yield _muted(f"begun: {begun:%Y-%m-%d %H:%M}{_latency(state, begun)}")
    elif state.session.held_at and one.status == "to_come":
        until = moment_of(state.session.held_at, now) + RECALL_WITHIN
        yield _muted(f"48 h after the session: {until:%Y-%m-%d %H:%M}, {away(until, now)}")
    if one.status in ("to_come", "planned"):
        yield Content("enter begins it · x: it did not take place")
    elif one.status == "open":
        yield Content("enter goes on with it")
    elif one.status == "done" and one.by == "supervisor":
        yield Content("b opens it to the trainee, or says since when it is open")


def _latency(state: SessionState, begun: datetime) -> str:
    if not state.session.held_at:
        return ""
    after = begun - moment_of(state.session.held_at, begun)
    if after < timedelta(0):
        return ", before the session ended: check its time (e)"
    late = ", later than 48 h" if after > RECALL_WITHIN else ""
    return f", {int(after.total_seconds() // 3600)} h after the session{late}"


def _person(person: Person, roster: Roster, shown: Overview, now: datetime) -> Iterator[Line]:
    yield _title(person.label)
    yield Content(person_words(person.role))
    if person.withdrawn_on:
        yield Content(f"withdrew on {person.withdrawn_on}")
    for one in roster.consents or ():
        if one.person == person.id:
            until = f" until {one.until}, {days_away(one.until, now.date())}" if one.until else ""
            ended = f", withdrawn {one.withdrawn_on}" if one.withdrawn_on else ""
            yield Content(f"consent to {', '.join(one.scopes)}, signed {one.signed_on}{until}{ended}")
    for session in shown.sessions:
        for state in session.recalls:
            if state.person == person:
                yield Content(f"session {session.session.number}: {GLYPHS[state.status]} {status_words(state)}")
        for coding in session.codings:
            if coding.person == person:
                dyad = roster.dyad(session.session.dyad).label
                yield Content(f"{dyad} session {session.session.number}: coding {coding_words(coding)}")


def _belongs(one: Due, chosen: Chosen) -> bool:
    """Whether something due belongs to what is chosen; to the study itself all of it does."""
    for name in ("dyad", "session", "by", "coding"):
        wanted = getattr(chosen, name)
        if wanted is not None and getattr(one.chosen, name) != wanted:
            return False
    return chosen.session is not None or chosen.person in (None, one.chosen.person)


def _title(text: str) -> Line:
    return Content.styled(text, "bold $accent")


def _muted(text: str) -> Line:
    return Content.styled(text, _MUTED)
