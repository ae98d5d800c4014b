"""What a recording is: container, duration, codecs; found out in a process of its own.

`python -m iprtool.media.probe FILE` prints it as JSON.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from iprtool.media.confined import Refused, command, confine, damaged
from iprtool.model.errors import MediaError

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

TIMEOUT_S = 60
_CPU_S = 30
# The durations of these are guessed from the bit rate, or stand nowhere.
_GUESSED = {"mp3", "aac", "ac3", "eac3", "amr", "amrnb", "amrwb", "mpegvideo"}
_ANDROID = "com.android.version"
_CLOCK = re.compile(r"\d\d:\d\d:\d\d")


class Probe(msgspec.Struct, frozen=True, tag=True):
    """A recording's container and codecs (FFmpeg's short names); the duration is that of its longest track.

    `rotation` is the number of degrees, counter-clockwise, by which the picture is to be turned when shown. `created`
    is the file's own word (ISO 8601, with a zone or without) on when its recording began, or, `created_at_end`, ended;
    empty where it has none. `sample_bits` is how much there is in a sample:
    16 where the sound is lossy.
    """

    container: str
    duration_ms: int
    audio_codec: str | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    video_codec: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    rotation: int = 0
    sample_bits: int | None = None
    created: str = ""
    created_at_end: bool = False


def probe(path: Path) -> Probe:
    """What the recording is; MediaError in one sentence where it cannot be read, or has neither sound nor picture."""
    try:
        done = subprocess.run(
            command("iprtool.media.probe", str(path)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT_S,
            check=False,
        )
        answer = msgspec.json.decode(done.stdout, type=Probe | Refused)
    except (subprocess.TimeoutExpired, msgspec.DecodeError):
        raise damaged(path) from None
    if isinstance(answer, Refused):
        raise MediaError(answer.sentence)
    return answer


def inspect(path: Path) -> Probe:
    """The same in this process, which a damaged file can end."""
    from iprtool.media.guard import is_protected, open_media, picture_of, protected, sound_of
    from iprtool.media.source_file import printable
    from iprtool.media.turning import rotation_of

    with open_media(path) as container:
        sound, picture = sound_of(container), picture_of(container)
        if sound is None and picture is None:
            raise MediaError(f"{printable(path)} has neither sound nor picture that can be read; choose another file.")
        if any(stream and is_protected(stream, _first_packet(container, stream)) for stream in (sound, picture)):
            raise protected(path)
        fps = picture.average_rate if picture else None
        return Probe(
            container=container.format.name,
            audio_codec=sound.codec_context.codec.canonical_name if sound else None,
            sample_rate_hz=sound.rate if sound else None,
            channels=sound.channels if sound else None,
            video_codec=picture.codec_context.codec.canonical_name if picture else None,
            width=picture.width if picture else None,
            height=picture.height if picture else None,
            fps=float(fps) if fps else None,
            rotation=rotation_of(container) if picture else 0,
            duration_ms=_lasting_ms(path, sound) or _duration_ms(container),
            sample_bits=_sample_bits(sound) if sound else None,
            created=_created(container.metadata),
            # Android's MPEG4Writer takes the time when it closes the file.
            created_at_end=_ANDROID in container.metadata,
        )


def _first_packet(container: "InputContainer", stream: "Stream") -> "Packet[Any] | None":
    import av

    if "mp4" not in container.format.name:
        return None
    try:
        packet = next(container.demux(stream), None)
        container.seek(0)
    except av.FFmpegError:
        return None
    return packet


def _sample_bits(sound: "AudioStream") -> int:
    return sound.format.bits if sound.format is not None and sound.codec_context.codec.lossless else 16


def _created(tags: dict[str, str]) -> str:
    """The time in a file's tags: Apple's own with its zone, that of the container, or a Broadcast WAV's in two tags."""
    told = tags.get("com.apple.quicktime.creationdate") or tags.get("creation_time") or tags.get("date") or ""
    if (day := tags.get("date", "")) and _CLOCK.fullmatch(told):
        told = f"{day}T{told}"
    return told if ":" in told else ""


def _lasting_ms(path: Path, sound: "AudioStream | None") -> int:
    """By its size, how long a WAV file is whose header tells of less; 0 for all others."""
    from iprtool.media.wave_header import tells_too_little

    with path.open("rb") as file:
        told = sound is None or not sound.codec_context.bit_rate or not tells_too_little(file)
    return 0 if told or sound is None else path.stat().st_size * 8000 // int(sound.codec_context.bit_rate or 1)


def _duration_ms(container: "InputContainer") -> int:
    import av

    if container.duration and container.format.name not in _GUESSED:
        return container.duration // 1000
    last = 0.0
    try:
        for packet in container.demux():
            if packet.pts is not None and packet.time_base:
                last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    except av.FFmpegError:
        pass  # a damaged end: what was read so far is the recording
    return round(last * 1000) - (container.start_time or 0) // 1000


def main() -> None:
    """Print what the file named on the command line is."""
    out = confine(_CPU_S)
    answer: Probe | Refused
    try:
        answer = inspect(Path(sys.argv[1]))
    except MediaError as error:
        answer = Refused(str(error))
    out.write(msgspec.json.encode(answer) + b"\n")
    out.close()


if __name__ == "__main__":
    main()
