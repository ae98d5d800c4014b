"""The words of a study as they are searched: marks of every layer that may be looked at, and the transcripts."""

from collections.abc import Iterator

from iprtool.desk.reviews import REVIEW, allowed_today, coder_label, recording_reviewed, shown_codings, shown_recalls
from iprtool.export.allowed import Allowed
from iprtool.model.layer import LayerContent
from iprtool.model.study import Session, Utterance
from iprtool.reviewing.across import SessionWords
from iprtool.reviewing.links import Links
from iprtool.reviewing.review import lane_of
from iprtool.reviewing.search import entries_of
from iprtool.store.derived import read_transcript
from iprtool.store.study import Study
from iprtool.store.view import view_layer


class WordsOfStudy:
    """An open study's words."""

    def __init__(self, study: Study) -> None:
        self._study = study

    def links(self) -> Links:
        """What the researcher has said; nothing where there is no review yet."""
        review = self._study.setting(REVIEW)
        if review is None:
            return Links()
        with view_layer(self._study.path_of(review), self._study.key_of(review)) as view:
            return Links(view.put_values())

    def count(self) -> int:
        """How many sessions there are."""
        return len(self._study.sessions())

    def read(self) -> Iterator[SessionWords]:
        """The sessions by dyad and number; StoreError where one of their layers cannot be read."""
        dyads = {one.id: one for one in self._study.dyads()}
        sessions = sorted(self._study.sessions(), key=lambda one: (dyads[one.dyad].label, one.number))
        allowed = allowed_today(self._study)
        for session in sessions:
            withheld = allowed.withdrawn(session) or ""
            said = self._transcript(session, allowed) if not withheld else []
            entries = entries_of(self._layers(session, allowed), said)
            yield SessionWords(dyads[session.dyad], session, entries, withheld)

    def _layers(self, session: Session, allowed: Allowed) -> Iterator[tuple[str, LayerContent]]:
        for recall in shown_recalls(self._study, session, allowed):
            if recall.layer is not None:
                marks = self._marks(recall.layer)
                yield lane_of(marks.head), marks
        for coding in shown_codings(self._study, session, allowed):
            yield coder_label(coding), self._marks(coding.layer)

    def _marks(self, layer: str) -> LayerContent:
        """A layer's head and marks, without its history."""
        with view_layer(self._study.path_of(layer), self._study.key_of(layer)) as view:
            return LayerContent(view.head, view.marks())

    def _transcript(self, session: Session, allowed: Allowed) -> list[Utterance]:
        if self._study.recording_of(session) is None:
            return []
        recording = recording_reviewed(self._study, session, allowed)
        if recording.transcript is None:
            return []
        return read_transcript(self._study.path_of(recording.transcript), self._study.key_of(recording.transcript))
