"""Adding a recording to a study: conformed, sealed, and known by the SHA-256 of the original."""

import shutil
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event

import msgspec

from iprtool.media.conform import conform_joined
from iprtool.media.joining import check_different, gaps_between, gaps_notice
from iprtool.media.peaks import compute, compute_all, slices
from iprtool.media.probe import Probe, probe
from iprtool.media.room import sealed_bytes
from iprtool.media.source_file import printable
from iprtool.media.speech import find_speech_aside
from iprtool.model.errors import MediaError, StoreError
from iprtool.model.peaks import PeakChunk
from iprtool.model.study import Recording, Session, Utterance
from iprtool.model.terms import ObjectKind, Role
from iprtool.store.derived import PeaksFile, create_peaks, write_transcript
from iprtool.store.keys import Keyring
from iprtool.store.media import SealedSink, SealedSource
from iprtool.store.study import Study

_SEALING = 25, 0.4
_OUTLINING = 18, 2.3
"""What a megabyte, and a second of sound, take to be sealed, and to be drawn and listened to: what counts is their
ratio, as it was measured on recordings of 26 minutes (WAV, AAC, Opus).
"""
_LOOKED_S = 0.2

Progress = Callable[[float], None]
"""Told the part done, 0 to 1; an error that it raises cancels."""

ALONE = "If something stays with you after today, please speak to someone you trust, or bring it to your supervision."
"""The contact card of a recording opened on its own: nobody else need be there, and no site has written one."""


def add_recording(
    study: Study,
    session: Callable[[], Session],
    original: Path,
    progress: Progress,
    *,
    following: Sequence[Path] = (),
    gaps_ms: Sequence[int] = (),
    channel_speakers: Sequence[Role] = (),
    transcript: list[Utterance] | None = None,
    outlined: bool = True,
    probes: Sequence[Probe] | None = None,
    keep_until: str | None = None,
) -> tuple[Recording, str]:
    """Conform and seal a recording for the session that `session` gives, asked last; the original is not touched.

    The files `following` the original are joined to it on one clock, `gaps_ms` apart (by their own times where none are
    given). `channel_speakers` says who speaks on which channel, left first. `probes` are those of the files, where
    they have been probed already; `keep_until` is the ISO date up to which the recording may be kept. The sound's
    outline is drawn now and speech looked for, unless `outlined` leaves all but the beginning to the first recall.
    Returns the recording and a notice (empty where there is nothing to say).
    Raises MediaError or StoreError in one sentence, and leaves nothing behind then, nor when `progress` raises.
    """
    paths = [original, *following]
    probes = [probe(path) for path in paths] if probes is None else probes
    check_different(paths)
    _check_channels(paths, probes, channel_speakers)
    _check_room(study, paths, probes)
    gaps = gaps_between(probes, gaps_ms)
    made: list[str] = []
    try:
        apart = bool(channel_speakers)
        steps = _steps(progress, probes, paths) if outlined else (progress, None)
        recording, notice = _sealed(study, paths, gaps.ms, steps, transcript, made, apart=apart)
        again = _again(study, recording)
        where = session()
        _refuse_twice(study, where, recording)
        recording = msgspec.structs.replace(
            recording, session=where.id, channel_speakers=tuple(channel_speakers), keep_until=keep_until
        )
        study.put(recording)
    except BaseException:
        # Ctrl-C may come when the recording has just been put into the roster: then it is there whole.
        if not any(one.media in made for one in study.recordings()):
            for object_id in made:
                study.discard_object(object_id)
        raise
    said = (notice, gaps_notice(gaps) if following else "", again)
    return recording, " ".join(text for text in said if text)


