"""The outline's way to the screen: from its object, or from a child that may be killed at any moment."""

import sys
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from iprtool.media.conform import conform
from iprtool.model.grant import ObjectGrant, RecallGrant, ReviewGrant
from iprtool.model.peaks import PeakChunk
from iprtool.model.speech import SpeechSpan
from iprtool.model.study import Recording
from iprtool.peaks_feed import Found, PeaksFeed, PeaksJob, job_of
from iprtool.process import child_command
from iprtool.store.derived import PeaksFile, create_peaks
from iprtool.store.media import SealedSink
from tests.sounds import voice, write_wav

KEY = bytes(32)
FIRST, SECOND = PeakChunk(0, b"\1\0\2\0" * 100), PeakChunk(100, b"\3\0\4\0" * 100)


@pytest.fixture
def job(tmp_path: Path) -> PeaksJob:
    """An outline of two chunks, none of them there yet."""
    path = tmp_path / "peaks.db"
    create_peaks(path, KEY, 200)
    return PeaksJob(ObjectGrant("media.db", KEY.hex()), ObjectGrant(str(path), KEY.hex()), 2_000)


def child(script: str) -> list[str]:
    """A child that says `lines`, the two chunks, as the script has it."""
    lines = [msgspec.json.encode(chunk).decode() for chunk in (FIRST, SECOND)]
    return [sys.executable, "-c", f"import sys, time; lines = {lines!r}; {script}"]


def fed(feed: PeaksFeed, seconds: float = 20) -> list[Found]:
    """What arrives until the feed has ended by itself."""
    arrived: list[Found] = []
    feed.start(arrived.append)
    assert feed._thread is not None
    feed._thread.join(seconds)
    assert not feed._thread.is_alive()
    return arrived


def test_a_whole_outline_comes_from_its_object_without_a_child(job: PeaksJob) -> None:
    peaks = PeaksFile(Path(job.peaks.path), KEY)
    peaks.write([FIRST, SECOND])
    peaks.set_complete()
    peaks.close()
    assert fed(PeaksFeed(["/nonexistent"], job)) == [FIRST, SECOND]


def test_what_is_missing_comes_from_a_child_that_is_told_its_job_over_a_pipe(job: PeaksJob, tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = f"open({str(told)!r}, 'w').write(sys.stdin.readline()); print(*lines, sep='\\n')"
    assert fed(PeaksFeed(child(script), job)) == [FIRST, SECOND]
    assert msgspec.json.decode(told.read_bytes(), type=PeaksJob) == job


@pytest.mark.parametrize(
    ("script", "arrived"),
    [
        ("print(lines[0]); sys.stdout.write(lines[1][:30])", [FIRST]),
        ("sys.stdin.close(); print(lines[0])", [FIRST]),
        ("sys.exit(1)", []),
    ],
    ids=["cut off in a line", "not listening", "gone at once"],
)
def test_a_child_that_breaks_off_leaves_what_it_told(job: PeaksJob, script: str, arrived: list[PeakChunk]) -> None:
    assert fed(PeaksFeed(child(script), job)) == arrived


def test_an_outline_that_cannot_be_opened_is_none(job: PeaksJob) -> None:
    Path(job.peaks.path).write_bytes(b"damaged" * 1_000)
    assert fed(PeaksFeed(["/nonexistent"], job)) == []


def test_stopping_ends_a_child_that_is_at_work(job: PeaksJob) -> None:
    first = threading.Event()
    feed = PeaksFeed(child("print(lines[0], flush=True); sys.stdout.write('half'); time.sleep(60)"), job)
    feed.start(lambda _: first.set())
    assert first.wait(20)
    began = time.monotonic()
    feed.stop()
    assert time.monotonic() - began < 5
    assert feed._child is not None
    assert feed._child.returncode is not None


SPEECH = [SpeechSpan(0, 700), SpeechSpan(900, 1_500, 1)]


def test_speech_that_is_kept_comes_after_the_outline_and_without_a_child(job: PeaksJob) -> None:
    peaks = PeaksFile(Path(job.peaks.path), KEY)
    peaks.write([FIRST, SECOND])
    peaks.set_complete()
    peaks.write_speech(SPEECH)
    peaks.close()
    asked = msgspec.structs.replace(job, speech=True)
    assert fed(PeaksFeed(["/nonexistent"], asked)) == [FIRST, SECOND, SPEECH]
    assert fed(PeaksFeed(["/nonexistent"], job)) == [FIRST, SECOND]


def test_speech_that_is_missing_comes_from_the_child(job: PeaksJob) -> None:
    peaks = PeaksFile(Path(job.peaks.path), KEY)
    peaks.write([FIRST, SECOND])
    peaks.set_complete()
    peaks.close()
    told = msgspec.json.encode(SPEECH).decode()
    asked = msgspec.structs.replace(job, speech=True)
    assert fed(PeaksFeed(child(f"print({told!r})"), asked)) == [FIRST, SECOND, SPEECH]


def test_the_child_outlines_the_sound_and_finds_speech_and_keeps_both(job: PeaksJob, tmp_path: Path) -> None:
    turns = [np.concatenate([np.zeros(16_000, np.int16), voice(1.0, 120)]), np.zeros(32_000, np.int16)]
    media = tmp_path / "media.db"
    conform(write_wav(tmp_path / "two.wav", turns), SealedSink(media, KEY), lambda _: None)
    asked = PeaksJob(ObjectGrant(str(media), KEY.hex()), job.peaks, 2_000, speech=True, apart=True)
    *chunks, spans = fed(PeaksFeed(child_command("peaks"), asked))
    assert all(isinstance(chunk, PeakChunk) for chunk in chunks)
    assert isinstance(spans, list)
    (span,) = spans
    assert (span.start_ms, span.end_ms) == pytest.approx((1_000, 2_000), abs=60)
    assert span.channel == 0
    peaks = PeaksFile(Path(job.peaks.path), KEY)
    assert (peaks.complete, peaks.read(), peaks.read_speech()) == (True, chunks, spans)
    peaks.close()


def test_speech_is_asked_for_in_a_review_that_has_no_transcript() -> None:
    given, recording = ObjectGrant("a", "b"), Recording("r", "s", "m", "0", 1_000, audio_codec="flac")
    review = ReviewGrant("D01", (), given, recording, peaks=given)
    recall = RecallGrant("participant", "d", given, given, recording, peaks=given)
    told = job_of(review)
    assert told == PeaksJob(given, given, 1_000, speech=True)
    both = msgspec.structs.replace(recording, channel_speakers=("client", "therapist"))
    assert job_of(msgspec.structs.replace(review, recording=both)) == msgspec.structs.replace(told, apart=True)
    assert job_of(msgspec.structs.replace(review, transcript=given)) == PeaksJob(given, given, 1_000)
    assert job_of(recall) == PeaksJob(given, given, 1_000)
    assert job_of(msgspec.structs.replace(recall, peaks=None)) is None
