"""A recording goes into a sealed object and comes out of it as it would of a plain file, and no key is ever shown."""

import subprocess
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from iprtool.media import peaks
from iprtool.media.conform import conform
from iprtool.media.guard import open_media, seek
from iprtool.media.peaks import compute_all
from iprtool.media.source_file import FileSource, SourceFile
from iprtool.model.errors import MediaError
from iprtool.store.media import SealedSink, SealedSource
from tests.sounds import FileSink, Kind, make_recording, noise

KEY = bytes(range(7, 39))


def quiet(_share: float) -> None:
    pass


@pytest.mark.parametrize("kind", ["mp4", "wav", "mp3-vbr-noxing"])
def test_the_sealed_file_is_the_plain_one(kind: Kind, tmp_path: Path) -> None:
    original = make_recording(tmp_path / "session", kind, 20)
    plain = FileSink(tmp_path / "plain")
    assert conform(original, SealedSink(tmp_path / "sealed.db", KEY), quiet) == conform(original, plain, quiet)
    source = SealedSource(tmp_path / "sealed.db", KEY)
    assert source.read_at(0, source.size) == plain.path.read_bytes()
    with open_media(SourceFile(source)) as container:
        seek(container, 15)
        # The picture has a key frame every ten seconds, the sound an entry in the index every second.
        assert (9.9 if kind == "mp4" else 13.9) < (next(container.decode(audio=0)).time or 0) <= 15.03
    source.close()
    assert noise(20).tobytes()[:100_000] not in (tmp_path / "sealed.db").read_bytes()


def test_cancelling_leaves_no_object(tmp_path: Path) -> None:
    class CancelledError(Exception):
        pass

    def cancel(share: float) -> None:
        if share == 1:
            raise CancelledError

    original = make_recording(tmp_path / "session", "wav", 20)
    with pytest.raises(CancelledError):
        conform(original, SealedSink(tmp_path / "sealed.db", KEY), cancel)
    assert list(tmp_path.iterdir()) == [original]


def test_a_refused_recording_leaves_no_object(tmp_path: Path) -> None:
    original = tmp_path / "session.mp4"
    original.write_text("notes")
    with pytest.raises(MediaError):
        conform(original, SealedSink(tmp_path / "sealed.db", KEY), quiet)
    assert list(tmp_path.iterdir()) == [original]


def test_peaks_come_out_of_the_object_and_the_key_goes_through_no_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peaks, "SLICE_BINS", 200)
    original = make_recording(tmp_path / "session", "flac", 60)
    conform(original, SealedSink(tmp_path / "sealed.db", KEY), quiet)
    found: dict[int, bytes] = {}
    shown = ""
    for chunk in compute_all(partial(SealedSource, tmp_path / "sealed.db", KEY), 60_000, 0, 2):
        found[chunk.first_bin] = chunk.pairs
        shown += subprocess.run(["ps", "axeww"], capture_output=True, text=True, check=True).stdout
    plain = {chunk.first_bin: chunk.pairs for chunk in compute_all(partial(FileSource, original), 60_000, 0, 1)}
    assert found == plain
    assert np.frombuffer(b"".join(found[start] for start in sorted(found)), "<i2").reshape(-1, 2).shape == (6000, 2)
    assert "iprtool.media.peaks" in shown
    assert KEY.hex() not in shown
    assert "sealed.db" not in shown
