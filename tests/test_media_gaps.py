"""Conforming notes where there is no sound for long; a recording's gaps are these and those between its files."""

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import av
import pytest

from iprtool.media.conform import Conformed, conform_joined
from iprtool.media.silences import MOST, Silences
from iprtool.model.study import SHORTEST_GAP_MS, Gap, Part, Recording
from tests.films import Film, sealed_film
from tests.pauses import Paused, make_paused
from tests.sounds import FileSink, make_recording

PACKET_MS = 45
"""The sound on both sides of a pause may share a packet, and encoders begin with one of their own."""
INNER = ((0, 4), (7, 10))
FORMS: tuple[tuple[Paused, tuple[Gap, ...]], ...] = (
    (Paused("webm", "libopus", INNER), ((4_000, 7_000),)),
    (Paused("webm", "libopus", ((2, 5), (6, 8)), 11), ((0, 2_000), (5_000, 6_000), (8_000, 11_000))),
    (Paused("matroska", "aac", INNER, 10), ((4_000, 7_000),)),
    (Paused("matroska", "aac", ((2, 5),), 8), ((0, 2_000), (5_000, 8_000))),
    (Paused("mp4", "aac", INNER), ((4_000, 7_000),)),
    (Paused("mp4", "aac", ((2, 5), (8, 10)), 13), ((0, 2_000), (5_000, 8_000), (10_000, 13_000))),
    (Paused("matroska", "pcm_s16le", ((2, 5), (8, 10)), 13), ((0, 2_000), (5_000, 8_000), (10_000, 13_000))),
    (Paused("mpegts", "aac", ((2, 5), (8, 10)), 13), ((0, 2_000), (5_000, 8_000), (10_000, 13_000))),
)


def conformed(paths: list[Path], gaps_ms: tuple[int, ...] = ()) -> tuple[Conformed, Path]:
    sink = FileSink(paths[0].with_name("conformed"))
    return conform_joined(paths, gaps_ms, sink, lambda _share: None), sink.path


def of(result: Conformed) -> Recording:
    """The recording that is made of it."""
    return Recording("r", "s", "m", "sha", result.duration_ms, parts=result.parts, silences=result.silences)


def near(gaps: tuple[Gap, ...], expected: tuple[Gap, ...]) -> bool:
    flat = [ms for gap in gaps for ms in gap]
    return flat == pytest.approx([ms for gap in expected for ms in gap], abs=PACKET_MS)


@pytest.mark.parametrize(("form", "expected"), FORMS, ids=str)
def test_where_there_is_no_sound_is_known(form: Paused, expected: tuple[Gap, ...], tmp_path: Path) -> None:
    result, path = conformed([make_paused(tmp_path / "session", form)])
    assert near(result.silences, expected), result.silences
    assert of(result).gaps == result.silences
    encoded = "the sound (pcm_s16le) is kept as FLAC, without loss" * (form.codec == "pcm_s16le")
    early = "Its sound ends 00:03 before the picture" * (result.silences[-1][1] == result.duration_ms)
    assert result.notice == ("; ".join(filter(None, (early, encoded))) + "." if early else "")
    with av.open(str(path)) as container:
        starts_ms = [round(1000 * packet.pts * packet.time_base) for packet in container.demux(audio=0) if packet.pts]
    for from_ms, to_ms in result.silences:
        assert not any(from_ms <= ms < to_ms for ms in starts_ms)
        assert to_ms == result.duration_ms or any(abs(ms - to_ms) <= 1 for ms in starts_ms)


@pytest.mark.parametrize(
    ("spoken_s", "picture_s", "said"),
    [
        ((0, 4), 9, "Its sound ends 00:05 before the picture."),
        ((5, 9), 9, "Its sound begins 00:05 after the picture."),
        (
            (4, 6),
            10,
            "Its sound begins 00:04 after the picture; its sound ends 00:04 before the picture.",
        ),
        ((1, 8), 9, ""),
    ],
)
def test_of_a_film_whose_sound_is_much_shorter_that_is_said(
    spoken_s: tuple[float, float], picture_s: int, said: str, tmp_path: Path
) -> None:
    form = Paused("mp4", "aac", (spoken_s,), picture_s)
    assert conformed([make_paused(tmp_path / "film", form)])[0].notice == said


