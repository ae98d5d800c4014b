"""The picture beside the sound: what it uses, how true its frames are, and how soon they follow."""

import os
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.row import NotMeasured, Row, at_most, measure, p

if TYPE_CHECKING:
    from tests.films import Film
    from tests.picture_stage import PictureStage, Seen

FRAMES_PER_SECOND = 12
FRAME_MS = 40
SETTLE_S = 1.0


def camera_film(quick: bool) -> "Film":
    """720p25 H.264 with B-frames, a camera's grain and a key frame every second."""
    from tests.films import Film

    return Film(seconds=8 if quick else 20, width=1280, height=720, b_frames=2, gop_s=1, grain=True)


def played(stage: "PictureStage", rate: float, seconds: float) -> "list[Seen]":
    """The frames that are told while it plays from the start, wanted again at once."""
    stage.wants_again = FRAMES_PER_SECOND
    stage.player.run(0, rate)
    stage.want()
    time.sleep(seconds)
    stage.wants_again = None
    seen = [one for one in stage.seen if one.frame.start_ms > SETTLE_S * 1000 * rate]
    if not seen:
        raise NotMeasured("no frame was told")
    return seen


def cpu_s(pid: int) -> float:
    """The processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    """What a process holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def pid_of(stage: "PictureStage") -> int:
    """The picture's process, once it has told a frame."""
    stage.picture.show("shown")
    stage.next_frame()
    pid = stage.picture.pid
    if pid is None or not Path("/proc/self/stat").exists():
        raise NotMeasured("there is no /proc to measure it by")
    return pid


@measure("picture_cpu", "picture_memory", "picture_off")
def playing(quick: bool) -> list[Row]:
    """A camera's film at 12 frames per second for 80×45 cells."""
    from tests.films import sealed_film
    from tests.picture_stage import picture_staged

    film = camera_film(quick)
    with picture_staged(sealed_film(film)) as stage:
        pid = pid_of(stage)
        before_s, begun = cpu_s(pid), time.monotonic()
        seen = played(stage, 1.0, film.seconds - SETTLE_S)
        share = (cpu_s(pid) - before_s) / (time.monotonic() - begun) * 100
        memory = resident_mib(pid)
        faster = played(stage, 2.0, film.seconds / 2 - SETTLE_S)
    if any(one.number != one.frame.start_ms // FRAME_MS for one in seen + faster):
        raise NotMeasured("a frame bore another one's time")
    told = f"{len(seen)} frames of 720p25 H.264 to 160×90"
    off = p(99, [one.off_ms for one in seen]), p(99, [one.off_ms for one in faster])
    return [
        at_most(20, "picture_cpu", share, "% of a core", f"its process alone, {told}"),
        at_most(150, "picture_memory", memory, "MiB", "resident, while it plays"),
        at_most(FRAME_MS, "picture_off", max(off), "ms", f"p99 outside the frame's own time; at 1.0 {off[0]:.0f}"),
    ]


@measure("picture_seek", "picture_step_on", "picture_step_back")
def standing(quick: bool) -> list[Row]:
    """Paused: jumps anywhere and steps both ways, until the very frame is there."""
    from tests.films import sealed_film
    from tests.picture_stage import picture_staged

    film = camera_film(quick)
    times = 15 if quick else 60
    with picture_staged(sealed_film(film)) as stage:
        pid_of(stage)
        last_ms = round(film.seconds * 1000) - FRAME_MS
        seeks = [timed(stage, (number * 3_571) % last_ms // FRAME_MS * FRAME_MS) for number in range(1, times)]
        stage.frame_at(last_ms // 2 // FRAME_MS * FRAME_MS)
        on = [timed(stage, stage.seen[-1].frame.end_ms) for _ in range(times)]
        back = [timed(stage, stage.seen[-1].frame.before_ms) for _ in range(times)]
    return [
        at_most(
            100, "picture_seek", statistics.median(seeks), "ms", f"p50; p95 {p(95, seeks):.0f}; key frames 1 s apart"
        ),
        at_most(50, "picture_step_on", statistics.median(on), "ms", f"p50; p95 {p(95, on):.0f}"),
        at_most(50, "picture_step_back", statistics.median(back), "ms", f"p50; p95 {p(95, back):.0f}"),
    ]


def timed(stage: "PictureStage", to_ms: int) -> float:
    """Milliseconds until the frame that begins at a time is told; NotMeasured where another one is."""
    time.sleep(1 / 60)  # no frame is told sooner after the last
    begun = time.perf_counter()
    seen = stage.frame_at(to_ms)
    took_ms = (time.perf_counter() - begun) * 1000
    if (seen.frame.start_ms, seen.number) != (to_ms, to_ms // FRAME_MS):
        raise NotMeasured(f"at {to_ms} ms the frame of {seen.frame.start_ms} ms was told")
    return took_ms


@measure("picture")
def two_hours(quick: bool) -> list[Row]:
    """As many frames as two hours have at 12 per second, jumped to and played through faster than life."""
    from tests.films import Film, sealed_film
    from tests.picture_stage import picture_staged

    film = Film(seconds=20, width=640, height=360, b_frames=2, gop_s=2)
    jumps, frames = (50, 500) if quick else (1_000, 7_200)
    with picture_staged(sealed_film(film)) as stage:
        pid = pid_of(stage)
        sizes = []
        for part in range(2):
            for number in range(1, jumps + 1):
                stage.frame_at((number * 7_919 + part) % 19_000)
            count = len(stage.seen)
            stage.wants_again = 60
            while len(stage.seen) < count + frames // 2:
                stage.player.run(0, 2.0)
                stage.want()
                stage.until(lambda: stage.player.position_ms() > film.seconds * 1000 - 1)
            stage.wants_again = None
            del stage.seen[:-1]
            sizes.append((resident_mib(pid), len(list(Path(f"/proc/{pid}/fd").iterdir()))))
    (before, files_before), (after, files_after) = sizes
    if files_after > files_before:
        raise NotMeasured(f"{files_after - files_before} files were left open")
    note = f"growth from the first half to the second of {2 * jumps} jumps and {frames} frames; {after:.0f} MiB then"
    return [at_most(4, "picture", max(0.0, after - before), "MiB", note)]
