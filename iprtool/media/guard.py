"""The one door to FFmpeg: only recordings' own formats, and never a second file, whatever the first one says."""

from pathlib import Path
from typing import Any, Protocol

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from iprtool.media.source_file import FileSource, SourceFile, printable
from iprtool.media.wave_header import tells_too_little
from iprtool.model.errors import MediaError

FORMATS = (
    "mov,matroska,mp3,ogg,wav,w64,flac,aac,aiff,caf,au,amr,amrnb,amrwb,dss,ac3,eac3,wv,ape,tta,"
    "avi,asf,mpeg,mpegts,mpegvideo,flv,dv,mxf"
)
"""FFmpeg's demuxers for recordings; none of them is a playlist, a script, a picture sequence or a device."""

# No protocol at all: the bytes come from a file object, so a name inside the file has nothing to be opened with.
_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "none"}
_BUFFER_BYTES = 1 << 16
_ARCHIVE = "an archive, not a recording; unpack it and choose the sound or video file in it"
_IMAGE = "a picture, not a recording; choose the sound or video file"
_DOCUMENT = "a document, not a recording; choose the sound or video file"
_DICTATION = "a DS2 dictation, which only its maker's program reads; save it there as WAV or MP3 first"
_PROTECTED = {"drms", "drmi", "enca", "encv", "p608", "aavd"}
_STILLS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}
_OTHERS = (
    (b"PK\x03\x04", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"\x89PNG", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF8", _IMAGE),
    (b"%PDF", _DOCUMENT),
    (b"\xd0\xcf\x11\xe0", _DOCUMENT),
    (b"MThd", "a MIDI file, which holds notes and no sound; choose the sound or video file"),
    (b"\x03ds2", _DICTATION),
    (b"\x03enc", _DICTATION),
)
_HEAD_BYTES = 4096


class Readable(Protocol):
    """What FFmpeg needs of a file object."""

    def read(self, size: int = -1, /) -> bytes: ...  # noqa: D102
    def seek(self, offset: int, whence: int = 0, /) -> int: ...  # noqa: D102
    def tell(self) -> int: ...  # noqa: D102


def open_media(media: Path | Readable) -> InputContainer:
    """Open a recording by path, or from a file object; a context manager, like every PyAV container.

    Raises MediaError with one sentence where it is missing, empty, a text file, cut short or no recording. A file
    object stays open when the container is closed.
    """
    name = printable(media) if isinstance(media, Path) else "The recording"
    file = SourceFile(FileSource(media)) if isinstance(media, Path) else media
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if _is_text(head):
        raise MediaError(f"{name} is a text file, not a recording; choose the sound or video file.")
    options = _OPTIONS | ({"ignore_length": "1"} if tells_too_little(file) else {})
    try:
        # Tags in an older encoding than UTF-8 are common, and none is used.
        return av.open(file, "r", options=options, metadata_errors="replace", buffer_size=_BUFFER_BYTES)
    except av.ArgumentError:
        raise MediaError(
            _why_not(name, head)
            if head.startswith(tuple(sign for sign, _ in _OTHERS))
            else f"{name} is of a kind that iprtool does not read; convert it to WAV, FLAC, M4A, MP3, MP4 or MKV first."
        ) from None
    except av.FFmpegError:
        raise MediaError(_why_not(name, head)) from None


def sound_of(container: InputContainer) -> AudioStream | None:
    """The first sound track that can be decoded, or None."""
    # PyAV has no codec context for a stream of an unknown codec, and using such a stream can end the process.
    return next(
        (stream for stream in container.streams.audio if stream.codec_context is not None and stream.rate), None
    )


def picture_of(container: InputContainer) -> VideoStream | None:
    """The first moving picture that can be decoded, or None; a cover image is none."""
    for stream in container.streams.video:
        still = stream.disposition & Disposition.attached_pic
        if stream.codec_context is not None and stream.codec_context.width and not still:
            return stream
    return None


def is_protected(stream: Stream, packet: "Packet[Any] | None" = None) -> bool:
    """Whether a track, or this packet of it, is encrypted, as shops do against copying."""
    tagged = str(stream.codec_context.codec_tag).lower() in _PROTECTED
    return tagged or (packet is not None and packet.has_sidedata("encryption_info"))


def protected(media: Path) -> MediaError:
    """What is said of such a recording."""
    return MediaError(
        f"{printable(media)} is protected against copying, so only its own player reads it; ask for it unprotected."
    )


def is_conformed(container: InputContainer) -> bool:
    """Whether times in it count from 0, as in every conformed recording."""
    return container.format.name.startswith("matroska")


def seek(container: InputContainer, at_s: float) -> None:
    """Go to a packet shortly before a time of the container's, by its index.

    In Matroska with a picture that is the key frame before, which can be seconds away: the index is on the picture
    alone, and a seek by the sound would read on through the file.
    """
    stream = (picture_of(container) if is_conformed(container) else None) or sound_of(container)
    if stream is not None and stream.time_base:
        container.seek(int(at_s / stream.time_base), stream=stream)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    try:
        text = head[: _HEAD_BYTES - 3].decode("utf-8")
    except UnicodeDecodeError as error:
        # The cut may have halved the last character.
        return error.reason == "unexpected end of data" and _is_text(head[: error.start])
    return bool(text) and all(char.isprintable() or char in "\t\r\n\f\v\ufeff" for char in text)


def _why_not(name: str, head: bytes) -> str:
    what = next((what for sign, what in _OTHERS if head.startswith(sign)), None)
    if head[4:8] == b"ftyp" and head[8:12] in _STILLS:
        what = _IMAGE
    if what is not None:
        return f"{name} is {what}."
    if head[4:8] == b"ftyp":
        return f"{name} was not finished by its recorder or is cut short (its index is missing); copy it again."
    return f"{name} is damaged, or no recording; copy it again from the recorder, or choose another file."
