"""What goes wrong while a recording plays: it stops with one sentence, or goes on from where it was."""

import os
import signal
import struct
import sys
import time
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import copyfile
from tempfile import mkdtemp
from typing import get_args

import numpy as np
import pytest

from iprtool.media.conform import Conformed, conform
from iprtool.model.study import Recording
from iprtool.model.terms import Engine
from iprtool.player.messages import Opening
from iprtool.player.probe_engines import find_engine
from iprtool.player.remote import ProcessPlayer
from iprtool.process import child_command
from iprtool.store.media import ROW_BYTES, SealedSink
from tests.player_performance import Heard, matched
from tests.player_tape import COMMAND, FileSink, Stage, heard_in, recording, staged
from tests.sounds import Kind
from tests.vlc_needed import need_vlc

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="sends signals, and makes Linux's libraries"
)

ENGINES: tuple[Engine, ...] = get_args(Engine)
SECONDS = 12
LARGE_S = 110
KEY = bytes(range(32))
SILENT_S = 1.5
TELLS_AGAIN = "was started again"
BLOCKS_NS = 60_000_000
LOST_MS = 120
"""What the uncertainty of the clock is where a process has been lost."""


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is heard of it."""
    monkeypatch.setenv("IPRTOOL_AUDIO", "dummy")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine; libVLC where it is."""
    if request.param == "vlc":
        need_vlc()
    return request.param  # type: ignore[no-any-return]  # one of the parameters above


