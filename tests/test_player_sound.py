"""The embedded player's parts: the queue between two threads, frames made even, outputs that come and go."""

import struct
import threading
import time
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest

from iprtool.media.source_file import FileSource
from iprtool.model.errors import PlayerError
from iprtool.player import embedded, playout
from iprtool.player.clock import Ticked
from iprtool.player.embedded import EmbeddedEngine
from iprtool.player.engine import Happening, RanOut, WatchedSource
from iprtool.player.messages import Opening
from iprtool.player.output import Feed, SilentOutput, has_sound_device, open_output
from iprtool.player.playout import SoundQueue
from tests.player_tape import recording

RATE_HZ = 48_000


def sound(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}h", *values)


class TestQueue:
    """Forty-eight samples are a millisecond."""

    def queue(self, channels: int = 1) -> tuple[SoundQueue, list[Happening]]:
        told: list[Happening] = []
        queue = SoundQueue(RATE_HZ, channels, told.append)
        queue.clear(1.0)
        return queue, told

    def test_it_gives_what_was_put_and_says_what_is_heard_when(self) -> None:
        queue, told = self.queue()
        queue.put(1_000.0, sound(*range(48)))
        queue.put(1_001.0, sound(*range(48, 96)))
        queue.flow()
        assert queue.feed(72, 5_000) == sound(*range(72))
        assert queue.feed(24, 6_000) == sound(*range(72, 96))
        assert [(tick.reported_ms, tick.at_ns) for tick in told if isinstance(tick, Ticked)] == [(1_000.0, 5_000)]
        assert queue.length_ms == 0

    def test_until_it_flows_and_once_it_is_held_there_is_silence(self) -> None:
        queue, told = self.queue(channels=2)
        queue.put(0.0, sound(*[9] * 960))
        assert queue.feed(10, 0) == bytes(40)
        queue.flow()
        queue.feed(48, 0)
        assert queue.hold() == 1.0
        assert queue.feed(10, 0) == bytes(40)
        assert queue.length_ms == 9
        assert len(told) == 1

    def test_at_another_rate_the_recording_passes_faster(self) -> None:
        queue, _told = self.queue()
        queue.clear(2.0)
        queue.put(500.0, sound(*[1] * 480))
        queue.flow()
        queue.feed(96, 0)
        assert queue.hold() == 504.0

    def test_when_the_last_is_out_it_says_so_once(self) -> None:
        queue, told = self.queue()
        queue.put(0.0, sound(*[1] * 48))
        queue.finish("A page is damaged.")
        queue.flow()
        assert queue.feed(96, 0) == sound(*[1] * 48, *[0] * 48)
        queue.feed(96, 0)
        queue.feed(96, 0)
        assert [end.sentence for end in told if isinstance(end, RanOut)] == ["A page is damaged."]

    def test_while_it_is_empty_for_a_moment_its_ticks_stand_still(self) -> None:
        queue, told = self.queue()
        queue.flow()
        queue.put(0.0, sound(*[1] * 48))
        queue.feed(48, 1)
        queue.feed(48, 2)
        queue.put(1.0, sound(*[1] * 48))
        queue.feed(48, 3)
        ticks = [(tick.reported_ms, tick.at_ns) for tick in told if isinstance(tick, Ticked)]
        assert ticks == [(0.0, 1), (1.0, 2), (1.0, 3)]

    @pytest.mark.parametrize(("volume", "muted", "heard"), [(100, False, 8_000), (50, False, 1_000), (100, True, 0)])
    def test_the_volume_is_cubic(self, volume: int, muted: bool, heard: int) -> None:
        queue, _told = self.queue()
        queue.put(0.0, sound(8_000, -8_000))
        queue.set_loudness(volume, muted)
        queue.flow()
        assert queue.feed(2, 0) == sound(heard, -heard)


