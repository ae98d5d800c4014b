"""Several files of one session come on one clock: each where it was, with its gap, copied where that can be."""

import hashlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from iprtool.media.conform import Conformed, conform_joined
from iprtool.media.joining import Gaps, check_different, gaps_between, gaps_notice
from iprtool.media.probe import Probe, probe
from iprtool.media.room import sealed_bytes
from iprtool.model.errors import MediaError
from tests import sounds
from tests.cameras import CAMERAS, shoot
from tests.sounds import FileSink, Kind, decoded, frame_number, locate, make_recording, noise

SECONDS = (5, 4, 6)
GAPS_MS = (700, 0)
PICTURED: tuple[Kind, ...] = ("mp4", "mov", "mkv", "avi", "wmv", "ts")


def silent(_share: float) -> None:
    pass


def made(folder: Path, kind: Kind, **more: Any) -> list[Path]:
    """Three files with a noise of their own each."""
    return [
        make_recording(folder / f"{seed}.{kind}", kind, length, seed=seed, video=kind == "mkv", **more)
        for seed, length in enumerate(SECONDS)
    ]


def joined(paths: list[Path], gaps_ms: tuple[int, ...] = GAPS_MS) -> tuple[Conformed, Path]:
    sink = FileSink(paths[0].with_name("joined"))
    return conform_joined(paths, gaps_ms, sink, silent), sink.path


def places_ms(path: Path, starts_ms: Sequence[int], seconds: Sequence[int], first_seed: int = 0) -> list[float]:
    """How far each file's noise is from the time stamps of the joined one, file by file (the median of some places)."""
    frames = list(decoded(path))
    starts = np.cumsum([0, *(len(block) for _, block in frames)])
    sound = np.concatenate([block for _, block in frames])
    labels = np.array([at_ms for at_ms, _ in frames])
    found = []
    for seed, (start_ms, length) in enumerate(zip(starts_ms, seconds, strict=True), start=first_seed):
        reference, off = noise(length, seed), []
        for share in (0.2, 0.4, 0.6, 0.8):
            number = int(np.searchsorted(labels, start_ms + share * length * 1000))
            block = sound[starts[number] : starts[number] + 9600]
            near_ms = labels[number] - start_ms
            off.append(labels[number] - locate(block, reference, 48_000, near_ms=near_ms, within_ms=500))
        found.append(float(np.median(off)))
    return found


@pytest.mark.parametrize("kind", ["m4a", "mp3", "mp3-vbr-noxing", "ogg", "opus", "flac", "wav", "mp4", "webm", "wmv"])
def test_each_file_is_where_the_clock_has_it(kind: Kind, tmp_path: Path) -> None:
    paths = made(tmp_path, kind)
    result, path = joined(paths)
    ends = [part.start_ms + part.duration_ms for part in result.parts]
    assert [part.start_ms for part in result.parts] == [0, ends[0] + 700, ends[1]]
    assert result.duration_ms == ends[2]
    assert [part.duration_ms for part in result.parts] == pytest.approx([1000 * s for s in SECONDS], abs=110)
    alone = []
    for seed, original in enumerate(paths):
        sink = FileSink(tmp_path / "alone")
        conform_joined([original], (), sink, silent)
        alone += places_ms(sink.path, [0], [SECONDS[seed]], seed)
    starts_ms = [part.start_ms for part in result.parts]
    moved = np.array(places_ms(path, starts_ms, SECONDS)) - np.array(alone) - starts_ms
    assert np.abs(moved).max() < 2


@pytest.mark.parametrize("kind", ["m4a", "opus", "mp4"])
def test_files_of_one_form_are_copied(kind: Kind, tmp_path: Path) -> None:
    result, _ = joined(made(tmp_path, kind))
    assert not result.transcoded
    assert result.notice == ""


@pytest.mark.parametrize("kind", PICTURED)
def test_the_pictures_follow_each_other(kind: Kind, tmp_path: Path) -> None:
    result, path = joined(made(tmp_path, kind))
    with av.open(str(path)) as container:
        shown = [
            ((frame.time or 0) * 1000, frame_number(frame.to_ndarray(format="gray")))
            for frame in container.decode(video=0)
        ]
    times, numbers = (np.array(each) for each in zip(*shown, strict=True))
    assert list(numbers) == [number for length in SECONDS for number in range(length * sounds.FPS)]
    assert (np.diff(times) > 0).all()
    for part, first, length in zip(result.parts, np.cumsum([0, 50, 40]), SECONDS, strict=True):
        mine = times[first : first + length * sounds.FPS] - part.start_ms
        assert np.abs(mine - 100 * np.arange(len(mine))).max() < 150  # AVI and ASF have pictures a frame late


def test_a_gap_has_no_packets_and_the_rest_no_hole(tmp_path: Path) -> None:
    for kind in ("wav", "m4a"):
        folder = tmp_path / kind
        folder.mkdir()
        result, path = joined(made(folder, kind), (5000, 0))
        with av.open(str(path)) as container:
            times = [(packet.pts, packet.duration or 0) for packet in container.demux() if packet.pts is not None]
        holes = [(a + d, b) for (a, d), (b, _) in pairwise(times) if b - a - d > 60]
        gap = (result.parts[0].duration_ms, result.parts[1].start_ms)
        assert len(holes) == 1
        assert holes[0] == pytest.approx(gap, abs=30)


