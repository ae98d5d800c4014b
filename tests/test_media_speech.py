"""Speech is found where somebody speaks: beside noise, on the channel of whoever speaks, in real conversation."""

import shutil
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from iprtool.media.conform import conform_joined
from iprtool.media.source_file import FileSource
from iprtool.media.speech import FRAME_MS, find_speech, find_speech_aside, stretches, without_crosstalk
from iprtool.model.errors import MediaError
from iprtool.model.speech import SpeechSpan
from tests.sounds import FileSink, voice, write_wav

DATA = Path(__file__).parents[2] / "shared" / "data"
RATE = 16_000
TURNS = ((1.0, 3.0), (4.0, 5.0), (6.5, 9.0), (12.0, 12.6), (14.0, 18.0))
LENGTH_S = 20
Turns = Sequence[tuple[float, float]]


def spoken(turns: Turns, pitch_hz: float = 120, length_s: float = LENGTH_S) -> NDArray[np.int16]:
    """A voice in these turns (seconds), and silence between them."""
    sound = np.zeros(round(length_s * RATE), np.int16)
    for start, end in turns:
        sound[round(start * RATE) : round(end * RATE)] = voice(end - start, pitch_hz)
    return sound


def noise_of(level_db: float, smooth: int, length_s: float = LENGTH_S) -> NDArray[np.float64]:
    """Steady noise, the lower the more it is smoothed, so far below a voice."""
    white = np.random.default_rng(3).standard_normal(round(length_s * RATE))
    low = np.convolve(white, np.ones(smooth) / smooth, "same")
    usual = np.sqrt(np.square(voice(2, 120), dtype=float).mean())
    return np.asarray(low / low.std() * usual * 10 ** (level_db / 20))


