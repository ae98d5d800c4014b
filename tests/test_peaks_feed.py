"""The outline's way to the screen: from its object, or from a child that may be killed at any moment."""

import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from iprtool.model.grant import ObjectGrant
from iprtool.model.peaks import PeakChunk
from iprtool.peaks_feed import PeaksFeed, PeaksJob
from iprtool.store.derived import PeaksFile, create_peaks

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


def fed(feed: PeaksFeed, seconds: float = 20) -> list[PeakChunk]:
    """What arrives until the feed has ended by itself."""
    arrived: list[PeakChunk] = []
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
