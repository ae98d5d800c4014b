"""The history of a study: the roster's entries, those of the persons' own objects, and the operations of layers."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

import msgspec

from iprtool.desk.consents import makers_of, may_use, purpose_of
from iprtool.desk.history_undo import question_of, take_back
from iprtool.export.allowed import Allowed
from iprtool.history.change import Change, Question, utc
from iprtool.history.entry_words import SECRET, TECHNICAL, details_of, entry_words, is_told
from iprtool.history.op_words import FACTS, Known, kind_of, layer_of, op_words
from iprtool.history.op_words import details_of as op_details
from iprtool.history.taking_back import undone_ops
from iprtool.model.errors import StoreError
from iprtool.model.layer import LayerHead, Op, Put, after_op
from iprtool.model.linking import MarkRef, Theme
from iprtool.model.mark import Mark
from iprtool.model.study import Dyad, Person, Session
from iprtool.model.times import clock
from iprtool.reviewing.review import MUTUAL, whose
from iprtool.store.entries import Entry
from iprtool.store.study import Study
from iprtool.store.view import view_layer

REVIEW = "review"
"""The setting that names the researcher's review object."""


class Place(msgspec.Struct, frozen=True):
    """A layer of the study, and whose it is: the role or the coder in words, the person and the session.

    `together` has those who made a mutual recall, by role.
    """

    layer: str
    who: str
    person: str = ""
    session: str = ""
    together: dict[str, str] = {}


def read_history(study: Study, progress: Callable[[float], None] = lambda _: None) -> list[Change]:
    """Every change of the study, in no particular order; `progress` gets the share that is done, 0 to 1."""
    changes: list[Change] = []
    for share, part in history_parts(study):
        changes += part
        progress(share)
    return changes


def history_parts(study: Study) -> Iterator[tuple[float, list[Change]]]:
    """The changes, part by part, with the share that is done: the roster first, then persons, then layer by layer.

    What is in the objects of those who have withdrawn is left out, unless it is kept under a rule; so is a layer that
    cannot be read.
    """
    names, places = names_of(study), layers_of(study)
    persons = [one for one in study.persons() if one.sealed is not None]
    total = 1 + len(persons) + len(places)
    yield 1 / total, _roster(study, names)
    for number, person in enumerate(persons, 2):
        yield number / total, _of_person(study, person, names)
    sessions, known = {one.layer: one.session for one in places}, dict[MarkRef, str]()
    for number, place in enumerate(places, 2 + len(persons)):
        yield number / total, _of_layer(study, place, sessions, known)


def names_of(study: Study) -> dict[str, str]:
    """What dyads, sessions and persons are called, by their ids; those that were taken away as they last were."""
    names: dict[str, str] = {}
    sessions: list[Session] = []
    for entry in study.roster.history():
        if entry.value is None:
            continue
        if entry.kind == "dyad":
            names[entry.id] = msgspec.json.decode(entry.value, type=Dyad).label
        elif entry.kind == "person":
            names[entry.id] = msgspec.json.decode(entry.value, type=Person).label
        elif entry.kind == "session":
            sessions.append(msgspec.json.decode(entry.value, type=Session))
    for one in sessions:
        names[one.id] = f"{names.get(one.dyad, '')} · session {one.number}"
    return names


def layers_of(study: Study) -> list[Place]:
    """The layers that may be looked at: recalls and codings but those of who has withdrawn, the review."""
    names, allowed = names_of(study), Allowed(study, date.today())
    places = []
    for recall in study.recalls():
        if recall.layer is not None and allowed.withdrawn(recall) is None:
            together = {str(one.role): one.label for one in makers_of(study, recall)} if recall.also else {}
            who = MUTUAL if together else recall.by.replace("_", " ")
            person = names.get(recall.person or "", "")
            places.append(Place(recall.layer, who, person, names[recall.session], together))
    codings = (one for one in study.codings() if allowed.withdrawn(one) is None)
    places += [Place(one.layer, _coder(one.coder), one.coder, names[one.session]) for one in codings]
    review = study.setting(REVIEW)
    return [*places, Place(review, "researcher")] if review else places


def _coder(label: str) -> str:
    return label if label.casefold().startswith("coder") else f"coder {label}"


# The roster, and the persons' objects


def _roster(study: Study, names: dict[str, str]) -> list[Change]:
    told = (one for one in study.roster.history() if one.kind not in TECHNICAL)
    return _entries((one for one in told if (one.kind, one.id) not in _SECRET), names, "r{}")


_SECRET = tuple(("setting", name) for name in SECRET)


def _of_person(study: Study, person: Person, names: dict[str, str]) -> list[Change]:
    today = date.today().isoformat()
    gone = person.withdrawn_on is not None and may_use(study, person, purpose_of(study), today) is not None
    try:
        with study.record_of(person) as record:
            history = record.history()
    except StoreError:
        return []
    told = (one for one in history if not gone or one.kind == "consent")
    return _entries(told, names, f"{person.label}.{{}}", person.label)


