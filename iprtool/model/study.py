"""A study's people, sessions, recordings and recalls: pseudonyms only, never a name."""

from collections.abc import Iterable
from itertools import pairwise

import msgspec

from iprtool.model.terms import AfterNote, MissingReason, RecallStatus, Role

SHORTEST_GAP_MS = 500
"""A stretch without sound that is shorter is played over, and no player need know about it."""

Gap = tuple[int, int]
"""Where it begins and where it ends, in ms of the recording."""


class Dyad(msgspec.Struct, frozen=True):
    """A client and a therapist who meet, known by their pseudonymous label (for instance D05)."""

    id: str
    label: str
    group: str | None = None


class Session(msgspec.Struct, frozen=True):
    """One therapy session of a dyad, by its number."""

    id: str
    dyad: str
    number: int


class Part(msgspec.Struct, frozen=True):
    """One of the files that a recording was joined from: where on the recording's clock it begins, how long it is."""

    original_sha256: str
    start_ms: int
    duration_ms: int


class Recording(msgspec.Struct, frozen=True):
    """A session's recording, sealed in the study: known by the SHA-256 of the original file.

    `media`, `peaks` and `transcript` are the ids of the sealed objects. Codecs are FFmpeg's short names. `frame_rate`
    is the picture's average, in frames a second. Where several files were joined, `parts` has them in their order
    (else it is empty), and the SHA-256 is that of their bytes one after another: `cat A B | sha256sum`.
    `channel_speakers` says who is on which channel, left first, where each has a speaker of its own. `silences` are
    where there is no sound in it for `SHORTEST_GAP_MS` or more, of very many the longest.
    """

    id: str
    session: str
    media: str
    original_sha256: str
    duration_ms: int
    audio_codec: str | None = None
    video_codec: str | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    peaks: str | None = None
    transcript: str | None = None
    frame_rate: float | None = None
    parts: tuple[Part, ...] = ()
    channel_speakers: tuple[str, ...] = ()
    silences: tuple[Gap, ...] = ()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Where there is nothing to be heard, between one part and the next or within one; in order and apart."""
        between = ((one.start_ms + one.duration_ms, next_one.start_ms) for one, next_one in pairwise(self.parts))
        return _united([*between, *self.silences])


def _united(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    united: list[Gap] = []
    for start_ms, end_ms in sorted(gaps):
        if united and start_ms <= united[-1][1]:
            united[-1] = united[-1][0], max(united[-1][1], end_ms)
        elif start_ms < end_ms:
            united.append((start_ms, end_ms))
    return tuple(united)


class RecallProtocol(msgspec.Struct, frozen=True):
    """How a recall is run: who may stop, what Enter does after a note, pre-roll and reaction time."""

    name: str = "person-centred"
    may_stop: tuple[str, ...] = ("recaller", "inquirer")
    after_note: AfterNote = "go_on"
    pre_roll_ms: int = 2000
    reaction_time_ms: int = 0
    planned_minutes: int | None = None


class Recall(msgspec.Struct, frozen=True):
    """One person's recall of one session; `layer` is the sealed object that it writes, None where none was made."""

    id: str
    session: str
    by: Role
    recording: str | None = None
    layer: str | None = None
    inquirer: str | None = None
    place: str | None = None
    protocol: RecallProtocol = RecallProtocol()
    status: RecallStatus = "planned"
    missing_reason: MissingReason | None = None
    codebook: str | None = None
    codebook_version: str | None = None


class Utterance(msgspec.Struct, frozen=True):
    """One stretch of the transcript: who spoke, from when to when, what was said."""

    start_ms: int
    end_ms: int
    speaker: str
    text: str
