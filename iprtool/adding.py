"""Adding a recording to a study: conformed, sealed, and known by the SHA-256 of the original."""

import hashlib
import shutil
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from iprtool.media.conform import conform
from iprtool.media.peaks import compute_all
from iprtool.model.errors import MediaError, StoreError
from iprtool.model.study import Recording, Session, Utterance
from iprtool.model.terms import ObjectKind
from iprtool.store.derived import PeaksFile, create_peaks, write_transcript
from iprtool.store.keys import Keyring
from iprtool.store.media import SealedSink, SealedSource
from iprtool.store.study import Study

ROOM = 1.05


def add_recording(
    study: Study,
    session: Callable[[], Session],
    original: Path,
    progress: Callable[[float], None],
    *,
    transcript: list[Utterance] | None = None,
    outlined: bool = True,
) -> tuple[Recording, str]:
    """Conform and seal a recording for the session that `session` gives, asked last; the original is not touched.

    The sound's outline is drawn now, unless `outlined` leaves it to the first recall. Returns the recording and a
    notice (empty where there is nothing to say). Raises MediaError or StoreError in one sentence, and leaves nothing
    behind then, nor when `progress` raises.
    """
    _check_original(study, original)
    made: list[str] = []
    try:
        recording, notice = _sealed(study, original, progress, transcript, made, outlined=outlined)
        twice = study.recordings_by_sha256(recording.original_sha256)
        recording = msgspec.structs.replace(recording, session=session().id)
        study.put(recording)
    except BaseException:
        # Ctrl-C may come when the recording has just been put into the roster: then it is there whole.
        if not any(one.media in made for one in study.recordings()):
            for object_id in made:
                study.discard_object(object_id)
        raise
    again = "This recording is in the study already; it was added once more." if twice else ""
    return recording, " ".join(text for text in (notice, again) if text)


def _sealed(
    study: Study,
    original: Path,
    progress: Callable[[float], None],
    transcript: list[Utterance] | None,
    made: list[str],
    *,
    outlined: bool,
) -> tuple[Recording, str]:
    media, path, key = _new(study, "media", made)
    added = conform(original, SealedSink(path, key), progress)
    peaks, peaks_path, peaks_key = _new(study, "derived", made)
    create_peaks(peaks_path, peaks_key, -(-added.duration_ms // 10))
    if outlined and added.audio_codec is not None:
        _outline(partial(SealedSource, path, key), peaks_path, peaks_key, added.duration_ms)
    words = None
    if transcript:
        words, words_path, words_key = _new(study, "derived", made)
        write_transcript(words_path, words_key, transcript)
    recording = Recording(
        id=str(uuid.uuid4()),
        session="",
        media=media,
        original_sha256=added.original_sha256,
        duration_ms=added.duration_ms,
        audio_codec=added.audio_codec,
        video_codec=added.video_codec,
        sample_rate_hz=added.sample_rate_hz,
        channels=added.channels,
        peaks=peaks,
        transcript=words,
        frame_rate=added.frame_rate,
        parts=added.parts,
    )
    return recording, added.notice


def make_study_of_one(
    path: Path,
    keyring: Keyring,
    session: Callable[[Study], Session],
    original: Path,
    progress: Callable[[float], None],
) -> str:
    """A study at `path` with this one recording in it, there whole or not at all; returns the notice.

    The outline is left to the first recall, which begins the sooner.
    """
    part = path.with_name(path.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with Study.create(part, keyring) as study:
            notice = add_recording(study, lambda: session(study), original, progress, outlined=False)[1]
        part.rename(path)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return notice


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
    lacking = int(size * ROOM) - free
    if lacking > 0:
        need = lacking // 1_000_000 + 1
        raise StoreError(f"There is no room on the disk for {original.name}: free another {need} MB and try again.")


def _new(study: Study, kind: ObjectKind, made: list[str]) -> tuple[str, Path, bytes]:
    object_id, path, key = study.new_object(kind)
    made.append(object_id)
    return object_id, path, key


def _outline(open_source: Callable[[], SealedSource], path: Path, key: bytes, duration_ms: int) -> None:
    peaks = PeaksFile(path, key)
    try:
        peaks.write(list(compute_all(open_source, duration_ms)))
        peaks.set_complete()
    finally:
        peaks.close()
