"""What phones, cameras and dictaphones leave is conformed to where its own file has it: sound, pictures, duration."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from iprtool.media.conform import Conformed, conform
from iprtool.media.probe import probe
from iprtool.model.errors import MediaError
from tests.cameras import CAMERAS, SECONDS, Camera, shoot
from tests.sounds import FPS, FileSink, decoded, frame_number, locate, start_ms

FILMS = [name for name, camera in CAMERAS.items() if camera.picture]


def silent(_share: float) -> None:
    pass


class Taken(NamedTuple):
    """A camera, its file, what came of it and the conformed file."""

    camera: Camera
    original: Path
    made: Conformed
    path: Path


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Taken]:
    """What a camera of this name leaves, made once."""

    @lru_cache
    def take(name: str) -> Taken:
        folder = tmp_path_factory.mktemp("camera")
        original, sink = shoot(folder / "original", CAMERAS[name]), FileSink(folder / "conformed")
        return Taken(CAMERAS[name], original, conform(original, sink, silent), sink.path)

    return take


def heard(path: Path, origin_ms: float) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int16]]:
    """When each block of a file is heard, its first sample, and the sound."""
    blocks = list(decoded(path))
    starts = np.cumsum([0, *(len(block) for _, block in blocks)])[:-1]
    times = np.array([at_ms for at_ms, _ in blocks]) - origin_ms
    return times, starts, np.concatenate([block for _, block in blocks])


@pytest.mark.parametrize("name", CAMERAS)
def test_the_sound_is_where_the_original_has_it(name: str, taken: Callable[[str], Taken]) -> None:
    camera, original, _, path = taken(name)
    was_at, was_first, before = heard(original, start_ms(original))
    is_at, is_first, after = heard(path, 0)
    off = []
    for number in np.linspace(len(is_at) // 20, len(is_at) * 9 // 10, 6, dtype=int):
        block = after[is_first[number] : is_first[number] + camera.rate_hz // 2]
        sample = locate(block, before, camera.rate_hz) * camera.rate_hz / 1000
        block_of = int(np.searchsorted(was_first, sample + 0.5, "right")) - 1
        off.append(is_at[number] - was_at[block_of] - (sample - was_first[block_of]) * 1000 / camera.rate_hz)
    assert np.abs(off).max() < 1.6, off


def shown(path: Path, origin_ms: float) -> list[tuple[float, int]]:
    """When each picture is seen, and its number."""
    with av.open(str(path)) as container:
        return [
            ((frame.time or 0) * 1000 - origin_ms, frame_number(frame.to_ndarray(format="gray")))
            for frame in container.decode(video=0)
        ]


@pytest.mark.parametrize("name", FILMS)
def test_every_picture_is_seen_when_the_original_shows_it(name: str, taken: Callable[[str], Taken]) -> None:
    _, original, _, path = taken(name)
    wanted = {number: at_ms for at_ms, number in shown(original, start_ms(original)) if at_ms > -1}
    found = {number: at_ms for at_ms, number in shown(path, 0) if at_ms > -1}
    assert set(wanted) <= set(found)
    off = [found[number] - at_ms for number, at_ms in wanted.items()]
    assert np.abs(off).max() < 2, sorted(off)


@pytest.mark.parametrize("name", CAMERAS)
def test_it_is_as_long_as_it_was_and_has_as_many_pictures_a_second(name: str, taken: Callable[[str], Taken]) -> None:
    camera, original, made, _ = taken(name)
    assert made.duration_ms == pytest.approx(SECONDS * 1000 - camera.before_ms + camera.late_ms, abs=130)
    assert made.frame_rate == (pytest.approx(FPS, rel=0.03) if camera.picture else None)
    assert probe(original).duration_ms == pytest.approx(made.duration_ms, abs=150)


NOTICES = {
    "mov with pcm": "The sound (pcm_s24be) is kept as FLAC, without loss.",
    "3gp": "The sound (amr_nb) is kept as FLAC; the picture (h263) was encoded anew as H.264.",
    "several tracks": "Of its 3 sound tracks only the first was kept: mix them into one to hear them all.",
    "avi mjpeg pcm": "The sound (pcm_s16le) is kept as FLAC, without loss.",
    "wmv": "The sound (wmav2) is kept as FLAC; the picture (wmv2) was encoded anew as H.264.",
    "amr": "The sound (amr_nb) is kept as FLAC.",
}


@pytest.mark.parametrize("name", CAMERAS)
def test_only_what_matroska_cannot_hold_is_encoded_anew(name: str, taken: Callable[[str], Taken]) -> None:
    assert taken(name).made.notice == NOTICES.get(name, "")


def test_a_picture_that_stands_on_its_side_still_does(taken: Callable[[str], Taken]) -> None:
    with av.open(str(taken("turned").path)) as container:
        assert next(container.decode(video=0)).rotation == 90


def test_uneven_pictures_are_not_made_even(taken: Callable[[str], Taken]) -> None:
    camera, _, _, path = taken("uneven phone")
    times = [at_ms for at_ms, _ in shown(path, 0)]
    assert np.abs(np.array(times) - (camera.starts_ms - camera.starts_ms[0])).max() < 2


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"\x02dss" + bytes(5_000), "is damaged, or no recording"),
        (b"\x03ds2" + bytes(range(256)) * 40, "is a DS2 dictation, which only its maker's program reads"),
        (b"#!AMR\n" + b"\x7f" * 100, "nothing in it could be read"),
    ],
    ids=["dss without sound", "ds2, which FFmpeg does not read", "amr without frames"],
)
def test_a_dictaphone_s_file_that_cannot_be_read_is_refused_with_the_reason(
    head: bytes, told: str, tmp_path: Path
) -> None:
    original = tmp_path / "dictated"
    original.write_bytes(head)
    with pytest.raises(MediaError) as refused:
        conform(original, FileSink(tmp_path / "out"), silent)
    assert told in str(refused.value)
    assert list(tmp_path.iterdir()) == [original]
