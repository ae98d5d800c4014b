"""The library's words: counts, statuses and what is due, as the screen and the command line say them."""

from datetime import datetime

from iprtool.library.dates import away, days_away, moment_of, written
from iprtool.library.due import Due
from iprtool.library.overview import CodingState, Counts, RecallState
from iprtool.model.study import Recording
from iprtool.model.terms import Role
from iprtool.model.times import clock

GLYPHS = {"done": "✓", "unplayed": "–", "open": "…", "planned": "○", "to_come": "○", "missing": "✗"}
STATUS_WORDS = {
    "done": "done",
    "unplayed": "ended, 0:00 played",
    "open": "begun",
    "planned": "planned",
    "to_come": "to come",
    "missing": "missing",
}
REASON_WORDS = {
    "declined": "declined",
    "not_reached": "not reached",
    "withdrawn": "withdrawn",
    "technical": "technical reasons",
}


def role_words(role: Role) -> str:
    """A role as it is shown."""
    return role.replace("_", " ")


def person_words(role: Role) -> str:
    """What a person of this role is called where people are listed: an observer is there to code."""
    return "coder" if role == "observer" else role_words(role)


def counts_words(counts: Counts) -> str:
    """How many recalls of those expected were done, and why others were not: 47 of 48 · 1 declined."""
    missing = [f"{number} {REASON_WORDS[reason]}" for reason, number in sorted(counts.missing.items())]
    unplayed = [f"{counts.unplayed} ended unplayed"] if counts.unplayed else []
    begun = [f"{counts.open} begun"] if counts.open else []
    to_come = [f"{counts.to_come} to come"] if counts.to_come else []
    return " · ".join((f"{counts.done} of {counts.expected}", *unplayed, *missing, *begun, *to_come))


def status_words(state: RecallState) -> str:
    """A recall's status, with why it is missing, or that somebody whose it is has withdrawn since."""
    reason = f": {REASON_WORDS[state.reason]}" if state.reason is not None else ""
    return f"{STATUS_WORDS[state.status]}{reason}{' · withdrawn' if state.withdrawn else ''}"


def coders_words(codings: tuple[CodingState, ...]) -> str:
    """How many codings are locked: 1 of 2 codings locked; empty where there are none."""
    if not codings:
        return ""
    locked = sum(one.coding.locked for one in codings)
    return f"{locked} of {len(codings)} coding{'' if len(codings) == 1 else 's'} locked"


def coding_words(state: CodingState) -> str:
    """How far a coding is."""
    return "unblinded" if state.coding.unblinded else "locked" if state.coding.locked else "open"


def length_words(recording: Recording) -> str:
    """How long a recording is, and whether it has a picture."""
    kind = "film" if recording.video_codec else "sound"
    return f"{clock(recording.duration_ms, hours=recording.duration_ms >= 3_600_000)} {kind}"


def due_words(one: Due, now: datetime) -> tuple[str, str]:
    """What is due as (where, what): D05 · session 3 · client, recall to come, 48 h end in 18 h."""
    number = f"session {one.number}" if one.number is not None else ""
    who = one.who.replace("_", " ") if one.kind in ("recall", "open_recall") else one.who
    return " · ".join(part for part in (one.dyad, number, who) if part), _what(one, now)


def _what(one: Due, now: datetime) -> str:
    match one.kind:
        case "keep_until":
            day = one.at or ""
            return f"recording to be deleted: kept until {day}, {days_away(day, now.date())}"
        case "consent_ends":
            day = one.at or ""
            return f"consent {'ended' if one.late else 'ends'} {day}, {days_away(day, now.date())}"
        case "recall":
            until = moment_of(one.at or "", now)
            return f"recall to come, 48 h {'ended' if one.late else 'end'} {away(until, now)}"
        case "open_recall":
            begun = f" on {written(one.at)[:10]}" if one.at else ""
            return f"recall begun{begun} and not closed"
        case "open_coding":
            return "coding begun and not locked"
