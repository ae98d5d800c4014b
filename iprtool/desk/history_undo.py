"""Taking a change of a study back: a former value is put again, or an operation's inverse is appended."""

from collections.abc import Sequence
from typing import Any

import msgspec

from iprtool.desk import codebooks, guides
from iprtool.desk.codings import settled_coding, unlock_coding
from iprtool.desk.consents import person_labelled, unmark_withdrawn
from iprtool.edits import Hand
from iprtool.history.change import Change, Question
from iprtool.history.entry_words import SECRET, TECHNICAL, is_told
from iprtool.history.taking_back import CHANGED_SINCE, taken_back
from iprtool.library.roster import DYADIC
from iprtool.model.codebook import Codebook
from iprtool.model.errors import IprtoolError
from iprtool.model.guide import Guide
from iprtool.model.layer import LayerHead
from iprtool.model.study import Coding, Dyad, Person, Recall, Recording, Session
from iprtool.store.entries import Entries, Entry
from iprtool.store.layer import LayerFile, read_layer
from iprtool.store.machine import device
from iprtool.store.study import Entry as RosterValue
from iprtool.store.study import Study
from iprtool.store.view import view_layer

_TYPES: dict[str, type[Dyad | Person | Session | Recording | Recall | Coding]] = {
    "dyad": Dyad,
    "person": Person,
    "session": Session,
    "recording": Recording,
    "recall": Recall,
    "coding": Coding,
}
_STAY = "What has left the study, and what its objects are, stays in the ledger."


def question_of(study: Study, change: Change) -> Question | None:
    """What is asked before a change is taken back, or None; IprtoolError where it can't be taken back at all."""
    if not change.layer:
        _refuse_kind(change)
        return None
    with view_layer(study.path_of(change.layer), study.key_of(change.layer)) as view:
        head, closed, locked = view.head, view.closed, view.locked
    if head.purpose == "recall" and head.by in DYADIC:
        who = head.by.replace("_", " ")
        raise IprtoolError(f"This is the {who}'s own account, which only they can change, in their recall.")
    if locked:
        return Question("This coding is locked: why is it unlocked?", reason=True)
    if head.purpose == "coding":
        return Question(f"This is in the coding by {change.person}: take it back all the same?")
    return Question("This recall is closed: take it back all the same?") if closed else None


def take_back(study: Study, change: Change, *, sure: bool = False, reason: str = "") -> str:
    """Take a change back, which is a change itself; the result says what was done.

    `sure` answers what `question_of` asks, `reason` where it asks for one. IprtoolError where the answer is missing,
    something came after the change, or it stays.
    """
    question = question_of(study, change)
    if question is not None and not (reason.strip() if question.reason else sure):
        raise IprtoolError(question.text)
    if change.layer:
        return _in_layer(study, change, reason.strip())
    if "." not in change.key:
        return _in_roster(study, change)
    with study.record_of(person_labelled(study, change.key.rpartition(".")[0])) as record:
        entry, was = _with_former(record, change)
        record.add_json(entry.kind, entry.id, was.value if was else None)
    return _said(change)


def _said(change: Change) -> str:
    return f"taken back: {change.what}"


def _refuse_kind(change: Change) -> None:
    if change.kind in (*TECHNICAL, "export") or (change.kind == "setting" and change.what.split()[1] in SECRET):
        raise IprtoolError(_STAY)


def _with_former(entries: Entries, change: Change) -> tuple[Entry, Entry | None]:
    """The entry of a change, and the one that was there before it; IprtoolError where another came after it."""
    number = int(change.key.rpartition(".")[2].removeprefix("r"))
    history = entries.history()
    entry = next(one for one in history if one.number == number)
    same = [one for one in history if (one.kind, one.id) == (entry.kind, entry.id)]
    place = same.index(entry)
    if any(is_told(_fields(was), _fields(now)) for was, now in zip(same[place:], same[place + 1 :], strict=False)):
        raise IprtoolError(CHANGED_SINCE)
    return entry, same[place - 1] if place else None