def test_of_joined_films_each_is_named_whose_sound_is_much_shorter(tmp_path: Path) -> None:
    forms = {"1": Paused("mp4", "aac", ((0, 4),), 9), "2": Paused("mp4", "aac", ((3, 6),), 6)}
    result, _ = conformed([make_paused(tmp_path / name, form) for name, form in forms.items()], (60_000,))
    assert result.notice == "1: its sound ends 00:05 before the picture; 2: its sound begins 00:03 after the picture."


@pytest.mark.parametrize("sound", [True, False])
def test_of_a_film_without_sound_that_is_said(sound: bool) -> None:
    assert sealed_film(Film(seconds=2, sound=sound)).conformed.notice == ("" if sound else "It has no sound.")


@pytest.mark.parametrize(
    "kind", ["m4a", "mp3", "ogg", "opus", "flac", "wav", "adpcm", "mp4", "webm", "wmv", "ts", "avi"]
)
def test_what_sounds_throughout_has_none(kind: Any, tmp_path: Path) -> None:
    result, _ = conformed([make_recording(tmp_path / "session", kind, 5)])
    assert result.silences == ()


def test_those_within_joined_files_and_between_them_are_one_list(tmp_path: Path) -> None:
    form = Paused("matroska", "aac", ((1, 4), (6, 8)), 9)
    result, _ = conformed([make_paused(tmp_path / f"{name}.mkv", form) for name in "ab"], (1_500,))
    second_ms = result.parts[1].start_ms
    assert second_ms == pytest.approx(10_500, abs=120)
    expected = (
        *((0, 1_000), (4_000, 6_000), (8_000, second_ms + 1_000)),
        *((second_ms + 4_000, second_ms + 6_000), (second_ms + 8_000, second_ms + 9_000)),
    )
    assert near(of(result).gaps, expected), of(result).gaps


def test_gaps_that_touch_are_one() -> None:
    parts = (Part("a", 0, 3_000), Part("b", 3_000, 2_000), Part("c", 65_000, 1_000))
    silences = ((1_000, 1_500), (4_000, 65_800))
    assert Recording("r", "s", "m", "sha", 66_000, parts=parts, silences=silences).gaps == silences
    assert Recording("r", "s", "m", "sha", 66_000, parts=parts, silences=((65_000, 66_000),)).gaps == ((5_000, 66_000),)
    assert Recording("r", "s", "m", "sha", 66_000).gaps == ()


def packet(pts: int | None, duration: int) -> "av.Packet[Any]":
    return cast("av.Packet[Any]", SimpleNamespace(pts=pts, duration=duration, time_base=Fraction(1, 1000)))


def silences_of(packets: list[tuple[int | None, int]], duration_ms: int) -> tuple[Gap, ...]:
    silences = Silences()
    for pts, duration in packets:
        silences.note(packet(pts, duration))
    return silences.until(duration_ms)


@pytest.mark.parametrize(
    ("packets", "duration_ms", "found"),
    [
        ([(-7, 20), (13, 20), (533, 20)], 560, ((33, 533),)),
        ([(0, 20), (20, 20), (539, 20)], 560, ()),
        ([(0, 20), (20, 2_020), (2_040, 20)], 2_060, ((40, 2_040),)),
        ([(0, 20), (20, 0), (2_040, 20)], 2_060, ((40, 2_040),)),
        ([(0, 600), (600, 600), (1_200, 600)], 1_800, ()),
        ([(0, 20), (20, 20), (None, 20), (10, 20)], 1_000, ((40, 1_000),)),
        ([], 1_000, ((0, 1_000),)),
    ],
)
def test_how_long_a_packet_sounds(
    packets: list[tuple[int | None, int]], duration_ms: int, found: tuple[Gap, ...]
) -> None:
    assert silences_of(packets, duration_ms) == found


def test_of_very_many_the_longest_are_kept() -> None:
    starts_ms = [number * 1_000 for number in range(3 * MOST)]
    packets = [(at_ms + (at_ms // 1_000 % 3) * 100, 20) for at_ms in starts_ms]
    silences = silences_of(cast("list[tuple[int | None, int]]", packets), starts_ms[-1])
    assert len(silences) == MOST
    assert list(silences) == sorted(silences)
    assert min(to_ms - from_ms for from_ms, to_ms in silences) == 1_080 > SHORTEST_GAP_MS
