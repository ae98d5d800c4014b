"""The peaks of a recording are those of its whole sound, whichever slice and process they come from."""

import os
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from iprtool.media import peaks
from iprtool.media.conform import conform
from iprtool.media.peaks import PeakReader, compute, compute_all, slices
from iprtool.media.source_file import FileSource
from iprtool.model.errors import MediaError
from iprtool.model.peaks import PeakChunk
from tests.sounds import FileSink, Kind, decoded, make_recording, noise, start_ms

RATE = 48_000
Pairs = NDArray[np.int64]


def outline(sound: NDArray[np.int16], rate: int, bins: int) -> Pairs:
    """Lowest and highest of every hundredth of a second, the plain way."""
    padded = np.pad(sound, (0, max(0, rate * (bins + 1) // 100 + 1 - len(sound))))
    if rate % 100 == 0:
        square = padded[: bins * rate // 100].reshape(bins, -1)
        return np.stack([square.min(axis=1), square.max(axis=1)], axis=1).astype(np.int64)
    cells = [padded[-(-n * rate // 100) : -(-(n + 1) * rate // 100)] for n in range(bins)]
    return np.array([(cell.min(), cell.max()) for cell in cells], np.int64)


def heard(path: Path, origin_ms: float) -> NDArray[np.int16]:
    """The sound of a whole file on its own time line."""
    frames = list(decoded(path))
    first = round((frames[0][0] - origin_ms) * RATE / 1000)
    sound = np.concatenate([block for _, block in frames])
    return np.concatenate([np.zeros(max(0, first), np.int16), sound[max(0, -first) :]])


def gathered(path: Path, bins: int, first_at_ms: int, cores: int = 1) -> Pairs:
    found = np.full((bins, 2), 10**6, np.int64)
    for chunk in compute_all(partial(FileSource, path), bins * 10, first_at_ms, cores):
        assert (found[chunk.first_bin : chunk.first_bin + chunk.bins] == 10**6).all()
        found[chunk.first_bin : chunk.first_bin + chunk.bins] = pairs(chunk)
    return found


def pairs(chunk: PeakChunk) -> Pairs:
    return np.frombuffer(chunk.pairs, "<i2").reshape(-1, 2).astype(np.int64)


def conformed(original: Path) -> Path:
    sink = FileSink(original.with_name("conformed"))
    conform(original, sink, lambda _share: None)
    return sink.path


@pytest.fixture
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "SLICE_BINS", 170)


@pytest.mark.usefixtures("short_slices")
@pytest.mark.parametrize("kind", ["flac", "wav", "alac"])
def test_lossless_peaks_are_exact_over_all_seams(kind: Kind, tmp_path: Path) -> None:
    path = conformed(make_recording(tmp_path / "session", kind, 12))
    assert np.array_equal(gathered(path, 1200, 5000), outline(noise(12), RATE, 1200))


@pytest.mark.usefixtures("short_slices")
@pytest.mark.parametrize("kind", ["m4a", "mp3", "mp3-vbr", "mp3-vbr-noxing", "ogg", "mp4", "mkv"])
def test_lossy_peaks_are_those_of_the_whole_over_all_seams(kind: Kind, tmp_path: Path) -> None:
    path = conformed(make_recording(tmp_path / "session", kind, 12, video=kind == "mkv"))
    off = np.abs(gathered(path, 1200, 5000) - outline(heard(path, 0), RATE, 1200)).max(axis=1)
    # At its start a decoder gives something else after a seek to there than after opening.
    assert off[10:].max() < 200


@pytest.mark.usefixtures("short_slices")
def test_opus_peaks_are_those_of_the_whole_within_the_rounding_of_its_times(tmp_path: Path) -> None:
    path = conformed(make_recording(tmp_path / "session", "opus", 12))
    # Its frames lie off the grid by the pre-skip, so that a slice may be a millisecond early or late.
    found, off = gathered(path, 1200, 5000), np.full(1200, 10**6)
    sound = heard(path, 0)
    for late in range(-48, 49):
        whole = outline(np.roll(sound, late), RATE, 1200)
        off = np.minimum(off, np.abs(found - whole).max(axis=1))
    assert np.percentile(off[10:], 99) < 100


@pytest.mark.usefixtures("short_slices")
@pytest.mark.parametrize("kind", ["mp3", "ts", "m4a"])
def test_in_an_original_the_bins_count_from_its_start(kind: Kind, tmp_path: Path) -> None:
    original = make_recording(tmp_path / "session", kind, 12)
    assert kind != "mp3" or start_ms(original) > 20
    whole = outline(heard(original, start_ms(original)), RATE, 1200)
    assert np.abs(gathered(original, 1200, 0) - whole)[10:].max() < 200


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (22_050, 2), (11_025, 1), (8_000, 1)])
def test_every_sample_rate_has_a_hundred_bins_a_second(rate: int, channels: int, tmp_path: Path) -> None:
    original = make_recording(tmp_path / "session", "flac", 5, rate=rate, channels=channels)
    assert np.array_equal(
        pairs(compute(FileSource(original), 100, 300)), outline(noise(5, 0, rate), rate, 500)[100:400]
    )


def test_of_two_channels_the_lowest_and_the_highest_count(tmp_path: Path) -> None:
    path = tmp_path / "two.flac"
    left, right = np.full(RATE, -3000, np.int16), np.full(RATE, 5000, np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=RATE)
        frame = av.AudioFrame.from_ndarray(
            np.stack([left, right], axis=1).reshape(1, -1), format="s16", layout="stereo"
        )
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert pairs(compute(FileSource(path), 0, 100)).tolist() == [[-3000, 5000]] * 100


def test_where_there_is_no_sound_there_is_silence(tmp_path: Path) -> None:
    original = make_recording(tmp_path / "session", "flac", 2)
    assert pairs(compute(FileSource(original), 190, 20))[10:].tolist() == [[0, 0]] * 10
    assert compute(FileSource(original), 900, 5).pairs == bytes(20)


def test_the_first_chunk_is_around_where_one_is(tmp_path: Path) -> None:
    original = make_recording(tmp_path / "session", "flac", 100)
    chunk = next(compute_all(partial(FileSource, original), 100_000, 50_000, 1))
    assert (chunk.first_bin, chunk.bins) == (3500, 3000)


@pytest.mark.parametrize("at_ms", [0, 700, 14_000, 299_990, 400_000])
def test_the_slices_cover_every_bin_once(at_ms: int) -> None:
    parts = slices(299_995, at_ms)
    assert sorted(number for start, bins in parts for number in range(start, start + bins)) == list(range(30_000))
    assert parts[0][0] <= min(at_ms // 10, 29_999) < sum(parts[0])
    assert max(bins for _, bins in parts) == 3000


def test_a_recording_without_length_has_no_slices() -> None:
    assert slices(0, 0) == []


@pytest.mark.usefixtures("short_slices")
def test_processes_that_help_give_the_same(tmp_path: Path) -> None:
    path = conformed(make_recording(tmp_path / "session", "flac", 60))
    assert np.array_equal(gathered(path, 6000, 30_000, cores=3), outline(noise(60), RATE, 6000))


@pytest.mark.usefixtures("short_slices")
def test_a_helper_that_dies_leaves_no_hole(tmp_path: Path) -> None:
    path = conformed(make_recording(tmp_path / "session", "flac", 60))
    found = np.full((6000, 2), 10**6, np.int64)
    for chunk in compute_all(partial(FileSource, path), 60_000, 0, 3):
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        found[chunk.first_bin : chunk.first_bin + chunk.bins] = pairs(chunk)
    assert np.array_equal(found, outline(noise(60), RATE, 6000))


@pytest.mark.usefixtures("short_slices")
def test_who_stops_listening_ends_the_helpers(tmp_path: Path) -> None:
    path = conformed(make_recording(tmp_path / "session", "flac", 60))
    made = compute_all(partial(FileSource, path), 60_000, 0, 3)
    next(made)
    started = time.monotonic()
    made.close()
    assert time.monotonic() - started < 5
    assert children() == []


def children() -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "iprtool.media.peaks" in line]


def test_a_picture_without_sound_has_no_peaks(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(MediaError, match="no sound"):
        PeakReader(FileSource(path))


def test_a_source_that_fails_is_told_in_its_own_words(tmp_path: Path) -> None:
    class FailingSource(FileSource):
        def read_at(self, offset: int, size: int) -> bytes:
            if offset > 300_000:
                self.error = "The recording is damaged; restore it from a copy."
                raise OSError("bad row")
            return super().read_at(offset, size)

    path = conformed(make_recording(tmp_path / "session", "mkv", 60))
    reader = PeakReader(FailingSource(path))
    with pytest.raises(MediaError, match=r"^The recording is damaged; restore it from a copy\.$"):
        reader.chunk(0, 6000)
