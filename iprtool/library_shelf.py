"""The open study as the library's screens see it: the desk, and what adds recordings, behind one port.

What adds them is imported when it is needed: it brings numpy and FFmpeg along.
"""

from collections.abc import Callable
from pathlib import Path

from iprtool.desk.people import ensure_session
from iprtool.desk.roster import carry_out, roster_of, settle, take_back, with_records
from iprtool.library.editing import Change
from iprtool.library.port import NewRecording
from iprtool.library.roster import Roster
from iprtool.model.errors import IprtoolError, StoreError
from iprtool.model.study import Session
from iprtool.store.study import Study


class StudyOnShelf:
    """An open study, which stays its owner's to close."""

    def __init__(self, study: Study) -> None:
        self._study = study

    @property
    def name(self) -> str:
        """The folder's name without its ending."""
        return self._study.path.stem

    def roster(self) -> Roster:
        """The roster as it stands."""
        return roster_of(self._study)

    def standing(self, known: Roster) -> object:
        """The roster's last entry, and when the layers that are open were written."""
        layers = [one.layer for one in known.recalls if one.layer and one.status == "open"]
        layers += [one.layer for one in known.codings if not one.locked]
        return self._study.roster.last(), [_written_ns(self._study.path_of(one)) for one in layers]

    def settle(self) -> Roster:
        """What the layers say is taken over; the roster with consents and scores, where they can be read."""
        settle(self._study)
        roster = self.roster()
        try:
            return with_records(self._study, roster)
        except StoreError:
            return roster

    def carry_out(self, change: Change) -> None:
        """Enter it into the roster."""
        carry_out(self._study, change)

    def take_back(self, change: Change) -> None:
        """Undo it."""
        take_back(self._study, change)

    def gap_ms(self, text: str) -> int:
        """The time between two files."""
        from iprtool.model.times import parse_duration

        try:
            return parse_duration(text)
        except ValueError as error:
            raise IprtoolError(f"{error}.") from None

    def add_recording(self, new: NewRecording, progress: Callable[[float], None]) -> str:
        """Conform and seal a recording; the session is asked last, when it is too late to go back."""
        from iprtool.adding import add_recording
        from iprtool.media.transcript import read_vtt

        words = read_vtt(Path(new.transcript)) if new.transcript else None

        def session() -> Session:
            progress(1.0)
            if not new.session:
                found = ensure_session(self._study, new.dyad, new.number)
            elif (known := self._study.roster.one("session", new.session, Session)) is None:
                raise StoreError("The session of this recording was taken back, so it was not added.")
            else:
                found = known
            if not new.another and self._study.recording_of(found) is not None:
                raise StoreError("The session has got a recording meanwhile, so this one was not added; add it again.")
            return found

        first, *following = map(Path, new.files)
        return add_recording(
            self._study,
            session,
            first,
            progress,
            following=following,
            gaps_ms=new.gaps_ms,
            channel_speakers=new.channel_speakers,
            transcript=words,
            keep_until=new.keep_until,
        )[1]

    def add_transcript(self, recording: str, path: str) -> None:
        """Seal a transcript to a recording."""
        from iprtool.adding import add_transcript
        from iprtool.media.transcript import read_vtt

        add_transcript(self._study, recording, read_vtt(Path(path)))


def _written_ns(path: Path) -> int:
    """When a layer was last written to, beside its journal; 0 where it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
