"""Where in a recording somebody speaks: WebRTC's detector on frames of 20 ms, and a level above the room's own.

The detector alone takes a ventilator for speech, the level alone any noise; a frame counts where both agree. Of two
channels with a speaker each, the one that only hears the other's voice across the room is not speaking. This module is
also a program, `python -m iprtool.media.speech`, that takes the way to open the recording from stdin.
"""

import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count

import av
import msgspec
import numpy as np
import webrtcvad
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from iprtool.media.confined import confine, confined, expect_progress, receive, send
from iprtool.media.guard import is_conformed, open_media, sound_of
from iprtool.media.source_file import SourceFile
from iprtool.model.errors import MediaError
from iprtool.model.ports import Source
from iprtool.model.speech import SpeechSpan

FRAME_MS = 20
_RATE = 16_000
_FRAME = _RATE * FRAME_MS // 1000
_LENIENT = 1
"""The detector's mode, 0 to 3: it misses little speech, and the level takes out what it takes too much."""

_BLOCK_S = 30
_GAP = _RATE // 20
_SMOOTHED = 5
_FLOOR_PERCENTILE = 10
_FLOOR_WITHIN = 60_000 // FRAME_MS
_FLOOR_EVERY = 1000 // FRAME_MS
_ABOVE_FLOOR = 10**0.2
_CROSSTALK_DB = 6.0
_JOINED_MS = 300
_SHORTEST_MS = 150
_STALLED_CPU_S = 60

Flags = NDArray[np.bool_]
Powers = NDArray[np.float64]


def find_speech(source: Source, *, apart: bool, alive: Callable[[], None] = lambda: None) -> list[SpeechSpan]:
    """The stretches of speech in a recording, by their start: of each channel where they are `apart`, else of the mix.

    Pauses below 300 ms are within speech, and what is shorter than 150 ms is none. `alive` is called after each half
    minute of sound. Raises MediaError where the recording cannot be read or has no sound.
    """
    ears = _listened(source, alive, apart=apart)
    flags = np.array([ear.flags() for ear in ears])
    if len(ears) > 1:
        flags = without_crosstalk(flags, np.array([ear.powers() for ear in ears]))
    spans = [
        SpeechSpan(first * FRAME_MS, stop * FRAME_MS, channel if apart else None)
        for channel, row in enumerate(flags)
        for first, stop in stretches(row)
    ]
    return sorted(spans, key=lambda span: (span.start_ms, span.channel or 0))


def find_speech_aside(
    open_source: Callable[[], Source], heard: Callable[[int], None] = lambda _: None, *, apart: bool
) -> list[SpeechSpan] | None:
    """The same by a process of its own, beside other work; None where that fails.

    `heard` is told how many ms have been listened to, now and then; an error that it raises ends the process.
    """
    with confined("iprtool.media.speech") as child, suppress(OSError, msgspec.DecodeError):
        assert child.stdin is not None
        assert child.stdout is not None
        send(child.stdin, pickle.dumps((open_source, apart)))
        while (answer := receive(child.stdout)) is not None:
            told = msgspec.msgpack.decode(answer, type=int | list[SpeechSpan])
            if isinstance(told, list):
                return told
            heard(told)
    return None


class _Ear:
    """One channel as it is listened to, frame by frame."""

    def __init__(self) -> None:
        self._detector = webrtcvad.Vad(_LENIENT)
        self._voiced = bytearray()
        self._powers: list[Powers] = []

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Some whole frames more."""
        data = samples.tobytes()
        for at in range(0, len(data), 2 * _FRAME):
            self._voiced.append(self._detector.is_speech(data[at : at + 2 * _FRAME], _RATE))
        halves = samples.reshape(-1, 2, _FRAME // 2)
        self._powers.append(halves.var(axis=2, dtype=np.float64).mean(axis=1))  # without the rumble of a building

    def powers(self) -> Powers:
        """The power of each frame, of what is above some 50 Hz, smoothed over 100 ms."""
        powers = np.concatenate([*self._powers, np.zeros(0)])
        return np.convolve(powers, np.full(_SMOOTHED, 1 / _SMOOTHED), "same") if len(powers) >= _SMOOTHED else powers

    def flags(self) -> Flags:
        """Whether each frame is speech."""
        powers = self.powers()
        heard = np.frombuffer(self._voiced, np.uint8) * (powers > _ABOVE_FLOOR * floors(powers))
        around = np.convolve(heard, np.ones(_SMOOTHED), "same") if len(heard) >= _SMOOTHED else heard * _SMOOTHED
        flags: Flags = around > _SMOOTHED // 2
        return flags


def floors(powers: Powers) -> Powers:
    """The level of the room at each frame: what a tenth of the frames within half a minute lie below.

    Silence that no microphone gives (a gap between files) is left out of it.
    """
    floor = np.zeros(len(powers))
    for at in range(0, len(powers), _FLOOR_EVERY):
        around = powers[max(0, at - _FLOOR_WITHIN // 2) : at + _FLOOR_WITHIN // 2]
        sounding = around[around > 1]
        if len(sounding):
            floor[at : at + _FLOOR_EVERY] = np.percentile(sounding, _FLOOR_PERCENTILE)
    return floor


def without_crosstalk(flags: Flags, powers: Powers) -> Flags:
    """The flags of the channels (a row each) without those of a channel on which another one's voice is heard.

    Levels are compared with the channel's own when its speaker speaks, so that microphones may differ.
    """
    levels = 10 * np.log10(powers + 1)
    usual = [np.percentile(level[flag], 90) if flag.any() else 96.0 for level, flag in zip(levels, flags, strict=True)]
    relative = levels - np.array(usual)[:, None]
    speaking: Flags = flags & (relative >= relative.max(axis=0) - _CROSSTALK_DB)
    return speaking


def stretches(flags: Flags) -> Iterator[tuple[int, int]]:
    """The frames [first, stop) of each stretch: short pauses are closed, then what is short is left out."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    joined: list[list[int]] = []
    for first, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if joined and (first - joined[-1][1]) * FRAME_MS < _JOINED_MS:
            joined[-1][1] = stop
        else:
            joined.append([first, stop])
    return ((first, stop) for first, stop in joined if (stop - first) * FRAME_MS >= _SHORTEST_MS)


