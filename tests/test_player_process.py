"""The player's process: killed, frozen, talking nonsense, orphaned, closed; nothing is lost but some sound."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import pytest

from iprtool.model.terms import Engine
from iprtool.player.messages import Opening
from iprtool.player.remote import ProcessPlayer
from tests.player_endurance import endure
from tests.player_tape import COMMAND, Stage, recording, staged
from tests.vlc_needed import need_vlc, why_not_vlc

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc and sends signals")

ENGINES: tuple[Engine, ...] = get_args(Engine)
OPERATIONS = 500
TELLS_AGAIN = "was started again"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine; libVLC where it is."""
    if request.param == "vlc":
        need_vlc()
    return request.param  # type: ignore[no-any-return]  # one of the parameters above


def until(happened: Callable[[], bool]) -> None:
    """Wait for something; the limit is only there to end a test that hangs."""
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.005)


def gone(pid: int) -> bool:
    """Whether there is no such process, not even a dead one that nobody has waited for."""
    return not Path(f"/proc/{pid}").exists()


def child_of(stage: Stage) -> int:
    pid = stage.player.pid
    assert pid is not None
    return pid


def test_killed_while_playing_it_plays_on_from_there(engine: Engine) -> None:
    with staged(engine) as stage:
        stage.wait_for("paused")
        stage.player.set_volume(70)
        stage.player.set_loop((500, 6_000))
        stage.player.seek(2_000)
        stage.player.play()
        stage.wait(lambda state: state.status == "playing" and state.position_ms > 2_300)
        first = child_of(stage)
        os.kill(first, signal.SIGKILL)
        at_ms = stage.player.now().raw_ms
        stage.wait_for("opening")
        again = stage.wait_for("playing")
        assert gone(first) and child_of(stage) != first
        assert again.message == f"The player had stopped by itself at 00:0{at_ms // 1000} and {TELLS_AGAIN}."
        assert (again.volume, again.loop) == (70, (500, 6_000))
        assert abs(again.position_ms - at_ms) < 150
        stage.wait(lambda state: state.position_ms > at_ms + 200)
        stage.player.pause()
        assert stage.wait_for("paused").message == ""


def test_without_signs_of_life_the_uncertainty_grows() -> None:
    with staged("embedded", silent_s=20) as stage:
        stage.wait_for("paused")
        stage.player.play()
        stage.wait(lambda state: state.position_ms > 300)
        os.kill(child_of(stage), signal.SIGSTOP)
        until(lambda: stage.player.now().uncertainty_ms > 150)


def test_a_frozen_process_never_makes_a_call_wait() -> None:
    with staged("embedded", silent_s=1_000) as stage:
        stage.wait_for("paused")
        os.kill(child_of(stage), signal.SIGSTOP)
        for to_ms in range(10_000):  # more than the pipe holds
            stage.player.seek(to_ms % 7_000)
        stage.player.pause()
        assert stage.player.now().raw_ms == 9_999 % 7_000
        settled = stage.wait(lambda state: state.status == "paused" and state.position_ms == 9_999 % 7_000)
        assert settled.engine == "embedded"
        assert any(TELLS_AGAIN in state.message for state in stage.states)


@pytest.mark.parametrize("fault", ["garbage", "dies"])
def test_a_process_that_is_of_no_use_is_given_up(fault: str) -> None:
    with staged("embedded", command=[*COMMAND, fault]) as stage:
        failed = stage.wait_for("failed")
        assert failed.message == ("The player stops again and again; run iprtool doctor, or add the recording again.")
        assert sum(TELLS_AGAIN in state.message for state in stage.states) == 3
        stage.player.play()
        assert stage.player.state.status == "failed"


