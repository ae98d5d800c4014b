"""Conforming keeps every kind of recording where it was in time, and leaves nothing behind when it fails."""

import hashlib
import os
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from iprtool.media.conform import Conformed, conform
from iprtool.model.errors import MediaError
from tests import sounds
from tests.sounds import KINDS, FileSink, Kind, decoded, frame_number, label_errors_ms, make_recording, noise, start_ms

SECONDS = 8
DATA = Path(__file__).parents[2] / "shared" / "data"
PICTURED: tuple[Kind, ...] = ("mp4", "mov", "mkv", "ts", "avi", "wmv")


def silent(_share: float) -> None:
    pass


def conformed(original: Path) -> tuple[Conformed, Path, FileSink]:
    sink = FileSink(original.with_name(f"{original.name}.conformed"))
    return conform(original, sink, silent), sink.path, sink


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_its_times_and_is_written_in_order(kind: Kind, tmp_path: Path) -> None:
    original = make_recording(tmp_path / f"session.{kind}", kind, SECONDS, video=kind == "mkv")
    made, path, sink = conformed(original)
    assert_in_order(sink)
    before = np.array(label_errors_ms(original, noise(SECONDS))) - start_ms(original)
    after = np.array(label_errors_ms(path, noise(SECONDS)))
    assert abs(np.median(after) - np.median(before)) < 1
    assert np.ptp(after) < 1.6  # constant: Matroska's times are whole milliseconds, ASF's too
    assert made.duration_ms == pytest.approx(SECONDS * 1000, abs=110)
    assert made.original_sha256 == hashlib.sha256(original.read_bytes()).hexdigest()
    assert made.sample_rate_hz == 48_000
    assert made.frame_rate == (pytest.approx(sounds.FPS, rel=0.02) if made.video_codec else None)
    assert made.parts == ()
    assert sounds.TITLE.encode() not in path.read_bytes()
    with av.open(str(path)) as container:
        assert container.format.name == "matroska,webm"
        assert [stream.codec_context.codec.canonical_name for stream in container.streams] == [
            codec for codec in (made.audio_codec, made.video_codec) if codec
        ]


def assert_in_order(sink: FileSink) -> None:
    """Every write follows the one before it, or lies in the first 256 KiB."""
    size = 0
    for offset, count in sink.writes:
        assert offset == size or offset + count <= min(size, 256 * 1024)
        size = max(size, offset + count)
    assert sink.path.stat().st_size == size


@pytest.mark.parametrize("kind", ["wav", "flac", "alac"])
def test_what_was_lossless_stays_the_same_to_the_sample(kind: Kind, tmp_path: Path) -> None:
    made, path, _ = conformed(make_recording(tmp_path / "session", kind, SECONDS))
    heard = np.concatenate([block for _, block in decoded(path)])
    assert made.audio_codec == "flac"
    assert np.array_equal(heard, noise(SECONDS))


@pytest.mark.parametrize("kind", ["m4a", "mp3", "mp3-vbr-noxing", "ogg", "opus", "mp4"])
def test_a_copied_track_gives_the_same_sound(kind: Kind, tmp_path: Path) -> None:
    original = make_recording(tmp_path / "session", kind, SECONDS)
    made, path, _ = conformed(original)
    before, after = (np.concatenate([block for _, block in decoded(file)]) for file in (original, path))
    late = round(sounds.locate(after[48_000:96_000], before, 48_000) * 48) - 48_000
    length = min(len(after), len(before) - late) - 48_000
    # AAC has noise of the decoder's own in it.
    assert np.corrcoef(before[48_000 + late :][:length], after[48_000:][:length])[0, 1] > 0.9999
    assert abs(len(after) - len(before)) < 4000
    assert not made.transcoded
    assert made.notice == ""


@pytest.mark.parametrize("kind", PICTURED)
def test_the_picture_keeps_its_times(kind: Kind, tmp_path: Path) -> None:
    def shown(path: Path, origin_s: float) -> list[tuple[float, int]]:
        with av.open(str(path)) as container:
            frames = [
                (frame.time, frame_number(frame.to_ndarray(format="gray"))) for frame in container.decode(video=0)
            ]
        return [(round((time or 0.0) - origin_s, 2), number) for time, number in frames]

    original = make_recording(tmp_path / "session", kind, SECONDS, video=True)
    _, path, _ = conformed(original)
    before, after = shown(original, start_ms(original) / 1000), shown(path, 0.0)
    assert [number for _, number in after] == list(range(SECONDS * sounds.FPS))
    assert np.abs(np.array(after) - np.array(before)).max() <= 0.021


def test_a_picture_is_shown_turned_as_before(tmp_path: Path) -> None:
    original = tmp_path / "phone.mp4"
    with av.open(str(original), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.set_display_rotation(90)
        for _ in range(20):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))
    made, path, _ = conformed(original)
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).rotation == 90
    assert (made.audio_codec, made.video_codec, made.duration_ms) == (None, "h264", 2000)


def test_a_second_sound_track_is_not_left_out_in_silence(tmp_path: Path) -> None:
    original = tmp_path / "two.mkv"
    with av.open(str(original), "w") as container:
        streams = [container.add_stream("aac", rate=8000, layout="mono") for _ in range(2)]
        for stream in streams:
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
            frame.sample_rate = 8000
            container.mux([*stream.encode(frame), *stream.encode(None)])
    made, path, _ = conformed(original)
    assert made.notice == "Of its 2 sound tracks only the first was kept: mix them into one to hear them all."
    with av.open(str(path)) as container:
        assert len(container.streams) == 1