def _sealed(
    study: Study,
    paths: Sequence[Path],
    gaps_ms: Sequence[int],
    steps: tuple[Progress, Progress | None],
    transcript: list[Utterance] | None,
    made: list[str],
    *,
    apart: bool,
) -> tuple[Recording, str]:
    media, path, key = _new(study, "media", made)
    sealing, outlining = steps
    added = conform_joined(paths, gaps_ms, SealedSink(path, key), sealing)
    peaks, peaks_path, peaks_key = _new(study, "derived", made)
    create_peaks(peaks_path, peaks_key, -(-added.duration_ms // 10))
    if added.audio_codec is not None:
        sound = partial(SealedSource, path, key)
        if outlining:
            _outline(sound, peaks_path, peaks_key, added.duration_ms, outlining, apart=apart)
        else:
            _begin_outline(sound, peaks_path, peaks_key, added.duration_ms)
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
        silences=added.silences,
    )
    return recording, added.notice


def add_transcript(study: Study, recording: str, transcript: list[Utterance]) -> None:
    """Seal a transcript to the recording with this id, in the place of the one that it had."""
    before = next(one for one in study.recordings() if one.id == recording)
    with study.making("derived") as (words, path, key):
        write_transcript(path, key, transcript)
        study.put(msgspec.structs.replace(before, transcript=words))
    if before.transcript is not None:
        study.discard_object(before.transcript)


def make_study_of_one(
    path: Path,
    keyring: Keyring,
    session: Callable[[Study], Session],
    original: Path,
    progress: Progress,
) -> str:
    """A study at `path` with this one recording in it, there whole or not at all; returns the notice.

    All but the outline's beginning is left to the first recall, which begins the sooner.
    """
    part = path.with_name(path.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with Study.create(part, keyring) as study:
            study.set_contact(ALONE)
            notice = add_recording(study, lambda: session(study), original, progress, outlined=False)[1]
        part.rename(path)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return notice


def _refuse_twice(study: Study, session: Session, added: Recording) -> None:
    """StoreError where the session has a recording of this very file, or of these files as they lie here."""
    here = (one for one in study.recordings() if one.session == session.id)
    if any((one.original_sha256, one.parts) == (added.original_sha256, added.parts) for one in here):
        raise StoreError("This session has this very recording already, so it was not added again.")


def _again(study: Study, added: Recording) -> str:
    """What is said where the recording, or a file of it, is in the study already."""
    known = study.recordings()
    if any(one.original_sha256 == added.original_sha256 for one in known):
        return "This recording is in the study already; it was added once more."
    files = {added.original_sha256, *(part.original_sha256 for part in added.parts)}
    there = {sha256 for one in known for sha256 in (one.original_sha256, *(part.original_sha256 for part in one.parts))}
    if not files & there:
        return ""
    if added.parts:
        return "Some of these files are in the study already; they were added once more."
    return "This recording is in the study already, joined with others; it was added once more."


def _check_channels(paths: Sequence[Path], probes: Sequence[Probe], speakers: Sequence[Role]) -> None:
    for role in speakers:
        if speakers.count(role) > 1:
            raise MediaError(
                f"{role} was named for more than one channel; name another speaker for each, left first, or none."
            )
    for path, one in zip(paths, probes, strict=True):
        if speakers and one.channels != len(speakers):
            raise MediaError(
                f"{printable(path)} has {one.channels or 'no'} sound channel{'' if one.channels == 1 else 's'} and "
                f"{len(speakers)} speaker{' was' if len(speakers) == 1 else 's were'} named; name one for each "
                "channel, left first, or none."
            )


def _check_room(study: Study, paths: Sequence[Path], probes: Sequence[Probe]) -> None:
    need = sealed_bytes(probes, [path.stat().st_size for path in paths])
    lacking = need - shutil.disk_usage(study.path).free
    if lacking > 0:
        raise StoreError(
            f"There is no room on the disk for {printable(paths[0])}: free another {lacking // 1_000_000 + 1} MB and "
            "try again."
        )


def _new(study: Study, kind: ObjectKind, made: list[str]) -> tuple[str, Path, bytes]:
    object_id, path, key = study.new_object(kind)
    made.append(object_id)
    return object_id, path, key


def _steps(progress: Progress, probes: Sequence[Probe], paths: Sequence[Path]) -> tuple[Progress, Progress]:
    """Whom to tell how far the sealing and the outline are, each by its share of the whole."""
    megabytes = sum(path.stat().st_size for path in paths) / 1_000_000
    sounding_s = sum(one.duration_ms for one in probes if one.audio_codec) / 1000
    sealing, outlining = (
        per_megabyte * megabytes + per_second * sounding_s for per_megabyte, per_second in (_SEALING, _OUTLINING)
    )
    share = sealing / (sealing + outlining) if sounding_s else 1.0
    return lambda part: progress(share * part), lambda part: progress(share + (1 - share) * part)


def _outline(
    open_source: Callable[[], SealedSource],
    path: Path,
    key: bytes,
    duration_ms: int,
    progress: Progress,
    *,
    apart: bool,
) -> None:
    drawn: list[PeakChunk] = []
    heard, given_up = 0, Event()

    def hear(ms: int) -> None:
        nonlocal heard
        if given_up.is_set():
            raise CancelledError
        heard = ms

    def tell() -> None:
        progress(min(1.0, min(heard, 10 * sum(one.bins for one in drawn)) / max(1, duration_ms)))

    peaks = PeaksFile(path, key)
    with closing(peaks), ThreadPoolExecutor(1) as beside:
        speech = beside.submit(find_speech_aside, open_source, hear, apart=apart)
        try:
            with closing(compute_all(open_source, duration_ms)) as made:
                for chunk in made:
                    drawn.append(chunk)
                    tell()
            peaks.write(drawn)
            peaks.set_complete()
            while wait([speech], _LOOKED_S).not_done:
                tell()
        finally:
            given_up.set()
        if (spans := speech.result()) is not None:
            peaks.write_speech(spans)
    progress(1.0)


def _begin_outline(open_source: Callable[[], SealedSource], path: Path, key: bytes, duration_ms: int) -> None:
    """What a recall shows first, so that it need not wait for a process to start."""
    source, peaks = open_source(), PeaksFile(path, key)
    try:
        peaks.write([compute(source, *slices(duration_ms, 0)[0])])
    finally:
        peaks.close()
        source.close()
