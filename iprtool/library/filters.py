"""Which part of a study is shown: words typed into the filter, all of which must hold."""

from collections.abc import Sequence

import msgspec

from iprtool.library.due import Due
from iprtool.library.overview import DyadState, Overview, RecallState, SessionState, Status

STATUSES: dict[str, tuple[Status, ...]] = {
    "done": ("done",),
    "unplayed": ("unplayed",),
    "open": ("open",),
    "begun": ("open",),
    "planned": ("planned",),
    "to-come": ("to_come", "planned"),
    "missing": ("missing",),
}
"""The words that ask for recalls of a status."""

REASONS = ("declined", "not_reached", "withdrawn", "technical")
DUE = "due"


class Filter(msgspec.Struct, frozen=True):
    """What must hold of a session that is shown; `words` are sought in the labels of dyad, group and persons."""

    words: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    reasons: tuple[str, ...] = ()
    group: str | None = None
    number: int | None = None
    due: bool = False


def parsed(text: str) -> Filter:
    """The filter that was typed: `missing`, `due`, `group:a`, `session:3`, a reason, or a part of a label."""
    words: list[str] = []
    found = Filter()
    for word in text.casefold().split():
        name, _, value = word.partition(":")
        reason = word.replace("-", "_")
        if word in STATUSES:
            found = msgspec.structs.replace(found, statuses=(*found.statuses, *STATUSES[word]))
        elif reason in REASONS:
            found = msgspec.structs.replace(found, reasons=(*found.reasons, reason))
        elif word == DUE:
            found = msgspec.structs.replace(found, due=True)
        elif name == "group" and value:
            found = msgspec.structs.replace(found, group=value)
        elif name == "session" and value.isdecimal():
            found = msgspec.structs.replace(found, number=int(value))
        else:
            words.append(word)
    return msgspec.structs.replace(found, words=tuple(words))


def filtered(shown: Overview, wanted: Filter, dues: Sequence[Due] = ()) -> Overview:
    """The dyads and sessions of which the filter holds; a dyad of which none of its sessions is shown goes, too.

    Without a filter, a dyad that has no session yet stays.
    """
    if wanted == Filter():
        return shown
    of_sessions = {one.chosen.session for one in dues}
    of_dyads = {one.chosen.dyad for one in dues if one.chosen.session is None}
    dyads = []
    for dyad in shown.dyads:
        if not _dyad_fits(dyad, wanted):
            continue
        due_dyad = dyad.dyad.id in of_dyads
        sessions = tuple(
            one for one in dyad.sessions if _session_fits(one, wanted, due=due_dyad or one.session.id in of_sessions)
        )
        bare = Filter(words=wanted.words, group=wanted.group)
        if sessions or (not dyad.sessions and wanted == bare) or (wanted.due and due_dyad):
            dyads.append(msgspec.structs.replace(dyad, sessions=sessions))
    return msgspec.structs.replace(shown, dyads=tuple(dyads))


def _dyad_fits(dyad: DyadState, wanted: Filter) -> bool:
    group = (dyad.dyad.group or "").casefold()
    if wanted.group is not None and wanted.group not in group:
        return False
    coders = [coding.coder for session in dyad.sessions for coding in session.codings]
    labels = [dyad.dyad.label, group, *(person.label for person in dyad.persons), *coders]
    return all(any(word in label.casefold() for label in labels) for word in wanted.words)


def _session_fits(state: SessionState, wanted: Filter, *, due: bool) -> bool:
    if wanted.number not in (None, state.session.number) or (wanted.due and not due):
        return False
    return not (wanted.statuses or wanted.reasons) or any(_recall_fits(one, wanted) for one in state.recalls)


def _recall_fits(one: RecallState, wanted: Filter) -> bool:
    of_status = not wanted.statuses or one.status in wanted.statuses
    return of_status and (not wanted.reasons or one.reason in wanted.reasons)
