"""What the library's screens ask of the study, without knowing how it is kept."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from iprtool.library.editing import Change
from iprtool.library.roster import Roster
from iprtool.model.terms import Role


class NewRecording(msgspec.Struct, frozen=True):
    """A recording to be added: its session, the paths of its files in their order, and what is known of it.

    The session is known by its id; empty: it has none yet, and is made with the recording, by its dyad's label and its
    number. `another` is whether it was said to be added to a session that has a recording already. `gaps_ms` lie
    between one file and the next (empty: as the files' own clocks tell). `keep_until` is an ISO date.
    """

    session: str
    dyad: str
    number: int
    files: tuple[str, ...]
    another: bool = False
    gaps_ms: tuple[int, ...] = ()
    channel_speakers: tuple[Role, ...] = ()
    transcript: str | None = None
    keep_until: str | None = None


class StudyShelf(Protocol):
    """An open study, as the library's screens see it; every call may be made from any thread."""

    @property
    def name(self) -> str:
        """The study's name."""
        ...

    def roster(self) -> Roster:
        """The roster as it stands: quick, it opens nothing but the roster itself."""
        ...

    def standing(self, known: Roster) -> object:
        """What is another where somebody, here or elsewhere, has entered something since, or written in one of the
        layers that are open in the roster as it is known; very quick.
        """
        ...

    def settle(self) -> Roster:
        """Take over from the layers what was closed and locked; the roster with consents and scores.

        Slow: each open layer and each person's object is opened.
        """
        ...

    def carry_out(self, change: Change) -> None:
        """Enter it into the roster; IprtoolError where it does not fit the rest."""
        ...

    def take_back(self, change: Change) -> None:
        """Undo it; IprtoolError where it was changed since, or something rests on it."""
        ...

    def gap_ms(self, text: str) -> int:
        """The time between two files as it is typed (90s, 1:30), in ms; IprtoolError where it is none."""
        ...

    def add_recording(self, new: NewRecording, progress: Callable[[float], None]) -> str:
        """Conform and seal a recording; slow. What is to be said of it, which may be nothing.

        Raises IprtoolError, and leaves nothing behind then, nor when `progress` raises.
        """
        ...

    def add_transcript(self, recording: str, path: str) -> None:
        """Seal a transcript (WebVTT) to a recording, in the place of the one before; IprtoolError where it is none."""
        ...
