"""The reel: whatever is asked for in whatever order, it is the very frame, with its neighbours' times."""

import random
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from iprtool.media.conform import conform
from iprtool.media.source_file import FileSource
from iprtool.model.errors import MediaError
from iprtool.model.ports import Source
from iprtool.player.picture_reel import Reel, Shot
from iprtool.store.media import SealedSource
from tests.films import KEY, Film, frame_number, make_film, sealed_film
from tests.player_child import DamagedSource
from tests.sounds import FileSink, make_recording

FILMS = {
    "plain": Film(seconds=6),
    "b-frames": Film(seconds=6, b_frames=3),
    "b-frames, short": Film(seconds=6, b_frames=3, gop_s=1),
    "vfr": Film(seconds=6, b_frames=2, vfr=True, gop_s=2),
    "hevc": Film(seconds=4, b_frames=3, codec="libx265", gop_s=2),
    "mpeg4": Film(seconds=4, b_frames=2, codec="mpeg4", gop_s=1),
    "vp8": Film(seconds=4, codec="libvpx", gop_s=2),
    "vp9": Film(seconds=4, codec="libvpx-vp9", gop_s=2),
}
films = pytest.mark.parametrize("film", FILMS.values(), ids=FILMS)


@contextmanager
def opened(film: Film) -> Iterator[Reel]:
    filmed = sealed_film(film)
    source = SealedSource(filmed.path, KEY)
    reel = Reel(source, filmed.conformed.duration_ms)
    try:
        yield reel
    finally:
        reel.close()
        source.close()


def shot_at(reel: Reel, at_ms: int, *, keep: bool = True) -> Shot:
    for _ in range(10_000):
        shot = reel.at(at_ms, keep=keep)
        if shot is not None:
            return shot
    raise AssertionError(f"never came to {at_ms}")


def expected(film: Film, at_ms: int) -> tuple[int, int, int, int]:
    """Number, start, end and the start of the one before of the frame that is to be seen."""
    starts = film.starts_ms
    here = bisect_right(starts, at_ms) - 1
    last = max(sealed_film(film).conformed.duration_ms, starts[-1] + 1)
    return here, starts[here], starts[here + 1] if here + 1 < len(starts) else last, starts[max(0, here - 1)]


def told(shot: Shot) -> tuple[int, int, int, int]:
    return (
        frame_number(shot.frame.to_ndarray(format="rgb24").astype(np.uint8)),
        shot.start_ms,
        shot.end_ms,
        shot.before_ms,
    )


@films
def test_any_order_of_jumps_steps_and_playing_gives_the_very_frames(film: Film) -> None:
    duration_ms, chance = sealed_film(film).conformed.duration_ms, random.Random(5)
    at_ms = 0
    with opened(film) as reel:
        for _ in range(150):
            at_ms = {
                0: chance.randrange(duration_ms),
                1: min(duration_ms, at_ms + chance.choice((20, 40, 83, 300))),
                2: max(0, at_ms - chance.choice((33, 40, 80))),
                3: chance.choice(film.starts_ms),
            }[chance.randrange(4)]
            shot = shot_at(reel, at_ms, keep=chance.random() < 0.5)
            assert told(shot) == expected(film, at_ms)
            assert reel.span(at_ms) == (shot.start_ms, shot.end_ms)


@films
def test_steps_lead_through_every_frame_on_and_back(film: Film) -> None:
    with opened(film) as reel:
        starts = film.starts_ms
        first = shot = shot_at(reel, starts[20])
        on = [shot := shot_at(reel, shot.end_ms) for _ in range(45)]
        assert [one.start_ms for one in on] == starts[21:66]
        back = [shot := shot_at(reel, shot.before_ms) for _ in range(45)]
        assert [told(one)[0] for one in back] == list(range(64, 19, -1))
        assert told(back[-1]) == told(first)


@films
def test_at_both_ends_it_stays(film: Film) -> None:
    with opened(film) as reel:
        duration_ms, last = sealed_film(film).conformed.duration_ms, len(film.starts_ms) - 1
        for keep in (False, True):
            assert told(shot_at(reel, duration_ms, keep=keep)) == expected(film, film.starts_ms[-1])
        assert told(shot_at(reel, duration_ms))[0] == last
        first = shot_at(reel, 0)
        assert (told(first)[0], first.start_ms, first.before_ms) == (0, 0, 0)


def test_steps_back_are_kept_ready() -> None:
    with opened(FILMS["plain"]) as reel:
        shot = shot_at(reel, 5_000)
        for _ in range(8):
            kept = reel.at(shot.before_ms, keep=True)
            assert kept is not None
            shot = kept


def test_it_knows_the_key_frames_to_come() -> None:
    with opened(FILMS["b-frames, short"]) as reel:
        shot_at(reel, 0)
        assert [reel.key_after(at_ms) for at_ms in (0, 999, 1_000, 4_999, 5_500)] == [1_000, 1_000, 2_000, 5_000, None]


def test_sound_alone_has_no_picture(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "conformed")
    conform(make_recording(tmp_path / "session.m4a", "m4a", 1), sink, lambda _share: None)
    with pytest.raises(MediaError, match=r"^The recording has no picture\.$"):
        Reel(FileSource(sink.path), 1_000)


def test_where_it_is_damaged_it_says_so_and_goes_on_elsewhere(tmp_path: Path) -> None:
    film = Film(seconds=12, gop_s=1, width=640, height=360)
    sink = FileSink(tmp_path / "conformed")
    conform(make_film(film), sink, lambda _share: None)
    size = sink.path.stat().st_size
    source: Source = DamagedSource(FileSource(sink.path), (size // 2, size // 2 + size // 6))
    reel = Reel(source, 12_000)
    assert told(shot_at(reel, 1_000))[0] == 25
    with pytest.raises(MediaError, match="A page of the recording is damaged"):
        for at_ms in range(5_000, 9_000, 100):
            shot_at(reel, at_ms)
    assert told(shot_at(reel, 11_200))[0] == 280
    assert told(shot_at(reel, 1_000))[0] == 25