def _listened(source: Source, alive: Callable[[], None], *, apart: bool) -> list[_Ear]:
    """Every channel, or the mix of all, listened to from the recording's start to its end."""
    ears: list[_Ear] = []
    waiting: list[NDArray[np.int16]] = []
    samples = 0
    for block in _blocks(source, apart=apart):
        ears = ears or [_Ear() for _ in block]
        waiting.append(block)
        samples += block.shape[1]
        if samples >= _BLOCK_S * _RATE:
            waiting, samples = [_hear(ears, np.concatenate(waiting, axis=1))], 0
            alive()
    if ears:
        _hear(ears, np.concatenate([*waiting, np.zeros((len(ears), _FRAME - 1), np.int16)], axis=1))
    return ears


def _hear(ears: list[_Ear], block: NDArray[np.int16]) -> NDArray[np.int16]:
    """Let the whole frames of a block be heard; the rest."""
    whole = block.shape[1] // _FRAME * _FRAME
    for ear, row in zip(ears, block, strict=True):
        ear.hear(row[:whole])
    return block[:, whole:]


def _blocks(source: Source, *, apart: bool) -> Iterator[NDArray[np.int16]]:
    """The sound at 16 kHz, a row a channel, from the start on; silence where there is none."""
    reached = 0
    for frame, start_s in _resampled(source, apart=apart):
        missing = round(start_s * _RATE) - reached
        while missing > _GAP:
            silence = min(missing, _BLOCK_S * _RATE)
            yield np.zeros((len(frame.layout.channels), silence), np.int16)
            missing, reached = missing - silence, reached + silence
        rows = frame.to_ndarray().astype(np.int16, copy=False)
        reached += rows.shape[1]
        yield rows


def _resampled(source: Source, *, apart: bool) -> Iterator[tuple[AudioFrame, float]]:
    """The frames of sound at 16 kHz, each with its time in seconds from the recording's start."""
    try:
        with open_media(SourceFile(source)) as container:
            stream = sound_of(container)
            if stream is None:
                raise MediaError("The recording has no sound to look for speech in.")
            resampler = av.AudioResampler("s16p", stream.layout if apart else "mono", _RATE)
            start = 0 if is_conformed(container) else container.start_time or 0
            origin_s, next_s = start / av.time_base, 0.0
            for packet in container.demux(stream):
                try:
                    frames = stream.codec_context.decode(packet)
                except av.FFmpegError:
                    continue  # a damaged packet leaves a gap
                for frame in frames:
                    at_s = next_s if frame.time is None else frame.time - origin_s
                    next_s = at_s + frame.samples / frame.sample_rate
                    for made in resampler.resample(frame):
                        yield made, at_s
                        at_s += made.samples / _RATE
    except av.FFmpegError:
        return  # where a file breaks off, silence begins
    except OSError:
        raise MediaError(source.error or "The recording could not be read; check the disk that it is on.") from None


def main() -> None:
    """Look for speech in the recording that the parent names."""
    pipe = confine()
    asked = receive(sys.stdin.buffer)
    if asked is None:
        return
    open_source, apart = pickle.loads(asked)
    heard_ms = count(0, _BLOCK_S * 1000)

    def alive() -> None:
        expect_progress(_STALLED_CPU_S)
        send(pipe, msgspec.msgpack.encode(next(heard_ms)))

    alive()
    spans = find_speech(open_source(), apart=apart, alive=alive)
    send(pipe, msgspec.msgpack.encode(spans))


if __name__ == "__main__":
    main()
