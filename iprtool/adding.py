"""Adding a recording to a study: conformed and sealed by a child process, so that a hostile file can at worst kill that."""

import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import msgspec

from iprtool.model.errors import MediaError, StoreError
from iprtool.model.study import Recording, Session, Utterance
from iprtool.store.derived import create_peaks, write_transcript
from iprtool.store.study import Study

ROOM = 1.05
BINS_PER_MS = 100 / 1000


class ConformJob(msgspec.Struct, frozen=True):
    """What the conforming child is told over its standard input."""

    original: str
    object: str
    key: str


class Added(msgspec.Struct, frozen=True):
    """What conforming found out: see `iprtool.media.conform.Conformed`."""

    duration_ms: int
    original_sha256: str
    audio_codec: str | None = None
    video_codec: str | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    notice: str = ""


class Step(msgspec.Struct, frozen=True):
    """A line from the conforming child: how far it is, what it made, or one sentence of what went wrong."""

    progress: float | None = None
    added: Added | None = None
    error: str | None = None


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
        added = _conform(ConformJob(str(original.absolute()), str(path), key.hex()), progress)
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


def _conform(job: ConformJob, progress: Callable[[float], None]) -> Added:
    child = subprocess.Popen(
        [sys.executable, "-m", "iprtool.process", "conform"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(msgspec.json.encode(job) + b"\n")
        child.stdin.close()
        for line in child.stdout:
            step = msgspec.json.decode(line, type=Step)
            if step.error is not None:
                raise MediaError(step.error)
            if step.added is not None:
                return step.added
            progress(step.progress or 0.0)
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
    name = Path(job.original).name
    raise MediaError(f"{name} is damaged: reading it ended without a result; try to repair or convert it first.")
