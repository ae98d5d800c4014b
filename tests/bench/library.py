"""From the start of a process to the library of a whole study on a terminal, and what its overview costs."""

import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from iprtool.desk.places import OPEN_KEYRING
from iprtool.library.due import due
from iprtool.library.overview import overview
from iprtool.store.keys import create_open_keyring
from tests.bench.minimal_app import SHOWN
from tests.bench.pseudo_terminal import Program
from tests.bench.row import Row, at_most, interleaved, measure, pairs_of
from tests.bench.starting import first_paint_ms
from tests.library_samples import NOW, lavik, write_study

LIBRARY_SHOWN = ("47 of 48", "leave")
"""The head line and the key line."""


@measure("library_opens", "library_overview")
def library_opens(quick: bool) -> list[Row]:
    """`iprtool library` of 12 dyads, 24 recordings and 48 recalls beyond a minimal Textual app, as whole processes."""
    with TemporaryDirectory(prefix="iprtool-bench-") as folder:
        with create_open_keyring(Path(folder) / OPEN_KEYRING) as keyring:
            write_study(Path(folder) / "Lavik.ipr", keyring, lavik()).close()
        env = {"IPRTOOL_HOME": str(Path(folder) / "home")}
        command = [sys.executable, "-m", "iprtool", "library", str(Path(folder) / "Lavik.ipr")]
        ours = partial(first_paint_ms, partial(Program, command, env=env), *LIBRARY_SHOWN)
        bare = partial(first_paint_ms, partial(Program, [sys.executable, "-m", "tests.bench.minimal_app"]), SHOWN)
        libraries, apps = interleaved(3 if quick else 11, ours, bare)
    pairs = pairs_of(libraries, apps)
    note = f"beyond a minimal Textual app ({pairs.reference:.0f} ms); {pairs.value:.0f} ms in all"
    return [
        at_most(500, "library_opens", pairs.value - pairs.reference, "ms", note),
        at_most(50, "library_overview", _overview_ms(), "ms", "overview and due list from the roster's values"),
    ]


def _overview_ms() -> float:
    roster = lavik()
    began = time.perf_counter()
    due(roster, overview(roster), NOW)
    return (time.perf_counter() - began) * 1000
