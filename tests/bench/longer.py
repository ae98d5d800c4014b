"""Recordings of hours, made in seconds: some minutes of sound, encoded once, and its packets one after the other."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sounds import Kind

PIECE_S = 60
SUFFIXES = {"m4a": "m4a", "opus": "opus", "mp3": "mp3"}


def lengthened(folder: Path, kind: "Kind", minutes: int) -> Path:
    """A recording of this kind and so many minutes: a minute of noise again and again, without encoding it anew."""
    import av

    from tests.sounds import make_recording

    piece = make_recording(folder / f"piece.{SUFFIXES[kind]}", kind, PIECE_S)
    path = folder / f"{minutes}.{SUFFIXES[kind]}"
    with av.open(str(piece)) as short, av.open(str(path), "w") as long:
        stream = short.streams.audio[0]
        written = long.add_stream_from_template(stream)
        assert stream.time_base is not None
        packets = [(packet.duration or 0, bytes(packet)) for packet in short.demux(stream) if packet.size]
        at = 0
        while at * stream.time_base < minutes * 60:
            for duration, data in packets:
                packet = av.Packet(data)
                packet.pts = packet.dts = at
                packet.duration, packet.time_base, packet.stream = duration, stream.time_base, written
                long.mux(packet)
                at += duration
    return path
