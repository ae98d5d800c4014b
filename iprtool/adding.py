"""Adding a recording to a study: conformed, sealed, and known by the SHA-256 of the original."""

import hashlib
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from iprtool.media.conform import conform
from iprtool.model.errors import MediaError, StoreError
from iprtool.model.study import Recording, Session, Utterance
from iprtool.store.derived import create_peaks, write_transcript
from iprtool.store.media import SealedSink
from iprtool.store.study import Study

ROOM = 1.05


def add_recording(
    study: Study,
    session: Session,
    original: Path,
    progress: Callable[[float], None],
    *,
    transcript: list[Utterance] | None = None,
) -> tuple[Recording, str]:
    """Conform and seal a recording for a session; the original is not touched.

    Returns the recording and a notice (empty where there is nothing to say). Raises MediaError or StoreError in one
    sentence, and leaves nothing behind then, nor when `progress` raises.
    """
    _check_original(study, original)
    media, path, key = study.new_object("media")
    try:
        added = conform(original, SealedSink(path, key), progress)
        peaks, peaks_path, peaks_key = study.new_object("derived")
        create_peaks(peaks_path, peaks_key, -(-added.duration_ms // 10))
        words = _seal_transcript(study, transcript) if transcript else None
    except BaseException:
        study.discard_object(media)
        raise
    twice = study.recordings_by_sha256(added.original_sha256)
    recording = Recording(
        id=str(uuid.uuid4()),
        session=session.id,
        media=media,
        original_sha256=added.original_sha256,
        duration_ms=added.duration_ms,
        audio_codec=added.audio_codec,
        video_codec=added.video_codec,
        sample_rate_hz=added.sample_rate_hz,
        channels=added.channels,
        peaks=peaks,
        transcript=words,
    )
    study.put(recording)
    again = "This recording is in the study already; it was added once more." if twice else ""
    return recording, " ".join(text for text in (added.notice, again) if text)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex; MediaError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MediaError(f"{path.name} cannot be read ({error.strerror}); check the path.") from error


def _check_original(study: Study, original: Path) -> None:
    try:
        size = original.stat().st_size
    except OSError as error:
        raise MediaError(f"{original.name} cannot be read ({error.strerror}); check the path.") from error
    free = shutil.disk_usage(study.path).free
    if size * ROOM > free:
        need = (size - free) // 1_000_000 + 1
        raise StoreError(f"There is no room on the disk for {original.name}: free another {need} MB and try again.")


def _seal_transcript(study: Study, transcript: list[Utterance]) -> str:
    object_id, path, key = study.new_object("derived")
    write_transcript(path, key, transcript)
    return object_id
