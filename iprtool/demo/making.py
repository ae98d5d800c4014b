"""The demo study made from what is written down: people, consents, sessions, recalls, scores."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec

from iprtool.adding import add_recording
from iprtool.codebooks.loader import shipped
from iprtool.demo.file import DemoFile, DemoSession
from iprtool.demo.layers import coding_ops, review_ops
from iprtool.demo.session import DemoLayer, demo_layers
from iprtool.desk.codings import begin_coding, settled_coding
from iprtool.desk.consents import give_consent
from iprtool.desk.people import dyad_of, ensure_session, person_of
from iprtool.desk.recalls import begin_recall, codebook_for
from iprtool.desk.reviews import review_object
from iprtool.edits import Hand
from iprtool.instruments.loader import shipped as instrument
from iprtool.media.transcript import read_vtt
from iprtool.model.layer import Closed, Covered, Marked, Op, Stopped, WentOn
from iprtool.model.score import Score
from iprtool.model.study import Dyad, Person, Session
from iprtool.model.terms import Role
from iprtool.store.layer import LayerFile
from iprtool.store.machine import device
from iprtool.store.study import Study

SEGMENT_MS = 60_000
SIGNED_ON = "2026-02-20"
AFTER: dict[Role, timedelta] = {
    "client": timedelta(hours=26),
    "therapist": timedelta(hours=29),
    "researcher": timedelta(days=9),
}
"""How long after its session each recall was held: one after the other, by the same inquirer."""

PARTNERS: tuple[Role, ...] = ("client", "therapist")


class DemoStudy:
    """A new study and what it is to be filled with; its layers are known by folder and role once they are written."""

    def __init__(self, study: Study, folder: Path, file: DemoFile) -> None:
        self._study, self._folder, self._file = study, folder, file
        self._sessions: dict[str, Session] = {}
        self._layers: dict[str, str] = {}

    def make(self, progress: Callable[[float], None]) -> None:
        """Fill the study; `progress` gets the share that is done, 0 to 1."""
        self._study.set_contact(self._file.contact)
        self._add_people()
        share = 1 / len(self._file.sessions)
        for number, session in enumerate(self._file.sessions):
            self._add_session(session, partial(_part_of, progress, number * share, share))
        self._enter_scores()
        self._write_codings()
        self._write_review()

    def _add_people(self) -> None:
        for written in self._file.dyads:
            dyad = Dyad(str(uuid.uuid4()), written.label, written.group)
            self._study.put(dyad)
            for role in PARTNERS:
                person = person_of(self._study, dyad, role)
                give_consent(self._study, person, ["research", "quotation"], SIGNED_ON, text_version="1")
        for one in self._file.persons:
            self._study.put(Person(str(uuid.uuid4()), one.label, one.role))

    def _add_session(self, written: DemoSession, progress: Callable[[float], None]) -> None:
        session = ensure_session(self._study, written.dyad, written.number)
        session = msgspec.structs.replace(session, held_at=written.held_at)
        self._study.put(session)
        self._sessions[written.folder] = session
        folder = self._folder / written.folder
        words = read_vtt(folder / "session.vtt")
        add_recording(self._study, lambda: session, folder / "session.opus", progress, transcript=words)
        held = datetime.fromisoformat(written.held_at).astimezone()
        for layer in demo_layers(folder):
            self._layers[f"{written.folder}/{layer.by}"] = self._write_recall(session, layer, held + AFTER[layer.by])

    def _write_recall(self, session: Session, layer: DemoLayer, now: datetime) -> str:
        study = self._study
        codebook = codebook_for(layer.by, layer.codebook)
        inquirer = self._file.persons[0].label
        recall = begin_recall(study, session, layer.by, codebook=codebook, inquirer=inquirer, now=now)
        assert recall.layer is not None
        hand = Hand(layer.by, device())
        ops: list[Op] = []
        for stop in layer.stops:
            stopped = Stopped(stop.at_ms, stop.raw_ms, stop.uncertainty_ms, stop.stopped_by, stop.rate)
            ops.append(hand.op(stop.id, stopped))
            if stop.went_on_ms is not None:
                ops.append(hand.op(stop.id, WentOn(stop.went_on_ms)))
        ops += [hand.op(mark.id, Marked(mark)) for mark in layer.marks]
        ops += [hand.op(one.id, Covered(one.kind, one.start_ms, one.end_ms, one.rate)) for one in layer.coverage]
        ops.append(hand.op(recall.layer, Closed(layer.closing, layer.closing_helpful)))
        self._write(recall.layer, ops)
        study.settled(recall)
        return recall.layer

    def _enter_scores(self) -> None:
        for scores in self._file.scores:
            session = self._sessions[scores.session]
            dyad = dyad_of(self._study, session)
            for rater, forms in zip(PARTNERS, (scores.client, scores.therapist), strict=True):
                self._enter(session, person_of(self._study, dyad, rater), forms)

    def _enter(self, session: Session, person: Person, forms: dict[str, dict[str, float]]) -> None:
        with self._study.record_of(person) as record:
            for name, values in forms.items():
                version = instrument(name).version
                for subscale, value in values.items():
                    score = Score(str(uuid.uuid4()), session.id, person.id, person.role, name, version, subscale, value)
                    record.add("score", score.id, score)

    def _write_codings(self) -> None:
        for written in self._file.codings:
            session, codebook = self._sessions[written.session], shipped("3rs-2015")
            coding = begin_coding(self._study, session, written.coder, codebook=codebook, segment_ms=SEGMENT_MS)
            self._write(coding.layer, coding_ops(written, coding, Hand("observer", device())))
            settled_coding(self._study, coding)

    def _write_review(self) -> None:
        review = review_object(self._study)
        self._write(review, review_ops(self._file, self._layers, Hand("researcher", device())))

    def _write(self, layer: str, ops: list[Op]) -> None:
        with LayerFile(self._study.path_of(layer), self._study.key_of(layer)) as log:
            log.commit(ops).result()


def _part_of(progress: Callable[[float], None], done: float, share: float, part: float) -> None:
    progress(done + share * part)