def test_without_the_program_it_fails_in_one_sentence() -> None:
    with staged("embedded", command=["/no/such/program"]) as stage:
        assert stage.wait_for("failed").message == "The player could not be started; run iprtool doctor."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "missing.mka was not found"),
        (b"#EXTM3U\nhttp://localhost/x\n" * 99, "is a text file, not a recording"),
        (bytes(range(256)) * 999, "is damaged, or no recording"),
    ],
    ids=["missing", "text", "bytes"],
)
def test_what_is_no_recording_fails_in_one_sentence(
    engine: Engine, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "missing.mka"
    if content is not None:
        path.write_bytes(content)
    with staged(None if engine == "vlc" else engine, path=path) as stage:
        failed = stage.wait_for("failed")
        pid = child_of(stage)
        assert sentence in failed.message
        stage.player.play()
        stage.player.seek(100)
        time.sleep(0.3)
        assert stage.player.state.status == "failed" and child_of(stage) == pid


def test_asked_for_alone_a_missing_libvlc_fails_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_VLC_LIB_PATH", "/no/such/libvlc.so")
    with staged("vlc") as stage:
        assert stage.wait_for("failed").message.startswith("PYTHON_VLC_LIB_PATH leads to no VLC that can be used here;")


PARENT = """
import sys, time
from tests.player_endurance import endure
from tests.player_tape import staged
with staged(sys.argv[1]) as stage:
    stage.wait_for("paused")
    stage.player.play()
    stage.wait_for("playing")
    print(stage.player.pid, flush=True)
    time.sleep(60)
"""


def test_when_the_parent_is_killed_the_sound_ends(engine: Engine) -> None:
    recording("opus")
    command = [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(Path.cwd())!r})\n{PARENT}", engine]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not gone(pid)
        parent.kill()
    until(lambda: ended(pid))


def ended(pid: int) -> bool:
    """Whether the process is gone or a zombie (in a container nobody may wait for an orphan)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_closing_leaves_no_process_thread_or_file_behind() -> None:
    def open_and_close() -> None:
        with staged("embedded") as stage:
            stage.wait_for("paused")
            stage.player.play()
            stage.wait_for("playing")
            pids.append(child_of(stage))

    pids: list[int] = []
    open_and_close()
    gc.collect()
    threads, files = threading.active_count(), len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(4):
        open_and_close()
    assert all(gone(pid) for pid in pids)
    assert threading.active_count() == threads
    assert len(os.listdir("/proc/self/fd")) == files  # noqa: PTH208


def test_closing_at_once_and_twice_is_well() -> None:
    path, conformed = recording("opus")
    for _ in range(5):
        player = ProcessPlayer(COMMAND, Opening({"path": str(path)}, "opus", 48_000, conformed.duration_ms, "embedded"))
        player.play()
        player.close()
        player.close()
        assert player.pid is None


def test_hundreds_of_operations_leave_both_processes_as_they_were() -> None:
    """`make bench` has two hours' worth of them."""
    engines = [engine for engine in ENGINES if engine != "vlc" or not why_not_vlc()]
    with ThreadPoolExecutor(len(engines)) as pool:
        endured = list(pool.map(lambda engine: endure(engine, "opus", OPERATIONS), engines))
    for process in (process for each in endured for process in each.values()):
        memory, threads, files = process.ratios
        assert memory < 1.1, process
        assert threads <= 1 and files <= 1, process


def test_what_opens_the_recording_is_in_no_list_of_processes() -> None:
    secret = "5f2c" * 16
    with staged("embedded", key=secret) as stage:
        stage.wait_for("paused")
        process = Path(f"/proc/{child_of(stage)}")
        assert secret.encode() not in (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        assert "Max core file size        0" in (process / "limits").read_text(encoding="utf-8")


def test_it_never_writes_on_the_terminal(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys\n"
        "from iprtool.player.child import private_pipes\n"
        "inp, out = private_pipes(pathlib.Path(sys.argv[1]))\n"
        "os.write(1, b'noise of a library'); os.write(2, b', and more')\n"
        "out.write(inp.read(4)); out.flush()\n"
    )
    log = tmp_path / "player.log"
    done = subprocess.run([sys.executable, "-P", "-c", code, str(log)], input=b"ping", capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"ping", b"")
    assert log.read_bytes() == b"noise of a library, and more"
    assert log.stat().st_mode & 0o777 == 0o600


def test_beyond_a_loops_end_it_says_that_it_may_have_gone_back() -> None:
    with staged("embedded", silent_s=1_000) as stage:
        stage.wait_for("paused")
        stage.player.set_loop((1_000, 2_000))
        stage.player.play()
        stage.wait(lambda state: state.position_ms >= 1_800)
        os.kill(child_of(stage), signal.SIGSTOP)
        until(lambda: stage.player.now().raw_ms > 2_000)
        stamp = stage.player.now()
        assert stamp.raw_ms - stamp.uncertainty_ms < 1_000
