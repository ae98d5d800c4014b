"""From the key that stops, or covers, to silence: the whole way through the real program on a terminal."""

import statistics
from collections.abc import Sequence
from pathlib import Path

from iprtool.model.grant import RecallGrant
from iprtool.model.terms import Engine
from tests.bench.longer import lengthened
from tests.bench.playing import usable_engines
from tests.bench.pseudo_terminal import Program, recall
from tests.bench.recalls import long_recall, scratch
from tests.bench.row import NotMeasured, Row, at_most, measure, p
from tests.bench.starting import RECALL_SHOWN
from tests.bench.tapped_app import VARIABLE

SPACE, TAB, GO_ON = " ", "\t", "1"
PLAYED_S = 0.5
SILENT_S = 0.3


@measure("stop_latency", "cover_latency")
def stop_latency(quick: bool) -> list[Row]:
    """Space while playing, and Tab while playing, with each player."""
    times = 3 if quick else 18
    engines, missing = usable_engines()
    with scratch() as folder:
        grant = long_recall(folder, lengthened(folder, "opus", 5), 20)
        stops = {engine: _pressed(folder, grant, engine, SPACE, SPACE, times) for engine in engines}
        covers = {engine: _pressed(folder, grant, engine, TAB, GO_ON, max(3, times // 3)) for engine in engines}
    return [_row("stop_latency", stops, missing), _row("cover_latency", covers, missing)]


def _row(name: str, taken: dict[Engine, list[float]], missing: str) -> Row:
    each = ", ".join(f"{engine} {statistics.median(ms):.0f} / {p(95, ms):.0f}" for engine, ms in taken.items())
    value = max(p(95, ms) for ms in taken.values())
    count = len(next(iter(taken.values())))
    return at_most(50, name, value, "ms", f"p95 of {count}, the worse player; p50 / p95: {each}. {missing}".strip())


def _pressed(folder: Path, grant: RecallGrant, engine: Engine, stop: str, on: str, times: int) -> list[float]:
    """Milliseconds from each press of the key until nothing more is heard."""
    tap = folder / f"tap-{engine}-{ord(stop)}"
    tap.touch()
    env = {VARIABLE: str(tap), "IPRTOOL_PLAYER": engine}
    with recall(grant, module="tests.bench.tapped_app", env=env) as program:
        program.wait_for(*RECALL_SHOWN)
        program.run(1.5)
        program.press(SPACE)
        presses = [_press(program, stop, on) for _ in range(times)]
        # What is told of the last silence comes with the sound after it.
        program.run(PLAYED_S)
    return _silences_ms(tap, presses)


def _press(program: Program, stop: str, on: str) -> tuple[int, int]:
    """Stop it after a moment, and go on: when each of both was pressed."""
    program.run(PLAYED_S)
    stopped_ns = program.press(stop)
    program.run(SILENT_S)
    return stopped_ns, program.press(on)


def _silences_ms(tap: Path, presses: Sequence[tuple[int, int]]) -> list[float]:
    import numpy as np

    from tests.player_tape import Tape

    tape = Tape(tap, np.zeros(1, np.int16))
    took = []
    for stopped_ns, on_ns in presses:
        heard_ns = tape.next_sound_ns(stopped_ns - round(PLAYED_S / 3 * 1e9))
        if heard_ns is None or heard_ns > stopped_ns:
            raise NotMeasured("nothing was heard before the key")
        took.append(max(0.0, tape.last_sound_ns(on_ns) - stopped_ns) / 1e6)
    return took