@pytest.mark.parametrize(
    ("first", "second", "notice"),
    [
        (("m4a", 48_000, 1), ("mp3", 48_000, 1), "The sound (aac, mp3) is kept as FLAC."),
        (("m4a", 48_000, 2), ("m4a", 44_100, 1), "The sound (aac) is kept as FLAC."),
        (("wav", 16_000, 1), ("flac", 48_000, 2), "The sound (pcm_s16le, flac) is kept as FLAC, without loss."),
    ],
)
def test_files_of_different_forms_are_brought_into_one(
    first: tuple[Kind, int, int], second: tuple[Kind, int, int], notice: str, tmp_path: Path
) -> None:
    paths = [
        make_recording(tmp_path / f"{seed}.{kind}", kind, 5, seed=seed, rate=rate, channels=channels)
        for seed, (kind, rate, channels) in enumerate((first, second))
    ]
    result, path = joined(paths, (1234,))
    assert result.transcoded
    assert result.notice == notice
    assert (result.sample_rate_hz, result.channels) == (48_000, 2 if (first[2], second[2]) != (1, 1) else 1)
    assert [part.start_ms for part in result.parts] == [0, result.parts[0].duration_ms + 1234]
    with av.open(str(path)) as container:
        assert (container.streams.audio[0].rate, container.streams.audio[0].channels) == (48_000, result.channels)
    if 44_100 not in (first[1], second[1]) and 16_000 not in (first[1], second[1]):
        starts_ms = [part.start_ms for part in result.parts]
        assert np.array(places_ms(path, starts_ms, (5, 5))) - starts_ms == pytest.approx(0, abs=26)


