"""How large the sealed copy of a recording can become, told before it is made."""

from collections.abc import Sequence

from iprtool.media.probe import Probe
from iprtool.media.tracks import COPIED_PICTURE, COPIED_SOUND

# A sealed object beside the bytes in it: pages, row heads, and Matroska's own.
_SEALED = 1.05
_OUTLINE_BYTES_PER_S = 500
# H.264 at crf 20 takes about half of this for two people who sit and talk.
_BITS_PER_PIXEL = 0.2
_FRAMES_PER_S = 30.0


def sealed_bytes(probes: Sequence[Probe], sizes: Sequence[int]) -> int:
    """At most so many bytes for recordings that are joined (or one); `sizes` are the files', in bytes.

    What is copied, or is plain samples, stays within the file's own size. Lossy sound that is kept as FLAC may come
    near to the size of its samples; a picture that is encoded anew is reckoned by its pixels.
    """
    seconds = sum(one.duration_ms for one in probes) / 1000
    sounds = {(one.audio_codec, one.sample_rate_hz, one.channels) for one in probes if one.audio_codec}
    pictures = {(one.video_codec, one.width, one.height, one.rotation) for one in probes if one.video_codec}
    made = float(sum(sizes))
    if len(sounds) > 1 or any(_grows(str(codec)) for codec, _, _ in sounds):
        made += seconds * _bytes_per_second(probes)
    if len(pictures) > 1 or any(codec not in COPIED_PICTURE for codec, *_ in pictures):
        made += seconds * _BITS_PER_PIXEL / 8 * max(_pixels_per_second(one) for one in probes)
    return int(made * _SEALED + seconds * _OUTLINE_BYTES_PER_S)


def _grows(codec: str) -> bool:
    return codec not in COPIED_SOUND and not codec.startswith("pcm_")


def _bytes_per_second(probes: Sequence[Probe]) -> int:
    deep = any((one.sample_bits or 0) > 16 for one in probes)
    widest = max((one.sample_rate_hz or 0) * (one.channels or 0) for one in probes)
    return widest * (3 if deep else 2)


def _pixels_per_second(probe: Probe) -> float:
    return (probe.width or 0) * (probe.height or 0) * (probe.fps or _FRAMES_PER_S)