def frames(turns: Turns, length_s: float) -> NDArray[np.bool_]:
    flags = np.zeros(round(length_s * 1000) // FRAME_MS, bool)
    for start, end in turns:
        flags[round(start * 1000) // FRAME_MS : round(end * 1000) // FRAME_MS] = True
    return flags


def seconds(spans: list[SpeechSpan], channel: int | None = None) -> list[tuple[float, float]]:
    return [(span.start_ms / 1000, span.end_ms / 1000) for span in spans if span.channel == channel]


def f1(found: Turns, truth: Turns, length_s: float) -> float:
    """Frame by frame: the harmonic mean of how much of what was found is speech and how much of speech was found."""
    got, wanted = frames(found, length_s), frames(truth, length_s)
    return float(2 * (got & wanted).sum() / (got.sum() + wanted.sum()))


@pytest.mark.parametrize(("level_db", "smooth"), [(-60, 1), (-20, 1), (-12, 1), (-20, 20), (-12, 20)])
def test_speech_is_found_beside_the_noise_of_a_room(level_db: float, smooth: int, tmp_path: Path) -> None:
    sound = np.clip(spoken(TURNS) + noise_of(level_db, smooth), -32767, 32767).astype(np.int16)
    found = seconds(find_speech(FileSource(write_wav(tmp_path / "a.wav", [sound])), apart=False))
    assert f1(found, TURNS, LENGTH_S) > 0.93
    assert len(found) == len(TURNS)


@pytest.mark.parametrize("smooth", [1, 8, 20])
def test_steady_noise_alone_is_no_speech(smooth: int, tmp_path: Path) -> None:
    sound = noise_of(-10, smooth, 60).astype(np.int16)
    found = seconds(find_speech(FileSource(write_wav(tmp_path / "a.wav", [sound])), apart=False))
    assert sum(end - start for start, end in found) < 3


def test_silence_is_no_speech(tmp_path: Path) -> None:
    assert find_speech(FileSource(write_wav(tmp_path / "a.wav", [np.zeros(5 * RATE, np.int16)])), apart=False) == []


def test_each_channel_has_its_speaker_and_not_the_other_ones_voice(tmp_path: Path) -> None:
    left, right = ((1.0, 4.0), (9.0, 12.0)), ((5.0, 8.0), (11.0, 14.0))
    first, second = spoken(left, 110), spoken(right, 210)
    heard = [first + second // 5 + noise_of(-45, 3), second // 2 + first // 10 + noise_of(-50, 3)]
    path = write_wav(tmp_path / "a.wav", [np.clip(each, -32767, 32767).astype(np.int16) for each in heard])
    found = find_speech(FileSource(path), apart=True)
    assert {span.channel for span in found} == {0, 1}
    assert f1(seconds(found, 0), left, LENGTH_S) > 0.93
    assert f1(seconds(found, 1), right, LENGTH_S) > 0.93
    assert [span.start_ms for span in found] == sorted(span.start_ms for span in found)
    mixed = find_speech(FileSource(path), apart=False)
    assert f1(seconds(mixed), ((1.0, 4.0), (5.0, 8.0), (9.0, 14.0)), LENGTH_S) > 0.93


def test_whoever_is_louder_by_little_does_not_silence_the_other() -> None:
    flags = np.array([[True] * 4, [True] * 4])
    powers = 10 ** (np.array([[60.0, 60, 40, 50], [60.0, 52, 60, 45]]) / 10)
    assert without_crosstalk(flags, powers).tolist() == [[True, True, False, True], [True, False, True, True]]


def test_pauses_are_closed_and_clicks_left_out() -> None:
    flags = np.zeros(300, bool)
    for first, stop in ((0, 10), (24, 40), (55, 60), (100, 107), (200, 208)):
        flags[first:stop] = True
    assert list(stretches(flags)) == [(0, 40), (200, 208)]


def test_gaps_between_files_are_silent_and_what_follows_is_where_it_is(tmp_path: Path) -> None:
    paths = [write_wav(tmp_path / f"{number}.wav", [spoken(((1.0, 3.0),), 110 + number, 4)]) for number in range(2)]
    sink = FileSink(tmp_path / "joined")
    conform_joined(paths, [100_000], sink, lambda _: None)
    found = seconds(find_speech(FileSource(sink.path), apart=False))
    assert np.array(found) == pytest.approx(np.array([(1.0, 3.0), (105.0, 107.0)]), abs=0.1)


def test_a_process_of_its_own_finds_the_same(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", [spoken(TURNS)])
    assert find_speech_aside(partial(FileSource, path), apart=False) == find_speech(FileSource(path), apart=False)
    path.write_bytes(b"no recording")
    assert find_speech_aside(partial(FileSource, path), apart=False) is None


def test_a_source_that_fails_is_told_in_its_own_words(tmp_path: Path) -> None:
    class FailingSource(FileSource):
        def read_at(self, offset: int, size: int) -> bytes:
            if offset > 200_000:
                self.error = "The recording is damaged; restore it from a copy."
                raise OSError("bad row")
            return super().read_at(offset, size)

    with pytest.raises(MediaError, match=r"^The recording is damaged; restore it from a copy\.$"):
        find_speech(FailingSource(write_wav(tmp_path / "a.wav", [spoken(TURNS)])), apart=False)


def test_conversation_is_found_where_its_turns_are() -> None:
    path = DATA / "dialogue-4-speakers.wav"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    lines = path.with_suffix(".segments").read_text().split("\n")
    turns = [(float(line.split()[0]), float(line.split()[1])) for line in lines if line.strip()]
    assert f1(seconds(find_speech(FileSource(path), apart=False)), turns, 42) > 0.95


def test_one_sentence_is_found() -> None:
    path = DATA / "mary.wav"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    (found,) = seconds(find_speech(FileSource(path), apart=False))
    assert found == pytest.approx((0.32, 1.88), abs=0.15)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_a_spoken_dialogue_of_two_channels_is_told_apart(tmp_path: Path) -> None:
    lines = ("How did that leave you?", "I felt relieved, and guilty at once.", "Mhm, guilty.", "Yes. I did not call.")
    channels = [np.zeros(0, np.int16), np.zeros(0, np.int16)]
    turns: list[list[tuple[float, float]]] = [[], []]
    for number, line in enumerate(lines * 3):
        who = number % 2
        said = tmp_path / "said.wav"
        subprocess.run(["espeak-ng", "-v", ("en-us", "en-gb+f3")[who], "-w", said, line], check=True)
        source = FileSource(said)
        (span,) = [(s.start_ms, s.end_ms) for s in merged(find_speech(source, apart=False))]
        sound = _at_16k(said)
        turns[who].append((len(channels[0]) / RATE + span[0] / 1000, len(channels[0]) / RATE + span[1] / 1000))
        rest = np.zeros(RATE, np.int16)
        for channel in range(2):
            own = sound if channel == who else sound // 6
            channels[channel] = np.concatenate([channels[channel], own, rest])
    found = find_speech(FileSource(write_wav(tmp_path / "two.wav", channels)), apart=True)
    for channel in range(2):
        assert f1(seconds(found, channel), turns[channel], len(channels[0]) / RATE) > 0.9


def merged(spans: list[SpeechSpan]) -> list[SpeechSpan]:
    return [SpeechSpan(spans[0].start_ms, spans[-1].end_ms)]


def _at_16k(path: Path) -> NDArray[np.int16]:
    import av

    resampler = av.AudioResampler("s16", "mono", RATE)
    with av.open(str(path)) as container:
        blocks = [made.to_ndarray()[0] for frame in container.decode(audio=0) for made in resampler.resample(frame)]
    return np.concatenate(blocks).astype(np.int16)
