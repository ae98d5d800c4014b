"""A short tone on the sound device: for an external recorder, and to hear whether anything is heard."""

import math
import threading
import time
from array import array

from iprtool.model.errors import PlayerError
from iprtool.player.output import has_sound_device, open_output

RATE_HZ = 48_000
TONE_HZ, TONE_MS, FADE_MS = 1_000, 600, 20
LOUDNESS = 0.25
_AFTER_MS = 150
"""What waits in the device is heard before it is let go."""


def sound_tone() -> None:
    """Sound the tone over whatever is played, without waiting for its end; nothing without a sound device."""
    if has_sound_device():
        threading.Thread(target=play_tone, name="tone", daemon=True).start()


def play_tone() -> str:
    """Sound the tone to its end; what it went to, in a word or two, empty where that could not be started."""
    samples, given = tone_samples(), 0

    def feed(frames: int, _heard_ns: int) -> bytes:
        nonlocal given
        part = samples[given : given + frames]
        given += frames
        return part.tobytes() + bytes(2 * (frames - len(part)))

    output = open_output(feed, RATE_HZ, 1)
    try:
        output.start()
        time.sleep((TONE_MS + _AFTER_MS) / 1000)
        output.stop()
    except PlayerError:
        return ""
    finally:
        output.close()
    return output.name


def tone_samples() -> "array[int]":
    """The tone: 16-bit samples of one channel, faded in and out so that it does not click."""
    count, fade = RATE_HZ * TONE_MS // 1000, RATE_HZ * FADE_MS // 1000

    def sample(index: int) -> int:
        swell = min(1.0, index / fade, (count - 1 - index) / fade)
        return round(32_767 * LOUDNESS * swell * math.sin(2 * math.pi * TONE_HZ * index / RATE_HZ))

    return array("h", map(sample, range(count)))
