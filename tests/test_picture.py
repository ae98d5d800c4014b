"""The picture's process: the very frame when it is due and asked for, nothing hidden, and faults that it survives."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from iprtool.player.display import has_display
from iprtool.player.picture_messages import PictureOpening
from iprtool.player.picture_remote import PictureProcess
from tests.films import Film, Filmed, sealed_film
from tests.picture_stage import LINUX, ClockPlayer, PictureStage, picture_staged
from tests.processes import running

FILM = Film(seconds=8, b_frames=3, gop_s=2)
linux = pytest.mark.skipif(not LINUX, reason="reads /proc and sends signals")


def filmed() -> Filmed:
    return sealed_film(FILM)


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests open no window."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def pid_of(stage: PictureStage) -> int:
    stage.until(lambda: stage.picture.pid is not None)
    pid = stage.picture.pid
    assert pid is not None
    return pid


def test_paused_it_is_the_very_frame_wherever_one_goes() -> None:
    with picture_staged(filmed()) as stage:
        stage.picture.show("shown")
        for at_ms in (0, 4_020, 4_065, 1_999, 2_000, 8_000, 7_950, 40):
            seen = stage.frame_at(at_ms)
            assert seen.number == min(at_ms // 40, 199)
            assert seen.frame.start_ms <= at_ms <= seen.frame.end_ms
        for _ in range(5):
            seen = stage.frame_at(seen.frame.end_ms)
        assert seen.number == 6
        for _ in range(5):
            seen = stage.frame_at(seen.frame.before_ms)
        assert (seen.number, stage.picture.state.message) == (1, "")


def test_of_many_targets_only_the_last_counts() -> None:
    with picture_staged(filmed()) as stage:
        stage.picture.show("shown")
        stage.next_frame()
        for at_ms in range(7_900, 1_000, -30):
            stage.player.stand(at_ms)
        stage.want()
        stage.until(lambda: stage.seen[-1].number == 1_030 // 40)
        assert len(stage.seen) < 50


@pytest.mark.parametrize("rate", [1.0, 2.0, 0.5])
def test_playing_it_keeps_with_the_sound(rate: float) -> None:
    with picture_staged(filmed()) as stage:
        stage.picture.show("shown")
        stage.next_frame()
        stage.wants_again = 12
        stage.player.run(1_000, rate)
        stage.want()
        stage.until(lambda: stage.player.position_ms() > 1_000 + 2_500 * rate)
        played = [seen for seen in stage.seen if seen.frame.start_ms > 1_000]
        assert all(seen.number == seen.frame.start_ms // 40 for seen in played)
        assert sorted(seen.off_ms for seen in played)[len(played) // 4] <= 40
        steps = [two.frame.start_ms - one.frame.start_ms for one, two in pairwise(played)]
        assert min(steps) >= 1_000 / 12 * rate - 41


def test_it_plays_to_the_last_frame_and_waits_there() -> None:
    with picture_staged(filmed()) as stage:
        stage.wants_again = 60
        stage.picture.show("shown")
        stage.player.run(7_500)
        stage.want()
        stage.until(lambda: bool(stage.seen) and stage.seen[-1].number == 199)
        count = len(stage.seen)
        time.sleep(0.3)
        assert len(stage.seen) == count


def test_irregular_and_turned_frames_are_told_with_their_own_times() -> None:
    film = Film(seconds=4, vfr=True, b_frames=2, rotation=90)
    with picture_staged(sealed_film(film)) as stage:
        stage.picture.show("shown")
        for number in (0, 7, 8, 60, 59):
            seen = stage.frame_at(film.starts_ms[number])
            assert (seen.number, seen.frame.start_ms) == (number, film.starts_ms[number])
            assert seen.frame.end_ms == film.starts_ms[number + 1]


def test_a_frame_comes_only_when_asked_for() -> None:
    with picture_staged(filmed()) as stage:
        stage.picture.show("shown")
        stage.player.run(0)
        time.sleep(0.5)
        assert stage.seen == []
        stage.next_frame()
        time.sleep(0.3)
        assert len(stage.seen) == 1


def test_another_size_is_another_frame() -> None:
    with picture_staged(filmed()) as stage:
        stage.picture.show("shown")
        stage.next_frame()
        stage.want(320, 180)
        stage.until(lambda: stage.seen[-1].frame.width == 320)
        assert (stage.seen[-1].frame.height, stage.seen[-1].number) == (180, 0)


def test_after_another_view_is_chosen_nothing_of_the_earlier_is_told() -> None:
    with picture_staged(filmed()) as stage:
        stage.picture.show("shown")
        stage.wants_again = 60
        stage.player.run(0)
        stage.want()
        for view in ("left_covered", "shown", "pixelated", "right_covered") * 4:
            count = len(stage.seen)
            stage.until(lambda count=count: len(stage.seen) > count + 1)  # type: ignore[misc]  # a default of the lambda's
            stage.picture.show(view)
            count = len(stage.seen)
            stage.until(lambda count=count: len(stage.seen) > count)  # type: ignore[misc]  # a default of the lambda's
            assert {seen.frame.view for seen in stage.seen[count:]} == {view}


@linux
def test_hidden_it_has_no_process_and_tells_nothing() -> None:
    with picture_staged(filmed()) as stage:
        stage.want()
        time.sleep(0.2)
        assert stage.picture.pid is None
        stage.picture.show("shown")
        stage.next_frame()
        pid = pid_of(stage)
        stage.wants_again = 60
        stage.player.run(0)
        stage.picture.show("hidden")
        count = len(stage.seen)
        stage.want()
        stage.until(lambda: not running({pid}))
        assert (stage.picture.pid, len(stage.seen), stage.picture.state.view) == (None, count, "hidden")
        stage.picture.show("pixelated")
        stage.until(lambda: len(stage.seen) > count)
        assert stage.seen[-1].frame.view == "pixelated"


@linux
@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_killed_or_frozen_it_goes_on(fault: signal.Signals) -> None:
    with picture_staged(filmed(), silent_s=2.5) as stage:
        stage.picture.show("shown")
        stage.next_frame()
        first = pid_of(stage)
        os.kill(first, fault)
        stage.player.stand(5_000)
        stage.want()
        stage.until(lambda: stage.seen[-1].number == 125)
        assert not running({first})
        assert stage.picture.state.message == "The picture had stopped by itself and was started again."
        assert not stage.picture.state.failed


def test_what_always_breaks_off_is_given_up_until_it_is_shown_anew() -> None:
    with picture_staged(filmed(), command=[sys.executable, "-c", "pass"]) as stage:
        stage.picture.show("shown")
        failed = stage.until_state(lambda state: state.failed)
        assert failed.message.startswith("The picture stops again and again; ")
        stage.picture.show("hidden")
        assert not stage.picture.state.failed
        stage.states.clear()
        stage.picture.show("shown")
        stage.until_state(lambda state: state.failed)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["/no/such/program"], "The picture could not be started; run iprtool doctor."),
        ([sys.executable, "-c", "import os; os.write(1, b'\\xff' * 99999)"], "The picture stops again and again; "),
    ],
)
def test_without_the_program_or_with_a_wrong_one_it_fails_in_one_sentence(command: list[str], sentence: str) -> None:
    with picture_staged(filmed(), command=command) as stage:
        stage.picture.show("shown")
        assert stage.until_state(lambda state: state.failed).message.startswith(sentence)


def test_a_damaged_object_fails_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    data = bytearray(filmed().path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 9] = b"unsealed!"
    path.write_bytes(data)
    with picture_staged(filmed(), path=path) as stage:
        stage.picture.show("shown")
        for at_ms in range(0, 8_000, 500):
            stage.player.stand(at_ms)
            stage.want()
            time.sleep(0.05)
        failed = stage.until_state(lambda state: state.failed)
        assert "put back a copy of the file" in failed.message and "\n" not in failed.message
        assert stage.picture.pid is not None


def test_a_missing_object_fails_in_one_sentence(tmp_path: Path) -> None:
    with picture_staged(filmed(), path=tmp_path / "gone.db") as stage:
        stage.picture.show("shown")
        failed = stage.until_state(lambda state: state.failed)
        assert failed.message.count(".") >= 1 and "Traceback" not in failed.message


def test_where_no_window_can_be_opened_it_says_so_and_tells_frames() -> None:
    with picture_staged(filmed()) as stage:
        stage.picture.show("shown", in_window=True)
        state = stage.until_state(lambda state: bool(state.message))
        assert (state.windows, state.in_window, state.failed) == (False, False, False)
        assert state.message == "VLC could not open a window here; the picture stays in the terminal."
        assert stage.next_frame().number == 0


PARENT = """
import sys, time
from tests.films import Film, sealed_film
from tests.picture_stage import picture_staged
with picture_staged(sealed_film(Film(seconds=2))) as stage:
    stage.picture.show("shown")
    stage.next_frame()
    print(stage.picture.pid, flush=True)
    time.sleep(60)