def film(path: Path, width: int, height: int, rotation: int, codec: str = "libx264") -> Path:
    """Two seconds of picture, its upper left quarter lighter than the rest as it is stored."""
    pixels = "yuv420p" if codec == "libx264" else "yuv422p10le"
    with av.open(str(path), "w", format="mov") as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=10))
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        if rotation:
            stream.set_display_rotation(rotation)
        gray = np.full((height, width), 60, np.uint8)
        gray[: height // 2, : width // 2] = 230
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(gray, format="gray").reformat(format=pixels)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_pictures_of_other_sizes_and_turned_ones_come_upright_into_one_size(tmp_path: Path) -> None:
    paths = [film(tmp_path / "a.mov", 64, 48, 0), film(tmp_path / "b.mov", 96, 128, 90)]
    result, path = joined(paths, (500,))
    assert result.notice == "It has no sound; the picture (h264) was encoded anew as H.264."
    assert result.frame_rate == pytest.approx(10, abs=0.1)
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert {frame.shape for frame in frames} == {(96, 128)}
    light = [[frame[24, 32], frame[24, 96], frame[72, 32], frame[72, 96]] for frame in (frames[0], frames[-1])]
    # A quarter turn counter-clockwise brings what is stored in the upper left into the lower left.
    assert [int(np.argmax(each)) for each in light] == [0, 2]


def test_a_single_picture_that_is_encoded_anew_is_upright(tmp_path: Path) -> None:
    original = film(tmp_path / "camera.mov", 96, 64, -90, "prores_ks")
    result, path = joined([original], ())
    assert result.notice == "It has no sound; the picture (prores) was encoded anew as H.264."
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    assert (frame.width, frame.height, frame.rotation) == (64, 96, 0)


def test_the_checksum_is_that_of_the_files_one_after_another(tmp_path: Path) -> None:
    paths = made(tmp_path, "m4a")
    result, _ = joined(paths)
    assert result.original_sha256 == hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    assert [part.original_sha256 for part in result.parts] == [
        hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    ]


def test_sound_and_film_are_not_joined(tmp_path: Path) -> None:
    paths = [make_recording(tmp_path / f"session.{kind}", kind, 3) for kind in ("mp4", "m4a")]
    told = r"^session\.mp4 has picture and session\.m4a has none, so they cannot be joined; add them as two recordings"
    for order in (paths, paths[::-1]):
        with pytest.raises(MediaError, match=told):
            joined(list(order), (0,))
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_a_damaged_file_among_them_is_named(tmp_path: Path) -> None:
    paths = made(tmp_path, "mp3")
    paths[1].write_bytes(paths[1].read_bytes()[: paths[1].stat().st_size // 2])
    result, _ = joined(paths)
    assert result.notice.startswith("1.mp3: the file is cut short")
    assert result.parts[1].duration_ms == pytest.approx(2000, abs=200)
    assert result.parts[2].start_ms == result.parts[1].start_ms + result.parts[1].duration_ms


def test_films_of_other_kinds_are_brought_into_one_to_the_last_picture(tmp_path: Path) -> None:
    names = ("b frames mov", "3gp", "uneven phone")
    result, path = joined([shoot(tmp_path / f"{number}", CAMERAS[name]) for number, name in enumerate(names)], (250, 0))
    assert result.notice == (
        "The sound (aac, amr_nb) is kept as FLAC; the picture (h264, h263) was encoded anew as H.264."
    )
    with av.open(str(path)) as container:
        numbers = [frame_number(frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]
    assert [number for number in numbers if number == 79] == [79] * 3
    assert numbers[:80] == list(range(80))
    assert result.frame_rate == pytest.approx(10, abs=0.1)


def test_progress_runs_over_all_files(tmp_path: Path) -> None:
    shares: list[float] = []
    conform_joined(made(tmp_path, "wmv"), GAPS_MS, FileSink(tmp_path / "out"), shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def at(second: int, duration_ms: int, *, at_end: bool = False, zone: bool = True) -> Probe:
    created = datetime.fromtimestamp(1_700_000_000 + second, UTC)
    told = created.isoformat() if zone else created.replace(tzinfo=None).isoformat()
    return Probe("mov", duration_ms, created=told, created_at_end=at_end)


@pytest.mark.parametrize(
    ("probes", "gaps_ms", "known"),
    [
        ([at(0, 60_000), at(150, 60_000)], (90_000,), "created"),
        ([at(60, 60_000, at_end=True), at(180, 30_000, at_end=True)], (90_000,), "created"),
        ([at(0, 60_500), at(60, 60_000), at(130, 60_000)], (0, 10_000), "created"),
        ([at(0, 60_000), at(0, 60_000)], (0,), "none"),
        ([at(0, 60_000), at(60 + 7 * 3600, 60_000)], (0,), "none"),
        ([at(150, 60_000), at(0, 60_000)], (0,), "none"),
        ([at(0, 60_000), Probe("mov", 60_000)], (0,), "none"),
        ([at(0, 60_000), at(150, 60_000, zone=False)], (0,), "none"),
        ([at(0, 60_000), Probe("mov", 1, created="1904-01-01T00:00:00Z")], (0,), "none"),
        ([at(0, 60_000), Probe("mov", 1, created="at 12:30")], (0,), "none"),
    ],
)
def test_gaps_come_from_the_files_own_times_where_these_can_be(
    probes: list[Probe], gaps_ms: tuple[int, ...], known: str
) -> None:
    gaps = gaps_between(probes, ())
    assert (gaps.ms, gaps.known) == (gaps_ms, known)
    assert "--gap 90s" in gaps_notice(gaps)


def test_given_gaps_count_and_need_no_word() -> None:
    gaps = gaps_between([at(0, 60_000), at(150, 60_000)], (1500,))
    assert gaps == Gaps((1500,), "given")
    assert gaps_notice(gaps) == ""
    with pytest.raises(MediaError, match="2 files and 2 gaps do not fit"):
        gaps_between([at(0, 60_000), at(150, 60_000)], (1500, 0))


@pytest.mark.parametrize(
    ("tags", "created"),
    [
        ({"creation_time": "2024-05-03T10:20:30"}, "2024-05-03T10:20:30.000000Z"),
        ({}, ""),
    ],
)
def test_a_film_tells_when_it_was_made(tags: dict[str, str], created: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        container.metadata.update(tags)
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 48_000
        container.mux([*stream.encode(frame), *stream.encode(None)])
    assert probe(path).created == created


def test_the_same_file_is_named_once(tmp_path: Path) -> None:
    paths = made(tmp_path, "m4a")
    twice = tmp_path / "copy.m4a"
    twice.write_bytes(paths[0].read_bytes())
    check_different(paths)
    for again in (paths[0], twice):
        with pytest.raises(MediaError, match=f"^0.m4a and {again.name} are the same recording; name each file once.$"):
            check_different([*paths, again])


@pytest.mark.parametrize("kind", sounds.KINDS)
def test_the_room_that_is_asked_for_is_enough(kind: Kind, tmp_path: Path) -> None:
    path = make_recording(tmp_path / "session", kind, 8)
    sink = FileSink(tmp_path / "out")
    conform_joined([path], (), sink, silent)
    needed = sealed_bytes([probe(path)], [path.stat().st_size])
    assert sink.path.stat().st_size < needed
    assert needed < 12 * sink.path.stat().st_size


def test_of_files_that_differ_the_room_for_flac_is_asked_for(tmp_path: Path) -> None:
    paths = [make_recording(tmp_path / "a", "m4a", 5), make_recording(tmp_path / "b", "mp3", 5)]
    result, path = joined(paths, (0,))
    assert result.transcoded
    assert path.stat().st_size < sealed_bytes([probe(each) for each in paths], [each.stat().st_size for each in paths])


def test_a_process_that_dies_of_a_file_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = (
        "from iprtool.media import remux; packets = remux.Reading.packets; "
        "remux.Reading.packets = lambda self: packets(self) if self.path.name != '1.m4a' else exit(); remux.main()"
    )
    monkeypatch.setattr("iprtool.media.confined.command", lambda _, *files: [sys.executable, "-c", dying, *files])
    paths = made(tmp_path, "m4a")
    with pytest.raises(MediaError, match=r"^1\.m4a is damaged and cannot be read"):
        joined(paths)
    assert sorted(tmp_path.iterdir()) == sorted(paths)
