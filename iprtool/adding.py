"""Adding a recording to a study: conformed, sealed, and known by the SHA-256 of the original."""

import hashlib
import shutil
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from iprtool.media.conform import conform
from iprtool.media.peaks import compute_all
from iprtool.model.errors import MediaError, StoreError
from iprtool.model.study import Recording, Session, Utterance
from iprtool.model.terms import ObjectKind
from iprtool.store.derived import PeaksFile, create_peaks, write_transcript
from iprtool.store.media import SealedSink, SealedSource
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
    made: list[str] = []
    try:
        media, path, key = _new(study, "media", made)
        added = conform(original, SealedSink(path, key), progress)
        peaks, peaks_path, peaks_key = _new(study, "derived", made)
        create_peaks(peaks_path, peaks_key, -(-added.duration_ms // 10))
        words = None
        if transcript:
            words, words_path, words_key = _new(study, "derived", made)
            write_transcript(words_path, words_key, transcript)
    except BaseException:
        for object_id in made:
            study.discard_object(object_id)
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


def _new(study: Study, kind: ObjectKind, made: list[str]) -> tuple[str, Path, bytes]:
    object_id, path, key = study.new_object(kind)
    made.append(object_id)
    return object_id, path, key


def outline(study: Study, recording: Recording) -> None:
    """Draw the sound's outline now rather than at the first recall; a recording without sound has none."""
    if recording.peaks is None or recording.audio_codec is None:
        return
    open_source = partial(SealedSource, study.path_of(recording.media), study.key_of(recording.media))
    peaks = PeaksFile(study.path_of(recording.peaks), study.key_of(recording.peaks))
    peaks.write(list(compute_all(open_source, recording.duration_ms)))
    peaks.set_complete()
    peaks.close()
