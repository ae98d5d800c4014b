"""The sync tone: what it sounds like, and that it disturbs nothing of what is played."""

import sys
from itertools import pairwise

import pytest

from iprtool.model.errors import PlayerError
from iprtool.player import tone
from iprtool.player.output import Feed
from iprtool.player.tone import LOUDNESS, RATE_HZ, TONE_HZ, TONE_MS, play_tone, sound_tone, tone_samples

if sys.platform.startswith("linux"):
    from tests.player_tape import staged


def test_it_is_a_short_tone_of_one_kilohertz() -> None:
    wave = tone_samples()
    assert len(wave) == RATE_HZ * TONE_MS // 1000
    rising = sum(before < 0 <= after for before, after in pairwise(wave))
    assert abs(rising - TONE_HZ * TONE_MS / 1000) <= 1


def test_it_neither_clicks_nor_frightens() -> None:
    wave = tone_samples()
    assert max(map(abs, wave)) <= LOUDNESS * 32768
    assert max(map(abs, (*wave[:10], *wave[-10:]))) < 0.05 * 32767


class Device:
    """An output that takes all it is given at once."""

    name = "a device"
    there = True

    def __init__(self, feed: Feed, rate_hz: int, channels: int) -> None:
        assert (rate_hz, channels) == (RATE_HZ, 1)
        self.feed, self.heard, self.closed = feed, b"", False
        DEVICES.append(self)

    def start(self) -> None:
        if not self.there:
            raise PlayerError("No sound device.")
        while len(self.heard) < 2 * RATE_HZ:
            self.heard += self.feed(480, 0)

    def stop(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


DEVICES: list[Device] = []


class Gone(Device):
    """One that is not there when it is to start."""

    there = False


@pytest.fixture(autouse=True)
def _no_devices() -> None:
    DEVICES.clear()


def test_all_of_it_goes_to_the_device_and_then_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tone, "open_output", Device)
    assert play_tone() == "a device"
    (device,) = DEVICES
    assert device.heard.rstrip(b"\0") == tone_samples().tobytes().rstrip(b"\0")
    assert device.closed


def test_a_device_that_is_gone_makes_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tone, "open_output", Gone)
    assert play_tone() == ""
    assert DEVICES[0].closed


def test_without_a_device_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tone, "open_output", Device)
    monkeypatch.setattr(tone, "has_sound_device", lambda: False)
    sound_tone()
    assert DEVICES == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what comes out of the audio path")
def test_it_disturbs_nothing_that_is_played() -> None:
    with staged("embedded") as stage:
        stage.wait_for("paused")
        stage.player.tone()
        stage.player.play()
        stage.wait_for("playing")
        stage.player.tone()
        stage.player.seek(3_000)
        stage.player.pause()
        state = stage.wait_for("paused")
        assert (state.message, state.engine) == ("", "embedded")
        assert abs(stage.player.now().ms - 3_000) <= 500