def test_sound_that_begins_after_the_picture_still_does(tmp_path: Path) -> None:
    original = _delayed(make_recording(tmp_path / "plain.mp4", "mp4", SECONDS), tmp_path / "late.mp4", 500)
    made, path, _ = conformed(original)
    assert np.median(label_errors_ms(path, noise(SECONDS))) == pytest.approx(500, abs=25)
    assert made.duration_ms == pytest.approx(SECONDS * 1000 + 500, abs=60)


def _delayed(original: Path, path: Path, by_ms: int) -> Path:
    with av.open(str(original)) as source, av.open(str(path), "w", format="mp4") as container:
        streams = {stream.index: container.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is None or packet.pts is None:
                continue
            if packet.stream.type == "audio":
                packet.pts += by_ms * 48
                packet.dts += by_ms * 48
            packet.stream = streams[packet.stream_index]
            container.mux(packet)
    return path


@pytest.mark.parametrize(
    ("kind", "notice"),
    [
        ("wav", "The sound (pcm_s16le) is kept as FLAC, without loss."),
        ("adpcm", "The sound (adpcm_ima_wav) is kept as FLAC."),
        ("wmv", "The sound (wmav2) is kept as FLAC; the picture (wmv2) was encoded anew as H.264."),
    ],
)
def test_what_was_encoded_anew_is_said(kind: Kind, notice: str, tmp_path: Path) -> None:
    made, _, _ = conformed(make_recording(tmp_path / "session", kind, 3))
    assert made.transcoded
    assert made.notice == notice


@pytest.mark.parametrize(
    "kind", ["wav", "mp3", "mp3-vbr", "mp3-vbr-noxing", "aac", "ogg", "opus", "flac", "mkv", "webm", "avi"]
)
def test_of_a_recording_cut_short_the_rest_is_kept_and_that_is_said(kind: Kind, tmp_path: Path) -> None:
    original = make_recording(tmp_path / "session", kind, SECONDS)
    os.truncate(original, original.stat().st_size * 6 // 10 + 7)
    made, path, _ = conformed(original)
    assert "the file is cut short" in made.notice.lower()
    assert made.duration_ms == pytest.approx(SECONDS * 600, rel=0.2)
    assert np.abs(label_errors_ms(path, noise(SECONDS))).max() < 26


def test_the_same_recording_conforms_to_the_same_bytes(tmp_path: Path) -> None:
    original = make_recording(tmp_path / "session", "m4a", 3)
    first = conformed(original)[1].read_bytes()
    assert conformed(original)[1].read_bytes() == first


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child tells its progress after every packet."""
    talking = "from iprtool.media import remux; remux._PROGRESS_S = 0; remux.main()"
    monkeypatch.setattr(
        "iprtool.media.confined.command", lambda _module, *arguments: [sys.executable, "-c", talking, *arguments]
    )


@pytest.mark.usefixtures("talkative")
@pytest.mark.parametrize("kind", ["wav", "mp4", "mp3-vbr-noxing"])
def test_progress_runs_from_nothing_to_all(kind: Kind, tmp_path: Path) -> None:
    shares: list[float] = []
    conform(make_recording(tmp_path / "session", kind, 5), FileSink(tmp_path / "out"), shares.append)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert sum(share - before >= -0.05 for before, share in pairwise(shares)) == len(shares) - 1
    assert len({round(share, 1) for share in shares}) == 11


class CancelledError(Exception):
    pass


def cancel_at(count: int) -> Callable[[float], None]:
    calls = iter(range(100))

    def progress(_share: float) -> None:
        if next(calls) == count:
            raise CancelledError

    return progress


@pytest.mark.usefixtures("talkative")
@pytest.mark.parametrize("at", [0, 1, 20])
def test_cancelling_leaves_nothing(at: int, tmp_path: Path) -> None:
    original = make_recording(tmp_path / "session", "wav", 5)
    with pytest.raises(CancelledError):
        conform(original, FileSink(tmp_path / "out"), cancel_at(at))
    assert list(tmp_path.iterdir()) == [original]


def test_a_sink_that_fails_leaves_nothing(tmp_path: Path) -> None:
    class FullSink(FileSink):
        def write_at(self, offset: int, data: bytes) -> None:
            super().write_at(offset, data)
            raise OSError(28, "No space left on device")

    original = make_recording(tmp_path / "session", "m4a", 3)
    with pytest.raises(OSError, match="No space"):
        conform(original, FullSink(tmp_path / "out"), silent)
    assert list(tmp_path.iterdir()) == [original]


def test_a_child_that_dies_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = make_recording(tmp_path / "session", "m4a", 3)
    monkeypatch.setattr("iprtool.media.confined.sys.executable", "/bin/false")
    with pytest.raises(MediaError, match=r"^session is damaged and cannot be read; copy it again from the recorder\.$"):
        conform(original, FileSink(tmp_path / "out"), silent)
    assert list(tmp_path.iterdir()) == [original]


@pytest.mark.parametrize("name", ["aesop-fable.ogg", "dialogue-4-speakers.wav", "mary.wav"])
def test_real_speech_is_where_it_was(name: str, tmp_path: Path) -> None:
    original = DATA / name
    if not original.exists():
        pytest.skip(f"{original} is not there")
    sink = FileSink(tmp_path / name)
    made = conform(original, sink, silent)
    frames = list(decoded(original))
    with av.open(str(original)) as container:
        rate = container.streams.audio[0].rate
    before = np.concatenate([block for _, block in frames])
    origin = round((frames[0][0] - start_ms(original)) * rate / 1000)
    assert made.duration_ms == pytest.approx((origin + len(before)) * 1000 / rate, abs=60)
    errors = label_errors_ms(sink.path, np.concatenate([np.zeros(max(0, origin), np.int16), before]), rate)
    assert np.abs(errors).max() < 1
