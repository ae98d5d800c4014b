"""The rows of dyads, persons, sessions, recordings, recalls and scores, out of the study's roster."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from iprtool.export.bodies import Told
from iprtool.export.rows import StudyRows
from iprtool.export.wallclock import day_ms, days_between, hours_between, local_ms
from iprtool.model.score import Score
from iprtool.model.study import Person, Recall, Recording

Record = Mapping[str, Any]


def roster_records(rows: StudyRows, said: Mapping[str, Told], first_ms: int | None) -> dict[str, list[Record]]:
    """The rows of each table; `said` is what a recall's layer tells, `first_ms` when the first operation was done.

    Times are UTC milliseconds; `first_ms` is None where no dates leave.
    """
    people = _People(rows)
    held = {one.id: one.held_at for one in rows.sessions}
    return {
        "dyads": [msgspec.structs.asdict(one) for one in rows.dyads],
        "persons": people.records,
        "sessions": [
            {**msgspec.structs.asdict(one), "day_offset": days_between(first_ms, day_ms(one.held_at))}
            for one in rows.sessions
        ],
        "recordings": [_recording(one) for one in rows.recordings],
        "recalls": [_recall(one, rows, people, said.get(one.id, Told()), held, first_ms) for one in rows.recalls],
        "codings": [
            {
                **msgspec.structs.asdict(one),
                "coder": people.id_of(one.coder),
                "unblinded": one.unblinded or said.get(one.id, Told()).unblinded,
                "withheld": _withheld(rows, one.id),
            }
            for one in rows.codings
        ],
        "scores": _scores(rows, first_ms),
    }


class _People:
    """The persons of the roster, and those whom only a label names: who led an interview, or coded."""

    def __init__(self, rows: StudyRows) -> None:
        self._ids = {one.label: one.id for one in rows.persons}
        self.known = {one.id: one for one in rows.persons}
        named = [one.inquirer for one in rows.recalls] + [one.coder for one in rows.codings]
        others = sorted({label for label in named if label} - set(self._ids))
        self.records: list[Record] = [_person(one) for one in rows.persons]
        self.records += [
            {"id": label, "dyad": None, "role": None, "withdrawn": False, "label": label} for label in others
        ]

    def id_of(self, label: str | None) -> str | None:
        """The person's id, or the label itself where the roster has nobody of it."""
        return self._ids.get(label, label) if label else None

    def roles(self, persons: Iterable[str]) -> str:
        """The roles of persons (their ids), separated by spaces."""
        return " ".join(self.known[one].role for one in persons if one in self.known)


def _person(person: Person) -> Record:
    withdrawn = person.withdrawn_on is not None
    label = None if withdrawn else person.label
    return {"id": person.id, "dyad": person.dyad, "role": person.role, "withdrawn": withdrawn, "label": label}


def _recording(recording: Recording) -> Record:
    ends = [part.start_ms + part.duration_ms for part in recording.parts]
    starts = [part.start_ms for part in recording.parts[1:]]
    gaps = [(end, start) for end, start in zip(ends[:-1], starts, strict=True) if end < start]
    return {
        **msgspec.structs.asdict(recording),
        "channel_speakers": " ".join(recording.channel_speakers) or None,
        "n_parts": max(1, len(recording.parts)),
        "gaps": _stretches(gaps),
    }


def _stretches(stretches: Iterable[tuple[int, int]]) -> str | None:
    return " ".join(f"{start_ms}-{end_ms}" for start_ms, end_ms in stretches) or None


def _withheld(rows: StudyRows, ident: str) -> str | None:
    return rows.withheld[ident].why if ident in rows.withheld else None


def _recall(
    recall: Recall,
    rows: StudyRows,
    people: _People,
    said: Told,
    held: Mapping[str, str | None],
    first_ms: int | None,
) -> Record:
    withheld = _withheld(rows, recall.id)
    return {
        **msgspec.structs.asdict(recall),
        **msgspec.structs.asdict(recall.protocol),
        **_how_far(recall, said, withheld),
        "also_roles": people.roles(recall.also),
        "person": recall.person if recall.person in people.known else None,
        "inquirer": people.id_of(recall.inquirer),
        "withheld": withheld,
        "protocol": recall.protocol.name,
        "protocol_kind": recall.protocol.kind,
        "may_stop": " ".join(recall.protocol.may_stop),
        "segments": _stretches(recall.protocol.segments),
        "consent_scope": said.scope,
        "quotation_consent": rows.quotation.get(recall.id),
        "closing_helpful": said.closed.helpful if said.closed else None,
        "closing_answer": said.closed.answer if said.closed else None,
        "lessons_learned": said.lessons,
        "latency_h": None if withheld else hours_between(local_ms(held.get(recall.session)), _begun_ms(recall)),
        "place": None if withheld else recall.place,
        "day_offset": days_between(first_ms, said.first_ms),
    }


def _begun_ms(recall: Recall) -> int | None:
    return local_ms(recall.begun_at_utc)


def _how_far(recall: Recall, said: Told, withheld: str | None) -> Record:
    """Whether it was held, as its own layer says: who recalls holds that layer's key alone, and not the roster's.

    What was withdrawn counts no more.
    """
    if withheld == "withdrawn":
        return {"status": "missing", "missing_reason": "withdrawn"}
    return {"status": "ended" if said.ended and recall.status != "missing" else recall.status}


def _scores(rows: StudyRows, first_ms: int | None) -> list[Record]:
    scales = {(one.id, one.version, scale.id): scale for one in rows.instruments for scale in one.subscales}
    known = {one.id for one in rows.persons}

    def record(score: Score) -> Record:
        scale = scales.get((score.instrument, score.version, score.subscale))
        return {
            **msgspec.structs.asdict(score),
            "person": score.person if score.person in known else None,
            "minimum": scale.minimum if scale else None,
            "maximum": scale.maximum if scale else None,
            "n_items": scale.items if scale else None,
            "day_offset": days_between(first_ms, day_ms(score.at)),
        }

    return [record(one) for one in rows.scores]
