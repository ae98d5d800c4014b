"""Nothing but recordings is opened, and what a file does to FFmpeg ends in one sentence."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import av
import pytest

from iprtool.media.conform import conform
from iprtool.media.guard import open_media, picture_of, sound_of
from iprtool.media.probe import probe
from iprtool.media.remux import remux
from iprtool.media.source_file import FileSource, SourceFile
from iprtool.model.errors import MediaError
from tests.sounds import KINDS, FileSink, Kind, make_recording

TRIES = 20
SENTENCE = re.compile(r"^[^\n]+\.$")


def refused(path: Path) -> str:
    """The sentence with which probing and conforming refuse a file, both the same; nothing else is left."""
    with pytest.raises(MediaError) as probed:
        probe(path)
    sink = FileSink(path.parent / "out")
    with pytest.raises(MediaError) as conformed:
        conform(path, sink, lambda _share: None)
    assert str(probed.value) == str(conformed.value)
    assert not list(path.parent.glob("*out*"))
    return str(probed.value)


def test_what_is_no_recording_is_refused_in_one_sentence(tmp_path: Path) -> None:
    def file(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "folder.wav").mkdir()
    assert refused(tmp_path / "none.wav") == "none.wav was not found; check the path to the file."
    assert refused(tmp_path / "folder.wav") == "folder.wav is a folder; name the file in it."
    assert refused(tmp_path / "pipe.wav") == "pipe.wav is not an ordinary file; copy it into one first."
    assert refused(file("empty.mp3", b"")) == "empty.mp3 is empty; copy it here again."
    text = "is a text file, not a recording; choose the sound or video file."
    assert refused(file("notes.mp4", "Sitzung 3, später\n".encode() * 400)) == f"notes.mp4 {text}"
    assert refused(file("wide.mp4", "notes\n".encode("utf-16"))) == f"wide.mp4 {text}"
    noise = random.Random(1).randbytes(50_000)
    assert "is damaged, or no recording" in refused(file("noise.m4a", noise))
    picture = "is a picture, not a recording; choose the sound or video file."
    assert refused(file("image.mp4", PNG)) == f"image.mp4 {picture}"
    assert refused(file("holiday.mp4", b"\xff\xd8\xff\xe0\0\x10JFIF" + noise)) == f"holiday.mp4 {picture}"
    assert refused(file("apple.mp4", b"\0\0\0\x18ftypheic" + noise)) == f"apple.mp4 {picture}"
    assert "is an archive" in refused(file("sessions.wav", b"PK\x03\x04\x14\0\0\0" + noise))
    assert "is a MIDI file, which holds notes" in refused(file("song.wav", b"MThd\0\0\0\6\0\1\0\1\0`" + noise))
    assert "is a document" in refused(file("letter.mp3", b"%PDF-1.7\n\xe2\xe3" + noise))
    assert refused(file("play.m3u", b"#EXTM3U\n/etc/passwd\n")) == f"play.m3u {text}"
    assert (
        refused(file("a\nb\x1b[2J.mp4", b"<html>no</html>"))
        == f"a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[2J.mp4 {text}"
    )


def test_what_is_protected_against_copying_is_refused(tmp_path: Path) -> None:
    whole = make_recording(tmp_path / "session.m4a", "m4a", 3).read_bytes()
    bought = tmp_path / "bought.m4p"
    bought.write_bytes(whole.replace(b"mp4a", b"drms"))
    assert refused(bought).startswith("bought.m4p is protected against copying")
    encrypted = tmp_path / "encrypted.mp4"
    keys = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": "76" * 16, "encryption_kid": "a7" * 16}
    with av.open(str(tmp_path / "session.m4a")) as source, av.open(str(encrypted), "w", options=keys) as container:
        stream = container.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                container.mux(packet)
    assert refused(encrypted).startswith("encrypted.mp4 is protected against copying")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6300010000050001"
    "0d0a2db40000000049454e44ae426082"
)


def test_an_mp4_without_its_index_is_refused(tmp_path: Path) -> None:
    path = make_recording(tmp_path / "session.mp4", "mp4", 3)
    os.truncate(path, path.stat().st_size // 2)
    assert "was not finished by its recorder or is cut short (its index is missing)" in refused(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = make_recording(tmp_path / "session.wav", "wav", 1)
    path.chmod(0)
    assert "may not be read" in refused(path)


PLAYLISTS = {
    "ffconcat": "ffconcat version 1.0\nfile '{}'\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n",
    "hls-not-text": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n\0",
    "concat-not-text": "ffconcat version 1.0\nfile '{}'\n#\0",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n#\0{}",
}


@pytest.mark.skipif(not Path("/usr/bin/strace").exists(), reason="strace is not installed")
@pytest.mark.parametrize("name", PLAYLISTS)
def test_no_other_file_is_opened_for_a_playlist_in_disguise(name: str, tmp_path: Path) -> None:
    neighbour = make_recording(tmp_path / "neighbour.wav", "wav", 1)
    disguised, trace = tmp_path / "session.mp4", tmp_path / "trace"
    disguised.write_text(PLAYLISTS[name].format(neighbour))
    probing = [sys.executable, "-m", "iprtool.media.probe", str(disguised)]
    strace = ["/usr/bin/strace", "-f", "-e", "trace=open,openat,connect,socket", "-o", str(trace)]
    said = subprocess.run([*strace, *probing], capture_output=True, text=True, check=True).stdout
    assert '"type":"Refused"' in said
    calls = trace.read_text()
    assert "session.mp4" in calls
    assert "neighbour.wav" not in calls
    assert "AF_INET" not in calls


def test_a_title_in_an_old_encoding_does_not_matter(tmp_path: Path) -> None:
    path = make_recording(tmp_path / "session.wav", "wav", 1)
    path.write_bytes(path.read_bytes().replace(b"a title", b"a t\xeftle"))
    with open_media(path) as container:
        assert container.metadata["title"].startswith("a t\N{REPLACEMENT CHARACTER}tle")
    assert conform(path, FileSink(tmp_path / "out"), lambda _share: None).duration_ms == 1000


@pytest.mark.parametrize("kind", ["wav", "m4a", "mp3-vbr-noxing", "ogg", "mp4", "mkv", "ts", "wmv"])
def test_a_recording_is_described(kind: Kind, tmp_path: Path) -> None:
    found = probe(make_recording(tmp_path / "session", kind, 3, video=kind == "mkv"))
    pictured = kind in {"mp4", "mkv", "ts", "wmv"}
    assert found.sample_rate_hz == 48_000
    assert found.channels == (2 if kind == "ogg" else 1)
    assert found.duration_ms == pytest.approx(3000, abs=110)
    assert (found.width, found.height) == ((160, 96) if pictured else (None, None))
    assert (found.fps == pytest.approx(10, abs=0.1)) if pictured else found.fps is None
    assert found.audio_codec
    assert (found.video_codec is not None) == pictured


def test_a_probe_that_dies_or_hangs_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_recording(tmp_path / "session.m4a", "m4a", 1)
    monkeypatch.setattr("iprtool.media.confined.sys.executable", "/bin/false")
    with pytest.raises(MediaError, match=r"^session\.m4a is damaged and cannot be read; copy it again"):
        probe(path)
    monkeypatch.setattr("iprtool.media.probe.command", lambda *_: ["sleep", "30"])
    monkeypatch.setattr("iprtool.media.probe.TIMEOUT_S", 0.1)
    with pytest.raises(MediaError, match=r"^session\.m4a is damaged and cannot be read; copy it again"):
        probe(path)


def test_the_child_is_limited() -> None:
    limits = (
        "import resource; from iprtool.media.confined import confine; confine(7);"
        "import sys; print(*(resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[0] for name in"
        "('CORE', 'CPU', 'AS')), file=sys.stderr)"
    )
    said = subprocess.run([sys.executable, "-c", limits], capture_output=True, text=True, check=True)
    assert said.stderr.split() == ["0", "7", str(4 << 30)]
    assert said.stdout == ""


def test_a_child_without_progress_is_ended() -> None:
    spin = "from iprtool.media.confined import expect_progress\nexpect_progress(0.05)\nwhile True: pass"
    assert subprocess.run([sys.executable, "-c", spin], check=False, timeout=20).returncode < 0


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(1, len(content))]


def mutated(content: bytes, chance: random.Random) -> bytes:
    bent = bytearray(content)
    for _ in range(chance.randrange(1, 30)):
        # Headers are worth more tries than sound.
        bent[chance.randrange(len(bent) if chance.random() < 0.5 else 2000)] = chance.randrange(256)
    return bytes(bent)


@pytest.mark.parametrize("bent", [cut, mutated])
@pytest.mark.parametrize("kind", KINDS)
def test_a_bent_recording_is_conformed_or_refused_in_one_sentence(
    kind: Kind, bent: Callable[[bytes, random.Random], bytes], tmp_path: Path
) -> None:
    whole = make_recording(tmp_path / "whole", kind, 1).read_bytes()
    chance = random.Random(f"{kind} {bent.__name__}")
    for number in range(TRIES if bent is cut else TRIES // 2):
        path = tmp_path / f"session-{number}.{kind}"
        path.write_bytes(bent(whole, chance))
        status = in_a_child(partial(remuxed_or_refused, path))
        # A signal would be FFmpeg's own fault, and in use it ends the child alone; an exception would be this code's.
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"{kind}, {bent.__name__}, {number}"


def remuxed_or_refused(path: Path) -> None:
    try:
        remux([path], (), lambda _message: None)
    except MediaError as error:
        assert SENTENCE.match(str(error))


def in_a_child(work: Callable[[], None]) -> int:
    """Do it in a fork of this process, which has loaded FFmpeg already; its exit status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


