"""What the real program uses while it runs on a terminal: processor and memory."""

import time

from iprtool.model.grant import RecallGrant
from tests.bench.longer import lengthened
from tests.bench.pseudo_terminal import Program, recall
from tests.bench.recalls import demo_recall, draw_outline, long_recall, scratch
from tests.bench.row import NotMeasured, Row, at_most, measure
from tests.bench.starting import RECALL_SHOWN

SETTLE_S = 3.0
HOURS = 3
MARKS = 10_000
ENGINES = {"vlc": "libVLC", "embedded": "embedded player"}


def cpu_percent(program: Program, seconds: float) -> dict[str, float]:
    """Percent of one core used by each process over a while."""
    before, begun = program.cpu_s(), time.monotonic()
    program.run(seconds)
    after, took_s = program.cpu_s(), time.monotonic() - begun
    return {role: (used_s - before.get(role, 0.0)) / took_s * 100 for role, used_s in after.items()}


def idle_and_playing(grant: RecallGrant, engine: str, seconds: float) -> tuple[dict[str, float], dict[str, float]]:
    """Percent of a core, standing at the start and while playing, with this player."""
    with recall(grant, env={"IPRTOOL_PLAYER": engine}) as program:
        program.wait_for(*RECALL_SHOWN)
        program.run(SETTLE_S)
        idle = cpu_percent(program, seconds)
        program.press(" ")
        program.wait_for("▶")
        program.run(SETTLE_S)
        playing = cpu_percent(program, seconds)
        if "player" not in playing:
            raise NotMeasured(f"the player did not run with {ENGINES[engine]}")
    return idle, playing


def split(used: dict[str, float]) -> str:
    """Who used how much."""
    return ", ".join(f"{role} {percent:.2f}" for role, percent in used.items())


@measure("cpu_playing", "cpu_idle")
def cpu_vlc(quick: bool) -> list[Row]:
    """The recall's process and its player's, playing sound and standing, with libVLC."""
    return _cpu("cpu_playing", "cpu_idle", "vlc", quick)


@measure("cpu_playing_embedded", "cpu_idle_embedded")
def cpu_embedded(quick: bool) -> list[Row]:
    """The same with the embedded player."""
    return _cpu("cpu_playing_embedded", "cpu_idle_embedded", "embedded", quick)


def _cpu(playing_name: str, idle_name: str, engine: str, quick: bool) -> list[Row]:
    with scratch():
        idle, playing = idle_and_playing(demo_recall(), engine, 4 if quick else 12)
    return [
        at_most(5, playing_name, sum(playing.values()), "% of a core", f"{ENGINES[engine]}: {split(playing)}"),
        at_most(0.5, idle_name, sum(idle.values()), "% of a core", f"{ENGINES[engine]}: {split(idle)}"),
    ]


@measure("memory")
def memory(quick: bool) -> list[Row]:
    """What the recall's process holds with a long recording, its outline and many marks."""
    marks, hours = (1_000, 1) if quick else (MARKS, HOURS)
    with scratch() as folder:
        grant = long_recall(folder, lengthened(folder, "opus", hours * 60), marks)
        draw_outline(grant)
        with recall(grant) as program:
            program.wait_for(*RECALL_SHOWN)
            program.run(SETTLE_S)
            standing = program.resident_mib
            program.press(" ")
            program.run(SETTLE_S)
            playing = program.resident_mib
    note = f"{hours} h, {marks:,} marks, playing; standing {standing:.0f}"
    return [at_most(150, "memory", playing, "MiB", note)]