class TestTheRecording:
    """The sealed object is damaged, cut short or taken away; the drive goes and comes back."""

    @pytest.fixture
    def sealed(self, tmp_path: Path) -> Path:
        """A sealed recording, larger than what libVLC reads ahead."""
        path = tmp_path / "object.db"
        sink = SealedSink(path, KEY)
        sink.write_at(0, large()[0].read_bytes())
        sink.commit()
        return path

    def test_a_flipped_page_is_played_up_to_and_not_beyond(self, sealed: Path, engine: Engine) -> None:
        flip(sealed, sealed.stat().st_size * 2 // 3)
        with playing(sealed, engine) as stage:
            before_ms = stage.player.state.duration_ms * 2 // 3 - 1_600
            stage.player.seek(before_ms)
            failed = stage.wait_for("failed")
            assert one_sentence(failed.message)
            assert before_ms <= failed.position_ms < before_ms + 5_000
            stage.player.seek(2_000)
            stage.wait(lambda state: state.status == "paused" and state.position_ms == 2_000)
            stage.player.play()
            stage.wait(lambda state: state.status == "playing" and state.position_ms > 2_300)

    def test_an_object_that_is_cut_short_stops_with_one_sentence(self, sealed: Path, engine: Engine) -> None:
        with playing(sealed, engine) as stage:
            os.truncate(sealed, sealed.stat().st_size // 2)
            stage.player.seek(stage.player.state.duration_ms * 9 // 10)
            assert one_sentence(stage.wait_for("failed").message)

    def test_an_object_that_is_deleted_while_it_plays_plays_on(self, sealed: Path, engine: Engine) -> None:
        with playing(sealed, engine) as stage:
            sealed.unlink()
            stage.player.seek(95_000)
            stage.wait(lambda state: state.status == "playing" and state.position_ms > 95_300)

    def test_when_the_drive_comes_back_it_plays_on_from_where_it_stopped(self, engine: Engine, tmp_path: Path) -> None:
        path, conformed = large()
        gone = tmp_path / "gone"
        opened = {"duration_ms": conformed.duration_ms, "codec": conformed.audio_codec}
        with staged(engine, path=path, opened=opened, gone=str(gone)) as stage:
            stage.wait_for("paused")
            stage.player.play()
            stage.wait(lambda state: state.position_ms > 300)
            gone.touch()
            stage.player.seek(95_000)
            failed = stage.wait_for("failed")
            assert failed.message == "The drive is gone; connect it again."
            gone.unlink()
            stage.player.play()
            stage.wait(lambda state: state.status == "playing" and state.position_ms > 95_300)
        assert failed.position_ms == 95_000

    @pytest.mark.parametrize("kind", ["opus", "mp4"])
    def test_damaged_where_it_begins_it_is_refused_in_one_sentence(self, engine: Engine, kind: Kind) -> None:
        with staged(engine, kind, seconds=SECONDS, damaged=(0, 500)) as stage:
            assert (
                stage.wait_for("failed").message == "A page of the recording is damaged; restore it from your backup."
            )

    @pytest.mark.parametrize("kind", ["opus", "mp4"])
    def test_damaged_where_its_index_is_it_plays(self, engine: Engine, kind: Kind) -> None:
        size = recording(kind, SECONDS)[0].stat().st_size
        with staged(engine, kind, seconds=SECONDS, damaged=(size - 100, size)) as stage:
            stage.wait_for("paused")
            stage.player.seek(3_000)
            stage.player.play()
            stage.wait(lambda state: state.status == "playing" and state.position_ms > 3_200)


class TestTheSink:
    """The output asks no more."""

    def test_when_the_device_fails_the_sound_goes_on_at_another_from_where_it_was(self, engine: Engine) -> None:
        with staged(engine, "flac", seconds=SECONDS, sink_s=0.8) as stage:
            stage.wait_for("paused")
            stage.player.play()
            stage.wait(lambda state: state.sink == "device 2")
            assert "device 2" in stage.player.state.message and one_sentence(stage.player.state.message)
            time.sleep(0.2)
            stamps, tape = stage.stamps(0.4), stage.tape()
        assert outside(matched(stamps, tape)) == []
        assert all(stamp.raw_ms < 2_500 for _at_ns, stamp in stamps)
        assert {state.status for state in stage.states} <= {"paused", "playing"}


class TestTheProcess:
    """It breaks off or hangs."""

    @pytest.mark.parametrize("sent", [signal.SIGSEGV, signal.SIGSTOP])
    def test_while_it_plays_it_plays_on_from_where_the_sound_was_lost(self, engine: Engine, sent: int) -> None:
        with staged(engine, seconds=SECONDS, silent_s=SILENT_S) as stage:
            stage.wait_for("paused")
            stage.player.play()
            stage.wait(lambda state: state.position_ms > 900)
            lost_ns = end_process(stage, sent)
            stage.wait_for("opening")
            lost = stage.player.now()
            stage.wait_for("playing")
            time.sleep(0.3)
            stamps, tape = stage.stamps(0.3), stage.tape()
        last_ms, first_ms = tape.ended_ms(lost_ns, lost.raw_ms), tape.begins_ms(lost_ns + BLOCKS_NS, lost.raw_ms)
        assert last_ms is not None and first_ms is not None
        assert abs(lost.raw_ms - last_ms) <= lost.uncertainty_ms <= LOST_MS
        assert abs(lost.raw_ms - first_ms) <= lost.uncertainty_ms
        assert outside(matched(stamps, tape)) == []

    @pytest.mark.parametrize("sent", [signal.SIGSEGV, signal.SIGSTOP])
    def test_while_it_stands_it_stands_again_at_its_place(self, engine: Engine, sent: int) -> None:
        with staged(engine, seconds=SECONDS, silent_s=SILENT_S) as stage:
            stage.wait_for("paused")
            stage.player.seek(3_210)
            stage.wait(lambda state: state.position_ms == 3_210)
            end_process(stage, sent)
            stage.wait_for("opening")
            again = stage.wait_for("paused")
            assert again.position_ms == stage.player.now().raw_ms == 3_210

    def test_while_it_opens_libvlc_breaks_off_and_the_embedded_player_serves(self) -> None:
        with staged(None, seconds=SECONDS, command=[*COMMAND, "no-vlc"]) as stage:
            serves(stage)

    def test_while_it_opens_libvlc_hangs_and_the_embedded_player_serves(self) -> None:
        with staged(None, seconds=SECONDS, command=[*COMMAND, "stuck-vlc"], open_s=2.0) as stage:
            serves(stage)

    def test_again_and_again_libvlc_breaks_off_and_the_embedded_player_goes_on(self) -> None:
        need_vlc()
        with staged(None, seconds=SECONDS) as stage:
            stage.wait_for("paused")
            stage.player.play()
            while stage.player.state.engine == "vlc":
                stage.wait(lambda state: state.status == "playing" or state.engine == "embedded")
                end_process(stage, signal.SIGKILL)
                stage.wait_for("opening")
                stage.wait_for("playing")
            assert stage.player.state.engine == "embedded"
            assert "the embedded player goes on" in stage.player.state.message

    def test_a_read_that_never_ends_costs_a_restart(self, engine: Engine, tmp_path: Path) -> None:
        mark = tmp_path / "mark"
        path, conformed = large()
        opened = {"duration_ms": conformed.duration_ms, "codec": conformed.audio_codec}
        hangs = (path.stat().st_size * 95 // LARGE_S, str(mark))
        with staged(engine, path=path, opened=opened, silent_s=SILENT_S, hangs=hangs) as stage:
            stage.wait_for("paused")
            stage.player.play()
            stage.wait(lambda state: state.position_ms > 300)
            stage.player.seek(94_000)
            stage.wait(lambda state: TELLS_AGAIN in state.message)
            stage.wait(lambda state: state.status == "playing" and state.position_ms > 95_200)
        assert mark.exists()


@cache
def large() -> tuple[Path, Conformed]:
    """White noise, which no codec makes smaller."""
    folder = Path(mkdtemp(prefix="iprtool-large-"))
    with wave.open(str(folder / "original.wav"), "wb") as file:
        file.setparams((2, 2, 48_000, 0, "NONE", ""))
        file.writeframes(np.random.default_rng(0).bytes(LARGE_S * 48_000 * 4))
    path = folder / "large.mka"
    return path, conform(folder / "original.wav", FileSink(path), lambda _share: None)


@contextmanager
def playing(sealed: Path, engine: Engine) -> Iterator[Stage]:
    """The real player's process, playing a sealed recording."""
    conformed = large()[1]
    known = Recording("r", "s", "m", "sha", conformed.duration_ms, conformed.audio_codec, sample_rate_hz=48_000)
    player = ProcessPlayer(child_command("player"), Opening.of(known, {"path": str(sealed), "key": KEY.hex()}, engine))
    try:
        stage = Stage(player, sealed, heard_in("wav", 1))
        stage.wait_for("paused")
        player.play()
        stage.wait(lambda state: state.position_ms > 200)
        yield stage
    finally:
        player.close()


def library(folder: Path, kind: str) -> str:
    """Something that is no libVLC that could be used here."""
    path = folder / "libvlc.so"
    match kind:
        case "a file that is no library":
            path.write_text("no library")
        case "another library":
            return "libm.so.6"
        case "a directory":
            path.mkdir()
        case "for another processor":
            copyfile(sys.executable, path)
            with path.open("r+b") as file:
                file.seek(18)
                file.write(struct.pack("<H", 22))  # IBM S/390
        case _:
            return str(path) if kind == "nothing" else ""
    return str(path)


@pytest.mark.parametrize(
    "kind",
    ["nothing", "a file that is no library", "another library", "a directory", "for another processor", "no name"],
)
def test_a_libvlc_that_is_none_is_said_and_the_embedded_player_serves(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_VLC_LIB_PATH", library(tmp_path, kind))
    sentence = (
        "PYTHON_VLC_LIB_PATH leads to no VLC that can be used here; correct it, or unset it so that VLC is looked for."
    )
    with ThreadPoolExecutor(1) as beside, staged(None, seconds=SECONDS) as stage:
        found = beside.submit(find_engine, "vlc")
        opened = stage.wait_for("paused")
        assert (opened.engine, opened.message) == ("embedded", sentence)
        assert (found.result().ok, found.result().reason) == (False, sentence)


def test_plugins_that_are_not_there_are_said_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_VLC_MODULE_PATH", str(tmp_path / "nothing"))
    found = find_engine("vlc")
    assert not found.ok and found.reason.startswith("PYTHON_VLC_MODULE_PATH leads to no VLC")


def serves(stage: Stage) -> None:
    """The embedded player opens where libVLC did not, says so, and plays."""
    opened = stage.wait_for("paused")
    assert opened.engine == "embedded"
    assert opened.message == "VLC had stopped by itself at 00:00; the embedded player goes on."
    stage.player.play()
    stage.wait(lambda state: state.position_ms > 100)


def end_process(stage: Stage, sent: int) -> int:
    """Send a signal to the player's process; when that was."""
    pid = stage.player.pid
    assert pid is not None
    os.kill(pid, sent)
    return time.monotonic_ns()


def flip(path: Path, at: int) -> None:
    """Change one bit."""
    assert at > ROW_BYTES
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def one_sentence(message: str) -> bool:
    return message.endswith(".") and ". " not in message


def outside(heard: list[Heard]) -> list[Heard]:
    return [one for one in heard if abs(one.error_ms) > one.stamp.uncertainty_ms]