@pytest.mark.parametrize("kind", ["m4a", "mp3", "opus", "mp4"])
def test_the_caller_outlives_every_cut(kind: Kind, tmp_path: Path) -> None:
    whole = make_recording(tmp_path / "whole", kind, 2).read_bytes()
    chance = random.Random(kind)
    for number in range(3):
        path = tmp_path / f"session-{number}"
        path.write_bytes(cut(whole, chance))
        sink = FileSink(tmp_path / f"out-{number}")
        try:
            conform(path, sink, lambda _share: None)
        except MediaError as error:
            assert SENTENCE.match(str(error))
            assert not sink.path.exists()


def test_a_file_object_is_opened_as_a_path_is(tmp_path: Path) -> None:
    path = make_recording(tmp_path / "session.mp4", "mp4", 2)
    source = FileSource(path)
    for media in (SourceFile(source), BytesIO(path.read_bytes()), path):
        with open_media(media) as container:
            assert sound_of(container) is not None
            assert picture_of(container) is not None
            assert len(list(container.decode(video=0))) == 20
    assert source.read_at(4, 4) == b"ftyp"


def test_a_source_is_read_at_any_offset(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    file = SourceFile(FileSource(path))
    assert file.read(3) == b"012"
    assert file.seek(-2, os.SEEK_END) == 8
    assert file.read() == b"89"
    assert file.read(5) == b""
    assert file.seek(1) == 1
    assert file.seek(2, os.SEEK_CUR) == file.tell() == 3
    with pytest.raises(OSError, match="before the start"):
        file.seek(-11, os.SEEK_END)


def test_a_source_keeps_its_error(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    source = FileSource(path)
    os.close(source._fd)
    with pytest.raises(OSError, match="Bad file descriptor"):
        source.read_at(0, 5)
    assert source.error == "The recording could not be read (Bad file descriptor); check the disk that it is on."
    source._fd = -1