"""


@linux
def test_when_the_parent_is_killed_the_picture_ends() -> None:
    code = f"import sys; sys.path.insert(0, {str(Path.cwd())!r})\n{PARENT}"
    with subprocess.Popen([sys.executable, "-P", "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert running({pid})
        parent.kill()
    end = time.monotonic() + 30
    while running({pid}):
        assert time.monotonic() < end
        time.sleep(0.01)


@linux
def test_its_secrets_are_in_no_list_of_processes_and_in_no_core_dump() -> None:
    with picture_staged(filmed()) as stage:
        stage.picture.show("shown")
        stage.next_frame()
        process = Path(f"/proc/{pid_of(stage)}")
        key = filmed().source["key"].encode()
        assert key not in (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        assert "Max core file size        0" in (process / "limits").read_text(encoding="utf-8")


@linux
def test_hiding_and_closing_leave_no_process_thread_or_file_behind() -> None:
    def show_and_hide() -> None:
        with picture_staged(filmed()) as stage:
            for _ in range(2):
                stage.picture.show("shown")
                pids.add(pid_of(stage))
                stage.next_frame()
                stage.picture.show("hidden")
            stage.picture.show("shown")

    pids: set[int] = set()
    show_and_hide()
    gc.collect()
    threads, files = threading.active_count(), len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(2):
        show_and_hide()
    assert not running(pids)
    assert threading.active_count() == threads
    assert len(os.listdir("/proc/self/fd")) == files  # noqa: PTH208


def test_closing_at_once_and_twice_is_well() -> None:
    for _ in range(3):
        opening = PictureOpening(dict(filmed().source), filmed().conformed.duration_ms)
        picture = PictureProcess([sys.executable, "-c", "pass"], opening, ClockPlayer(8_000))
        picture.show("shown")
        picture.want(10, 10)
        picture.close()
        picture.close()
        picture.show("pixelated")
        assert picture.pid is None


@linux
def test_hundreds_of_jumps_leave_the_process_as_it_was() -> None:
    with picture_staged(filmed()) as stage:
        stage.picture.show("shown")
        sizes = []
        for turn in range(240):
            stage.frame_at((turn * 1_370) % 7_900)
            if turn in {120, 239}:
                process = Path(f"/proc/{pid_of(stage)}")
                resident = (process / "statm").read_text(encoding="utf-8").split()[1]
                sizes.append((int(resident) * 4, len(list((process / "fd").iterdir()))))
        (memory_kib, files), (memory_after_kib, files_after) = sizes
        assert files_after <= files
        assert memory_after_kib - memory_kib < 8_192


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are named by variables on Linux")
@pytest.mark.parametrize("variables", [{}, {"DISPLAY": ":4095"}, {"WAYLAND_DISPLAY": "wayland-none"}])
def test_a_display_that_does_not_answer_is_none(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    has_display.cache_clear()
    assert not has_display()
    has_display.cache_clear()