def _entries(entries: Iterable[Entry], names: dict[str, str], key: str, person: str = "") -> list[Change]:
    """The entries in words; each is told against the one before it."""
    before: dict[tuple[str, str], dict[str, object] | None] = {}
    changes = []
    for entry in entries:
        was = before.get((entry.kind, entry.id))
        now = None if entry.value is None else msgspec.json.decode(entry.value, type=dict[str, object])
        before[entry.kind, entry.id] = now
        if is_told(was, now):
            changes.append(_entry_change(entry, was, now, names, key, person))
    return changes


def _entry_change(
    entry: Entry,
    was: dict[str, object] | None,
    now: dict[str, object] | None,
    names: dict[str, str],
    key: str,
    person: str,
) -> Change:
    value = now or was or {}
    session = names.get(entry.id if entry.kind == "session" else str(value.get("session", "")), "")
    whose = names.get(entry.id if entry.kind == "person" else str(value.get("person", "")), person)
    where = session or names.get(str(value.get("dyad", "")), "")
    return Change(
        key=key.format(entry.number),
        at_utc=utc(entry.at_utc),
        device=entry.device,
        who="researcher",
        kind=entry.kind,
        what=entry_words(entry.kind, entry.id, was, now, names),
        where=where,
        person=whose or str(value.get("coder", "")),
        session=session,
        details=details_of(was, now, names),
    )


# Layers


def _of_layer(study: Study, place: Place, sessions: dict[str, str], known: dict[MarkRef, str]) -> list[Change]:
    """A layer's operations in words; its marks are `known` from then on, as the links across layers name them."""
    try:
        with view_layer(study.path_of(place.layer), study.key_of(place.layer)) as view:
            head, ops = view.head, view.ops()
    except StoreError:
        return []
    teller = _Teller(head, place, sessions, Known(dict(_themes(ops)), known), undone_ops(ops))
    changes = [teller.told(op) for op in ops if op.kind not in FACTS]
    for ident, mark in teller.marks.items():
        if mark is not None:
            known[MarkRef(place.layer, ident)] = f"{whose(head, mark, place.who)} {clock(mark.start_ms)}"
    return changes


def _themes(ops: Iterable[Op]) -> Iterator[tuple[str, str]]:
    for op in ops:
        if isinstance(op.body, Put) and isinstance(op.body.value, Theme):
            yield op.entity, op.body.value.name


class _Teller:
    """Puts the operations of one layer into words, in their order."""

    def __init__(
        self, head: LayerHead, place: Place, sessions: dict[str, str], known: Known, undone: frozenset[str]
    ) -> None:
        self._head, self._place, self._sessions = head, place, sessions
        self._known, self._undone = known, undone
        self.marks: dict[str, Mark | None] = {}

    def told(self, op: Op) -> Change:
        """The operation in words; an edit is told of the mark as it was before."""
        place, before = self._place, self.marks.get(op.entity)
        if op.kind in ("mark", "delete") or (op.kind == "edit" and before is not None):
            self.marks[op.entity] = after_op(before, op.body)
        words = op_words(op.body, before, self._head.codebook, self._known)
        mark = (self.marks.get(op.entity) or before) if place.together else None
        if mark is not None:
            words = f"{mark.author}: {words}"
        session = place.session or self._sessions.get(layer_of(op.body) or "", "")
        return Change(
            key=op.id,
            at_utc=utc(op.at_utc),
            device=op.device,
            who=_who(op, place),
            kind=kind_of(op.kind, op.body),
            what=f"{words} ({op.reason})" if op.reason else words,
            where=session,
            person=place.together.get(mark.author, "") if mark is not None else place.person,
            session=session,
            details=op_details(op.body),
            undone=op.id in self._undone,
            undoes=op.undoes is not None,
            layer=place.layer,
        )


def _who(op: Op, place: Place) -> str:
    """Whose hand it was: in a recall by the recaller themselves, their role; in a coding the coder."""
    if op.actor == "researcher":
        return "researcher"
    return place.who if op.actor in ("observer", "recaller", *place.together) else op.actor.replace("_", " ")


class StudyHistory:
    """A study's history as its screen sees it."""

    def __init__(self, study: Study) -> None:
        self._study = study

    def parts(self) -> Iterator[tuple[float, list[Change]]]:
        """The changes, part by part, with the share that is done."""
        return history_parts(self._study)

    def question(self, change: Change) -> Question | None:
        """What is asked before a change is taken back; IprtoolError where it can't be."""
        return question_of(self._study, change)

    def take_back(self, change: Change, *, sure: bool = False, reason: str = "") -> str:
        """Take a change back; the result says what was done."""
        return take_back(self._study, change, sure=sure, reason=reason)
