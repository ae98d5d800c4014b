"""A study at a glance as lines of text and as rows for machines."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from iprtool.library.dates import written
from iprtool.library.due import Due
from iprtool.library.overview import DyadState, Overview, RecallState, SessionState
from iprtool.library.wording import (
    GLYPHS,
    coders_words,
    counts_words,
    due_words,
    length_words,
    role_words,
    status_words,
)
from iprtool.model.study import Recording


def counted(number: int, what: str) -> str:
    """A number with its noun: 1 dyad, 12 dyads."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def protocol_words(one: RecallState, recalls: Sequence[RecallState]) -> str:
    """The protocol of a recall that took place: where its role has several of the session, and of a mutual one."""
    if one.recall is None or one.status in ("missing", "planned"):
        return ""
    several = sum(other.by == one.by for other in recalls) > 1
    return one.recall.protocol.name if several or one.recall.protocol.kind == "mutual" else ""


def recordings_words(recordings: Sequence[Recording]) -> str:
    """How long the recording of a session is that counts, the newest, and how many it has; empty where it has none."""
    if not recordings:
        return ""
    several = f" (newest of {len(recordings)})" if len(recordings) > 1 else ""
    return f"{length_words(recordings[-1])}{several}"


def missing_words(one: RecallState) -> str:
    """Why a recall is missing, and whether it is among those that are counted."""
    return f"{status_words(one).partition(': ')[2]}{'' if one.expected else ' (not expected, so not counted)'}"


def status_lines(name: str, shown: Overview) -> Iterator[str]:
    """The study, its dyads and sessions, then what is missing and why."""
    yield f"{name}  {counts_words(shown.counts)}"
    recordings = sum(len(one.recordings) for one in shown.sessions)
    size = (len(shown.dyads), "dyad"), (len(shown.sessions), "session"), (recordings, "recording")
    yield " · ".join(counted(number, what) for number, what in size)
    for dyad in shown.dyads:
        group = f"  ({dyad.dyad.group})" if dyad.dyad.group else ""
        yield f"\n{dyad.dyad.label}{group}  {counts_words(dyad.counts)}"
        yield from (f"  {_session_line(one)}" for one in dyad.sessions)
    gaps = list(_missing_lines(shown))
    if gaps:
        yield "\nmissing"
        yield from (f"  {line}" for line in gaps)


def _session_line(state: SessionState) -> str:
    parts = [f"session {state.session.number}"]
    if state.session.held_at:
        parts.append(written(state.session.held_at))
    parts.append(recordings_words(state.recordings) or "no recording")
    parts.append("  ".join(_recall_words(one, state.recalls) for one in state.recalls))
    parts.append(coders_words(state.codings))
    parts.append(counted(state.scores, "score") if state.scores else "")
    return " · ".join(part for part in parts if part)


def _recall_words(one: RecallState, recalls: Sequence[RecallState]) -> str:
    protocol = protocol_words(one, recalls)
    return f"{role_words(one.by)} {GLYPHS[one.status]} {status_words(one)}{f' ({protocol})' if protocol else ''}"


def _missing_lines(shown: Overview) -> Iterator[str]:
    for dyad in shown.dyads:
        for session in dyad.sessions:
            for one in session.recalls:
                if one.status == "missing":
                    where = f"{dyad.dyad.label} · session {session.session.number} · {role_words(one.by)}"
                    yield f"{where}: {missing_words(one)}"


def status_rows(shown: Overview) -> dict[str, Any]:
    """The same for machines: the counts, and a row for each session with its recalls and codings."""
    counts = shown.counts
    return {
        **msgspec.to_builtins(counts),
        "to_come": counts.to_come,
        "sessions": [_session_row(dyad, one) for dyad in shown.dyads for one in dyad.sessions],
    }


def _session_row(dyad: DyadState, state: SessionState) -> dict[str, Any]:
    return {
        "dyad": dyad.dyad.label,
        "group": dyad.dyad.group,
        "session": state.session.number,
        "held_at": state.session.held_at,
        "recordings_ms": [one.duration_ms for one in state.recordings],
        "recalls": [_recall_row(one) for one in state.recalls],
        "codings": [{"coder": one.coder, "locked": one.coding.locked} for one in state.codings],
        "scores": state.scores,
    }


def _recall_row(one: RecallState) -> dict[str, Any]:
    person = one.person.label if one.person else None
    return {
        "by": one.by,
        "person": person,
        "status": one.status,
        "reason": one.reason,
        "expected": one.expected,
        "withdrawn": one.withdrawn,
    }


def due_rows(dues: Sequence[Due], now: datetime) -> list[dict[str, Any]]:
    """What is due, for machines, with its words."""
    return [
        {
            "kind": one.kind,
            "at": one.at,
            "late": one.late,
            "dyad": one.dyad or None,
            "session": one.number,
            "who": one.who or None,
            "said": ": ".join(due_words(one, now)),
        }
        for one in dues
    ]
