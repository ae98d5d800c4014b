"""A study's people, sessions, recordings and recalls: pseudonyms only, never a name."""

from collections.abc import Iterable
from itertools import pairwise

import msgspec

from iprtool.model.protocol import RecallProtocol
from iprtool.model.terms import MissingReason, RecallStatus, Role

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
    """One therapy session of a dyad, by its number; `held_at` is when it ended, ISO 8601 in local time, if known."""

    id: str
    dyad: str
    number: int
    held_at: str | None = None


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
    where there is no sound in it for `SHORTEST_GAP_MS` or more, of very many the longest. `keep_until` is
    the ISO date up to which it may be kept.
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
    keep_until: str | None = None

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


class Person(msgspec.Struct, frozen=True):
    """Somebody of the study by pseudonym: a participant of a dyad, or (dyad None) an inquirer, coder or supervisor.

    `sealed` is the id of the person object with consents and scores, None until there is one. `withdrawn_on` is an
    ISO date.
    """

    id: str
    label: str
    role: Role
    dyad: str | None = None
    sealed: str | None = None
    withdrawn_on: str | None = None


class Recall(msgspec.Struct, frozen=True):
    """One person's recall of one session; `layer` is the sealed object that it writes, None where none was made.

    `person` is who recalls, `also` who takes part beside them (a mutual recall), by their ids. `begun_at_utc` is ISO
    8601. `unplayed` is whether it ended with nothing played and nothing marked.
    """

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
    person: str | None = None
    also: tuple[str, ...] = ()
    guide: str | None = None
    guide_version: str | None = None
    begun_at_utc: str | None = None
    unplayed: bool = False


class Coding(msgspec.Struct, frozen=True):
    """One coder's coding of one session; `layer` is the sealed object that it writes."""

    id: str
    session: str
    coder: str
    layer: str
    recording: str
    codebook: str
    codebook_version: str
    segment_ms: int = 300_000
    locked: bool = False
    unblinded: bool = False


class Utterance(msgspec.Struct, frozen=True):
    """One stretch of the transcript: who spoke, from when to when, what was said."""

    start_ms: int
    end_ms: int
    speaker: str
    text: str