def frames(*starts_ms: int, length_ms: int = 20) -> Iterator[av.AudioFrame]:
    for start_ms in starts_ms:
        samples = np.full((1, length_ms * 48), 7, np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start_ms * 48, Fraction(1, RATE_HZ)
        yield frame


def even(starts_ms: tuple[int, ...], from_ms: float) -> list[tuple[float, int, bool]]:
    """What comes of frames that start then: start and length in ms, and whether it is silence."""
    found = embedded._even(frames(*starts_ms), from_ms)
    return [(at_ms, frame.samples // 48, not frame.to_ndarray().any()) for at_ms, frame in found]


@pytest.mark.parametrize(
    ("starts_ms", "from_ms", "expected"),
    [
        ((0, 20, 40), 30, [(20, 20, False), (40, 20, False)]),
        ((100, 120), 0, [(0, 100, True), (100, 20, False), (120, 20, False)]),
        (
            (0, 20, 1_540),
            0,
            [(0, 20, False), (20, 20, False), (40, 1_000, True), (1_040, 500, True), (1_540, 20, False)],
        ),
        ((0, 20, 20, 0, 40), 0, [(0, 20, False), (20, 20, False), (40, 20, False), (60, 20, False)]),
        ((0, 25, 45), 0, [(0, 20, False), (20, 20, False), (40, 20, False)]),
    ],
    ids=["before", "late start", "gap", "overlap", "jitter"],
)
def test_frames_are_made_even(
    starts_ms: tuple[int, ...], from_ms: float, expected: list[tuple[float, int, bool]]
) -> None:
    assert even(starts_ms, from_ms) == expected


class Device(SilentOutput):
    """A device that can be pulled out, and one that cannot be started."""

    made: list["Device"] = []
    startable = True

    def __init__(self, feed: Feed, rate_hz: int, channels: int) -> None:
        super().__init__(feed, rate_hz, channels)
        self.name = f"device {len(self.made)}"
        self.made.append(self)

    def start(self) -> None:
        if not self.startable:
            raise PlayerError("no device")
        super().start()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedEngine]:
    monkeypatch.setattr(playout, "open_output", Device)
    monkeypatch.setattr(playout, "DEAD_S", 0.1)
    monkeypatch.setattr(playout, "IDLE_S", 0.1)
    monkeypatch.setattr(Device, "made", [])
    monkeypatch.setattr(Device, "startable", True)
    engine = EmbeddedEngine(FileSource(recording("opus")[0]), Opening({}), lambda _happening: None)
    yield engine
    engine.close()


def test_when_the_device_asks_no_more_another_is_taken(engine: EmbeddedEngine) -> None:
    engine.cue(0, 1.0, True)
    assert engine.sink == "device 0"
    Device.made[0].stop()
    time.sleep(0.15)
    engine.work()
    assert engine.sink == "device 1"


def test_a_device_that_does_not_start_is_replaced_by_silence_in_time(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Device, "startable", False)
    engine.cue(0, 1.0, True)
    assert engine.sink == "no sound device"


def test_in_a_long_pause_the_device_rests(engine: EmbeddedEngine) -> None:
    threads = threading.active_count()
    engine.cue(0, 1.0, True)
    assert threading.active_count() == threads + 1
    engine.hold()
    time.sleep(0.15)
    engine.work()
    assert threading.active_count() == threads
    engine.go_on()
    assert threading.active_count() == threads + 1


def test_sound_without_a_device_keeps_time() -> None:
    due_ns: list[int] = []

    def feed(frames: int, heard_ns: int) -> bytes:
        due_ns.append(heard_ns)
        return bytes(2 * frames)

    silent = SilentOutput(feed, RATE_HZ, 1)
    silent.start()
    time.sleep(0.2)
    silent.close()
    assert len(due_ns) > 3
    assert set(np.diff(due_ns)) == {20_000_000}


def test_the_variable_asks_for_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "/somewhere")
    monkeypatch.setenv("IPRTOOL_AUDIO", "dummy")
    assert not has_sound_device()
    assert open_output(lambda frames, _heard_ns: bytes(frames), RATE_HZ, 1).name == "no sound device"
    monkeypatch.delenv("IPRTOOL_AUDIO")
    assert has_sound_device()


class Halves:
    """A source that can be read in small pieces only, and not at all from some offset on."""

    size = 100_000
    error: str | None = None

    def read_at(self, offset: int, size: int) -> bytes:
        if offset + size > 50_000:
            raise OSError("damaged")
        return bytes(size)

    def close(self) -> None:
        """Nothing to close."""


def test_what_can_be_read_before_a_damaged_place_is_read() -> None:
    watched = WatchedSource(Halves())
    assert len(watched.read_at(40_000, 64_000)) == 4_096
    assert watched.failure == ""
    with pytest.raises(OSError, match="damaged"):
        watched.read_at(49_000, 4_096)
    assert watched.failure == "The recording could not be read; check the disk that it is on."
