"""The sound's outline: of an hour, and of the first half minute."""

import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from iprtool.model.grant import RecallGrant
from iprtool.model.peaks import BINS_PER_SECOND
from tests.bench.longer import lengthened
from tests.bench.recalls import job_of, long_recall, scratch
from tests.bench.row import NotMeasured, Row, at_most, interleaved, measure, pairs_of

if TYPE_CHECKING:
    from tests.sounds import Kind

MINUTES, QUICK_MINUTES = 60, 10
RATE_HZ = 48_000
BLOCK_BINS = 3_000
PATIENCE_S = 60.0


def all_peaks(grant: RecallGrant) -> float:
    """Seconds for the outline of a sealed recording, by as many processes as there are cores."""
    from iprtool.media.peaks import compute_all
    from iprtool.store.media import SealedSource

    begun = time.perf_counter()
    sealed = partial(SealedSource, Path(grant.media.path), grant.media.raw_key)
    bins = sum(chunk.bins for chunk in compute_all(sealed, grant.recording.duration_ms))
    took_s = time.perf_counter() - begun
    assert bins == -(-grant.recording.duration_ms // 10)
    return took_s


def by_ffmpeg(original: Path) -> float:
    """Seconds for the same from the original file: ffmpeg's samples through a pipe, lowest and highest by numpy."""
    import numpy as np

    begun = time.perf_counter()
    command = ["ffmpeg", "-v", "error", "-i", str(original), "-f", "s16le", "-"]
    bin_samples = RATE_HZ // BINS_PER_SECOND
    lowest, highest = [], []
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=1 << 20) as ffmpeg:
        assert ffmpeg.stdout is not None
        while data := ffmpeg.stdout.read(BLOCK_BINS * bin_samples * 2):
            samples = np.frombuffer(data, np.int16)
            whole = samples[: len(samples) // bin_samples * bin_samples].reshape(-1, bin_samples)
            lowest.append(whole.min(axis=1))
            highest.append(whole.max(axis=1))
    np.stack([np.concatenate(lowest), np.concatenate(highest)], axis=1).tobytes()
    return time.perf_counter() - begun


@measure("peaks_m4a")
def peaks_m4a(quick: bool) -> list[Row]:
    """An hour of AAC."""
    return _peaks("m4a", 0.7, quick)


@measure("peaks_opus")
def peaks_opus(quick: bool) -> list[Row]:
    """An hour of Opus."""
    return _peaks("opus", 0.6, quick)


@measure("peaks_mp3")
def peaks_mp3(quick: bool) -> list[Row]:
    """An hour of MP3."""
    return _peaks("mp3", 0.5, quick)


def _peaks(kind: "Kind", budget: float, quick: bool) -> list[Row]:
    minutes = QUICK_MINUTES if quick else MINUTES
    with scratch() as folder:
        original = lengthened(folder, kind, minutes)
        grant = long_recall(folder, original, 0)
        ours: Callable[[], float] = partial(all_peaks, grant)
        times = 2 if quick else 3
        if shutil.which("ffmpeg") is None:
            value = statistics.median(interleaved(times, ours)[0])
            note = f"{minutes} min; ffmpeg is not there to compare with"
            return [Row(f"peaks_{kind}", value, "s", None, None, budget, "ratio", "max", note)]
        pairs = pairs_of(*interleaved(times, ours, partial(by_ffmpeg, original), warm=quick))
    note = f"{minutes} min; ffmpeg piped to numpy"
    return [Row(f"peaks_{kind}", pairs.value, "s", pairs.reference, pairs.ratio, budget, "ratio", "max", note)]


@measure("peaks_first", "peaks_first_begun", "peaks_first_reader")
def peaks_first(quick: bool) -> list[Row]:
    """Until the first 30 s of the outline: on its way to the screen as in the app, and in a process that runs."""
    times = 3 if quick else 7
    with scratch() as folder:
        grant = long_recall(folder, lengthened(folder, "m4a", QUICK_MINUTES), 0)
        fed, begun, read = interleaved(
            times,
            lambda: _first_fed_ms(fresh_outline(grant)),
            lambda: _first_fed_ms(begun_outline(grant)),
            partial(_first_read_ms, grant),
        )
    return [
        at_most(100, "peaks_first", statistics.median(fed), "ms", "with nothing kept: from a process that is started"),
        at_most(
            100, "peaks_first_begun", statistics.median(begun), "ms", "as iprtool open leaves it: its beginning kept"
        ),
        at_most(100, "peaks_first_reader", statistics.median(read), "ms", "in a process that has all imported"),
    ]


def _first_read_ms(grant: RecallGrant) -> float:
    from iprtool.media.peaks import SLICE_BINS, compute
    from iprtool.store.media import SealedSource

    begun = time.perf_counter()
    source = SealedSource(Path(grant.media.path), grant.media.raw_key)
    assert compute(source, 0, SLICE_BINS).bins == SLICE_BINS
    took_ms = (time.perf_counter() - begun) * 1000
    source.close()
    return took_ms


def _first_fed_ms(grant: RecallGrant) -> float:
    from iprtool.peaks_feed import PeaksFeed
    from iprtool.process import child_command

    arrived = threading.Event()
    feed = PeaksFeed(child_command("peaks"), job_of(grant))

    def took(_found: object) -> None:
        arrived.set()

    begun = time.perf_counter()
    feed.start(took)
    in_time = arrived.wait(PATIENCE_S)
    took_ms = (time.perf_counter() - begun) * 1000
    feed.stop()
    if not in_time:
        raise NotMeasured("the outline never came")
    return took_ms


def fresh_outline(grant: RecallGrant) -> RecallGrant:
    """The same recall with nothing of its outline drawn yet."""
    from iprtool.store.derived import create_peaks

    assert grant.peaks is not None
    for path in Path(grant.peaks.path).parent.glob(f"{Path(grant.peaks.path).name}*"):
        path.unlink()
    create_peaks(Path(grant.peaks.path), grant.peaks.raw_key, -(-grant.recording.duration_ms // 10))
    return grant


def begun_outline(grant: RecallGrant) -> RecallGrant:
    """The same recall with the beginning of its outline drawn."""
    from iprtool.media.peaks import SLICE_BINS, compute
    from iprtool.store.derived import PeaksFile
    from iprtool.store.media import SealedSource

    assert grant.peaks is not None
    source = SealedSource(Path(grant.media.path), grant.media.raw_key)
    fresh_outline(grant)
    peaks = PeaksFile(Path(grant.peaks.path), grant.peaks.raw_key)
    peaks.write([compute(source, 0, SLICE_BINS)])
    peaks.close()
    source.close()
    return grant


@measure("peaks_memory")
def peaks_memory(quick: bool) -> list[Row]:
    """The most that one of the processes holds that work out the outline of a long recording."""
    from iprtool.process import child_command

    minutes = QUICK_MINUTES if quick else MINUTES
    with scratch() as folder:
        grant = long_recall(folder, lengthened(folder, "m4a", minutes), 0)
        child = subprocess.Popen(child_command("peaks"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        assert child.stdin is not None
        child.stdin.write(msgspec.json.encode(job_of(grant)) + b"\n")
        child.stdin.close()
        most_kib = 0
        while child.poll() is None:
            most_kib = max(most_kib, _most_kib(child.pid))
            time.sleep(0.02)
    if child.returncode or not most_kib:
        raise NotMeasured(f"the child ended with {child.returncode}, or this system does not tell what it held")
    return [at_most(100, "peaks_memory", most_kib / 1024, "MiB", f"{minutes} min of m4a")]


def _most_kib(pid: int) -> int:
    """The most that a process has held so far; unlike its usage at the end, without what it was forked from."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0
