"""From the start of a process to its first paint on a terminal."""

import sys
from collections.abc import Callable
from functools import partial

from tests.bench.minimal_app import SHOWN
from tests.bench.pseudo_terminal import Program, recall
from tests.bench.recalls import demo_recall, scratch
from tests.bench.row import Row, interleaved, measure, pairs_of

RECALL_SHOWN = ("recall by CLIENT", "cover")
"""The head line and the key line: of a paint of the recall screen the first thing and the last."""


def first_paint_ms(start: Callable[[], Program], *shown: str) -> float:
    """Milliseconds from the start of a program until all of this is on its terminal."""
    with start() as program:
        return (program.wait_for(*shown) - program.begun_ns) / 1e6


@measure("first_paint", "first_paint_command")
def first_paint(quick: bool) -> list[Row]:
    """The recall's process, and the whole `iprtool demo`, against a minimal Textual app, as whole processes."""
    with scratch():
        ours = partial(first_paint_ms, partial(recall, demo_recall()), *RECALL_SHOWN)
        command = partial(first_paint_ms, partial(Program, [sys.executable, "-m", "iprtool", "demo"]), *RECALL_SHOWN)
        bare = partial(first_paint_ms, partial(Program, [sys.executable, "-m", "tests.bench.minimal_app"]), SHOWN)
        recalls, commands, apps = interleaved(3 if quick else 11, ours, command, bare)
    app, whole = pairs_of(recalls, apps), pairs_of(commands, apps)
    return [
        Row("first_paint", app.value, "ms", app.reference, app.ratio, 1.6, "ratio", "max", "minimal Textual app"),
        Row("first_paint_command", whole.value, "ms", whole.reference, whole.ratio, note="minimal Textual app"),
    ]
