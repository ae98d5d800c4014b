"""What is drawn: the timeline's frames, the playhead, and a hundred thousand marks on their way to the screen."""

import sqlite3
import statistics
import time
from functools import partial
from pathlib import Path

import msgspec

from iprtool.model.grant import ObjectGrant, RecallGrant
from tests.bench.longer import lengthened
from tests.bench.pseudo_terminal import recall
from tests.bench.recalls import draw_outline, layer_of, long_recall, scratch
from tests.bench.row import Row, at_most, interleaved, measure, p, pairs_of
from tests.bench.starting import RECALL_SHOWN, first_paint_ms

FEW, MANY, QUICK_MANY = 100, 100_000, 10_000
BORIS_LOAD_S = 0.68
SHARE_OF_BORIS = 0.3
SETTLE_S = 2.0
FIVE_SECONDS_ON = "\x1b[C"


@measure("timeline_frame_100k", "timeline_frame_ratio")
def timeline_frames(quick: bool) -> list[Row]:
    """A frame after panning, zooming or scrolling, with many marks and with few."""
    from tests.bench_timeline import timeline_frame

    many, frames, runs = (QUICK_MANY, 100, 1) if quick else (MANY, 400, 3)
    ours, few = interleaved(
        runs, lambda: p(99, timeline_frame(many, frames)), lambda: p(99, timeline_frame(FEW, frames)), warm=False
    )
    pairs = pairs_of(ours, few)
    against = f"p99 with {many:,} marks, CPU of the thread"
    return [
        at_most(16, "timeline_frame_100k", pairs.value, "ms", against),
        Row(
            "timeline_frame_ratio", pairs.value, "ms", pairs.reference, pairs.ratio, 1.5, "ratio", "max", f"{FEW} marks"
        ),
    ]


@measure("playhead_tick")
def tick(quick: bool) -> list[Row]:
    """A tick that moves the playhead to another cell."""
    from tests.bench_timeline import playhead_tick

    runs, ticks = (1, 200) if quick else (3, 2_000)
    value = statistics.median(playhead_tick(ticks) for _ in range(runs))
    return [Row("playhead_tick", value, "ms", note="CPU of the thread, in a recall with 1,000 marks")]


@measure("layer_100k")
def layer(quick: bool) -> list[Row]:
    """Many marks from the layer on disk to the recall's screen: what its first paint takes longer than without any."""
    count, times = (QUICK_MANY, 2) if quick else (MANY, 7)
    with scratch() as folder:
        without = long_recall(folder, lengthened(folder, "opus", 60), 0)
        draw_outline(without)
        layer = layer_of(folder, count, without.recording.duration_ms)
        full = msgspec.structs.replace(without, layer=layer)
        path, key = Path(layer.path), layer.raw_key
        plain = _plain_database(folder / "plain.db", path, key)
        ways = (partial(recall_paint_s, full), partial(recall_paint_s, without), partial(_tuples, plain))
        many, none, tuples = interleaved(times, *ways)
        read = statistics.median(interleaved(times, partial(_read, path, key))[0])
    pairs = pairs_of([one - other for one, other in zip(many, none, strict=True)], tuples)
    budget = BORIS_LOAD_S * SHARE_OF_BORIS * count / MANY
    note = f"first paint with {count:,} marks less that with none; plain SQLite tuples; read_layer alone {read:.3f}"
    return [Row("layer_100k", pairs.value, "s", pairs.reference, pairs.ratio, budget, "value", "max", note)]


@measure("mark_shown_10k", "mark_shown_100k")
def mark_shown(quick: bool) -> list[Row]:
    """A key that makes a mark, until the mark is counted on the terminal, with many marks in the layer."""
    times = 5 if quick else 40
    with scratch() as folder:
        without = long_recall(folder, lengthened(folder, "opus", 60), 0)
        draw_outline(without)
        return [
            _marks_shown(name, without, layer_of(folder, count, without.recording.duration_ms), count, times)
            for name, count in (("mark_shown_10k", 10_000), ("mark_shown_100k", QUICK_MANY + 1 if quick else MANY))
        ]


def _marks_shown(name: str, without: RecallGrant, layer: ObjectGrant, count: int, times: int) -> Row:
    took = []
    with recall(msgspec.structs.replace(without, layer=layer)) as program:
        program.wait_for(*RECALL_SHOWN)
        program.run(SETTLE_S)
        for number in range(times):
            program.press(FIVE_SECONDS_ON)
            program.run(0.1)
            begun_ns = program.press("1")
            took.append((program.wait_for(f"{count + number + 1} marks") - begun_ns) / 1e6)
            program.run(0.1)
    note = f"from the key to the terminal, {count:,} marks before; the first {took[0]:.0f}, p99 {p(99, took):.0f}"
    return at_most(50, name, p(50, took), "ms", note)


def recall_paint_s(grant: RecallGrant) -> float:
    """Seconds until a recall is on its terminal."""
    return first_paint_ms(partial(recall, grant), *RECALL_SHOWN) / 1000


def _read(path: Path, key: bytes) -> float:
    from iprtool.store.layer import read_layer

    begun = time.perf_counter()
    assert read_layer(path, key).marks
    return time.perf_counter() - begun


def _plain_database(plain: Path, path: Path, key: bytes) -> Path:
    """The same marks as rows of a plain SQLite table."""
    from iprtool.store.layer import layer_rows

    names, rows = layer_rows(path, key, "mark")
    connection = sqlite3.connect(plain)
    connection.execute(f"CREATE TABLE mark ({', '.join(names)})")
    connection.executemany(f"INSERT INTO mark VALUES ({', '.join('?' * len(names))})", rows)
    connection.commit()
    connection.close()
    return plain


def _tuples(plain: Path) -> float:
    begun = time.perf_counter()
    connection = sqlite3.connect(plain)
    rows = connection.execute("SELECT * FROM mark").fetchall()
    took_s = time.perf_counter() - begun
    connection.close()
    assert rows
    return took_s