def _fields(entry: Entry) -> dict[str, Any] | None:
    return None if entry.value is None else msgspec.json.decode(entry.value, type=dict[str, Any])


# The roster


def _in_roster(study: Study, change: Change) -> str:
    entry, former = _with_former(study.roster, change)
    was = former.value if former is not None else None
    if entry.kind in _TYPES:
        _put_back(study, entry, was)
    else:
        _refuse_in_use(study, entry, was)
        study.roster.add_json(entry.kind, entry.id, was)
    return _said(change)


def _put_back(study: Study, entry: Entry, was: str | None) -> None:
    of = _TYPES[entry.kind]
    now = study.roster.one(entry.kind, entry.id, of)
    before = None if was is None else msgspec.json.decode(was, type=of)
    if before is None:
        assert now is not None
        _check_may_go(study, now)
        study.take_back(now)
    elif now is None:
        study.put(before)
    else:
        _put_former(study, before, now)


def _check_may_go(study: Study, now: RosterValue) -> None:
    """IprtoolError where something rests on a value that was added."""
    if isinstance(now, Recording) or getattr(now, "layer", None) is not None:
        raise IprtoolError("A recording, and a recall or coding that was begun, stay once they are made.")
    if isinstance(now, Person):
        recalls = any(now.id in (one.person, *one.also) for one in study.recalls())
        if recalls or now.sealed is not None or any(one.coder == now.label for one in study.codings()):
            raise IprtoolError(f"{now.label} has consents, scores, recalls or codings by now, so they stay.")


def _put_former(study: Study, before: RosterValue, now: RosterValue) -> None:
    match before, now:
        case Person(withdrawn_on=None), Person() if now.withdrawn_on is not None:
            unmark_withdrawn(study, now)
            return
        case Person(), Person(sealed=sealed):
            before = msgspec.structs.replace(before, sealed=sealed)
        case Recording(), Recording():
            if (before.media, before.peaks, before.transcript) != (now.media, now.peaks, now.transcript):
                raise IprtoolError("A recording's transcript is not put back from here: add the right one anew.")
        case Recall(), Recall():
            ended = before.status != now.status and "ended" in (before.status, now.status)
            if before.layer != now.layer or ended:
                raise IprtoolError("That a recall was begun or closed is said by the recall itself, and stays.")
        case Coding(), Coding():
            if before.unblinded != now.unblinded:
                raise IprtoolError(
                    "That a coder was unblinded stays: what they saw of the other layers, they have seen."
                )
            if before.locked != now.locked:
                raise IprtoolError("That a coding was locked or unlocked is said by the coding itself, and stays.")
    study.put(before)


def _refuse_in_use(study: Study, entry: Entry, was: str | None) -> None:
    """IprtoolError where a version that would go is used."""
    if was is None and entry.value is not None and entry.kind == codebooks.CODEBOOK:
        codebooks.refuse_used(study, msgspec.json.decode(entry.value, type=Codebook))
    if was is None and entry.value is not None and entry.kind == guides.GUIDE:
        guides.refuse_used(study, msgspec.json.decode(entry.value, type=Guide))


# Layers


def _in_layer(study: Study, change: Change, reason: str) -> str:
    path, key = study.path_of(change.layer), study.key_of(change.layer)
    with view_layer(path, key) as view:
        head, locked, ops = view.head, view.locked, view.ops()
    content = read_layer(path, key)
    state = {mark.id: mark for mark in content.marks} | dict(content.values)
    hand = Hand("researcher", device())
    made = taken_back(ops, change.key, state, hand)
    if locked:
        unlock_coding(study, _coding(study, head), reason)
    with LayerFile(path, key) as log:
        log.commit(made).result()
    return _said(change) + ("; the coding is unlocked now" if locked else "")


def _coding(study: Study, head: LayerHead) -> Coding:
    codings: Sequence[Coding] = study.codings()
    return settled_coding(study, next(one for one in codings if one.layer == head.layer))
