"""A film as libVLC reads it: the picture's track voided, its index the sound's, and nothing else changed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.media.guard import open_media
from iprtool.media.source_file import FileSource, SourceFile
from iprtool.player.sound_view import SoundView
from tests.player_tape import recording
from tests.sounds import Kind

SECONDS = 24
"""Two key frames' worth, and a bit."""


class Bytes:
    """Some bytes as a source."""

    error: str | None = None

    def __init__(self, data: bytes) -> None:
        self.data, self.size = data, len(data)

    def read_at(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("kind", ["mp4", "avi"])
def test_of_a_film_there_is_only_the_sound(kind: Kind) -> None:
    film = FileSource(recording(kind, SECONDS)[0])
    view = SoundView(film)
    assert view.size == film.size
    with open_media(SourceFile(view)) as container:
        assert [stream.type for stream in container.streams] == ["audio"]


def test_its_index_leads_to_where_the_sound_is() -> None:
    view = SoundView(FileSource(recording("mp4", SECONDS)[0]))
    with open_media(SourceFile(view)) as container:
        stream = container.streams.audio[0]
        assert stream.time_base is not None
        container.seek(round(23 / stream.time_base), stream=stream)
        packet = next(container.demux(stream))
        assert packet.pts is not None and 19 < packet.pts * stream.time_base <= 23


def test_however_it_is_read_the_same_bytes_are_changed() -> None:
    film = FileSource(recording("mp4", SECONDS)[0])
    view = SoundView(film)
    whole = view.read_at(0, view.size)
    assert sum(one != other for one, other in zip(whole, film.read_at(0, film.size), strict=True)) == 4
    assert b"".join(view.read_at(at, 997) for at in range(0, view.size, 997)) == whole


def test_what_has_no_picture_is_left_as_it_is() -> None:
    opus = FileSource(recording("opus", SECONDS)[0])
    assert SoundView(opus).read_at(0, opus.size) == opus.read_at(0, opus.size)


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 2_000))
def test_what_is_no_recording_or_a_broken_one_is_left_to_the_player(data: bytes, at: int) -> None:
    film = recording("mp4", SECONDS)[0].read_bytes()
    for broken in (data, film[:at] + data + film[at + len(data) :], film[:at]):
        assert len(SoundView(Bytes(broken)).read_at(0, len(broken))) == len(broken)


@pytest.mark.parametrize(("kind", "delay_ms"), [("opus", 6.5), ("mkv", 21.3), ("mp3", 0)])
def test_it_says_by_how_much_the_codec_delays(kind: Kind, delay_ms: float) -> None:
    assert SoundView(FileSource(recording(kind, SECONDS)[0])).delay_ms == pytest.approx(delay_ms, abs=0.1)
